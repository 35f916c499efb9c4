"""Rewriting numbers that an engine left in the source language's notation."""

from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal

from speechsubs.locales import Locale
from speechsubs.numbers.notation import read, trimmed
from speechsubs.numbers.quantities import Quantity, quantities
from speechsubs.numbers.rules import SPACES, Rules, rules
from speechsubs.numbers.written import category, digits, myriads


def edits(
    text: str, source_language: str, locale: Locale, skip: Sequence[tuple[int, int]] = ()
) -> list[tuple[int, int, str]]:
    """What to replace so that numbers are in the locale's notation: (start, end, new).

    Ascending and not overlapping. Numbers without separators, years, codes and
    what touches a span of `skip` are left alone.
    """
    source, target = rules(source_language), rules(locale.tag)
    spans = sorted(skip)
    starts = [start for start, _ in spans]
    found = []
    for quantity in quantities(text, source_language):
        if quantity.spelled or not quantity.run:
            continue
        at = bisect_right(starts, quantity.end - 1)
        if any(end > quantity.start for _, end in spans[max(0, at - 1) : at]):
            continue
        new = _rewritten(text, quantity, source, target, locale)
        if new is not None and new != text[quantity.start : quantity.start + len(new)]:
            whole = quantity.scale or quantity.run.isdigit()
            end = quantity.end if whole else quantity.start + len(quantity.run)
            if text[quantity.start : end] != new:
                found.append((quantity.start, end, new))
    return found


def localize(
    text: str, source_language: str, locale: Locale, skip: Sequence[tuple[int, int]] = ()
) -> str:
    """The text with its numbers in the locale's notation; see `edits`.

    >>> from speechsubs import locales
    >>> localize("30,000 personas y 5.4 puntos", "en", locales.load("es"))
    '30.000 personas y 5,4 puntos'
    """
    parts, position = [], 0
    for start, end, new in edits(text, source_language, locale, skip):
        parts += [text[position:start], new]
        position = end
    return "".join([*parts, text[position:]])


def _rewritten(
    text: str, quantity: Quantity, source: Rules, target: Rules, locale: Locale
) -> str | None:
    run = quantity.run
    if source.cjk or source.language == target.language:
        return None
    if quantity.scale:
        return _with_scale(text, quantity, source, locale)
    if run.isdigit() and len(run) > 4 and not target.cjk:
        # "30 000": blanks group in every language, and are not every language's style.
        parted = text[quantity.start : quantity.end] != run
        return digits(quantity.mantissa, locale) if parted else None
    if run.isdigit() or not _native(run, source):
        return None
    if not quantity.sure and _native(run, target):
        return None
    if target.cjk:
        value = quantity.mantissa
        if value != value.to_integral_value():
            return None
        short = len(trimmed(value).as_tuple().digits) - _zeros(value) <= 4
        return myriads(value, locale) if short else digits(value, locale)
    if (source.decimal, source.groups) == (target.decimal, target.groups):
        return None
    return digits(quantity.mantissa, locale)


def _zeros(value: Decimal) -> int:
    text = format(value, "f")
    return len(text) - len(text.rstrip("0"))


def _with_scale(text: str, quantity: Quantity, source: Rules, locale: Locale) -> str | None:
    """A number with a scale word that was copied: "5.4 million" becomes 540万.

    Nothing changes where the word means another power in the target ("billions" in
    French), or where the number is not written as the source language does.
    """
    target = rules(locale.tag)
    written = text[quantity.start + len(quantity.run) : quantity.end].strip().lower()
    if target.scales.get(written, quantity.scale) != quantity.scale:
        return None
    if not quantity.run.isdigit() and not _native(quantity.run, source):
        return None
    if target.cjk:
        return myriads(quantity.value, locale)
    forms = target.scale_forms.get(quantity.scale)
    if forms is None:
        return None
    word = forms.of(category(trimmed(quantity.mantissa), locale))
    return f"{digits(quantity.mantissa, locale)}\u00a0{word}"


def _native(run: str, rule: Rules) -> bool:
    """Whether a run is written as the language writes numbers."""
    value = read(run, rule)
    if value is None:
        return False
    seps = {c for c in run if not c.isdigit()}
    if seps <= {*SPACES, *rule.groups}:
        return value[0] == value[0].to_integral_value()
    whole, found, part = run.partition(rule.decimal)
    return bool(found) and part.isdigit() and (whole.isdigit() or _native(whole, rule))
