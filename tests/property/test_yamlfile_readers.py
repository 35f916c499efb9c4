"""The fast YAML reader and the thorough one agree, wherever both read a text."""

from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from speechsubs import yamlfile
from speechsubs.errors import YamlError

PATH = Path("x.yml")

#: What YAML is made of, so that most texts are nearly right.
PIECES = st.sampled_from(
    ["a", "b", "k: ", "x: ", "- ", "\n", "\n  ", "\n    ", "\n- ", "\n  - ", "{", "}", "[", "]",
     ", ", ",", ": ", ":", "'", '"', "|", "|-\n  ", ">-\n  ", "|\n    ", " #", "# c\n", "?", "? ",
     "-", "+", "_", ".", "0", "1", "007", "0x1f", "0o7", "1e3", "1.50", "1_0", ".5", ".inf",
     "2026-11-23", "2026-13-45", "12:30", "4S", "null", "~", "true", "No", "on", "=", "<<", "!",
     "!!str ", "&a ", "*a", "%", "@", "`", "\\n", "\\u00e9", "...", "\n---\n", "\r\n", "\r", "\t",
     "\x85", "\u2028", "\ufeff", "\x07", "é", "小米", "😀", " " * 3]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=14).map("".join)


def seen(node: Any) -> Any:
    """The data with types that matter and every place."""
    if isinstance(node, yamlfile.Map):
        rows = [(seen(key), node.places[key], seen(value)) for key, value in node.items()]
        return "map", node.line, node.column, rows
    if isinstance(node, yamlfile.Seq):
        return "seq", node.line, node.column, list(zip(node.places, map(seen, node), strict=True))
    if isinstance(node, str):
        return str(node)
    if isinstance(node, float):
        return "float", repr(float(node))
    return type(node).__name__, repr(node)


@given(st.one_of(TEXTS, TEXTS.map("k: {}".format)))
@example("a: 1\nb: [x, {y: 'z'}]\nc: |\n  two\n  lines\n")
@example("v: [1.50, -3, 2026-11-23, ~, true, No, 12:30, 4S]")
@example("k: - a")
@settings(max_examples=400)
def test_both_readers_give_the_same(text: str) -> None:
    try:
        fast = seen(yamlfile._fast(text, PATH))
    except (yamlfile._UnusualError, YamlError):
        return
    try:
        thorough = seen(yamlfile._thorough(text, PATH))
    except YamlError:
        # ruamel is the stricter one about the head of a block scalar ("|#", "|-" before
        # a line of blanks), and stumbles over comments there.
        assert "|" in text or ">" in text
        return
    assert fast == thorough


@given(TEXTS)
@settings(max_examples=300)
def test_nothing_is_a_traceback(text: str) -> None:
    try:
        line, column = 1, 1
        assert isinstance(yamlfile.parse(text, PATH), dict)
    except YamlError as error:
        line, column = error.line, error.column
    assert line >= 1
    assert column >= 1


def test_ordinary_files_are_read_by_the_fast_reader() -> None:
    root = Path(__file__).parents[2]
    for path in [root / "glossary.yml", *(root / "locales").glob("*.yml")]:
        text = path.read_text("utf-8")
        assert seen(yamlfile._fast(text, path)) == seen(yamlfile._thorough(text, path))
