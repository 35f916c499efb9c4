"""One spelling for texts that people take for the same, with offsets back to the text.

Two texts have one key when they differ only in canonical Unicode form (NFC, NFD),
in white space, in the kind of apostrophe or hyphen, or in invisible characters; with
`fold` also in capitals. The key is in NFD because that form is made character by
character, which keeps offsets exact where composing would not.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

APOSTROPHES = frozenset("'’‘ʼ′＇")
HYPHENS = frozenset("-‐‑‒–−﹣－")
#: May end a word although it is not seen.
ZERO_WIDTH_SPACE = "\u200b"
#: Not seen, and no part of a spelling: soft hyphen, joiners, direction marks, selectors.
INVISIBLE = frozenset(
    [
        *map(chr, (0xAD, 0x34F, 0x61C, 0x180E, 0xFEFF)),
        *map(chr, range(0x200B, 0x2010)),
        *map(chr, range(0x202A, 0x202F)),
        *map(chr, range(0x2060, 0x2065)),
        *map(chr, range(0x2066, 0x2070)),
        *map(chr, range(0xFE00, 0xFE10)),
    ]
)

# Runs that are their own key up to capitals (printable ASCII, common ideographs, single
# spaces between them), runs of white space, or one character of any other kind.
_PIECE = re.compile(r"[!-~㐀-䶿一-鿿]+(?: [!-~㐀-䶿一-鿿]+)*|\s+|.", re.DOTALL)

# Scripts that write words without spaces, or (Hangul) write particles onto them.
_CONTINUOUS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007"
    "\u3021-\u3029\u3040-\u30ff\u3100-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc"
    "\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key and the way back: pieces of `text` that came from pieces of the original.

    A piece as long as its original maps character by character; any other maps as a
    whole, and no offset inside it has a place in the original.
    """

    text: str
    key_starts: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def start(self, offset: int) -> int | None:
        """Where the key's character at `offset` starts in the original, if it does."""
        piece = bisect_right(self.key_starts, offset) - 1
        inside = offset - self.key_starts[piece]
        if inside and not self._linear(piece):
            return None
        return self.starts[piece] + inside

    def end(self, offset: int) -> int | None:
        """Where the key's character before `offset` ends in the original, if it does."""
        piece = bisect_right(self.key_starts, offset - 1) - 1
        if self._linear(piece):
            return self.starts[piece] + offset - self.key_starts[piece]
        return self.ends[piece] if offset == self._key_end(piece) else None

    def _key_end(self, piece: int) -> int:
        following = piece + 1
        return self.key_starts[following] if following < len(self.starts) else len(self.text)

    def _linear(self, piece: int) -> bool:
        length = self._key_end(piece) - self.key_starts[piece]
        return length == self.ends[piece] - self.starts[piece]


def key_of(text: str, *, fold: bool = False) -> str:
    """The key alone, for comparing two texts.

    >>> key_of("Lei\\n  Jun’s") == key_of("Lei Jun's")
    True
    """
    return keyed(text, fold=fold).text


#: Texts up to this long are remembered: protecting, translating and checking a sentence
#: asks for its key four times, and for those of its terms again with each sentence.
_SHORT = 1_000


def keyed(text: str, *, fold: bool = False) -> Key:
    """The key of a text with the way back. Time and memory are linear in the text."""
    return _known(text, fold) if len(text) <= _SHORT else _keyed(text, fold)


@lru_cache(maxsize=4096)
def _known(text: str, fold: bool) -> Key:
    return _keyed(text, fold)


def _keyed(text: str, fold: bool) -> Key:
    parts: list[str] = []
    key_starts: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    length = 0
    after_space = linear = False
    for match in _PIECE.finditer(text):
        piece = match[0]
        start, end = match.span()
        if len(piece) > 1 and not piece.isspace():
            part = piece.casefold() if fold else piece
        elif piece.isspace():
            part = "" if after_space else " "
        else:
            part = _spelling(piece, fold)
        if not part:
            continue
        # Neighbours that both map one to one are one piece, so that the list stays short.
        if not (linear and len(part) == end - start and ends[-1] == start):
            key_starts.append(length)
            starts.append(start)
            ends.append(end)
        else:
            ends[-1] = end
        linear = len(part) == end - start
        after_space = part == " "
        length += len(part)
        parts.append(part)
    # Every part is decomposed by now: this only puts marks from two parts in order.
    joined = _ordered("".join(parts))
    return Key(joined, tuple(key_starts), tuple(starts), tuple(ends))


def _ordered(text: str) -> str:
    """Decomposed text with its marks in canonical order.

    `unicodedata.normalize` sorts by insertion, which takes minutes for a hostile run of
    a hundred thousand marks.
    """
    if unicodedata.is_normalized("NFD", text):
        return text
    characters = list(text)
    start = 0
    for at, character in enumerate([*characters, "."]):
        if unicodedata.combining(character) == 0:
            if at - start > 1:
                characters[start:at] = sorted(characters[start:at], key=unicodedata.combining)
            start = at + 1
    return "".join(characters)


@lru_cache(maxsize=8192)
def _spelling(character: str, fold: bool) -> str:
    if character in APOSTROPHES:
        return "'"
    if character in HYPHENS:
        return "-"
    if character in INVISIBLE:
        return ""
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"  # half a character: the automaton works in UTF-8 and would refuse it
    text = unicodedata.normalize("NFD", character)
    return unicodedata.normalize("NFD", text.casefold()) if fold else text


def bounded(text: str, start: int, end: int) -> bool:
    """True when text[start:end] stands as a word of its own.

    Letters, digits, marks and `_` on both sides of an edge make one word. A script
    that is written without spaces never joins its neighbour, nor do apostrophes and
    hyphens. A digit and a decimal sign before another digit are one number.

    >>> bounded("小米SU7的", 2, 5), bounded("SUVs", 0, 3), bounded("iOS 17.4", 0, 6)
    (True, False, False)
    """
    return bounded_before(text, start) and bounded_after(text, end)


def bounded_before(text: str, start: int) -> bool:
    """True when no word runs across `start`. See `bounded`."""
    before = start - 1
    while before >= 0 and text[before] in INVISIBLE and text[before] != ZERO_WIDTH_SPACE:
        before -= 1
    if before < 0 or start >= len(text):
        return True
    if text[before] in ".," and text[start].isdigit():
        return not (before and text[before - 1].isdigit())
    return not _joined(text[before], text[start])


def bounded_after(text: str, end: int) -> bool:
    """True when no word runs across `end`. See `bounded`."""
    after = end
    while after < len(text) and text[after] in INVISIBLE and text[after] != ZERO_WIDTH_SPACE:
        after += 1
    if after >= len(text) or end <= 0:
        return True
    if text[after] in ".," and text[end - 1].isdigit():
        return not text[after + 1 : after + 2].isdigit()
    return not _joined(text[end - 1], text[after])


def _joined(left: str, right: str) -> bool:
    if left.isascii() and right.isascii():
        return (left.isalnum() or left == "_") and (right.isalnum() or right == "_")
    if _mark(right):
        return True
    if not (_wordly(left) and _wordly(right)):
        return False
    return not (_CONTINUOUS.match(left) or _CONTINUOUS.match(right))


def _wordly(character: str) -> bool:
    if character in APOSTROPHES:
        return False
    return character.isalnum() or character == "_" or _mark(character)


def _mark(character: str) -> bool:
    # The vowels and final consonants of decomposed Hangul belong to what stands before.
    return unicodedata.category(character)[0] == "M" or "\u1160" <= character <= "\u11ff"
