"""Reads the values of a locale file one by one, and says where one is wrong.

A locale file is written by people who know a language, not this program: whatever is
wrong in it is told with the file, the line and the key ("money.styles.USD").
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

Read = TypeVar("Read")

#: What separates the words of a list whose words may hold blanks.
SEPARATOR = "|"


class LocaleValueError(Exception):
    """A value that breaks a rule. `keys` lead to it from the top of the file."""

    def __init__(self, keys: tuple[str, ...], problem: str) -> None:
        super().__init__(keys, problem)
        self.keys, self.problem = keys, problem


class Node:
    """A mapping of a locale file, merged with what is above it.

    Every reader takes the key's value out, so that `end` can refuse a key that nobody
    asked for: a misspelled one would change nothing and say nothing.
    """

    __slots__ = ("_left", "keys")

    def __init__(self, data: object, keys: tuple[str, ...] = ()) -> None:
        self.keys = keys
        if not isinstance(data, Mapping):
            raise LocaleValueError(keys, f"must be `name: value` lines, not {_kind(data)}")
        self._left = dict(data)

    def wrong(self, key: str, problem: str) -> LocaleValueError:
        """The problem of a key's value, to be raised."""
        return LocaleValueError((*self.keys, key), problem)

    def names(self) -> Iterator[str]:
        """The keys that were not taken yet."""
        return iter(tuple(self._left))

    def take(self, key: str) -> Any:
        """A key's value as it is; the key must be there."""
        if key not in self._left:
            raise self.wrong(key, "is missing")
        return self._left.pop(key)

    def node(self, key: str) -> "Node":
        """A mapping inside this one."""
        return Node(self.take(key), (*self.keys, key))

    def section(self, key: str, read: "Callable[[Node], Read]") -> Read:
        """What `read` makes of a mapping inside this one, of which it must take everything."""
        inside = self.node(key)
        result = read(inside)
        inside.end()
        return result

    def text(self, key: str) -> str:
        """A text; it may be empty."""
        value = self.take(key)
        if not isinstance(value, str):
            raise self.wrong(key, f"must be text, not {_kind(value)}")
        return value

    def choice(self, key: str, *allowed: str) -> str:
        """One of a few texts."""
        value = self.text(key)
        if value not in allowed:
            raise self.wrong(key, f"must be one of {', '.join(map(repr, allowed))}")
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self.take(key)
        if not isinstance(value, bool):
            raise self.wrong(key, f"must be true or false, not {_kind(value)}")
        return value

    def number(self, key: str, least: float = 0) -> float:
        """A number that is not below `least`."""
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, f"must be a number, not {_kind(value)}")
        if not least <= value < 10**9:
            raise self.wrong(key, f"must be {least:g} or more")
        return value

    def whole(self, key: str, least: int = 0) -> int:
        """A whole number that is not below `least`."""
        value = self.number(key, least)
        if not isinstance(value, int):
            raise self.wrong(key, "must be a whole number")
        return value

    def words(self, key: str) -> frozenset[str]:
        """Words with blanks between them."""
        return frozenset(self.text(key).split())

    def listed(self, key: str) -> tuple[str, ...]:
        """Words or phrases with | between them."""
        return tuple(filter(None, self.text(key).split(SEPARATOR)))

    def expression(self, key: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
        """A regular expression, which minds no case unless `flags` say so; it may be empty."""
        try:
            return re.compile(self.text(key), flags)
        except (re.error, RecursionError, OverflowError) as error:
            raise self.wrong(key, f"is no regular expression: {error}") from error

    def table(self, key: str) -> Mapping[str, str]:
        """Texts by name."""
        node = self.node(key)
        return {name: node.text(name) for name in node.names()}

    def numbered(self, key: str) -> Mapping[int, tuple[str, ...]]:
        """Words or phrases with | between them, by a whole number."""
        node = self.node(key)
        return {whole_key(node, name): node.listed(name) for name in node.names()}

    def end(self) -> None:
        """Refuse what is left over."""
        for key in self._left:
            raise self.wrong(key, "is no key that is known here")


def whole_key(node: Node, key: str) -> int:
    """A key that is a whole number: a power of ten, or a value."""
    if not (key.isascii() and key.isdigit() and len(key) < 10):
        raise node.wrong(key, "must be a whole number")
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
