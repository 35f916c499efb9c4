"""Written-out dates: parsing, rendering with CLDR patterns, and a check of the months.

Days and years are compared as numbers; the month check also finds "19 de mayo" for
"19 July", where the numbers are correct.
"""

import datetime
import re
import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from speechsubs.language.locale_words import DateRules
from speechsubs.language.locales import Locale
from speechsubs.quantities.digits import any_of, known, normalize_digits, rules_for
from speechsubs.quantities.format import cldr_name


@dataclass(frozen=True, slots=True)
class Date:
    """A date with its position. `day` or `year` is None where not given."""

    start: int
    end: int
    text: str
    month: int
    day: int | None = None
    year: int | None = None

    @property
    def identity(self) -> Hashable:
        """Equal for the same day, however it is written."""
        return Date, self.year, self.month, self.day


_CJK = re.compile(
    r"(?:(?P<year>\d{4})[ \u00a0]?[年년][ \u00a0]?)?(?<!\d)(?P<month>\d{1,2})[ \u00a0]?[月월]"
    r"(?:[ \u00a0]?(?P<day>\d{1,2})[ \u00a0]?[日号號일])?",
    re.ASCII,
)
_DAY = r"(?<![\d.,])(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|°|\.)?"
_YEAR = r"(?P<year>[12]\d{3})(?!\d|[.,]\d)"


@cache
def _rules(language: str) -> DateRules | None:
    """What the language's file says about dates; None for a language without one."""
    return rules_for(language).dates if known(language) else None


@cache
def month_names(language: str) -> Mapping[str, int]:
    """Month names in lower case with their numbers; none where they are digits."""
    rules = _rules(language)
    if rules and (own := rules.months):
        return {name.lower(): number for number, names in own.items() for name in names}
    # Babel loads megabytes of locale data: only a run that reads dates pays for it.
    from babel import Locale as Babel
    from babel import UnknownLocaleError

    try:
        months = Babel.parse(language, sep="-").months
    except (UnknownLocaleError, ValueError):
        return {}
    found: dict[str, int] = {}
    for form in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in months[form][width].items():
                word = str(name).lower()
                for prefix in ("de ", "d’", "d'"):
                    word = word.removeprefix(prefix)
                if not word[0].isdigit():
                    found.setdefault(word, number)
    return found


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    names = sorted(month_names(language), key=len, reverse=True)
    if not names:
        return ()
    month = rf"(?P<month>(?<![^\W_])(?:{'|'.join(map(re.escape, names))})(?![^\W_]))"
    rules = _rules(language)
    links = rules_for(language).dates.links
    elided = [link for link in links if link.endswith(("'", "’"))]
    apart = any_of(link for link in links if link not in elided)
    of = rf"[ \u00a0\u202f](?:(?:{apart})[ \u00a0]|(?:{any_of(elided)})[ ]?)?"
    year = rf"(?:,?{of}{_YEAR})?"
    texts = [rf"{_DAY}{of}{month}{year}"]
    if rules and rules.month_first:
        only_day = rf"{_DAY}(?!\d|[.,]\d|[ \u00a0](?:million|billion))"
        texts.append(rf"{month}[ \u00a0]{only_day}(?:,?[ \u00a0]{_YEAR})?")
    texts.append(rf"{month},?{of}{_YEAR}")
    return tuple(re.compile(text, re.IGNORECASE) for text in texts)


def find_dates(text: str, language: str) -> list[Date]:
    """The dates of a text that name a month, left to right.

    >>> [(d.year, d.month, d.day) for d in find_dates("on March 30, 2021", "en")]
    [(2021, 3, 30)]
    """
    flat = normalize_digits(text)
    found: list[Date] = []
    rules = _rules(language)
    patterns = (_CJK,) if rules and rules.numeric else _patterns(language)
    for pattern in patterns:
        for match in pattern.finditer(flat):
            date = _date(text, match, language)
            if date:
                found.append(date)
    found.sort(key=lambda d: (d.start, -d.end))
    result: list[Date] = []
    for date in found:
        if not result or date.start >= result[-1].end:
            result.append(date)
    return result


def _date(text: str, match: re.Match[str], language: str) -> Date | None:
    parts = match.groupdict()
    word = parts["month"]
    month = int(word) if word.isdigit() else month_names(language)[word.lower()]
    day = int(parts["day"]) if parts.get("day") else None
    year = int(parts["year"]) if parts.get("year") else None
    if day is None and year is None:
        return None
    try:
        # 2000 is a leap year: 29 February without a year is a date.
        datetime.date(year or 2000, month, day or 1)
    except ValueError:
        return None
    return Date(match.start(), match.end(), text[match.start() : match.end()], month, day, year)


def render_date(date: Date, locale: Locale) -> str:
    """The date in the locale's long form: "30 de marzo de 2021", "2021年3月30日"."""
    if locale.dates.months:
        return _by_pattern(date, locale.dates)
    from babel.dates import format_date, format_skeleton

    value = datetime.date(date.year or 2000, date.month, date.day or 1)
    name = cldr_name(locale.tag)
    if date.year is not None and date.day is not None:
        return str(format_date(value, "long", locale=name))
    return str(format_skeleton("MMMMd" if date.year is None else "yMMMM", value, locale=name))


def _by_pattern(date: Date, rules: DateRules) -> str:
    pattern = rules.day_month if date.year is None else rules.long if date.day else rules.month_year
    month = rules.months[date.month][0]
    return pattern.format(day=date.day, month=month, year=date.year)


#: A case ending may be this much longer than what all forms of a month share.
_ENDING = 3


def find_lost_months(dates: Sequence[Date], target: str, language: str) -> list[Date]:
    """The dates of a text whose month its translation names nowhere, in words or digits.

    Languages whose month names are not known lose none.

    >>> dates = find_dates("On 19 July 2024", "en")
    >>> [d.text for d in find_lost_months(dates, "El 19 de mayo de 2024", "es")]
    ['19 July 2024']
    >>> find_lost_months(dates, "19 июля 2024 г.", "ru")
    []
    """
    if not dates or not _month_forms(language):
        return []
    # Japanese often uses full-width digits.
    flat = unicodedata.normalize("NFKC", target).casefold()
    words = set(re.findall(r"[^\W\d_]+", flat))
    return [
        date
        for date in dates
        # A date quoted in the source language is not lost.
        if not (_names_month(date.month, flat, words, language) or date.text.casefold() in flat)
    ]


def _names_month(month: int, flat: str, words: set[str], language: str) -> bool:
    if re.search(rf"(?<!\d)0?{month}(?!\d)", flat, re.ASCII):
        return True
    names = _month_forms(language)[month]
    rules = _rules(language)
    if rules and rules.glued:
        return any(name in flat for name in names)
    if names & words:
        return True
    stem = _common_stem(names) if rules and rules.inflected else ""
    longest = len(stem) + _ENDING
    return bool(stem) and any(w.startswith(stem) and len(w) <= longest for w in words)


@cache
def _month_forms(language: str) -> dict[int, frozenset[str]]:
    """All names of each month, without small case; {} for a language that is not known."""
    found: dict[int, set[str]] = {number: set() for number in range(1, 13)}
    rules = _rules(language)
    for tag in (language, *(rules.regions if rules else ())):
        for name, number in month_names(tag).items():
            found[number].add(name.casefold().rstrip("."))
    for number, names in rules.also.items() if rules else ():
        found[number].update(name.casefold() for name in names)
    readable = any(found.values()) or (rules is not None and rules.nameless)
    return {number: frozenset(names) for number, names in found.items()} if readable else {}


def _common_stem(names: frozenset[str]) -> str:
    """What the long names of a month have in common: "август" of its two cases.

    >>> _common_stem(frozenset({"авг", "август", "августа"}))
    'август'
    """
    longest = max(map(len, names), default=0)
    long = [n for n in names if len(n) >= max(3, longest - 1)]
    first, last = (min(long), max(long)) if long else ("", "")
    size = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    stem = first[:size] if size is not None else min(first, last, key=len)
    return stem if len(stem) >= 2 else ""
