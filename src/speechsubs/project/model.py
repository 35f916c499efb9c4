"""The types of a subtitle project: sources, their tracks, and segments with a state.

A segment is one sentence in one target language. People edit segments and cues; the main
job can be repeated at any time without losing their work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from speechsubs.model import Cue, Placeable, Sentence
from speechsubs.spans import Span


class State(StrEnum):
    """The review state of a segment."""

    NEW = "new"
    MACHINE = "machine"
    EDITED = "edited"
    APPROVED = "approved"

    @property
    def by_person(self) -> bool:
        """True if it is human-approved: no engine replaces it."""
        return self in (State.EDITED, State.APPROVED)


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence in a target language.

    `source` is the sentence as it was when translated: if the source changes, the segment
    no longer applies to it. `pinned` keeps its cues (lines and times) as edited by a person.
    `date` is UTC in ISO 8601. `declined` maps term ids to the glossary requirements (see
    `merge.demand`) that a person rejected for this text: no run applies them. `rung` and
    `problems` are as in the report: meant for readers, possibly written by another version.
    """

    index: int
    source: str
    text: str
    places: tuple[Span, ...] = ()
    state: State = State.MACHINE
    rung: str = ""
    raw: str = ""
    problems: tuple[str, ...] = ()
    pinned: bool = False
    author: str = ""
    date: str = ""
    reason: str = ""
    declined: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """One target language of a source: its segments in order, its cues, its files."""

    locale: str
    segments: tuple[Segment, ...]
    cues: tuple[Cue, ...]
    engine: str = ""
    quality: str = ""
    written: tuple[str, ...] = ()

    def with_segment(self, index: int, segment: Segment) -> "TrackRecord":
        """The track with another segment at this place."""
        segments = (*self.segments[:index], segment, *self.segments[index + 1 :])
        return replace(self, segments=segments)


@dataclass(frozen=True, slots=True)
class Source:
    """A transcript of the project. `name` is the path as given; `id` is unique.

    `sha256` is the hash of the file's bytes; `cues` are those in the source language.
    """

    id: str
    name: str
    sha256: str
    language: str
    aligner: str
    sentences: tuple[Sentence, ...]
    placeables: tuple[tuple[Placeable, ...], ...]
    cues: tuple[Cue, ...]
    tracks: tuple[TrackRecord, ...] = ()
    media: str = ""

    def track(self, locale: str) -> TrackRecord | None:
        """The record of a language, if there is one."""
        return next((track for track in self.tracks if track.locale == locale), None)


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a manifest. `glossary` is the text of the glossary that was used.

    `options` are those of the run, as plain data, so that it can be repeated.
    """

    folder: Path
    sources: tuple[Source, ...] = ()
    glossary: str = ""
    glossary_digest: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    version: str = ""

    def source(self, name: str) -> Source | None:
        """The source of that name, if there is one."""
        return next((source for source in self.sources if source.name == name), None)
