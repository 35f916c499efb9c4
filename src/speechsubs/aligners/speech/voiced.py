"""Questions to the regions of a voice, each answered in logarithmic time."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

from speechsubs.aligners.voice import Region

#: How far beside a line a voice still says something about it, and its blurred edge.
_BESIDE_MS: Final = 800
_EDGE_MS: Final = 60


def near(regions: Sequence[Region], start_ms: int, end_ms: int) -> Sequence[Region]:
    """The regions that touch a stretch of time.

    >>> near([Region(0, 10), Region(20, 30), Region(40, 50)], 10, 25)
    [Region(start_ms=0, end_ms=10), Region(start_ms=20, end_ms=30)]
    """
    low = bisect_left(regions, start_ms, key=lambda region: region.end_ms)
    high = bisect_right(regions, end_ms, key=lambda region: region.start_ms)
    return regions[low:high]


def length(regions: Sequence[Region], start_ms: int, end_ms: int) -> int:
    """Milliseconds of voice in a stretch of time.

    >>> length([Region(0, 10), Region(20, 30)], 5, 22)
    7
    """
    return sum(
        max(0, min(r.end_ms, end_ms) - max(r.start_ms, start_ms))
        for r in near(regions, start_ms, end_ms)
    )


def loose(
    regions: Sequence[Region], spans: Sequence[tuple[int, int]], number: int
) -> tuple[int, int]:
    """Milliseconds of voice right before and right after a span that no span covers.

    >>> loose([Region(0, 900), Region(5_000, 6_000)], [(0, 400), (5_000, 6_000)], 0)
    (0, 440)
    """
    start, end = spans[number]
    earliest = spans[number - 1][1] if number else 0
    latest = spans[number + 1][0] if number + 1 < len(spans) else end + _BESIDE_MS
    before = length(regions, max(earliest, start - _BESIDE_MS), start - _EDGE_MS)
    after = length(regions, end + _EDGE_MS, min(latest, end + _BESIDE_MS))
    return before, after
