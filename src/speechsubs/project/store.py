"""Projects on disk: a manifest, a file for each source, a copy of the glossary.

Everything is JSON that a person can read and git can compare, written in one step;
the manifest comes last, so that a crash leaves the project as it was.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from speechsubs import __version__
from speechsubs.adapters.files import read_bytes, write_atomic
from speechsubs.errors import CueTimingError, InputError
from speechsubs.model import Cue, Kind, MethodKind, Sentence, Slot, SlotKind, Word
from speechsubs.pipeline import Output, Result
from speechsubs.project.model import Project, Segment, Source, State, TrackRecord
from speechsubs.spans import Span

_T = TypeVar("_T")

SCHEMA = "speechsubs-project/1"
MANIFEST = "project.json"
GLOSSARY = "glossary.yml"


def load(folder: Path) -> Project:
    """Read a project. Raises `InputError` with the file and the place that is broken."""
    path = folder / MANIFEST
    if not path.exists():
        raise InputError(
            str(folder), "is no subtitle project", "Make one: speechsubs subtitle ... --project DIR"
        )
    data = _json(path)
    if data.get("schema") != SCHEMA:
        raise InputError(str(path), f"schema {data.get('schema')!r} is not {SCHEMA!r}")
    glossary = folder / GLOSSARY
    entries = _checked(path, lambda: [(str(e["id"]), str(e["file"])) for e in data["sources"]])
    sources = []
    for source_id, name in entries:
        if not re.fullmatch(r"[\w.+-]+\.json", name) or name == MANIFEST:
            raise InputError(str(path), f"{name!r} is no name of a source's file")
        build = partial(_source, source_id, _json(folder / name))
        sources.append(_checked(folder / name, build))
    text = read_bytes(glossary).decode("utf-8", "replace") if glossary.exists() else ""
    return Project(
        folder,
        tuple(sources),
        text,
        str(data.get("glossary_digest", "")),
        dict(data.get("options") or {}),
        str(data.get("speechsubs", "")),
    )


def write(project: Project) -> None:
    """Save a project: sources, glossary, then the manifest. Raises `OutputError`."""
    entries = []
    for source in project.sources:
        name = f"{source.id}.json"
        _save(project.folder / name, _source_data(source))
        entries.append({"id": source.id, "file": name, "name": source.name})
    if project.glossary:
        write_atomic(project.folder / GLOSSARY, project.glossary.encode("utf-8", "replace"))
    manifest = {
        "schema": SCHEMA,
        "speechsubs": __version__,
        "glossary_digest": project.glossary_digest,
        "options": dict(project.options),
        "sources": entries,
    }
    _save(project.folder / MANIFEST, manifest)


def record(
    project: Project,
    results: Sequence[Result],
    *,
    written: Mapping[str, Sequence[str]],
    glossary: str,
    options: Mapping[str, object],
    media: str = "",
) -> Project:
    """The project with the results of a run in it.

    Sources that the run did not touch stay. Segments that a person answers for stay
    where their source sentence is unchanged (the run was given them by `upkeep.recall`).
    """
    sources = {source.name: source for source in project.sources}
    for result in results:
        old = sources.get(result.name)
        taken = {s.id for s in sources.values() if s.name != result.name}
        source_id = old.id if old else _id(result.name, taken)
        files = list(written.get(result.name, ()))
        tracks = {track.locale: track for track in old.tracks} if old else {}
        for output in result.targets:
            before = tracks.get(output.locale.tag)
            tracks[output.locale.tag] = _recorded(result, output, before, files)
        sources[result.name] = Source(
            source_id,
            result.name,
            _digest(result.name),
            result.source.locale.tag,
            result.aligner,
            result.sentences,
            result.slots,
            result.source.track.cues,
            tuple(tracks.values()),
            media or (old.media if old else ""),
        )
    digest = results[0].signature.get("glossary", "") if results else project.glossary_digest
    return replace(
        project,
        sources=tuple(sources.values()),
        glossary=glossary,
        glossary_digest=digest,
        options=dict(options),
    )


def _recorded(
    result: Result, output: Output, before: TrackRecord | None, files: Sequence[str]
) -> TrackRecord:
    old = {s.index: s for s in before.segments} if before else {}
    by_text = {s.source: s for s in before.segments if _owned(s)} if before else {}
    segments = []
    for sentence, draft in zip(result.sentences, output.drafts, strict=True):
        same, method = old.get(sentence.index), draft.method
        kept = same if same and same.source == sentence.text else by_text.get(sentence.text)
        theirs = kept and (kept.state.by_person or method.kind is MethodKind.DECLINED)
        if kept and theirs and kept.text == draft.finished.text:
            segments.append(replace(kept, index=sentence.index, places=draft.finished.spans))
            continue
        segments.append(
            Segment(
                sentence.index,
                sentence.text,
                draft.finished.text,
                draft.finished.spans,
                State.APPROVED if method.kind is MethodKind.MEMORY else State.MACHINE,
                str(method),
                draft.raw,
                tuple(map(str, draft.problems)),
            )
        )
    own = tuple(f for f in files if f".{output.locale.tag}." in f)
    return TrackRecord(
        output.locale.tag, tuple(segments), output.track.cues, output.engine, output.quality, own
    )


def _owned(segment: Segment) -> bool:
    return segment.state.by_person or bool(segment.declined)


def _id(name: str, taken: set[str]) -> str:
    """A short name for the source's file that no other source has."""
    base = re.sub(r"[^\w.-]+", "-", Path(name).stem).strip("-.")[:60] or "source"
    if base.lower() in ("project", "con", "nul"):
        base = f"{base}-1"
    found, number = base, 2
    while found in taken:
        found, number = f"{base}-{number}", number + 1
    return found


def _digest(name: str) -> str:
    path = Path(name)
    return hashlib.sha256(read_bytes(path)).hexdigest() if path.is_file() else ""


def _json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise InputError(str(path), f"is no JSON that can be read ({error})") from error
    if not isinstance(data, dict):
        raise InputError(str(path), "must hold a JSON object")
    return data


def _checked(path: Path, build: Callable[[], _T]) -> _T:
    try:
        return build()
    except (KeyError, TypeError, ValueError, AttributeError, CueTimingError) as error:
        raise InputError(str(path), f"is broken ({error!r})", "Restore it from a copy") from error


def _save(path: Path, data: Mapping[str, Any]) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1)
    write_atomic(path, (text + "\n").encode("utf-8", "backslashreplace"))


def _source_data(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "sha256": source.sha256,
        "language": source.language,
        "aligner": source.aligner,
        "media": source.media,
        "sentences": [
            {
                "paragraph": s.paragraph,
                "kind": s.kind.value,
                "line": s.line,
                "speaker": s.speaker,
                "text": s.text,
                "words": [[w.text, w.offset, w.start_ms, w.end_ms, w.confidence] for w in s.words],
                "slots": [
                    [slot.kind.value, slot.start, slot.end, slot.text, slot.key, slot.suffix]
                    for slot in slots
                ],
            }
            for s, slots in zip(source.sentences, source.slots, strict=True)
        ],
        "cues": [_cue_data(cue) for cue in source.cues],
        "tracks": [_track_data(track) for track in source.tracks],
    }


def _track_data(track: TrackRecord) -> dict[str, Any]:
    return {
        "locale": track.locale,
        "engine": track.engine,
        "quality": track.quality,
        "written": list(track.written),
        "segments": [
            {
                "index": s.index,
                "state": s.state.value,
                "source": s.source,
                "text": s.text,
                "places": [[p.slot, p.start, p.end] for p in s.places],
                "rung": s.rung,
                "raw": s.raw,
                "problems": list(s.problems),
                "pinned": s.pinned,
                "author": s.author,
                "date": s.date,
                "reason": s.reason,
                **({"declined": dict(s.declined)} if s.declined else {}),
            }
            for s in track.segments
        ],
        "cues": [_cue_data(cue) for cue in track.cues],
    }


def _cue_data(cue: Cue) -> dict[str, Any]:
    return {
        "start_ms": cue.start_ms,
        "end_ms": cue.end_ms,
        "lines": list(cue.lines),
        "sentences": list(cue.sentences),
        **({} if cue.confidence is None else {"confidence": cue.confidence}),
    }


def _source(source_id: str, data: Mapping[str, Any]) -> Source:
    sentences = tuple(
        Sentence(
            index,
            int(s["paragraph"]),
            str(s["text"]),
            Kind(s["kind"]),
            int(s["line"]),
            tuple(Word(str(w[0]), int(w[1]), int(w[2]), int(w[3]), w[4]) for w in s["words"]),
            str(s["speaker"]),
        )
        for index, s in enumerate(data["sentences"])
    )
    slots = tuple(
        tuple(
            Slot(SlotKind(kind), int(start), int(end), str(text), str(key), str(suffix))
            for kind, start, end, text, key, suffix in s["slots"]
        )
        for s in data["sentences"]
    )
    return Source(
        source_id,
        str(data["name"]),
        str(data["sha256"]),
        str(data["language"]),
        str(data["aligner"]),
        sentences,
        slots,
        tuple(map(_cue, data["cues"])),
        tuple(map(_track, data["tracks"])),
        str(data.get("media", "")),
    )


def _track(data: Mapping[str, Any]) -> TrackRecord:
    segments = tuple(
        Segment(
            int(s["index"]),
            str(s["source"]),
            str(s["text"]),
            tuple(Span(int(n), int(a), int(b)) for n, a, b in s["places"]),
            State(s["state"]),
            str(s["rung"]),
            str(s["raw"]),
            tuple(map(str, s["problems"])),
            bool(s["pinned"]),
            str(s["author"]),
            str(s["date"]),
            str(s["reason"]),
            tuple((str(name), str(said)) for name, said in (s.get("declined") or {}).items()),
        )
        for s in data["segments"]
    )
    return TrackRecord(
        str(data["locale"]),
        segments,
        tuple(map(_cue, data["cues"])),
        str(data["engine"]),
        str(data["quality"]),
        tuple(map(str, data["written"])),
    )


def _cue(data: Mapping[str, Any]) -> Cue:
    # Projects of before had none.
    trust = data.get("confidence")
    return Cue(
        int(data["start_ms"]),
        int(data["end_ms"]),
        tuple(map(str, data["lines"])),
        tuple(map(int, data["sentences"])),
        confidence=None if trust is None else float(trust),
    )
