"""What we write as XML is read back as it was."""

from hypothesis import given
from hypothesis import strategies as st

from speechsubs.adapters import safe_xml


@given(text=st.text(st.characters(exclude_categories=())), value=st.text())
def test_texts_and_attributes_come_back(text: str, value: str) -> None:
    data = f"<a b={safe_xml.quoted(value)}>{safe_xml.escaped(text)}</a>".encode()
    node = safe_xml.parse(data, "here")
    assert node.attributes == {"b": safe_xml.clean(value)}
    assert node.text() == safe_xml.clean(text)


@given(text=st.text(st.characters(exclude_categories=())))
def test_cleaning_leaves_what_xml_can_hold(text: str) -> None:
    made = safe_xml.clean(text)
    assert safe_xml.valid(made)
    assert len(made) == len(text)
    assert all(new in (old, "\ufffd") for old, new in zip(text, made, strict=True))
