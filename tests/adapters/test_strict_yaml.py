"""YAML that people write: what is refused, and where exactly."""

from pathlib import Path

import pytest

from speechsubs.adapters import strict_yaml
from speechsubs.errors import InputError, YamlError

PATH = Path("x.yml")


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        ("a: 1\na: 2\n", 2, 1, "duplicate"),
        ("x:\n  a: 1\n  b: 2\n  a: 3\n", 4, 3, "duplicate"),
        ("a: &x 1\nb: *x\n", 1, 4, "anchors"),
        ("a: *x\n", 1, 4, "anchors"),
        ("a: 1\n\tb: 2\n", 2, None, ""),
        ("a:\n\t- 1\n", 2, None, ""),
        ("a: 'x\n", None, None, ""),
        ("a: {b: 1\n", None, None, ""),
        ("a: [1, 2\nb: 3\n", None, None, ""),
        ("a: b: c\n", 1, None, ""),
        ("- a\n- b\n", 1, 1, "top level"),
        ("just words\n", 1, 1, "top level"),
        ("", 1, 1, "top level"),
        ("# only a comment\n", 1, 1, "top level"),
        ("a: 1\nb: \x00\n", 2, 4, ""),
        ("a: 1\nb: \ud800\n", 2, 4, ""),
        ("a: 1\n---\nb: 2\n", None, None, ""),
        ("a: @x\n", 1, 4, ""),
        ("a: %x\n", 1, 4, ""),
        ("a: 1\n b: 2\n", 2, None, ""),
        ("a: \"\\q\"\n", 1, None, ""),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_place(
    text: str, line: int | None, column: int | None, problem: str
) -> None:
    with pytest.raises(YamlError) as caught:
        strict_yaml.parse(text, PATH)
    assert problem in caught.value.problem
    assert caught.value.problem.strip()
    assert line is None or caught.value.line == line
    assert column is None or caught.value.column == column
    assert caught.value.line >= 1
    assert caught.value.column >= 1
    assert str(caught.value).startswith("x.yml:")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_nesting_without_end_is_refused(opening: str) -> None:
    with pytest.raises(YamlError):
        strict_yaml.parse("a: " + opening * 20_000, PATH)


def test_billion_laughs() -> None:
    text = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(50))
    with pytest.raises(YamlError, match="anchors"):
        strict_yaml.parse(text, PATH)


@pytest.mark.parametrize("value", ["9" * 10_000, "0x" + "f" * 10_000, "1e999999999", "2026-99-99"])
def test_odd_numbers_are_no_traceback(value: str) -> None:
    try:
        strict_yaml.parse(f"a: {value}\n", PATH)
    except YamlError as error:
        assert str(error).startswith("x.yml:")  # noqa: PT017 - either answer is right


def test_a_file_that_is_not_utf_8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_bytes(b"a: 1\nb: caf\xe9\n")
    with pytest.raises(YamlError, match=r"a\.yml:2:.*UTF-8"):
        strict_yaml.load(path)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert strict_yaml.plain(strict_yaml.load(path)) == {"a": 1}


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        strict_yaml.load(tmp_path / "none.yml")


def test_yaml_1_2_not_1_1() -> None:
    found = strict_yaml.plain(
        strict_yaml.parse("a: NO\nb: yes\nc: 12:30\nd: off\ne: 0o17\nf: true\n", PATH)
    )
    assert found == {"a": "NO", "b": "yes", "c": "12:30", "d": "off", "e": 15, "f": True}


def test_lines_of_keys_items_and_values() -> None:
    node = strict_yaml.parse("a: 1\n\nb:\n  - x\n  - y\nc:\n  d: 1\n", PATH)
    assert [strict_yaml.line_of(node, key) for key in ("a", "b", "c")] == [1, 3, 6]
    assert [strict_yaml.line_of(node["b"], n) for n in (0, 1)] == [4, 5]
    assert strict_yaml.line_of(node["c"], "d") == 7
    assert strict_yaml.line_of(node, "none") == 1
    assert strict_yaml.line_of(3) == 1


def test_plain_data_has_no_trace_of_the_reader() -> None:
    found = strict_yaml.plain(strict_yaml.parse("a: {b: [1, x]}\n", PATH))
    assert found == {"a": {"b": [1, "x"]}}
    assert type(found) is dict
    assert type(found["a"]["b"]) is list
