"""Times of day: "4:13 p.m.", 下午4点13分, "16 h 13". Found, compared and written anew."""

import datetime
import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from speechsubs.language.locales import Locale
from speechsubs.quantities.digits import normalize_digits
from speechsubs.quantities.format import cldr_name

_GAP = "[ \u00a0\u202f\u2009]?"
#: "4:13 p.m.", "4.13 PM", "4 pm". A capital A.M. is no word, "am" may be one.
_TWELVE = re.compile(
    rf"(?<![\d:.,])(1[0-2]|0?[1-9])(?:[:.]([0-5]\d))?{_GAP}"
    rf"(?:([aApP])\.{_GAP}[mM]\.|([aApP])\.?[mM](?![^\W_]))",
    re.ASCII,
)
_HALF_DAY = {
    "上午": 0, "凌晨": 0, "早上": 0, "清晨": 0, "中午": 12, "下午": 12, "晚上": 12, "傍晚": 12,
    "午前": 0, "午後": 12, "오전": 0, "오후": 12,
}  # fmt: skip
_EAST = re.compile(
    rf"({'|'.join(_HALF_DAY)}){_GAP}(1[0-2]|0?\d)"
    rf"(?:[:：]([0-5]\d)|{_GAP}[点點时時시](?:{_GAP}(?:([0-5]?\d){_GAP}[分분]?|(半|반)))?)",
    re.ASCII,
)
_DAY = re.compile(r"(?<![\d:.,])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])", re.ASCII)
_HOURS = re.compile(
    rf"(?<![\d:.,])([01]?\d|2[0-3])(?:[.:]([0-5]\d))?{_GAP}"
    rf"(?:h(?:{_GAP}([0-5]\d))?(?![^\W_])|heures?(?![^\W_])|Uhr(?:{_GAP}([0-5]\d))?(?![^\W_]))",
    re.ASCII,
)
_HOURS_CJK = re.compile(
    r"(?<![\d:.,])([01]?\d|2[0-3])[时時点點시](?![间間간])(?:[ ]?([0-5]?\d)[分분])?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day where it stands. `hour` is 0 to 23.

    `half` is True where the text says which half of the day it is, by its words or by
    an hour above twelve; without that, 4:13 may be in the afternoon. `marked`: it says
    so with a.m. or p.m., which not every language writes.
    """

    start: int
    end: int
    text: str
    hour: int
    minute: int
    half: bool
    marked: bool = False

    @property
    def identity(self) -> Hashable:
        """Equal for the same minute of the day, however it is written."""
        return Time, self.hour, self.minute

    def same(self, other: "Time") -> bool:
        """Whether both may be one time."""
        if self.minute != other.minute:
            return False
        if self.half and other.half:
            return self.hour == other.hour
        return self.hour % 12 == other.hour % 12


def find_times(text: str) -> tuple[Time, ...]:
    """The times of a text in any language, left to right, not overlapping.

    >>> [(t.text, t.hour, t.minute) for t in find_times("At 4.13 p.m. or 9 am, at 16:00.")]
    [('4.13 p.m.', 16, 13), ('9 am', 9, 0), ('16:00', 16, 0)]
    """
    flat = normalize_digits(text)
    if not any(character.isdigit() for character in flat):
        return ()
    found = sorted(_find_all(text, flat), key=lambda t: (t.start, -t.end))
    result: list[Time] = []
    for time in found:
        if not result or time.start >= result[-1].end:
            result.append(time)
    return tuple(result)


def _find_all(text: str, flat: str) -> Iterator[Time]:
    for m in _TWELVE.finditer(flat):
        late = (m.group(3) or m.group(4)) in "pP"
        end = _before_stop(flat, m.end())
        hour = int(m.group(1)) % 12 + 12 * late
        yield Time(m.start(), end, text[m.start() : end], hour, int(m.group(2) or 0), True, True)
    for m in _EAST.finditer(flat):
        minute = 30 if m.group(5) else int(m.group(3) or m.group(4) or 0)
        hour = int(m.group(2)) % 12 + _HALF_DAY[m.group(1)]
        yield Time(m.start(), m.end(), text[m.start() : m.end()], hour, minute, True, True)
    for pattern in (_DAY, _HOURS, _HOURS_CJK):
        for m in pattern.finditer(flat):
            minute = int(next((g for g in m.groups()[1:] if g), 0))
            hour = int(m.group(1))
            sure = hour > 12 or hour == 0
            yield Time(m.start(), m.end(), text[m.start() : m.end()], hour, minute, sure)


def _before_stop(flat: str, end: int) -> int:
    """Where a time ends whose last point may also end the sentence: "at 4 p.m." """
    if flat[end - 1] != ".":
        return end
    rest = flat[end : end + 8].lstrip("\"'”’»)] \u00a0")
    return end - 1 if not rest or rest[0].isupper() else end


def render_time(time: Time, locale: Locale) -> str:
    """The time in the locale's short form, CLDR's by default: "16:13", "下午4:13"."""
    from babel.dates import format_time  # heavy, see `format.plural_category`

    value = datetime.time(time.hour, time.minute)
    pattern = locale.numbers.time or "short"
    return str(format_time(value, pattern, locale=cldr_name(locale.tag)))


def time_edits(
    source: Sequence[Time],
    target: str,
    there: Sequence[Time],
    locale: Locale,
    skip: Sequence[tuple[int, int]] = (),
) -> list[tuple[int, int, str]]:
    """Edits that give the source's times of day the target locale's form.

    `there` are the times of the target text.

    Touched is what the engine left with an a.m. or p.m., what it wrote by 24 hours where
    the locale names the half of the day, and what its tokenizer parted ("8: 30").

    >>> from speechsubs.language.locales import load
    >>> target = "A las 4.13 p.m. se fue."
    >>> time_edits(find_times("At 4:13 p.m. he left."), target, find_times(target), load("es"))
    [(6, 15, '16:13')]
    """
    wanted = [time for time in source if time.half]
    found = _rejoin_edits(source, target, skip)
    for time in there if wanted else ():
        if any(time.start < end and time.end > start for start, end in skip):
            continue
        twin = next((other for other in wanted if time.same(other)), None)
        if twin is None:
            continue
        text = render_time(twin, locale)
        if _TWELVE.match(normalize_digits(time.text + ".")) or _TWELVE.match(
            normalize_digits(time.text)
        ):
            if not locale.numbers.twelve_hours:
                # The source knows whether the point of "p.m." ended the sentence too.
                stop = time.text.endswith(".") and not twin.text.endswith(".")
                found.append((time.start, time.end - stop, text))
        elif twin.marked and not time.marked and any(map(str.isalpha, text)):
            # Engines are given 24 hours (see `hours`); here people say the half of the day.
            found.append((time.start, time.end, text))
    return sorted(found)


_PARTED = re.compile(r"(?<![\d:.,])([01]?\d|2[0-3]): ([0-5]\d)(?![\d:])", re.ASCII)


def _rejoin_edits(
    source: Sequence[Time], target: str, skip: Sequence[tuple[int, int]]
) -> list[tuple[int, int, str]]:
    """Edits that take the blank out of "8: 30" where the source has that time."""
    found: list[tuple[int, int, str]] = []
    for match in _PARTED.finditer(target):
        hour, minute = int(match.group(1)), int(match.group(2))
        known = any(t.hour % 12 == hour % 12 and t.minute == minute for t in source)
        if known and not any(match.start() < end and match.end() > start for start, end in skip):
            found.append((match.end(1) + 1, match.start(2), ""))
    return found


def match_times(source: Sequence[Time], target: Sequence[Time]) -> tuple[list[Time], list[Time]]:
    """The times of two texts that are the same, so that their digits need not be.

    >>> [t.text for t in match_times(find_times("at 4:13 p.m."), find_times("a las 16:13"))[1]]
    ['16:13']
    """
    waiting: defaultdict[tuple[int, int], list[Time]] = defaultdict(list)
    for time in target:
        waiting[time.hour % 12, time.minute].append(time)
    here, used = [], []
    for time in source if waiting else ():
        near = waiting[time.hour % 12, time.minute]
        # At most two kinds stand there, in the morning and in the afternoon.
        twin = next((t for t in near[:8] if t.same(time)), None)
        if twin is not None:
            near.remove(twin)
            here.append(time)
            used.append(twin)
    return here, used
