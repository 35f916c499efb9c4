"""The work of `speechsubs review`, and the page of every other review."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from speechsubs import project as projects
from speechsubs.cli import shown
from speechsubs.errors import InputError
from speechsubs.files import write_atomic
from speechsubs.project import Project, State
from speechsubs.review import page
from speechsubs.review.model import Review
from speechsubs.review.serve import Desk, Server, standing
from speechsubs.review.translation import review_of

PAGE = "review.html"
DECISIONS = "decisions.yml"


def run(folder: Path, given: Mapping[str, Any]) -> int:
    """Make or serve the page of a whole translation; the exit code."""
    tag = given["target"].tag if given["target"] else None
    states = [State(name) for name in given["states"]] or list(State)

    def review() -> Review:
        # Read again at every load: the project may have changed since.
        return review_of(projects.load(folder), tag, states)

    return present(review, projects.load(folder), given)


def present(review: Callable[[], Review], project: Project, given: Mapping[str, Any]) -> int:
    """Write the page of a review, or serve it until Ctrl-C; the exit code.

    `given` holds `output`, `serve`, `port`, `decisions`, `media` and `quiet`, as the
    options of `speechsubs review`.
    """
    made = review()
    if not made.items and not made.changes and not made.conflicts:
        raise InputError(
            str(project.folder),
            "there is nothing to review",
            "Is the language (--to) or state one that the project has?",
        )
    path = given["decisions"] or project.folder / DECISIONS
    languages = {source.name: source.language for source in project.sources}
    media = _media(project, made, given["media"])
    if given["serve"]:
        return _serve(Server(Desk(review, path, media, languages), given["port"]), given["quiet"])
    output = given["output"] or project.folder / PAGE
    if output.resolve() == path.resolve():
        raise InputError(str(output), "this is the page and the decisions", "Name two files")
    addresses = {name: _address(file, output) for name, file in media.items()}
    found, _ = standing(path, made)
    text = page.render(replace(made, media=addresses), languages=languages, decided=found)
    write_atomic(output, text.encode("utf-8"))
    if not given["quiet"]:
        screen = shown.console()
        screen.print(_counted(made))
        shown.paths([output])
    return 0


def _serve(server: Server, quiet: bool) -> int:
    if not quiet:
        shown.console().print("Ctrl-C ends it. Only this address opens the page:")
    # The address is the result, and also a test's way to know that it is there.
    click.echo(server.url)
    server.run()
    return 0


def _counted(review: Review) -> str:
    parts = [f"{len(review.items):,} segments"]
    if review.changes:
        parts.insert(0, f"{len(review.changes):,} changes")
    if review.conflicts:
        parts.append(f"{len(review.conflicts):,} conflicts")
    return ", ".join(parts)


def _media(project: Project, review: Review, named: Sequence[Path]) -> dict[str, Path]:
    """The recording of each source: named here, else the one of the project."""
    names = [source.name for source in project.sources]
    files = list(dict.fromkeys(item.file for item in review.items)) or names
    found = {
        source.name: Path(source.media)
        for source in project.sources
        if source.media and Path(source.media).is_file()
    }
    for one in map(os.fspath, named):
        source, equals, file = one.partition("=")
        if equals and source in names:
            found[source] = _recording(Path(file))
        elif len(files) == 1:
            found[files[0]] = _recording(Path(one))
        else:
            raise InputError(
                f"--media {one}",
                "the project has several sources",
                f"Say which one: --media {names[0]}=FILE",
            )
    return found


def _recording(path: Path) -> Path:
    if not path.is_file():
        raise InputError(str(path), "no such recording")
    return path


def _address(file: Path, output: Path) -> str:
    """A recording's address in a page on disk: relative, so that both may move together."""
    try:
        relative = os.path.relpath(file.resolve(), output.resolve().parent)
    except ValueError:
        # Another drive: nothing leads there from here.
        return file.resolve().as_uri()
    return quote(Path(relative).as_posix())
