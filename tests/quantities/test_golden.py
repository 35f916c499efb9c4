"""The tables under tests/golden/numbers, row by row."""

import csv
from pathlib import Path

import pytest

from speechsubs.language import locales
from speechsubs.quantities.compare import find_differences
from speechsubs.quantities.parse import parse
from speechsubs.quantities.units import find_measures, render_measure

FOLDER = Path(__file__).parents[1] / "golden" / "numbers"
SHOWN = {"\u00a0": "␣", "\u202f": "⍽"}


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


WORDS = rows("words.tsv")
UNITS = rows("units.tsv")


def test_every_language_is_in_the_tables() -> None:
    languages = {locales.resolve(row["to"]) for row in WORDS}
    assert languages == set(locales.known())
    assert set(UNITS[0]) == {"said", *locales.known()}


@pytest.mark.parametrize("row", WORDS, ids=lambda row: f"{row['to']}: {row['target']}")
def test_number_words_are_compared(row: dict[str, str]) -> None:
    found = find_differences(parse(row["source"], row["from"]), parse(row["target"], row["to"]))
    said = [f"{'lost' if one.lost else 'new'}:{one.value:f}" for one in found]
    assert (" ".join(said) or "ok") == row["expected"]


@pytest.mark.parametrize("row", UNITS, ids=lambda row: row["said"])
def test_measures_are_written_by_every_locale(row: dict[str, str]) -> None:
    (measure,) = find_measures(row["said"], "en")
    for tag in locales.known():
        written = render_measure(measure, locales.load(tag))
        for space, shown in SHOWN.items():
            written = written.replace(space, shown)
        assert written == row[tag], tag


@pytest.mark.parametrize("row", UNITS, ids=lambda row: row["said"])
def test_what_is_written_is_read_again(row: dict[str, str]) -> None:
    (said,) = find_measures(row["said"], "en")
    for tag in locales.known():
        text = render_measure(said, locales.load(tag))
        (read,) = find_measures(text, tag)
        assert (read.value, read.unit, read.text) == (said.value, said.unit, text), tag
