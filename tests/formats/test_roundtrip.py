"""What is written is read back as the same cues, by us and by the libraries that people use."""

import html
import io
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import srt
import webvtt
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from speechsubs import formats
from speechsubs.formats.markup import GUARD, clean_lines, from_srt, from_vtt, to_srt, to_vtt
from speechsubs.model import Cue, Track

HOSTILE = [
    "-->",
    "a --> b",
    "00:00:01,000 --> 00:00:02,000",
    "1",
    "42",
    "&",
    "&amp;",
    "&lt;i&gt;",
    "<3",
    "x < y > z",
    "WEBVTT",
    "NOTE this",
    "STYLE",
    "REGION",
    "{curly}",
    "\u2028",
    "\x85",
    "\x0b",
    "\x00",
    "\ud800",
    "\ufeff",
    "- Who? - Me!",
    "今天，我们来谈谈勇气。",
    "السلام عليكم",
    "♪ la la ♪",
    "👩\u200d🚀",
    "e\u0301",
    " ",
    "\u3000",
    "\u00a0",
]
# Text that SRT has no way to keep: what looks like its markup is markup.
MARKED = ["<i>", "</i>", "<b>both</b>", "{\\an8}", "<font color=red>", "<v Ann>", "<br>"]

LINES = st.lists(
    st.lists(st.sampled_from(HOSTILE) | st.text(max_size=8), min_size=1, max_size=4).map(" ".join),
    max_size=3,
).map(tuple)


@st.composite
def tracks(draw: st.DrawFn, lines: st.SearchStrategy[tuple[str, ...]] = LINES) -> Track:
    """Tracks in order, also overlapping and touching ones, cues empty now and then."""
    cues, start = [], draw(st.integers(0, 3_600_000 * 99))
    for _ in range(draw(st.integers(1, 6))):
        start += draw(st.integers(0, 5_000))
        end = start + draw(st.integers(1, 9_000))
        cues.append(Cue(start, end, draw(lines)))
    return Track(tuple(sorted(cues, key=lambda c: (c.start_ms, c.end_ms))))


def shown(track: Track) -> list[Cue]:
    """The cues as they can be shown: one-line lines, none empty."""
    cleaned = [Cue(c.start_ms, c.end_ms, clean_lines(c.lines)) for c in track.cues]
    return [cue for cue in cleaned if cue.lines]


def has_markup(track: Track) -> bool:
    """Tags in a text: people type them on purpose, and they are written as they are."""
    return any("<" in cue.text or "{" in cue.text for cue in track.cues)


@given(tracks())
def test_webvtt_comes_back_as_it_was(track: Track) -> None:
    wanted = shown(track)
    text = formats.render(track, "vtt")
    if not wanted:
        assert text == "WEBVTT\n"
        return
    back = formats.read_bytes(text.encode(), "x", "vtt")
    assert isinstance(back, Track)
    assert list(back.cues) == wanted
    assert {finding.code for finding in back.findings} <= {"mojibake"}


@given(tracks())
def test_srt_comes_back_as_it_was_but_for_arrows(track: Track) -> None:
    wanted = [
        Cue(c.start_ms, c.end_ms, tuple(line.replace(GUARD, "") for line in to_srt(c.lines, ())))
        for c in shown(track)
    ]
    text = formats.render(track, "srt")
    assert text.count("-->") == len(wanted)
    if not wanted:
        assert text == ""
        return
    back = formats.read_bytes(text.encode(), "x", "srt")
    assert isinstance(back, Track)
    if not has_markup(track):
        assert list(back.cues) == wanted
    assert [(c.start_ms, c.end_ms) for c in back.cues] == [(c.start_ms, c.end_ms) for c in wanted]


@given(
    tracks(
        st.lists(st.sampled_from([*MARKED, "a", "\n", "1 < 2"]), max_size=8).map(
            lambda parts: tuple("".join(parts).split("\n"))
        )
    )
)
def test_markup_is_canonical_once_and_for_all(track: Track) -> None:
    for cue in track.cues:
        lines, markup = from_vtt(cue.text)
        assert from_vtt("\n".join(to_vtt(lines, markup))) == (lines, markup)
        srt_text = "\n".join(to_srt(lines, markup))
        for tag in "ibu":
            assert (
                srt_text.count(f"<{tag}>") == srt_text.count(f"</{tag}>") or f"<{tag}>" in cue.text
            )
        lines, markup = from_srt(cue.text)
        again = from_srt("\n".join(to_srt(lines, markup)))
        assert again[0] == lines or any(tag in "".join(lines) for tag in MARKED)


@given(tracks())
def test_the_srt_library_reads_the_same_cues(track: Track) -> None:
    # The library takes a number and a time after it for the next cue, arrow or not.
    assume(not any(re.search(r"(?m)^-?\d+\.?\d*\n\d+:\d", cue.text) for cue in shown(track)))
    text = formats.render(track, "srt")
    found = [
        (s.index, s.start, s.end, s.content.replace(GUARD, ""))
        for s in srt.parse(text.encode().decode("utf-8"))
    ]
    assert found == [
        (
            number,
            timedelta(milliseconds=cue.start_ms),
            timedelta(milliseconds=cue.end_ms),
            "\n".join(to_srt(cue.lines, ())).replace(GUARD, ""),
        )
        for number, cue in enumerate(shown(track), start=1)
    ]


@given(tracks())
def test_webvtt_py_reads_the_same_cues(track: Track) -> None:
    text = formats.render(track, "vtt")
    found = webvtt.from_buffer(io.StringIO(text))
    assert [
        (c.start, c.end, [html.unescape(line).replace(GUARD, "") for line in c.lines])
        for c in found.captions
    ] == [
        (
            formats_clock(cue.start_ms),
            formats_clock(cue.end_ms),
            list(cue.lines),
        )
        for cue in shown(track)
    ]


def formats_clock(time_ms: int) -> str:
    seconds, thousandths = divmod(time_ms, 1000)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{clock}.{thousandths:03}"


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize("name", ["srt", "vtt"])
def test_ffmpeg_converts_without_a_complaint(name: str, tmp_path: Path) -> None:
    track = Track(
        tuple(
            Cue(index * 2_000, index * 2_000 + 1_900, (text, "第二行"))
            for index, text in enumerate(["R&D <3", "a --> b", "1", "- Who? - Me!", "NOTE x"])
        ),
        language="en",
    )
    source = tmp_path / f"talk.{name}"
    formats.write(track, source)
    target = tmp_path / "out.srt"
    command = ["ffmpeg", "-v", "warning", "-nostdin", "-i", str(source), str(target)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0
    assert run.stderr == ""
    back = formats.read(target)
    assert isinstance(back, Track)
    assert [(c.start_ms, c.end_ms) for c in back.cues] == [
        (c.start_ms, c.end_ms) for c in track.cues
    ]
    assert back.cues[0].lines == ("R&D <3", "第二行")


@given(tracks(), st.booleans(), st.booleans())
@settings(max_examples=20)
def test_line_ends_and_byte_order_marks_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, track: Track, crlf: bool, bom: bool
) -> None:
    path = tmp_path_factory.mktemp("out") / "talk.vtt"
    formats.write(track, path, crlf=crlf, bom=bom)
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") == bom
    assert (b"\r\n" in data) == crlf
    if shown(track):
        back = formats.read(path)
        assert isinstance(back, Track)
        assert list(back.cues) == shown(track)
