"""Numbers that are in a text without being written as one: "both", "20th", "March", "XIX"."""

import re
from collections import Counter
from decimal import Decimal
from functools import cache

from speechsubs.numbers.dates import month_names
from speechsubs.numbers.rules import plain

#: Words that no spelling in `words` reads, by language.
_KO = re.compile(
    r"(?<![가-힣])(한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)"
    r"(?=[ ]?(?:개|명|번|대|가지|살|시|달|시간|마리|권|장|사람|배|차례|군데|분))"
)
_KO_WORDS = ("한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열")
_AR = {
    "واحد": 1, "واحدة": 1, "اثنان": 2, "اثنين": 2, "اثنتان": 2, "ثلاثة": 3, "ثلاث": 3, "أربعة": 4,
    "أربع": 4, "خمسة": 5, "خمس": 5, "ستة": 6, "ست": 6, "سبعة": 7, "سبع": 7, "ثمانية": 8,
    "ثماني": 8, "تسعة": 9, "تسع": 9, "عشرة": 10, "عشر": 10, "عشرون": 20, "عشرين": 20, "مئة": 100,
    "مائة": 100, "ألف": 1000, "مليون": 10**6,
}  # fmt: skip
_AR_WORD = re.compile(r"[\u0621-\u064a]+")
_EN = {
    "once": 1, "twice": 2, "double": 2, "doubled": 2, "both": 2, "couple": 2, "pair": 2,
    "second": 2, "dozen": 12, "first": 1, "third": 3, "thirds": 3, "triple": 3, "fourth": 4,
    "fourths": 4, "quarter": 4, "quarters": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14,
    "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19,
    "twentieth": 20, "thirtieth": 30, "twenties": 20, "thirties": 30, "forties": 40,
    "twenty-first": 21, "teens": 10, "half": 30,
}  # fmt: skip
#: The half hour of a time in words.
_HALF = re.compile(r"半|(?<![^\W_])(?:media|demie?|mezzo|mezza|meia|halb\w*|mitja)(?![^\W_])", re.I)
_ORDINAL = re.compile(
    r"(?<![\w.,])(\d{1,3})(?:st|nd|rd|th|[ºª°]|er|ère|re|e|ème|a|o|r|n|t|è)(?![^\W_])", re.I | re.A
)
_ROMAN = re.compile(r"(?<![^\W_])[IVXL]{2,7}(?![^\W_])")
_TIME = re.compile(r"(?<![\d:.,])(\d{1,2}):(\d{2})(?![\d:])", re.ASCII)
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)?", re.IGNORECASE)


def implied(text: str, language: str) -> Counter[Decimal]:
    """The values that words of a text may stand for, each as often as it may."""
    flat = plain(text)
    found: Counter[Decimal] = Counter()
    found.update(Decimal(m.group(1)) for m in _ORDINAL.finditer(flat))
    found.update(Decimal(_roman(m.group(0))) for m in _ROMAN.finditer(flat))
    found[Decimal(30)] += sum(1 for _ in _HALF.finditer(flat))
    if language.startswith("en"):
        words = (m.group(0).lower() for m in _WORD.finditer(flat))
        found.update(Decimal(_EN[word]) for word in words if word in _EN)
    if language.startswith("ko"):
        found.update(Decimal(_KO_WORDS.index(m.group(1)) + 1) for m in _KO.finditer(flat))
    if language.startswith("ar"):
        words = (m.group(0) for m in _AR_WORD.finditer(flat))
        found.update(Decimal(_AR[word]) for word in words if word in _AR)
    if pattern := _months(language):
        names = month_names(language)
        found.update(Decimal(names[m.group(0).lower()]) for m in pattern.finditer(flat))
    return found


def on_the_hour(text: str) -> frozenset[int]:
    """Where the "00" of times stand: "at 9:00" is "à 9 heures" elsewhere."""
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
