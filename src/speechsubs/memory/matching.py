"""Rank the segments that match a sentence, and substitute its placeables.

A translation is only reused with another number if the plural form stays the same: "2
coches" must not become "1 coches".
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal, localcontext
from pathlib import Path

from speechsubs.errors import UnknownLocaleError
from speechsubs.language import locales, tags
from speechsubs.language.tags import primary
from speechsubs.memory import database
from speechsubs.memory.database import Row
from speechsubs.memory.model import Match, MatchKind, Origin, Query, Segment
from speechsubs.model import Placeable, PlaceableKind, Value
from speechsubs.quantities.currencies import Amount
from speechsubs.quantities.digits import EXACT, trim_zeros
from speechsubs.quantities.numerals import Number
from speechsubs.spans import Span

#: Longer numbers have no known plural form.
_MAX_DIGITS, _MAX_PLACES = 30, 20


def has_same_plural(before: Placeable, after: Placeable, tag: str) -> bool:
    """True if both values need the same plural form in the language of `tag`.

    Uses the plural rules of CLDR. False for values that are too long and for languages
    without rules: the translation is then only proposed, not used.

    >>> from speechsubs.translation.keys import read_placeable
    >>> two, one = (read_placeable(PlaceableKind.NUMBER, 0, 1, n, n) for n in "21")
    >>> has_same_plural(two, one, "es"), has_same_plural(two, one, "zh-CN")
    (False, True)
    """
    if before.value.identity == after.value.identity:
        return True
    forms = [_plural_form(one, primary(tag)) for one in (before, after)]
    return bool(forms[0]) and forms[0] == forms[1]


def _plural_form(placeable: Placeable, language: str) -> str:
    # Heavy, and most lookups do not need it.
    from babel import Locale, UnknownLocaleError

    number = _counted(placeable.value)
    if number is None:
        return ""
    try:
        with localcontext(EXACT):
            form = str(Locale.parse(language).plural_form(number.copy_abs()))
    except (UnknownLocaleError, ValueError):
        return ""
    # Here CLDR's "many" is for whole millions and only says that a "de" follows, which is
    # written with an amount: amounts have no such form.
    linked = form == "many" and placeable.kind is PlaceableKind.MONEY and _links(language)
    return "other" if linked else form


def _counted(value: Value) -> Decimal | None:
    """The number that decides about a plural; None for dates, times, measures and words."""
    match value:
        case Amount():
            number = trim_zeros(value.values[-1].value)
        case Number():
            number = value.value
        case _:
            return None
    whole, _, places = format(abs(number), "f").partition(".")
    return number if len(whole) <= _MAX_DIGITS and len(places) <= _MAX_PLACES else None


def _links(language: str) -> bool:
    """Whether a word stands between a scale word and a currency: "millones de euros"."""
    try:
        return bool(locales.load(language).money.link)
    except UnknownLocaleError:
        return False


#: Segments compared per sentence: of its origin, of its file and of all.
_MAX_COMPARED = 16


def rank(query: Query, row: Row, wanted: str) -> tuple[object, ...]:
    """Sort key, best first: language, origin, review state, and what was stored last.

    Not the date: clocks go wrong, and a date in the future would win for ever.
    """
    at_home = bool(row.file) and row.file == query.origin.file
    return (
        row.target_language != wanted,
        not (at_home and row.sentence == query.origin.sentence),
        not at_home,
        -row.state,
        row.source_language != query.language,
        -row.revision,
        -row.number,
    )


class Candidates:
    """Candidate segments for all sentences with the same text, sorted once.

    "Thank you." may occur ten thousand times: for every sentence only the best segments
    of its origin, of its file and of all are compared.
    """

    def __init__(self, found: Iterable[Row], language: str, wanted: str) -> None:
        spoken = tags.primary(language)
        fitting = [row for row in found if tags.primary(row.source_language) == spoken]
        nowhere = Query("", language=language)
        fitting.sort(key=lambda row: rank(nowhere, row, wanted))
        self._wanted = wanted
        self._all = fitting[:_MAX_COMPARED]
        self._by_file: dict[str, list[Row]] = {}
        self._by_place: dict[Origin, list[Row]] = {}
        for row in fitting:
            for best in (
                self._by_file.setdefault(row.file, []),
                self._by_place.setdefault(Origin(row.file, row.sentence), []),
            ):
                if len(best) < _MAX_COMPARED:
                    best.append(row)

    def best_first(self, query: Query) -> list[Row]:
        """Rank the segments for one sentence, best first."""
        near = [*self._all]
        near += self._by_file.get(query.origin.file, ())
        near += self._by_place.get(query.origin, ())
        distinct = {row.number: row for row in near}.values()
        return sorted(distinct, key=lambda row: rank(query, row, self._wanted))


def best_exact(query: Query, found: Candidates, path: Path) -> Match | None:
    """The best exact match."""
    for row in found.best_first(query):
        segment = database.to_segment(row, path)
        return Match(segment, MatchKind.EXACT, 100, map_places(segment, query.placeables))
    return None


def best_template(query: Query, found: Candidates, path: Path) -> Match | None:
    """The best match that differs in amounts and numbers only, if they can be substituted.

    Every differing value must be located in the target, or the old one would remain; and
    it must need the same plural form.
    """
    for row in found.best_first(query):
        segment = database.to_segment(row, path)
        refill = _refill(segment, query.placeables)
        if refill is not None:
            return Match(segment, MatchKind.TEMPLATE, 100, segment.places, refill)
    return None


def make_fuzzy_match(query: Query, segment: Segment, score: int) -> Match:
    """Make a fuzzy match. A score of 100 is reserved for the identical sentence."""
    alike = " ".join(segment.source.split()) == " ".join(query.text.split())
    score = 100 if alike else min(score, 99)
    return Match(segment, MatchKind.FUZZY, score, map_places(segment, query.placeables))


def map_places(segment: Segment, placeables: Sequence[Placeable]) -> tuple[Span, ...]:
    """Map the places of a segment to the placeables of another sentence.

    They correspond if they have the same kind, value and occurrence; others are dropped.
    """
    numbers = {name: number for number, name in enumerate(_numbered(placeables))}
    own = _numbered(segment.placeables)
    return tuple(
        Span(numbers[own[place.slot]], place.start, place.end)
        for place in segment.places
        if own[place.slot] in numbers
    )


def _numbered(placeables: Sequence[Placeable]) -> list[tuple[Hashable, int]]:
    """What each placeable stands for, with its number among those that stand for the same."""
    seen: Counter[Hashable] = Counter()
    result = []
    for placeable in placeables:
        seen[placeable.identity] += 1
        result.append((placeable.identity, seen[placeable.identity]))
    return result


def _refill(segment: Segment, placeables: Sequence[Placeable]) -> tuple[int, ...] | None:
    """The placeables to substitute, or None if the target cannot take them."""
    if len(placeables) != len(segment.placeables):
        return None
    placed = {place.slot for place in segment.places}
    changed = []
    for number, (before, after) in enumerate(zip(segment.placeables, placeables, strict=True)):
        if before.identity == after.identity:
            continue
        if (
            before.kind is not after.kind
            or after.kind is PlaceableKind.TERM
            or number not in placed
        ):
            return None
        if not has_same_plural(before, after, segment.target_language):
            return None
        changed.append(number)
    return tuple(changed)
