"""The text as what can be heard: tokens, units and sentences, numbered throughout."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from speechsubs.alignment.forced.pronounce import Pronouncer, Token, Unit
from speechsubs.alignment.forced.spoken_numbers import currency, is_scale
from speechsubs.cues.timeline import spoken
from speechsubs.model import Sentence

#: Every token's readings, each the names of its units: what a grammar is made of.
Ways = tuple[tuple[tuple[str, ...], ...], ...]

#: How long a phone takes when nothing is known (0.07 to 0.11 in speech at all speeds).
PHONE_MS: Final = 85


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence. `first` and `last` bound its units in the script's `units`."""

    tokens: tuple[Token, ...]
    offsets: tuple[int, ...]
    first: int
    last: int

    @property
    def length(self) -> int:
        """Phones of the likeliest reading."""
        return sum(t.length for t in self.tokens)

    @property
    def ways(self) -> Ways:
        """The names of the units of every reading of every token."""
        return tuple(tuple(tuple(u.name for u in r) for r in t.readings) for t in self.tokens)

    @property
    def expected_ms(self) -> int:
        """About how long it takes to say."""
        return self.length * PHONE_MS


@dataclass(frozen=True, slots=True)
class Script:
    """A whole text.

    `units` are the likeliest readings one after the other, `line_of` the sentence of
    each.
    """

    lines: tuple[Line, ...]
    units: tuple[Unit, ...]
    line_of: tuple[int, ...]


def _tokens(texts: Sequence[str], pronouncer: Pronouncer) -> Iterator[Token]:
    """Every token by itself, but for "$10 billion": that is said in another order."""
    english = pronouncer.language == "en"
    money = ""
    for number, text in enumerate(texts):
        following = texts[number + 1] if number + 1 < len(texts) else ""
        name = currency(text) if english and is_scale(following) else ""
        if name:
            yield pronouncer.amount(text)
        elif money:
            yield pronouncer.scale(text, money)
        else:
            yield pronouncer.token(text)
        money = name


def write(sentences: Sequence[Sentence], pronouncer: Pronouncer) -> Script:
    """Look every token of every sentence up."""
    lines: list[Line] = []
    units: list[Unit] = []
    line_of: list[int] = []
    for sentence in sentences:
        parts = spoken(sentence.text)
        tokens = tuple(_tokens([text for text, _ in parts], pronouncer))
        first = len(units)
        for token in tokens:
            if token.readings:
                units += token.readings[0]
        line_of += [len(lines)] * (len(units) - first)
        lines.append(Line(tokens, tuple(offset for _, offset in parts), first, len(units)))
    return Script(tuple(lines), tuple(units), tuple(line_of))
