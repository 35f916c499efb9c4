"""Segment the source and the target track into blocks that fit the speech.

Source sentences are timed by their own words. Target sentences are segmented by the rules
of their own language and timed through what both texts share: names, amounts, and clause
punctuation if both have the same number. Cue boundaries may move within a sentence's time
so that every cue can be read.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from speechsubs.cues.layout import MAX_LAG_MS, Block, TimedText, reading_ms, segment
from speechsubs.language.locales import Locale
from speechsubs.model import Limits, Sentence


def source_blocks(
    run: Sequence[TimedText], sentences: Sequence[Sentence], locale: Locale
) -> list[Block]:
    """Segment each paragraph and speaker separately: no cue spans two of them."""
    result: list[Block] = []
    pairs = zip(run, sentences, strict=True)
    for _, group in groupby(pairs, key=lambda pair: (pair[1].paragraph, pair[1].speaker)):
        result += segment([text for text, _ in group], locale)
    return result


#: How late a sentence may start if the previous one needs the time: a third of the lag
#: between speech and text that the BBC's guidelines allow.
LATE_MS = 500


def target_blocks(
    run: Sequence[TimedText], sentences: Sequence[Sentence], locale: Locale
) -> list[Block]:
    """Segment each paragraph, then move inner boundaries so that cues can be read."""
    found: list[Block] = []
    pairs = zip(run, sentences, strict=True)
    for _, group in groupby(pairs, key=lambda pair: (pair[1].paragraph, pair[1].speaker)):
        found += segment([text for text, _ in group], locale)
    return allot_times(found, locale.limits)


def allot_times(found: Sequence[Block], limits: Limits) -> list[Block]:
    """Give each block the time that it needs to be read, as far as possible.

    First the pause after a sentence is used, up to `MAX_LAG_MS`, then boundaries between
    its blocks move. Only then is the next sentence delayed, by at most `LATE_MS` and never
    so far that it cannot be read itself.
    """
    groups = [list(group) for _, group in groupby(found, key=lambda block: block.sentences)]
    starts = [group[0].start_ms for group in groups]
    result: list[Block] = []
    for number, group in enumerate(groups):
        following = starts[number + 1] if number + 1 < len(groups) else None
        if (following is not None and following <= group[-1].start_ms and len(group) > 1) or (
            following is not None and following < starts[number]
        ):
            # Overlapping speakers: squeezed in before the other one, it could not be read.
            result += group
            continue
        room = _latest_end(group, following, limits)
        lacking = starts[number] + _reading_time(group, limits) - room
        if following is not None and lacking > 0:
            after = groups[number + 1]
            later = starts[number + 2] if number + 2 < len(groups) else None
            spare = _latest_end(after, later, limits) - following - _reading_time(after, limits)
            late = max(0, min(lacking, spare, LATE_MS))
            # Delay the next sentence only if it follows without a pause.
            if following - limits.min_gap_ms <= room:
                starts[number + 1] += late
                room += late
        result += _distribute(group, starts[number], room, limits)
    return result


def _latest_end(group: Sequence[Block], following: int | None, limits: Limits) -> int:
    """The latest end of a sentence's last block."""
    end = group[-1].end_ms
    if following is None:
        return end + MAX_LAG_MS
    return max(min(end + MAX_LAG_MS, following - limits.min_gap_ms), group[0].start_ms + 1)


def _reading_time(group: Sequence[Block], limits: Limits) -> int:
    """The time to read a sentence's blocks, including the gaps between them."""
    return sum(reading_ms(b.width, limits) for b in group) + limits.min_gap_ms * (len(group) - 1)


def _distribute(group: Sequence[Block], start: int, room: int, limits: Limits) -> list[Block]:
    """Distribute a sentence's blocks between its start and its latest end."""
    gap = limits.min_gap_ms
    needs = [reading_ms(b.width, limits) for b in group]
    # The end of the last block if no block begins before its words are spoken.
    calm = start
    for number, (block, need) in enumerate(zip(group, needs, strict=True)):
        calm = max(calm + gap, block.start_ms) + need if number else start + need
    end = min(max(group[-1].end_ms, calm), max(room, start + 1))
    # If there is too little time, share it in proportion to need.
    scale = min(1.0, max(0.0, (end - start - gap * (len(group) - 1)) / sum(needs)))
    needs = [round(need * scale) for need in needs]
    result = []
    begin = start
    for number, block in enumerate(group):
        if number + 1 == len(group):
            stop = end
        else:
            rest = sum(needs[number + 1 :]) + gap * (len(group) - number - 1)
            wanted = group[number + 1].start_ms - gap
            stop = max(begin + needs[number], min(wanted, end - rest))
        result.append(replace(block, start_ms=begin, end_ms=max(stop, begin + 1)))
        begin = max(stop, begin + 1) + gap
    return result
