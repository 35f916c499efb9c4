"""All file types by name, and the four verbs that work on them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from speechsubs.adapters import files
from speechsubs.errors import InputError, OutputError
from speechsubs.formats.asr import WordsFormat
from speechsubs.formats.decode import decode
from speechsubs.formats.markdown import MarkdownFormat
from speechsubs.formats.srt import SrtFormat
from speechsubs.formats.srt import looks_timed as looks_like_srt
from speechsubs.formats.text import TextFormat
from speechsubs.formats.vtt import VttFormat
from speechsubs.formats.vtt import has_signature as looks_like_vtt
from speechsubs.model import Finding, Severity, Track, Transcript
from speechsubs.protocols import Format, WritableFormat

_WRITABLE: Final[Mapping[str, WritableFormat]] = MappingProxyType(
    {"srt": SrtFormat(), "vtt": VttFormat()}
)
FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {"text": TextFormat(), "markdown": MarkdownFormat(), **_WRITABLE, "json": WordsFormat()}
)
"""Every file type that can be read, by its name."""

#: How JSON begins. "[Music] Welcome" is text, so a bracket alone proves nothing.
_JSON_START = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\]])")


def read(path: Path) -> Transcript | Track:
    """Read a transcript or a subtitle file.

    The suffix names the type, unless the content says otherwise: a WebVTT file
    called `.srt` is read as WebVTT, with a finding. Raises `InputError`.
    """
    if str(path) == "-":
        raise InputError("-", "standard input is not a file", "Read its bytes first")
    return parse(files.read_bytes(path), path)


def parse(data: bytes, path: Path) -> Transcript | Track:
    """What `read` makes of a file, from its bytes. Raises `InputError`."""
    return _parse(data, str(path), _by_suffix(path.suffix))


def read_bytes(data: bytes, source: str, format_name: str = "") -> Transcript | Track:
    """Read data that came without a file name, as from standard input.

    `format_name` is a name from `FORMATS`; where it is empty the content decides,
    and what is neither SRT, WebVTT nor JSON is plain text. Raises `InputError`.
    """
    if not format_name:
        return _parse(data, source, "")
    if format_name not in FORMATS:
        raise InputError(
            source, f"unknown format {format_name!r}", f"Known are {', '.join(FORMATS)}"
        )
    decoded = decode(data, source)
    result = FORMATS[format_name].read(decoded.text, source)
    return _with_findings(result, decoded.findings)


def write(track: Track, path: Path, *, crlf: bool = False, bom: bool = False) -> None:
    """Write a track as a file that appears whole or not at all. Raises `OutputError`.

    For `crlf` and `bom` see `encode`.
    """
    files.write_atomic(path, encode(track, path, crlf=crlf, bom=bom))


def encode(track: Track, path: Path, *, crlf: bool = False, bom: bool = False) -> bytes:
    """The track as UTF-8 in the format that the path's suffix names.

    `crlf` writes Windows line ends, `bom` a byte order mark: some television sets
    and Windows tools want it, some WebVTT readers stumble over it. Raises `OutputError`.
    """
    name = _by_suffix(path.suffix)
    if name not in _WRITABLE:
        wanted = " or ".join(suffix for f in _WRITABLE.values() for suffix in f.suffixes)
        raise OutputError(path, f"subtitles cannot be written to such a file: name it {wanted}")
    text = render(track, name)
    if crlf:
        text = text.replace("\n", "\r\n")
    return text.encode("utf-8-sig" if bom else "utf-8")


def render(track: Track, format_name: str) -> str:
    """The whole file as text with line feeds. `format_name` is one of `writable()`.

    Raises `InputError` for another name, or for a track that no file can hold.
    """
    if format_name not in _WRITABLE:
        raise InputError(
            format_name, "not a format that can be written", f"Use {' or '.join(_WRITABLE)}"
        )
    return _WRITABLE[format_name].write(track)


def writable() -> tuple[str, ...]:
    """The names of the formats that tracks can be written to."""
    return tuple(_WRITABLE)


def readable_suffixes() -> tuple[str, ...]:
    """All file name suffixes that are known, with their dots, in lower case."""
    return tuple(suffix for known in FORMATS.values() for suffix in known.suffixes)


def _by_suffix(suffix: str) -> str:
    lowered = suffix.lower()
    return next((name for name, known in FORMATS.items() if lowered in known.suffixes), "")


def _by_content(text: str) -> str:
    """The format that the text proves to be; empty where nothing is proved."""
    if looks_like_vtt(text):
        return "vtt"
    if looks_like_srt(text):
        return "srt"
    return "json" if _JSON_START.match(text) else ""


def _parse(data: bytes, source: str, named: str) -> Transcript | Track:
    decoded = decode(data, source)
    found = _by_content(decoded.text)
    # A Markdown file may well begin with a bracket, and a broken VTT file without
    # its first line still parses as one, with its own finding.
    if (named, found) in {("markdown", "json"), ("vtt", "srt")}:
        found = named
    name = found or named or "text"
    findings = decoded.findings
    if named and name != named:
        message = f"the name says {named}, the content is {name}: read as {name}"
        findings += (Finding("format-mismatch", Severity.INFO, message, file=source),)
    return _with_findings(FORMATS[name].read(decoded.text, source), findings)


def _with_findings(result: Transcript | Track, findings: tuple[Finding, ...]) -> Transcript | Track:
    return replace(result, findings=findings + result.findings) if findings else result
