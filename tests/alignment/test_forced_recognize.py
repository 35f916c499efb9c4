"""Recognized units find their place in the text."""

import pytest

from speechsubs.alignment.forced.pronounce import Pronouncer
from speechsubs.alignment.forced.recognize import RecognizedUnit, group_regions, match_units
from speechsubs.alignment.forced.script import Script, build_script
from speechsubs.alignment.vad import Region
from speechsubs.model import Sentence

pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")


def _script(*texts: str) -> Script:
    sentences = [Sentence(i, i, text) for i, text in enumerate(texts)]
    return build_script(sentences, Pronouncer("en"))


def _said(text: Script, rows: list[int], step: int = 300) -> list[RecognizedUnit]:
    return [
        RecognizedUnit(text.units[r].name, i * step, (i + 1) * step) for i, r in enumerate(rows)
    ]


def test_recognized_words_are_matched_despite_missing_sentences() -> None:
    text = _script(
        "the quick brown fox jumps", "over seven lazy dogs today", "and nobody laughed loudly"
    )
    heard = _said(text, [0, 1, 2, 3, 4, 10, 11, 12, 13])
    times = match_units(text, heard)
    assert [t is not None for t in times] == [True] * 5 + [False] * 5 + [True] * 4
    assert times[10] == heard[5]


def test_a_single_matching_word_is_no_anchor() -> None:
    text = _script("the report was very long indeed")
    assert match_units(text, [RecognizedUnit(text.units[0].name, 0, 100)]) == [None] * len(
        text.units
    )
    assert match_units(text, []) == [None] * len(text.units)


def test_long_texts_are_matched_in_a_band() -> None:
    text = _script(*(f"sentence number {n} is read" for n in range(1, 2_200)))
    heard = _said(text, list(range(len(text.units))))
    times = match_units(text, heard)
    assert len(heard) > 8_000
    assert sum(t is not None for t in times) > 0.99 * len(times)


def test_long_regions_are_recognized_in_chunks() -> None:
    pieces = group_regions([Region(0, 200_000)])
    assert pieces[0][0] == 0
    assert pieces[-1][1] == 200_000
    assert all(b - a <= 50_000 for a, b in pieces)
