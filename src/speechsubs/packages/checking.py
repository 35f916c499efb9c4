"""Is an installed package still what was installed?

At every load the sizes and times of the files are compared with models.lock, which
costs a look at each of about six files. Only a file whose time changed is read: a
model of 300 MB takes 0.7 s (measured), and a copied or restored folder changes
all times and no byte. What keeps size and time and changes its bytes (a failing disk,
somebody who wants it so) is found by `verify`, which reads everything.
"""

from pathlib import Path

from speechsubs.errors import PackageError
from speechsubs.packages import lockfile
from speechsubs.packages.installing import locked
from speechsubs.packages.lockfile import Locked
from speechsubs.packages.reading import Package, hashed, members


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
