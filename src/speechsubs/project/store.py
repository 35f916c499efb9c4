"""Projects on disk: a manifest, a file per source, a copy of the glossary.

The files are human-readable, diffable JSON, each written atomically. The manifest is
written last, so that a crash leaves the previous project intact.

One writer at a time: whoever changes a project holds its lock, reads it, changes it and
writes it (`changing`). A long run reads it first and holds the lock only to record its
results, in the project as it is then.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from speechsubs import __version__
from speechsubs.adapters.files import Owner, hold_lock, read_bytes, write_atomic
from speechsubs.adapters.json_codec import parse
from speechsubs.errors import InputError, OutputError
from speechsubs.model import MethodKind
from speechsubs.pipeline import Output, Result
from speechsubs.project import schema
from speechsubs.project.model import Project, Segment, Source, State, TrackRecord, place_of

MANIFEST = "project.json"
LOCK = ".speechsubs-project.lock"
#: How long to wait for another writer, in seconds: applying a glossary may translate.
PATIENCE_S = 600.0
GLOSSARY = "glossary.yml"


def load(folder: Path) -> Project:
    """Read a project. Raises `InputError` with the broken file and position."""
    _require(folder)
    path = folder / MANIFEST
    manifest = schema.manifest(parse(read_bytes(path), str(path)), str(path))
    glossary = folder / GLOSSARY
    sources = []
    for entry in manifest.sources:
        if not re.fullmatch(r"[\w.+-]+\.json", entry.file) or entry.file == MANIFEST:
            raise InputError(str(path), f"{entry.file!r} is not a valid source file name")
        own = folder / entry.file
        sources.append(schema.source(entry.id, parse(read_bytes(own), str(own)), str(own)))
    text = read_bytes(glossary).decode("utf-8", "replace") if glossary.exists() else ""
    return Project(
        folder,
        tuple(sources),
        text,
        manifest.glossary_digest,
        manifest.options,
        manifest.speechsubs,
        manifest.revision,
    )


def _require(folder: Path) -> None:
    if not (folder / MANIFEST).exists():
        raise InputError(
            str(folder),
            "not a subtitle project",
            "Create one: speechsubs subtitle ... --project DIR",
        )


def _create(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(folder, f"cannot be made a project folder ({reason})") from error


@contextmanager
def changing(folder: Path, *, create: bool = False) -> Iterator[None]:
    """Hold the lock of a project, which is needed to change it.

    Waits for another writer. Raises `InputError` if there is no project and none is to be
    created, `OutputError` if the other writer does not end within ten minutes.
    """
    if create:
        _create(folder)
    else:
        _require(folder)

    def refused(owner: Owner | None) -> OutputError:
        return OutputError(folder, f"the project is being changed by {owner or 'another process'}")

    with hold_lock(folder / LOCK, wait_s=PATIENCE_S, refused=refused):
        yield


def revision(folder: Path) -> int:
    """How often a project was written; 0 if there is none. Raises `InputError`."""
    path = folder / MANIFEST
    if not path.exists():
        return 0
    return schema.manifest(parse(read_bytes(path), str(path)), str(path)).revision


def write(project: Project) -> Project:
    """Save a project: sources, glossary, then the manifest; returns it with its revision.

    Call it in `changing`. Raises `OutputError`, also if somebody else has written the project
    since it was read.
    """
    if revision(project.folder) != project.revision:
        raise OutputError(
            project.folder, "the project has been changed meanwhile: run the command again"
        )
    project = replace(project, revision=project.revision + 1)
    entries = []
    for source in project.sources:
        name = f"{source.id}.json"
        _save(project.folder / name, schema.source_data(source))
        entries.append(schema.SourceEntry(source.id, name, source.name))
    if project.glossary:
        write_atomic(project.folder / GLOSSARY, project.glossary.encode("utf-8", "replace"))
    manifest = schema.Manifest(
        schema.SCHEMA,
        __version__,
        project.glossary_digest,
        dict(project.options),
        tuple(entries),
        project.revision,
    )
    _save(project.folder / MANIFEST, schema.CODEC.dump(manifest))
    return project


def record(
    project: Project,
    results: Sequence[Result],
    *,
    written: Mapping[str, Sequence[str]],
    glossary: str,
    options: Mapping[str, object],
    media: str = "",
) -> Project:
    """Return the project updated with the results of a run.

    Sources that the run did not process are kept. Human-approved segments are kept if their
    source sentence is unchanged (the run received them from `merge.recall`).
    """
    sources = {source.id: source for source in project.sources}
    for result in results:
        old = project.source(result.name)
        source_id = old.id if old else _id(result.name, set(sources))
        files = list(written.get(result.name, ()))
        tracks = {track.locale: track for track in old.tracks} if old else {}
        for output in result.targets:
            before = tracks.get(output.locale.tag)
            tracks[output.locale.tag] = _recorded(result, output, before, files)
        sources[source_id] = Source(
            source_id,
            result.name,
            _digest(result.name),
            result.source.locale.tag,
            result.aligner,
            result.sentences,
            result.placeables,
            result.source.track.cues,
            tuple(tracks.values()),
            media or (old.media if old else ""),
            place_of(result.name, project.folder),
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
    owned = [*before.former, *filter(_owned, before.segments)] if before else []
    by_text = {s.source: s for s in owned}
    segments: list[Segment] = []
    for sentence, translation in zip(result.sentences, output.translations, strict=True):
        here, method = old.get(sentence.index), translation.method
        kept = here if here and here.source == sentence.text else by_text.get(sentence.text)
        same = kept is not None and kept.text == translation.finished.text
        if kept and (kept.state.by_person or (same and method.kind is MethodKind.DECLINED)):
            places = translation.finished.spans if same else kept.places
            segments.append(replace(kept, index=sentence.index, places=places))
            continue
        segments.append(
            Segment(
                sentence.index,
                sentence.text,
                translation.finished.text,
                translation.finished.spans,
                State.APPROVED if method.kind is MethodKind.MEMORY else State.MACHINE,
                str(method),
                translation.raw,
                tuple(map(str, translation.problems)),
            )
        )
    own = tuple(f for f in files if f".{output.locale.tag}." in f)
    return TrackRecord(
        output.locale.tag,
        tuple(segments),
        output.track.cues,
        output.engine,
        output.quality,
        own,
        _former(before, segments),
    )


def _former(before: TrackRecord | None, segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """What people wrote for sentences that the source no longer has: it may come back."""
    if before is None:
        return ()
    there = {segment.source for segment in segments}
    owned = [*before.former, *filter(_owned, before.segments)]
    return tuple({s.source: s for s in owned if s.source not in there}.values())


def _owned(segment: Segment) -> bool:
    return segment.state.by_person or bool(segment.declined)


def _id(name: str, taken: set[str]) -> str:
    """A short, unique name for the source's file."""
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


def _save(path: Path, data: Mapping[str, Any]) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1)
    write_atomic(path, (text + "\n").encode("utf-8", "backslashreplace"))
