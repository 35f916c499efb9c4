"""The supported file formats: detect, read, render and write them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Final

from speechsubs.adapters import files
from speechsubs.errors import InputError, OutputError
from speechsubs.formats.asr import WordsFormat
from speechsubs.formats.decode import DecodedText, decode
from speechsubs.formats.markdown import MarkdownFormat
from speechsubs.formats.srt import SrtFormat, is_srt
from speechsubs.formats.text import TextFormat
from speechsubs.formats.vtt import VttFormat
from speechsubs.formats.vtt import has_signature as is_vtt
from speechsubs.model import Finding, Severity, Track, Transcript
from speechsubs.protocols import Format, WritableFormat

_WRITABLE: Final[Mapping[str, WritableFormat]] = MappingProxyType(
    {"srt": SrtFormat(), "vtt": VttFormat()}
)
FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {"text": TextFormat(), "markdown": MarkdownFormat(), **_WRITABLE, "json": WordsFormat()}
)
"""Every readable format by its name."""

_TAG = re.compile(r"\.([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})?)$")
#: The start of JSON. "[Music] Welcome" is text, so a bracket alone is not enough.
_JSON_START = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\]])")


def read(path: Path, *, fps: Fraction | None = None, encoding: str = "") -> Transcript | Track:
    """Read a transcript or a subtitle file.

    The suffix determines the format unless the content is clearly another one: a WebVTT
    file named `.srt` is read as WebVTT, with a finding. `fps` is the frame rate of times that
    count frames (`HH:MM:SS:FF`), `encoding` a name that Python knows, empty to detect it.
    Raises `InputError`.
    """
    if str(path) == "-":
        raise InputError("-", "standard input is not a file", "Read its bytes first")
    return parse(files.read_bytes(path), path, fps=fps, encoding=encoding)


def parse(
    data: bytes, path: Path, *, fps: Fraction | None = None, encoding: str = ""
) -> Transcript | Track:
    """Like `read`, for the bytes of a file. Raises `InputError`."""
    decoded = decode(data, str(path), _language(path), encoding)
    return _parse(decoded, str(path), _by_suffix(path.suffix), fps)


def read_bytes(
    data: bytes,
    source: str,
    format_name: str = "",
    *,
    fps: Fraction | None = None,
    encoding: str = "",
) -> Transcript | Track:
    """Read data without a file name, for example from standard input.

    `format_name` is a name from `FORMATS`. If it is empty, the format is detected from
    the content; the default is plain text. Raises `InputError`.
    """
    if format_name and format_name not in FORMATS:
        raise InputError(
            source, f"unknown format {format_name!r}", f"Known formats: {', '.join(FORMATS)}"
        )
    decoded = decode(data, source, encoding=encoding)
    if not format_name:
        return _parse(decoded, source, "", fps)
    result = _read(format_name, decoded.text, source, fps)
    return _with_findings(result, decoded.findings)


def write(track: Track, path: Path, *, crlf: bool = False, bom: bool = False) -> None:
    """Write a track to a file atomically. Raises `OutputError`.

    For `crlf` and `bom` see `encode`.
    """
    files.write_atomic(path, encode(track, path, crlf=crlf, bom=bom))


def encode(track: Track, path: Path, *, crlf: bool = False, bom: bool = False) -> bytes:
    """Encode a track as UTF-8 in the format of the path's suffix.

    `crlf` writes Windows line ends, `bom` a byte order mark: some televisions and Windows
    tools require it, some WebVTT readers fail on it. Raises `OutputError`.
    """
    name = _by_suffix(path.suffix)
    if name not in _WRITABLE:
        wanted = " or ".join(suffix for f in _WRITABLE.values() for suffix in f.suffixes)
        raise OutputError(path, f"not a subtitle extension that can be written: use {wanted}")
    text = render(track, name)
    if crlf:
        text = text.replace("\n", "\r\n")
    return text.encode("utf-8-sig" if bom else "utf-8")


def render(track: Track, format_name: str) -> str:
    """Render a track as text with line feeds. `format_name` is one of `writable()`.

    Raises `InputError` for any other name, or for times beyond the format's limit.
    """
    if format_name not in _WRITABLE:
        raise InputError(
            format_name, "this format cannot be written", f"Use {' or '.join(_WRITABLE)}"
        )
    return _WRITABLE[format_name].write(track)


def writable() -> tuple[str, ...]:
    """The names of the formats that tracks can be written to."""
    return tuple(_WRITABLE)


def readable_suffixes() -> tuple[str, ...]:
    """All supported file name suffixes, with their dots, in lower case."""
    return tuple(suffix for known in FORMATS.values() for suffix in known.suffixes)


def _by_suffix(suffix: str) -> str:
    lowered = suffix.lower()
    return next((name for name, known in FORMATS.items() if lowered in known.suffixes), "")


def _by_content(text: str) -> str:
    """The format that is evident from the content, or an empty string."""
    if is_vtt(text):
        return "vtt"
    if is_srt(text):
        return "srt"
    return "json" if _JSON_START.match(text) else ""


def _read(name: str, text: str, source: str, fps: Fraction | None) -> Transcript | Track:
    if name in _WRITABLE:
        return _WRITABLE[name].read(text, source, fps)
    return FORMATS[name].read(text, source)


def _language(path: Path) -> str:
    """What may be a language tag in a file's name ("talk.he.srt")."""
    found = _TAG.search(path.stem)
    return found[1].lower() if found else ""


def _parse(
    decoded: DecodedText, source: str, named: str, fps: Fraction | None
) -> Transcript | Track:
    found = _by_content(decoded.text)
    # Markdown may begin with a bracket, and WebVTT without its first line is still parsed
    # as WebVTT, with a finding of its own.
    if (named, found) in {("markdown", "json"), ("vtt", "srt")}:
        found = named
    name = found or named or "text"
    findings = decoded.findings
    if named and name != named:
        message = f"the extension is {named} but the content is {name}: read as {name}"
        findings += (Finding("format-mismatch", Severity.INFO, message, file=source),)
    return _with_findings(_read(name, decoded.text, source, fps), findings)


def _with_findings(result: Transcript | Track, findings: tuple[Finding, ...]) -> Transcript | Track:
    return replace(result, findings=findings + result.findings) if findings else result
