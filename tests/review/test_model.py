"""A review as JSON, held against its schema."""

import importlib.util
import json
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from speechsubs import project
from speechsubs.engines.echo import EchoEngine
from speechsubs.glossary import load
from speechsubs.glossary.diff import Change, ChangeKind
from speechsubs.model import Finding
from speechsubs.project import State
from speechsubs.review import impact
from speechsubs.review.model import SCHEMA, Item, ItemCue, Review
from speechsubs.review.predict import REPLACED
from speechsubs.review.retranslate import MERGED, NEXT_BEST, PREFIX, RETRANSLATED, SPLICED
from speechsubs.review.translation import review_translation

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "exchange" / "project"


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "docs" / "review.schema.json").read_text("utf-8"))
    return found


def problems(review: Review) -> list[str]:
    jsonschema.Draft202012Validator.check_schema(schema())
    data = json.loads(json.dumps(review.data()))
    return [e.message for e in jsonschema.Draft202012Validator(schema()).iter_errors(data)]


def sample() -> ModuleType:
    path = ROOT / "tests" / "browser" / "sample.py"
    spec = importlib.util.spec_from_file_location("browser_sample", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_kind_of_review_is_as_its_schema_says() -> None:
    assert problems(sample().change_review()) == []
    loaded = project.load(GOLDEN)
    assert problems(review_translation(loaded)) == []
    old, new = load(ROOT / "glossary.yml"), load(ROOT / "media" / "glossary.v2.yml")
    for engines in (None, lambda source, target: EchoEngine(source, target)):
        made = impact.review_change(loaded, old, new, engines=engines)
        assert made.changes
        assert problems(made) == []


def test_the_schema_knows_every_field_and_every_word() -> None:
    found = schema()
    for part, kind in (("item", Item), ("cue", ItemCue), ("change", Change), ("conflict", Finding)):
        names = [field.name for field in fields(kind)]
        own = [n for n in found["$defs"][part]["properties"] if n not in
               ("id", "source_hash", "text_hash")]  # fmt: skip
        assert own == names
    item = found["$defs"]["item"]["properties"]
    ways = {"", REPLACED, SPLICED, MERGED, PREFIX, NEXT_BEST, RETRANSLATED}
    assert set(item["method"]["enum"]) == ways
    assert item["state"]["enum"] == [state.value for state in State]
    assert found["$defs"]["change"]["properties"]["kind"]["enum"] == [k.value for k in ChangeKind]
    assert found["properties"]["schema"]["const"] == SCHEMA
    assert found["required"] == list(sample().change_review().data())


@pytest.mark.parametrize("part", ["item", "cue", "change", "conflict", ""])
def test_the_schema_is_strict(part: str) -> None:
    found = schema()
    definition = found["$defs"][part] if part else found
    assert definition["additionalProperties"] is False
    assert definition["required"] == list(definition["properties"])
