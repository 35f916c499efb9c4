"""YAML files that people write: strict, with the line of everything.

YAML 1.2, because 1.1 readers turn `NO` into False and `12:30` into a number, and take
the last of two equal keys in silence.

Two readers, one meaning. ruamel.yaml is the authority, and takes a millisecond for every
entry of a glossary. So libyaml's event stream (through PyYAML) is read first and its
scalars are resolved here by the rules of 1.2; whatever is out of the ordinary (a tag, an
odd number, a character that the YAML versions treat differently, any syntax error) goes
to ruamel, whose answer or error stands. A property test compares the two.
"""

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from speechsubs.errors import YamlError
from speechsubs.files import read_bytes

#: Aliases make a small file expand without end ("billion laughs"): none are allowed.
MAX_BYTES = 64 * 1024 * 1024
#: Lists and mappings in one another. No file of this project has ten.
MAX_DEPTH = 50

# What libyaml (1.1) and ruamel (1.2) do not both take as ordinary text: tabs, which they
# treat differently around comments, line ends of 1.1 (U+0085, U+2028), byte order marks
# inside, controls, halves of characters.
_ODD = re.compile(
    "[^\\n\\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
#: What no version of YAML takes (YAML 1.2, production 1).
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_COMMON_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_COMMON_FLOAT = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}")
_COMMON_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# All that YAML 1.2, as ruamel reads it, takes for a number, a time or a special key.
_NUMERIC = re.compile(
    r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9_]+)"
    r"|[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.[0-9_]+(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?"
    r"|=|<<"
)
_NUMERIC_STARTS = frozenset("-+.0123456789=<")
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


class Map(dict[Any, Any]):
    """A mapping with places: `line` and `column` (1-based) of itself, `places` of its keys."""

    __slots__ = ("column", "line", "places")

    def __init__(self, line: int, column: int) -> None:
        super().__init__()
        self.line, self.column = line, column
        self.places: dict[Any, tuple[int, int]] = {}


class Seq(list[Any]):
    """A list with places: `line` and `column` (1-based) of itself, `places` of its items."""

    __slots__ = ("column", "line", "places")

    def __init__(self, line: int, column: int) -> None:
        super().__init__()
        self.line, self.column = line, column
        self.places: list[tuple[int, int]] = []


class _UnusualError(Exception):
    """This text is not for the fast reader."""


def load(path: Path) -> Map:
    """Read a YAML file whose top level is a mapping.

    Raises `YamlError` with line and column, `InputError` if the file cannot be read.
    """
    data = read_bytes(path, max_bytes=MAX_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise YamlError(path, line, 1, "this is not UTF-8 text") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Map:
    """Parse YAML text; `path` is only named in errors."""
    try:
        document = _fast(text, path)
    except _UnusualError:
        document = _thorough(text, path)
    if not isinstance(document, Map):
        raise YamlError(path, 1, 1, "the top level must be `name: value` lines")
    return document


def line_of(node: Any, key: object = None) -> int:
    """1-based line of a mapping's key, of a list's item, or of the node itself."""
    return _place(node, key)[0]


def column_of(node: Any, key: object = None) -> int:
    """1-based column of a mapping's key, of a list's item, or of the node itself."""
    return _place(node, key)[1]


def _place(node: Any, key: object) -> tuple[int, int]:
    if isinstance(node, Map):
        return (node.line, node.column) if key is None else node.places.get(key, (1, 1))
    if isinstance(node, Seq):
        if key is None:
            return node.line, node.column
        if isinstance(key, int) and 0 <= key < len(node.places):
            return node.places[key]
    return 1, 1


def plain(node: Any) -> Any:
    """The same data as plain dict, list and scalars."""
    if isinstance(node, Mapping):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(item) for item in node]
    return node


def _fast(text: str, path: Path) -> Any:
    """The document by libyaml's events, or `_UnusualError`."""
    if _ODD.search(text):
        raise _UnusualError
    try:
        # Here, because `speechsubs --help` must not wait for it.
        from yaml import YAMLError
        from yaml.cyaml import CParser
    except ImportError:  # PyYAML was built without libyaml
        raise _UnusualError from None
    builder = _Builder(path)
    try:
        parser = CParser(text)
        while (event := parser.get_event()) is not None:
            builder.take(event)
    except (YAMLError, ValueError):
        raise _UnusualError from None
    return builder.document


class _Builder:
    """Builds the data from the events of a parser."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack: list[tuple[Map | Seq, list[Any]]] = []
        self._documents = 0
        self.document: Any = None

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "ScalarEvent":
            if event.anchor is not None or event.tag is not None:
                self._anchor_or_tag(event)
            value = event.value
            self._add(value if event.style else _resolved(value), event.start_mark)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            if event.anchor is not None or event.tag is not None:
                self._anchor_or_tag(event)
            mark = event.start_mark
            made = Map if kind == "MappingStartEvent" else Seq
            node = made(mark.line + 1, mark.column + 1)
            self._add(node, mark)
            self._stack.append((node, []))
            if len(self._stack) > MAX_DEPTH:
                raise YamlError(self._path, mark.line + 1, mark.column + 1, "nested too deeply")
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._stack.pop()
        elif kind == "AliasEvent":
            self._anchor_or_tag(event)
        elif kind == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1 or event.version or event.tags:
                raise _UnusualError

    def _anchor_or_tag(self, event: Any) -> None:
        if event.anchor is None:
            raise _UnusualError
        raise _anchored(self._path, event)

    def _add(self, value: Any, mark: Any) -> None:
        if not self._stack:
            self.document = value
            return
        node, waiting = self._stack[-1]
        if isinstance(node, Seq):
            node.places.append((mark.line + 1, mark.column + 1))
            node.append(value)
        elif waiting:
            node[waiting.pop()] = value
        else:
            if isinstance(value, Map | Seq):
                raise _UnusualError  # a list or a mapping as a key
            if value in node:
                problem = f'found duplicate key "{value}"'
                raise YamlError(self._path, mark.line + 1, mark.column + 1, problem)
            node.places[value] = (mark.line + 1, mark.column + 1)
            # Its place in the order is here, whatever comes inside its value.
            node[value] = None
            waiting.append(value)


def _resolved(text: str) -> Any:
    """What an unquoted scalar is in YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC_STARTS or not _NUMERIC.fullmatch(text):
        return text
    if _COMMON_INT.fullmatch(text):
        return int(text)
    if _COMMON_FLOAT.fullmatch(text):
        return float(text)
    if _COMMON_DATE.fullmatch(text):
        return datetime.date.fromisoformat(text)
    raise _UnusualError


def _anchored(path: Path, event: Any) -> YamlError:
    mark = event.start_mark
    problem = (
        f"anchors and aliases are not used here ({event.anchor!r}); "
        "quote a text that starts with & or *"
    )
    return YamlError(path, mark.line + 1, mark.column + 1, problem)


def _thorough(text: str, path: Path) -> Any:
    """The document by ruamel.yaml, with its errors."""
    # Here, because it is slow to import and seldom needed.
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import DuplicateKeyError
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent

    unreadable = _UNREADABLE.search(text)
    if unreadable:
        # ruamel refuses these too, but does not say where they are.
        line = text.count("\n", 0, unreadable.start()) + 1
        column = unreadable.start() - text.rfind("\n", 0, unreadable.start())
        problem = f"the character U+{ord(unreadable.group()):04X} cannot stand in YAML"
        raise YamlError(path, line, column, problem)
    yaml = YAML(typ="rt")
    yaml.allow_duplicate_keys = False
    try:
        # Anchors are refused before anything is built from them.
        depth = 0
        for event in yaml.parse(text):
            # The scanner's time grows with the square of the depth: stop it early.
            depth += isinstance(event, CollectionStartEvent)
            depth -= isinstance(event, CollectionEndEvent)
            if depth > MAX_DEPTH:
                mark = event.start_mark
                raise YamlError(path, mark.line + 1, mark.column + 1, "nested too deeply")
            if getattr(event, "anchor", None) is not None:
                raise _anchored(path, event)
        return _converted(yaml.load(text))
    except DuplicateKeyError as error:
        mark = error.problem_mark
        problem = str(error.problem).split(" with value")[0]
        raise YamlError(path, mark.line + 1, mark.column + 1, problem) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlError(path, line, column, str(error.problem or error.context)) from error
    except RecursionError as error:
        raise YamlError(path, 1, 1, "nested too deeply") from error
    except (YAMLError, ValueError) as error:
        first = str(error).strip().splitlines()[0]
        raise YamlError(path, 1, 1, first) from error
    except (
        AssertionError,
        NotImplementedError,  # ruamel: comments inside the head of a block scalar
        LookupError,
        AttributeError,
        TypeError,
    ) as error:
        # ruamel 0.19 fails in all these ways on comments in odd places.
        problem = "this cannot be read; is there a comment where none may be?"
        raise YamlError(path, 1, 1, problem) from error


def _converted(node: Any) -> Any:
    """ruamel's data with our places. Recursion is bounded by `MAX_DEPTH`."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if isinstance(node, CommentedMap):
        mapping = Map(int(node.lc.line) + 1, int(node.lc.col) + 1)
        for key, value in node.items():
            mapping[_converted(key)] = _converted(value)
            try:
                line, column = node.lc.key(key)
            except (KeyError, TypeError):  # a merge key's content has no place of its own
                line, column = node.lc.line, node.lc.col
            mapping.places[_converted(key)] = (int(line) + 1, int(column) + 1)
        return mapping
    if isinstance(node, CommentedSeq):
        sequence = Seq(int(node.lc.line) + 1, int(node.lc.col) + 1)
        for index, value in enumerate(node):
            sequence.append(_converted(value))
            line, column = node.lc.item(index)
            sequence.places.append((int(line) + 1, int(column) + 1))
        return sequence
    # ruamel's own kinds remember how a scalar was written: nobody here asks.
    for kind in (str, float, int):
        if isinstance(node, kind) and not isinstance(node, bool):
            return kind(node)
    return node
