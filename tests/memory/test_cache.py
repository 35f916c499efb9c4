"""An engine behind a cache says what it says alone, and works only on what changed."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from speechsubs.memory import CachedEngine, CacheKey, Memory, cache_engine
from speechsubs.memory.cache import CachedSteerableEngine
from speechsubs.protocols import Engine, MaskFamily, Steerable


class Counting:
    """An engine that notes what it is asked. It cannot say anything about "nothing"."""

    name, source, target, quality = "counting", "en", "es", "none"
    masks: tuple[MaskFamily, ...] = (MaskFamily("m", ("X1", "X2")),)

    def __init__(self, signature: str = "counting 1") -> None:
        self.signature = signature
        self.asked: list[tuple[list[str], int]] = []

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        self.asked.append((list(texts), hypotheses))
        return [
            [f"{text}-{n}" for n in range(hypotheses)] if text != "nothing" else []
            for text in texts
        ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "m"


def test_a_second_run_translates_only_what_changed(path: Path) -> None:
    first, second = Counting(), Counting()
    with Memory.open(path) as memory:
        assert CachedEngine(first, memory).translate(["a", "b", "a"]) == [["a-0"], ["b-0"], ["a-0"]]
    with Memory.open(path) as memory:
        engine: Engine = CachedEngine(second, memory)
        assert engine.translate(["b", "c", "a"]) == [["b-0"], ["c-0"], ["a-0"]]
        assert engine.translate(["a", "b", "c"]) == [["a-0"], ["b-0"], ["c-0"]]
        assert engine.translate([]) == []
    assert first.asked == [(["a", "b"], 1)]
    assert second.asked == [(["c"], 1)]


def test_what_the_key_depends_on(path: Path) -> None:
    with Memory.open(path) as memory:
        CachedEngine(Counting(), memory, "g").translate(["a"])
        for signature, glossary, hypotheses in [
            ("counting 2", "g", 1), ("counting 1", "h", 1), ("counting 1", "g", 2)
        ]:  # fmt: skip
            other = Counting(signature)
            CachedEngine(other, memory, glossary).translate(["a"], hypotheses)
            assert other.asked == [(["a"], hypotheses)]
        same = Counting()
        assert CachedEngine(same, memory, "g").translate(["a"]) == [["a-0"]]
        assert same.asked == []


def test_what_cannot_be_cached_is_still_said(path: Path) -> None:
    with Memory.open(path) as memory:
        engine = CachedEngine(Counting(), memory)
        for _ in range(2):
            assert engine.translate(["nothing", "\ud800"]) == [[], ["\ud800-0"]]


def test_it_is_the_engine_in_front(path: Path) -> None:
    behind = Counting()
    with Memory.open(path) as memory:
        engine = CachedEngine(behind, memory)
        assert engine.masks is behind.masks
        assert (engine.name, engine.signature, engine.quality) == ("counting", "counting 1", "none")
        engine.masks = ()
        assert behind.masks == ()


class Steered(Counting):
    """An engine that can be steered."""

    def complete(self, items: Sequence[tuple[str, str]]) -> list[str]:
        self.asked.append(([f"{a}>{b}" for a, b in items], 0))
        return [f"{b} {a}" if a != "nothing" else "" for a, b in items]

    def translate_without(self, texts: Sequence[str], words: Sequence[str]) -> list[str]:
        self.asked.append((list(texts), len(words)))
        return [f"{text} without {'/'.join(words)}" for text in texts]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        self.asked.append(([f"{a}={b}" for a, b in pairs], 0))
        return [-0.1 * len(b) for _, b in pairs]


def test_it_can_be_steered_where_the_engine_can(path: Path) -> None:
    with Memory.open(path) as memory:
        assert not isinstance(cache_engine(Counting(), memory), Steerable)
        assert isinstance(cache_engine(Steered(), memory), Steerable)


def test_steering_is_cached_too(path: Path) -> None:
    behind = Steered()
    with Memory.open(path) as memory:
        for _ in range(2):
            engine = cache_engine(behind, memory)
            assert isinstance(engine, CachedSteerableEngine)
            assert engine.translate(["a"]) == [["a-0"]]
            assert engine.complete([("a", "x"), ("nothing", "x"), ("a", "y")]) == [
                "x a", "", "y a",
            ]  # fmt: skip
            assert engine.translate_without(["a"], ["x", "y"]) == ["a without x/y"]
            assert engine.translate_without(["a"], ["x,y"]) == ["a without x,y"]
            assert engine.score([("a", "bcd"), ("a", "b")]) == [-0.1 * 3, -0.1]
    assert [asked for asked, _ in behind.asked] == [
        ["a"], ["a>x", "nothing>x", "a>y"], ["a"], ["a"], ["a=bcd", "a=b"],
    ]  # fmt: skip


def test_a_forged_score_chooses_nothing(path: Path) -> None:
    with Memory.open(path) as memory:
        memory.cache({CacheKey("counting 1", "a", "", '["score","b"]'): ["best"]})
        engine = cache_engine(Steered(), memory)
        assert isinstance(engine, CachedSteerableEngine)
        assert engine.score([("a", "b")]) == [float("-inf")]
