"""Apply decisions: rewrite segments and their cues, and leave everything else alone.

All decisions are validated before anything is written; stale decisions and decisions on
unknown items are refused, all of them in one message. Subtitle files are patched: line
endings, byte order mark, spacing, notes and styles of unchanged cues stay byte for byte.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from speechsubs import formats, outputs
from speechsubs.adapters.files import read_bytes
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.glossary import Glossary
from speechsubs.language import locales
from speechsubs.model import Cue, Finding, Severity, Track
from speechsubs.options import Options
from speechsubs.project import Project, Segment, Source, State, TrackRecord, edit, pin, store
from speechsubs.review import predict
from speechsubs.review.items import Prediction
from speechsubs.review.model import Decision, Decisions, Item, Verdict
from speechsubs.review.recut import Lines, latest_end_ms, needed_end_ms, recut
from speechsubs.spans import SpannedText

_BOM = "\ufeff"
_TIMING = re.compile(r"[^\n]*\d[ \t]*-->[ \t]*\d[^\n]*")
_END = re.compile(r"(-->[ \t]*)([\d:.,]+)")


def rewrite_cues(
    data: bytes, path: Path, old: Sequence[Cue], new: Sequence[Cue], tag: str
) -> bytes:
    """Patch a file's bytes with the lines and end times of `new` that differ from `old`.

    If the file no longer has these cues (it was edited beyond recognition), the whole
    track is rendered with the file's line endings and byte order mark; `outputs` then
    writes it next to the file.
    """
    name = "vtt" if path.suffix.lower() == ".vtt" else "srt"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    mark = _BOM if text.startswith(_BOM) else ""
    crlf = text.count("\r\n") > 0 and text.count("\r\n") == text.count("\n")
    plain = text.removeprefix(_BOM)
    made = _patch(plain.replace("\r\n", "\n") if crlf else plain, old, new, name, path)
    if made is None:
        made = formats.render(Track(tuple(new), tag), name)
    return (mark + (made.replace("\n", "\r\n") if crlf else made)).encode("utf-8")


def _patch(text: str, old: Sequence[Cue], new: Sequence[Cue], name: str, path: Path) -> str | None:
    """Replace the changed cues of a text; None if it does not have the old cues."""
    there = _read_cues(text, name, path)
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
            lines[timings[number]] = _replace_end(lines[timings[number]], new[number], name)
        if old[number].lines == new[number].lines:
            continue
        first = timings[number] + 1
        last = first
        while last < len(lines) and lines[last].strip():
            last += 1
        lines[first:last] = _rendered_lines(new[number], name)
    made = "\n".join(lines)
    after = _read_cues(made, name, path)
    if after is None or len(after) != len(new):
        return None
    if [(c.start_ms, c.end_ms) for c in after] != [(c.start_ms, c.end_ms) for c in new]:
        return None
    same = all(
        got.lines == (was.lines if before.lines == now.lines else _lines_as_read(now, name))
        for got, was, before, now in zip(after, there, old, new, strict=True)
    )
    return made if same else None


def _rendered_lines(cue: Cue, name: str) -> list[str]:
    """The lines of a cue as its format renders them."""
    block = formats.render(Track((replace(cue, markup=(), name="", settings=""),)), name)
    lines = block.rstrip("\n").split("\n")
    at = next(n for n, line in enumerate(lines) if _TIMING.fullmatch(line))
    return lines[at + 1 :]


def _replace_end(line: str, cue: Cue, name: str) -> str:
    """Replace the end time of a timing line; settings after it stay."""
    block = formats.render(Track((replace(cue, markup=(), name="", settings=""),)), name)
    written = next(found for found in map(_END.search, block.split("\n")) if found)
    return _END.sub(lambda match: match[1] + written[2], line, count=1)


def _lines_as_read(cue: Cue, name: str) -> tuple[str, ...]:
    """A cue's lines after a round trip: no control characters, no outer spaces."""
    track = formats.read_bytes(
        formats.render(Track((replace(cue, markup=()),)), name).encode("utf-8"), "-", name
    )
    return track.cues[0].lines if isinstance(track, Track) and track.cues else ()


def _read_cues(text: str, name: str, path: Path) -> tuple[Cue, ...] | None:
    try:
        track = formats.read_bytes(text.encode("utf-8"), str(path), name)
    except SpeechsubsError:
        return None
    return track.cues if isinstance(track, Track) else None


#: At most this many decisions are listed in a message.
_MAX_NAMED = 20


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """The result of applying decisions. `changed` are items with new text or lines."""

    project: Project
    changed: tuple[str, ...]
    approved: tuple[str, ...]
    rejected: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    files: tuple[tuple[Path, bytes], ...] = ()


@dataclass(slots=True)
class _Progress:
    """Progress of one application. `options` are those of the project."""

    options: Options
    tracks: dict[tuple[str, str], TrackRecord]
    changed: list[str] = field(default_factory=list)
    approved: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Location:
    source: Source
    track: TrackRecord
    segment: Segment


def check(
    own: Project, decisions: Decisions, glossary: Glossary | None = None, *, where: str
) -> None:
    """Raise `InputError` if any decision is stale or unknown.

    `where` names the decisions file in messages.
    """
    if decisions.old and own.glossary_digest not in ("", decisions.old, decisions.new):
        problem = "the project's glossary is neither the old nor the new one of the review"
        raise InputError(where, problem, "Create the review again")
    if glossary is not None and decisions.new and glossary.digest != decisions.new:
        problem = f"{glossary.path} has changed since the review was made"
        raise InputError(where, problem, "Create the review again")
    places = _locate_segments(own)
    unknown = [d.item for d in decisions.decisions if d.item not in places]
    if unknown:
        problem = f"{_count(unknown, 'item')} not in this project: {_list_some(unknown)}"
        raise InputError(where, problem, "Do the decisions belong to this project?")
    stale = []
    for decision in decisions.decisions:
        place = places[decision.item]
        item = _empty_item(place)
        if item.source_hash != decision.source_hash:
            stale.append(f"{_describe(place)}: the source has changed")
        elif item.text_hash != decision.text_hash:
            stale.append(f"{_describe(place)}: the translation has changed")
    if stale:
        problem = f"{_count(stale, 'decision')} stale, nothing was applied: {_list_some(stale)}"
        raise InputError(where, problem, "Create the review again")


def items_to_predict(decisions: Decisions) -> tuple[str, ...]:
    """Items that were accepted without a text, which must be predicted again."""
    return tuple(d.item for d in decisions.decisions if d.verdict is Verdict.ACCEPT and not d.text)


def apply(
    own: Project,
    decisions: Decisions,
    predictions: Mapping[str, Prediction],
    *,
    glossary: Glossary | None = None,
    text: str = "",
    where: str,
) -> ApplyResult:
    """Apply decisions in memory; `write` saves the result.

    `predictions` covers `items_to_predict`. `glossary` and its `text` become those of the
    project. Output files are resolved against the current folder.
    Raises `InputError` for decisions that are stale, unknown or impossible.
    """
    check(own, decisions, glossary, where=where)
    places = _locate_segments(own)
    work = _Progress(
        Options.from_json(own.options), {(s.id, t.locale): t for s in own.sources for t in s.tracks}
    )
    for decision in decisions.decisions:
        place = places[decision.item]
        key = place.source.id, place.track.locale
        track = _apply_decision(work, decision, place, work.tracks[key], predictions)
        if track is not None:
            work.tracks[key] = track
    if work.refused:
        problem = f"{_count(work.refused, 'decision')} impossible: {_list_some(work.refused)}"
        raise InputError(where, problem, "Nothing was applied")
    sources = []
    files: list[tuple[Path, bytes]] = []
    findings: list[Finding] = []
    for source in own.sources:
        tracks = []
        for before in source.tracks:
            after = work.tracks[source.id, before.locale]
            made, missing = _rewrite_files(before, after)
            files += made
            findings += missing
            tracks.append(after)
        sources.append(replace(source, tracks=tuple(tracks)))
    updated = replace(own, sources=tuple(sources))
    if glossary is not None:
        updated = replace(updated, glossary=text, glossary_digest=glossary.digest)
    return ApplyResult(
        updated,
        tuple(work.changed),
        tuple(work.approved),
        tuple(work.rejected),
        tuple(findings),
        tuple(files),
    )


def write(applied: ApplyResult) -> tuple[list[Path], list[Finding]]:
    """Save the files, then the project.

    Returns the written paths, and findings for files whose manual edits were kept. Raises
    `OutputError`.
    """
    written: list[Path] = []
    findings = list(applied.findings)
    for path, data in applied.files:
        place = outputs.write_data(path, data)
        written.append(place)
        if place != path:
            message = f"was edited since speechsubs wrote it and is kept: see {place.name}"
            findings.append(Finding("edit-kept", Severity.WARNING, message, file=str(path)))
    store.write(applied.project)
    return written, findings


def _locate_segments(own: Project) -> dict[str, _Location]:
    places: dict[str, _Location] = {}
    for source in own.sources:
        for track in source.tracks:
            for segment in track.segments:
                place = _Location(source, track, segment)
                places[_empty_item(place).id] = place
    return places


def _empty_item(place: _Location) -> Item:
    segment = place.segment
    return Item(place.source.id, "", place.track.locale, segment.index, segment.source,
                segment.text, "", ())  # fmt: skip


def _describe(place: _Location) -> str:
    return f"{place.source.id} {place.track.locale} sentence {place.segment.index + 1}"


def _count(items: Sequence[str], what: str) -> str:
    return f"{len(items)} {what}s are" if len(items) != 1 else f"1 {what} is"


def _list_some(items: Sequence[str]) -> str:
    rest = len(items) - _MAX_NAMED
    return "; ".join(items[:_MAX_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _apply_decision(
    work: _Progress,
    decision: Decision,
    place: _Location,
    track: TrackRecord,
    predictions: Mapping[str, Prediction],
) -> TrackRecord | None:
    """The track after one decision; None if unchanged or impossible."""
    index = place.segment.index
    if decision.verdict is Verdict.REJECT:
        work.rejected.append(decision.item)
        return _record_rejection(_sign(track, index, decision), index, decision)
    state = State.EDITED if decision.verdict is Verdict.EDIT else State.APPROVED
    if decision.verdict is Verdict.APPROVE and not (decision.text or decision.lines):
        work.approved.append(decision.item)
        edited = edit(
            track, index, place.segment.text, author=decision.author, reason=decision.reason,
            state=state,
        )  # fmt: skip
        return _sign(edited, index, decision)
    before = track.cues
    shown = [n for n, cue in enumerate(before) if index in cue.sentences]
    new = _decided_text(decision, predictions)
    if new is None:
        work.refused.append(f"{_describe(place)}: no text to accept (specify an engine)")
        return None
    lines = _new_lines(decision, new, [before[n] for n in shown], place, work.options)
    if lines is None:
        work.refused.append(f"{_describe(place)}: its cues cannot be re-segmented, specify `lines`")
        return None
    if len(lines) != len(shown):
        work.refused.append(
            f"{_describe(place)}: lines for {len(lines)} cues, but it has {len(shown)}"
        )
        return None
    by_hand = bool(decision.lines) and decision.verdict is not Verdict.ACCEPT
    edited = edit(
        track, index, new.target.text, author=decision.author, reason=decision.reason,
        state=state,
    )  # fmt: skip
    if by_hand:
        edited = pin(edited, index, lines)
    else:
        edited = _with_lines(edited, dict(zip(shown, lines, strict=True)))
    edited = _extend_cues(edited, before, shown, place.source, work.options)
    if new.target.spans:
        segment = replace(edited.segments[index], places=new.target.spans)
        edited = edited.with_segment(index, segment)
    work.changed.append(decision.item)
    return _sign(edited, index, decision)


def _decided_text(decision: Decision, predictions: Mapping[str, Prediction]) -> Prediction | None:
    """The text that a decision selects, if known."""
    known = predictions.get(decision.item)
    if not decision.text:
        return known
    if known is not None and known.target.text == decision.text:
        return known
    return Prediction(SpannedText(decision.text), None, "")


def _new_lines(
    decision: Decision,
    new: Prediction,
    cues: Sequence[Cue],
    place: _Location,
    options: Options,
) -> Sequence[Lines] | None:
    if decision.lines:
        return decision.lines
    if new.lines is not None:
        return new.lines
    locale = options.limited(locales.load(place.track.locale))
    return recut(cues, predict.spanned_text(place.segment), new.target, locale, alike=True)


def _with_lines(track: TrackRecord, lines: Mapping[int, Lines]) -> TrackRecord:
    cues = tuple(
        replace(cue, lines=lines[n], markup=()) if lines.get(n, cue.lines) != cue.lines else cue
        for n, cue in enumerate(track.cues)
    )
    return replace(track, cues=cues)


def _extend_cues(
    track: TrackRecord,
    before: Sequence[Cue],
    shown: Sequence[int],
    source: Source,
    options: Options,
) -> TrackRecord:
    """Extend changed cues if their new lines need it and a pause allows it."""
    locale, fps = options.limited(locales.load(track.locale)), options.fps
    cues = list(track.cues)
    for n in shown:
        latest = latest_end_ms(before, n, source.sentences, locale, fps)
        end = needed_end_ms(before[n], cues[n].lines, latest, locale, fps)
        cues[n] = replace(cues[n], end_ms=end)
    return replace(track, cues=tuple(cues))


def _sign(track: TrackRecord, index: int, decision: Decision) -> TrackRecord:
    """Record author, date and reason; the date is that of the decision."""
    old = track.segments[index]
    segment = replace(
        old,
        author=decision.author or old.author,
        date=decision.date or old.date,
        reason=decision.reason or old.reason,
    )
    return track.with_segment(index, segment)


def _record_rejection(track: TrackRecord, index: int, decision: Decision) -> TrackRecord:
    """Record a rejection, so that neither a review nor a run applies the change."""
    segment = track.segments[index]
    known = dict(segment.declined) | dict(decision.demands)
    return track.with_segment(index, replace(segment, declined=tuple(known.items())))


def _rewrite_files(
    before: TrackRecord, after: TrackRecord
) -> tuple[list[tuple[Path, bytes]], list[Finding]]:
    """New contents of the track's files, and findings for missing files."""
    if before.cues == after.cues and all(
        old.lines == new.lines for old, new in zip(before.cues, after.cues, strict=True)
    ):
        return [], []
    made: list[tuple[Path, bytes]] = []
    findings: list[Finding] = []
    for name in after.written:
        path = Path(name)
        if not path.is_file():
            message = "does not exist, so only the project was updated"
            findings.append(Finding("file-missing", Severity.WARNING, message, file=str(path)))
            continue
        data = rewrite_cues(read_bytes(path), path, before.cues, after.cues, after.locale)
        made.append((path, data))
    return made, findings
