"""Times on screen, on cases with the numbers written out."""

from dataclasses import replace
from fractions import Fraction

import pytest

from speechsubs.cues.layout import Block
from speechsubs.cues.polish import make_cues
from speechsubs.language.locales import load

LIMITS = load("en").limits


def spans(*blocks: tuple[int, int, float], fps: Fraction | None = None) -> list[tuple[int, int]]:
    found = [
        Block((f"{n}",), start, end, (n,), width) for n, (start, end, width) in enumerate(blocks)
    ]
    return [(cue.start_ms, cue.end_ms) for cue in make_cues(found, LIMITS, fps)]


def test_nothing_gives_nothing() -> None:
    assert make_cues([], LIMITS) == ()


def test_a_last_cue_has_its_tail() -> None:
    assert spans((1_000, 4_000, 20)) == [(1_000, 4_500)]


def test_a_short_word_stays_for_the_minimum() -> None:
    assert spans((1_000, 1_100, 3), (9_000, 12_000, 9))[0] == (1_000, 1_834)


def test_a_short_word_before_another_pushes_it_a_little() -> None:
    first, second = spans((1_000, 1_300, 3), (1_400, 5_000, 20))
    assert first == (1_000, 1_834)
    assert second[0] == 1_834 + 84


def test_a_short_gap_is_closed_and_a_pause_is_left() -> None:
    assert spans((0, 3_000, 20), (3_400, 6_000, 20))[0] == (0, 3_400 - 84)
    assert spans((0, 3_000, 20), (3_500, 6_000, 20))[0] == (0, 3_000)
    assert spans((0, 3_000, 20), (5_000, 6_000, 20))[0] == (0, 3_500)


def test_no_cue_is_longer_than_the_maximum_even_to_close_a_gap() -> None:
    assert spans((0, 9_000, 20), (9_050, 12_000, 20))[0] == (0, 7_000)
    assert spans((0, 6_900, 20), (7_300, 12_000, 20))[0] == (0, 7_000)


def test_a_cue_stays_to_be_read_but_not_long_after_its_speech() -> None:
    assert spans((0, 1_000, 40), (9_000, 12_000, 9))[0] == (0, 2_000)
    assert spans((0, 1_000, 84), (9_000, 12_000, 9))[0] == (0, 2_500)


def test_two_speakers_at_once_come_one_after_the_other() -> None:
    first, second = spans((0, 5_000, 20), (2_000, 4_000, 20))
    assert first == (0, 2_000 - 84)
    assert second[0] == 2_000


def test_cues_that_start_together_are_both_shown() -> None:
    first, second = spans((0, 5_000, 20), (0, 4_000, 20))
    assert first[1] + 84 <= second[0]
    assert min(b - a for a, b in (first, second)) >= LIMITS.min_duration_ms


def test_blocks_need_no_order() -> None:
    found = [
        Block((name,), start, start + 2_000, (0,), 10.0) for name, start in (("b", 5_000), ("a", 0))
    ]
    assert [cue.lines for cue in make_cues(found, LIMITS)] == [("a",), ("b",)]


def test_without_chaining_gaps_are_left_alone() -> None:
    limits = replace(LIMITS, chain_gap_ms=0)
    blocks = [Block(("a",), 0, 3_000, (0,), 9.0), Block(("b",), 3_300, 6_000, (1,), 9.0)]
    assert make_cues(blocks, limits)[0].end_ms == 3_000


@pytest.mark.parametrize(
    ("fps", "first"),
    [
        (Fraction(25), (1_000, 1_840)),  # 21 frames: 20 would be 800 ms, under the minimum
        (Fraction(24), (1_000, 1_834)),  # 20 frames of 41.67 ms
        (Fraction(24_000, 1_001), (1_001, 1_836)),  # frames 24 and 44
        (Fraction(50), (1_000, 1_840)),
    ],
)
def test_the_minimum_is_kept_in_whole_frames(fps: Fraction, first: tuple[int, int]) -> None:
    assert spans((1_000, 1_100, 3), (9_000, 12_000, 9), fps=fps)[0] == first


def test_a_cue_comes_on_with_the_first_frame_of_its_speech_never_before() -> None:
    assert spans((1_001, 4_000, 3), fps=Fraction(25))[0][0] == 1_040


def test_a_closed_gap_is_two_frames() -> None:
    (_, end), (start, _) = spans((0, 3_000, 20), (3_400, 6_000, 20), fps=Fraction(25))
    assert start - end == 80
    (_, end), (start, _) = spans((0, 3_000, 20), (3_400, 6_000, 20), fps=Fraction(30_000, 1_001))
    assert 66 <= start - end <= 67
