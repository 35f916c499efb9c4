"""What a spelled-out number is to the check: one that must be there, or that may."""

from dataclasses import dataclass
from decimal import Decimal

#: From here on a spelled-out number must be on the other side as well. Smaller ones are
#: half idiom in every language: "one of them", "two or three", "a couple of", 一些.
LEAST = 13


@dataclass(frozen=True, slots=True)
class Told:
    """A spelled-out number. `strong`: it is one beyond doubt, and must be translated.

    `small`: it is one from two to twelve, which may be gone, but not be another one.
    `either`: what it is worth if it is one number with the next one: "ten billion and five".
    `end` is 0 where the words are no number that could be written in digits instead.
    """

    start: int
    value: Decimal
    strong: bool
    small: bool = False
    either: Decimal | None = None
    end: int = 0


def small(value: Decimal) -> bool:
    """Whether a number in words may be gone from a translation, but not be another one."""
    return 2 <= value < LEAST
