"""The target track: translated sentences inside the time that the speaker took.

Every target sentence is cut by the rules of its own language. Names and amounts
are known in both texts, and clause marks where their number is equal; they say
when the words between them are spoken. Inside its sentence's time a cue's border
may move, so that every cue can be read; the sentence's start never moves.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from speechsubs.layout import MAX_LAG_MS, Block, TimedText, cut, reading_ms
from speechsubs.locales import Locale
from speechsubs.model import Finished, Limits, Sentence, Slot
from speechsubs.timeline import Timeline, Warp, carried

_MARK = re.compile(r"[,;:—…，；：、،؛](?=[\s\"'”’»」]|[^\x00-\x7f]|$)")


def texts(
    sentences: Sequence[Sentence], finished: Sequence[Finished], slots: Sequence[tuple[Slot, ...]]
) -> list[TimedText]:
    """Translated sentences with times for their words, carried over by the anchors."""
    result = []
    for sentence, done, own in zip(sentences, finished, slots, strict=True):
        anchors = [(p.start, p.end, own[p.slot].start, own[p.slot].end) for p in done.places]
        here, there = _marks(done.text), _marks(sentence.text)
        if len(here) == len(there):
            anchors += [(a, a + 1, b, b + 1) for a, b in zip(here, there, strict=True)]
        warp = Warp(len(done.text), len(sentence.text), anchors)
        glued = tuple((p.start, p.end) for p in done.places)
        words = carried(done.text, Timeline(sentence.words), warp)
        result.append(TimedText(sentence.index, done.text, words, glued))
    return result


def _marks(text: str) -> list[int]:
    return [match.start() for match in _MARK.finditer(text)]


def blocks(run: Sequence[TimedText], sentences: Sequence[Sentence], locale: Locale) -> list[Block]:
    """Cut paragraph by paragraph, then move inner borders so that cues can be read."""
    found: list[Block] = []
    pairs = zip(run, sentences, strict=True)
    for _, group in groupby(pairs, key=lambda pair: (pair[1].paragraph, pair[1].speaker)):
        found += cut([text for text, _ in group], locale)
    return retimed(found, locale.limits)


def retimed(found: Sequence[Block], limits: Limits) -> list[Block]:
    """Blocks whose inner borders leave every one the time that it needs, if there is any.

    Only borders between blocks of one sentence move. A sentence may use the pause
    behind it, up to `MAX_LAG_MS`.
    """
    result: list[Block] = []
    number = 0
    while number < len(found):
        last = number + 1
        while last < len(found) and found[last].sentences == found[number].sentences:
            last += 1
        following = found[last].start_ms if last < len(found) else None
        result += _shared_out(found[number:last], following, limits)
        number = last
    return result


def _shared_out(group: Sequence[Block], following: int | None, limits: Limits) -> list[Block]:
    """One sentence's blocks; `following` is when the next sentence starts."""
    if len(group) == 1:
        return list(group)
    start, end = group[0].start_ms, group[-1].end_ms
    room = end + MAX_LAG_MS
    if following is not None:
        room = min(room, following - limits.min_gap_ms)
    room = max(room, end)
    needs = [reading_ms(b.width, limits) + limits.min_gap_ms for b in group]
    total = sum(needs)
    # Not enough time for all: what there is goes by need, so that no cue is worse off.
    scale = min(1.0, (room - start) / total)
    needs = [round(need * scale) for need in needs]
    borders = [start]
    for number, block in enumerate(group[1:], start=1):
        earliest = borders[-1] + needs[number - 1]
        latest = room - sum(needs[number:])
        borders.append(max(min(max(block.start_ms, earliest), latest), borders[-1] + 1))
    ends = [*(b - limits.min_gap_ms for b in borders[1:]), max(end, borders[-1] + 1)]
    return [
        replace(block, start_ms=begin, end_ms=max(stop, begin + 1))
        for block, begin, stop in zip(group, borders, ends, strict=True)
    ]
