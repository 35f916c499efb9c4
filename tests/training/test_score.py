"""Scoring: what is measured on which sentences, with stand-ins for the systems."""

from collections.abc import Sequence

import pytest
from training.augment import FAMILIES
from training.data import Pair

from training import score

PAIRS = [
    Pair("tatoeba", "Tom saw the SU7 in Boston.", "Tom vio el SU7 en Boston.", "es"),
    Pair("xquad", "Toyota built 120 cars.", "Toyota construyó 120 coches.", "es"),
    Pair("helm_docs", "Install the chart with Helm.", "Instale el chart con Helm.", "es"),
]


def copying(texts: Sequence[str]) -> list[str]:
    return list(texts)


def losing(texts: Sequence[str]) -> list[str]:
    return ["nada" for _ in texts]


def test_an_engine_that_copies_keeps_every_mask() -> None:
    rows = score.survival(PAIRS, {"copy": copying, "lose": losing}, {})
    names = {row["survival"] for row in rows}
    assert names >= {f"masks {family}" for family in FAMILIES} | {"names and codes"}
    # Without a lexicon there are no terms to try.
    assert "terms inline" not in names
    for row in rows:
        assert row["copy"] == {"kept": 1.0, "whole": 1.0}, row
        assert row["lose"] == {"kept": 0.0, "whole": 0.0}, row


@pytest.mark.parametrize(
    ("text", "there"),
    [("a ZQ1.", True), ("zq1 it is", True), ("ZQ12", False), ("ZQ1 ZQ1", False), ("", False),
     ("这ZQ1很", False), ("(ZQ1)", True)],
)  # fmt: skip
def test_a_word_is_kept_if_it_stands_once_and_alone(text: str, there: bool) -> None:
    assert score.kept("ZQ1", text) is there


def test_groups() -> None:
    assert [score.group(p.source) for p in PAIRS] == ["conversation", "prose", "manuals"]


def test_rows_for_sources_groups_and_all() -> None:
    pytest.importorskip("sacrebleu", reason="sacrebleu scores, an extra of the recipe")
    right = {p.english: p.target for p in PAIRS}
    rows = score.quality(
        PAIRS, {"starter": lambda texts: [right[t] for t in texts], "lose": losing}
    )
    by_set = {row["set"]: row for row in rows}
    assert by_set["[all]"]["sentences"] == 3
    assert by_set["[all]"]["starter"] == {"bleu": 100.0, "chrf": 100.0}
    assert by_set["[all]"]["lose"]["bleu"] < 1
    assert {"tatoeba", "[prose]", "[manuals]"} <= set(by_set)
    described = score.described(rows, "es")
    assert not any("apertium" in s for s in described["scores"])
    assert [s["set"] for s in described["scores"]] == ["held-back conversation", "held-back prose"]


def test_the_table_has_a_line_for_each_row_and_a_column_for_each_system() -> None:
    rows = [
        {"set": "[all]", "to": "es", "sentences": 3, "starter": {"bleu": 12.34, "chrf": 40.0},
         "apertium": {"bleu": 11.0, "chrf": 39.5}},
        {"survival": "masks zq", "to": "es", "sentences": 3, "words": 5,
         "starter": {"kept": 0.8, "whole": 0.5}},
    ]  # fmt: skip
    lines = score.table(rows).splitlines()
    assert lines[0] == (
        "| sentences held back | number | starter BLEU / chrF | apertium BLEU / chrF |"
    )
    assert lines[2] == "| en-es [all] | 3 | 12.3 / 40.0 | 11.0 / 39.5 |"
    assert lines[4] == "| words that must be copied | number | starter kept % |"
    assert lines[6] == "| en-es masks zq | 5 | 80.0 |"
