"""Resumable downloads that never look complete when they are not.

A partial download is kept as `KEY.part`, next to a `KEY.json` that identifies the version
of the file. It is only resumed if the server confirms (by ETag or date, with `If-Range`)
that the file is unchanged; without range support it starts again from the first byte.
"""

import contextlib
import errno
import hashlib
import json
import os
import re
import time
import urllib.error
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

from speechsubs.adapters import files, http_client
from speechsubs.adapters.files import write_atomic
from speechsubs.adapters.http_client import Limits
from speechsubs.errors import InputError, PackageError
from speechsubs.models import argos
from speechsubs.models.store import check_disk_space

#: Called with the bytes received and the total, None if unknown.
Progress = Callable[[int, int | None], None]

#: Abandoned partial downloads are deleted after this many days.
_MAX_AGE_DAYS: Final = 30
#: Disk errors, for which retrying is pointless.
_DISK: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EACCES)
_RANGE: Final = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", re.ASCII)
_UNSATISFIED: Final = re.compile(r"bytes \*/(\d{1,15})", re.ASCII)


def folder() -> Path:
    """The folder of partial downloads, inside the cache of Argos."""
    return argos.settings().downloads_dir / "speechsubs"


def size(links: tuple[str, ...], limits: Limits | None = None) -> int | None:
    """The size of a download in bytes, from the first link that reports it, else None."""
    patience = limits or Limits()
    for link in links:
        try:
            with http_client.request(link, patience, method="HEAD") as response:
                found = _parse_length(response.headers.get("Content-Length"))
        except (InputError, *http_client.FAILURES):
            continue
        if found:
            return found
    return None


@contextlib.contextmanager
def fetch(
    link: str,
    place: Path,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Iterator[Path]:
    """Download a complete file; a partial one is kept, to be resumed later.

    The file is deleted at the end of the `with` block, also after an exception in it, but
    not after Ctrl-C. Raises `InputError` with the link and the problem.
    """
    patience = limits or Limits()
    http_client.check_url(link)
    key = hashlib.sha256(link.encode()).hexdigest()[:24]
    with contextlib.ExitStack() as stack:
        try:
            place.mkdir(parents=True, exist_ok=True)
            _delete_old(place)
            path, stream = stack.enter_context(_open_part(place, key))
            _complete(link, path, stream, patience, progress)
        except PackageError as error:
            raise InputError(link, error.problem) from error
        except OSError as error:
            # Network errors are handled by _complete; this is the disk.
            problem = f"cannot be saved in {place} ({error.strerror or error})"
            raise InputError(link, problem) from error
        try:
            yield path
        except Exception:
            _delete(path)
            raise
        _delete(path)


def _delete(path: Path) -> None:
    for used in (path, path.with_suffix(".json")):
        used.unlink(missing_ok=True)


@contextlib.contextmanager
def _open_part(place: Path, key: str) -> Iterator[tuple[Path, IO[bytes]]]:
    """Open the file of a download, locked against other processes."""
    path = place / f"{key}.part"
    with path.open("a+b") as stream:
        if files.try_lock_stream(stream):
            yield path, stream
            return
    # Another process downloads the same file; do not wait for it.
    path = place / f"{key}-{os.getpid()}.part"
    with path.open("a+b") as stream:
        files.try_lock_stream(stream)
        try:
            yield path, stream
        finally:
            _delete(path)


def _delete_old(place: Path) -> None:
    oldest = time.time() - _MAX_AGE_DAYS * 86_400
    for path in place.iterdir():
        with contextlib.suppress(OSError):
            # The second download of a file is its process's own: nobody resumes it.
            _, dash, pid = path.stem.partition("-")
            left = bool(dash) and pid.isdecimal() and not files.alive(int(pid))
            old = path.stat().st_mtime < oldest
            if path.suffix in (".part", ".json") and (old or left) and not _in_use(path):
                path.unlink()


def _in_use(path: Path) -> bool:
    """Whether a process holds the lock of a partial download."""
    part = path.with_suffix(".part")
    if not part.exists():
        return False
    with part.open("rb") as stream:
        return not files.try_lock_stream(stream)


def _complete(
    link: str, path: Path, stream: IO[bytes], limits: Limits, progress: Progress | None
) -> None:
    """Retry until the file is complete or no progress is made."""
    failures, problem = 0, ""
    while failures < limits.tries:
        if problem and limits.pause_s:
            time.sleep(limits.pause_s * max(failures, 1))
        before = _length(stream)
        try:
            if _request(link, path, stream, limits, progress):
                return
            problem = "the connection was lost"
        except InputError:
            raise
        except urllib.error.HTTPError as error:
            error.close()
            problem = http_client.failure(error, limits)
            if error.code < 500 and error.code not in (408, 429):
                break  # retrying would not help
        except http_client.FAILURES as error:
            if isinstance(error, OSError) and error.errno in _DISK:
                raise
            problem = http_client.failure(error, limits)
        failures = 0 if _length(stream) > before else failures + 1
    kept = _length(stream)
    again = f"{kept / 1e6:,.1f} MB are kept; run the same command again to resume" if kept else ""
    raise InputError(link, problem, again)


def _length(stream: IO[bytes]) -> int:
    return stream.seek(0, os.SEEK_END)


def _request(
    link: str, path: Path, stream: IO[bytes], limits: Limits, progress: Progress | None
) -> bool:
    """Make one request; True if the file is complete."""
    notes = _read_notes(path)
    have = _length(stream)
    headers = {}
    if have and notes.get("link") == link and notes.get("validator"):
        headers = {"Range": f"bytes={have}-", "If-Range": notes["validator"]}
    try:
        response = http_client.request(link, limits, headers=headers)
    except urllib.error.HTTPError as error:
        missed = _UNSATISFIED.fullmatch(error.headers.get("Content-Range", "") or "")
        if error.code != 416 or not headers:
            raise
        error.close()
        if missed and int(missed.group(1)) == have:
            return True  # it was complete already
        stream.truncate(0)
        return False
    with response:
        start, total = _parse_extent(response, have)
        stream.truncate(start or 0)
        if start is None:
            return False
        if total is not None and total > limits.max_bytes:
            raise InputError(link, f"{total / 1e6:,.0f} MB is too large for a model")
        check_disk_space(path.parent, (total or 0) - start)
        _write_notes(path, link, response.headers)
        done = start
        if progress:
            progress(done, total)
        for block in http_client.blocks(response, limits):
            stream.write(block)
            done += len(block)
            if done > (limits.max_bytes if total is None else total):
                stream.truncate(0)
                raise InputError(link, "the server sent more data than it announced")
            if progress:
                progress(done, total)
        stream.flush()
    return done == total if total is not None else done > 0


def _parse_extent(response: Any, have: int) -> tuple[int | None, int | None]:
    """The offset of the body in the file, and the size of the file if known.

    The offset is None if the response is not the requested range.
    """
    if response.status == 206:
        found = _RANGE.fullmatch(response.headers.get("Content-Range", "") or "")
        if found and int(found.group(1)) == have:
            return have, int(found.group(3))
        return None, None
    return 0, _parse_length(response.headers.get("Content-Length"))


def _parse_length(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _write_notes(path: Path, link: str, headers: Mapping[str, str]) -> None:
    """Record which version of the file is being downloaded."""
    tag = headers.get("ETag", "")
    # A weak ETag does not guarantee identical bytes.
    validator = tag if tag.startswith('"') else headers.get("Last-Modified", "")
    data = {"link": link, "validator": validator if len(validator) < 500 else ""}
    write_atomic(path.with_suffix(".json"), json.dumps(data).encode())


def _read_notes(path: Path) -> dict[str, str]:
    try:
        data = json.loads(path.with_suffix(".json").read_bytes())
        return {str(key): str(value) for key, value in data.items()}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
