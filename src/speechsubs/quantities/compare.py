"""Which numbers a translation lost and which it invented."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from speechsubs.quantities.digits import possible_values, rules, shift, trim_zeros
from speechsubs.quantities.lenient import SpelledNumber, find_zero_minutes, reads_words
from speechsubs.quantities.numerals import Quantity
from speechsubs.quantities.ordinals import count_ordinals, find_unambiguous_ordinals
from speechsubs.quantities.parse import Quantities
from speechsubs.quantities.times import match_times


@dataclass(frozen=True, slots=True)
class Difference:
    """A number that only one side has. `lost`: the source has it. `spelled`: in words.

    `unread`: the other side's number words cannot be read, so it may be there after all.
    """

    value: Decimal
    lost: bool
    spelled: bool = False
    unread: bool = False


def compare(source: Quantities, target: Quantities) -> tuple[list[Decimal], list[Decimal]]:
    """The values that are missing from `target`, and the extra ones in it.

    Only values count: "30,000", "30.000", "3万" and "thirty thousand" are equal, 4:13
    p.m. is 16:13, the 21st may be 第21, and a month's number may be its name. Number
    words below `lenient.MIN_STRONG` may stand for a number and need none themselves.

    >>> from speechsubs.quantities.parse import parse
    >>> raised = parse("They raised $1 million.", "en")
    >>> compare(raised, parse("100万ドルを集めた。", "ja"))
    ([], [])
    >>> compare(raised, parse("1億ドルを集めた。", "ja"))
    ([Decimal('1000000')], [Decimal('100000000')])
    >>> compare(parse("two hundred cars", "en"), parse("trescientos coches", "es"))
    ([Decimal('200')], [Decimal('300')])
    """
    found = [d for d in find_differences(source, target) if not d.unread]
    return [d.value for d in found if d.lost], [d.value for d in found if not d.lost]


def find_differences(source: Quantities, target: Quantities) -> list[Difference]:
    """Every number that only one side has, the lost ones first; see `compare`."""
    here, there = _Side(source), _Side(target)
    here.drop_times(there)
    missing, extra = _match(here.digits, there.digits)
    # What words may stand for is asked only where digits disagree: most texts agree.
    if missing:
        missing = _drop_excused(missing, there.free)
    if extra:
        extra = _drop_excused(extra, here.free)
    if rules(target.language).cjk and not rules(source.language).cjk:
        # "an hour" is 1時間.
        extra = [q for q in extra if q.value != 1 or q.scale]
    missing, extra = _reread(missing, extra)
    lost = [Difference(trim_zeros(q.value), True) for q in missing]
    gained = [Difference(trim_zeros(q.value), False) for q in extra]
    lost += here.unmatched_words(there, True)
    gained += there.unmatched_words(here, False)
    small_lost, small_gained = here.small(there), there.small(here)
    if small_lost and (small_gained or gained):
        # "Two cars" may become "both", but not three.
        lost += [Difference(v, True, spelled=True) for v in small_lost]
        gained += [Difference(v, False, spelled=True) for v in small_gained]
    return [*lost, *gained]


class _Side:
    """A text with its numbers, less those that turn out to need no other."""

    def __init__(self, read: Quantities) -> None:
        self.read = read
        zeros = find_zero_minutes(read.text)
        self.digits = [q for q in read.scanned if not q.spelled and q.start not in zeros]
        self.all = tuple(self.digits)

    @property
    def free(self) -> Counter[Decimal]:
        """The values that words stand for; each is used up once."""
        return Counter(trim_zeros(t.value) for t in self.read.words) + self.read.implied

    def drop_times(self, other: "_Side") -> None:
        """Leave out the digits of times that both sides have."""
        if not self.digits or not other.digits or not self.read.times:
            return
        mine, theirs = match_times(self.read.times, other.read.times)
        for side, times in ((self, mine), (other, theirs)):
            inside = {at for time in times for at in range(time.start, time.end)}
            side.digits = [q for q in side.digits if q.start not in inside]

    def small(self, other: "_Side") -> list[Decimal]:
        """The number words from two to twelve that the other side has in no form.

        What both sides have as digits or as an ordinal stands for itself: in "the second
        of two" the second is no reason to find a "due" in a translation right.
        """
        wanted = Counter(trim_zeros(t.value) for t in self.read.words if t.small)
        if not wanted:
            return []
        there = Counter(trim_zeros(t.value) for t in other.read.words)
        there += other.read.implied - self.read.implied
        mine = Counter(trim_zeros(q.value) for q in self.all)
        there += Counter(trim_zeros(q.value) for q in other.all) - mine
        return list((wanted - there).elements())

    def unmatched_words(self, other: "_Side", lost: bool) -> list[Difference]:
        """The larger numbers in words, and the ordinals, that the other side has in no form."""
        wanted = [t for t in self.read.words if t.strong]
        found = find_unambiguous_ordinals(self.read.text) if lost else ()
        ordinals = Counter(value for _, _, value in found)
        if not wanted and not ordinals:
            return []
        digits = Counter(trim_zeros(q.value) for q in other.all)
        there = digits - Counter(trim_zeros(q.value) for q in self.all) + other.free
        open_ = [t for t in wanted if not _consume(t, there)]
        if open_:
            # Words that were not translated are there, whatever else is wrong with them.
            as_it_was = other.read.read_as(self.read.language)
            copied = Counter(trim_zeros(t.value) for t in as_it_was.words)
            open_ = [t for t in open_ if not _consume(t, copied)]
        unread = lost and not reads_words(other.read.language)
        words = [Difference(trim_zeros(t.value), lost, True, unread) for t in open_]
        there = digits + count_ordinals(other.read.text, other.read.language) + other.free
        there += Counter(value for _, _, value in find_unambiguous_ordinals(other.read.text))
        return words + [Difference(v, lost) for v in (ordinals - there).elements()]


def _consume(one: SpelledNumber, there: Counter[Decimal]) -> bool:
    """Whether a number is among those of the other side, which is used up by it."""
    for value in (one.value, one.either):
        if value is not None and there[trim_zeros(value)] > 0:
            there[trim_zeros(value)] -= 1
            return True
    return False


def _match(here: list[Quantity], there: list[Quantity]) -> tuple[list[Quantity], list[Quantity]]:
    waiting: defaultdict[Decimal, list[Quantity]] = defaultdict(list)
    for quantity in there:
        waiting[trim_zeros(quantity.value)].append(quantity)
    missing = []
    for quantity in here:
        same = waiting.get(trim_zeros(quantity.value))
        if same:
            same.pop(0)
        else:
            missing.append(quantity)
    extra = [q for rest in waiting.values() for q in rest]
    return missing, sorted(extra, key=lambda q: q.start)


def _drop_excused(found: list[Quantity], free: Counter[Decimal]) -> list[Quantity]:
    left = Counter(free)
    kept = []
    for quantity in found:
        value = trim_zeros(quantity.value)
        if left[value]:
            left[value] -= 1
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
        return {trim_zeros(quantity.value)}
    return {trim_zeros(shift(value, quantity.scale)) for value in possible_values(quantity.run)}


__all__ = [
    "Difference",
    "compare",
    "find_differences",
]
