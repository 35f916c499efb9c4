"""What is exported: a document for each source and language, a unit for each segment."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from speechsubs import glossary as terms
from speechsubs import locales
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.exchange import wording
from speechsubs.exchange.pieces import Piece, Revision, cut, digest
from speechsubs.exchange.rows import listed
from speechsubs.glossary import Glossary, Matcher, Policy, Term, target_for
from speechsubs.locales import Locale
from speechsubs.model import Cue, Finding, Severity, Slot, SlotKind
from speechsubs.project import Project, Segment, Source, State, TrackRecord
from speechsubs.spans import Span, SpannedText


@dataclass(frozen=True, slots=True)
class Mark:
    """A glossary term in a source text. `wanted` is "" where the glossary has no target."""

    start: int
    end: int
    term: str
    source: str
    wanted: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hole:
    """A slot that travels as a placeholder: how the source and the target write it.

    `placed`: the target has it now.
    """

    number: int
    kind: str
    source: str
    target: str
    key: str
    placed: bool


@dataclass(frozen=True, slots=True)
class ShownCue:
    """A cue that shows a segment; `number` is 1-based."""

    number: int
    cue: Cue


@dataclass(frozen=True, slots=True)
class Unit:
    """A segment to be exported.

    `limit` is how many characters its cues can show, None without cues. `holes` are the
    placeholders by slot, in the order of the source. `marks` are in order and apart, and each one
    is either a placeholder's span or outside of all.
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
        """What the segment is called in a file: "s1" is the first."""
        return f"s{self.index + 1}"

    @property
    def revision(self) -> Revision:
        """For files with placeholders."""
        return Revision(digest([self.source]), digest(self.target_pieces), self.state)

    @property
    def plain_revision(self) -> Revision:
        """For files that show the whole text."""
        return Revision(digest([self.source]), digest([self.target]), self.state)


@dataclass(frozen=True, slots=True)
class Document:
    """One source in one language. `findings` are what a translator should know of."""

    source_id: str
    file: str
    language: str
    locale: Locale
    target: str
    units: tuple[Unit, ...]
    findings: tuple[Finding, ...] = ()


def documents(project: Project, tags: Sequence[str] = ()) -> Iterator[Document]:
    """The documents of a project, all languages or those of `tags`.

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
        has = ", ".join(names.values()) or "no translation at all"
        raise InputError(str(project.folder), f"{tag!r} is not in this project", f"It has {has}")
    return found


def _glossary(project: Project) -> tuple[Glossary, tuple[Finding, ...]]:
    if not project.glossary:
        return terms.empty(), ()
    # Here, because it brings the YAML reader, which projects without glossary do not need.
    from speechsubs.glossary.load import parse

    path = project.folder / "glossary.yml"
    try:
        return parse(project.glossary, path), ()
    except SpeechsubsError as error:
        message = f"terms are not marked: {error}"
        found = Finding("exchange-glossary", Severity.INFO, message, str(path))
        return terms.empty(), (found,)


def document(
    source: Source,
    track: TrackRecord,
    words: Glossary,
    matcher: Matcher,
    findings: tuple[Finding, ...] = (),
) -> Document:
    """One language of a source."""
    locale = locales.load(track.locale)
    builder = Builder(source, track, words, matcher, locale)
    units = tuple(builder.unit(index) for index in range(len(track.segments)))
    return Document(source.id, source.name, source.language, locale, track.locale, units, findings)


def builders(project: Project) -> "dict[tuple[str, str], Builder]":
    """What makes single units, by source and language. Without marks: for an import."""
    words, _ = _glossary(project)
    return {
        (source.id, track.locale): Builder(source, track, words, None, locales.load(track.locale))
        for source in project.sources
        for track in source.tracks
    }


class Builder:
    """Makes units of a track's segments."""

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
        self._wording = wording.Wording(source, self._terms, locale)
        self._cues: dict[int, list[ShownCue]] = {}
        for number, cue in enumerate(track.cues, start=1):
            for sentence in dict.fromkeys(cue.sentences):
                self._cues.setdefault(sentence, []).append(ShownCue(number, cue))

    def unit(self, index: int) -> Unit:
        """The unit of the segment at a place of the track."""
        segment = self.track.segments[index]
        slots = self._slots(segment)
        places = _places(segment, {number for number, _ in slots})
        lost = {n: self._wording.of(segment.source, slot) for n, slot in slots if n not in places}
        places |= _found(segment.text, lost, places)
        # A number that the target has in words is no placeholder: it would be missing there.
        slots = [
            (n, slot)
            for n, slot in slots
            if n in places or slot.kind is not SlotKind.NUMBER or not segment.text.strip()
        ]
        holes = {
            n: _hole(segment, n, slot, places.get(n), lost.get(n, "")) for n, slot in slots
        }  # fmt: skip
        spans = tuple(Span(number, slot.start, slot.end) for number, slot in slots)
        cues = tuple(self._cues.get(segment.index, ()))
        return Unit(
            index,
            segment.source,
            segment.text,
            segment.state,
            cut(SpannedText(segment.source, spans)),
            cut(SpannedText(segment.text, tuple(places.values()))),
            holes,
            self._marks(segment, slots),
            cues,
            self._limit(cues),
            self._notes(segment),
        )

    def _slots(self, segment: Segment) -> list[tuple[int, Slot]]:
        """The slots that still lie where they say, in order and apart."""
        if not 0 <= segment.index < len(self.source.sentences):
            return []
        if self.source.sentences[segment.index].text != segment.source:
            return []  # the source has changed since: its slots are another sentence's
        found: list[tuple[int, Slot]] = []
        position = 0
        numbered = enumerate(self.source.slots[segment.index])
        for number, slot in sorted(numbered, key=lambda item: item[1].start):
            if position <= slot.start < slot.end <= len(segment.source):
                found.append((number, slot))
                position = slot.end
        return found

    def _marks(self, segment: Segment, slots: Sequence[tuple[int, Slot]]) -> tuple[Mark, ...]:
        if self._matcher is None:
            return ()
        found = []
        for _, slot in slots:
            term = self._terms.get(slot.key) if slot.kind is SlotKind.TERM else None
            if term is not None:
                found.append(self._mark(slot.start, slot.end, term))
        taken = [(slot.start, slot.end) for _, slot in slots]
        at = 0
        for match in self._matcher.find(segment.source):
            # Both run from left to right, so no slot is looked at twice.
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
        """Characters that can be read in the time, and that have room on the lines.

        A cue that shows several sentences is shared out evenly.
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
            notes.append(f"The machine had problems: {', '.join(segment.problems)}")
        if segment.author:
            notes.append(f"{segment.state.value} by {segment.author} {segment.date[:10]}".rstrip())
        if segment.reason:
            notes.append(segment.reason)
        return tuple(notes)


def _places(segment: Segment, slots: set[int]) -> dict[int, Span]:
    """One place for each slot: inside the text, in order and apart."""
    found: dict[int, Span] = {}
    position = 0
    for place in sorted(segment.places, key=_start):
        inside = position <= place.start < place.end <= len(segment.text)
        if inside and place.slot in slots and place.slot not in found:
            found[place.slot] = place
            position = place.end
    return found


def _found(text: str, lost: Mapping[int, str], placed: Mapping[int, Span]) -> dict[int, Span]:
    """Places of slots whose wording stands in the text once, as the engine wrote it."""
    owners = Counter(lost.values())
    stand = wording.spans(text, owners)
    found: dict[int, Span] = {}
    for number, words in lost.items():
        where = stand.get(words, [])
        if len(where) != 1 or owners[words] != 1:
            continue
        start, end = where[0]
        if all(end <= place.start or place.end <= start for place in placed.values()):
            found[number] = Span(number, start, end)
    return found


def _hole(segment: Segment, number: int, slot: Slot, place: Span | None, lost: str) -> Hole:
    written = segment.source[slot.start : slot.end]
    text = lost if place is None else segment.text[place.start : place.end]
    return Hole(number, slot.kind.value, written, text, slot.key, place is not None)


def _start(place: Span) -> int:
    return place.start


def clock(time_ms: int) -> str:
    """h:mm:ss.mmm.

    >>> clock(3_661_005)
    '1:01:01.005'
    """
    seconds, ms = divmod(time_ms, 1_000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"


def cue_note(unit: Unit) -> str:
    """When the unit is on screen, in a sentence; empty without cues."""
    times = [
        f"{shown.number} ({clock(shown.cue.start_ms)} to {clock(shown.cue.end_ms)})"
        for shown in unit.cues
    ]
    if not times:
        return ""
    return f"Shown in cue {', '.join(times)}. At most {unit.limit} characters."


def limits_note(locale: Locale) -> str:
    """The limits of the target language, in a sentence."""
    limits = locale.limits
    return (
        f"Subtitles in {locale.name}: at most {limits.max_lines} lines of "
        f"{limits.line_width:g} characters, {limits.chars_per_second:g} characters a second. "
        "Line breaks are made by speechsubs: write each segment as one line."
    )


def left_out(document: Document, kept: Sequence[Unit], why: str) -> list[Finding]:
    """A finding about the units that a format cannot hold, if there are any."""
    names = {unit.name for unit in kept}
    gone = [unit.name for unit in document.units if unit.name not in names]
    if not gone:
        return []
    message = f"segments are left out, {why}: {listed(gone)}"
    code = "exchange-left-out"
    return [Finding(code, Severity.WARNING, message, document.file, document.target)]
