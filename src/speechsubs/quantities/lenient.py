"""Lenient parsing of spelled-out numbers, for checks only.

The grammars for amounts (`words`, `cjk`) are strict, because what they parse is
rewritten. Here a wrong reading only adds or suppresses a finding, so more is accepted:
"nineteen eighty-four", "two dozen", 이백, สามพัน, ثلاثة آلاف. Also covered are numbers
inside words ("tridimensionale", "четырёхдневный", "dreimal") and values that are implied
("both", "20th", "March", "XIX"). Without them, an English "three-day" translated as
"четырёхдневный" would count as a lost number.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import pairwise

from speechsubs.language.locale_words import CardinalRules
from speechsubs.quantities import words
from speechsubs.quantities.cjk import is_cjk
from speechsubs.quantities.dates import month_names
from speechsubs.quantities.digits import EXACT, add, any_of, known, normalize_digits, rules_for
from speechsubs.quantities.numerals import Quantity, find_quantities
from speechsubs.quantities.ordinals import count_ordinals

#: From this value on, a spelled-out number is required in the translation. Smaller ones
#: are often idiomatic in every language: "one of them", "two or three", "a couple of", 一些.
MIN_STRONG = 13


@dataclass(frozen=True, slots=True)
class SpelledNumber:
    """A spelled-out number. `strong`: certainly a number, and required in the translation.

    `small`: two to twelve, which may be missing but must not change. `either`: the value
    if it forms one number with the next one: "ten billion and five". `end` is 0 where
    the words cannot be written in digits instead. `scale` is the power of ten of its scale
    word, 0 for none.
    """

    start: int
    value: Decimal
    strong: bool
    small: bool = False
    either: Decimal | None = None
    end: int = 0
    scale: int = 0

    @property
    def identity(self) -> Hashable:
        """Equal for the same value in words."""
        return SpelledNumber, self.value


def is_small(value: Decimal) -> bool:
    """Whether a number in words may be missing from a translation, but must not change."""
    return 2 <= value < MIN_STRONG


def find_compound_numbers(flat: str, language: str) -> Iterator[SpelledNumber]:
    """The numbers of a text that are part of a word or stand for a number, as `plain` has it.

    >>> [int(t.value) for t in find_compound_numbers("ein dreitägiges Fest", "de")]
    [3]
    """
    for pattern, values in _inside(language):
        for match in pattern.finditer(flat):
            value = Decimal(values[match.group("word").lower()])
            if times := match.groupdict().get("times"):
                value *= rules_for(language).mentions.times[times.lower()]
            yield SpelledNumber(match.start(), value, False, is_small(value))


@cache
def _inside(language: str) -> tuple[tuple[re.Pattern[str], Mapping[str, int]], ...]:
    """Patterns of words with a number in them, each with what its words are worth."""
    if not known(language):
        return ()
    rules = rules_for(language).mentions
    times = f"(?=(?:-?(?P<times>{any_of(rules.times)}))?)" if rules.times else ""
    found = [
        (rf"(?<![^\W_])(?P<word>{any_of(row.words)})(?={row.before}){times}", row.words)
        for row in rules.compounds
    ]
    if rules.collectives:
        body = any_of(rules.collectives)
        found.append((rf"(?<![^\W_])(?P<word>{body})(?![^\W_])", rules.collectives))
    return tuple((re.compile(text, re.IGNORECASE), values) for text, values in found)


_KO_DIGITS = {c: n for n, c in enumerate("일이삼사오육칠팔구", start=1)}
_KO_SMALL = {"십": 1, "백": 2, "천": 3}
_KO_LARGE = {"만": 4, "억": 8, "조": 12}
_KO_LETTERS = "일이삼사오육칠팔구십백천만억조"
_KO_RUN = re.compile(rf"[{_KO_LETTERS}]+(?: (?=[{_KO_LETTERS}]{{2}})[{_KO_LETTERS}]+){{0,6}}")
#: What is counted so: without it, 구조만 ("only the structure") would be a number.
_KO_COUNTER = re.compile(
    r" ?(?:명|개|년|대|원|권|번|살|시간|분|초|킬로|미터|달러|유로|위안|엔|위|퍼센트|마리|채|곳|가지"
    r"|배|세|주|장|병|잔|회|층|호|평|톤|그램|리터|도시|사람|km|kg|%|요소|그룹|단계|달|해|줄|건|편|쌍|종류|조각|차례|송이|그루|켤레|필드|문장|모델)"
)
_KO_TENS = {"열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60,
            "일흔": 70, "여든": 80, "아흔": 90}  # fmt: skip
_KO_ONES = {"하나": 1, "한": 1, "둘": 2, "두": 2, "셋": 3, "세": 3, "넷": 4, "네": 4, "다섯": 5,
            "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9}  # fmt: skip
_KO_NATIVE = re.compile(
    rf"(?<![가-힣])(?:({'|'.join(_KO_TENS)})({'|'.join(_KO_ONES)})?|({'|'.join(_KO_ONES)}))"
)
#: One syllable is a number before what it counts (두 소년, 세마리) or as a pronoun (둘은);
#: 네 is also "your" and "yes", 열 also "heat", 둘러 and 셋업 are other words.
_KO_BEFORE = re.compile(" ?번째|째")
_KO_COUNTED = {
    "두": re.compile(rf" [가-힣]|{_KO_COUNTER.pattern}"),
    "세": re.compile(rf" [가-힣]|{_KO_COUNTER.pattern}"),
    "네": _KO_COUNTER,
    "열": _KO_COUNTER,
}
_KO_ALONE = re.compile(r"(?![가-힣])|(?:[은는이가을를도의과]|다|로|만|이서|이다|입니다)(?![가-힣])")
#: Days have words of their own, months a form of three and four, and so have guesses.
_KO_OTHERS = {"이틀": (2,), "사흘": (3,), "나흘": (4,), "닷새": (5,), "엿새": (6,), "열흘": (10,),
              "석 달": (3,), "넉 달": (4,), "석달": (3,), "넉달": (4,), "한두": (1, 2),
              "두세": (2, 3), "두서너": (2, 3), "서너": (3, 4), "너댓": (4, 5)}  # fmt: skip
_KO_OTHER = re.compile(rf"(?<![가-힣])(?:{'|'.join(_KO_OTHERS)})")
#: Numerals from Chinese that are no other word before a counter, as 이 사람 and 사 층 are.
_KO_SINO = frozenset("삼육칠팔십")


def find_korean_numbers(flat: str) -> Iterator[SpelledNumber]:
    """Sino-Korean sums and native words; syllables that are other words forgive, no more.

    >>> [(int(t.value), t.small) for t in find_korean_numbers("두 소년과 네 마리의 개")]
    [(2, True), (4, True)]
    """
    for run in _KO_RUN.finditer(flat):
        syllables = run.group(0).replace(" ", "")
        value, strong = _read_sino_korean(syllables)
        if value:
            bound = not run.start() or not "가" <= flat[run.start() - 1] <= "힣"
            counted = _KO_COUNTER.match(flat, run.end()) is not None
            if len(syllables) == 1 and not counted:
                continue  # a particle, "this", or the middle of a frog: 개구리
            few = bound and counted and syllables in _KO_SINO
            yield SpelledNumber(run.start(), Decimal(value), strong and bound and counted, few)
    for match in _KO_NATIVE.finditer(flat):
        value = _KO_TENS.get(match.group(1), 0)
        value += _KO_ONES.get(match.group(2) or match.group(3) or "", 0)
        few = is_small(Decimal(value)) and _is_counted(match.group(0), flat, match.end())
        yield SpelledNumber(
            match.start(), Decimal(value), value >= MIN_STRONG and bool(match.group(2)), few
        )
    for match in _KO_OTHER.finditer(flat):
        for other in _KO_OTHERS[match.group(0)]:
            yield SpelledNumber(match.start(), Decimal(other), False, is_small(Decimal(other)))


def _is_counted(word: str, flat: str, end: int) -> bool:
    """Whether a native number word is one here, and no ordinal."""
    if _KO_BEFORE.match(flat, end):
        return False
    if pattern := _KO_COUNTED.get(word):
        return pattern.match(flat, end) is not None
    return len(word) > 1 or _KO_ALONE.match(flat, end) is not None


def _read_sino_korean(run: str) -> tuple[int, bool]:
    """The value, and whether a digit stands before a unit at the beginning."""
    total = section = 0
    digit: int | None = None
    units = 0
    for syllable in run:
        if syllable in _KO_DIGITS:
            if digit is not None:
                return 0, False
            digit = _KO_DIGITS[syllable]
        elif syllable in _KO_SMALL:
            section += (1 if digit is None else digit) * 10 ** _KO_SMALL[syllable]
            digit, units = None, units + 1
        else:
            total += (section + (digit or 0) or 1) * 10 ** _KO_LARGE[syllable]
            section, digit, units = 0, None, units + 1
    strong = units > 1 and run[0] in _KO_DIGITS
    return total + section + (digit or 0), strong


def reads_words(language: str) -> bool:
    """Whether number words of the language can be parsed."""
    return known(language)


def find_lenient_numbers(
    text: str, language: str, scanned: Iterable[Quantity] | None = None
) -> tuple[SpelledNumber, ...]:
    """The spelled-out numbers of a text, with further readings that are not strong.

    `scanned` are the quantities of the text where they are known already.

    >>> found = find_lenient_numbers("two hundred cars in nineteen eighty-four", "en")
    >>> [(int(t.value), t.strong) for t in found]
    [(200, True), (19, False), (84, False), (1984, False)]
    """
    name = language.partition("-")[0]
    flat = normalize_digits(text)
    scanned = find_quantities(flat, language) if scanned is None else scanned
    spelled = [q for q in scanned if q.spelled]
    found = [t for q in spelled for t in _split_at_joiner(q, flat, name)]
    weak: set[int] = set()
    for one, two in pairwise(spelled):
        value = _join_pair(one, two, flat[one.end : two.start])
        if value is not None:
            weak |= {one.start, two.start}
            found.append(SpelledNumber(one.start, value, False))
    if weak:
        found = [replace(t, strong=False) if t.start in weak else t for t in found]
    if spelling := words.cardinal_rules(language):
        found += [t for q in spelled for t in _extended_readings(q, flat, spelling)]
    if pattern := _scale_word_pattern(name):
        scales = words.scale_words(name)
        large = [q for q in spelled if q.scale or q.value >= 100]
        starts = [q.start for q in large]
        for match in pattern.finditer(flat):
            before = bisect_right(starts, match.start()) - 1
            if before < 0 or large[before].end <= match.start():
                value = Decimal(10 ** scales[match.group(0).lower()])
                found.append(SpelledNumber(match.start(), value, False))
    return (*found, *_by_grammar(flat, name), *find_compound_numbers(flat, name))


def _by_grammar(flat: str, language: str) -> Iterator[SpelledNumber]:
    """The numbers of a language whose words make them in another way."""
    rules = _grammar(language)
    if rules is None:
        return
    match rules.system:
        case "joined":
            yield from _find_arabic_numbers(flat, rules)
        case "positional":
            yield from _find_thai_numbers(flat, language, rules)
        case "korean":
            yield from find_korean_numbers(flat)


@cache
def _grammar(language: str) -> CardinalRules | None:
    return rules_for(language).cardinals if known(language) else None


def _split_at_joiner(quantity: Quantity, flat: str, language: str) -> Iterator[SpelledNumber]:
    """A number in words; as two where a joiner behind a million may as well part them."""
    strong = _is_strong(quantity, flat, language)
    # What is beyond any sum said in a talk is not taken apart (and Decimal could not).
    rest = quantity.value % 10**6 if quantity.value < 10**20 else Decimal(0)
    pattern = _joiner_pattern(language) if 0 < rest < 100 else None
    joined = pattern.search(flat, quantity.start, quantity.end) if pattern else None
    if quantity.value < 10**6 or joined is None:
        value, scale = quantity.value, quantity.scale
        small = is_small(value)
        yield SpelledNumber(quantity.start, value, strong, small, end=quantity.end, scale=scale)
        return
    value, end = EXACT.subtract(quantity.value, rest), joined.start()
    yield SpelledNumber(
        quantity.start, value, strong, either=quantity.value, end=end, scale=quantity.scale
    )
    yield SpelledNumber(joined.end(), rest, False)


@cache
def _joiner_pattern(language: str) -> re.Pattern[str] | None:
    """ "And" between a scale word and what follows it."""
    spelling = words.cardinal_rules(language)
    if spelling is None or not spelling.joiner:
        return None
    return re.compile(
        rf"[ \u00a0]{re.escape(spelling.joiner)}[ \u00a0](?=[^\d\W]+(?:-[^\d\W]+)?$)", re.IGNORECASE
    )


def _join_pair(one: Quantity, two: Quantity, between: str) -> Decimal | None:
    """What two numbers in a row are worth together, where they may be one."""
    if len(between) <= 1 and not (one.sure and two.sure):
        return Decimal(int(one.value) * 100 + int(two.value))  # a year, or a price
    if between == ", " and one.value >= 1000 and two.value < 1000:
        return add(one.value, two.value)  # "one thousand, two hundred"
    return None


def _extended_readings(
    quantity: Quantity, flat: str, spelling: CardinalRules
) -> Iterator[SpelledNumber]:
    """ "Two dozen", "thirty-first", "halb zwei"."""
    if spelling.dozen and flat.startswith(
        (f" {spelling.dozen}", f"-{spelling.dozen}"), quantity.end
    ):
        yield SpelledNumber(quantity.start, EXACT.multiply(12, quantity.value), False)
    if tail := _ordinal_tail(quantity, flat, spelling):
        yield SpelledNumber(quantity.start, add(quantity.value, Decimal(tail)), False)
    before = f"{spelling.half_to} "
    start = max(0, quantity.start - len(before))
    if spelling.half_to and flat[start : quantity.start].lower() == before:
        yield SpelledNumber(quantity.start, EXACT.subtract(quantity.value, 1), False)


def _ordinal_tail(quantity: Quantity, flat: str, spelling: CardinalRules) -> int:
    """What the ordinal behind tens adds: 1 in "thirty-first"; else 0."""
    found = _TAIL.match(flat, quantity.end) if spelling.ordinal_tails else None
    return spelling.ordinal_tails.get(found.group(1).lower(), 0) if found else 0


_TAIL = re.compile(r"-([^\W\d_]+)\b")
_CJK_SCALE = re.compile("[十百千万亿萬億]")


@cache
def _phrases(language: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What follows hours, what stands before a percentage, and the half hour in words."""
    rules = rules_for(language).mentions
    glued = any_of(word for word in rules.half_hour if is_cjk(word[0]))
    apart = any_of(word for word in rules.half_hour if not is_cjk(word[0]))
    return (
        re.compile(rf"[ \u00a0](?:{any_of(rules.hours)})(?![^\W_])"),
        re.compile(rf"(?<![^\W_])(?:{any_of(rules.per)})[ \u00a0]$", re.IGNORECASE),
        re.compile(rf"{glued}|(?<![^\W_])(?:{apart})(?![^\W_])", re.IGNORECASE),
    )


@cache
def _scale_word_pattern(language: str) -> re.Pattern[str] | None:
    names = sorted(words.scale_words(language), key=len, reverse=True)
    if not names:
        return None
    body = "|".join(map(re.escape, names))
    return re.compile(rf"(?<![^\W_])(?:{body})(?![^\W_])", re.IGNORECASE)


def _is_strong(quantity: Quantity, flat: str, language: str) -> bool:
    if not quantity.sure or quantity.value < MIN_STRONG:
        return False
    start, end = quantity.start, quantity.end
    if language in ("zh", "ja"):
        # 千万 is "by all means", 百 a figure of speech: a digit before its unit counts.
        return bool(_CJK_SCALE.search(flat[start + 1 : end])) and flat[start] not in "十百千万萬"
    hours, per, _ = _phrases(language)
    if quantity.value <= 24 and hours.match(flat, end):
        return False
    spelling = words.cardinal_rules(language)
    if spelling and _ordinal_tail(quantity, flat, spelling):
        return False
    # "A thousand", "mille", "mil": as often a figure of speech as a count.
    last = re.split("[ \u00a0]", flat[start:end].lower())[-1]
    scale = words.scale_words(language).get(last)
    lone = scale is not None and quantity.value == 10**scale
    return not lone and not per.search(flat, max(0, start - 6), start)


_AR_WORD = re.compile(r"[\u0621-\u064a]+")
_AR_MARKS = re.compile(r"[\u064b-\u0652\u0640]")
_AR_PLAIN = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "ى": "ي"})


def _ar_value(word: str, rules: CardinalRules) -> int | None:
    """A word below a thousand."""
    if word in rules.words:
        return rules.words[word]
    for ending in rules.tens_endings:
        if word.endswith(ending) and word.removesuffix(ending) in rules.tens:
            return rules.tens[word.removesuffix(ending)]
    for hundred, value in rules.words.items():
        digit = rules.words.get(word.removesuffix(hundred), 0) if value == 100 else 0
        if 0 < digit <= 10 and word.endswith(hundred):
            return 100 * digit
    return None


def _find_arabic_numbers(flat: str, rules: CardinalRules) -> Iterator[SpelledNumber]:
    """Sums of words joined by "wa": اثنان وثلاثون ألفًا is 32,000."""
    total = section = 0
    start = last = -1
    for match in _AR_WORD.finditer(_AR_MARKS.sub("\u0621", flat)):
        bare = match.group(0).replace("\u0621", "").translate(_AR_PLAIN)
        joined = bare.startswith(rules.joiner) and len(bare) > 2
        word = bare.removeprefix(rules.joiner) if joined else bare
        value = _ar_value(word, rules)
        known_word = value is not None or word in rules.scales or word in rules.twice
        goes_on = start >= 0 and match.start() - last <= 1 and (
            joined or word in rules.scales or value in (10, 100))  # fmt: skip
        if start >= 0 and (not known_word or not goes_on):
            yield _arabic_number(start, total + section)
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
        elif word in rules.twice and not section and word not in rules.scales:
            total += 2 * 10 ** rules.twice[word]
        else:
            total += (section or 1) * 10 ** rules.scales.get(word, 0)
            section = 0
    if start >= 0:
        yield _arabic_number(start, total + section)


def _arabic_number(start: int, value: int) -> SpelledNumber:
    return SpelledNumber(start, Decimal(value), value >= MIN_STRONG, is_small(Decimal(value)))


@cache
def _thai_piece(language: str) -> re.Pattern[str]:
    rules = rules_for(language).cardinals
    return re.compile(any_of((*rules.words, *rules.scales)))


#: A run is bounded: every further "million" would make the value longer.
_TH_PIECES = 40


def _find_thai_numbers(flat: str, language: str, rules: CardinalRules) -> Iterator[SpelledNumber]:
    """Digits and powers of ten: สามพันห้าร้อย is 3,500."""
    whole = _thai_piece(language)
    highest = max(rules.scales.values())
    for run in re.finditer(rf"(?:{whole.pattern}){{1,{_TH_PIECES}}}+", flat):
        total = section = 0
        digit: int | None = None
        powers = 0
        pieces = whole.findall(run.group(0))
        for piece in pieces:
            if piece in rules.words:
                digit = rules.words[piece]
                continue
            power = rules.scales[piece]
            powers += 1
            if power == highest:
                total = (total + section + (digit or 0) or 1) * 10**power
                section = 0
            else:
                section += (1 if digit is None else digit) * 10**power
            digit = None
        value = total + section + (digit or 0)
        begins = pieces[0] in rules.words
        yield SpelledNumber(
            run.start(), Decimal(value), bool(powers) and begins and value >= MIN_STRONG
        )


__all__ = [
    "MIN_STRONG",
    "SpelledNumber",
    "find_lenient_numbers",
    "reads_words",
]


_ROMAN = re.compile(r"(?<![^\W_])[IVXL]{2,7}(?![^\W_])")
_TIME = re.compile(r"(?<![\d:.,])(\d{1,2}):(\d{2})(?![\d:])", re.ASCII)
_WORD = re.compile(r"[^\W\d_]+")


def find_implied_values(text: str, language: str) -> Counter[Decimal]:
    """The values that words of a text may imply, with their maximum counts."""
    flat = normalize_digits(text)
    found = count_ordinals(text, language)
    found.update(Decimal(_read_roman(m.group(0))) for m in _ROMAN.finditer(flat))
    found[Decimal(30)] += sum(1 for _ in _phrases(language)[2].finditer(flat))
    if values := _implied(language):
        words = (m.group(0).lower() for m in _WORD.finditer(flat))
        found.update(Decimal(values[word]) for word in words if word in values)
    if pattern := _month_pattern(language):
        names = month_names(language)
        found.update(Decimal(names[m.group(0).lower()]) for m in pattern.finditer(flat))
    return found


@cache
def _implied(language: str) -> Mapping[str, int]:
    return rules_for(language).mentions.implied if known(language) else {}


def find_zero_minutes(text: str) -> frozenset[int]:
    """The positions of "00" in times: "at 9:00" is "à 9 heures" in French."""
    if ":" not in text and "：" not in text:
        return frozenset()
    return frozenset(
        m.start(2) for m in _TIME.finditer(normalize_digits(text)) if m.group(2) == "00"
    )


@cache
def _month_pattern(language: str) -> re.Pattern[str] | None:
    names = sorted(month_names(language), key=len, reverse=True)
    if not names:
        return None
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, names))})(?![^\W_])", re.I)


def _read_roman(numeral: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10, "L": 50}[c] for c in numeral]
    following = [*values[1:], 0]
    return sum(-v if v < n else v for v, n in zip(values, following, strict=True))
