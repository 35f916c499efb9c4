"""A strict YAML 1.2 reader that keeps line and column of everything.

YAML 1.1 readers turn `NO` into False and `12:30` into a number, and silently accept
duplicate keys. libyaml (through PyYAML) parses the syntax; plain scalars are resolved here
by the YAML 1.2 core schema plus dates. Events are used rather than nodes, so that endless
nesting is rejected before a node is built. Anchors, tags and collections as keys are
rejected because none of our files need them.
"""

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from speechsubs.adapters.files import read_bytes
from speechsubs.errors import YamlError

MAX_BYTES = 64 * 1024 * 1024
#: Maximum nesting. No file of this project has ten levels.
MAX_DEPTH = 50

#: Characters that no version of YAML allows (YAML 1.2, production 1).
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
#: Line ends of YAML 1.1, which libyaml still recognizes, and the byte order mark.
_ONLY_TEXT = re.compile("[\x85\u2028\u2029\ufeff]")
#: Including the underscores of YAML 1.1: other readers read 1_000 as a number.
_INT = re.compile(r"[-+]?[0-9][0-9_]*|0o[0-7_]*[0-7]|0x[0-9a-fA-F_]*[0-9a-fA-F]")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMERIC_STARTS = frozenset("-+.0123456789")
_BASES = {"0o": 8, "0x": 16}
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    ".inf": float("inf"), ".Inf": float("inf"), ".INF": float("inf"),
    "+.inf": float("inf"), "+.Inf": float("inf"), "+.INF": float("inf"),
    "-.inf": float("-inf"), "-.Inf": float("-inf"), "-.INF": float("-inf"),
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
}  # fmt: skip
#: Tags that mark a value as text.
_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")


class Map(dict[Any, Any]):
    """A mapping with its 1-based `line` and `column`, and the `places` of its keys."""

    __slots__ = ("column", "line", "places")

    def __init__(self, line: int, column: int) -> None:
        super().__init__()
        self.line, self.column = line, column
        self.places: dict[Any, tuple[int, int]] = {}


class Seq(list[Any]):
    """A list with its 1-based `line` and `column`, and the `places` of its items."""

    __slots__ = ("column", "line", "places")

    def __init__(self, line: int, column: int) -> None:
        super().__init__()
        self.line, self.column = line, column
        self.places: list[tuple[int, int]] = []


def load(path: Path) -> Map:
    """Read a YAML file whose top level is a mapping.

    Raises `YamlError` with line and column, `InputError` if the file cannot be read.
    """
    data = read_bytes(path, max_bytes=MAX_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise YamlError(path, line, 1, "not UTF-8 text") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Map:
    """Parse YAML text; `path` is used in errors only."""
    document = _document(text, path)
    if not isinstance(document, Map):
        raise YamlError(path, 1, 1, "the top level must be `name: value` lines")
    return document


def line_of(node: Any, key: object = None) -> int:
    """The 1-based line of a key, of a list item, or of the node itself."""
    return _place(node, key)[0]


def column_of(node: Any, key: object = None) -> int:
    """The 1-based column of a key, of a list item, or of the node itself."""
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
    """Convert to plain dicts, lists and scalars."""
    if isinstance(node, Mapping):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(item) for item in node]
    return node


def _document(text: str, path: Path) -> Any:
    # Imported here to keep `speechsubs --help` fast.
    from yaml import MarkedYAMLError, YAMLError
    from yaml.cyaml import CParser

    if unreadable := _UNREADABLE.search(text):
        line = text.count("\n", 0, unreadable.start()) + 1
        column = unreadable.start() - text.rfind("\n", 0, unreadable.start())
        problem = f"the character U+{ord(unreadable.group()):04X} is not allowed in YAML"
        raise YamlError(path, line, column, problem)
    hidden = _hidden(text)
    builder = _Builder(path, {ord(stand_in): real for real, stand_in in hidden.items()})
    if hidden:
        text = text.translate({ord(real): stand_in for real, stand_in in hidden.items()})
    try:
        parser = CParser(text)
        while (event := parser.get_event()) is not None:
            builder.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlError(path, line, column, str(error.problem or error.context)) from error
    except YAMLError as error:
        raise YamlError(path, 1, 1, str(error).strip().splitlines()[0]) from error
    return builder.document


def _hidden(text: str) -> dict[str, str]:
    """Stand-ins, unused in the text, for characters that libyaml would read as syntax."""
    found = sorted(set(_ONLY_TEXT.findall(text)))
    used = set(text) if found else set()
    free = (chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in used)
    return dict(zip(found, free, strict=False))


class _Builder:
    """Builds the data from parser events."""

    def __init__(self, path: Path, hidden: Mapping[int, str]) -> None:
        self._path = path
        self._hidden = hidden
        self._stack: list[tuple[Map | Seq, list[Any]]] = []
        self._documents = 0
        self.document: Any = None

    def take(self, event: Any) -> None:
        """Process a parser event. Raises `YamlError`."""
        kind = type(event).__name__
        mark = event.start_mark
        if getattr(event, "anchor", None) is not None:
            problem = (
                f"anchors and aliases are not supported ({event.anchor!r}); "
                "quote text that starts with & or *"
            )
            raise self._error(mark, problem)
        if kind == "ScalarEvent":
            self._add(self._scalar(event), mark)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            if event.tag is not None:
                raise self._tagged(event)
            made = Map if kind == "MappingStartEvent" else Seq
            node = made(mark.line + 1, mark.column + 1)
            self._add(node, mark)
            self._stack.append((node, []))
            if len(self._stack) > MAX_DEPTH:
                raise self._error(mark, "nested too deeply")
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._stack.pop()
        elif kind == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                raise self._error(mark, "but found another document")
            if event.version not in (None, (1, 2)):
                raise self._error(mark, "not YAML 1.2")

    def _scalar(self, event: Any) -> Any:
        value = event.value.translate(self._hidden) if self._hidden else event.value
        if event.tag is not None and event.tag not in _TEXT_TAGS:
            raise self._tagged(event)
        if event.style or event.tag is not None:
            return value
        try:
            return _resolve(value)
        except ValueError as error:
            raise self._error(event.start_mark, f"{value[:40]!r}: {error!s:.100}") from error

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
                raise self._error(mark, "a list or a mapping cannot be a key")
            if value in node:
                raise self._error(mark, f'duplicate key "{value}"')
            node.places[value] = (mark.line + 1, mark.column + 1)
            # Inserted now, so that keys keep their order.
            node[value] = None
            waiting.append(value)

    def _tagged(self, event: Any) -> YamlError:
        problem = f"YAML tags are not supported ({event.tag[:40]!r}); quote text that starts with !"
        return self._error(event.start_mark, problem)

    def _error(self, mark: Any, problem: str) -> YamlError:
        return YamlError(self._path, mark.line + 1, mark.column + 1, problem)


def _resolve(text: str) -> Any:
    """Resolve a plain scalar. Raises `ValueError` for an invalid date.

    >>> _resolve("NO"), _resolve("0o17"), _resolve("1.50"), _resolve("12:30")
    ('NO', 15, 1.5, '12:30')
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC_STARTS:
        return text
    if _INT.fullmatch(text):
        return int(text.replace("_", ""), _BASES.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", ""))
    if _DATE.fullmatch(text):
        return datetime.date.fromisoformat(text)
    return text
