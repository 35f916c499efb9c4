"""The implementation of `speechsubs review`, and the page of every other review."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import count
from pathlib import Path
from urllib.parse import quote

import click

from speechsubs import engines
from speechsubs import project as projects
from speechsubs.adapters.files import write_atomic
from speechsubs.cli.arguments import GlossaryReview, Page
from speechsubs.cli.jobs import console
from speechsubs.errors import InputError
from speechsubs.glossary import Glossary
from speechsubs.glossary.load import parse
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.project import Project, State
from speechsubs.project.store import GLOSSARY
from speechsubs.review import git, impact, page
from speechsubs.review.model import Review
from speechsubs.review.serve import ReviewSession, Server, is_available, read_decisions
from speechsubs.review.translation import review_translation

PAGE = "review.html"
DECISIONS = "decisions.yml"


def run(folder: Path, asked: Page, *, target: Locale | None, states: Sequence[str]) -> int:
    """Make or serve the page of a whole translation; returns the exit code."""
    tag = target.tag if target else None
    wanted = [State(name) for name in states] or list(State)

    def make(project: Project) -> Review:
        return review_translation(project, tag, wanted)

    return present(folder, make, asked)


def change(names: Sequence[str], given: GlossaryReview, asked: Page) -> int:
    """Make or serve the page of a glossary change in a project; returns the exit code.

    `names` are OLD and NEW, files or git revisions of files; without OLD it is the version
    with which the project was made.
    """
    if not 1 <= len(names) <= 2:
        raise click.UsageError("specify one or two glossaries: OLD NEW")
    folder = given.project
    after = git.load(names[-1])
    before = git.load(names[0]) if len(names) == 2 else _made_with(projects.load(folder))
    tags = {locales.canonical(tag) for tag in given.targets}
    # Loading a model is slow, and a served page is rebuilt after every change.
    load = None if given.no_translate else cache(partial(engines.load, given.engine))

    def make(project: Project) -> Review:
        title = f"{names[0]} → {names[1]}" if len(names) == 2 else names[0]
        return impact.review_change(project, before, after, tags=tags, engines=load, title=title)

    return present(folder, make, asked)


def _made_with(project: Project) -> Glossary:
    if not project.glossary:
        problem = "the project was made without a glossary, so there is nothing to compare with"
        raise InputError(str(project.folder), problem, "Specify OLD and NEW")
    return parse(project.glossary.removeprefix("\ufeff"), project.folder / GLOSSARY)


def present(folder: Path, make: Callable[[Project], Review], asked: Page) -> int:
    """Write the page of a review, or serve it until Ctrl-C; returns the exit code."""
    review = _Fresh(folder, make)
    made, project = review(), projects.load(folder)
    if not made.items and not made.changes and not made.conflicts:
        raise InputError(
            str(folder),
            "nothing to review",
            "Does the project have this language (--to) and state (--state)?",
        )
    path, page_name = _names(project.folder, made, asked.decisions)
    languages = {source.id: source.language for source in project.sources}
    media = _media(project, made, asked.media)
    if path.name != DECISIONS and not asked.decisions and not asked.quiet:
        message = (
            f"{DECISIONS} belongs to another review; the decisions of this one are in {path.name}"
        )
        console.note(console.stderr(), message)
    if asked.serve:
        return _serve(
            Server(ReviewSession(review, path, media, languages), asked.port), asked.quiet
        )
    output = asked.output or project.folder / page_name
    if os.path.realpath(output) == os.path.realpath(path):
        raise InputError(
            str(output),
            "the page and the decisions are the same file",
            "Specify two different files",
        )
    addresses = {name: _address(file, output) for name, file in media.items()}
    found, _ = read_decisions(path, made)
    text = page.render(
        replace(made, media=addresses), languages=languages, decided=found, name=path.name
    )
    write_atomic(output, text.encode("utf-8"))
    if not asked.quiet:
        screen = console.stderr()
        screen.print(_counted(made))
        console.show_paths([output])
    return 0


def _names(folder: Path, review: Review, asked: Path | None) -> tuple[Path, str]:
    """The decisions file of a review, and the name of its page.

    Unless named explicitly, it is the first of decisions.yml, decisions-2.yml ... that no
    other review uses: existing decisions are never overwritten.
    """
    if asked is not None:
        return asked, PAGE
    for number in count(1):
        mark = f"-{number}" if number > 1 else ""
        path = folder / DECISIONS.replace(".", f"{mark}.")
        if is_available(path, review):
            return path, PAGE.replace(".", f"{mark}.")
    raise AssertionError  # unreachable: the numbers are infinite


class _Fresh:
    """Rebuilds a review if, and only if, a file of the project has changed.

    A reloaded page is up to date, and saving does not wait for a translation.
    """

    def __init__(self, folder: Path, make: Callable[[Project], Review]) -> None:
        self._folder, self._make = folder, make
        self._seen: object = None
        self._review: Review | None = None

    def __call__(self) -> Review:
        names = [*sorted(self._folder.glob("*.json")), self._folder / GLOSSARY]
        stats = [(p.name, p.stat()) for p in names if p.is_file()]
        seen = [(name, stat.st_mtime_ns, stat.st_size) for name, stat in stats]
        if self._review is None or seen != self._seen:
            self._review, self._seen = self._make(projects.load(self._folder)), seen
        return self._review


def _serve(server: Server, quiet: bool) -> int:
    if not quiet:
        console.stderr().print("Stop with Ctrl-C. The page is only available at this address:")
    # The address is the result, and tells tests that the server is ready.
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
    """The recording of each source id: named on the command line, else the project's."""
    by_name = {source.name: source.id for source in project.sources}
    shown = list(dict.fromkeys(item.source_id for item in review.items)) or [*by_name.values()]
    found = {
        source.id: Path(source.media)
        for source in project.sources
        if source.media and Path(source.media).is_file()
    }
    for one in map(os.fspath, named):
        name, equals, file = one.partition("=")
        if equals and name in by_name:
            found[by_name[name]] = _recording(Path(file))
        elif len(shown) == 1:
            found[shown[0]] = _recording(Path(one))
        else:
            raise InputError(
                f"--media {one}",
                "the project has several sources",
                f"Specify the source: --media {next(iter(by_name), 'SOURCE')}=FILE",
            )
    return found


def _recording(path: Path) -> Path:
    if not path.is_file():
        raise InputError(str(path), "no such recording")
    return path


def _address(file: Path, output: Path) -> str:
    """A recording's URL in a page on disk: relative, so that both can move together."""
    try:
        relative = os.path.relpath(file.resolve(), output.resolve().parent)
    except ValueError:
        # On another drive there is no relative path.
        return file.resolve().as_uri()
    return quote(Path(relative).as_posix())
