"""Turn command-line arguments (files, folders, patterns, manifests) into jobs.

A manifest lists files with their recordings, languages and options.

jobs.yml:

    version: 1
    jobs:
      - source: talks/courage.txt
        audio: talks/courage.mp3
        languages: [es, ca]
        options: {max-lines: 2, from: en}

jobs.csv has the columns source, audio, languages and options; languages are separated by
spaces, options by semicolons ("max-lines=2; from=en"). Paths are relative to the
manifest. Both formats are read strictly: anything unknown is an error with its line number.
The order of the jobs is deterministic.
"""

import csv
import difflib
import fnmatch
import io
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from speechsubs import outputs
from speechsubs.adapters import files, strict_yaml
from speechsubs.adapters.files import read_bytes
from speechsubs.adapters.strict_yaml import Map, Seq, line_of
from speechsubs.batch.model import Job
from speechsubs.batch.state import State
from speechsubs.errors import InputError, UnknownLocaleError
from speechsubs.language import locales
from speechsubs.options import Options

_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Found:
    """A file, and the root of the tree that the output folder mirrors."""

    path: Path
    root: Path


def _all_own(path: Path) -> bool:
    del path
    return True


@dataclass(frozen=True, slots=True)
class Choice:
    """Selects files of a folder.

    `suffixes` (lower case, with dots) apply if `include` is empty. A pattern without a
    slash is matched against the file name, one with a slash against the path relative to
    the folder; `**` matches any number of folders. `skips_own` decides which of the files
    written by speechsubs itself are skipped: those that the command would write again.
    """

    suffixes: tuple[str, ...]
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    recursive: bool = False
    skips_own: Callable[[Path], bool] = field(default=_all_own)

    def takes(self, path: Path, root: Path) -> bool:
        """Whether a file found in a folder is selected."""
        if self.excludes(path, root):
            return False
        below = path.relative_to(root).parts
        if self.include:
            return any(_matches(below, pattern) for pattern in self.include)
        return path.suffix.lower() in self.suffixes

    def excludes(self, path: Path, root: Path) -> bool:
        """Whether a file or folder found in a folder is excluded."""
        below = path.relative_to(root).parts
        return any(_matches(below, pattern) for pattern in self.exclude)


def is_pattern(path: Path) -> bool:
    """Whether a name is a pattern: it has a wildcard, and no such file exists."""
    return bool(_MAGIC.search(str(path))) and not os.path.lexists(path)


@dataclass(slots=True)
class Oddities:
    """What a scan passed over: entries that look like input but cannot be read, and why.

    With `empty`, that a folder or pattern matches no file is no error: in a watched folder
    it is the usual state.
    """

    empty: bool = False
    problems: list[InputError] = field(default_factory=list)


def gather(
    arguments: Sequence[Path],
    choice: Choice,
    output: Path | None = None,
    odd: Oddities | None = None,
) -> Iterator[Found]:
    """List every file once, in the order of the arguments; folders are sorted by name.

    Folders and patterns skip hidden files, the output folder, and whatever
    `Choice.skips_own` excludes; a file named explicitly is always included. Several
    folders mirror their trees relative to their common parent. Folders that cannot be read,
    and files that are none (a pipe, a link to itself), are added to `odd`.
    Raises `InputError` for a folder or pattern that matches no file.
    """
    odd = odd or Oddities()
    folders = [path for path in arguments if path.is_dir()]
    common = Path(os.path.commonpath([p.absolute() for p in folders])) if folders else Path()
    seen: set[str] = set()
    scan = _Scan(choice, output, odd)
    for argument in arguments:
        if argument.is_dir():
            root = argument if len(folders) == 1 else _below(common, argument)
            found = scan.folder(argument, root, choice.recursive)
            if not odd.empty:
                found = _some(found, argument, choice, odd)
        elif is_pattern(argument):
            found = scan.pattern(argument)
        else:
            found = iter([Found(argument, argument.parent)])
        for item in found:
            real = os.path.realpath(item.path)
            if real not in seen:
                seen.add(real)
                yield item


def _some(found: Iterator[Found], folder: Path, choice: Choice, odd: Oddities) -> Iterator[Found]:
    """Yield the files found; raise an error if there are none, and nothing odd either."""
    empty = True
    before = len(odd.problems)
    for item in found:
        empty = False
        yield item
    if empty and len(odd.problems) == before:
        wanted = " ".join(choice.include or choice.suffixes)
        advice = f"Matching files: {wanted}" + (
            "" if choice.recursive else "; use --recursive to search subfolders"
        )
        if outputs.owned(folder):
            advice += "; files written by speechsubs are skipped unless named explicitly"
        raise InputError(str(folder), "no matching input files in this folder", advice)


def _below(common: Path, folder: Path) -> Path:
    """The common folder, spelled like the argument: relative paths stay relative."""
    depth = len(folder.absolute().parts) - len(common.parts)
    root = folder
    for _ in range(depth):
        root = root.parent if root.name else Path(os.path.normpath(root / ".."))
    return root if root.absolute() == common else common


@dataclass(frozen=True, slots=True)
class _Scan:
    choice: Choice
    output: Path | None
    odd: Oddities

    def folder(self, folder: Path, root: Path, recursive: bool) -> Iterator[Found]:
        """Yield the files of a folder, then those of its subfolders, sorted by name."""
        # No recursion: folders can be nested deeper than Python calls.
        left = [folder]
        while left:
            now = left.pop()
            below: list[Path] = []
            yield from self._files(now, root, below)
            if recursive:
                left += [
                    path
                    for path in reversed(below)
                    if not path.name.startswith(".") and not self._is_output(path)
                ]

    def _files(self, folder: Path, root: Path, below: list[Path]) -> Iterator[Found]:
        """Yield the files of a folder; its subfolders are added to `below`."""
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            own = outputs.owned(folder)
        except (OSError, InputError) as error:
            if folder == root or not self.choice.excludes(folder, root):
                reason = getattr(error, "strerror", None) or error
                problem = InputError(str(folder), f"this folder cannot be read ({reason})")
                self.odd.problems.append(problem)
            return
        for entry in entries:
            path = folder / entry.name
            # A link to a folder may form a cycle; a link to a file counts as a file.
            if entry.is_dir(follow_symlinks=False):
                below.append(path)
            elif self._good(path, own) and self.choice.takes(path, root):
                problem_with = _problem_with(path)
                if problem_with:
                    self.odd.problems.append(InputError(str(path), problem_with))
                else:
                    yield Found(path, root)

    def pattern(self, pattern: Path) -> Iterator[Found]:
        """Yield the files that match a pattern, sorted by name."""
        parts = pattern.parts
        fixed = next(n for n, part in enumerate(parts) if _MAGIC.search(part))
        root = Path(*parts[:fixed]) if fixed else Path()
        count = 0
        if root.is_dir():
            deep = len(parts) > fixed + 1
            choice = replace(self.choice, include=("/".join(parts[fixed:]),))
            for item in _Scan(choice, self.output, self.odd).folder(root, root, deep):
                count += 1
                yield item
        if not count and not self.odd.empty:
            raise InputError(str(pattern), "no matching files")

    def _good(self, path: Path, own: set[str]) -> bool:
        ours = path.name in own and self.choice.skips_own(path)
        return not ours and not path.name.startswith(".")

    def _is_output(self, path: Path) -> bool:
        return self.output is not None and os.path.realpath(path) == os.path.realpath(self.output)


def _problem_with(path: Path) -> str:
    """Why a name that looks like an input is no file; empty if it is one."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "is a link to a file that does not exist"
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    if stat.S_ISREG(mode):
        return ""
    return f"is {files.special_kind(mode) or 'a link to a folder'}, not a file"


def _matches(parts: Sequence[str], pattern: str) -> bool:
    """Whether a path, split into parts, matches a pattern."""
    wanted = [part for part in pattern.split("/") if part not in ("", ".")]
    if "/" not in pattern.strip("/"):
        return fnmatch.fnmatchcase(parts[-1], pattern)
    # The prefixes of the pattern that match the parts so far: linear in the path's length.
    states = _skipped({0}, wanted)
    for part in parts:
        following = set()
        for state in states:
            if state < len(wanted) and wanted[state] == "**":
                following.add(state)
            elif state < len(wanted) and fnmatch.fnmatchcase(part, wanted[state]):
                following.add(state + 1)
        states = _skipped(following, wanted)
    return len(wanted) in states


def _skipped(states: set[int], wanted: Sequence[str]) -> set[int]:
    """The states, plus those reachable when a `**` matches nothing."""
    found = set(states)
    for state in sorted(states):
        while state < len(wanted) and wanted[state] == "**":
            state += 1
            found.add(state)
    return found


SUFFIXES: Final = (".yml", ".yaml", ".csv")
COLUMNS: Final = ("source", "audio", "languages", "options")
_MOST_ROWS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One file of a manifest. `place` is its position ("jobs.yml:7").

    `languages` is None if the row leaves them to the command line. `options` maps option
    names, without dashes, to the values as written.
    """

    place: str
    source: Path
    audio: Path | None = None
    languages: tuple[str, ...] | None = None
    options: dict[str, str | bool] = field(default_factory=dict)


def is_manifest(path: Path) -> bool:
    """Whether a file is a manifest, by its name: no transcript ends in .yml or .csv."""
    return path.suffix.lower() in SUFFIXES


def read(path: Path) -> list[Row]:
    """Read the rows of a manifest in order. Raises `InputError` or `YamlError`."""
    rows = list(_csv(path) if path.suffix.lower() == ".csv" else _yaml(path))
    if not rows:
        raise InputError(str(path), "contains no jobs")
    first: dict[Path, str] = {}
    for row in rows:
        if row.source in first:
            other = first[row.source]
            raise InputError(row.place, f"duplicate source {row.source}, first at {other}")
        first[row.source] = row.place
    return rows


def _yaml(path: Path) -> Iterator[Row]:
    data = strict_yaml.load(path)
    _known(data, ("version", "jobs"), path)
    version = data.get("version")
    if version != 1 or isinstance(version, bool):
        raise InputError(_at(path, data, "version"), "version must be 1", "Use version: 1")
    jobs = data.get("jobs")
    if not isinstance(jobs, Seq):
        raise InputError(_at(path, data, "jobs"), "jobs must be a list")
    for number, job in enumerate(jobs):
        place = f"{path}:{line_of(jobs, number)}"
        if isinstance(job, str):
            yield Row(place, _path(path, job, place))
            continue
        if not isinstance(job, Map):
            raise InputError(
                place, "a job must be a path or a mapping of source, audio, languages and options"
            )
        _known(job, COLUMNS, path)
        yield _yaml_row(path, job, place)


def _yaml_row(path: Path, job: Map, place: str) -> Row:
    for name in ("source", "audio"):
        if job.get(name) is not None and not isinstance(job[name], str):
            raise InputError(_at(path, job, name), f"{name} must be a path")
    if not job.get("source"):
        raise InputError(place, "a job requires a source")
    languages = job.get("languages")
    if isinstance(languages, str):
        languages = languages.replace(",", " ").split()
    if languages is not None and not (
        isinstance(languages, list) and all(isinstance(tag, str) for tag in languages)
    ):
        raise InputError(_at(path, job, "languages"), "languages must be a list of tags: [es, ca]")
    options = job.get("options")
    if options is not None and not isinstance(options, Map):
        raise InputError(_at(path, job, "options"), "options must be a mapping of `name: value`")
    audio = job.get("audio")
    return Row(
        place,
        _path(path, job["source"], place),
        _path(path, audio, place) if audio else None,
        None if languages is None else tuple(languages),
        {_name(key): _value(path, options, key) for key in options} if options else {},
    )


def _value(path: Path, options: Map, key: Any) -> str | bool:
    value = options[key]
    if isinstance(value, bool):
        return value
    if isinstance(value, str | int | float):
        return str(value)
    raise InputError(_at(path, options, key), f"{key} must be a single value")


def _known(data: Map, names: Sequence[str], path: Path) -> None:
    for key in data:
        if key not in names:
            near = difflib.get_close_matches(str(key), names, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Available: {', '.join(names)}"
            raise InputError(_at(path, data, key), f"unknown key {key!r}", hint)


def _at(path: Path, data: Map, key: object) -> str:
    return f"{path}:{line_of(data, key) if key in data else line_of(data)}"


def _csv(path: Path) -> Iterator[Row]:
    data = read_bytes(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = "not UTF-8 text"
        raise InputError(f"{path}:{line}", problem, "Save it as CSV UTF-8") from error
    if "\0" in text:
        raise InputError(
            f"{path}:{text.count(chr(10), 0, text.index(chr(0))) + 1}",
            "contains a NUL byte",
        )
    head = text.partition("\n")[0]
    # Spreadsheets write semicolons in locales whose decimal separator is the comma.
    comma = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma, strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        _check_header(header, path)
        line = reader.line_num + 1
        for cells in reader:
            place, line = f"{path}:{line}", reader.line_num + 1
            if any(cell.strip() for cell in cells):
                yield _csv_row(path, header, cells, place)
            if line > _MOST_ROWS:
                raise InputError(place, f"more than {_MOST_ROWS:,} lines")
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}", f"not valid CSV ({error})") from error


def _check_header(header: Sequence[str], path: Path) -> None:
    wrong = [name for name in header if name not in COLUMNS]
    if "source" not in header or wrong or len(set(header)) < len(header):
        problem = "the first line must contain the column names"
        if wrong:
            problem += f"; unknown column {wrong[0]!r}"
        raise InputError(f"{path}:1", problem, f"Available: {', '.join(COLUMNS)}")


def _csv_row(path: Path, header: Sequence[str], cells: Sequence[str], place: str) -> Row:
    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        raise InputError(place, f"{len(cells)} cells for {len(header)} columns")
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
    if not row.get("source"):
        raise InputError(place, "a job requires a source")
    tags = row.get("languages", "").replace(",", " ").replace(";", " ").split()
    options: dict[str, str | bool] = {}
    for item in filter(None, (part.strip() for part in row.get("options", "").split(";"))):
        name, equals, value = item.partition("=")
        key = _name(name)
        if key in options:
            raise InputError(place, f"duplicate option '{key}'")
        options[key] = value.strip() if equals else True
    return Row(
        place,
        _path(path, row["source"], place),
        _path(path, row["audio"], place) if row.get("audio") else None,
        tuple(tags) or None,
        options,
    )


def _name(key: Any) -> str:
    return str(key).strip().lstrip("-").replace("_", "-").lower()


def _path(manifest: Path, text: str, place: str) -> Path:
    if "\0" in text:
        raise InputError(place, "the path contains a NUL character")
    return manifest.parent / text


@dataclass(frozen=True, slots=True)
class Request:
    """Arguments and options as given, before any file is examined.

    `output` is the output folder; None writes next to each source. `row` builds the
    options of a manifest row and raises an error if they are invalid.
    """

    arguments: tuple[Path, ...]
    command: str
    options: Options
    choice: Choice
    targets: tuple[str, ...] = ()
    output: Path | None = None
    row: Callable[[Row, Options], Options] | None = None


def is_batch(arguments: Sequence[Path], most: int) -> bool:
    """Whether the arguments make a batch: a folder, a pattern or a manifest.

    More than `most` plain files make a batch too.
    """
    return len(set(arguments)) > most or any(
        path.is_dir() or is_manifest(path) or is_pattern(path) for path in arguments
    )


def jobs(request: Request, odd: Oddities | None = None) -> list[Job]:
    """Make one job per file, in deterministic order. Raises `InputError` if unreadable.

    What `gather` passes over is added to `odd`. `Job.key` is not set yet: it depends on
    `home`, which depends on the jobs.
    """
    found = []
    plain: list[Path] = []
    for argument in request.arguments:
        if is_manifest(argument) and not argument.is_dir():
            found += list(_gathered(plain, request, odd))
            plain = []
            found += [_of_row(row, argument, request) for row in read(argument)]
        else:
            plain.append(argument)
    found += list(_gathered(plain, request, odd))
    once: dict[str, Job] = {}
    for job in found:
        once.setdefault(os.path.realpath(job.source), job)
    return list(once.values())


def home(jobs: Sequence[Job], output: Path | None) -> Path:
    """The folder of the batch's state file: the output folder, or the jobs' common parent."""
    if output is not None:
        return output
    folders = {job.folder.absolute() for job in jobs}
    return Path(os.path.commonpath(folders)) if folders else Path()


def keyed(jobs: Sequence[Job], state: State) -> list[Job]:
    """The jobs with the keys that identify them in the state file."""
    return [replace(job, key=state.name(job.source)) for job in jobs]


def _gathered(arguments: Sequence[Path], request: Request, odd: Oddities | None) -> Iterator[Job]:
    # One path object per folder, shared by its jobs: a batch keeps all jobs in memory.
    folders: dict[tuple[Path, Path], Path] = {}
    for item in gather(arguments, request.choice, request.output, odd):
        place = (item.path.parent, item.root)
        if place not in folders:
            folders[place] = _mirrored(item.path, item.root, request.output)
        yield Job(item.path, folders[place], "", request.command, request.options, request.targets)


def _mirrored(path: Path, root: Path, output: Path | None) -> Path:
    """The output folder of a file: the same path below `output` as the file's below `root`."""
    if output is None:
        return path.parent
    try:
        return output / path.parent.absolute().relative_to(root.absolute())
    except ValueError:
        return output


def _of_row(row: Row, manifest: Path, request: Request) -> Job:
    options = request.row(row, request.options) if request.row else request.options
    targets = request.targets
    if row.languages is not None:
        targets = tuple(_tag(tag, row) for tag in row.languages)
    if row.audio is not None and request.command != "subtitle":
        raise InputError(
            row.place, f"audio is only supported by `subtitle`, not by `{request.command}`"
        )
    folder = _mirrored(row.source, manifest.parent, request.output)
    return Job(
        row.source, folder, "", request.command, options, targets, row.audio, place=row.place
    )


def _tag(tag: str, row: Row) -> str:
    try:
        return locales.load(tag).tag
    except UnknownLocaleError as error:
        raise InputError(row.place, str(error)) from error
