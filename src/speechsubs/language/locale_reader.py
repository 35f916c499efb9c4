"""Read and validate the values of a locale file.

Locale files are written by experts of a language, not of this program, so every problem is
reported with its file, line and key ("money.styles.USD").
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

Read = TypeVar("Read")

#: Separates the entries of a list whose entries may contain spaces.
SEPARATOR = "|"


class LocaleValueError(Exception):
    """An invalid value. `keys` is the path to it from the top of the file."""

    def __init__(self, keys: tuple[str, ...], problem: str) -> None:
        super().__init__(keys, problem)
        self.keys, self.problem = keys, problem


class Node:
    """A mapping of a locale file, merged with those that it overrides.

    Every method that reads a key removes it, so that `finish` can reject unknown keys: a
    misspelled key would otherwise be ignored silently.
    """

    __slots__ = ("_left", "keys")

    def __init__(self, data: object, keys: tuple[str, ...] = ()) -> None:
        self.keys = keys
        if not isinstance(data, Mapping):
            raise LocaleValueError(keys, f"must be `name: value` lines, not {_kind(data)}")
        self._left = dict(data)

    def error(self, key: str, problem: str) -> LocaleValueError:
        """Return the error for the value of a key, for the caller to raise."""
        return LocaleValueError((*self.keys, key), problem)

    def names(self) -> Iterator[str]:
        """The keys that have not been read yet."""
        return iter(tuple(self._left))

    def take(self, key: str) -> Any:
        """Remove and return a value of any type; the key is required."""
        if key not in self._left:
            raise self.error(key, "is missing")
        return self._left.pop(key)

    def node(self, key: str) -> "Node":
        """Read a nested mapping."""
        return Node(self.take(key), (*self.keys, key))

    def section(self, key: str, read: "Callable[[Node], Read]") -> Read:
        """Read a nested mapping by a function that must read all of its keys."""
        inside = self.node(key)
        result = read(inside)
        inside.finish()
        return result

    def text(self, key: str) -> str:
        """Read a string, which may be empty."""
        value = self.take(key)
        if not isinstance(value, str):
            raise self.error(key, f"must be text, not {_kind(value)}")
        return value

    def choice(self, key: str, *allowed: str) -> str:
        """Read one of the allowed strings."""
        value = self.text(key)
        if value not in allowed:
            raise self.error(key, f"must be one of {', '.join(map(repr, allowed))}")
        return value

    def flag(self, key: str) -> bool:
        """Read a boolean."""
        value = self.take(key)
        if not isinstance(value, bool):
            raise self.error(key, f"must be true or false, not {_kind(value)}")
        return value

    def number(self, key: str, least: float = 0) -> float:
        """Read a number of at least `least`."""
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(key, f"must be a number, not {_kind(value)}")
        if not least <= value < 10**9:
            raise self.error(key, f"must be {least:g} or more")
        return value

    def integer(self, key: str, least: int = 0) -> int:
        """Read an integer of at least `least`."""
        value = self.number(key, least)
        if not isinstance(value, int):
            raise self.error(key, "must be a whole number")
        return value

    def words(self, key: str) -> frozenset[str]:
        """Read words separated by spaces."""
        return frozenset(self.text(key).split())

    def phrases(self, key: str) -> tuple[str, ...]:
        """Read words or phrases separated by |."""
        return tuple(filter(None, self.text(key).split(SEPARATOR)))

    def expression(self, key: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
        """Read a regular expression, by default case-insensitive; it may be empty."""
        try:
            return re.compile(self.text(key), flags)
        except (re.error, RecursionError, OverflowError) as error:
            raise self.error(key, f"is not a valid regular expression: {error}") from error

    def table(self, key: str) -> Mapping[str, str]:
        """Read a mapping of names to strings."""
        node = self.node(key)
        return {name: node.text(name) for name in node.names()}

    def phrases_by_number(self, key: str) -> Mapping[int, tuple[str, ...]]:
        """Read a mapping of integers to words or phrases separated by |."""
        node = self.node(key)
        return {integer_key(node, name): node.phrases(name) for name in node.names()}

    def finish(self) -> None:
        """Reject the keys that were not read."""
        for key in self._left:
            raise self.error(key, "is not a known key")


def integer_key(node: Node, key: str) -> int:
    """Convert a key that must be an integer: a power of ten, or a value."""
    if not (key.isascii() and key.isdigit() and len(key) < 10):
        raise node.error(key, "must be a whole number")
    return int(key)


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, Mapping):
        return "`name: value` lines"
    names = {str: "text", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), f"a {type(value).__name__}")
