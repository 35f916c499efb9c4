"""Correct the boundaries of aligned lines by the regions of speech.

Also queries on sorted regions, each in logarithmic time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from speechsubs.alignment.forced.decode import TokenTime
from speechsubs.alignment.vad import Region

#: How far beside a line uncovered speech counts, and the margin at the line itself.
_BESIDE_MS: Final = 800
_MARGIN_MS: Final = 60


def regions_near(regions: Sequence[Region], start_ms: int, end_ms: int) -> Sequence[Region]:
    """The regions that touch a time span.

    >>> regions_near([Region(0, 10), Region(20, 30), Region(40, 50)], 10, 25)
    [Region(start_ms=0, end_ms=10), Region(start_ms=20, end_ms=30)]
    """
    low = bisect_left(regions, start_ms, key=lambda region: region.end_ms)
    high = bisect_right(regions, end_ms, key=lambda region: region.start_ms)
    return regions[low:high]


def speech_ms(regions: Sequence[Region], start_ms: int, end_ms: int) -> int:
    """Milliseconds of speech in a time span.

    >>> speech_ms([Region(0, 10), Region(20, 30)], 5, 22)
    7
    """
    return sum(
        max(0, min(r.end_ms, end_ms) - max(r.start_ms, start_ms))
        for r in regions_near(regions, start_ms, end_ms)
    )


def uncovered_speech(
    regions: Sequence[Region], spans: Sequence[tuple[int, int]], number: int
) -> tuple[int, int]:
    """Milliseconds of speech just before and just after a span that no span covers.

    >>> uncovered_speech([Region(0, 900), Region(5_000, 6_000)], [(0, 400), (5_000, 6_000)], 0)
    (0, 440)
    """
    start, end = spans[number]
    earliest = spans[number - 1][1] if number else 0
    latest = spans[number + 1][0] if number + 1 < len(spans) else end + _BESIDE_MS
    before = speech_ms(regions, max(earliest, start - _BESIDE_MS), start - _MARGIN_MS)
    after = speech_ms(regions, end + _MARGIN_MS, min(latest, end + _BESIDE_MS))
    return before, after


#: A region gap of this length inside a word is a pause before or after the word.
_PAUSE_MS: Final = 200
#: No word takes longer than this per phone, plus the slack.
_STRETCH: Final = 150
_SLACK_MS: Final = 200
#: How far a start and an end may move to the boundary of a speech region.
_ONSET_MS: Final = 160
_FADE_MS: Final = 220
#: Below this confidence, a line's end in the middle of speech that goes on for up to the
#: limit, and that no other line covers, is wrong: the text has words that were not said.
_LOW_CONFIDENCE: Final = 0.05
_LOW_CONFIDENCE_FADE_MS: Final = 1_000
#: Breathy sounds that noise masks, with their inherent durations (Klatt 1979). On all five
#: voices of the benchmark, including the clear ones, the model took half of an initial H
#: for silence: starts were 20 to 65 ms late, and 120 ms in loud noise.
_BREATHY: Final = {"HH": 80, "TH": 90, "F": 100}
#: None lasts longer than this: what precedes is similar-sounding noise.
_LONGEST_BREATH_MS: Final = 150


def snap_to_pauses(tokens: Sequence[TokenTime], regions: Sequence[Region]) -> tuple[TokenTime, ...]:
    """Move the start of the first word and the end of the last word past a pause.

    The first word of a line may include noise before it: if there is a pause inside that
    word, it begins after the pause. Likewise for the end of the last word.
    """
    result = list(tokens)
    spoken = [n for n, t in enumerate(result) if t.phones]
    if not spoken:
        return tuple(result)
    first, last = spoken[0], spoken[-1]
    regions = regions_near(regions, result[first].start_ms, result[last].end_ms)
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


def is_stretched(tokens: Sequence[TokenTime]) -> bool:
    """True if the first or the last word is implausibly long."""
    spoken = [n for n, t in enumerate(tokens) if t.phones]
    return bool(spoken) and any(
        tokens[n].end_ms - tokens[n].start_ms > _STRETCH * tokens[n].phones + _SLACK_MS
        for n in (spoken[0], spoken[-1])
    )


def shorten(tokens: Sequence[TokenTime]) -> tuple[TokenTime, ...]:
    """Cut implausibly long outer words to the maximum duration of a word."""
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


def narrow(tokens: Sequence[TokenTime], start_ms: int, end_ms: int) -> tuple[TokenTime, ...]:
    """Trim the outer words to a time span that begins or ends inside them."""
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


def _breathy_start(word: TokenTime) -> int:
    """The start of a word whose first sound may be masked by noise or merged with it."""
    usual = _BREATHY.get(word.first)
    if usual is None or not word.first_ms:
        return word.start_ms
    length = min(max(word.first_ms, usual), _LONGEST_BREATH_MS)
    return word.start_ms + word.first_ms - length


def widen(
    placed: Sequence[tuple[TokenTime, ...] | None],
    onsets: Sequence[Region],
    regions: Sequence[Region],
    confidences: Sequence[float] = (),
) -> list[tuple[TokenTime, ...] | None]:
    """Move the outer boundaries of lines out to where speech begins and ends.

    The model takes the fading end of a final phone for silence: ends were 8 to 60 ms
    early on all voices, while those of the VAD at a threshold of 0.5 are unbiased
    (measured on 2026-11-23). `onsets` are regions at a lower threshold, used for starts.
    Boundaries never move into another line's words. With a low entry in `confidences`, a
    line's end may move further.
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
        start = _breathy_start(first)
        for region in regions_near(onsets, first.start_ms - _ONSET_MS, first.start_ms):
            if max(clock, first.start_ms - _ONSET_MS) <= region.start_ms < first.start_ms:
                start = min(start, region.start_ms)
        floor = min(clock, first.start_ms)
        times[spoken[0]] = replace(first, start_ms=min(max(floor, start), first.end_ms))
        last = times[spoken[-1]]
        doubtful = bool(confidences) and confidences[number] < _LOW_CONFIDENCE
        reach = last.end_ms + (_LOW_CONFIDENCE_FADE_MS if doubtful else _FADE_MS)
        for region in regions_near(regions, last.end_ms, last.end_ms):
            near_end = last.end_ms < region.end_ms <= reach
            if near_end and (latest is None or region.end_ms <= latest):
                times[spoken[-1]] = replace(last, end_ms=region.end_ms)
        clock = times[spoken[-1]].end_ms
        result[number] = tuple(times)
    return result
