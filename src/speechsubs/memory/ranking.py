"""Which of several segments answers a sentence, and how its slots carry over."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from speechsubs.memory import rows, tags
from speechsubs.memory.plurals import same_form
from speechsubs.memory.rows import Row
from speechsubs.memory.segments import Match, MatchKind, Query, Segment
from speechsubs.model import Place, Slot, SlotKind


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


def best_exact(query: Query, found: Iterable[Row], wanted: str, path: Path) -> Match | None:
    """The best of the segments that have the very sentence."""
    fitting = [row for row in found if _same_language(row, query)]
    if not fitting:
        return None
    segment = rows.segment(min(fitting, key=lambda row: order(query, row, wanted)), path)
    return Match(segment, MatchKind.EXACT, 100, carried(segment, query.slots))


def best_template(query: Query, found: Iterable[Row], wanted: str, path: Path) -> Match | None:
    """The best of the segments that differ in amounts and numbers only, if they can be filled.

    Every value that differs must have its place in the target, or the old one would
    stand there unseen; and it must ask for the same plural form.
    """
    fitting = [row for row in found if _same_language(row, query)]
    for row in sorted(fitting, key=lambda row: order(query, row, wanted)):
        segment = rows.segment(row, path)
        refill = _refill(segment, query.slots)
        if refill is not None:
            return Match(segment, MatchKind.TEMPLATE, 100, segment.places, refill)
    return None


def fuzzy(query: Query, segment: Segment, score: int) -> Match:
    """A proposal. 100 is kept for the very sentence."""
    alike = " ".join(segment.source.split()) == " ".join(query.text.split())
    score = 100 if alike else min(score, 99)
    return Match(segment, MatchKind.FUZZY, score, carried(segment, query.slots))


def carried(segment: Segment, slots: Sequence[Slot]) -> tuple[Place, ...]:
    """The segment's places in the numbers of other slots; what has no counterpart is left out.

    The counterpart is the slot that says the same, the second of two the second.
    """
    numbers = {name: number for number, name in enumerate(_said(slots))}
    own = _said(segment.slots)
    return tuple(
        Place(numbers[own[place.slot]], place.start, place.end)
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


def _same_language(row: Row, query: Query) -> bool:
    return tags.primary(row.source_language) == tags.primary(query.language)
