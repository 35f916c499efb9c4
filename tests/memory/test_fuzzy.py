"""The fuzzy index: exact texts first, order of ties, and agreement with a full comparison."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from speechsubs.memory.fuzzy import MAX_LENGTH, Index

TEXTS = st.lists(st.text("abc ", max_size=12), max_size=20)


@given(TEXTS, st.text("abc ", min_size=1, max_size=12), st.integers(1, 100))
def test_small_sets_are_compared_completely(texts: list[str], text: str, threshold: int) -> None:
    found = Index(texts).nearest(text, threshold, len(texts) + 1)
    scores = {n: int(fuzz.ratio(text, other)) for n, other in enumerate(texts)}
    assert dict(found) == {n: s for n, s in scores.items() if s >= threshold}
    assert found == sorted(found, key=lambda item: (-item[1], item[0]))


def test_a_large_index_finds_what_is_similar() -> None:
    texts = [f"sentence number {n} about subject {n * 7 % 1_000}" for n in range(2_000)]
    index = Index(texts)
    assert index.nearest(texts[1_234], 100, 1) == [(1_234, 100)]
    ((position, score),) = index.nearest(texts[77] + "!", 90, 1)
    assert position == 77
    assert 90 <= score < 100


def test_empty_and_overlong_texts_are_never_found() -> None:
    index = Index(["", "a" * (MAX_LENGTH + 1), "abc"])
    assert index.nearest("", 1, 5) == []
    assert index.nearest("a" * (MAX_LENGTH + 1), 1, 5) == []
    assert Index([]).nearest("abc", 1, 5) == []
    assert index.nearest("abc", 100, 5) == [(2, 100)]
