"""The keys of placeables in files: what a value is, however it was written in the text.

A term has its id, an amount "10000000000 USD", a date "date:2021-03-30", a time "time:16:13",
a measure "unit:5400000 kilometer", a number in words "count:32000", a number in digits
"30000". Projects, translation memories, exchange files and reports share these keys. A key
does not say how the value was written: see `quantities.render.render_reread`.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal

from speechsubs.glossary import Term
from speechsubs.model import Money, Placeable, PlaceableKind, Value
from speechsubs.quantities.currencies import Amount
from speechsubs.quantities.dates import Date
from speechsubs.quantities.lenient import SpelledNumber
from speechsubs.quantities.numerals import Number, Quantity
from speechsubs.quantities.times import Time
from speechsubs.quantities.units import Measure

_NUMBER = r"-?\d{1,1000}(?:\.\d{1,1000})?"
_MONEY = rf"{_NUMBER} [A-Z]{{3}}"
_AMOUNT = re.compile(rf"{_MONEY}(?:\.\.{_MONEY})?", re.ASCII)
_DATE = re.compile(r"date:(?:(\d{4})|-)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_TIME = re.compile(r"time:([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_MEASURE = re.compile(rf"unit:({_NUMBER}) (.+)", re.ASCII | re.DOTALL)
_SPELLED = re.compile(rf"count:({_NUMBER})", re.ASCII)
_PLAIN = re.compile(_NUMBER, re.ASCII)


@dataclass(frozen=True, slots=True)
class UnknownValue:
    """A value of a file that this version cannot read. It is written back unchanged."""

    key: str

    @property
    def identity(self) -> Hashable:
        """Equal for the same key."""
        return UnknownValue, self.key


def write_key(value: Value) -> str:
    """The key of a value.

    >>> write_key(Time(0, 9, "4:13 p.m.", 16, 13, half=True))
    'time:16:13'
    """
    match value:
        case Term():
            return value.id
        case Amount():
            return str(value)
        case Date():
            # ISO 8601, without the year where none was said: "date:--03-30".
            year = f"{value.year:04}" if value.year is not None else "-"
            return f"date:{year}-{value.month:02}-{value.day or 0:02}"
        case Time():
            return f"time:{value.hour:02}:{value.minute:02}"
        case Measure():
            return f"unit:{value.value:f} {value.unit}"
        case SpelledNumber():
            return f"count:{value.value:f}"
        case Number():
            return format(value.value, "f")
        case UnknownValue():
            return value.key
    raise TypeError(f"{type(value).__name__} has no key")


def read_placeable(
    kind: PlaceableKind, start: int, end: int, text: str, key: str, suffix: str = ""
) -> Placeable:
    """The placeable that a file describes. A term has no more than its id and its text.

    >>> found = read_placeable(PlaceableKind.MONEY, 8, 10, "$5", "5 USD")
    >>> str(found.value), write_key(found.value)
    ('5 USD', '5 USD')
    """
    match kind:
        case PlaceableKind.TERM:
            value: Value = Term(key, text)
        case PlaceableKind.MONEY:
            value = _read_amount(key, start, end, text) or UnknownValue(key)
        case PlaceableKind.NUMBER:
            value = _read_number(key, start, end, text) or UnknownValue(key)
    if write_key(value) != key:
        # Another spelling of a value we know: it must be the same when written again.
        value = UnknownValue(key)
    return Placeable(kind, start, end, text, value, suffix)


def _read_amount(key: str, start: int, end: int, text: str) -> Amount | None:
    if not _AMOUNT.fullmatch(key):
        return None
    parts = (part.split(" ") for part in key.split(".."))
    return Amount(start, end, text, tuple(Money(Decimal(n), code) for n, code in parts))


def _read_number(
    key: str, start: int, end: int, text: str
) -> Date | Time | Measure | SpelledNumber | Number | None:
    if found := _PLAIN.fullmatch(key):
        return Number(start, end, text, _quantity(start, end, Decimal(key)))
    if found := _SPELLED.fullmatch(key):
        return SpelledNumber(start, Decimal(found[1]), strong=True, end=end)
    if found := _MEASURE.fullmatch(key):
        value = Decimal(found[1])
        quantity = _quantity(start, end, value.copy_abs())
        sign = -1 if value.is_signed() else 1
        return Measure(start, end, text, found[2], short=False, number=quantity, sign=sign)
    if found := _TIME.fullmatch(key):
        return Time(start, end, text, int(found[1]), int(found[2]), half=True, marked=True)
    if found := _DATE.fullmatch(key):
        year = int(found[1]) if found[1] else None
        return Date(start, end, text, int(found[2]), int(found[3]), year)
    return None


def _quantity(start: int, end: int, value: Decimal) -> Quantity:
    return Quantity(start, end, value, mantissa=value, scale=0)
