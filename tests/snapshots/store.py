"""Where snapshots are kept: short ones as text, long ones in an archive with digests."""

import hashlib
import json
import lzma
from pathlib import Path

from .box import sections

HERE = Path(__file__).parent
TEXTS = HERE / "texts"
ARCHIVE = HERE / "long.json.xz"
DIGESTS = HERE / "long.digests.txt"


def long_ones() -> dict[str, str]:
    """The texts in the archive, by case."""
    if not ARCHIVE.exists():
        return {}
    found: dict[str, str] = json.loads(lzma.decompress(ARCHIVE.read_bytes()))
    return found


def short_one(name: str) -> str | None:
    """The text of a short case."""
    path = TEXTS / f"{name}.txt"
    return path.read_bytes().decode("utf-8") if path.exists() else None


def save_short(name: str, text: str) -> None:
    """Keep the text of a short case."""
    TEXTS.mkdir(exist_ok=True)
    (TEXTS / f"{name}.txt").write_bytes(text.encode("utf-8"))


def save_long(texts: dict[str, str]) -> None:
    """Keep the texts of all long cases; nothing is written where nothing changed."""
    texts = dict(sorted(texts.items()))
    if texts != long_ones():
        data = json.dumps(texts, ensure_ascii=False).encode("utf-8")
        ARCHIVE.write_bytes(lzma.compress(data, preset=9))
    DIGESTS.write_text(digests(texts), "utf-8")


def digests(texts: dict[str, str]) -> str:
    """A line for every section of the long cases: what changed can be seen in it."""
    return "".join(
        f"{hashlib.sha256(body.encode('utf-8')).hexdigest()[:16]} {name}: {title}\n"
        for name, text in sorted(texts.items())
        for title, body in sections(text)
    )
