"""A text becomes lines of tokens whose units are numbered throughout."""

import pytest

from speechsubs.alignment.forced.pronounce import Pronouncer
from speechsubs.alignment.forced.script import Script, build_script
from speechsubs.model import Sentence

pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")


def _script(*texts: str) -> Script:
    sentences = [Sentence(i, i, text) for i, text in enumerate(texts)]
    return build_script(sentences, Pronouncer("en"))


def test_amounts_before_a_scale_word_are_spoken_in_another_order() -> None:
    text = _script("it would need $10 billion over ten years")
    ten, billion = text.lines[0].tokens[3:5]
    assert len(ten.spoken_forms[0]) == 1
    assert len(billion.spoken_forms[0]) == 2
    dollars = Pronouncer("en").look_up("dollars").spoken_forms[0][0].phones
    assert billion.spoken_forms[0][1].phones == dollars
    # Without a sign of money, or in other languages, a scale is a word.
    assert len(_script("ten billion people").lines[0].tokens[1].spoken_forms[0]) == 1


def test_units_are_numbered_consecutively() -> None:
    text = _script("It cost $10.", "—", "Good day")
    assert [(line.first, line.last) for line in text.lines] == [(0, 4), (4, 4), (4, 6)]
    assert text.line_of == (0, 0, 0, 0, 2, 2)
    assert text.lines[0].offsets == (0, 3, 8)
    assert text.lines[1].expected_ms == 0
    assert [len(forms) > 0 for forms in text.lines[1].spoken_forms] == [False]


def test_an_empty_text_has_no_units() -> None:
    assert _script().units == _script("", " ").units == ()
