"""Whether a translation survives another number: "2 coches" does not become "1 coches".

Which of several segments answers a sentence, and how its slots carry over.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from speechsubs.language import tags
from speechsubs.language.tags import primary
from speechsubs.memory import database
from speechsubs.memory.database import Row
from speechsubs.memory.model import Match, MatchKind, Origin, Query, Segment
from speechsubs.model import Slot, SlotKind
from speechsubs.spans import Span

_AMOUNT = re.compile(r"(?:.*\.\.)?(-?\d{1,30}(?:\.\d{1,20})?)(?: [A-Z]{3})?", re.ASCII)
#: Where CLDR's "many" is for whole millions and only says that a "de" follows. It is
#: written with an amount, so amounts of these languages have no such form.
_MILLIONS = frozenset({"ca", "es", "fr", "it", "pt"})


def same_form(before: Slot, after: Slot, tag: str) -> bool:
    """True where both values ask for one plural form in the language of `tag`.

    The forms are CLDR's plural rules. Values too long to judge, and languages without
    rules, are False: the translation is then a proposal and not an answer.

    >>> two, one = (Slot(SlotKind.NUMBER, 0, 1, n, n) for n in "21")
    >>> same_form(two, one, "es"), same_form(two, one, "zh-CN")
    (False, True)
    """
    if before.key == after.key:
        return True
    forms = [_form(slot, primary(tag)) for slot in (before, after)]
    return bool(forms[0]) and forms[0] == forms[1]


def _form(slot: Slot, language: str) -> str:
    # Here, because it is heavy and most look-ups never need it.
    from babel import Locale, UnknownLocaleError

    match = _AMOUNT.fullmatch(slot.key)
    if not match:
        return ""
    try:
        form = str(Locale.parse(language).plural_form(abs(Decimal(match.group(1)))))
    except (UnknownLocaleError, ValueError):
        return ""
    if form == "many" and slot.kind is SlotKind.MONEY and language in _MILLIONS:
        return "other"
    return form


#: So many segments of a place, of a file and of all are looked at for one sentence.
_LOOKED_AT = 16


def order(query: Query, row: Row, wanted: str) -> tuple[object, ...]:
    """Sorts the best first: its language, its place, who answers for it, how new it is."""
    at_home = bool(row.file) and row.file == query.origin.file
    return (
        row.target_language != wanted,
        not (at_home and row.sentence == query.origin.sentence),
        not at_home,
        -row.state,
        row.source_language != query.language,
        _descending(row.date),
        -row.number,
    )


def _descending(date: str) -> tuple[int, ...]:
    # Dates are digits in one form; the negated code points sort them backwards.
    return tuple(-ord(character) for character in date)


class Candidates:
    """Segments that fit sentences of one wording, sorted once for all of them.

    "Thank you." may stand in ten thousand places: for every sentence only the best of
    its place, of its file and of all are compared.
    """

    def __init__(self, found: Iterable[Row], language: str, wanted: str) -> None:
        spoken = tags.primary(language)
        fitting = [row for row in found if tags.primary(row.source_language) == spoken]
        nowhere = Query("", language=language)
        fitting.sort(key=lambda row: order(nowhere, row, wanted))
        self._wanted = wanted
        self._all = fitting[:_LOOKED_AT]
        self._by_file: dict[str, list[Row]] = {}
        self._by_place: dict[Origin, list[Row]] = {}
        for row in fitting:
            for best in (
                self._by_file.setdefault(row.file, []),
                self._by_place.setdefault(Origin(row.file, row.sentence), []),
            ):
                if len(best) < _LOOKED_AT:
                    best.append(row)

    def best_first(self, query: Query) -> list[Row]:
        """The segments for one sentence, best first."""
        near = [*self._all]
        near += self._by_file.get(query.origin.file, ())
        near += self._by_place.get(query.origin, ())
        distinct = {row.number: row for row in near}.values()
        return sorted(distinct, key=lambda row: order(query, row, self._wanted))


def best_exact(query: Query, found: Candidates, path: Path) -> Match | None:
    """The best of the segments that have the very sentence."""
    for row in found.best_first(query):
        segment = database.segment(row, path)
        return Match(segment, MatchKind.EXACT, 100, carried(segment, query.slots))
    return None


def best_template(query: Query, found: Candidates, path: Path) -> Match | None:
    """The best of the segments that differ in amounts and numbers only, if they can be filled.

    Every value that differs must have its place in the target, or the old one would
    stand there unseen; and it must ask for the same plural form.
    """
    for row in found.best_first(query):
        segment = database.segment(row, path)
        refill = _refill(segment, query.slots)
        if refill is not None:
            return Match(segment, MatchKind.TEMPLATE, 100, segment.places, refill)
    return None


def fuzzy(query: Query, segment: Segment, score: int) -> Match:
    """A proposal. 100 is kept for the very sentence."""
    alike = " ".join(segment.source.split()) == " ".join(query.text.split())
    score = 100 if alike else min(score, 99)
    return Match(segment, MatchKind.FUZZY, score, carried(segment, query.slots))


def carried(segment: Segment, slots: Sequence[Slot]) -> tuple[Span, ...]:
    """The segment's places in the numbers of other slots; what has no counterpart is left out.

    The counterpart is the slot that says the same, the second of two the second.
    """
    numbers = {name: number for number, name in enumerate(_said(slots))}
    own = _said(segment.slots)
    return tuple(
        Span(numbers[own[place.slot]], place.start, place.end)
        for place in segment.places
        if own[place.slot] in numbers
    )


def _said(slots: Sequence[Slot]) -> list[tuple[SlotKind, str, int]]:
    seen: dict[tuple[SlotKind, str], int] = {}
    result = []
    for slot in slots:
        seen[slot.kind, slot.key] = count = seen.get((slot.kind, slot.key), 0) + 1
        result.append((slot.kind, slot.key, count))
    return result


def _refill(segment: Segment, slots: Sequence[Slot]) -> tuple[int, ...] | None:
    """The slots to fill anew, or None where the target cannot take them."""
    if len(slots) != len(segment.slots):
        return None
    placed = {place.slot for place in segment.places}
    changed = []
    for number, (before, after) in enumerate(zip(segment.slots, slots, strict=True)):
        if (before.kind, before.key) == (after.kind, after.key):
            continue
        if before.kind is not after.kind or after.kind is SlotKind.TERM or number not in placed:
            return None
        if not same_form(before, after, segment.target_language):
            return None
        changed.append(number)
    return tuple(changed)
