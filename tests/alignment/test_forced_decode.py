"""Grammars accept every spoken form of a text, and paths lead back to its tokens."""

import pytest

from speechsubs.alignment.forced.decode import _alignment_grammar, _find_path
from speechsubs.alignment.forced.pronounce import Pronouncer
from speechsubs.alignment.forced.script import Script, build_script
from speechsubs.model import Sentence

pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")


def _script(*texts: str) -> Script:
    sentences = [Sentence(i, i, text) for i, text in enumerate(texts)]
    return build_script(sentences, Pronouncer("en"))


def test_decoded_paths_lead_back_to_spoken_forms() -> None:
    text = _script("It cost $10 today")
    arcs, final = _alignment_grammar([line.spoken_forms for line in text.lines])
    token = text.lines[0].tokens[2]
    for form in token.spoken_forms:
        names = [
            text.units[0].name,
            text.units[1].name,
            *(u.name for u in form),
            text.units[-1].name,
        ]
        assert _find_path(arcs, final, names) is not None
    assert _find_path(arcs, final, [text.units[0].name]) is None
