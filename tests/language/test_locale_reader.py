"""Reading the values of a locale file: types, unknown keys and the paths of errors."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.language.locale_reader import LocaleValueError, Node, integer_key

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
READERS: dict[str, Callable[[Node], object]] = {
    "text": lambda node: node.text("a"),
    "choice": lambda node: node.choice("a", "x", "y"),
    "flag": lambda node: node.flag("a"),
    "number": lambda node: node.number("a", 1),
    "integer": lambda node: node.integer("a", 1),
    "words": lambda node: node.words("a"),
    "phrases": lambda node: node.phrases("a"),
    "expression": lambda node: node.expression("a"),
    "table": lambda node: node.table("a"),
    "phrases_by_number": lambda node: node.phrases_by_number("a"),
    "node": lambda node: node.node("a"),
}


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        ("text", "", ""), ("choice", "y", "y"), ("flag", False, False), ("number", 1.5, 1.5),
        ("integer", 2, 2), ("words", " a  b ", frozenset("ab")),
        ("phrases", "a b|c||", ("a b", "c")),
        ("table", {"x": "y"}, {"x": "y"}), ("phrases_by_number", {"3": "a|b"}, {3: ("a", "b")}),
    ],
)  # fmt: skip
def test_valid_values(reader: str, value: object, expected: object) -> None:
    node = Node({"a": value})
    assert READERS[reader](node) == expected
    node.finish()


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        ("text", 1), ("text", None), ("choice", "z"), ("flag", "true"), ("number", True),
        ("number", 0.5), ("number", float("nan")), ("number", float("inf")), ("integer", 1.0),
        ("words", ["a"]), ("phrases", {}), ("expression", "("), ("table", []),
        ("table", {"x": 1}), ("phrases_by_number", {"x": "a"}), ("node", "a"),
    ],
)  # fmt: skip
def test_invalid_values_are_reported_with_their_key(reader: str, value: object) -> None:
    with pytest.raises(LocaleValueError) as caught:
        READERS[reader](Node({"a": value}, ("top",)))
    assert caught.value.keys[:2] == ("top", "a")
    assert caught.value.problem


@pytest.mark.parametrize("reader", READERS)
@given(value=VALUES)
def test_any_value_is_read_or_rejected(reader: str, value: Any) -> None:
    node = Node({"a": value})
    try:
        READERS[reader](node)
    except LocaleValueError as error:
        rejected = error.keys[0]
    else:
        rejected = "a"
        node.finish()
    assert rejected == "a"


@pytest.mark.parametrize("reader", READERS)
def test_a_key_is_required_and_read_once(reader: str) -> None:
    with pytest.raises(LocaleValueError):
        READERS[reader](Node({}))


def test_unknown_keys_are_rejected() -> None:
    node = Node({"a": "x", "b": {"c": "y", "d": "z"}})
    node.text("a")
    with pytest.raises(LocaleValueError) as caught:
        node.section("b", lambda inside: inside.text("c"))
    assert caught.value.keys == ("b", "d")
    with pytest.raises(LocaleValueError):
        Node({"a": "x"}).finish()


@pytest.mark.parametrize("data", [None, 3, "text", [], True])
def test_only_mappings_are_nodes(data: object) -> None:
    with pytest.raises(LocaleValueError):
        Node(data)


@given(st.text(max_size=12) | st.integers(0, 10**12).map(str))
def test_integer_keys_are_short_and_in_ascii_digits(key: str) -> None:
    valid = key.isascii() and key.isdigit() and len(key) < 10
    if valid:
        assert integer_key(Node({}), key) == int(key)
    else:
        with pytest.raises(LocaleValueError):
            integer_key(Node({}), key)
