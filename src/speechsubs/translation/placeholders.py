"""Placeables masked with words that an engine copies, and located again in its output.

Placeables are glossary terms, amounts of money and numbers.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from speechsubs.glossary import Matcher, Policy, Term
from speechsubs.model import Placeable, PlaceableKind, Problem, ProblemCode, Sentence
from speechsubs.protocols import MaskFamily
from speechsubs.quantities import currencies
from speechsubs.quantities.currencies import Amount
from speechsubs.quantities.parse import Quantities, parse
from speechsubs.quantities.render import find_numeric_placeables
from speechsubs.spans import Span, SpannedText


@dataclass(frozen=True, slots=True)
class Protected:
    """A sentence with the placeables that the engine must not change."""

    sentence: int
    quantities: Quantities
    placeables: tuple[Placeable, ...] = ()

    @property
    def text(self) -> str:
        """The source sentence."""
        return self.quantities.text

    @property
    def terms(self) -> dict[int, Term]:
        """Glossary entries by slot number."""
        return {n: p.value for n, p in enumerate(self.placeables) if isinstance(p.value, Term)}

    @property
    def amounts(self) -> dict[int, Amount]:
        """Amounts of money by slot number."""
        return {n: p.value for n, p in enumerate(self.placeables) if isinstance(p.value, Amount)}

    @property
    def spanned(self) -> SpannedText:
        """The sentence with its slots as spans."""
        return SpannedText.of(self.text, [(p.start, p.end) for p in self.placeables])

    def without(self, slots: Collection[int]) -> Quantities:
        """The sentence with some of its slots replaced by a neutral mark."""
        bounds = [(p.start, p.end) for n, p in enumerate(self.placeables) if n in slots]
        return self.quantities.without(bounds)


@dataclass(frozen=True, slots=True)
class Masked:
    """The engine input: a text in which `words[i]` replaces slot `slots[i]`.

    `exact` are the case-sensitive words: target wording rather than masks.
    """

    text: str
    words: tuple[str, ...]
    slots: tuple[int, ...]
    exact: frozenset[str] = frozenset()


def mask(
    protected: Protected,
    family: MaskFamily,
    kinds: frozenset[PlaceableKind],
    also: frozenset[int] = frozenset(),
) -> Masked | None:
    """Mask the slots of some kinds, and those numbered in `also`, with a family's words.

    Words that occur in the text are not used. None if the family has too few words
    left, so that another family is needed.
    """
    taken = protected.text.casefold()
    free = {
        kind: [w for w in family.pool(kind) if w.casefold() not in taken] for kind in PlaceableKind
    }
    words: dict[int, str] = {}
    for number, placeable in enumerate(protected.placeables):
        if placeable.kind not in kinds and number not in also:
            continue
        pool = [word for word in free[placeable.kind] if word not in words.values()]
        if not pool:
            return None
        words[number] = pool[0]
    text = protected.spanned.fill(words).text
    return Masked(text, tuple(words.values()), tuple(words))


def inline(
    protected: Protected, family: MaskFamily, wording: Callable[[Protected, int], str]
) -> Masked | None:
    """Insert the target wording of terms, and mask amounts with a family's words.

    None if there is no term, if the wording already occurs elsewhere in the text (it
    would be ambiguous), or if the family has too few words.
    """
    terms = {
        number: wording(protected, number)
        for number, placeable in enumerate(protected.placeables)
        if placeable.kind is PlaceableKind.TERM
    }
    if not terms:
        return None
    rest = protected.spanned.without()
    hidden = mask(protected, family, frozenset({PlaceableKind.MONEY}))
    if hidden is None or any(not w or any(_occurrences(rest, w)) for w in terms.values()):
        return None
    covers = dict(zip(hidden.slots, hidden.words, strict=True)) | terms
    text = protected.spanned.fill(covers).text
    order = sorted(covers)
    return Masked(text, tuple(covers[n] for n in order), tuple(order), frozenset(terms.values()))


def locate(output: str, masked: Masked) -> tuple[SpannedText, tuple[Problem, ...]]:
    """Locate the slots in an engine's output and report problems with them.

    Every mask must occur once, as a separate word, in any letter case. A lost or
    repeated mask is a problem of its slot; a fragment next to a complete mask is a
    leftover. A repeated mask gets a span for each occurrence, so that no mask remains
    in the translation.
    """
    places: list[Span] = []
    problems: list[Problem] = []
    owners: dict[str, list[int]] = {}
    for word, slot in zip(masked.words, masked.slots, strict=True):
        owners.setdefault(word, []).append(slot)
    # Longer words first: "Taycan" in "Taycan Turbo" is not a separate word.
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
    """Find the single occurrence of a mask that lost a character: "R7" for "R7Z".

    A code is accepted only if it is not in the engine's input, resembles no other mask
    and occurs once, and only if the character is really gone: in "Z Q1" it would remain
    in the text.
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
    """Codes that are not in the source but are fragments of a mask: "4X" of "T4X"."""
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
    """The one character of a word missing from a token, or an empty string."""
    if len(token) != len(word) - 1 or len(token) < 2:
        return ""
    for at, character in enumerate(word):
        if word[:at] + word[at + 1 :] == token:
            return character
    return ""


#: Characters that extend a mask to a longer word. A CJK neighbor does not extend a Latin
#: word, so \b does not work. Compiled once: in every mask's pattern it cost more than the
#: search.
_EDGE = re.compile(
    r"[^\W\u0e00-\u0e7f\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]"
)


def _occurrences(text: str, word: str, exact: bool = False) -> Iterator[tuple[int, int]]:
    """The positions of a word in a text where it is a separate word."""
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
    """Find the slots of every sentence, left to right, without overlaps.

    Where a term and an amount overlap, the longer one wins ("4S" over "4"); a term wins
    a tie. A possessive ('s) stays outside the slot, because the engine needs it to build
    the phrase; a plural s is part of the slot. `dates=False` leaves dates to the engine,
    `units=False` times, units and percentages; their numbers remain number slots.
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
        term, suffix = match.term, match.suffix
        found.append(Placeable(PlaceableKind.TERM, match.start, end, match.text, term, suffix))
    for amount in read.amounts:
        money = PlaceableKind.MONEY
        found.append(Placeable(money, amount.start, amount.end, amount.text, amount))
    found += find_numeric_placeables(read, dates, units)
    return tuple(_drop_overlaps(found))


def _drop_overlaps(found: list[Placeable]) -> list[Placeable]:
    rank = {PlaceableKind.TERM: 0, PlaceableKind.MONEY: 1, PlaceableKind.NUMBER: 2}
    found.sort(key=lambda f: (f.start - f.end, rank[f.kind], f.start))
    taken: list[Placeable] = []
    for item in found:
        if all(item.end <= p.start or item.start >= p.end for p in taken):
            taken.append(item)
    taken.sort(key=lambda item: item.start)
    return taken
