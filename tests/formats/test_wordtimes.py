"""Words are split, joined and timed in any script."""

from hypothesis import given
from hypothesis import strategies as st

from speechsubs.formats.wordtimes import (
    ParagraphBuilder,
    join,
    join_all,
    make_word_lookup,
    split_words,
    spread_times,
)
from speechsubs.model import Word


def test_joints() -> None:
    assert join("你好。", "SU7") == "你好。SU7"
    assert join("soft\u00ad", "ware") == "software"
    assert join("I was-", "What?") == "I was- What?"
    assert join_all(["a para-", "graph"], make_word_lookup(["One paragraph."])) == "a paragraph"
    assert join_all([]) == ""


def test_pieces_and_times() -> None:
    assert [text for _, text in split_words("「你好」，SU7 (真的)。")] == [
        "「你",
        "好」，",
        "SU7",
        "(真",
        "的)。",
    ]
    assert [text for _, text in split_words("สวัสดีครับ")] == ["ส", "วั", "ส", "ดี", "ค", "รั", "บ"]
    assert spread_times([], 0, 5) == []
    assert spread_times(["a", "b"], 7, 7) == [(7, 7), (7, 7)]


@given(st.text(max_size=60))
def test_words_cover_everything_but_spaces(text: str) -> None:
    words = split_words(text)
    assert "".join(word for _, word in words) == "".join(text.split())
    assert all(text[offset : offset + len(word)] == word for offset, word in words)


@given(st.lists(st.text(min_size=1, max_size=9)), st.integers(0, 10**6), st.integers(0, 10**6))
def test_spread_times_fill_the_span(words: list[str], start: int, length: int) -> None:
    times = spread_times(words, start, start + length)
    flat = [time for pair in times for time in pair]
    assert flat == sorted(flat)
    assert not words or (flat[0], flat[-1]) == (start, start + length)


def test_a_hyphenated_word_becomes_one() -> None:
    builder = ParagraphBuilder()
    builder.add("a para\u00ad", [Word("a", 0, 0, 10), Word("para\u00ad", 2, 10, 20)])
    builder.add("graph.", [Word("graph.", 0, 30, 40)])
    assert builder.text == "a paragraph."
    assert builder.words == [Word("a", 0, 0, 10), Word("paragraph.", 2, 10, 40)]
