"""SubRip (.srt): a lenient reader, a strict writer, and helpers for times.

Writing uses the `srt` library. Its parser is too strict for real files: it requires hours
in every time, fails on files without cue numbers, and mistakes text lines that begin like
a time for timing lines.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import srt as srt_library

from speechsubs.errors import InputError
from speechsubs.formats.markup import from_srt, to_srt
from speechsubs.model import Cue, Finding, Severity, Track

#: The largest time. Files with 1,000 hours or more are broken, and most programs read at
#: most three digits for the hours.
MAX_MS = 1_000 * 3_600_000 - 1


def to_milliseconds(hours: int, minutes: int, seconds: int, fraction: str) -> int:
    """Convert a time to milliseconds; `fraction` is the digits after the decimal mark.

    >>> to_milliseconds(0, 1, 2, "5")
    62500
    """
    return (hours * 3600 + minutes * 60 + seconds) * 1000 + int(fraction[:3].ljust(3, "0"))


def format_time(time_ms: int, mark: str = ".") -> str:
    """Format a time as `HH:MM:SS.mmm`, with more digits from 100 hours on.

    >>> format_time(3_723_004)
    '01:02:03.004'
    """
    seconds, thousandths = divmod(time_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{mark}{thousandths:03}"


def check_times(track: Track) -> None:
    """Raise `InputError` for a track with times beyond the limit of the formats."""
    for number, cue in enumerate(track.cues, start=1):
        if cue.end_ms > MAX_MS:
            raise InputError(
                f"{track.source}, cue {number}", "a time of 1,000 hours or more cannot be written"
            )


_TIME = (
    r"(-?)\s?(?:(\d{1,4})\s?[:：]\s?)?(\d{1,2})\s?[:：]\s?(\d{1,2})(?:\s?([,.:;，．])\s?(\d{1,9}))?"
)
_TIMING = re.compile(rf"\s*{_TIME}\s*[-–—]{{1,3}}\s?[>＞]\s*{_TIME}(?![\d:,.])(.*)", re.ASCII)
#: A malformed timing line.
_BROKEN = re.compile(r"\s*-?\d{1,4}\s?[:：]\s?\d[^>\n]{0,40}?[-–—]\s?[>＞]", re.ASCII)
_NUMBER = re.compile(r"\s*[#\ufeff]?\d{1,9}\.?\s*", re.ASCII)
#: Placement after the times, which is not text: SubRip coordinates, and WebVTT settings
#: left by converters.
_PLACEMENT = re.compile(
    r"(?:\s+(?:[XY][12]\s?:\s?-?\d{1,6}|(?:align|position|line|size|vertical|region):\S{1,60}))+\s*"
)


@dataclass(frozen=True, slots=True)
class _Block:
    """A timing line (`line` is 1-based) and the text after it."""

    line: int
    times: tuple[int | None, int | None]
    text: str


class SrtFormat:
    """SubRip subtitles."""

    name = "srt"
    suffixes: tuple[str, ...] = (".srt",)

    def read(self, text: str, source: str) -> Track:
        """Read cues, sorted by time; cues that cannot be shown are dropped with a finding.

        Raises `InputError` if there is no timing line.
        """
        return read_track(text, source)

    def write(self, track: Track) -> str:
        """Cues numbered from 1, `HH:MM:SS,mmm`, sorted, none empty. Raises `InputError`."""
        return write_track(track)


def is_srt(text: str) -> bool:
    """True if one of the first three non-empty lines is a SubRip timing line."""
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
            report("cue-dropped", block.line, f"unreadable times, cue skipped{shown}")
        elif start < 0 or end < 0:
            report("cue-dropped", block.line, f"negative time, cue skipped{shown}")
        elif end <= start:
            problem = "ends when it starts" if end == start else "ends before it starts"
            report("cue-dropped", block.line, f"a cue that {problem} was skipped{shown}", start)
        elif not lines:
            report("cue-empty", block.line, "a cue without text was skipped", start)
        else:
            cues.append(Cue(start, end, lines, markup=markup))
    if not blocks:
        raise InputError(source, "no cues found: no line contains times", "Is it an SRT file?")
    ordered = sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))
    if ordered != cues:
        message = "the cues were out of order and have been sorted by time"
        findings.append(Finding("cues-unsorted", Severity.INFO, message, file=source))
    return Track(tuple(ordered), source=source, findings=tuple(findings))


def _blocks(text: str) -> Iterator[_Block]:
    """Every timing line with its text.

    A cue ends at the next timing line, not at an empty line, so that text with empty
    lines inside stays complete.
    """
    lines = text.split("\n")
    found = [(index, timing) for index, line in enumerate(lines) if (timing := _timing(line))]
    starts = [_number_line(lines, index) for index, _ in found]
    # If most cues have numbers, a number before a timing line is one even without an empty
    # line before it; otherwise a final line "42" belongs to the text.
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
    """The line with the number of the cue whose times are on line `index`."""
    before = index - 1
    # Limited, because a run of empty lines would be walked once per cue.
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
        # Unpadded digits after a comma are a number of milliseconds: ",5" is 5 ms. After
        # a full stop they are a decimal fraction: ".5" is half a second.
        digits = digits.zfill(3)
    value = to_milliseconds(int(hours or 0), int(minutes), int(seconds), digits)
    if value > MAX_MS:
        return None
    return -value if sign else value


def _escape_arrow(line: str) -> str:
    """Replace the arrow in a text line that would be read as a timing line."""
    return re.sub(r"[-–—]+\s?[>＞]", "→", line) if _timing(line) is not None else line


def write_track(track: Track) -> str:
    """Write SubRip text. See `SrtFormat.write`."""
    check_times(track)
    subtitles = [
        srt_library.Subtitle(
            index=None,
            start=timedelta(milliseconds=cue.start_ms),
            end=timedelta(milliseconds=cue.end_ms),
            content="\n".join(map(_escape_arrow, lines)),
        )
        for cue in sorted(track.cues, key=lambda cue: (cue.start_ms, cue.end_ms))
        if (lines := to_srt(cue.lines, cue.markup))
    ]
    # Numbered here because the library's renumbering also sorts by content; ours keeps
    # the order of cues with equal times.
    for number, subtitle in enumerate(subtitles, start=1):
        subtitle.index = number
    # The file ends with one line feed; the library adds an empty line.
    text = str(srt_library.compose(subtitles, reindex=False)).rstrip("\n")
    return f"{text}\n" if text else ""
