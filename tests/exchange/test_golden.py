"""What translators get, file by file, and the schema of the JSON."""

import json
import os
from pathlib import Path

import jsonschema
import pytest

from speechsubs import exchange, project
from speechsubs.adapters import xlsx
from speechsubs.exchange import names

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "exchange"
SUFFIXES = {"xliff12": ".xliff12.xlf", "xliff21": ".xliff21.xlf", "markdown": ".md",
            "json": ".json", "xlsx": ".xlsx.txt"}  # fmt: skip


def readable(kind: str, data: bytes) -> str:
    if kind != "xlsx":
        return data.decode("utf-8")
    rows = xlsx.read(data, "x", lambda cells: "id" in cells, 64)
    return "\n".join(" | ".join(c.replace("\n", " / ") for c in cells) for _, cells in rows) + "\n"


@pytest.mark.parametrize("kind", names())
def test_golden(kind: str) -> None:
    (made,) = exchange.export(project.load(GOLDEN / "project"), kind)
    text = readable(kind, made.data)
    path = GOLDEN / "expected" / f"talk.es{SUFFIXES[kind]}"
    if os.environ.get("SPEECHSUBS_GOLDEN") == "write":
        path.write_text(text, "utf-8", newline="\n")
    assert text == path.read_text("utf-8")
    assert made.findings == ()
    assert made.name == "talk.es" + {"markdown": ".md", "xlsx": ".xlsx", "json": ".json"}.get(
        kind, ".xlf"
    )


def test_the_json_is_as_its_schema_says() -> None:
    schema = json.loads((ROOT / "docs" / "exchange.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    (made,) = exchange.export(project.load(GOLDEN / "project"), "json")
    data = json.loads(made.data)
    assert [error.message for error in validator.iter_errors(data)] == []
    assert data["schema"] == exchange.SCHEMA == schema["properties"]["schema"]["const"]
    data["segments"][0]["more"] = 1
    assert not validator.is_valid(data)
