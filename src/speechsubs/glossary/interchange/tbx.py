"""Reading TBX: version 2 (martif) and version 3 (ISO 30042:2019), data categories as
attributes (DCA) and as tags (DCT).

Names are compared without their namespaces, because files in the field have old ones,
wrong ones and none. What TBX says more than a glossary can hold is left alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from speechsubs import safexml
from speechsubs.errors import InputError
from speechsubs.glossary.interchange.fields import Entry, Incoming, Value, finding, name_of
from speechsubs.glossary.interchange.tbxids import decode
from speechsubs.model import Finding, Severity
from speechsubs.safexml import Node

_ROOTS: Final = ("martif", "tbx", "TBX")
_ENTRIES: Final = ("termEntry", "conceptEntry")
_LANGUAGES: Final = ("langSet", "langSec")
_TERMS: Final = ("tig", "ntig", "termSec")
#: DCA: the category is in `type`. `note` is an element of its own in both styles.
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
        """The administrative status without its endings: "preferred", "deprecated" ..."""
        given = self.facts.get("administrativeStatus", "").strip().lower()
        return given.removesuffix("-admn-sts").removesuffix("term")

    @property
    def bad(self) -> bool:
        return self.status in _DEPRECATED


def read(data: bytes, where: str, language: str) -> Incoming:
    """The concepts that have a term in `language`. Raises `InputError`."""
    root = safexml.parse(data, where)
    if root.name not in _ROOTS:
        raise InputError(where, f"the top element is <{root.name}>, not <tbx> or <martif>")
    entries: list[Entry] = []
    findings: list[Finding] = []
    missing = 0
    for node in _inside(root, _ENTRIES):
        sections = _sections(node)
        own = _own(sections, language)
        if own is None:
            missing += 1
            continue
        entry, lost = _entry(node, own, sections)
        entries.append(entry)
        for tag in lost:
            message = f"{own[1][0].text!r} has only deprecated terms here: they are not read"
            findings.append(finding("left-out", Severity.INFO, message, where, node.line, tag))
    if missing and not entries:
        raise InputError(
            where, f"none of {missing} concepts has a term in {language}",
            "Name the language of the sources: --source-language de",
        )  # fmt: skip
    if missing:
        message = f"concepts without a term in {language} are not read: {missing}"
        findings.append(finding("left-out", Severity.INFO, message, where))
    return Incoming(tuple(entries), where, language, tuple(findings))


def _inside(node: Node, names: tuple[str, ...]) -> Iterator[Node]:
    """All elements of these names below a node, in order, none inside another."""
    stack = list(reversed(list(node.elements)))
    while stack:
        item = stack.pop()
        if item.name in names:
            yield item
        else:
            stack.extend(reversed(list(item.elements)))


def _sections(entry: Node) -> list[tuple[str, list[_Term]]]:
    """The languages of a concept with their terms, those of one language together."""
    found: dict[str, list[_Term]] = {}
    for section in _inside(entry, _LANGUAGES):
        terms = found.setdefault(section.language.strip(), [])
        for node in _inside(section, _TERMS):
            facts = dict(_facts(node))
            text = facts.pop("term", "").strip()
            if text:
                terms.append(_Term(text, facts))
    return [(tag, terms) for tag, terms in found.items() if tag and terms]


def _facts(node: Node) -> Iterator[tuple[str, str]]:
    """The data categories of a node, also from the groups in it. The first of a name wins."""
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


def _own(sections: list[tuple[str, list[_Term]]], language: str) -> tuple[str, list[_Term]] | None:
    """The section of the source language: the tag itself, else a variety of it."""
    wanted = language.casefold()
    stem = wanted.partition("-")[0]
    for section in sections:
        if section[0].replace("_", "-").casefold() == wanted:
            return section
    for section in sections:
        if section[0].replace("_", "-").partition("-")[0].casefold() == stem:
            return section
    return None


def _entry(
    node: Node, own: tuple[str, list[_Term]], sections: list[tuple[str, list[_Term]]]
) -> tuple[Entry, list[str]]:
    """The entry of a concept, and the locales whose terms are all deprecated."""
    facts = dict(_facts(node))
    good = [term for term in own[1] if not term.bad]
    terms = sorted(good or own[1], key=lambda term: term.status != "preferred")
    first = terms[0]
    # A deprecated spelling may still be spoken: it is found like the others.
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
            fields.update(_target(tag, found))
    return Entry(fields, decode(node.attributes.get("id", "")), node.line), dead


def _target(tag: str, found: list[_Term]) -> dict[str, Value]:
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
    # "other" is what has to be said where the part of speech is not known.
    return "" if given == "other" else given


def _texts(terms: list[_Term], without: Iterable[str]) -> tuple[str, ...]:
    without = frozenset(without)
    return tuple(dict.fromkeys(t.text for t in terms if t.text not in without))
