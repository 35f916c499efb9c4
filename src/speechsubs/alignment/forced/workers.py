"""Run the decoders in this process or in a pool of worker processes.

pocketsphinx holds the GIL, so threads alone gain nothing. A worker process runs this
module as a program; unlike multiprocessing, it never imports the caller's own script. It
reads requests and writes responses as lines of JSON, and exits at the end of its input,
so that it never outlives the program that started it.
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

from speechsubs.adapters import signals
from speechsubs.alignment.forced.decode import Grammars, LineDecision, LineTimes, TokenTime
from speechsubs.alignment.forced.recognize import RecognizedUnit, Recognizer
from speechsubs.alignment.forced.script import LineForms
from speechsubs.audio import RATE

if TYPE_CHECKING:
    import numpy as np

_MS: Final = RATE // 1_000
_SAMPLES_NAME: Final = "sound.s16"

Item = TypeVar("Item")
Result = TypeVar("Result")
#: Called with the work done and the total.
Progress = Callable[[int, int], None]


class Decoders:
    """The decoders for one text and one recording. Not thread-safe.

    `folder` contains "words.dict" and, for `recognize`, "text.lm".
    """

    def __init__(self, folder: Path, samples: "np.ndarray[Any, Any] | _SampleFile") -> None:
        self._folder, self._samples = folder, samples
        self._grammars = Grammars(folder)
        self._recognizer: Recognizer | None = None

    def _slice(self, start_ms: int, end_ms: int) -> "np.ndarray[Any, Any]":
        return self._samples[start_ms * _MS : end_ms * _MS]

    def recognize(self, start_ms: int, end_ms: int) -> list[RecognizedUnit]:
        """What is recognized between two times."""
        if self._recognizer is None:
            self._recognizer = Recognizer(self._folder)
        return self._recognizer.recognize(self._slice(start_ms, end_ms), start_ms)

    def align(self, start_ms: int, end_ms: int, lines: Sequence[LineForms]) -> LineTimes | None:
        """As `Grammars.align`."""
        self._recognizer = None  # the first pass is over: free its memory
        return self._grammars.align(self._slice(start_ms, end_ms), start_ms, lines)

    def decide(
        self, start_ms: int, end_ms: int, lines: Sequence[LineForms], garbage_probability: float
    ) -> LineDecision | None:
        """As `Grammars.decide`."""
        self._recognizer = None
        return self._grammars.decide(
            self._slice(start_ms, end_ms), start_ms, lines, garbage_probability
        )


class WorkerPool:
    """The methods of `Decoders`, from any thread, executed by an idle worker process.

    With fewer than two workers, and for requests that a worker failed to answer, this
    process does the work. Leaving the `with` block stops all workers.
    """

    def __init__(self, folder: Path, samples: "np.ndarray[Any, Any]", workers: int = 1) -> None:
        self._local = Decoders(folder, samples)
        self._local_lock = threading.Lock()
        self._idle: queue.SimpleQueue[_WorkerProcess] = queue.SimpleQueue()
        self._workers: list[_WorkerProcess] = []
        self._closed = False
        if workers > 1:
            self._workers = _start_processes(folder, samples, workers)
            for worker in self._workers:
                self._idle.put(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._close()

    def _close(self) -> None:
        self._closed = True
        for worker in self._workers:
            worker.stop()

    def recognize(self, start_ms: int, end_ms: int) -> list[RecognizedUnit]:
        """What is recognized between two times."""
        result = self._call("recognize", start_ms, end_ms)
        return [RecognizedUnit(*row) for row in result or ()]

    def align(self, start_ms: int, end_ms: int, lines: Sequence[LineForms]) -> LineTimes | None:
        """As `Grammars.align`."""
        result = self._call("align", start_ms, end_ms, lines)
        if result is None:
            return None
        rows, beam = result
        return LineTimes(tuple(tuple(TokenTime(*t) for t in row) for row in rows), beam)

    def decide(
        self, start_ms: int, end_ms: int, lines: Sequence[LineForms], garbage_probability: float
    ) -> LineDecision | None:
        """As `Grammars.decide`."""
        result = self._call("decide", start_ms, end_ms, lines, garbage_probability)
        if result is None:
            return None
        (rows,) = result
        return LineDecision(tuple((row[0], row[1]) if row else None for row in rows))

    def map(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        progress: Progress | None = None,
    ) -> list[Result]:
        """Apply `function` to every item, in parallel with workers; results keep the order."""
        if not self._workers or len(items) < 2:
            found = []
            for item in items:
                found.append(function(item))
                if progress is not None:
                    progress(len(found), len(items))
            return found
        with ThreadPoolExecutor(len(self._workers)) as pool:
            running = [pool.submit(function, item) for item in items]
            try:
                for done, future in enumerate(as_completed(running), start=1):
                    future.result()
                    if progress is not None:
                        progress(done, len(items))
            except BaseException:
                # The threads wait for answers: without workers they end at once.
                self._close()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return [future.result() for future in running]

    def _call(self, name: str, *arguments: Any) -> Any:
        while self._workers and not self._closed:
            # There are as many threads as workers at the start; a broken worker is not
            # returned to the queue.
            try:
                worker = self._idle.get(timeout=1)
            except queue.Empty:
                if not any(h.alive for h in self._workers):
                    break
                continue
            try:
                result = worker.call(name, arguments)
            except (OSError, ValueError):
                worker.stop()
                continue
            self._idle.put(worker)
            return result
        if self._closed:
            raise RuntimeError("cancelled")
        with self._local_lock:
            return _to_json(getattr(self._local, name)(*arguments))


class _WorkerProcess:
    """A worker process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def call(self, name: str, arguments: Sequence[Any]) -> Any:
        """Send a request and return the response. Raises `OSError` or `ValueError`."""
        requests, responses = self._process.stdin, self._process.stdout
        assert requests is not None
        assert responses is not None
        requests.write(json.dumps((name, arguments)) + "\n")
        requests.flush()
        return json.loads(responses.readline())

    def stop(self) -> None:
        """Kill the process."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        self._process.wait()


def _start_processes(
    folder: Path, samples: "np.ndarray[Any, Any]", count: int
) -> list[_WorkerProcess]:
    """Start up to `count` workers; none if the samples cannot be written to disk."""
    try:
        samples.tofile(folder / _SAMPLES_NAME)
    except OSError:
        return []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    # One core per worker: numpy must not start threads of its own.
    environment["OPENBLAS_NUM_THREADS"] = "1"
    found: list[_WorkerProcess] = []
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
        found.append(_WorkerProcess(process))
    return found


def _to_json(found: Any) -> Any:
    """Convert a result of `Decoders` to JSON types."""
    if isinstance(found, list):
        return [astuple(item) for item in found]
    return None if found is None else astuple(found)


class _SampleFile:
    """Samples read from a file on demand: an hour of them takes 115 MB."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __getitem__(self, part: slice) -> "np.ndarray[Any, Any]":
        import numpy as np

        first, stop = int(part.start), int(part.stop)
        return np.fromfile(self._path, np.int16, max(0, stop - first), offset=2 * first)


def _memory_trimmer() -> Callable[[], None]:
    """A function that returns freed memory to the system, if the C library has one.

    A difficult piece briefly takes 50 MB, which glibc would keep in every worker because
    of fragmentation (measured on 2026-11-23).
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return lambda: None
    return lambda: trim(0)


def _main(folder: Path) -> None:
    signals.leave_to_parent()
    decoders = Decoders(folder, _SampleFile(folder / _SAMPLES_NAME))
    trim = _memory_trimmer()
    for line in sys.stdin:
        name, arguments = json.loads(line)
        sys.stdout.write(json.dumps(_to_json(getattr(decoders, name)(*arguments))) + "\n")
        sys.stdout.flush()
        trim()


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
