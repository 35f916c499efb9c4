"""Read whole files, write atomically, and lock.

The operating system holds a lock, not the existence of the lock file, so nothing has to be
cleaned up after a crash or a SIGKILL. The file names its owner, for messages and for file
systems without locks.

`filelock` would only replace the twenty lines that call the operating system, and takes
46 ms of CPU time to import (4.3.1) in every command that writes. The note of the owner,
the removal of the file and file systems without locks would still be our own code.
"""

import contextlib
import errno
import glob
import json
import os
import platform
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from speechsubs.errors import InputError, OutputError

#: Errors of file systems without locks (some network drives).
_UNKNOWN = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EBADF}
#: The pause between two attempts to get a lock.
_PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class Owner:
    """The current or previous owner of a lock: a process on a machine, and since when (UTC)."""

    pid: int
    host: str
    since: str = ""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}" + (f" since {self.since}" if self.since else "")

    @property
    def gone(self) -> bool:
        """True if it certainly no longer runs; unknown, so False, on other machines."""
        return self.host == host() and not alive(self.pid)


def host() -> str:
    """This machine's name in the form used in lock files and temporary files."""
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in platform.node())
    return name[:40] or "unnamed"


def alive(pid: int) -> bool:
    """True if a process of this machine is running."""
    if sys.platform == "win32":
        return True  # os.kill would terminate it; assume that it runs
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


@contextmanager
def hold_lock(
    path: Path,
    *,
    wait_s: float = 0.0,
    refused: Callable[[Owner | None], Exception] | None = None,
) -> Iterator[Owner | None]:
    """Hold the lock of a file, which is removed afterwards.

    Yields the previous owner if it died while holding the lock. Waits `wait_s` seconds for
    another owner; then raises the error made by `refused`, by default an `OutputError`.
    Raises `OutputError` if the file cannot be created.
    """
    deadline = time.monotonic() + wait_s
    while True:
        try:
            handle = _open(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise OutputError(path.parent, f"cannot be written to ({reason})") from error
        try:
            if _acquire(handle, path):
                break
        except BaseException:
            os.close(handle)
            raise
        owner = _read_owner(handle)
        os.close(handle)
        if time.monotonic() >= deadline:
            if refused is not None:
                raise refused(owner)
            raise OutputError(path, f"is locked by {owner or 'another process'}: try again")
        time.sleep(_PAUSE_S)
    try:
        before = _read_owner(handle)
        _write_owner(handle)
        yield before
    finally:
        # Removed while still locked; waiting processes notice that it is gone.
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(handle)


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)


def _acquire(handle: int, path: Path) -> bool:
    """Try to take the lock; False if another process has it or removed the file."""
    try:
        if not try_lock(handle):
            return False
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise OutputError(path, f"cannot be locked ({error.strerror or error})") from error
        # No locks on this file system: rely on the owner noted in the file.
        owner = _read_owner(handle)
        if owner is not None and not owner.gone and owner.pid != os.getpid():
            return False
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False  # the owner removed it after we opened it and before we locked it


if sys.platform == "win32":
    import msvcrt

    def try_lock(handle: int) -> bool:
        """As below."""
        try:
            # Far beyond the content, so that the owner stays readable.
            os.lseek(handle, 1 << 20, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def try_lock(handle: int) -> bool:
        """Lock an open file; False if another process holds the lock.

        Closing the file or ending the process releases it. Raises `OSError` if the file
        cannot be locked.
        """
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def try_lock_stream(stream: IO[bytes]) -> bool:
    """As `try_lock`, but True on a file system without locks."""
    try:
        return try_lock(stream.fileno())
    except OSError:
        return True


def _read_owner(handle: int) -> Owner | None:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        data: Any = json.loads(os.read(handle, 1_000))
        return Owner(int(data["pid"]), str(data["host"]), str(data["since"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _write_owner(handle: int) -> None:
    since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    data = json.dumps({"pid": os.getpid(), "host": host(), "since": since})
    # A full disk is no reason to fail; the lock is held anyway.
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, data.encode("ascii"))


#: The prefix of temporary files, followed by machine and process.
TEMPORARY = ".speechsubs."
#: A text file larger than this is refused: ten hours of word times as JSON take about 25 MB.
MAX_TEXT_BYTES = 256 * 1024 * 1024


def read_bytes(path: Path, *, max_bytes: int = MAX_TEXT_BYTES) -> bytes:
    """Read a whole file. Raises `InputError` with a readable reason."""
    try:
        if path.is_dir():
            raise InputError(str(path), "is a folder", "Specify a file inside it")
        size = path.stat().st_size
        if size > max_bytes:
            raise InputError(
                str(path),
                f"{size:,} bytes exceed the limit of {max_bytes:,}",
                "Is it a text file?",
            )
        # A device or a pipe reports a size of 0 and may be endless.
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
        if len(data) > max_bytes:
            raise InputError(str(path), f"exceeds the limit of {max_bytes:,} bytes")
        return data
    except FileNotFoundError:
        raise InputError(str(path), "no such file") from None
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        # An invalid file name: a NUL or a lone surrogate.
        raise InputError(ascii(str(path)), f"cannot be read ({error})") from error


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file atomically: a crash leaves the old file or none, never half a file.

    The data goes to a temporary file in the same folder, is flushed to disk and renamed.
    Missing folders are created. An existing file keeps its permissions. Symbolic links are
    followed, so their target is replaced. Special files (a pipe, /dev/null) cannot be
    replaced and are written to directly.

    Raises `OutputError` if the folder or the file cannot be written.
    """
    temporary: Path | None = None
    try:
        target = path.resolve() if path.is_symlink() else path
        if target.is_dir():
            raise OutputError(path, "cannot be written: there is a folder of this name")
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o7777 if target.exists() else None
        temporary, handle = _temporary(target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(target)
    except OSError as error:
        raise OutputError(path, f"cannot be written ({error.strerror or error})") from error
    except (ValueError, RuntimeError) as error:
        # An invalid file name (a NUL), or circular links.
        raise OutputError(path, f"cannot be written ({error})") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()


def remove_stale(folder: Path) -> list[Path]:
    """Remove temporary files that killed processes left behind; returns them.

    Only files of dead processes of this machine: on a shared drive, those of other
    machines may be in use.
    """
    own = f"{TEMPORARY}{host()}."
    gone = []
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{glob.escape(own)}*.*"):
            pid = path.name.removeprefix(own).partition(".")[0]
            if pid.isdecimal() and len(pid) < 12 and not alive(int(pid)):
                path.unlink()
                gone.append(path)
    return gone


def _temporary(folder: Path) -> tuple[Path, int]:
    """Create a file, open for writing, with the usual permissions of new files."""
    own = f"{TEMPORARY}{host()}.{os.getpid()}."
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        path = folder / f"{own}{secrets.token_hex(6)}"
        # Not `tempfile`: its files are private, and the umask cannot be read without
        # setting it for all threads.
        with contextlib.suppress(FileExistsError):
            return path, os.open(path, flags, 0o666)
