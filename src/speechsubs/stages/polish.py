"""Times that a viewer is comfortable with: durations, gaps, chaining, frames.

Speech times go in, display times come out. A cue never starts before its speech.
Sources: Netflix partnerhelp 215758617 (durations) and 360051554394 (two frames
between cues; a gap is two frames or half a second and more; the out-time may run
past the speech to be read).
"""

from collections.abc import Sequence
from fractions import Fraction

from speechsubs.layout import MAX_LAG_MS, Block, reading_ms
from speechsubs.model import Cue, Limits


def times(blocks: Sequence[Block], limits: Limits, fps: Fraction | None = None) -> tuple[Cue, ...]:
    """Cues from blocks in the order of their start times.

    `fps` snaps every time to a frame of that rate (24000/1001 and so on); the gap
    of two frames is then exact.
    """
    ordered = sorted(blocks, key=lambda block: (block.start_ms, block.end_ms))
    gap = limits.min_gap_ms if fps is None else _ceil(Fraction(2_000) / fps)
    starts = _apart([block.start_ms for block in ordered], limits, gap)
    spans: list[tuple[int, int]] = []
    for number, block in enumerate(ordered):
        following = starts[number + 1] if number + 1 < len(ordered) else None
        spans.append(_span(block, starts[number], following, limits, gap))
    if fps is not None:
        spans = [(_snap(start, fps), _snap(end, fps)) for start, end in spans]
    return tuple(
        Cue(start, max(end, start + 1), block.lines, block.sentences)
        for block, (start, end) in zip(ordered, spans, strict=True)
    )


def _apart(starts: Sequence[int], limits: Limits, gap: int) -> list[int]:
    """Starts moved later where the cue before them would be on screen too briefly.

    A short word spoken fast ("Yes.") needs the minimum duration; the next cue gives
    up a little of its start where it can spare it, never more than a second.
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
    """Start and end on screen of one block; `following` is when the next one starts."""
    need = reading_ms(block.width, limits)
    end = max(block.end_ms, start + 1)
    if start + need > end:
        end = min(start + need, end + MAX_LAG_MS)
    end = max(end, start + limits.min_duration_ms)
    # A comfortable tail where nothing follows at once.
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


def _snap(time_ms: int, fps: Fraction) -> int:
    """The nearest frame's time, rounded to a millisecond inside that frame."""
    frame = round(Fraction(time_ms) * fps / 1_000)
    return _ceil(Fraction(frame) * 1_000 / fps)


def _ceil(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)
