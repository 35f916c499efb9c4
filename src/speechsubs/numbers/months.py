"""Whether the months of a text's dates are named in its translation.

Days and years are compared as numbers; "19 de mayo" for "19 July" has the right ones.
"""

import re
import unicodedata
from functools import cache

from speechsubs.numbers.dates import INFLECTED, Date, find_dates, month_names

#: Arabic names its months in several ways; these regions cover them.
_REGIONS = {"ar": ("ar-LB", "ar-MA", "ar-DZ")}
#: Here words are not set apart, or particles stand glued before them.
_UNPARTED = frozenset({"zh", "ja", "ko", "th", "ar"})
#: Months are digits here, and nothing but digits.
_DIGITS = frozenset({"ja", "ko"})
_NUMERALS = "一 二 三 四 五 六 七 八 九 十 十一 十二"
#: A case ending may be this much longer than what all forms of a month share.
_ENDING = 3


def lost_months(source: str, source_language: str, target: str, language: str) -> list[Date]:
    """The dates of a text whose month its translation names nowhere, in words or digits.

    Languages whose month names are not known lose none.

    >>> [d.text for d in lost_months("On 19 July 2024", "en", "El 19 de mayo de 2024", "es")]
    ['19 July 2024']
    >>> lost_months("On 19 July 2024", "en", "19 июля 2024 г.", "ru")
    []
    """
    dates = find_dates(source, source_language)
    if not dates or not _forms(language):
        return []
    # Japanese likes its digits wide.
    flat = unicodedata.normalize("NFKC", target).casefold()
    words = set(re.findall(r"[^\W\d_]+", flat))
    return [
        date
        for date in dates
        # What is quoted in the source's own language is no loss.
        if not (_named(date.month, flat, words, language) or date.text.casefold() in flat)
    ]


def _named(month: int, flat: str, words: set[str], language: str) -> bool:
    if re.search(rf"(?<!\d)0?{month}(?!\d)", flat, re.ASCII):
        return True
    names = _forms(language)[month]
    if language.partition("-")[0] in _UNPARTED:
        return any(name in flat for name in names)
    if names & words:
        return True
    stem = _shared(names) if language in INFLECTED else ""
    longest = len(stem) + _ENDING
    return bool(stem) and any(w.startswith(stem) and len(w) <= longest for w in words)


@cache
def _forms(language: str) -> dict[int, frozenset[str]]:
    """All names of each month, without small case; {} for a language that is not known."""
    found: dict[int, set[str]] = {number: set() for number in range(1, 13)}
    for tag in (language, *_REGIONS.get(language.partition("-")[0], ())):
        for name, number in month_names(tag).items():
            found[number].add(name.casefold().rstrip("."))
    if language == "ja":
        for number, numeral in enumerate(_NUMERALS.split(), start=1):
            found[number].add(f"{numeral}月")
    known = any(found.values()) or language in _DIGITS
    return {number: frozenset(names) for number, names in found.items()} if known else {}


def _shared(names: frozenset[str]) -> str:
    """What the long names of a month have in common: "август" of its two cases.

    >>> _shared(frozenset({"авг", "август", "августа"}))
    'август'
    """
    longest = max(map(len, names), default=0)
    long = [n for n in names if len(n) >= max(3, longest - 1)]
    first, last = (min(long), max(long)) if long else ("", "")
    size = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    stem = first[:size] if size is not None else min(first, last, key=len)
    return stem if len(stem) >= 2 else ""
