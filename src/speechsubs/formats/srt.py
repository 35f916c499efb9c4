"""SubRip (.srt): a reader for everything the field produces, a writer by the book.

The `srt` library composes. Its parser is not enough for the field: it needs hours
in every time, stops at a file without cue numbers, and takes a text line
that begins like a time for one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import srt as srt_library

from speechsubs.errors import InputError
from speechsubs.formats.cuetext import from_srt, to_srt
from speechsubs.formats.times import MAX_MS, milliseconds, refuse_beyond
from speechsubs.model import Cue, Finding, Severity, Track

_TIME = (
    r"(-?)\s?(?:(\d{1,4})\s?[:：]\s?)?(\d{1,2})\s?[:：]\s?(\d{1,2})(?:\s?([,.:;，．])\s?(\d{1,9}))?"
)
_TIMING = re.compile(rf"\s*{_TIME}\s*[-–—]{{1,3}}\s?[>＞]\s*{_TIME}(?![\d:,.])(.*)", re.ASCII)
#: A line that was meant to hold times and does not.
_BROKEN = re.compile(r"\s*-?\d{1,4}\s?[:：]\s?\d[^>\n]{0,40}?[-–—]\s?[>＞]", re.ASCII)
_NUMBER = re.compile(r"\s*[#\ufeff]?\d{1,9}\.?\s*", re.ASCII)
#: What stands after the times in some files and is no text: SubRip's own coordinates
#: and WebVTT settings that a converter left there.
_PLACEMENT = re.compile(
    r"(?:\s+(?:[XY][12]\s?:\s?-?\d{1,6}|(?:align|position|line|size|vertical|region):\S{1,60}))+\s*"
)


@dataclass(frozen=True, slots=True)
class _Block:
    """One timing line (`line`, 1-based) and what came after it."""

    line: int
    times: tuple[int | None, int | None]
    text: str


class SrtFormat:
    """SubRip subtitles."""

    name = "srt"
    suffixes: tuple[str, ...] = (".srt",)

    def read(self, text: str, source: str) -> Track:
        """Read cues, sorted by time; what cannot be shown is left out with a finding.

        Raises `InputError` where no line holds times.
        """
        return read_track(text, source)

    def write(self, track: Track) -> str:
        """Cues numbered from 1, `HH:MM:SS,mmm`, sorted, none empty. Raises `InputError`."""
        return write_track(track)


def looks_timed(text: str) -> bool:
    """True where one of the first three lines with text holds SubRip times."""
    lines = (line for line in text[:2000].lstrip("\ufeff").split("\n") if line.strip())
    return any(_TIMING.match(line) for _, line in zip(range(3), lines, strict=False))


def read_track(text: str, source: str) -> Track:
    """Read SubRip text with line feeds. See `SrtFormat.read`."""
    cues: list[Cue] = []
    findings: list[Finding] = []
    blocks = 0

    def report(code: str, line: int, message: str, start_ms: int | None = None) -> None:
        findings.append(
            Finding(code, Severity.WARNING, message, file=source, line=line, start_ms=start_ms)
        )

    for block in _blocks(text):
        blocks += 1
        start, end = block.times
        lines, markup = from_srt(block.text)
        shown = f": {lines[0][:40]!r}" if lines else ""
        if start is None or end is None:
            report("cue-dropped", block.line, f"these times cannot be read, cue left out{shown}")
        elif start < 0 or end < 0:
            report("cue-dropped", block.line, f"a time before zero, cue left out{shown}")
        elif end <= start:
            problem = "ends when it starts" if end == start else "ends before it starts"
            report("cue-dropped", block.line, f"a cue that {problem} is left out{shown}", start)
        elif not lines:
            report("cue-empty", block.line, "a cue without text is left out", start)
        else:
            cues.append(Cue(start, end, lines, markup=markup))
    if not blocks:
        raise InputError(source, "no subtitles in it: no line holds times", "Is it an SRT file?")
    ordered = sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))
    if ordered != cues:
        message = "the cues were not in the order of their times and have been sorted"
        findings.append(Finding("cues-unsorted", Severity.INFO, message, file=source))
    return Track(tuple(ordered), source=source, findings=tuple(findings))


def _blocks(text: str) -> Iterator[_Block]:
    """Every timing line with its text.

    Blank lines do not end a cue, only the next times do: text with a blank line in
    the middle stays whole. The line before the times is the cue's number if it is
    one and stands apart from the text, or counts on from the last number.
    """
    line_number = 0
    times: tuple[int | None, int | None] | None = None
    number = 0
    body: list[str] = []
    for index, line in enumerate(text.split("\n"), start=1):
        found = _timing(line)
        if found is None:
            body.append(line)
            continue
        previous = number
        number = _take_number(body, previous, first=times is None)
        if times is not None:
            yield _Block(line_number, times, "\n".join(body))
        line_number, times, body = index, found[0], [found[1]]
    if times is not None:
        yield _Block(line_number, times, "\n".join(body))


def _timing(line: str) -> tuple[tuple[int | None, int | None], str] | None:
    if ">" not in line and "＞" not in line:
        return None
    match = _TIMING.match(line)
    if match is None:
        return ((None, None), "") if _BROKEN.match(line) else None
    rest = match[13]
    return (_time(match, 1), _time(match, 7)), "" if _PLACEMENT.fullmatch(rest) else rest


def _time(match: re.Match[str], first: int) -> int | None:
    sign, hours, minutes, seconds, mark, fraction = match.group(*range(first, first + 6))
    digits = fraction or "0"
    if mark != "." and len(digits) < 3:
        # Programs that forget to pad print the number of milliseconds: ",5" is 5 ms.
        # After a full stop stands a decimal fraction: ".5" is half a second.
        digits = digits.zfill(3)
    value = milliseconds(int(hours or 0), int(minutes), int(seconds), digits)
    if value > MAX_MS:
        return None
    return -value if sign else value


def _take_number(body: list[str], previous: int, *, first: bool) -> int:
    """Remove the next cue's number from the end of this cue's lines; give it, or 0."""
    last = len(body) - 1
    while last >= 0 and not body[last].strip():
        last -= 1
    if last < 0 or not _NUMBER.fullmatch(body[last]):
        return 0
    number = int(re.sub(r"\D", "", body[last], flags=re.ASCII))
    # Index 0 of a later body is what stood on the timing line itself.
    apart = last == 0 or not body[last - 1].strip()
    if first or apart or (previous and number == previous + 1):
        del body[last:]
        return number
    return 0


def _safe(line: str) -> str:
    """A text line that this reader takes for times even with a short arrow ("->")."""
    return re.sub(r"[-–—]+\s?[>＞]", "→", line) if _timing(line) is not None else line


def write_track(track: Track) -> str:
    """Write SubRip text. See `SrtFormat.write`."""
    refuse_beyond(track)
    subtitles = [
        srt_library.Subtitle(
            index=None,
            start=timedelta(milliseconds=cue.start_ms),
            end=timedelta(milliseconds=cue.end_ms),
            content="\n".join(map(_safe, lines)),
        )
        for cue in sorted(track.cues, key=lambda cue: (cue.start_ms, cue.end_ms))
        if (lines := to_srt(cue.lines, cue.markup))
    ]
    # Numbered here: the library's own renumbering sorts by content too, where ours
    # keeps the order of cues that share their times.
    for number, subtitle in enumerate(subtitles, start=1):
        subtitle.index = number
    # One line feed ends the file; the library leaves a blank line there.
    text = str(srt_library.compose(subtitles, reindex=False)).rstrip("\n")
    return f"{text}\n" if text else ""
