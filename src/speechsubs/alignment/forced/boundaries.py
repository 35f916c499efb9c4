"""Questions to the regions of a voice, each answered in logarithmic time.

Edges that a forced alignment put wrong, repaired by where the voice is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from speechsubs.alignment.forced.decode import TokenTime
from speechsubs.alignment.vad import Region

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


#: A pause of this length inside a word is no pause in speaking.
_PAUSE_MS: Final = 200
#: Milliseconds for a phone that no word exceeds by more than the slack.
_STRETCH: Final = 150
_SLACK_MS: Final = 200
#: How far a start and an end may move to the voice's own edge.
_ONSET_MS: Final = 160
_FADE_MS: Final = 220
#: Below this trust a line's end in the middle of a voice that goes on for up to so long, and
#: that no other line takes, is wrong: wrong words in the text were heard too quickly.
_UNSURE: Final = 0.05
_UNSURE_FADE_MS: Final = 1_000
#: Breathy sounds that noise covers, and how long each lasts by itself (inherent
#: durations, Klatt 1979). On all five voices of the benchmark, also the clear ones, the
#: model heard half of a first H as silence: 20 to 65 ms late, 120 ms in loud noise.
_BREATHY: Final = {"HH": 80, "TH": 90, "F": 100}
#: Nobody draws one out longer than this: what is before it is noise that sounds alike.
_LONGEST_BREATH_MS: Final = 150


def snapped(tokens: Sequence[TokenTime], regions: Sequence[Region]) -> tuple[TokenTime, ...]:
    """Move the start of the first word and the end of the last one over a pause.

    The first word of a line may have eaten noise before it: a pause inside that word
    means that it begins after the pause. The same for the last one, the other way.
    """
    result = list(tokens)
    spoken = [n for n, t in enumerate(result) if t.phones]
    if not spoken:
        return tuple(result)
    first, last = spoken[0], spoken[-1]
    regions = near(regions, result[first].start_ms, result[last].end_ms)
    for left, right in pairwise(regions):
        if right.start_ms - left.end_ms < _PAUSE_MS:
            continue
        word = result[first]
        if word.start_ms <= left.end_ms and right.start_ms < word.end_ms - 40:
            result[first] = replace(word, start_ms=right.start_ms, first_ms=0)
    for left, right in zip(reversed(regions[:-1]), reversed(regions[1:]), strict=False):
        if right.start_ms - left.end_ms < _PAUSE_MS:
            continue
        word = result[last]
        if word.start_ms + 40 < left.end_ms and right.start_ms <= word.end_ms:
            result[last] = replace(word, end_ms=left.end_ms)
    return tuple(result)


def stretched(tokens: Sequence[TokenTime]) -> bool:
    """True where the first or the last word is far longer than anybody says it."""
    spoken = [n for n, t in enumerate(tokens) if t.phones]
    return bool(spoken) and any(
        tokens[n].end_ms - tokens[n].start_ms > _STRETCH * tokens[n].phones + _SLACK_MS
        for n in (spoken[0], spoken[-1])
    )


def shortened(tokens: Sequence[TokenTime]) -> tuple[TokenTime, ...]:
    """Outer words that are still stretched, cut to the longest that words are."""
    result = list(tokens)
    spoken = [n for n, t in enumerate(result) if t.phones]
    for place, number in enumerate((spoken[0], spoken[-1]) if spoken else ()):
        word = result[number]
        longest = _STRETCH * word.phones
        if word.end_ms - word.start_ms > longest + _SLACK_MS:
            result[number] = (
                replace(word, end_ms=word.start_ms + longest)
                if place
                else replace(word, start_ms=word.end_ms - longest, first_ms=0)
            )
    return tuple(result)


def narrowed(tokens: Sequence[TokenTime], start_ms: int, end_ms: int) -> tuple[TokenTime, ...]:
    """The outer words cut to a time, as far as these words reach."""
    result = list(tokens)
    spoken = [n for n, t in enumerate(result) if t.phones]
    if not spoken:
        return tuple(result)
    first, last = result[spoken[0]], result[spoken[-1]]
    if first.start_ms + _SLACK_MS < start_ms < first.end_ms:
        result[spoken[0]] = replace(first, start_ms=start_ms, first_ms=0)
    last = result[spoken[-1]]
    if last.start_ms < end_ms < last.end_ms - _SLACK_MS:
        result[spoken[-1]] = replace(last, end_ms=end_ms)
    return tuple(result)


def _breathed(word: TokenTime) -> int:
    """When a word begins whose first sound may be covered by noise, or mixed with it."""
    usual = _BREATHY.get(word.first)
    if usual is None or not word.first_ms:
        return word.start_ms
    length = min(max(word.first_ms, usual), _LONGEST_BREATH_MS)
    return word.start_ms + word.first_ms - length


def widened(
    placed: Sequence[tuple[TokenTime, ...] | None],
    onsets: Sequence[Region],
    regions: Sequence[Region],
    sure: Sequence[float] = (),
) -> list[tuple[TokenTime, ...] | None]:
    """Outer edges moved out to where the voice sets in and fades.

    The model hears the fading end of a last phone as silence: ends came 8 to 60 ms
    early on all voices, where the detector at a half is right in the middle (measured
    on 2026-11-23). `onsets` are regions at a lower threshold, for starts. Never into
    another line's words. `sure` is the trust in each line; doubtful ends move further.
    """
    result = list(placed)
    rows = [n for n, times in enumerate(placed) if times and any(t.phones for t in times)]
    clock = 0
    for place, number in enumerate(rows):
        times = list(result[number] or ())
        spoken = [n for n, t in enumerate(times) if t.phones]
        first, last = times[spoken[0]], times[spoken[-1]]
        follower = placed[rows[place + 1]] if place + 1 < len(rows) else None
        latest = follower[0].start_ms if follower else None
        start = _breathed(first)
        for region in near(onsets, first.start_ms - _ONSET_MS, first.start_ms):
            if max(clock, first.start_ms - _ONSET_MS) <= region.start_ms < first.start_ms:
                start = min(start, region.start_ms)
        floor = min(clock, first.start_ms)
        times[spoken[0]] = replace(first, start_ms=min(max(floor, start), first.end_ms))
        last = times[spoken[-1]]
        doubtful = bool(sure) and sure[number] < _UNSURE
        reach = last.end_ms + (_UNSURE_FADE_MS if doubtful else _FADE_MS)
        for region in near(regions, last.end_ms, last.end_ms):
            near_end = last.end_ms < region.end_ms <= reach
            if near_end and (latest is None or region.end_ms <= latest):
                times[spoken[-1]] = replace(last, end_ms=region.end_ms)
        clock = times[spoken[-1]].end_ms
        result[number] = tuple(times)
    return result
