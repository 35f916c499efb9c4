"""Bilingual workbooks: what a translator changes is read, what nobody can read is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechsubs.adapters import xlsx as workbook
from speechsubs.adapters.xlsx import Column
from speechsubs.errors import InputError
from speechsubs.exchange import xlsx
from speechsubs.exchange.segments import Incoming, Revision
from speechsubs.project import State

from .samples import golden, plain

#: What a cell can hold.
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=20)


def table(*rows: list[str]) -> bytes:
    header, *rest = rows
    return workbook.write(
        [Column(name, 10) for name in header], rest, sheet="segments", frozen="A2"
    )


def read(*rows: list[str]) -> Incoming:
    return xlsx.read(table(*rows), "talk.es.xlsx")


def test_what_was_written_is_read() -> None:
    document = golden()
    data, findings = xlsx.write(document)
    found = xlsx.read(data, "talk.es.xlsx")
    assert (findings, found.findings) == ([], ())
    for row, unit in zip(found.rows, document.units, strict=True):
        assert (row.source_id, row.locale, row.name) == ("talk", "es", unit.name)
        assert row.source == (unit.source,)
        assert row.pieces == ((unit.target,) if unit.target else ())
        assert (row.state, row.revision) == (unit.state, unit.plain_revision)
        assert row.plain


@settings(max_examples=30)
@given(st.dictionaries(TEXTS.filter(str.strip), TEXTS, min_size=1, max_size=3))
def test_any_text_comes_back(texts: dict[str, str]) -> None:
    data, findings = xlsx.write(plain(texts))
    rows = xlsx.read(data, "x").rows
    assert findings == []
    assert [(row.source, row.pieces) for row in rows] == [
        ((source,), (target,) if target else ()) for source, target in texts.items()
    ]


def test_a_segment_that_no_cell_can_hold_is_reported() -> None:
    data, (finding,) = xlsx.write(plain({"fine": "bien", "bad\x00": "mal"}))
    assert [row.name for row in xlsx.read(data, "x").rows] == ["s1"]
    assert (finding.code, finding.locale) == ("exchange-left-out", "es")
    assert finding.message.endswith(": s2")


def test_only_id_and_target_are_needed() -> None:
    found = read(["ID ", "Target: es", "mine"], ["talk/es/s2", "Hola.", "?"], ["", "", ""])
    (row,) = found.rows
    assert (row.source_id, row.locale, row.name, row.pieces) == ("talk", "es", "s2", ("Hola.",))
    assert (row.source, row.state, row.revision, row.line) == (None, None, None, 2)


def test_an_id_that_is_not_ours_is_kept_as_a_name() -> None:
    (row,) = read(["id", "target"], ["my row", "Hola."]).rows
    assert (row.source_id, row.locale, row.name, row.index) == ("", "", "my row", None)


def test_an_unknown_state_is_ignored_and_reported() -> None:
    header = ["id", "target", "state", "revision"]
    found = read(
        header,
        ["talk/es/s1", "Hola.", " Approved ", "ab.cd.machine"],
        ["talk/es/s2", "Hola.", "perfect", "ab.cd.perfect"],
    )
    assert [row.state for row in found.rows] == [State.APPROVED, None]
    assert [row.revision for row in found.rows] == [Revision("ab", "cd", State.MACHINE), None]
    (finding,) = found.findings
    assert (finding.code, finding.line) == ("exchange-state", 3)
    assert "'perfect'" in finding.message


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (["id", "source"], "missing columns `id` and `target`"),
        (["id", "target", "Target:es"], "duplicate column 'target'"),
    ],
)
def test_a_table_that_is_not_ours_is_refused(header: list[str], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read(header, ["talk/es/s1", "Hola.", ""])


def test_a_file_that_is_no_workbook_is_refused() -> None:
    with pytest.raises(InputError):
        xlsx.read(b"PK\x03\x04 no workbook", "talk.es.xlsx")
