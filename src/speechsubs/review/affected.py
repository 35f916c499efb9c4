"""Find the segments that a glossary change affects, matching both versions in one pass.

A segment is affected if the new version requires something that its text lacks, or if a
requirement of the old version no longer applies. Texts that are correct already are not
affected, and changed notes never affect a segment.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from speechsubs.glossary import Glossary, Matcher, Policy, Term, TermMatch, target_entry, target_for
from speechsubs.glossary.diff import Change, ChangeKind
from speechsubs.glossary.verify import forbidden, occurrences
from speechsubs.project import demand

_INACTIVE = ("deprecated",)
#: Kinds of change that alter where a term matches in the source.
_MATCHING_KINDS = (ChangeKind.SOURCE, ChangeKind.ALIASES, ChangeKind.CASE, ChangeKind.BOUNDARY,
            ChangeKind.STATUS)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SentenceTerms:
    """Term matches of a source sentence in both versions; `ids` are the changed terms."""

    text: str
    old: tuple[TermMatch, ...]
    new: tuple[TermMatch, ...]
    ids: tuple[str, ...]

    def spans(self, term_id: str, *, new: bool) -> tuple[tuple[int, int], ...]:
        """The spans of a term in one version."""
        matches = self.new if new else self.old
        return tuple((m.start, m.end) for m in matches if m.term.id == term_id)

    @property
    def marks(self) -> tuple[tuple[int, int], ...]:
        """Spans of the changed terms in either version, overlaps merged."""
        spans = {(m.start, m.end) for m in (*self.old, *self.new) if m.term.id in self.ids}
        result: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if result and start < result[-1][1]:
                result[-1] = (result[-1][0], max(end, result[-1][1]))
            else:
                result.append((start, end))
        return tuple(result)


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of a glossary change on one segment.

    `terms` need a new wording, `released` are those among them that the new version no
    longer requires, and `banned` are newly forbidden words (term id, start and end in
    the translation).
    """

    changes: tuple[Change, ...]
    terms: tuple[str, ...]
    released: tuple[str, ...] = ()
    banned: tuple[tuple[str, int, int], ...] = ()


class GlossaryChange:
    """Both versions of a glossary and their matchers. Build one for all sources and locales."""

    def __init__(self, old: Glossary, new: Glossary, changes: Sequence[Change]) -> None:
        self.old, self.new, self.changes = old, new, tuple(changes)
        self.old_terms = {term.id: term for term in old.terms}
        self.new_terms = {term.id: term for term in new.terms}
        self.by_term: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            if change.kind is not ChangeKind.NOTE:
                self.by_term[change.term].append(change)
        self.matchers = (Matcher(old), Matcher(new))
        # Translations need to be searched only if a changed term forbids words.
        changed = [self.new_terms[i] for i in self.by_term if i in self.new_terms]
        self._strict = Glossary(tuple(t for t in changed if _forbids(t)), new.language)

    def find(self, text: str) -> SentenceTerms | None:
        """Match a source sentence; None if it contains no changed term."""
        if not self.by_term:
            return None
        old, new = (tuple(matcher.find(text)) for matcher in self.matchers)
        ids = tuple(dict.fromkeys(m.term.id for m in (*old, *new) if m.term.id in self.by_term))
        return SentenceTerms(text, old, new, ids) if ids else None

    def checks_targets(self) -> bool:
        """True if translations must be searched for newly forbidden words."""
        return bool(self._strict.terms)

    def banned(self, text: str, tag: str) -> list[tuple[str, int, int]]:
        """Find words of a translation that only the new version forbids."""
        if not self._strict.terms or not forbidden(self._strict, text, tag):
            return []
        before = {(start, end) for _, start, end in forbidden(self.old, text, tag)}
        return [
            (term.id, start, end)
            for term, start, end in forbidden(self.new, text, tag)
            if (start, end) not in before and term.id in self.by_term
        ]

    def assess(self, found: SentenceTerms | None, text: str, tag: str) -> Effect | None:
        """The effect on a segment whose translation is `text`; None if there is none."""
        banned = self.banned(text, tag)
        changes: list[Change] = []
        terms: list[str] = []
        released: list[str] = []
        for term_id in found.ids if found else ():
            assert found is not None
            own = list(self._relevant_changes(found, term_id, tag, text))
            if not own:
                continue
            if self._was_released(found, term_id):
                released.append(term_id)
            elif self._satisfies(found, term_id, text, tag):
                continue
            changes += own
            terms.append(term_id)
        for term_id, _, _ in banned:
            kinds = (ChangeKind.FORBIDDEN, ChangeKind.ADDED, *_MATCHING_KINDS, ChangeKind.POLICY,
                     ChangeKind.TARGET, ChangeKind.FORMS)  # fmt: skip
            bans = [c for c in self.by_term[term_id] if c.kind in kinds]
            strict = [c for c in bans if c.kind is ChangeKind.FORBIDDEN] or bans
            changes += [c for c in strict if not c.locale or self._in_effect(c, tag)]
        if not changes:
            return None
        kept = tuple(dict.fromkeys(changes))
        return Effect(kept, tuple(terms), tuple(released), tuple(banned))

    def demands(self, effect: Effect, tag: str) -> tuple[tuple[str, str], ...]:
        """What the new version requires of an affected segment, as hashes by term id."""
        return tuple((i, demand(self.new_terms.get(i), tag)) for i in _term_ids(effect))

    def without_declined(
        self, effect: Effect, declined: Mapping[str, str], tag: str
    ) -> Effect | None:
        """The effect without declined changes; None if nothing is left."""
        shut = {i for i, demand in self.demands(effect, tag) if declined.get(i) == demand}
        if not shut:
            return effect
        if not set(_term_ids(effect)) - shut:
            return None
        return Effect(
            tuple(c for c in effect.changes if c.term not in shut),
            tuple(i for i in effect.terms if i not in shut),
            tuple(i for i in effect.released if i not in shut),
            tuple(b for b in effect.banned if b[0] not in shut),
        )

    def _relevant_changes(
        self, found: SentenceTerms, term_id: str, tag: str, text: str
    ) -> Iterator[Change]:
        moved = found.spans(term_id, new=False) != found.spans(term_id, new=True)
        old, new = self.old_terms.get(term_id), self.new_terms.get(term_id)
        for change in self.by_term[term_id]:
            kind = change.kind
            if kind in (ChangeKind.ADDED, ChangeKind.REMOVED):
                # Even a new entry that only forbids words may concern this sentence.
                yield change
            elif kind is ChangeKind.SOURCE:
                if moved or (old and new and target_for(old, tag)[0] != target_for(new, tag)[0]):
                    yield change
            elif kind in _MATCHING_KINDS:
                if moved:
                    yield change
            elif kind is ChangeKind.POLICY:
                yield change
            elif kind in (ChangeKind.TARGET, ChangeKind.FORMS) and self._in_effect(change, tag):
                gone = set(change.old.split("; ")) - set(change.new.split("; "))
                if kind is ChangeKind.TARGET or any(form and form in text for form in gone):
                    yield change

    def _in_effect(self, change: Change, tag: str) -> bool:
        """True if `tag` inherits the changed target (es-MX that of es)."""
        for term in (self.old_terms.get(change.term), self.new_terms.get(change.term)):
            own = term.targets.get(change.locale) if term else None
            if term and own is not None and target_entry(term, tag) is own:
                return True
        return False

    def _was_released(self, found: SentenceTerms, term_id: str) -> bool:
        old, new = self.old_terms.get(term_id), self.new_terms.get(term_id)
        if old is None or _is_advisory(old):
            return False
        if new is None or _is_advisory(new) or new.status in _INACTIVE:
            return bool(found.spans(term_id, new=False))
        kept = set(found.spans(term_id, new=True))
        return any(span not in kept for span in found.spans(term_id, new=False))

    def _satisfies(self, found: SentenceTerms, term_id: str, text: str, tag: str) -> bool:
        """True if a translation has every required wording and none that only the old
        version accepted.
        """
        new = self.new_terms.get(term_id)
        if new is None:
            return True  # only advice, which no longer applies
        wanted = _accepted_forms(new, tag)
        old = self.old_terms.get(term_id)
        stale = [form for form in _accepted_forms(old, tag) if form not in wanted] if old else []
        expected = len(found.spans(term_id, new=True))
        if old is not None and _agreement(old, tag) != _agreement(new, tag):
            return False  # surrounding words may have to agree
        needs = {"new": tuple(wanted), "old": tuple(stale)}
        counted = occurrences(text, needs, case="any" if _is_advisory(new) else "exact")
        return (counted["new"] >= expected or not wanted) and not counted["old"]


def _term_ids(effect: Effect) -> tuple[str, ...]:
    banned = (term_id for term_id, _, _ in effect.banned)
    return tuple(dict.fromkeys((*effect.terms, *effect.released, *banned)))


def _forbids(term: Term) -> bool:
    if term.status in _INACTIVE:
        return False
    return term.policy is Policy.FORBIDDEN or any(t.forbidden for t in term.targets.values())


def _is_advisory(term: Term) -> bool:
    return term.policy in (Policy.TRANSLATE, Policy.FORBIDDEN)


def _accepted_forms(term: Term, tag: str) -> tuple[str, ...]:
    """The accepted renderings of a term; empty if none is required."""
    target = target_entry(term, tag)
    if term.policy is Policy.FORBIDDEN or (target is None and term.policy is Policy.TRANSLATE):
        return ()
    return target.accepted if target else (term.source,)


def _agreement(term: Term, tag: str) -> tuple[str, str]:
    target = target_entry(term, tag)
    return (target.gender, target.number) if target else ("", "")
