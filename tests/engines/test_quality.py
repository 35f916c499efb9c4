"""Scores of a package: what is read, what is ignored, and who wins."""

import json
from pathlib import Path
from typing import Any

import pytest

from speechsubs.engines import quality
from speechsubs.engines.quality import FLORES, Score
from speechsubs.models import Package


def package(folder: Path, scores: Any) -> Package:
    (folder / "metadata.json").write_text(json.dumps({"scores": scores}), "utf-8")
    return Package("en", "es", "1.0", folder, "bpe")


def test_scores_are_read_and_described(tmp_path: Path) -> None:
    found = package(tmp_path, [{"set": FLORES, "bleu": 15.25, "apertium": 12}])
    assert quality.read_scores(found) == (Score(FLORES, 15.25, 12.0),)
    assert quality.describe(found) == f"15.25 BLEU on {FLORES} (Apertium 12)"


@pytest.mark.parametrize(
    "scores",
    [None, "high", [None], [{}], [{"set": "", "bleu": 1}], [{"set": "a", "bleu": True}],
     [{"set": "a", "bleu": 10**400}], [{"set": "a", "bleu": -1}], [{"set": 1, "bleu": 1}]],
)  # fmt: skip
def test_invalid_scores_are_ignored(tmp_path: Path, scores: Any) -> None:
    found = package(tmp_path, scores)
    assert quality.read_scores(found) == ()
    assert quality.describe(found) == ""
    assert not quality.beats_apertium(found, ("eng-spa",))


def test_a_package_without_metadata_has_no_scores(tmp_path: Path) -> None:
    assert quality.read_scores(Package("en", "es", "1.0", tmp_path, "bpe")) == ()


@pytest.mark.parametrize(
    ("scores", "better"),
    [
        ([{"set": FLORES, "bleu": 12.2}], True),
        ([{"set": FLORES, "bleu": 12.1}], False),
        ([{"set": FLORES, "bleu": 9, "apertium": 8}, {"set": "x", "bleu": 1, "apertium": 2}], True),
        ([{"set": "x", "bleu": 5, "apertium": 4}, {"set": "y", "bleu": 5, "apertium": 6}], False),
        ([{"set": "x", "bleu": 50}], False),
    ],
)
def test_flores_decides_else_every_common_set(tmp_path: Path, scores: Any, better: bool) -> None:
    assert quality.beats_apertium(package(tmp_path, scores), ("eng-spa",)) is better
