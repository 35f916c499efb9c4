"""Align the recording in chunks of a few lines.

Chunks are cut only where the words on both sides were recognized, or in a long pause, so
that no chunk contains applause or speech without text. Lines that fit badly are aligned
again, and lines that were not spoken or could not be aligned get times by length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from speechsubs.alignment.forced import boundaries, confidence
from speechsubs.alignment.forced.boundaries import regions_near
from speechsubs.alignment.forced.decide import Span
from speechsubs.alignment.forced.decode import LOW_GARBAGE, TokenTime
from speechsubs.alignment.forced.recognize import UnitTimes
from speechsubs.alignment.forced.script import Line, LineForms, Script
from speechsubs.alignment.forced.workers import WorkerPool
from speechsubs.alignment.vad import Region

_LONGEST_MS: Final = 15_000
_TOO_LONG_MS: Final = 75_000
_LEAD_MS: Final = 250
#: How far an estimated boundary may be off.
_UNCERTAINTY_MS: Final = 700
_CLEAR_GAP_MS: Final = 150


@dataclass(frozen=True, slots=True)
class Chunk:
    """The numbers of the lines that are spoken between two times."""

    lines: tuple[int, ...]
    start_ms: int
    end_ms: int


def build_chunks(
    spans: Sequence[Span | None], regions: Sequence[Region], duration_ms: int
) -> list[Chunk]:
    """Group all spoken lines into chunks, in order."""
    spoken = [n for n, span in enumerate(spans) if span is not None]
    groups: list[list[int]] = []
    for number in spoken:
        if groups and not _is_cut(spans, groups[-1], number):
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


def _is_cut(spans: Sequence[Span | None], group: Sequence[int], number: int) -> bool:
    before, after, first = spans[group[-1]], spans[number], spans[group[0]]
    assert before is not None
    assert after is not None
    assert first is not None
    gap = after.start_ms - before.end_ms
    exact = before.last_ms is not None and after.first_ms is not None
    if gap > 2_500 or (exact and gap > 800):
        return True
    if after.end_ms - first.start_ms > _TOO_LONG_MS:
        return True
    return after.end_ms - first.start_ms > _LONGEST_MS and exact and gap >= _CLEAR_GAP_MS


def _end(span: Span | None) -> int:
    assert span is not None
    return span.last_ms if span.last_ms is not None else span.end_ms


def _start(span: Span | None) -> int:
    assert span is not None
    return span.first_ms if span.first_ms is not None else span.start_ms


def _lead(span: Span, regions: Sequence[Region], earliest: int) -> int:
    """The start of a chunk: shortly before its first line, never inside another's words."""
    if span.first_ms is not None:
        return max(span.first_ms - _LEAD_MS, min(earliest, span.first_ms))
    start = span.start_ms - _UNCERTAINTY_MS
    for region in regions_near(regions, span.start_ms, span.start_ms):
        # A nearby speech onset is a better estimate than the expected duration.
        start = max(start, region.start_ms - _LEAD_MS)
    return max(start, min(earliest, span.start_ms))


def _tail(span: Span, regions: Sequence[Region], latest: int) -> int:
    if span.last_ms is not None:
        return min(span.last_ms + _LEAD_MS, max(latest, span.last_ms))
    end = span.end_ms + _UNCERTAINTY_MS
    for region in regions_near(regions, span.end_ms, span.end_ms):
        end = min(end, region.end_ms + _LEAD_MS)
    return min(end, max(latest, span.end_ms))


#: Alignment and recognizer disagree on a boundary by this much: realign, within a margin.
_FAR_MS: Final = 500
_NEAR_MS: Final = 300
_TAIL_MS: Final = 100
#: Acoustic score (per frame) that a wider alignment must gain to be kept.
_MIN_GAIN: Final = 4.0

#: The minimum length of a hole in a line that may hold speech that is not in the text, and
#: the maximum number of stray words beside it.
_HOLE_MS: Final = 900
_MAX_STRAY_WORDS: Final = 2

#: Lines closer than the first value follow without a pause; a pause is at least as long as
#: the second; a boundary moves by at most this many words.
_JOINED_MS: Final = 150
_PAUSE_MS: Final = 300
_MAX_MOVED_WORDS: Final = 4

LineTokens = tuple[TokenTime, ...]


def align_chunk(
    chunk: Chunk,
    lines: Sequence[LineForms],
    spans: Sequence[Span | None],
    regions: Sequence[Region],
    pool: WorkerPool,
) -> list[LineTokens] | None:
    """Align the lines of a chunk: their token times, or None if no path was found.

    `lines` and `spans` are those of the chunk, `regions` are regions of speech.
    """
    found = pool.align(chunk.start_ms, chunk.end_ms, lines)
    if found is None:
        return None
    rows = [
        _trim_outer_words(line, _realign_without_hole(line, times, regions, pool), pool)
        for line, times in zip(lines, found.lines, strict=True)
    ]
    rows = [
        _realign_to_span(line, times, span, pool)
        for line, times, span in zip(lines, rows, spans, strict=True)
    ]
    for number in range(len(rows) - 1):
        rows[number : number + 2] = _move_to_pause(
            lines[number : number + 2], rows[number:], regions, pool
        )
    return rows


def _move_to_pause(
    lines: Sequence[LineForms],
    rows: Sequence[LineTokens],
    regions: Sequence[Region],
    pool: WorkerPool,
) -> list[LineTokens]:
    """Move the boundary of two adjacent lines to a nearby pause if that fits better.

    Speakers pause between sentences. A boundary in the middle of speech, a few words from
    a pause, indicates wrong words in the text. On the benchmark's five voices with three
    texts each there were seven such places: the pause was the correct boundary in all of
    them, by up to 1.6 s, and in all but one it had the better score (measured on
    2026-11-23).
    """
    first, second = rows[0], rows[1]
    before, after = [t for t in first if t.phones], [t for t in second if t.phones]
    best = [first, second]
    if not before or not after or after[0].start_ms - before[-1].end_ms >= _JOINED_MS:
        return best
    start, end = before[0].start_ms, after[-1].end_ms
    for left, right in pairwise(regions_near(regions, start, end)):
        middle = (left.end_ms + right.start_ms) // 2
        moved = sum(t.start_ms >= middle for t in before) + sum(t.end_ms <= middle for t in after)
        long = right.start_ms - left.end_ms >= _PAUSE_MS
        if not (long and start < middle < end and 0 < moved <= _MAX_MOVED_WORDS):
            continue
        ahead = pool.align(max(0, start - _TAIL_MS), left.end_ms + _PAUSE_MS // 2, lines[:1])
        behind = pool.align(right.start_ms - _PAUSE_MS // 2, end + _TAIL_MS, lines[1:])
        if ahead is None or behind is None:
            continue
        found = [ahead.lines[0], behind.lines[0]]
        if confidence.score([*found[0], *found[1]]) > confidence.score([*best[0], *best[1]]):
            # There may be speech that is not in the text beyond the pause.
            best = [
                _realign_without_hole(line, row, regions, pool)
                for line, row in zip(lines, found, strict=False)
            ]
    return best


def _realign_without_hole(
    line: LineForms, times: LineTokens, regions: Sequence[Region], pool: WorkerPool
) -> LineTokens:
    """Realign a line whose first or last words were found far from the rest.

    Those words may have matched speech that is not in the text. Or the speaker paused:
    the new times are kept only if they have a better score.
    """
    said = [t for t in times if t.phones]
    start, end = 0, 0
    for number in range(len(said) - 1):
        hole = said[number + 1].start_ms - said[number].end_ms
        if hole >= _HOLE_MS and number < _MAX_STRAY_WORDS:
            start = _onset_before(regions, said[number].end_ms, said[number + 1].start_ms)
        if hole >= _HOLE_MS and len(said) - number - 2 < _MAX_STRAY_WORDS:
            end = end or _end_after(regions, said[number].end_ms, said[number + 1].start_ms)
    if not start and not end:
        return times
    start, end = start or said[0].start_ms - _TAIL_MS, end or said[-1].end_ms + _TAIL_MS
    found = pool.align(max(0, start), end, [line]) if end > start else None
    if found is None or confidence.score(found.lines[0]) <= confidence.score(times):
        return times
    return found.lines[0]


def _onset_before(regions: Sequence[Region], after_ms: int, start_ms: int) -> int:
    """The onset of the speech at `start_ms`, or a time shortly before `start_ms`."""
    starts = [r.start_ms - _TAIL_MS for r in regions_near(regions, start_ms, start_ms)]
    return min([start_ms - _NEAR_MS, *(s for s in starts if s >= after_ms)])


def _end_after(regions: Sequence[Region], end_ms: int, before_ms: int) -> int:
    """The end of the speech at `end_ms`, or a time shortly after `end_ms`."""
    ends = [r.end_ms + _TAIL_MS for r in regions_near(regions, end_ms, end_ms)]
    return max([end_ms + _NEAR_MS, *(e for e in ends if e <= before_ms)])


def _trim_outer_words(line: LineForms, times: LineTokens, pool: WorkerPool) -> LineTokens:
    """Trim outer words that include other sounds, by a second decoding."""
    if not boundaries.is_stretched(times):
        return times
    start, end = times[0].start_ms, times[-1].end_ms
    decided = pool.decide(start, end, [line], LOW_GARBAGE)
    span = decided.lines[0] if decided is not None else None
    return boundaries.shorten(boundaries.narrow(times, *span) if span else times)


def _realign_to_span(
    line: LineForms, times: LineTokens, span: Span | None, pool: WorkerPool
) -> LineTokens:
    """Realign a line that extends far beyond where it was recognized.

    It probably includes other speech. The wider times are kept if their score is clearly
    better.
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
    found = pool.align(start, end + _TAIL_MS, [line])
    if found is None or confidence.score(found.lines[0]) < confidence.score(times) - _MIN_GAIN:
        return times
    return found.lines[0]


def spread_tokens(line: Line, start_ms: int, end_ms: int) -> tuple[TokenTime, ...]:
    """Spread a line's tokens over a time span in proportion to their phones.

    The times have no phones of their own, because nothing was decoded.
    """
    total = max(1, line.length)
    length = max(0, end_ms - start_ms)
    clock = 0
    found = []
    for token in line.tokens:
        begin = start_ms + length * clock // total
        clock += token.length
        found.append(TokenTime(begin, start_ms + length * clock // total))
    return tuple(found)


def place_recognized(
    script: Script, number: int, times: UnitTimes, span: Span
) -> tuple[TokenTime, ...]:
    """Time a line that could not be aligned by its recognized tokens, others in between."""
    line = script.lines[number]
    guess = list(spread_tokens(line, span.start_ms, span.end_ms))
    at = line.first
    clock = span.start_ms
    for place, token in enumerate(line.tokens):
        count = len(token.spoken_forms[0]) if token.spoken_forms else 0
        heard = [h for h in times[at : at + count] if h is not None]
        at += count
        start, end = guess[place].start_ms, guess[place].end_ms
        if heard:
            start, end = heard[0].start_ms, heard[-1].end_ms
        start = max(clock, start)
        guess[place] = TokenTime(start, max(start, end))
        clock = guess[place].start_ms
    return tuple(guess)


def fill_gaps(
    script: Script, placed: Sequence[tuple[TokenTime, ...] | None], duration_ms: int
) -> list[tuple[TokenTime, ...]]:
    """Give all lines times: those not spoken share the gap between their neighbors."""
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
        # In the middle of the gap, as far from the neighbors' words as possible.
        at = clock + (limit - clock - wanted * scale) / 2
        for line in lines:
            length = line.expected_ms * scale
            result.append(spread_tokens(line, round(at), round(at + length)))
            at += length
        clock = max(clock, round(at))
        number = end
    return result
