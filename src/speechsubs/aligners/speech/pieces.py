"""One piece of sound with its lines: aligned, and looked at again where it fits badly."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from speechsubs.aligners.speech import confidence as trust
from speechsubs.aligners.speech import edges
from speechsubs.aligners.speech.chunks import Chunk
from speechsubs.aligners.speech.crew import Crew
from speechsubs.aligners.speech.decide import Span
from speechsubs.aligners.speech.decode import GARBAGE_DEAR, TokenTime
from speechsubs.aligners.speech.script import Ways
from speechsubs.aligners.speech.voiced import near
from speechsubs.aligners.voice import Region

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

Times = tuple[TokenTime, ...]


def placed(
    piece: Chunk,
    lines: Sequence[Ways],
    spans: Sequence[Span | None],
    regions: Sequence[Region],
    crew: Crew,
) -> list[Times] | None:
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
    lines: Sequence[Ways], rows: Sequence[Times], regions: Sequence[Region], crew: Crew
) -> list[Times]:
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
        if trust.score([*found[0], *found[1]]) > trust.score([*best[0], *best[1]]):
            # Beyond the pause may lie speech that is not in the text.
            best = [
                _whole(line, row, regions, crew) for line, row in zip(lines, found, strict=False)
            ]
    return best


def _whole(line: Ways, times: Times, regions: Sequence[Region], crew: Crew) -> Times:
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
    if found is None or trust.score(found.lines[0]) <= trust.score(times):
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


def _without_burst(line: Ways, times: Times, crew: Crew) -> Times:
    """A line whose outer words took in sound that is not theirs, heard once more."""
    if not edges.stretched(times):
        return times
    start, end = times[0].start_ms, times[-1].end_ms
    decided = crew.decide(start, end, [line], GARBAGE_DEAR)
    span = decided.lines[0] if decided is not None else None
    return edges.shortened(edges.narrowed(times, *span) if span else times)


def _again(line: Ways, times: Times, span: Span | None, crew: Crew) -> Times:
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
    if found is None or trust.score(found.lines[0]) < trust.score(times) - _BETTER:
        return times
    return found.lines[0]
