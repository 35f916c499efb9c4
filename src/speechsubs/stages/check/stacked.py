"""A track with one line of each language in a cue, the source's above the target's."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from speechsubs.locales import Locale
from speechsubs.model import Cue, Finding, Severity, Track
from speechsubs.stages.check import cues as one


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
            found.append(one.finding("empty", "no text", number, cue, track, Severity.ERROR))
        if len(cue.lines) > 2:
            message = f"{len(cue.lines)} lines, one for each language"
            lines = len(cue.lines)
            found.append(one.finding("lines", message, number, cue, track, value=lines, limit=2))
        if len(cue.lines) != 2:
            found += one.widths(number, cue, track, wider)
        found += one.duration(number, cue, track, lower)
        if number < len(track.cues):
            found += one.between(number, cue, track.cues[number], track, gap)
    for row, locale in enumerate((upper, lower)):
        for number, cue in _lines(track.cues, row):
            own = one.widths(number, cue, track, locale) + one.speed(number, cue, track, locale)
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
