"""Draw docs/images/frame.png: cues of the sample talk on a frame of a drawn stage.

python docs/frame.py

The cues are those that `speechsubs subtitle` makes of media/courage.txt now, so an engine
for Spanish and Catalan is needed, and the font DejaVu Sans (Debian: apertium-eng-spa,
apertium-eng-cat, fonts-dejavu-core). Pillow comes with the extra `align`.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

import speechsubs as ss

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "frame.png"
#: Tag and name of the languages, the large frame first.
LANGUAGES = (("es", "Español"), ("en", "English"), ("ca", "Català"))
#: What the cue is found by: the price, which every language writes in its own way.
PRICES = ("215,900", "215.900")
WIDTH, HEIGHT, GAP = 848, 477, 12
FONT = "DejaVuSans.ttf"


def cues(folder: Path) -> dict[str, tuple[str, ...]]:
    """The lines of the cue with the price, by language."""
    targets = [part for tag, _ in LANGUAGES if tag != "en" for part in ("--to", tag)]
    command = [sys.executable, "-m", "speechsubs", "subtitle", str(ROOT / "media/courage.txt"),
               *targets, "--glossary", str(ROOT / "glossary.yml"), "-o", str(folder),
               "-q"]  # fmt: skip
    done = subprocess.run(command, check=False)  # noqa: S603 our own program
    if done.returncode not in (0, 3):
        raise SystemExit("speechsubs failed")
    found = {}
    for tag, _ in LANGUAGES:
        track = ss.load(folder / f"courage.{tag}.srt")
        (found[tag],) = (cue.lines for cue in track if any(p in cue.text for p in PRICES))
    return found


def stage(width: int, height: int) -> Image.Image:
    """A speaker on a stage, in front of a screen."""
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for y in range(height):
        depth = y / height
        draw.line([(0, y), (width, y)], (int(18 + 22 * depth), int(26 + 20 * depth), 48))
    x, y = width, height
    draw.rectangle((0.14 * x, 0.08 * y, 0.86 * x, 0.56 * y), (36, 72, 120))
    body = [(0.34, 0.44), (0.38, 0.34), (0.46, 0.25), (0.58, 0.25), (0.66, 0.34), (0.74, 0.37),
            (0.75, 0.44)]  # fmt: skip
    draw.polygon([(a * x, b * y) for a, b in body], (120, 170, 220))
    for center in (0.43, 0.66):
        wheel = (center * x - 0.06 * y, 0.38 * y, center * x + 0.06 * y, 0.50 * y)
        draw.ellipse(wheel, (24, 40, 66), (170, 205, 240), max(2, height // 120))
    draw.rectangle((0, 0.72 * y, x, y), (24, 22, 30))
    image = image.filter(ImageFilter.GaussianBlur(height / 200))
    draw = ImageDraw.Draw(image)
    dark = (10, 10, 16)
    draw.ellipse((0.205 * x, 0.36 * y, 0.255 * x, 0.36 * y + 0.05 * x), dark)
    draw.rounded_rectangle((0.19 * x, 0.46 * y, 0.27 * x, 0.78 * y), 0.03 * x, dark)
    return image


def frame(width: int, lines: tuple[str, ...], language: str) -> Image.Image:
    """A frame with a cue at its foot and the language in its corner."""
    height = width * HEIGHT // WIDTH
    image = stage(width, height)
    draw = ImageDraw.Draw(image, "RGBA")
    size = height // 15
    font = ImageFont.truetype(FONT, size)
    top = height - int(size * (1.35 * len(lines) + 0.9))
    for number, line in enumerate(lines):
        middle = (width / 2, top + size * (1.35 * number + 0.5))
        left, upper, right, lower = draw.textbbox(middle, line, font, anchor="mm")
        pad = size // 4
        draw.rectangle((left - pad, upper - pad, right + pad, lower + pad), (0, 0, 0, 170))
        draw.text(middle, line, "white", font, anchor="mm")
    small = ImageFont.truetype(FONT, size * 3 // 4)
    draw.text((size // 2, size // 2), language, (255, 255, 255, 200), small)
    return image


def run() -> int:
    """Draw the picture; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        found = cues(Path(folder))
    small = (HEIGHT - GAP) // 2 * WIDTH // HEIGHT + 1
    side = small * HEIGHT // WIDTH
    picture = Image.new("RGB", (WIDTH + GAP + small, HEIGHT), "white")
    corners = ((0, 0, WIDTH), (WIDTH + GAP, 0, small), (WIDTH + GAP, HEIGHT - side, small))
    for (tag, language), (x, y, width) in zip(LANGUAGES, corners, strict=True):
        picture.paste(frame(width, found[tag], language), (x, y))
    picture.quantize(128).save(PICTURE, optimize=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(run())
