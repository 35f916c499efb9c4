"""One track alone: lines, widths, durations, reading speed, gaps, order, emptiness.

A track with one line of each language in a cue, the source's above the target's.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from speechsubs.language.locales import Locale
from speechsubs.model import Cue, Finding, Severity, Track

#: Two times closer than this are the same: a frame's time is rounded to a millisecond.
ROUNDING_MS = 1
_WORDS = re.compile(r"\w+")


def inspect(track: Track, locale: Locale, min_gap_ms: int | None = None) -> list[Finding]:
    """Lines, widths, durations, reading speed, gaps, order and emptiness of every cue.

    `min_gap_ms` replaces the locale's where the frame rate is known.
    """
    limits = locale.limits
    gap = limits.min_gap_ms if min_gap_ms is None else min_gap_ms
    found: list[Finding] = []
    for number, cue in enumerate(track.cues, start=1):
        found += shape(number, cue, track, locale)
        found += time(number, cue, track, locale)
        if number < len(track.cues):
            found += between(number, cue, track.cues[number], track, gap)
        if number > 1 and _same_text(track.cues[number - 2], cue):
            found.append(
                finding("repeated-text", "the same text as the cue before", number, cue, track)
            )
    return found


def finding(
    code: str,
    message: str,
    number: int,
    cue: Cue,
    track: Track,
    severity: Severity = Severity.WARNING,
    value: float | None = None,
    limit: float | None = None,
) -> Finding:
    """A finding about a cue, with its place; `number` is 1-based."""
    return Finding(
        code=code,
        severity=severity,
        message=message,
        file=track.source,
        locale=track.language,
        cue=number,
        start_ms=cue.start_ms,
        sentence=cue.sentences[0] if cue.sentences else None,
        value=None if value is None else round(value, 2),
        limit=limit,
    )


def shape(number: int, cue: Cue, track: Track, locale: Locale) -> list[Finding]:
    """Whether there is text in it, in few and short enough lines."""
    limits = locale.limits
    found = []
    if not any(line.strip() for line in cue.lines):
        found.append(finding("empty", "no text", number, cue, track, Severity.ERROR))
    if len(cue.lines) > limits.max_lines:
        message = f"{len(cue.lines)} lines, at most {limits.max_lines}"
        found.append(
            finding("lines", message, number, cue, track, value=len(cue.lines),
                    limit=limits.max_lines)
        )  # fmt: skip
    return found + widths(number, cue, track, locale)


def widths(number: int, cue: Cue, track: Track, locale: Locale) -> list[Finding]:
    """Lines that are wider than the locale allows."""
    limits = locale.limits
    found = []
    for line in cue.lines:
        width = locale.width(line)
        if width > limits.line_width:
            message = f"a line of {width:g} characters, at most {limits.line_width:g}"
            found.append(
                finding("line-width", message, number, cue, track, value=width,
                         limit=limits.line_width)
            )  # fmt: skip
    return found


def time(number: int, cue: Cue, track: Track, locale: Locale) -> list[Finding]:
    """Its duration and its reading speed."""
    return duration(number, cue, track, locale) + speed(number, cue, track, locale)


def duration(number: int, cue: Cue, track: Track, locale: Locale) -> list[Finding]:
    """Whether it is on screen too short or too long."""
    limits = locale.limits
    found = []
    if cue.duration_ms < limits.min_duration_ms - ROUNDING_MS:
        message = f"on screen for {cue.duration_ms} ms, at least {limits.min_duration_ms} ms"
        found.append(
            finding("min-duration", message, number, cue, track, value=cue.duration_ms,
                     limit=limits.min_duration_ms)
        )  # fmt: skip
    if cue.duration_ms > limits.max_duration_ms + ROUNDING_MS:
        message = f"on screen for {cue.duration_ms} ms, at most {limits.max_duration_ms} ms"
        found.append(
            finding("max-duration", message, number, cue, track, value=cue.duration_ms,
                     limit=limits.max_duration_ms)
        )  # fmt: skip
    return found


def speed(number: int, cue: Cue, track: Track, locale: Locale) -> list[Finding]:
    """Whether there is time to read it."""
    limits = locale.limits
    found = []
    speed = chars_per_second(cue, locale)
    if speed > limits.chars_per_second + 0.05:
        message = (
            f"{speed:.1f} characters a second, at most {limits.chars_per_second:g}: "
            "shorten the text or give it more time"
        )
        found.append(
            finding("reading-speed", message, number, cue, track, value=speed,
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


def between(number: int, cue: Cue, following: Cue, track: Track, gap: int) -> list[Finding]:
    """Its order, overlap and gap with the cue behind it; `gap` in milliseconds."""
    space = following.start_ms - cue.end_ms
    if following.start_ms < cue.start_ms:
        return [finding("order", "starts after the next cue", number, cue, track, Severity.ERROR)]
    if space < 0:
        message = f"overlaps the next cue by {-space} ms"
        return [finding("overlap", message, number, cue, track, Severity.ERROR, -space, 0)]
    if space < gap - ROUNDING_MS:
        message = f"a gap of {space} ms to the next cue, at least {gap} ms"
        return [finding("gap", message, number, cue, track, value=space, limit=gap)]
    return []


def _same_text(first: Cue, second: Cue) -> bool:
    words = _WORDS.findall(second.text.casefold())
    return len(words) > 2 and words == _WORDS.findall(first.text.casefold())


def inspect_stacked(
    track: Track, upper: Locale, lower: Locale, min_gap_ms: int | None = None
) -> list[Finding]:
    """Lines, widths, durations, reading speed, gaps and order of a stacked track.

    Each line is held to its own language's width and reading speed: a viewer reads one
    of them. A line that stays under several lines of the other is read as long as all
    of them are shown. Times follow the lower language, which the file is named after.
    A cue with one line does not say whose it is: the wider language judges it.
    """
    gap = lower.limits.min_gap_ms if min_gap_ms is None else min_gap_ms
    wider = max(upper, lower, key=lambda locale: locale.limits.line_width)
    found: list[Finding] = []
    for number, cue in enumerate(track.cues, start=1):
        if not cue.text.strip():
            found.append(finding("empty", "no text", number, cue, track, Severity.ERROR))
        if len(cue.lines) > 2:
            message = f"{len(cue.lines)} lines, one for each language"
            lines = len(cue.lines)
            found.append(finding("lines", message, number, cue, track, value=lines, limit=2))
        if len(cue.lines) != 2:
            found += widths(number, cue, track, wider)
        found += duration(number, cue, track, lower)
        if number < len(track.cues):
            found += between(number, cue, track.cues[number], track, gap)
    for row, locale in enumerate((upper, lower)):
        for number, cue in _lines(track.cues, row):
            own = widths(number, cue, track, locale) + speed(number, cue, track, locale)
            found += [replace(f, message=f"the {locale.name} line: {f.message}") for f in own]
    found.sort(key=lambda f: (f.cue or 0, f.code))
    # The cue numbers are the stacked file's, so it is named.
    return [replace(f, locale=f"{upper.tag}+{lower.tag}") for f in found]


def _lines(cues: Sequence[Cue], row: int) -> Iterator[tuple[int, Cue]]:
    """One language's lines with the number of their first cue, each while it is shown."""
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
