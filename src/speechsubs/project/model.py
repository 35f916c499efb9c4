"""The types of a subtitle project: sources, their tracks, and segments with a state.

A segment is one sentence in one target language. People edit segments and cues; the main
job can be repeated at any time without losing their work.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from speechsubs.adapters.files import read_bytes
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
    """One target language of a source: its segments in order, its cues, its files.

    `former` are segments of people whose sentence is no longer in the source.
    """

    locale: str
    segments: tuple[Segment, ...]
    cues: tuple[Cue, ...]
    engine: str = ""
    quality: str = ""
    written: tuple[str, ...] = ()
    former: tuple[Segment, ...] = ()

    def with_segment(self, index: int, segment: Segment) -> "TrackRecord":
        """The track with another segment at this place."""
        segments = (*self.segments[:index], segment, *self.segments[index + 1 :])
        return replace(self, segments=segments)


@dataclass(frozen=True, slots=True)
class Source:
    """A transcript of the project. `name` is the path as given; `id` is unique.

    `place` is the real path relative to the project's folder, so that both can be moved
    together; empty in projects of older versions and for standard input. `sha256` is the
    hash of the file's bytes; `cues` are those in the source language.
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
    place: str = ""

    def track(self, locale: str) -> TrackRecord | None:
        """The record of a language, if there is one."""
        return next((track for track in self.tracks if track.locale == locale), None)


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a manifest. `glossary` is the text of the glossary that was used.

    `options` are those of the run, as plain data, so that it can be repeated. `revision`
    counts the times it was written: a writer that knows an older one must merge first.
    """

    folder: Path
    sources: tuple[Source, ...] = ()
    glossary: str = ""
    glossary_digest: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    version: str = ""
    revision: int = 0

    def source(self, name: str) -> Source | None:
        """The source that is the file of that path, however the path is spelled.

        A file that was moved or renamed is known by its content, if the old one is gone.
        """
        place = place_of(name, self.folder)
        if not place:
            return next((source for source in self.sources if source.name == name), None)
        for source in self.sources:
            if source.place == place or (not source.place and source.name == name):
                return source
        gone = [s for s in self.sources if s.sha256 and not _exists(s, self.folder)]
        digest = hashlib.sha256(read_bytes(Path(name))).hexdigest() if gone else ""
        return next((source for source in gone if source.sha256 == digest), None)


def place_of(name: str, folder: Path) -> str:
    """The real path of a file relative to a project's folder; empty if it is no file."""
    if not Path(name).is_file():
        return ""
    real, base = os.path.realpath(name), os.path.realpath(folder)
    try:
        return Path(os.path.relpath(real, base)).as_posix()
    except ValueError:  # on another drive
        return Path(real).as_posix()


def _exists(source: Source, folder: Path) -> bool:
    return (folder / source.place if source.place else Path(source.name)).is_file()
