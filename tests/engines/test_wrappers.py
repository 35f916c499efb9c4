"""A sliced engine gives the same answers in smaller calls."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from speechsubs.engines.echo import EchoEngine, uppercase
from speechsubs.engines.wrappers import slice_batches


class CountingEngine(EchoEngine):
    """Records the size of every call."""

    def __init__(self) -> None:
        super().__init__(change=uppercase)
        self.sizes: list[int] = []

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        self.sizes.append(len(texts))
        return super().translate(texts, hypotheses)


@given(st.lists(st.text(max_size=20), max_size=12), st.integers(1, 5))
def test_slicing_changes_no_answer_and_no_order(texts: list[str], most: int) -> None:
    engine = CountingEngine()
    assert slice_batches(engine, most).translate(texts) == EchoEngine(change=uppercase).translate(
        texts
    )
    assert all(size <= most for size in engine.sizes)
    assert sum(engine.sizes) == len(texts)


def test_similar_lengths_go_together() -> None:
    engine = CountingEngine()
    slice_batches(engine, 2).translate(["a", "bbb", "cc"])
    assert engine.sizes == [2, 1]


def test_the_wrapper_has_the_identity_of_its_engine() -> None:
    engine = EchoEngine("en", "ca")
    wrapped = slice_batches(engine, 3)
    assert (wrapped.name, wrapped.source, wrapped.target) == ("echo", "en", "ca")
    assert (wrapped.signature, wrapped.quality) == (engine.signature, engine.quality)
    wrapped.masks = engine.masks[:1]
    assert engine.masks == wrapped.masks
    assert len(engine.masks) == 1
