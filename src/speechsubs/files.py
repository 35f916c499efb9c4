"""Reading files that may be broken, writing files that never are."""

import contextlib
import glob
import os
import secrets
from pathlib import Path

from speechsubs import locking
from speechsubs.errors import InputError, OutputError

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
    own = f"{TEMPORARY}{locking.host()}."
    gone = []
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{glob.escape(own)}*.*"):
            pid = path.name.removeprefix(own).partition(".")[0]
            if pid.isdecimal() and len(pid) < 12 and not locking.alive(int(pid)):
                path.unlink()
                gone.append(path)
    return gone


def _temporary(folder: Path) -> tuple[Path, int]:
    """A new file, open for writing, with the permissions that new files have here."""
    own = f"{TEMPORARY}{locking.host()}.{os.getpid()}."
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        path = folder / f"{own}{secrets.token_hex(6)}"
        # Not `tempfile`: its files are private, and what others may do is the umask's to
        # say, which no thread can read without setting it for all.
        with contextlib.suppress(FileExistsError):
            return path, os.open(path, flags, 0o666)
