"""One writer at a time: a lock on a file, that a process which dies lets go of.

The operating system holds the lock, not the file's being there, so nothing has to be
cleaned up after a crash or a SIGKILL. The file names its owner, for messages and for
file systems that know no locks.

Not `filelock`: it would replace the twenty lines that ask the operating system, with
46 ms of processor time to import (4.3.1) in every command that writes; the owner's note,
the file that goes with its lock and drives without locks would stay ours.

Reading files that may be broken, writing files that never are.
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

#: What a file system answers that knows no locks (some network drives).
_UNKNOWN = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EBADF}
#: Between two tries to get a lock that another process holds for a moment.
_PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds a lock, or held it: a process on a machine, since when (UTC)."""

    pid: int
    host: str
    since: str = ""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}" + (f" since {self.since}" if self.since else "")

    @property
    def gone(self) -> bool:
        """True where it surely no longer runs; on another machine nobody knows."""
        return self.host == host() and not alive(self.pid)


def host() -> str:
    """This machine's name, as the lock files and temporary files hold it."""
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in platform.node())
    return name[:40] or "unnamed"


def alive(pid: int) -> bool:
    """Whether a process of this machine runs."""
    if sys.platform == "win32":
        return True  # os.kill would end it; without knowing, nothing of it is touched
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


@contextmanager
def held(
    path: Path,
    *,
    wait_s: float = 0.0,
    refused: Callable[[Owner | None], Exception] | None = None,
) -> Iterator[Owner | None]:
    """Hold the lock in a file; the file goes with it.

    Gives the owner that died with the lock in hand, if there was one. Another holder
    is waited for `wait_s` seconds; then `refused` makes the error that is raised, by
    default an `OutputError`. Raises `OutputError` where the file cannot be made.
    """
    deadline = time.monotonic() + wait_s
    while True:
        try:
            handle = _opened(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise OutputError(path.parent, f"cannot be written to ({reason})") from error
        try:
            if _taken(handle, path):
                break
        except BaseException:
            os.close(handle)
            raise
        owner = _owner(handle)
        os.close(handle)
        if time.monotonic() >= deadline:
            if refused is not None:
                raise refused(owner)
            raise OutputError(path, f"is held by {owner or 'another process'}: try again")
        time.sleep(_PAUSE_S)
    try:
        before = _owner(handle)
        _sign(handle)
        yield before
    finally:
        # Removed while it is still ours; who waits for it sees that it is gone.
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(handle)


def _opened(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)


def _taken(handle: int, path: Path) -> bool:
    """Try to take the lock; False where somebody else has it, or removed the file."""
    try:
        if not try_lock(handle):
            return False
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise OutputError(path, f"cannot be locked ({error.strerror or error})") from error
        # No locks here: all there is is what the file says of its owner.
        owner = _owner(handle)
        if owner is not None and not owner.gone and owner.pid != os.getpid():
            return False
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False  # its owner removed it between our opening and our locking


if sys.platform == "win32":
    import msvcrt

    def try_lock(handle: int) -> bool:
        """As below."""
        try:
            # Far behind what is written, so that the owner can be read.
            os.lseek(handle, 1 << 20, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def try_lock(handle: int) -> bool:
        """Take the operating system's lock on an open file; False where another has it.

        Closing the file gives it back, and so does the end of the process. Raises
        `OSError` where the file cannot be locked.
        """
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def alone(stream: IO[bytes]) -> bool:
    """As `try_lock`; on a file system without locks one is alone as far as one can know."""
    try:
        return try_lock(stream.fileno())
    except OSError:
        return True


def _owner(handle: int) -> Owner | None:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        data: Any = json.loads(os.read(handle, 1_000))
        return Owner(int(data["pid"]), str(data["host"]), str(data["since"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _sign(handle: int) -> None:
    since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    data = json.dumps({"pid": os.getpid(), "host": host(), "since": since})
    # A full disk must not stop who only wants to read and go; the lock holds anyway.
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, data.encode("ascii"))


#: How the names of temporary files begin; this machine and the process follow.
TEMPORARY = ".speechsubs."
#: A text file larger than this is refused: ten hours of word times as JSON take about 25 MB.
MAX_TEXT_BYTES = 256 * 1024 * 1024


def read_bytes(path: Path, *, max_bytes: int = MAX_TEXT_BYTES) -> bytes:
    """Read a whole file, or raise `InputError` with the reason in words."""
    try:
        if path.is_dir():
            raise InputError(str(path), "this is a folder", "Name a file in it")
        size = path.stat().st_size
        if size > max_bytes:
            raise InputError(
                str(path),
                f"{size:,} bytes is more than the {max_bytes:,} that are read",
                "Is it really a text file?",
            )
        # A device or a pipe says that it is empty and may never end.
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
        if len(data) > max_bytes:
            raise InputError(str(path), f"more than the {max_bytes:,} bytes that are read")
        return data
    except FileNotFoundError:
        raise InputError(str(path), "no such file") from None
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        # A name that no file can have: a NUL, a lone surrogate.
        raise InputError(ascii(str(path)), f"cannot be read ({error})") from error


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves the old file or none, never half a file.

    The data goes to a temporary file in the same folder, is flushed to disk, and
    takes the final name in one step. Missing folders are made. An existing file
    keeps its permissions. A symbolic link is followed: its target is replaced. What
    is no plain file (a pipe, /dev/null) cannot be replaced and is written to.

    Raises `OutputError` when the folder or the file cannot be written.
    """
    temporary: Path | None = None
    try:
        target = path.resolve() if path.is_symlink() else path
        if target.is_dir():
            raise OutputError(path, "cannot be written: a folder has this name")
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
        # A name that no file can have (a NUL), or links that lead round in a circle.
        raise OutputError(path, f"cannot be written ({error})") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()


def sweep(folder: Path) -> list[Path]:
    """Remove what a process that was killed left of `write_atomic`; the files removed.

    Only files of processes of this machine that run no more: those of other machines
    on a shared drive may be in use.
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
    """A new file, open for writing, with the permissions that new files have here."""
    own = f"{TEMPORARY}{host()}.{os.getpid()}."
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        path = folder / f"{own}{secrets.token_hex(6)}"
        # Not `tempfile`: its files are private, and what others may do is the umask's to
        # say, which no thread can read without setting it for all.
        with contextlib.suppress(FileExistsError):
            return path, os.open(path, flags, 0o666)
