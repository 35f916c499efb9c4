"""benchmarks/terminology_task.py on a toy file: the task's own data is never in the tests."""

import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest

from speechsubs.engines.echo import EchoEngine

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("terminology_task")


def written(folder: Path, *rows: object) -> Path:
    path = folder / "toy.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", "utf-8")
    return path


def test_every_form_of_the_file_is_read(task: ModuleType, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"en": "The board met.", "es": "La junta se reunió.", "terms": {"board": "junta"}},
        {"source": "Long.", "reference": "Largo.",
         "terms": {"proper": {"long": "largo"}, "random": {"x": "y"}}},
        {"en": "Assets.", "es": "Activos.", "terms": [{"en": "assets", "es": "activos"}]},
    )  # fmt: skip
    found = task.rows(path, "en", "es", "proper")
    assert [row.terms for row in found] == [
        {"board": "junta"}, {"long": "largo"}, {"assets": "activos"},
    ]  # fmt: skip
    assert [row.reference for row in found] == ["La junta se reunió.", "Largo.", "Activos."]
    assert task.rows(path, "en", "es", "random")[1].terms == {"x": "y"}


@pytest.mark.parametrize("row", [{"de": "Hallo."}, ["x"], {"en": "Hi.", "terms": "board"}])
def test_a_broken_line_is_named(task: ModuleType, tmp_path: Path, row: object) -> None:
    with pytest.raises(ValueError, match=r"toy\.jsonl:1: "):
        task.rows(written(tmp_path, row), "en", "es", "proper")


def test_term_success(task: ModuleType) -> None:
    rows = [
        task.Row("The board met.", "", {"board": "junta", "absent": "ausente"}),
        task.Row("The assets.", "", {"assets": "activos"}),
    ]
    assert task.success(["La junta se reunió.", "Los bienes."], rows) == (0.5, 0.5)
    assert task.success(["La tabla.", "El activo."], rows) == (0.0, 0.5)
    assert task.success([], []) == (0.0, 0.0)


def test_chrf(task: ModuleType) -> None:
    assert task.chrf(["La junta aprobó."], ["La junta aprobó."]) == pytest.approx(100)
    assert task.chrf(["xxxxxxxx"], ["La junta."]) == 0
    # One wrong letter in eight: 7/8 of the letters, 5/7 of the pairs, ..., by hand.
    shares = [7 / 8, 6 / 7, 5 / 6, 4 / 5, 3 / 4, 2 / 3]
    assert task.chrf(["abcdefgX"], ["abcdefgh"]) == pytest.approx(100 * sum(shares) / 6)


def test_terms_come_out_and_are_counted(task: ModuleType) -> None:
    rows = [task.Row("The board met.", "La junta se reunió.", {"board": "junta"})]
    figures = task.measured(rows, EchoEngine("en", "es"), "en", "es")
    assert figures["without_terms"]["term_success"] == 0
    assert figures["with_terms"]["term_success"] == 1
    assert figures["with_terms"]["chrf"] > figures["without_terms"]["chrf"]
