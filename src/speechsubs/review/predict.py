"""Predict the text of a segment under the new glossary.

If only the wording of a term changed and the old wording can be located, it is replaced
in place and the articles and prepositions around it are adjusted; everything else stays
letter for letter. All other sentences go to an engine (see `retranslate`).

A project numbers the placeables of a sentence as the glossary it was made with found
them; a new glossary may find more, fewer or different ones. The two numberings are mapped
onto each other by the positions of the placeables in the source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from speechsubs.glossary import Policy, Target, Term, target_entry, target_for
from speechsubs.glossary.match import Finder
from speechsubs.language.locales import Locale
from speechsubs.language.normalize import bounded
from speechsubs.language.typography import Grammar, around_slots
from speechsubs.model import Placeable
from speechsubs.project import Segment, Source
from speechsubs.review.affected import Effect, GlossaryChange, SentenceTerms
from speechsubs.spans import Span, SpannedText
from speechsubs.translation.placeholders import Protected

REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class PredictedText:
    """A new text with its placeables, and the method that made it."""

    target: SpannedText
    method: str


def spanned_text(segment: Segment) -> SpannedText:
    """A segment's text with its placeables, without overlapping or out-of-range ones."""
    kept: list[Span] = []
    for place in sorted(segment.places, key=lambda p: (p.start, p.end)):
        floor = kept[-1].end if kept else 0
        if floor <= place.start < place.end <= len(segment.text):
            kept.append(place)
    return SpannedText(segment.text, tuple(kept))


def replace_terms(
    impact: GlossaryChange,
    source: Source,
    segment: Segment,
    found: SentenceTerms | None,
    effect: Effect,
    locale: Locale,
) -> PredictedText | None:
    """Replace changed terms in place; None if the sentence must be retranslated."""
    if effect.released or (found and not _same_spans(found)):
        return None
    done = spanned_text(segment)
    swaps: dict[tuple[int, int], tuple[str, Term]] = {}
    for term_id in effect.terms:
        old, new = impact.old_terms.get(term_id), impact.new_terms.get(term_id)
        if old is None or new is None or found is None:
            return None
        count = len(found.spans(term_id, new=True))
        places = find_wording(source, segment, done, old, count, locale.tag)
        if places is None and sum(i == term_id for i, _, _ in effect.banned) == count:
            continue  # the forbidden renderings mark where the right one belongs
        if places is None:
            return None
        for start, end in places:
            swaps[start, end] = (_match_case(done.text[start:end], old, new, locale.tag), new)
    for term_id, start, end in effect.banned:
        # A forbidden rendering of a term in the source: the right one is known.
        new = impact.new_terms.get(term_id)
        named = found is not None and bool(found.spans(term_id, new=True))
        if any(start < b and end > a for a, b in swaps):
            continue
        if new is None or not named or new.policy is Policy.FORBIDDEN:
            return None
        swaps[start, end] = (target_for(new, locale.tag)[0], new)
    if not swaps:
        return None
    return PredictedText(swap_terms(done, swaps, locale), REPLACED)


def _same_spans(found: SentenceTerms) -> bool:
    old = [(m.start, m.end, m.term.id) for m in found.old]
    return old == [(m.start, m.end, m.term.id) for m in found.new]


def find_wording(
    source: Source, segment: Segment, done: SpannedText, old: Term, count: int, tag: str
) -> list[tuple[int, int]] | None:
    """Locate the old wording of a term that occurs `count` times in the source, or None.

    Recorded positions are used first. If they do not match, the text is searched for the
    old wording, which must then occur exactly `count` times.
    """
    accepted = _accepted_forms(old, tag)
    recorded = source.placeables
    there = recorded[segment.index] if segment.index < len(recorded) else ()
    own = {n for n, p in enumerate(there) if p.value.identity == old.identity}
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
    longest = [h for h in hits if not any(_is_inside(h, other) for other in hits)]
    # An inflected form needs the same inflection of the new term, which is not known here.
    if len(longest) != count or any(hits[h] for h in longest):
        return None
    return sorted(longest)


def _is_inside(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return other != span and other[0] <= span[0] and span[1] <= other[1]


def _accepted_forms(term: Term, tag: str) -> tuple[str, ...]:
    target = target_entry(term, tag)
    if target is not None:
        return target.accepted
    return () if term.policy is Policy.TRANSLATE else (term.source,)


def _match_case(written: str, old: Term, new: Term, tag: str) -> str:
    """The new wording, capitalized if the old one was capitalized ("Consejo")."""
    before, after = target_for(old, tag)[0], target_for(new, tag)[0]
    raised = written[:1].isupper() and before[:1].islower()
    return after[:1].upper() + after[1:] if raised and after[:1].islower() else after


def swap_terms(
    done: SpannedText, swaps: Mapping[tuple[int, int], tuple[str, Term]], locale: Locale
) -> SpannedText:
    """Replace spans of the text, shift its placeables and repair the agreement around them."""
    # Number each span separately: one placeable may occur twice.
    stretches: list[tuple[int, int]] = []
    for start, end in sorted({*((p.start, p.end) for p in done.spans), *swaps}):
        # Skip placeables that a longer wording swallows.
        if not stretches or start >= stretches[-1][1]:
            stretches.append((start, end))
    wanted = {n: swaps[span] for n, span in enumerate(stretches) if span in swaps}
    filled = SpannedText.of(done.text, stretches).fill({n: text for n, (text, _) in wanted.items()})
    changed = {n: grammar_of(target_entry(term, locale.tag)) for n, (_, term) in wanted.items()}
    repairs = filled.free(around_slots(filled.only(changed), locale, changed))
    slots = {(p.start, p.end): p.slot for p in done.spans}
    spans = [
        replace(span, slot=slots[stretches[span.slot]])
        for span in filled.edit(repairs).spans
        if stretches[span.slot] in slots
    ]
    return SpannedText(filled.edit(repairs).text, tuple(spans))


def grammar_of(target: Target | None) -> Grammar:
    """Gender and number of a target as the glossary declares them."""
    if target is None:
        return Grammar()
    return Grammar(target.gender if target.gender in ("m", "f") else "", target.number)


@dataclass(frozen=True, slots=True)
class Request:
    """A segment to be retranslated, and why."""

    source: Source
    segment: Segment
    terms: SentenceTerms | None
    effect: Effect


@dataclass(slots=True)
class Retranslation:
    """A retranslation in progress; `old`, `plain` and candidates use the slots of `protected`.

    `plain` is the regular output of the pipeline. `spans` maps term ids to the positions
    of the changed terms in `old`; terms that could not be located are missing.
    `candidates` are pairs of text and method.
    """

    request: Request
    protected: Protected
    old: SpannedText
    plain: SpannedText
    spans: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    candidates: list[tuple[SpannedText, str]] = field(default_factory=list)

    @property
    def changed(self) -> frozenset[int]:
        """Slots of the terms that need a new wording."""
        ids = {*self.request.effect.terms, *(i for i, _, _ in self.request.effect.banned)}
        return frozenset(n for n, term in self.protected.terms.items() if term.id in ids)

    @property
    def gone(self) -> list[tuple[int, int]]:
        """Spans of the old text that have to change."""
        found = [span for spans in self.spans.values() for span in spans]
        return sorted({*found, *((a, b) for _, a, b in self.request.effect.banned)})


def _recorded(request: Request) -> Sequence[Placeable]:
    """The placeables of a sentence as the project has them."""
    found, index = request.source.placeables, request.segment.index
    return found[index] if index < len(found) else ()


def renumber_for_glossary(request: Request, item: Protected) -> SpannedText:
    """The old text with the placeables that the new glossary also finds, renumbered."""
    numbers = {(slot.start, slot.end): n for n, slot in enumerate(item.placeables)}
    known = _recorded(request)
    done = spanned_text(request.segment)
    places = [
        replace(place, slot=numbers[known[place.slot].start, known[place.slot].end])
        for place in done.spans
        if place.slot < len(known) and (known[place.slot].start, known[place.slot].end) in numbers
    ]
    return SpannedText(done.text, tuple(places))


def renumber_for_project(done: SpannedText, sentence: Retranslation) -> SpannedText:
    """A text with its placeables numbered as the project recorded them.

    Placeables that only the new glossary finds are dropped.
    """
    numbers = {(slot.start, slot.end): n for n, slot in enumerate(_recorded(sentence.request))}
    spans = ((p, sentence.protected.placeables[p.slot]) for p in done.spans)
    places = [
        replace(place, slot=numbers[slot.start, slot.end])
        for place, slot in spans
        if (slot.start, slot.end) in numbers
    ]
    return SpannedText(done.text, tuple(places))
