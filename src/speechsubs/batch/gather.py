"""Which files are meant: names, folders and patterns into paths, in a fixed order."""

import fnmatch
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from speechsubs import outputs
from speechsubs.errors import InputError

_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Found:
    """A file, and the folder below which the tree of the outputs mirrors its own."""

    path: Path
    root: Path


def _all_own(path: Path) -> bool:
    del path
    return True


@dataclass(frozen=True, slots=True)
class Choice:
    """Which files of a folder are taken.

    `suffixes` (in lower case, with dots) hold where `include` is empty. A pattern
    without a slash is compared with a file's name, one with a slash with its path below
    the folder; `**` stands for any number of folders. `skips_own` says which of the files
    that speechsubs wrote itself are left out: those that the command would write again.
    """

    suffixes: tuple[str, ...]
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    recursive: bool = False
    skips_own: Callable[[Path], bool] = field(default=_all_own)

    def takes(self, path: Path, root: Path) -> bool:
        """Whether a file that was found in a folder is meant."""
        below = path.relative_to(root).parts
        if any(_matches(below, pattern) for pattern in self.exclude):
            return False
        if self.include:
            return any(_matches(below, pattern) for pattern in self.include)
        return path.suffix.lower() in self.suffixes


def is_pattern(path: Path) -> bool:
    """Whether a name is a pattern: it has a wildcard, and no file is called so."""
    return bool(_MAGIC.search(str(path))) and not os.path.lexists(path)


def gather(
    arguments: Sequence[Path], choice: Choice, output: Path | None = None
) -> Iterator[Found]:
    """Every file once, in the order of the arguments, folders in the order of names.

    From a folder or by a pattern hidden files are not taken, nor what lies in the folder
    for the outputs, nor what `Choice.skips_own` leaves out; a file that was named always
    is. Several folders mirror their trees below what they have in common.
    Raises `InputError` for a folder that cannot be read, and for a folder or a pattern
    without a file.
    """
    folders = [path for path in arguments if path.is_dir()]
    common = Path(os.path.commonpath([p.absolute() for p in folders])) if folders else Path()
    seen: set[str] = set()
    scan = _Scan(choice, output)
    for argument in arguments:
        if argument.is_dir():
            root = argument if len(folders) == 1 else _below(common, argument)
            found = _some(scan.folder(argument, root, choice.recursive), argument, choice)
        elif is_pattern(argument):
            found = scan.pattern(argument)
        else:
            found = iter([Found(argument, argument.parent)])
        for item in found:
            real = os.path.realpath(item.path)
            if real not in seen:
                seen.add(real)
                yield item


def _some(found: Iterator[Found], folder: Path, choice: Choice) -> Iterator[Found]:
    """At least one file, or an error."""
    empty = True
    for item in found:
        empty = False
        yield item
    if empty:
        wanted = " ".join(choice.include or choice.suffixes)
        advice = f"Taken are {wanted}" + ("" if choice.recursive else "; --recursive looks deeper")
        if outputs.owned(folder):
            advice += "; what speechsubs wrote is left out unless it is named"
        raise InputError(str(folder), "there is no file to take in this folder", advice)


def _below(common: Path, folder: Path) -> Path:
    """The common folder, written as the argument is: relative ones stay so."""
    depth = len(folder.absolute().parts) - len(common.parts)
    root = folder
    for _ in range(depth):
        root = root.parent if root.name else Path(os.path.normpath(root / ".."))
    return root if root.absolute() == common else common


@dataclass(frozen=True, slots=True)
class _Scan:
    choice: Choice
    output: Path | None

    def folder(self, folder: Path, root: Path, recursive: bool) -> Iterator[Found]:
        """The files of a folder, then those of its folders, by name."""
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            problem = f"this folder cannot be read ({error.strerror or error})"
            raise InputError(str(folder), problem) from error
        own = outputs.owned(folder)
        below = []
        for entry in entries:
            path = folder / entry.name
            # A link to a folder may lead round in a circle; a link to a file is a file.
            if entry.is_dir(follow_symlinks=False):
                below.append(path)
            elif self._good(path, own) and entry.is_file() and self.choice.takes(path, root):
                yield Found(path, root)
        if recursive:
            for path in below:
                hidden = path.name.startswith(".")
                if not hidden and not self._is_output(path):
                    yield from self.folder(path, root, recursive)

    def pattern(self, pattern: Path) -> Iterator[Found]:
        """The files that a pattern means, in the order of their names."""
        parts = pattern.parts
        fixed = next(n for n, part in enumerate(parts) if _MAGIC.search(part))
        root = Path(*parts[:fixed]) if fixed else Path()
        count = 0
        if root.is_dir():
            deep = len(parts) > fixed + 1
            choice = replace(self.choice, include=("/".join(parts[fixed:]),))
            for item in _Scan(choice, self.output).folder(root, root, deep):
                count += 1
                yield item
        if not count:
            raise InputError(str(pattern), "no file has such a name")

    def _good(self, path: Path, own: set[str]) -> bool:
        ours = path.name in own and self.choice.skips_own(path)
        return not ours and not path.name.startswith(".")

    def _is_output(self, path: Path) -> bool:
        return self.output is not None and os.path.realpath(path) == os.path.realpath(self.output)


def _matches(parts: Sequence[str], pattern: str) -> bool:
    """Whether a path, given in parts, is one that a pattern means."""
    wanted = [part for part in pattern.split("/") if part not in ("", ".")]
    if "/" not in pattern.strip("/"):
        return fnmatch.fnmatchcase(parts[-1], pattern)
    # Which beginnings of the pattern match what was looked at so far: linear in the path.
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
    """The states, and those that follow when a `**` stands for nothing."""
    found = set(states)
    for state in sorted(states):
        while state < len(wanted) and wanted[state] == "**":
            state += 1
            found.add(state)
    return found
