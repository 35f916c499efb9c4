"""The tables under tests/golden/amounts: every amount found, and written in six locales."""

import csv
from itertools import groupby
from pathlib import Path

import pytest

from speechsubs.language import locales
from speechsubs.quantities import money, render

FOLDER = Path(__file__).parents[1] / "golden" / "amounts"
SHOWN = {"␣": "\u00a0", "⍽": "\u202f"}
TAGS = ("en", "es", "fr", "de", "zh-CN", "ja")


def _real(text: str) -> str:
    for shown, space in SHOWN.items():
        text = text.replace(shown, space)
    return text


def _sentences() -> list[tuple[str, str, list[dict[str, str]]]]:
    found = []
    for path in sorted(FOLDER.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        for text, group in groupby(rows, key=lambda row: row["input"]):
            found.append((path.stem, _real(text), list(group)))
    return found


SENTENCES = _sentences()


def test_the_tables_are_as_large_as_promised() -> None:
    assert len({language for language, _, _ in SENTENCES}) == 8
    assert sum(len(rows) for _, _, rows in SENTENCES) >= 400


@pytest.mark.parametrize(("language", "text", "rows"), SENTENCES)
def test_every_amount_of_the_sentence_is_found(
    language: str, text: str, rows: list[dict[str, str]]
) -> None:
    expected = [
        (_real(r["span"]), r["value"], r["currency"], r["sure"]) for r in rows if r["span"] != "-"
    ]
    found = [
        (
            amount.text,
            "..".join(f"{m.value:f}" for m in amount.values),
            amount.values[0].currency,
            "yes" if amount.sure else "guess",
        )
        for amount in money.find_amounts(text, language)
    ]
    assert found == expected


@pytest.mark.parametrize(("language", "text", "rows"), SENTENCES)
def test_every_amount_is_written_as_the_locale_does(
    language: str, text: str, rows: list[dict[str, str]]
) -> None:
    amounts = money.find_amounts(text, language)
    for tag in TAGS:
        written = [render.render_amount(amount, locales.load(tag)) for amount in amounts]
        assert written == [_real(r[tag]) for r in rows if r["span"] != "-"]
