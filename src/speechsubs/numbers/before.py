"""The little words before a time or a date that came out of an engine.

Models that never saw a time copy it and guess at its preposition: "en 16:13" for "a las
16:13", "en 30 de marzo" for "el 30 de marzo". Which words become which is data in
`locales/*.yml` under `typography`: `before_times` and `before_dates`. A time whose hour
is 1 takes the form behind "|". Only times and dates of the source are touched, and only
where the source too has a preposition or nothing before them, so that a race run "in
16:13" stays one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from speechsubs.locales import Locale
from speechsubs.numbers.clock import Time, find_times
from speechsubs.numbers.dates import find_dates

_WORDS_BEFORE = re.compile(r"(?:([^\W\d_]+)[ \u00a0]+)?([^\W\d_]+)[ \u00a0]+$")
#: What stands before a time of day in English, and not before a length of time.
_AT = frozenset(
    {"at", "around", "about", "before", "after", "until", "till", "by", "since", "is", "was"}
)  # fmt: skip
#: How far before a time its preposition is looked for, in characters.
_NEAR = 40


def before_edits(
    source: str,
    source_language: str,
    target: str,
    locale: Locale,
    *,
    times: bool = True,
    dates: bool = True,
) -> list[tuple[int, int, str]]:
    """Edits that set the words before the source's times and dates right, in order.

    `times` and `dates` False leave those alone.

    >>> from speechsubs.locales import load
    >>> before_edits("He left at 4:13 p.m.", "en", "Se fue en 16:13.", load("es"))
    [(7, 9, 'a las')]
    """
    before_times, before_dates = locale.typography.before_times, locale.typography.before_dates
    english = source_language.startswith("en")
    found: list[tuple[int, int, str]] = []
    if times and before_times:
        asked = {
            (t.hour % 12, t.minute)
            for t in find_times(source)
            if t.marked or (english and _at(source, t))
        }
        spots = [
            (time.start, time.hour == 1)
            for time in (find_times(target) if asked else ())
            if not time.marked and (time.hour % 12, time.minute) in asked
        ]
        # "It was 4:13" is not "the meeting was 4:13", which lacks its preposition.
        verbs = locale.breaks.auxiliaries
        for start, end, text in _changed(target, spots, before_times):
            if target[start:end].lower() not in verbs or not target[:start].strip():
                found.append((start, end, text))
    if dates and before_dates:
        days = {
            (d.month, d.day)
            for d in find_dates(source, source_language)
            if d.day and (not english or source[: d.start].lower().endswith("on "))
        }
        there = find_dates(target, locale.language) if days else []
        spots = [(date.start, False) for date in there if (date.month, date.day) in days]
        found += _changed(target, spots, before_dates)
    return sorted(found)


def _at(source: str, time: Time) -> bool:
    words = _WORDS_BEFORE.search(source, max(0, time.start - _NEAR), time.start)
    return words is not None and words.group(2).lower() in _AT


def _changed(
    target: str, spots: Sequence[tuple[int, bool]], words: Mapping[str, str]
) -> Iterator[tuple[int, int, str]]:
    """The edits for the words before some places; `True` beside one: it is one o'clock."""
    for start, one in spots:
        match = _WORDS_BEFORE.search(target, max(0, start - _NEAR), start)
        if match is None:
            continue
        both = f"{match.group(1)} {match.group(2)}".lower() if match.group(1) else ""
        first = match.start(1) if both in words else match.start(2)
        wanted = words.get(both, words.get(match.group(2).lower(), ""))
        several, _, single = wanted.partition("|")
        text = (single or several) if one else several
        old = target[first : match.end(2)]
        if text:
            yield first, match.end(2), text[0].upper() + text[1:] if old[0].isupper() else text
