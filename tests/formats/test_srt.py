"""SubRip: lenient reading, strict writing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs import formats
from speechsubs.errors import InputError
from speechsubs.formats.srt import format_time, to_milliseconds
from speechsubs.formats.timing_lines import MAX_MS
from speechsubs.model import Cue, Track

SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello\n"


def track(text: str, name: str = "") -> Track:
    result = formats.read_bytes(text.encode(), "talk", name)
    assert isinstance(result, Track)
    return result


def test_writers_sort_number_and_drop_what_is_empty() -> None:
    cues = (Cue(3000, 4000, ("b",)), Cue(0, 1000, ("", " ")), Cue(1000, 2000, ("a\n\nc",)))
    assert formats.render(Track(cues), "srt") == (
        "1\n00:00:01,000 --> 00:00:02,000\na\nc\n\n2\n00:00:03,000 --> 00:00:04,000\nb\n"
    )
    with pytest.raises(InputError, match="cue 1: a time of 1,000 hours"):
        formats.render(Track((Cue(0, 3_600_000_000, ("x",)),)), "srt")


def test_times_without_padding_and_with_decimal_fractions() -> None:
    found = track("00:00:01,5 --> 00:00:02.5\na\n\n00:03 --> 00:00:04.123456\nb\n", "srt")
    assert [(c.start_ms, c.end_ms) for c in found.cues] == [(1005, 2500), (3000, 4123)]


def test_a_number_may_end_the_text_of_a_cue() -> None:
    text = f"{SRT}The answer is\n42\n\n2\n00:00:03,000 --> 00:00:04,000\n7\n"
    assert [c.lines for c in track(text, "srt").cues] == [
        ("Hello", "The answer is", "42"),
        ("7",),
    ]
    unnumbered = "00:01,000 --> 00:02,000\nThe answer is\n42\n00:03,000 --> 00:04,000\nyes\n"
    assert track(unnumbered, "srt").cues[0].lines == ("The answer is", "42")


@given(st.integers(0, MAX_MS))
def test_a_formatted_time_is_read_back(time_ms: int) -> None:
    hours, minutes, rest = format_time(time_ms).split(":")
    seconds, fraction = rest.split(".")
    assert to_milliseconds(int(hours), int(minutes), int(seconds), fraction) == time_ms
