"""Every cue with text is kept; what had to be mended is reported with its line."""

import pytest

from speechsubs.errors import InputError
from speechsubs.formats.cue_reader import Block, make_cues
from speechsubs.formats.timing_lines import parse
from speechsubs.model import Severity


def block(line: int, times: str, *text: str) -> Block:
    timing = parse(times)
    assert timing is not None
    return Block(line, timing, text)


def test_cues_with_impossible_times_are_kept_with_times_of_their_neighbors() -> None:
    cues, findings = make_cues(
        [
            block(2, "00:00:01,000 --> 00:00:02,500", "First words."),
            block(6, "00:00:04,560.0000009 --> 00:00:06,120.0000001", "Times written as floats."),
            block(10, "00:00:07,000 --> 00:00:07,000", "The end is the start."),
            block(14, "00:00:09,100 --> 00:00:08,980", "The end comes before the start."),
            block(18, "00:00:11,000 --> 00:00:12,500", "Last words."),
        ],
        "talk.srt",
        ",",
        None,
    )
    assert [(cue.start_ms, cue.end_ms) for cue in cues] == [
        (1000, 2500),
        (4560, 6120),
        (7000, 8400),
        (9100, 11_000),
        (11_000, 12_500),
    ]
    repaired = [f for f in findings if f.code == "time-repaired"]
    assert [(f.line, f.severity) for f in repaired] == [
        (6, Severity.WARNING),
        (10, Severity.WARNING),
        (14, Severity.WARNING),
    ]
    assert repaired[1].message == (
        "it ended at its start; now 7.000 to 8.400 s: 'The end is the start.'"
    )
    (mended,) = [f for f in findings if f.code == "times-mended"]
    assert (mended.line, mended.severity) == (6, Severity.INFO)


def test_a_cue_without_text_is_reported_and_moves_no_other() -> None:
    cues, findings = make_cues(
        [
            block(1, "00:00:01,000 --> 00:00:02,000"),
            block(4, "00:00:03,000 --> 00:00:04,000", "Here."),
        ],
        "talk.srt",
        ",",
        None,
    )
    assert [(cue.start_ms, cue.lines) for cue in cues] == [(3000, ("Here.",))]
    assert [(f.code, f.line, f.start_ms) for f in findings] == [("cue-empty", 1, 1000)]


def test_no_text_at_all_is_an_error() -> None:
    with pytest.raises(InputError, match=r"talk\.srt: contains no cue with text"):
        make_cues([block(1, "00:00:01,000 --> 00:00:02,000")], "talk.srt", ",", None)


def test_frames_without_a_rate_are_an_error_that_says_what_to_do() -> None:
    blocks = [block(1, "00:00:01:12 --> 00:00:02:24", "Hi.")]
    with pytest.raises(InputError, match=r"count frames.*--fps 25"):
        make_cues(blocks, "talk.srt", ",", None)


def test_cues_come_in_order_of_time() -> None:
    cues, findings = make_cues(
        [
            block(1, "00:00:05,000 --> 00:00:06,000", "b"),
            block(4, "00:00:01,000 --> 00:00:02,000", "a"),
        ],
        "talk.srt",
        ",",
        None,
    )
    assert [cue.lines for cue in cues] == [("a",), ("b",)]
    assert [f.code for f in findings] == ["cues-unsorted"]
