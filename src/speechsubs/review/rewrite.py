"""A subtitle file with some cues' lines and ends replaced, every other byte as it was.

Line ends, a byte order mark, blanks, notes and styles of cues that did not change stay.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from speechsubs import formats
from speechsubs.errors import SpeechsubsError
from speechsubs.model import Cue, Track

_BOM = "\ufeff"
_TIMING = re.compile(r"[^\n]*\d[ \t]*-->[ \t]*\d[^\n]*")
_END = re.compile(r"(-->[ \t]*)([\d:.,]+)")


def cues(data: bytes, path: Path, old: Sequence[Cue], new: Sequence[Cue], tag: str) -> bytes:
    """The file's bytes with the lines and ends of `new` where they differ from `old`.

    Where the file does not have these cues (somebody changed it beyond recognition) the
    whole track is written anew, with the file's line ends and mark; `outputs` then puts it
    beside the file.
    """
    name = "vtt" if path.suffix.lower() == ".vtt" else "srt"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    mark = _BOM if text.startswith(_BOM) else ""
    crlf = text.count("\r\n") > 0 and text.count("\r\n") == text.count("\n")
    plain = text.removeprefix(_BOM)
    made = _patched(plain.replace("\r\n", "\n") if crlf else plain, old, new, name, path)
    if made is None:
        made = formats.render(Track(tuple(new), tag), name)
    return (mark + (made.replace("\n", "\r\n") if crlf else made)).encode("utf-8")


def _patched(
    text: str, old: Sequence[Cue], new: Sequence[Cue], name: str, path: Path
) -> str | None:
    """The text with changed cues replaced; None where it does not have the old cues."""
    there = _read(text, name, path)
    if there is None or len(there) != len(old):
        return None
    if [(c.start_ms, c.end_ms) for c in there] != [(c.start_ms, c.end_ms) for c in old]:
        return None
    lines = text.split("\n")
    timings = [n for n, line in enumerate(lines) if _TIMING.fullmatch(line)]
    if len(timings) != len(old):
        return None
    for number in range(len(old) - 1, -1, -1):
        if old[number].end_ms != new[number].end_ms:
            lines[timings[number]] = _timing(lines[timings[number]], new[number], name)
        if old[number].lines == new[number].lines:
            continue
        first = timings[number] + 1
        last = first
        while last < len(lines) and lines[last].strip():
            last += 1
        lines[first:last] = _written(new[number], name)
    made = "\n".join(lines)
    after = _read(made, name, path)
    if after is None or len(after) != len(new):
        return None
    if [(c.start_ms, c.end_ms) for c in after] != [(c.start_ms, c.end_ms) for c in new]:
        return None
    same = all(
        got.lines == (was.lines if before.lines == now.lines else _clean(now, name))
        for got, was, before, now in zip(after, there, old, new, strict=True)
    )
    return made if same else None


def _written(cue: Cue, name: str) -> list[str]:
    """A cue's lines as its format writes them."""
    block = formats.render(Track((replace(cue, markup=(), name="", settings=""),)), name)
    lines = block.rstrip("\n").split("\n")
    at = next(n for n, line in enumerate(lines) if _TIMING.fullmatch(line))
    return lines[at + 1 :]


def _timing(line: str, cue: Cue, name: str) -> str:
    """A line of times with another end; what a person wrote behind it stays."""
    block = formats.render(Track((replace(cue, markup=(), name="", settings=""),)), name)
    written = next(found for found in map(_END.search, block.split("\n")) if found)
    return _END.sub(lambda match: match[1] + written[2], line, count=1)


def _clean(cue: Cue, name: str) -> tuple[str, ...]:
    """A cue's lines as they are read again after writing: no controls, no outer blanks."""
    track = formats.read_bytes(
        formats.render(Track((replace(cue, markup=()),)), name).encode("utf-8"), "-", name
    )
    return track.cues[0].lines if isinstance(track, Track) and track.cues else ()


def _read(text: str, name: str, path: Path) -> tuple[Cue, ...] | None:
    try:
        track = formats.read_bytes(text.encode("utf-8"), str(path), name)
    except SpeechsubsError:
        return None
    return track.cues if isinstance(track, Track) else None
