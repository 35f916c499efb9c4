"""Two engines in sequence: order of hypotheses, signature and masks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from speechsubs.engines.echo import EchoEngine, drop_masks
from speechsubs.engines.pivot import PivotEngine
from speechsubs.protocols import MaskFamily


def append(mark: str) -> Callable[[str], str]:
    return lambda text: text + mark


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_the_output_of_the_first_engine_is_the_input_of_the_second() -> None:
    pivot = PivotEngine(
        EchoEngine("fr", "en", change=append("1")), EchoEngine("en", "ca", change=append("2"))
    )
    assert (pivot.source, pivot.target) == ("fr", "ca")
    assert pivot.translate(["a", "b"]) == [["a12"], ["b12"]]
    assert pivot.translate([]) == []


def test_hypotheses_are_ranked_by_the_sum_of_their_ranks() -> None:
    first = EchoEngine("fr", "en", change=append("a"), others=[append("b")])
    second = EchoEngine("en", "ca", change=append("x"), others=[append("y")])
    assert PivotEngine(first, second).translate([""], 3) == [["ax", "ay", "bx"]]


def test_masks_are_ranked_by_what_survives_both_engines() -> None:
    lost = MaskFamily("lost", ("ZQ1", "ZQ2", "ZQ3"))
    kept = MaskFamily("kept", ("Toronto", "Dakar", "Rabat"))
    pivot = PivotEngine(
        EchoEngine("fr", "en", masks=(lost, kept)),
        EchoEngine("en", "ca", change=drop_masks, masks=(lost, kept)),
    )
    assert [family.name for family in pivot.masks] == ["kept", "lost"]
