"""`models.lock`: the hashes of installed files, to detect changes.

A JSON file next to the packages. It protects against accidents: a partially copied
folder, a failing disk, a model replaced by hand under the same name. It is not a
signature: whoever can write the models can write the lock.

Concurrent installers wait for each other: `guard` holds an operating system lock on a
file next to it, which is released even if the process is killed.
"""

import contextlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from speechsubs.adapters import files as file_adapter
from speechsubs.adapters.files import write_atomic
from speechsubs.errors import PackageError

NAME: Final = "models.lock"
#: Seconds to wait for another installer; the smoke test of a large model takes minutes.
WAIT_S: Final = 600.0
_VERSION: Final = 1
#: A hundred packages take about 100 kB.
_MAX_BYTES: Final = 8 * 1024**2
_ADVICE: Final = "move it away, then `speechsubs models verify --adopt` writes a new one"


@dataclass(frozen=True, slots=True)
class LockedFile:
    """An installed file: `size` in bytes, `mtime_ns` in nanoseconds, hex `sha256`."""

    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class LockedPackage:
    """An installed package.

    `origin` is the URL or file name that it came from, or "adopted"; `installed` is a UTC
    date; `archive_sha256` is "" if there was no archive.
    """

    from_code: str
    to_code: str
    version: str
    origin: str
    installed: str
    archive_sha256: str
    files: Mapping[str, LockedFile]


@dataclass(frozen=True, slots=True)
class Lock:
    """The contents of models.lock: packages by folder name.

    `hidden` are bundled models that the user removed.
    """

    packages: Mapping[str, LockedPackage] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    def with_entry(self, name: str, entry: LockedPackage | None) -> "Lock":
        """A copy with the entry of a folder replaced, or removed if `entry` is None."""
        rest = {key: value for key, value in self.packages.items() if key != name}
        return replace(self, packages=rest if entry is None else {**rest, name: entry})


def load(folder: Path) -> Lock:
    """Load the lock of a package folder; empty if there is none.

    Raises `PackageError` for an invalid file.
    """
    path = folder / NAME
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        return Lock()
    except OSError as error:
        raise PackageError(path, f"cannot be read ({error.strerror})") from error
    if len(data) > _MAX_BYTES:
        raise PackageError(path, f"is larger than 8 MB; {_ADVICE}")
    try:
        return _parse(json.loads(data.decode("utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PackageError(path, f"is damaged ({error!s:.80}); {_ADVICE}") from error


def load_or_empty(folder: Path) -> Lock:
    """Load the lock, or an empty one if it is invalid, so that it never blocks work."""
    try:
        return load(folder)
    except PackageError:
        return Lock()


def _parse(data: Any) -> Lock:
    if data["version"] != _VERSION:
        raise ValueError(f"version {data['version']!r:.20} instead of {_VERSION}")
    found: dict[str, LockedPackage] = {}
    for name, entry in data["packages"].items():
        texts = {
            key: entry[key]
            for key in (
                "from_code",
                "to_code",
                "version",
                "origin",
                "installed",
                "archive_sha256",
            )
        }
        if not all(isinstance(text, str) for text in texts.values()):
            raise TypeError(f"{name!r:.60} has a field of the wrong type")
        found[name] = LockedPackage(
            files={k: _parse_file(v) for k, v in entry["files"].items()}, **texts
        )
    return Lock(found, frozenset(str(name) for name in data.get("hidden", ())))


def _parse_file(data: Any) -> LockedFile:
    size, mtime_ns, digest = data["size"], data["mtime_ns"], data["sha256"]
    if type(size) is not int or type(mtime_ns) is not int or len(bytes.fromhex(digest)) != 32:
        raise TypeError("a file has a field of the wrong type")
    return LockedFile(size, mtime_ns, digest)


def save(folder: Path, lock: Lock) -> None:
    """Write the lock atomically. Raises `OutputError`. Call it within `guard`."""
    data = {
        "version": _VERSION,
        "packages": {name: asdict(lock.packages[name]) for name in sorted(lock.packages)},
        "hidden": sorted(lock.hidden),
    }
    text = json.dumps(data, ensure_ascii=True, indent=1) + "\n"
    write_atomic(folder / NAME, text.encode("ascii"))


@contextlib.contextmanager
def guard(folder: Path, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Lock a package folder, created if needed, against other processes.

    Raises `PackageError` if another process holds the lock for longer than `wait_s`
    seconds, or if the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = (folder / f".{NAME}.guard").open("a+b")
    except OSError as error:
        raise PackageError(folder, f"cannot be written ({error.strerror})") from error
    with stream:
        until = time.monotonic() + wait_s
        while not file_adapter.try_lock_stream(stream):
            if time.monotonic() > until:
                raise PackageError(
                    folder, "another program is installing models here; try again later"
                )
            time.sleep(0.1)
        yield
        # Closing the file releases the lock; so does the end of the process.


def locked_file(path: Path, digest: str) -> LockedFile:
    """Make the entry of a file with a known hash. Raises `OSError`."""
    status = os.stat(path)  # noqa: PTH116 one call for both numbers, links followed
    return LockedFile(status.st_size, status.st_mtime_ns, digest)
