"""`models.lock`: what was installed, file by file, so that a change is noticed.

JSON beside the packages. It protects against what happens to files by accident: a
half copied folder, a failing disk, a model replaced by hand under the same name. It
is no signature: who can write the models can write the lock.

Two installers at once wait for each other: `guard` holds a lock of the operating
system on a file beside it, which a killed process gives back.
"""

import contextlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from speechsubs.adapters import files as locking
from speechsubs.adapters.files import write_atomic
from speechsubs.errors import PackageError

NAME: Final = "models.lock"
#: How long an installer waits for another, in seconds: a trial of a large model takes minutes.
WAIT_S: Final = 600.0
_VERSION: Final = 1
#: A hundred packages come to about 100 kB.
_MAX_BYTES: Final = 8 * 1024**2
_ADVICE: Final = "move it away, then `speechsubs models verify --adopt` writes a new one"


@dataclass(frozen=True, slots=True)
class LockedFile:
    """One file as it was installed. `size` in bytes, `mtime_ns` in nanoseconds, hex `sha256`."""

    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Locked:
    """One package as it was installed.

    `origin` is the link or the name of the file that it came from, or "adopted";
    `installed` is a UTC date; `archive_sha256` is "" where there was no archive.
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
    """The whole file: packages by the name of their folder.

    `hidden` are models that come with speechsubs and that a person does not want.
    """

    packages: Mapping[str, Locked] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    def having(self, name: str, entry: Locked | None) -> "Lock":
        """The lock with another entry for a folder; None takes the entry out."""
        rest = {key: value for key, value in self.packages.items() if key != name}
        return replace(self, packages=rest if entry is None else {**rest, name: entry})


def load(folder: Path) -> Lock:
    """Read the lock of a package folder; an empty one where there is none.

    Raises `PackageError` for a file that is no lock.
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
        return _built(json.loads(data.decode("utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PackageError(path, f"is broken ({error!s:.80}); {_ADVICE}") from error


def load_or_empty(folder: Path) -> Lock:
    """The lock, or an empty one where it cannot be used: a broken lock blocks no work."""
    try:
        return load(folder)
    except PackageError:
        return Lock()


def _built(data: Any) -> Lock:
    if data["version"] != _VERSION:
        raise ValueError(f"version {data['version']!r:.20} instead of {_VERSION}")
    found: dict[str, Locked] = {}
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
        found[name] = Locked(files={k: _file(v) for k, v in entry["files"].items()}, **texts)
    return Lock(found, frozenset(str(name) for name in data.get("hidden", ())))


def _file(data: Any) -> LockedFile:
    size, mtime_ns, digest = data["size"], data["mtime_ns"], data["sha256"]
    if type(size) is not int or type(mtime_ns) is not int or len(bytes.fromhex(digest)) != 32:
        raise TypeError("a file has a field of the wrong type")
    return LockedFile(size, mtime_ns, digest)


def save(folder: Path, lock: Lock) -> None:
    """Write the lock in one step. Raises `OutputError`. Call it under `guard`."""
    data = {
        "version": _VERSION,
        "packages": {name: asdict(lock.packages[name]) for name in sorted(lock.packages)},
        "hidden": sorted(lock.hidden),
    }
    text = json.dumps(data, ensure_ascii=True, indent=1) + "\n"
    write_atomic(folder / NAME, text.encode("ascii"))


@contextlib.contextmanager
def guard(folder: Path, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Be the only one who changes a package folder, which is made if it is missing.

    Raises `PackageError` when another process holds it for longer than `wait_s`
    seconds, or when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = (folder / f".{NAME}.guard").open("a+b")
    except OSError as error:
        raise PackageError(folder, f"cannot be written ({error.strerror})") from error
    with stream:
        until = time.monotonic() + wait_s
        while not locking.alone(stream):
            if time.monotonic() > until:
                raise PackageError(folder, "another program is installing models here; try later")
            time.sleep(0.1)
        yield
        # Closing the file gives the lock back; so does the end of the process.


def fingerprint(path: Path, digest: str) -> LockedFile:
    """A file's entry, given its hash. Raises `OSError`."""
    status = os.stat(path)  # noqa: PTH116 one call for both numbers, links followed
    return LockedFile(status.st_size, status.st_mtime_ns, digest)
