"""Merge imported entries into a glossary, matched by id, or by source if there is no id.

With a known base (the `base` glossary, or the revision in our own tables), a field is a
conflict only if both sides changed it differently. Without a base, every field with
different values is a conflict. Conflicts keep our value by default.

The rules are those of `glossary.merge`, with a different policy: entries are never removed,
a list that both sides changed is a conflict, and whitespace in notes is ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from speechsubs.errors import GlossaryError, InputError, UnknownLocaleError
from speechsubs.glossary.fields import (
    ENTRY,
    MAX_ITEMS,
    Entry,
    Incoming,
    Value,
    claims,
    empty,
    finding,
    flat,
    id_for,
    name_of,
    own_tag,
    revision,
    same,
    split,
    tags,
    term_of,
    usable_id,
    with_policy,
)
from speechsubs.glossary.merge import SpellingIndex, joined, merge_value, without_orphans
from speechsubs.glossary.model import Glossary, Policy, Term, target_for
from speechsubs.language.normalize import key_of
from speechsubs.model import Finding, Severity

Prefer = Literal["ours", "theirs"]
_SHOWN = 60
#: Maximum number of languages in one file.
MAX_TAGS = 512


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of a merge. `changed` lists the updated fields of each entry."""

    glossary: Glossary
    added: tuple[str, ...]
    changed: Mapping[str, tuple[str, ...]]
    unchanged: tuple[str, ...]
    conflicts: tuple[Finding, ...]
    findings: tuple[Finding, ...]


def merge(
    ours: Glossary,
    incoming: Incoming,
    *,
    base: Glossary | None = None,
    prefer: Prefer = "ours",
    policy: Policy = Policy.FIXED,
) -> Merged:
    """Merge a file into a glossary. No entry or value is removed without a finding.

    `base` is the glossary that the file was exported from. `prefer` resolves conflicts,
    which are always reported. `policy` is the default for new entries with a target.
    Raises `InputError` if the source languages differ.
    """
    said = incoming.language
    if said and said.partition("-")[0].casefold() != ours.language.partition("-")[0].casefold():
        problem = f"its source language is {said}, that of {ours.path} is {ours.language}"
        raise InputError(incoming.file, problem, "Swap the languages, or use another glossary")
    work = _Merge(ours, incoming.file, base, prefer, policy)
    for entry in incoming.entries:
        work.take(entry)
    return Merged(
        replace(ours, terms=tuple(work.terms.values()), digest=""),
        tuple(work.added),
        {name: tuple(fields) for name, fields in work.changed.items()},
        tuple(work.unchanged),
        tuple(work.conflicts),
        (*incoming.findings, *work.findings),
    )


class _Merge:
    """The state of one merge."""

    def __init__(
        self, ours: Glossary, file: str, base: Glossary | None, prefer: Prefer, policy: Policy
    ) -> None:
        self.terms = {term.id: term for term in ours.terms}
        self.added: list[str] = []
        self.changed: dict[str, dict[str, None]] = {}
        self.unchanged: list[str] = []
        self.conflicts: list[Finding] = []
        self.findings: list[Finding] = []
        self._ours, self._file, self._prefer, self._policy = ours, file, prefer, policy
        self._base = {term.id: term for term in base.terms} if base else {}
        self._names = SpellingIndex(ours.terms)
        self._tags = {tag for term in ours.terms for tag in term.targets}
        self._renamed: dict[str, str] = {}
        self._numbers: dict[str, int] = {}

    def take(self, given: Entry) -> None:
        """Merge one entry."""
        entry = replace(given, fields=self._own_tags(given))
        term_id = self._match(entry)
        if term_id is None and entry.id in self._base:
            self._deleted(entry, self._base[entry.id])
        elif term_id is None:
            self._add(entry)
        elif term_id:
            self._change(entry, self.terms[term_id])

    def _own_tags(self, entry: Entry) -> dict[str, Value]:
        """The fields, with locale tags as they are written in the glossary."""
        fields: dict[str, Value] = {}
        for name, value in entry.fields.items():
            if name in ENTRY:
                fields[name] = value
                continue
            tag, part = split(name)
            if tag not in self._renamed:
                if len(self._renamed) >= MAX_TAGS:
                    problem = f"it has more than {MAX_TAGS} languages"
                    raise InputError(self._file, problem, "Is it a glossary?")
                try:
                    self._renamed[tag] = own_tag(tag, self._tags)
                except UnknownLocaleError as error:
                    self._renamed[tag] = ""
                    message = f"{error}: its targets were skipped"
                    self.findings.append(self._warning("left-out", message, entry))
            if self._renamed[tag]:
                fields[name_of(self._renamed[tag], part)] = value
        return fields

    def _match(self, entry: Entry) -> str | None:
        """The id of our entry, None for a new entry, "" if the match is ambiguous."""
        source = str(entry.fields["source"])
        by_source = self._names.owner_of(source)
        if entry.id in self.terms:
            term = self.terms[entry.id]
            spellings = {source, *entry.fields.get("aliases", ())}
            known = bool(spellings & set(term.spellings)) or by_source == entry.id
            if known or entry.revision == _revision(term, entry) or entry.id in self._base:
                return entry.id
            if by_source is None:
                self._conflict(
                    entry, term, "id",
                    f"{entry.id!r} is {term.source!r} here and {source!r} there",
                )  # fmt: skip
                return ""
        return by_source

    def _add(self, entry: Entry) -> None:
        fields = with_policy(entry.fields, self._policy.value)
        term_id = entry.id if usable_id(entry.id) and entry.id not in self.terms else ""
        source = str(fields["source"])
        term_id = term_id or id_for(source, self.terms.__contains__, self._numbers)
        term = self._checked(term_id, fields, entry)
        if term is not None:
            self.terms[term_id] = term
            self._names.add(term)
            self.added.append(term_id)

    def _deleted(self, entry: Entry, was: Term) -> None:
        """Handle an entry of the base that was deleted from our glossary since."""
        before = flat(was)
        if all(_same(n, v, before.get(n, empty(n))) for n, v in entry.fields.items()):
            return
        message = f"{was.id!r} was deleted here and changed there: it stays deleted"
        self.conflicts.append(self._warning("conflict", message, entry))

    def _change(self, entry: Entry, term: Term) -> None:
        ours = flat(term)
        before = self._before(entry, term)
        made, changed = dict(ours), []
        for name, theirs in entry.fields.items():
            value = ours.get(name, empty(name))
            if _same(name, value, theirs) or self._implied(name, value, theirs, term):
                continue
            if before is None:
                taken, clash = merge_value(_common(name, value, theirs, term), value, theirs)
            else:
                was = before.get(name, empty(name))
                taken, clash = merge_value(was, value, theirs, partial(_same, name))
            if clash:
                message = f"{name}: {_shown(value)} here, {_shown(theirs)} there"
                self._conflict(entry, term, name, f"{term.id!r} {message}")
                taken = theirs if theirs and self._prefer == "theirs" else value
            if taken != value:
                made[name] = taken
                changed.append(name)
        new = self._checked(term.id, _tidy(made), entry, term) if changed else None
        if new is None or new == term:
            if term.id not in self.changed and term.id not in self.added:
                self.unchanged.append(term.id)
            return
        self.terms[term.id] = new
        self._names.remove(term)
        self._names.add(new)
        if term.id not in self.added:
            self.changed.setdefault(term.id, {}).update(dict.fromkeys(changed))

    def _before(self, entry: Entry, term: Term) -> Mapping[str, Value] | None:
        """The fields of the entry when it was exported, or None if unknown."""
        if term.id in self._base:
            return flat(self._base[term.id])
        if entry.revision:
            if entry.revision == _revision(term, entry):
                return flat(term)
            if entry.revision == revision(entry.fields):
                return entry.fields
        return None

    def _implied(self, name: str, ours: Value, theirs: Value, term: Term) -> bool:
        """True for a target that already applies: a kept term's source, or "es" for "es-MX"."""
        if ours or not theirs or name in ENTRY or split(name)[1]:
            return False
        return target_for(term, name) == (theirs, True)

    def _checked(
        self, term_id: str, fields: Mapping[str, Value], entry: Entry, old: Term | None = None
    ) -> Term | None:
        """The term, or None with a finding if it is invalid."""
        try:
            if any(isinstance(v, tuple) and len(v) > MAX_ITEMS for v in fields.values()):
                problem = f"a list has more than {MAX_ITEMS:,} texts"
                raise GlossaryError(self._ours.path, 0, problem)
            term = term_of(term_id, fields, self._ours.path, old.line if old else 0)
        except GlossaryError as error:
            problem = error.problem
        else:
            taken = self._names.taken(term)
            if taken is None:
                return term
            text = next(text for text, key in claims(term) if key == taken[0])
            problem = f"{_shown(text)} belongs to {taken[1]!r}"
        source = str(entry.fields["source"])
        message = f"{_shown(source)} is not imported: {problem}"
        self.findings.append(self._warning("refused", message, entry))
        return None

    def _conflict(self, entry: Entry, term: Term, name: str, message: str) -> None:
        stays = "theirs is used" if self._prefer == "theirs" and name != "id" else "ours is kept"
        where = f" (line {term.line} of {self._ours.path.name})" if term.line else ""
        locale = "" if name in ENTRY or name == "id" else split(name)[0]
        message = f"{message}: {stays}{where}"
        self.conflicts.append(self._warning("conflict", message, entry, locale))

    def _warning(self, code: str, message: str, entry: Entry, locale: str = "") -> Finding:
        return finding(code, Severity.WARNING, message, self._file, entry.line, locale)


def _revision(term: Term, entry: Entry) -> str:
    ours = flat(term)
    return revision({name: ours.get(name, empty(name)) for name in entry.fields})


def _same(name: str, one: Value, other: Value) -> bool:
    if name == "note":
        # Formats normalize whitespace differently, and it has no meaning.
        return str(one).split() == str(other).split()
    return same(one, other)


def _common(name: str, ours: Value, theirs: Value, term: Term) -> Value:
    """The base to assume if it is unknown: the values that both sides share.

    Thus nothing is removed: a list with more items than ours is accepted, one with fewer
    is not. For an entry matched by another spelling, the different source is no change.
    """
    if isinstance(ours, tuple):
        return tuple(set(ours) & set(theirs))
    if name == "source":
        fold = term.case == "any"
        known = {key_of(text, fold=fold) for text in term.spellings}
        return theirs if key_of(str(theirs), fold=fold) in known else ""
    return ""


def _tidy(fields: Mapping[str, Value]) -> dict[str, Value]:
    """Remove orphans, and forms that are now the target term."""
    made, _ = without_orphans(fields)
    for tag in tags(made):
        name = name_of(tag, "forms")
        if made[tag] in made.get(name, ()):
            made[name] = tuple(form for form in made[name] if form != made[tag])
    return made


def _shown(value: Value) -> str:
    text = joined(value)
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…") if text else "nothing"
