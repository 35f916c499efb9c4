"""Writing an amount the way a locale does. Never converts, never rounds."""

import re
from decimal import Decimal

from speechsubs.locales import Locale
from speechsubs.model import Money
from speechsubs.money.amount import Amount
from speechsubs.numbers.notation import shift, trimmed
from speechsubs.numbers.written import category, cldr, digits, scaled

NBSP = "\u00a0"
#: Where 多 goes: behind digits that end in 0 (10多亿), else behind the scale word (1亿多).
_OVER_BEHIND = re.compile(r"[\d.,]*0(?!\d)|[\d.,]+[万亿萬億兆]*")
STYLES = ("name", "symbol", "code")
_VOWELS = "aàâeéèêoôuûœ"


def render(amount: Amount, locale: Locale, style: str = "") -> str:
    """The amount in the locale's style, or in `style`: "name", "symbol" or "code".

    An amount that was written with a scale word keeps one ("10 mil millones de
    dólares"), one in full digits stays in digits; Chinese, Japanese and Korean count
    in exact myriads. A range is one phrase with an en dash. Spaces inside are
    no-break spaces. Raises `ValueError` for a style that does not exist.
    """
    if style and style not in STYLES:
        raise ValueError(f"no style {style!r}: use one of {', '.join(STYLES)}")
    currency = amount.values[0].currency
    style = style or locale.money.style(currency)
    scales = amount.scales or (0,) * len(amount.values)
    parts = [
        scaled(money.value, scale, locale)
        for money, scale in zip(amount.values, scales, strict=True)
    ]
    if len(parts) == 2:
        number, power, last = _joined(parts, amount.values, locale)
    else:
        number, power = parts[0]
        last = trimmed(amount.values[-1].value)
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
        low = digits(trimmed(shift(values[0].value, -power)), locale)
    dash = "～" if locale.language == "ja" else "–"
    return f"{low}{dash}{high}", power, trimmed(values[1].value)


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
    plural = money.after_scale if power else category(value, locale)
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

    return str(get_currency_name(currency, value, locale=cldr(locale.tag)))
