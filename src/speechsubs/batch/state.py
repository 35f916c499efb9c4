"""The state of a batch: what has been done, kept beside the outputs to resume a run.

An append-only JSON Lines file. A line records the results of one file, language by
language; later lines override earlier ones. A line truncated by SIGKILL is ignored: its
file is processed again, which gives the same bytes.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from speechsubs import __version__
from speechsubs.adapters.files import Owner, hold_lock, read_bytes, remove_stale, write_atomic
from speechsubs.adapters.json_codec import Codec, Shape
from speechsubs.batch.model import JobResult, LanguageResult
from speechsubs.errors import InputError, OutputError

SCHEMA = "speechsubs-batch/1"
MANIFEST = ".speechsubs-batch.jsonl"
LOCK = ".speechsubs-batch.lock"

_ABOUT = "State of the batch in this folder. Without it, the next run processes everything again."
#: The state is larger than texts written by people: 100,000 files take about 60 MB.
_MAX_BYTES = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Done:
    """The recorded state of one language of a file; the fields are the JSON keys.

    `cues` and `sentences` are for human readers of the file: they are not read back, and a
    line that repeats an earlier one omits them.
    """

    print: str
    files: tuple[str, ...]
    cues: int | None = None
    sentences: int | None = None
    errors: int = 0
    warnings: int = 0
    seconds: float = 0.0
    engine: str = ""
    memory: str = ""
    recalled: str = ""

    @property
    def findings(self) -> bool:
        """True if the files have findings that a person should look at."""
        return bool(self.errors or self.warnings)


@dataclass(frozen=True, slots=True)
class _FileLine:
    file: str
    language: str
    bytes: int
    parts: dict[str, Done]


@dataclass(frozen=True, slots=True)
class _Run:
    date: str
    files: int
    wall_s: float
    busy_s: float


@dataclass(frozen=True, slots=True)
class _RunLine:
    run: _Run


_CODEC = Codec(
    {
        Done: Shape(
            optional=frozenset({"seconds"}),
            omitted=frozenset({"cues", "sentences", "engine", "memory", "recalled"}),
            unread=frozenset({"cues", "sentences"}),
        ),
        _FileLine: Shape(),
        _RunLine: Shape(),
        _Run: Shape(),
    }
)


@dataclass(slots=True)
class Known:
    """The recorded state of a file. `language` is its own, `bytes` its size."""

    language: str = ""
    bytes: int = 0
    parts: dict[str, Done] = field(default_factory=dict)


@dataclass(slots=True)
class Rates:
    """Measured throughput: seconds and bytes by kind of work ("en>es", "own")."""

    seconds: dict[str, float] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    #: Wall-clock seconds per second of work in the last complete run.
    overlap: float = 1.0

    def add(self, name: str, size: int, seconds: float) -> None:
        """Add a measurement."""
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds
        self.bytes[name] = self.bytes.get(name, 0) + size

    def of(self, name: str, size: int) -> float | None:
        """Seconds for `size` bytes; None if nothing comparable has been measured."""
        if not self.bytes.get(name):
            return None
        return self.seconds[name] / self.bytes[name] * size * self.overlap


class State:
    """The state of one folder, read and appended to. One process at a time: see `locked`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / MANIFEST
        self.known: dict[str, Known] = {}
        self.rates = Rates()
        self._stream: IO[bytes] | None = None
        self._lines = 0
        self._keeps = True
        for data in _lines(self.path):
            self._lines += 1
            self._take(data)

    def name(self, path: Path) -> str:
        """A path as recorded: relative to the state's folder if it is inside it."""
        try:
            return path.absolute().relative_to(self.folder.absolute()).as_posix()
        except ValueError:
            return path.absolute().as_posix()

    def add(self, results: Sequence[JobResult]) -> None:
        """Record results on disk. Raises `OutputError`."""
        lines = [self._line(result) for result in results if not result.failed]
        if self._keeps:
            for line in lines:
                self._take_file(line)
        self._append(map(_CODEC.dump, lines))

    def confirm(self, keys: Sequence[str]) -> None:
        """Record files again whose known state changed without work. Raises as `add` does."""
        self._append(_CODEC.dump(_again(key, self.known[key])) for key in keys)

    def forget(self) -> None:
        """Release the known files: once the plan is made, they are no longer needed."""
        self.known.clear()
        self._keeps = False

    def ran(self, wall_s: float, busy_s: float, number: int) -> None:
        """Record the duration of a complete run and its total seconds of work."""
        if number and busy_s > 0:
            today = datetime.now(UTC).date().isoformat()
            run = _Run(today, number, round(wall_s, 3), round(busy_s, 3))
            self._append([_CODEC.dump(_RunLine(run))])

    def tidy(self) -> None:
        """Rewrite the file if most of its lines are outdated."""
        if self._lines <= 2 * len(self.known) + 200:
            return
        lines = (_CODEC.dump(_again(key, known)) for key, known in self.known.items())
        data = [_head(), *lines]
        write_atomic(self.path, b"".join(_encoded(item) for item in data))
        self._lines = len(data)

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _line(self, result: JobResult) -> _FileLine:
        parts = {part.language: self._done(part) for part in result.languages}
        return _FileLine(result.key, result.language, result.bytes, parts)

    def _done(self, part: LanguageResult) -> Done:
        return Done(
            part.fingerprint,
            tuple(self.name(path) for path in part.files),
            part.cues,
            part.sentences,
            part.errors,
            part.warnings,
            round(part.seconds, 4),
            part.engine,
            part.memory,
            part.recalled,
        )

    def _append(self, data: Iterable[dict[str, Any]]) -> None:
        lines = list(data)
        if not lines:
            return
        try:
            if self._stream is None:
                self._stream = self._opened()
            _write(self._stream, b"".join(_encoded(item) for item in lines))
            os.fsync(self._stream.fileno())
        except OSError as error:
            problem = f"cannot be written ({error.strerror or error})"
            raise OutputError(self.path, problem) from error
        self._lines += len(lines)

    def _opened(self) -> IO[bytes]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: a write that failed on a full disk must not be retried on close.
        stream = self.path.open("ab+", buffering=0)
        size = stream.seek(0, os.SEEK_END)
        if not size:
            _write(stream, _encoded(_head()))
        else:
            stream.seek(size - 1)
            if stream.read(1) != b"\n":
                _write(stream, b"\n")  # keeps a truncated line apart
        return stream

    def _take(self, data: dict[str, Any]) -> None:
        """Take in a line of the file; malformed lines are ignored."""
        with suppress(InputError):
            if "run" in data:
                run = _CODEC.load(data, _RunLine, str(self.path)).run
                if run.busy_s > 0:
                    self.rates.overlap = min(max(run.wall_s / run.busy_s, 0.01), 2.0)
            elif "file" in data:
                self._take_file(_CODEC.load(data, _FileLine, str(self.path)))

    def _take_file(self, line: _FileLine) -> None:
        known = self.known.setdefault(line.file, Known())
        known.language, known.bytes = line.language, line.bytes
        for tag, done in line.parts.items():
            known.parts[tag] = replace(
                done, cues=None, sentences=None, errors=0, warnings=int(done.findings)
            )
            self.rates.add(rate_name(known.language, tag), known.bytes, done.seconds)


def rate_name(source: str, tag: str) -> str:
    """The kind of work measured together: a direction, or everything without an engine."""
    return "own" if source == tag or not tag else f"{source}>{tag}"


@contextmanager
def locked(folder: Path, what: str = "outputs") -> Iterator[Owner | None]:
    """Lock the folder for one batch; yields the former owner if it died without unlocking.

    Raises `InputError` if another batch is running there.
    """

    def refused(owner: Owner | None) -> InputError:
        return InputError(
            str(folder),
            f"another batch is using these {what} ({owner or 'an unknown process'})",
            "Wait for it to finish or choose another folder (-o)",
        )

    with hold_lock(folder / LOCK, refused=refused) as before:
        yield before


def leftovers(folders: Iterable[Path]) -> int:
    """Remove temporary files left by killed processes; returns their number."""
    return sum(len(remove_stale(folder)) for folder in set(folders))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    for line in read_bytes(path, max_bytes=_MAX_BYTES).split(b"\n"):
        try:
            data: Any = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(data, dict):
            yield data


def _write(stream: IO[bytes], data: bytes) -> None:
    """Write all of the data or raise `OSError`."""
    while data:
        data = data[stream.write(data) :]


def _head() -> dict[str, Any]:
    return {"schema": SCHEMA, "speechsubs": __version__, "about": _ABOUT}


def _again(key: str, known: Known) -> _FileLine:
    return _FileLine(key, known.language, known.bytes, known.parts)


def _encoded(data: dict[str, Any]) -> bytes:
    # ASCII, so that a file name with a lone surrogate survives.
    return (json.dumps(data, ensure_ascii=True, separators=(",", ":")) + "\n").encode("ascii")
