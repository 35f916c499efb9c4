"""Our own table as an Excel workbook. What is read and written is text, see `worksheets`."""

from collections.abc import Sequence

from speechsubs import worksheets
from speechsubs.glossary.entries import Glossary, Term
from speechsubs.glossary.interchange import losses, tables
from speechsubs.glossary.interchange.fields import Incoming, flat
from speechsubs.model import Finding

_SHEET = "glossary"
_SHORT = ("id", "policy", "case", "boundary", "status", "pos", "revision")


def read(data: bytes, where: str) -> Incoming:
    """The first sheet with a header of ours, else the first sheet. Raises `InputError`."""
    rows = worksheets.read(data, where, tables.is_header, tables.MAX_COLUMNS)
    return tables.read(rows, where)


def write(glossary: Glossary, tags: Sequence[str]) -> tuple[bytes, list[Finding]]:
    """The workbook, every cell of it text, and what it does not hold."""
    why = "a cell has no place for one of its characters or for its length"
    kept = tuple(term for term in glossary.terms if _holdable(term))
    findings = [
        losses.without(term, why, str(glossary.path))
        for term in glossary.terms
        if not _holdable(term)
    ]
    table = tables.rows(Glossary(kept, glossary.language, glossary.path), tags)
    header = next(table)
    columns = [
        worksheets.Column(title, worksheets.NARROW if title in _SHORT else worksheets.WIDE)
        for title in header
    ]
    return worksheets.write(columns, table, sheet=_SHEET, frozen="C2"), findings


def _holdable(term: Term) -> bool:
    return all(
        worksheets.holds(value if isinstance(value, str) else " | ".join(value))
        for value in flat(term).values()
    )
