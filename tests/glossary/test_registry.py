"""Files as tools write them, files that a person can read, and files that are attacks."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from speechsubs.adapters import safe_xml, xlsx
from speechsubs.errors import InputError
from speechsubs.glossary import Glossary, Policy, Target, Term, load, registry, write
from speechsubs.glossary import incoming as interchange
from speechsubs.glossary.fields import id_for, own_tag
from speechsubs.model import Finding

GOLDEN = Path(__file__).parents[1] / "golden" / "interchange"
SAMPLE = GOLDEN / "export" / "glossary.yml"
EXPORTS = {
    "csv": "all.csv", "tsv": "all.tsv", "tbx": "v3.tbx", "tbx2": "v2.tbx",
    "deepl": "deepl.csv", "omegat": "omegat.txt",
}  # fmt: skip
IMPORTS = ["deepl.csv", "omegat.txt", "excel.csv", "multiterm.tbx", "dct.tbx"]


def told(findings: tuple[Finding, ...]) -> list[str]:
    return [f"{f.severity.value} {f.code} {f.locale}".strip() + f": {f.message}" for f in findings]


@pytest.mark.parametrize("name", EXPORTS)
def test_export(name: str) -> None:
    made = registry.export(load(SAMPLE), name, ("es",) if name == "omegat" else ())
    assert made.data.decode("utf-8") == (GOLDEN / "export" / EXPORTS[name]).read_text("utf-8")


def test_what_each_format_loses_is_told() -> None:
    lines = []
    for name in registry.names():
        made = registry.export(load(SAMPLE), name, ("es",) if name == "omegat" else ())
        lines += [f"{name}: {line}\n" for line in told(made.findings)]
    assert "".join(lines) == (GOLDEN / "export" / "losses.txt").read_text("utf-8")


@pytest.mark.parametrize("name", IMPORTS)
def test_import(name: str) -> None:
    path = GOLDEN / "import" / name
    incoming = registry.read(path, target_language="es")
    merged = interchange.merge(Glossary((), "en", Path("new.yml")), incoming)
    remarks = "".join(f"# {line}\n" for line in told((*merged.findings, *merged.conflicts)))
    assert remarks + write.render(merged.glossary) == path.with_suffix(".yml").read_text("utf-8")


def test_a_workbook_holds_text_only() -> None:
    import openpyxl

    made = registry.export(load(SAMPLE), "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(made.data)).active
    assert sheet is not None
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value}
    assert kinds == {"s"}
    values = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "=SUM(A1)" in values
    assert "+34" in values


def workbook(rows: list[list[Any]], title: str = "Sheet") -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_from_a_stranger_is_data() -> None:
    data = workbook([["source", "es", "note"], ["=1+1", "=HYPERLINK(1)", 7], [911, 3.5, True], []])
    entries = registry.read_bytes(data, "x", "xlsx").entries
    assert [dict(e.fields) for e in entries] == [
        {"source": "=1+1", "es": "=HYPERLINK(1)", "note": "7"},
        {"source": "911", "es": "3.5", "note": "TRUE"},
    ]


def test_a_date_in_a_workbook_is_no_term() -> None:
    import datetime

    data = workbook([["source"], [datetime.date(2026, 1, 2)]])
    with pytest.raises(
        InputError, match="a cell was converted to a date; the original text is lost"
    ):
        registry.read_bytes(data, "x", "xlsx")


def test_rows_that_openpyxl_would_make_up_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    good = zipfile.ZipFile(io.BytesIO(workbook([["source"], ["a"]])))
    parts = {name: good.read(name) for name in good.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b'<row r="2"', b'<row r="999999999999"')
    assert b"999999999999" in sheet
    # openpyxl writes it with a blank at the end or, where lxml is installed, without.
    sheet = re.sub(rb"<dimension [^>]*/>", b"", sheet).replace(b'r="A2"', b'r="A999999999999"')
    monkeypatch.setattr(xlsx, "MAX_ROWS", 1_000)
    with pytest.raises(InputError, match="more than 1,000 rows"):
        registry.read_bytes(archive({**parts, "xl/worksheets/sheet1.xml": sheet}), "x", "xlsx")


def archive(parts: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return stream.getvalue()


def test_a_workbook_that_unpacks_without_end_is_refused() -> None:
    bomb = archive({"xl/worksheets/sheet1.xml": b"<a>" + b" " * 50_000_000 + b"</a>"})
    assert len(bomb) < 100_000
    with pytest.raises(InputError, match=r"unpacks to 50,000,007 bytes"):
        registry.read_bytes(bomb, "x", "xlsx")


def test_many_parts_and_much_in_all_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    many = archive({f"{n}": b"" for n in range(xlsx.MAX_PARTS + 1)})
    with pytest.raises(InputError, match="parts: too many for a workbook"):
        registry.read_bytes(many, "x", "xlsx")
    monkeypatch.setattr(xlsx, "MAX_BYTES", 1_000)
    with pytest.raises(InputError, match="unpacks to more than 1,000 bytes"):
        registry.read_bytes(archive({"a": b"a" * 600, "b": b"b" * 600}), "x", "xlsx")


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", b"PK\x03\x04" + b"\0" * 30, b"not a zip", archive({}), archive({"a.xml": b"<a/>"}),
     archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}),
     archive({"[Content_Types].xml": b"<broken"})],
)  # fmt: skip
def test_what_is_no_workbook_is_an_error_with_words(data: bytes) -> None:
    with pytest.raises(InputError, match=r"workbook|not well-formed XML"):
        registry.read_bytes(data, "x.xlsx", "xlsx")


ENTITIES = {
    "billion laughs": b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><martif>&b;</martif>',
    "external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><martif>&x;</martif>',
    "parameter entity": b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://x/y"> %x;]><martif/>',
    "internal subset": b"<!DOCTYPE a [<!ELEMENT a ANY>]><martif/>",
    "undeclared": b'<!DOCTYPE martif SYSTEM "http://x/y.dtd"><martif>&x;</martif>',
    "attribute default": b'<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><martif/>',
}


@pytest.mark.parametrize("name", ENTITIES)
def test_entities_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="which is not allowed"):
        registry.read_bytes(ENTITIES[name], "x.tbx", "tbx")


def test_entities_in_a_workbook_are_refused() -> None:
    good = zipfile.ZipFile(io.BytesIO(workbook([["source"], ["a"]])))
    parts = {name: good.read(name) for name in good.namelist()}
    parts["xl/sharedStrings.xml"] = ENTITIES["billion laughs"]
    with pytest.raises(InputError, match="a document type declaration"):
        registry.read_bytes(archive(parts), "x.xlsx", "xlsx")
    parts["xl/sharedStrings.xml"] = b'<!DOCTYPE a SYSTEM "http://x/y"><a/>'
    with pytest.raises(InputError, match="a document type declaration"):
        registry.read_bytes(archive(parts), "x.xlsx", "xlsx")


def test_a_dtd_that_is_only_named_is_never_fetched() -> None:
    data = b'<!DOCTYPE martif SYSTEM "http://localhost:9/x.dtd"><martif><text/></martif>'
    assert registry.read_bytes(data, "x.tbx", "tbx").entries == ()


def test_deep_nesting_and_huge_attributes_are_refused() -> None:
    deep = b"<tbx>" + b"<a>" * 1_000_000
    with pytest.raises(InputError, match="nested more than 100 deep"):
        registry.read_bytes(deep, "x.tbx", "tbx")
    wide = b'<tbx a="' + b"x" * 10_000_000 + b'"/>'
    with pytest.raises(InputError, match="an attribute of 10,000,000 characters"):
        registry.read_bytes(wide, "x.tbx", "tbx")
    many = b"<tbx " + b" ".join(b'a%d="1"' % n for n in range(1_000)) + b"/>"
    with pytest.raises(InputError, match="more than 256 attributes"):
        registry.read_bytes(many, "x.tbx", "tbx")


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"<tbx>", b"<tbx/><tbx/>", b"<html/>", b"<x:tbx/>",
     b'<?xml version="1.0" encoding="nope"?><tbx/>', b"\xff\xfe<\0t", b"<tbx>\x01</tbx>"],
)  # fmt: skip
def test_what_is_no_tbx_is_an_error_with_words(data: bytes) -> None:
    with pytest.raises(InputError):
        registry.read_bytes(data, "x.tbx", "tbx")


def test_a_tbx_of_another_language_names_the_way_out() -> None:
    data = (GOLDEN / "import" / "dct.tbx").read_bytes()
    with pytest.raises(InputError, match="--source-language"):
        registry.read_bytes(data, "x.tbx", "tbx", "ja")
    found = registry.read_bytes(data, "x.tbx", "tbx", "fr")
    assert [entry.fields["source"] for entry in found.entries] == ["voiture électrique"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "no `source` column"),
        (b"id,es\na,b\n", "no `source` column"),
        (b"source,es,ES\na,b,c\n", "duplicate column 'es'"),
        (b"source,es\na,b,c\n", "3 cells under 2 columns"),
        (b'source,es\na,"b\n', "invalid row"),
        (b'source,es\na,"b"c\n', "invalid row"),
        (b"source\n\xff\n", "not UTF-8 text"),
        (b"source," + b"," * 600, "columns .maximum"),
    ],
)
def test_broken_tables(data: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        registry.read_bytes(data, "x.csv", "csv")


@pytest.mark.parametrize(
    ("data", "problem"),
    [(b"a,b,c\n", "3 cells"), (b",b\n", "2 cells"), (b"a\n", "1 cells"), (b'"a\n', "invalid row")],
)
def test_broken_deepl(data: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        registry.read_bytes(data, "x.csv", "deepl", "en", "es")


def test_a_file_without_its_language_asks_for_it() -> None:
    for name, data in (("deepl", b"a,b\n"), ("omegat", b"a\tb\n")):
        with pytest.raises(InputError, match="--target-language es"):
            registry.read_bytes(data, "x", name)


def test_the_suffix_and_the_first_row_decide(tmp_path: Path) -> None:
    own, deepl = tmp_path / "own.csv", tmp_path / "deepl.csv"
    own.write_text("id,source,es\na,A,B\n")
    deepl.write_text("source text,B\n")
    assert registry.read(own).entries[0].id == "a"
    found = registry.read(deepl, target_language="es").entries[0]
    assert found.fields == {"source": "source text", "es": "B"}
    utf16 = tmp_path / "excel.tsv"
    utf16.write_bytes("source\tes\nA\tñ\n".encode("utf-16"))
    assert registry.read(utf16).entries[0].fields["es"] == "ñ"
    with pytest.raises(InputError, match="unsupported file extension"):
        registry.detect_format(Path("x.doc"))


def test_one_language_formats_ask_which() -> None:
    for name, suffix in (("omegat", ".txt"), ("deepl", ".tsv")):
        with pytest.raises(InputError, match="--to es"):
            registry.export(load(SAMPLE), name, suffix=suffix)


def test_a_locale_without_targets_gives_an_empty_column() -> None:
    made = registry.export(load(SAMPLE), "csv", ("fr",))
    header, first = made.data.decode("utf-8").splitlines()[:2]
    assert header.endswith(",note,fr,fr:forms,revision")
    assert ",,,r" in first


@pytest.mark.parametrize(
    ("text", "made"),
    [("Li Auto", "li-auto"), ("=SUM(A1)", "sum-a1"), ("小米", "小米"), ("...", "term"), ("_a", "a"),
     ("x" * 500, "x" * 60), ("İ", "i̇"), ("\u202eabc", "abc")],
)  # fmt: skip
def test_ids_are_made_of_sources(text: str, made: str) -> None:
    found = id_for(text, set().__contains__)
    assert found.rstrip("-") == made or found == made.replace("\u0307", "")


def test_an_id_is_not_taken_twice() -> None:
    assert id_for("A", {"a", "a-2"}.__contains__) == "a-3"


def test_tags_of_tools() -> None:
    assert own_tag("ES", ["es"]) == "es"
    assert own_tag("pt", ["pt-BR"]) == "pt-BR"
    assert own_tag("zh_Hans", ["zh-CN"]) == "zh-CN"
    assert own_tag("zh-Hant", ["zh-CN"]) == "zh-Hant"
    assert own_tag("es-ES", ["es", "es-ES"]) == "es-ES"


def test_what_cannot_stand_in_xml_is_left_out_and_told() -> None:
    glossary = Glossary((Term("a", "x\uffff"), Term("b", "y")), path=Path("g.yml"))
    for name in ("tbx", "tbx2", "xlsx"):
        made = registry.export(glossary, name)
        assert [f.code for f in made.findings if f.severity.value == "warning"] == [
            "glossary-left-out"
        ]
        assert "\uffff".encode() not in made.data


def test_a_target_in_the_language_of_the_source_is_not_lost_in_silence() -> None:
    term = Term("a", "colour", policy=Policy.FIXED, targets={"en": Target("color")})
    made = registry.export(Glossary((term,), "en", Path("g.yml")), "tbx")
    assert any("a target in the source language" in f.message for f in made.findings)


def test_text_of_a_node_is_in_order() -> None:
    node = safe_xml.parse(b"<a>1<b>2<c>3</c></b>4</a>", "x")
    assert node.text() == "1234"


@pytest.mark.parametrize("count", [10_000, 100_000])
def test_hostile_cells_and_equal_rows_end(count: int) -> None:
    # Each took quadratic time once, which is hours for the larger count.
    ours = Glossary((), "en", Path("g.yml"))
    cell = registry.read_bytes(b"source,aliases\na," + b"a" * count + b"\\\n", "x", "csv")
    assert cell.entries[0].fields["aliases"] == ("a" * count + "\\",)
    many = "|".join(map(str, range(count // 6))).encode()
    listed = registry.read_bytes(b"source,aliases\na," + many + b"\n", "x", "csv")
    merged = interchange.merge(ours, listed)
    assert "a list has more than 1,000 texts" in merged.findings[0].message
    rows = "".join(f"a\tb{n}\tc{n}\n" for n in range(count)).encode()
    assert len(registry.read_bytes(rows, "x", "omegat", "en", "es").entries) == 1
    same = "".join(f"a{'!' * (n + 1)}\tb\n" for n in range(150)).encode()
    made = interchange.merge(ours, registry.read_bytes(same, "x", "omegat", "en", "es"))
    assert made.added[-1] == "a-150"


def test_a_file_of_a_thousand_languages_is_refused() -> None:
    sections = "".join(
        f"<langSec xml:lang='{a}{b}'><tig><term>x</term></tig></langSec>"
        for a in "abcdefghijklmnopqrstuvwxyz"
        for b in "abcdefghijklmnopqrstuvwxyz"
    )
    data = f"<tbx><conceptEntry>{sections}</conceptEntry></tbx>".encode()
    with pytest.raises(InputError, match="more than 512 languages"):
        interchange.merge(Glossary((), "en", Path("g.yml")), registry.read_bytes(data, "x", "tbx"))
