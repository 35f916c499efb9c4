"""The test double: unchanged, corrupted, and with several hypotheses."""

from hypothesis import given
from hypothesis import strategies as st

from speechsubs.engines.echo import EchoEngine, drop_masks, duplicate, say_nothing, uppercase


@given(st.lists(st.text()))
def test_texts_come_back_unchanged(texts: list[str]) -> None:
    assert EchoEngine().translate(texts) == [[text] for text in texts]


def test_hypotheses_are_distinct_and_limited() -> None:
    engine = EchoEngine(others=(uppercase, duplicate, say_nothing))
    assert engine.translate(["a", "A"], 2) == [["a", "A"], ["A"]]
    assert engine.translate(["a"], 9) == [["a", "A", "a a", ""]]
    assert engine.translate(["a"], 0) == [["a"]]


def test_every_mask_can_be_dropped() -> None:
    engine = EchoEngine()
    masks = [word for family in engine.masks for word in family.words]
    assert drop_masks(" ".join(masks)).strip() == ""
