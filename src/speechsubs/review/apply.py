"""A subtitle file with some cues' lines and ends replaced, every other byte as it was.

Line ends, a byte order mark, blanks, notes and styles of cues that did not change stay.

Decisions carried out: segments rewritten, their cues re-cut, all else left alone.

Nothing is written before everything has been looked at. A decision on a text that is not
there any more is refused, with all the others that are, and so is one on an unknown item.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from speechsubs import formats, outputs
from speechsubs import project as speechsubs_project
from speechsubs.adapters.files import read_bytes
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.glossary import Glossary
from speechsubs.language import locales
from speechsubs.model import Cue, Finding, Severity, Track
from speechsubs.options import Options
from speechsubs.project import Project, Segment, Source, State, TrackRecord
from speechsubs.review import predict
from speechsubs.review import recut as room
from speechsubs.review.items import Prediction
from speechsubs.review.model import Decision, Decisions, Item, Verdict
from speechsubs.review.recut import Lines, recut
from speechsubs.spans import SpannedText

_BOM = "\ufeff"
_TIMING = re.compile(r"[^\n]*\d[ \t]*-->[ \t]*\d[^\n]*")
_END = re.compile(r"(-->[ \t]*)([\d:.,]+)")


def cues(data: bytes, path: Path, old: Sequence[Cue], new: Sequence[Cue], tag: str) -> bytes:
    """The file's bytes with the lines and ends of `new` where they differ from `old`.

    Where the file does not have these cues (somebody changed it beyond recognition) the
    whole track is written anew, with the file's line ends and mark; `outputs` then puts it
    beside the file.
    """
    name = "vtt" if path.suffix.lower() == ".vtt" else "srt"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    mark = _BOM if text.startswith(_BOM) else ""
    crlf = text.count("\r\n") > 0 and text.count("\r\n") == text.count("\n")
    plain = text.removeprefix(_BOM)
    made = _patched(plain.replace("\r\n", "\n") if crlf else plain, old, new, name, path)
    if made is None:
        made = formats.render(Track(tuple(new), tag), name)
    return (mark + (made.replace("\n", "\r\n") if crlf else made)).encode("utf-8")


def _patched(
    text: str, old: Sequence[Cue], new: Sequence[Cue], name: str, path: Path
) -> str | None:
    """The text with changed cues replaced; None where it does not have the old cues."""
    there = _read(text, name, path)
    if there is None or len(there) != len(old):
        return None
    if [(c.start_ms, c.end_ms) for c in there] != [(c.start_ms, c.end_ms) for c in old]:
        return None
    lines = text.split("\n")
    timings = [n for n, line in enumerate(lines) if _TIMING.fullmatch(line)]
    if len(timings) != len(old):
        return None
    for number in range(len(old) - 1, -1, -1):
        if old[number].end_ms != new[number].end_ms:
            lines[timings[number]] = _timing(lines[timings[number]], new[number], name)
        if old[number].lines == new[number].lines:
            continue
        first = timings[number] + 1
        last = first
        while last < len(lines) and lines[last].strip():
            last += 1
        lines[first:last] = _written(new[number], name)
    made = "\n".join(lines)
    after = _read(made, name, path)
    if after is None or len(after) != len(new):
        return None
    if [(c.start_ms, c.end_ms) for c in after] != [(c.start_ms, c.end_ms) for c in new]:
        return None
    same = all(
        got.lines == (was.lines if before.lines == now.lines else _clean(now, name))
        for got, was, before, now in zip(after, there, old, new, strict=True)
    )
    return made if same else None


def _written(cue: Cue, name: str) -> list[str]:
    """A cue's lines as its format writes them."""
    block = formats.render(Track((replace(cue, markup=(), name="", settings=""),)), name)
    lines = block.rstrip("\n").split("\n")
    at = next(n for n, line in enumerate(lines) if _TIMING.fullmatch(line))
    return lines[at + 1 :]


def _timing(line: str, cue: Cue, name: str) -> str:
    """A line of times with another end; what a person wrote behind it stays."""
    block = formats.render(Track((replace(cue, markup=(), name="", settings=""),)), name)
    written = next(found for found in map(_END.search, block.split("\n")) if found)
    return _END.sub(lambda match: match[1] + written[2], line, count=1)


def _clean(cue: Cue, name: str) -> tuple[str, ...]:
    """A cue's lines as they are read again after writing: no controls, no outer blanks."""
    track = formats.read_bytes(
        formats.render(Track((replace(cue, markup=()),)), name).encode("utf-8"), "-", name
    )
    return track.cues[0].lines if isinstance(track, Track) and track.cues else ()


def _read(text: str, name: str, path: Path) -> tuple[Cue, ...] | None:
    try:
        track = formats.read_bytes(text.encode("utf-8"), str(path), name)
    except SpeechsubsError:
        return None
    return track.cues if isinstance(track, Track) else None


#: So many refused decisions are named in a message.
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of decisions. `changed` names items whose text or lines are new."""

    project: Project
    changed: tuple[str, ...]
    approved: tuple[str, ...]
    rejected: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    files: tuple[tuple[Path, bytes], ...] = ()


@dataclass(slots=True)
class _Work:
    """The state of one application. `options` are the project's."""

    options: Options
    tracks: dict[tuple[str, str], TrackRecord]
    changed: list[str] = field(default_factory=list)
    approved: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    source: Source
    track: TrackRecord
    segment: Segment


def check(
    own: Project, decisions: Decisions, glossary: Glossary | None = None, *, where: str
) -> None:
    """Raise `InputError` unless every decision still is about what it was taken on.

    `where` names the decisions file in messages.
    """
    if decisions.old and own.glossary_digest not in ("", decisions.old, decisions.new):
        problem = "the project's glossary is neither of the two that were decided between"
        raise InputError(where, problem, "Make the review again")
    if glossary is not None and decisions.new and glossary.digest != decisions.new:
        problem = f"{glossary.path} has changed since the review was made"
        raise InputError(where, problem, "Make the review again")
    places = _places(own)
    unknown = [d.item for d in decisions.decisions if d.item not in places]
    if unknown:
        problem = f"{_counted(unknown, 'item')} not in this project: {_named(unknown)}"
        raise InputError(where, problem, "Is it this project's file?")
    stale = []
    for decision in decisions.decisions:
        place = places[decision.item]
        item = _item(place)
        if item.source_hash != decision.source_hash:
            stale.append(f"{_at(place)}: the source has changed")
        elif item.text_hash != decision.text_hash:
            stale.append(f"{_at(place)}: the translation has changed")
    if stale:
        problem = f"{_counted(stale, 'decision')} stale, nothing was applied: {_named(stale)}"
        raise InputError(where, problem, "Make the review again")


def needed(decisions: Decisions) -> tuple[str, ...]:
    """The items that were accepted without their text: it has to be predicted again."""
    return tuple(d.item for d in decisions.decisions if d.verdict is Verdict.ACCEPT and not d.text)


def apply(
    own: Project,
    decisions: Decisions,
    predictions: Mapping[str, Prediction],
    *,
    glossary: Glossary | None = None,
    text: str = "",
    base: Path | None = None,
    where: str,
) -> Applied:
    """The project and the files as they will be; nothing is written yet (see `write`).

    `predictions` has the items of `needed`. `glossary` and its `text` become the
    project's own. Written files are found from `base`, by default the current folder.
    Raises `InputError` for stale and unknown decisions, and for those that cannot be
    carried out.
    """
    check(own, decisions, glossary, where=where)
    places = _places(own)
    work = _Work(
        Options.from_json(own.options), {(s.id, t.locale): t for s in own.sources for t in s.tracks}
    )
    for decision in decisions.decisions:
        place = places[decision.item]
        key = place.source.id, place.track.locale
        track = _decided(work, decision, place, work.tracks[key], predictions)
        if track is not None:
            work.tracks[key] = track
    if work.refused:
        problem = f"{_counted(work.refused, 'decision')} impossible: {_named(work.refused)}"
        raise InputError(where, problem, "Nothing was applied")
    sources = []
    files: list[tuple[Path, bytes]] = []
    findings: list[Finding] = []
    for source in own.sources:
        tracks = []
        for before in source.tracks:
            after = work.tracks[source.id, before.locale]
            made, missing = _files(before, after, base or Path())
            files += made
            findings += missing
            tracks.append(after)
        sources.append(replace(source, tracks=tuple(tracks)))
    updated = replace(own, sources=tuple(sources))
    if glossary is not None:
        updated = replace(updated, glossary=text, glossary_digest=glossary.digest)
    return Applied(
        updated,
        tuple(work.changed),
        tuple(work.approved),
        tuple(work.rejected),
        tuple(findings),
        tuple(files),
    )


def write(applied: Applied) -> tuple[list[Path], list[Finding]]:
    """Save files, then the project; the paths written, and a finding for each edit kept.

    Raises `OutputError`.
    """
    written: list[Path] = []
    findings = list(applied.findings)
    for path, data in applied.files:
        place = outputs.write_data(path, data)
        written.append(place)
        if place != path:
            message = f"was changed since speechsubs wrote it, and is kept: see {place.name}"
            findings.append(Finding("edit-kept", Severity.WARNING, message, file=str(path)))
    speechsubs_project.write(applied.project)
    return written, findings


def _places(own: Project) -> dict[str, _Place]:
    places: dict[str, _Place] = {}
    for source in own.sources:
        for track in source.tracks:
            for segment in track.segments:
                place = _Place(source, track, segment)
                places[_item(place).id] = place
    return places


def _item(place: _Place) -> Item:
    segment = place.segment
    return Item(place.source.id, "", place.track.locale, segment.index, segment.source,
                segment.text, "", ())  # fmt: skip


def _at(place: _Place) -> str:
    return f"{place.source.id} {place.track.locale} sentence {place.segment.index + 1}"


def _counted(items: Sequence[str], what: str) -> str:
    return f"{len(items)} {what}s are" if len(items) != 1 else f"1 {what} is"


def _named(items: Sequence[str]) -> str:
    rest = len(items) - _NAMED
    return "; ".join(items[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _decided(
    work: _Work,
    decision: Decision,
    place: _Place,
    track: TrackRecord,
    predictions: Mapping[str, Prediction],
) -> TrackRecord | None:
    """The track after one decision; None where it stays, or where this cannot be done."""
    index = place.segment.index
    if decision.verdict is Verdict.REJECT:
        work.rejected.append(decision.item)
        return _declined(_signed(track, index, decision), index, decision)
    state = State.EDITED if decision.verdict is Verdict.EDIT else State.APPROVED
    if decision.verdict is Verdict.APPROVE and not (decision.text or decision.lines):
        work.approved.append(decision.item)
        edited = speechsubs_project.edit(
            track, index, place.segment.text, author=decision.author, reason=decision.reason,
            state=state,
        )  # fmt: skip
        return _signed(edited, index, decision)
    before = track.cues
    shown = [n for n, cue in enumerate(before) if index in cue.sentences]
    new = _wanted(decision, predictions)
    if new is None:
        work.refused.append(f"{_at(place)}: no text is known to accept (name an engine)")
        return None
    lines = _new_lines(decision, new, [before[n] for n in shown], place, work.options)
    if lines is None:
        work.refused.append(f"{_at(place)}: its cues cannot be cut anew, give `lines`")
        return None
    if len(lines) != len(shown):
        work.refused.append(f"{_at(place)}: lines for {len(lines)} cues, it has {len(shown)}")
        return None
    by_hand = bool(decision.lines) and decision.verdict is not Verdict.ACCEPT
    edited = speechsubs_project.edit(
        track, index, new.finished.text, author=decision.author, reason=decision.reason,
        state=state, lines=lines if by_hand else None,
    )  # fmt: skip
    if not by_hand:
        edited = _with_lines(edited, dict(zip(shown, lines, strict=True)))
    edited = _with_time(edited, before, shown, place.source, work.options)
    if new.finished.spans:
        segment = replace(edited.segments[index], places=new.finished.spans)
        edited = _with_segment(edited, index, segment)
    work.changed.append(decision.item)
    return _signed(edited, index, decision)


def _wanted(decision: Decision, predictions: Mapping[str, Prediction]) -> Prediction | None:
    """The text that a decision asks for."""
    known = predictions.get(decision.item)
    if not decision.text:
        return known
    if known is not None and known.finished.text == decision.text:
        return known
    return Prediction(SpannedText(decision.text), None, "")


def _new_lines(
    decision: Decision,
    new: Prediction,
    cues: Sequence[Cue],
    place: _Place,
    options: Options,
) -> Sequence[Lines] | None:
    if decision.lines:
        return decision.lines
    if new.lines is not None:
        return new.lines
    locale = options.limited(locales.load(place.track.locale))
    return recut(cues, predict.finished(place.segment), new.finished, locale, alike=True)


def _with_lines(track: TrackRecord, lines: Mapping[int, Lines]) -> TrackRecord:
    cues = tuple(
        replace(cue, lines=lines[n], markup=()) if lines.get(n, cue.lines) != cue.lines else cue
        for n, cue in enumerate(track.cues)
    )
    return replace(track, cues=cues)


def _with_time(
    track: TrackRecord,
    before: Sequence[Cue],
    shown: Sequence[int],
    source: Source,
    options: Options,
) -> TrackRecord:
    """Changed cues stay longer where their new lines need it and a pause allows it."""
    locale, fps = options.limited(locales.load(track.locale)), options.fps
    cues = list(track.cues)
    for n in shown:
        latest = room.latest(before, n, source.sentences, locale, fps)
        end = room.until(before[n], cues[n].lines, latest, locale, fps)
        cues[n] = replace(cues[n], end_ms=end)
    return replace(track, cues=tuple(cues))


def _signed(track: TrackRecord, index: int, decision: Decision) -> TrackRecord:
    """Who decided, when and why. The date is that of the decision, not of today."""
    old = track.segments[index]
    segment = replace(
        old,
        author=decision.author or old.author,
        date=decision.date or old.date,
        reason=decision.reason or old.reason,
    )
    return _with_segment(track, index, segment)


def _declined(track: TrackRecord, index: int, decision: Decision) -> TrackRecord:
    """What was rejected is not proposed again, and no run follows it."""
    segment = track.segments[index]
    known = dict(segment.declined) | dict(decision.demands)
    return _with_segment(track, index, replace(segment, declined=tuple(known.items())))


def _with_segment(track: TrackRecord, index: int, segment: Segment) -> TrackRecord:
    segments = (*track.segments[:index], segment, *track.segments[index + 1 :])
    return replace(track, segments=segments)


def _files(
    before: TrackRecord, after: TrackRecord, base: Path
) -> tuple[list[tuple[Path, bytes]], list[Finding]]:
    """The track's files with the cues that changed, and those that are not there."""
    if before.cues == after.cues and all(
        old.lines == new.lines for old, new in zip(before.cues, after.cues, strict=True)
    ):
        return [], []
    made: list[tuple[Path, bytes]] = []
    findings: list[Finding] = []
    for name in after.written:
        path = base / name
        if not path.is_file():
            message = "is not there, so only the project has the new text"
            findings.append(Finding("file-missing", Severity.WARNING, message, file=str(path)))
            continue
        data = cues(read_bytes(path), path, before.cues, after.cues, after.locale)
        made.append((path, data))
    return made, findings
