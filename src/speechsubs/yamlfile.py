"""YAML files that people write: strict, with the line of everything.

YAML 1.2 through ruamel.yaml, because 1.1 readers turn `NO` into False and
`12:30` into a number, and take the last of two equal keys in silence.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent

from speechsubs.errors import YamlError
from speechsubs.files import read_bytes

#: Aliases make a small file expand without end ("billion laughs"): none are allowed.
MAX_BYTES = 64 * 1024 * 1024
#: Lists and mappings in one another. No file of this project has ten.
MAX_DEPTH = 50


def load(path: Path) -> CommentedMap:
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


def parse(text: str, path: Path) -> CommentedMap:
    """Parse YAML text; `path` is only named in errors."""
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
                mark = event.start_mark
                raise YamlError(
                    path,
                    mark.line + 1,
                    mark.column + 1,
                    f"anchors and aliases are not used here ({event.anchor!r}); "
                    "quote a text that starts with & or *",
                )
        document = yaml.load(text)
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
    if not isinstance(document, CommentedMap):
        raise YamlError(path, 1, 1, "the top level must be `name: value` lines")
    return document


def line_of(node: Any, key: object = None) -> int:
    """1-based line of a mapping's key, of a list's item, or of the node itself."""
    try:
        if key is not None:
            if isinstance(node, CommentedMap):
                return int(node.lc.key(key)[0]) + 1
            if isinstance(node, CommentedSeq):
                return int(node.lc.item(key)[0]) + 1
        return int(node.lc.line) + 1
    except (AttributeError, KeyError, TypeError):
        return 1


def plain(node: Any) -> Any:
    """The same data as plain dict, list and scalars."""
    if isinstance(node, Mapping):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(item) for item in node]
    return node
