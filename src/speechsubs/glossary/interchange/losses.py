"""What a file cannot hold, as findings: an export never loses anything in silence."""

from collections import Counter
from collections.abc import Collection, Sequence

from speechsubs.glossary.entries import Term
from speechsubs.glossary.interchange.fields import (
    DEFAULTS,
    ENTRY,
    default_case,
    finding,
    flat,
    split,
)
from speechsubs.model import Finding, Severity


def of(
    written: Sequence[Term], tags: Collection[str], held: Collection[str], name: str, file: str
) -> list[Finding]:
    """One finding for every field that a format has no place for.

    `written` are the entries in the file, `tags` its locales. `held` names fields,
    parts of targets, and "target" for the terms themselves.
    """
    counts: Counter[str] = Counter()
    for term in written:
        counts.update(_said(term, tags).difference(held))
    return [no_place(field, count, name, file) for field, count in sorted(counts.items())]


def no_place(what: str, count: int, name: str, file: str) -> Finding:
    """Something that a format has no place for, and how many entries have it."""
    message = f"{name} has no place for `{what}`, which {_entries(count)}"
    return finding("not-held", Severity.INFO, message, file)


def off(count: int, name: str, file: str) -> list[Finding]:
    """Entries that a format has no place for because they are no good terms."""
    if not count:
        return []
    message = f"{name} has no place for forbidden and deprecated words, which {_entries(count)}"
    return [finding("not-held", Severity.INFO, message, file)]


def without(term: Term, why: str, file: str, locale: str = "") -> Finding:
    """An entry, or its target in a locale, that is not in the file."""
    message = f"{term.id!r} is left out: {why}"
    return finding("left-out", Severity.WARNING, message, file, term.line, locale)


def _said(term: Term, tags: Collection[str]) -> set[str]:
    """The fields in which an entry says more than the default."""
    defaults = {**DEFAULTS, "case": default_case(term.source)}
    names: set[str] = set()
    for name, value in flat(term).items():
        tag, part = split(name)
        if name in ENTRY:
            names |= {name} if defaults.get(name) != value else set()
        elif tag in tags:
            names.add(part or "target")
    return names


def _entries(count: int) -> str:
    return f"{count} entries have" if count != 1 else "1 entry has"
