"""How near a new text is to the one that somebody knows, and the nearest of both."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice

from rapidfuzz.distance import LCSseq, Levenshtein

from speechsubs.language.locales import Locale
from speechsubs.spans import SpannedText

_Range = tuple[int, int]
_Opcode = tuple[str, int, int, int, int]

#: Longer texts are not merged: comparing them is quadratic at worst.
MOST_TOKENS = 400
#: Of longer texts only so much is compared; no sentence has so many words.
MOST_COMPARED = 5_000
_WORDS = re.compile(r"\w+(?:['’.,]\w+)*|[^\w\s]")
_PHRASES = re.compile(r"[A-Za-z0-9]+|[^\s]")
_LETTER = re.compile(r"\w")


def spans(text: str, locale: Locale) -> list[_Range]:
    """Words and marks of a text; characters where words are not parted by blanks."""
    return list(_found(text, locale))


def _found(text: str, locale: Locale) -> Iterator[_Range]:
    pattern = _WORDS if locale.words == "spaces" else _PHRASES
    return (match.span() for match in pattern.finditer(text))


def _texts(text: str, locale: Locale) -> list[str]:
    """The tokens of a text, of a huge one its beginning: comparing is quadratic."""
    return [text[start:end] for start, end in islice(_found(text, locale), MOST_COMPARED)]


def kept(old: str, new: str, locale: Locale) -> float:
    """The share of the old words that stand in the new text too, in their order.

    1 where the old text has no word.

    >>> from speechsubs.language.locales import load
    >>> round(kept("Abrieron el Taller en mayo.", "Abrieron la Planta en mayo.", load("es")), 2)
    0.6
    """
    before, after = (
        [token for token in _texts(text, locale) if _LETTER.match(token)] for text in (old, new)
    )
    return LCSseq.similarity(before, after) / len(before) if before else 1.0


def distance(old: str, new: str, locale: Locale) -> int:
    """How many words and marks have to be put in, taken out or replaced."""
    return Levenshtein.distance(_texts(old, locale), _texts(new, locale))


def aligned(old: str, new: str, at: int, locale: Locale) -> int | None:
    """The offset in `old` that lies where offset `at` lies in `new`; None in long texts."""
    a, b = spans(old, locale), spans(new, locale)
    for _, i1, i2, j1, j2 in _opcodes(old, new, a, b):
        if j2 > j1 and b[j2 - 1][1] > at:
            number = min(i1 + sum(b[j][1] <= at for j in range(j1, j2)), max(i1, i2 - 1))
            return a[number][0] if number < len(a) else len(old)
    return None


def merged(
    old: SpannedText,
    new: SpannedText,
    spots: Sequence[_Range],
    places: Sequence[_Range],
    locale: Locale,
) -> SpannedText | None:
    """The old text with only those stretches of the new one that something is asked of.

    `spots` are what the new text has to have, `places` what must go from the old one.
    None where that cannot be told apart: a stretch that only comes in, while nobody
    knows what goes for it, would say a thing twice.
    """
    a, b = spans(old.text, locale), spans(new.text, locale)
    chosen = []
    for code in _opcodes(old.text, new.text, a, b):
        kind, i1, i2, j1, j2 = code
        wanted = any(_touch(b, j1, j2, spot) for spot in spots)
        gone = any(_touch(a, i1, i2, place) for place in places)
        if kind == "equal" or not (wanted or gone):
            continue
        if kind == "insert" and not places:
            return None
        chosen.append(code)
    return _patched(old, new, [_edges(old.text, new.text, a, b, c) for c in chosen])


def _opcodes(old: str, new: str, a: Sequence[_Range], b: Sequence[_Range]) -> list[_Opcode]:
    if max(len(a), len(b)) > MOST_TOKENS:
        return []
    before, after = [old[s:e] for s, e in a], [new[s:e] for s, e in b]
    return [
        (str(kind), i1, i2, j1, j2)
        for kind, i1, i2, j1, j2 in SequenceMatcher(
            None, before, after, autojunk=False
        ).get_opcodes()
    ]


def _touch(tokens: Sequence[_Range], first: int, last: int, span: _Range) -> bool:
    return first < last and tokens[first][0] < span[1] and tokens[last - 1][1] > span[0]


def _edges(
    old: str, new: str, a: Sequence[_Range], b: Sequence[_Range], code: _Opcode
) -> tuple[_Range, _Range]:
    """Where a stretch lies in both texts, with the blank that comes or goes with it."""
    kind, i1, i2, j1, j2 = code
    if kind == "replace":
        return (a[i1][0], a[i2 - 1][1]), (b[j1][0], b[j2 - 1][1])
    if i1:
        there = (a[i1 - 1][1], a[i2 - 1][1]) if i2 > i1 else (a[i1 - 1][1], a[i1 - 1][1])
        here = (b[j1 - 1][1], b[j2 - 1][1]) if j2 > j1 else (0, 0)
        return there, here
    there = (0, a[i2][0] if i2 < len(a) else len(old)) if i2 > i1 else (0, 0)
    return there, ((0, b[j2][0] if j2 < len(b) else len(new)) if j2 > j1 else (0, 0))


def _patched(
    old: SpannedText, new: SpannedText, stretches: Sequence[tuple[_Range, _Range]]
) -> SpannedText | None:
    if not stretches:
        return None
    made, position = SpannedText(""), 0
    for (start, end), (first, last) in stretches:
        made += old.part(position, start) + new.part(first, last)
        position = end
    return made + old.part(position, len(old.text))
