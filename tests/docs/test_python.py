"""The examples of docs/python.md and the README run, one after the other."""

import json
import re
import wave
from pathlib import Path
from typing import Any

import pytest

from speechsubs import audio, engines
from speechsubs.engines import EchoEngine

ROOT = Path(__file__).parents[2]
#: The length of the recording for the examples: some sentences, not the whole talk.
SECONDS = 30


def blocks(page: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def example_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that the examples name, with an engine that is always there."""
    pytest.importorskip("pocketsphinx")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engines, "load", lambda name, source, target: EchoEngine(source, target))
    sentences = json.loads((ROOT / "media/courage.times.json").read_text("utf-8"))["sentences"]
    spoken = [item for item in sentences if item["end_ms"] < SECONDS * 1_000]
    text = " ".join(item["text"] for item in spoken)
    for name in ("talk.txt", "part2.txt"):
        Path(name).write_text(text, "utf-8")
    Path("names.yml").write_bytes((ROOT / "glossary.yml").read_bytes())
    cues = [f"{n}\n00:00:{2 * n:02},000 --> 00:00:{2 * n + 2:02},000\n{item['text']}\n"
            for n, item in enumerate(spoken)]  # fmt: skip
    Path("talk.en.srt").write_text("\n".join(cues), "utf-8")
    recording = audio.load(ROOT / "media/courage.mp3")
    with wave.open("talk.mp4", "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(audio.RATE)
        file.writeframes(recording.samples[: SECONDS * audio.RATE].tobytes())


@pytest.mark.usefixtures("example_files")
@pytest.mark.parametrize("page", ["docs/python.md", "README.md"])
def test_the_examples_run(page: str) -> None:
    found = blocks(ROOT / page)
    assert found
    names: dict[str, Any] = {}
    for number, block in enumerate(found, start=1):
        exec(compile(block, f"{page}, example {number}", "exec"), names)
    assert Path("talk.es.srt").stat().st_size > 0
