"""The progress of a project, counted by state."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from speechsubs import project
from speechsubs.exchange import status
from speechsubs.exchange.status import data
from speechsubs.project import Project, State

from .samples import GOLDEN


@pytest.fixture
def talk() -> Project:
    return project.load(GOLDEN)


def test_segments_are_counted_by_state(talk: Project) -> None:
    (source,) = status(talk)
    (track,) = source.tracks
    assert (source.id, source.name, source.language) == ("talk", "talk.txt", "en")
    assert track.states == dict.fromkeys(State, 1)
    assert (track.locale, track.segments, track.done) == ("es", 4, 2)
    assert (track.stale, track.pinned, track.problems) == (0, 1, 1)


def test_a_segment_of_another_sentence_is_stale(talk: Project) -> None:
    (source,) = talk.sources
    (track,) = source.tracks
    changed = replace(track.segments[0], source="Lei Jun paid.")
    beyond = replace(track.segments[1], index=99)
    track = track.with_segment(0, changed).with_segment(1, beyond)
    (found,) = status(replace(talk, sources=(replace(source, tracks=(track,)),)))
    assert found.tracks[0].stale == 2


def test_problems_that_a_person_has_reviewed_do_not_count(talk: Project) -> None:
    (source,) = talk.sources
    (track,) = source.tracks
    edited = replace(track.segments[0], state=State.EDITED)
    track = track.with_segment(0, edited)
    (found,) = status(replace(talk, sources=(replace(source, tracks=(track,)),)))
    assert (found.tracks[0].problems, found.tracks[0].done) == (0, 3)


def test_a_source_is_compared_with_its_file(talk: Project, tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes(b"Hello.")
    (source,) = talk.sources

    def changed(name: Path, sha256: str) -> bool | None:
        own = replace(source, name=str(name), sha256=sha256)
        return status(replace(talk, sources=(own,)))[0].changed

    assert changed(path, hashlib.sha256(b"Hello.").hexdigest()) is False
    assert changed(path, hashlib.sha256(b"Bye.").hexdigest()) is True
    assert changed(path, "") is None
    assert changed(tmp_path / "missing.txt", "00") is None


def test_the_status_as_data(talk: Project) -> None:
    found = data(talk)
    assert found["project"] == str(GOLDEN)
    (source,) = found["sources"]
    assert source["changed"] is None
    assert source["tracks"] == [
        {"locale": "es", "segments": 4, "new": 1, "machine": 1, "edited": 1, "approved": 1,
         "stale": 0, "pinned": 1, "problems": 1},
    ]  # fmt: skip
