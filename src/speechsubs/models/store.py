"""Where packages are: the folders of Argos's tools, and the models that we ship.

Packages into their folder and out of it, in one step each.

An archive is unpacked beside the folder of packages, tried, and takes its place by
renaming; a process killed on the way leaves a folder there that nobody looks into
and that the next installation clears away. (Not inside the folder: other Argos tools
fail over any folder in it that is no package.)

Is an installed package still what was installed?

At every load the sizes and times of the files are compared with models.lock, which
costs a look at each of about six files. Only a file whose time changed is read: a
model of 300 MB takes 0.7 s (measured), and a copied or restored folder changes
all times and no byte. What keeps size and time and changes its bytes (a failing disk,
somebody who wants it so) is found by `verify`, which reads everything.

Language tags as Argos writes them.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from speechsubs.errors import PackageError, UnknownLocaleError
from speechsubs.language import locales, tags
from speechsubs.models import lockfile
from speechsubs.models import package as zipped
from speechsubs.models.lockfile import Locked
from speechsubs.models.package import Package, argos, hashed, members, read

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


#: Disks are never filled to the last byte.
SPARE_BYTES: Final = 64 * 1024**2

#: Looks at a package before it takes its place, and raises `PackageError`.
Check = Callable[[Package], None]


def install_file(
    path: Path,
    directory: Path | None = None,
    *,
    check: Check | None = None,
    replace: bool = False,
    origin: str = "",
    sha256: str = "",
) -> Package:
    """Install a package file (`.argosmodel`) and return the package.

    Nothing from the archive is trusted: one root folder, only the members that are
    used, no links, limits on number, size and compression. `check` sees the unpacked
    package before it takes its name in one step, so a broken archive leaves nothing.
    An older or equal version of the same pair is replaced; another pair, a newer
    version, or a folder that is no package only with `replace`. The hashes go into
    models.lock with `origin`; `sha256` is what the archive must have, "" for any.

    Raises `PackageError`; `OutputError` where the lock cannot be written.
    """
    target = directory if directory is not None else folder()
    with zipped.opened(path) as archive:
        digest = hashed(path)
        if sha256 and digest != sha256:
            raise PackageError(path, "is not the file it should be (another SHA-256)")
        root, found = zipped.plan(path, archive)
        size = sum(info.file_size for info in found.values())
        with lockfile.guard(target), _staging(target) as staging:
            refuse_full(target, size)
            staged = staging / root
            zipped.unpack(path, archive, found, staged)
            package = read(staged)
            if package is None:
                raise PackageError(path, "is no translation package")
            if (target / root).is_file():
                raise PackageError(target / root, "is in the way and no folder; move it away")
            if not replace:
                _refuse_other(path, package, target / root)
            if check:
                _checked(check, package, path)
            _place(package, target, staging / "old", origin or path.name, digest)
    done = read(target / root)
    assert done is not None
    return done


def refuse_full(place: Path, size: int) -> None:
    """Raise `PackageError` where a disk has no room for so many bytes."""
    free = shutil.disk_usage(place).free
    if free < size + SPARE_BYTES:
        raise PackageError(
            place, f"{size / 1e6:,.0f} MB are needed here and {free / 1e6:,.0f} MB are free"
        )


def _refuse_other(path: Path, package: Package, final: Path) -> None:
    """Refuse to replace what is not an equal or older package of the same pair."""
    if not final.exists() and not final.is_symlink():
        return
    how = "--replace overwrites it"
    try:
        there = read(final)
    except PackageError as error:
        raise PackageError(final, f"is in the way and {error.problem}; {how}") from error
    if there is None or (there.from_code, there.to_code) != (package.from_code, package.to_code):
        what = f"holds {there.name}" if there else "holds a package of another kind"
        raise PackageError(path, f"{package.name} would replace {final}, which {what}; {how}")
    if version_key(there.version) > version_key(package.version):
        raise PackageError(
            path, f"{package.name} would replace the newer {there.name} in {final}; {how}"
        )


def _checked(check: Check, package: Package, path: Path) -> None:
    try:
        check(package)
    except PackageError as error:
        # The person knows the archive, not the place where it was tried.
        raise type(error)(path, error.problem) from error


def _place(package: Package, target: Path, aside: Path, origin: str, digest: str) -> None:
    """Rename the folder into its place, and lock what is there now."""
    name = package.path.name
    lock = lockfile.load(target)
    entry = locked(package, origin, digest)
    if name in lock.packages:
        # A kill between the next two steps then leaves a package without an entry, not
        # one with a wrong entry.
        lock = lock.having(name, None)
        lockfile.save(target, lock)
    _swap(package.path, target / name, aside)
    lockfile.save(target, lock.having(name, entry))


def locked(package: Package, origin: str, archive_sha256: str = "") -> Locked:
    """A package's entry in models.lock, from the files as they are. Raises `OSError`."""
    files = {
        name: lockfile.fingerprint(package.path / name, hashed(package.path / name))
        for name in members(package.path)
    }
    date = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Locked(
        package.from_code,
        package.to_code,
        package.version,
        origin[:2_000],
        date,
        archive_sha256,
        files,
    )


def _swap(staged: Path, final: Path, aside: Path) -> None:
    """Put a folder in its place in one step; the old one is put back if that fails."""
    if not final.exists() and not final.is_symlink():
        staged.rename(final)
        return
    final.rename(aside)
    try:
        staged.rename(final)
    except OSError:
        aside.rename(final)
        raise


def remove(package: Package) -> None:
    """Take a package away, and its entry from models.lock.

    What comes with speechsubs stays on disk and is left out from now on; `restore`
    brings it back. Raises `PackageError` where the folder cannot be changed.
    """
    if package.bundled:
        target = folder()
        with lockfile.guard(target):
            lock = lockfile.load(target)
            hidden = lock.hidden | {package.path.name}
            lockfile.save(target, replace(lock, hidden=hidden))
        return
    target = package.path.parent
    try:
        with lockfile.guard(target), _staging(target) as staging:
            if package.path.is_symlink():
                package.path.unlink()
            else:
                package.path.rename(staging / "old")
            lock = lockfile.load_or_empty(target)
            if package.path.name in lock.packages:
                lockfile.save(target, lock.having(package.path.name, None))
    except OSError as error:
        raise PackageError(package.path, f"cannot be removed ({error.strerror})") from error


def restore() -> None:
    """Bring back all models that come with speechsubs and were removed."""
    target = folder()
    with lockfile.guard(target):
        lock = lockfile.load(target)
        if lock.hidden:
            lockfile.save(target, replace(lock, hidden=frozenset()))


@contextlib.contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """A folder on the same disk as `target`, gone at the end. Call it under the guard."""
    prefix = f".speechsubs-{target.name}-"
    place = target.parent if _beside(target) else target
    for stale in place.glob(f"{prefix}*"):
        # We hold the guard: whoever made this is no more.
        shutil.rmtree(stale, ignore_errors=True)
    with tempfile.TemporaryDirectory(
        prefix=prefix, dir=place, ignore_cleanup_errors=True
    ) as temporary:
        yield Path(temporary)


def _beside(target: Path) -> bool:
    """True where folders can be renamed from beside a folder into it."""
    parent = target.parent
    try:
        return os.access(parent, os.W_OK) and parent.stat().st_dev == target.stat().st_dev
    except OSError:
        return False


def lock_entry(package: Package) -> Locked | None:
    """A package's entry in models.lock; None for what other tools installed."""
    if package.bundled:
        return None
    return lockfile.load_or_empty(package.path.parent).packages.get(package.path.name)


def lock_problem(package: Package) -> str:
    """What changed since the package was installed, in words; "" if nothing is known to.

    For every load: files are read only where size or time differ. Packages without an
    entry in models.lock, and what comes with speechsubs, have no problem.
    """
    entry = lock_entry(package)
    return _difference(package, entry, thorough=False) if entry else ""


def verify(package: Package) -> str:
    """The same, with every byte read. Renews the times in models.lock if all is well.

    What comes with speechsubs is only read: pip keeps its hashes.
    """
    if package.bundled:
        try:
            for name in members(package.base):
                hashed(package.base / name)
        except OSError as error:
            return f"cannot be read ({error.strerror})"
        return ""
    entry = lock_entry(package)
    if entry is None:
        return ""
    problem = _difference(package, entry, thorough=True)
    if not problem:
        _renew(package, entry)
    return problem


def _difference(package: Package, entry: Locked, *, thorough: bool) -> str:
    try:
        present = set(members(package.path))
    except PackageError as error:
        return error.problem
    for name in sorted(entry.files):
        expected = entry.files[name]
        if name not in present:
            return f"{name} is missing"
        file = package.path / name
        try:
            now = lockfile.fingerprint(file, expected.sha256)
            if now.size != expected.size:
                return f"{name} has {now.size:,} bytes instead of {expected.size:,}"
            if (thorough or now != expected) and hashed(file) != expected.sha256:
                return f"{name} is not what was installed on {entry.installed[:10]}"
        except OSError as error:
            return f"{name} cannot be read ({error.strerror})"
    added = sorted(present - set(entry.files))
    return f"{added[0]} was added" if added else ""


def _renew(package: Package, entry: Locked) -> None:
    """Take over the times of files whose bytes were found to be the same."""
    folder = package.path.parent
    try:
        files = {
            name: lockfile.fingerprint(package.path / name, file.sha256)
            for name, file in entry.files.items()
        }
    except OSError:
        return  # gone in this moment: the next look will say so
    if files == dict(entry.files):
        return
    with lockfile.guard(folder):
        lock = lockfile.load(folder)
        if lock.packages.get(package.path.name) == entry:
            renewed = Locked(
                entry.from_code,
                entry.to_code,
                entry.version,
                entry.origin,
                entry.installed,
                entry.archive_sha256,
                files,
            )
            lockfile.save(folder, lock.having(package.path.name, renewed))


def adopt(package: Package) -> None:
    """Enter a package as it is now: what other tools installed, or a change that is wanted.

    A lock that is broken is written anew, without its other entries. Raises
    `PackageError`.
    """
    folder: Path = package.path.parent
    with lockfile.guard(folder):
        try:
            entry = locked(package, "adopted")
        except OSError as error:
            raise PackageError(package.path, f"cannot be read ({error.strerror})") from error
        lock = lockfile.load_or_empty(folder)
        lockfile.save(folder, lock.having(package.path.name, entry))


def codes(tag: str) -> tuple[str, ...]:
    """Argos codes that serve a BCP 47 tag or are one already, best first.

    >>> codes("zh-Hant"), codes("pt-BR"), codes("nl"), codes("es-419")
    (('zt',), ('pb', 'pt'), ('nl',), ('es',))

    Raises `UnknownLocaleError` for what is no tag.
    """
    wanted = locales.canonical(tag)
    today = tags.canonical(wanted)
    if special := tags.argos(today):
        return special
    language = tags.primary(today)
    try:
        found = locales.load(wanted)
    except UnknownLocaleError:
        # Argos knows more languages than we have rules for.
        return tags.argos(language) or (language,)
    return (found.argos or language,)


def code_pairs(source: str, target: str) -> tuple[tuple[str, str], ...]:
    """All pairs of Argos codes that serve two tags, best first."""
    return tuple((a, b) for a in codes(source) for b in codes(target))
