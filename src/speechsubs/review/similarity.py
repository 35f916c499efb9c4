"""Similarity of a new text to the old one, and merging the two at minimal distance."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice

from rapidfuzz.distance import LCSseq, Levenshtein

from speechsubs.language.locales import Locale
from speechsubs.spans import SpannedText

_Range = tuple[int, int]
_Opcode = tuple[str, int, int, int, int]

#: Longer texts are not merged: comparing is quadratic in the worst case.
MAX_TOKENS = 400
#: Only the beginning of longer texts is compared; no sentence has that many words.
MAX_COMPARED = 5_000
_WORDS = re.compile(r"\w+(?:['’.,]\w+)*|[^\w\s]")
_PHRASES = re.compile(r"[A-Za-z0-9]+|[^\s]")
_LETTER = re.compile(r"\w")


def token_spans(text: str, locale: Locale) -> list[_Range]:
    """Spans of words and punctuation; of characters in scripts without spaces."""
    return list(_iter_spans(text, locale))


def _iter_spans(text: str, locale: Locale) -> Iterator[_Range]:
    pattern = _WORDS if locale.words == "spaces" else _PHRASES
    return (match.span() for match in pattern.finditer(text))


def _tokens(text: str, locale: Locale) -> list[str]:
    """The tokens of a text, at most `MAX_COMPARED` of them."""
    return [text[start:end] for start, end in islice(_iter_spans(text, locale), MAX_COMPARED)]


def kept_share(old: str, new: str, locale: Locale) -> float:
    """The share of the old words that the new text keeps in the same order.

    1 if the old text has no words.

    >>> from speechsubs.language.locales import load
    >>> old, new = "Abrieron el Taller en mayo.", "Abrieron la Planta en mayo."
    >>> round(kept_share(old, new, load("es")), 2)
    0.6
    """
    before, after = (
        [token for token in _tokens(text, locale) if _LETTER.match(token)] for text in (old, new)
    )
    return LCSseq.similarity(before, after) / len(before) if before else 1.0


def distance(old: str, new: str, locale: Locale) -> int:
    """Edit distance in words and punctuation marks."""
    return Levenshtein.distance(_tokens(old, locale), _tokens(new, locale))


def align_offset(old: str, new: str, at: int, locale: Locale) -> int | None:
    """The offset in `old` that corresponds to offset `at` in `new`; None for long texts."""
    a, b = token_spans(old, locale), token_spans(new, locale)
    for _, i1, i2, j1, j2 in _opcodes(old, new, a, b):
        if j2 > j1 and b[j2 - 1][1] > at:
            number = min(i1 + sum(b[j][1] <= at for j in range(j1, j2)), max(i1, i2 - 1))
            return a[number][0] if number < len(a) else len(old)
    return None


def merge(
    old: SpannedText,
    new: SpannedText,
    spots: Sequence[_Range],
    places: Sequence[_Range],
    locale: Locale,
) -> SpannedText | None:
    """Apply to the old text only the differences that are required.

    `spots` are the spans of the new text that must appear, `places` the spans of the old
    one that must go. None if the two cannot be separated: inserting a stretch without
    knowing what it replaces would duplicate content.
    """
    a, b = token_spans(old.text, locale), token_spans(new.text, locale)
    chosen = []
    for code in _opcodes(old.text, new.text, a, b):
        kind, i1, i2, j1, j2 = code
        wanted = any(_overlaps(b, j1, j2, spot) for spot in spots)
        gone = any(_overlaps(a, i1, i2, place) for place in places)
        if kind == "equal" or not (wanted or gone):
            continue
        if kind == "insert" and not places:
            return None
        chosen.append(code)
    return _patch(old, new, [_stretch_bounds(old.text, new.text, a, b, c) for c in chosen])


def _opcodes(old: str, new: str, a: Sequence[_Range], b: Sequence[_Range]) -> list[_Opcode]:
    if max(len(a), len(b)) > MAX_TOKENS:
        return []
    before, after = [old[s:e] for s, e in a], [new[s:e] for s, e in b]
    return [
        (str(kind), i1, i2, j1, j2)
        for kind, i1, i2, j1, j2 in SequenceMatcher(
            None, before, after, autojunk=False
        ).get_opcodes()
    ]


def _overlaps(tokens: Sequence[_Range], first: int, last: int, span: _Range) -> bool:
    return first < last and tokens[first][0] < span[1] and tokens[last - 1][1] > span[0]


def _stretch_bounds(
    old: str, new: str, a: Sequence[_Range], b: Sequence[_Range], code: _Opcode
) -> tuple[_Range, _Range]:
    """The spans of a difference in both texts, with the space that belongs to it."""
    kind, i1, i2, j1, j2 = code
    if kind == "replace":
        return (a[i1][0], a[i2 - 1][1]), (b[j1][0], b[j2 - 1][1])
    if i1:
        there = (a[i1 - 1][1], a[i2 - 1][1]) if i2 > i1 else (a[i1 - 1][1], a[i1 - 1][1])
        here = (b[j1 - 1][1], b[j2 - 1][1]) if j2 > j1 else (0, 0)
        return there, here
    there = (0, a[i2][0] if i2 < len(a) else len(old)) if i2 > i1 else (0, 0)
    return there, ((0, b[j2][0] if j2 < len(b) else len(new)) if j2 > j1 else (0, 0))


def _patch(
    old: SpannedText, new: SpannedText, stretches: Sequence[tuple[_Range, _Range]]
) -> SpannedText | None:
    if not stretches:
        return None
    made, position = SpannedText(""), 0
    for (start, end), (first, last) in stretches:
        made += old.part(position, start) + new.part(first, last)
        position = end
    return made + old.part(position, len(old.text))
