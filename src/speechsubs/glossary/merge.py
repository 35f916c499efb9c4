"""Two versions of a glossary that came from one: merged entry by entry, field by field.

What only one side changed is taken. Of lists (aliases, forms, forbidden) each side's
additions and removals are. What both changed, and differently, is a conflict: ours stays
and theirs is told. The result is a glossary that loads, always.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Conflict:
    """What both sides changed. `field` is named as in tables ("es", "es:forms"), or
    "entry" for an entry that one side deleted or that cannot stand beside another.
    Texts are empty where a version says nothing. `line` is 1-based in ours, 0 if unknown.
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
        return f"{self.term} {self.field}: {shown}; ours stays"


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """The merged glossary, in the order of ours with new entries last."""

    glossary: Glossary
    conflicts: tuple[Conflict, ...]


@dataclass(slots=True)
class _Work:
    base: Mapping[str, Term]
    ours: Mapping[str, Term]
    theirs: Mapping[str, Term]
    path: Path
    conflicts: list[Conflict] = field(default_factory=list)


def merge(base: Glossary, ours: Glossary, theirs: Glossary) -> ThreeWay:
    """Merge what was done to `base` in `ours` and in `theirs`.

    Raises `InputError` where the sources of the three are in different languages.
    """
    if not base.language == ours.language == theirs.language:
        said = f"{base.language}, {ours.language} and {theirs.language}"
        problem = f"the three glossaries have sources in {said}"
        raise InputError(str(ours.path), problem, "Merge glossaries of one language")
    work = _Work(
        {t.id: t for t in base.terms},
        {t.id: t for t in ours.terms},
        {t.id: t for t in theirs.terms},
        ours.path,
    )
    merged: list[Term] = []
    for term in (*ours.terms, *(t for t in theirs.terms if t.id not in work.ours)):
        made = _merged(work, term.id)
        if made is not None:
            merged.append(made)
    terms = _apart(work, merged)
    return ThreeWay(replace(ours, terms=tuple(terms), digest=""), tuple(work.conflicts))


def text(merged: ThreeWay, ours: str, before: Glossary) -> str:
    """The file `ours`, which reads as `before`, with the merge in it.

    Comments, order and quotes of ours stay. Each conflict stands as a comment above its
    entry, or at the end where the entry is gone. Raises `GlossaryError` where entries
    cannot be written.
    """
    unchanged = [flat(t) for t in merged.glossary.terms] == [flat(t) for t in before.terms]
    made = ours if unchanged else write.update(ours, before, merged.glossary)
    if not merged.conflicts:
        return made
    try:
        told = _commented(made, merged)
        again = parse(told, merged.glossary.path)
    except (GlossaryError, YamlError):
        return made  # a file that cannot take a comment; the caller tells the conflicts
    return told if again.digest == merged.glossary.digest else made


def _merged(work: _Work, term_id: str) -> Term | None:
    """One entry; None where it is deleted."""
    base, ours, theirs = (side.get(term_id) for side in (work.base, work.ours, work.theirs))
    if ours is None or theirs is None:
        return _one_sided(work, base, ours, theirs)
    if _equal(ours, theirs) or (base is not None and _equal(base, theirs)):
        return ours
    if base is not None and _equal(base, ours):
        return replace(theirs, line=ours.line)
    before, mine, other = (flat(t) if t else {} for t in (base, ours, theirs))
    made: dict[str, Value] = {}
    found: list[Conflict] = []
    for name in dict.fromkeys((*mine, *other, *before)):
        values = [side.get(name, empty(name)) for side in (before, mine, other)]
        value, clash = _field(values[0], values[1], values[2])
        made[name] = value
        if clash:
            was, mine_, theirs_ = map(_text, values)
            found.append(Conflict(term_id, name, was, mine_, theirs_, ours.line))
    found += _tidied(term_id, made, mine, other, ours.line)
    try:
        term = term_of(term_id, {n: v for n, v in made.items() if v}, work.path, ours.line)
    except GlossaryError as error:
        # Each side is a good entry, both together are not (a form that is forbidden).
        work.conflicts.append(_whole(term_id, base, ours, theirs, error.problem))
        return ours
    work.conflicts += found
    return term


def _one_sided(
    work: _Work, base: Term | None, ours: Term | None, theirs: Term | None
) -> Term | None:
    """An entry that one side lacks: new there, or deleted here."""
    there = ours or theirs
    if base is None or there is None:
        return there
    if _equal(base, there):
        return None
    term_id = there.id
    why = "deleted here, changed there" if ours is None else "changed here, deleted there"
    work.conflicts.append(_whole(term_id, base, ours, theirs, why))
    return ours


def _whole(
    term_id: str, base: Term | None, ours: Term | None, theirs: Term | None, why: str
) -> Conflict:
    was, mine, other = (_summary(term) for term in (base, ours, theirs))
    return Conflict(term_id, f"entry ({why})", was, mine, other, ours.line if ours else 0)


def _summary(term: Term | None) -> str:
    return "; ".join(f"{n}: {_text(v)}" for n, v in flat(term).items()) if term else ""


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _equal(one: Term, other: Term) -> bool:
    a, b = flat(one), flat(other)
    return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)


def _field(base: Value, ours: Value, theirs: Value) -> tuple[Value, bool]:
    """The merged value, and whether both sides changed it differently."""
    if same(ours, theirs) or same(base, theirs):
        return ours, False
    if same(base, ours):
        return theirs, False
    if isinstance(base, tuple) and isinstance(ours, tuple) and isinstance(theirs, tuple):
        gone = set(base) - set(theirs)
        kept = [item for item in ours if item not in gone]
        added = [item for item in theirs if item not in base and item not in kept]
        return (*kept, *added), False
    return ours, True


def _tidied(
    term_id: str, made: dict[str, Value], ours: Mapping[str, Value],
    theirs: Mapping[str, Value], line: int,
) -> Iterator[Conflict]:  # fmt: skip
    """Take away the parts of targets that have gone, telling those that somebody changed."""
    for tag in tags(made):
        if made.get(tag):
            continue
        for part in PARTS:
            name = name_of(tag, part)
            if made.get(name):
                mine, other = (_text(side.get(name, "")) for side in (ours, theirs))
                yield Conflict(term_id, name, "", mine, other, line)
                made[name] = empty(name)


def _apart(work: _Work, terms: Sequence[Term]) -> list[Term]:
    """The terms with no spelling claimed twice: what came from theirs gives way.

    Ours by themselves are apart, so in the end there is always a way.
    """
    current = list(terms)
    while True:
        owners: dict[tuple[str, str], Term] = {}
        giving: dict[str, str] = {}
        for term in sorted(current, key=lambda t: not _is_ours(work, t)):
            keys = {key: text for text, key in claims(term)}
            taken = next((k for k in keys if k in owners), None)
            if taken is not None and not _is_ours(work, term):
                giving[term.id] = f"{keys[taken]!r} belongs to {owners[taken].id!r}"
                continue
            owners.update(dict.fromkeys(keys, term))
        if not giving:
            return current
        kept: list[Term] = []
        for term in current:
            if term.id not in giving:
                kept.append(term)
                continue
            base, ours, theirs = (s.get(term.id) for s in (work.base, work.ours, work.theirs))
            work.conflicts = [c for c in work.conflicts if c.term != term.id]
            work.conflicts.append(_whole(term.id, base, ours, theirs, giving[term.id]))
            if ours is not None:
                kept.append(ours)
        current = kept


def _is_ours(work: _Work, term: Term) -> bool:
    ours = work.ours.get(term.id)
    return ours is not None and flat(ours) == flat(term)


def _commented(made: str, merged: ThreeWay) -> str:
    """The file with a comment above each entry that has a conflict."""
    again = parse(made, merged.glossary.path)
    # YAML's lines, not Python's, which also end at U+2028.
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
    """A message for a comment: on one line, with nothing in it that YAML refuses."""
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in message)


def _shown(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if text else "nothing"
