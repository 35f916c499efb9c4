"""Texts with placeholders: what travels of a segment, and the hashes that bind it.

A text is a row of pieces: strings, and numbers of slots that stand in it as
placeholders. Hashes are taken over pieces, so that they do not depend on the wording
that a tool shows for a placeholder.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from speechsubs.project import State
from speechsubs.spans import Span, SpannedText

#: A string, or the 0-based number of a slot.
Piece = str | int
_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Revision:
    """What a segment was when it was exported: hashes of source and target, and its state."""

    source: str
    target: str
    state: State

    def __str__(self) -> str:
        return f"{self.source}.{self.target}.{self.state.value}"

    @classmethod
    def parse(cls, text: str) -> "Revision | None":
        """What `str` gave, or None for anything else.

        >>> Revision.parse("ab.cd.machine")
        Revision(source='ab', target='cd', state=<State.MACHINE: 'machine'>)
        >>> Revision.parse("ab.cd.perfect") is None
        True
        """
        parts = text.strip().split(".")
        states = {state.value: state for state in State}
        if len(parts) != 3 or parts[2] not in states:
            return None
        return cls(parts[0], parts[1], states[parts[2]])


def folded(text: str) -> str:
    """The text with line feeds as its only line ends, as XML and spreadsheets give it back."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The pieces with neighbouring strings as one and without empty ones.

    >>> joined(["a", "", "b", 0, ""])
    ('ab', 0)
    """
    found: list[Piece] = []
    run: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            run.append(piece)
            continue
        if any(run):
            found.append("".join(run))
        found.append(piece)
        run = []
    if any(run):
        found.append("".join(run))
    return tuple(found)


def digest(pieces: Iterable[Piece]) -> str:
    """A short hash of pieces, the same for equal texts however they were cut.

    >>> digest(["a", "b"]) == digest(["ab"]) != digest(["a", 0, "b"])
    True
    """
    plain = [folded(p) if isinstance(p, str) else p for p in joined(pieces)]
    data = json.dumps(plain, ensure_ascii=True).encode("ascii")
    return hashlib.sha256(data).hexdigest()[:_LENGTH]


def filled(pieces: Iterable[Piece], texts: Mapping[int, str]) -> str:
    """The text with every placeholder as `texts` says; an unknown one gives nothing."""
    return "".join(p if isinstance(p, str) else texts.get(p, "") for p in pieces)


def cut(text: SpannedText) -> tuple[Piece, ...]:
    """The pieces of a text, its spans as placeholders.

    >>> cut(SpannedText("the SU7 now", (Span(0, 4, 7),)))
    ('the ', 0, ' now')
    """
    return joined(piece.slot if isinstance(piece, Span) else piece for piece in text.pieces())
