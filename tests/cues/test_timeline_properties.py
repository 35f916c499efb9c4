"""Whatever the anchors, time never runs backwards."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from speechsubs.cues.timeline import Timeline, Warp, carry_times, split_words
from speechsubs.model import Word

OFFSET = st.integers(0, 60)
ANCHORS = st.lists(st.tuples(OFFSET, st.integers(0, 8), OFFSET, st.integers(0, 8)), max_size=8).map(
    lambda rows: [(a, a + n, b, b + m) for a, n, b, m in rows]
)
TEXTS = st.lists(
    st.sampled_from(
        ["a", "Lei", " ", "小", "米", "。", "ー", "\u00a0", "SU7", "\ud800", "e\u0301"]
    ),
    max_size=30,
).map("".join)


@st.composite
def lines(draw: st.DrawFn, text: str) -> Timeline:
    clock, words = 0, []
    for part, offset in split_words(text):
        start = clock + draw(st.integers(0, 2_000))
        clock = start + draw(st.integers(0, 900))
        words.append(Word(part, offset, start, clock))
    return Timeline(words or [Word("x", 0, 0, 10)])


@given(OFFSET, OFFSET, ANCHORS)
def test_a_warp_never_runs_backwards_and_stays_inside(
    length: int, other: int, anchors: list[tuple[int, int, int, int]]
) -> None:
    warp = Warp(length, other, anchors)
    values = [warp(n / 2) for n in range(2 * length + 4)]
    assert all(a <= b for a, b in pairwise(values))
    assert all(0 <= value <= other for value in values)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=9))
def test_a_warp_is_exact_where_anchors_ascend(steps: list[tuple[int, int]]) -> None:
    anchors, here, there = [], 1, 1
    for a, b in steps:
        anchors.append((here, here + a, there, there + b))
        here, there = here + a + 1, there + b + 1
    warp = Warp(here + 5, there + 5, anchors)
    for a, b, c, d in anchors:
        assert (warp(a), warp(b)) == (c, d)


@given(st.data(), TEXTS, TEXTS, ANCHORS)
def test_carried_words_ascend_and_are_all_there(
    data: st.DataObject, said: str, text: str, anchors: list[tuple[int, int, int, int]]
) -> None:
    line = data.draw(lines(said))
    words = carry_times(text, line, Warp(len(text), len(said), anchors))
    assert [(w.text, w.offset) for w in words] == split_words(text)
    for first, second in pairwise(words):
        assert first.start_ms <= second.start_ms
        assert first.end_ms <= second.start_ms or first.end_ms <= second.end_ms
    for word in words:
        assert line.starts_at(0) <= word.start_ms <= word.end_ms <= line.ends_at(len(said) + 99)


@given(st.data(), TEXTS)
def test_a_text_carried_to_itself_keeps_its_times(data: st.DataObject, text: str) -> None:
    line = data.draw(lines(text))
    words = carry_times(text, line, Warp(len(text), len(text), []))
    for word in words:
        assert word.start_ms == line.starts_at(word.offset)
        assert word.end_ms == max(word.start_ms, line.ends_at(word.end_offset))
