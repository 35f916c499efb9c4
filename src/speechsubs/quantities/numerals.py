"""Scanner for numbers in digits or words, with their scale words.

`money` looks for a currency next to each quantity; `find_numbers` returns those written
in digits.
"""

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from speechsubs.quantities import cjk, words
from speechsubs.quantities.digits import (
    MAX_DIGITS,
    RUN,
    SPACE_GROUP,
    SPACES,
    Rules,
    exact_decimal,
    normalize_digits,
    read_run,
    rules,
    scale_pattern,
    shift,
    trim_zeros,
)

#: Letters that are a scale only next to a currency sign or code: "£5m", "€3b", "$10k".
_LETTERS = {"k": 3, "m": 6, "mm": 6, "b": 9, "t": 12, "bn": 9, "mn": 6, "tn": 12}
_LETTER = re.compile(rf"[{SPACES}]?(mm|bn|mn|tn|[kKmMbBtT])(?![^\W_])")
#: A currency sign or code directly before a number.
_SIGN_BEFORE = re.compile(rf"(?:[$€£¥₹₩₽₺฿₱₫₪₴]|(?<![A-Za-z])[A-Z]{{3}})[{SPACES}]?-?$")
_SIGN_AFTER = re.compile(rf"[{SPACES}]?(?:[$€£¥₹₩₽₺฿₱₫₪₴]|[A-Z]{{3}}(?![A-Za-z]))")
#: "20k euros", "10 k€", "3 M€": one letter of a case that is no unit's.
_CURRENCY_AFTER = re.compile(
    rf"(?<=[kKM])(?:€|[{SPACES}](?:euros?|dollars?|bucks|quid|pounds|d[oó]lares|dollari)(?![^\W_]))"
)
#: Units written without a space after a number. Case-sensitive: "4S" is a name.
_UNITS = re.compile(
    r"(?:km/h|km|kg|cm|mm|nm|ml|cl|ms|min|mph|kph|rpm|kWh|MWh|GWh|kW|MW|GW|mAh|Ah|Wh|kHz|MHz|GHz|Hz"
    r"|h\d\d|KB|MB|GB|TB|PB|kB|Nm|N[⋅·]m|hp|PS|fps|dpi|ppi|dB|px|pt|ft|in|lb|lbs|oz|m|g|s|h|l|W|V|x)(?:[²³2])?"
    r"(?![^\W_])"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its position. Offsets are half-open.

    `value` is `mantissa` times ten to the `scale`; `scale` is 0 without a scale word.
    `spelled` is True for number words, `approx` is "over" for 100多万.
    """

    start: int
    end: int
    value: Decimal
    mantissa: Decimal
    scale: int
    sure: bool = True
    spelled: bool = False
    approx: str = ""
    run: str = ""


def find_quantities(text: str, language: str) -> Iterator[Quantity]:
    """The quantities of a text, left to right, not overlapping."""
    flat = normalize_digits(text)
    rule = rules(language)
    if rule.cjk:
        yield from _cjk(flat, rule)
        return
    end = 0
    for found in _merge(flat, language, rule):
        if found.start < end:
            continue
        more = words.read_half_behind(flat, found.end, found.value, found.scale, language)
        if more is None and not found.spelled:
            more = words.read_sum_behind(flat, found.end, found.value, found.scale, language)
        if more is not None:
            value, scale, end = more
            mantissa = trim_zeros(shift(value, -scale))
            found = replace(found, end=end, value=value, mantissa=mantissa, scale=scale)
        yield found


def _merge(flat: str, language: str, rule: Rules) -> Iterator[Quantity]:
    """Numbers in words and in digits, in order."""
    spelled = iter(sorted(_spelled(flat, language), key=lambda run: run.start))
    waiting = next(spelled, None)
    for found in _digits(flat, rule):
        while waiting is not None and waiting.start < found.start:
            if waiting.end <= found.start:
                yield _of_words(waiting)
            waiting = next(spelled, None)
        while waiting is not None and waiting.start < found.end:
            waiting = next(spelled, None)
        yield found
    while waiting is not None:
        yield _of_words(waiting)
        waiting = next(spelled, None)


def _spelled(flat: str, language: str) -> Iterator[words.Run]:
    yield from words.find_runs(flat, language)
    for start, end, value, scale in words.find_compound_halves(flat, language):
        yield words.Run(start, end, value, scale)


def _of_words(run: words.Run) -> Quantity:
    mantissa = shift(run.value, -run.scale)
    return Quantity(run.start, run.end, run.value, mantissa, run.scale, run.sure, spelled=True)


def _cjk(flat: str, rule: Rules) -> Iterator[Quantity]:
    for run in cjk.find_runs(flat, rule):
        if not run.spelled and not is_number_start(flat, run.start):
            continue
        if not run.spelled and run.scale == 0:
            scale, end = _letter_scale(flat, run.start, run.end)
            if not is_number_end(flat, end):
                continue
            digits = flat[run.start : run.end].rstrip("多余餘여")
            yield Quantity(run.start, end, shift(run.value, scale), run.value, scale, run.sure,
                           approx=run.approx, run=digits)  # fmt: skip
            continue
        yield Quantity(
            run.start, run.end, run.value, run.mantissa, run.scale, run.sure, run.spelled,
            run.approx, flat[run.start:run.end],
        )  # fmt: skip


def _digits(flat: str, rule: Rules) -> Iterator[Quantity]:
    position = 0
    while found := RUN.search(flat, position):
        start, end = found.span()
        position = end
        if not is_number_start(flat, start):
            continue
        body, end, sure_spaces = _with_spaces(flat, start, end, rule)
        value = read_run(body, rule)
        if value is None:
            continue
        number, sure = value
        scale, after = _scale(flat, start, end, rule)
        if not is_number_end(flat, after):
            continue
        position = after
        yield Quantity(start, after, shift(number, scale) if scale else number, number, scale,
                       sure and sure_spaces, run=body)  # fmt: skip


def _with_spaces(flat: str, start: int, end: int, rule: Rules) -> tuple[str, int, bool]:
    """Include groups after spaces: "30 000". An ordinary space in English is a guess."""
    body = flat[start:end]
    if not body.isdigit() or len(body) > 3 or (body.startswith("0") and body != "0"):
        return body, end, True
    if not rule.spaces and not (end < len(flat) and flat[end] in "\u00a0\u202f\u2009"):
        return body, end, True
    sure, first = True, end
    gap = flat[end : end + 1]
    groups: list[str] = []
    while (found := SPACE_GROUP.match(flat, end)) and found.group(0)[0] == gap:
        groups.append(found.group(1))
        end = found.end()
        if len(groups) * 3 > MAX_DIGITS:
            return body, first, True
    if not groups:
        return body, first, True
    tail = RUN.match(flat, end - 3)
    if tail and tail.end() > end:
        rest = tail.group(0)[3:]
        if rest[0] != rule.decimal or rest.count(rule.decimal) > 1 or (
            rule.decimal == "." and len(rest) == 4
        ):  # fmt: skip
            return body, first, True
        body, end = body + "".join(groups) + rest, tail.end()
    else:
        body += "".join(groups)
    if gap == " " and rule.decimal == "." and not any(g.startswith("00") for g in groups):
        sure = False
    return body, end, sure


def _scale(flat: str, start: int, end: int, rule: Rules) -> tuple[int, int]:
    pattern = scale_pattern(rule.language)
    scale = 0
    while found := pattern.match(flat, end):
        word = " ".join(found.group(1).split())
        power = rule.scales.get(word, rule.scales.get(word.lower(), 0))
        if scale and power in (scale, 2):
            break
        scale += power
        end = found.end()
        if scale > MAX_DIGITS:
            break
    if scale:
        return scale, end
    return _letter_scale(flat, start, end)


def _letter_scale(flat: str, start: int, end: int) -> tuple[int, int]:
    found = _LETTER.match(flat, end)
    if found and (
        _SIGN_BEFORE.search(flat[max(0, start - 8) : start])
        or (found.start(1) == end and _SIGN_AFTER.match(flat, found.end()))
        or _CURRENCY_AFTER.match(flat, found.end())
    ):
        return _LETTERS[found.group(1).lower()], found.end()
    return 0, end


def is_number_start(flat: str, start: int) -> bool:
    """False inside a code or a word: "SU7", "Model-3", "v1.2"."""
    if not start:
        return True
    before = flat[start - 1]
    if before == "h" and start > 1 and flat[start - 2].isdigit():
        return True  # 14h30
    if before in "._'’,\\" and start > 1:
        return not (flat[start - 2].isalnum() and flat[start - 2].isascii()) or before in ","
    if before == "-" and start > 1:
        return not _letter(flat[start - 2])
    if before == "-":
        return True
    if not _letter(before) and before != "_" and not before.isdigit():
        return True
    # "RMB299,900" and "Rs500" have the currency attached to the number.
    return bool(_CODE_BEFORE.search(flat[max(0, start - 5) : start]))


_CODE_BEFORE = re.compile(r"(?<![A-Za-z])(?:[A-Z]{3}|Rs)$")


def is_number_end(flat: str, end: int) -> bool:
    """False before attached letters that are not a unit: "4S", "7th", "3D"."""
    if end >= len(flat) or not (_letter(flat[end]) or flat[end] == "_"):
        return True
    return bool(_UNITS.match(flat, end)) or bool(_SIGN_AFTER.match(flat, end))


def _letter(character: str) -> bool:
    """True for a letter of a script that separates words with spaces."""
    return character.isalpha() and not cjk.is_cjk(character)


__all__ = [
    "Quantity",
    "exact_decimal",
    "find_quantities",
]


_PERCENT = re.compile(r"[ \u00a0\u202f\u2009]?([%‰％])")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in digits; span and value include a following scale word.

    `quantity` is the number as it was read. `unit_word` is the scale word or the percent
    sign as written, or empty. A percent sign does not change the value: "5%" is 5.
    """

    start: int
    end: int
    text: str
    quantity: Quantity
    unit_word: str = ""

    @property
    def value(self) -> Decimal:
        """The exact value, with the decimal places that were said."""
        return self.quantity.value

    @property
    def identity(self) -> Hashable:
        """Equal for the same value with the same decimal places: "5.0" is not "5"."""
        return Number, format(self.value, "f")


def find_numbers(
    text: str, language: str, scanned: Iterable[Quantity] | None = None
) -> list[Number]:
    """The numbers written in digits, left to right, without spelled-out ones.

    `scanned` are the quantities of the text if already known.

    >>> [(n.text, int(n.value)) for n in find_numbers("5.4 million km in the SU7", "en")]
    [('5.4 million', 5400000)]
    """
    found = []
    for q in find_quantities(text, language) if scanned is None else scanned:
        if q.spelled:
            continue
        unit = text[q.start + len(q.run) : q.end].strip() if q.scale else ""
        end = q.end
        percent = _PERCENT.match(text, end)
        if percent:
            unit, end = percent.group(1), percent.end()
        found.append(Number(q.start, end, text[q.start : end], q, unit))
    return found
