"""Fuzzy search follows every write to the memory."""

from pathlib import Path

import pytest

from speechsubs.memory import Memory, search
from speechsubs.memory.model import Origin, Query, Segment


def sources(memory: Memory, text: str, limit: int = 5) -> list[str]:
    return [m.segment.source for m in memory.fuzzy(Query(text), "es", limit=limit)]


@pytest.mark.parametrize("most", [0, 2_000])
def test_new_segments_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(search, "MAX_UNINDEXED", most)
    with Memory.open(tmp_path / "m") as memory:
        memory.remember([Segment("en", "es", "The red car is new.", "El coche rojo es nuevo.")])
        assert sources(memory, "The red car is old.") == ["The red car is new."]
        memory.remember([Segment("en", "es", "The red car is old!", "¡El coche rojo es viejo!")])
        assert sources(memory, "The red car is old.") == [
            "The red car is old!",
            "The red car is new.",
        ]
        assert sources(memory, "The red car is old.", limit=1) == ["The red car is old!"]


def test_a_changed_translation_replaces_the_indexed_one(tmp_path: Path) -> None:
    with Memory.open(tmp_path / "m") as memory:
        for target in ("El coche rojo.", "El auto rojo."):
            memory.remember([Segment("en", "es", "The red car.", target, origin=Origin("a", 1))])
            (match,) = memory.fuzzy(Query("The red cars."), "es")
            assert match.segment.target == target


def test_unlike_texts_are_not_found(tmp_path: Path) -> None:
    with Memory.open(tmp_path / "m") as memory:
        assert sources(memory, "Anything") == []
        memory.remember([Segment("en", "es", "The red car is new.", "El coche rojo es nuevo.")])
        assert sources(memory, "Completely different words here") == []
