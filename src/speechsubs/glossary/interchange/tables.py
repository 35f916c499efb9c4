"""Our own table, the same in CSV, TSV and XLSX: a header, a row for each entry.

Columns: id, source:LANGUAGE, what `fields.ENTRY` lists, then for each locale its term
("es") and what belongs to it ("es:forms", "es:forbidden", "es:gender", "es:number"), at
last `revision`, by which an import knows what changed since the export. A cell of
several texts holds them with " | " between; a text's own | and \\ get a \\ before them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from speechsubs.errors import InputError
from speechsubs.glossary.entries import Glossary
from speechsubs.glossary.interchange.fields import (
    ENTRY,
    LISTS,
    PARTS,
    Entry,
    Incoming,
    Value,
    empty,
    finding,
    flat,
    known_tag,
    name_of,
    revision,
    split,
)
from speechsubs.model import Finding, Severity

_FIRST = ("id", *ENTRY)
_LAST = "revision"
# The last alternative is a \ at the very end: without it a search would start again and again.
_PIECE = re.compile(r"((?:\\.|[^\\|]|\\\Z)*)(\||\Z)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
#: More columns than eighty locales take.
MAX_COLUMNS = 512


def rows(glossary: Glossary, tags: Sequence[str]) -> Iterator[list[str]]:
    """The table of a glossary with the targets of these locales, the header first."""
    flats = [flat(term) for term in glossary.terms]
    used = {name for fields in flats for name in fields}
    parts = [
        name_of(tag, part)
        for tag in tags
        for part in ("", *PARTS)
        if part in ("", "forms") or name_of(tag, part) in used
    ]
    names = [*ENTRY, *parts]
    titles = [f"source:{glossary.language}" if name == "source" else name for name in names]
    yield ["id", *titles, _LAST]
    for term, fields in zip(glossary.terms, flats, strict=True):
        values = {name: fields.get(name, empty(name)) for name in names}
        yield [term.id, *map(_cell, values.values()), revision(values)]


def _cell(value: Value) -> str:
    if isinstance(value, str):
        return value
    return " | ".join(re.sub(r"[\\|]", r"\\\g<0>", item) for item in value)


def _items(cell: str) -> tuple[str, ...]:
    """The texts of a cell of several.

    >>> _items("one | two" + chr(92) + "|three")
    ('one', 'two|three')
    """
    found: dict[str, None] = {}
    for match in _PIECE.finditer(cell):
        text = _ESCAPED.sub(r"\1", match[1]).strip()
        if text:
            found[text] = None
        if not match[2]:
            break
    return tuple(found)


def is_header(cells: Iterable[str]) -> bool:
    """True for a row that names a `source` column, as only a header does."""
    return any(_title(cell)[0] == "source" for cell in cells)


def _title(cell: str) -> tuple[str, str]:
    name, _, rest = cell.strip().partition(":")
    return (name.casefold(), rest.strip()) if name.casefold() == "source" else (cell.strip(), "")


def read(table: Iterable[tuple[int, Sequence[str]]], where: str) -> Incoming:
    """The entries of a table of (line, cells), the header first. Raises `InputError`."""
    lines = iter(table)
    line, header = next(lines, (1, []))
    columns, language, findings = _columns(header, f"{where}:{line}")
    entries: list[Entry] = []
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        given = {
            name: cells[at] if at < len(cells) else ""
            for name, at in columns.items()
        }  # fmt: skip
        extra = [cell for cell in cells[len(header) :] if cell.strip()]
        if extra:
            problem = f"{len(cells)} cells under {len(header)} columns"
            raise InputError(f"{where}:{line}", problem, "Does a cell hold an unquoted separator?")
        term_id = given.pop("id", "").strip()
        mark = given.pop(_LAST, "").strip()
        fields = {name: _value(name, cell) for name, cell in given.items()}
        if fields["source"]:
            entries.append(Entry(fields, term_id, line, mark))
        else:
            findings.append(_no_source(where, line))
    return Incoming(tuple(entries), where, language, tuple(findings))


def _no_source(where: str, line: int) -> Finding:
    return finding("left-out", Severity.WARNING, "this row has no source term", where, line)


def _value(name: str, cell: str) -> Value:
    if name.rpartition(":")[2] in LISTS:
        return _items(cell)
    # A note's line ends belong to it; around all else a space is an accident.
    return cell if name == "note" else cell.strip()


def _columns(header: Sequence[str], where: str) -> tuple[dict[str, int], str, list[Finding]]:
    """Where each field is, the language of the sources, and what is not understood."""
    if len(header) > MAX_COLUMNS:
        raise InputError(where, f"{len(header):,} columns are more than {MAX_COLUMNS}")
    columns: dict[str, int] = {}
    findings: list[Finding] = []
    language = ""
    for at, cell in enumerate(header):
        if not cell.strip():
            continue
        name, rest = _title(cell)
        if name == "source":
            language = rest
        known = _known(name)
        if known is None:
            message = f"column {name[:80]!r} is not one of ours: it is not read"
            findings.append(finding("column", Severity.INFO, message, where.rpartition(":")[0]))
        elif known in columns:
            raise InputError(where, f"two columns are called {known!r}", "Remove one of them")
        else:
            columns[known] = at
    if "source" not in columns:
        raise InputError(
            where,
            "there is no `source` column",
            "Name the columns in the first row: id, source, es",
        )
    return columns, language, findings


def _known(name: str) -> str | None:
    lower = name.casefold()
    if lower in _FIRST or lower == _LAST:
        return lower
    tag, part = split(name)
    canonical = known_tag(tag)
    if canonical is None or part.strip().casefold() not in ("", *PARTS):
        return None
    return name_of(canonical, part.strip().casefold())
