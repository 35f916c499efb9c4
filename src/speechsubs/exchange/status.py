"""The progress of a project."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speechsubs.adapters.files import read_bytes
from speechsubs.errors import InputError
from speechsubs.project import Project, Source, State, TrackRecord


@dataclass(frozen=True, slots=True)
class TrackStatus:
    """One language of a source. `states` has a count for every state.

    `stale` segments translate a sentence that has changed since; `pinned` ones have line
    breaks set by a person; `problems` counts machine translations with issues that nobody
    has reviewed.
    """

    locale: str
    states: dict[State, int]
    stale: int
    pinned: int
    problems: int

    @property
    def segments(self) -> int:
        """The total number of segments."""
        return sum(self.states.values())

    @property
    def done(self) -> int:
        """The number of human-approved segments."""
        return sum(count for state, count in self.states.items() if state.by_person)


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source. `changed` is None if its file is not available for comparison."""

    id: str
    name: str
    language: str
    changed: bool | None
    tracks: tuple[TrackStatus, ...]


def status(project: Project) -> tuple[SourceStatus, ...]:
    """The status of each source, in project order. Missing files are no error."""
    return tuple(
        SourceStatus(
            source.id,
            source.name,
            source.language,
            _changed(source),
            tuple(_track(source, track) for track in source.tracks),
        )
        for source in project.sources
    )


def _changed(source: Source) -> bool | None:
    if not source.sha256:
        return None
    try:
        return hashlib.sha256(read_bytes(Path(source.name))).hexdigest() != source.sha256
    except InputError:
        return None


def _track(source: Source, track: TrackRecord) -> TrackStatus:
    counts = Counter(segment.state for segment in track.segments)
    texts = [sentence.text for sentence in source.sentences]
    stale = sum(not 0 <= s.index < len(texts) or texts[s.index] != s.source for s in track.segments)
    return TrackStatus(
        track.locale,
        {state: counts.get(state, 0) for state in State},
        stale,
        sum(segment.pinned for segment in track.segments),
        sum(bool(s.problems) and not s.state.by_person for s in track.segments),
    )


def data(project: Project) -> dict[str, Any]:
    """The status as JSON-ready data."""
    return {
        "project": str(project.folder),
        "glossary": project.glossary_digest,
        "sources": [
            {
                "id": source.id,
                "name": source.name,
                "language": source.language,
                "changed": source.changed,
                "tracks": [
                    {
                        "locale": track.locale,
                        "segments": track.segments,
                        **{state.value: count for state, count in track.states.items()},
                        "stale": track.stale,
                        "pinned": track.pinned,
                        "problems": track.problems,
                    }
                    for track in source.tracks
                ],
            }
            for source in status(project)
        ],
    }
