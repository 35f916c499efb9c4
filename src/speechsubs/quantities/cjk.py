"""Numbers as Chinese, Japanese and Korean write them: 21万5900, 3億, 两百一十五万九千."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from speechsubs.quantities.digits import MAX_DIGITS, RUN, Rules, add, read_run, shift

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")}
_DIGITS |= {c: n for n, c in enumerate("〇壹贰叁肆伍陆柒捌玖")} | {"○": 0, "两": 2, "兩": 2}
_SMALL = {"十": 1, "百": 2, "千": 3, "拾": 1, "佰": 2, "仟": 3, "십": 1, "백": 2, "천": 3}
#: Before these, a numeral says "several": 几十万 is no number.
_VAGUE = "几幾数數何第"


@dataclass(frozen=True, slots=True)
class Run:
    """A quantity in a CJK text; see `quantities.Quantity`."""

    start: int
    end: int
    value: Decimal
    mantissa: Decimal
    scale: int
    sure: bool
    spelled: bool
    approx: str


def is_cjk(character: str) -> bool:
    """Han, kana or hangul."""
    return (
        "\u3040" <= character <= "\u30ff"
        or "\u3400" <= character <= "\u9fff"
        or "\uac00" <= character <= "\ud7a3"
        or "\uf900" <= character <= "\ufaff"
        or character in "々〇○"
    )


@cache
def _patterns(language: str, scales: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    big = "|".join(sorted(map(re.escape, scales), key=len, reverse=True))
    gap = "[ \u00a0]?"
    korean = language.startswith("ko")
    hanja = "" if korean else "".join(_DIGITS)
    # 千瓦 and 千米 are units: kilowatt, kilometre.
    small = "[십백천]" if korean else "(?:[十百拾佰仟]|千(?![瓦克米卡赫焦帕伏]))"
    over = r"[多余餘]" if not korean else "여"
    # A run is bounded, so that a text of numerals is not read again from each of them.
    # One part: digits or numerals, small units, and a big unit behind them.
    token = rf"{RUN.pattern}|[{hanja}]|{small}|{big}|{over}" if hanja else (
        rf"{RUN.pattern}|{small}|{big}|{over}")  # fmt: skip
    start = rf"{RUN.pattern}|[{hanja}]|{small}" if hanja else RUN.pattern
    joined = gap if korean else ""
    whole = rf"(?:{start})(?:{joined}(?:{token})){{0,40}}+"
    return re.compile(whole, re.ASCII), re.compile(token, re.ASCII)


def find_runs(flat: str, rule: Rules) -> Iterator[Run]:
    """The numbers of a text, left to right."""
    whole, token = _patterns(rule.language, tuple(rule.scales))
    position = 0
    while found := whole.search(flat, position):
        run = _positional(flat, *found.span()) or _read(flat, *found.span(), token, rule)
        if run is None:
            position = _past_digits(flat, found.start())
            continue
        position = max(run.end, found.start() + 1)
        if run.start and flat[run.start - 1] in _VAGUE and not flat[run.start].isdigit():
            position = found.end()
            continue
        yield run


def _positional(flat: str, start: int, end: int) -> Run | None:
    """Digit by digit: 一九七二年 is the year 1972; 两三 is "two or three"."""
    stop = start
    while stop < end and flat[stop] in _DIGITS:
        stop += 1
    if stop - start < 3 or stop - start > MAX_DIGITS:
        return None
    value = Decimal("".join(str(_DIGITS[c]) for c in flat[start:stop]))
    return Run(start, stop, value, value, 0, True, True, "")


def _past_digits(flat: str, start: int) -> int:
    run = RUN.match(flat, start)
    return run.end() if run else start + 1


@dataclass(slots=True)
class _Sum:
    """What has been read so far: finished myriads, the open section, the open digit."""

    total: Decimal = Decimal(0)
    section: Decimal = Decimal(0)
    digit: Decimal | None = None
    mantissa: Decimal | None = None
    top: int = 0
    low: int = 99
    small: int = 4
    parts: int = 0

    def open(self) -> Decimal:
        return add(self.section, self.digit) if self.digit is not None else self.section


def _read(flat: str, start: int, end: int, token: re.Pattern[str], rule: Rules) -> Run | None:
    state = _Sum()
    sure, spelled, approx, position = True, True, "", start
    while position < end:
        piece = token.match(flat, position)
        if piece is None:
            if flat[position] in " \u00a0" and token.match(flat, position + 1):
                if state.digit is not None and state.top == 0:
                    break
                position += 1
                continue
            break
        word = piece.group(0)
        if word[0].isdigit():
            value = read_run(word, rule)
            if value is None or state.digit is not None:
                break
            spelled = False
            state.digit, sure = value[0], sure and value[1]
        elif word in "多余餘여":
            # 10多亿, 1亿多: before its unit or behind it.
            if approx or not (state.open() or state.total):
                break
            approx = "over"
        elif not _numeral(state, word, rule):
            break
        position = piece.end()
        state.parts += 1
    position = _without_gap(flat, start, position)
    if not state.parts:
        return None
    value_of = add(state.total, state.open())
    if spelled and flat[start] in "百千" and rule.language.startswith("zh"):
        sure = False
    mantissa = state.mantissa if state.mantissa is not None and state.top else value_of
    if state.top and (state.open() or state.low != state.top):
        mantissa = shift(value_of, -state.top)
    return Run(start, position, value_of, mantissa, state.top, sure, spelled, approx)


def _without_gap(flat: str, start: int, end: int) -> int:
    while end > start and flat[end - 1] in " \u00a0":
        end -= 1
    return end


def _numeral(state: _Sum, word: str, rule: Rules) -> bool:
    """Take in a numeral or a unit; False where it cannot go on."""
    if word in _DIGITS:
        digit = _DIGITS[word]
        if digit == 0:
            return state.digit is None
        if state.digit is not None:
            return False
        state.digit = Decimal(digit)
        return True
    if word in _SMALL:
        power = _SMALL[word]
        if power >= state.small:
            return False
        state.section = add(state.section, shift(state.digit or Decimal(1), power))
        state.digit, state.small = None, power
        return True
    power = rule.scales[word]
    section = state.open()
    if not section or power >= state.low:
        if not section and state.total and power == 8 and state.low == 4:
            state.total, state.top, state.low = shift(state.total, 8), 12, 8
            return True
        return False
    if not state.top:
        state.mantissa, state.top = section, power
    state.total = add(state.total, shift(section, power))
    state.section, state.digit, state.low, state.small = Decimal(0), None, power, 4
    return True
