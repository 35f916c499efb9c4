"""Compare two versions of a glossary by entry and field, never by line.

Entries are identified by id, so a renamed source is a rename and not a removal. Order,
comments, quoting and the order of lists are ignored, because no translation depends on
them.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from speechsubs.glossary.model import Glossary, Target, Term


class ChangeKind(StrEnum):
    """What changed in a glossary entry."""

    ADDED = "added"
    REMOVED = "removed"
    SOURCE = "source"
    TARGET = "target"
    POLICY = "policy"
    ALIASES = "aliases"
    FORMS = "forms"
    FORBIDDEN = "forbidden"
    CASE = "case"
    BOUNDARY = "boundary"
    STATUS = "status"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one entry. `locale` is "" if it applies to all languages.

    `old` and `new` are readable texts; lines are 1-based, None if the entry does not exist
    in that version.
    """

    term: str
    kind: ChangeKind
    locale: str = ""
    old: str = ""
    new: str = ""
    old_line: int | None = None
    new_line: int | None = None

    @property
    def id(self) -> str:
        """An id that is stable between runs: it depends on the change, not on its line."""
        return digest(self.term, self.kind.value, self.locale, self.old, self.new)[:12]


def digest(*parts: str) -> str:
    """SHA-256 of several texts, encoded so that different lists have different digests."""
    data = json.dumps(parts, ensure_ascii=True)
    return hashlib.sha256(data.encode("ascii")).hexdigest()


def changes(old: Glossary, new: Glossary) -> tuple[Change, ...]:
    """Every change in the order of the new version's entries; removed entries come last.

    An entry that exists in only one version is one change. Gender and number of a target
    count as the target's (`Xiaomi (f)`), part of speech and field as notes.

    >>> before = Glossary((Term("su7", "SU7", targets={"es": Target("SU7")}, line=4),))
    >>> after = Glossary((Term("su7", "SU7", targets={"es": Target("SU7 Max")}, line=5),))
    >>> [(c.kind.value, c.locale, c.old, c.new, c.old_line, c.new_line)
    ...  for c in changes(before, after)]
    [('target', 'es', 'SU7', 'SU7 Max', 4, 5)]
    """
    before = {term.id: term for term in old.terms}
    after = {term.id: term for term in new.terms}
    found: list[Change] = []
    for term in new.terms:
        was = before.get(term.id)
        if was is None:
            line = term.line or None
            found.append(Change(term.id, ChangeKind.ADDED, "", "", describe(term), None, line))
        elif was is not term:
            found += _compare(was, term)
    for term in old.terms:
        if term.id not in after:
            line = term.line or None
            found.append(Change(term.id, ChangeKind.REMOVED, "", describe(term), "", line, None))
    return tuple(found)


def describe(term: Term) -> str:
    """Describe an entry in one line.

    >>> describe(Term("lei", "Lei Jun", targets={"ja": Target("雷軍")}))
    'Lei Jun (keep), ja: 雷軍'
    """
    parts = [f"{term.source} ({term.policy.value})"]
    parts += [f"{tag}: {_wording(target)}" for tag, target in term.targets.items()]
    return ", ".join(parts)


def _compare(old: Term, new: Term) -> Iterator[Change]:
    lines = (old.line or None, new.line or None)

    def change(kind: ChangeKind, before: str, after: str, locale: str = "") -> Change:
        return Change(new.id, kind, locale, before, after, *lines)

    plain = (
        (ChangeKind.SOURCE, old.source, new.source),
        (ChangeKind.POLICY, old.policy.value, new.policy.value),
        (ChangeKind.CASE, old.case, new.case),
        (ChangeKind.BOUNDARY, old.boundary, new.boundary),
        (ChangeKind.STATUS, old.status, new.status),
    )
    for kind, before, after in plain:
        if before != after:
            yield change(kind, before, after)
    if set(old.aliases) != set(new.aliases):
        yield change(ChangeKind.ALIASES, _join(old.aliases), _join(new.aliases))
    nothing = Target("")
    for tag in dict.fromkeys((*old.targets, *new.targets)):
        was, is_ = old.targets.get(tag, nothing), new.targets.get(tag, nothing)
        if _wording(was) != _wording(is_):
            yield change(ChangeKind.TARGET, _wording(was), _wording(is_), tag)
        if set(was.forms) != set(is_.forms):
            yield change(ChangeKind.FORMS, _join(was.forms), _join(is_.forms), tag)
        if set(was.forbidden) != set(is_.forbidden):
            yield change(ChangeKind.FORBIDDEN, _join(was.forbidden), _join(is_.forbidden), tag)
    if _remarks(old) != _remarks(new):
        yield change(ChangeKind.NOTE, _remarks(old), _remarks(new))


def _wording(target: Target) -> str:
    """The term, with its gender and number if declared."""
    grammar = ", ".join(part for part in (target.gender, target.number) if part)
    return f"{target.term} ({grammar})" if grammar else target.term


def _join(texts: Sequence[str]) -> str:
    return "; ".join(texts)


def _remarks(term: Term) -> str:
    named = (("part of speech", term.pos), ("domain", term.domain), ("", term.note))
    parts = [f"{name}: {text}" if name else text for name, text in named if text]
    return "; ".join(" ".join(part.split()) for part in parts)
