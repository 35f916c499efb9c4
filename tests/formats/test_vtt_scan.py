"""WebVTT files as they are: text under empty lines, joined segments, odd times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs import formats
from speechsubs.formats import vtt
from speechsubs.formats.vtt_scan import scan
from speechsubs.model import Track


def track(text: str) -> Track:
    found = formats.read_bytes(text.encode(), "talk.vtt", "vtt")
    assert isinstance(found, Track)
    return found


def cues(text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    return [(c.start_ms, c.end_ms, c.lines) for c in track(text).cues]


def codes(text: str) -> list[str]:
    return [finding.code for finding in track(text).findings]


def test_text_under_an_empty_line_belongs_to_the_cue_above() -> None:
    text = (
        "WEBVTT\n\n00:01.000 --> 00:04.000\nFirst line here\n\nsecond line after a blank.\n\n"
        "00:05.000 --> 00:07.000 line:79%\n\nAll of it\nbelow.\n\n2\n\n00:08.000 --> 00:09.000\nC\n"
    )
    assert cues(text) == [
        (1000, 4000, ("First line here", "second line after a blank.")),
        (5000, 7000, ("All of it", "below.")),
        (8000, 9000, ("C",)),
    ]
    assert [cue.name for cue in track(text).cues] == ["", "", "2"]
    assert track(text).cues[1].settings == "line:79%"
    assert codes(text) == ["blank-line-in-cue"]


def test_joined_segments_have_no_header_in_their_text_and_their_own_offsets() -> None:
    def segment(
        ticks: int, text: str, start: str = "00:00:01.000", end: str = "00:00:03.000"
    ) -> str:
        header = f"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{ticks},LOCAL:00:00:00.000\n\n"
        return f"{header}{start} --> {end}\n{text}\n"

    same = segment(900_000, "One") + segment(900_000, "Two", "00:00:04.000", "00:00:06.000")
    assert cues(same) == [(1000, 3000, ("One",)), (4000, 6000, ("Two",))]
    assert codes(same) == ["segments-joined"]
    # The second segment begins ten seconds later; its cues count from there.
    later = segment(900_000, "One") + "\n" + segment(1_800_000, "Two")
    assert cues(later) == [(1000, 3000, ("One",)), (11_000, 13_000, ("Two",))]
    # The clock of 33 bits begins again at zero.
    over = segment(2**33 - 90_000, "One") + "\n" + segment(0, "Two")
    assert cues(over) == [(1000, 3000, ("One",)), (2000, 4000, ("Two",))]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("00:00:01,000 --> 00:00:03,000", (1000, 3000)),
        ("0:01.000 --> 0:03.000", (1000, 3000)),
        ("0:00:01.00 --> 0:00:03.00", (1000, 3000)),
        ("00:00:01 --> 00:00:03", (1000, 3000)),
        ("00:00:01.000 → 00:00:03.000", (1000, 3000)),
        ("00:00:01.000 --&gt; 00:00:03.000", (1000, 3000)),
    ],
)
def test_times_that_the_specification_refuses_are_read(
    line: str, expected: tuple[int, int]
) -> None:
    text = f"WEBVTT\n\n{line} align:start\nHello\n"
    assert cues(text) == [(*expected, ("Hello",))]
    assert track(text).cues[0].settings == "align:start"
    assert codes(text) == ["times-mended"]


def test_text_on_the_timing_line_is_text() -> None:
    assert cues("WEBVTT\n\n[00:00:01.000 --> 00:00:03.000]  And so\n") == [
        (1000, 3000, ("And so",))
    ]


def test_comments_styles_and_regions_are_no_text() -> None:
    text = (
        "WEBVTT - title\nLanguage: pt\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:fred\n\n"
        "NOTE one\ntwo\n\n00:01.000 --> 00:02.000\nA\n\nNOTE\n\nSTYLE\n::cue { color: blue }\n\n"
        "00:03.000 --> 00:04.000\nB\n"
    )
    assert cues(text) == [(1000, 2000, ("A",)), (3000, 4000, ("B",))]
    assert track(text).language == "pt"
    assert codes(text) == []


def test_text_before_the_first_cue_is_reported() -> None:
    text = "WEBVTT\n\nA stray line\n\n00:01.000 --> 00:02.000\nA\n"
    (finding,) = track(text).findings
    assert (finding.code, finding.line) == ("text-outside-cues", 3)
    assert "'A stray line'" in finding.message


LINES = st.sampled_from([
    "", "00:01.000 --> 00:02.000", "00:00:03,000 --> 00:00:04,000", "text", "7", "NOTE x", "STYLE",
    "a --> b", "00:05 --> ", "X-TIMESTAMP-MAP=MPEGTS:9,LOCAL:00:00:00.000", "REGION",
])  # fmt: skip


@given(st.lists(LINES, max_size=20))
def test_no_word_below_the_first_times_is_lost(lines: list[str]) -> None:
    found = scan("\n".join(["WEBVTT", "", "00:00.500 --> 00:00.900", *lines]), vtt._timing)
    kept = [line for cue in found.cues for line in [cue.name, *cue.payload]]
    assert kept.count("text") == lines.count("text") or "NOTE x" in lines or "STYLE" in lines
