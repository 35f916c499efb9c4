"""Run jobs on this machine: jobs in, results out, each recorded before it is reported.

Files that need an engine are translated in groups, many to a call, while the next ones
are read and the last ones written. The engine runs in the calling thread, which handles
signals and owns the memory; it releases the GIL, so a second thread can read and write.
At most three groups are in memory, whatever the number of files.

Files that need no engine are processed here if they are few, otherwise in a pool of
processes. Processes are spawned, which costs about a second of work each, so they are
used only if the work is measured to take longer.

A run is stopped by a signal, by the first failure (`fail_fast`) or by a full disk.
"""

import multiprocessing
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import resource_tracker
from time import process_time
from types import FrameType

from speechsubs.adapters import signals
from speechsubs.batch import worker
from speechsubs.batch.inline import InlineExecutor
from speechsubs.batch.model import Job, JobResult
from speechsubs.batch.resources import Resources
from speechsubs.batch.state import State
from speechsubs.batch.worker import LanguageTranslation, Made, Ready
from speechsubs.errors import OutputError
from speechsubs.options import Options


class Interrupted(BaseException):
    """Raised in the middle of an engine call when a signal stops the run."""


class Control:
    """The stop flag of a run, checked by all its parts before they begin new work.

    `why` is the reason why the run stops, empty while it goes on. `signal` is the number
    of the signal that stopped it, 0 for none.
    """

    def __init__(self) -> None:
        self.why = ""
        self.signal = 0
        self._breakable = False
        self._event = threading.Event()

    @property
    def stopping(self) -> bool:
        """True if no new work should begin."""
        return self._event.is_set()

    def stop(self, why: str) -> None:
        """Begin no new work; pending writes are completed. The first reason is kept."""
        self.why = self.why or why
        self._event.set()

    def pause(self, seconds: float) -> None:
        """Wait, or return early if the run is stopped."""
        self._event.wait(seconds)

    @contextmanager
    def breakable(self) -> Iterator[None]:
        """Let signals raise `Interrupted`, for work during which nothing is written."""
        if self.stopping:
            raise Interrupted
        self._breakable = True
        try:
            yield
        finally:
            self._breakable = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Stop gracefully on a signal; a second one ends the process immediately.

        That is safe as well: files are written atomically.
        """
        with signals.handled_by(self._take):
            yield

    def unread(self) -> None:
        """Stop because nobody reads the results any more (`| head`)."""
        self.signal = self.signal or signals.PIPE
        self.stop("nobody reads the output any more")

    def _take(self, number: int, frame: FrameType | None) -> None:
        if self.signal:
            signals.raise_terminated(number, frame)
        self.signal = number
        self.stop("interrupted")
        if self._breakable:
            self._breakable = False
            raise Interrupted


#: A group is translated once it has this many sentences per worker ...
SENTENCES_A_WORKER = 128
#: ... or this many characters, or this many files.
CHARACTERS_A_WORKER = 16_000
FILES = 32


@dataclass(slots=True)
class Group:
    """Files that go to the engines together, and the results of files that failed before."""

    items: list[Ready] = field(default_factory=list)
    failed: list[JobResult] = field(default_factory=list)


@dataclass(slots=True)
class _Waiting:
    """Prepared files with the same settings, too few for a group so far."""

    items: list[Ready] = field(default_factory=list)
    sentences: int = 0
    characters: int = 0

    def take(self, one: Ready) -> None:
        self.items.append(one)
        self.sentences += len(one.prepared.sentences)
        self.characters += sum(len(s.text) for s in one.prepared.sentences)


def grouped(
    jobs: Sequence[Job], resources: Resources, control: Control, workers: int
) -> Generator[list[JobResult], None, None]:
    """Run the jobs, yielding results group by group. Ends early if `control` is stopping."""
    groups = _groups(jobs, resources, control, workers)
    # With one worker, nothing is read ahead and no writes are pending.
    ahead = 1 if workers > 1 else 0
    coming: deque[Future[Group | None]] = deque()
    leaving: deque[Future[list[JobResult]]] = deque()
    with _executor(workers) as executor:
        while True:
            while len(coming) <= ahead:
                coming.append(executor.submit(next, groups, None))
            group = coming.popleft().result()
            if group is None:
                break
            try:
                with control.breakable():
                    translations = worker.translate_each(group.items, resources)
            except Interrupted:
                control.stop("interrupted")
                if group.failed:
                    yield group.failed
                break
            leaving.append(executor.submit(_written, group, translations, resources))
            while len(leaving) > ahead:
                yield leaving.popleft().result()
        while leaving:
            yield leaving.popleft().result()


def _executor(workers: int) -> Executor:
    """The executor that reads and writes alongside the engine, in order."""
    if workers == 1:
        return InlineExecutor()
    return ThreadPoolExecutor(1, thread_name_prefix="speechsubs")


def _groups(
    jobs: Sequence[Job], resources: Resources, control: Control, workers: int
) -> Iterator[Group]:
    """Read and prepare jobs, grouped by language and options."""
    waiting: dict[tuple[str, tuple[str, ...], Options], _Waiting] = {}
    failed: list[JobResult] = []
    for job in jobs:
        if control.stopping:
            return
        one = worker.attempt(job, partial(_ready, job, resources))
        if isinstance(one, JobResult):
            failed.append(one)
            if len(failed) >= FILES:
                yield Group([], failed)
                failed = []
            continue
        waiting.setdefault(one.group, _Waiting()).take(one)
        held = waiting.values()
        if (
            sum(group.sentences for group in held) >= SENTENCES_A_WORKER * workers
            or sum(group.characters for group in held) >= CHARACTERS_A_WORKER * workers
            or sum(len(group.items) for group in held) >= FILES
        ):
            key = max(waiting, key=lambda name: waiting[name].characters)
            yield Group(waiting.pop(key).items, failed)
            failed = []
    for group in waiting.values():
        if control.stopping:
            return
        yield Group(group.items, failed)
        failed = []
    if failed:
        yield Group([], failed)


def _ready(job: Job, resources: Resources) -> Ready:
    """Prepare a job; it fails here, before it joins a group, if a language has no engine."""
    one = worker.ready(job, resources)
    resources.require(job.options.engine, one.setting.source.tag, [to.tag for to in one.targets])
    return one


def _written(
    group: Group,
    translations: Sequence[list[LanguageTranslation] | JobResult],
    resources: Resources,
) -> list[JobResult]:
    """Write the files of a group and return its results, failures first."""
    failed = [*group.failed, *(lost for lost in translations if isinstance(lost, JobResult))]
    made: list[Made] = []
    for one, found in zip(group.items, translations, strict=True):
        if isinstance(found, JobResult):
            continue
        done = worker.attempt(one.job, partial(worker.finished, one, found, resources))
        if isinstance(done, JobResult):
            failed.append(done)
        else:
            made.append(done)
    return failed + worker.write(made)


#: Files processed and written together.
CHUNK = 16
#: The start-up cost of a process in seconds of CPU time (measured: 0.7 to 1.2).
START_S = 1.0


def pooled(
    jobs: Sequence[Job], resources: Resources, control: Control, workers: int
) -> Generator[list[JobResult], None, None]:
    """Run the jobs, yielding a few results at a time, in the order of the jobs.

    Jobs with a recording run here, one after the other: an aligner uses all cores by
    itself.
    """
    heavy = [job for job in jobs if job.audio is not None]
    light = deque(job for job in jobs if job.audio is None)
    for job in heavy:
        if control.stopping:
            return
        yield worker.do_all([job], resources)
    while light and not control.stopping:
        chunk = _some(light)
        # CPU time: disk waits already overlap in the writer threads, and on a busy machine
        # wall-clock time says nothing about the cost of starting a process.
        start = process_time()
        yield worker.do_all(chunk, resources)
        left_s = (process_time() - start) / len(chunk) * len(light)
        if workers > 1 and left_s * (1 - 1 / workers) > START_S * 2:
            yield from _in_processes(light, control, workers)


def _some(jobs: deque[Job], number: int = CHUNK) -> list[Job]:
    return [jobs.popleft() for _ in range(min(number, len(jobs)))]


def _in_processes(
    jobs: deque[Job], control: Control, workers: int
) -> Generator[list[JobResult], None, None]:
    """Run all jobs in processes; no job is lost if a process is killed."""
    while jobs and not control.stopping:
        flying: deque[tuple[list[Job], Future[list[JobResult]]]] = deque()
        try:
            with _pool(min(workers, (len(jobs) + CHUNK - 1) // CHUNK)) as pool:
                while jobs or flying:
                    while jobs and len(flying) < workers * 2 and not control.stopping:
                        chunk = _some(jobs)
                        flying.append((chunk, _submitted(pool, chunk)))
                    if not flying:
                        return
                    results = flying[0][1].result()
                    flying.popleft()
                    yield results
        except BrokenProcessPool:
            for chunk, future in flying:
                if future.done() and future.exception() is None:
                    yield future.result()
                elif not control.stopping:
                    yield from _carefully(chunk, control)


def _carefully(jobs: Sequence[Job], control: Control) -> Generator[list[JobResult], None, None]:
    """Run jobs one by one, in one process at a time, because one of them may kill it."""
    left = deque(jobs)
    while left and not control.stopping:
        try:
            with _pool(1) as pool:
                while left and not control.stopping:
                    results = _submitted(pool, [left[0]]).result()
                    left.popleft()
                    yield results
        except BrokenProcessPool:
            job = left.popleft()
            problem = f"{job.source}: the worker process was killed twice; possibly out of memory"
            yield [JobResult(job.key, job.source, problem)]


def _pool(number: int) -> ProcessPoolExecutor:
    # Not forked: a fork copies locks that other threads may be holding.
    context = multiprocessing.get_context("spawn")
    start_tracker()
    return ProcessPoolExecutor(number, mp_context=context, initializer=_settle_in)


def start_tracker() -> None:
    """Start the process that tracks the semaphores of this one, out of reach of SIGHUP.

    It ignores Ctrl-C and SIGTERM by itself. If a closed terminal ended it, Python would start
    another one, which complains of every semaphore with a traceback.
    """
    with signals.held_back():
        resource_tracker.ensure_running()


def _submitted(pool: ProcessPoolExecutor, jobs: list[Job]) -> Future[list[JobResult]]:
    # The pool starts its processes when it gets work.
    with signals.held_back():
        return pool.submit(worker.do_all, jobs)


def _settle_in() -> None:
    """Make a worker ignore Ctrl-C, which its parent handles, and exit with its parent."""
    signals.leave_to_parent()
    parent = multiprocessing.parent_process()
    if parent is not None:
        # Otherwise it would wait for work forever. Ending is safe: writes are atomic.
        signals.end_after(parent.join)


#: Why a run ends early.
DISK_FULL = "the disk is full"
FAIL_FAST = "a file failed (--fail-fast)"


def run(
    jobs: Sequence[Job],
    resources: Resources,
    control: Control,
    *,
    state: State | None = None,
    workers: int = 1,
    fail_fast: bool = False,
) -> Generator[JobResult, None, None]:
    """Run the jobs on `workers` workers, yielding each result once it is on disk.

    Ends early, without results for jobs not begun, if `control` is stopping, if the disk
    is full, if the state cannot be written, or with `fail_fast` at the first failure.
    `control.why` then holds the reason.
    """
    with_engine = [job for job in jobs if job.targets]
    without = [job for job in jobs if not job.targets]
    for flow in (
        grouped(with_engine, resources, control, workers),
        pooled(without, resources, control, workers),
    ):
        yield from remembered(flow, control, state=state, fail_fast=fail_fast)


def remembered(
    flow: Generator[list[JobResult], None, None],
    control: Control,
    *,
    state: State | None,
    fail_fast: bool,
) -> Generator[JobResult, None, None]:
    """Yield the results of a flow, each recorded in the state before it is reported."""
    # If the consumer stops early, threads and processes end before the lock is released.
    with closing(flow):
        for results in flow:
            _remember(results, state, control)
            for result in results:
                if result.halts:
                    control.stop(DISK_FULL)
                elif result.failed and fail_fast:
                    control.stop(FAIL_FAST)
                yield result


def _remember(results: Sequence[JobResult], state: State | None, control: Control) -> None:
    """Record results; a job that cannot be recorded is done, but will be repeated."""
    if state is None:
        return
    try:
        state.add(results)
    except OutputError as error:
        control.stop(str(error))
