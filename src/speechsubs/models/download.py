"""Downloads that go on where they broke off and never look finished when they are not.

What has arrived lies in a folder of its own as `KEY.part`, with `KEY.json` beside it
that says which version of the file it is a part of. It goes on only with the server's
word (ETag or date, by `If-Range`) that the file is still the same; a server that knows
no ranges starts again from the first byte.
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
from speechsubs.models.package import argos
from speechsubs.models.store import refuse_full

#: Called with the bytes that are there and the bytes in all, None where nobody knows.
Progress = Callable[[int, int | None], None]

#: Parts of downloads that nobody came back to are cleared away after so many days.
_KEPT_DAYS: Final = 30
#: Errors of the disk, not of the network: trying again helps nobody.
_DISK: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EACCES)
_RANGE: Final = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", re.ASCII)
_MISSED: Final = re.compile(r"bytes \*/(\d{1,15})", re.ASCII)


def folder() -> Path:
    """Where parts of downloads wait: in Argos's cache, under a name of our own."""
    return Path(argos("settings").downloads_dir) / "speechsubs"


def size(links: tuple[str, ...], limits: Limits | None = None) -> int | None:
    """How many bytes a download has, from the first link that says so; None if none does."""
    patience = limits or Limits()
    for link in links:
        try:
            with http_client.request(link, patience, method="HEAD") as response:
                found = _number(response.headers.get("Content-Length"))
        except (InputError, *http_client.FAILURES):
            continue
        if found:
            return found
    return None


@contextlib.contextmanager
def fetched(
    link: str,
    place: Path,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Iterator[Path]:
    """A file from a link, whole. What arrived is kept if it breaks off, to go on later.

    When the `with` block ends, well or with an error of its own, the file is gone; only
    Ctrl-C keeps it. Raises `InputError` that names the link and what is wrong.
    """
    patience = limits or Limits()
    http_client.checked(link)
    key = hashlib.sha256(link.encode()).hexdigest()[:24]
    with contextlib.ExitStack() as stack:
        try:
            place.mkdir(parents=True, exist_ok=True)
            _forget_old(place)
            path, stream = stack.enter_context(_part(place, key))
            _complete(link, path, stream, patience, progress)
        except PackageError as error:
            raise InputError(link, error.problem) from error
        except OSError as error:
            # Failures of the network are told by _complete; this is the disk.
            problem = f"cannot be saved in {place} ({error.strerror or error})"
            raise InputError(link, problem) from error
        try:
            yield path
        except Exception:
            _forget(path)
            raise
        _forget(path)


def _forget(path: Path) -> None:
    for used in (path, path.with_suffix(".json")):
        used.unlink(missing_ok=True)


@contextlib.contextmanager
def _part(place: Path, key: str) -> Iterator[tuple[Path, IO[bytes]]]:
    """The file that a download goes into, ours alone."""
    path = place / f"{key}.part"
    with path.open("a+b") as stream:
        if files.alone(stream):
            yield path, stream
            return
    # Another process downloads the same: no sense in waiting for its network.
    path = place / f"{key}-{os.getpid()}.part"
    with path.open("a+b") as stream:
        files.alone(stream)
        try:
            yield path, stream
        finally:
            _forget(path)


def _forget_old(place: Path) -> None:
    oldest = time.time() - _KEPT_DAYS * 86_400
    for path in place.iterdir():
        with contextlib.suppress(OSError):
            if path.suffix in (".part", ".json") and path.stat().st_mtime < oldest:
                path.unlink()


def _complete(
    link: str, path: Path, stream: IO[bytes], limits: Limits, progress: Progress | None
) -> None:
    """Ask until the whole file is there, or nothing new comes any more."""
    failures, problem = 0, ""
    while failures < limits.tries:
        if problem and limits.pause_s:
            time.sleep(limits.pause_s * max(failures, 1))
        before = _length(stream)
        try:
            if _once(link, path, stream, limits, progress):
                return
            problem = "the connection broke off"
        except InputError:
            raise
        except urllib.error.HTTPError as error:
            error.close()
            problem = http_client.failure(error, limits)
            if error.code < 500 and error.code not in (408, 429):
                break  # it will say the same again
        except http_client.FAILURES as error:
            if isinstance(error, OSError) and error.errno in _DISK:
                raise
            problem = http_client.failure(error, limits)
        failures = 0 if _length(stream) > before else failures + 1
    kept = _length(stream)
    again = f"{kept / 1e6:,.1f} MB are kept, the same command goes on from there" if kept else ""
    raise InputError(link, problem, again)


def _length(stream: IO[bytes]) -> int:
    return stream.seek(0, os.SEEK_END)


def _once(
    link: str, path: Path, stream: IO[bytes], limits: Limits, progress: Progress | None
) -> bool:
    """One request; True when the file is whole."""
    notes = _notes(path)
    have = _length(stream)
    headers = {}
    if have and notes.get("link") == link and notes.get("validator"):
        headers = {"Range": f"bytes={have}-", "If-Range": notes["validator"]}
    try:
        response = http_client.request(link, limits, headers=headers)
    except urllib.error.HTTPError as error:
        missed = _MISSED.fullmatch(error.headers.get("Content-Range", "") or "")
        if error.code != 416 or not headers:
            raise
        error.close()
        if missed and int(missed.group(1)) == have:
            return True  # it was whole already
        stream.truncate(0)
        return False
    with response:
        start, total = _extent(response, have)
        stream.truncate(start or 0)
        if start is None:
            return False
        if total is not None and total > limits.max_bytes:
            raise InputError(link, f"{total / 1e6:,.0f} MB is more than a model has")
        refuse_full(path.parent, (total or 0) - start)
        _note(path, link, response.headers)
        done = start
        if progress:
            progress(done, total)
        for block in http_client.blocks(response, limits):
            stream.write(block)
            done += len(block)
            if done > (limits.max_bytes if total is None else total):
                stream.truncate(0)
                raise InputError(link, "the server sends more than it says")
            if progress:
                progress(done, total)
        stream.flush()
    return done == total if total is not None else done > 0


def _extent(response: Any, have: int) -> tuple[int | None, int | None]:
    """Where the body starts in the file, and how long the file is if that is known.

    The start is None for another part than was asked for.
    """
    if response.status == 206:
        found = _RANGE.fullmatch(response.headers.get("Content-Range", "") or "")
        if found and int(found.group(1)) == have:
            return have, int(found.group(3))
        return None, None
    return 0, _number(response.headers.get("Content-Length"))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _note(path: Path, link: str, headers: Mapping[str, str]) -> None:
    """Remember which version of the file this is a part of."""
    tag = headers.get("ETag", "")
    # A weak tag promises the same meaning, not the same bytes.
    validator = tag if tag.startswith('"') else headers.get("Last-Modified", "")
    data = {"link": link, "validator": validator if len(validator) < 500 else ""}
    write_atomic(path.with_suffix(".json"), json.dumps(data).encode())


def _notes(path: Path) -> dict[str, str]:
    try:
        data = json.loads(path.with_suffix(".json").read_bytes())
        return {str(key): str(value) for key, value in data.items()}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
