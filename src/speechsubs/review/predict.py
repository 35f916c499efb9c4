"""What a segment would say under the new glossary.

Where only the wording of a term has changed and it is known where the old one stands,
the new one takes its place and the little words around it are put right: all else stays
letter for letter. Every other sentence goes to an engine (`retranslate`).

A segment on its way through an engine, its slots counted as the new glossary has them.

A project's own slots are those of the glossary that it was made with; a new one may
find more, fewer or others in the same sentence. Here both are told apart by where they
stand in the source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from speechsubs.glossary import Policy, Target, Term, target_entry, target_for
from speechsubs.glossary.match import Finder
from speechsubs.language.locales import Locale
from speechsubs.language.normalize import bounded
from speechsubs.language.typography import Grammar, around_slots
from speechsubs.model import Slot, SlotKind
from speechsubs.project import Segment, Source
from speechsubs.review.affected import Found, Impact, Touched
from speechsubs.spans import Span, SpannedText
from speechsubs.translation.placeholders import Protected

REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Predicted:
    """A new text with its slots, and where it comes from."""

    finished: SpannedText
    method: str


def finished(segment: Segment) -> SpannedText:
    """A segment's text with those of its places that still lie in it, without overlaps."""
    kept: list[Span] = []
    for place in sorted(segment.places, key=lambda p: (p.start, p.end)):
        floor = kept[-1].end if kept else 0
        if floor <= place.start < place.end <= len(segment.text):
            kept.append(place)
    return SpannedText(segment.text, tuple(kept))


def replaced(
    impact: Impact,
    source: Source,
    segment: Segment,
    found: Found | None,
    touched: Touched,
    locale: Locale,
) -> Predicted | None:
    """The text with the new wordings in place, or None where that is not enough."""
    if touched.released or (found and not _same_places(found)):
        return None
    done = finished(segment)
    swaps: dict[tuple[int, int], tuple[str, Term]] = {}
    for term_id in touched.terms:
        old, new = impact.before.get(term_id), impact.after.get(term_id)
        if old is None or new is None or found is None:
            return None
        count = len(found.spans(term_id, new=True))
        places = wordings(source, segment, done, old, count, locale.tag)
        if places is None and sum(i == term_id for i, _, _ in touched.banned) == count:
            continue  # the wrong renderings are where the right one belongs
        if places is None:
            return None
        for start, end in places:
            swaps[start, end] = (_cased(done.text[start:end], old, new, locale.tag), new)
    for term_id, start, end in touched.banned:
        # A wrong rendering of a name that the source has: the right one is known.
        new = impact.after.get(term_id)
        named = found is not None and bool(found.spans(term_id, new=True))
        if any(start < b and end > a for a, b in swaps):
            continue
        if new is None or not named or new.policy is Policy.FORBIDDEN:
            return None
        swaps[start, end] = (target_for(new, locale.tag)[0], new)
    if not swaps:
        return None
    return Predicted(swapped(done, swaps, locale), REPLACED)


def _same_places(found: Found) -> bool:
    old = [(m.start, m.end, m.term.id) for m in found.old]
    return old == [(m.start, m.end, m.term.id) for m in found.new]


def wordings(
    source: Source, segment: Segment, done: SpannedText, old: Term, count: int, tag: str
) -> list[tuple[int, int]] | None:
    """Where the old wording stands as often as the source has the term, or None.

    The places that were recorded come first; where they do not tell, the text is searched
    for the old wording, which then has to stand there as often as is asked.
    """
    accepted = _accepted(old, tag)
    slots = source.slots[segment.index] if segment.index < len(source.slots) else ()
    own = {n for n, s in enumerate(slots) if s.kind is SlotKind.TERM and s.key == old.id}
    known = [(p.start, p.end) for p in done.spans if p.slot in own]
    if len(known) == count and all(done.text[a:b] in accepted for a, b in known):
        return known
    if not accepted:
        return None
    finder = Finder([(form, "any" if old.policy is Policy.TRANSLATE else "exact")
                     for form in accepted])  # fmt: skip
    taken = [(p.start, p.end) for p in done.spans if p.slot not in own]
    hits = {
        (start, end): index
        for index, start, end in finder.spans(done.text)
        if bounded(done.text, start, end) and not any(start < b and end > a for a, b in taken)
    }
    longest = [h for h in hits if not any(_inside(h, other) for other in hits)]
    # An inflected form wants the same inflection of the new word, which nobody here knows.
    if len(longest) != count or any(hits[h] for h in longest):
        return None
    return sorted(longest)


def _inside(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return other != span and other[0] <= span[0] and span[1] <= other[1]


def _accepted(term: Term, tag: str) -> tuple[str, ...]:
    target = target_entry(term, tag)
    if target is not None:
        return target.accepted
    return () if term.policy is Policy.TRANSLATE else (term.source,)


def _cased(written: str, old: Term, new: Term, tag: str) -> str:
    """The new wording, with a capital where the old one had got one ("Consejo")."""
    before, after = target_for(old, tag)[0], target_for(new, tag)[0]
    raised = written[:1].isupper() and before[:1].islower()
    return after[:1].upper() + after[1:] if raised and after[:1].islower() else after


def swapped(
    done: SpannedText, swaps: Mapping[tuple[int, int], tuple[str, Term]], locale: Locale
) -> SpannedText:
    """The text with stretches replaced, the places moved along, the grammar repaired."""
    # Each stretch is a span with a number of its own: a slot may stand there twice.
    stretches: list[tuple[int, int]] = []
    for start, end in sorted({*((p.start, p.end) for p in done.spans), *swaps}):
        # Else it is a place that a longer wording swallowed.
        if not stretches or start >= stretches[-1][1]:
            stretches.append((start, end))
    wanted = {n: swaps[span] for n, span in enumerate(stretches) if span in swaps}
    filled = SpannedText.of(done.text, stretches).fill({n: text for n, (text, _) in wanted.items()})
    changed = {n: grammar(target_entry(term, locale.tag)) for n, (_, term) in wanted.items()}
    repairs = filled.free(around_slots(filled.only(changed), locale, changed))
    slots = {(p.start, p.end): p.slot for p in done.spans}
    spans = [
        replace(span, slot=slots[stretches[span.slot]])
        for span in filled.edit(repairs).spans
        if stretches[span.slot] in slots
    ]
    return SpannedText(filled.edit(repairs).text, tuple(spans))


def grammar(target: Target | None) -> Grammar:
    """What a glossary says of a wording's gender and number."""
    if target is None:
        return Grammar()
    return Grammar(target.gender if target.gender in ("m", "f") else "", target.number)


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
    done = finished(asked.segment)
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
