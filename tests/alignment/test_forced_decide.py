"""Lines between anchors are searched for where there is speech."""

from collections.abc import Sequence
from typing import Any

import pytest

from speechsubs.alignment.forced.decide import find_spans
from speechsubs.alignment.forced.pronounce import Pronouncer
from speechsubs.alignment.forced.recognize import RecognizedUnit
from speechsubs.alignment.forced.script import Script, build_script
from speechsubs.alignment.vad import Region
from speechsubs.model import Sentence

pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")


def _script(*texts: str) -> Script:
    sentences = [Sentence(i, i, text) for i, text in enumerate(texts)]
    return build_script(sentences, Pronouncer("en"))


class _NoMatch:
    """A crew whose grammar hears nothing, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def decide(self, start_ms: int, end_ms: int, lines: object, garbage_probability: float) -> None:
        self.asked.append((start_ms, end_ms))

    def map(self, function: Any, items: Sequence[Any], progress: object = None) -> list[Any]:
        return [function(item) for item in items]


def test_lines_are_searched_for_in_speech_within_a_limit() -> None:
    text = _script("nobody said this sentence here", "and this one was not said either")
    nothing: list[RecognizedUnit | None] = [None] * len(text.units)

    def asked(regions: list[Region], duration_ms: int) -> list[tuple[int, int]]:
        pool: Any = _NoMatch()
        assert find_spans(text, nothing, regions, duration_ms, pool) == [None, None]
        return pool.asked  # type: ignore[no-any-return]

    assert len(asked([Region(1_000, 5_000)], 6_000)) == 1
    assert asked([Region(0, 3_600_000)], 3_600_000) == []
    # An hour in which somebody speaks for four seconds costs what these cost.
    assert len(asked([Region(1_800_000, 1_804_000)], 3_600_000)) <= 2
    assert asked([], 3_600_000) == []
