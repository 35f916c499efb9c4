"""What number words are worth where only a check asks: Arabic, Thai, Korean, and idioms.

The grammars that amounts are read with (`words`, `cjk`) are strict, because what they
read is rewritten. Here a wrong reading only costs or forgives a finding, so more is read:
"nineteen eighty-four", "two dozen", 이백, สามพัน, ثلاثة آلاف.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache, lru_cache
from itertools import pairwise

from speechsubs.localewords import CardinalRules
from speechsubs.numbers import compounds, korean, words
from speechsubs.numbers.quantities import Quantity, quantities
from speechsubs.numbers.rules import known, plain
from speechsubs.numbers.telling import LEAST, Told, small


def reads_words(language: str) -> bool:
    """Whether number words of the language can be read at all."""
    return known(language)


def told(text: str, language: str) -> tuple[Told, ...]:
    """The spelled-out numbers of a text, with further readings that are not strong.

    >>> [(int(t.value), t.strong) for t in told("two hundred cars in nineteen eighty-four", "en")]
    [(200, True), (19, False), (84, False), (1984, False)]
    """
    return _remembered(text, language) if len(text) <= 1_000 else _told(text, language)


@lru_cache(maxsize=4096)
def _remembered(text: str, language: str) -> tuple[Told, ...]:
    return _told(text, language)


def _told(text: str, language: str) -> tuple[Told, ...]:
    name = language.partition("-")[0]
    flat = plain(text)
    spelled = [q for q in quantities(text, language) if q.spelled]
    found = [t for q in spelled for t in _parts(q, flat, name)]
    weak: set[int] = set()
    for one, two in pairwise(spelled):
        value = _together(one, two, flat[one.end : two.start])
        if value is not None:
            weak |= {one.start, two.start}
            found.append(Told(one.start, value, False))
    if weak:
        found = [replace(t, strong=False) if t.start in weak else t for t in found]
    if spelling := words.cardinals(language):
        found += [t for q in spelled for t in _continued(q, flat, spelling)]
    if pattern := _scales(name):
        scales = words.scale_words(name)
        large = [q for q in spelled if q.scale or q.value >= 100]
        starts = [q.start for q in large]
        for match in pattern.finditer(flat):
            before = bisect_right(starts, match.start()) - 1
            if before < 0 or large[before].end <= match.start():
                value = Decimal(10 ** scales[match.group(0).lower()])
                found.append(Told(match.start(), value, False))
    reader = {"ar": _arabic, "th": _thai, "ko": korean.told}.get(name)
    return (*found, *(reader(flat) if reader else compounds.told(flat, name)))


def _parts(quantity: Quantity, flat: str, language: str) -> Iterator[Told]:
    """A number in words; as two where a joiner behind a million may as well part them."""
    strong = _strong(quantity, flat, language)
    # What is beyond any sum said in a talk is not taken apart (and Decimal could not).
    rest = quantity.value % 10**6 if quantity.value < 10**20 else Decimal(0)
    pattern = _joined(language) if 0 < rest < 100 else None
    joined = pattern.search(flat, quantity.start, quantity.end) if pattern else None
    if quantity.value < 10**6 or joined is None:
        value = quantity.value
        yield Told(quantity.start, value, strong, small(value), end=quantity.end)
        return
    value, end = quantity.value - rest, joined.start()
    yield Told(quantity.start, value, strong, either=quantity.value, end=end)
    yield Told(joined.end(), rest, False)


@cache
def _joined(language: str) -> re.Pattern[str] | None:
    """ "And" between a scale word and what follows it."""
    spelling = words.cardinals(language)
    if spelling is None or not spelling.joiner:
        return None
    return re.compile(
        rf"[ \u00a0]{re.escape(spelling.joiner)}[ \u00a0](?=[^\d\W]+(?:-[^\d\W]+)?$)", re.IGNORECASE
    )


def _together(one: Quantity, two: Quantity, between: str) -> Decimal | None:
    """What two numbers in a row are worth together, where they may be one."""
    if len(between) <= 1 and not (one.sure and two.sure):
        return Decimal(int(one.value) * 100 + int(two.value))  # a year, or a price
    if between == ", " and one.value >= 1000 and two.value < 1000:
        return one.value + two.value  # "one thousand, two hundred"
    return None


def _continued(quantity: Quantity, flat: str, spelling: CardinalRules) -> Iterator[Told]:
    """ "Two dozen", "thirty-first", "halb zwei"."""
    if spelling.dozen and flat.startswith(
        (f" {spelling.dozen}", f"-{spelling.dozen}"), quantity.end
    ):
        yield Told(quantity.start, 12 * quantity.value, False)
    if tail := _tail(quantity, flat, spelling):
        yield Told(quantity.start, quantity.value + tail, False)
    before = f"{spelling.half_to} "
    start = max(0, quantity.start - len(before))
    if spelling.half_to and flat[start : quantity.start].lower() == before:
        yield Told(quantity.start, quantity.value - 1, False)


def _tail(quantity: Quantity, flat: str, spelling: CardinalRules) -> int:
    """What the ordinal behind tens adds: 1 in "thirty-first"; else 0."""
    found = _TAIL.match(flat, quantity.end) if spelling.ordinal_tails else None
    return spelling.ordinal_tails.get(found.group(1).lower(), 0) if found else 0


_TAIL = re.compile(r"-([^\W\d_]+)\b")
_CJK_SCALE = re.compile("[十百千万亿萬億]")
#: Behind these the word for a hundred is a percent sign.
_PER = re.compile(r"(?<![^\W_])(?:por|pour|per)[ \u00a0]$", re.IGNORECASE)
#: Hours past twelve are told as afternoon hours elsewhere: "quinze heures", "three".
_HOURS = re.compile(r"[ \u00a0](?:heures?|Uhr|ore|horas?|hores?|час\w*)(?![^\W_])")


@cache
def _scales(language: str) -> re.Pattern[str] | None:
    names = sorted(words.scale_words(language), key=len, reverse=True)
    if not names:
        return None
    body = "|".join(map(re.escape, names))
    return re.compile(rf"(?<![^\W_])(?:{body})(?![^\W_])", re.IGNORECASE)


def _strong(quantity: Quantity, flat: str, language: str) -> bool:
    if not quantity.sure or quantity.value < LEAST:
        return False
    start, end = quantity.start, quantity.end
    if language in ("zh", "ja"):
        # 千万 is "by all means", 百 a figure of speech: a digit before its unit counts.
        return bool(_CJK_SCALE.search(flat[start + 1 : end])) and flat[start] not in "十百千万萬"
    if quantity.value <= 24 and _HOURS.match(flat, end):
        return False
    spelling = words.cardinals(language)
    if spelling and _tail(quantity, flat, spelling):
        return False
    # "A thousand", "mille", "mil": as often a figure of speech as a count.
    last = re.split("[ \u00a0]", flat[start:end].lower())[-1]
    scale = words.scale_words(language).get(last)
    lone = scale is not None and quantity.value == 10**scale
    return not lone and not _PER.search(flat, max(0, start - 6), start)


_AR_ONES = {
    "واحد": 1, "واحده": 1, "احد": 1, "احدي": 1, "اثنان": 2, "اثنين": 2, "اثنا": 2, "اثني": 2,
    "اثنتان": 2, "اثنتين": 2, "اثنتا": 2, "اثنتي": 2, "ثلاثه": 3, "ثلاث": 3, "اربعه": 4, "اربع": 4,
    "خمسه": 5, "خمس": 5, "سته": 6, "ست": 6, "سبعه": 7, "سبع": 7, "ثمانيه": 8, "ثماني": 8,
    "ثمان": 8, "تسعه": 9, "تسع": 9, "عشره": 10, "عشر": 10,
}  # fmt: skip
_AR_TENS = {"عشر": 20, "ثلاث": 30, "اربع": 40, "خمس": 50, "ست": 60, "سبع": 70, "ثمان": 80,
            "تسع": 90}  # fmt: skip
_AR_HUNDREDS = {"مئه": 100, "مائه": 100, "مئتان": 200, "مئتين": 200, "مائتان": 200,
                "مائتين": 200, "مئتا": 200, "مائتا": 200, "مئتي": 200, "مائتي": 200}  # fmt: skip
_AR_SCALES = {
    "الف": 3, "الفا": 3, "الاف": 3, "مليون": 6, "مليونا": 6, "ملايين": 6, "مليار": 9, "مليارا": 9,
    "مليارات": 9, "بليون": 9, "تريليون": 12, "تريليونا": 12, "تريليونات": 12,
}  # fmt: skip
_AR_TWICE = {"الفان": 3, "الفين": 3, "الفا": 3, "مليونان": 6, "مليونين": 6, "ملياران": 9,
             "مليارين": 9}  # fmt: skip
_AR_WORD = re.compile(r"[\u0621-\u064a]+")
_AR_MARKS = re.compile(r"[\u064b-\u0652\u0640]")
_AR_PLAIN = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "ى": "ي"})


def _ar_value(word: str) -> int | None:
    """A word below a thousand."""
    if word in _AR_ONES:
        return _AR_ONES[word]
    if word in _AR_HUNDREDS:
        return _AR_HUNDREDS[word]
    if word[-2:] in ("ون", "ين") and word[:-2] in _AR_TENS:
        return _AR_TENS[word[:-2]]
    for hundred in ("مئه", "مائه"):
        if word.endswith(hundred) and word.removesuffix(hundred) in _AR_ONES:
            return 100 * _AR_ONES[word.removesuffix(hundred)]
    return None


def _arabic(flat: str) -> Iterator[Told]:
    """Sums of words joined by "wa": اثنان وثلاثون ألفًا is 32,000."""
    total = section = 0
    start = last = -1
    for match in _AR_WORD.finditer(_AR_MARKS.sub("\u0621", flat)):
        bare = match.group(0).replace("\u0621", "").translate(_AR_PLAIN)
        joined = bare.startswith("و") and len(bare) > 2
        word = bare[1:] if joined else bare
        value = _ar_value(word)
        known_word = value is not None or word in _AR_SCALES or word in _AR_TWICE
        goes_on = start >= 0 and match.start() - last <= 1 and (
            joined or word in _AR_SCALES or value in (10, 100))  # fmt: skip
        if start >= 0 and (not known_word or not goes_on):
            yield _sum(start, total + section)
            total = section = 0
            start = -1
        if not known_word:
            continue
        start = match.start() if start < 0 else start
        last = match.end()
        if value is not None:
            teen = value == 10 and 0 < section % 100 < 10 and not joined
            hundred = value == 100 and 0 < section < 10 and not joined
            section = section * 100 if hundred else section + (10 if teen else value)
        elif word in _AR_TWICE and not section and word not in _AR_SCALES:
            total += 2 * 10 ** _AR_TWICE[word]
        else:
            total += (section or 1) * 10 ** _AR_SCALES.get(word, 0)
            section = 0
    if start >= 0:
        yield _sum(start, total + section)


def _sum(start: int, value: int) -> Told:
    return Told(start, Decimal(value), value >= LEAST, small(Decimal(value)))


_TH_DIGITS = {"ศูนย์": 0, "หนึ่ง": 1, "เอ็ด": 1, "สอง": 2, "ยี่": 2, "สาม": 3, "สี่": 4, "ห้า": 5,
              "หก": 6, "เจ็ด": 7, "แปด": 8, "เก้า": 9}  # fmt: skip
_TH_POWERS = {"สิบ": 1, "ร้อย": 2, "พัน": 3, "หมื่น": 4, "แสน": 5, "ล้าน": 6}
_TH_PIECE = re.compile("|".join([*_TH_DIGITS, *_TH_POWERS]))
#: Bounded: every further "million" would make the value longer.
_TH_RUN = re.compile(rf"(?:{_TH_PIECE.pattern}){{1,40}}+")


def _thai(flat: str) -> Iterator[Told]:
    for run in _TH_RUN.finditer(flat):
        total = section = 0
        digit: int | None = None
        powers = 0
        for piece in _TH_PIECE.findall(run.group(0)):
            if piece in _TH_DIGITS:
                digit = _TH_DIGITS[piece]
                continue
            power = _TH_POWERS[piece]
            powers += 1
            if power == 6:
                total = (total + section + (digit or 0) or 1) * 10**6
                section = 0
            else:
                section += (1 if digit is None else digit) * 10**power
            digit = None
        value = total + section + (digit or 0)
        first = _TH_PIECE.match(run.group(0))
        begins = first is not None and first.group(0) in _TH_DIGITS
        yield Told(run.start(), Decimal(value), bool(powers) and begins and value >= LEAST)


__all__ = ["LEAST", "Told", "reads_words", "told"]
