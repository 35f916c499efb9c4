"""Bilingual workbooks: a row per segment, for translators without a CAT tool.

A translator edits `target` and optionally `state`. Texts have no placeholders, so names
and amounts are checked by their wording. The last column holds hashes and is hidden.
"""

from collections.abc import Iterator, Sequence

from speechsubs.adapters import safe_xml, xlsx
from speechsubs.adapters.xlsx import NARROW, Column
from speechsubs.errors import InputError
from speechsubs.exchange.segments import (
    Document,
    Incoming,
    Revision,
    Row,
    Unit,
    clock,
    cue_note,
    left_out,
    problem,
    state_of,
)
from speechsubs.model import Finding

#: The most columns read; ours have fewer.
MAX_COLUMNS = 64
_TEXT, _NOTES = 60, 40
_TITLES = ("id", "source", "target", "state", "revision")


def write(document: Document) -> tuple[bytes, list[Finding]]:
    """Write the workbook, with findings about what it cannot represent."""
    kept = [u for u in document.units if all(map(xlsx.fits_cell, (u.source, u.target)))]
    why = "a cell cannot hold one of their characters or their length"
    columns = [
        Column("id", NARROW),
        Column(f"source:{document.language}", _TEXT),
        Column(f"target:{document.target}", _TEXT),
        Column("state", NARROW),
        Column("start", NARROW),
        Column("end", NARROW),
        Column("limit", NARROW),
        Column("names and amounts", _NOTES),
        Column("notes", _NOTES),
        Column("revision", NARROW, hidden=True),
    ]
    table = (_row(unit, document) for unit in kept)
    data = xlsx.write(columns, table, sheet="segments", frozen="D2")
    return data, left_out(document, kept, why)


def _row(unit: Unit, document: Document) -> list[str]:
    first, last = (unit.cues[0].cue, unit.cues[-1].cue) if unit.cues else (None, None)
    return [
        f"{document.source_id}/{document.target}/{unit.name}",
        unit.source,
        unit.target,
        unit.state.value,
        clock(first.start_ms) if first else "",
        clock(last.end_ms) if last else "",
        str(unit.limit) if unit.limit is not None else "",
        _fitting(f"{h.source} = {h.target}" for h in unit.holes.values()),
        _fitting([cue_note(unit), *unit.notes, *(_term(unit))]),
        str(unit.plain_revision),
    ]


def _term(unit: Unit) -> Iterator[str]:
    for mark in unit.marks:
        if mark.wanted:
            yield f"{mark.source}: {mark.wanted}"


def _fitting(texts: Sequence[str] | Iterator[str]) -> str:
    """The lines of a cell that is only meant for human readers."""
    text = safe_xml.clean("\n".join(filter(None, texts)))
    return text if xlsx.fits_cell(text) else text[: xlsx.MAX_CELL // 3]


def read(data: bytes, where: str) -> Incoming:
    """Read the segments of a workbook. Raises `InputError`."""
    lines = xlsx.read(data, where, _is_header, MAX_COLUMNS)
    number, header = next(lines, (1, []))
    columns = _columns(header, f"{where}:{number}")
    rows: list[Row] = []
    findings: list[Finding] = []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        given = {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}
        row = _incoming(given, number, "source" in columns)
        rows.append(row)
        word = given.get("state", "").strip()
        if word and state_of(word) is None:
            message = f"unknown state {word[:40]!r} (new, machine, edited, approved): ignored"
            findings.append(problem("state", message, row, where))
    return Incoming(where, tuple(rows), tuple(findings))


def _incoming(given: dict[str, str], line: int, sourced: bool) -> Row:
    parts = given["id"].strip().rsplit("/", 2)
    source_id, locale, name = parts if len(parts) == 3 else ("", "", given["id"].strip())
    return Row(
        source_id,
        locale,
        name,
        (given["target"],) if given["target"] else (),
        plain=True,
        state=state_of(given.get("state", "")),
        revision=Revision.parse(given.get("revision", "")),
        source=(given["source"],) if sourced else None,
        line=line,
    )


def _is_header(cells: Sequence[str]) -> bool:
    return {"id", "target"} <= {_title(cell) for cell in cells}


def _title(cell: str) -> str:
    name = cell.partition(":")[0].strip().casefold()
    return name if name in _TITLES else ""


def _columns(header: Sequence[str], where: str) -> dict[str, int]:
    if not _is_header(header):
        advice = "Is it a workbook written by `speechsubs project export`?"
        raise InputError(where, "missing columns `id` and `target`", advice)
    found: dict[str, int] = {}
    for at, cell in enumerate(header):
        name = _title(cell)
        if name in found:
            raise InputError(where, f"duplicate column {name!r}", "Remove one of them")
        if name:
            found[name] = at
    return found
