"""Read and write TBX version 2 (martif) and version 3 (ISO 30042:2019).

The reader accepts data categories as attributes (DCA) and as tags (DCT). Names are
compared without namespaces, because real files have outdated, wrong or no namespaces.
Data that a glossary cannot hold is ignored.

XML ids must not start with a digit or contain a colon. A glossary id that is a valid XML
id is used as it is ("lei-jun"). Others are prefixed by _, which no glossary id starts
with, and invalid characters are written as _hexadecimal_: "4s" is "_4s", "a:b" is
"_a_3a_b".

The writer uses the TBX-Basic dialect (DCA) for version 3. TBX-Basic has its own lists:
parts of speech are adjective, adverb, noun, other, verb; there is no grammatical number,
which version 2 has. Source: the schemas of TBX-Basic published by LTAC Global, read 2026-11-23.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from speechsubs.adapters import safe_xml
from speechsubs.adapters.safe_xml import Node
from speechsubs.errors import InputError
from speechsubs.glossary import fields
from speechsubs.glossary.fields import Entry, Incoming, Value, finding, name_of, usable_id
from speechsubs.glossary.model import Glossary, Policy, Target, Term
from speechsubs.model import Finding, Severity

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9.-]*")
_ESCAPE = re.compile(r"_([0-9a-f]{1,6})_")
_TO_ESCAPE = re.compile(r"[^A-Za-z0-9.-]")


def encode_id(term_id: str) -> str:
    """Encode a glossary id as an XML id.

    >>> encode_id("lei-jun"), encode_id("4s"), encode_id("a:b")
    ('lei-jun', '_4s', '_a_3a_b')
    """
    if _PLAIN.fullmatch(term_id):
        return term_id
    return "_" + _TO_ESCAPE.sub(lambda match: f"_{ord(match[0]):x}_", term_id)


def decode_id(xml_id: str) -> str:
    """Decode an XML id into a glossary id; empty if it is not valid.

    >>> decode_id("_4s"), decode_id("_a_3a_b"), decode_id("eid-1"), decode_id("?")
    ('4s', 'a:b', 'eid-1', '')
    """
    text = xml_id.strip()
    if text.startswith("_"):
        text = _ESCAPE.sub(_character, text[1:])
    return text if usable_id(text) else ""


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else match[0]


_ROOTS: Final = ("martif", "tbx", "TBX")
_ENTRIES: Final = ("termEntry", "conceptEntry")
_LANGUAGES: Final = ("langSet", "langSec")
_TERMS: Final = ("tig", "ntig", "termSec")
#: DCA: the category is in `type`. `note` is a separate element in both styles.
_TYPED: Final = ("termNote", "descrip", "admin", "termNoteGrp")

GENDERS = {"masculine": "m", "feminine": "f", "neuter": "n", "other": "c", "otherGender": "c",
           "common": "c"}  # fmt: skip
_NUMBERS: Final = ("singular", "plural")
_DEPRECATED: Final = ("deprecated", "superseded", "obsolete")


@dataclass(slots=True)
class _Term:
    text: str
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """The administrative status without suffixes: "preferred", "deprecated" ..."""
        given = self.facts.get("administrativeStatus", "").strip().lower()
        return given.removesuffix("-admn-sts").removesuffix("term")

    @property
    def bad(self) -> bool:
        return self.status in _DEPRECATED


def read(data: bytes, where: str, language: str) -> Incoming:
    """Read the concepts that have a term in `language`. Raises `InputError`."""
    root = safe_xml.parse(data, where)
    if root.name not in _ROOTS:
        raise InputError(where, f"the root element is <{root.name}>, not <tbx> or <martif>")
    entries: list[Entry] = []
    findings: list[Finding] = []
    missing = 0
    for node in _find_elements(root, _ENTRIES):
        sections = _sections(node)
        own = _source_section(sections, language)
        if own is None:
            missing += 1
            continue
        entry, lost = _read_entry(node, own, sections)
        entries.append(entry)
        for tag in lost:
            message = f"{own[1][0].text!r} has only deprecated terms: skipped"
            findings.append(finding("left-out", Severity.INFO, message, where, node.line, tag))
    if missing and not entries:
        raise InputError(
            where, f"none of {missing} concepts has a term in {language}",
            "Specify the source language: --source-language de",
        )  # fmt: skip
    if missing:
        message = f"concepts without a term in {language} were skipped: {missing}"
        findings.append(finding("left-out", Severity.INFO, message, where))
    return Incoming(tuple(entries), where, language, tuple(findings))


def _find_elements(node: Node, names: tuple[str, ...]) -> Iterator[Node]:
    """Find all outermost elements with these names below a node, in order."""
    stack = list(reversed(list(node.elements)))
    while stack:
        item = stack.pop()
        if item.name in names:
            yield item
        else:
            stack.extend(reversed(list(item.elements)))


def _sections(entry: Node) -> list[tuple[str, list[_Term]]]:
    """The terms of a concept, grouped by language."""
    found: dict[str, list[_Term]] = {}
    for section in _find_elements(entry, _LANGUAGES):
        terms = found.setdefault(section.language.strip(), [])
        for node in _find_elements(section, _TERMS):
            facts = dict(_data_categories(node))
            text = facts.pop("term", "").strip()
            if text:
                terms.append(_Term(text, facts))
    return [(tag, terms) for tag, terms in found.items() if tag and terms]


def _data_categories(node: Node) -> Iterator[tuple[str, str]]:
    """The data categories of a node and its groups. The first of each name wins."""
    seen: set[str] = set()
    stack = list(reversed(list(node.elements)))
    while stack:
        item = stack.pop()
        if item.name.endswith("Grp"):
            stack.extend(reversed(list(item.elements)))
            continue
        name = item.attributes.get("type", "") if item.name in _TYPED else item.name
        if name and name not in seen and name not in (*_LANGUAGES, *_TERMS):
            seen.add(name)
            yield name, item.text()


def _source_section(
    sections: list[tuple[str, list[_Term]]], language: str
) -> tuple[str, list[_Term]] | None:
    """The section of the source language: an exact tag match, else a regional variety."""
    wanted = language.casefold()
    stem = wanted.partition("-")[0]
    for section in sections:
        if section[0].replace("_", "-").casefold() == wanted:
            return section
    for section in sections:
        if section[0].replace("_", "-").partition("-")[0].casefold() == stem:
            return section
    return None


def _read_entry(
    node: Node, own: tuple[str, list[_Term]], sections: list[tuple[str, list[_Term]]]
) -> tuple[Entry, list[str]]:
    """The entry for a concept, and the locales in which all terms are deprecated."""
    facts = dict(_data_categories(node))
    good = [term for term in own[1] if not term.bad]
    terms = sorted(good or own[1], key=lambda term: term.status != "preferred")
    first = terms[0]
    # A deprecated spelling may still occur in speech, so it is matched like the others.
    others = [*terms[1:], *(t for t in own[1] if good and t.bad)]
    fields: dict[str, Value] = {
        "source": first.text,
        "aliases": _texts(others, [first.text]),
        "status": "" if good else "deprecated",
        "domain": facts.get("subjectField", "").strip(),
        "note": (facts.get("note", "") or facts.get("definition", "")).strip(),
        "pos": _part_of_speech(first),
    }
    targets = [section for section in sections if section is not own]
    dead = [tag for tag, found in targets if all(t.bad for t in found)]
    if dead and len(dead) == len(targets):
        fields["policy"] = "forbidden"
        dead = []
    for tag, found in targets:
        if tag not in dead:
            fields.update(_read_target(tag, found))
    return Entry(fields, decode_id(node.attributes.get("id", "")), node.line), dead


def _read_target(tag: str, found: list[_Term]) -> dict[str, Value]:
    good = [term for term in found if not term.bad]
    terms = sorted(good or found, key=lambda term: term.status != "preferred")
    first = terms[0]
    accepted = [first.text, *(t.text for t in terms)]
    number = first.facts.get("grammaticalNumber", "").strip()
    return {
        tag: first.text,
        name_of(tag, "forms"): _texts(terms, [first.text]),
        name_of(tag, "forbidden"): _texts([t for t in found if good and t.bad], accepted),
        name_of(tag, "gender"): GENDERS.get(first.facts.get("grammaticalGender", "").strip(), ""),
        name_of(tag, "number"): number if number in _NUMBERS else "",
    }


def _part_of_speech(term: _Term) -> str:
    given = term.facts.get("partOfSpeech", "").strip()
    # TBX-Basic requires "other" if the part of speech is unknown.
    return "" if given == "other" else given


def _texts(terms: list[_Term], without: Iterable[str]) -> tuple[str, ...]:
    without = frozenset(without)
    return tuple(dict.fromkeys(t.text for t in terms if t.text not in without))


_STATUS = "administrativeStatus"
_GOOD, _ALSO, _BAD = (f"{s}Term-admn-sts" for s in ("preferred", "admitted", "deprecated"))
_PARTS_OF_SPEECH = ("adjective", "adverb", "noun", "other", "verb")


@dataclass(frozen=True, slots=True)
class _Version:
    head: str
    foot: str
    entry: str
    section: str
    term: str
    genders: dict[str, str]
    number: bool
    any_part_of_speech: bool


_THREE = _Version(
    head='<tbx type="TBX-Basic" style="dca" xml:lang={} xmlns="urn:iso:std:iso:30042:ed-2">\n'
    "  <tbxHeader>\n    <fileDesc>\n      <sourceDesc>\n        <p>speechsubs glossary</p>\n"
    "      </sourceDesc>\n    </fileDesc>\n  </tbxHeader>\n",
    foot="</tbx>\n",
    entry="conceptEntry",
    section="langSec",
    term="termSec",
    genders={"m": "masculine", "f": "feminine", "n": "neuter", "c": "other"},
    number=False,
    any_part_of_speech=False,
)
_TWO = _Version(
    head='<martif type="TBX" xml:lang={}>\n'
    "  <martifHeader>\n    <fileDesc>\n      <sourceDesc>\n        <p>speechsubs glossary</p>\n"
    "      </sourceDesc>\n    </fileDesc>\n    <encodingDesc>\n"
    '      <p type="XCSURI">TBXXCSV02.xcs</p>\n    </encodingDesc>\n  </martifHeader>\n',
    foot="</martif>\n",
    entry="termEntry",
    section="langSet",
    term="tig",
    genders={"m": "masculine", "f": "feminine", "n": "neuter", "c": "otherGender"},
    number=True,
    any_part_of_speech=True,
)
VERSIONS = {2: _TWO, 3: _THREE}


def write(glossary: Glossary, tags: Sequence[str], version: int = 3) -> tuple[bytes, list[Finding]]:
    """Write a TBX file; also returns findings about data that does not fit."""
    form = VERSIONS[version]
    file = str(glossary.path)
    findings: list[Finding] = []
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n',
             form.head.format(quoteattr(glossary.language)), "  <text>\n    <body>\n"]  # fmt: skip
    for term in glossary.terms:
        if glossary.language in term.targets and glossary.language in tags:
            why = (
                "TBX treats a target in the source language as another spelling of the source term"
            )
            findings.append(fields.without(term, why, file, glossary.language))
        why = _reason_to_skip(term, tags)
        if why:
            findings.append(fields.without(term, why, file))
        else:
            parts += _write_entry(term, glossary.language, tags, form)
    parts += ["    </body>\n  </text>\n", form.foot]
    name = f"TBX {version}"
    kept = [term for term in glossary.terms if not _reason_to_skip(term, tags)]
    # Status and part of speech are only partly supported: the rest is counted here.
    held = {"source", "aliases", "note", "domain", "target", "forms", "forbidden", "gender",
            "status", "pos", *(["number"] if form.number else [])}  # fmt: skip
    findings += fields.of(kept, tags, held, name, file)
    for what, count in (
        ("status: proposed", sum(term.status == "proposed" for term in kept)),
        ("pos", sum(term.pos != _written_part_of_speech(term, form) for term in kept)),
    ):
        if count:
            findings.append(fields.no_place(what, count, name, file))
    return "".join(parts).encode("utf-8"), findings


def _reason_to_skip(term: Term, tags: Sequence[str]) -> str:
    """The reason why an entry cannot be written, or empty."""
    forbidden = term.policy is Policy.FORBIDDEN
    if forbidden and not any(tag in term.targets for tag in tags):
        return "TBX cannot forbid a source term in every language"
    if forbidden and any(target.forbidden for target in term.targets.values()):
        return "its targets are forbidden and have forbidden forms of their own"
    if not all(map(safe_xml.valid, _all_texts(term))):
        return "one of its characters is not allowed in XML"
    return ""


def _all_texts(term: Term) -> Iterator[str]:
    yield from (*term.spellings, term.note, term.domain, term.pos)
    for target in term.targets.values():
        yield from (*target.accepted, *target.forbidden)


def _written_part_of_speech(term: Term, form: _Version) -> str:
    if form.any_part_of_speech or term.pos in _PARTS_OF_SPEECH:
        return term.pos
    return "other" if term.pos else ""


def _write_entry(term: Term, language: str, tags: Sequence[str], form: _Version) -> Iterator[str]:
    yield f"      <{form.entry} id={quoteattr(encode_id(term.id))}>\n"
    if term.domain:
        yield f'        <descrip type="subjectField">{_text(term.domain)}</descrip>\n'
    if term.note:
        yield f"        <note>{_text(term.note)}</note>\n"
    yield from _write_section(language, _source_terms(term, form), form)
    for tag in tags:
        target = term.targets.get(tag)
        if target is not None and tag != language:
            yield from _write_section(tag, _target_terms(term, target, form), form)
    yield f"      </{form.entry}>\n"


_WrittenTerm = tuple[str, list[tuple[str, str]]]


def _source_terms(term: Term, form: _Version) -> Iterator[_WrittenTerm]:
    gone = term.status == "deprecated"
    facts = [(_STATUS, _BAD if gone else _GOOD)]
    if term.pos:
        facts.insert(0, ("partOfSpeech", _written_part_of_speech(term, form)))
    yield term.source, facts
    for alias in term.aliases:
        yield alias, [(_STATUS, _BAD if gone else _ALSO)]


def _target_terms(term: Term, target: Target, form: _Version) -> Iterator[_WrittenTerm]:
    banned = term.policy is Policy.FORBIDDEN
    facts = [(_STATUS, _BAD if banned else _GOOD)]
    if target.gender:
        facts.append(("grammaticalGender", form.genders[target.gender]))
    if target.number and form.number:
        facts.append(("grammaticalNumber", target.number))
    yield target.term, facts
    for text in target.forms:
        yield text, [(_STATUS, _BAD if banned else _ALSO)]
    for text in target.forbidden:
        yield text, [(_STATUS, _BAD)]


def _write_section(tag: str, terms: Iterator[_WrittenTerm], form: _Version) -> Iterator[str]:
    yield f"        <{form.section} xml:lang={quoteattr(tag)}>\n"
    for text, facts in terms:
        yield f"          <{form.term}>\n            <term>{_text(text)}</term>\n"
        for name, value in facts:
            yield f'            <termNote type="{name}">{_text(value)}</termNote>\n'
        yield f"          </{form.term}>\n"
    yield f"        </{form.section}>\n"


def _text(text: str) -> str:
    return escape(text)
