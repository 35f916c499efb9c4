"""Dates that an engine carried over half translated, set right.

Engines move a date's day and year faithfully and stumble over what stands between:
"19 July 2024" becomes "19 julio 2024", "30 de març" a Spanish "30 de marzo", "March 30"
a stroll. The day and the year are known from the source, so the date is found again by
them and written in the target's own long form.
"""

import re
from collections.abc import Sequence
from functools import cache

from speechsubs.locales import Locale
from speechsubs.numbers.dates import INFLECTED, Date, find_dates, month_names, render_date

# Possessive: a word is taken whole or not at all, or a long one could be split among
# the nine places between day and year in more ways than a night has seconds.
_WORD = r"[^\W\d_]++\.?+"
_LAST_WORD = re.compile(r"(?<![^\W\d_])([^\W\d_]++)([ \u00a0]++)$")
#: How far before a date its article or month is looked for, in characters.
_NEAR = 80


def date_edits(
    source: str,
    source_language: str,
    target: str,
    locale: Locale,
    skip: Sequence[tuple[int, int]] = (),
) -> list[tuple[int, int, str]]:
    """Edits that put the source's dates into a target text in the locale's long form.

    `skip` are spans that must not be touched. A date that cannot be found again is
    left alone: its numbers are checked elsewhere.

    >>> from speechsubs.locales import load
    >>> date_edits("On 19 July 2024 he spoke.", "en", "En 19 julio 2024 habló.", load("es"))
    [(3, 16, '19 de julio de 2024')]
    """
    found: list[tuple[int, int, str]] = []
    taken = list(skip)
    for date in find_dates(source, source_language):
        span = _span(date, source_language, target, locale)
        if span is None or any(span[0] < end and span[1] > start for start, end in taken):
            continue
        taken.append(span)
        edit = (
            _with_article(date, span, target, locale)
            if date.day
            else _month(date, span, target, locale)
        )
        if target[edit[0] : edit[1]] != edit[2]:
            found.append(edit)
    return sorted(found)


def _span(date: Date, source_language: str, target: str, locale: Locale) -> tuple[int, int] | None:
    """Where a date stands in the target: one place only, or it is not certain enough."""
    if date.day is None:
        return _month_span(date, source_language, target, locale)
    spans = []
    for match in _pattern(date.day or 0, date.year).finditer(target):
        start, end = match.span()
        months = _months(source_language, locale)
        words = [w.rstrip(".").lower() for w in re.findall(_WORD, match.group())]
        named = [w for w in words if w in months]
        if named and all(months[w] != date.month for w in named):
            continue
        if date.year is None and not named:
            continue
        if not words:
            # "Marcha 30, 2021": the month may stand before the day, known or not.
            before = _LAST_WORD.search(target, max(0, start - _NEAR), start)
            first = date.text[:1].isalpha()
            word = before.group(1).lower() if before else ""
            if before and (word in months or (first and before.group(1)[:1].isupper())):
                start = before.start(1)
            elif locale.words == "phrases":
                continue
        spans.append((start, end))
    return spans[0] if len(spans) == 1 else None


def _month_span(
    date: Date, source_language: str, target: str, locale: Locale
) -> tuple[int, int] | None:
    """Where "March 2021" stands: under its own name, or else as a word with a capital.

    Apertium makes "Marcha 2021" of it. Not in languages whose months have case endings:
    the ending that is right there depends on the sentence.
    """
    if not date.year or locale.words == "phrases" or locale.language in INFLECTED:
        return None
    months = _months(source_language, locale)
    named, strange = [], []
    for match in _month_pattern(date.year).finditer(target):
        word = match.group(1)
        month = months.get(word.rstrip(".").lower())
        if month == date.month:
            named.append(match.span())
        elif month is None and word[:1].isupper():
            strange.append(match.span())
    spans = named or strange
    return spans[0] if len(spans) == 1 else None


@cache
def _month_pattern(year: int) -> re.Pattern[str]:
    of = r"[ \u00a0](?:(?:d[eio]l?|of)[ \u00a0])?"
    return re.compile(rf"(?<![^\W\d_])({_WORD}){of}{year:d}(?!\d)")


def _month(date: Date, span: tuple[int, int], target: str, locale: Locale) -> tuple[int, int, str]:
    start, end = span
    text = render_date(date, locale)
    return start, end, text if target[:start].strip() else text[:1].upper() + text[1:]


@cache
def _pattern(day: int, year: int | None) -> re.Pattern[str]:
    between = rf"(?:[\s,.'’]|{_WORD}){{1,9}}?"
    day_text = rf"(?<![\d.,:]){day:d}(?:st|nd|rd|th|er|º|\.)?(?!\d)"
    if year is None:
        return re.compile(rf"{day_text}[\s.]{{1,2}}(?:d[ei]l?\s|d['’])?{_WORD}")
    return re.compile(rf"{day_text}{between}{year:d}(?!\d)")


def _months(source_language: str, locale: Locale) -> dict[str, int]:
    names = dict(month_names(source_language))
    names.update(month_names("es"))  # pivots leave Spanish behind
    names.update(month_names(locale.language))
    return names


def _with_article(
    date: Date, span: tuple[int, int], target: str, locale: Locale
) -> tuple[int, int, str]:
    """The edit, with the article that a date has after "de" or "was" in some languages."""
    start, end = span
    text = render_date(date, locale)
    article = locale.typography.date_article
    before = _LAST_WORD.search(target, max(0, start - _NEAR), start)
    if not article or not before:
        return start, end, text
    word = before.group(1).lower()
    joined = locale.typography.contractions.get(f"{word} {article}")
    if joined:
        return before.start(1), end, f"{_cased(joined, before.group(1))} {text}"
    if word in locale.breaks.auxiliaries:
        return start, end, f"{article} {text}"
    return start, end, text


def _cased(text: str, like: str) -> str:
    return text[:1].upper() + text[1:] if like[:1].isupper() else text
