"""What a segment would say under the new glossary.

Where only the wording of a term has changed and it is known where the old one stands,
the new one takes its place and the little words around it are put right: all else stays
letter for letter. Every other sentence goes to an engine (`retranslate`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from speechsubs.glossary import Policy, Target, Term, target_entry, target_for
from speechsubs.glossary.keys import bounded
from speechsubs.glossary.match import Finder
from speechsubs.locales import Locale
from speechsubs.model import SlotKind
from speechsubs.project import Segment, Source
from speechsubs.review.affected import Found, Impact, Touched
from speechsubs.spans import Span, SpannedText
from speechsubs.typography import Grammar as Grammar
from speechsubs.typography import around_slots

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
