"""Verbalise numbers, amounts and codes in English: all common spoken forms.

A written token often has several ("2021": twenty twenty-one, two thousand twenty-one).
The decoder gets all of them and picks the one that was said.
"""

import re
from itertools import product
from typing import Final

_ONES: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
_TENS: Final = (
    "zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"
)  # fmt: skip
_GROUPS: Final = ("", "thousand", "million", "billion", "trillion")
_ORDINALS: Final = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
_MONEY: Final = {
    "$": ("dollars", "dollar"), "€": ("euros", "euro"), "£": ("pounds", "pound"),
    "¥": ("yen", "yuan"), "￥": ("yuan", "yen"), "₩": ("won",), "₹": ("rupees",),
}  # fmt: skip
_SCALES: Final = frozenset(["hundred", *_GROUPS[1:], "bn", "m", "k"])
_SIGNS: Final = {
    "%": ("percent",), "&": ("and",), "+": ("plus",), "=": ("equals",), "@": ("at",),
    "°": ("degrees",), "#": ("number",), "×": ("times",), "§": ("section",),
}  # fmt: skip
_NUMBER: Final = re.compile(r"\d{1,3}(?:[,\u202f\u00a0']\d{3})+(?:\.\d+)?|\d+(?:[.:]\d+)?")
_PART: Final = re.compile(rf"(?:{_NUMBER.pattern})|[^\W\d_]+(?:'[^\W\d_]+)?|[%&+=@°#×§$€£¥￥₩₹]")
#: Longer numbers are verbalised digit by digit, up to `_MAX_DIGITS`.
_MAX_CARDINAL_DIGITS: Final = 15
_MAX_DIGITS: Final = 40
_MAX_SPELLED_DIGITS: Final = 8
_MAX_FORMS: Final = 8

SpokenForm = tuple[str, ...]


def cardinal_words(value: int, link: bool = False) -> SpokenForm:
    """The words of a number below 10**15. With `link` there is an "and" after hundreds.

    >>> " ".join(cardinal_words(215_900)), " ".join(cardinal_words(105, link=True))
    ('two hundred fifteen thousand nine hundred', 'one hundred and five')
    """
    if value < 20:
        return (_ONES[value],)
    words: list[str] = []
    for power in range(len(_GROUPS) - 1, -1, -1):
        group = value // 1_000**power % 1_000
        if not group:
            continue
        if group >= 100:
            words += [_ONES[group // 100], "hundred"]
        rest = group % 100
        if rest and link and words and not (power and group < 100):
            words.append("and")
        if rest >= 20:
            words.append(_TENS[rest // 10])
            rest %= 10
        if rest:
            words.append(_ONES[rest])
        if power:
            words.append(_GROUPS[power])
    return tuple(words)


def ordinal_words(value: int) -> SpokenForm:
    """The words of a rank below 10**15.

    >>> ordinal_words(21), ordinal_words(30)
    (('twenty', 'first'), ('thirtieth',))
    """
    *before, last = cardinal_words(value)
    if last in _ORDINALS:
        return (*before, _ORDINALS[last])
    return (*before, last[:-1] + "ieth" if last.endswith("y") else last + "th")


def verbalize(token: str) -> list[SpokenForm]:
    """The spoken forms of a token with digits or signs, most likely first; else [].

    Words that are no numbers stay as they are: the caller pronounces them, single
    letters as letters.

    >>> verbalize("$10")
    [('ten', 'dollars'), ('ten',), ('dollars', 'ten'), ('ten', 'dollar')]
    >>> verbalize("2021")[:2]
    [('twenty', 'twenty', 'one'), ('two', 'thousand', 'twenty', 'one')]
    >>> verbalize("SU7"), verbalize("4S")
    ([('S', 'U', 'seven'), ('SU', 'seven')], [('four', 'S')])
    """
    parts = _PART.findall(token)[:20]
    if not any(p[0].isdigit() or p in _SIGNS or p in _MONEY for p in parts):
        return []
    money = [p for p in parts if p in _MONEY]
    spoken = [p for p in parts if p not in _MONEY]
    alone = sum(p[0].isdigit() for p in spoken) == 1 and len(spoken) == 1
    choices = [_part_forms(p, token, alone and not money) for p in spoken]
    found = list(dict.fromkeys(_combine(choices)))
    if money:
        found = _add_currency(found, _MONEY[money[0]])
        country = spoken[0] if spoken and parts[0] == spoken[0] and spoken[0].isupper() else ""
        if country and len(spoken) > 1:
            found = _country_forms(country, spoken[1], token, _MONEY[money[0]][0]) + found
    return found[:_MAX_FORMS]


def currency_word(token: str) -> str:
    """The word for the first currency sign in a token, or an empty string.

    >>> currency_word("US$10"), currency_word("ten")
    ('dollars', '')
    """
    return next((_MONEY[c][0] for c in token[:_MAX_DIGITS] if c in _MONEY), "")


def is_scale(token: str) -> bool:
    """True for words that come between an amount and its currency in speech.

    >>> is_scale("billion,"), is_scale("bn"), is_scale("cars")
    (True, True, False)
    """
    return token.strip(".,;:!?\"'”’)").casefold() in _SCALES


def _combine(choices: list[list[SpokenForm]]) -> list[SpokenForm]:
    # The first choice of every part, then each alternative on its own: the product of all
    # would explode for "1-2-3-4".
    if len(choices) <= 2:
        return [tuple(w for r in row for w in r) for row in product(*choices)]
    first = [c[0] for c in choices]
    rows = [first]
    for at, choice in enumerate(choices):
        rows += [[*first[:at], other, *first[at + 1 :]] for other in choice[1:]]
    return [tuple(w for r in row for w in r) for row in rows]


def _add_currency(found: list[SpokenForm], names: tuple[str, ...]) -> list[SpokenForm]:
    many = names[0]
    result: list[SpokenForm] = []
    for form in found[:2] or [()]:
        result += [(*form, many), form, (many, *form)]
    result += [(*form, other) for form in found[:1] for other in names[1:]]
    return [r for r in dict.fromkeys(result) if r]


def _country_forms(country: str, number: str, token: str, name: str) -> list[SpokenForm]:
    """The forms of an amount with a country, "US$5": five U S dollars, U S dollars five."""
    if not number[0].isdigit():
        return []
    value, *_ = _number_forms(number, token, False)
    letters = tuple(country)
    return [(*value, *letters, name), (*letters, name, *value), (country, name, *value)]


def _part_forms(part: str, token: str, alone: bool) -> list[SpokenForm]:
    if part in _SIGNS:
        return [_SIGNS[part]]
    if not part[0].isdigit():
        if part.lower() in ("st", "nd", "rd", "th") and token[0].isdigit():
            return [()]
        if len(part) > 1 and part.isupper():
            return [tuple(part), (part,)]
        return [(part,)]
    return _number_forms(part, token, alone)


def _number_forms(part: str, token: str, alone: bool) -> list[SpokenForm]:
    whole, _, fraction = re.sub(r"[,'\u202f\u00a0]", "", part).replace(":", ".").partition(".")
    if len(whole) > _MAX_CARDINAL_DIGITS or (len(whole) > 1 and whole[0] == "0"):
        digits = tuple(_ONES[int(c)] for c in whole[:_MAX_DIGITS])
        return [digits, tuple("oh" if w == "zero" else w for w in digits)]
    value = int(whole)
    if re.search(r"\d(?:st|nd|rd|th)\b", token, re.IGNORECASE):
        return [ordinal_words(value)]
    found = [cardinal_words(value)]
    if fraction:
        return _fraction_forms(found[0], fraction[:_MAX_DIGITS])
    if len(whole) == 4 and "," not in part and 1_100 <= value <= 2_099:
        found = _year_forms(value) + found
    linked = cardinal_words(value, link=True)
    found.append(linked)
    if alone and 1 <= value <= 31:
        found.append(ordinal_words(value))
    if len(whole) == 3 and value % 100 > 9:
        found.append((_ONES[value // 100], *cardinal_words(value % 100)))
    if 3 <= len(whole) <= _MAX_SPELLED_DIGITS:
        # Codes, flight numbers and synthesised amounts are read digit by digit.
        digits = tuple(_ONES[int(c)] for c in whole)
        found += [digits, tuple("oh" if w == "zero" else w for w in digits)]
    return list(dict.fromkeys(found))


def _year_forms(value: int) -> list[SpokenForm]:
    high, low = divmod(value, 100)
    if low == 0:
        return [(*cardinal_words(high), "hundred")] if high % 10 else []
    middle = ("oh",) if low < 10 else ()
    return [(*cardinal_words(high), *middle, *cardinal_words(low))]


def _fraction_forms(whole: SpokenForm, fraction: str) -> list[SpokenForm]:
    digits = tuple(_ONES[int(c)] for c in fraction)
    found = [(*whole, "point", *digits)]
    if len(fraction) == 2:
        found.append((*whole, *cardinal_words(int(fraction))))
        found.append((*whole, "point", *cardinal_words(int(fraction))))
    return found
