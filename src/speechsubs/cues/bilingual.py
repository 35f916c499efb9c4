"""Bilingual cues: the source line above, the target line below.

Each language is segmented into single lines by its own rules. Within a sentence, the one
with more lines sets the cue boundaries; the other's move to the nearest of them.
"""

from collections.abc import Sequence
from dataclasses import replace

from speechsubs.cues.layout import Block
from speechsubs.language.locales import Locale


def single_line(locale: Locale) -> Locale:
    """The same locale with one line per cue."""
    return replace(locale, limits=replace(locale.limits, max_lines=1))


def stack_blocks(
    above: Sequence[Block], below: Sequence[Block], upper: Locale, lower: Locale
) -> list[Block]:
    """Stack the blocks in time order. Both inputs are segmented by `single_line` locales."""
    result: list[Block] = []
    for first, second in _group_by_sentences(above, below):
        if not first or not second:
            result += first or second
        elif len(first) >= len(second):
            result += _stack(first, _match_blocks(first, second), upper, lower)
        else:
            result += _stack(_match_blocks(second, first), second, upper, lower)
    return result


def _group_by_sentences(
    above: Sequence[Block], below: Sequence[Block]
) -> list[tuple[list[Block], list[Block]]]:
    """Group the blocks of both languages by the sentences that they show."""
    result: list[tuple[list[Block], list[Block]]] = []
    a = b = 0
    while a < len(above) or b < len(below):
        first, second = [], []
        # Start with the earlier sentence: the other language may have no text for it.
        heads = [*above[a : a + 1], *below[b : b + 1]]
        last = min(heads, key=lambda block: block.sentences[0]).sentences[-1]
        grown = True
        while grown:
            grown = False
            while a < len(above) and above[a].sentences[0] <= last:
                first.append(above[a])
                last, grown = max(last, above[a].sentences[-1]), True
                a += 1
            while b < len(below) and below[b].sentences[0] <= last:
                second.append(below[b])
                last, grown = max(last, below[b].sentences[-1]), True
                b += 1
        result.append((first, second))
    return result


def _match_blocks(frame: Sequence[Block], other: Sequence[Block]) -> list[Block]:
    """For every block of the frame, the simultaneous block of the other language."""
    boundaries = [block.start_ms for block in frame]
    starts = [0]
    for number, block in enumerate(other[1:], start=1):
        # Leave at least one frame for each of the other blocks.
        low, high = starts[-1] + 1, len(frame) - (len(other) - number)
        near = min(range(low, high + 1), key=lambda i: abs(boundaries[i] - block.start_ms))
        starts.append(near)
    starts.append(len(frame))
    return [
        block
        for number, block in enumerate(other)
        for _ in range(starts[number + 1] - starts[number])
    ]


def _stack(
    first: Sequence[Block], second: Sequence[Block], upper: Locale, lower: Locale
) -> list[Block]:
    frame = first if len(set(map(id, first))) >= len(set(map(id, second))) else second
    result = []
    for top, bottom, time in zip(first, second, frame, strict=True):
        # The language that takes longer to read sets the width, in the lower one's characters.
        ratio = lower.limits.chars_per_second / upper.limits.chars_per_second
        width = max(top.width * ratio, bottom.width)
        sentences = tuple(sorted({*top.sentences, *bottom.sentences}))
        lines = (*top.lines, *bottom.lines)
        result.append(Block(lines, time.start_ms, time.end_ms, sentences, width))
    return result
