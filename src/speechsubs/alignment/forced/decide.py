"""Decide which lines are spoken, and roughly when.

Most lines are anchored by what the recognizer found. Those between two anchors are
decoded with a grammar in which each of them is optional.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from speechsubs.alignment.forced import boundaries
from speechsubs.alignment.forced.decode import HIGH_GARBAGE, LOW_GARBAGE
from speechsubs.alignment.forced.recognize import UnitTimes
from speechsubs.alignment.forced.script import PHONE_MS, Script
from speechsubs.alignment.forced.workers import Progress, WorkerPool
from speechsubs.alignment.vad import Region

#: The share of recognized phones that makes a line an anchor.
_ANCHOR_SHARE: Final = 0.45
#: The share that is enough if the duration fits too.
_WEAK_SHARE: Final = 0.12
#: With less speech than this share of its expected duration, a line cannot be spoken.
_MIN_SPEECH_SHARE: Final = 0.3
#: This much speech without a single recognized line belongs to another text; decoding it
#: would take a third of its duration to reach the same conclusion.
_UNRELATED_MS: Final = 300_000
#: Decoding windows are short: twice the lines take three times as long (measured).
_WINDOW_MS: Final = 20_000
_MARGIN_MS: Final = 400


@dataclass(frozen=True, slots=True)
class Span:
    """Roughly when a line is spoken.

    `heard` is the share of its phones that were recognized. `first_ms` and `last_ms` are
    the start of its first unit and the end of its last one if these were recognized
    themselves, so that the recording can be cut next to them.
    """

    start_ms: int
    end_ms: int
    heard: float
    first_ms: int | None = None
    last_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Recording:
    """A script, the speech that may hold it, and the speaker's pace in ms per phone."""

    script: Script
    regions: Sequence[Region]
    duration_ms: int
    pace: float

    def fits(self, low: int, high: int, room: tuple[int, int]) -> bool:
        """True if the speech in `room` lasts about as long as the lines low to high."""
        wanted = sum(self.script.lines[i].length for i in range(low, high)) * self.pace
        return 0.7 * wanted < boundaries.speech_ms(self.regions, *room) < 1.4 * wanted + 300


def find_spans(
    script: Script,
    times: UnitTimes,
    regions: Sequence[Region],
    duration_ms: int,
    pool: WorkerPool,
    progress: Progress | None = None,
) -> list[Span | None]:
    """The span of every line, or None for a line that is not spoken."""
    found = [
        _span_of_line(script, times, number, _ANCHOR_SHARE) for number in range(len(script.lines))
    ]
    _remove_overlaps(found)
    recording = _Recording(script, regions, duration_ms, _pace(script, found))
    for low, high in _open_runs(script, found):
        _accept_fitting(recording, times, found, low, high)
    _remove_overlaps(found)

    def decide_run(run: tuple[int, int]) -> None:
        _decide_lines(recording, found, *run, pool)

    pool.map(decide_run, _open_runs(script, found), progress)
    return found


def _open_runs(script: Script, found: Sequence[Span | None]) -> list[tuple[int, int]]:
    """Runs of lines without a span. Lines without anything to say belong to their run."""
    runs: list[tuple[int, int]] = []
    number = 0
    while number < len(found):
        end = number
        while end < len(found) and found[end] is None:
            end += 1
        if any(line.length for line in script.lines[number:end]):
            runs.append((number, end))
        number = end + 1
    return runs


def _span_of_line(script: Script, times: UnitTimes, number: int, least: float) -> Span | None:
    line = script.lines[number]
    rows = [i for i in range(line.first, line.last) if times[i] is not None]
    if not rows or not line.length:
        return None
    known = sum(script.units[i].length for i in rows)
    total = sum(script.units[i].length for i in range(line.first, line.last))
    share = known / max(1, total)
    first, last = times[rows[0]], times[rows[-1]]
    assert first is not None
    assert last is not None
    inside = sum(script.units[i].length for i in range(rows[0], rows[-1] + 1)) * PHONE_MS
    if share < least or last.end_ms - first.start_ms > 2.5 * inside + 2_000:
        return None
    before = sum(script.units[i].length for i in range(line.first, rows[0])) * PHONE_MS
    after = sum(script.units[i].length for i in range(rows[-1] + 1, line.last)) * PHONE_MS
    return Span(
        max(0, first.start_ms - before),
        last.end_ms + after,
        share,
        first.start_ms if not before else None,
        last.end_ms if not after else None,
    )


def _pace(script: Script, found: Sequence[Span | None]) -> float:
    """The speaker's milliseconds per phone, from completely recognized lines."""
    paces = [
        (span.last_ms - span.first_ms) / line.length
        for span, line in zip(found, script.lines, strict=True)
        if span is not None
        and span.first_ms is not None
        and span.last_ms is not None
        and line.length >= 12
    ]
    return min(150.0, max(50.0, statistics.median(paces))) if len(paces) >= 5 else PHONE_MS


def _accept_fitting(
    recording: _Recording,
    times: UnitTimes,
    found: list[Span | None],
    low: int,
    high: int,
) -> None:
    """Accept lines with weak evidence if they fill the gap between two anchors."""
    script = recording.script
    before = found[low - 1] if low else None
    after = found[high] if high < len(found) else None
    room = (before.end_ms if before else 0, after.start_ms if after else recording.duration_ms)
    some = {
        i: _span_of_line(script, times, i, _WEAK_SHARE) for i in _spoken_lines(script, low, high)
    }
    if all(some.values()) and recording.fits(low, high, room):
        for number, span in some.items():
            found[number] = span


def _spoken_lines(script: Script, low: int, high: int) -> list[int]:
    return [i for i in range(low, high) if script.lines[i].length]


def _remove_overlaps(found: list[Span | None]) -> None:
    """Clip overlapping spans. Matches ascend, so only estimated parts can overlap."""
    clock = 0
    for number, span in enumerate(found):
        if span is None:
            continue
        start = max(span.start_ms, clock)
        end = max(span.end_ms, start)
        found[number] = Span(start, end, span.heard, span.first_ms, span.last_ms)
        clock = span.last_ms if span.last_ms is not None else start


def _decide_lines(
    recording: _Recording,
    found: list[Span | None],
    low: int,
    high: int,
    pool: WorkerPool,
) -> None:
    """Decide the lines low to high between two anchors, window by window."""
    script, regions = recording.script, recording.regions
    before = found[low - 1] if low else None
    after = found[high] if high < len(found) else None
    clock = before.end_ms if before else 0
    end = after.start_ms if after else recording.duration_ms
    room = boundaries.speech_ms(regions, clock, end)
    fits = recording.fits(low, high, (clock, end))
    shortest = min(script.lines[i].expected_ms for i in _spoken_lines(script, low, high))
    if not _MIN_SPEECH_SHARE * shortest <= room <= _UNRELATED_MS:
        return
    # The neighbors' own edges may be guesses: let them take part where they are near.
    first = low - 1 if before and before.end_ms - before.start_ms < 15_000 else low
    last = high + 1 if after and after.end_ms - after.start_ms < 15_000 else high
    if first < low and before:
        clock = before.start_ms
    if last > high and after:
        end = after.end_ms
    clock, end = max(0, clock - _MARGIN_MS), min(recording.duration_ms, end + _MARGIN_MS)
    number = first
    while number < last and clock < end - 200:
        stop = _piece_end(regions, clock, end)
        if boundaries.speech_ms(regions, clock, stop) < _MIN_SPEECH_SHARE * shortest:
            clock = stop  # no speech, so no line
            continue
        count, held = number, 0
        while count < last and (held < 1.6 * (stop - clock) or count - number < 3):
            held += script.lines[count].expected_ms
            count += 1
        lines = [line.spoken_forms for line in script.lines[number:count]]
        decided = pool.decide(clock, stop, lines, LOW_GARBAGE if fits else HIGH_GARBAGE)
        reached = number
        resume = stop
        if decided is not None:
            for offset, span in enumerate(decided.lines):
                at = number + offset
                if span is None:
                    continue
                if stop < end and span[1] > stop - 300 and span[0] > clock + 1_000:
                    resume = span[0] - 200  # cut off: the next window begins with it
                    break
                reached = at + 1
                if low <= at < high:
                    found[at] = Span(span[0], span[1], 0.0)
        number, clock = reached, max(resume, clock + 1_000)


def _piece_end(regions: Sequence[Region], clock: int, end: int) -> int:
    """The end of a window that begins at `clock`: the last pause within its length."""
    if end - clock <= 1.25 * _WINDOW_MS:
        return end
    pauses = [
        (a.end_ms + b.start_ms) // 2
        for a, b in pairwise(regions)
        if clock + _WINDOW_MS // 2 < (a.end_ms + b.start_ms) // 2 <= clock + _WINDOW_MS
    ]
    return max(pauses, default=clock + _WINDOW_MS)
