"""Units behind numbers: "800 kilometers", "170 km/h", "5.5 percent", 时速170公里.

CLDR has the names and patterns of every language; the `units:` part of a locale file has
what CLDR words as no one speaks, and further spellings that are only read. A unit is
never converted into another one.
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

from speechsubs.language import locales
from speechsubs.language.locale_rules import NO_NAMES
from speechsubs.language.locales import Locale
from speechsubs.quantities.cjk import is_cjk
from speechsubs.quantities.digits import SPACES, known, normalize_digits, trim_zeros
from speechsubs.quantities.format import cldr_name, format_digits, format_scaled, plural_category
from speechsubs.quantities.numerals import Quantity, find_quantities

PERCENT = "percent"
NBSP = "\u00a0"
#: The units that are known, with CLDR's name for each. A percentage is one of them.
CLDR: Mapping[str, str] = {
    "kilometer": "length-kilometer", "meter": "length-meter",
    "centimeter": "length-centimeter", "millimeter": "length-millimeter",
    "nanometer": "length-nanometer", "mile": "length-mile", "yard": "length-yard",
    "foot": "length-foot", "inch": "length-inch",
    "square-kilometer": "area-square-kilometer", "square-meter": "area-square-meter",
    "hectare": "area-hectare", "acre": "area-acre",
    "kilometer-per-hour": "speed-kilometer-per-hour", "mile-per-hour": "speed-mile-per-hour",
    "meter-per-second": "speed-meter-per-second",
    "tonne": "mass-tonne", "kilogram": "mass-kilogram", "gram": "mass-gram",
    "liter": "volume-liter", "milliliter": "volume-milliliter",
    "cubic-meter": "volume-cubic-meter", "gallon": "volume-gallon",
    "degree": "angle-degree", "celsius": "temperature-celsius",
    "fahrenheit": "temperature-fahrenheit",
    "horsepower": "power-horsepower", "watt": "power-watt", "kilowatt": "power-kilowatt",
    "megawatt": "power-megawatt", "gigawatt": "power-gigawatt",
    "kilowatt-hour": "energy-kilowatt-hour", "newton-meter": "torque-newton-meter",
    "volt": "electric-volt", "ampere": "electric-ampere",
    "hertz": "frequency-hertz", "kilohertz": "frequency-kilohertz",
    "megahertz": "frequency-megahertz", "gigahertz": "frequency-gigahertz",
    "kilobyte": "digital-kilobyte", "megabyte": "digital-megabyte",
    "gigabyte": "digital-gigabyte", "terabyte": "digital-terabyte",
    "millisecond": "duration-millisecond", "second": "duration-second",
    "minute": "duration-minute", "hour": "duration-hour",
}  # fmt: skip
#: Symbols that every language reads. Those of one letter, and those that are words ("in",
#: "mi", "pi"), are only written: "5 in the morning" has no inches.
_SYMBOLS: Mapping[str, str] = {
    "km": "kilometer", "cm": "centimeter", "mm": "millimeter", "nm": "nanometer",
    "km²": "square-kilometer", "km2": "square-kilometer", "m2": "square-meter",
    "m²": "square-meter", "m³": "cubic-meter",
    "km/h": "kilometer-per-hour", "kmh": "kilometer-per-hour", "kph": "kilometer-per-hour",
    "km/hr": "kilometer-per-hour",
    "mph": "mile-per-hour", "m/s": "meter-per-second", "kg": "kilogram", "ml": "milliliter",
    "°C": "celsius", "°F": "fahrenheit", "℃": "celsius", "℉": "fahrenheit", "kW": "kilowatt",
    "MW": "megawatt", "GW": "gigawatt", "kWh": "kilowatt-hour", "Nm": "newton-meter",
    "N⋅m": "newton-meter", "N·m": "newton-meter", "Hz": "hertz", "kHz": "kilohertz",
    "MHz": "megahertz", "GHz": "gigahertz", "KB": "kilobyte", "kB": "kilobyte",
    "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte", "ms": "millisecond", "%": PERCENT,
}  # fmt: skip
#: Values that between them have every plural category of every language.
_SAMPLES = tuple(map(Decimal, ("1", "2", "3", "5", "11", "100", "1.5")))
_NUMBER = re.compile(r"[\d.,\u00a0\u202f]*\d")
#: Names that end in a letter of a script without blanks may be followed by anything.
_WORD_END = r"(?![^\W_\u0e00-\u0e7f\u3040-\u9fff\uac00-\ud7af])"


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its unit, where both stand. `short`: the unit was a symbol.

    `number` is the quantity alone: its span, value and scale word. `sign` is -1 for
    "-38 °C".
    """

    start: int
    end: int
    text: str
    unit: str
    short: bool
    number: Quantity
    sign: int = 1

    @property
    def identity(self) -> Hashable:
        """Equal for the same value in the same unit."""
        return Measure, self.value, self.unit

    @property
    def value(self) -> Decimal:
        """The exact value in this unit."""
        return trim_zeros(self.written)

    @property
    def written(self) -> Decimal:
        """The value with the decimal places that were said: "9.0 seconds"."""
        return self.number.value if self.sign > 0 else self.number.value.copy_negate()


@dataclass(frozen=True, slots=True)
class _Reader:
    """What stands before and behind a number in a language, longest names first."""

    behind: re.Pattern[str]
    before: re.Pattern[str] | None
    names: Mapping[str, str]
    prefixed: Mapping[tuple[str, str], str]


def find_measures(
    text: str, language: str, scanned: Iterable[Quantity] | None = None
) -> tuple[Measure, ...]:
    """The measures of a text, left to right, percentages included.

    `scanned` are the quantities of the text where they are known already.

    >>> [(m.text, str(m.value), m.unit) for m in find_measures("5.4 million km at 9%", "en")]
    [('5.4 million km', '5400000', 'kilometer'), ('9%', '9', 'percent')]
    """
    flat = normalize_digits(text)
    reader = _reader(language)
    found: list[Measure] = []
    for quantity in find_quantities(flat, language) if scanned is None else scanned:
        measure = _measure(text, flat, quantity, reader)
        if measure is not None and (not found or measure.start >= found[-1].end):
            found.append(measure)
    return tuple(found)


def measure_at(text: str, quantity: Quantity, language: str) -> Measure | None:
    """The measure that a quantity makes with a unit in another language's words.

    `quantity` stands in `text`, which an engine left half translated.
    """
    return _measure(text, normalize_digits(text), quantity, _reader(language))


def unit_spellings(unit: str, locale: Locale) -> frozenset[str]:
    """The names of a unit in the locale, in lower case and without the number."""
    return frozenset(s.replace("#", "").strip(SPACES).lower() for s in _spellings(unit, locale))


def _measure(text: str, flat: str, quantity: Quantity, reader: _Reader) -> Measure | None:
    start, end = quantity.start, quantity.end
    behind = reader.behind.match(flat, end)
    before = None
    if reader.before is not None:
        before = reader.before.search(flat, max(0, start - 8), start)
    name = behind.group("name").replace(" /", "/").replace("/ ", "/") if behind else ""
    key = name if name in _SYMBOLS else name.lower()
    unit = reader.names.get(key, "")
    if before:
        word = before.group(1).lower()
        unit_there = reader.prefixed.get((word, key)) or reader.prefixed.get((word, ""))
        if unit_there:
            unit, start = unit_there, before.start()
            if not reader.prefixed.get((word, key)):
                behind = None
    if not unit:
        return None
    if behind:
        end = behind.end()
    sign = 1
    if start and flat[start - 1] == "-" and not flat[max(0, start - 2) : start - 1].isalnum():
        sign, start = -1, start - 1
    short = name in _SYMBOLS or "/" in name or (len(name) == 2 and name.isascii())
    return Measure(start, end, text[start:end], unit, short, quantity, sign)


@cache
def _reader(language: str) -> _Reader:
    names = dict(_SYMBOLS)
    prefixed: dict[tuple[str, str], str] = {}
    tags = ("zh-CN", "zh-TW") if language == "zh" else (language,)
    for tag in tags if known(language) else ():
        locale = locales.load(tag)
        for unit in (*CLDR, PERCENT):
            for spelling in _spellings(unit, locale):
                head, _, tail = spelling.partition("#")
                head, tail = head.strip(SPACES).lower(), tail.strip(SPACES)
                if head:
                    prefixed.setdefault((head, tail.lower()), unit)
                elif tail in _SYMBOLS or len(tail) > 1 or (tail and is_cjk(tail)):
                    names.setdefault(tail if tail in _SYMBOLS else tail.lower(), unit)
    words = sorted(names, key=len, reverse=True)
    words += sorted({tail for _, tail in prefixed if tail} - set(words), key=len, reverse=True)
    link = r"(?:(?:de|di|do|des)[ \u00a0]|d['’])?"
    closed = "|".join(_alternative(word) for word in words if not _open(word))
    open_ = "|".join(_alternative(word) for word in words if _open(word))
    # One lookahead for all: compiling it for each word takes longer than reading an hour.
    name = rf"(?P<name>(?:{closed}){_WORD_END}|{open_})"
    behind = re.compile(rf"[{SPACES}-]?{link}{name}")
    heads = sorted({head for head, _ in prefixed}, key=len, reverse=True)
    before = None
    if heads:
        choice = "|".join(map(re.escape, heads))
        before = re.compile(rf"({choice})[{SPACES}]?$", re.IGNORECASE)
    return _Reader(behind, before, names, prefixed)


def _alternative(word: str) -> str:
    body = re.escape(word).replace(r"\ ", f"[{SPACES}]").replace("/", " ?/ ?")
    return body if word in _SYMBOLS else f"(?i:{body})"


def _open(word: str) -> bool:
    """True where letters may follow: no blank parts words, or the name ends in a sign."""
    return is_cjk(word[-1]) or "\u0e00" <= word[-1] <= "\u0e7f" or not word[-1].isalnum()


def _spellings(unit: str, locale: Locale) -> list[str]:
    """Every pattern of a unit that a text may hold, with # for the number."""
    names = locale.units.get(unit, NO_NAMES)
    found = [_pattern(word, locale) for word in names.also]
    for short in (False, True):
        own = bool(names.short if short else names.long)
        listed = [*unit_patterns(unit, short, locale).values()]
        if unit != PERCENT:
            listed += _cldr(unit, "short" if short else "long", locale).values()
        # CLDR's symbols of two letters are words somewhere: "in", "mi", "pi", "po".
        found += [
            form for form in listed if own or len(form.strip(f"#.{SPACES}")) > 2 or _far(form)
        ]
    return found


def _far(pattern: str) -> bool:
    """True for a name in a script where two letters are a word of their own."""
    return not pattern.strip(f"#.{SPACES}").isascii()


@cache
def _forms(unit: str, short: bool, tag: str) -> Mapping[str, str]:
    locale = locales.load(tag)
    if unit == PERCENT:
        return {"other": _percent(locale)}
    names = locale.units.get(unit, NO_NAMES)
    if own := names.short if short else names.long:
        return {kind: _pattern(form, locale) for kind, form in own.items()}
    return _cldr(unit, "short" if short else "long", locale) or _cldr(unit, "short", locale)


def unit_patterns(unit: str, short: bool, locale: Locale) -> Mapping[str, str]:
    """The patterns of a unit by plural category, # for the number: "# kilómetros"."""
    return _forms(unit, short, locale.tag)


def _pattern(text: str, locale: Locale) -> str:
    """A pattern from the locale file, where # is only written if it is not in front."""
    if "#" in text:
        return text
    return f"#{NBSP}{text}" if locale.numbers.unit_space else f"#{text}"


def _percent(locale: Locale) -> str:
    from babel.numbers import format_percent  # heavy, see `format.plural_category`

    text = str(format_percent(0.01, locale=cldr_name(locale.tag)))
    return _NUMBER.sub("#", text, count=1).replace("\u200e", "")


def _cldr(unit: str, length: Literal["long", "short"], locale: Locale) -> dict[str, str]:
    """CLDR's patterns by plural category; none where Babel has no name of this length."""
    from babel import Locale as Babel
    from babel.units import format_unit  # heavy, see `format.plural_category`

    name = cldr_name(locale.tag)
    plural = Babel.parse(name).plural_form
    found: dict[str, str] = {}
    for value in _SAMPLES:
        text = str(format_unit(value, CLDR[unit], length, locale=name))
        if CLDR[unit] in text:
            continue
        pattern, count = _NUMBER.subn("#", text, count=1)
        if not count:
            continue  # Arabic says one and two without a number.
        if locale.words == "phrases" and not locale.numbers.unit_space:
            pattern = re.sub(f"[{SPACES}]", "", pattern)
        else:
            pattern = re.sub(rf"(?<=#)[{SPACES}]|[{SPACES}](?=#)", NBSP, pattern)
        found.setdefault(str(plural(value)), pattern)
    return found


def render_measure(measure: Measure, locale: Locale) -> str:
    """The measure as the locale writes it, in the same unit: never converted or rounded.

    A scale word stays one; Chinese, Japanese and Korean count in exact myriads.

    >>> from speechsubs.language.locales import load
    >>> (one,) = find_measures("5.4 million kilometers", "en")
    >>> render_measure(one, load("zh-CN")), render_measure(one, load("es")).replace("\\u00a0", " ")
    ('540万公里', '5,4 millones de kilómetros')
    """
    value = measure.written
    if measure.unit == PERCENT:
        return unit_patterns(PERCENT, True, locale)["other"].replace(
            "#", format_digits(value, locale)
        )
    number, power = format_scaled(value, measure.number.scale, locale)
    found = unit_patterns(measure.unit, measure.short, locale)
    kind = locale.money.after_scale if power else plural_category(value, locale)
    pattern = found.get(kind) or found.get("other") or next(iter(found.values()))
    if power:
        pattern = pattern.replace(f"#{NBSP}", f"#{NBSP}{_link(pattern, locale)}")
    return pattern.replace("#", number)


def _link(pattern: str, locale: Locale) -> str:
    """What stands between a scale word and a name: "de" in "5 millones de kilómetros"."""
    link, before_vowel = locale.money.link, locale.money.link_vowel
    if not link:
        return ""
    if before_vowel and pattern.lstrip(f"#{NBSP}")[:1].lower() in "aàâeéèêhioôuûœ":
        return before_vowel
    return link + NBSP
