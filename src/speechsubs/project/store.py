"""Projects on disk: a manifest, a file per source, a copy of the glossary.

The files are human-readable, diffable JSON, each written atomically. The manifest is
written last, so that a crash leaves the previous project intact.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from speechsubs import __version__
from speechsubs.adapters.files import read_bytes, write_atomic
from speechsubs.adapters.json_codec import parse
from speechsubs.errors import InputError
from speechsubs.model import MethodKind
from speechsubs.pipeline import Output, Result
from speechsubs.project import schema
from speechsubs.project.model import Project, Segment, Source, State, TrackRecord

MANIFEST = "project.json"
GLOSSARY = "glossary.yml"


def load(folder: Path) -> Project:
    """Read a project. Raises `InputError` with the broken file and position."""
    path = folder / MANIFEST
    if not path.exists():
        raise InputError(
            str(folder),
            "not a subtitle project",
            "Create one: speechsubs subtitle ... --project DIR",
        )
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
    )


def write(project: Project) -> None:
    """Save a project: sources, glossary, then the manifest. Raises `OutputError`."""
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
    )
    _save(project.folder / MANIFEST, schema.CODEC.dump(manifest))


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
            result.placeables,
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
    for sentence, translation in zip(result.sentences, output.translations, strict=True):
        same, method = old.get(sentence.index), translation.method
        kept = same if same and same.source == sentence.text else by_text.get(sentence.text)
        theirs = kept and (kept.state.by_person or method.kind is MethodKind.DECLINED)
        if kept and theirs and kept.text == translation.finished.text:
            segments.append(replace(kept, index=sentence.index, places=translation.finished.spans))
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
        output.locale.tag, tuple(segments), output.track.cues, output.engine, output.quality, own
    )


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
