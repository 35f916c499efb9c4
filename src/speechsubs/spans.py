"""A text with spans: stretches of it that are known as placeables, whatever is edited around.

Restoring a translation takes several small repairs; each is a list of edits, and the
spans of names and amounts follow.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

#: Start, end, and what stands there instead.
Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Span:
    """Where slot number `slot` of a sentence stands in a text."""

    slot: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SpannedText:
    """A text in one language, and where the slots of its source sentence stand in it.

    Spans are apart from each other. A slot has several where the text repeats it, and
    none where the text lacks it.
    """

    text: str
    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, text: str, bounds: Iterable[tuple[int, int]]) -> "SpannedText":
        """A text whose slots start and end at some offsets, numbered in their order."""
        return cls(text, tuple(Span(n, start, end) for n, (start, end) in enumerate(bounds)))

    def pieces(self) -> Iterator[str | Span]:
        """The text around the spans, and the spans, by turns; a text comes first and last.

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
        """What stands before, between and behind the spans: one text more than spans."""
        return [piece for piece in self.pieces() if isinstance(piece, str)]

    def fill(self, texts: Mapping[int, str]) -> "SpannedText":
        """The text with new words for the slots that `texts` names, all else as it is.

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
        """The text with a neutral stand-in for each span, to compare what is left.

        >>> SpannedText("SU7 has 4 doors", (Span(0, 0, 3),)).without()
        '· has 4 doors'
        """
        return mark.join(self.around())

    def only(self, slots: Iterable[int]) -> "SpannedText":
        """The same text with the spans of some slots."""
        kept = frozenset(slots)
        return replace(self, spans=tuple(span for span in self.spans if span.slot in kept))

    def part(self, start: int, end: int) -> "SpannedText":
        """A stretch of the text, with the spans that lie wholly in it."""
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
        """The edits that reach into no span."""
        return [edit for edit in edits if not self._reached(edit)]

    def edit(self, edits: Sequence[Edit]) -> "SpannedText":
        """The text with the edits made and the spans moved along.

        Edits must not overlap each other. An edit that touches a span from outside
        moves it; one that reaches into a span is refused, because slots are exact.

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
        # What is inserted right at a span's end stands behind it.
        if end > offset or (is_end and start >= offset):
            break
        shift += len(text) - (end - start)
    return offset + shift
