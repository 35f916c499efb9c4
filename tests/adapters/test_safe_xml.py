"""Escaping round-trips, and unsafe or invalid XML is rejected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.adapters import safe_xml
from speechsubs.errors import InputError


@given(text=st.text(st.characters(exclude_categories=())), value=st.text())
def test_texts_and_attributes_round_trip(text: str, value: str) -> None:
    data = f"<a b={safe_xml.quote(value)}>{safe_xml.escape(text)}</a>".encode()
    node = safe_xml.parse(data, "here")
    assert node.attributes == {"b": safe_xml.clean(value)}
    assert node.text() == safe_xml.clean(text)


@given(text=st.text(st.characters(exclude_categories=())))
def test_cleaning_replaces_only_invalid_characters(text: str) -> None:
    made = safe_xml.clean(text)
    assert safe_xml.valid(made)
    assert len(made) == len(text)
    assert all(new in (old, "\ufffd") for old, new in zip(text, made, strict=True))


@given(data=st.binary(max_size=200))
def test_any_bytes_are_parsed_or_rejected(data: bytes) -> None:
    try:
        node = safe_xml.parse(data, "x")
    except InputError:
        return
    assert node.name


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a><b></a>",
        b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
        b"<a>&nbsp;</a>",
        b"<a>" * (safe_xml.MAX_DEPTH + 1) + b"</a>" * (safe_xml.MAX_DEPTH + 1),
        b"<a b='" + b"x" * (safe_xml.MAX_ATTRIBUTE + 1) + b"'/>",
        b"<a " + b" ".join(b"b%d=''" % n for n in range(safe_xml.MAX_ATTRIBUTES + 1)) + b"/>",
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
    ],
    ids=["empty", "unbalanced", "entity", "undefined", "depth", "length", "count", "encoding"],
)
def test_hostile_documents_are_rejected(data: bytes) -> None:
    with pytest.raises(InputError):
        safe_xml.parse(data, "x.xml")
    with pytest.raises(InputError):
        safe_xml.check(data, "x.xml")


def test_only_documents_for_another_library_may_not_name_a_dtd() -> None:
    data = b'<!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd"><martif/>'
    assert safe_xml.parse(data, "x").name == "martif"
    with pytest.raises(InputError):
        safe_xml.check(data, "x")


def test_nodes_give_their_text_children_and_language() -> None:
    root = safe_xml.parse(b"<a xml:lang='es'>1<b lang='ca'>2</b>3<b>4</b></a>", "x")
    assert root.text() == "1234"
    assert [child.name for child in root.elements] == ["b", "b"]
    first = root.find("b")
    assert first is not None
    assert (root.language, first.language) == ("es", "ca")
    assert root.find("c") is None
