"""Who does the decoding: this process, or several helpers at once.

pocketsphinx holds Python's lock, so threads alone gain nothing. A helper is this module
started as a program; it never imports the caller's own script, as multiprocessing
would. It is told what to do in lines of JSON and answers in the same way; it ends when
its input does, so that none outlives the program that started it.
"""

import ctypes
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import astuple
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from speechsubs.alignment.forced.decode import Aligned, Decided, Grammars, TokenTime
from speechsubs.alignment.forced.recognize import Ear, Heard
from speechsubs.alignment.forced.script import Ways
from speechsubs.audio import RATE

if TYPE_CHECKING:
    import numpy as np

_MS: Final = RATE // 1_000
_SOUND: Final = "sound.s16"

Item = TypeVar("Item")
Result = TypeVar("Result")
#: Told how much is done, of how much.
Progress = Callable[[int, int], None]


class Worker:
    """The decoders for one text, and the sound that they hear. Not for several threads.

    `folder` holds "words.dict" and, for `hear`, "text.lm".
    """

    def __init__(self, folder: Path, samples: "np.ndarray[Any, Any] | _Sound") -> None:
        self._folder, self._samples = folder, samples
        self._grammars = Grammars(folder)
        self._ear: Ear | None = None

    def _sound(self, start_ms: int, end_ms: int) -> "np.ndarray[Any, Any]":
        return self._samples[start_ms * _MS : end_ms * _MS]

    def hear(self, start_ms: int, end_ms: int) -> list[Heard]:
        """What is recognised between two times."""
        if self._ear is None:
            self._ear = Ear(self._folder)
        return self._ear.hear(self._sound(start_ms, end_ms), start_ms)

    def align(self, start_ms: int, end_ms: int, lines: Sequence[Ways]) -> Aligned | None:
        """As `Grammars.align`."""
        self._ear = None  # the first pass is over: its memory goes back
        return self._grammars.align(self._sound(start_ms, end_ms), start_ms, lines)

    def decide(
        self, start_ms: int, end_ms: int, lines: Sequence[Ways], price: float
    ) -> Decided | None:
        """As `Grammars.decide`."""
        self._ear = None
        return self._grammars.decide(self._sound(start_ms, end_ms), start_ms, lines, price)


class Crew:
    """The same calls as `Worker`, from any thread, done by whoever is free.

    With fewer than two helpers, and for what a helper did not bring back, it is this
    process that works. Leave the `with` block and all helpers are gone.
    """

    def __init__(self, folder: Path, samples: "np.ndarray[Any, Any]", helpers: int = 1) -> None:
        self._worker = Worker(folder, samples)
        self._here = threading.Lock()
        self._free: queue.SimpleQueue[_Helper] = queue.SimpleQueue()
        self._helpers: list[_Helper] = []
        self._closed = False
        if helpers > 1:
            self._helpers = _started(folder, samples, helpers)
            for helper in self._helpers:
                self._free.put(helper)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._closed = True
        for helper in self._helpers:
            helper.end()

    def hear(self, start_ms: int, end_ms: int) -> list[Heard]:
        """What is recognised between two times."""
        answer = self._asked("hear", start_ms, end_ms)
        return [Heard(*row) for row in answer or ()]

    def align(self, start_ms: int, end_ms: int, lines: Sequence[Ways]) -> Aligned | None:
        """As `Grammars.align`."""
        answer = self._asked("align", start_ms, end_ms, lines)
        if answer is None:
            return None
        rows, beam = answer
        return Aligned(tuple(tuple(TokenTime(*t) for t in row) for row in rows), beam)

    def decide(
        self, start_ms: int, end_ms: int, lines: Sequence[Ways], price: float
    ) -> Decided | None:
        """As `Grammars.decide`."""
        answer = self._asked("decide", start_ms, end_ms, lines, price)
        if answer is None:
            return None
        (rows,) = answer
        return Decided(tuple((row[0], row[1]) if row else None for row in rows))

    def each(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        progress: Progress | None = None,
    ) -> list[Result]:
        """`function` of every item, in the order of the items; several at once with helpers."""
        if not self._helpers or len(items) < 2:
            found = []
            for item in items:
                found.append(function(item))
                if progress is not None:
                    progress(len(found), len(items))
            return found
        with ThreadPoolExecutor(len(self._helpers)) as pool:
            running = [pool.submit(function, item) for item in items]
            try:
                for done, future in enumerate(as_completed(running), start=1):
                    future.result()
                    if progress is not None:
                        progress(done, len(items))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return [future.result() for future in running]

    def _asked(self, name: str, *given: Any) -> Any:
        while self._helpers and not self._closed:
            # Threads are as many as helpers were; a helper that broke is not put back.
            try:
                helper = self._free.get(timeout=1)
            except queue.Empty:
                if not any(h.alive for h in self._helpers):
                    break
                continue
            try:
                answer = helper.ask(name, given)
            except (OSError, ValueError):
                helper.end()
                continue
            self._free.put(helper)
            return answer
        if self._closed:
            raise RuntimeError("the work was given up")
        with self._here:
            return _plain(getattr(self._worker, name)(*given))


class _Helper:
    """One helper process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, name: str, given: Sequence[Any]) -> Any:
        """The answer to one call. Raises `OSError` or `ValueError` where there is none."""
        told, answers = self._process.stdin, self._process.stdout
        assert told is not None
        assert answers is not None
        told.write(json.dumps((name, given)) + "\n")
        told.flush()
        return json.loads(answers.readline())

    def end(self) -> None:
        """Stop it, whatever it does."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        self._process.wait()


def _started(folder: Path, samples: "np.ndarray[Any, Any]", count: int) -> list[_Helper]:
    """As many helpers as can be had; none where there is no room for the sound."""
    try:
        samples.tofile(folder / _SOUND)
    except OSError:
        return []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    # One core each: numpy must not start threads of its own.
    environment["OPENBLAS_NUM_THREADS"] = "1"
    found: list[_Helper] = []
    for _ in range(count):
        try:
            process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", __name__, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=environment,
            )
        except OSError:
            break
        found.append(_Helper(process))
    return found


def _plain(found: Any) -> Any:
    """A worker's answer as JSON has it."""
    if isinstance(found, list):
        return [astuple(item) for item in found]
    return None if found is None else astuple(found)


class _Sound:
    """Samples that stay in their file: an hour of them is 115 MB."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __getitem__(self, part: slice) -> "np.ndarray[Any, Any]":
        import numpy as np

        first, end = int(part.start), int(part.stop)
        return np.fromfile(self._path, np.int16, max(0, end - first), offset=2 * first)


def _trimmer() -> Callable[[], None]:
    """What hands freed memory back to the system, where the C library can.

    A hard piece takes 50 MB for a moment; glibc keeps them, in as many helpers as there
    are, because something small lies behind (measured on 2026-11-23).
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return lambda: None
    return lambda: trim(0)


def _main(folder: Path) -> None:
    worker = Worker(folder, _Sound(folder / _SOUND))
    trim = _trimmer()
    for line in sys.stdin:
        name, given = json.loads(line)
        sys.stdout.write(json.dumps(_plain(getattr(worker, name)(*given))) + "\n")
        sys.stdout.flush()
        trim()


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
