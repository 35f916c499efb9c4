"""Our YAML reader and ruamel.yaml give the same data, wherever both read a text."""

import re
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from speechsubs.adapters import strict_yaml
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


#: What only ruamel takes for more than text (merge keys, numbers of YAML 1.1, times, the
#: line ends of 1.1), and tags, which we refuse.
BY_DESIGN = re.compile(r"<<|=|_|!|[\x85\u2028\ufeff]|0b|[0-9]{4}-[0-9]{1,2}-")


def ruamel(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = False
    return yaml.load(text)


def seen(node: Any) -> Any:
    """The data with the types that matter."""
    if isinstance(node, dict):
        return "map", [(seen(key), seen(value)) for key, value in node.items()]
    if isinstance(node, list):
        return "seq", [seen(item) for item in node]
    return type(node).__name__, repr(node)


@given(st.one_of(TEXTS, TEXTS.map("k: {}".format)))
@example("a: 1\nb: [x, {y: 'z'}]\nc: |\n  two\n  lines\n")
@example("v: [1.50, -3, ~, true, No, 12:30, 4S, 0o7, 0x1f, 1e3, .5, .inf]")
@settings(max_examples=400)
def test_ruamel_reads_the_same(text: str) -> None:
    try:
        theirs = ruamel(text)
    except Exception:
        return  # it fails in many ways on comments in odd places
    try:
        ours = strict_yaml.parse(text, PATH)
    except YamlError:
        return  # which texts are YAML the two judge differently at the edges
    if not BY_DESIGN.search(text):
        assert seen(ours) == seen(theirs)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_a_quoted_text_comes_back(text: str) -> None:
    quoted = text.replace("'", "''")
    assert strict_yaml.parse(f"k: '{quoted}'", PATH) == {"k": text}


@given(TEXTS)
@settings(max_examples=300)
def test_nothing_is_a_traceback(text: str) -> None:
    try:
        line, column = 1, 1
        assert isinstance(strict_yaml.parse(text, PATH), dict)
    except YamlError as error:
        line, column = error.line, error.column
    assert line >= 1
    assert column >= 1


def test_our_own_files_are_read_as_ruamel_reads_them() -> None:
    root = Path(__file__).parents[2]
    for path in [root / "glossary.yml", *(root / "locales").glob("*.yml")]:
        text = path.read_text("utf-8")
        assert seen(strict_yaml.parse(text, path)) == seen(ruamel(text))
