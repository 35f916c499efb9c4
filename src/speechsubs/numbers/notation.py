"""What a run of digits and separators is worth: "1,234.5", "1.234,5", "30 000"."""

import re
from decimal import Decimal

from speechsubs.numbers.rules import SPACES, Rules

#: More digits than this is noise or an attack, not a number that was spoken.
MAX_DIGITS = 60

#: Digits with separators between them. Possessive, so that no input is read twice.
RUN = re.compile(r"\d++(?:[.,'’]\d++)*+", re.ASCII)

#: A group of three behind a space, and nothing that would make it another number.
SPACE_GROUP = re.compile(rf"[{SPACES}](\d{{3}})(?![\d'’])", re.ASCII)

_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}", re.ASCII)


def exact(digits: str) -> Decimal:
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
        return trimmed(result)
    return result


def trimmed(value: Decimal) -> Decimal:
    """The same value without zeros behind the point and without an exponent.

    >>> trimmed(Decimal("5.10")), trimmed(Decimal("1E+3"))
    (Decimal('5.1'), Decimal('1000'))
    """
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return Decimal(text)


def add(one: Decimal, other: Decimal) -> Decimal:
    """The exact sum of two numbers below 10**MAX_DIGITS."""
    low = min(_exponent(one), _exponent(other), 0)
    total = int(one.scaleb(-low)) + int(other.scaleb(-low))
    return Decimal(total).scaleb(low) if low else Decimal(total)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return exponent


def read(run: str, rules: Rules) -> tuple[Decimal, bool] | None:
    """The value of a run and whether it is sure; None for what is no number.

    A separator followed by exactly three digits is read as the language writes it;
    any other single separator can only be a decimal one. "1.2.3" is no number.
    """
    if len(run) > 2 * MAX_DIGITS or sum(map(str.isdigit, run)) > MAX_DIGITS:
        return None
    seps = [c for c in run if not c.isdigit()]
    if not seps:
        return exact(run), True
    kinds = list(dict.fromkeys("'" if c == "’" else c for c in seps))
    run = run.replace("’", "'")
    if len(kinds) == 1:
        return _one_kind(run, kinds[0], len(seps), rules)
    if len(kinds) == 2 and kinds[1] != "'" and run.count(kinds[1]) == 1:
        whole, _, part = run.partition(kinds[1])
        if _grouped(whole, kinds[0]):
            return exact(whole.replace(kinds[0], "") + "." + part), True
    return None


def _one_kind(run: str, sep: str, count: int, rules: Rules) -> tuple[Decimal, bool] | None:
    joined = run.replace(sep, "")
    if sep == "'":
        return (exact(joined), True) if _grouped(run, sep) else None
    if count > 1:
        return (exact(joined), True) if _grouped(run, sep) else None
    whole, _, part = run.partition(sep)
    value = exact(f"{whole}.{part}")
    if len(part) != 3 or len(whole) > 3 or whole.startswith("0"):
        return value, sep == rules.decimal or sep not in rules.groups or len(part) < 3
    if sep in rules.groups:
        return exact(joined), True
    return value, False


def _grouped(run: str, sep: str) -> bool:
    first, *rest = run.split(sep)
    if 1 <= len(first) <= 3 and all(len(group) == 3 for group in rest):
        return True
    return sep == "," and bool(_INDIAN.fullmatch(run))


def readings(run: str) -> set[Decimal]:
    """Every value that a run can have in some language.

    >>> sorted(readings("3.000"))
    [Decimal('3.000'), Decimal('3000')]
    """
    found: set[Decimal] = set()
    for decimal, groups in ((".", ","), (",", ".")):
        rule = Rules("", decimal, groups, True, 4, "", {}, {})
        value = read(run, rule)
        if value:
            found.add(value[0])
    return found
