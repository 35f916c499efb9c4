"""Number notation by language, from the `numbers:` section of the locale files.

Parses runs of digits and separators: "1,234.5", "1.234,5", "30 000".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cache

from speechsubs.errors import UnknownLocaleError
from speechsubs.language import locales
from speechsubs.language.locale_rules import Forms
from speechsubs.language.locales import Locale

#: Spaces allowed between a number and its unit or scale word.
SPACES = " \u00a0\u202f\u2009"


def any_of(words: Iterable[str]) -> str:
    """A pattern of any of the words, which matches nothing where there are none.

    A star in a word matches any letters, and a space any kind of space.

    >>> re.findall(any_of(["halb*", "a few"]), "halben, a\u00a0few")
    ['halben', 'a\xa0few']
    """
    ordered = sorted(words, key=len, reverse=True)
    body = "|".join(
        re.escape(w).replace(r"\ ", f"[{SPACES}]").replace(r"\*", r"\w*") for w in ordered
    )
    return body or "(?!)"


#: One character for one character, so that offsets stay true.
_PLAIN = {
    **{0xFF10 + n: str(n) for n in range(10)},
    **{0x0660 + n: str(n) for n in range(10)},
    **{0x06F0 + n: str(n) for n in range(10)},
    ord("．"): ".",
    ord("٫"): ".",
    ord("٬"): "\u2019",  # groups in every language, as the apostrophe does
    ord("￥"): "¥",
    ord("＄"): "$",
    ord("￡"): "£",
    ord("￠"): "¢",
    ord("−"): "-",
    ord("％"): "%",
    ord("\u2011"): "-",
}


def normalize_digits(text: str) -> str:
    """The text with full-width and Arabic-Indic digits and signs as ASCII, same length."""
    return _WIDE_COMMA.sub(",", text).translate(_PLAIN)


#: Between wide digits it groups; between ordinary ones it parts: "2020，2021年".
_WIDE_COMMA = re.compile("(?<=[０-９])[，、](?=[０-９]{3}(?![０-９]))")


@dataclass(frozen=True, slots=True)
class Rules:
    """The number notation of a language. See `locales/root.yml` for the fields."""

    language: str
    decimal: str
    groups: str
    spaces: bool
    group_from: int
    myriads: str
    scales: Mapping[str, int]
    """Scale words in lower case, with their powers of ten."""
    scale_forms: Mapping[int, Forms]
    """The words that are written, by power."""

    @property
    def cjk(self) -> bool:
        """True where words are not parted by spaces and myriads count."""
        return bool(self.myriads)


def rules_for(language: str) -> Locale:
    """The locale of a language; the English one if unknown.

    The signs and codes in it hold everywhere; unknown languages get no words, see
    `known`.
    """
    try:
        return locales.load(language)
    except UnknownLocaleError:
        return locales.load("en")


def known(language: str) -> bool:
    """Whether there is a locale file for the language."""
    try:
        locales.resolve(language)
    except UnknownLocaleError:
        return False
    return True


@cache
def rules(language: str) -> Rules:
    """The number rules of a language (or tag); neutral ones for an unknown language."""
    numbers = rules_for(language).numbers
    scales: dict[str, int] = {}
    forms: dict[int, Forms] = {}
    if known(language):
        forms = {power: entry for power, entry in numbers.scales.items() if entry.written}
        for power, entry in numbers.scales.items():
            for word in entry.spellings:
                scales.setdefault(word if len(word) == 1 else word.lower(), power)
    return Rules(
        language=language,
        decimal=numbers.decimal,
        groups=numbers.groups,
        spaces=numbers.spaces,
        group_from=numbers.group_from,
        myriads=numbers.myriads,
        scales=scales,
        scale_forms=forms,
    )


@cache
def scale_pattern(language: str) -> re.Pattern[str]:
    """A scale word behind a number: "million", "Mio.", with the gap before it."""
    words = sorted(rules(language).scales, key=len, reverse=True)
    if not words:
        return re.compile(r"(?!)")
    body = "|".join(
        f"(?-i:{re.escape(w)})" if len(w) == 1 else re.escape(w).replace(r"\ ", f"[{SPACES}]")
        for w in words
    )
    return re.compile(rf"[{SPACES}-]?({body})(?![^\W_])", re.IGNORECASE)


#: More digits than this are noise or an attack, not a real number.
MAX_DIGITS = 60

#: Digits with separators between them. Possessive, so that no input is read twice.
RUN = re.compile(r"\d++(?:[.,'’]\d++)*+", re.ASCII)

#: A group of three behind a space, and nothing that would make it another number.
SPACE_GROUP = re.compile(rf"[{SPACES}](\d{{3}})(?![\d'’])", re.ASCII)

_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}", re.ASCII)


#: For all arithmetic: the default context rounds to 28 digits, even in `abs`, and a number
#: of people's money must never be rounded. No number here has so many digits.
EXACT = Context(prec=20 * MAX_DIGITS)


def exact_decimal(digits: str) -> Decimal:
    """A Decimal of an ASCII numeral, exact whatever the context's precision."""
    return Decimal(digits)


def shift(value: Decimal, power: int) -> Decimal:
    """`value` times ten to the `power`, exact, without an exponent above zero.

    >>> shift(Decimal("10.5"), 6)
    Decimal('10500000')
    """
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    exponent += power
    if exponent > 0:
        digits, exponent = digits + (0,) * exponent, 0
    result = Decimal((sign, digits, exponent))
    if power > 0 and exponent < 0:
        return trim_zeros(result)
    return result


def trim_zeros(value: Decimal) -> Decimal:
    """The same value without zeros behind the point and without an exponent.

    >>> trim_zeros(Decimal("5.10")), trim_zeros(Decimal("1E+3"))
    (Decimal('5.1'), Decimal('1000'))
    """
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return Decimal(text)


def add(one: Decimal, other: Decimal) -> Decimal:
    """The exact sum of two numbers."""
    return EXACT.add(one, other)


def read_run(run: str, rules: Rules) -> tuple[Decimal, bool] | None:
    """The value of a run and whether it is sure; None for what is no number.

    A separator followed by exactly three digits is read as the language writes it;
    any other single separator can only be a decimal one. "1.2.3" is no number.
    """
    if len(run) > 2 * MAX_DIGITS or sum(map(str.isdigit, run)) > MAX_DIGITS:
        return None
    seps = [c for c in run if not c.isdigit()]
    if not seps:
        return exact_decimal(run), True
    kinds = list(dict.fromkeys("'" if c == "’" else c for c in seps))
    run = run.replace("’", "'")
    if len(kinds) == 1:
        return _one_kind(run, kinds[0], len(seps), rules)
    if len(kinds) == 2 and kinds[1] != "'" and run.count(kinds[1]) == 1:
        whole, _, part = run.partition(kinds[1])
        # "40.712,74.006" is a pair of coordinates, no number.
        if part.isdigit() and _grouped(whole, kinds[0]):
            return exact_decimal(whole.replace(kinds[0], "") + "." + part), True
    return None


def _one_kind(run: str, sep: str, count: int, rules: Rules) -> tuple[Decimal, bool] | None:
    joined = run.replace(sep, "")
    if sep == "'":
        return (exact_decimal(joined), True) if _grouped(run, sep) else None
    if count > 1:
        return (exact_decimal(joined), True) if _grouped(run, sep) else None
    whole, _, part = run.partition(sep)
    value = exact_decimal(f"{whole}.{part}")
    if len(part) != 3 or len(whole) > 3 or whole.startswith("0"):
        return value, sep == rules.decimal or sep not in rules.groups or len(part) < 3
    if sep in rules.groups:
        return exact_decimal(joined), True
    return value, False


def _grouped(run: str, sep: str) -> bool:
    first, *rest = run.split(sep)
    if 1 <= len(first) <= 3 and all(len(group) == 3 for group in rest):
        return True
    return sep == "," and bool(_INDIAN.fullmatch(run))


def possible_values(run: str) -> set[Decimal]:
    """Every value that a run can have in some language.

    >>> sorted(possible_values("3.000"))
    [Decimal('3.000'), Decimal('3000')]
    """
    found: set[Decimal] = set()
    for decimal, groups in ((".", ","), (",", ".")):
        rule = Rules("", decimal, groups, True, 4, "", {}, {})
        value = read_run(run, rule)
        if value:
            found.add(value[0])
    return found
