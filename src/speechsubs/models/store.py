"""The installed packages: find, install, remove and verify them.

Packages live in the folders that Argos tools use; bundled models come with speechsubs.
An archive is unpacked next to the package folder, checked, and renamed into place. If the
process is killed, it leaves a staging folder that is never read and that the next
installation deletes. (It is not inside the package folder, because other Argos tools fail
on any folder there that is not a package.)

At every load the sizes and times of about six files are compared with models.lock. Only
files whose time changed are read: a model of 300 MB takes 0.7 s (measured), and copying a
folder changes all times but no byte. Changes that keep size and time (a failing disk,
tampering) are found by `verify`, which reads everything.
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
from speechsubs.models import argos, lockfile
from speechsubs.models.lockfile import LockedPackage
from speechsubs.models.package import (
    Package,
    hash_file,
    list_members,
    open_archive,
    plan_unpacking,
    read,
    unpack,
)

#: Set to anything but "" or "0", this environment variable disables bundled models.
NO_STARTER: Final = "SPEECHSUBS_NO_STARTER"


@dataclass(frozen=True, slots=True)
class Scan:
    """The packages of a folder. `problems` are the reasons for skipped folders."""

    packages: tuple[Package, ...]
    problems: tuple[PackageError, ...]


def folder() -> Path:
    """The folder that Argos tools install into (`ARGOS_PACKAGES_DIR` overrides it)."""
    return folders()[0]


def folders() -> list[Path]:
    """All folders that Argos searches, the one it installs into first."""
    return list(argos.settings().package_dirs)


def bundled_folder() -> Path:
    """The folder of bundled models: in the package, or in a checkout next to it."""
    packaged = Path(__file__).parents[1] / "data" / "models"
    if packaged.is_dir():
        return packaged
    return Path(__file__).parents[3] / "models"


def installed(directory: Path | None = None) -> tuple[Package, ...]:
    """List the usable translation packages in a folder, sorted by path."""
    return scan(directory).packages


def scan(directory: Path | None = None) -> Scan:
    """Scan a package folder, by default all folders of Argos and the bundled models.

    Bundled models come last; `preference` ranks packages of the same pair. Never fails
    because of its contents: stray files are ignored, broken packages are reported in
    `problems`. A missing folder counts as empty.
    """
    packages: list[Package] = []
    problems: list[PackageError] = []
    for root in [directory] if directory is not None else folders():
        _scan_folder(root, packages, problems)
        try:
            lockfile.load(root)
        except PackageError as problem:
            problems.append(problem)
    if directory is None and os.environ.get(NO_STARTER, "") in ("", "0"):
        hidden = lockfile.load_or_empty(folder()).hidden
        found: list[Package] = []
        _scan_folder(bundled_folder(), found, problems, bundled=True)
        packages += [package for package in found if package.path.name not in hidden]
    return Scan(tuple(packages), tuple(problems))


def _scan_folder(
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
            continue  # unfinished installations
        try:
            package = read(entry, bundled=bundled)
        except PackageError as problem:
            problems.append(problem)
            continue
        if package is not None:
            packages.append(package)


def preference(package: Package) -> tuple[bool, tuple[int, ...], str]:
    """Sort key for packages of the same pair, the best last.

    User-installed packages beat bundled ones, then the higher version wins.
    """
    return not package.bundled, version_key(package.version), package.path.name


def version_key(version: str) -> tuple[int, ...]:
    """Sort key for versions: 1.10 comes after 1.9, non-numeric parts first.

    >>> version_key("1.10") > version_key("1.9") > version_key("next")
    True
    """
    parts = version.split(".")
    return tuple(int(p) if p.isascii() and p.isdigit() and len(p) < 9 else -1 for p in parts)


#: Free space to leave on the disk.
SPARE_BYTES: Final = 64 * 1024**2

#: Checks a package before it is installed, and raises `PackageError`.
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

    The archive is untrusted: one root folder, only known members, no links, limits on
    number, size and compression. `check` gets the unpacked package before it is renamed
    into place, so a broken archive leaves nothing behind. An older or equal version of
    the same pair is replaced; another pair, a newer version, or a folder that is not a
    package only with `replace`. The hashes go into models.lock with `origin`; `sha256` is
    the expected hash of the archive, "" for any.

    Raises `PackageError`; `OutputError` if the lock cannot be written.
    """
    target = directory if directory is not None else folder()
    with open_archive(path) as archive:
        digest = hash_file(path)
        if sha256 and digest != sha256:
            raise PackageError(path, "is not the expected file (SHA-256 mismatch)")
        root, found = plan_unpacking(path, archive)
        size = sum(info.file_size for info in found.values())
        with lockfile.guard(target), _staging(target) as staging:
            check_disk_space(target, size)
            staged = staging / root
            unpack(path, archive, found, staged)
            package = read(staged)
            if package is None:
                raise PackageError(path, "is not a translation package")
            if (target / root).is_file():
                raise PackageError(target / root, "is in the way and is not a folder; move it away")
            if not replace:
                _check_replaceable(path, package, target / root)
            if check:
                _run_check(check, package, path)
            _move_into_place(package, target, staging / "old", origin or path.name, digest)
    done = read(target / root)
    assert done is not None
    return done


def check_disk_space(place: Path, size: int) -> None:
    """Raise `PackageError` if the disk has less free space than needed."""
    free = shutil.disk_usage(place).free
    if free < size + SPARE_BYTES:
        raise PackageError(
            place, f"{size / 1e6:,.0f} MB are needed here and {free / 1e6:,.0f} MB are free"
        )


def _check_replaceable(path: Path, package: Package, final: Path) -> None:
    """Refuse to replace anything but an equal or older package of the same pair."""
    if not final.exists() and not final.is_symlink():
        return
    how = "--replace overwrites it"
    try:
        there = read(final)
    except PackageError as error:
        raise PackageError(final, f"is in the way and {error.problem}; {how}") from error
    if there is None or (there.from_code, there.to_code) != (package.from_code, package.to_code):
        what = f"holds {there.name}" if there else "contains a package of another kind"
        raise PackageError(path, f"{package.name} would replace {final}, which {what}; {how}")
    if version_key(there.version) > version_key(package.version):
        raise PackageError(
            path, f"{package.name} would replace the newer {there.name} in {final}; {how}"
        )


def _run_check(check: Check, package: Package, path: Path) -> None:
    try:
        check(package)
    except PackageError as error:
        # Name the archive, which the user knows, instead of the staging folder.
        raise type(error)(path, error.problem) from error


def _move_into_place(package: Package, target: Path, aside: Path, origin: str, digest: str) -> None:
    """Rename the folder into place and lock its files."""
    name = package.path.name
    lock = lockfile.load(target)
    entry = make_lock_entry(package, origin, digest)
    if name in lock.packages:
        # If the process is killed between the next two steps, the package has no entry
        # instead of a wrong one.
        lock = lock.with_entry(name, None)
        lockfile.save(target, lock)
    _swap(package.path, target / name, aside)
    lockfile.save(target, lock.with_entry(name, entry))


def make_lock_entry(package: Package, origin: str, archive_sha256: str = "") -> LockedPackage:
    """Make the models.lock entry of a package from its current files. Raises `OSError`."""
    files = {
        name: lockfile.locked_file(package.path / name, hash_file(package.path / name))
        for name in list_members(package.path)
    }
    date = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return LockedPackage(
        package.from_code,
        package.to_code,
        package.version,
        origin[:2_000],
        date,
        archive_sha256,
        files,
    )


def _swap(staged: Path, final: Path, aside: Path) -> None:
    """Replace a folder by renaming; the old one is restored if that fails."""
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
    """Remove a package and its entry in models.lock.

    Bundled packages are hidden instead; `restore` brings them back. Raises `PackageError`
    if the folder cannot be changed.
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
                lockfile.save(target, lock.with_entry(package.path.name, None))
    except OSError as error:
        raise PackageError(package.path, f"cannot be removed ({error.strerror})") from error


def restore() -> None:
    """Unhide all bundled models that were removed."""
    target = folder()
    with lockfile.guard(target):
        lock = lockfile.load(target)
        if lock.hidden:
            lockfile.save(target, replace(lock, hidden=frozenset()))


@contextlib.contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """A temporary folder on the same disk as `target`. Call it within the guard."""
    prefix = f".speechsubs-{target.name}-"
    place = target.parent if _can_stage_beside(target) else target
    for stale in place.glob(f"{prefix}*"):
        # We hold the guard, so its process has ended.
        shutil.rmtree(stale, ignore_errors=True)
    with tempfile.TemporaryDirectory(
        prefix=prefix, dir=place, ignore_cleanup_errors=True
    ) as temporary:
        yield Path(temporary)


def _can_stage_beside(target: Path) -> bool:
    """True if folders next to `target` can be renamed into it."""
    parent = target.parent
    try:
        return os.access(parent, os.W_OK) and parent.stat().st_dev == target.stat().st_dev
    except OSError:
        return False


def lock_entry(package: Package) -> LockedPackage | None:
    """The models.lock entry of a package; None if another tool installed it."""
    if package.bundled:
        return None
    return lockfile.load_or_empty(package.path.parent).packages.get(package.path.name)


def lock_problem(package: Package) -> str:
    """Describe what changed since a package was installed; "" if nothing is known to.

    Fast enough for every load: files are only read if size or time differ. Bundled
    packages and those without an entry in models.lock are not checked.
    """
    entry = lock_entry(package)
    return _difference(package, entry, thorough=False) if entry else ""


def verify(package: Package) -> str:
    """Like `lock_problem`, but reads every byte and updates times in models.lock.

    Bundled packages are only read, because pip keeps their hashes.
    """
    if package.bundled:
        try:
            for name in list_members(package.base):
                hash_file(package.base / name)
        except OSError as error:
            return f"cannot be read ({error.strerror})"
        return ""
    entry = lock_entry(package)
    if entry is None:
        return ""
    problem = _difference(package, entry, thorough=True)
    if not problem:
        _renew_times(package, entry)
    return problem


def _difference(package: Package, entry: LockedPackage, *, thorough: bool) -> str:
    try:
        present = set(list_members(package.path))
    except PackageError as error:
        return error.problem
    for name in sorted(entry.files):
        expected = entry.files[name]
        if name not in present:
            return f"{name} is missing"
        file = package.path / name
        try:
            now = lockfile.locked_file(file, expected.sha256)
            if now.size != expected.size:
                return f"{name} has {now.size:,} bytes instead of {expected.size:,}"
            if (thorough or now != expected) and hash_file(file) != expected.sha256:
                return f"{name} differs from what was installed on {entry.installed[:10]}"
        except OSError as error:
            return f"{name} cannot be read ({error.strerror})"
    added = sorted(present - set(entry.files))
    return f"{added[0]} was added" if added else ""


def _renew_times(package: Package, entry: LockedPackage) -> None:
    """Update the recorded times of files whose contents are unchanged."""
    folder = package.path.parent
    try:
        files = {
            name: lockfile.locked_file(package.path / name, file.sha256)
            for name, file in entry.files.items()
        }
    except OSError:
        return  # removed meanwhile: the next check reports it
    if files == dict(entry.files):
        return
    with lockfile.guard(folder):
        lock = lockfile.load(folder)
        if lock.packages.get(package.path.name) == entry:
            renewed = LockedPackage(
                entry.from_code,
                entry.to_code,
                entry.version,
                entry.origin,
                entry.installed,
                entry.archive_sha256,
                files,
            )
            lockfile.save(folder, lock.with_entry(package.path.name, renewed))


def adopt(package: Package) -> None:
    """Lock a package as it is now: installed by another tool, or changed on purpose.

    An invalid lock is rewritten without its other entries. Raises `PackageError`.
    """
    folder: Path = package.path.parent
    with lockfile.guard(folder):
        try:
            entry = make_lock_entry(package, "adopted")
        except OSError as error:
            raise PackageError(package.path, f"cannot be read ({error.strerror})") from error
        lock = lockfile.load_or_empty(folder)
        lockfile.save(folder, lock.with_entry(package.path.name, entry))


def codes(tag: str) -> tuple[str, ...]:
    """Argos codes for a BCP 47 tag (or an Argos code), best first.

    >>> codes("zh-Hant"), codes("pt-BR"), codes("nl"), codes("es-419")
    (('zt',), ('pb', 'pt'), ('nl',), ('es',))

    Raises `UnknownLocaleError` for an invalid tag.
    """
    wanted = locales.canonical(tag)
    today = tags.canonical(wanted)
    if special := tags.argos(today):
        return special
    language = tags.primary(today)
    try:
        found = locales.load(wanted)
    except UnknownLocaleError:
        # Argos supports more languages than there are locales for.
        return tags.argos(language) or (language,)
    return (found.argos or language,)


def code_pairs(source: str, target: str) -> tuple[tuple[str, str], ...]:
    """All pairs of Argos codes for two tags, best first."""
    return tuple((a, b) for a in codes(source) for b in codes(target))
