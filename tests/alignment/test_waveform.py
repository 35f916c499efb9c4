"""The picture of a recording: its size, and the texts drawn into it."""

from pathlib import Path

import pytest

from speechsubs.alignment.waveform import Scene, save_picture
from speechsubs.audio import Recording
from speechsubs.model import Cue, Sentence, Word

np = pytest.importorskip("numpy", reason="the extra `align` is not installed (numpy)")
Image = pytest.importorskip("PIL.Image", reason="the extra `align` is not installed (PIL)")


def _scene(seconds: int, *cues: Cue, words: tuple[Word, ...] = ()) -> Scene:
    samples = (9_000 * np.sin(np.arange(16_000 * seconds) / 9)).astype(np.int16)
    sentences = [Sentence(0, 0, " ".join(w.text for w in words), words=words)] if words else []
    return Scene(Recording(samples), [(500, 2_500)], sentences, cues, "talk.mp3")


def _height(path: Path) -> int:
    with Image.open(path) as image:
        return int(image.height)


def test_each_strip_shows_fifteen_seconds(tmp_path: Path) -> None:
    heights = []
    for seconds in (0, 15, 16, 31):
        save_picture(_scene(seconds), tmp_path / "a.png")
        heights.append(_height(tmp_path / "a.png"))
    one, strip = heights[0], heights[2] - heights[1]
    assert heights == [one, one, one + strip, one + 2 * strip]


def test_cues_after_the_end_of_the_recording_are_drawn(tmp_path: Path) -> None:
    save_picture(_scene(1, Cue(40_000, 44_000, ("Late.",))), tmp_path / "late.png")
    save_picture(_scene(44), tmp_path / "long.png")
    assert _height(tmp_path / "late.png") == _height(tmp_path / "long.png")


@pytest.mark.parametrize("text", ["\ud800", "\0\x1b[31m", "字幕" * 400, "\u202eabc", "👩‍👩‍👧"])
def test_any_text_can_be_drawn(text: str, tmp_path: Path) -> None:
    words = (Word(text, 0, 100, 900, 0.3), Word("b", len(text) + 1, 900, 900))
    save_picture(_scene(2, Cue(0, 1, (text,)), words=words), tmp_path / "odd.png")
    assert _height(tmp_path / "odd.png") > 100
