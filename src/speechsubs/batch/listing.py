"""From what a person named to units: where each file's outputs go, what its options are."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from speechsubs import locales
from speechsubs.batch import gather, jobsfile
from speechsubs.batch.gather import Choice
from speechsubs.batch.jobsfile import Row
from speechsubs.batch.state import State
from speechsubs.batch.unit import Unit
from speechsubs.errors import InputError, UnknownLocaleError
from speechsubs.options import Options


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for: arguments and options, before any file is looked at.

    `output` is the folder for the outputs, None for beside each source. `row` makes the
    options of a manifest's row from its options. Raises what it finds wrong with them.
    """

    arguments: tuple[Path, ...]
    command: str
    options: Options
    choice: Choice
    targets: tuple[str, ...] = ()
    output: Path | None = None
    row: Callable[[Row, Options], Options] | None = None


def is_batch(arguments: Sequence[Path], most: int) -> bool:
    """Whether arguments are more than some plain files: a folder, a pattern, a manifest.

    More than `most` files are a batch too.
    """
    return len(set(arguments)) > most or any(
        path.is_dir() or jobsfile.is_manifest(path) or gather.is_pattern(path) for path in arguments
    )


def units(request: Request) -> list[Unit]:
    """Every file once, in a fixed order. Raises `InputError` for what cannot be read.

    `Unit.key` is not set yet: it depends on `home`, which depends on the units.
    """
    found = []
    plain: list[Path] = []
    for argument in request.arguments:
        if jobsfile.is_manifest(argument) and not argument.is_dir():
            found += list(_gathered(plain, request))
            plain = []
            found += [_of_row(row, argument, request) for row in jobsfile.read(argument)]
        else:
            plain.append(argument)
    found += list(_gathered(plain, request))
    once: dict[str, Unit] = {}
    for unit in found:
        once.setdefault(os.path.realpath(unit.source), unit)
    return list(once.values())


def home(units: Sequence[Unit], output: Path | None) -> Path:
    """The folder that holds the batch's manifest: that of the outputs, or what they share."""
    if output is not None:
        return output
    folders = {unit.folder.absolute() for unit in units}
    return Path(os.path.commonpath(folders)) if folders else Path()


def keyed(units: Sequence[Unit], state: State) -> list[Unit]:
    """The units by the names that they have in a manifest."""
    return [replace(unit, key=state.name(unit.source)) for unit in units]


def _gathered(arguments: Sequence[Path], request: Request) -> Iterator[Unit]:
    # One object for each folder: a batch holds all of its units.
    folders: dict[tuple[Path, Path], Path] = {}
    for item in gather.gather(arguments, request.choice, request.output):
        place = (item.path.parent, item.root)
        if place not in folders:
            folders[place] = _mirrored(item.path, item.root, request.output)
        yield Unit(item.path, folders[place], "", request.command, request.options, request.targets)


def _mirrored(path: Path, root: Path, output: Path | None) -> Path:
    """The folder of a file's outputs, which lies below `output` as the file below `root`."""
    if output is None:
        return path.parent
    try:
        return output / path.parent.absolute().relative_to(root.absolute())
    except ValueError:
        return output


def _of_row(row: Row, manifest: Path, request: Request) -> Unit:
    options = request.row(row, request.options) if request.row else request.options
    targets = request.targets
    if row.languages is not None:
        targets = tuple(_tag(tag, row) for tag in row.languages)
    if row.audio is not None and request.command != "subtitle":
        raise InputError(row.place, f"audio is for `subtitle`, not for `{request.command}`")
    folder = _mirrored(row.source, manifest.parent, request.output)
    return Unit(
        row.source, folder, "", request.command, options, targets, row.audio, place=row.place
    )


def _tag(tag: str, row: Row) -> str:
    try:
        return locales.load(tag).tag
    except UnknownLocaleError as error:
        raise InputError(row.place, str(error)) from error
