"""Edges that a forced alignment put wrong, repaired by where the voice is."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from speechsubs.aligners.speech.decode import TokenTime
from speechsubs.aligners.voice import Region

#: A pause of this length inside a word is no pause in speaking.
_PAUSE_MS: Final = 200


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
    for left, right in pairwise(regions):
        if right.start_ms - left.end_ms < _PAUSE_MS:
            continue
        word = result[first]
        if word.start_ms <= left.end_ms and right.start_ms < word.end_ms - 40:
            result[first] = replace(word, start_ms=right.start_ms)
    for left, right in zip(reversed(regions[:-1]), reversed(regions[1:]), strict=False):
        if right.start_ms - left.end_ms < _PAUSE_MS:
            continue
        word = result[last]
        if word.start_ms + 40 < left.end_ms and right.start_ms <= word.end_ms:
            result[last] = replace(word, end_ms=left.end_ms)
    return tuple(result)
