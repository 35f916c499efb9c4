"""Segments, queries, matches, and templates with placeables for names, amounts and numbers.

`{money}` in a source template is any amount, `{number}` any number, and `{term:lei-jun}`
the glossary term with this id. The second slot of a kind is `{money:2}`; in a target
template, `{money:2}` is the second amount of its source. Literal braces are doubled.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from speechsubs.glossary import Term
from speechsubs.model import Placeable
from speechsubs.spans import Span, SpannedText

_RESERVED = re.compile(r"[%{}:]")
_PLACEABLE = re.compile(r"\{\{|\}\}|\{(term|money|number)\b[^{}]*\}")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
#: One private-use character for each kind, so that a placeable weighs as much as a letter.
_STAND_IN = {"term": "\ue000", "money": "\ue001", "number": "\ue002"}


def normalized(text: str) -> str:
    """Normalize a text for comparison: composed (NFC), single spaces, stripped.

    >>> normalized(" A  b\\u00a0c ")
    'A b c'
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def digest(text: str) -> bytes:
    """Hash a normalized text to 128 bits for an index."""
    data = normalized(text).encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).digest()[:16]


def names(placeables: Sequence[Placeable]) -> tuple[str, ...]:
    """The name of each placeable in a template.

    >>> from speechsubs.model import PlaceableKind
    >>> from speechsubs.translation.keys import read_placeable
    >>> one = read_placeable(PlaceableKind.MONEY, 0, 1, "", "1 USD")
    >>> names([one, read_placeable(PlaceableKind.MONEY, 2, 3, "", "2 USD")])
    ('{money}', '{money:2}')
    """
    result: list[str] = []
    seen: dict[str, int] = {}
    for placeable in placeables:
        name = placeable.kind.value
        if isinstance(placeable.value, Term):
            name += ":" + _RESERVED.sub(lambda m: f"%{ord(m.group()):02x}", placeable.value.id)
        seen[name] = count = seen.get(name, 0) + 1
        result.append(f"{{{name}}}" if count == 1 else f"{{{name}:{count}}}")
    return tuple(result)


def of_source(text: str, placeables: Sequence[Placeable]) -> str:
    """The template of a source sentence. Placeables are in order and do not overlap.

    >>> from speechsubs.model import PlaceableKind
    >>> from speechsubs.translation.keys import read_placeable
    >>> five = read_placeable(PlaceableKind.MONEY, 8, 10, "$5", "5 USD")
    >>> of_source("He paid $5 {cash}", [five])
    'He paid {money} {{cash}}'
    """
    spanned = SpannedText.of(text, [(p.start, p.end) for p in placeables])
    return _template(spanned, names(placeables))


def of_target(target: SpannedText, placeables: Sequence[Placeable]) -> str:
    """The template of a translation, with the names of its source's placeables."""
    return _template(target, names(placeables))


def _template(spanned: SpannedText, called: Sequence[str]) -> str:
    return "".join(
        _escaped(piece) if isinstance(piece, str) else called[piece.slot]
        for piece in spanned.pieces()
    )


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def compact(template: str) -> str:
    """Compact a template for fuzzy matching: placeables and digits become one letter each.

    >>> compact("{term:su7} costs {money}, 12,5 {{net}}") == compact("{term:m9} costs {money}, 9 {{net}}")
    True
    """  # noqa: E501 - one example, one line

    def one(match: re.Match[str]) -> str:
        kind = match.group(1)
        return _STAND_IN[kind] if kind else match.group()[0]

    text = _PLACEABLE.sub(one, template) if "{" in template or "}" in template else template
    return normalized(_DIGITS.sub(_STAND_IN["number"], text)).casefold()


_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


class State(IntEnum):
    """The review state of a translation. `EDITED` and above are human translations."""

    MACHINE = 0
    EDITED = 1
    APPROVED = 2

    @property
    def word(self) -> str:
        """The name of the state in files and output."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a sentence: a file and a 0-based sentence index, -1 if unknown."""

    file: str = ""
    sentence: int = -1


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence and its translation.

    `source_language` and `target_language` are BCP 47 tags. `placeables` are the names,
    amounts and numbers of the source, `places` their positions in the target; both are in
    order and do not overlap. `author` is free text, `date` is UTC as
    "2026-03-01T12:00:00Z" or empty. `glossary` is the digest of the glossary and `engine`
    the signature of the engine used for the target, if any. `props` are properties set by
    another tool. `id` is the row id in the memory.

    Raises `ValueError` for placeables or places outside their texts and for a date in another
    format.
    """

    source_language: str
    target_language: str
    source: str
    target: str
    placeables: tuple[Placeable, ...] = ()
    places: tuple[Span, ...] = ()
    state: State = State.EDITED
    author: str = ""
    date: str = ""
    origin: Origin = Origin()
    glossary: str = ""
    engine: str = ""
    note: str = ""
    props: tuple[tuple[str, str], ...] = ()
    id: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        _refuse_spans(self.source, [(slot.start, slot.end) for slot in self.placeables])
        _refuse_spans(self.target, [(place.start, place.end) for place in self.places])
        if any(not 0 <= place.slot < len(self.placeables) for place in self.places):
            raise ValueError("a place refers to a placeable that the source does not have")
        if self.date and not _DATE.fullmatch(self.date):
            raise ValueError(f"{self.date!r} is not in the form 2026-03-01T12:00:00Z")

    @property
    def source_template(self) -> str:
        """The source with placeables, see `of_source`."""
        return of_source(self.source, self.placeables)

    @property
    def target_template(self) -> str:
        """The target with the placeables of its source."""
        return of_target(SpannedText(self.target, self.places), self.placeables)


def _refuse_spans(text: str, spans: list[tuple[int, int]]) -> None:
    position = 0
    for start, end in spans:
        if not position <= start <= end <= len(text):
            raise ValueError(f"the span {start} to {end} is outside the text or out of order")
        position = end


@dataclass(frozen=True, slots=True)
class Query:
    """A sentence to look up. `language` is the BCP 47 tag of `text`."""

    text: str
    placeables: tuple[Placeable, ...] = ()
    language: str = "en"
    origin: Origin = Origin()

    @property
    def template(self) -> str:
        """The sentence with placeables, see `of_source`."""
        return of_source(self.text, self.placeables)


class MatchKind(StrEnum):
    """How well a segment fits a sentence."""

    EXACT = "exact"
    """The same sentence; its translation can be used as it is."""
    TEMPLATE = "template"
    """The same sentence with other amounts or numbers; `Match.refill` fills them in."""
    FUZZY = "fuzzy"
    """A suggestion for a translator, never output."""


@dataclass(frozen=True, slots=True)
class Match:
    """A segment that matches a query.

    `score` is 0 to 100 percent, 100 only for exact matches and templates. `places`
    are the positions of the *query's* slots in `segment.target`. `refill` are the slots
    whose text there differs from the query and must be replaced; it is empty unless
    `kind` is `TEMPLATE`.
    """

    segment: Segment
    kind: MatchKind
    score: int
    places: tuple[Span, ...] = ()
    refill: tuple[int, ...] = ()

    @property
    def template(self) -> str:
        """The target with placeables, numbered by the slots of the segment."""
        return self.segment.target_template

    def finished(self, texts: Mapping[int, str]) -> SpannedText:
        """The translation with `refill` slots replaced by `texts`, otherwise unchanged.

        Raises `KeyError` if a slot of `refill` has no text, and `ValueError` for a fuzzy
        match, because it is not a translation of the query.
        """
        if self.kind is MatchKind.FUZZY:
            raise ValueError("a fuzzy match is a suggestion, not a translation")
        wanted = {slot: texts[slot] for slot in self.refill}
        return SpannedText(self.segment.target, self.places).fill(wanted)


@dataclass(frozen=True, slots=True)
class CacheKey:
    """What an engine's output depends on.

    `text` is the masked text for the engine, `options` are all other arguments in
    canonical form.
    """

    engine: str
    text: str
    glossary: str = ""
    options: str = ""
