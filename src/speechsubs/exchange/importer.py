"""Import what came back from translators: only changes, and only where they are valid.

Hashes bind a row to what was exported. A row is skipped if its target and state are as
exported; it is refused if the source or the project's target has changed since, or if a
placeholder is missing, duplicated or unknown.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from speechsubs.exchange import segments as wording
from speechsubs.exchange.segments import (
    Builder,
    Incoming,
    Piece,
    Row,
    Unit,
    builders,
    digest,
    filled,
    folded,
    joined,
    problem,
)
from speechsubs.model import Finding
from speechsubs.project import Project, Segment, State, TrackRecord, edit_segment
from speechsubs.spans import Span

#: The most characters of one target. A sentence takes a few hundred.
MAX_TEXT = 20_000
_RANK = {State.NEW: 0, State.MACHINE: 1, State.EDITED: 2, State.APPROVED: 3}
_BREAK = re.compile(r"[^\S\n]{0,9}\n\s{0,99}")


@dataclass(frozen=True, slots=True)
class Change:
    """An imported segment, before and after."""

    source_id: str
    locale: str
    index: int
    before: Segment
    after: Segment


@dataclass(frozen=True, slots=True)
class Taken:
    """The result of an import. `project` is the given object if nothing changed."""

    project: Project
    changes: tuple[Change, ...]
    unchanged: int
    findings: tuple[Finding, ...]


class _RefusedError(Exception):
    """Raised for a row that is refused, with the code and message of the finding."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message


@dataclass(slots=True)
class _Track:
    """A track into which rows are imported."""

    builder: Builder
    record: TrackRecord
    changed: dict[int, Segment] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)


def take(project: Project, incoming: Incoming, *, author: str = "") -> Taken:
    """Import a translator's changes; the result has findings about everything refused."""
    file = incoming.file
    tracks = _tracks(project)
    findings = list(incoming.findings)
    changes: list[Change] = []
    unchanged = 0
    for row in incoming.rows:
        try:
            change = _row(row, tracks, author, f"from {_base(file)}")
        except _RefusedError as refused:
            findings.append(problem(refused.code, refused.message, row, file))
            continue
        if change is None:
            unchanged += 1
        else:
            changes.append(change)
    return Taken(_with(project, tracks), tuple(changes), unchanged, tuple(findings))


def _base(file: str) -> str:
    return re.split(r"[/\\]", file)[-1]


_Tracks = dict[tuple[str, str], _Track]


def _tracks(project: Project) -> _Tracks:
    return {key: _Track(builder, builder.track) for key, builder in builders(project).items()}


def _with(project: Project, tracks: _Tracks) -> Project:
    if not any(track.changed for track in tracks.values()):
        return project
    sources = []
    for source in project.sources:
        records = []
        for record in source.tracks:
            changed = tracks[source.id, record.locale].changed
            segments = tuple(changed.get(n, s) for n, s in enumerate(record.segments))
            records.append(replace(record, segments=segments))
        sources.append(replace(source, tracks=tuple(records)))
    return replace(project, sources=tuple(sources))


def _row(row: Row, tracks: _Tracks, author: str, reason: str) -> Change | None:
    """The change made by a row, None for no change. Raises `_RefusedError`."""
    track = tracks.get((row.source_id, row.locale))
    index = row.index
    if track is None or index is None or index >= len(track.record.segments):
        what = f"of {row.source_id[:60]!r} in {row.locale[:40]!r} "
        raise _RefusedError("unknown", f"no such segment in this project {what}".rstrip())
    if index in track.seen:
        raise _RefusedError("repeated", "duplicate segment in the file")
    track.seen.add(index)
    unit = track.builder.unit(index)
    now = unit.plain_revision if row.plain else unit.revision
    base = row.revision or now
    raised = _raised(row.state, base.state, unit.state)
    same = row.pieces is not None and digest(row.pieces) == base.target
    empty = row.pieces is None or not _visible(row.pieces)
    if not row.problem and not raised and (same or (empty and not unit.target.strip())):
        return None
    _check_source(row, unit)
    if row.problem:
        raise _RefusedError("markup", row.problem)
    if empty:
        raise _RefusedError("empty", "the target is empty: the existing text is kept")
    assert row.pieces is not None
    text, places = _target(row.pieces, row, unit, track)
    if folded(text) == folded(unit.target):
        text = unit.target
        if not _raised(row.state, unit.state, unit.state):
            return None  # the project has it already
    if base.target != now.target or base.state is not unit.state:
        raise _RefusedError("stale", "the target in the project has changed since the export")
    state = (row.state or State.EDITED) if text == unit.target else State.EDITED
    if row.state is State.APPROVED:
        state = State.APPROVED
    before = track.record.segments[index]
    after = _edited(before, text, places, state, author, reason)
    track.changed[index] = after
    return Change(row.source_id, row.locale, index, before, after)


def _raised(state: State | None, base: State, now: State) -> bool:
    """True if the file's state is higher than that of the export and of the project."""
    if state is None or not state.by_person:
        return False
    return _RANK[state] > _RANK[base] and _RANK[state] > _RANK[now]


def _visible(pieces: Sequence[Piece]) -> bool:
    return any(not isinstance(piece, str) or piece.strip() for piece in pieces)


def _check_source(row: Row, unit: Unit) -> None:
    if row.revision is None and row.source is None:
        raise _RefusedError("unbound", "the file contains neither the source nor its hash")
    if row.revision is not None and row.revision.source != digest([unit.source]):
        raise _RefusedError("source-changed", "the source has changed since the export")
    if row.source is not None:
        texts = {hole.number: hole.source for hole in unit.holes.values()}
        if filled(row.source, texts).split() != unit.source.split():
            raise _RefusedError("source-changed", "the source in the file differs from the project")


def _target(
    pieces: Sequence[Piece], row: Row, unit: Unit, track: _Track
) -> tuple[str, tuple[Span, ...] | None]:
    """The text and the spans of its slots, None if `edit` has to find them."""
    spaced = track.builder.locale.words == "spaces"
    if "\n" not in unit.target:
        pieces = [_one_line(p, spaced) if isinstance(p, str) else p for p in pieces]
    else:
        pieces = [folded(p) if isinstance(p, str) else p for p in pieces]
    _check_characters(pieces)
    if row.plain:
        text = filled(pieces, {})
        return text, _stated(text, unit)
    _check_placeholders(pieces, unit)
    texts = {hole.number: hole.target for hole in unit.holes.values()}
    places: list[Span] = []
    position = 0
    for piece in joined(pieces):
        length = len(piece if isinstance(piece, str) else texts[piece])
        if not isinstance(piece, str) and length:
            places.append(Span(piece, position, position + length))
        position += length
    return filled(pieces, texts), tuple(places)


def _one_line(text: str, spaced: bool) -> str:
    return _BREAK.sub(" " if spaced else "", folded(text))


def _check_characters(pieces: Sequence[Piece]) -> None:
    texts = [piece for piece in pieces if isinstance(piece, str)]
    if sum(map(len, texts)) > MAX_TEXT:
        raise _RefusedError("too-long", f"the target exceeds {MAX_TEXT:,} characters")
    for text in texts:
        for character in text:
            # Control characters and lone surrogates are never legitimate text.
            bad = unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\n"
            if bad:
                message = f"the target contains an unprintable character (U+{ord(character):04X})"
                raise _RefusedError("characters", message)


def _check_placeholders(pieces: Sequence[Piece], unit: Unit) -> None:
    counts = Counter(piece for piece in pieces if not isinstance(piece, str))
    known = unit.holes
    # Names that people removed from a target are not required; an empty target needs all.
    wanted = {n for n, hole in known.items() if hole.placed or not unit.target.strip()}
    for number, count in counts.items():
        if number not in known:
            raise _RefusedError(
                "placeholder-unknown", f"placeholder {number + 1} does not belong to this segment"
            )
        if count > 1:
            what = f"placeholder {number + 1} ({_quoted(known[number].target)})"
            raise _RefusedError(
                "placeholder-doubled", f"{what} occurs {count} times instead of once"
            )
    missing = sorted(wanted - counts.keys())
    if missing:
        what = ", ".join(f"{n + 1} ({_quoted(known[n].target)})" for n in missing[:5])
        raise _RefusedError("placeholder-missing", f"missing from the target: placeholder {what}")


def _stated(text: str, unit: Unit) -> tuple[Span, ...] | None:
    """Find the slots by wording, for a file without placeholders. Raises `_RefusedError`."""
    placed = [p for p in unit.target_pieces if not isinstance(p, str)]
    texts = {hole.number: hole.target for hole in unit.holes.values()}
    owners: dict[str, list[int]] = {}
    for number in placed:
        owners.setdefault(texts[number], []).append(number)
    before = wording.spans(unit.target, owners)
    now = wording.spans(text, owners)
    found: list[Span] = []
    exact = True
    for words, numbers in owners.items():
        old, new = len(before[words]), len(now[words])
        if new < min(old, len(numbers)):
            raise _RefusedError("placeholder-missing", f"missing from the target: {_quoted(words)}")
        if new > max(old, len(numbers)):
            expected = max(old, len(numbers))
            message = f"{_quoted(words)} occurs {new} times in the target, expected {expected}"
            raise _RefusedError("placeholder-doubled", message)
        exact = exact and new == len(numbers)
        found += [Span(n, *span) for n, span in zip(numbers, now[words], strict=False)]
    return tuple(sorted(found, key=lambda place: place.start)) if exact else None


def _quoted(text: str) -> str:
    return repr(text[:40])


def _edited(
    before: Segment,
    text: str,
    places: tuple[Span, ...] | None,
    state: State,
    author: str,
    reason: str,
) -> Segment:
    after = edit_segment(before, text, author=author, reason=reason, state=state)
    if text == before.text:
        return replace(after, places=before.places)
    # Pinned cues show the old text; the next run has to fit the new one.
    return replace(after, places=after.places if places is None else places, pinned=False)
