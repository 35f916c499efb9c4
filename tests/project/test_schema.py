"""The JSON of projects: what is written comes back, and nothing else is believed."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechsubs.adapters import json_codec
from speechsubs.errors import InputError
from speechsubs.model import Cue, Kind, PlaceableKind, Sentence, Word
from speechsubs.project import schema
from speechsubs.project.model import Segment, Source, State, TrackRecord
from speechsubs.spans import Span
from speechsubs.translation.keys import read_placeable

GOLDEN = Path(__file__).parents[2] / "tests" / "golden" / "exchange" / "project" / "talk.json"

texts = st.text(max_size=8)
numbers = st.integers(0, 10**9)
shares = st.none() | st.floats(0, 1)
spans = st.builds(Span, numbers, numbers, numbers)
pairs = st.dictionaries(texts, texts, max_size=2).map(lambda found: tuple(found.items()))


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=2).map(tuple)


words = st.builds(
    lambda text, offset, start, length, share: Word(text, offset, start, start + length, share),
    texts, numbers, numbers, numbers, shares,
)  # fmt: skip
slots = st.builds(
    read_placeable, st.sampled_from(PlaceableKind), numbers, numbers, texts, texts, texts
)
cues = st.builds(
    lambda start, length, lines, sentences, share: Cue(
        start, start + 1 + length, lines, sentences, confidence=share
    ),
    numbers, numbers, several(texts), several(numbers), shares,
)  # fmt: skip
segments = st.builds(
    Segment, numbers, texts, texts, several(spans), st.sampled_from(State), texts, texts,
    several(texts), st.booleans(), texts, texts, texts, pairs,
)  # fmt: skip
tracks = st.builds(
    TrackRecord, texts, several(segments), several(cues), texts, texts, several(texts)
)


@st.composite
def sources(draw: st.DrawFn) -> Source:
    sentences = tuple(
        Sentence(index, *draw(st.tuples(numbers, texts, st.sampled_from(Kind), numbers)),
                 draw(several(words)), draw(texts))
        for index in range(draw(st.integers(0, 2)))
    )  # fmt: skip
    return Source(
        "talk", *draw(st.tuples(texts, texts, texts, texts)), sentences,
        tuple(draw(several(slots)) for _ in sentences),
        draw(several(cues)), draw(several(tracks)), draw(texts),
    )  # fmt: skip


def read(data: Any) -> Source:
    text = json.dumps(data).encode("ascii")
    return schema.source("talk", json_codec.parse(text, "talk.json"), "talk.json")


@given(sources())
def test_a_source_comes_back_as_it_was_written(source: Source) -> None:
    assert read(schema.source_data(source)) == source


@given(pairs.map(dict), several(st.builds(schema.SourceEntry, texts, texts, texts)))
def test_a_manifest_comes_back_as_it_was_written(
    options: dict[str, Any], entries: tuple[schema.SourceEntry, ...]
) -> None:
    made = schema.Manifest(schema.SCHEMA, "1", "digest", options, entries)
    data = json.loads(json.dumps(schema.CODEC.dump(made)))
    assert schema.manifest(data, "project.json") == made


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys: Any = data if isinstance(data, dict) else range(len(data)) if path else ()
    found = [(*path, key) for key in keys]
    return found + [
        deep for one in found if isinstance(data[one[-1]], dict | list)
        for deep in places(data[one[-1]], one)
    ]  # fmt: skip


PLACES = places(json.loads(GOLDEN.read_text("utf-8")))


@settings(max_examples=200)
@given(st.sampled_from(PLACES), anything)
def test_any_json_in_any_place_is_read_or_named(path: tuple[Any, ...], value: Any) -> None:
    data = json.loads(GOLDEN.read_text("utf-8"))
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    try:
        found = read(data)
    except InputError:
        return
    assert read(schema.source_data(found)) == found


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("name",), None, "name: must be a string, not null"),
        (("cues",), {}, "cues: must be a list, not an object"),
        (("cues", 1, "start_ms"), "5", "cues[1].start_ms: must be an integer, not '5'"),
        (("cues", 0, "end_ms"), -5, "cues[0]: a cue cannot run from 0 ms to -5 ms"),
        (("cues", 0, "lines", 0), True, "cues[0].lines[0]: must be a string, not true or false"),
        (("tracks", 0, "segments", 2, "state"), "done",
         "tracks[0].segments[2].state: must be one of new, machine, edited, approved, not "
         "'done'"),
        (("tracks", 0, "segments", 2, "declined"), {"a": 1},
         "tracks[0].segments[2].declined.a: must be a string, not the number 1"),
        (("sentences", 0, "slots"), [["term", 0, 1]],
         "sentences[0].slots[0]: must be a list of kind, start, end, text, key, suffix, "
         "not a list"),
        (("sentences", 0), {}, "sentences[0]: `kind` is missing"),
    ],
)  # fmt: skip
def test_what_is_broken_is_named_with_its_place(
    path: tuple[Any, ...], value: Any, problem: str
) -> None:
    data = json.loads(GOLDEN.read_text("utf-8"))
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(InputError) as caught:
        read(data)
    assert caught.value.problem == f"corrupt file: {problem}"


def test_unknown_keys_are_not_read() -> None:
    data = json.loads(GOLDEN.read_text("utf-8"))
    assert read({**data, "later": 1}) == read(data)


@pytest.mark.parametrize("text", ["NaN", "[-Infinity]", "1e999", "9" * 5000, "[" * 100_000])
def test_numbers_and_depths_that_nobody_can_use_are_no_json(text: str) -> None:
    with pytest.raises(InputError, match="not valid JSON"):
        json_codec.parse(b'{"a": ' + text.encode() + b"}", "talk.json")
