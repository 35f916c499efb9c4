"""The JSON format for programs, described by docs/exchange.schema.json."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from speechsubs.adapters.json_codec import Codec, Shape, parse
from speechsubs.errors import InputError
from speechsubs.exchange.segments import (
    SCHEMA,
    Document,
    Incoming,
    Revision,
    Row,
    Unit,
    problem,
    state_of,
)
from speechsubs.model import Finding
from speechsubs.translation.keys import write_key


@dataclass(frozen=True, slots=True)
class _Cue:
    number: int
    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Slot:
    kind: str
    key: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class _Term:
    id: str
    start: int
    end: int
    target: str
    note: str


@dataclass(frozen=True, slots=True)
class _Revision:
    source: str
    target: str
    state: str


@dataclass(frozen=True, slots=True)
class _Segment:
    """A segment; fields with a default may be missing in a file that comes back."""

    id: str
    source: str | None = None
    target: str | None = None
    state: str = ""
    limit: int | None = None
    cues: tuple[_Cue, ...] = ()
    slots: tuple[_Slot, ...] = ()
    terms: tuple[_Term, ...] = ()
    notes: tuple[str, ...] = ()
    revision: _Revision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    schema: str
    source: str
    file: str = ""
    language: str = ""
    locale: str
    segments: tuple[_Segment, ...]


_CODEC = Codec(
    {
        _File: Shape(unread=frozenset({"file", "language"})),
        _Segment: Shape(
            optional=frozenset({"source", "target", "state", "revision"}),
            unread=frozenset({"limit", "cues", "slots", "terms", "notes"}),
        ),
        _Revision: Shape(),
        _Cue: Shape(),
        _Slot: Shape(),
        _Term: Shape(),
    }
)


def write(document: Document) -> tuple[bytes, list[Finding]]:
    """Write the file. JSON can represent every text."""
    file = _File(
        schema=SCHEMA,
        source=document.source_id,
        file=document.file,
        language=document.language,
        locale=document.target,
        segments=tuple(map(_segment, document.units)),
    )
    text = json.dumps(_CODEC.dump(file), ensure_ascii=False, indent=1)
    # A lone surrogate cannot be encoded as UTF-8, so it is escaped.
    return (text + "\n").encode("utf-8", "backslashreplace"), []


def _segment(unit: Unit) -> _Segment:
    revision = unit.plain_revision
    return _Segment(
        unit.name,
        unit.source,
        unit.target,
        unit.state.value,
        unit.limit,
        tuple(_Cue(c.number, c.cue.start_ms, c.cue.end_ms, c.cue.lines) for c in unit.cues),
        tuple(_Slot(h.kind, write_key(h.value), h.source, h.target) for h in unit.holes.values()),
        tuple(_Term(m.term, m.start, m.end, m.wanted, m.note) for m in unit.marks),
        tuple(unit.notes),
        _Revision(revision.source, revision.target, revision.state.value),
    )


def read(data: bytes, where: str) -> Incoming:
    """Read the segments of a file. Raises `InputError`."""
    found = parse(data, where)
    if found.get("schema") != SCHEMA:
        raise InputError(where, f"unsupported JSON schema, expected {SCHEMA!r}")
    findings: list[Finding] = []
    rows = tuple(_rows(_CODEC.load(found, _File, where), where, findings))
    return Incoming(where, rows, tuple(findings))


def _rows(file: _File, where: str, findings: list[Finding]) -> Iterator[Row]:
    for segment in file.segments:
        target, revision = segment.target, segment.revision
        said = (revision.source, revision.target, revision.state) if revision else ()
        row = Row(
            file.source,
            file.locale,
            segment.id,
            None if target is None else (target,) if target else (),
            plain=True,
            state=state_of(segment.state),
            revision=Revision.parse(".".join(said)),
            source=None if segment.source is None else (segment.source,),
        )
        if segment.state and row.state is None:
            word = segment.state[:40]
            message = f"unknown state {word!r} (new, machine, edited, approved): ignored"
            findings.append(problem("state", message, row, where))
        yield row
