"""What a subtitle file loses when it is written in another format: one finding a kind.

The same format keeps everything; see `model.Cue.source_text` and `model.Track.blocks`.
"""

import re
from collections.abc import Iterator
from typing import Final

from speechsubs.formats.placement import override_of
from speechsubs.model import Finding, Severity, Track

_NAMES: Final = {"srt": "SubRip", "vtt": "WebVTT"}

#: By format: what is found in a cue's text, and what it is called.
_TEXT: Final[dict[str, tuple[tuple[str, re.Pattern[str]], ...]]] = {
    "srt": (
        ("fonts and colors (<font>)", re.compile(r"<font\b", re.IGNORECASE)),
        (
            "effects and exact positions ({\\pos} and the like)",
            re.compile(r"\{[^{}\n]*\\(?!an?\d|[ibu][01]?[\\}])[^{}\n]*\}"),
        ),
    ),
    "vtt": (
        ("voices (<v>)", re.compile(r"<v[ .\t]")),
        ("classes (<c>, <b.name>)", re.compile(r"<(?:c|[biu]\.)")),
        ("ruby text (<ruby>)", re.compile(r"<ruby")),
        ("languages of words (<lang>)", re.compile(r"<lang")),
        ("times of words", re.compile(r"<\d+:\d\d[\d:.]*>")),
    ),
}
_BLOCKS: Final = (
    ("styles (STYLE)", re.compile(r"STYLE\b")),
    ("regions (REGION)", re.compile(r"REGION\b")),
    (
        "comments (NOTE)",
        re.compile(r"NOTE\b(?!\s*(?:kind:[^\n]*\n)?language:[^\n]*$)", re.IGNORECASE),
    ),
)


def find_losses(track: Track, kind: str) -> list[Finding]:
    """What the format `kind` cannot hold of a track that was read from another format."""
    if track.format in ("", kind):
        return []
    target = _NAMES.get(kind, kind)
    return [
        Finding(
            "markup-lost",
            Severity.INFO,
            f"{what}: {number} left out, because {target} has no counterpart",
            file=track.source,
        )
        for what, number in _counted(track)
        if number
    ]


def _counted(track: Track) -> Iterator[tuple[str, int]]:
    for what, pattern in _TEXT.get(track.format, ()):
        yield what, sum(len(pattern.findall(cue.source_text)) for cue in track.cues)
    if track.format != "vtt":
        return
    for what, pattern in _BLOCKS:
        yield what, sum(bool(pattern.match(text)) for _, text in track.blocks)
    settled = [cue.settings for cue in track.cues if cue.settings]
    yield "positions and sizes", sum(not override_of(text) for text in settled)
