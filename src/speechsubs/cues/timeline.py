"""Map characters of a text to the times at which they are spoken.

A `Timeline` gives times by character offset. A `Warp` maps offsets of a finished or
translated text to the spoken text, through anchors that occur in both.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from speechsubs.model import Placeable, Word
from speechsubs.spans import Span, SpannedText

#: A word is a Chinese or Japanese character, or anything else between spaces.
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_SPOKEN = re.compile(rf"[{_CJK}]|[^\s{_CJK}]+")


_MARK = re.compile(r"[,;:—…，；：、،؛](?=[\s\"'”’»」]|[^\x00-\x7f]|$)")


class Timeline:
    """Times by character offset, from words in ascending order.

    >>> line = Timeline([Word("Good", 0, 0, 400), Word("day.", 5, 500, 900)])
    >>> line.starts_at(5), line.ends_at(4), line.starts_at(2), line.starts_at(4)
    (500, 400, 200, 500)
    """

    def __init__(self, words: Sequence[Word]) -> None:
        if not words:
            raise ValueError("a timeline needs at least one word")
        self._words = tuple(words)
        self._offsets = [w.offset for w in words]

    def starts_at(self, offset: float) -> int:
        """When the sound at an offset begins; at a space, the next word's start."""
        number = max(0, bisect_right(self._offsets, offset) - 1)
        word = self._words[number]
        if offset >= word.end_offset and number + 1 < len(self._words):
            return self._words[number + 1].start_ms
        return _interpolate(word, offset)

    def ends_at(self, offset: float) -> int:
        """When the sound before an offset ends; at a space, the previous word's end."""
        number = max(0, bisect_left(self._offsets, offset) - 1)
        return _interpolate(self._words[number], offset)


def _interpolate(word: Word, offset: float) -> int:
    length = max(1, len(word.text))
    share = min(1.0, max(0.0, (offset - word.offset) / length))
    return round(word.start_ms + share * (word.end_ms - word.start_ms))


class Warp:
    """Maps offsets of one text to another, linearly between anchors.

    `anchors` are spans that occur in both texts: (here_start, here_end, there_start,
    there_end). If a translation changes their order, the longest ascending chain is used,
    so that the map is monotonic.
    """

    def __init__(
        self, length: int, other_length: int, anchors: Sequence[tuple[int, int, int, int]]
    ) -> None:
        here, there = [0.0], [0.0]
        for here_start, here_end, there_start, there_end in _longest_chain(anchors):
            for a, b in ((here_start, there_start), (here_end, there_end)):
                if a > here[-1] and b > there[-1] and a < length and b < other_length:
                    here.append(a)
                    there.append(b)
        here.append(max(float(length), here[-1]))
        there.append(max(float(other_length), there[-1]))
        self._here, self._there = here, there

    def __call__(self, offset: float) -> float:
        """The offset in the other text."""
        here, there = self._here, self._there
        number = min(max(1, bisect_right(here, offset)), len(here) - 1)
        a, b = here[number - 1], here[number]
        if b <= a:
            return there[number]
        share = min(1.0, max(0.0, (offset - a) / (b - a)))
        # Rounded, because 13.999999999999998 would be in the previous word.
        return round(there[number - 1] + share * (there[number] - there[number - 1]), 9)


#: What a finished text and what was spoken have in common: a placeable or its span.
Stretch = Placeable | Span


def anchors(
    done: SpannedText, spoken_text: str, slots: Sequence[Stretch]
) -> list[tuple[int, int, int, int]]:
    """Spans known in a finished text and in the sentence that was spoken.

    Its slots, and its clause marks where both texts have equally many.
    """
    found = [(p.start, p.end, slots[p.slot].start, slots[p.slot].end) for p in done.spans]
    here, there = _marks(done.text), _marks(spoken_text)
    if len(here) == len(there):
        found += [(a, a + 1, b, b + 1) for a, b in zip(here, there, strict=True)]
    return found


def _marks(text: str) -> list[int]:
    return [match.start() for match in _MARK.finditer(text)]


def split_words(text: str) -> list[tuple[str, int]]:
    """Split a text into words with their offsets; Chinese and Japanese by character.

    >>> split_words("SU7 是车")
    [('SU7', 0), ('是', 4), ('车', 5)]
    """
    return [(match.group(), match.start()) for match in _SPOKEN.finditer(text)]


def carry_times(text: str, line: Timeline, warp: Warp) -> tuple[Word, ...]:
    """Time the words of a text by the words of another text."""
    words = []
    for part, offset in split_words(text):
        start = line.starts_at(warp(offset))
        end = max(start, line.ends_at(warp(offset + len(part))))
        words.append(Word(part, offset, start, end))
    return tuple(words)


def _longest_chain(
    anchors: Sequence[tuple[int, int, int, int]],
) -> list[tuple[int, int, int, int]]:
    """The longest chain of anchors that ascend in both texts (patience sorting)."""
    items = sorted(set(anchors))
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, item in enumerate(items):
        at = bisect_left(ends, item[2])
        before.append(tails[at - 1] if at else -1)
        if at == len(tails):
            tails.append(number)
            ends.append(item[2])
        else:
            tails[at], ends[at] = number, item[2]
    chain: list[tuple[int, int, int, int]] = []
    number = tails[-1] if tails else -1
    while number >= 0:
        chain.append(items[number])
        number = before[number]
    return chain[::-1]
