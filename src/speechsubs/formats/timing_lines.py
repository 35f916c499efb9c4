"""The lines with a cue's times, in every spelling that people and programs write them in.

SubRip asks for `00:00:01,000 --> 00:00:02,000` and WebVTT for full stops; real files have
other arrows, marks, digits and brackets, a number on the same line, AM and PM, frames, or a
time that is missing. A line is read as a person would read it: `parse` finds what is there,
`resolve` gives the times, which for fractions depends on the whole file, and
`repair` replaces times that cannot be by ones from the neighbors.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from speechsubs.formats.markup import GUARD

#: The largest time. Files with 1,000 hours or more are broken, and most programs read at
#: most three digits for the hours.
MAX_MS = 1_000 * 3_600_000 - 1

#: Begins a line of text that would otherwise be read as times.
TEXT = GUARD

_DASH = "\\-\u2010-\u2015\u2043\u2212\u30fc=~"
#: Signs that are an arrow by themselves.
_ARROWS = "\u2192\u21d2\u21e8\u21fe\u2794\u279c\u2799\u279e\u27a1\u27f6\u27f9\u27fc"
_HEAD = ">\u203a\u00bb\uff1e"
_DIGIT = re.compile(r"\d")
#: A line without any of these has no times; all others are looked at more closely.
_CANDIDATE = re.compile(rf"[{_ARROWS}{_HEAD}]|&gt;|&#|\d\D{{1,3}}\d\d\D{{1,3}}\d\d")
#: Other forms of the same characters: Arabic marks, and entities.
_SAME = str.maketrans({"\u066b": ".", "\u060c": ",", "\u061b": ";", "\u3002": ".", "\u2236": ":"})
_ENTITY = re.compile(r"&(?:gt|#62|#x3e);?", re.IGNORECASE)
#: Characters without width: marks of direction, joiners, byte order marks, soft hyphens.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2062\u2064-\u2069\ufeff]"
)
_ARROW = re.compile(
    rf"\s{{0,3}}(?:[{_DASH}]{{1,4}}(?:\s{{1,2}}[{_DASH}]{{0,3}})?[{_HEAD}]{{1,3}}"
    rf"|(?:[{_DASH}]{{1,2}})?[{_ARROWS}])\s{{0,3}}"
)
#: A dash alone is an arrow only between two whole times.
_DASHES = rf"\s{{0,3}}[{_DASH}]{{1,4}}\s{{0,3}}"

#: The spelling of the standards, tried first because nearly all lines have it.
_STANDARD = re.compile(
    r"(\d{2,4}):([0-5]\d):([0-5]\d)([,.])(\d{3}) --> (\d{2,4}):([0-5]\d):([0-5]\d)([,.])(\d{3})"
    r"(?:[ \t]+(.*))?",
    re.ASCII,
)
#: The same where a line feed was lost: at the end of a line of text.
_GLUED = re.compile(
    rf"(?<![\d:,-])(?<!\d\.)(?:\d{{1,5}}\s{{1,3}})?(?={_STANDARD.pattern})", re.ASCII
)

# Hours, minutes and seconds with one separator throughout; or minutes and seconds. A float
# after the fraction (",560.0000009") is an artifact of programs.
_TIME = (
    r"(?P<{0}sign>-?)\s?T?"
    r"(?:(?P<{0}h>\d{{1,9}})\s?(?P<{0}sep>[:.;])\s?(?P<{0}m>\d{{1,2}})\s?(?P={0}sep)\s?"
    r"(?P<{0}s>-?\d{{1,2}})"
    r"|(?P<{0}mm>\d{{1,4}})\s?[:;]\s?(?P<{0}ss>-?\d{{1,2}}))"
    r"(?:\s?(?P<{0}mark>[,.]|[:;](?=\s?\d\d))\s?(?P<{0}frac>\d{{1,9}})(?P<{0}float>\.\d{{0,20}})?)?"
    r"(?:[Zs]|\s?(?P<{0}half>[AaPp])\.?[Mm]\b\.?)?"
)
_START, _END = _TIME.format("a"), _TIME.format("b")
_LEAD = r"\s{0,8}[\[(\"'>|*]?\s{0,3}(?:\#?(?P<number>\d{1,9})[.):]?\s{1,3})??"
_TAIL = r"(?(bfrac)(?![\d:])|(?![\w:]))\s{0,3}[\])\"']?(?![\d:])(?:\s{0,3}-->\s{0,3}$)?(?P<rest>.*)"
_BOTH = re.compile(
    rf"{_LEAD}{_START}\s{{0,3}}[\])]?\s{{0,3}}-->\s{{0,3}}[\[(]?{_END}{_TAIL}", re.ASCII
)
_DASHED = re.compile(rf"{_LEAD}{_START}{_DASHES}{_END}\s{{0,3}}[\])]?\s{{0,8}}$", re.ASCII)
#: Seconds alone, with a decimal fraction.
_SECONDS = re.compile(r"\s*(\d{1,6})[.,](\d{1,9})\s*-->\s*(\d{1,6})[.,](\d{1,9})\s*", re.ASCII)
#: Two times and nothing else, whatever is between the digits.
_GROUPS = re.compile(
    r"\D{0,3}(?:\d{1,6}\W{1,3})?(\d{1,3})\D{1,2}(\d\d)\D{1,2}(\d\d)\D{1,2}(\d{3})\D{1,8}?"
    r"(\d{1,3})\D{1,2}(\d\d)\D{1,2}(\d\d)\D{1,2}(\d{3})\D{0,3}",
    re.ASCII,
)
_ONLY_TIMES = re.compile(r"[\d\W_hmsTZ]+", re.ASCII)
#: One time that can be read and one that cannot, or is not there.
_FIRST = re.compile(rf"{_LEAD}{_START}\s{{0,3}}-->\s{{0,3}}(?P<rest>.*)", re.ASCII)
_SECOND = re.compile(rf"{_LEAD}-?\d\S{{1,14}}\s{{0,3}}-->\s{{0,3}}{_END}{_TAIL}", re.ASCII)
_NO_START = re.compile(rf"\s{{0,8}}-->\s{{0,3}}{_END}{_TAIL}", re.ASCII)
_NEITHER = re.compile(
    r"\s{0,8}-?\d{1,4}\s?[:.;]\s?\d\S{0,14}\s{0,3}-->\s{0,3}-?\d{1,4}\s?[:.;]\s?\d\S{0,14}"
    r"(?P<rest>.*)",
    re.ASCII,
)
_BROKEN_TIME = re.compile(r"-?\d[\d:.,;xX?*OoIl_-]{0,20}(?:\s|$)")
_WORD = re.compile(r"\w")


class Moment(NamedTuple):
    """A time as written: whole seconds, and the digits of its fraction after `mark`.

    Without a fraction `mark` and `digits` are empty.
    """

    seconds: int
    mark: str = ""
    digits: str = ""
    negative: bool = False


class TimingLine(NamedTuple):
    """What a timing line says. A time that is missing or cannot be read is None.

    A time in the standards' spelling is already in milliseconds.

    `number` is a cue number on the same line, `rest` the text after the times, `head` text
    before them, which belongs to the cue before. `mark` is the decimal mark of a line in the
    standards' spelling ("," or "."), empty for any other. `is_float` marks times with more
    digits after the milliseconds, as programs write that calculate with floats.
    """

    start: Moment | int | None
    end: Moment | int | None
    rest: str = ""
    number: str = ""
    head: str = ""
    mark: str = ""
    is_float: bool = False


class Times(NamedTuple):
    """The times of a cue in milliseconds; None for one that is missing. May be negative."""

    start_ms: int | None
    end_ms: int | None


def parse(line: str) -> TimingLine | None:
    """Read a line with times; None for any other line, and for one that `TEXT` begins."""
    if "-->" in line and (match := _STANDARD.fullmatch(line)):
        return _standard(match)
    if not _DIGIT.search(line) or line.startswith(TEXT):
        return None
    if ">" not in line and not _CANDIDATE.search(line):
        return None
    plain = _normal(line)
    if "-->" in plain:
        if match := _BOTH.match(plain):
            if "-->" not in line and not _is_precise(match):
                return None
            return _line(match, _moment(match, "a"), _moment(match, "b"))
        if match := _SECONDS.fullmatch(plain):
            first, second = (
                Moment(int(match[1]), ".", match[2]),
                Moment(int(match[3]), ".", match[4]),
            )
            return TimingLine(first, second)
    elif (match := _DASHED.match(plain)) and _is_precise(match) and match["afrac"]:
        return _line(match, _moment(match, "a"), _moment(match, "b"))
    return _two_times(plain) or (_incomplete(plain) if "-->" in plain else None)


def _standard(match: re.Match[str], head: str = "") -> TimingLine:
    h, m, s, mark, fraction, h2, m2, s2, mark2, fraction2, rest = match.groups()
    start = int(h) * 3_600_000 + int(m) * 60_000 + int(s) * 1000 + int(fraction)
    end = int(h2) * 3_600_000 + int(m2) * 60_000 + int(s2) * 1000 + int(fraction2)
    return TimingLine(
        start if start <= MAX_MS else None,
        end if end <= MAX_MS else None,
        rest if rest and _WORD.search(rest) else "",
        head=head,
        mark=mark if mark == mark2 and not head else "",
    )


def _is_precise(match: re.Match[str]) -> bool:
    """Whether a time has hours or a fraction: "10:30 -> 12:45" may be text."""
    return any(match[f"{side}h"] or match[f"{side}frac"] for side in "ab")


def _line(match: re.Match[str], start: Moment | None, end: Moment | None) -> TimingLine:
    found = match.groupdict()
    rest = (found.get("rest") or "").strip()
    return TimingLine(
        start,
        end,
        rest if _WORD.search(rest) else "",
        found.get("number") or "",
        is_float=bool(found.get("afloat") or found.get("bfloat")),
    )


def _two_times(line: str) -> TimingLine | None:
    """A line of nothing but two times, or with two after its text, in whatever spelling."""
    if len(line) < 20:
        return None
    plain = _normal(line)
    if _ONLY_TIMES.fullmatch(plain) and (match := _GROUPS.fullmatch(plain)):
        first, second = (
            Moment((int(h) * 60 + int(m)) * 60 + int(s), ".", fraction)
            for h, m, s, fraction in (match.groups()[:4], match.groups()[4:])
        )
        return TimingLine(first, second)
    if "-->" in line and (glued := _GLUED.search(line)) and glued.start():
        match = _STANDARD.match(line, glued.end())
        assert match is not None  # it was looked ahead to
        return _standard(match, line[: glued.start()].rstrip())
    return None


def _incomplete(plain: str) -> TimingLine | None:
    """A line on which only one time, or none, can be read."""
    if match := _FIRST.match(plain):
        found = _line(match, _moment(match, "a"), None)
        return found._replace(rest=_BROKEN_TIME.sub("", found.rest, count=1).strip())
    if match := _SECOND.match(plain) or _NO_START.match(plain):
        return _line(match, None, _moment(match, "b"))
    if match := _NEITHER.match(plain):
        return _line(match, None, None)
    return None


def _normal(line: str) -> str:
    """The line with ASCII digits, marks and arrows."""
    if not line.isascii():
        line = _INVISIBLE.sub("", line).translate(_SAME)
        line = "".join(_ascii(c) for c in line)
    if "&" in line:
        line = _ENTITY.sub(">", line)
    return _ARROW.sub(" --> ", line, count=2)


def _ascii(character: str) -> str:
    if character.isascii() or character.isalpha():
        return character
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    if character.isspace():
        return " "
    # Full-width marks.
    return chr(ord(character) - 0xFEE0) if "\uff01" <= character <= "\uff5e" else character


def _moment(match: re.Match[str], side: str) -> Moment:
    hours, minutes, seconds = (match[f"{side}{part}"] for part in ("h", "m", "s"))
    if hours is None:
        hours, minutes, seconds = "0", match[f"{side}mm"], match[f"{side}ss"]
    hour = int(hours)
    half = (match[f"{side}half"] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    total = (hour * 60 + int(minutes)) * 60 + abs(int(seconds))
    negative = bool(match[f"{side}sign"]) or seconds.startswith("-")
    return Moment(total, match[f"{side}mark"] or "", match[f"{side}frac"] or "", negative)


def shifted(line: TimingLine, shift_ms: int) -> TimingLine:
    """The line with both times later by `shift_ms`, for times with decimal fractions."""
    if not shift_ms:
        return line
    (times,) = resolve([line])
    start, end = (None if t is None else t + shift_ms for t in times)
    return line._replace(start=start, end=end)


def in_frames(found: Sequence[TimingLine]) -> bool:
    """Whether times are counted in frames: most are `HH:MM:SS:FF`, or `;FF` for drop frame."""
    moments = [m for m in _moments(found) if m.digits]
    return sum(map(_is_frame, moments)) * 2 > len(moments)


def _moments(found: Sequence[TimingLine]) -> Iterator[Moment]:
    """The times that are not in the standards' spelling."""
    for line in found:
        if isinstance(line.start, Moment):
            yield line.start
        if isinstance(line.end, Moment):
            yield line.end


def _is_frame(moment: Moment) -> bool:
    return moment.mark in (":", ";") and len(moment.digits) == 2


def resolve(found: Sequence[TimingLine], fps: Fraction | None = None) -> list[Times]:
    """The times of all lines of a file.

    The digits after a comma are milliseconds, perhaps without leading zeros (",5" is 5 ms);
    but if no fraction of the file has three digits, they are decimals (",50" is half a
    second). After other marks they always are, but for frames, which need `fps`.
    """
    exact = any(isinstance(line.start, int) or isinstance(line.end, int) for line in found)
    decimal = not exact and not any(len(m.digits) >= 3 for m in _moments(found))
    return [
        Times(_milliseconds(line.start, decimal, fps), _milliseconds(line.end, decimal, fps))
        for line in found
    ]


def _milliseconds(moment: Moment | int | None, decimal: bool, fps: Fraction | None) -> int | None:
    if moment is None or isinstance(moment, int):
        return None if moment is None or moment > MAX_MS else moment
    digits = moment.digits or "0"
    if fps is not None and _is_frame(moment):
        fraction = round(int(digits) * 1000 / fps)
    elif moment.mark != "," or decimal:
        fraction = int(digits[:3].ljust(3, "0"))
    else:
        fraction = int(digits[:3])
    value = moment.seconds * 1000 + fraction
    if value > MAX_MS:
        return None
    return -value if moment.negative else value


#: The shortest time on screen of a repaired cue, Netflix's and most others' (5/6 s).
SHORTEST_MS = 833
#: ... and its longest, and how fast it is read, in characters a second.
LONGEST_MS, SPEED = 7_000, 15


def repair(times: Sequence[Times], length: Callable[[int], int]) -> dict[int, tuple[int, int]]:
    """Times for the cues whose own cannot be: by place in the sequence, start and end.

    `length` gives the length of a text in characters, by place. A cue begins where its own
    start is, or where the cue before it ends; it ends where its own end is, or lasts as long as
    its text takes to read, but not into the next cue.
    """
    repaired: dict[int, tuple[int, int]] = {}
    before = 0
    following: list[int | None] = []
    for place, (start, end) in enumerate(times):
        if start is not None and end is not None and 0 <= start < end:
            before = end
            continue
        following = following or _following(times)
        wanted = min(max(SHORTEST_MS, length(place) * 1000 // SPEED), LONGEST_MS)
        after = following[place]
        if start is not None:
            start = max(0, start)
        elif end is not None and end > 0:
            start = max(0, min(before, end - 1), end - wanted)
        else:
            start = before if after is None or before < after else max(0, after - wanted)
        if end is None or end <= start:
            end = start + wanted
            if after is not None and start < after < end:
                end = after
        end = min(end, MAX_MS)
        start = min(start, end - 1)
        repaired[place] = (start, end)
        before = end
    return repaired


def _following(times: Sequence[Times]) -> list[int | None]:
    """For each cue the start of the next one that has a start of its own."""
    found: list[int | None] = []
    after: int | None = None
    for own in reversed(times):
        found.append(after)
        if own.start_ms is not None and own.start_ms >= 0:
            after = own.start_ms
    return found[::-1]
