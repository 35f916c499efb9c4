"""Measures that an engine carried over half translated, set right, and compared.

Engines keep the number of "5.4 million kilometers" and stumble over its notation, its
link ("5,4 millones kilómetros") or an unknown unit ("500 horsepower"). The source says
what was meant, so the measure is found again by value and unit and written by the
locale's pattern. What the engine worded well itself is left as it is.
"""

import re
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from speechsubs.locales import Locale
from speechsubs.numbers.notation import trimmed
from speechsubs.numbers.quantities import quantities
from speechsubs.numbers.rules import SPACES, known
from speechsubs.numbers.units import (
    PERCENT,
    Measure,
    find_measures,
    forms,
    measure_at,
    render,
    spellings,
)

#: Languages that inflect a unit by more than its number: another form may be right.
_INFLECTED = frozenset({"ru", "ar", "de"})
_BLANKS = re.compile(f"[{SPACES}]+")
#: "Kilo" is a weight or a way: the number before it says which only to people.
_KILO = ("キロ", "킬로", "กิโล")
#: These say as much as the unit itself: "38 grados" for 38 degrees Celsius.
_LOOSE = frozenset({("celsius", "degree"), ("fahrenheit", "degree")})


def measure_edits(
    source: str,
    source_language: str,
    target: str,
    locale: Locale,
    skip: Sequence[tuple[int, int]] = (),
) -> list[tuple[int, int, str]]:
    """Edits that put the source's measures into a target text as the locale writes them.

    `skip` are spans that must not be touched. Spelled-out numbers stay words.

    >>> from speechsubs.locales import load
    >>> measure_edits("5.5 percent of 500 horsepower", "en", "5,5 % de 500 horsepower", load("es"))
    [(0, 5, '5,5\\xa0%'), (9, 23, '500\\xa0caballos')]
    """
    wanted = [m for m in find_measures(source, source_language) if not m.number.spelled]
    if not wanted or source_language.partition("-")[0] == locale.language:
        return []
    taken = bytearray(len(target))
    for start, end in skip:
        taken[start:end] = b"\1" * (end - start)
    places = _places(target, source_language, locale)
    found = []
    for measure in wanted:
        waiting = places.get((measure.value, measure.unit), deque())
        while waiting:
            there, translated = waiting.popleft()
            start, end = there.start, there.end
            if any(taken[start:end]):
                continue
            taken[start:end] = b"\1" * (end - start)
            text = _worded(measure, there, locale) if translated else render(measure, locale)
            if target[start:end] != text:
                found.append((start, end, text))
            break
    return sorted(found)


def _places(
    target: str, source_language: str, locale: Locale
) -> Mapping[tuple[Decimal, str], deque[tuple[Measure, bool]]]:
    """The measures of a target by value and unit, the likeliest first.

    True with those that the engine translated; in the others the unit, or the number
    as well, is still in the source's words.
    """
    found: defaultdict[tuple[Decimal, str], deque[tuple[Measure, bool]]] = defaultdict(deque)
    for there in find_measures(target, locale.language):
        found[there.value, there.unit].append((there, True))
    for quantity in quantities(target, locale.language):
        left = measure_at(target, quantity, source_language)
        if left is not None:
            found[left.value, left.unit].append((left, False))
    for left in find_measures(target, source_language):
        found[left.value, left.unit].append((left, False))
    return found


def _worded(measure: Measure, there: Measure, locale: Locale) -> str:
    """How a measure that the engine translated is written: its own way if that is right."""
    if there.number.spelled:
        return there.text
    if measure.unit == PERCENT:
        return render(measure, locale) if re.search("[%٪]", there.text) else there.text
    own = _plain(there.text)
    if locale.language in _INFLECTED:
        # A case that no table lists: only the blank before it becomes a no-break one.
        return _tied(there)
    both = {short: render(_like(measure, short), locale) for short in (False, True)}
    for text in both.values():
        if _plain(text) == own:
            return text
    name = _plain(there.text[there.number.end - there.start :]).strip(" -")
    bare = re.sub(r"^(?:de|di|do|des)\s|^d['’]", "", name)
    linked = bare != name or not there.number.scale
    own_forms = {
        _plain(form.replace("#", ""))
        for short in (False, True)
        for form in forms(measure.unit, short, locale).values()
    }
    if bare not in own_forms and bare in spellings(measure.unit, locale) and linked:
        return _tied(there)
    return both[measure.short and there.short]


def _like(measure: Measure, short: bool) -> Measure:
    return Measure(
        measure.start, measure.end, measure.text, measure.unit, short, measure.number, measure.sign
    )


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text).strip().casefold()


def _tied(there: Measure) -> str:
    """The text with a no-break space between the number and what follows it."""
    at = there.number.end - there.start
    if there.text[at : at + 1] == " ":
        return f"{there.text[:at]}\u00a0{there.text[at + 1 :]}"
    return there.text


@dataclass(frozen=True, slots=True)
class Changed:
    """A measure of the source whose unit is another one in the target, or none.

    `unit` is what stands there instead, as written, or empty.
    """

    measure: Measure
    unit: str = ""


def compare_units(
    source: str, source_language: str, target: str, target_language: str
) -> list[Changed]:
    """Measures that kept their number and lost their unit. Lost numbers are not reported.

    >>> [c.unit for c in compare_units("at 170 km/h", "en", "a 170 millas por hora", "es")]
    ['170 millas por hora']
    """
    wanted = list(find_measures(source, source_language))
    if not wanted or not known(target_language) or not known(source_language):
        return []
    waiting: defaultdict[Decimal, list[Measure]] = defaultdict(list)
    for there in find_measures(target, target_language):
        waiting[abs(there.value)].append(there)
    rest = [m for m in wanted if not _taken(m, waiting[abs(m.value)])]
    values: set[Decimal] = set()
    if rest:
        values = {trimmed(q.value) for q in quantities(target, target_language)}
    found = []
    for measure in rest:
        others = waiting[abs(measure.value)]
        if others:
            found.append(Changed(measure, others.pop(0).text))
        elif abs(measure.value) in values:
            found.append(Changed(measure))
    return found


def _taken(measure: Measure, waiting: list[Measure]) -> bool:
    """Use up the same measure of the other side, if it is there."""
    for at, there in enumerate(waiting):
        if _same(measure, there):
            del waiting[at]
            return True
    return False


def _same(one: Measure, other: Measure) -> bool:
    if one.unit == other.unit:
        return one.value == other.value or (one.sign < 0 and -one.value == other.value)
    if one.value == other.value and other.text.endswith(_KILO):
        return one.unit in ("kilogram", "kilometer")
    loose = (one.unit, other.unit) in _LOOSE or (other.unit, one.unit) in _LOOSE
    return loose and one.value == other.value
