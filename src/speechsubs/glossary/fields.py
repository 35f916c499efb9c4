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

#: The fields of an entry in the order of a table's columns; then come the targets.
ENTRY = ("source", "aliases", "policy", "case", "boundary", "status", "pos", "domain", "note")
#: What belongs to a target besides the term itself.
PARTS = ("forms", "forbidden", "gender", "number")
#: What `Term` is with nothing said. `case` has a rule of its own, see `default_case`.
DEFAULTS = {"boundary": "word", "status": "approved"}
LISTS = frozenset({"aliases", "forms", "forbidden"})

# As `glossary.load` wants ids.
_ID = re.compile(r"[^\W_][\w.:-]*")
_NOT_IN_ID = re.compile(r"[^\w.]+|_+")
_LONGEST_ID = 60
#: Texts in one list. A term has a handful.
MAX_ITEMS = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a file.

    `fields` are those the file can hold, an empty value where it says nothing. `id` is
    empty where the file has none. `line` is the 1-based line or row, 0 if unknown.
    `revision` is what `revision` gave when the entry was exported, or empty.
    """

    fields: Mapping[str, Value]
    id: str = ""
    line: int = 0
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """The entries of a file. `language` is that of the sources, empty if it does not say."""

    entries: tuple[Entry, ...]
    file: str
    language: str = ""
    findings: tuple[Finding, ...] = ()


def name_of(tag: str, part: str = "") -> str:
    """The field of a target, or of a part of it.

    >>> name_of("es"), name_of("es", "forms")
    ('es', 'es:forms')
    """
    return f"{tag}:{part}" if part else tag


def split(name: str) -> tuple[str, str]:
    """The tag and the part of a target's field.

    >>> split("es:forms"), split("es")
    (('es', 'forms'), ('es', ''))
    """
    tag, _, part = name.partition(":")
    return tag, part


def empty(name: str) -> Value:
    """The empty value of this field."""
    return () if name.rpartition(":")[2] in LISTS else ""


def flat(term: Term) -> dict[str, Value]:
    """All fields of an entry that are not empty."""
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
    """Whether two values of a field say the same; the order of a list says nothing."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return set(one) == set(other)
    return one == other


def claims(term: Term) -> list[tuple[str, tuple[str, str]]]:
    """The spellings of a term, each with the key that no other term of a glossary may have."""
    fold = term.case == "any"
    return [(text, (term.case, key_of(text, fold=fold))) for text in term.spellings]


def tags(names: Iterable[str]) -> tuple[str, ...]:
    """The locales that fields belong to, in their order."""
    return tuple(dict.fromkeys(split(name)[0] for name in names if name not in ENTRY))


def revision(fields: Mapping[str, Value]) -> str:
    """A fingerprint of what an entry says in these fields: r and 12 hexadecimal digits.

    It travels in a table, so that the import can tell who changed an entry since.
    """
    content = [
        [name, sorted(value) if isinstance(value, tuple) else value]
        for name, value in sorted(fields.items())
        if value
    ]
    data = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    # A letter first: a spreadsheet would take 12e456789012 for a number.
    return "r" + hashlib.sha256(data.encode("ascii")).hexdigest()[:12]


def default_case(source: str) -> str:
    """The `case` of an entry that says nothing about it, as `glossary.load` decides."""
    return "exact" if source != source.lower() or source == source.upper() else "any"


def row(term_id: str, fields: Mapping[str, Value]) -> dict[str, Any]:
    """An entry as plain data for YAML: what says nothing beyond the default is left out."""
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
    """The entry that fields make. Raises `GlossaryError` where they break a rule."""
    return read_entry(row(term_id, fields), path, line)


def with_policy(fields: Mapping[str, Value], policy: str) -> dict[str, Value]:
    """A new entry's fields with a policy, which many files have no place for.

    What stands everywhere as in the source is kept; all else gets `policy`.
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
    """True for what a glossary takes as an id."""
    return bool(_ID.fullmatch(text)) and len(text) <= 200


def id_for(text: str, taken: Callable[[str], bool], numbers: dict[str, int] | None = None) -> str:
    """A new id made of a source term: "Li Auto" becomes "li-auto", or "li-auto-2".

    `numbers` remembers the last number of each, so that many equal ones take no search.

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
    """The tag that a glossary uses for what a file calls `tag`.

    A tool that writes "es-ES" or "zh-Hans" means the glossary's "es" and "zh-CN";
    "es-MX" is another variety and stays.

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
    """A finding about an exchange."""
    return Finding(
        f"glossary-{code}", severity, message, file=file, line=line or None, locale=locale
    )


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
    message = f"{name} cannot store `{what}`, which {_entries(count)}"
    return finding("not-held", Severity.INFO, message, file)


def off(count: int, name: str, file: str) -> list[Finding]:
    """Entries that a format has no place for because they are no good terms."""
    if not count:
        return []
    message = f"{name} cannot store forbidden and deprecated words, which {_entries(count)}"
    return [finding("not-held", Severity.INFO, message, file)]


def without(term: Term, why: str, file: str, locale: str = "") -> Finding:
    """An entry, or its target in a locale, that is not in the file."""
    message = f"{term.id!r} was left out: {why}"
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
