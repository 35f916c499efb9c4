"""Writing TBX: version 3 in the TBX-Basic dialect (DCA), or version 2 (martif).

TBX-Basic has its own lists: parts of speech are adjective, adverb, noun, other, verb;
there is no grammatical number, which version 2 has. Source: the schemas of TBX-Basic
published by LTAC Global, read 2026-11-23.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from speechsubs import safexml
from speechsubs.glossary.entries import Glossary, Policy, Target, Term
from speechsubs.glossary.interchange import losses
from speechsubs.glossary.interchange.tbxids import encode
from speechsubs.model import Finding

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
    """The file and what it does not hold."""
    form = VERSIONS[version]
    file = str(glossary.path)
    findings: list[Finding] = []
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n',
             form.head.format(quoteattr(glossary.language)), "  <text>\n    <body>\n"]  # fmt: skip
    for term in glossary.terms:
        if glossary.language in term.targets and glossary.language in tags:
            why = "TBX takes a target in the language of the source for another spelling of it"
            findings.append(losses.without(term, why, file, glossary.language))
        why = _unholdable(term, tags)
        if why:
            findings.append(losses.without(term, why, file))
        else:
            parts += _entry(term, glossary.language, tags, form)
    parts += ["    </body>\n  </text>\n", form.foot]
    name = f"TBX {version}"
    kept = [term for term in glossary.terms if not _unholdable(term, tags)]
    # Status and part of speech are held in part: what is not is counted here.
    held = {"source", "aliases", "note", "domain", "target", "forms", "forbidden", "gender",
            "status", "pos", *(["number"] if form.number else [])}  # fmt: skip
    findings += losses.of(kept, tags, held, name, file)
    for what, count in (
        ("status: proposed", sum(term.status == "proposed" for term in kept)),
        ("pos", sum(term.pos != _part_of_speech(term, form) for term in kept)),
    ):
        if count:
            findings.append(losses.no_place(what, count, name, file))
    return "".join(parts).encode("utf-8"), findings


def _unholdable(term: Term, tags: Sequence[str]) -> str:
    """Why an entry cannot be written, or nothing."""
    forbidden = term.policy is Policy.FORBIDDEN
    if forbidden and not any(tag in term.targets for tag in tags):
        return "TBX cannot forbid a source term in every language"
    if forbidden and any(target.forbidden for target in term.targets.values()):
        return "its targets are forbidden and have forbidden forms of their own"
    if not all(map(safexml.valid, _all_texts(term))):
        return "XML has no place for one of its characters"
    return ""


def _all_texts(term: Term) -> Iterator[str]:
    yield from (*term.spellings, term.note, term.domain, term.pos)
    for target in term.targets.values():
        yield from (*target.accepted, *target.forbidden)


def _part_of_speech(term: Term, form: _Version) -> str:
    if form.any_part_of_speech or term.pos in _PARTS_OF_SPEECH:
        return term.pos
    return "other" if term.pos else ""


def _entry(term: Term, language: str, tags: Sequence[str], form: _Version) -> Iterator[str]:
    yield f"      <{form.entry} id={quoteattr(encode(term.id))}>\n"
    if term.domain:
        yield f'        <descrip type="subjectField">{_text(term.domain)}</descrip>\n'
    if term.note:
        yield f"        <note>{_text(term.note)}</note>\n"
    yield from _section(language, _source(term, form), form)
    for tag in tags:
        target = term.targets.get(tag)
        if target is not None and tag != language:
            yield from _section(tag, _target(term, target, form), form)
    yield f"      </{form.entry}>\n"


_Written = tuple[str, list[tuple[str, str]]]


def _source(term: Term, form: _Version) -> Iterator[_Written]:
    gone = term.status == "deprecated"
    facts = [(_STATUS, _BAD if gone else _GOOD)]
    if term.pos:
        facts.insert(0, ("partOfSpeech", _part_of_speech(term, form)))
    yield term.source, facts
    for alias in term.aliases:
        yield alias, [(_STATUS, _BAD if gone else _ALSO)]


def _target(term: Term, target: Target, form: _Version) -> Iterator[_Written]:
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


def _section(tag: str, terms: Iterator[_Written], form: _Version) -> Iterator[str]:
    yield f"        <{form.section} xml:lang={quoteattr(tag)}>\n"
    for text, facts in terms:
        yield f"          <{form.term}>\n            <term>{_text(text)}</term>\n"
        for name, value in facts:
            yield f'            <termNote type="{name}">{_text(value)}</termNote>\n'
        yield f"          </{form.term}>\n"
    yield f"        </{form.section}>\n"


def _text(text: str) -> str:
    return escape(text)
