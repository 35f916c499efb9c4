"""Find the cues of a WebVTT file as a person would, where the specification gives up.

The specification drops a cue whose times have a comma, the text after an empty line inside a
cue, and prints the header of a second file that was joined to the first. Here all text after
a timing line belongs to its cue, up to the next block that is something else.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from speechsubs.formats import timing_lines
from speechsubs.formats.timing_lines import TimingLine

_SIGNATURE = re.compile(r"\ufeff?WEBVTT(?:[ \t].*)?")
_NOTE = re.compile(r"NOTE(?:[ \t].*)?")
_NUMBER = re.compile(r"[0-9]{1,9}")
_SETTINGS = re.compile(r"(?:^|\s)(?:align|position|line|size|vertical|region):")
_MAP = re.compile(r"X-TIMESTAMP-MAP=(?=.*MPEGTS:([0-9]{1,12}))(?=.*LOCAL:([0-9:.]{7,14}))")
_LANGUAGE = re.compile(r"language\s*:\s*([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)\s*", re.IGNORECASE)
#: A 33-bit clock of 90 kHz starts again at zero after this many milliseconds.
_WRAP_MS = 2**33 // 90

#: Reads a timing line by the specification; None if it does not accept it.
Strict = Callable[[str], tuple[int, int, str] | None]


@dataclass(slots=True)
class FoundCue:
    """A cue: `line` is the 1-based line of its times, `shift_ms` what its segment adds."""

    line: int
    timing: TimingLine
    name: str
    settings: str
    payload: list[str]
    shift_ms: int = 0


@dataclass(slots=True)
class Scan:
    """What a file contains besides its cues.

    `rejoined` counts the cues with text after an empty line, `segments` the headers; `outside`
    are texts that belong to no cue, with their 1-based lines. `blocks` are the header,
    comments, styles and regions, each with the number of cues before it.
    """

    cues: list[FoundCue] = field(default_factory=list)
    language: str = ""
    rejoined: set[int] = field(default_factory=set)
    segments: int = 1
    outside: list[tuple[int, str]] = field(default_factory=list)
    blocks: list[tuple[int, str]] = field(default_factory=list)


def scan(text: str, strict: Strict) -> Scan:
    """Scan a text that begins with the signature; any line ends are accepted."""
    return _Scanner(text, strict).run()


class _Scanner:
    def __init__(self, text: str, strict: Strict) -> None:
        text = text.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
        self._lines = text.split("\n")
        self._strict = strict
        self._scan = Scan(segments=0)
        self._base_ms: int | None = None
        self._shift_ms = 0
        #: The number of the next cue, if it stood alone above an empty line.
        self._number = ""

    def run(self) -> Scan:
        """Go through the blocks, which empty lines separate."""
        lines, place = self._lines, 0
        while place < len(lines):
            if not lines[place]:
                place += 1
                continue
            end = place
            while end < len(lines) and lines[end]:
                end += 1
            self._block(place, end)
            place = end
        return self._scan

    def _block(self, first: int, end: int) -> None:
        """Lines without an empty one among them: mostly one cue."""
        if _is_signature(self._lines[first]):
            first = self._header(first, end)
        place = first
        while place < end:
            found = self._timing_after(place, end)
            if found is None:
                self._plain(place, end)
                return
            at, timing, settings = found
            stop = self._end_of_cue(at + 1, end)
            name = self._before(place, at)
            self._scan.cues.append(
                FoundCue(at + 1, timing, name, settings, self._lines[at + 1 : stop], self._shift_ms)
            )
            if timing.rest:
                self._scan.cues[-1].payload.insert(0, timing.rest)
            place = stop
            if place < end and _is_signature(self._lines[place]):
                place = self._header(place, end)

    def _timing_after(self, place: int, end: int) -> tuple[int, TimingLine, str] | None:
        """The first timing line of a block: its place, times and settings."""
        if self._is_comment(place):
            return None
        for at in range(place, end):
            line = self._lines[at]
            # In a cue's text an arrow is escaped, so other spellings count at a start only.
            if ("-->" in line or at - place < 2) and (timing := self._timing(line)):
                return at, *timing
        return None

    def _timing(self, line: str) -> tuple[TimingLine, str] | None:
        exact = self._strict(line) if "-->" in line else None
        if exact is not None:
            return TimingLine(exact[0], exact[1], mark="."), exact[2]
        timing = timing_lines.parse(line)
        if timing is None:
            return None
        if not timing.rest or _SETTINGS.search(timing.rest):
            return TimingLine(timing.start, timing.end, number=timing.number), timing.rest
        return timing, ""

    def _end_of_cue(self, place: int, end: int) -> int:
        """Where the text of a cue ends: before other times or the header of a segment."""
        for at in range(place, end):
            line = self._lines[at]
            if "-->" in line and self._timing(line):
                # A number above the times, without an empty line, is the next cue's.
                numbered = at - 1 > place and _NUMBER.fullmatch(self._lines[at - 1])
                return at - 1 if numbered else at
            if _is_signature(line) and (at + 1 == end or _is_header(self._lines[at + 1])):
                return at
        return end

    def _before(self, place: int, at: int) -> str:
        """The identifier above a timing line; text above that is of the cue before."""
        number, self._number = self._number, ""
        if at == place:
            return number
        if at - place > 1:
            self._plain(place, at - 1)
        name = self._lines[at - 1]
        return "" if "-->" in name else name

    def _is_comment(self, place: int) -> bool:
        line = self._lines[place]
        return line.startswith("NOTE") and bool(_NOTE.fullmatch(line))

    def _plain(self, first: int, end: int) -> None:
        """A block without times: a comment, a style, a region, or text of the cue before."""
        lines = self._lines[first:end]
        if self._is_comment(first):
            self._look_for_language(lines)
            self._keep(lines)
            return
        kind, rest = lines[0].rstrip(), "\n".join(lines[1:])
        early = not self._scan.cues
        if (kind == "STYLE" and (early or "::cue" in rest)) or (
            kind == "REGION" and (early or "id" in rest)
        ):
            self._keep(lines)
            return
        if len(lines) == 1 and _NUMBER.fullmatch(kind):
            self._number = kind
            return
        if early:
            self._scan.outside.append((first + 1, lines[0]))
            return
        self._scan.cues[-1].payload.extend(lines)
        self._scan.rejoined.add(len(self._scan.cues) - 1)

    def _keep(self, lines: list[str]) -> None:
        self._scan.blocks.append((len(self._scan.cues), "\n".join(lines).removeprefix("\ufeff")))

    def _header(self, first: int, end: int) -> int:
        """Read a header; returns the place after it."""
        self._scan.segments += 1
        place = first + 1
        while place < end and "-->" not in self._lines[place]:
            place += 1
        header = self._lines[first + 1 : place]
        if self._scan.segments == 1:
            self._keep(self._lines[first:place])
        self._look_for_language(header)
        for line in header:
            if found := _MAP.match(line):
                self._map(int(found[1]), found[2])
        return place

    def _map(self, ticks: int, local: str) -> None:
        """Apply X-TIMESTAMP-MAP (RFC 8216, 3.5), relative to the first one of the file."""
        parsed = timing_lines.parse(f"{local} --> {local}")
        if parsed is None or parsed.start is None:
            return
        offset = ticks // 90 - (timing_lines.resolve([parsed])[0].start_ms or 0)
        if self._base_ms is None:
            self._base_ms = offset
        shift = offset - self._base_ms
        while shift < self._shift_ms - _WRAP_MS // 2:
            shift += _WRAP_MS
        self._shift_ms = shift

    def _look_for_language(self, lines: list[str]) -> None:
        if not self._scan.language:
            found = (_LANGUAGE.fullmatch(line) for line in lines)
            self._scan.language = next((match[1] for match in found if match), "")


def _is_signature(line: str) -> bool:
    return line.startswith(("WEBVTT", "\ufeff")) and bool(_SIGNATURE.fullmatch(line))


def _is_header(line: str) -> bool:
    return bool(re.match(r"X-TIMESTAMP-MAP|Kind\s*:|Language\s*:", line)) or "-->" in line
