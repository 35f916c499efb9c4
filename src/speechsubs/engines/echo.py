"""Test double: an engine that returns its input, unchanged or deliberately corrupted."""

import re
from collections.abc import Callable, Sequence

from speechsubs.protocols import MaskFamily

#: How the engine changes a text.
Change = Callable[[str], str]

_FAMILIES = (
    MaskFamily("echo-z", tuple(f"ZQ{n}" for n in range(1, 10))),
    MaskFamily("echo-k", tuple(f"KX{n}" for n in range(1, 10))),
    MaskFamily("echo-w", tuple(f"WJ{n}" for n in range(1, 10))),
)


class EchoEngine:
    """Returns each text changed by `change`; `others` make the further hypotheses.

    A hypothesis equal to an earlier one is dropped, as the protocol requires.
    """

    def __init__(
        self,
        source: str = "en",
        target: str = "es",
        *,
        change: Change | None = None,
        others: Sequence[Change] = (),
        masks: tuple[MaskFamily, ...] = _FAMILIES,
    ) -> None:
        self.name = "echo"
        self.source, self.target = source, target
        self.signature = "echo"
        self.quality = "returns every text untranslated; for tests only"
        self.masks = masks
        self._changes: tuple[Change, ...] = (change or _same, *others)

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """Apply the changes to each text, at most `hypotheses` of them, without duplicates."""
        wanted = self._changes[: max(hypotheses, 1)]
        return [list(dict.fromkeys(change(text) for change in wanted)) for text in texts]


def _same(text: str) -> str:
    return text


def uppercase(text: str) -> str:
    """Convert all letters to upper case.

    >>> uppercase("ZQ1 costs 5")
    'ZQ1 COSTS 5'
    """
    return text.upper()


def drop_masks(text: str) -> str:
    """Drop every word that looks like a mask of this engine.

    >>> drop_masks("He met ZQ1 today")
    'He met today'
    """
    return re.sub(r"\b(?:ZQ|KX|WJ)[0-9]\b ?", "", text)


def change_digits(text: str) -> str:
    """Change every digit, also in masks.

    >>> change_digits("costs 209 euros")
    'costs 310 euros'
    """
    return re.sub(r"[0-9]", lambda digit: str((int(digit[0]) + 1) % 10), text)


def duplicate(text: str) -> str:
    """Repeat the text, as looping models do.

    >>> duplicate("Go on.")
    'Go on. Go on.'
    """
    return f"{text} {text}"


def say_nothing(text: str) -> str:
    """Return an empty text."""
    return text[:0]
