"""Layouts of services: units, errors with their place, and nothing taken for what it is not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs import formats
from speechsubs.errors import InputError
from speechsubs.formats.asr_services import Node, time_unit
from speechsubs.model import Transcript


def read(data: object) -> Transcript:
    found = formats.read_bytes(json.dumps(data).encode(), "talk.json", "json")
    assert isinstance(found, Transcript)
    return found


def times(data: object) -> list[tuple[str, int, int]]:
    return [(w.text, w.start_ms, w.end_ms) for p in read(data).paragraphs for w in p.words]


def test_whole_numbers_that_nobody_could_speak_are_milliseconds() -> None:
    words = [{"text": "Hello", "start": 250, "end": 650}, {"text": "all", "start": 700, "end": 900}]
    expected = [("Hello", 250, 650), ("all", 700, 900)]
    assert times({"words": words}) == expected
    assert times(
        {"segments": [{"start": 250, "end": 900, "text": "Hello all", "words": words}]}
    ) == (expected)
    # Whole seconds are seconds, and so is everything with a fraction.
    segment = {"start": 3, "end": 6, "text": "Good evening, everyone"}
    assert times({"segments": [segment]})[0][1] == 3000
    assert times({"words": [{"text": "Hello", "start": 250.0, "end": 650.0}]})[0][1] == 250_000


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(60, 900), st.text("abc", min_size=1))))
def test_the_unit_of_spoken_words_in_milliseconds_is_found(
    words: list[tuple[int, int, str]],
) -> None:
    items = [
        Node({"text": text, "start": start, "end": start + length * len(text)}, "x")
        for start, length, text in words
    ]
    assert time_unit(items) == (1 if words else 1000)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"monologues": [{"elements": [{"type": "text"}]}]}, "monologues[0].elements[0]"),
        ({"results": [{"type": "word", "alternatives": [{"content": "a"}]}, {"type": "word"}]},
         "results[1]"),
        ({"phrases": [{"text": 5}]}, "phrases[0].text"),
        ({"events": [{"segs": [{"utf8": "a"}]}]}, "events[0]"),
        ({"events": [{"tStartMs": "x", "segs": [{"utf8": "a"}]}]}, "events[0].tStartMs"),
        ({"chunks": [{"timestamp": [1.0], "text": "a"}]}, "chunks[0]"),
        ({"words": [{"type": "word", "start": 0, "end": 1}]}, "words[0]"),
        ([["a", "b", 1.0]], "[0][1]"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_by_its_place(data: object, place: str) -> None:
    with pytest.raises(InputError) as caught:
        read(data)
    assert str(caught.value).startswith(f"talk.json, {place}: ")


@pytest.mark.parametrize(
    "data",
    [{}, {"events": []}, {"results": []}, {"phrases": []}, {"foo": [{"start": 1, "end": 2}]}, []],
)
def test_json_of_another_kind_is_refused(data: object) -> None:
    with pytest.raises(InputError, match="Is it a transcript from whisper"):
        read(data)


def test_captions_of_youtube_that_roll_do_not_run_into_each_other() -> None:
    first = {"tStartMs": 0, "dDurationMs": 9000, "segs": [{"utf8": "one"}, {"utf8": " two"}]}
    first["segs"][1]["tOffsetMs"] = 500  # type: ignore[index]
    second = {"tStartMs": 2000, "dDurationMs": 900, "segs": [{"utf8": "three"}]}
    assert times({"events": [first, second]}) == [
        ("one", 0, 500),
        ("two", 500, 2000),
        ("three", 2000, 2900),
    ]
