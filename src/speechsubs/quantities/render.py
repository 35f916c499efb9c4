"""Numeric slots of a text, and rendering of quantities and amounts for a locale.

Files store a slot's key, which is independent of its spelling: "date:2021-03-30",
"time:16:13", "unit:5400000 kilometer", "unit:55 percent", "count:32000" for a number in
words, or a bare value. Rendering never converts and never rounds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from speechsubs.language.locales import Locale
from speechsubs.model import Money
from speechsubs.quantities.currencies import Amount
from speechsubs.quantities.dates import Date, render_date
from speechsubs.quantities.digits import shift, trim_zeros
from speechsubs.quantities.format import cldr_name, format_digits, format_scaled, plural_category
from speechsubs.quantities.lenient import SpelledNumber
from speechsubs.quantities.numerals import Number
from speechsubs.quantities.parse import Quantities, parse
from speechsubs.quantities.repair import localize
from speechsubs.quantities.times import Time, render_time
from speechsubs.quantities.units import Measure, render_measure

#: A parsed quantity of any kind.
Value = Date | Time | Measure | SpelledNumber | Number


@dataclass(frozen=True, slots=True)
class NumericSpan:
    """A number with its unit or context. Spans of one text may overlap."""

    start: int
    end: int
    text: str
    value: Value

    @property
    def key(self) -> str:
        """The value as stored in files."""
        match self.value:
            case Date() as date:
                return _date_key(date)
            case Time() as time:
                return f"time:{time.hour:02}:{time.minute:02}"
            case Measure() as measure:
                return f"unit:{measure.value:f} {measure.unit}"
            case SpelledNumber() as count:
                return f"count:{count.value:f}"
            case number:
                return format(number.value, "f")


def find_numeric_spans(
    read: Quantities, dates: bool = True, units: bool = True
) -> Iterator[NumericSpan]:
    """Dates, times, measures and numbers of a text that are written in digits.

    `dates` and `units` False leave dates, and times and units, to the engine: their
    numbers stay numbers.

    >>> [s.key for s in find_numeric_spans(parse("at 4:13 p.m. for 800 km", "en")) if ":" in s.key]
    ['time:16:13', 'unit:800 kilometer']
    """
    if dates:
        for date in read.dates:
            if date.day is not None:
                yield NumericSpan(date.start, date.end, date.text, date)
    if units:
        for time in read.times:
            if time.marked:
                yield NumericSpan(time.start, time.end, time.text, time)
        for measure in read.measures:
            if not measure.number.spelled:
                yield NumericSpan(measure.start, measure.end, measure.text, measure)
    for one in read.words:
        if one.strong and one.end:
            yield NumericSpan(one.start, one.end, read.text[one.start : one.end], one)
    for number in read.numbers:
        yield NumericSpan(number.start, number.end, number.text, number)


def _date_key(date: Date) -> str:
    """ISO 8601, without the year where none was said: "date:2021-03-30", "date:--03-30"."""
    year = f"{date.year:04}" if date.year is not None else "-"
    return f"date:{year}-{date.month:02}-{date.day:02}"


def render_value(value: Value, text: str, source_language: str, locale: Locale) -> str:
    """Render for a locale a value written as `text` in the source."""
    match value:
        case Date():
            return render_date(value, locale)
        case Time():
            return render_time(value, locale)
        case Measure():
            return render_measure(value, locale)
        case SpelledNumber():
            # A count keeps its scale word, which only its digits' own reading knows.
            return render_key("count:", text, source_language, locale)
        case Number():
            return localize(text, source_language, locale)


def render_key(key: str, text: str, source_language: str, locale: Locale) -> str:
    """Render for a locale a stored slot, from its key and text.

    >>> from speechsubs.language.locales import load
    >>> render_key("time:16:13", "4:13 p.m.", "en", load("es"))
    '16:13'
    """
    kind, read = key.partition(":")[0], parse(text, source_language)
    if kind == "date" and len(read.dates) == 1:
        return render_date(read.dates[0], locale)
    if kind == "time" and len(read.times) == 1:
        return render_time(read.times[0], locale)
    if kind == "unit" and len(read.measures) == 1:
        return render_measure(read.measures[0], locale)
    if kind == "count" and len(read.scanned) == 1:
        return format_scaled(read.scanned[0].value, read.scanned[0].scale, locale)[0]
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

    return str(get_currency_name(currency, value, locale=cldr_name(locale.tag)))
