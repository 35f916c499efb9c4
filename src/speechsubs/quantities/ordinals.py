"""Ordinals: "21st", "el 21.º", 第21. Read in every notation, written where it is safe."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache

from speechsubs.language.locales import Locale
from speechsubs.quantities.digits import known, normalize_digits, rules_for

#: Ordinals in digits that no language writes otherwise: "21st", "3.º", 第5, 5番目, 5번째.
_SUFFIXED = re.compile(
    r"(?<![\w.,])(\d{1,4})(?:st|nd|rd|th|\.?[ºª°]|er|ère|re|e|ème|nde?|a|o|r|n|t|è|é|-[а-я]{1,3})"
    r"(?![^\W_])",
    re.IGNORECASE,
)
_MARKED = re.compile(r"(?:第|제|ที่)[ ]?(\d{1,4})(?!\d)|(?<!\d)(\d{1,4})(?:番目|번째|回目|人目|位)")
_ENGLISH = re.compile(r"(?<![\w.,])(\d{1,4})(?:st|nd|rd|th)(?![A-Za-z0-9])")
_LAST_WORD = re.compile(r"([^\W\d_]+['’]?)[ \u00a0]?$")


def count_ordinals(text: str, language: str) -> Counter[Decimal]:
    """What the ordinals of a text are worth, in digits and in the language's words.

    With them, words that are no number and stand for one: "une trentaine".
    """
    flat = normalize_digits(text)
    found: Counter[Decimal] = Counter()
    found.update(Decimal(m.group(1)) for m in _SUFFIXED.finditer(flat))
    found.update(Decimal(m.group(1) or m.group(2)) for m in _MARKED.finditer(flat))
    words, pattern = _words(language)
    if pattern is not None:
        for match in pattern.finditer(flat):
            found.update(words[match.group(1).lower().replace("\u00a0", " ")])
    return found


def find_unambiguous_ordinals(text: str) -> Iterator[tuple[int, int, Decimal]]:
    """The ordinals in digits that can only be ordinals, with their spans: "21st", 第5."""
    flat = normalize_digits(text)
    for match in _ENGLISH.finditer(flat):
        yield match.start(), match.end(), Decimal(match.group(1))


@cache
def _words(language: str) -> tuple[dict[str, list[Decimal]], re.Pattern[str] | None]:
    found: dict[str, list[Decimal]] = {}
    numbers = rules_for(language).numbers
    for table in (numbers.ordinal_words, numbers.other_words) if known(language) else ():
        for value, words in table.items():
            for word in words:
                found.setdefault(word.lower(), []).append(Decimal(value))
    if not found:
        return {}, None
    body = "|".join(sorted(map(re.escape, found), key=len, reverse=True))
    return found, re.compile(
        rf"(?<![^\W_])({body}){numbers.ordinal_ending}(?![^\W_])", re.IGNORECASE
    )


def ordinal_edits(
    source: str,
    source_language: str,
    target: str,
    locale: Locale,
    skip: Sequence[tuple[int, int]] = (),
) -> list[tuple[int, int, str]]:
    """Edits for English ordinals that an engine copied: "el 21st" becomes "el 21.º".

    Where the form follows the gender, the article before it must tell; otherwise, and
    in languages whose ordinals are inflected, nothing is changed.

    >>> from speechsubs.language.locales import load
    >>> ordinal_edits("the 21st day", "en", "el 21st día", load("es"))
    [(3, 7, '21.º')]
    """
    if locale.language == "en" or not source_language.startswith("en"):
        return []
    wanted = Counter(value for _, _, value in find_unambiguous_ordinals(source))
    found = []
    for start, end, value in find_unambiguous_ordinals(target) if wanted else ():
        if not wanted[value] or any(start < b and end > a for a, b in skip):
            continue
        text = _written(value, target[:start], locale)
        if text:
            wanted[value] -= 1
            found.append((start, end, text))
    return found


def _written(value: Decimal, before: str, locale: Locale) -> str:
    forms = locale.numbers.ordinal
    gender = _gender(before, locale)
    form = forms.get(f"{gender}{value}") if gender else None
    if form is None:
        form = forms.get(gender) if gender else None
    if form is None and not forms.get(f"m{value}"):
        form = forms.get("any")
    return form.replace("#", str(value)) if form else ""


def _gender(before: str, locale: Locale) -> str:
    """The gender that the article before an ordinal has: "m", "f" or ""."""
    last = _LAST_WORD.search(before)
    if last is None:
        return ""
    word = last.group(1).lower()
    genders = {
        kind[:1]
        for row in locale.typography.articles
        for kind, form in row.items()
        if form.split(" ")[-1] == word
    }
    return genders.pop() if len(genders) == 1 else ""
