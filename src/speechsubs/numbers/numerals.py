"""The numbers of a text that are written in digits."""

import re
from dataclasses import dataclass
from decimal import Decimal

from speechsubs.numbers.quantities import quantities

_PERCENT = re.compile(r"[ \u00a0\u202f\u2009]?([%‰％])")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in digits, with the scale word behind it in its span and its value.

    `unit_word` is the scale word or the percent sign as written, or empty. A percent
    sign does not change the value: "5%" is 5.
    """

    start: int
    end: int
    text: str
    value: Decimal
    unit_word: str = ""


def find(text: str, language: str) -> list[Number]:
    """The numbers written in digits, left to right; spelled-out ones are left out.

    >>> [(n.text, int(n.value)) for n in find("5.4 million km in the SU7", "en")]
    [('5.4 million', 5400000)]
    """
    found = []
    for q in quantities(text, language):
        if q.spelled:
            continue
        unit = text[q.start + len(q.run) : q.end].strip() if q.scale else ""
        end = q.end
        percent = _PERCENT.match(text, end)
        if percent:
            unit, end = percent.group(1), percent.end()
        found.append(Number(q.start, end, text[q.start : end], q.value, unit))
    return found
