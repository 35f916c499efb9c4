"""Workbooks: text round-trips unchanged, and unsafe archives are rejected."""

import io
import zipfile
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechsubs.adapters import xlsx
from speechsubs.errors import InputError

COLUMNS = (xlsx.Column("id"), xlsx.Column("text"))
CELLS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=30
)


def is_header(cells: Sequence[str]) -> bool:
    return list(cells[:2]) == ["id", "text"]


def read(data: bytes) -> list[tuple[int, list[str]]]:
    return list(xlsx.read(data, "x.xlsx", is_header, 10))


def archive(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return stream.getvalue()


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS.filter(bool)), max_size=4))
def test_rows_round_trip(rows: list[tuple[str, str]]) -> None:
    data = xlsx.write(COLUMNS, rows, sheet="Terms", frozen="A2")
    expected = [["id", "text"], *(list(row) for row in rows)]
    assert read(data) == list(enumerate(expected, 1))


@pytest.mark.parametrize(
    "text", ["=1+1", "@x", "+1", "-1", "_x0041_", "a\nb", "1-2", "TRUE", "007"]
)
def test_cells_are_text_never_formulas_or_values(text: str) -> None:
    data = xlsx.write(COLUMNS, [("1", text)], sheet="Terms", frozen="A2")
    assert read(data)[1] == (2, ["1", text])


def test_equal_tables_give_equal_parts() -> None:
    first, second = (
        zipfile.ZipFile(io.BytesIO(xlsx.write(COLUMNS, [("1", "a")], sheet="T", frozen="A2")))
        for _ in range(2)
    )
    name = "xl/worksheets/sheet1.xml"
    assert first.read(name) == second.read(name)


def test_a_cell_has_a_maximum_length_and_no_control_characters() -> None:
    assert xlsx.fits_cell("a" * (xlsx.MAX_CELL // 2))
    assert not xlsx.fits_cell("a" * (xlsx.MAX_CELL // 2 + 1))
    assert not xlsx.fits_cell("a\x00")


@given(data=st.binary(max_size=100))
def test_other_bytes_are_rejected(data: bytes) -> None:
    with pytest.raises(InputError):
        read(data)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"xl/workbook.xml": b"0" * 2_000_000},
        {"xl/workbook.xml": b"<!DOCTYPE a []><a/>"},
        {str(number): b"" for number in range(xlsx.MAX_PARTS + 1)},
    ],
    ids=["empty", "bomb", "doctype", "parts"],
)
def test_hostile_archives_are_rejected(parts: dict[str, bytes]) -> None:
    with pytest.raises(InputError):
        read(archive(parts))
