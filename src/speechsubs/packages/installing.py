"""Packages into their folder and out of it, in one step each.

An archive is unpacked beside the folder of packages, tried, and takes its place by
renaming; a process killed on the way leaves a folder there that nobody looks into
and that the next installation clears away. (Not inside the folder: other Argos tools
fail over any folder in it that is no package.)
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from speechsubs.errors import PackageError
from speechsubs.packages import archive as zipped
from speechsubs.packages import lockfile
from speechsubs.packages.folders import folder, version_key
from speechsubs.packages.lockfile import Locked
from speechsubs.packages.reading import Package, hashed, members, read

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
