"""Where packages are: the folders of Argos's tools, and the models that we ship."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from speechsubs.errors import PackageError
from speechsubs.packages import lockfile
from speechsubs.packages.reading import Package, argos, read

#: Set to anything but "" or "0", this leaves the models out that come with speechsubs.
NO_STARTER: Final = "SPEECHSUBS_NO_STARTER"


@dataclass(frozen=True, slots=True)
class Scan:
    """What a package folder holds. `problems` are the folders that were skipped, and why."""

    packages: tuple[Package, ...]
    problems: tuple[PackageError, ...]


def folder() -> Path:
    """The folder that Argos tools install into (`ARGOS_PACKAGES_DIR` moves it)."""
    return folders()[0]


def folders() -> list[Path]:
    """All folders that Argos looks into, the one it installs into first."""
    return [Path(p) for p in argos("settings").package_dirs]


def bundled_folder() -> Path:
    """Where the models are that we ship: in the package, or beside it in a checkout."""
    packaged = Path(__file__).parents[1] / "data" / "models"
    if packaged.is_dir():
        return packaged
    return Path(__file__).parents[3] / "models"


def installed(directory: Path | None = None) -> tuple[Package, ...]:
    """The usable translation packages in a folder, sorted by path."""
    return scan(directory).packages


def scan(directory: Path | None = None) -> Scan:
    """Look through a package folder, by default all of Argos's own and what we ship.

    What we ship comes last; `preference` says which of two packages to take.
    Never fails on what lies there: stray files are ignored, broken packages are
    reported in `problems`. A missing folder holds nothing.
    """
    packages: list[Package] = []
    problems: list[PackageError] = []
    for root in [directory] if directory is not None else folders():
        _look(root, packages, problems)
        try:
            lockfile.load(root)
        except PackageError as problem:
            problems.append(problem)
    if directory is None and os.environ.get(NO_STARTER, "") in ("", "0"):
        hidden = lockfile.load_or_empty(folder()).hidden
        found: list[Package] = []
        _look(bundled_folder(), found, problems, bundled=True)
        packages += [package for package in found if package.path.name not in hidden]
    return Scan(tuple(packages), tuple(problems))


def _look(
    root: Path, packages: list[Package], problems: list[PackageError], *, bundled: bool = False
) -> None:
    try:
        entries = sorted(p for p in root.iterdir() if p.is_dir())
    except FileNotFoundError:
        return
    except OSError as error:
        problems.append(PackageError(root, f"cannot be read ({error.strerror})"))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue  # unfinished installs of ours
        try:
            package = read(entry, bundled=bundled)
        except PackageError as problem:
            problems.append(problem)
            continue
        if package is not None:
            packages.append(package)


def preference(package: Package) -> tuple[bool, tuple[int, ...], str]:
    """A key that sorts packages of one pair, the best last.

    What a person installed beats what we ship, then the higher version wins.
    """
    return not package.bundled, version_key(package.version), package.path.name


def version_key(version: str) -> tuple[int, ...]:
    """Versions as numbers, so that 1.10 comes after 1.9; odd ones come first.

    >>> version_key("1.10") > version_key("1.9") > version_key("next")
    True
    """
    parts = version.split(".")
    return tuple(int(p) if p.isascii() and p.isdigit() and len(p) < 9 else -1 for p in parts)
