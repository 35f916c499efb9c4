"""Lines gathered into pieces that are aligned at once.

Cut only where both neighbours were heard up to the cut, or where it is long quiet:
a piece then never holds applause or speech that belongs to nobody.

One piece of sound with its lines: aligned, and looked at again where it fits badly.

Times for what the alignment left open: between neighbours, by length alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from speechsubs.alignment.forced import boundaries, confidence
from speechsubs.alignment.forced.boundaries import near
from speechsubs.alignment.forced.decide import Span
from speechsubs.alignment.forced.decode import GARBAGE_DEAR, TokenTime
from speechsubs.alignment.forced.recognize import Times
from speechsubs.alignment.forced.script import Line, Script, Ways
from speechsubs.alignment.forced.workers import Crew
from speechsubs.alignment.vad import Region

_LONGEST_MS: Final = 15_000
_TOO_LONG_MS: Final = 75_000
_LEAD_MS: Final = 250
#: A guessed edge may be this far off.
_DOUBT_MS: Final = 700
_CLEAR_GAP_MS: Final = 150


@dataclass(frozen=True, slots=True)
class Chunk:
    """Lines (by number) that are spoken between two times."""

    lines: tuple[int, ...]
    start_ms: int
    end_ms: int


def chunks(
    spans: Sequence[Span | None], regions: Sequence[Region], duration_ms: int
) -> list[Chunk]:
    """All spoken lines, in order."""
    spoken = [n for n, span in enumerate(spans) if span is not None]
    groups: list[list[int]] = []
    for number in spoken:
        if groups and not _cut(spans, groups[-1], number):
            groups[-1].append(number)
        else:
            groups.append([number])
    found: list[Chunk] = []
    for place, group in enumerate(groups):
        first, last = spans[group[0]], spans[group[-1]]
        assert first is not None
        assert last is not None
        earliest = _end(spans[groups[place - 1][-1]]) if place else 0
        latest = _start(spans[groups[place + 1][0]]) if place + 1 < len(groups) else duration_ms
        start = _lead(first, regions, earliest)
        end = _tail(last, regions, latest)
        found.append(Chunk(tuple(group), max(0, start), max(start + 100, min(duration_ms, end))))
    return found


def _cut(spans: Sequence[Span | None], group: Sequence[int], number: int) -> bool:
    before, after, first = spans[group[-1]], spans[number], spans[group[0]]
    assert before is not None
    assert after is not None
    assert first is not None
    gap = after.start_ms - before.end_ms
    sure = before.last_ms is not None and after.first_ms is not None
    if gap > 2_500 or (sure and gap > 800):
        return True
    if after.end_ms - first.start_ms > _TOO_LONG_MS:
        return True
    return after.end_ms - first.start_ms > _LONGEST_MS and sure and gap >= _CLEAR_GAP_MS


def _end(span: Span | None) -> int:
    assert span is not None
    return span.last_ms if span.last_ms is not None else span.end_ms


def _start(span: Span | None) -> int:
    assert span is not None
    return span.first_ms if span.first_ms is not None else span.start_ms


def _lead(span: Span, regions: Sequence[Region], earliest: int) -> int:
    """Where a piece begins: a little before its first line, never in another's words."""
    if span.first_ms is not None:
        return max(span.first_ms - _LEAD_MS, min(earliest, span.first_ms))
    start = span.start_ms - _DOUBT_MS
    for region in near(regions, span.start_ms, span.start_ms):
        # The voice sets in there, if that is near: a better guess than a rate.
        start = max(start, region.start_ms - _LEAD_MS)
    return max(start, min(earliest, span.start_ms))


def _tail(span: Span, regions: Sequence[Region], latest: int) -> int:
    if span.last_ms is not None:
        return min(span.last_ms + _LEAD_MS, max(latest, span.last_ms))
    end = span.end_ms + _DOUBT_MS
    for region in near(regions, span.end_ms, span.end_ms):
        end = min(end, region.end_ms + _LEAD_MS)
    return min(end, max(latest, span.end_ms))


#: Alignment and recogniser disagree on a line's edge: look again that near to it.
_FAR_MS: Final = 500
_NEAR_MS: Final = 300
_TAIL_MS: Final = 100
#: Acoustic score (per frame) that a wider alignment must gain to be kept.
_BETTER: Final = 4.0

#: A hole in a line that may hold speech of others, and what lies beside it then: a word
#: or two.
_HOLE_MS: Final = 900
_STRAY: Final = 2

#: Lines nearer than this follow without a pause; a pause between two is at least as long
#: as the other; a border is moved by at most so many words.
_JOINED_MS: Final = 150
_PAUSE_MS: Final = 300
_MOVED: Final = 4

UnitTimes = tuple[TokenTime, ...]


def placed(
    piece: Chunk,
    lines: Sequence[Ways],
    spans: Sequence[Span | None],
    regions: Sequence[Region],
    crew: Crew,
) -> list[UnitTimes] | None:
    """Token times of the piece's lines, or None where no way through was found.

    `lines` and `spans` are those of the piece, `regions` those of a voice.
    """
    found = crew.align(piece.start_ms, piece.end_ms, lines)
    if found is None:
        return None
    rows = [
        _without_burst(line, _whole(line, times, regions, crew), crew)
        for line, times in zip(lines, found.lines, strict=True)
    ]
    rows = [
        _again(line, times, span, crew)
        for line, times, span in zip(lines, rows, spans, strict=True)
    ]
    for number in range(len(rows) - 1):
        rows[number : number + 2] = _parted(
            lines[number : number + 2], rows[number:], regions, crew
        )
    return rows


def _parted(
    lines: Sequence[Ways], rows: Sequence[UnitTimes], regions: Sequence[Region], crew: Crew
) -> list[UnitTimes]:
    """Two lines in a row, parted at a pause near their border where that fits better.

    Speakers pause between sentences. A border in the middle of speech, a few words from a
    pause, is a sign of wrong words in the text. On the benchmark's five voices, three
    texts each, seven such places came up: the pause was the right border in all of them,
    by up to 1.6 s, and all but one fitted the sound better (measured on 2026-11-23).
    """
    first, second = rows[0], rows[1]
    before, after = [t for t in first if t.phones], [t for t in second if t.phones]
    best = [first, second]
    if not before or not after or after[0].start_ms - before[-1].end_ms >= _JOINED_MS:
        return best
    start, end = before[0].start_ms, after[-1].end_ms
    for left, right in pairwise(near(regions, start, end)):
        middle = (left.end_ms + right.start_ms) // 2
        moved = sum(t.start_ms >= middle for t in before) + sum(t.end_ms <= middle for t in after)
        long = right.start_ms - left.end_ms >= _PAUSE_MS
        if not (long and start < middle < end and 0 < moved <= _MOVED):
            continue
        ahead = crew.align(max(0, start - _TAIL_MS), left.end_ms + _PAUSE_MS // 2, lines[:1])
        behind = crew.align(right.start_ms - _PAUSE_MS // 2, end + _TAIL_MS, lines[1:])
        if ahead is None or behind is None:
            continue
        found = [ahead.lines[0], behind.lines[0]]
        if confidence.score([*found[0], *found[1]]) > confidence.score([*best[0], *best[1]]):
            # Beyond the pause may lie speech that is not in the text.
            best = [
                _whole(line, row, regions, crew) for line, row in zip(lines, found, strict=False)
            ]
    return best


def _whole(line: Ways, times: UnitTimes, regions: Sequence[Region], crew: Crew) -> UnitTimes:
    """A line whose first or last word was found far from the rest, aligned without the hole.

    Speech that is not in the text may hold a word that is. A speaker may pause as well:
    the whole line stays where it fits the sound no worse.
    """
    said = [t for t in times if t.phones]
    start, end = 0, 0
    for number in range(len(said) - 1):
        hole = said[number + 1].start_ms - said[number].end_ms
        if hole >= _HOLE_MS and number < _STRAY:
            start = _set_in(regions, said[number].end_ms, said[number + 1].start_ms)
        if hole >= _HOLE_MS and len(said) - number - 2 < _STRAY:
            end = end or _faded(regions, said[number].end_ms, said[number + 1].start_ms)
    if not start and not end:
        return times
    start, end = start or said[0].start_ms - _TAIL_MS, end or said[-1].end_ms + _TAIL_MS
    found = crew.align(max(0, start), end, [line]) if end > start else None
    if found is None or confidence.score(found.lines[0]) <= confidence.score(times):
        return times
    return found.lines[0]


def _set_in(regions: Sequence[Region], after_ms: int, start_ms: int) -> int:
    """Where the voice sets in that is heard at a time, or a little before that time."""
    starts = [r.start_ms - _TAIL_MS for r in near(regions, start_ms, start_ms)]
    return min([start_ms - _NEAR_MS, *(s for s in starts if s >= after_ms)])


def _faded(regions: Sequence[Region], end_ms: int, before_ms: int) -> int:
    """Where the voice ends that is heard at a time, or a little after that time."""
    ends = [r.end_ms + _TAIL_MS for r in near(regions, end_ms, end_ms)]
    return max([end_ms + _NEAR_MS, *(e for e in ends if e <= before_ms)])


def _without_burst(line: Ways, times: UnitTimes, crew: Crew) -> UnitTimes:
    """A line whose outer words took in sound that is not theirs, heard once more."""
    if not boundaries.stretched(times):
        return times
    start, end = times[0].start_ms, times[-1].end_ms
    decided = crew.decide(start, end, [line], GARBAGE_DEAR)
    span = decided.lines[0] if decided is not None else None
    return boundaries.shortened(boundaries.narrowed(times, *span) if span else times)


def _again(line: Ways, times: UnitTimes, span: Span | None, crew: Crew) -> UnitTimes:
    """A line that reaches far beyond where it was heard, aligned to that time alone.

    Other speech beside it had been taken in. The wider times stay where they fit
    the sound clearly better.
    """
    said = [t for t in times if t.phones]
    if span is None or not span.heard or not said:
        return times
    early = span.start_ms - said[0].start_ms
    late = said[-1].end_ms - span.end_ms
    if max(early, late) < _FAR_MS:
        return times
    start = max(0, said[0].start_ms if early < _FAR_MS else span.start_ms - _NEAR_MS)
    end = said[-1].end_ms if late < _FAR_MS else span.end_ms + _NEAR_MS
    found = crew.align(start, end + _TAIL_MS, [line])
    if found is None or confidence.score(found.lines[0]) < confidence.score(times) - _BETTER:
        return times
    return found.lines[0]


def spread(line: Line, start_ms: int, end_ms: int) -> tuple[TokenTime, ...]:
    """A line's tokens over a time, each as long as its phones. They have no phones."""
    total = max(1, line.length)
    length = max(0, end_ms - start_ms)
    clock = 0
    found = []
    for token in line.tokens:
        begin = start_ms + length * clock // total
        clock += token.length
        found.append(TokenTime(begin, start_ms + length * clock // total))
    return tuple(found)


def from_heard(script: Script, number: int, times: Times, span: Span) -> tuple[TokenTime, ...]:
    """A line whose alignment failed: heard tokens where they were heard, others between."""
    line = script.lines[number]
    guess = list(spread(line, span.start_ms, span.end_ms))
    at = line.first
    clock = span.start_ms
    for place, token in enumerate(line.tokens):
        count = len(token.readings[0]) if token.readings else 0
        heard = [h for h in times[at : at + count] if h is not None]
        at += count
        start, end = guess[place].start_ms, guess[place].end_ms
        if heard:
            start, end = heard[0].start_ms, heard[-1].end_ms
        start = max(clock, start)
        guess[place] = TokenTime(start, max(start, end))
        clock = guess[place].start_ms
    return tuple(guess)


def between(
    script: Script, placed: Sequence[tuple[TokenTime, ...] | None], duration_ms: int
) -> list[tuple[TokenTime, ...]]:
    """All lines with times: those not spoken share the room between their neighbours."""
    result: list[tuple[TokenTime, ...]] = []
    number = 0
    clock = 0
    while number < len(placed):
        times = placed[number]
        if times:
            result.append(times)
            clock = max(clock, times[-1].end_ms)
            number += 1
            continue
        end = number
        while end < len(placed) and not placed[end]:
            end += 1
        after = placed[end] if end < len(placed) else None
        limit = max(clock, after[0].start_ms if after else duration_ms)
        lines = script.lines[number:end]
        wanted = sum(line.expected_ms for line in lines)
        scale = min(1.0, (limit - clock) / wanted) if wanted else 0.0
        # In the middle of the room: as far from the wrong words as it can be.
        at = clock + (limit - clock - wanted * scale) / 2
        for line in lines:
            length = line.expected_ms * scale
            result.append(spread(line, round(at), round(at + length)))
            at += length
        clock = max(clock, round(at))
        number = end
    return result
