"""The source track: finished sentences, timed by their own words, cut into cues.

The target track: translated sentences inside the time that the speaker took.

Every target sentence is cut by the rules of its own language. Names and amounts
are known in both texts, and clause marks where their number is equal; they say
when the words between them are spoken. Inside its sentence's time a cue's border
may move, so that every cue can be read.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from speechsubs.cues.layout import MAX_LAG_MS, Block, TimedText, cut, reading_ms
from speechsubs.language.locales import Locale
from speechsubs.model import Limits, Sentence


def source_blocks(
    run: Sequence[TimedText], sentences: Sequence[Sentence], locale: Locale
) -> list[Block]:
    """Cut paragraph by paragraph, speaker by speaker: no cue crosses from one to the next."""
    result: list[Block] = []
    pairs = zip(run, sentences, strict=True)
    for _, group in groupby(pairs, key=lambda pair: (pair[1].paragraph, pair[1].speaker)):
        result += cut([text for text, _ in group], locale)
    return result


#: A sentence may start this late where the one before it needs the time; a third of what
#: the BBC's guidelines allow between speech and text.
LATE_MS = 500


def target_blocks(
    run: Sequence[TimedText], sentences: Sequence[Sentence], locale: Locale
) -> list[Block]:
    """Cut paragraph by paragraph, then move inner borders so that cues can be read."""
    found: list[Block] = []
    pairs = zip(run, sentences, strict=True)
    for _, group in groupby(pairs, key=lambda pair: (pair[1].paragraph, pair[1].speaker)):
        found += cut([text for text, _ in group], locale)
    return retimed(found, locale.limits)


def retimed(found: Sequence[Block], limits: Limits) -> list[Block]:
    """Blocks with the time that each needs to be read, if there is any to be had.

    First the pause behind a sentence is used, up to `MAX_LAG_MS`, then borders between
    its blocks move; only then does the next sentence begin late, by `LATE_MS` at most
    and never so that it cannot be read itself.
    """
    groups = [list(group) for _, group in groupby(found, key=lambda block: block.sentences)]
    starts = [group[0].start_ms for group in groups]
    result: list[Block] = []
    for number, group in enumerate(groups):
        following = starts[number + 1] if number + 1 < len(groups) else None
        if (following is not None and following <= group[-1].start_ms and len(group) > 1) or (
            following is not None and following < starts[number]
        ):
            # Another speaker talks meanwhile: squeezed in front of him nobody could read it.
            result += group
            continue
        room = _room(group, following, limits)
        lacking = starts[number] + _needed(group, limits) - room
        if following is not None and lacking > 0:
            after = groups[number + 1]
            later = starts[number + 2] if number + 2 < len(groups) else None
            spare = _room(after, later, limits) - following - _needed(after, limits)
            late = max(0, min(lacking, spare, LATE_MS))
            # Time that is no pause can only be lent where the speech runs on.
            if following - limits.min_gap_ms <= room:
                starts[number + 1] += late
                room += late
        result += _shared_out(group, starts[number], room, limits)
    return result


def _room(group: Sequence[Block], following: int | None, limits: Limits) -> int:
    """Until when a sentence's last block may stay."""
    end = group[-1].end_ms
    if following is None:
        return end + MAX_LAG_MS
    return max(min(end + MAX_LAG_MS, following - limits.min_gap_ms), group[0].start_ms + 1)


def _needed(group: Sequence[Block], limits: Limits) -> int:
    """How long a sentence's blocks take to read, with the gaps between them."""
    return sum(reading_ms(b.width, limits) for b in group) + limits.min_gap_ms * (len(group) - 1)


def _shared_out(group: Sequence[Block], start: int, room: int, limits: Limits) -> list[Block]:
    """One sentence's blocks between its start and the end of its room."""
    gap = limits.min_gap_ms
    needs = [reading_ms(b.width, limits) for b in group]
    # When the last block has been read if none begins before its words are spoken.
    calm = start
    for number, (block, need) in enumerate(zip(group, needs, strict=True)):
        calm = max(calm + gap, block.start_ms) + need if number else start + need
    end = min(max(group[-1].end_ms, calm), max(room, start + 1))
    # Not enough time for all: what there is goes by need, so that no cue is worse off.
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
