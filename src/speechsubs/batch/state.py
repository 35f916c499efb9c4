"""The batch's manifest: what is done, beside the outputs, so that a run can go on.

A JSON Lines file that is only added to. A line says what one file came to, language by
language; a later line wins. A line that a SIGKILL cut is not read: its file is done
again, which gives the same bytes.
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
from speechsubs.adapters import files as adapters_files
from speechsubs.adapters.files import Owner
from speechsubs.adapters.json_codec import Codec, Shape
from speechsubs.batch.model import JobResult, LanguageResult
from speechsubs.errors import InputError, OutputError

SCHEMA = "speechsubs-batch/1"
MANIFEST = ".speechsubs-batch.jsonl"
LOCK = ".speechsubs-batch.lock"

_ABOUT = "What a batch did here. Remove it, and the next run does everything again."
#: A manifest is larger than texts that people write: 100,000 files take about 60 MB.
_MAX_BYTES = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Done:
    """What the manifest holds of one language of a file, key by key.

    `cues` and `sentences` are for people who read the file: they are not read back, and a
    line that repeats an earlier one leaves them out.
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
        """True where a person should look at the files."""
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
    """What the manifest says of a file. `language` is its own, `bytes` its size."""

    language: str = ""
    bytes: int = 0
    parts: dict[str, Done] = field(default_factory=dict)


@dataclass(slots=True)
class Rates:
    """What earlier work took: seconds and bytes by what was done ("en>es", "own")."""

    seconds: dict[str, float] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    #: Of the last whole run: the share of a second that passed for each second of work.
    overlap: float = 1.0

    def add(self, name: str, size: int, seconds: float) -> None:
        """Take one more measurement in."""
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds
        self.bytes[name] = self.bytes.get(name, 0) + size

    def of(self, name: str, size: int) -> float | None:
        """Seconds for so many bytes; None where nothing like it was measured."""
        if not self.bytes.get(name):
            return None
        return self.seconds[name] / self.bytes[name] * size * self.overlap


class State:
    """The manifest of one folder, read and added to. One process at a time: see `locked`."""

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
        """A path as the manifest holds it: below its folder where it lies there."""
        try:
            return path.absolute().relative_to(self.folder.absolute()).as_posix()
        except ValueError:
            return path.absolute().as_posix()

    def add(self, results: Sequence[JobResult]) -> None:
        """Remember what is done, on disk. Raises `OutputError`."""
        lines = [self._line(result) for result in results if not result.failed]
        if self._keeps:
            for line in lines:
                self._take_file(line)
        self._append(map(_CODEC.dump, lines))

    def confirm(self, keys: Sequence[str]) -> None:
        """Remember again what is known of files: it changed without work. As `add`."""
        self._append(_CODEC.dump(_again(key, self.known[key])) for key in keys)

    def forget(self) -> None:
        """Keep nothing more in memory: the plan is made, and nobody will ask again."""
        self.known.clear()
        self._keeps = False

    def ran(self, wall_s: float, busy_s: float, number: int) -> None:
        """Remember how long a whole run took and how many seconds of work were in it."""
        if number and busy_s > 0:
            today = datetime.now(UTC).date().isoformat()
            run = _Run(today, number, round(wall_s, 3), round(busy_s, 3))
            self._append([_CODEC.dump(_RunLine(run))])

    def tidy(self) -> None:
        """Write the file anew where most of its lines are outdated."""
        if self._lines <= 2 * len(self.known) + 200:
            return
        lines = (_CODEC.dump(_again(key, known)) for key, known in self.known.items())
        data = [_head(), *lines]
        adapters_files.write_atomic(self.path, b"".join(_encoded(item) for item in data))
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
        # Not buffered: what a full disk refused must not be tried again at the end.
        stream = self.path.open("ab+", buffering=0)
        size = stream.seek(0, os.SEEK_END)
        if not size:
            _write(stream, _encoded(_head()))
        else:
            stream.seek(size - 1)
            if stream.read(1) != b"\n":
                _write(stream, b"\n")  # a line that was cut stays by itself
        return stream

    def _take(self, data: dict[str, Any]) -> None:
        """A line of the manifest; one that makes no sense says nothing."""
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
    """What is measured together: a direction, or everything without an engine."""
    return "own" if source == tag or not tag else f"{source}>{tag}"


@contextmanager
def locked(folder: Path, what: str = "outputs") -> Iterator[Owner | None]:
    """Hold the folder for one batch; gives who held it and died.

    Raises `InputError` where another batch works there.
    """

    def refused(owner: Owner | None) -> InputError:
        return InputError(
            str(folder),
            f"another batch works on these {what} ({owner or 'an unknown process'})",
            "Wait until it ends, or choose another folder (-o)",
        )

    with adapters_files.held(folder / LOCK, refused=refused) as before:
        yield before


def leftovers(folders: Iterable[Path]) -> int:
    """Remove the temporary files that killed processes left; how many there were."""
    return sum(len(adapters_files.sweep(folder)) for folder in set(folders))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    for line in adapters_files.read_bytes(path, max_bytes=_MAX_BYTES).split(b"\n"):
        try:
            data: Any = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(data, dict):
            yield data


def _write(stream: IO[bytes], data: bytes) -> None:
    """All of the data, or `OSError`."""
    while data:
        data = data[stream.write(data) :]


def _head() -> dict[str, Any]:
    return {"schema": SCHEMA, "speechsubs": __version__, "about": _ABOUT}


def _again(key: str, known: Known) -> _FileLine:
    return _FileLine(key, known.language, known.bytes, known.parts)


def _encoded(data: dict[str, Any]) -> bytes:
    # ASCII, so that a name with half a character in it survives.
    return (json.dumps(data, ensure_ascii=True, separators=(",", ":")) + "\n").encode("ascii")
