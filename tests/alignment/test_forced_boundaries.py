"""The boundaries of lines are corrected by voice activity."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.alignment.forced import boundaries
from speechsubs.alignment.forced.decode import TokenTime
from speechsubs.alignment.vad import Region


@pytest.mark.parametrize(
    ("phone", "heard_ms", "start"),
    # An H half under noise, one as long as it should be, noise that sounds like an F.
    [("HH", 30, 950), ("HH", 90, 1_000), ("F", 400, 1_250), ("S", 30, 1_000), ("HH", 0, 1_000)],
)
def test_breathy_first_sounds_get_their_own_length(phone: str, heard_ms: int, start: int) -> None:
    word = TokenTime(1_000, 1_600, -20, 3, 0, phone, heard_ms)
    (line,) = boundaries.widen([(word,)], [], [])
    assert line is not None
    assert line[0].start_ms == start


def test_no_line_starts_inside_another() -> None:
    lines = [(TokenTime(0, 980, -20, 3, 0),), (TokenTime(1_000, 1_600, -20, 3, 0, "HH", 30),)]
    _, second = boundaries.widen(lines, [], [])
    assert second is not None
    assert second[0].start_ms == 980


def test_a_pause_inside_the_first_word_moves_its_start() -> None:
    tokens = (TokenTime(0, 2_000, -20, 4, 0), TokenTime(2_000, 2_400, -20, 4, 0))
    regions = [Region(0, 500), Region(1_700, 2_400)]
    assert boundaries.snap_to_pauses(tokens, regions)[0].start_ms == 1_700
    assert boundaries.is_stretched(tokens)
    assert boundaries.shorten(tokens)[0].start_ms > 1_000


REGIONS = st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900)), max_size=12).map(
    lambda steps: [
        Region(end - length, end)
        for (_, length), end in zip(steps, accumulate(g + n for g, n in steps), strict=True)
    ]
)


@given(REGIONS, st.integers(0, 9_000), st.integers(0, 9_000))
def test_queries_agree_with_a_linear_search(regions: list[Region], start: int, length: int) -> None:
    end = start + length
    near = [r for r in regions if r.end_ms >= start and r.start_ms <= end]
    assert list(boundaries.regions_near(regions, start, end)) == near
    covered = sum(max(0, min(r.end_ms, end) - max(r.start_ms, start)) for r in regions)
    assert boundaries.speech_ms(regions, start, end) == covered


def test_outer_words_are_trimmed_to_a_span_inside_them() -> None:
    tokens = (TokenTime(0, 2_000, -20, 4), TokenTime(2_000, 4_000, -20, 4))
    first, last = boundaries.narrow(tokens, 1_000, 3_000)
    assert (first.start_ms, last.end_ms) == (1_000, 3_000)
    assert boundaries.narrow((TokenTime(0, 5),), 0, 1) == (TokenTime(0, 5),)
    assert boundaries.snap_to_pauses((), []) == boundaries.shorten(()) == ()
