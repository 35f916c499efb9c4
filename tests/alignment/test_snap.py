"""Snapping word times to nearby boundaries of speech."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.alignment import registry, snap, vad
from speechsubs.audio import Recording
from speechsubs.language import locales
from speechsubs.model import Sentence, Word
from speechsubs.protocols import Placement

np = pytest.importorskip("numpy", reason="the extra `align` is not installed (numpy)")

EN = locales.load("en")


def errors(found: Placement, truth: Sequence[dict[str, int]]) -> tuple[list[int], list[int]]:
    pairs = list(zip(found.sentences, truth, strict=True))
    return (
        [abs(s.words[0].start_ms - t["start_ms"]) for s, t in pairs],
        [abs(s.words[-1].end_ms - t["end_ms"]) for s, t in pairs],
    )


def test_boundaries_move_to_the_speech(
    speech: Recording, placed: Placement, truth: list[dict[str, int]]
) -> None:
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
    late = [
        replace(s, words=tuple(replace(w, start_ms=w.start_ms + 90_000, end_ms=w.end_ms + 90_000)
                               for w in s.words))
        for s in placed.sentences
    ]  # fmt: skip
    found = registry.load("pauses", speech, EN).refine(late)  # type: ignore[attr-defined]
    assert found.sentences == tuple(late)
    assert [f.code for f in found.findings if f.code == "recording-differs"]


def _words(*times: tuple[int, int]) -> tuple[Word, ...]:
    return tuple(Word("a", 2 * n, start, end) for n, (start, end) in enumerate(times))


def _curve(*spans: tuple[int, int]) -> vad.SpeechCurve:
    """The curve of a recording in which the spans are speech."""
    recording = Recording(np.zeros(16 * 60_000, np.int16))
    curve = vad.SpeechCurve(recording)
    values = np.zeros(60_000 // 32, np.float32)
    for start, end in spans:
        values[round(start / 32) : round((end + 60) / 32)] = 1
    curve._values = values
    return curve


def test_only_words_next_to_a_pause_move() -> None:
    curve = _curve((1_000, 3_000), (4_000, 6_000))
    sentence = Sentence(0, 0, "a a a a", words=_words(
        (800, 1_500), (1_500, 3_200), (3_900, 5_000), (5_000, 6_100)))  # fmt: skip
    (found,) = snap.refine_words([sentence], curve.recording, curve).sentences
    near = [round(time / 50) * 50 for w in found.words for time in (w.start_ms, w.end_ms)]
    assert near == [1_000, 1_500, 1_500, 3_000, 4_000, 5_000, 5_000, 6_000]


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=1, max_size=12))
def test_snapped_words_keep_their_order(steps: list[tuple[int, int]]) -> None:
    times, clock = [], 0
    for gap, length in steps:
        times.append((clock + gap, clock + gap + length))
        clock = times[-1][1]
    curve = _curve((200, 1_400), (2_000, 2_600), (3_100, 9_000))
    sentence = Sentence(0, 0, " ".join("a" for _ in times), words=_words(*times))
    (found,) = snap.refine_words([sentence], curve.recording, curve).sentences
    flat = [time for w in found.words for time in (w.start_ms, w.end_ms)]
    assert flat == sorted(flat)
    assert max(abs(a - b) for a, b in zip(flat, sum(times, ()), strict=True)) <= 2 * snap.REACH_MS


def test_all_words_of_a_sentence_are_shifted() -> None:
    sentence = Sentence(0, 0, "a a", words=_words((0, 10), (20, 30)))
    assert snap.shift_words(sentence, 500).words == _words((500, 510), (520, 530))
