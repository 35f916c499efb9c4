"""Output files: their names, and the guarantee that manual edits are never lost.

Beside its outputs speechsubs keeps a ledger of what it wrote. A file that still matches
the ledger may be replaced; one that was edited, or that speechsubs did not write, is kept,
and the new version is written beside it as `NAME.new.srt`. Only one process at a time
writes into a folder, and the ledger is saved before the files, so that our own files are
still recognized after a concurrent write or a SIGKILL.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from speechsubs import formats
from speechsubs.adapters import files
from speechsubs.adapters.files import read_bytes, write_atomic
from speechsubs.errors import InputError, OutputError, SpeechsubsError, UnknownLocaleError
from speechsubs.language import locales
from speechsubs.model import Finding, Severity, Track

LEDGER = ".speechsubs.json"
_LOCK = ".speechsubs.lock"
#: A writer locks a folder for as long as a few files take; one that hangs is reported.
_PATIENCE_S = 120.0
#: The fewest jobs written by threads, and the number of threads: a disk flushes a dozen
#: files together in about the time of one.
_FEW, _WRITERS = 4, 12


@dataclass(frozen=True, slots=True)
class Planned:
    """A file to be written: its track, path, line ends, and the source that it is made from."""

    track: Track
    path: Path
    crlf: bool = False
    bom: bool = False
    source: Path | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The paths actually written, and a finding for each edited file that was kept."""

    paths: tuple[Path, ...]
    findings: tuple[Finding, ...]


def stem(source: Path) -> str:
    """The name without suffix and without a language tag.

    >>> stem(Path("talk.en.srt")), stem(Path("v1.2.txt"))
    ('talk', 'v1.2')
    """
    name = source.stem
    return name.rpartition(".")[0] if language_in(source) else name


def language_in(source: Path) -> str:
    """The language tag in a file's name ("talk.zh-CN.srt"); empty if there is none.

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
    """Raise `InputError` if two outputs, or an output and an input, are the same file."""
    inputs = {os.path.realpath(path) for path in sources}
    seen: set[str] = set()
    for path in planned:
        real = os.path.realpath(path)
        if real in inputs:
            raise InputError(
                str(path),
                "this output would replace an input",
                "Choose another folder (-o) or name",
            )
        if real in seen:
            raise InputError(
                str(path),
                "two outputs would have the same name",
                "Write them in two runs to separate folders (-o)",
            )
        seen.add(real)


def refuse_places(planned: Sequence[Path]) -> None:
    """Raise `OutputError` if a file clearly cannot be written, before any work is done.

    Missing folders are fine: they will be created.
    """
    for path in planned:
        files.refuse_special(path)
        if path.is_dir():
            raise OutputError(path, "cannot be written: there is a folder of this name")
        if path.name == LEDGER:
            raise OutputError(
                path, "cannot be written: this name is reserved for the list of written files"
            )
    for folder in dict.fromkeys(path.parent for path in planned):
        there = next(p for p in (folder, *folder.absolute().parents) if os.path.lexists(p))
        if not there.is_dir():
            raise OutputError(folder, f"cannot create this folder: {there} is a file")
        if not os.access(there, os.W_OK | os.X_OK):
            raise OutputError(there, "this folder is not writable; choose another (-o)")


def write(
    planned: Sequence[Planned], *, overwrite: bool = False
) -> tuple[list[Path], list[Finding]]:
    """Write the files; returns the paths written and a finding for each edit kept.

    `overwrite` replaces edited files too, and keeps a copy of each. Raises `OutputError`.
    """
    (done,) = write_each([planned], overwrite=overwrite)
    if isinstance(done, Written):
        return list(done.paths), list(done.findings)
    raise done


def write_each(
    jobs: Sequence[Sequence[Planned]], *, overwrite: bool = False
) -> list[Written | Exception]:
    """Write the files of several jobs; returns their results in order.

    A job that fails does not stop the others. The ledgers are locked and saved twice for
    all jobs together: before, with the expected contents, so that a file is recognized as
    ours at whatever moment the process is killed, and after.
    """
    with ExitStack() as stack:
        # In a fixed order, so that two writers never deadlock.
        folders = sorted({plan.path.parent for job in jobs for plan in job})
        ledgers: dict[Path, _Ledger | Exception] = {}
        for folder in folders:
            try:
                ledgers[folder] = stack.enter_context(_opened(folder))
            except SpeechsubsError as error:
                ledgers[folder] = error
        # Read after the folders are locked.
        origins = Origins()
        placed = [_attempt(partial(_placed, job, ledgers, origins, overwrite)) for job in jobs]
        for folder, ledger in ledgers.items():
            if isinstance(ledger, _Ledger):
                failed = _attempt(ledger.save)
                if isinstance(failed, Exception):
                    ledgers[folder] = failed
        done = _in_parallel([partial(_finish_job, item, ledgers) for item in placed])
        for ledger in ledgers.values():
            if isinstance(ledger, _Ledger):
                # The files are written and recorded; an unsettled ledger does no harm.
                _attempt(ledger.settle)
    return done


def write_data(path: Path, data: bytes) -> Path:
    """Write bytes as `write` writes a track; returns the path actually written.

    An edited file is kept, and NAME.new.srt is written. Raises `OutputError`.
    """
    with _opened(path.parent) as ledger:
        place = _beside(path, ledger) if _edited(path, ledger) else path
        ledger.expect(place, data)
        ledger.save()
        ledger.wrote(_Placed(place, data))
        ledger.settle()
    return place


class Origins:
    """What the files that speechsubs wrote were made from; each folder is read once."""

    def __init__(self) -> None:
        self._folders: dict[Path, _Ledger] = {}
        self._names: dict[Path, dict[str, list[str]]] = {}

    def names(self, folder: Path, base: str) -> list[str]:
        """The files in a folder with a known origin and this stem."""
        if folder not in self._names:
            names: dict[str, list[str]] = {}
            for name in self._ledger(folder).sources:
                names.setdefault(stem(Path(name)), []).append(name)
            self._names[folder] = names
        return self._names[folder].get(base, [])

    def of(self, source: Path) -> Path | None:
        """The real path of a source, or of what it was made from if speechsubs wrote it itself.

        `translate talk.en.srt` continues the work of `subtitle talk.txt`: both have one
        origin. None if there is no such file, as for standard input.
        """
        if not source.is_file():
            return None
        ledger = self._ledger(source.parent)
        before = ledger.sources.get(source.name)
        return Path(os.path.realpath(source) if before is None else ledger.resolved(before))

    def refuse_other(self, path: Path, source: Path) -> None:
        """Raise `InputError` if an output was made from another source, which still exists."""
        ledger = self._ledger(path.parent)
        before = ledger.sources.get(path.name)
        now = None if before is None else self.of(source)
        if before is None or now is None or _relative(now, path.parent) == before:
            return
        other = ledger.resolved(before)
        if now != other and path.is_file() and os.path.lexists(other):
            raise InputError(
                str(source),
                f"its output {path} was made from {other}",
                "Choose another folder (-o), or use --overwrite to replace it",
            )

    def _ledger(self, folder: Path) -> "_Ledger":
        if folder not in self._folders:
            self._folders[folder] = _Ledger.load(folder)
        return self._folders[folder]


def owned(folder: Path) -> set[str]:
    """The names of the files in a folder that speechsubs wrote, edited or not."""
    ledger = _Ledger.load(folder)
    return {*ledger.written, *ledger.writing}


_T = TypeVar("_T")


def _attempt(action: Callable[[], _T]) -> _T | Exception:
    try:
        return action()
    except Exception as error:  # also internal ones: they must not stop the other jobs
        return error


@dataclass(frozen=True, slots=True)
class _Placed:
    """Bytes for a path, the finding if an edited file is kept, and the origin.

    `copy` is where an edited file goes that is replaced.
    """

    path: Path
    data: bytes
    kept: Finding | None = None
    origin: Path | None = None
    copy: Path | None = None


@dataclass(slots=True)
class _Ledger:
    """The SHA-256 of the files written, and about to be written, into a folder.

    `sources` are the origins of these files, relative to the folder if possible: both may be
    moved together.
    """

    folder: Path
    written: dict[str, str]
    writing: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    changed: bool = False

    @classmethod
    def load(cls, folder: Path) -> "_Ledger":
        """Read a folder's ledger; with a broken one, every file counts as edited."""
        path = folder / LEDGER
        if not path.is_file():
            return cls(folder, {})
        try:
            data: Any = json.loads(read_bytes(path))
        except (ValueError, RecursionError):
            return cls(folder, {})
        return cls(
            folder, _strings(data, "written"), _strings(data, "writing"), _strings(data, "sources")
        )

    def resolved(self, source: str) -> Path:
        """The real path of a recorded source."""
        return Path(os.path.realpath(self.folder / source))

    def ours(self, name: str, digest: str) -> bool:
        """Whether speechsubs wrote the file with this content."""
        return digest in (self.written.get(name), self.writing.get(name))

    def expect(self, path: Path, data: bytes, source: Path | None = None) -> None:
        """Record what is about to be written, and its origin."""
        self.writing[path.name] = hashlib.sha256(data).hexdigest()
        if source is None:
            self.sources.pop(path.name, None)
        else:
            self.sources[path.name] = _relative(source, self.folder)
        self.changed = True

    def wrote(self, item: _Placed) -> None:
        """Write an expected file. Raises `OutputError`."""
        if item.copy is not None:
            write_atomic(item.copy, read_bytes(item.path))
        write_atomic(item.path, item.data)
        digest = self.writing.pop(item.path.name, None)
        if digest is not None and item.path.is_file():
            self.written[item.path.name] = digest

    def adopt(self) -> None:
        """Determine which expected files were written."""
        for name, digest in self.writing.items():
            path = self.folder / name
            if path.is_file() and _hash(path) == digest:
                self.written[name] = digest
        self.changed = self.changed or bool(self.writing)
        self.writing.clear()

    def settle(self) -> None:
        """Save what was actually written."""
        self.adopt()
        self.save()

    def save(self) -> None:
        """Write the ledger if anything was expected since it was read."""
        if not self.changed:
            return
        data: dict[str, object] = {
            "about": "Files written here, by SHA-256. Files that differ are never replaced.",
            "written": dict(sorted(self.written.items())),
        }
        if self.sources:
            data["sources"] = dict(sorted(self.sources.items()))
        if self.writing:
            data["writing"] = dict(sorted(self.writing.items()))
        text = json.dumps(data, ensure_ascii=False, indent=1)
        write_atomic(self.folder / LEDGER, (text + "\n").encode("utf-8", "backslashreplace"))


def _relative(source: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(source, os.path.realpath(folder))).as_posix()
    except ValueError:  # on another drive
        return source.as_posix()


def _strings(data: Any, key: str) -> dict[str, str]:
    known = data.get(key) if isinstance(data, dict) else None
    if not isinstance(known, dict):
        return {}
    return {str(name): str(value) for name, value in known.items()}


@contextmanager
def _opened(folder: Path) -> Iterator[_Ledger]:
    """A folder's ledger, with the folder locked against other writers. Raises `OutputError`."""
    with files.hold_lock(folder / _LOCK, wait_s=_PATIENCE_S):
        ledger = _Ledger.load(folder)
        ledger.adopt()
        yield ledger


def _placed(
    job: Sequence[Planned],
    ledgers: Mapping[Path, "_Ledger | Exception"],
    origins: Origins,
    overwrite: bool,
) -> list[_Placed]:
    """The paths and bytes of a job's files. Raises the errors of their folders."""
    result = []
    for plan in job:
        ledger = _usable(ledgers[plan.path.parent])
        path, kept = plan.path, None
        if plan.source is not None and not overwrite:
            origins.refuse_other(path, plan.source)
        if not overwrite and _edited(path, ledger):
            path = _beside(path, ledger)
            message = (
                "was edited since speechsubs wrote it and is kept; "
                f"the new version is {path.name} (use --overwrite to replace it)"
            )
            kept = Finding("edit-kept", Severity.WARNING, message, file=str(plan.path))
        data = formats.encode(plan.track, path, crlf=plan.crlf, bom=plan.bom)
        copy = None
        if overwrite and _edited(path, ledger) and read_bytes(path) != data:
            copy = _free(path)
            message = f"had been edited and was replaced; the edited version is {copy.name}"
            kept = Finding("edit-saved", Severity.INFO, message, file=str(plan.path))
        now = None if plan.source is None else origins.of(plan.source)
        result.append(_Placed(path, data, kept, now, copy))
    for item in result:
        _usable(ledgers[item.path.parent]).expect(item.path, item.data, item.origin)
    return result


def _finish_job(
    items: list[_Placed] | Exception, ledgers: Mapping[Path, "_Ledger | Exception"]
) -> Written:
    if isinstance(items, Exception):
        raise items
    for item in items:
        _usable(ledgers[item.path.parent]).wrote(item)
    findings = tuple(item.kept for item in items if item.kept)
    return Written(tuple(item.path for item in items), findings)


def _in_parallel(actions: Sequence[Callable[[], _T]]) -> list[_T | Exception]:
    """Run the actions in threads, results in order: writing mostly waits for the disk."""
    if len(actions) < _FEW:
        return [_attempt(action) for action in actions]
    with ThreadPoolExecutor(_WRITERS, thread_name_prefix="speechsubs-write") as pool:
        return list(pool.map(_attempt, actions))


def _usable(ledger: "_Ledger | Exception") -> "_Ledger":
    if isinstance(ledger, Exception):
        raise ledger
    return ledger


def _beside(path: Path, ledger: _Ledger) -> Path:
    """The name beside a file that is kept: NAME.new.srt, or the next one not edited."""
    for number in count(1):
        again = "" if number == 1 else str(number)
        name = path.with_name(f"{path.stem}.new{again}{path.suffix}")
        if not _edited(name, ledger):
            return name
    raise AssertionError("count never ends")


def _free(path: Path) -> Path:
    """A name for an edited file that is replaced: NAME.edited.srt, or the next free one."""
    for number in count(1):
        again = "" if number == 1 else str(number)
        name = path.with_name(f"{path.stem}.edited{again}{path.suffix}")
        if not os.path.lexists(name):
            return name
    raise AssertionError("count never ends")


def _edited(path: Path, ledger: _Ledger) -> bool:
    try:
        # A pipe or a device has no content, and is refused when it is written.
        return path.is_file() and not ledger.ours(path.name, _hash(path))
    except OSError as error:
        raise OutputError(path, f"cannot be written ({error.strerror or error})") from error


def _hash(path: Path) -> str:
    return hashlib.sha256(read_bytes(path)).hexdigest()
