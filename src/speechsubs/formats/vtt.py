"""WebVTT (.vtt): the grammar of the W3C specification and a conservative writer.

`vtt_scan` finds the cues, more leniently than the specification.

Source: WebVTT, W3C Candidate Recommendation 2019-04-04, sections 4 and 6.
"""

import math
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from speechsubs.errors import InputError
from speechsubs.formats import srt, timing_lines
from speechsubs.formats.cue_reader import Block, make_cues
from speechsubs.formats.markup import clean, clean_lines, from_vtt, to_vtt
from speechsubs.formats.placement import mend_settings
from speechsubs.formats.srt import check_times, format_time, to_milliseconds
from speechsubs.formats.timing_lines import TEXT, shifted
from speechsubs.formats.vtt_scan import scan
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


class VttFormat:
    """WebVTT subtitles."""

    name = "vtt"
    suffixes: tuple[str, ...] = (".vtt",)

    def read(self, text: str, source: str, fps: Fraction | None = None) -> Track:
        """Read cues, sorted by time; times that cannot be are repaired with a finding.

        A file without the first line "WEBVTT" is read as SubRip, with a finding. `fps` is the
        frame rate of times that count frames. Raises `InputError` if there are no cues, or if
        times count frames and `fps` is not given.
        """
        return read_track(text, source, fps)

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


def read_track(text: str, source: str, fps: Fraction | None = None) -> Track:
    """Read WebVTT text. See `VttFormat.read`."""
    if not has_signature(text):
        return _without_signature(text, source, fps)
    found = scan(text, _timing)
    if not found.cues:
        raise InputError(source, "the WebVTT file contains no cues")
    blocks = []
    for cue in found.cues:
        raw = "\n".join(line.removeprefix(TEXT) for line in cue.payload)
        lines, markup = from_vtt(raw)
        timing = shifted(cue.timing, cue.shift_ms)
        settings = mend_settings(clean(cue.settings))
        tagged = raw if "<" in raw or "&" in raw else ""
        blocks.append(Block(cue.line, timing, lines, markup, clean(cue.name), settings, tagged))
    cues, findings = make_cues(blocks, source, ".", fps)

    def report(code: str, line: int, message: str) -> None:
        findings.append(Finding(code, Severity.INFO, message, file=source, line=line))

    if found.rejoined:
        count, line = len(found.rejoined), found.cues[min(found.rejoined)].line
        which = f"{count} cues contain" if count > 1 else "a cue contains"
        report("blank-line-in-cue", line, f"{which} an empty line; players hide the text after it")
    if found.segments > 1:
        report("segments-joined", 1, f"{found.segments} WebVTT files in one were joined")
    for line, words in found.outside:
        report("text-outside-cues", line, f"text before the first cue is not shown: {words[:40]!r}")
    return Track(cues, found.language, source, tuple(findings), "vtt", tuple(found.blocks))


def _without_signature(text: str, source: str, fps: Fraction | None) -> Track:
    if not any(timing_lines.parse(line) for line in text.split("\n")):
        raise InputError(source, "not a WebVTT file: the first line must be WEBVTT")
    track = srt.read_track(text, source, fps)
    message = "the first line is not WEBVTT: players reject this file"
    finding = Finding("header-missing", Severity.WARNING, message, file=source, line=1)
    return Track(track.cues, track.language, source, (finding, *track.findings))


def write_track(track: Track) -> str:
    """Write WebVTT text. See `VttFormat.write`.

    What a WebVTT file had besides its cues is kept. Of our own there is no STYLE block, because
    ffmpeg 5.1 then produces an empty file, and language and kind are in a NOTE, because the
    standard no longer has header lines after the first.
    """
    check_times(track)
    kept = list(track.blocks if track.format == "vtt" else ())
    blocks = [kept.pop(0)[1]] if kept and has_signature(kept[0][1]) else ["WEBVTT"]
    noted = any("language" in text.lower() for text in (blocks[0], *(b for _, b in kept)))
    if not noted and _LANGUAGE.fullmatch(f"language:{track.language}"):
        blocks.append(f"NOTE\nKind: subtitles\nLanguage: {track.language}")
    regions = any(text.startswith("REGION") for _, text in kept)
    ordered = sorted(track.cues, key=lambda cue: (cue.start_ms, cue.end_ms))
    for number, cue in enumerate(ordered):
        while kept and kept[0][0] <= number:
            blocks.append(kept.pop(0)[1])
        lines = [_escape_header(line) for line in _text_lines(cue, track.format)]
        if not lines:
            continue
        timing = f"{format_time(cue.start_ms)} --> {format_time(cue.end_ms)}"
        settings = cue.settings if regions else keep_valid_settings(cue.settings)
        if settings:
            timing = f"{timing} {settings}"
        name = _safe_name(cue.name)
        blocks.append("\n".join([*([name] if name else []), timing, *lines]))
    blocks += [text for _, text in kept]
    return "\n\n".join(blocks) + "\n"


def _text_lines(cue: Cue, format_name: str) -> tuple[str, ...]:
    """The lines of a cue with its tags; those of its file if they still say the same."""
    raw = cue.source_text if format_name == "vtt" else ""
    if raw and "-->" not in raw and from_vtt(raw) == (cue.lines, cue.markup):
        return clean_lines([raw])
    return to_vtt(cue.lines, cue.markup)


def _escape_header(line: str) -> str:
    """Change a text line that would be read as the header of a joined file."""
    return TEXT + line if has_signature(line) else line


def _safe_name(name: str) -> str:
    """A cue's name, if it can be read back from a line of its own."""
    cleaned = clean(name).strip()
    # Programs that split blocks at empty lines take these for other blocks.
    if "-->" in cleaned or cleaned.startswith(("NOTE", "STYLE", "REGION", "WEBVTT")):
        return ""
    return cleaned
