"""Lines gathered into pieces that are aligned at once.

Cut only where both neighbours were heard up to the cut, or where it is long quiet:
a piece then never holds applause or speech that belongs to nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from speechsubs.aligners.speech.decide import Span
from speechsubs.aligners.speech.voiced import near
from speechsubs.aligners.voice import Region

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
