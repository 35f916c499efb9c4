"""Which segments a glossary's changes touch: both versions matched in one pass.

A segment is touched where the new version asks for something that its text does not
have, or where the old version asked for something that nobody asks for any more. A text
that is right already is nobody's business, and neither is a note.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from speechsubs.glossary import Glossary, Matcher, Policy, Term, TermMatch, target_entry, target_for
from speechsubs.glossary.diff import Change, ChangeKind
from speechsubs.glossary.verify import forbidden, occurrences
from speechsubs.project import demand

_OFF = ("deprecated",)
#: Kinds that decide where a term is found in the source.
_FINDING = (ChangeKind.SOURCE, ChangeKind.ALIASES, ChangeKind.CASE, ChangeKind.BOUNDARY,
            ChangeKind.STATUS)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """The terms of a source sentence in both versions, those that changed in `ids`."""

    text: str
    old: tuple[TermMatch, ...]
    new: tuple[TermMatch, ...]
    ids: tuple[str, ...]

    def spans(self, term_id: str, *, new: bool) -> tuple[tuple[int, int], ...]:
        """Where a term stands in one version."""
        matches = self.new if new else self.old
        return tuple((m.start, m.end) for m in matches if m.term.id == term_id)

    @property
    def marks(self) -> tuple[tuple[int, int], ...]:
        """Where changed terms stand in either version, without overlaps."""
        spans = {(m.start, m.end) for m in (*self.old, *self.new) if m.term.id in self.ids}
        result: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if result and start < result[-1][1]:
                result[-1] = (result[-1][0], max(end, result[-1][1]))
            else:
                result.append((start, end))
        return tuple(result)


@dataclass(frozen=True, slots=True)
class Touched:
    """What concerns one segment: changes, terms that want another wording, words that
    are forbidden now (term id, start, end in the segment's text).

    `released` are terms that the new version no longer asks for where the old one did.
    """

    changes: tuple[Change, ...]
    terms: tuple[str, ...]
    released: tuple[str, ...] = ()
    banned: tuple[tuple[str, int, int], ...] = ()


class Impact:
    """Both versions with their automata. Build it once for all sources and locales."""

    def __init__(self, old: Glossary, new: Glossary, changes: Sequence[Change]) -> None:
        self.old, self.new, self.changes = old, new, tuple(changes)
        self.before = {term.id: term for term in old.terms}
        self.after = {term.id: term for term in new.terms}
        self.by_term: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            if change.kind is not ChangeKind.NOTE:
                self.by_term[change.term].append(change)
        self.matchers = (Matcher(old), Matcher(new))
        # Only what could forbid a word needs a look at every translation.
        changed = [self.after[i] for i in self.by_term if i in self.after]
        self._strict = Glossary(tuple(t for t in changed if _forbids(t)), new.language)

    def find(self, text: str) -> Found | None:
        """The terms of a source sentence; None where none of them has changed."""
        if not self.by_term:
            return None
        old, new = (tuple(matcher.find(text)) for matcher in self.matchers)
        ids = tuple(dict.fromkeys(m.term.id for m in (*old, *new) if m.term.id in self.by_term))
        return Found(text, old, new, ids) if ids else None

    def looks_at_targets(self) -> bool:
        """True where translations must be read for words that are forbidden now."""
        return bool(self._strict.terms)

    def banned(self, text: str, tag: str) -> list[tuple[str, int, int]]:
        """Words of a translation that only the new version forbids."""
        if not self._strict.terms or not forbidden(self._strict, text, tag):
            return []
        before = {(start, end) for _, start, end in forbidden(self.old, text, tag)}
        return [
            (term.id, start, end)
            for term, start, end in forbidden(self.new, text, tag)
            if (start, end) not in before and term.id in self.by_term
        ]

    def touched(self, found: Found | None, text: str, tag: str) -> Touched | None:
        """What concerns a segment whose translation is `text`; None where nothing does."""
        banned = self.banned(text, tag)
        changes: list[Change] = []
        terms: list[str] = []
        released: list[str] = []
        for term_id in found.ids if found else ():
            assert found is not None
            own = list(self._relevant(found, term_id, tag, text))
            if not own:
                continue
            if self._released(found, term_id):
                released.append(term_id)
            elif self._right(found, term_id, text, tag):
                continue
            changes += own
            terms.append(term_id)
        for term_id, _, _ in banned:
            kinds = (ChangeKind.FORBIDDEN, ChangeKind.ADDED, *_FINDING, ChangeKind.POLICY,
                     ChangeKind.TARGET, ChangeKind.FORMS)  # fmt: skip
            bans = [c for c in self.by_term[term_id] if c.kind in kinds]
            strict = [c for c in bans if c.kind is ChangeKind.FORBIDDEN] or bans
            changes += [c for c in strict if not c.locale or self._in_effect(c, tag)]
        if not changes:
            return None
        kept = tuple(dict.fromkeys(changes))
        return Touched(kept, tuple(terms), tuple(released), tuple(banned))

    def demands(self, touched: Touched, tag: str) -> tuple[tuple[str, str], ...]:
        """What the new version asks for where a segment is touched, by the term's id."""
        return tuple((i, demand(self.after.get(i), tag)) for i in _ids(touched))

    def open(self, touched: Touched, declined: Mapping[str, str], tag: str) -> Touched | None:
        """What is left of a change without what a person declined; None where nothing is."""
        shut = {i for i, said in self.demands(touched, tag) if declined.get(i) == said}
        if not shut:
            return touched
        if not set(_ids(touched)) - shut:
            return None
        return Touched(
            tuple(c for c in touched.changes if c.term not in shut),
            tuple(i for i in touched.terms if i not in shut),
            tuple(i for i in touched.released if i not in shut),
            tuple(b for b in touched.banned if b[0] not in shut),
        )

    def _relevant(self, found: Found, term_id: str, tag: str, text: str) -> Iterator[Change]:
        moved = found.spans(term_id, new=False) != found.spans(term_id, new=True)
        old, new = self.before.get(term_id), self.after.get(term_id)
        for change in self.by_term[term_id]:
            kind = change.kind
            if kind in (ChangeKind.ADDED, ChangeKind.REMOVED):
                # A new word that only forbids is in no sentence's favour.
                yield change
            elif kind is ChangeKind.SOURCE:
                if moved or (old and new and target_for(old, tag)[0] != target_for(new, tag)[0]):
                    yield change
            elif kind in _FINDING:
                if moved:
                    yield change
            elif kind is ChangeKind.POLICY:
                yield change
            elif kind in (ChangeKind.TARGET, ChangeKind.FORMS) and self._in_effect(change, tag):
                gone = set(change.old.split("; ")) - set(change.new.split("; "))
                if kind is ChangeKind.TARGET or any(form and form in text for form in gone):
                    yield change

    def _in_effect(self, change: Change, tag: str) -> bool:
        """True where a change of one locale's target is what `tag` sees (es for es-MX)."""
        for term in (self.before.get(change.term), self.after.get(change.term)):
            own = term.targets.get(change.locale) if term else None
            if term and own is not None and target_entry(term, tag) is own:
                return True
        return False

    def _released(self, found: Found, term_id: str) -> bool:
        old, new = self.before.get(term_id), self.after.get(term_id)
        if old is None or _soft(old):
            return False
        if new is None or _soft(new) or new.status in _OFF:
            return bool(found.spans(term_id, new=False))
        kept = set(found.spans(term_id, new=True))
        return any(span not in kept for span in found.spans(term_id, new=False))

    def _right(self, found: Found, term_id: str, text: str, tag: str) -> bool:
        """True where a translation has all that the new version asks for, and none of
        what only the old one accepted.
        """
        new = self.after.get(term_id)
        if new is None:
            return True  # it was advice, and is not given any more
        wanted = _forms(new, tag)
        old = self.before.get(term_id)
        stale = [form for form in _forms(old, tag) if form not in wanted] if old else []
        expected = len(found.spans(term_id, new=True))
        if old is not None and _grammar(old, tag) != _grammar(new, tag):
            return False  # the words around it may have to agree
        needs = {"new": tuple(wanted), "old": tuple(stale)}
        counted = occurrences(text, needs, case="any" if _soft(new) else "exact")
        return (counted["new"] >= expected or not wanted) and not counted["old"]


def _ids(touched: Touched) -> tuple[str, ...]:
    banned = (term_id for term_id, _, _ in touched.banned)
    return tuple(dict.fromkeys((*touched.terms, *touched.released, *banned)))


def _forbids(term: Term) -> bool:
    if term.status in _OFF:
        return False
    return term.policy is Policy.FORBIDDEN or any(t.forbidden for t in term.targets.values())


def _soft(term: Term) -> bool:
    return term.policy in (Policy.TRANSLATE, Policy.FORBIDDEN)


def _forms(term: Term, tag: str) -> tuple[str, ...]:
    """What a translation may have for the term; nothing where nothing is asked."""
    target = target_entry(term, tag)
    if term.policy is Policy.FORBIDDEN or (target is None and term.policy is Policy.TRANSLATE):
        return ()
    return target.accepted if target else (term.source,)


def _grammar(term: Term, tag: str) -> tuple[str, str]:
    target = target_entry(term, tag)
    return (target.gender, target.number) if target else ("", "")
