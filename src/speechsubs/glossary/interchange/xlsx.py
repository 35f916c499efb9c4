"""Our own table as an Excel workbook, through openpyxl.

A cell from a stranger is data: what starts with = is read and written as text, never as
a formula. openpyxl trusts its input, so the archive's sizes are checked first and every
XML part is run through `safexml`.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from speechsubs.errors import InputError
from speechsubs.glossary.entries import Glossary, Term
from speechsubs.glossary.interchange import losses, safexml, tables
from speechsubs.glossary.interchange.fields import Incoming, flat
from speechsubs.model import Finding

#: Of all parts together when unpacked, of one part, and how many parts.
MAX_BYTES, MAX_PART_BYTES, MAX_PARTS = 256 * 1024 * 1024, 128 * 1024 * 1024, 2_000
#: A part over a megabyte that shrinks more than this is no table that people wrote.
MAX_RATIO = 200
#: What a worksheet's cell holds. Source: Excel specifications and limits.
MAX_CELL = 32_767
MAX_ROWS = 1_048_576

_SHEET = "glossary"
# Office Open XML writes a character that XML cannot hold as _xHHHH_, and so has to write
# such a text itself as _x005F_xHHHH_. openpyxl leaves both to its caller.
_HEX = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LIKE_HEX = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_WIDE, _NARROW = 28, 12
_SHORT = ("id", "policy", "case", "boundary", "status", "pos", "revision")
_FORMULA = frozenset("=+-@")


def read(data: bytes, where: str) -> Incoming:
    """The first sheet with a header of ours, else the first sheet. Raises `InputError`."""
    _check(data, where)
    # Here, because it takes a quarter of a second to import and few commands need it.
    from openpyxl import load_workbook

    try:
        # As formulas, not their last results: both are text to us, and a formula is honest.
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheets = list(book.worksheets)
        chosen = next((s for s in sheets if tables.is_header(_first(s, where))), None)
        if chosen is None and not sheets:
            raise InputError(where, "this workbook has no sheet with cells")
        incoming = tables.read(_rows(chosen or sheets[0], where), where)
        book.close()
    except InputError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part makes it trip over
        raise InputError(where, f"this is no readable workbook ({type(error).__name__})") from error
    return incoming


def _first(sheet: Any, where: str) -> list[str]:
    return next((cells for _, cells in _rows(sheet, where)), [])


def _rows(sheet: Any, where: str) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=tables.MAX_COLUMNS), 1):
        if number > MAX_ROWS:  # openpyxl makes up the rows before one that says it is the 10^12th
            raise InputError(where, f"more than {MAX_ROWS:,} rows are no glossary")
        cells = [_text(value, f"{where}:{number}") for value in row]
        while cells and not cells[-1]:
            cells.pop()  # cells that were only formatted
        yield number, cells


def _text(value: Any, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        text = _HEX.sub(lambda match: chr(int(match[1], 16)), value) if "_x" in value else value
        return text.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date | time):
        problem = "a cell is a date; what was typed is lost"
        raise InputError(where, problem, "Format the cells as text and type it again")
    return str(getattr(value, "text", value))


def _check(data: bytes, where: str) -> None:
    """Refuse archives that unpack without end, and XML that is not safe."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise InputError(where, f"{len(parts):,} parts are no workbook for a glossary")
            if sum(part.file_size for part in parts) > MAX_BYTES:
                raise InputError(where, f"this unpacks to more than {MAX_BYTES:,} bytes")
            for part in parts:
                _check_part(archive, part, where)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError,
            zlib.error) as error:  # fmt: skip
        raise InputError(where, f"this is no workbook ({error})", "Save it as .xlsx") from error


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, where: str) -> None:
    ratio = part.file_size / max(1, part.compress_size)
    if part.file_size > MAX_PART_BYTES or (part.file_size > 1_000_000 and ratio > MAX_RATIO):
        raise InputError(where, f"{part.filename!r} unpacks to {part.file_size:,} bytes")
    name = part.filename.casefold()
    if name.endswith((".xml", ".rels", ".vml")):
        # zipfile stops at the size that was declared, so the declared size is the most.
        safexml.check(archive.read(part), f"{where}, {part.filename}")


def write(glossary: Glossary, tags: Sequence[str]) -> tuple[bytes, list[Finding]]:
    """The workbook, every cell of it text, and what it does not hold."""
    from openpyxl import Workbook

    why = "a cell has no place for one of its characters or for its length"
    kept = tuple(term for term in glossary.terms if _holdable(term))
    findings = [
        losses.without(term, why, str(glossary.path))
        for term in glossary.terms
        if not _holdable(term)
    ]
    book = Workbook(write_only=True)
    # A date that changes would make equal glossaries different files.
    book.properties.created = book.properties.modified = datetime(2000, 1, 1)
    book.properties.creator = "speechsubs"
    sheet = book.create_sheet(_SHEET)
    _fill(sheet, tables.rows(Glossary(kept, glossary.language, glossary.path), tags))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue(), findings


def _fill(sheet: Any, table: Iterator[list[str]]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    header = next(table)
    sheet.freeze_panes = "C2"
    for at, title in enumerate(header, 1):
        column = sheet.column_dimensions[get_column_letter(at)]
        column.width = _NARROW if title in _SHORT else _WIDE
    bold, top = Font(bold=True), Alignment(vertical="top", wrap_text=True)

    def cell(text: str, first: bool) -> Any:
        made = WriteOnlyCell(sheet, value="")
        made.value = _LIKE_HEX.sub("_x005F_", text)
        made.data_type = "s"  # openpyxl takes "=1+1" for a formula
        made.number_format = "@"  # text, so that 1-2 does not become a date when it is edited
        if text[:1] in _FORMULA:
            made.quotePrefix = 1
        if first:
            made.font = bold
        elif "\n" in text:
            made.alignment = top
        return made

    for number, row in enumerate((header, *table)):
        sheet.append([cell(text, number == 0) if text else None for text in row])


def _holdable(term: Term) -> bool:
    for value in flat(term).values():
        text = value if isinstance(value, str) else " | ".join(value)
        # Twice, because a text may have to be written with escapes.
        if not safexml.valid(text) or len(text) * 2 > MAX_CELL:
            return False
    return True
