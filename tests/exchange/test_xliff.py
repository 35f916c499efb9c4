"""XLIFF 1.2 and 2.1: what CAT tools make of a file is read, and what they break is named."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.adapters import safe_xml
from speechsubs.adapters.safe_xml import Node
from speechsubs.exchange import xliff
from speechsubs.exchange.segments import Document, Row, joined
from speechsubs.model import Finding
from speechsubs.project import State

from .samples import golden, plain

Writer = Callable[[Document], tuple[bytes, list[Finding]]]
Reader = Callable[[Node], Iterator[Row]]
VERSIONS: dict[str, tuple[Writer, Reader]] = {
    "1.2": (xliff.write12, xliff.read12),
    "2.1": (xliff.write21, xliff.read21),
}
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=20
)
UNIT12 = '<xliff version="1.2"><file original="a.txt" target-language="es"><body>{}</body></file></xliff>'  # noqa: E501 - one tag each
UNIT21 = '<xliff version="2.1" trgLang="es"><file original="a.txt"><unit id="s1">{}</unit></file></xliff>'  # noqa: E501 - one tag each


def rows(version: str, data: bytes | str) -> list[Row]:
    text = data.encode("utf-8") if isinstance(data, str) else data
    return list(VERSIONS[version][1](safe_xml.parse(text, "talk.xlf")))


def row12(unit: str) -> Row:
    (row,) = rows("1.2", UNIT12.format(unit))
    return row


def row21(unit: str) -> Row:
    (row,) = rows("2.1", UNIT21.format(unit))
    return row


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_written_is_read(version: str) -> None:
    document = golden()
    data, findings = VERSIONS[version][0](document)
    assert findings == []
    for row, unit in zip(rows(version, data), document.units, strict=True):
        assert (row.source_id, row.locale, row.name) == ("talk", "es", unit.name)
        assert joined(row.source or ()) == unit.source_pieces
        assert joined(row.pieces or ()) == unit.target_pieces
        assert (row.revision, row.problem, row.plain) == (unit.revision, "", False)


@pytest.mark.parametrize("version", VERSIONS)
@given(texts=st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=3))
def test_any_text_comes_back(version: str, texts: dict[str, str]) -> None:
    data, findings = VERSIONS[version][0](plain(texts))
    assert findings == []
    assert [(row.source, row.pieces) for row in rows(version, data)] == [
        ((source,), (target,)) for source, target in texts.items()
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_text_that_xml_cannot_hold_is_reported(version: str) -> None:
    data, (finding,) = VERSIONS[version][0](plain({"fine": "bien", "bad": "mal\x00"}))
    assert [row.name for row in rows(version, data)] == ["s1"]
    assert (finding.code, finding.message[-4:]) == ("exchange-left-out", ": s2")


@pytest.mark.parametrize(
    ("attributes", "state"),
    [
        ('state="new"', State.NEW),
        ('state="needs-review-translation"', State.MACHINE),
        ('state="translated"', State.EDITED),
        ('state="signed-off"', State.APPROVED),
        ('state="final"', State.APPROVED),
        ('state="unheard-of"', None),
        ("", None),
    ],
)
def test_states_of_version_1_2(attributes: str, state: State | None) -> None:
    assert row12(f'<trans-unit id="s1"><target {attributes}>a</target></trans-unit>').state is state


def test_an_approved_unit_of_version_1_2_is_approved() -> None:
    unit = '<trans-unit id="s1" approved="yes"><target{}>a</target></trans-unit>'
    assert row12(unit.format("")).state is State.APPROVED
    assert row12(unit.format(' state="translated"')).state is State.APPROVED
    # The tool says both: the lower one holds.
    assert row12(unit.format(' state="needs-adaptation"')).state is State.MACHINE


@pytest.mark.parametrize(
    ("states", "state"),
    [
        (("initial",), None),
        (("translated",), State.EDITED),
        (("reviewed",), State.APPROVED),
        (("final", "translated"), State.EDITED),
        (("final", "initial"), None),
    ],
)
def test_a_split_unit_of_version_2_1_has_its_lowest_state(
    states: tuple[str, ...], state: State | None
) -> None:
    parts = (f'<segment state="{s}"><source>a</source><target>b</target></segment>' for s in states)
    assert row21("".join(parts)).state is state


def test_parts_of_version_2_1_are_joined_in_the_order_of_the_target() -> None:
    row = row21(
        '<segment><source>one</source><target order="3">eins</target></segment>'
        "<ignorable><source>, </source></ignorable>"
        '<segment><source>two</source><target order="1">zwei</target></segment>'
    )
    assert (row.source, row.pieces) == (("one, two",), ("zwei, eins",))


def test_a_half_translated_unit_of_version_2_1_is_a_problem() -> None:
    part = "<segment><source>a</source></segment>"
    whole = "<segment><source>a</source><target>b</target></segment>"
    assert row21(part + part).pieces is None
    assert row21(part + part).problem == ""
    assert row21(whole + part).problem == "part of the segment has no target"


@pytest.mark.parametrize(
    ("target", "pieces", "problem"),
    [
        ('a <ph id="2"/> b', ("a ", 1, " b"), ""),
        ('a <mrk mtype="term">b <ph id="1">x</ph></mrk>', ("a ", "b ", 0), ""),
        ('<x id="3"/>', (2,), ""),
        ('a <ph id="zero"/>', ("a ",), "the target contains an unknown placeholder"),
        ("a <g>b</g>", ("a ",), "the target contains <g>, which subtitles do not support"),
    ],
)
def test_inline_elements(target: str, pieces: tuple[str | int, ...], problem: str) -> None:
    row = row12(f'<trans-unit id="s1"><target>{target}</target></trans-unit>')
    assert (row.pieces, row.problem) == (pieces, problem)


def test_units_are_found_in_groups() -> None:
    unit = '<trans-unit id="s{}"><target>a</target></trans-unit>'
    nested = f"<group>{unit.format(1)}<group>{unit.format(2)}</group></group>{unit.format(3)}"
    assert [row.name for row in rows("1.2", UNIT12.format(nested))] == ["s1", "s2", "s3"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("skeleton", ["", "no JSON", "[]", '{"schema": "other/1"}', "[" * 5_000])
def test_without_our_skeleton_a_file_is_known_by_its_names(version: str, skeleton: str) -> None:
    text = VERSIONS[version][0](golden())[0].decode("utf-8")
    start, end = text.index("{"), text.index("}\n}") + 3
    for row in rows(version, text[:start] + skeleton + text[end:]):
        assert (row.source_id, row.locale, row.revision) == ("talk.txt", "es", None)


def test_a_unit_without_target_has_none() -> None:
    assert row12('<trans-unit id="s1"><source>a</source></trans-unit>').pieces is None
