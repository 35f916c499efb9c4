"""The text in spoken form: lines of tokens, with units numbered throughout."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from speechsubs.alignment.forced.pronounce import Pronouncer, Token, Unit
from speechsubs.alignment.forced.spoken_numbers import currency_word, is_scale
from speechsubs.cues.timeline import split_words
from speechsubs.model import Sentence

#: The spoken forms of every token of a line, as names of units: the input of a grammar.
LineForms = tuple[tuple[tuple[str, ...], ...], ...]

#: The default duration of a phone (70 to 110 ms at all speaking rates).
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
        """The number of phones of the most likely form."""
        return sum(t.length for t in self.tokens)

    @property
    def spoken_forms(self) -> LineForms:
        """The unit names of every spoken form of every token."""
        return tuple(tuple(tuple(u.name for u in r) for r in t.spoken_forms) for t in self.tokens)

    @property
    def expected_ms(self) -> int:
        """The expected duration."""
        return self.length * PHONE_MS


@dataclass(frozen=True, slots=True)
class Script:
    """A whole text.

    `units` are the most likely spoken forms in sequence, `line_of` is the line of each.
    """

    lines: tuple[Line, ...]
    units: tuple[Unit, ...]
    line_of: tuple[int, ...]


def _look_up_tokens(texts: Sequence[str], pronouncer: Pronouncer) -> Iterator[Token]:
    """Look up each token; "$10 billion" is special because it is said in another order."""
    english = pronouncer.language == "en"
    money = ""
    for number, text in enumerate(texts):
        following = texts[number + 1] if number + 1 < len(texts) else ""
        name = currency_word(text) if english and is_scale(following) else ""
        if name:
            yield pronouncer.look_up_amount(text)
        elif money:
            yield pronouncer.look_up_scale(text, money)
        else:
            yield pronouncer.look_up(text)
        money = name


def build_script(sentences: Sequence[Sentence], pronouncer: Pronouncer) -> Script:
    """Look up every token of every sentence."""
    lines: list[Line] = []
    units: list[Unit] = []
    line_of: list[int] = []
    for sentence in sentences:
        parts = split_words(sentence.text)
        tokens = tuple(_look_up_tokens([text for text, _ in parts], pronouncer))
        first = len(units)
        for token in tokens:
            if token.spoken_forms:
                units += token.spoken_forms[0]
        line_of += [len(lines)] * (len(units) - first)
        lines.append(Line(tokens, tuple(offset for _, offset in parts), first, len(units)))
    return Script(tuple(lines), tuple(units), tuple(line_of))
