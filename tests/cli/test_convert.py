"""`speechsubs convert`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import srt
import webvtt

Cli = Callable[..., Any]
SRT = """\
1
00:00:01,000 --> 00:00:03,000
<i>Good</i> evening & welcome.
Two lines.

2
00:00:04,000 --> 00:00:06,500
1 < 2 -> 3
"""


@pytest.fixture
def talk(here: Path) -> Path:
    path = here / "talk.en.srt"
    path.write_text(SRT, "utf-8")
    return path


def test_srt_to_vtt_and_back(cli: Cli, here: Path, talk: Path) -> None:
    ran = cli("convert", "talk.en.srt", "--to", "vtt")
    assert (ran.code, ran.lines) == (0, ["talk.en.vtt"])
    captions = webvtt.read(str(here / "talk.en.vtt")).captions
    assert [(c.start, c.end) for c in captions] == [
        ("00:00:01.000", "00:00:03.000"),
        ("00:00:04.000", "00:00:06.500"),
    ]
    assert "&amp; welcome" in (here / "talk.en.vtt").read_text("utf-8")
    ran = cli("convert", "talk.en.vtt", "--to", "srt", "-o", "back")
    assert ran.code == 0
    before, after = (
        list(srt.parse(p.read_text("utf-8"))) for p in (talk, here / "back/talk.en.srt")
    )
    assert [(s.start, s.end, s.content) for s in after] == [
        (s.start, s.end, s.content) for s in before
    ]


def test_standard_input_to_standard_output(cli: Cli, here: Path) -> None:
    ran = cli("convert", "-", "--to", "vtt", stdin=SRT)
    assert ran.code == 0
    assert ran.out.startswith("WEBVTT\n")
    assert list(here.iterdir()) == []


def test_line_ends_and_mark_on_standard_output(shell: Cli, here: Path) -> None:
    ran = shell("convert", "-", "--to", "srt", "--crlf", "--bom", stdin=SRT.encode())
    assert ran.out.startswith("\ufeff1\r\n00:00:01,000 --> ")
    assert "\n" not in ran.out.replace("\r\n", "")


def test_standard_input_into_a_folder(cli: Cli, here: Path) -> None:
    ran = cli("convert", "-", "--to", "srt", "-o", "out", stdin=SRT)
    assert ran.lines == ["out/stdin.srt"]


def test_a_good_and_a_bad_file(cli: Cli, here: Path, talk: Path) -> None:
    (here / "talk.txt").write_text("No cues at all.", "utf-8")
    ran = cli("convert", "nope.srt", "talk.txt", "talk.en.srt", "--to", "vtt")
    assert ran.code == 1
    assert ran.lines == ["talk.en.vtt"]
    assert "Error: nope.srt: no such file\n" in ran.err
    assert "Error: talk.txt: not a subtitle file: it contains no cues" in ran.err
    assert "speechsubs subtitle" in ran.err


def test_broken_files_are_mended_with_findings(cli: Cli, here: Path) -> None:
    (here / "b.srt").write_text("7\n00:00:03,000 --> 00:00:01,000\nBackwards.\n\n"
                                "9\n0:0:5.0 -> 00:00:06,000\nLoose.\n", "utf-8")  # fmt: skip
    ran = cli("convert", "b.srt", "--to", "vtt")
    assert ran.code == 3
    assert "warning b.srt" in ran.err or "error b.srt" in ran.err
    assert "Traceback" not in ran.err


def test_an_edit_is_kept_here_too(cli: Cli, here: Path, talk: Path) -> None:
    (here / "talk.en.vtt").write_text("WEBVTT\n\nmine", "utf-8")
    ran = cli("convert", "talk.en.srt", "--to", "vtt")
    assert (ran.code, ran.lines) == (3, ["talk.en.new.vtt"])
    assert cli("convert", "talk.en.srt", "--to", "vtt", "--overwrite").lines == ["talk.en.vtt"]


def test_quiet(cli: Cli, here: Path, talk: Path) -> None:
    ran = cli("convert", "talk.en.srt", "--to", "vtt", "-q")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_the_format_has_to_be_named(cli: Cli, talk: Path) -> None:
    assert cli("convert", "talk.en.srt").code == 2
    assert cli("convert", "talk.en.srt", "--to", "ass").code == 2


def test_an_encoding_can_be_named(cli: Callable[..., Any], here: Path) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nza\u017c\u00f3\u0142\u0107\n"
    (here / "talk.srt").write_bytes(text.encode("cp1250"))
    ran = cli("convert", "talk.srt", "--to", "vtt", "--encoding", "cp1250")
    assert (ran.code, ran.err) == (0, "")
    assert "za\u017c\u00f3\u0142\u0107" in (here / "talk.vtt").read_text("utf-8")
    wrong = cli("convert", "talk.srt", "--to", "vtt", "--encoding", "klingon")
    assert wrong.code == 1
    assert "'klingon' is not the name of an encoding" in wrong.err


def test_times_in_frames_need_a_rate(cli: Callable[..., Any], here: Path) -> None:
    (here / "talk.srt").write_text("1\n00:00:01:12 --> 00:00:02:24\nHi\n")
    asked = cli("convert", "talk.srt", "--to", "vtt")
    assert asked.code == 1
    assert "--fps 25" in asked.err
    assert cli("convert", "talk.srt", "--to", "vtt", "--fps", "25").code == 0
    assert "00:00:01.480 --> 00:00:02.960" in (here / "talk.vtt").read_text()
