"""Korean number words: 이백 in Chinese numerals, 두 and 세 in words of its own."""

import re
from collections.abc import Iterator
from decimal import Decimal

from speechsubs.numbers.telling import LEAST, Told, small

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


def told(flat: str) -> Iterator[Told]:
    """Sino-Korean sums and native words; syllables that are other words forgive, no more.

    >>> [(int(t.value), t.small) for t in told("두 소년과 네 마리의 개")]
    [(2, True), (4, True)]
    """
    for run in _KO_RUN.finditer(flat):
        syllables = run.group(0).replace(" ", "")
        value, strong = _sino(syllables)
        if value:
            bound = not run.start() or not "가" <= flat[run.start() - 1] <= "힣"
            counted = _KO_COUNTER.match(flat, run.end()) is not None
            if len(syllables) == 1 and not counted:
                continue  # a particle, "this", or the middle of a frog: 개구리
            few = bound and counted and syllables in _KO_SINO
            yield Told(run.start(), Decimal(value), strong and bound and counted, few)
    for match in _KO_NATIVE.finditer(flat):
        value = _KO_TENS.get(match.group(1), 0)
        value += _KO_ONES.get(match.group(2) or match.group(3) or "", 0)
        few = small(Decimal(value)) and _counts(match.group(0), flat, match.end())
        yield Told(match.start(), Decimal(value), value >= LEAST and bool(match.group(2)), few)
    for match in _KO_OTHER.finditer(flat):
        for other in _KO_OTHERS[match.group(0)]:
            yield Told(match.start(), Decimal(other), False, small(Decimal(other)))


def _counts(word: str, flat: str, end: int) -> bool:
    """Whether a native number word is one here, and no ordinal."""
    if _KO_BEFORE.match(flat, end):
        return False
    if pattern := _KO_COUNTED.get(word):
        return pattern.match(flat, end) is not None
    return len(word) > 1 or _KO_ALONE.match(flat, end) is not None


def _sino(run: str) -> tuple[int, bool]:
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
