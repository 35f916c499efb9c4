"""A segment on its way through an engine, its slots counted as the new glossary has them.

A project's own slots are those of the glossary that it was made with; a new one may
find more, fewer or others in the same sentence. Here both are told apart by where they
stand in the source.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from speechsubs import money
from speechsubs.masking import Protected
from speechsubs.model import Slot
from speechsubs.project import Segment, Source
from speechsubs.review import predict
from speechsubs.review.affected import Found, Touched
from speechsubs.spans import SpannedText


@dataclass(frozen=True, slots=True)
class Asked:
    """A segment that an engine has to say anew."""

    source: Source
    segment: Segment
    found: Found | None
    touched: Touched


@dataclass(slots=True)
class Anew:
    """A sentence on its way. `old` and the candidates count slots as `protected` does.

    `spans` is where in `old` the changed terms stand, by their id; terms whose place
    nobody knows are not in it. `candidates` are texts by the way they were made.
    """

    asked: Asked
    protected: Protected
    context: money.Context
    old: SpannedText
    plain: SpannedText
    spans: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    candidates: list[tuple[SpannedText, str]] = field(default_factory=list)

    @property
    def changed(self) -> frozenset[int]:
        """Slots of the terms that want another wording."""
        ids = {*self.asked.touched.terms, *(i for i, _, _ in self.asked.touched.banned)}
        return frozenset(n for n, term in self.protected.terms.items() if term.id in ids)

    @property
    def gone(self) -> list[tuple[int, int]]:
        """What must not stay as it is in the old text."""
        found = [span for spans in self.spans.values() for span in spans]
        return sorted({*found, *((a, b) for _, a, b in self.asked.touched.banned)})


def _own_slots(asked: Asked) -> Sequence[Slot]:
    slots, index = asked.source.slots, asked.segment.index
    return slots[index] if index < len(slots) else ()


def numbered(asked: Asked, item: Protected) -> SpannedText:
    """The old text with those of its places that the new glossary has a slot for."""
    numbers = {(slot.start, slot.end): n for n, slot in enumerate(item.slots)}
    known = _own_slots(asked)
    done = predict.finished(asked.segment)
    places = [
        replace(place, slot=numbers[known[place.slot].start, known[place.slot].end])
        for place in done.spans
        if place.slot < len(known) and (known[place.slot].start, known[place.slot].end) in numbers
    ]
    return SpannedText(done.text, tuple(places))


def recorded(done: SpannedText, sentence: Anew) -> SpannedText:
    """A text with its places by the numbers that the project's own slots have.

    The new glossary may find more or other slots in the sentence than were recorded.
    """
    numbers = {(slot.start, slot.end): n for n, slot in enumerate(_own_slots(sentence.asked))}
    spans = ((p, sentence.protected.slots[p.slot]) for p in done.spans)
    places = [
        replace(place, slot=numbers[slot.start, slot.end])
        for place, slot in spans
        if (slot.start, slot.end) in numbers
    ]
    return SpannedText(done.text, tuple(places))
