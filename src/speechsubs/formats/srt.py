"""SubRip (.srt): a lenient reader, a strict writer, and helpers for times.

Writing uses the `srt` library. Its parser is too strict for real files: it requires hours
in every time, fails on files without cue numbers, and mistakes text lines that begin like
a time for timing lines.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction

import srt as srt_library

from speechsubs.errors import InputError
from speechsubs.formats.cue_reader import Block, make_cues
from speechsubs.formats.markup import clean_lines, decode_entities, from_srt, to_srt
from speechsubs.formats.placement import override_of, settings_of
from speechsubs.formats.timing_lines import MAX_MS, TEXT, parse
from speechsubs.model import Cue, Track


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


_NUMBER = re.compile(r"\s*[#\ufeff]?\d{1,9}\.?\s*", re.ASCII)
#: Placement after the times, which is not text: SubRip coordinates, and WebVTT settings
#: left by converters.
_PLACEMENT = re.compile(
    r"(?:\s+(?:[XY][12]\s?:\s?-?\d{1,6}|(?:align|position|line|size|vertical|region):\S{1,60}))+\s*"
)


class SrtFormat:
    """SubRip subtitles."""

    name = "srt"
    suffixes: tuple[str, ...] = (".srt",)

    def read(self, text: str, source: str, fps: Fraction | None = None) -> Track:
        """Read cues, sorted by time; times that cannot be are repaired with a finding.

        `fps` is the frame rate of times that count frames. Raises `InputError` if there is no
        timing line, or if times count frames and `fps` is not given.
        """
        return read_track(text, source, fps)

    def write(self, track: Track) -> str:
        """Cues numbered from 1, `HH:MM:SS,mmm`, sorted, none empty. Raises `InputError`."""
        return write_track(track)


def is_srt(text: str) -> bool:
    """True if one of the first three non-empty lines is a timing line with both times."""
    lines = (line for line in text[:2000].lstrip("\ufeff").split("\n") if line.strip())
    first = (parse(line) for _, line in zip(range(3), lines, strict=False))
    return any(timing and timing.start and timing.end for timing in first)


def read_track(text: str, source: str, fps: Fraction | None = None) -> Track:
    """Read SubRip text with line feeds. See `SrtFormat.read`."""
    blocks = list(_blocks(text))
    if not blocks:
        raise InputError(source, "no cues found: no line contains times", "Is it an SRT file?")
    cues, findings = make_cues(blocks, source, ",", fps)
    return Track(cues, source=source, findings=tuple(findings), format="srt")


def _blocks(text: str) -> Iterator[Block]:
    """Every timing line with its text.

    A cue ends at the next timing line, not at an empty line, so that text with empty
    lines inside stays complete.
    """
    lines = text.split("\n")
    found = [(index, timing) for index, line in enumerate(lines) if (timing := parse(line))]
    starts = [_number_line(lines, index) for index, _ in found]
    # If most cues have numbers, a number before a timing line is one even without an empty
    # line before it; otherwise a final line "42" belongs to the text.
    numbered = sum(start is not None for start in starts) * 2 > len(found)
    for place, (index, timing) in enumerate(found):
        end = len(lines)
        head = ""
        if place + 1 < len(found):
            end, following = found[place + 1]
            number, head = starts[place + 1], following.head
            if number is not None and (numbered or not lines[number - 1].strip()) and not head:
                end = max(number, index + 1)
        rest = "" if _PLACEMENT.fullmatch(f" {timing.rest}") else timing.rest
        if rest:
            timing = timing._replace(mark="")  # text on this line is lost by most programs
        raw = "\n".join([rest, *lines[index + 1 : end], head])
        raw = raw.replace(f"\n{TEXT}", "\n") if TEXT in raw else raw
        shown, markup = from_srt(raw)
        tagged = raw if "<" in raw or "{" in raw else ""
        yield Block(index + 1, timing, shown, markup, "", settings_of(raw), tagged)


def _number_line(lines: Sequence[str], index: int) -> int | None:
    """The line with the number of the cue whose times are on line `index`."""
    before = index - 1
    # Limited, because a run of empty lines would be walked once per cue.
    while before > max(0, index - 8) and not lines[before].strip():
        before -= 1
    return before if before >= 0 and _NUMBER.fullmatch(lines[before]) else None


def _escape_arrow(line: str) -> str:
    """Change a text line that would be read as a timing line, here or in a player."""
    if parse(line) is None:
        return line
    line = re.sub(r"[-–—]+\s?[>＞]", "→", line)
    return line if parse(line) is None else TEXT + line


def _text_lines(cue: Cue, format_name: str) -> tuple[str, ...]:
    """The lines of a cue with its tags; those of its file if they still say the same."""
    if cue.source_text and format_name == "srt":
        lines, markup = from_srt(cue.source_text)
        if lines == cue.lines and markup == cue.markup:
            return clean_lines([decode_entities(cue.source_text)])
    lines = to_srt(cue.lines, cue.markup)
    if lines and (place := override_of(cue.settings)) and not lines[0].startswith("{\\an"):
        return (place + lines[0], *lines[1:])
    return lines


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
        if (lines := _text_lines(cue, track.format))
    ]
    # Numbered here because the library's renumbering also sorts by content; ours keeps
    # the order of cues with equal times.
    for number, subtitle in enumerate(subtitles, start=1):
        subtitle.index = number
    # The file ends with one line feed; the library adds an empty line.
    text = str(srt_library.compose(subtitles, reindex=False)).rstrip("\n")
    return f"{text}\n" if text else ""
