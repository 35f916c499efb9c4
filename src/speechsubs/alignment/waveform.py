"""Draw a recording as a picture: waveform, speech regions, words and cues.

Each strip shows fifteen seconds; strips are stacked like lines of text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from speechsubs.adapters.files import write_atomic
from speechsubs.audio import RATE, Recording
from speechsubs.errors import InputError
from speechsubs.model import Cue, Sentence

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont
    from PIL.ImageFont import ImageFont as PlainFont

#: A strip's duration, its size, and the rows inside it (pixels from its top).
_STRIP_MS: Final = 15_000
_WIDTH: Final = 1_800
_MARGIN: Final = 12
_HEIGHT: Final = 150
_WAVE = (18, 70)
_WORDS = (76, 104)
_CUES = (110, 144)
#: An hour and a half; image viewers refuse larger pictures.
_MAX_STRIPS: Final = 400

_PAPER, _INK, _GREY = "#ffffff", "#1c1c1c", "#8a8a8a"
_SPEECH, _SOUND = "#d7ecd9", "#3f6f9f"
_CONFIDENT, _MEDIUM, _UNCERTAIN, _UNKNOWN = "#bfe3c4", "#f6e3a6", "#f3b7ac", "#dddddd"
_CUE = "#c9d8ee"


@dataclass(frozen=True, slots=True)
class Scene:
    """The content of a picture. Regions are (start_ms, end_ms) on the file's clock."""

    recording: Recording
    regions: Sequence[tuple[int, int]]
    sentences: Sequence[Sentence]
    cues: Sequence[Cue]
    title: str


def save_picture(scene: Scene, path: Path) -> None:
    """Write the picture as PNG. Raises `InputError` and `OutputError`."""
    # Heavy, and part of an extra.
    try:
        from PIL import Image, ImageDraw
    except ImportError as error:
        advice = "Install it: pip install 'speechsubs[align]'"
        raise InputError(str(path), "drawing requires the package pillow", advice) from error
    end = scene.recording.offset_ms + scene.recording.duration_ms
    end = max([end, *(cue.end_ms for cue in scene.cues)])
    strips = min(_MAX_STRIPS, max(1, -(-end // _STRIP_MS)))
    image = Image.new("RGB", (_WIDTH + 2 * _MARGIN, 34 + strips * (_HEIGHT + 10)), _PAPER)
    painter = _Painter(ImageDraw.Draw(image), scene)
    painter.draw_header()
    for number in range(strips):
        painter.draw_strip(number)
    data = BytesIO()
    image.save(data, "PNG", optimize=False)
    write_atomic(path, data.getvalue())


class _Painter:
    """Draws the strips of a scene."""

    def __init__(self, draw: "ImageDraw", scene: Scene) -> None:
        from PIL import ImageFont

        self.draw, self.scene = draw, scene
        self.small: FreeTypeFont | PlainFont = ImageFont.load_default(11)
        self.large: FreeTypeFont | PlainFont = ImageFont.load_default(13)
        self.words = [word for sentence in scene.sentences for word in sentence.words]
        self.loudest = _peak_level(scene.recording)

    def draw_header(self) -> None:
        """Draw title and legend."""
        self.draw.text((_MARGIN, 8), _printable(self.scene.title), _INK, self.large)
        x = _WIDTH - 560
        legend = (
            (_SPEECH, "speech"), (_CONFIDENT, "sure"), (_MEDIUM, "fair"), (_UNCERTAIN, "unsure"),
            (_UNKNOWN, "not measured"), (_CUE, "cue"),
        )  # fmt: skip
        for color, name in legend:
            self.draw.rectangle((x, 10, x + 14, 24), color, _GREY)
            self.draw.text((x + 19, 10), name, _INK, self.small)
            x += 40 + 7 * len(name)

    def draw_strip(self, number: int) -> None:
        """Draw one strip."""
        start = number * _STRIP_MS
        top = 34 + number * (_HEIGHT + 10)
        for second in range(0, _STRIP_MS // 1_000 + 1):
            x = self._x(start + 1_000 * second, start)
            long = second % 5 == 0
            self.draw.line((x, top + (6 if long else 12), x, top + 16), _GREY)
            if long and second * 1_000 < _STRIP_MS:
                self.draw.text((x + 3, top), _clock(start + 1_000 * second), _GREY, self.small)
        for first, last in self.scene.regions:
            if span := self._span(first, last, start):
                self.draw.rectangle((span[0], top + _WAVE[0], span[1], top + _WAVE[1]), _SPEECH)
        for x, low, high in self._wave(start):
            middle, half = top + sum(_WAVE) // 2, (_WAVE[1] - _WAVE[0]) / 2
            self.draw.line((x, middle - high * half, x, middle - low * half), _SOUND)
        for word in self.words:
            if span := self._span(word.start_ms, word.end_ms, start):
                self._box(span, top, _WORDS, word.text, _color(word.confidence), self.small)
        for count, cue in enumerate(self.scene.cues, start=1):
            if span := self._span(cue.start_ms, cue.end_ms, start):
                text = f"{count}  {' / '.join(cue.lines)}"
                self._box(span, top, _CUES, text, _CUE, self.large)

    def _box(
        self,
        span: tuple[int, int],
        top: int,
        rows: tuple[int, int],
        text: str,
        color: str,
        font: "FreeTypeFont | PlainFont",
    ) -> None:
        self.draw.rectangle((span[0], top + rows[0], span[1], top + rows[1]), color, _GREY)
        room = span[1] - span[0] - 5
        shown = _printable(text)
        if self.draw.textlength(shown, font) > room:
            while shown and self.draw.textlength(shown + "…", font) > room:
                shown = shown[:-1]
            shown = shown + "…" if len(shown) > 1 else ""
        y = top + (rows[0] + rows[1]) // 2 - 8
        self.draw.text((span[0] + 3, y), shown, _INK, font)

    def _x(self, time_ms: int, start: int) -> int:
        return _MARGIN + (time_ms - start) * _WIDTH // _STRIP_MS

    def _span(self, first: int, last: int, start: int) -> tuple[int, int] | None:
        if last <= start or first >= start + _STRIP_MS:
            return None
        first, last = max(first, start), min(last, start + _STRIP_MS)
        return self._x(first, start), max(self._x(first, start) + 1, self._x(last, start) - 1)

    def _wave(self, start: int) -> Iterator[tuple[int, float, float]]:
        """The lowest and highest sample of every pixel column, from -1 to 1."""
        recording = self.scene.recording
        step = _STRIP_MS * RATE // 1_000 / _WIDTH
        begin = (start - recording.offset_ms) * RATE // 1_000
        for column in range(_WIDTH):
            first, last = begin + round(column * step), begin + round((column + 1) * step)
            block = recording.samples[max(0, first) : max(0, last)]
            if len(block):
                low, high = int(block.min()) / self.loudest, int(block.max()) / self.loudest
                yield _MARGIN + column, max(-1.0, low), min(1.0, high)


def _peak_level(recording: Recording) -> float:
    """The level drawn at full height: below the maximum, so that clicks do not flatten speech."""
    import numpy as np

    sample = recording.samples[::11]
    if not len(sample):
        return 1.0
    return max(200.0, float(np.percentile(np.abs(sample.astype(np.float32)), 99.7)) * 1.3)


def _color(confidence: float | None) -> str:
    if confidence is None:
        return _UNKNOWN
    return _CONFIDENT if confidence >= 0.5 else _MEDIUM if confidence >= 0.25 else _UNCERTAIN


def _clock(time_ms: int) -> str:
    return f"{time_ms // 3_600_000}:{time_ms // 60_000 % 60:02}:{time_ms // 1_000 % 60:02}"


def _printable(text: str) -> str:
    """Text that the font renderer accepts: no control characters, no lone surrogates."""
    clean: Any = "".join(c if c.isprintable() else " " for c in text)
    return str(clean.encode("utf-8", "replace").decode("utf-8"))
