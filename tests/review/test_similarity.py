"""The similarity of two texts, and texts merged from an old and a new one."""

from pathlib import Path

import pytest

from speechsubs.language import locales
from speechsubs.review import similarity
from speechsubs.spans import Span, SpannedText

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "data" / "translate-en_es-tiny.argosmodel"
ES = locales.load("es")


@pytest.mark.parametrize(
    ("old", "new", "kept", "distance"),
    [
        ("Abrieron el Taller.", "Abrieron el Taller.", 1.0, 0),
        ("Abrieron el Taller.", "Abrieron la Planta.", 1 / 3, 2),
        ("uno dos tres cuatro", "tres cuatro uno dos", 0.5, 4),
        ("", "nuevo", 1.0, 1),
        ("viejo", "", 0.0, 1),
    ],
)
def test_shares_and_distances(old: str, new: str, kept: float, distance: int) -> None:
    assert similarity.kept_share(old, new, ES) == pytest.approx(kept)
    assert similarity.distance(old, new, ES) == distance


def test_a_huge_text_is_compared_by_its_beginning() -> None:
    huge = "palabra otra " * 100_000
    assert similarity.kept_share(huge, huge, ES) == 1.0
    assert similarity.distance(huge, huge + "más", ES) == 0
    assert similarity.kept_share(huge, "nada", ES) == 0.0


def test_japanese_is_counted_by_characters() -> None:
    assert similarity.kept_share(
        "社長が来た。", "会長が来た。", locales.load("ja")
    ) == pytest.approx(4 / 5)


def test_only_the_stretch_that_is_asked_for_comes_from_the_new_text() -> None:
    old = SpannedText("Ayer vio el primer coche piloto en la fábrica.", (Span(0, 0, 4),))
    new = SpannedText(
        "El vio ayer el primer coche de serie dentro de la fábrica.", (Span(1, 22, 36),)
    )
    assert new.text[22:36] == "coche de serie"
    made = similarity.merge(old, new, [(22, 36)], [(19, 31)], ES)
    assert made is not None
    # "dentro" stands in the same stretch of the comparison, so it comes along.
    assert made.text == "Ayer vio el primer coche de serie dentro de la fábrica."
    assert [(p.slot, made.text[p.start : p.end]) for p in made.spans] == [(0, "Ayer")]


def test_what_would_be_said_twice_is_not_merged() -> None:
    old, new = SpannedText("Vio el coche."), SpannedText("Vio el MAYO coche.", (Span(0, 7, 11),))
    assert similarity.merge(old, new, [(7, 11)], [], ES) is None
    long = SpannedText(" ".join(["palabra"] * 500))
    assert similarity.merge(long, new, [(7, 11)], [(0, 7)], ES) is None
