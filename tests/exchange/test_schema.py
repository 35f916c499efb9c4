"""Projects as they are written, held against their schema."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from speechsubs import project
from speechsubs.engines import EchoEngine
from speechsubs.glossary import load
from speechsubs.language.locales import load as locale
from speechsubs.model import Paragraph, Transcript
from speechsubs.pipeline import make_settings, subtitle
from speechsubs.project import store
from speechsubs.project.schema import SCHEMA

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GOLDEN = ROOT / "tests" / "golden" / "exchange" / "project"


def validator(part: str = "") -> jsonschema.Draft202012Validator:
    schema: dict[str, Any] = json.loads((DOCS / "project.schema.json").read_text("utf-8"))
    if part:
        schema = {"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]}
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def problems(folder: Path) -> list[str]:
    found = []
    for path in sorted(folder.glob("*.json")):
        part = "manifest" if path.name == store.MANIFEST else "source"
        data = json.loads(path.read_text("utf-8"))
        found += [f"{path.name}: {e.message}" for e in validator(part).iter_errors(data)]
        assert validator().is_valid(data) == (not found)
    return found


def test_a_written_project_is_as_its_schema_says(tmp_path: Path) -> None:
    text = "Lei Jun paid $29,700 for the SU7. They visited 10 cities. (Applause)"
    results = subtitle(
        [Transcript((Paragraph(text),), "talk.txt")],
        make_settings(locale("en"), load(ROOT / "glossary.yml")),
        targets=[(locale("es"), EchoEngine())],
    )
    made = project.record(
        project.Project(tmp_path / "p"), results, written={"talk.txt": ["talk.es.srt"]},
        glossary=(ROOT / "glossary.yml").read_text("utf-8"), options={"to": ["es"]},
    )  # fmt: skip
    project.write(made)
    assert len(list((tmp_path / "p").glob("*.json"))) == 2
    assert problems(tmp_path / "p") == []


def test_the_golden_project_is_as_its_schema_says_and_as_it_is_written(tmp_path: Path) -> None:
    assert problems(GOLDEN) == []
    loaded = project.load(GOLDEN)
    project.write(project.Project(tmp_path, loaded.sources, loaded.glossary))
    assert (tmp_path / "talk.json").read_bytes() == (GOLDEN / "talk.json").read_bytes()


def test_trust_in_times_and_what_was_declined_are_kept(tmp_path: Path) -> None:
    loaded = project.load(GOLDEN)
    (source,) = loaded.sources
    (track,) = source.tracks
    cues = (replace(track.cues[0], confidence=0.25), *track.cues[1:])
    segment = replace(track.segments[0], declined=(("su7", "0123456789abcdef"),))
    track = replace(track, cues=cues, segments=(segment, *track.segments[1:]))
    project.write(project.Project(tmp_path, (replace(source, tracks=(track,)),)))
    assert problems(tmp_path) == []
    again = project.load(tmp_path).sources[0].tracks[0]
    assert [cue.confidence for cue in again.cues[:2]] == [0.25, track.cues[1].confidence]
    assert again == track


@pytest.mark.parametrize("part", ["manifest", "source"])
def test_the_schema_is_strict(part: str) -> None:
    name = store.MANIFEST if part == "manifest" else "talk.json"
    data = json.loads((GOLDEN / name).read_text("utf-8"))
    check = validator(part)
    assert check.is_valid(data)
    assert not check.is_valid({**data, "more": 1})
    for key in data:
        assert not check.is_valid({k: v for k, v in data.items() if k != key}), key
    definitions = json.loads((DOCS / "project.schema.json").read_text("utf-8"))["$defs"]
    for definition in definitions.values():
        if definition["type"] == "object":
            assert definition["additionalProperties"] is False
            # What came later is left out where there is nothing to say.
            later = {"declined", "confidence", "revision", "place", "former"}
            assert definition["required"] == [p for p in definition["properties"] if p not in later]
        else:
            assert definition["items"] is False
    assert definitions["manifest"]["properties"]["schema"]["const"] == SCHEMA


def test_every_field_of_a_project_is_explained() -> None:
    page = (DOCS / "project.md").read_text("utf-8")
    definitions = json.loads((DOCS / "project.schema.json").read_text("utf-8"))["$defs"]
    names = {n for d in definitions.values() for n in d.get("properties", ())}
    for name in names:
        assert f"`{name}`" in page, name
