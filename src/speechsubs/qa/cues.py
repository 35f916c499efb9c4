"""Layout and timing checks of a single track, monolingual or stacked.

A stacked track shows one line per language in each cue, the source above the target.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from speechsubs.language.locales import Locale
from speechsubs.model import Cue, Finding, Severity, Track

#: Tolerance for equal times: frame times are rounded to a millisecond.
ROUNDING_MS = 1
_WORDS = re.compile(r"\w+")


def inspect(track: Track, locale: Locale, min_gap_ms: int | None = None) -> list[Finding]:
    """Check lines, widths, durations, reading speed, gaps, order and emptiness of every cue.

    `min_gap_ms` replaces the locale's where the frame rate is known.
    """
    limits = locale.limits
    gap = limits.min_gap_ms if min_gap_ms is None else min_gap_ms
    found: list[Finding] = []
    for number, cue in enumerate(track.cues, start=1):
        place = NumberedCue(number, cue, track)
        found += check_lines(place, locale)
        found += check_timing(place, locale)
        if number < len(track.cues):
            found += check_gap(place, track.cues[number], gap)
        if number > 1 and _same_text(track.cues[number - 2], cue):
            found.append(place.finding("repeated-text", "same text as the previous cue"))
    return found


@dataclass(frozen=True, slots=True)
class NumberedCue:
    """A cue of a track with its 1-based number."""

    number: int
    cue: Cue
    track: Track

    def finding(
        self,
        code: str,
        message: str,
        severity: Severity = Severity.WARNING,
        value: float | None = None,
        limit: float | None = None,
    ) -> Finding:
        """Create a finding about the cue."""
        return Finding(
            code=code,
            severity=severity,
            message=message,
            file=self.track.source,
            locale=self.track.language,
            cue=self.number,
            start_ms=self.cue.start_ms,
            sentence=self.cue.sentences[0] if self.cue.sentences else None,
            value=None if value is None else round(value, 2),
            limit=limit,
        )


def check_lines(place: NumberedCue, locale: Locale) -> list[Finding]:
    """Check that the cue has text and does not exceed the line limits."""
    cue, limits = place.cue, locale.limits
    found = []
    if not any(line.strip() for line in cue.lines):
        found.append(place.finding("empty", "no text", Severity.ERROR))
    if len(cue.lines) > limits.max_lines:
        message = f"{len(cue.lines)} lines (maximum {limits.max_lines})"
        found.append(
            place.finding("lines", message, value=len(cue.lines),
                    limit=limits.max_lines)
        )  # fmt: skip
    return found + check_widths(place, locale)


def check_widths(place: NumberedCue, locale: Locale) -> list[Finding]:
    """Find lines wider than the locale allows."""
    limits = locale.limits
    found = []
    for line in place.cue.lines:
        width = locale.width(line)
        if width > limits.line_width:
            message = f"a line of {width:g} characters (maximum {limits.line_width:g})"
            found.append(
                place.finding("line-width", message, value=width,
                         limit=limits.line_width)
            )  # fmt: skip
    return found


def check_timing(place: NumberedCue, locale: Locale) -> list[Finding]:
    """Check the duration and the reading speed."""
    return check_duration(place, locale) + check_reading_speed(place, locale)


def check_duration(place: NumberedCue, locale: Locale) -> list[Finding]:
    """Check that the duration is neither too short nor too long."""
    cue, limits = place.cue, locale.limits
    found = []
    if cue.duration_ms < limits.min_duration_ms - ROUNDING_MS:
        message = f"on screen for {cue.duration_ms} ms (minimum {limits.min_duration_ms} ms)"
        found.append(
            place.finding("min-duration", message, value=cue.duration_ms,
                     limit=limits.min_duration_ms)
        )  # fmt: skip
    if cue.duration_ms > limits.max_duration_ms + ROUNDING_MS:
        message = f"on screen for {cue.duration_ms} ms (maximum {limits.max_duration_ms} ms)"
        found.append(
            place.finding("max-duration", message, value=cue.duration_ms,
                     limit=limits.max_duration_ms)
        )  # fmt: skip
    return found


def check_reading_speed(place: NumberedCue, locale: Locale) -> list[Finding]:
    """Check the reading speed."""
    cue, limits = place.cue, locale.limits
    found = []
    speed = chars_per_second(cue, locale)
    if speed > limits.chars_per_second + 0.05:
        message = (
            f"{speed:.1f} characters per second (maximum {limits.chars_per_second:g}): "
            "shorten the text or give it more time"
        )
        found.append(
            place.finding("reading-speed", message, value=speed,
                     limit=limits.chars_per_second)
        )  # fmt: skip
    return found


def chars_per_second(cue: Cue, locale: Locale) -> float:
    """Reading speed in the locale's characters per second.

    Spaces and punctuation count, line breaks do not. Source: Netflix, Timed Text
    Style Guides, "reading speed".

    >>> from speechsubs.language.locales import load
    >>> chars_per_second(Cue(0, 2_000, ("Good evening.",)), load("en"))
    6.5
    """
    return sum(locale.width(line) for line in cue.lines) * 1_000 / cue.duration_ms


def check_gap(place: NumberedCue, following: Cue, gap: int) -> list[Finding]:
    """Check order, overlap and gap with the next cue; `gap` in milliseconds."""
    cue = place.cue
    space = following.start_ms - cue.end_ms
    if following.start_ms < cue.start_ms:
        return [place.finding("order", "starts after the next cue", Severity.ERROR)]
    if space < 0:
        message = f"overlaps the next cue by {-space} ms"
        return [place.finding("overlap", message, Severity.ERROR, -space, 0)]
    if space < gap - ROUNDING_MS:
        message = f"a gap of {space} ms to the next cue (minimum {gap} ms)"
        return [place.finding("gap", message, value=space, limit=gap)]
    return []


def _same_text(first: Cue, second: Cue) -> bool:
    words = _WORDS.findall(second.text.casefold())
    return len(words) > 2 and words == _WORDS.findall(first.text.casefold())


def inspect_stacked(
    track: Track, upper: Locale, lower: Locale, min_gap_ms: int | None = None
) -> list[Finding]:
    """Check lines, widths, durations, reading speed, gaps and order of a stacked track.

    Each line is checked against its own language's width and reading speed, because a
    viewer reads only one of them. A line shown through several lines of the other
    language counts as on screen for all of them. Timing limits are those of the lower
    language, which the file is named after. The language of a cue with one line is
    unknown, so the wider limit applies.
    """
    gap = lower.limits.min_gap_ms if min_gap_ms is None else min_gap_ms
    wider = max(upper, lower, key=lambda locale: locale.limits.line_width)
    found: list[Finding] = []
    for number, cue in enumerate(track.cues, start=1):
        place = NumberedCue(number, cue, track)
        if not cue.text.strip():
            found.append(place.finding("empty", "no text", Severity.ERROR))
        if len(cue.lines) > 2:
            message = f"{len(cue.lines)} lines, expected one per language"
            lines = len(cue.lines)
            found.append(place.finding("lines", message, value=lines, limit=2))
        if len(cue.lines) != 2:
            found += check_widths(place, wider)
        found += check_duration(place, lower)
        if number < len(track.cues):
            found += check_gap(place, track.cues[number], gap)
    for row, locale in enumerate((upper, lower)):
        for number, cue in _lines_of_language(track.cues, row):
            place = NumberedCue(number, cue, track)
            own = check_widths(place, locale) + check_reading_speed(place, locale)
            found += [replace(f, message=f"the {locale.name} line: {f.message}") for f in own]
    found.sort(key=lambda f: (f.cue or 0, f.code))
    # The cue numbers are those of the stacked file, so its name is used.
    return [replace(f, locale=f"{upper.tag}+{lower.tag}") for f in found]


def _lines_of_language(cues: Sequence[Cue], row: int) -> Iterator[tuple[int, Cue]]:
    """One language's lines as cues, with the number of the first cue showing each."""
    start = 0
    for at, cue in enumerate(cues):
        if len(cue.lines) != 2:
            start = at + 1
            continue
        line = cue.lines[row]
        following = cues[at + 1] if at + 1 < len(cues) else None
        stays = following is not None and len(following.lines) == 2 and following.lines[row] == line
        if stays and following is not None and following.end_ms > cue.end_ms:
            continue
        yield start + 1, replace(cues[start], end_ms=cue.end_ms, lines=(line,))
        start = at + 1
