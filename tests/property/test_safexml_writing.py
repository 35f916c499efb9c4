"""What we write as XML is read back as it was."""

from hypothesis import given
from hypothesis import strategies as st

from speechsubs import safexml


@given(text=st.text(st.characters(exclude_categories=())), value=st.text())
def test_texts_and_attributes_come_back(text: str, value: str) -> None:
    data = f"<a b={safexml.quoted(value)}>{safexml.escaped(text)}</a>".encode()
    node = safexml.parse(data, "here")
    assert node.attributes == {"b": safexml.clean(value)}
    assert node.text() == safexml.clean(text)


@given(text=st.text(st.characters(exclude_categories=())))
def test_cleaning_leaves_what_xml_can_hold(text: str) -> None:
    made = safexml.clean(text)
    assert safexml.valid(made)
    assert len(made) == len(text)
    assert all(new in (old, "\ufffd") for old, new in zip(text, made, strict=True))
