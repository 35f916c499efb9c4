"""Aligners by name, and what `auto` chooses."""

import pytest

from speechsubs.alignment import registry
from speechsubs.audio import Recording
from speechsubs.errors import InputError
from speechsubs.language import locales
from speechsubs.model import Sentence

np = pytest.importorskip("numpy", reason="the extra `align` is not installed (numpy)")

EN = locales.load("en")


def test_without_a_recording_times_are_estimated(said: list[Sentence]) -> None:
    assert registry.load("auto", None, EN).name == "estimate"
    for name in ("speech", "pauses"):
        with pytest.raises(InputError, match="requires a recording"):
            registry.load(name, None, EN)
    with pytest.raises(InputError, match="unknown aligner"):
        registry.load("guess", None, EN)


def test_a_forced_estimate_fills_the_recording(said: list[Sentence]) -> None:
    recording = Recording(np.ones(16_000 * 30, np.int16), offset_ms=500)
    found = registry.load("estimate", recording, EN).place(said[:3])
    assert found.aligner == "estimate"
    assert found.sentences[0].words[0].start_ms == 500
    assert abs(found.sentences[-1].words[-1].end_ms - 30_500) < 10


def test_auto_reports_why_it_fell_back(
    monkeypatch: pytest.MonkeyPatch, speech: Recording, said: list[Sentence]
) -> None:
    monkeypatch.setattr(registry, "_missing_requirement", lambda: "no pocketsphinx")
    aligner = registry.load("auto", speech, EN)
    assert aligner.name == "pauses"
    found = aligner.place(said[:3])
    told = [f.message for f in found.findings if f.code == "aligner-fallback"]
    assert told
    assert "no pocketsphinx" in told[0]
    with pytest.raises(InputError, match="no pocketsphinx"):
        registry.load("speech", speech, EN)
