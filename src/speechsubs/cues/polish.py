"""Turn speech times into display times: durations, gaps, chaining, frames.

A cue never starts before its speech.
Sources: Netflix partnerhelp 215758617 (durations) and 360051554394 (two frames
between cues; a gap is two frames or half a second and more; the out-time may run
past the speech to be read).
"""

from collections.abc import Sequence
from fractions import Fraction

from speechsubs.cues.layout import MAX_LAG_MS, Block, reading_ms
from speechsubs.model import Cue, Limits


def make_cues(
    blocks: Sequence[Block], limits: Limits, fps: Fraction | None = None
) -> tuple[Cue, ...]:
    """Make cues from blocks, in the order of their start times.

    `fps` aligns every time to frames of that rate (such as 24000/1001): a cue starts with
    the first frame of its speech, gaps are at least two frames, and durations keep the
    limits in whole frames.
    """
    ordered = sorted(blocks, key=lambda block: (block.start_ms, block.end_ms))
    gap = limits.min_gap_ms if fps is None else _ceil(Fraction(2_000) / fps)
    starts = _separate_starts([block.start_ms for block in ordered], limits, gap)
    if fps is not None:
        return _align_to_frames(ordered, starts, limits, fps)
    spans: list[tuple[int, int]] = []
    for number, block in enumerate(ordered):
        following = starts[number + 1] if number + 1 < len(ordered) else None
        spans.append(_span(block, starts[number], following, limits, gap))
    return tuple(
        Cue(start, end, block.lines, block.sentences)
        for block, (start, end) in zip(ordered, spans, strict=True)
    )


def _align_to_frames(
    ordered: Sequence[Block], starts: Sequence[int], limits: Limits, fps: Fraction
) -> tuple[Cue, ...]:
    """Align all times to frames; counted in frames, so that nothing is rounded twice."""
    gap = _ceil(Fraction(2_000) / fps)
    # The limits are whole milliseconds: 834 ms stand for 20 frames of 41.67 ms.
    least = _frame_up(limits.min_duration_ms - 1, fps)
    most = _frame_down(limits.max_duration_ms + 1, fps)
    first: list[int] = []
    for start in starts:
        # At least three frames from start to start: one frame shown and a gap of two.
        first.append(max(_frame_up(start, fps), first[-1] + 3 if first else 0))
    cues = []
    for number, block in enumerate(ordered):
        begin = first[number]
        latest = begin + max(most, 1)
        following = None
        if number + 1 < len(ordered):
            latest = min(latest, first[number + 1] - 2)
            following = _frame_ms(first[number + 1], fps)
        end_ms = _span(block, _frame_ms(begin, fps), following, limits, gap)[1]
        end = min(max(_frame_up(end_ms - 1, fps), begin + least), latest)
        cues.append(Cue(_frame_ms(begin, fps), _frame_ms(end, fps), block.lines, block.sentences))
    return tuple(cues)


def _separate_starts(starts: Sequence[int], limits: Limits, gap: int) -> list[int]:
    """Delay starts where the cue before would be shown too briefly.

    A short word ("Yes.") needs the minimum duration, so the next cue starts a little
    later if it can, by a second at most.
    """
    moved = list(starts)
    for number in range(1, len(moved)):
        before = moved[number - 1]
        needed = before + limits.min_duration_ms + gap
        if moved[number] < needed:
            ceiling = starts[number] + 1_000
            if number + 1 < len(moved):
                own = limits.min_duration_ms
                ceiling = min(ceiling, starts[number + 1] - gap - own)
            moved[number] = max(starts[number], min(needed, ceiling))
        moved[number] = max(moved[number], before + gap + 1)
    return moved


def _span(
    block: Block, start: int, following: int | None, limits: Limits, gap: int
) -> tuple[int, int]:
    """The display span of a block; `following` is the start of the next one."""
    need = reading_ms(block.width, limits)
    end = max(block.end_ms, start + 1)
    if start + need > end:
        end = min(start + need, end + MAX_LAG_MS)
    end = max(end, start + limits.min_duration_ms)
    # Add a tail if the next cue does not follow immediately.
    latest = start + limits.max_duration_ms
    if following is not None:
        latest = min(latest, following - gap)
        if limits.chain_gap_ms and following - end < max(limits.chain_gap_ms, gap):
            end = following - gap
        elif following - end > limits.tail_ms + limits.chain_gap_ms:
            end = max(end, min(block.end_ms + limits.tail_ms, following - limits.chain_gap_ms))
    else:
        end = max(end, block.end_ms + limits.tail_ms)
    return start, max(start + 1, min(end, latest))


def _frame_ms(frame: int, fps: Fraction) -> int:
    """A frame's time, rounded up to a millisecond inside that frame."""
    return _ceil(Fraction(frame) * 1_000 / fps)


def _frame_up(time_ms: int, fps: Fraction) -> int:
    """The first frame at or after a time."""
    return _ceil(Fraction(time_ms) * fps / 1_000)


def _frame_down(time_ms: int, fps: Fraction) -> int:
    """The last frame at or before a time."""
    return int(Fraction(time_ms) * fps / 1_000)


def _ceil(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)
