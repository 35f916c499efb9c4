"""Read whole files, write atomically, keep temporary files, and lock.

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
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from speechsubs.errors import InputError, OutputError

#: Opening a pipe that nobody uses must not wait.
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
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


#: The prefix of temporary files and folders, followed by machine and process.
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
    followed, so their target is replaced. What killed processes left in the folder is removed.

    Raises `OutputError` if the folder or the file cannot be written, and for special files (a
    pipe, /dev/null), which cannot be replaced by a whole file.
    """
    temporary: Path | None = None
    try:
        refuse_special(path)
        target = path.resolve() if path.is_symlink() else path
        if target.is_dir():
            raise OutputError(path, "cannot be written: there is a folder of this name")
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o7777 if target.exists() else None
        _sweep(target.parent.absolute())
        temporary, handle = _temporary(target.parent)
        with os.fdopen(handle, "wb") as stream:
            try_lock_stream(stream)  # shows that it is in use
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


#: What a file is if it is neither a regular file nor a folder.
_SPECIAL = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def special_kind(mode: int) -> str:
    """What a special file is, by its mode; empty for a regular file or a folder."""
    return next((name for test, name in _SPECIAL if test(mode)), "")


def refuse_special(path: Path) -> None:
    """Raise `OutputError` for a pipe or a device, and for links in a circle."""
    try:
        kind = special_kind(path.stat().st_mode)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OutputError(path, f"cannot be written ({error.strerror})") from error
        return  # it does not exist, or writing it will tell
    except ValueError as error:
        raise OutputError(path, f"cannot be written ({error})") from error
    if kind:
        raise OutputError(path, f"cannot be written: it is {kind}, not a file")


@contextmanager
def temporary_folder(place: Path | None = None) -> Iterator[Path]:
    """Make a private folder for temporary files, removed at the end of the `with` block.

    `place` defaults to the system's folder for temporary files. The folders of killed
    processes are removed the next time. Raises `OSError`.
    """
    parent = Path(tempfile.gettempdir()) if place is None else place
    _sweep(parent.absolute())
    path = Path(tempfile.mkdtemp(prefix=f"{TEMPORARY}{host()}.{os.getpid()}.", dir=parent))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, path, ignore_errors=True)
        if sys.platform != "win32":  # there, a folder cannot be opened
            handle = os.open(path, os.O_RDONLY)
            stack.callback(os.close, handle)
            with contextlib.suppress(OSError):
                try_lock(handle)  # shows that it is in use
        yield path


@cache
def _sweep(folder: Path) -> None:
    # Once in a process: what other processes leave in the meantime waits for the next one.
    remove_stale(folder)


def remove_stale(folder: Path) -> list[Path]:
    """Remove temporary files and folders that killed processes left behind; returns them.

    Only those of dead processes of this machine: on a shared drive, those of other machines
    may be in use. Two containers may have one name and a shared drive too, so what is locked
    is left alone as well.
    """
    own = f"{TEMPORARY}{host()}."
    gone = []
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{glob.escape(own)}*.*"):
            pid = path.name.removeprefix(own).partition(".")[0]
            if pid.isdecimal() and len(pid) < 12 and not alive(int(pid)) and _remove(path):
                gone.append(path)
    return gone


def _remove(path: Path) -> bool:
    """Remove a temporary file or folder of ours that nobody has locked; False if it stays."""
    try:
        if sys.platform != "win32" and path.lstat().st_uid != os.geteuid():
            return False
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | _NO_WAIT)
        try:
            with contextlib.suppress(OSError):
                if not try_lock(handle):
                    return False
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
        finally:
            os.close(handle)
    except OSError:
        return False
    return True


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
