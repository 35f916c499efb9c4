"""Slots hidden behind words that an engine copies, and found again in its output.

What no engine may touch: glossary terms, amounts of money, numbers.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from speechsubs.glossary import Matcher, Policy, Term
from speechsubs.model import Problem, ProblemCode, Sentence, Slot, SlotKind
from speechsubs.protocols import MaskFamily
from speechsubs.quantities import currencies, render
from speechsubs.quantities.currencies import Amount
from speechsubs.quantities.parse import Quantities, parse
from speechsubs.quantities.render import find_numeric_spans
from speechsubs.spans import Span, SpannedText

#: What stands in a slot: an entry of the glossary, an amount, or what a number was read as.
Value = Term | Amount | render.Value


@dataclass(frozen=True, slots=True)
class Placeable:
    """A slot of a sentence, and what stands there."""

    slot: Slot
    value: Value


@dataclass(frozen=True, slots=True)
class Protected:
    """A sentence with the placeables that no engine may change."""

    sentence: int
    quantities: Quantities
    placeables: tuple[Placeable, ...] = ()

    @property
    def text(self) -> str:
        """The sentence as it was said."""
        return self.quantities.text

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Where the placeables stand, as files keep them."""
        return tuple(placeable.slot for placeable in self.placeables)

    @property
    def terms(self) -> dict[int, Term]:
        """The glossary's entries by the numbers of their slots."""
        return {n: p.value for n, p in enumerate(self.placeables) if isinstance(p.value, Term)}

    @property
    def amounts(self) -> dict[int, Amount]:
        """The amounts of money by the numbers of their slots."""
        return {n: p.value for n, p in enumerate(self.placeables) if isinstance(p.value, Amount)}

    @property
    def spanned(self) -> SpannedText:
        """The sentence with its slots as spans."""
        return SpannedText.of(self.text, [(slot.start, slot.end) for slot in self.slots])

    def without(self, slots: Collection[int]) -> Quantities:
        """The sentence with a neutral stand-in for some of its slots."""
        bounds = [(s.start, s.end) for n, s in enumerate(self.slots) if n in slots]
        return self.quantities.without(bounds)


@dataclass(frozen=True, slots=True)
class Masked:
    """What the engine gets: a text in which `words[i]` stands for slot `slots[i]`.

    `exact` are the words whose capitals count: a target's own wording, not a mask.
    """

    text: str
    words: tuple[str, ...]
    slots: tuple[int, ...]
    exact: frozenset[str] = frozenset()


def mask(
    protected: Protected,
    family: MaskFamily,
    kinds: frozenset[SlotKind],
    also: frozenset[int] = frozenset(),
) -> Masked | None:
    """Hide the slots of some kinds, and those numbered in `also`, behind a family's words.

    Words that the text itself contains are left out. None when the family has too
    few words left: another family must serve.
    """
    taken = protected.text.casefold()
    free = {kind: [w for w in family.pool(kind) if w.casefold() not in taken] for kind in SlotKind}
    words: dict[int, str] = {}
    for number, slot in enumerate(protected.slots):
        if slot.kind not in kinds and number not in also:
            continue
        pool = [word for word in free[slot.kind] if word not in words.values()]
        if not pool:
            return None
        words[number] = pool[0]
    text = protected.spanned.fill(words).text
    return Masked(text, tuple(words.values()), tuple(words))


def inline(
    protected: Protected, family: MaskFamily, wording: Callable[[Protected, int], str]
) -> Masked | None:
    """Terms as the target writes them, amounts behind a family's words.

    None without a term, where the wording already stands elsewhere in the text (it
    could not be told from a slot), or when the family has too few words.
    """
    terms = {
        number: wording(protected, number)
        for number, slot in enumerate(protected.slots)
        if slot.kind is SlotKind.TERM
    }
    if not terms:
        return None
    rest = protected.spanned.without()
    hidden = mask(protected, family, frozenset({SlotKind.MONEY}))
    if hidden is None or any(not w or any(_occurrences(rest, w)) for w in terms.values()):
        return None
    covers = dict(zip(hidden.slots, hidden.words, strict=True)) | terms
    text = protected.spanned.fill(covers).text
    order = sorted(covers)
    return Masked(text, tuple(covers[n] for n in order), tuple(order), frozenset(terms.values()))


def locate(output: str, masked: Masked) -> tuple[SpannedText, tuple[Problem, ...]]:
    """An engine's output with its slots as spans, and what went wrong with them.

    Every mask must stand there once, as a word of its own, in any letter case.
    A lost or repeated mask is a problem of its slot, a piece of a mask beside the whole
    one a leftover. A repeated mask has a span for each time, so that no mask is ever
    left to be read.
    """
    places: list[Span] = []
    problems: list[Problem] = []
    owners: dict[str, list[int]] = {}
    for word, slot in zip(masked.words, masked.slots, strict=True):
        owners.setdefault(word, []).append(slot)
    # Longer words first: "Taycan" in "Taycan Turbo" is no word of its own.
    for word in sorted(owners, key=len, reverse=True):
        slots = owners[word]
        found = [
            (start, end)
            for start, end in _occurrences(output, word, exact=word in masked.exact)
            if not any(start < p.end and end > p.start for p in places)
        ]
        if not found and len(slots) == 1 and word not in masked.exact:
            found = _find_damaged(output, word, masked, places)
        for number, (start, end) in enumerate(found):
            places.append(Span(slots[min(number, len(slots) - 1)], start, end))
        if len(found) != len(slots):
            repeated = len(found) > len(slots)
            code = ProblemCode.MASK_REPEATED if repeated else ProblemCode.MASK_LOST
            problems.append(Problem(code, placeable=slots[-1]))
    if not problems:
        pieces = _leftovers(output, masked, places)
        problems = [Problem(ProblemCode.LEFTOVER, text=piece) for piece in pieces]
    places.sort(key=lambda place: place.start)
    return SpannedText(output, tuple(places)), tuple(problems)


_TOKEN = re.compile(r"[A-Za-z0-9]+", re.ASCII)


def _find_damaged(
    output: str, word: str, masked: Masked, places: Sequence[Span]
) -> list[tuple[int, int]]:
    """The one place of a mask that lost a character on its way: "R7" for "R7Z".

    Only a code that the engine was not given, that resembles no other mask and that
    stands there once is taken for it, and only where the character is gone for good:
    in "Z Q1" it would stay behind.
    """
    given = {token.upper() for token in _TOKEN.findall(masked.text)}
    tokens = [m for m in _TOKEN.finditer(output) if m.group().upper() not in given]
    alone = {m.group().upper() for m in tokens if len(m.group()) == 1}
    found = []
    for match in tokens:
        token = match.group().upper()
        lost = _missing_character(token, word.upper())
        if not lost or lost in alone or token.isalpha() or token.isdigit():
            continue
        if any(
            other != word and _missing_character(token, other.upper()) for other in masked.words
        ):
            continue
        if not any(match.start() < p.end and match.end() > p.start for p in places):
            found.append(match.span())
    return found if len(found) == 1 else []


def _leftovers(output: str, masked: Masked, places: Sequence[Span]) -> list[str]:
    """Codes that are neither the source's nor a mask, but nearly one: "4X" of "T4X"."""
    if not masked.words:
        return []
    given = {token.upper() for token in _TOKEN.findall(masked.text)}
    words = [word.upper() for word in masked.words if word not in masked.exact]
    found = []
    for match in _TOKEN.finditer(output):
        token = match.group().upper()
        if token in given or token.isalpha() or token.isdigit():
            continue
        if any(match.start() < p.end and match.end() > p.start for p in places):
            continue
        if any(_missing_character(token, word) for word in words):
            found.append(match.group())
    return found


def _missing_character(token: str, word: str) -> str:
    """The one character of a word that a token lacks, or nothing."""
    if len(token) != len(word) - 1 or len(token) < 2:
        return ""
    for at, character in enumerate(word):
        if word[:at] + word[at + 1 :] == token:
            return character
    return ""


#: What makes a longer word of a mask. A CJK neighbour does not extend a Latin word, so
#: \b will not do. Compiled once: in the pattern of every mask it cost more than the search.
_EDGE = re.compile(
    r"[^\W\u0e00-\u0e7f\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]"
)


def _occurrences(text: str, word: str, exact: bool = False) -> Iterator[tuple[int, int]]:
    """Where a word stands in a text as a word of its own."""
    pattern = re.compile(re.escape(word), 0 if exact else re.IGNORECASE)
    position = 0
    while found := pattern.search(text, position):
        start, end = found.span()
        inside = _EDGE.match(text, end) or (start and _EDGE.match(text, start - 1))
        position = start + 1 if inside else end
        if not inside:
            yield start, end


def protect(
    sentences: Sequence[Sentence],
    matcher: Matcher,
    language: str,
    context: currencies.Context,
    dates: bool = True,
    units: bool = True,
) -> list[Protected]:
    """The slots of every sentence, left to right, never overlapping.

    Where a term and an amount overlap the longer one wins ("4S" against "4"), and a
    term wins a tie. A possessive ('s) stays outside the slot, because the engine
    needs it to build the phrase; a plural s goes with the term. `dates` False leaves
    dates to the engine, `units` False times, units and percentages; their numbers stay
    numbers.
    """
    return [
        Protected(one.index, read, _find_placeables(read, matcher, dates, units))
        for one in sentences
        for read in (parse(one.text, language, context),)
    ]


def _find_placeables(
    read: Quantities, matcher: Matcher, dates: bool, units: bool
) -> tuple[Placeable, ...]:
    found: list[Placeable] = []
    for match in matcher.find(read.text):
        if match.term.policy in (Policy.TRANSLATE, Policy.FORBIDDEN):
            continue
        plural = match.suffix and not match.suffix.startswith(("'", "’"))
        end = match.suffix_end if plural else match.end
        slot = Slot(SlotKind.TERM, match.start, end, match.text, match.term.id, match.suffix)
        found.append(Placeable(slot, match.term))
    for amount in read.amounts:
        slot = Slot(SlotKind.MONEY, amount.start, amount.end, amount.text, amount.key)
        found.append(Placeable(slot, amount))
    for spot in find_numeric_spans(read, dates, units):
        slot = Slot(SlotKind.NUMBER, spot.start, spot.end, spot.text, spot.key)
        found.append(Placeable(slot, spot.value))
    return tuple(_drop_overlaps(found))


def _drop_overlaps(found: list[Placeable]) -> list[Placeable]:
    rank = {SlotKind.TERM: 0, SlotKind.MONEY: 1, SlotKind.NUMBER: 2}
    found.sort(key=lambda f: (f.slot.start - f.slot.end, rank[f.slot.kind], f.slot.start))
    taken: list[Placeable] = []
    for item in found:
        slot = item.slot
        if all(slot.end <= p.slot.start or slot.start >= p.slot.end for p in taken):
            taken.append(item)
    taken.sort(key=lambda item: item.slot.start)
    return taken
