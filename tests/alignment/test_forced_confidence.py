"""The confidence in a line, and the findings about an alignment."""

import pytest

from speechsubs.alignment.forced import confidence
from speechsubs.alignment.forced.decode import TokenTime
from speechsubs.alignment.forced.pronounce import Pronouncer
from speechsubs.alignment.forced.script import Script, build_script
from speechsubs.alignment.vad import Region
from speechsubs.model import Sentence, Severity

pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")


def _script(*texts: str) -> Script:
    sentences = [Sentence(i, i, text) for i, text in enumerate(texts)]
    return build_script(sentences, Pronouncer("en"))


def test_confidence_falls_with_every_feature() -> None:
    good = confidence.Evidence(-25, 0.05, 0.95, 30, 11, 1.0)
    base = confidence.line_confidence(good, -25, 4)
    for change in (
        {"score": -60},
        {"short": 0.6},
        {"heard": 0.0},
        {"gap_ms": 3_000},
        {"speech_share": 0.1},
    ):
        values = {n: getattr(good, n) for n in good.__slots__} | change
        assert confidence.line_confidence(confidence.Evidence(**values), -25, 4) < base


def test_speech_outside_all_lines_is_reported() -> None:
    placed = [(TokenTime(0, 500, -20, 3, 0), TokenTime(500, 1_000, -20, 2, 0))]
    regions = [Region(0, 1_000), Region(4_000, 9_000)]
    found = confidence.find_speech_without_text(placed, regions, 0)
    assert [(f.code, f.start_ms, f.severity) for f in found] == [
        ("not-in-text", 4_000, Severity.WARNING)
    ]
