"""Spelled-out numbers, including halves.

Examples: "two hundred and fifteen thousand", "dreihunderttausend", "one and a half
million", "un millón y medio", "anderthalb".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache

from speechsubs.language.locale_rules import Forms
from speechsubs.language.locale_words import CardinalRules
from speechsubs.quantities.digits import (
    SPACES,
    known,
    rules,
    rules_for,
    scale_pattern,
    shift,
    trim_zeros,
)


@cache
def cardinal_rules(language: str) -> CardinalRules | None:
    """The number words of a language; None if parsed otherwise or not supported."""
    rules = rules_for(language).cardinals if known(language) else None
    return rules if rules and rules.words and rules.system == "words" else None


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    spelling = cardinal_rules(language)
    if spelling is None:
        return None
    names = sorted({*spelling.words, *spelling.scales}, key=len, reverse=True)
    piece = "|".join(map(re.escape, names))
    halves = "|".join(map(re.escape, spelling.halves)) or "(?!)"
    gap = "[ \u00a0-]"
    joiner = re.escape(spelling.joiner)
    articles = "".join(rf"{re.escape(a)}[ \u00a0]|" for a in spelling.articles)
    before = rf"(?:{articles}(?:{halves}){gap}|)"
    # Glued numbers are one word: "dreihunderttausend", "trecentomila".
    word = rf"(?:{piece})(?:{joiner}|{piece})*+" if spelling.glued else rf"(?:{piece})"
    link = rf"{gap}(?:{joiner}{gap})?" if joiner else gap
    run = rf"(?<![^\W_]){before}{word}(?:{link}{word}(?![^\W_]))*+(?![^\W_])"
    point = ""
    if spelling.point:
        zeros = "|".join(map(re.escape, spelling.zeros))
        digits = "|".join(map(re.escape, sorted(spelling.words, key=len, reverse=True)))
        after = "|".join(map(re.escape, spelling.after_point)) or "(?!)"
        run = run.removesuffix(r"(?![^\W_])") + (
            rf"(?:[ ]{re.escape(spelling.point)}(?:[ ](?:{zeros}|{digits})(?![^\W_]))++"
            rf"(?:[ -](?:{after}))?)?(?![^\W_])")  # fmt: skip
        point = f"{re.escape(spelling.point)}|{zeros}|"
    flags = re.IGNORECASE
    word_and = joiner or "(?!)"
    tokens = rf"(?P<half>{halves})|{point}{word_and}(?![^\W_])|{piece}|{word_and}"
    return re.compile(run, flags), re.compile(tokens, flags)


@dataclass(frozen=True, slots=True)
class Run:
    """A spelled-out number; `scale` is the power of its big scale word, else 0.

    `sure` is False for one of two numbers in a row ("twelve fifty").
    """

    start: int
    end: int
    value: Decimal
    scale: int
    sure: bool = True


def find_runs(flat: str, language: str) -> Iterator[Run]:
    """The spelled-out numbers of a text, left to right."""
    patterns, spelling = _patterns(language), cardinal_rules(language)
    if patterns is None or spelling is None:
        return
    whole, piece = patterns
    for found in whole.finditer(flat):
        position, parts = found.start(), []
        while position < found.end():
            result = _read(flat, position, found.end(), piece, spelling)
            if result is not None and flat[result.end : result.end + 1].isalpha():
                # "Zweihundert und dreihundert": a number does not end inside a word.
                gap = flat.rfind(" ", position, result.end)
                result = _read(flat, position, max(gap, position), piece, spelling)
            if result is None:
                break
            position = result.end
            parts.append(result)
        whole_run = len(parts) == 1 and parts[0].end == found.end()
        for part in parts:
            yield part if whole_run else replace(part, sure=False)


def scale_words(language: str) -> Mapping[str, int]:
    """The scale words of a language, in lower case, with their powers of ten."""
    spelling = cardinal_rules(language)
    return spelling.scales if spelling else {}


@dataclass(slots=True)
class _Sum:
    """A number in words, as far as it has been read.

    `groups` are what scale words have closed, with their powers; `current` is what the
    next scale word will multiply. `joined` is True right behind an "and".
    """

    spelling: CardinalRules
    groups: list[tuple[Decimal, int]] = field(default_factory=list)
    current: int | None = None
    scale: int = 0
    half: bool = False
    joined: bool = False

    @property
    def begun(self) -> bool:
        """Whether there is anything that a scale word could multiply or follow."""
        return self.current is not None or bool(self.groups) or self.half

    @property
    def total(self) -> int:
        return int(sum(group for group, _ in self.groups)) + (self.current or 0)

    def add(self, word: str) -> bool:
        """Take in a number word; False where it does not go on this number."""
        if word in self.spelling.words:
            value = self.spelling.words[word]
            if not _can_add(self.current, value, self.joined and self.spelling.glued):
                return False
            self.current = (self.current or 0) + value
            return True
        power = self.spelling.scales[word]
        if power == 2:
            return self._hundreds()
        if not _multiply(self.groups, self.current, power):
            return False
        self.current, self.scale = None, max(self.scale, power)
        return True

    def _hundreds(self) -> bool:
        if self.current is None:
            self.current = 100
        elif 0 < self.current % 100 == self.current:
            self.current *= 100
        else:
            return False
        return True

    def run(self, start: int, end: int) -> Run:
        """The number with its position."""
        value, scale = Decimal(self.total), self.scale
        if self.half:
            value = trim_zeros(Decimal(self.total * 5).scaleb(-1))
            # Half a billion is written as 500 million, half a million in digits.
            scale = scale - 3 if scale >= 9 else 0
        return Run(start, end, value, scale if scale >= 5 else 0)


def _read(
    flat: str, start: int, end: int, piece: re.Pattern[str], spelling: CardinalRules
) -> Run | None:
    number = _Sum(spelling)
    first, last = -1, start
    tokens = piece.finditer(flat, start, end)
    for found in tokens:
        word = found.group(0).lower()
        if word == spelling.point and number.current is not None and not number.groups:
            return _read_decimal(tokens, first, found.end(), number.current, spelling)
        if found.group("half"):
            if first >= 0:
                break
            number.half, first, last = True, found.start(), found.end()
            continue
        if word not in spelling.words and word not in spelling.scales:
            number.joined = True
            continue
        bare = not number.begun and not _has_article(flat, start, found, spelling)
        if (bare and _needs_article(word, spelling)) or not number.add(word):
            break
        first = found.start() if first < 0 else first
        last, number.joined = found.end(), False
    if first < 0 or not number.total:
        return None
    if first > start and begins_with_scale(flat, first, end, piece, spelling):
        first = start
    return number.run(first, last)


def _needs_article(word: str, spelling: CardinalRules) -> bool:
    """Whether a word begins a number only behind its article: "a million"."""
    return word in spelling.scales and word not in spelling.alone


def begins_with_scale(
    flat: str, first: int, end: int, piece: re.Pattern[str], spelling: CardinalRules
) -> bool:
    """Whether a number begins with a scale word, as "a million" does behind its article."""
    found = piece.match(flat, first, end)
    return found is not None and found.group(0).lower() in spelling.scales


def _has_article(flat: str, start: int, found: re.Match[str], spelling: CardinalRules) -> bool:
    return flat[start : found.start()].strip().lower() in spelling.articles


def _can_add(current: int | None, value: int, joined: bool) -> bool:
    if current is None:
        return True
    rest = current % 100
    if value >= 100:
        return False
    if rest == 0:
        return current > 0
    if value < 10 and rest >= 20 and rest % 10 == 0:
        return True
    if rest in (60, 80) and 10 <= value < 20:
        return True
    return joined and rest < 10 and value >= 20 and value % 10 == 0


#: Maximum number of digits of a sum, the default precision of Decimal.
_MOST_DIGITS = 28


def _multiply(groups: list[tuple[Decimal, int]], current: int | None, power: int) -> bool:
    below = Decimal(0)
    merged: list[tuple[Decimal, int]] = []
    while groups and groups[-1][1] < power:
        merged.append(groups.pop())
        below += merged[-1][0]
    if groups and groups[-1][1] == power:
        return False
    if current is None and not merged:
        if groups:
            return False
        current = 1
    value = (below + (current or 0)).scaleb(power)
    if value.adjusted() >= _MOST_DIGITS:
        groups += reversed(merged)
        return False
    groups.append((value.quantize(Decimal(1)), power))
    return True


def _read_decimal(
    tokens: Iterator[re.Match[str]], first: int, last: int, whole: int, spelling: CardinalRules
) -> Run:
    """ "ten point five million": digits are spoken one by one.

    `tokens` are the words behind the point, which ends at `last`.
    """
    digits, scale = "", 0
    for found in tokens:
        word = found.group(0).lower()
        if word in spelling.zeros:
            digits += "0"
        elif spelling.words.get(word, 10) < 10 and not scale:
            digits += str(spelling.words[word])
        elif word in spelling.scales and digits and not scale:
            scale = spelling.scales[word]
        else:
            break
        last = found.end()
    value = Decimal(f"{whole}.{digits}" if digits else whole).scaleb(scale)
    value = Decimal(format(value, "f"))
    return Run(first, last, value, scale if scale >= 5 else 0)


_HALF_BILLION = Decimal(10) ** 15


@cache
def _half_pattern(language: str) -> re.Pattern[str] | None:
    """What a half behind a number, or behind its scale word, is.

    Not read are hours and times ("two and a half hours"), which have a scale word on
    neither side.
    """
    spelling = cardinal_rules(language)
    if spelling is None or not spelling.half_behind:
        return None
    half = "|".join(map(re.escape, spelling.half_behind))
    return re.compile(rf"[{SPACES}](?:{half})(?![^\W_])", re.IGNORECASE)


def read_half_behind(
    flat: str, end: int, value: Decimal, scale: int, language: str
) -> tuple[Decimal, int, int] | None:
    """A number with the half behind it: its value, its scale and where it ends, or None.

    >>> read_half_behind("a million and a half", 9, Decimal(1_000_000), 6, "en")
    (Decimal('1500000'), 6, 20)
    """
    pattern = _half_pattern(language)
    found = pattern.match(flat, end) if pattern else None
    if found is None or value >= _HALF_BILLION or value != value.to_integral_value():
        return None
    after = scale_pattern(language).match(flat, found.end())
    if scale >= 6:
        # "Two million and a half thousand" is not a valid number.
        return None if after else (value + shift(Decimal(5), scale - 1), scale, found.end())
    if scale or after is None or value >= 1_000:
        return None
    power = power_of(after, language)
    return _with_half(value, power), power, after.end()


def read_sum_behind(
    flat: str, end: int, value: Decimal, scale: int, language: str
) -> tuple[Decimal, int, int] | None:
    """A sum of digits and scale words, where the language adds them up.

    >>> read_sum_behind("2 mil 500", 5, Decimal(2_000), 3, "es")
    (Decimal('2500'), 0, 9)
    """
    pattern = _sums(language).get(scale)
    found = pattern.match(flat, end) if pattern else None
    if found is None or value >= _HALF_BILLION or value != value.to_integral_value():
        return None
    if scale == 3:
        return value + int(found.group(1)), 0, found.end()
    return value + 1_000 * int(found.group(1)), scale, found.end()


@cache
def _sums(language: str) -> Mapping[int, re.Pattern[str]]:
    """Patterns of numbers that may be added after a scale word, by its power."""
    numbers = rules_for(language).numbers
    if not known(language) or not numbers.added_scales:
        return {}
    forms = numbers.scales.get(3, Forms({}))
    thousand = "|".join(map(re.escape, forms.spellings)) or "(?!)"
    return {
        3: re.compile(rf"[{SPACES}]([1-9]\d\d)(?![\d.,:]*\d)(?![^\W_])", re.ASCII),
        6: re.compile(rf"[{SPACES}]([1-9]\d{{0,2}})[{SPACES}](?:{thousand})(?![^\W_])", re.ASCII),
    }


def find_compound_halves(flat: str, language: str) -> Iterator[tuple[int, int, Decimal, int]]:
    """The numbers and a half in one word before a scale word: start, end, value, scale.

    >>> list(find_compound_halves("zweieinhalb Millionen Euro", "de"))
    [(0, 21, Decimal('2500000'), 6)]
    """
    pattern, spelling = _compound_half_pattern(language), cardinal_rules(language)
    if pattern is None or spelling is None:
        return
    for found in pattern.finditer(flat):
        after = scale_pattern(language).match(flat, found.end())
        if after is not None:
            one = Decimal(spelling.and_a_half[found.group().lower()])
            power = power_of(after, language)
            yield found.start(), after.end(), _with_half(one, power), power


@cache
def _compound_half_pattern(language: str) -> re.Pattern[str] | None:
    spelling = cardinal_rules(language)
    if spelling is None or not spelling.and_a_half:
        return None
    body = "|".join(map(re.escape, spelling.and_a_half))
    return re.compile(rf"(?<![^\W_])(?:{body})(?![^\W_])", re.IGNORECASE)


def power_of(after: re.Match[str], language: str) -> int:
    """The power of ten of a scale word that `scale_pattern` found."""
    word, scales = " ".join(after.group(1).split()), rules(language).scales
    return scales.get(word, scales.get(word.lower(), 0))


def _with_half(value: Decimal, power: int) -> Decimal:
    return trim_zeros(shift(value * 2 + 1, power) / 2)
