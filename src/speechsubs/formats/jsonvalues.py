"""JSON values that know where they stand, and that are what they are asked to be."""

import math
from dataclasses import dataclass

from speechsubs.errors import InputError
from speechsubs.formats.times import MAX_MS

_KINDS = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Node:
    """A value from a JSON file. `path` is the way to it ("segments[3].words")."""

    value: object
    source: str
    path: str = ""

    @property
    def where(self) -> str:
        """File and place, for messages."""
        return f"{self.source}, {self.path}" if self.path else self.source

    @property
    def kind(self) -> str:
        """What the value is, in words."""
        if self.value is None:
            return "nothing (null)"
        return _KINDS.get(type(self.value), "a number")

    @property
    def is_object(self) -> bool:
        """True for a JSON object."""
        return isinstance(self.value, dict)

    @property
    def is_array(self) -> bool:
        """True for a JSON list."""
        return isinstance(self.value, list)

    def get(self, name: str) -> "Node | None":
        """A member of an object, or None where it is absent or null."""
        assert isinstance(self.value, dict)
        found = self.value.get(name)
        if found is None:
            return None
        return Node(found, self.source, f"{self.path}.{name}" if self.path else name)

    def items(self) -> "list[Node]":
        """The items of a list. Raises `InputError` for anything else."""
        if not isinstance(self.value, list):
            raise InputError(self.where, f"expected a list, not {self.kind}")
        path = self.path
        return [Node(item, self.source, f"{path}[{n}]") for n, item in enumerate(self.value)]

    def string(self) -> str:
        """A text. Raises `InputError` for anything else."""
        if not isinstance(self.value, str):
            raise InputError(self.where, f"expected a text, not {self.kind}")
        return self.value

    def time_ms(self, unit: int = 1000) -> int | None:
        """A time in whole milliseconds, or None for null.

        `unit` is the number of milliseconds that 1 stands for. Raises `InputError`
        for what is no number, below zero, or 1,000 hours and more.
        """
        value = self.value
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(self.where, f"expected a time in seconds, not {self.kind}")
        if isinstance(value, float) and not math.isfinite(value):
            raise InputError(self.where, "the time is not a finite number")
        if value < 0:
            raise InputError(self.where, "the time is before zero")
        if value * unit > MAX_MS:
            raise InputError(self.where, "the time is 1,000 hours or more")
        return round(value * unit)

    def share(self) -> float | None:
        """A number from 0 to 1, or None where the value is no such number."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if 0 <= value <= 1 else None
