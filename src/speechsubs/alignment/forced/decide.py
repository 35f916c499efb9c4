"""Which lines were spoken, and about when.

Most lines are sure from what the recogniser heard. The doubtful ones between two
sure ones are put to the doubting grammar, which may leave each of them out.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from speechsubs.alignment.forced import boundaries
from speechsubs.alignment.forced.decode import GARBAGE_CHEAP, GARBAGE_DEAR
from speechsubs.alignment.forced.recognize import Times
from speechsubs.alignment.forced.script import PHONE_MS, Script
from speechsubs.alignment.forced.workers import Crew, Progress
from speechsubs.alignment.vad import Region

#: Heard phones of all phones of a line that make it sure.
_SURE: Final = 0.45
#: The same where the time fits as well.
_SOME: Final = 0.12
#: Sound shorter than this share of what a line should take cannot hold it.
_LEAST: Final = 0.3
#: So much speech without one line that was heard is not that text: the doubting grammar
#: would need a third of the time that it lasts to say the same.
_HOPELESS_MS: Final = 300_000
#: Twice the lines take three times as long in it (measured), so pieces are short.
_WINDOW_MS: Final = 20_000
_MARGIN_MS: Final = 400


@dataclass(frozen=True, slots=True)
class Span:
    """About when a line was spoken.

    `heard` is the share of its phones that the recogniser found; `first_ms` and
    `last_ms` are the start of its first unit and the end of its last one where these
    were heard themselves, so that a cut beside them is safe.
    """

    start_ms: int
    end_ms: int
    heard: float
    first_ms: int | None = None
    last_ms: int | None = None


def spans(
    script: Script,
    times: Times,
    regions: Sequence[Region],
    duration_ms: int,
    crew: Crew,
    progress: Progress | None = None,
) -> list[Span | None]:
    """For every line where it is, or None where it was not spoken."""
    found = [_from_heard(script, times, number, _SURE) for number in range(len(script.lines))]
    _drop_crossing(found)
    pace = _pace(script, found)
    for low, high in _open(script, found):
        _accept_fitting(script, times, found, low, high, regions, duration_ms, pace)
    _drop_crossing(found)

    def doubt(run: tuple[int, int]) -> None:
        _doubt(script, found, *run, regions, duration_ms, crew, pace)

    crew.each(doubt, _open(script, found), progress)
    return found


def _open(script: Script, found: Sequence[Span | None]) -> list[tuple[int, int]]:
    """Runs of lines that have no time yet. Lines without sound belong to their run."""
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


def _from_heard(script: Script, times: Times, number: int, least: float) -> Span | None:
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
    """Milliseconds that this speaker takes for a phone, from lines heard whole."""
    paces = [
        (span.last_ms - span.first_ms) / line.length
        for span, line in zip(found, script.lines, strict=True)
        if span is not None
        and span.first_ms is not None
        and span.last_ms is not None
        and line.length >= 12
    ]
    return min(150.0, max(50.0, statistics.median(paces))) if len(paces) >= 5 else PHONE_MS


def _fits(
    script: Script,
    low: int,
    high: int,
    regions: Sequence[Region],
    room: tuple[int, int],
    pace: float,
) -> bool:
    """True where the voice in a room is about as long as the lines low to high."""
    wanted = sum(script.lines[i].length for i in range(low, high)) * pace
    return 0.7 * wanted < boundaries.length(regions, *room) < 1.4 * wanted + 300


def _accept_fitting(
    script: Script,
    times: Times,
    found: list[Span | None],
    low: int,
    high: int,
    regions: Sequence[Region],
    duration_ms: int,
    pace: float,
) -> None:
    """Little evidence is enough for lines that fill the room between sure ones."""
    before = found[low - 1] if low else None
    after = found[high] if high < len(found) else None
    room = (before.end_ms if before else 0, after.start_ms if after else duration_ms)
    some = {i: _from_heard(script, times, i, _SOME) for i in _audible(script, low, high)}
    if all(some.values()) and _fits(script, low, high, regions, room, pace):
        for number, span in some.items():
            found[number] = span


def _audible(script: Script, low: int, high: int) -> list[int]:
    return [i for i in range(low, high) if script.lines[i].length]


def _drop_crossing(found: list[Span | None]) -> None:
    """Matches ascend, so only guessed parts can cross: they give way."""
    clock = 0
    for number, span in enumerate(found):
        if span is None:
            continue
        start = max(span.start_ms, clock)
        end = max(span.end_ms, start)
        found[number] = Span(start, end, span.heard, span.first_ms, span.last_ms)
        clock = span.last_ms if span.last_ms is not None else start


def _doubt(
    script: Script,
    found: list[Span | None],
    low: int,
    high: int,
    regions: Sequence[Region],
    duration_ms: int,
    crew: Crew,
    pace: float,
) -> None:
    """Decide lines low to high, between sure neighbours, piece by piece."""
    before = found[low - 1] if low else None
    after = found[high] if high < len(found) else None
    clock = before.end_ms if before else 0
    end = after.start_ms if after else duration_ms
    room = boundaries.length(regions, clock, end)
    fits = _fits(script, low, high, regions, (clock, end), pace)
    shortest = min(script.lines[i].expected_ms for i in _audible(script, low, high))
    if not _LEAST * shortest <= room <= _HOPELESS_MS:
        return
    # The neighbours' own edges may be guesses: let them take part where they are near.
    first = low - 1 if before and before.end_ms - before.start_ms < 15_000 else low
    last = high + 1 if after and after.end_ms - after.start_ms < 15_000 else high
    if first < low and before:
        clock = before.start_ms
    if last > high and after:
        end = after.end_ms
    clock, end = max(0, clock - _MARGIN_MS), min(duration_ms, end + _MARGIN_MS)
    number = first
    while number < last and clock < end - 200:
        stop = _piece_end(regions, clock, end)
        if boundaries.length(regions, clock, stop) < _LEAST * shortest:
            clock = stop  # nobody speaks there: no line can be
            continue
        count, held = number, 0
        while count < last and (held < 1.6 * (stop - clock) or count - number < 3):
            held += script.lines[count].expected_ms
            count += 1
        lines = [line.ways for line in script.lines[number:count]]
        decided = crew.decide(clock, stop, lines, GARBAGE_DEAR if fits else GARBAGE_CHEAP)
        reached = number
        resume = stop
        if decided is not None:
            for offset, span in enumerate(decided.lines):
                at = number + offset
                if span is None:
                    continue
                if stop < end and span[1] > stop - 300 and span[0] > clock + 1_000:
                    resume = span[0] - 200  # cut off: the next piece begins with it
                    break
                reached = at + 1
                if low <= at < high:
                    found[at] = Span(span[0], span[1], 0.0)
        number, clock = reached, max(resume, clock + 1_000)


def _piece_end(regions: Sequence[Region], clock: int, end: int) -> int:
    """Where a piece that begins at a time stops: in the last pause that is near enough."""
    if end - clock <= 1.25 * _WINDOW_MS:
        return end
    pauses = [
        (a.end_ms + b.start_ms) // 2
        for a, b in pairwise(regions)
        if clock + _WINDOW_MS // 2 < (a.end_ms + b.start_ms) // 2 <= clock + _WINDOW_MS
    ]
    return max(pauses, default=clock + _WINDOW_MS)
