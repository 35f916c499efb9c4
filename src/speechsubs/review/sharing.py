"""Borders between cues moved as little as needed for every cue to hold its part.

A text is parted where its old one was parted; where it grew, the fuller cue may overflow
while the next has room.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from speechsubs.layout import wrap
from speechsubs.linebreaks import Token, tokens
from speechsubs.locales import Locale
from speechsubs.stages.keep import DRIFT

Lines = tuple[str, ...]

#: How many words a border may move.
REACH = 8
#: Longer texts are left as they are parted: nobody reads them in a few cues anyway.
MOST_TOKENS = 200


def fits(lines: Lines, locale: Locale) -> bool:
    """True where a cue may show these lines."""
    limits = locale.limits
    return len(lines) <= limits.max_lines and all(
        locale.width(line) <= limits.line_width for line in lines
    )


def shared(
    text: str, parts: Sequence[str], around: Sequence[tuple[str, str]], locale: Locale
) -> tuple[Lines, ...] | None:
    """The lines of every cue with the text's borders moved; None where that is no help.

    `parts` is the text as it is parted now, a part for each cue; `around` is what each
    cue shows before and behind it.
    """
    found = tokens(text, locale, ())
    if not 1 < len(parts) <= len(found) <= MOST_TOKENS:
        return None
    borders = _borders(found, text, parts)
    if borders is None:
        return None
    choices = [range(max(1, b - REACH), min(len(found) - 1, b + REACH) + 1) for b in borders]
    # The cheapest way to every border, from the first cue on.
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for number, places in enumerate([*choices, (len(found),)]):
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (price, cuts) in best.items():
            for end in places:
                if end <= start or not fits(_lines(found, text, start, end, around[number], locale),
                                            locale):  # fmt: skip
                    continue
                own = price
                if end < len(found):
                    away = abs(found[end - 1].end - found[borders[number] - 1].end)
                    own += found[end - 1].cost + DRIFT * away / len(text)
                if end not in following or own < following[end][0]:
                    following[end] = own, (*cuts, end)
        best = following
    if len(found) not in best:
        return None
    edges = [0, *best[len(found)][1]]
    return tuple(
        _lines(found, text, a, b, around[number], locale)
        for number, (a, b) in enumerate(pairwise(edges))
    )


def _borders(found: Sequence[Token], text: str, parts: Sequence[str]) -> list[int] | None:
    """After how many tokens each part ends; None where a part has nothing."""
    ends = list(_ends(parts))
    result: list[int] = []
    gone = 0
    for number, token in enumerate(found, 1):
        gone += len("".join(text[token.start : token.end].split()))
        while len(result) < len(ends) and gone >= ends[len(result)]:
            result.append(number)
    distinct = len(set(result)) == len(ends) and all(0 < n < len(found) for n in result)
    return result if distinct else None


def _ends(parts: Sequence[str]) -> Iterator[int]:
    """How many letters have gone by at each inner border."""
    gone = 0
    for part in parts[:-1]:
        gone += len("".join(part.split()))
        yield gone


def _lines(
    found: Sequence[Token], text: str, start: int, end: int, around: tuple[str, str], locale: Locale
) -> Lines:
    part = text[found[start].start : found[end - 1].end]
    return wrap([piece for piece in (around[0], part, around[1]) if piece], locale)
