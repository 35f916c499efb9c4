"""The exchange model: documents of translation units, and the rows that come back.

A document holds one source in one language, with a unit per segment. A text is a
sequence of pieces: strings, and slot numbers for the placeholders. Hashes of the pieces
bind a unit to its segment, independent of the wording that a tool shows for a
placeholder. `Wording` renders placeholders in the target language. A `Row` is what a file
returned, not yet validated.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from speechsubs import glossary, quantities
from speechsubs.errors import InputError, SpeechsubsError, UnknownLocaleError
from speechsubs.glossary import Glossary, Matcher, Policy, Term, target_for
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.model import Cue, Finding, Placeable, PlaceableKind, Severity, Value
from speechsubs.project import Project, Segment, Source, State, TrackRecord
from speechsubs.quantities import currencies, money, render
from speechsubs.spans import Span, SpannedText

#: A string, or the 0-based number of a slot (a placeholder).
Piece = str | int
_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Revision:
    """A segment's version at export: hashes of source and target, and its state."""

    source: str
    target: str
    state: State

    def __str__(self) -> str:
        return f"{self.source}.{self.target}.{self.state.value}"

    @classmethod
    def parse(cls, text: str) -> "Revision | None":
        """Parse the output of `str`; None for anything else.

        >>> Revision.parse("ab.cd.machine")
        Revision(source='ab', target='cd', state=<State.MACHINE: 'machine'>)
        >>> Revision.parse("ab.cd.perfect") is None
        True
        """
        parts = text.strip().split(".")
        states = {state.value: state for state in State}
        if len(parts) != 3 or parts[2] not in states:
            return None
        return cls(parts[0], parts[1], states[parts[2]])


def folded(text: str) -> str:
    """Normalize line ends to line feeds, as XML and spreadsheets do."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Join adjacent strings and drop empty ones.

    >>> joined(["a", "", "b", 0, ""])
    ('ab', 0)
    """
    found: list[Piece] = []
    run: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            run.append(piece)
            continue
        if any(run):
            found.append("".join(run))
        found.append(piece)
        run = []
    if any(run):
        found.append("".join(run))
    return tuple(found)


def digest(pieces: Iterable[Piece]) -> str:
    """A short hash of pieces, independent of how the text is split.

    >>> digest(["a", "b"]) == digest(["ab"]) != digest(["a", 0, "b"])
    True
    """
    plain = [folded(p) if isinstance(p, str) else p for p in joined(pieces)]
    data = json.dumps(plain, ensure_ascii=True).encode("ascii")
    return hashlib.sha256(data).hexdigest()[:_LENGTH]


def filled(pieces: Iterable[Piece], texts: Mapping[int, str]) -> str:
    """Replace every placeholder by its entry in `texts`; unknown ones by nothing."""
    return "".join(p if isinstance(p, str) else texts.get(p, "") for p in pieces)


def cut(text: SpannedText) -> tuple[Piece, ...]:
    """The pieces of a text, its spans as placeholders.

    >>> cut(SpannedText("the SU7 now", (Span(0, 4, 7),)))
    ('the ', 0, ' now')
    """
    return joined(piece.slot if isinstance(piece, Span) else piece for piece in text.pieces())


# A letter or digit that continues a word; CJK characters and Thai letters do not.
_EDGE = r"[^\W\u0e00-\u0e7f\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]"


class Wording:
    """Renders placeables in a locale if there is no translation yet."""

    def __init__(self, source: Source, terms: Mapping[str, Term], locale: Locale) -> None:
        self._terms, self._locale = terms, locale
        try:
            self._language = locales.load(source.language).language
        except UnknownLocaleError:
            self._language = ""
        self._texts = [sentence.text for sentence in source.sentences]
        self._money: currencies.Context | None = None

    def of(self, text: str, placeable: Placeable) -> str:
        """The wording of a placeable of `text`; falls back to that of the source."""
        written = text[placeable.start : placeable.end]
        value = placeable.value
        if isinstance(value, Term):
            # The project has only the term's id and spelling.
            term = self._terms.get(value.id)
            return target_for(term, self._locale.tag)[0] if term else written
        if not self._language:
            return written
        if placeable.kind is PlaceableKind.MONEY:
            return self._amount(text, placeable) or written
        return quantities.render_reread(value, written, self._language, self._locale)

    def _amount(self, text: str, placeable: Placeable) -> str:
        if self._money is None:
            self._money = currencies.infer_context(self._texts, self._language, "USD")
        for amount in money.find_amounts(text, self._language, self._money):
            if (amount.start, amount.end) == (placeable.start, placeable.end):
                return render.render_amount(amount, self._locale)
        return ""


def spans(text: str, wordings: Collection[str]) -> dict[str, list[tuple[int, int]]]:
    """Find each wording as a separate word; longer wordings take precedence.

    >>> spans("Taycan Turbo, no Taycans, Taycan", ["Taycan", "Taycan Turbo"])
    {'Taycan': [(26, 32)], 'Taycan Turbo': [(0, 12)]}
    """
    found: dict[str, list[tuple[int, int]]] = {w: [] for w in wordings if w}
    if not found:
        return found
    choice = "|".join(map(re.escape, sorted(found, key=len, reverse=True)))
    for match in re.finditer(f"(?<!{_EDGE})(?:{choice})(?!{_EDGE})", text):
        found[match.group()].append(match.span())
    return found


SCHEMA = "speechsubs-exchange/1"
#: The largest file accepted: ten hours in one language take about 10 MB.
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One segment of a file.

    `name` is its id in the file. `pieces` is None if there is no target; `plain` is True if
    the file has whole texts, without placeholders. `source` is None if the file omits it.
    `problem` is why the target is unusable, or "".
    """

    source_id: str
    locale: str
    name: str
    pieces: tuple[Piece, ...] | None
    plain: bool = False
    state: State | None = None
    revision: Revision | None = None
    source: tuple[Piece, ...] | None = None
    line: int = 0
    problem: str = ""

    @property
    def index(self) -> int | None:
        """The 0-based number of the segment, None for a name that is not ours.

        >>> Row("talk", "es", "s12", None).index, Row("talk", "es", "x", None).index
        (11, None)
        """
        digits = self.name[1:]
        usable = self.name[:1] == "s" and digits.isascii() and digits.isdigit()
        # At most nine digits: no project is larger, and parsing huge numbers is slow.
        return int(digits) - 1 if usable and 0 < len(digits) < 10 and digits[0] != "0" else None


@dataclass(frozen=True, slots=True)
class Incoming:
    """The content of a file. `file` is its name in findings."""

    file: str
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...] = field(default=())


def problem(code: str, message: str, row: Row, file: str) -> Finding:
    """Make a warning about a segment of an imported file."""
    return Finding(
        f"exchange-{code}",
        Severity.WARNING,
        f"{row.name[:40]}: {message}",
        file,
        row.locale[:40],
        sentence=row.index,
        line=row.line or None,
    )


def listed(names: Collection[str], most: int = 5) -> str:
    """List the first few names for a message.

    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    shown = ", ".join(name[:40] for name in list(names)[:most])
    rest = len(names) - most
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def state_of(word: str) -> State | None:
    """The state with that name, or None."""
    return next((state for state in State if state.value == word.strip().casefold()), None)


@dataclass(frozen=True, slots=True)
class Mark:
    """A glossary term in a source text. `wanted` is "" if the glossary has no target."""

    start: int
    end: int
    term: str
    source: str
    wanted: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hole:
    """A placeholder: a placeable with its wording in source and target.

    `placed`: the current target contains it.
    """

    number: int
    kind: str
    source: str
    target: str
    value: Value
    placed: bool


@dataclass(frozen=True, slots=True)
class ShownCue:
    """A cue that shows a segment; `number` is 1-based."""

    number: int
    cue: Cue


@dataclass(frozen=True, slots=True)
class Unit:
    """A segment to be exported.

    `limit` is the number of characters that its cues can show, None without cues. `holes`
    are the placeholders by slot, in source order. `marks` are ordered and disjoint; each is
    either exactly a placeholder's span or outside of all.
    """

    index: int
    source: str
    target: str
    state: State
    source_pieces: tuple[Piece, ...]
    target_pieces: tuple[Piece, ...]
    holes: Mapping[int, Hole] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    cues: tuple[ShownCue, ...] = ()
    limit: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The segment's id in a file: "s1" is the first."""
        return f"s{self.index + 1}"

    @property
    def revision(self) -> Revision:
        """The revision for files with placeholders."""
        return Revision(digest([self.source]), digest(self.target_pieces), self.state)

    @property
    def plain_revision(self) -> Revision:
        """The revision for files with the whole text."""
        return Revision(digest([self.source]), digest([self.target]), self.state)


@dataclass(frozen=True, slots=True)
class Document:
    """One source in one language. `findings` are those that concern the translator."""

    source_id: str
    file: str
    language: str
    locale: Locale
    target: str
    units: tuple[Unit, ...]
    findings: tuple[Finding, ...] = ()


def documents(project: Project, tags: Sequence[str] = ()) -> Iterator[Document]:
    """Make the documents of a project, for all languages or those of `tags`.

    Raises `InputError` for a language that the project does not have.
    """
    known = dict.fromkeys(track.locale for s in project.sources for track in s.tracks)
    wanted = dict.fromkeys(_own(tag, known, project) for tag in tags) or known
    words, findings = _glossary(project)
    matcher = Matcher(words)
    for source in project.sources:
        for track in source.tracks:
            if track.locale in wanted:
                yield document(source, track, words, matcher, findings)


def _own(tag: str, known: Iterable[str], project: Project) -> str:
    names = {name.casefold().replace("_", "-"): name for name in known}
    found = names.get(tag.casefold().replace("_", "-"))
    if found is None and names:
        found = names.get(locales.resolve(tag).casefold())
    if found is None:
        has = ", ".join(names.values()) or "no translations"
        raise InputError(
            str(project.folder), f"{tag!r} is not in this project", f"It contains {has}"
        )
    return found


def _glossary(project: Project) -> tuple[Glossary, tuple[Finding, ...]]:
    if not project.glossary:
        return glossary.empty(), ()
    # Imported here for the YAML reader, which projects without glossary do not need.
    from speechsubs.glossary.load import parse

    path = project.folder / "glossary.yml"
    try:
        return parse(project.glossary, path), ()
    except SpeechsubsError as error:
        message = f"terms are not annotated: {error}"
        found = Finding("exchange-glossary", Severity.INFO, message, str(path))
        return glossary.empty(), (found,)


def document(
    source: Source,
    track: TrackRecord,
    words: Glossary,
    matcher: Matcher,
    findings: tuple[Finding, ...] = (),
) -> Document:
    """Make the document of one language of a source."""
    locale = locales.load(track.locale)
    builder = Builder(source, track, words, matcher, locale)
    units = tuple(builder.unit(index) for index in range(len(track.segments)))
    return Document(source.id, source.name, source.language, locale, track.locale, units, findings)


def builders(project: Project) -> "dict[tuple[str, str], Builder]":
    """Builders of single units, by source and language. Without marks: for an import."""
    words, _ = _glossary(project)
    return {
        (source.id, track.locale): Builder(source, track, words, None, locales.load(track.locale))
        for source in project.sources
        for track in source.tracks
    }


class Builder:
    """Builds units from a track's segments."""

    def __init__(
        self,
        source: Source,
        track: TrackRecord,
        words: Glossary,
        matcher: Matcher | None,
        locale: Locale,
    ) -> None:
        self.source, self.track, self.locale = source, track, locale
        self._matcher = matcher
        self._terms = {term.id: term for term in words.terms}
        self._wording = Wording(source, self._terms, locale)
        self._cues: dict[int, list[ShownCue]] = {}
        for number, cue in enumerate(track.cues, start=1):
            for sentence in dict.fromkeys(cue.sentences):
                self._cues.setdefault(sentence, []).append(ShownCue(number, cue))

    def unit(self, index: int) -> Unit:
        """Build the unit of the segment at an index of the track."""
        segment = self.track.segments[index]
        numbered = self._placeables(segment)
        places = _places(segment, {number for number, _ in numbered})
        lost = {n: self._wording.of(segment.source, p) for n, p in numbered if n not in places}
        places |= _found(segment.text, lost, places)
        # A number written in words in the target is no placeholder: it would be missing there.
        numbered = [
            (n, p)
            for n, p in numbered
            if n in places or p.kind is not PlaceableKind.NUMBER or not segment.text.strip()
        ]
        holes = {n: _hole(segment, n, p, places.get(n), lost.get(n, "")) for n, p in numbered}
        spans = tuple(Span(n, p.start, p.end) for n, p in numbered)
        cues = tuple(self._cues.get(segment.index, ()))
        return Unit(
            index,
            segment.source,
            segment.text,
            segment.state,
            cut(SpannedText(segment.source, spans)),
            cut(SpannedText(segment.text, tuple(places.values()))),
            holes,
            self._marks(segment, numbered),
            cues,
            self._limit(cues),
            self._notes(segment),
        )

    def _placeables(self, segment: Segment) -> list[tuple[int, Placeable]]:
        """The numbered placeables that are still valid: in place, ordered and disjoint."""
        if not 0 <= segment.index < len(self.source.sentences):
            return []
        if self.source.sentences[segment.index].text != segment.source:
            return []  # the source has changed since: they belong to another sentence
        found: list[tuple[int, Placeable]] = []
        position = 0
        numbered = enumerate(self.source.placeables[segment.index])
        for number, placeable in sorted(numbered, key=lambda item: item[1].start):
            if position <= placeable.start < placeable.end <= len(segment.source):
                found.append((number, placeable))
                position = placeable.end
        return found

    def _marks(
        self, segment: Segment, numbered: Sequence[tuple[int, Placeable]]
    ) -> tuple[Mark, ...]:
        if self._matcher is None:
            return ()
        found = []
        for _, placeable in numbered:
            value = placeable.value
            term = self._terms.get(value.id) if isinstance(value, Term) else None
            if term is not None:
                found.append(self._mark(placeable.start, placeable.end, term))
        taken = [(p.start, p.end) for _, p in numbered]
        at = 0
        for match in self._matcher.find(segment.source):
            # Both are sorted, so one pass is enough.
            while at < len(taken) and taken[at][1] <= match.start:
                at += 1
            free = at == len(taken) or match.suffix_end <= taken[at][0]
            if free and match.term.policy is not Policy.FORBIDDEN:
                found.append(self._mark(match.start, match.end, match.term))
        return tuple(sorted(found, key=lambda mark: mark.start))

    def _mark(self, start: int, end: int, term: Term) -> Mark:
        text, said = target_for(term, self.locale.tag)
        return Mark(start, end, term.id, term.source, text if said else "", term.note)

    def _limit(self, cues: Sequence[ShownCue]) -> int | None:
        """The number of characters readable in the time and fitting on the lines.

        The room of a cue that shows several sentences is divided evenly.
        """
        if not cues:
            return None
        limits = self.locale.limits
        read = room = 0.0
        for shown in cues:
            share = max(1, len(set(shown.cue.sentences)))
            read += shown.cue.duration_ms * limits.chars_per_second / 1_000 / share
            room += limits.line_width * limits.max_lines / share
        return max(1, int(min(read, room)))

    def _notes(self, segment: Segment) -> tuple[str, ...]:
        notes = []
        if 0 <= segment.index < len(self.source.sentences):
            speaker = self.source.sentences[segment.index].speaker
            notes += [f"Speaker: {speaker}"] if speaker else []
        if segment.problems:
            notes.append(f"MT issues: {', '.join(segment.problems)}")
        if segment.author:
            notes.append(f"{segment.state.value} by {segment.author} {segment.date[:10]}".rstrip())
        if segment.reason:
            notes.append(segment.reason)
        return tuple(notes)


def _places(segment: Segment, slots: set[int]) -> dict[int, Span]:
    """One valid span per slot: inside the text, ordered and disjoint."""
    found: dict[int, Span] = {}
    position = 0
    for place in sorted(segment.places, key=_start):
        inside = position <= place.start < place.end <= len(segment.text)
        if inside and place.slot in slots and place.slot not in found:
            found[place.slot] = place
            position = place.end
    return found


def _found(text: str, lost: Mapping[int, str], placed: Mapping[int, Span]) -> dict[int, Span]:
    """Find slots whose wording, as written by the engine, occurs once in the text."""
    owners = Counter(lost.values())
    stand = spans(text, owners)
    found: dict[int, Span] = {}
    for number, words in lost.items():
        where = stand.get(words, [])
        if len(where) != 1 or owners[words] != 1:
            continue
        start, end = where[0]
        if all(end <= place.start or place.end <= start for place in placed.values()):
            found[number] = Span(number, start, end)
    return found


def _hole(
    segment: Segment, number: int, placeable: Placeable, place: Span | None, lost: str
) -> Hole:
    written = segment.source[placeable.start : placeable.end]
    text = lost if place is None else segment.text[place.start : place.end]
    return Hole(number, placeable.kind.value, written, text, placeable.value, place is not None)


def _start(place: Span) -> int:
    return place.start


def clock(time_ms: int) -> str:
    """Format a time as h:mm:ss.mmm.

    >>> clock(3_661_005)
    '1:01:01.005'
    """
    seconds, ms = divmod(time_ms, 1_000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"


def cue_note(unit: Unit) -> str:
    """A sentence about when the unit is on screen; empty without cues."""
    times = [
        f"{shown.number} ({clock(shown.cue.start_ms)} to {clock(shown.cue.end_ms)})"
        for shown in unit.cues
    ]
    if not times:
        return ""
    return f"Shown in cue {', '.join(times)}. At most {unit.limit} characters."


def limits_note(locale: Locale) -> str:
    """A sentence about the limits of the target language."""
    limits = locale.limits
    return (
        f"Subtitles in {locale.name}: at most {limits.max_lines} lines of "
        f"{limits.line_width:g} characters, {limits.chars_per_second:g} characters per second. "
        "Line breaks are inserted by speechsubs: write each segment on one line."
    )


def left_out(document: Document, kept: Sequence[Unit], why: str) -> list[Finding]:
    """A finding about the units that a format cannot represent, if there are any."""
    names = {unit.name for unit in kept}
    gone = [unit.name for unit in document.units if unit.name not in names]
    if not gone:
        return []
    message = f"segments were skipped because {why}: {listed(gone)}"
    code = "exchange-left-out"
    return [Finding(code, Severity.WARNING, message, document.file, document.target)]
