"""An engine that gives back what it got, for tests: as it is, or spoilt on purpose."""

import re
from collections.abc import Callable, Sequence

from speechsubs.protocols import MaskFamily

#: How a bad engine changes a text.
Change = Callable[[str], str]

_FAMILIES = (
    MaskFamily("echo-z", tuple(f"ZQ{n}" for n in range(1, 10))),
    MaskFamily("echo-k", tuple(f"KX{n}" for n in range(1, 10))),
    MaskFamily("echo-w", tuple(f"WJ{n}" for n in range(1, 10))),
)


class EchoEngine:
    """Returns each text, changed by `change`; further answers come from `others`.

    `others` are what the second, third ... hypothesis look like; an answer equal to
    an earlier one is left out, as the protocol asks.
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
        self.quality = "gives every text back untranslated; for tests only"
        self.masks = masks
        self._changes: tuple[Change, ...] = (change or _same, *others)

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """Each text through the changes, without repeats, at most `hypotheses`."""
        wanted = self._changes[: max(hypotheses, 1)]
        return [list(dict.fromkeys(change(text) for change in wanted)) for text in texts]


def _same(text: str) -> str:
    return text


def shout(text: str) -> str:
    """All letters upper-case.

    >>> shout("ZQ1 costs 5")
    'ZQ1 COSTS 5'
    """
    return text.upper()


def drop_masks(text: str) -> str:
    """Lose every word that looks like a mask of this engine.

    >>> drop_masks("He met ZQ1 today")
    'He met today'
    """
    return re.sub(r"\b(?:ZQ|KX|WJ)[0-9]\b ?", "", text)


def change_digits(text: str) -> str:
    """Make every number wrong, masks too.

    >>> change_digits("costs 209 euros")
    'costs 310 euros'
    """
    return re.sub(r"[0-9]", lambda digit: str((int(digit[0]) + 1) % 10), text)


def duplicate(text: str) -> str:
    """Say everything twice, as models do that lose their place.

    >>> duplicate("Go on.")
    'Go on. Go on.'
    """
    return f"{text} {text}"


def silent(text: str) -> str:
    """Nothing at all."""
    return text[:0]
