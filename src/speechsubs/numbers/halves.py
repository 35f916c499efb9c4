"""A half behind a number: "one and a half million", "un millón y medio", "anderthalb"."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from speechsubs.numbers.notation import shift, trimmed
from speechsubs.numbers.rules import SPACES, rules, scale_pattern
from speechsubs.numbers.words import cardinals

_HALF_BILLION = Decimal(10) ** 15


@cache
def _pattern(language: str) -> re.Pattern[str] | None:
    """What a half behind a number, or behind its scale word, is.

    Not read are hours and times ("two and a half hours"), which have a scale word on
    neither side.
    """
    spelling = cardinals(language)
    if spelling is None or not spelling.half_behind:
        return None
    half = "|".join(map(re.escape, spelling.half_behind))
    return re.compile(rf"[{SPACES}](?:{half})(?![^\W_])", re.IGNORECASE)


def behind(
    flat: str, end: int, value: Decimal, scale: int, language: str
) -> tuple[Decimal, int, int] | None:
    """A number with the half behind it: its value, its scale and where it ends, or None.

    >>> behind("a million and a half", 9, Decimal(1_000_000), 6, "en")
    (Decimal('1500000'), 6, 20)
    """
    pattern = _pattern(language)
    found = pattern.match(flat, end) if pattern else None
    if found is None or value >= _HALF_BILLION or value != value.to_integral_value():
        return None
    after = scale_pattern(language).match(flat, found.end())
    if scale >= 6:
        # "Two million and a half thousand" is nobody's number.
        return None if after else (value + shift(Decimal(5), scale - 1), scale, found.end())
    if scale or after is None or value >= 1_000:
        return None
    power = power_of(after, language)
    return _whole(value, power), power, after.end()


def summed(flat: str, end: int, value: Decimal, scale: int) -> tuple[Decimal, int, int] | None:
    """A Spanish sum of digits and scale words: "2 mil 500", "3 millones 200 mil"."""
    found = _SUMS[scale].match(flat, end) if scale in _SUMS else None
    if found is None or value >= _HALF_BILLION or value != value.to_integral_value():
        return None
    if scale == 3:
        return value + int(found.group(1)), 0, found.end()
    return value + 1_000 * int(found.group(1)), scale, found.end()


#: What may stand behind a scale word and be added to it.
_SUMS = {
    3: re.compile(rf"[{SPACES}]([1-9]\d\d)(?![\d.,:]*\d)(?![^\W_])", re.ASCII),
    6: re.compile(rf"[{SPACES}]([1-9]\d{{0,2}})[{SPACES}]mil(?![^\W_])", re.ASCII),
}


def glued(flat: str, language: str) -> Iterator[tuple[int, int, Decimal, int]]:
    """The numbers and a half in one word before a scale word: start, end, value, scale.

    >>> list(glued("zweieinhalb Millionen Euro", "de"))
    [(0, 21, Decimal('2500000'), 6)]
    """
    pattern, spelling = _glued_pattern(language), cardinals(language)
    if pattern is None or spelling is None:
        return
    for found in pattern.finditer(flat):
        after = scale_pattern(language).match(flat, found.end())
        if after is not None:
            one = Decimal(spelling.and_a_half[found.group().lower()])
            power = power_of(after, language)
            yield found.start(), after.end(), _whole(one, power), power


@cache
def _glued_pattern(language: str) -> re.Pattern[str] | None:
    spelling = cardinals(language)
    if spelling is None or not spelling.and_a_half:
        return None
    body = "|".join(map(re.escape, spelling.and_a_half))
    return re.compile(rf"(?<![^\W_])(?:{body})(?![^\W_])", re.IGNORECASE)


def power_of(after: re.Match[str], language: str) -> int:
    """The power of ten of a scale word that `scale_pattern` found."""
    word, scales = " ".join(after.group(1).split()), rules(language).scales
    return scales.get(word, scales.get(word.lower(), 0))


def _whole(value: Decimal, power: int) -> Decimal:
    return trimmed(shift(value * 2 + 1, power) / 2)
