"""A source is one file, however its path is spelled and wherever it has gone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from speechsubs import project
from speechsubs.project.model import Project, place_of

Cli = Callable[..., Any]
RUN = ("--to", "es", "--engine", "echo", "--no-glossary", "--format", "srt", "--project", "p", "-q")


def edit(folder: Path, text: str) -> None:
    with project.changing(folder):
        own = project.load(folder)
        (source,) = own.sources
        track = project.edit(source.tracks[0], 0, text, author="Ana")
        project.write(replace(own, sources=(replace(source, tracks=(track,)),)))


def first(folder: Path) -> str:
    return project.load(folder).sources[0].tracks[0].segments[0].text


@pytest.mark.parametrize(
    "spelling", ["./talk.txt", "sub/../talk.txt", "{here}/talk.txt", "link.txt"]
)
def test_a_source_is_known_however_its_path_is_spelled(cli: Cli, here: Path, spelling: str) -> None:
    (here / "talk.txt").write_text("Good evening.\n")
    (here / "sub").mkdir()
    (here / "link.txt").symlink_to("talk.txt")
    cli("subtitle", "talk.txt", *RUN)
    edit(here / "p", "Buenas tardes.")
    cli("subtitle", spelling.format(here=here), *RUN, "-o", "out")
    (source,) = project.load(here / "p").sources
    assert source.id == "talk"
    assert first(here / "p") == "Buenas tardes."


def test_from_another_folder_the_same_spelling_is_another_source(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "talk.txt").write_text("Good evening.\n")
    cli("subtitle", "talk.txt", *RUN)
    (here / "other").mkdir()
    monkeypatch.chdir(here / "other")
    Path("talk.txt").write_text("Good morning.\n")
    cli("subtitle", "talk.txt", *RUN[:-3], "--project", str(here / "p"), "-q")
    assert sorted(s.id for s in project.load(here / "p").sources) == ["talk", "talk-2"]


def test_a_moved_source_and_a_moved_project_are_known(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text("Good evening.\n")
    cli("subtitle", "talk.txt", *RUN)
    edit(here / "p", "Buenas tardes.")
    (here / "talk.txt").rename(here / "keynote.txt")
    cli("subtitle", "keynote.txt", *RUN)
    (source,) = project.load(here / "p").sources
    assert (source.id, source.name) == ("talk", "keynote.txt")
    # Both together, to another place.
    (here / "moved").mkdir()
    for name in ("p", "keynote.txt"):
        (here / name).rename(here / "moved" / name)
    cli("subtitle", "moved/keynote.txt", *RUN[:-3], "--project", "moved/p", "-q")
    assert len(project.load(here / "moved/p").sources) == 1
    assert first(here / "moved/p") == "Buenas tardes."


def test_a_place_is_relative_to_the_project_and_of_a_file(here: Path) -> None:
    (here / "sub").mkdir()
    (here / "sub" / "talk.txt").write_text("x")
    assert place_of("sub/talk.txt", here / "p") == "../sub/talk.txt"
    assert place_of("sub/../sub/talk.txt", here / "sub") == "talk.txt"
    assert place_of("nothing.txt", here) == ""
    assert Project(here).source("nothing.txt") is None
