"""JSON for programs: what docs/exchange.schema.json describes."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

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


def write(document: Document) -> tuple[bytes, list[Finding]]:
    """The file. It holds every text."""
    data = {
        "schema": SCHEMA,
        "source": document.source_id,
        "file": document.file,
        "language": document.language,
        "locale": document.target,
        "segments": [_segment(unit) for unit in document.units],
    }
    text = json.dumps(data, ensure_ascii=False, indent=1)
    # A lone surrogate cannot be UTF-8; escaped it can.
    return (text + "\n").encode("utf-8", "backslashreplace"), []


def _segment(unit: Unit) -> dict[str, Any]:
    revision = unit.plain_revision
    return {
        "id": unit.name,
        "source": unit.source,
        "target": unit.target,
        "state": unit.state.value,
        "limit": unit.limit,
        "cues": [
            {
                "number": shown.number,
                "start_ms": shown.cue.start_ms,
                "end_ms": shown.cue.end_ms,
                "lines": list(shown.cue.lines),
            }
            for shown in unit.cues
        ],
        "slots": [
            {"kind": hole.kind, "key": hole.key, "source": hole.source, "target": hole.target}
            for hole in unit.holes.values()
        ],
        "terms": [
            {"id": m.term, "start": m.start, "end": m.end, "target": m.wanted, "note": m.note}
            for m in unit.marks
        ],
        "notes": list(unit.notes),
        "revision": {
            "source": revision.source,
            "target": revision.target,
            "state": revision.state.value,
        },
    }


def read(data: bytes, where: str) -> Incoming:
    """The segments of a file. Raises `InputError`."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(where, f"is no JSON that can be read ({error})") from error
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise InputError(where, f"this JSON does not have the schema {SCHEMA!r}")
    segments = found.get("segments")
    if not isinstance(segments, list):
        raise InputError(where, "`segments` must be a list")
    findings: list[Finding] = []
    rows = tuple(_rows(found, segments, where, findings))
    return Incoming(where, rows, tuple(findings))


def _rows(
    data: Mapping[str, Any], segments: list[Any], where: str, findings: list[Finding]
) -> Iterator[Row]:
    source_id, locale = _text(data, "source", where), _text(data, "locale", where)
    for number, segment in enumerate(segments, 1):
        place = f"{where}, segment {number}"
        if not isinstance(segment, dict):
            raise InputError(place, "must be an object")
        target = segment.get("target")
        if target is not None:
            target = _text(segment, "target", place)
        word = _text(segment, "state", place) if "state" in segment else ""
        row = Row(
            source_id,
            locale,
            _text(segment, "id", place),
            None if target is None else (target,) if target else (),
            plain=True,
            state=state_of(word),
            revision=_revision(segment.get("revision"), place),
            source=(_text(segment, "source", place),) if "source" in segment else None,
        )
        if word and row.state is None:
            message = f"{word[:40]!r} is no state (new, machine, edited, approved): not read"
            findings.append(problem("state", message, row, where))
        yield row


def _revision(value: Any, place: str) -> Revision | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise InputError(place, "`revision` must be an object")
    words = [_text(value, name, place) for name in ("source", "target", "state")]
    return Revision.parse(".".join(words))


def _text(data: Mapping[str, Any], name: str, place: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise InputError(place, f"`{name}` must be a text")
    return value
