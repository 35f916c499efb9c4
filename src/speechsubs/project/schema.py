"""The JSON format of a project, version 1: docs/project.schema.json as types.

The types of the model are written directly where the file has the same structure;
otherwise a type defined here mirrors the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from speechsubs.adapters.json_codec import Codec, Shape
from speechsubs.errors import InputError
from speechsubs.model import Cue, Kind, Placeable, PlaceableKind, Sentence, Word
from speechsubs.project.model import Segment, Source, TrackRecord
from speechsubs.spans import Span
from speechsubs.translation.keys import read_placeable, write_key

SCHEMA = "speechsubs-project/1"
_ADVICE = "Restore it from a backup"


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A source's entry in the manifest: its id and its file."""

    id: str
    file: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest. `speechsubs` is the version that wrote it; see `Project.revision`."""

    schema: str
    speechsubs: str = ""
    glossary_digest: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    sources: tuple[SourceEntry, ...] = ()
    revision: int = 0


@dataclass(frozen=True, slots=True)
class _PlaceableRecord:
    """A placeable with the key of its value."""

    kind: PlaceableKind
    start: int
    end: int
    text: str
    key: str
    suffix: str

    @classmethod
    def of(cls, item: Placeable) -> "_PlaceableRecord":
        key = write_key(item.value)
        return cls(item.kind, item.start, item.end, item.text, key, item.suffix)

    def placeable(self) -> Placeable:
        return read_placeable(self.kind, self.start, self.end, self.text, self.key, self.suffix)


@dataclass(frozen=True, slots=True)
class _SentenceRecord:
    """A sentence with its placeables; its index is its position in the list."""

    paragraph: int
    kind: Kind
    line: int
    speaker: str
    text: str
    words: tuple[Word, ...]
    slots: tuple[_PlaceableRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _SourceRecord:
    """The content of a source's file; its id is in the manifest."""

    name: str
    sha256: str
    language: str
    aligner: str
    media: str = ""
    place: str = ""
    sentences: tuple[_SentenceRecord, ...]
    cues: tuple[Cue, ...]
    tracks: tuple[TrackRecord, ...]


CODEC = Codec(
    {
        Cue: Shape(
            ("start_ms", "end_ms", "lines", "sentences", "confidence"),
            omitted=frozenset({"confidence"}),
        ),
        Segment: Shape(
            (
                "index", "state", "source", "text", "places", "rung", "raw", "problems",
                "pinned", "author", "date", "reason", "declined",
            ),
            omitted=frozenset({"declined"}),
        ),
        TrackRecord: Shape(
            ("locale", "engine", "quality", "written", "segments", "cues", "former"),
            omitted=frozenset({"former"}),
        ),
        _SentenceRecord: Shape(),
        _SourceRecord: Shape(
            optional=frozenset({"media", "place"}), omitted=frozenset({"place"})
        ),
        SourceEntry: Shape(optional=frozenset({"name"})),
        Manifest: Shape(
            optional=frozenset({"speechsubs", "glossary_digest", "options", "revision"})
        ),
    },
    arrays=(Word, _PlaceableRecord, Span),
)  # fmt: skip


def manifest(data: Mapping[str, Any], where: str) -> Manifest:
    """Structure a manifest from parsed JSON. Raises `InputError`, also for other versions."""
    if data.get("schema") != SCHEMA:
        raise InputError(where, f"unsupported schema {data.get('schema')!r}, expected {SCHEMA!r}")
    return CODEC.load(data, Manifest, where, _ADVICE)


def source(source_id: str, data: Mapping[str, Any], where: str) -> Source:
    """Structure a source from the parsed JSON of its file. Raises `InputError`."""
    found = CODEC.load(data, _SourceRecord, where, _ADVICE)
    sentences = tuple(
        Sentence(index, s.paragraph, s.text, s.kind, s.line, s.words, s.speaker)
        for index, s in enumerate(found.sentences)
    )
    return Source(
        source_id,
        found.name,
        found.sha256,
        found.language,
        found.aligner,
        sentences,
        tuple(tuple(one.placeable() for one in s.slots) for s in found.sentences),
        found.cues,
        found.tracks,
        found.media,
        found.place,
    )


def source_data(source: Source) -> Any:
    """Convert a source to the JSON-ready content of its file."""
    sentences = tuple(
        _SentenceRecord(
            s.paragraph,
            s.kind,
            s.line,
            s.speaker,
            s.text,
            s.words,
            tuple(map(_PlaceableRecord.of, placeables)),
        )
        for s, placeables in zip(source.sentences, source.placeables, strict=True)
    )
    record = _SourceRecord(
        name=source.name,
        sha256=source.sha256,
        language=source.language,
        aligner=source.aligner,
        media=source.media,
        place=source.place,
        sentences=sentences,
        cues=source.cues,
        tracks=source.tracks,
    )
    return CODEC.dump(record)
