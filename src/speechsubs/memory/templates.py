"""Sentences with placeables where names, amounts and numbers stand.

`{money}` in the template of a source is any amount, `{number}` any number, and
`{term:lei-jun}` this term of the glossary. The second of a kind is `{money:2}`, and
`{money:2}` in the template of a target is the second amount of its source. Braces
of the text itself are doubled.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from speechsubs.model import Slot, SlotKind
from speechsubs.spans import SpannedText

_RESERVED = re.compile(r"[%{}:]")
_PLACEABLE = re.compile(r"\{\{|\}\}|\{(term|money|number)\b[^{}]*\}")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
#: One private-use character for each kind, so that a placeable weighs as much as a letter.
_STAND_IN = {"term": "\ue000", "money": "\ue001", "number": "\ue002"}


def normalised(text: str) -> str:
    """The text as it is compared: composed (NFC), with single blanks and none around.

    >>> normalised(" A  b\\u00a0c ")
    'A b c'
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def digest(text: str) -> bytes:
    """128 bits that stand for a normalised text in an index."""
    data = normalised(text).encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).digest()[:16]


def names(slots: Sequence[Slot]) -> tuple[str, ...]:
    """What each slot is called in a template.

    >>> names([Slot(SlotKind.MONEY, 0, 1, "", "1 USD"), Slot(SlotKind.MONEY, 2, 3, "", "2 USD")])
    ('{money}', '{money:2}')
    """
    result: list[str] = []
    seen: dict[str, int] = {}
    for slot in slots:
        name = slot.kind.value
        if slot.kind is SlotKind.TERM:
            name += ":" + _RESERVED.sub(lambda m: f"%{ord(m.group()):02x}", slot.key)
        seen[name] = count = seen.get(name, 0) + 1
        result.append(f"{{{name}}}" if count == 1 else f"{{{name}:{count}}}")
    return tuple(result)


def of_source(text: str, slots: Sequence[Slot]) -> str:
    """The template of a source sentence. Slots are in order and apart.

    >>> of_source("He paid $5 {cash}", [Slot(SlotKind.MONEY, 8, 10, "$5", "5 USD")])
    'He paid {money} {{cash}}'
    """
    spanned = SpannedText.of(text, [(slot.start, slot.end) for slot in slots])
    return _template(spanned, names(slots))


def of_target(target: SpannedText, slots: Sequence[Slot]) -> str:
    """The template of a translation, in the names of its source's slots."""
    return _template(target, names(slots))


def _template(spanned: SpannedText, called: Sequence[str]) -> str:
    return "".join(
        _escaped(piece) if isinstance(piece, str) else called[piece.slot]
        for piece in spanned.pieces()
    )


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def compact(template: str) -> str:
    """A template as fuzzy matching compares it: placeables and digits are one letter each.

    >>> compact("{term:su7} costs {money}, 12,5 {{net}}") == compact("{term:m9} costs {money}, 9 {{net}}")
    True
    """  # noqa: E501 - one example, one line

    def one(match: re.Match[str]) -> str:
        kind = match.group(1)
        return _STAND_IN[kind] if kind else match.group()[0]

    text = _PLACEABLE.sub(one, template) if "{" in template or "}" in template else template
    return normalised(_DIGITS.sub(_STAND_IN["number"], text)).casefold()
