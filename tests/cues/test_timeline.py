"""Times by character, and offsets carried from one text to another."""

import pytest

from speechsubs.cues.timeline import Timeline, Warp, carry_times, split_words
from speechsubs.model import Word

LINE = Timeline([Word("Good", 0, 100, 500), Word("day.", 5, 700, 900)])


def test_a_blank_belongs_to_the_next_start_and_the_last_end() -> None:
    assert [LINE.starts_at(n) for n in (0, 2, 4, 5, 7, 9, 99)] == [
        100,
        300,
        700,
        700,
        800,
        900,
        900,
    ]
    assert [LINE.ends_at(n) for n in (0, 2, 4, 5, 7, 9, 99)] == [100, 300, 500, 500, 800, 900, 900]


def test_a_timeline_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one word"):
        Timeline([])


def test_a_word_without_text_or_duration_is_a_moment() -> None:
    line = Timeline([Word("", 0, 50, 50), Word("a", 0, 50, 50)])
    assert line.starts_at(0) == line.ends_at(1) == 50


def test_a_warp_without_anchors_is_a_straight_line() -> None:
    warp = Warp(10, 20, [])
    assert [warp(0), warp(5), warp(10)] == [0, 10, 20]


def test_a_warp_is_exact_at_its_anchors() -> None:
    warp = Warp(30, 40, [(5, 8, 10, 20), (20, 22, 25, 26)])
    for here, there in ((0, 0), (5, 10), (8, 20), (20, 25), (22, 26), (30, 40)):
        assert warp(here) == there
    assert warp(6.5) == 15


def test_the_longest_chain_of_crossing_anchors_wins() -> None:
    crossing = [(1, 2, 80, 81), (10, 12, 20, 22), (30, 32, 40, 42), (50, 52, 60, 62)]
    warp = Warp(100, 100, crossing)
    assert (warp(10), warp(30), warp(52)) == (20, 40, 62)
    assert warp(1) < 20


def test_anchors_that_only_cross_leave_one() -> None:
    warp = Warp(100, 100, [(10, 15, 80, 85), (50, 55, 20, 25)])
    assert (warp(10), warp(50)) in ((80, warp(50)), (warp(10), 20))


def test_texts_of_no_length() -> None:
    assert Warp(0, 0, [])(0) == 0
    assert Warp(0, 5, [])(0) in (0, 5)
    assert Warp(5, 0, [(0, 0, 0, 0)])(3) == 0


def test_spoken_parts_chinese_by_character_and_the_rest_by_blanks() -> None:
    assert [word for word, _ in split_words("价格 21.59万元, ok")] == [
        "价",
        "格",
        "21.59",
        "万",
        "元",
        ",",
        "ok",
    ]
    assert split_words("") == split_words(" \u3000\n") == []


def test_carried_words_have_the_times_of_the_words_they_stand_for() -> None:
    # "Xiaomi builds cars" -> "Coches construye Xiaomi": the name is known in both.
    line = Timeline(
        [Word("cars", 0, 0, 100), Word("by", 5, 200, 300), Word("Xiaomi", 8, 1_000, 2_000)]
    )
    words = carry_times("coches de Xiaomi", line, Warp(16, 14, [(10, 16, 8, 14)]))
    assert words[-1].text == "Xiaomi"
    assert (words[-1].start_ms, words[-1].end_ms) == (1_000, 2_000)
    assert all(word.end_ms <= 300 for word in words[:-1])
