"""Numbers that are in a text without being written as one: "both", "20th", "March", "XIX"."""

import re
from collections import Counter
from decimal import Decimal
from functools import cache

from speechsubs.numbers.dates import month_names
from speechsubs.numbers.ordinals import ordinal_values
from speechsubs.numbers.rules import plain

#: English words that stand for a number without being one.
_EN = {
    "once": 1, "twice": 2, "double": 2, "doubled": 2, "both": 2, "couple": 2, "pair": 2,
    "dozen": 12, "triple": 3, "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50,
    "sixties": 60, "seventies": 70, "eighties": 80, "nineties": 90, "teens": 10, "half": 30,
    "hundreds": 100, "thousands": 1000, "decade": 10, "century": 100, "midnight": 12, "noon": 12,
}  # fmt: skip
#: The half hour of a time in words.
_HALF = re.compile(r"半|(?<![^\W_])(?:media|demie?|mezzo|mezza|meia|halb\w*|mitja)(?![^\W_])", re.I)
_ROMAN = re.compile(r"(?<![^\W_])[IVXL]{2,7}(?![^\W_])")
_TIME = re.compile(r"(?<![\d:.,])(\d{1,2}):(\d{2})(?![\d:])", re.ASCII)
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)


def implied(text: str, language: str) -> Counter[Decimal]:
    """The values that words of a text may stand for, each as often as it may."""
    flat = plain(text)
    found = ordinal_values(text, language)
    found.update(Decimal(_roman(m.group(0))) for m in _ROMAN.finditer(flat))
    found[Decimal(30)] += sum(1 for _ in _HALF.finditer(flat))
    if language.startswith("en"):
        words = (m.group(0).lower() for m in _WORD.finditer(flat))
        found.update(Decimal(_EN[word]) for word in words if word in _EN)
    if pattern := _months(language):
        names = month_names(language)
        found.update(Decimal(names[m.group(0).lower()]) for m in pattern.finditer(flat))
    return found


def on_the_hour(text: str) -> frozenset[int]:
    """Where the "00" of times stand: "at 9:00" is "à 9 heures" elsewhere."""
    if ":" not in text and "：" not in text:
        return frozenset()
    return frozenset(m.start(2) for m in _TIME.finditer(plain(text)) if m.group(2) == "00")


@cache
def _months(language: str) -> re.Pattern[str] | None:
    names = sorted(month_names(language), key=len, reverse=True)
    if not names:
        return None
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, names))})(?![^\W_])", re.I)


def _roman(numeral: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10, "L": 50}[c] for c in numeral]
    following = [*values[1:], 0]
    return sum(-v if v < n else v for v, n in zip(values, following, strict=True))
