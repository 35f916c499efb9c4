"""A language model of one text: what a recogniser expects to hear.

Trigrams of the text with half of the mass left for surprise. A recogniser with this
model writes down which parts of the text it hears and when, in whatever order they
come: the way of Moreno et al., "A recursive algorithm for the forced alignment of
very long audio segments", ICSLP 1998. Unlike a forced alignment it does not break
where text and speech differ.
"""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from speechsubs.aligners.speech.arpabet import PHONES
from speechsubs.aligners.speech.pronounce import Unit
from speechsubs.aligners.speech.script import Script

#: The share of probability left for words that the text does not have next.
_SURPRISE: Final = 0.5
_FLOOR: Final = 1e-10


def write_dictionary(units: tuple[Unit, ...], path: Path) -> None:
    """The pronunciations in the decoder's format."""
    with path.open("w", encoding="ascii") as out:
        for unit in units:
            for number, phones in enumerate(unit.phones):
                name = unit.name if not number else f"{unit.name}({number + 1})"
                out.write(f"{name} {' '.join(phones)}\n")
        # Every phone as a word: what garbage is made of where speech is not in the text.
        for phone in sorted(PHONES):
            out.write(f"{garbage(phone)} {phone}\n")


def garbage(phone: str) -> str:
    """The dictionary's name for a phone that belongs to no word of the text."""
    return f"g{phone}"


def write_model(script: Script, path: Path) -> None:
    """The trigrams of a text in the ARPA format."""
    one: Counter[str] = Counter()
    two: Counter[tuple[str, str]] = Counter()
    three: Counter[tuple[str, str, str]] = Counter()
    for run in _runs(script):
        one.update(run)
        two.update(pairwise(run))
        three.update(zip(run, run[1:], run[2:], strict=False))
    one["<s>"] = max(1, one["<s>"])
    one["</s>"] = max(1, one["</s>"])
    total = sum(one.values())
    p1 = {a: n / total for a, n in one.items()}
    starts: Counter[str] = Counter()
    for (a, _), n in two.items():
        starts[a] += n
    p2 = {(a, b): (1 - _SURPRISE) * n / starts[a] for (a, b), n in two.items()}
    pairs: Counter[tuple[str, str]] = Counter()
    for (a, b, _), n in three.items():
        pairs[a, b] += n
    p3 = {(a, b, c): (1 - _SURPRISE) * n / pairs[a, b] for (a, b, c), n in three.items()}
    seen1: Counter[str] = Counter()
    for a, b in two:
        seen1[a] += p1[b]  # type: ignore[assignment] # a Counter adds floats as well
    seen2: Counter[tuple[str, str]] = Counter()
    for a, b, c in three:
        seen2[a, b] += p2.get((b, c), 0)  # type: ignore[assignment] # a Counter adds floats as well
    with path.open("w", encoding="ascii") as out:
        out.write(f"\\data\\\nngram 1={len(one)}\nngram 2={len(two)}\nngram 3={len(three)}\n")
        out.write("\n\\1-grams:\n")
        for a in sorted(one):
            out.write(f"{_log(p1[a])} {a} {_log(_SURPRISE / max(1e-6, 1 - seen1[a]))}\n")
        out.write("\n\\2-grams:\n")
        for a, b in sorted(two):
            rest = _log(_SURPRISE / max(1e-6, 1 - seen2[a, b]))
            out.write(f"{_log(p2[a, b])} {a} {b} {rest}\n")
        out.write("\n\\3-grams:\n")
        for a, b, c in sorted(three):
            out.write(f"{_log(p3[a, b, c])} {a} {b} {c}\n")
        out.write("\n\\end\\\n")


def _log(value: float) -> str:
    return f"{math.log10(max(value, _FLOOR)):.4f}"


def _runs(script: Script) -> Iterator[list[str]]:
    """The text as one run, then every other reading between its neighbours."""
    yield ["<s>", *(unit.name for unit in script.units), "</s>"]
    for number, line in enumerate(script.lines):
        at = line.first
        for token in line.tokens:
            if not token.readings:
                continue
            end = at + len(token.readings[0])
            for reading in token.readings[1:]:
                before = [u.name for u in script.units[max(0, at - 2) : at]]
                after = [u.name for u in script.units[end : end + 2]]
                yield [*before, *(u.name for u in reading), *after]
            at = end
        if not number:
            continue
        # Somebody may begin anywhere: recordings are heard in pieces.
        yield ["<s>", *(u.name for u in script.units[line.first : line.first + 2])]
