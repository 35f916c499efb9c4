"""The JSON that comes back from translators: read, or refused with its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechsubs import exchange, project
from speechsubs.errors import InputError
from speechsubs.exchange import json_file

GOLDEN = Path(__file__).parents[2] / "tests" / "golden" / "exchange" / "project"
WRITTEN = next(iter(exchange.export(project.load(GOLDEN), "json"))).data

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def read(data: Any) -> exchange.Incoming:
    return json_file.read(json.dumps(data).encode("ascii"), "talk.es.json")


def test_what_was_written_is_read() -> None:
    data = json.loads(WRITTEN)
    found = json_file.read(WRITTEN, "talk.es.json")
    assert found.findings == ()
    assert [row.name for row in found.rows] == [s["id"] for s in data["segments"]]
    assert [row.source for row in found.rows] == [(s["source"],) for s in data["segments"]]


@settings(max_examples=200)
@given(st.data(), anything)
def test_any_json_in_any_place_is_read_or_refused(data: st.DataObject, value: Any) -> None:
    inner = file = json.loads(WRITTEN)
    while True:
        key = data.draw(st.sampled_from(list(inner) if isinstance(inner, dict) else [0]))
        if not isinstance(inner[key], dict | list) or not inner[key] or data.draw(st.booleans()):
            break
        inner = inner[key]
    inner[key] = value
    try:
        read(file)
    except InputError:
        return


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("id", None, "segments[1].id: must be a string, not null"),
        ("target", 5, "segments[1].target: must be a string, not the number 5"),
        ("revision", {}, "segments[1].revision: `source` is missing"),
        ("revision", "x", "segments[1].revision: must be an object, not 'x'"),
    ],
)
def test_what_is_broken_is_named_with_its_place(key: str, value: Any, problem: str) -> None:
    data = json.loads(WRITTEN)
    data["segments"][1][key] = value
    with pytest.raises(InputError) as caught:
        read(data)
    assert caught.value.problem == f"corrupt file: {problem}"


def test_what_a_program_leaves_out_is_not_asked_for() -> None:
    data = json.loads(WRITTEN)
    known = {"id", "target"}
    data["segments"] = [{k: v for k, v in s.items() if k in known} for s in data["segments"]]
    assert {row.source for row in read(data).rows} == {None}
    assert {row.revision for row in read(data).rows} == {None}
