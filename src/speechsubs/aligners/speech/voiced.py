"""Questions to the regions of a voice, each answered in logarithmic time."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from speechsubs.aligners.voice import Region


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
