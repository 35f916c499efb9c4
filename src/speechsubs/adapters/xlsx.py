"""Tables of text as Excel workbooks, through openpyxl.

Cells are data: text that starts with = is read and written as text, never as a formula.
openpyxl trusts its input, so the sizes in the archive are checked first and every XML part
is checked by `safe_xml`.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from speechsubs.adapters import safe_xml
from speechsubs.errors import InputError

#: Maximum unpacked size in total and per part, and number of parts.
MAX_BYTES, MAX_PART_BYTES, MAX_PARTS = 256 * 1024 * 1024, 128 * 1024 * 1024, 2_000
#: Maximum compression ratio of a part over a megabyte; real tables compress less.
MAX_RATIO = 200
#: Maximum length of a cell. Source: Excel specifications and limits.
MAX_CELL = 32_767
MAX_ROWS = 1_048_576
#: Widths of columns, in characters.
WIDE, NARROW = 28, 12

# Office Open XML writes characters that XML does not allow as _xHHHH_, and such a text
# itself as _x005F_xHHHH_. openpyxl leaves both to its caller.
_HEX = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LIKE_HEX = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FORMULA = frozenset("=+-@")

_Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table to be written. `width` is in characters."""

    title: str
    width: int = WIDE
    hidden: bool = False


def read(
    data: bytes, where: str, is_header: Callable[[Sequence[str]], bool], max_columns: int
) -> Iterator[_Row]:
    """Read rows with their 1-based numbers, from the first sheet with a header, else the first.

    Raises `InputError` for an invalid or unsafe workbook.
    """
    _check(data, where)
    # Imported here: it takes a quarter of a second, and few commands need it.
    from openpyxl import load_workbook

    try:
        # Formulas rather than their last results: both are text here.
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheets = list(book.worksheets)
        if not sheets:
            raise InputError(where, "the workbook contains no cells")
        chosen = next(
            (s for s in sheets if is_header(_first(s, where, max_columns))), sheets[0]
        )  # fmt: skip
        yield from _rows(chosen, where, max_columns)
        book.close()
    except InputError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part makes it trip over
        raise InputError(where, f"not a readable workbook ({type(error).__name__})") from error


def _first(sheet: Any, where: str, max_columns: int) -> list[str]:
    return next((cells for _, cells in _rows(sheet, where, max_columns)), [])


def _rows(sheet: Any, where: str, max_columns: int) -> Iterator[_Row]:
    for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=max_columns), 1):
        if number > MAX_ROWS:  # openpyxl makes up the rows before one that says it is the 10^12th
            raise InputError(
                where, f"more than {MAX_ROWS:,} rows: too large for a table of this kind"
            )
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
        problem = "a cell was converted to a date; the original text is lost"
        raise InputError(where, problem, "Format the cells as text and enter it again")
    return str(getattr(value, "text", value))


def _check(data: bytes, where: str) -> None:
    """Reject zip bombs and unsafe XML."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise InputError(
                    where, f"{len(parts):,} parts: too many for a workbook with one table"
                )
            if sum(part.file_size for part in parts) > MAX_BYTES:
                raise InputError(where, f"it unpacks to more than {MAX_BYTES:,} bytes")
            for part in parts:
                _check_part(archive, part, where)
    except (
        zipfile.BadZipFile,
        NotImplementedError,  # zipfile: a compression that it does not know
        RuntimeError,
        EOFError,
        OSError,
        ValueError,  # zipfile: offsets outside the file
        zlib.error,
    ) as error:
        raise InputError(where, f"not a workbook ({error})", "Save it as .xlsx") from error


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, where: str) -> None:
    ratio = part.file_size / max(1, part.compress_size)
    if part.file_size > MAX_PART_BYTES or (part.file_size > 1_000_000 and ratio > MAX_RATIO):
        raise InputError(where, f"{part.filename!r} unpacks to {part.file_size:,} bytes")
    name = part.filename.casefold()
    if name.endswith((".xml", ".rels", ".vml")):
        # zipfile stops at the declared size, so that is the maximum.
        safe_xml.check(archive.read(part), f"{where}, {part.filename}")


def fits_cell(text: str) -> bool:
    """True if a cell can contain a text, by its characters and its length."""
    # Twice the length, because of escapes.
    return safe_xml.valid(text) and len(text) * 2 <= MAX_CELL


def write(
    columns: Sequence[Column], table: Iterable[Sequence[str]], *, sheet: str, frozen: str
) -> bytes:
    """Write a workbook of one sheet of text. `frozen` is the first cell that scrolls."""
    # Here for the same reason as in `read`.
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    # A fixed date, so that equal tables give equal files.
    book.properties.created = book.properties.modified = datetime(2000, 1, 1)
    book.properties.creator = "speechsubs"
    made = book.create_sheet(sheet)
    made.freeze_panes = frozen
    for at, column in enumerate(columns, 1):
        form = made.column_dimensions[get_column_letter(at)]
        form.width, form.hidden = column.width, column.hidden
    _fill(made, [column.title for column in columns], table)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _fill(sheet: Any, header: Sequence[str], table: Iterable[Sequence[str]]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

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

    sheet.append([cell(title, True) for title in header])
    for row in table:
        sheet.append([cell(text, False) if text else None for text in row])
