"""Which numbers a translation lost and which it invented."""

from collections import Counter, defaultdict
from decimal import Decimal

from speechsubs.numbers.implied import implied, on_the_hour
from speechsubs.numbers.notation import readings, shift, trimmed
from speechsubs.numbers.quantities import Quantity, quantities
from speechsubs.numbers.rules import rules


def compare(
    source: str, source_language: str, target: str, target_language: str
) -> tuple[list[Decimal], list[Decimal]]:
    """The values that are missing from `target`, and the extra ones in it.

    Only values count: "30,000", "30.000" and "3万" are equal. A number in digits may
    be spelled out on the other side, and a month's number may be its name. What is
    spelled out on both sides is not looked at.

    >>> compare("They raised $1 million.", "en", "100万ドルを集めた。", "ja")
    ([], [])
    >>> compare("They raised $1 million.", "en", "1億ドルを集めた。", "ja")
    ([Decimal('1000000')], [Decimal('100000000')])
    """
    missing, extra = _matched(_written(source, source_language), _written(target, target_language))
    # What words may stand for is asked only where digits disagree: most texts agree.
    if missing:
        missing = _forgiven(missing, _free(target, target_language))
    if extra:
        extra = _forgiven(extra, _free(source, source_language))
    if rules(target_language).cjk and not rules(source_language).cjk:
        # "an hour" is 1時間.
        extra = [q for q in extra if q.value != 1 or q.scale]
    missing, extra = _reread(missing, extra)
    return [trimmed(q.value) for q in missing], [trimmed(q.value) for q in extra]


def _written(text: str, language: str) -> list[Quantity]:
    """The numbers in digits."""
    zeros = on_the_hour(text)
    found = quantities(text, language)
    return [q for q in found if not q.spelled and q.start not in zeros]


def _free(text: str, language: str) -> Counter[Decimal]:
    """The values that words stand for."""
    found = Counter(trimmed(q.value) for q in quantities(text, language) if q.spelled)
    found.update(implied(text, language))
    return found


def _matched(here: list[Quantity], there: list[Quantity]) -> tuple[list[Quantity], list[Quantity]]:
    waiting: defaultdict[Decimal, list[Quantity]] = defaultdict(list)
    for quantity in there:
        waiting[trimmed(quantity.value)].append(quantity)
    missing = []
    for quantity in here:
        same = waiting.get(trimmed(quantity.value))
        if same:
            same.pop(0)
        else:
            missing.append(quantity)
    extra = [q for rest in waiting.values() for q in rest]
    return missing, sorted(extra, key=lambda q: q.start)


def _forgiven(found: list[Quantity], free: Counter[Decimal]) -> list[Quantity]:
    kept = []
    for quantity in found:
        value = trimmed(quantity.value)
        if free[value]:
            free[value] -= 1
        else:
            kept.append(quantity)
    return kept


def _reread(
    missing: list[Quantity], extra: list[Quantity]
) -> tuple[list[Quantity], list[Quantity]]:
    """Take the other reading of an unsure number where that makes it equal."""
    waiting: defaultdict[Decimal, list[Quantity]] = defaultdict(list)
    for quantity in extra:
        for value in _values(quantity):
            waiting[value].append(quantity)
    still, used = [], set()
    for quantity in missing:
        twins = (t for v in _values(quantity) for t in waiting.pop(v, []) if t.start not in used)
        twin = next(twins, None)
        if twin is None:
            still.append(quantity)
        else:
            used.add(twin.start)
    return still, [q for q in extra if q.start not in used]


def _values(quantity: Quantity) -> set[Decimal]:
    if quantity.sure or not quantity.run:
        return {trimmed(quantity.value)}
    return {trimmed(shift(value, quantity.scale)) for value in readings(quantity.run)}


__all__ = ["compare"]
