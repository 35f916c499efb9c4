"""Writing a value with a locale's digits, separators and myriads."""

from collections.abc import Mapping
from decimal import Decimal, localcontext
from functools import cache

from speechsubs.language.locale_rules import Forms
from speechsubs.language.locales import Locale
from speechsubs.quantities.digits import EXACT, rules, shift, trim_zeros


@cache
def cldr_name(tag: str) -> str:
    """CLDR's name for a locale; "root", which has only what all share, for one it lacks."""
    # Babel loads megabytes of locale data: only a run that writes numbers pays for it.
    from babel import Locale as Babel
    from babel import UnknownLocaleError

    name = tag.replace("-", "_")
    try:
        Babel.parse(name)
    except (UnknownLocaleError, ValueError):
        return "root"
    return name


def plural_category(value: Decimal, locale: Locale) -> str:
    """The plural category of a number: "one", "few", "other" ... (CLDR)."""
    from babel import Locale as Babel  # heavy, see `cldr_name`

    # The rules divide; with the usual 28 digits a longer number raises.
    with localcontext(EXACT):
        return str(Babel.parse(cldr_name(locale.tag)).plural_form(value.copy_abs()))


def format_digits(value: Decimal, locale: Locale, group: bool = True) -> str:
    """The value in full, grouped from as many digits as the locale asks for.

    Decimal places stay as they are in `value`.
    """
    whole, _, part = format(value.copy_abs(), "f").partition(".")
    if group and len(whole) >= locale.numbers.group_from:
        sign = locale.numbers.group
        head = len(whole) % 3
        groups = [whole[:head]] if head else []
        groups += [whole[i : i + 3] for i in range(head, len(whole), 3)]
        whole = sign.join(groups)
    text = whole + locale.numbers.decimal + part if part else whole
    return f"-{text}" if value < 0 else text


def format_myriads(value: Decimal, locale: Locale) -> str:
    """The value in 万 and 億, exact: "21.59万" (decimal) or "2万9,700" (mixed).

    Below ten thousand, or where no short form is exact, plain digits. The decimal
    form has at most two places, or four significant digits.
    """
    words = {power: entry.of("other") for power, entry in locale.numbers.scales.items()}
    size = value.copy_abs()
    if size < 10_000:
        return format_digits(value, locale, group=False)
    text = _decimal(size, words) if locale.numbers.myriads == "decimal" else ""
    if not text:
        text = _mixed(size, words, locale)
    if not text:
        return format_digits(value, locale)
    return f"-{text}" if value < 0 else text


def _decimal(size: Decimal, words: dict[int, str]) -> str:
    for power in sorted(words, reverse=True):
        if size >= shift(Decimal(1), power):
            short = trim_zeros(shift(size, -power))
            exponent = short.as_tuple().exponent
            places = -int(exponent)
            if places <= 2 or len(short.as_tuple().digits) <= 4:
                return f"{short:f}{words[power]}"
    return ""


def _mixed(size: Decimal, words: dict[int, str], locale: Locale) -> str:
    if size != size.to_integral_value() or size >= shift(Decimal(1), 16):
        return ""
    rest, parts = int(size), []
    for power in sorted(words, reverse=True):
        head, rest = divmod(rest, 10**power)
        if head:
            parts.append(f"{head}{words[power]}")
    if locale.numbers.myriads == "decimal" and (rest or len(parts) > 2):
        return ""
    if rest:
        parts.append(format_digits(Decimal(rest), locale, group=locale.numbers.myriads_grouped))
    return locale.numbers.myriads_gap.join(parts)


def format_scaled(value: Decimal, scale: int, locale: Locale) -> tuple[str, int]:
    """The number with its scale word, and the power of that word (0 for none)."""
    rule = rules(locale.tag)
    if rule.cjk:
        return format_myriads(value, locale), 0
    power = _power(value, scale, rule.scale_forms) if scale >= 4 and value else 0
    if not power:
        return format_digits(value, locale), 0
    mantissa = trim_zeros(shift(value, -power))
    forms = rule.scale_forms[power]
    word = forms.of(plural_category(mantissa, locale))
    return format_digits(mantissa, locale) + "\u00a0" + word.replace(" ", "\u00a0"), power


def _power(value: Decimal, written: int, forms: Mapping[int, Forms]) -> int:
    """The scale word for a value: the largest that leaves a short number before it.

    A word in two parts ("mil millones") takes a whole number from ten on, as CLDR
    has it: "10 mil millones", but "1500 millones".
    """
    size = value.copy_abs()
    for power in (12, 9, 6):
        if power not in forms or size < shift(Decimal(1), power):
            continue
        mantissa = trim_zeros(shift(size, -power))
        whole = mantissa == mantissa.to_integral_value()
        if " " in forms[power].of("other") and not (whole and mantissa >= 10):
            continue
        if len(format(mantissa, "f").partition(".")[2]) <= (3 if written > 4 else 2):
            return power
    return written if written in forms and written >= 6 and size >= shift(Decimal(1), 3) else 0
