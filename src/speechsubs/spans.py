"""A text with the spans of its placeables, which move along with every edit.

Restoring a translation takes several small repairs. Each is a list of edits, and the
spans of names and amounts are updated accordingly.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

#: Start, end and replacement text.
Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Span:
    """The position in a text of slot number `slot` of a sentence."""

    slot: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SpannedText:
    """A text in one language with the positions of its source sentence's slots.

    Spans do not overlap. A slot has several spans where the text repeats it, and none
    where it is missing.
    """

    text: str
    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, text: str, bounds: Iterable[tuple[int, int]]) -> "SpannedText":
        """Build a text from slot bounds, numbered in order."""
        return cls(text, tuple(Span(n, start, end) for n, (start, end) in enumerate(bounds)))

    def pieces(self) -> Iterator[str | Span]:
        """Alternate between text and spans, starting and ending with text.

        >>> list(SpannedText("a SU7 b", (Span(0, 2, 5),)).pieces())
        ['a ', Span(slot=0, start=2, end=5), ' b']
        """
        position = 0
        for span in sorted(self.spans, key=lambda span: span.start):
            yield self.text[position : span.start]
            yield span
            position = span.end
        yield self.text[position:]

    def around(self) -> list[str]:
        """The text before, between and after the spans: one more piece than spans."""
        return [piece for piece in self.pieces() if isinstance(piece, str)]

    def fill(self, texts: Mapping[int, str]) -> "SpannedText":
        """Replace the content of the slots in `texts`; leave the rest unchanged.

        >>> SpannedText("a ZQ1 b", (Span(0, 2, 5),)).fill({0: "SU7 Pro"})
        SpannedText(text='a SU7 Pro b', spans=(Span(slot=0, start=2, end=9),))
        """
        pieces: list[str] = []
        spans: list[Span] = []
        length = 0
        for piece in self.pieces():
            if isinstance(piece, Span):
                text = texts.get(piece.slot, self.text[piece.start : piece.end])
                spans.append(replace(piece, start=length, end=length + len(text)))
            else:
                text = piece
            pieces.append(text)
            length += len(text)
        return SpannedText("".join(pieces), tuple(spans))

    def without(self, mark: str = "·") -> str:
        """The text with `mark` in place of each span, for comparing the rest.

        >>> SpannedText("SU7 has 4 doors", (Span(0, 0, 3),)).without()
        '· has 4 doors'
        """
        return mark.join(self.around())

    def only(self, slots: Iterable[int]) -> "SpannedText":
        """The same text with only the spans of the given slots."""
        kept = frozenset(slots)
        return replace(self, spans=tuple(span for span in self.spans if span.slot in kept))

    def part(self, start: int, end: int) -> "SpannedText":
        """A section of the text with the spans that lie entirely within it."""
        spans = tuple(
            replace(span, start=span.start - start, end=span.end - start)
            for span in self.spans
            if start <= span.start and span.end <= end
        )
        return SpannedText(self.text[start:end], spans)

    def __add__(self, other: "SpannedText") -> "SpannedText":
        shift = len(self.text)
        moved = (replace(s, start=s.start + shift, end=s.end + shift) for s in other.spans)
        return SpannedText(self.text + other.text, (*self.spans, *moved))

    def free(self, edits: Iterable[Edit]) -> list[Edit]:
        """The edits that overlap no span."""
        return [edit for edit in edits if not self._reached(edit)]

    def edit(self, edits: Sequence[Edit]) -> "SpannedText":
        """Apply edits and move the spans accordingly.

        Edits must not overlap each other. An edit adjacent to a span moves it; one that
        overlaps a span raises `ValueError`, because slots are exact.

        >>> SpannedText("a SU7 b", (Span(0, 2, 5),)).edit([(0, 1, "the")]).spans
        (Span(slot=0, start=4, end=7),)
        """
        if not edits:
            return self
        ordered = sorted(edits, key=lambda edit: (edit[0], edit[1]))
        pieces: list[str] = []
        position = 0
        for start, end, text in ordered:
            if start < position:
                raise ValueError("edits overlap")
            if self._reached((start, end, text)):
                raise ValueError("an edit overlaps a placeable")
            pieces += [self.text[position:start], text]
            position = end
        pieces.append(self.text[position:])
        spans = tuple(
            replace(span, start=_moved(span.start, ordered), end=_moved(span.end, ordered, True))
            for span in self.spans
        )
        return SpannedText("".join(pieces), spans)

    def _reached(self, edit: Edit) -> bool:
        return any(edit[0] < span.end and edit[1] > span.start for span in self.spans)


def _moved(offset: int, edits: Sequence[Edit], is_end: bool = False) -> int:
    shift = 0
    for start, end, text in edits:
        # Text inserted at the end of a span goes after it.
        if end > offset or (is_end and start >= offset):
            break
        shift += len(text) - (end - start)
    return offset + shift
