"""The implementation of `speechsubs models install`, and its offer if a model is missing."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from speechsubs import engines, models
from speechsubs.cli.escape import visible
from speechsubs.cli.jobs import console
from speechsubs.engines import install as engines_install
from speechsubs.engines.install import BundledArchive
from speechsubs.errors import SpeechsubsError
from speechsubs.models import Package, download
from speechsubs.models import index as models_index
from speechsubs.models.index import Offer, Step

#: The name of the models bundled with speechsubs.
STARTER: Final = "starter"


def size_text(size: int | None) -> str:
    """Format a size for humans.

    >>> size_text(81_234_567), size_text(900), size_text(None)
    ('81.2 MB', '0.9 kB', 'size unknown')
    """
    if size is None:
        return "size unknown"
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def install(
    what: Sequence[str], *, folder: Path | None, replace: bool, yes: bool, quiet: bool
) -> int:
    """Install the named models; returns the exit code."""
    screen = console.stderr()
    if folder is not None:
        return _from_folder(folder, what, replace, screen, quiet)
    if list(what) == [STARTER]:
        models.restore()
        if not quiet:
            found = [package for package in models.installed() if package.bundled]
            for package in found:
                click.echo(visible(f"{package.name}: ships with speechsubs, {package.path}"))
            if not found:
                screen.print(
                    "this installation of speechsubs has no starter models, or they are disabled"
                )
        return 0
    for word in what:
        if Path(word).is_dir() and _is_file(word):
            raise click.UsageError(
                visible(f"{word} is a folder: use --from {word} to install from it")
            )
    if what and all(_is_file(word) for word in what):
        return _files([Path(word) for word in what], replace, screen, quiet)
    if len(what) != 2:
        raise click.UsageError(
            "specify two languages (en es), .argosmodel files, or a folder with --from"
        )
    return _pair(what[0], what[1], replace, yes, screen, quiet)


def _is_file(word: str) -> bool:
    # Language tags are shorter and have no dot; a mistyped file name is still a file name.
    return "." in word or "/" in word or len(word) > 20


# ---- Files -----------------------------------------------------------------------


def _files(paths: Sequence[Path], replace: bool, screen: Console, quiet: bool) -> int:
    failed = False
    for path in dict.fromkeys(paths):
        try:
            done = engines_install.install_file(path, replace=replace)
        except SpeechsubsError as error:
            # One broken file must not prevent the others.
            console.error(screen, error)
            failed = True
        else:
            _say(done, quiet)
    return 1 if failed else 0


def _from_folder(
    folder: Path, what: Sequence[str], replace: bool, screen: Console, quiet: bool
) -> int:
    found, problems = engines_install.read_bundle(folder)
    if len(what) not in (0, 2):
        raise click.UsageError("with --from, specify two languages (en es), or none for all models")
    wanted = engines_install.choose_archives(found, what[0], what[1], folder) if what else found
    failed = False
    for problem in problems:
        console.error(screen, problem)
        failed = failed or not what
    for item in wanted:
        try:
            done = _carried(item, replace)
        except SpeechsubsError as error:
            console.error(screen, error)
            failed = True
        else:
            _say(done, quiet)
    return 1 if failed else 0


def _carried(item: BundledArchive, replace: bool) -> Package:
    return engines_install.install_file(item.path, replace=replace, sha256=item.sha256)


def _say(done: Package, quiet: bool) -> None:
    if not quiet:
        click.echo(visible(f"{done.name}: installed in {done.path}"))


# ---- From the index --------------------------------------------------------------


def _pair(source: str, target: str, replace: bool, yes: bool, screen: Console, quiet: bool) -> int:
    # Unknown languages are reported before any network access.
    models_index.check_pair(source, target)
    found = models.scan().packages
    index = models_index.fetch()
    steps = models_index.plan(index, source, target, () if replace else found)
    todo = [step for step in steps if step.offers]
    for step in steps:
        if step.there and not step.offers and not quiet:
            click.echo(visible(f"{step.there.name}: already installed and up to date"))
    if not todo or not (yes or _agreed(todo, screen)):
        return 0
    _obtain_all(todo, replace, screen, quiet)
    return 0


def _agreed(todo: Sequence[Step], screen: Console) -> bool:
    """Show what would be downloaded; ask for confirmation on a terminal."""
    names = []
    for step in todo:
        first = step.offers[0]
        size = size_text(download.size(first.links))
        names.append(f"{first.name} ({first.from_name} to {first.to_name}, {size})")
    screen.print(console.escape("to download: " + ", ".join(names)))
    if not _somebody():
        return True  # running the command is consent enough
    return bool(click.confirm("Download and install?", default=True, err=True))


def _somebody() -> bool:
    """Whether input and output are an interactive terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _obtain_all(todo: Sequence[Step], replace: bool, screen: Console, quiet: bool) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    silent = quiet or not screen.is_terminal
    for step in todo:
        with Progress(*columns, TransferSpeedColumn(), console=screen, disable=silent) as bar:
            task = bar.add_task(step.offers[0].name, total=None)

            def advance(
                done: int, total: int | None, bar: Progress = bar, task: int = task
            ) -> None:
                bar.update(task, completed=done, total=total)  # type: ignore[arg-type]  # an int

            def refused(offer: Offer, problem: str) -> None:
                console.note(screen, f"{offer.name} was not installed: {problem}")

            done = engines_install.install_step(
                step, progress=advance, refused=refused, replace=replace
            )
        _say(done, quiet)
        if step.there and not quiet:
            console.note(
                screen,
                f"{step.there.name} is kept but no longer used; "
                f"`speechsubs models remove {step.there.path.name}` removes it",
            )


# ---- When a model is missing -----------------------------------------------------


def offer(engine: str, source: str, target: str) -> bool:
    """Offer to install a model for a pair of tags; returns True if it was installed.

    For a command that found no engine: only on a terminal, only if a model would help,
    and with a question before any network access. `engine` is the value of `--engine`.
    Failures are shown, and the command's own error remains.
    """
    if engine not in ("auto", "argos") or not _somebody():
        return False
    screen = console.stderr()
    try:
        if any(o.engine == "argos" or engine == "auto" for o in engines.available(source, target)):
            return False  # it failed for another reason than a missing model
        screen.print(console.escape(f"No model to translate {source} to {target} is installed."))
        question = "Look for one in the Argos package index (requires network access)?"
        if not click.confirm(question, default=False, err=True):
            return False
        index = models_index.fetch()
        steps = models_index.plan(index, source, target, models.installed())
        todo = [step for step in steps if step.offers]
        if not todo or not _agreed(todo, screen):
            return False
        _obtain_all(todo, False, screen, False)
    except SpeechsubsError as error:
        console.error(screen, error)
        return False
    return True
