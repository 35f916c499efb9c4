"""Numeric placeables of a text, and rendering of quantities and amounts for a locale.

Rendering never converts and never rounds.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext

from speechsubs.language.locales import Locale
from speechsubs.model import Money, Placeable, PlaceableKind, Value
from speechsubs.quantities.currencies import Amount
from speechsubs.quantities.dates import Date, render_date
from speechsubs.quantities.digits import EXACT, rules, shift, trim_zeros
from speechsubs.quantities.format import cldr_name, format_digits, format_scaled, plural_category
from speechsubs.quantities.lenient import SpelledNumber
from speechsubs.quantities.numerals import Number
from speechsubs.quantities.parse import Quantities, parse
from speechsubs.quantities.repair import localize, number_edit
from speechsubs.quantities.times import Time, render_time
from speechsubs.quantities.units import Measure, render_measure

#: A parsed quantity of any kind.
Quantified = Date | Time | Measure | SpelledNumber | Number


def find_numeric_placeables(
    read: Quantities, dates: bool = True, units: bool = True
) -> Iterator[Placeable]:
    """Dates, times, measures and numbers of a text; they may overlap.

    `dates` and `units` False leave dates, and times and units, to the engine: their
    numbers stay numbers.

    >>> [p.text for p in find_numeric_placeables(parse("at 4:13 p.m. for 800 km", "en"))]
    ['4:13 p.m.', '800 km', '4', '13', '800']
    """
    if dates:
        for date in read.dates:
            if date.day is not None:
                yield _placeable(date.start, date.end, read.text, date)
    if units:
        for time in read.times:
            if time.marked:
                yield _placeable(time.start, time.end, read.text, time)
        for measure in read.measures:
            if not measure.number.spelled:
                yield _placeable(measure.start, measure.end, read.text, measure)
    for one in read.words:
        if one.strong and one.end:
            yield _placeable(one.start, one.end, read.text, one)
    for number in read.numbers:
        yield _placeable(number.start, number.end, read.text, number)


def _placeable(start: int, end: int, text: str, value: Quantified) -> Placeable:
    return Placeable(PlaceableKind.NUMBER, start, end, text[start:end], value)


def render_value(value: Quantified, source_language: str, locale: Locale) -> str:
    """Write for a locale a value that was read in a text in the source language.

    >>> from speechsubs.language.locales import load
    >>> (time,) = parse("at 4:13 p.m.", "en").times
    >>> render_value(time, "en", load("es"))
    '16:13'
    """
    match value:
        case Date():
            return render_date(value, locale)
        case Time():
            return render_time(value, locale)
        case Measure():
            return render_measure(value, locale)
        case SpelledNumber():
            return format_scaled(value.value, value.scale, locale)[0]
        case Number():
            return localize_number(value, source_language, locale)


#: Letters that are a scale next to a currency. In a number that is no part of an amount,
#: "m" and "mm" are units and the others belong to a name: "TMX 1.4b".
_SCALE_LETTERS = frozenset("kKmMbBtT") | {"mm"}
_UNIT_LETTERS = ("m", "mm")


def localize_number(number: Number, source_language: str, locale: Locale) -> str:
    """The text of a number with the locale's digits, separators and scale word."""
    read = number.quantity
    if number.unit_word in _SCALE_LETTERS:
        if number.unit_word not in _UNIT_LETTERS:
            return number.text
        read = replace(read, end=read.start + len(read.run), value=read.mantissa, scale=0)
    if not read.run:
        return number.text
    read = replace(read, start=read.start - number.start, end=read.end - number.start)
    edit = number_edit(number.text, read, rules(source_language), rules(locale.tag), locale)
    if edit is None:
        return number.text
    start, end, new = edit
    return f"{number.text[:start]}{new}{number.text[end:]}"


def render_reread(value: Value, text: str, source_language: str, locale: Locale) -> str:
    """Write for a locale a value from a file, which does not say how the value was written.

    Decimal places, scale words and symbols are read from its `text` in the source.
    """
    read = parse(text, source_language)
    found: Sequence[Quantified] = ()
    match value:
        case Date():
            found = read.dates
        case Time():
            found = read.times
        case Measure():
            found = read.measures
        case SpelledNumber() if len(read.scanned) == 1:
            return format_scaled(read.scanned[0].value, read.scanned[0].scale, locale)[0]
    if len(found) == 1:
        return render_value(found[0], source_language, locale)
    return localize(text, source_language, locale)


NBSP = "\u00a0"
#: Where 多 goes: behind digits that end in 0 (10多亿), else behind the scale word (1亿多).
_OVER_BEHIND = re.compile(r"[\d.,]*0(?!\d)|[\d.,]+[万亿萬億兆]*")
STYLES = ("name", "symbol", "code")
_VOWELS = "aàâeéèêoôuûœ"


def render_amount(amount: Amount, locale: Locale, style: str = "") -> str:
    """The amount in the locale's style, or in `style`: "name", "symbol" or "code".

    An amount that was written with a scale word keeps one ("10 mil millones de
    dólares"), one in full digits stays in digits; Chinese, Japanese and Korean count
    in exact myriads. A range is one phrase with an en dash. Spaces inside are
    no-break spaces. Raises `ValueError` for a style that does not exist.
    """
    if style and style not in STYLES:
        raise ValueError(f"unknown style {style!r}: use one of {', '.join(STYLES)}")
    currency = amount.values[0].currency
    style = style or locale.money.style(currency)
    scales = amount.scales or (0,) * len(amount.values)
    parts = [
        format_scaled(money.value, scale, locale)
        for money, scale in zip(amount.values, scales, strict=True)
    ]
    if len(parts) == 2:
        number, power, last = _joined(parts, amount.values, locale)
    else:
        number, power = parts[0]
        last = trim_zeros(amount.values[-1].value)
    inside = locale.money.over_inside
    if amount.approx and inside:
        number = _OVER_BEHIND.sub(rf"\g<0>{inside}", number, count=1)
    text = _with_currency(number, power, last, currency, locale, style)
    return locale.money.over.format(text) if amount.approx and not inside else text


def _joined(
    parts: list[tuple[str, int]], values: tuple[Money, ...], locale: Locale
) -> tuple[str, int, Decimal]:
    """One phrase for a range: the scale word is written once where both have it."""
    (low, low_power), (high, power) = parts
    if power and low_power == power:
        low = format_digits(trim_zeros(shift(values[0].value, -power)), locale)
    return f"{low}{locale.money.range_dash}{high}", power, trim_zeros(values[1].value)


def _with_currency(
    number: str, power: int, value: Decimal, currency: str, locale: Locale, style: str
) -> str:
    money = locale.money
    if style == "name":
        return _named(number, power, value, currency, locale)
    sign = currency if style == "code" else money.symbols.get(currency, currency)
    pattern = money.code if style == "code" else money.symbol
    if sign.isalpha() and "#¤" in pattern.replace(" ", ""):
        pattern = "# ¤"
    elif sign.isalpha():
        pattern = "¤ #"
    minus = number.startswith("-")
    body = pattern.replace(" ", NBSP).replace("#", number.removeprefix("-")).replace("¤", sign)
    return f"-{body}" if minus else body


def _named(number: str, power: int, value: Decimal, currency: str, locale: Locale) -> str:
    money = locale.money
    forms = money.currencies.get(currency)
    plural = money.after_scale if power else plural_category(value, locale)
    name = _babel_name(currency, value, locale)
    if forms:
        name = forms.of(plural)
    link = ""
    if money.link and (power or plural == "many") and locale.numbers.decimal == ",":
        vowel = money.link_vowel and name[0].lower() in _VOWELS
        link = money.link_vowel if vowel else money.link + NBSP
    return (
        money.name.replace(" ", NBSP)
        .replace("#", number)
        .replace("¤", link + name.replace(" ", NBSP))
    )


def _babel_name(currency: str, value: Decimal, locale: Locale) -> str:
    # Babel loads megabytes of locale data: only a run that writes amounts pays for it.
    from babel.numbers import get_currency_name

    with localcontext(EXACT):  # see `plural_category`
        return str(get_currency_name(currency, value, locale=cldr_name(locale.tag)))
