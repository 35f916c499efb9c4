"""Glossaries as CSV and TSV: cells, separators, formulas, files of other tools."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.errors import InputError
from speechsubs.glossary import Glossary, Target, Term, delimited

TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"),
    min_size=1,
    max_size=12,
).filter(lambda text: bool(text.strip()))


@given(TEXTS, TEXTS, st.sampled_from([",", "\t"]))
def test_a_table_reads_as_it_was_written(source: str, target: str, separator: str) -> None:
    term = Term("x", source.strip(), targets={"es": Target(target.strip())})
    data, findings = delimited.write_own(Glossary((term,), "en"), ["es"], separator)
    assert findings == []
    (entry,) = delimited.read_own(data, "g.csv", separator).entries
    assert (entry.id, entry.fields["source"], entry.fields["es"]) == (
        "x",
        source.strip(),
        target.strip(),
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "'=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    data, _ = delimited.write_own(Glossary((Term("x", text),), "en"), [], ",")
    assert f"'{text}".encode() in data


@pytest.mark.parametrize(
    ("line", "separator"), [("a;b;c", ";"), ("a,b;c,d", ","), ("a\tb", "\t"), ("", ",")]
)
def test_separators(line: str, separator: str) -> None:
    assert delimited.detect_separator(line, ",") == separator


def test_both_unicode_encodings_are_read() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert delimited.decode("é,小米".encode(encoding), "g.csv") == "é,小米"
    with pytest.raises(InputError, match="UTF-8"):
        delimited.decode(b"caf\xe9", "g.csv")


def test_deepl_rows_of_another_source_language_are_left_out() -> None:
    data = b"car,coche,en,es\nVoiture,coche,fr,es\n"
    found = delimited.read_deepl(data, "g.csv", ",", "en", "es")
    assert [entry.fields["source"] for entry in found.entries] == ["car"]
    assert len(found.findings) == 1


@given(st.binary(max_size=200))
def test_hostile_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(InputError):
        for entry in delimited.read_own(data, "g.csv", ",").entries:
            assert entry.fields
