"""Texts as a neural model wants them: clean, no longer than it was trained on."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Final

#: Argos models are trained on lines of at most 150 tokens, and converted OPUS-MT ones
#: have 512 positions: longer texts are cut and translated in parts.
MAX_TOKENS: Final = 120
#: A part is at most so many characters, so that no tokenizer meets a huge word.
MAX_CHARACTERS: Final = 600

#: Where a long text may be cut, best first: after a sentence, after a clause, at a space.
_CUTS: Final = (
    re.compile(r"(?<=[.!?;:])\s+|(?<=[。！？；：])"),
    re.compile(r"(?<=[,)])\s+|(?<=[，、）])"),
    re.compile(r"\s+"),
)


def cut(text: str, encode: Callable[[str], Sequence[str]], level: int = 0) -> Iterator[str]:
    """The text whole, or cut where it is longer than models take; nothing is lost.

    `encode` counts the tokens of a part.
    """
    if not text:
        return
    if len(text) <= MAX_CHARACTERS and len(encode(text)) <= MAX_TOKENS:
        yield text
    elif level < len(_CUTS):
        for chunk in _packed(_CUTS[level].split(text)):
            yield from cut(chunk, encode, level + 1)
    elif len(text) > 1:
        # One word without end: by length, so that at least nothing is lost.
        step = min(MAX_TOKENS // 2, (len(text) + 1) // 2)
        for start in range(0, len(text), step):
            yield from cut(text[start : start + step], encode, level)
    else:
        yield text


def _packed(chunks: Sequence[str]) -> Iterator[str]:
    """Join neighbours again while they stay well inside the limits."""
    room = MAX_CHARACTERS // 2
    current = ""
    for chunk in chunks:
        if current and len(current) + len(chunk) > room:
            yield current
            current = ""
        current = f"{current} {chunk}" if current else chunk
    if current:
        yield current


def join(answers: Sequence[Sequence[str]], hypotheses: int) -> list[str]:
    """The answers for the parts of a text put together, best of all first, no repeats.

    >>> join([["Uno.", "Un."], ["Dos."]], hypotheses=3)
    ['Uno. Dos.', 'Un. Dos.']
    """
    if not answers:
        return [""]
    ranks = min(hypotheses, max(map(len, answers)))
    joined = (" ".join(a[min(rank, len(a) - 1)] for a in answers) for rank in range(ranks))
    return list(dict.fromkeys(text.strip() for text in joined))


def clean(text: str) -> str:
    """One line of sound text: broken surrogates and control characters become spaces."""
    if not text.isascii() or not text.isprintable():
        text = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return " ".join(text.split())
