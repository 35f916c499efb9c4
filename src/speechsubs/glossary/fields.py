"""Glossary entries as flat fields, the common form of all file formats.

Fields are named like columns: "source", "note", "es" for a target, "es:forms" for its
parts. A file provides only the fields that its format can represent, so that importing
never deletes the others from a glossary.

Whatever a format cannot hold is reported as a finding, so that no export loses data
silently.
"""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speechsubs.errors import UnknownLocaleError
from speechsubs.glossary.load import entry as read_entry
from speechsubs.glossary.model import Policy, Term
from speechsubs.language.normalize import key_of
from speechsubs.model import Finding, Severity

Value = str | tuple[str, ...]

#: The fields of an entry in column order, followed by the targets.
ENTRY = ("source", "aliases", "policy", "case", "boundary", "status", "pos", "domain", "note")
#: The attributes of a target in addition to its term.
PARTS = ("forms", "forbidden", "gender", "number")
#: Default values of `Term`. `case` depends on the source, see `default_case`.
DEFAULTS = {"boundary": "word", "status": "approved"}
LISTS = frozenset({"aliases", "forms", "forbidden"})

# The format of ids in `glossary.load`.
_ID = re.compile(r"[^\W_][\w.:-]*")
_NOT_IN_ID = re.compile(r"[^\w.]+|_+")
_LONGEST_ID = 60
#: Maximum number of texts in one list. Terms usually have a handful.
MAX_ITEMS = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a file.

    `fields` are those that the file can represent, with empty values if not set. `id` is
    empty if the file has none. `line` is the 1-based line or row, 0 if unknown. `revision`
    is the result of `revision` when the entry was exported, or empty.
    """

    fields: Mapping[str, Value]
    id: str = ""
    line: int = 0
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """The entries of a file. `language` is the source language, empty if not specified."""

    entries: tuple[Entry, ...]
    file: str
    language: str = ""
    findings: tuple[Finding, ...] = ()


def name_of(tag: str, part: str = "") -> str:
    """The field name of a target or one of its attributes.

    >>> name_of("es"), name_of("es", "forms")
    ('es', 'es:forms')
    """
    return f"{tag}:{part}" if part else tag


def split(name: str) -> tuple[str, str]:
    """Split a target's field name into tag and attribute.

    >>> split("es:forms"), split("es")
    (('es', 'forms'), ('es', ''))
    """
    tag, _, part = name.partition(":")
    return tag, part


def empty(name: str) -> Value:
    """The empty value of a field."""
    return () if name.rpartition(":")[2] in LISTS else ""


def flat(term: Term) -> dict[str, Value]:
    """All non-empty fields of an entry."""
    fields: dict[str, Value] = {name: _of(term, name) for name in ENTRY}
    for tag, target in term.targets.items():
        fields[tag] = target.term
        for part in PARTS:
            fields[name_of(tag, part)] = getattr(target, part)
    return {name: value for name, value in fields.items() if value}


def _of(term: Term, name: str) -> Value:
    value: Value = getattr(term, name)
    return value.value if isinstance(value, Policy) else value


def same(one: Value, other: Value) -> bool:
    """Whether two field values are equal, ignoring the order of lists."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return set(one) == set(other)
    return one == other


def claims(term: Term) -> list[tuple[str, tuple[str, str]]]:
    """The spellings of a term, each with a key that must be unique in a glossary."""
    fold = term.case == "any"
    return [(text, (term.case, key_of(text, fold=fold))) for text in term.spellings]


def tags(names: Iterable[str]) -> tuple[str, ...]:
    """The locales of the given fields, in order."""
    return tuple(dict.fromkeys(split(name)[0] for name in names if name not in ENTRY))


def revision(fields: Mapping[str, Value]) -> str:
    """A fingerprint of these fields of an entry: r and 12 hexadecimal digits.

    It is exported in tables, so that an import can tell which side changed an entry.
    """
    content = [
        [name, sorted(value) if isinstance(value, tuple) else value]
        for name, value in sorted(fields.items())
        if value
    ]
    data = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    # Starts with a letter, because spreadsheets parse 12e456789012 as a number.
    return "r" + hashlib.sha256(data.encode("ascii")).hexdigest()[:12]


def default_case(source: str) -> str:
    """The default `case` of an entry, as in `glossary.load`."""
    return "exact" if source != source.lower() or source == source.upper() else "any"


def row(term_id: str, fields: Mapping[str, Value]) -> dict[str, Any]:
    """An entry as plain data for YAML, without default values."""
    made: dict[str, Any] = {"id": term_id}
    defaults = {**DEFAULTS, "case": default_case(str(fields.get("source", "")))}
    order = ("source", "aliases", "policy", "case", "boundary", "status", "pos", "domain")
    for name in order:
        value = fields.get(name, "")
        if value and value != defaults.get(name):
            made[name] = list(value) if isinstance(value, tuple) else value
    targets: dict[str, Any] = {}
    for tag in tags(fields):
        parts = {part: fields.get(name_of(tag, part), ()) for part in PARTS}
        said = {p: list(v) if isinstance(v, tuple) else v for p, v in parts.items() if v}
        term = fields.get(tag, "")
        if said:
            targets[tag] = {"term": term, **said} if term else said
        elif term:
            targets[tag] = term
    if targets:
        made["targets"] = targets
    if fields.get("note"):
        made["note"] = fields["note"]
    return made


def term_of(term_id: str, fields: Mapping[str, Value], path: Path, line: int = 0) -> Term:
    """Make an entry from fields. Raises `GlossaryError` if they are invalid."""
    return read_entry(row(term_id, fields), path, line)


def with_policy(fields: Mapping[str, Value], policy: str) -> dict[str, Value]:
    """Add a policy to the fields of a new entry, because many formats do not have one.

    It is `keep` if all targets equal the source, otherwise `policy`.
    """
    made = dict(fields)
    if made.get("policy"):
        return made
    source = made.get("source", "")
    own = [tag for tag in tags(made) if made.get(tag)]
    if all(made[tag] == source for tag in own):
        made["policy"] = Policy.KEEP.value
        for tag in own:
            if not any(made.get(name_of(tag, part)) for part in PARTS):
                del made[tag]
    else:
        made["policy"] = policy
    return made


def usable_id(text: str) -> bool:
    """True for a valid glossary id."""
    return bool(_ID.fullmatch(text)) and len(text) <= 200


def id_for(text: str, taken: Callable[[str], bool], numbers: dict[str, int] | None = None) -> str:
    """Make a new id from a source term: "Li Auto" becomes "li-auto", or "li-auto-2".

    `numbers` stores the last number of each id, which avoids searching among many duplicates.

    >>> id_for("Lei Jun’s", lambda name: False)
    'lei-jun-s'
    """
    numbers = {} if numbers is None else numbers
    lower = unicodedata.normalize("NFC", text.casefold())[:_LONGEST_ID]
    stem = _NOT_IN_ID.sub("-", lower).strip("-.") or "term"
    if not usable_id(stem):
        stem = "term"
    if not taken(stem):
        return stem
    number = numbers.get(stem, 1) + 1
    while taken(f"{stem}-{number}"):
        number += 1
    numbers[stem] = number
    return f"{stem}-{number}"


def own_tag(tag: str, ours: Collection[str]) -> str:
    """Map a tag from a file to the equivalent tag in the glossary.

    "es-ES" and "zh-Hans" from other tools correspond to "es" and "zh-CN"; "es-MX" is a
    different variety and stays unchanged.

    >>> own_tag("es-ES", ["es"]), own_tag("es-MX", ["es"]), own_tag("zh-Hans", ["zh-CN"])
    ('es', 'es-MX', 'zh-CN')

    Raises `UnknownLocaleError` for a tag without a locale.
    """
    from speechsubs.language import locales

    known = locales.resolve(tag)
    wanted = locales.canonical(tag)
    if wanted in ours:
        return wanted
    language, _, rest = wanted.partition("-")
    plain = rest in ("", language.upper(), "Hans", "Hant")
    return known if plain and known in ours else wanted


def known_tag(tag: str) -> str | None:
    """The canonical spelling of a tag that has a locale, or None."""
    from speechsubs.language import locales as language_locales

    try:
        language_locales.resolve(tag)
        return language_locales.canonical(tag)
    except UnknownLocaleError:
        return None


def finding(
    code: str, severity: Severity, message: str, file: str, line: int = 0, locale: str = ""
) -> Finding:
    """Make a finding about an import or export."""
    return Finding(
        f"glossary-{code}", severity, message, file=file, line=line or None, locale=locale
    )


def of(
    written: Sequence[Term], tags: Collection[str], held: Collection[str], name: str, file: str
) -> list[Finding]:
    """One finding for every field that a format cannot represent.

    `written` are the entries in the file, `tags` its locales. `held` are the supported
    fields and target attributes, and "target" for the target terms.
    """
    counts: Counter[str] = Counter()
    for term in written:
        counts.update(_said(term, tags).difference(held))
    return [no_place(field, count, name, file) for field, count in sorted(counts.items())]


def no_place(what: str, count: int, name: str, file: str) -> Finding:
    """A finding about data that a format cannot represent, with the number of entries."""
    message = f"{name} cannot store `{what}`, which {_entries(count)}"
    return finding("not-held", Severity.INFO, message, file)


def off(count: int, name: str, file: str) -> list[Finding]:
    """A finding about forbidden and deprecated entries, which a format cannot represent."""
    if not count:
        return []
    message = f"{name} cannot store forbidden and deprecated words, which {_entries(count)}"
    return [finding("not-held", Severity.INFO, message, file)]


def without(term: Term, why: str, file: str, locale: str = "") -> Finding:
    """A finding about an entry, or its target in a locale, that is not exported."""
    message = f"{term.id!r} was skipped: {why}"
    return finding("left-out", Severity.WARNING, message, file, term.line, locale)


def _said(term: Term, tags: Collection[str]) -> set[str]:
    """The fields of an entry that differ from the default."""
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
