"""Words over stretches of speech: by their length, with marks laid on pauses."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from speechsubs.aligners.voice import Region

_CLAUSE = re.compile(r"[,;:—–…，；：、]['\"”’»」』)]*$|[.!?。！？]['\"”’»」』)]*$")
#: A pause may be that far from where the lengths expect a mark, in milliseconds of speech.
_REACH_MS: Final = 700
_CLAUSE_BONUS_MS: Final = 450
_SENTENCE_BONUS_MS: Final = 900
#: Shorter pauses are closed lips and belong to no border.
_PAUSE_MS: Final = 120


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, how long it should take in milliseconds, and whether it ends a sentence."""

    text: str
    length: float
    ends: bool


def spread(pieces: Sequence[Piece], regions: Sequence[Region]) -> list[tuple[int, int]]:
    """Start and end of every word, ascending, all inside the regions.

    A pause between two regions is given to the border between words that fits best:
    the end of a sentence, a clause, else any word near it.

    >>> words = [Piece("Good", 300, False), Piece("day,", 300, False), Piece("all.", 400, True)]
    >>> spread(words, [Region(0, 700), Region(1000, 1400)])
    [(0, 350), (350, 700), (1000, 1400)]
    """
    if not pieces:
        return []
    speech = [0, *accumulate(region.duration_ms for region in regions)]
    total = sum(piece.length for piece in pieces) or 1.0
    scale = speech[-1] / total
    borders = [0.0, *accumulate(piece.length * scale for piece in pieces)]
    here, there = [0.0], [0.0]
    for word, place in _anchors(pieces, regions, borders, speech):
        here.append(borders[word])
        there.append(float(place))
    here.append(borders[-1])
    there.append(float(speech[-1]))
    moved = [_between(border, here, there) for border in borders]
    times = []
    floor = regions[0].start_ms
    for first, last in pairwise(moved):
        start = max(floor, _time(first, speech, regions, opening=True))
        end = max(start, _time(last, speech, regions, opening=False))
        times.append((start, end))
        floor = end
    return times


def _anchors(
    pieces: Sequence[Piece],
    regions: Sequence[Region],
    borders: Sequence[float],
    speech: Sequence[int],
) -> list[tuple[int, int]]:
    """(word border, place in speech) for the pauses that a border was found for."""
    found: list[tuple[int, int]] = []
    lowest = 1
    for number in range(1, len(regions)):
        pause = regions[number].start_ms - regions[number - 1].end_ms
        if pause < _PAUSE_MS:
            continue
        place = speech[number]
        low = max(lowest, bisect_left(borders, place - _REACH_MS))
        high = min(len(pieces) - 1, bisect_right(borders, place + _REACH_MS))
        best = min(
            range(low, high + 1),
            key=lambda w: abs(borders[w] - place) - _bonus(pieces[w - 1]),
            default=None,
        )
        # A long pause is between words for certain, a short one only at a mark.
        if best is None or (pause < 250 and not _bonus(pieces[best - 1])):
            continue
        if found and place - found[-1][1] < 20:
            continue
        found.append((best, place))
        lowest = best + 1
    return found


def _bonus(piece: Piece) -> int:
    if piece.ends:
        return _SENTENCE_BONUS_MS
    return _CLAUSE_BONUS_MS if _CLAUSE.search(piece.text) else 0


def _between(value: float, here: Sequence[float], there: Sequence[float]) -> float:
    number = min(max(1, bisect_right(here, value)), len(here) - 1)
    a, b = here[number - 1], here[number]
    if b <= a:
        return there[number]
    share = min(1.0, max(0.0, (value - a) / (b - a)))
    return there[number - 1] + share * (there[number] - there[number - 1])


def _time(place: float, speech: Sequence[int], regions: Sequence[Region], *, opening: bool) -> int:
    """A place in the speech as a time; at a pause, its end for a start and vice versa."""
    place = round(place)
    if opening:
        number = min(len(regions) - 1, bisect_right(speech, place) - 1)
    else:
        number = max(0, bisect_left(speech, place) - 1)
    number = min(number, len(regions) - 1)
    return regions[number].start_ms + min(regions[number].duration_ms, int(place - speech[number]))
