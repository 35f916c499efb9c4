"""Readers raise `SpeechsubsError` or return something sound, whatever they are given."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs import formats
from speechsubs.errors import SpeechsubsError
from speechsubs.formats.registry import FORMATS
from speechsubs.model import Track, Transcript

NAMES = list(FORMATS)
SCRAPS = st.sampled_from(
    [
        "WEBVTT\n",
        "\n\n",
        "\n",
        "1\n",
        "00:00:01,000 --> 00:00:02,500\n",
        "00:01.000-->00:02.000 align:start\n",
        "-00:00:01,000 --> 00:00:02,000\n",
        "9999999999:00:00.000 --> 99999999999:00:00.000\n",
        "00:00:03,000 --> 00:00:01,000 X1:1 X2:2\n",
        "00:0x --> \n",
        "٣:٤:٥,٦ --> ٣:٤:٦,٦\n",
        "<i>",
        "</b>",
        "<v Ann ",
        "&#99999999999999;",
        "&#xd800;",
        "{\\an8}",
        "- Hello",
        "- No",
        "[applause]",
        "♪",
        "LEI JUN: ",
        ">> ",
        "NOTE ",
        "STYLE",
        "今天。",
        "สวัสดี",
        "inter-\n",
        "\ud800",
        "\x00",
        "\u2028",
        "# Title\n",
        "> quote\n",
        "- item\n",
        "| a | b |\n|---|---|\n",
        "<!-- ",
        "---\nkey: value\n---\n",
        "From Novice to Racer Looking back, I ",
    ]
)
TEXTS = st.lists(SCRAPS | st.text(max_size=10), max_size=20).map("".join)
NUMBERS: st.SearchStrategy[object] = st.sampled_from(
    [0, 0.5, 1, 2.25, 4, 7.5, 3600, -1, 1e308, 10**30, True, None, "1", [], {}]
)
WORDS = st.fixed_dictionaries(
    {"word": st.sampled_from([" Hello,", "world.", "30", ",000", "今", "", " ", None, 7])},
    optional={"start": NUMBERS, "end": NUMBERS, "score": NUMBERS, "speaker": st.just("A")},
)
SEGMENTS = st.fixed_dictionaries(
    {},
    optional={
        "text": st.sampled_from([" Hello, world.", "30,000", "今天", "", None, 3]),
        "start": NUMBERS,
        "end": NUMBERS,
        "words": st.lists(WORDS | NUMBERS, max_size=4) | NUMBERS,
        "speaker": st.sampled_from(["A", "B", 1, None]),
    },
)
LISTS = st.lists(SEGMENTS | NUMBERS | st.lists(NUMBERS, max_size=7), max_size=5)
DOCUMENTS = LISTS | st.fixed_dictionaries(
    {},
    optional={
        "segments": LISTS,
        "words": st.lists(WORDS, max_size=4),
        "word_segments": LISTS,
        "transcription": LISTS,
        "text": st.sampled_from(["Hello, world.", "", 1, None]),
        "language": st.sampled_from(["en", "english", 4, None]),
    },
)


def check(result: Transcript | Track) -> None:
    """Everything that later stages take for granted."""
    if isinstance(result, Track):
        times = [(c.start_ms, c.end_ms) for c in result.cues]
        assert times == sorted(times)
        for cue in result.cues:
            assert cue.lines
            assert all(line.strip() and "\n" not in line for line in cue.lines)
            assert not cue.markup or len(cue.markup) == len(cue.lines)
        check(formats.from_track(result))
        for name in formats.writable():
            formats.render(result, name).encode("utf-8")
        return
    end = 0
    for paragraph in result.paragraphs:
        assert paragraph.text.strip()
        assert "\n" not in paragraph.text
        paragraph.text.encode("utf-8")
        for word in paragraph.words:
            assert word.text
            assert not word.text[0].isspace()
            assert paragraph.text[word.offset : word.end_offset] == word.text
            assert word.start_ms >= end
            end = word.end_ms
        for before, after in pairwise(paragraph.words):
            assert before.end_offset <= after.offset


def try_reading(data: bytes, name: str) -> None:
    try:
        result = formats.read_bytes(data, "talk", name)
    except SpeechsubsError as error:
        assert str(error).startswith("talk")  # noqa: PT017 - most texts raise nothing
    else:
        check(result)


@pytest.mark.parametrize("name", ["", *NAMES])
@given(data=st.binary(max_size=200))
def test_any_bytes(name: str, data: bytes) -> None:
    try_reading(data, name)


@pytest.mark.parametrize("name", ["", *NAMES])
@given(text=TEXTS)
def test_any_text(name: str, text: str) -> None:
    try_reading(text.encode("utf-8", errors="surrogatepass"), name)
    # Not through the decoder, so that the readers see halves and NULs themselves.
    if name:
        try:
            result = FORMATS[name].read(text, "talk")
        except SpeechsubsError:
            return
        check(result)


@given(text=TEXTS, encoding=st.sampled_from(["utf-16", "utf-16-le", "utf-8-sig", "utf-32"]))
def test_other_unicode_encodings(text: str, encoding: str) -> None:
    try_reading(text.encode(encoding, errors="replace"), "")


@given(document=DOCUMENTS)
def test_any_json(document: object) -> None:
    try_reading(json.dumps(document).encode(), "json")
