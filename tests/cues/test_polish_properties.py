"""Whatever the blocks, the track that comes out is valid: no overlap, gaps, durations, order."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from speechsubs.cues import fit, polish
from speechsubs.cues.layout import Block, reading_ms
from speechsubs.language.locales import load
from speechsubs.model import Cue, Limits

WHOLE = [Fraction(rate) for rate in (24, 25, 30, 50, 60)]
RATES = st.sampled_from([None, *WHOLE, *(Fraction(n * 1_000, 1_001) for n in (24, 30, 60))])
LIMITS = st.sampled_from([load(tag).limits for tag in ("en", "ja", "zh-CN", "ar")])


@st.composite
def any_blocks(draw: st.DrawFn) -> list[Block]:
    """Unsorted, overlapping, of one millisecond or of minutes: two people at once, and worse."""
    result = []
    for number in range(draw(st.integers(0, 12))):
        start = draw(st.integers(0, 20_000))
        length = draw(st.one_of(st.integers(1, 3_000), st.integers(1, 90_000)))
        sentence = draw(st.integers(0, number))
        width = float(draw(st.integers(0, 84)))
        result.append(Block((f"cue {number}",), start, start + length, (sentence,), width))
    return result


@st.composite
def speech(draw: st.DrawFn) -> list[Block]:
    """One speaker, in order: blocks of sentences with pauses between them."""
    result: list[Block] = []
    clock = draw(st.integers(0, 5_000))
    for sentence in range(draw(st.integers(1, 6))):
        for _ in range(draw(st.integers(1, 4))):
            length = draw(st.integers(200, 7_000))
            width = float(draw(st.integers(1, 84)))
            name = (f"cue {len(result)}",)
            result.append(Block(name, clock, clock + length, (sentence,), width))
            clock += length + draw(st.integers(0, 200))
        clock += draw(st.sampled_from([0, 50, 300, 700, 1_500, 6_000]))
    return result


def valid(cues: tuple[Cue, ...], limits: Limits, fps: Fraction | None) -> None:
    # Two frames, of which each border is rounded up to a millisecond.
    gap = Fraction(limits.min_gap_ms) if fps is None else Fraction(2_000) / fps - 1
    for first, second in pairwise(cues):
        assert first.start_ms < first.end_ms < second.start_ms
        assert second.start_ms - first.end_ms >= gap
    for cue in cues:
        slack = 1 if fps is None else 2
        assert cue.duration_ms <= limits.max_duration_ms + slack
    if fps is not None:
        for cue in cues:
            for time in (cue.start_ms, cue.end_ms):
                frame = int(Fraction(time) * fps / 1_000)
                assert time == -(-Fraction(frame * 1_000) // fps)


@given(any_blocks(), LIMITS, RATES)
def test_every_track_is_valid_and_has_all_text(
    blocks: list[Block], limits: Limits, fps: Fraction | None
) -> None:
    cues = polish.make_cues(blocks, limits, fps)
    valid(cues, limits, fps)
    assert sorted(cue.lines for cue in cues) == sorted(block.lines for block in blocks)
    starts = {block.lines: block.start_ms for block in blocks}
    for cue in cues:
        assert cue.start_ms >= starts[cue.lines]
    assert [starts[cue.lines] for cue in cues] == sorted(starts.values())


@given(any_blocks(), LIMITS, RATES)
def test_retimed_blocks_of_two_speakers_make_a_valid_track_too(
    blocks: list[Block], limits: Limits, fps: Fraction | None
) -> None:
    moved = fit.allot_times(blocks, limits)
    assert [(b.lines, b.sentences, b.width) for b in moved] == [
        (b.lines, b.sentences, b.width) for b in blocks
    ]
    assert all(0 <= b.start_ms < b.end_ms for b in moved)
    cues = polish.make_cues(moved, limits, fps)
    valid(cues, limits, fps)
    assert sorted(c.lines for c in cues) == sorted(b.lines for b in blocks)


@given(speech(), LIMITS)
def test_retimed_keeps_order_and_begins_a_sentence_late_by_half_a_second_at_most(
    blocks: list[Block], limits: Limits
) -> None:
    moved = fit.allot_times(blocks, limits)
    for first, second in pairwise(moved):
        assert first.start_ms < second.start_ms
    began: dict[int, int] = {}
    for before, after in zip(blocks, moved, strict=True):
        if before.sentences[0] not in began:
            began[before.sentences[0]] = after.start_ms
            assert 0 <= after.start_ms - before.start_ms <= fit.LATE_MS


@given(speech(), LIMITS, RATES)
def test_durations_are_kept_wherever_there_is_room(
    blocks: list[Block], limits: Limits, fps: Fraction | None
) -> None:
    frame = 0 if fps is None else int(1_000 / fps) + 1
    gap = limits.min_gap_ms if fps is None else int(2_000 / fps) + 1
    cues = polish.make_cues(blocks, limits, fps)
    valid(cues, limits, fps)
    for number, cue in enumerate(cues):
        following = cues[number + 1].start_ms if number + 1 < len(cues) else None
        if (
            following is None
            or following - cue.start_ms >= limits.min_duration_ms + gap + 2 * frame
        ):
            assert cue.duration_ms >= limits.min_duration_ms - (fps is not None)


@given(speech(), LIMITS)
def test_chaining_leaves_two_frames_or_a_pause(blocks: list[Block], limits: Limits) -> None:
    cues = polish.make_cues(blocks, limits)
    for first, second in pairwise(cues):
        gap = second.start_ms - first.end_ms
        longest = first.duration_ms == limits.max_duration_ms
        if limits.chain_gap_ms and not longest:
            assert gap == limits.min_gap_ms or gap >= limits.chain_gap_ms


@given(speech(), LIMITS)
def test_a_cue_stays_to_be_read_where_nothing_follows(blocks: list[Block], limits: Limits) -> None:
    last = polish.make_cues(blocks[-1:], limits)[0]
    need = min(reading_ms(blocks[-1].width, limits), limits.max_duration_ms)
    spoken = blocks[-1].end_ms - blocks[-1].start_ms
    assert last.duration_ms >= min(need, spoken + 1_500, limits.max_duration_ms)


@given(speech(), LIMITS)
def test_polish_changes_nothing_where_it_was_before(blocks: list[Block], limits: Limits) -> None:
    # Blocks far apart and of good length stay where they were, but for the tail.
    spread = [
        replace(b, start_ms=n * 60_000, end_ms=n * 60_000 + 3_000, width=5.0)
        for n, b in enumerate(blocks)
    ]
    for block, cue in zip(spread, polish.make_cues(spread, limits), strict=True):
        assert cue.start_ms == block.start_ms
        assert cue.end_ms == block.end_ms + limits.tail_ms
