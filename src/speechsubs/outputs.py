"""Output files: their names, and the promise that a person's edit is never lost.

Beside its outputs speechsubs keeps a ledger of what it wrote. A file that still is
what the ledger says may be replaced; one that somebody changed, or that speechsubs
never wrote, is left alone, and the new version goes beside it as `NAME.new.srt`.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from speechsubs import formats, locales
from speechsubs.errors import InputError, OutputError, UnknownLocaleError
from speechsubs.files import read_bytes, write_atomic
from speechsubs.model import Finding, Severity, Track

LEDGER = ".speechsubs.json"


@dataclass(frozen=True, slots=True)
class Planned:
    """A file to be written: its track, its place, the way its lines end."""

    track: Track
    path: Path
    crlf: bool = False
    bom: bool = False


def stem(source: Path) -> str:
    """The name without suffix and without a language that it already names.

    >>> stem(Path("talk.en.srt")), stem(Path("v1.2.txt"))
    ('talk', 'v1.2')
    """
    name = source.stem
    return name.rpartition(".")[0] if language_in(source) else name


def language_in(source: Path) -> str:
    """The known language tag in a file's name ("talk.zh-CN.srt"), or nothing.

    >>> language_in(Path("talk.zh-CN.srt")), language_in(Path("talk.v2.srt"))
    ('zh-CN', '')
    """
    base, _, last = source.stem.rpartition(".")
    if not base:
        return ""
    try:
        locales.resolve(last)
        return locales.canonical(last)
    except UnknownLocaleError:
        return ""


def refuse_collisions(planned: Sequence[Path], sources: Sequence[Path]) -> None:
    """Raise `InputError` where two outputs, or an output and an input, are one file."""
    inputs = {path.resolve() for path in sources}
    seen: set[Path] = set()
    for path in planned:
        real = path.resolve()
        if real in inputs:
            raise InputError(
                str(path),
                "this output would replace an input",
                "Choose another folder (-o) or name",
            )
        if real in seen:
            raise InputError(
                str(path),
                "two outputs would have this name",
                "Make them in two runs, each into a folder of its own (-o)",
            )
        seen.add(real)


def refuse_places(planned: Sequence[Path]) -> None:
    """Raise `OutputError` where a file surely cannot be written, before any work is done.

    Folders that are missing are no obstacle, they will be made.
    """
    for path in planned:
        if path.is_dir():
            raise OutputError(path, "cannot be written: a folder has this name")
        if path.name == LEDGER:
            raise OutputError(path, "cannot be written: here stands what speechsubs wrote where")
    for folder in dict.fromkeys(path.parent for path in planned):
        there = next(p for p in (folder, *folder.absolute().parents) if os.path.lexists(p))
        if not there.is_dir():
            raise OutputError(folder, f"no folder can be made here: {there} is a file")
        if not os.access(there, os.W_OK | os.X_OK):
            raise OutputError(there, "this folder may not be written to; choose another (-o)")


def write(
    planned: Sequence[Planned], *, overwrite: bool = False
) -> tuple[list[Path], list[Finding]]:
    """Write the files; the paths really written, and a finding for each edit kept.

    `overwrite` replaces edited files too. Raises `OutputError`.
    """
    written: list[Path] = []
    findings: list[Finding] = []
    ledgers: dict[Path, dict[str, str]] = {}
    for plan in planned:
        folder = plan.path.parent
        ledger = ledgers.setdefault(folder, _ledger(folder))
        path = plan.path
        if not overwrite and _edited(path, ledger):
            path = _beside(path, ledger)
            message = (
                "was changed since speechsubs wrote it, and is kept; "
                f"the new version is {path.name} (--overwrite replaces it)"
            )
            findings.append(Finding("edit-kept", Severity.WARNING, message, file=str(plan.path)))
        formats.write(plan.track, path, crlf=plan.crlf, bom=plan.bom)
        written.append(path)
        if path.is_file():
            ledger[path.name] = _hash(path)
            _save(folder, ledger)
    return written, findings


def write_data(path: Path, data: bytes) -> Path:
    """Write bytes where `write` would write a track; the path really written.

    A file that somebody changed stays, and NAME.new.srt is written. Raises `OutputError`.
    """
    ledger = _ledger(path.parent)
    place = _beside(path, ledger) if _edited(path, ledger) else path
    write_atomic(place, data)
    if place.is_file():
        ledger[place.name] = _hash(place)
        _save(place.parent, ledger)
    return place


def _beside(path: Path, ledger: Mapping[str, str]) -> Path:
    """A name beside a file that must stay: NAME.new.srt, unless that too is a person's."""
    for number in count(1):
        again = "" if number == 1 else str(number)
        name = path.with_name(f"{path.stem}.new{again}{path.suffix}")
        if not _edited(name, ledger):
            return name
    raise AssertionError("count never ends")


def _edited(path: Path, ledger: Mapping[str, str]) -> bool:
    try:
        # What is no plain file (/dev/null, a pipe) holds no edit.
        return path.is_file() and ledger.get(path.name) != _hash(path)
    except OSError as error:
        raise OutputError(path, f"cannot be written ({error.strerror or error})") from error


def _hash(path: Path) -> str:
    return hashlib.sha256(read_bytes(path)).hexdigest()


def _ledger(folder: Path) -> dict[str, str]:
    """What speechsubs wrote into a folder. A broken ledger protects every file."""
    path = folder / LEDGER
    if not path.exists():
        return {}
    try:
        data: Any = json.loads(read_bytes(path))
    except (ValueError, RecursionError):
        return {}
    known = data.get("written") if isinstance(data, dict) else None
    if not isinstance(known, dict):
        return {}
    return {str(name): str(digest) for name, digest in known.items()}


def _save(folder: Path, ledger: Mapping[str, str]) -> None:
    data = {
        "about": "What speechsubs wrote here, by sha256. Files that differ are never replaced.",
        "written": dict(sorted(ledger.items())),
    }
    text = json.dumps(data, ensure_ascii=False, indent=1)
    write_atomic(folder / LEDGER, (text + "\n").encode("utf-8", "backslashreplace"))
