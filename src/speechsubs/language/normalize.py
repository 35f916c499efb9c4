"""Normalize texts for comparison, with offsets into the original.

Two texts have the same key if they only differ in canonical Unicode form (NFC, NFD), white
space, the kind of apostrophe or hyphen, or invisible characters; with `fold` also in case.
The key is in NFD, which is computed character by character: that keeps the offsets exact,
which composing would not.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

APOSTROPHES = frozenset("'’‘ʼ′＇")
HYPHENS = frozenset("-‐‑‒–−﹣－")
#: An invisible word boundary.
ZERO_WIDTH_SPACE = "\u200b"
#: Invisible and ignored in keys: soft hyphen, joiners, direction marks, selectors.
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

# Runs that are their own key except for case (printable ASCII, common ideographs, single
# spaces between them), runs of whitespace, or one character of any other kind.
_PIECE = re.compile(r"[!-~㐀-䶿一-鿿]+(?: [!-~㐀-䶿一-鿿]+)*|\s+|.", re.DOTALL)

# Scripts written without spaces, or (Hangul) with particles attached to words.
_CONTINUOUS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007"
    "\u3021-\u3029\u3040-\u30ff\u3100-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc"
    "\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key and the mapping of its pieces to pieces of the original.

    A piece as long as its original maps character by character. Any other piece maps as a
    whole, and offsets inside it have no counterpart in the original.
    """

    text: str
    key_starts: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def start(self, offset: int) -> int | None:
        """Map the start of the character at `offset` of the key to the original, if possible."""
        piece = bisect_right(self.key_starts, offset) - 1
        inside = offset - self.key_starts[piece]
        if inside and not self._linear(piece):
            return None
        return self.starts[piece] + inside

    def end(self, offset: int) -> int | None:
        """Map the end of the character before `offset` of the key to the original, if possible."""
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
    """Return only the key, for comparing texts.

    >>> key_of("Lei\\n  Jun’s") == key_of("Lei Jun's")
    True
    """
    return keyed(text, fold=fold).text


#: Maximum length of cached texts. Protecting, translating and checking a sentence needs its
#: key four times, and the keys of its terms again with each sentence.
_SHORT = 1_000


def keyed(text: str, *, fold: bool = False) -> Key:
    """Return the key of a text with its offsets, in time and memory linear in the text."""
    return _keyed_cached(text, fold) if len(text) <= _SHORT else _keyed(text, fold)


@lru_cache(maxsize=4096)
def _keyed_cached(text: str, fold: bool) -> Key:
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
            part = _normalize_character(piece, fold)
        if not part:
            continue
        # Join neighbors that both map one to one, to keep the lists short.
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
    # Every part is decomposed: this only reorders combining marks across parts.
    joined = _reorder_marks("".join(parts))
    return Key(joined, tuple(key_starts), tuple(starts), tuple(ends))


def _reorder_marks(text: str) -> str:
    """Put the combining marks of a decomposed text in canonical order.

    `unicodedata.normalize` uses an insertion sort, which takes minutes for a hostile run of
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
def _normalize_character(character: str, fold: bool) -> str:
    if character in APOSTROPHES:
        return "'"
    if character in HYPHENS:
        return "-"
    if character in INVISIBLE:
        return ""
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"  # a lone surrogate, which the automaton rejects because it works in UTF-8
    text = unicodedata.normalize("NFD", character)
    return unicodedata.normalize("NFD", text.casefold()) if fold else text


def bounded(text: str, start: int, end: int) -> bool:
    """True if text[start:end] starts and ends at word boundaries.

    Letters, digits, combining marks and `_` on both sides of a position form one word.
    Scripts written without spaces never join their neighbors, nor do apostrophes and
    hyphens. A digit, a decimal separator and another digit are one number.

    >>> bounded("小米SU7的", 2, 5), bounded("SUVs", 0, 3), bounded("iOS 17.4", 0, 6)
    (True, False, False)
    """
    return bounded_before(text, start) and bounded_after(text, end)


def bounded_before(text: str, start: int) -> bool:
    """True if `start` is a word boundary. See `bounded`."""
    before = start - 1
    while before >= 0 and text[before] in INVISIBLE and text[before] != ZERO_WIDTH_SPACE:
        before -= 1
    if before < 0 or start >= len(text):
        return True
    if text[before] in ".," and text[start].isdigit():
        return not (before and text[before - 1].isdigit())
    return not _joined(text[before], text[start])


def bounded_after(text: str, end: int) -> bool:
    """True if `end` is a word boundary. See `bounded`."""
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
    if _is_mark(right):
        return True
    if not (_is_word_character(left) and _is_word_character(right)):
        return False
    return not (_CONTINUOUS.match(left) or _CONTINUOUS.match(right))


def _is_word_character(character: str) -> bool:
    if character in APOSTROPHES:
        return False
    return character.isalnum() or character == "_" or _is_mark(character)


def _is_mark(character: str) -> bool:
    # The vowels and final consonants of decomposed Hangul belong to the letter before.
    return unicodedata.category(character)[0] == "M" or "\u1160" <= character <= "\u11ff"
