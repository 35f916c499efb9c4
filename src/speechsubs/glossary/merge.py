"""Three-way merge of glossaries, by entry and field.

A change on one side only is applied. In lists (aliases, forms, forbidden) the additions and
removals of both sides are applied. Two different changes of one field are a conflict: our
value is kept and theirs is reported. The result is always a valid glossary.

`merge_value` merges one field, `without_orphans` checks the fields of an entry and
`SpellingIndex` the spellings of all entries. `glossary.incoming` uses them for imports,
with a different policy.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from speechsubs.errors import GlossaryError, InputError, YamlError
from speechsubs.glossary import write
from speechsubs.glossary.fields import (
    PARTS,
    Value,
    claims,
    empty,
    flat,
    name_of,
    same,
    tags,
    term_of,
)
from speechsubs.glossary.load import parse
from speechsubs.glossary.model import Glossary, Term
from speechsubs.language.normalize import key_of


def merge_value(
    base: Value, ours: Value, theirs: Value, equal: Callable[[Value, Value], bool] = same
) -> tuple[Value, bool]:
    """The merged value of a field, and whether both sides changed it differently.

    In a conflict it is our value; the caller decides how to handle it.

    >>> merge_value("a", "a", "b"), merge_value("a", "b", "a"), merge_value("a", "b", "c")
    (('b', False), ('b', False), ('b', True))
    """
    if equal(ours, theirs) or equal(base, theirs):
        return ours, False
    if equal(base, ours):
        return theirs, False
    return ours, True


def without_orphans(fields: Mapping[str, Value]) -> tuple[dict[str, Value], list[str]]:
    """The non-empty fields, and the names of the orphans that were removed.

    An orphan is an attribute (forms, gender) of a target that a merge has removed.

    >>> without_orphans({"source": "Lei", "note": "", "es": "", "es:gender": "m"})
    ({'source': 'Lei'}, ['es:gender'])
    """
    gone = [tag for tag in tags(fields) if not fields.get(tag)]
    names = (name_of(tag, part) for tag in gone for part in PARTS)
    orphans = [name for name in names if fields.get(name)]
    left = {n: value for n, value in fields.items() if value and n not in orphans}
    return left, orphans


class SpellingIndex:
    """Maps spellings to entries, by the rules for unique spellings in a glossary."""

    def __init__(self, terms: Iterable[Term] = ()) -> None:
        self._exact: dict[str, list[str]] = {}
        self._ruled: dict[tuple[str, str], str] = {}
        for term in terms:
            self.add(term)

    def add(self, term: Term) -> None:
        """Add the spellings of an entry, except those that another entry already has."""
        for text, key in claims(term):
            self._exact.setdefault(text, []).append(term.id)
            self._ruled.setdefault(key, term.id)

    def remove(self, term: Term) -> None:
        """Remove the spellings of an entry."""
        for text, key in claims(term):
            self._exact[text].remove(term.id)
            if self._ruled.get(key) == term.id:
                del self._ruled[key]

    def owner_of(self, text: str) -> str | None:
        """The id of the entry with this exact spelling, else by the case rule of the entry."""
        exact = self._exact.get(text)
        if exact:
            return exact[0]
        ruled = self._ruled.get(("exact", key_of(text)))
        return ruled or self._ruled.get(("any", key_of(text, fold=True)))

    def taken(self, term: Term) -> tuple[tuple[str, str], str] | None:
        """The first key of the entry's `claims` that another entry has, and that entry's id."""
        owners = ((key, self._ruled.get(key, term.id)) for _, key in claims(term))
        return next((found for found in owners if found[1] != term.id), None)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A conflict between both sides. `field` is named as in tables ("es", "es:forms"), or
    "entry" for an entry that one side deleted or that is incompatible with another entry.
    Texts are empty if a version has no value. `line` is 1-based in ours, 0 if unknown.
    """

    term: str
    field: str
    base: str
    ours: str
    theirs: str
    line: int = 0

    @property
    def message(self) -> str:
        """The conflict in one line."""
        shown = f"ours {_shown(self.ours)}, theirs {_shown(self.theirs)}, base {_shown(self.base)}"
        return f"{self.term} {self.field}: {shown}; ours is kept"


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """The merged glossary, in our order with new entries last."""

    glossary: Glossary
    conflicts: tuple[Conflict, ...]


@dataclass(slots=True)
class _Work:
    base: Mapping[str, Term]
    ours: Mapping[str, Term]
    theirs: Mapping[str, Term]
    path: Path
    conflicts: list[Conflict] = field(default_factory=list)

    def sides(self, term_id: str) -> tuple[Term | None, Term | None, Term | None]:
        """An entry in base, ours and theirs."""
        return self.base.get(term_id), self.ours.get(term_id), self.theirs.get(term_id)


def merge(base: Glossary, ours: Glossary, theirs: Glossary) -> ThreeWay:
    """Merge the changes from `base` to `ours` and from `base` to `theirs`.

    Raises `InputError` if the source languages of the three differ.
    """
    if not base.language == ours.language == theirs.language:
        said = f"{base.language}, {ours.language} and {theirs.language}"
        problem = f"the glossaries have different source languages: {said}"
        raise InputError(str(ours.path), problem, "Merge glossaries with the same source language")
    work = _Work(
        {t.id: t for t in base.terms},
        {t.id: t for t in ours.terms},
        {t.id: t for t in theirs.terms},
        ours.path,
    )
    made = [_merged(work, term_id) for term_id in {**work.ours, **work.theirs}]
    terms = tuple(_apart(work, [term for term in made if term is not None]))
    return ThreeWay(replace(ours, terms=terms, digest=""), tuple(work.conflicts))


def text(merged: ThreeWay, ours: str, before: Glossary) -> str:
    """Apply a merge to the text of our file, whose parsed content is `before`.

    Comments, order and quoting are kept. Each conflict is added as a comment above its
    entry, or at the end if the entry was removed. Raises `GlossaryError` if entries cannot
    be written.
    """
    unchanged = [flat(t) for t in merged.glossary.terms] == [flat(t) for t in before.terms]
    made = ours if unchanged else write.update(ours, before, merged.glossary)
    if not merged.conflicts:
        return made
    try:
        told = _commented(made, merged)
        again = parse(told, merged.glossary.path)
    except (GlossaryError, YamlError):
        return made  # comments do not fit in this file; the caller reports the conflicts
    return told if again.digest == merged.glossary.digest else made


def _merged(work: _Work, term_id: str) -> Term | None:
    """Merge one entry; None if it is deleted."""
    base, ours, theirs = work.sides(term_id)
    if ours is None or theirs is None:
        return _one_sided(work, term_id)
    if _equal(ours, theirs) or (base is not None and _equal(base, theirs)):
        return ours
    if base is not None and _equal(base, ours):
        return replace(theirs, line=ours.line)
    before, mine, other = (flat(t) if t else {} for t in (base, ours, theirs))
    made: dict[str, Value] = {}
    found: list[Conflict] = []
    for name in dict.fromkeys((*mine, *other, *before)):
        values = [side.get(name, empty(name)) for side in (before, mine, other)]
        made[name], clash = _united(values[0], values[1], values[2])
        if clash:
            was, here, there = map(joined, values)
            found.append(Conflict(term_id, name, was, here, there, ours.line))
    fields, orphans = without_orphans(made)
    for name in orphans:
        here, there = (joined(side.get(name, "")) for side in (mine, other))
        found.append(Conflict(term_id, name, "", here, there, ours.line))
    try:
        term = term_of(term_id, fields, work.path, ours.line)
    except GlossaryError as error:
        # Each side is valid, but the combination is not (a form that is forbidden).
        work.conflicts.append(_whole(work, term_id, error.problem))
        return ours
    work.conflicts += found
    return term


def _one_sided(work: _Work, term_id: str) -> Term | None:
    """Merge an entry that exists on one side only: added there, or deleted on the other."""
    base, ours, theirs = work.sides(term_id)
    there = ours or theirs
    if base is None or there is None:
        return there
    if _equal(base, there):
        return None
    why = "deleted here, changed there" if ours is None else "changed here, deleted there"
    work.conflicts.append(_whole(work, term_id, why))
    return ours


def _whole(work: _Work, term_id: str, why: str) -> Conflict:
    base, ours, theirs = work.sides(term_id)
    was, here, there = (_summary(term) for term in (base, ours, theirs))
    return Conflict(term_id, f"entry ({why})", was, here, there, ours.line if ours else 0)


def _summary(term: Term | None) -> str:
    return "; ".join(f"{n}: {joined(v)}" for n, v in flat(term).items()) if term else ""


def joined(value: Value) -> str:
    """A field's value as one text."""
    return value if isinstance(value, str) else ", ".join(value)


def _equal(one: Term, other: Term) -> bool:
    a, b = flat(one), flat(other)
    return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)


def _united(base: Value, ours: Value, theirs: Value) -> tuple[Value, bool]:
    """Like `merge_value`, but applies the changes of both sides to lists."""
    value, clash = merge_value(base, ours, theirs)
    if not clash or not isinstance(ours, tuple):
        return value, clash
    gone = set(base) - set(theirs)
    kept = [item for item in ours if item not in gone]
    added = [item for item in theirs if item not in base and item not in kept]
    return (*kept, *added), False


def _apart(work: _Work, terms: list[Term]) -> list[Term]:
    """Make spellings unique by undoing changes from theirs.

    This always succeeds, because the spellings in ours are unique.
    """
    while giving := _giving_way(work, terms):
        work.conflicts = [c for c in work.conflicts if c.term not in giving]
        work.conflicts += [_whole(work, term_id, why) for term_id, why in giving.items()]
        left = (work.ours.get(term.id) if term.id in giving else term for term in terms)
        terms = [term for term in left if term is not None]
    return terms


def _giving_way(work: _Work, terms: Sequence[Term]) -> dict[str, str]:
    """Entries that differ from ours and share a spelling with another entry, with reasons."""
    index = SpellingIndex(term for term in terms if _is_ours(work, term))
    giving: dict[str, str] = {}
    for term in (term for term in terms if not _is_ours(work, term)):
        taken = index.taken(term)
        if taken is None:
            index.add(term)
        else:
            text = {key: text for text, key in claims(term)}[taken[0]]
            giving[term.id] = f"{text!r} belongs to {taken[1]!r}"
    return giving


def _is_ours(work: _Work, term: Term) -> bool:
    ours = work.ours.get(term.id)
    return ours is not None and flat(ours) == flat(term)


def _commented(made: str, merged: ThreeWay) -> str:
    """The file with a comment above each entry that has a conflict."""
    again = parse(made, merged.glossary.path)
    # Split lines as YAML does: Python also splits at U+2028.
    lines = [line for line in re.split(r"(?<=\n)", made) if line]
    end = "\r\n" if made.count("\r\n") > 0 and made.count("\r\n") == made.count("\n") else "\n"
    above: dict[int, list[str]] = {}
    for conflict in merged.conflicts:
        term = again.term(conflict.term)
        at = term.line - 1 if term and 0 < term.line <= len(lines) else len(lines)
        own = at < len(lines) and lines[at].lstrip().startswith("-")
        at = at if own else len(lines)
        pad = lines[at][: len(lines[at]) - len(lines[at].lstrip())] if own else ""
        above.setdefault(at, []).append(f"{pad}# CONFLICT {_plain(conflict.message)}{end}")
    result: list[str] = []
    for number in range(len(lines) + 1):
        if number == len(lines) and number in above and lines and not lines[-1].endswith("\n"):
            result.append(end)
        result += above.get(number, [])
        result += lines[number : number + 1]
    return "".join(result)


def _plain(message: str) -> str:
    """Make a message safe for a comment: one line, without characters invalid in YAML."""
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in message)


def _shown(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if text else "nothing"
