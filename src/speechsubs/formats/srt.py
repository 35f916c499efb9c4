"""Milliseconds in and out of files.

SubRip (.srt): a reader for everything the field produces, a writer by the book.

The `srt` library composes. Its parser is not enough for the field: it needs hours
in every time, stops at a file without cue numbers, and takes a text line
that begins like a time for one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import srt as srt_library

from speechsubs.errors import InputError
from speechsubs.formats.markup import from_srt, to_srt
from speechsubs.model import Cue, Finding, Severity, Track

#: Times from here on are refused: 1,000 hours. Beyond it a file is broken, and most
#: programs read three digits for the hours at best.
MAX_MS = 1_000 * 3_600_000 - 1


def milliseconds(hours: int, minutes: int, seconds: int, fraction: str) -> int:
    """The sum in milliseconds; `fraction` holds the digits after the decimal mark.

    >>> milliseconds(0, 1, 2, "5")
    62500
    """
    return (hours * 3600 + minutes * 60 + seconds) * 1000 + int(fraction[:3].ljust(3, "0"))


def clock(time_ms: int, mark: str = ".") -> str:
    """A time as `HH:MM:SS.mmm`, with more digits for the hours from 100 on.

    >>> clock(3_723_004)
    '01:02:03.004'
    """
    seconds, thousandths = divmod(time_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{mark}{thousandths:03}"


def refuse_beyond(track: Track) -> None:
    """Raise `InputError` for a track with a time that files cannot hold."""
    for number, cue in enumerate(track.cues, start=1):
        if cue.end_ms > MAX_MS:
            raise InputError(
                f"{track.source}, cue {number}", "a time of 1,000 hours or more cannot be written"
            )


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
    the middle stays whole.
    """
    lines = text.split("\n")
    found = [(index, timing) for index, line in enumerate(lines) if (timing := _timing(line))]
    starts = [_number_line(lines, index) for index, _ in found]
    # Where most cues have numbers, a number before the times is one even if the blank
    # line is missing; elsewhere a line "42" that ends a cue's text belongs to it.
    numbered = sum(start is not None for start in starts) * 2 > len(found)
    for place, (index, (times, rest)) in enumerate(found):
        end = len(lines)
        if place + 1 < len(found):
            end = found[place + 1][0]
            number = starts[place + 1]
            if number is not None and (numbered or not lines[number - 1].strip()):
                end = max(number, index + 1)
        yield _Block(index + 1, times, "\n".join([rest, *lines[index + 1 : end]]))


def _number_line(lines: Sequence[str], index: int) -> int | None:
    """Where the number of the cue stands whose times are on line `index`."""
    before = index - 1
    # A run of blank lines between two times would be walked once per cue, so not far.
    while before > max(0, index - 8) and not lines[before].strip():
        before -= 1
    return before if before >= 0 and _NUMBER.fullmatch(lines[before]) else None


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
