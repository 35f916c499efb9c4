"""WebVTT (.vtt): the parser of the W3C specification and a conservative writer.

Source: WebVTT, W3C Candidate Recommendation 2019-04-04, sections 4 and 6.
"""

import math
import re
from dataclasses import dataclass, field, replace
from typing import Literal

from speechsubs.errors import InputError
from speechsubs.formats import srt
from speechsubs.formats.markup import clean, from_vtt, to_vtt
from speechsubs.formats.srt import MAX_MS, check_times, format_time, to_milliseconds
from speechsubs.model import Cue, Finding, Severity, Track

_PERCENTAGE = re.compile(r"([0-9]+(?:\.[0-9]+)?)%")
_LINE_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_ALIGN = frozenset({"start", "center", "end", "left", "right"})
_LINE_ALIGN = frozenset({"start", "center", "end"})
_POSITION_ALIGN = frozenset({"line-left", "center", "line-right"})


@dataclass(frozen=True, slots=True)
class CueSettings:
    """Parsed cue settings.

    `line` is a line number, or a percentage of the height if `snap_to_lines` is false;
    `position` and `size` are percentages, 0 to 100.
    """

    vertical: str = ""
    snap_to_lines: bool = True
    line: float | Literal["auto"] = "auto"
    line_align: str = "start"
    position: float | Literal["auto"] = "auto"
    position_align: str = "auto"
    size: float = 100
    align: str = "center"
    region: str = ""


def parse_settings(text: str) -> CueSettings:
    """Parse a settings string; invalid settings are ignored.

    Source: WebVTT, W3C Candidate Recommendation 2019-04-04, section 6.3.

    >>> parse_settings("line:90% align:left size:x").line
    90.0
    """
    settings = CueSettings()
    for token in _tokens(text):
        settings = _apply(settings, token) or settings
    return settings


def keep_valid_settings(text: str) -> str:
    """Keep the valid settings as they were written.

    Regions are dropped, because their definitions are not written.

    >>> keep_valid_settings("align:left line:--1 region:top")
    'align:left'
    """
    kept = (
        token
        for token in _tokens(text)
        if not token.startswith("region:") and _apply(CueSettings(), token) is not None
    )
    return " ".join(kept)


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^ \t\n\f\r]+", text)


def _apply(settings: CueSettings, token: str) -> CueSettings | None:
    """Apply one token to the settings, or return None if it is invalid."""
    name, _, value = token.partition(":")
    if not name or not value:
        return None
    match name:
        case "vertical":
            return replace(settings, vertical=value) if value in {"rl", "lr"} else None
        case "line":
            return _line(settings, value)
        case "position":
            return _position(settings, value)
        case "size":
            size = _percentage(value)
            return None if size is None else replace(settings, size=size)
        case "align":
            return replace(settings, align=value) if value in _ALIGN else None
        case "region":
            return replace(settings, region=value)
    return None


def _line(settings: CueSettings, value: str) -> CueSettings | None:
    place, comma, align = value.partition(",")
    if comma and align not in _LINE_ALIGN:
        return None
    number = _percentage(place)
    snap = number is None
    if number is None:
        if not _LINE_NUMBER.fullmatch(place):
            return None
        number = float(place)
        if math.isinf(number):
            return None
    aligned = align or settings.line_align
    return replace(settings, line=number, snap_to_lines=snap, line_align=aligned)


def _position(settings: CueSettings, value: str) -> CueSettings | None:
    place, comma, align = value.partition(",")
    number = _percentage(place)
    if number is None or (comma and align not in _POSITION_ALIGN):
        return None
    aligned = align or settings.position_align
    return replace(settings, position=number, position_align=aligned)


def _percentage(text: str) -> float | None:
    match = _PERCENTAGE.fullmatch(text)
    if match is None:
        return None
    number = float(match[1])
    return number if 0 <= number <= 100 else None


_TIME = re.compile(r"([0-9]+):([0-9]{2})(?::([0-9]{2}))?\.([0-9]{3})(?![0-9])")
_WHITESPACE = " \t\n\f\r"
_LANGUAGE = re.compile(r"language\s*:\s*([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RawCue:
    """A cue as in the file. `line` is the 1-based line of its times.

    `start_ms` may be at or after `end_ms`, which the specification permits.
    """

    start_ms: int
    end_ms: int
    id: str
    text: str
    settings: str
    line: int


class VttFormat:
    """WebVTT subtitles."""

    name = "vtt"
    suffixes: tuple[str, ...] = (".vtt",)

    def read(self, text: str, source: str) -> Track:
        """Read cues, sorted by time; cues that cannot be shown are dropped with a finding.

        A file without the first line "WEBVTT" is read as SubRip, with a finding. Raises
        `InputError` if there are no cues.
        """
        return read_track(text, source)

    def write(self, track: Track) -> str:
        """Write header, a NOTE with kind and language, and cues. Raises `InputError`."""
        return write_track(track)


def has_signature(text: str) -> bool:
    """True for text with the signature of a WebVTT file.

    >>> has_signature("WEBVTT - Made by hand"), has_signature("WEBVTTT")
    (True, False)
    """
    text = text.removeprefix("\ufeff")
    return text.startswith("WEBVTT") and (len(text) == 6 or text[6] in " \t\n\r")


def parse_cues(text: str) -> list[RawCue]:
    """Parse the cues of a WebVTT file according to the specification.

    Text without the signature has no cues. Any line ends are accepted.
    """
    return _scan(text).cues


@dataclass(slots=True)
class _Scan:
    """The result of scanning a file."""

    cues: list[RawCue] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    language: str = ""


def _scan(text: str) -> _Scan:
    scan = _Scan()
    if not has_signature(text):
        return scan
    text = text.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    position = 1
    if position < len(lines) and lines[position]:
        position = _block(lines, position, scan, in_header=True)
    while position < len(lines):
        if not lines[position]:
            position += 1
            continue
        position = _block(lines, position, scan, in_header=False)
    return scan


def _block(lines: list[str], position: int, scan: _Scan, *, in_header: bool) -> int:
    """Collect a block at `position` and return the position after it.

    Section 6.1, "collect a WebVTT block". An arrow line that does not belong to this
    block starts the next one, even without an empty line before it.
    """
    first = position
    buffer: list[str] = []
    cue: tuple[int, int, str] | None = None
    name = ""
    arrow_line = 0
    while position < len(lines):
        line = lines[position]
        count = position - first + 1
        if "-->" in line:
            if in_header or not (count == 1 or (count == 2 and not arrow_line)):
                break
            arrow_line = position + 1
            cue = _timing(line)
            if cue is None:
                scan.dropped.append(arrow_line)
            else:
                name, buffer = "\n".join(buffer), []
        elif not line:
            position += 1
            break
        else:
            buffer.append(line)
        position += 1
    if cue is not None:
        scan.cues.append(RawCue(cue[0], cue[1], name, "\n".join(buffer), cue[2], arrow_line))
    elif not scan.language and (in_header or (buffer[:1] and buffer[0].startswith("NOTE"))):
        found = (_LANGUAGE.fullmatch(line) for line in buffer)
        scan.language = next((match[1] for match in found if match), "")
    return position


def _timing(line: str) -> tuple[int, int, str] | None:
    """Start, end and settings of a line with an arrow (section 6.3)."""
    line = line.lstrip(_WHITESPACE)
    start = _TIME.match(line)
    if start is None:
        return None
    rest = line[start.end() :].lstrip(_WHITESPACE)
    if not rest.startswith("-->"):
        return None
    rest = rest[3:].lstrip(_WHITESPACE)
    end = _TIME.match(rest)
    if end is None:
        return None
    start_ms, end_ms = _time(start), _time(end)
    if start_ms is None or end_ms is None:
        return None
    return start_ms, end_ms, rest[end.end() :].strip(_WHITESPACE)


def _time(match: re.Match[str]) -> int | None:
    first, second, third, fraction = match.groups()
    if len(first) > 9:
        return None
    if third is None:
        if len(first) != 2:
            return None
        first, second, third = "0", first, second
    if int(second) > 59 or int(third) > 59:
        return None
    return to_milliseconds(int(first), int(second), int(third), fraction)


def read_track(text: str, source: str) -> Track:
    """Read WebVTT text. See `VttFormat.read`."""
    if not has_signature(text):
        return _without_signature(text, source)
    scan = _scan(text)
    findings: list[Finding] = []

    def report(code: str, line: int, message: str) -> None:
        findings.append(Finding(code, Severity.WARNING, message, file=source, line=line))

    for line in scan.dropped:
        report("cue-dropped", line, "unreadable times, cue skipped")
    cues: list[Cue] = []
    for raw in scan.cues:
        lines, markup = from_vtt(raw.text)
        shown = f": {lines[0][:40]!r}" if lines else ""
        if raw.end_ms <= raw.start_ms:
            report("cue-dropped", raw.line, f"a cue that ends before it starts was skipped{shown}")
        elif raw.end_ms > MAX_MS:
            report("cue-dropped", raw.line, f"a time of 1,000 hours or more, cue skipped{shown}")
        elif not lines:
            report("cue-empty", raw.line, "a cue without text was skipped")
        else:
            cues.append(
                Cue(
                    raw.start_ms,
                    raw.end_ms,
                    lines,
                    markup=markup,
                    name=clean(raw.id),
                    settings=clean(raw.settings),
                )
            )
    if not cues and not findings:
        raise InputError(source, "the WebVTT file contains no cues")
    ordered = sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))
    if ordered != cues:
        message = "the cues were out of order and have been sorted by time"
        findings.append(Finding("cues-unsorted", Severity.INFO, message, file=source))
    return Track(tuple(ordered), scan.language, source, tuple(findings))


def _without_signature(text: str, source: str) -> Track:
    try:
        track = srt.read_track(text, source)
    except InputError:
        raise InputError(source, "not a WebVTT file: the first line must be WEBVTT") from None
    message = "the first line is not WEBVTT: players reject this file"
    finding = Finding("header-missing", Severity.WARNING, message, file=source, line=1)
    return Track(track.cues, track.language, source, (finding, *track.findings))


def write_track(track: Track) -> str:
    """Write WebVTT text. See `VttFormat.write`.

    There is no STYLE block, because ffmpeg 5.1 then produces an empty file. Language and
    kind are in a NOTE, because the standard no longer has header lines after the first.
    """
    check_times(track)
    blocks = ["WEBVTT"]
    if _LANGUAGE.fullmatch(f"language:{track.language}"):
        blocks.append(f"NOTE\nKind: subtitles\nLanguage: {track.language}")
    for cue in sorted(track.cues, key=lambda cue: (cue.start_ms, cue.end_ms)):
        lines = to_vtt(cue.lines, cue.markup)
        if not lines:
            continue
        timing = f"{format_time(cue.start_ms)} --> {format_time(cue.end_ms)}"
        if cue.settings and (settings := keep_valid_settings(cue.settings)):
            timing = f"{timing} {settings}"
        name = _safe_name(cue.name)
        blocks.append("\n".join([*([name] if name else []), timing, *lines]))
    return "\n\n".join(blocks) + "\n"


def _safe_name(name: str) -> str:
    """A cue's name, if it can be read back from a line of its own."""
    cleaned = clean(name).strip()
    # Programs that split blocks at empty lines take these for other blocks.
    if "-->" in cleaned or cleaned.startswith(("NOTE", "STYLE", "REGION", "WEBVTT")):
        return ""
    return cleaned
