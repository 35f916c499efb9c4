"""Alternative inputs for segments that the engine translated incorrectly.

Times of day are given to engines in 24-hour digits, "4:13 p.m." as "16:13". Models cut
"p.m." to "p." and ".m." and lose the text after it; they copy "16:13", usually with the
right preposition (a las 16:13).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from speechsubs.model import Method, MethodKind, PlaceableKind, Problem, ProblemCode, Value
from speechsubs.protocols import MaskFamily
from speechsubs.quantities.dates import Date
from speechsubs.quantities.lenient import SpelledNumber
from speechsubs.quantities.numerals import Number
from speechsubs.quantities.parse import parse
from speechsubs.quantities.times import Time
from speechsubs.quantities.units import Measure
from speechsubs.translation.placeholders import Masked, Protected, inline, mask
from speechsubs.translation.validate import Hypothesis

#: What slot number N of a sentence becomes in the target language.
Wording = Callable[[Protected, int], str]

HARD = frozenset({PlaceableKind.TERM, PlaceableKind.MONEY})
ALL = frozenset(PlaceableKind)
#: Maximum number of positions tried for a lost mask.
MAX_FORCED_POSITIONS = 4
_BORDER = re.compile(r"(?<!\S)(?=\S)")
_UNIT_PROBLEMS = frozenset({ProblemCode.UNIT_CHANGED, ProblemCode.UNIT_MISSING})
_NUMBER_PROBLEMS = _UNIT_PROBLEMS | {ProblemCode.NUMBER_MISSING, ProblemCode.NUMBER_EXTRA}
_MASK_PROBLEMS = frozenset({ProblemCode.MASK_LOST, ProblemCode.MASK_REPEATED, ProblemCode.LEFTOVER})


def mask_first(protected: Protected, families: Sequence[MaskFamily]) -> Masked | None:
    """Mask terms and amounts with the best family that has enough words."""
    for family in families:
        hidden = mask(protected, family, HARD)
        if hidden is not None:
            return hidden
    return None


def likeliest_maskings(
    protected: Protected,
    families: Sequence[MaskFamily],
    wording: Wording | None,
    hidden: Masked,
    problems: Sequence[Problem],
) -> Iterator[tuple[Method, Masked]]:
    """The one or two maskings most likely to fix the problems.

    A changed number is replaced by another that the engine may translate correctly,
    because the engine builds no correct phrase around something it cannot read as a
    number ("coches de 200"); masking all numbers comes second. A lost mask is replaced
    by the next family's or by the target wording. For anything else, more hypotheses
    are requested.
    """
    codes = {problem.code for problem in problems}
    found: list[tuple[Method, Masked | None]] = []
    if codes & _NUMBER_PROBLEMS:
        failed = find_wrong_numbers(protected, problems)
        numbers = substitute_numbers(protected, families[0], failed)
        found.append((Method(MethodKind.NUMBERS), numbers))
        found.append((_masks(families[0]), mask(protected, families[0], ALL)))
    elif codes & _MASK_PROBLEMS:
        second = families[1 % len(families)]
        found.append((_masks(second), mask(protected, second, HARD)))
        if wording is not None:
            found.append((Method(MethodKind.INLINE), inline(protected, families[0], wording)))
    if not any(other for _, other in found):
        found.append((Method(MethodKind.AGAIN), hidden))
    yield from ((method, other) for method, other in found if other is not None)


def _masks(family: MaskFamily) -> Method:
    return Method(MethodKind.MASKS, family.name)


def find_wrong_numbers(protected: Protected, problems: Sequence[Problem]) -> frozenset[int]:
    """The number slots named in the problems, or all number slots if none is named."""
    lost = {p.value for p in problems if p.code is ProblemCode.NUMBER_MISSING}
    texts = {p.text for p in problems if p.code in _UNIT_PROBLEMS}
    numbers = {
        n: placeable
        for n, placeable in enumerate(protected.placeables)
        if placeable.kind is PlaceableKind.NUMBER
    }
    found = {
        n
        for n, placeable in numbers.items()
        if placeable.text in texts or not lost.isdisjoint(_numbers(placeable.value))
    }
    return frozenset(found or numbers)


#: Numbers that are frequent in training data and normally written in digits.
_STAND_INS = ("47", "83", "59", "64", "38", "92", "26", "71", "53", "86")


def substitute_numbers(
    protected: Protected, family: MaskFamily, failed: frozenset[int]
) -> Masked | None:
    """Mask terms and amounts, and replace failed numbers with two-digit numbers.

    The engine gets "47 cars" for "The 380,000 cars", so that it builds a plural phrase.
    Dates and the number one have no such substitute and are masked. None if there is
    nothing to replace, or too few substitutes that do not occur in the text.
    """
    hidden = mask(protected, family, HARD, failed)
    free = [digits for digits in _STAND_INS if digits not in protected.text]
    plain = [n for n in failed if _plain(protected.placeables[n].value)]
    if hidden is None or not plain or len(plain) > len(free):
        return None
    digits = dict(zip(sorted(plain), free, strict=False))
    text, words = hidden.text, list(hidden.words)
    for place, slot in enumerate(hidden.slots):
        if slot in digits:
            # A mask may be a prefix of another: ZQ1 and ZQ10.
            text = re.sub(rf"{re.escape(words[place])}(?!\w)", digits[slot], text)
            words[place] = digits[slot]
    return Masked(text, tuple(words), hidden.slots)


def _plain(value: Value) -> bool:
    """True if any other number could be substituted without changing the phrase."""
    if isinstance(value, Number):
        return value.value >= 0 and str(value.value) != "1"
    return isinstance(value, Measure | SpelledNumber)


def _numbers(value: Value) -> set[Decimal]:
    """The absolute values of the numbers in a value."""
    match value:
        case Date():
            parts = (value.year, value.month, value.day)
            return {Decimal(part) for part in parts if part is not None}
        case Time():
            return {Decimal(value.hour), Decimal(value.minute)}
        case Measure() | SpelledNumber() | Number():
            return {value.value.copy_abs()}
    return set()


def other_maskings(
    protected: Protected, families: Sequence[MaskFamily], wording: Wording | None
) -> Iterator[tuple[Method, Masked]]:
    """All other maskings with their methods: other masks, masked numbers, inline terms.

    "Inline" inserts the target wording into the source: names spelled alike in both
    languages are often copied, with better grammar around them than a mask gets.
    """
    seen: set[str] = set()
    found: list[tuple[Method, Masked | None]] = [
        (_masks(family), mask(protected, family, kinds))
        for family in families
        for kinds in (HARD, ALL)
    ]
    if wording is not None:
        found += [
            (Method(MethodKind.INLINE), inline(protected, family, wording))
            for family in families[:2]
        ]
    for method, hidden in found:
        if hidden is not None and hidden.text not in seen:
            seen.add(hidden.text)
            yield method, hidden


def forced_prefixes(failed: Hypothesis, hidden: Masked) -> list[str]:
    """Prefixes of an output with its first lost mask inserted, likeliest positions first.

    The mask belongs between its neighboring masks in the source; the position closest
    to its relative position in the source is tried first.
    """
    lost = [
        p.placeable
        for p in failed.problems
        if p.code is ProblemCode.MASK_LOST and p.placeable is not None
    ]
    if not lost:
        return []
    slot = min(lost)
    word = hidden.words[hidden.slots.index(slot)]
    share = hidden.text.index(word) / max(1, len(hidden.text))
    text, spans = failed.output.text, failed.output.spans
    low = max((s.end for s in spans if s.slot < slot), default=0)
    high = min((s.start for s in spans if s.slot > slot), default=len(text))
    borders = [m.start() for m in _BORDER.finditer(text)]
    inside = [b for b in borders if low <= b <= high] or [b for b in borders if b >= low]
    inside.sort(key=lambda b: abs(b - share * len(text)))
    # Where the masks are reordered, the text before must still be complete.
    return [f"{text[:b].rstrip()} {word}".strip() for b in inside[:MAX_FORCED_POSITIONS]]


def normalize_times(protected: Protected) -> Protected:
    """Write every time slot in 24-hour digits and move the slots accordingly.

    >>> from speechsubs.model import Placeable
    >>> time = Time(3, 7, "7 pm", 19, 0, half=True, marked=True)
    >>> evening = Placeable(PlaceableKind.NUMBER, 3, 7, "7 pm", time)
    >>> normalize_times(Protected(0, parse("At 7 pm.", "en"), (evening,))).text
    'At 19:00.'
    """
    times = {
        number: f"{placeable.value.hour}:{placeable.value.minute:02}"
        for number, placeable in enumerate(protected.placeables)
        if isinstance(placeable.value, Time)
    }
    if not times:
        return protected
    done = protected.spanned.fill(times)
    moved = []
    for placeable, span in zip(protected.placeables, done.spans, strict=True):
        text = done.text[span.start : span.end]
        moved.append(replace(placeable, start=span.start, end=span.end, text=text))
    said = protected.quantities
    read = parse(done.text, said.language, said.context)
    return replace(protected, quantities=read, placeables=tuple(moved))
