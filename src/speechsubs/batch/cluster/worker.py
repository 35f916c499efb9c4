"""The code that runs on a worker: Dask loads it there, and nothing else imports it.

A `Workshop` (a Dask plugin) is installed on every worker before it gets work. It checks
whether the worker is fit, loads glossaries and engines once, and then offers one unit of
a Dask resource, so that unfit workers get no work and no worker gets two bundles at once.
Workers write nothing but their own copy of the memory: outputs go back to the machine
that started the run.
"""

import asyncio
import contextlib
import os
import pickle
import threading
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from distributed import get_worker
from distributed.core import Status
from distributed.diagnostics.plugin import WorkerPlugin

from speechsubs import engines as speechsubs_engines
from speechsubs.adapters import files, signals
from speechsubs.batch import worker as batch_worker
from speechsubs.batch.cluster import protocol
from speechsubs.batch.cluster.protocol import Answer, Direction, Nothing, Share, Terms
from speechsubs.batch.model import JobResult
from speechsubs.batch.resources import Resources
from speechsubs.batch.worker import Made, Ready
from speechsubs.engines import ctranslate
from speechsubs.memory import Memory
from speechsubs.protocols import Engine

#: Seconds between two queries to a nanny.
_MOMENT_S = 0.1


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a worker is fit for a run: it is if there are no faults.

    `host` and `pid` identify its process to users.
    """

    host: str
    pid: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to the shares of a bundle, in order, and the engines used.

    `engines` are the signatures of all engines that the worker has loaded, `loads` counts
    how often it has loaded one.
    """

    worker: str
    answers: tuple[Answer, ...]
    engines: dict[Direction, str]
    loads: int


class Workshop(WorkerPlugin):
    """A worker's resources for a run."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.name = name(terms.run)
        self.verdict: Verdict | None = None
        self._resources: Resources | None = None
        self._engines: dict[Direction, str] = {}
        self._loads = 0
        self._offering: asyncio.Task[None] | None = None
        self._given = self._threads = 1
        self._slot = 0
        self._scratch: str | None = None
        self._copy: TemporaryDirectory[str] | None = None

    async def setup(self, worker: Any) -> None:
        """Check this worker, and accept work if it is fit. Never raises."""
        self._given = worker.state.nthreads
        self._slot = worker.name if isinstance(worker.name, int) else 0
        # Dask clears it, even after a worker was killed.
        self._scratch = worker.local_directory
        if self.terms.here and threading.current_thread() is threading.main_thread():
            # Ctrl-C reaches every process of a terminal; the client ends its workers itself.
            signals.leave_to_parent()
        try:
            # In a thread: the event loop must keep sending heartbeats to the scheduler.
            faults = await asyncio.to_thread(self._look)
        except Exception as error:  # an unfit worker reports it and stays alive
            faults = [f"it fails ({type(error).__name__}: {error!s:.200})"]
        self.verdict = Verdict(files.host(), os.getpid(), tuple(faults))
        if not faults:
            self._offering = asyncio.create_task(self._offer(worker))

    async def _offer(self, worker: Any) -> None:
        """Accept work, but only once the worker's nanny knows that it has started.

        A nanny gives up on a worker that dies during start-up, and restarts it later on.
        """
        while not await _begun(worker):
            await asyncio.sleep(_MOMENT_S)
        await worker.set_resources(**{self.name: 1})
        if worker.status == Status.running:
            # Dask reconsiders waiting work when a worker starts, not when it gets a
            # resource: without this, the work of killed workers would stay queued.
            worker.status = Status.paused
            worker.status = Status.running

    async def teardown(self, worker: Any) -> None:
        """Release all resources and accept no more work."""
        self._resources = None
        if self._copy is not None:
            self._copy.cleanup()
        if self._offering is not None:
            self._offering.cancel()
        if self.verdict is not None and not self.verdict.faults:
            await worker.set_resources(**{self.name: 0})

    def work(self, shares: Sequence[Share], worker: str) -> Answers:
        """Process a bundle."""
        with _inside(self.terms.folder), self._remembering() as memory:
            resources = self._own_resources()
            resources.memory = memory
            if any(share.job.audio is not None for share in shares):
                with self._few_cores():
                    answers = _answers(shares, resources)
            else:
                answers = _answers(shares, resources)
        return Answers(worker, tuple(answers), dict(self._engines), self._loads)

    def _look(self) -> list[str]:
        wanted = self.terms.threads
        # On a shared machine, the administrator may have limited the cores for engines.
        own = min(self._given, ctranslate.count_cores())
        self._threads = own if wanted is None else wanted
        with _inside(self.terms.folder):
            return protocol.faults(self.terms, self._own_resources())

    def _own_resources(self) -> Resources:
        if self._resources is None:
            self._resources = Resources(self._load)
        return self._resources

    @contextlib.contextmanager
    def _remembering(self) -> Iterator[Memory | None]:
        """Open the human translations for this thread: Dask may use another one next time."""
        if not self.terms.memory:
            yield None
            return
        if self._copy is None:
            self._copy = TemporaryDirectory(prefix=f"{self.name}-", dir=self._scratch)
            Path(self._copy.name, "memory").write_bytes(zlib.decompress(self.terms.memory))
        with Memory.open(Path(self._copy.name, "memory"), create=False) as memory:
            yield memory

    def _load(self, engine: str, source: str, target: str) -> Engine:
        self._loads += 1
        direction = (engine, source, target)
        self._engines[direction] = "-"
        try:
            found = speechsubs_engines.load(engine, source, target, threads=self._threads)
        except Exception as error:
            self._engines[direction] = f"-{error}"
            raise
        self._engines[direction] = found.signature
        return found

    @contextlib.contextmanager
    def _few_cores(self) -> Iterator[None]:
        """Limit aligners, which use every available core, to the cores of this worker."""
        if not hasattr(os, "sched_setaffinity"):
            yield
            return
        before = os.sched_getaffinity(0)
        cores = sorted(before)
        first = self._slot * self._threads
        own = {cores[(first + n) % len(cores)] for n in range(self._threads)}
        os.sched_setaffinity(0, own)
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)


def name(run: str) -> str:
    """The name of a run's workshop and of its resource on a worker."""
    return f"speechsubs-{run}"


async def _begun(worker: Any) -> bool:
    """Whether a worker's nanny, if it has one, reports it as running."""
    if not worker.nanny:
        return True
    try:
        answer = await worker.rpc(worker.nanny).run(function=pickle.dumps(_runs))
    except OSError:
        return False
    # A nanny that cannot tell (of another version) does not block work.
    return answer["status"] != "OK" or bool(answer["result"])


def _runs(dask_worker: Any) -> bool:
    process = dask_worker.process
    return process is not None and process.status == Status.running


def verdict(run: str, dask_worker: Any) -> Verdict | None:
    """The verdict of a worker's workshop; None during set-up.

    Dask passes the worker to a parameter of this name.
    """
    workshop = dask_worker.plugins.get(name(run))
    return workshop.verdict if isinstance(workshop, Workshop) else None


def work_on(run: str, shares: Sequence[Share]) -> Answers:
    """Process a bundle on this worker."""
    worker = get_worker()
    workshop = worker.plugins[name(run)]
    assert isinstance(workshop, Workshop)
    return workshop.work(shares, str(worker.address))


@contextlib.contextmanager
def _inside(folder: str) -> Iterator[None]:
    """Resolve relative paths from a folder; does nothing if it does not exist."""
    if os.path.realpath(folder) == os.path.realpath(os.curdir) or not Path(folder).is_dir():
        yield
        return
    with contextlib.chdir(folder):
        yield


def _answers(shares: Sequence[Share], resources: Resources) -> list[Answer]:
    """Process shares without writing; one broken file never stops the others."""
    answers: dict[int, Answer] = {}
    groups: dict[tuple[object, ...], dict[int, Ready]] = {}
    for place, share in enumerate(shares):
        one = batch_worker.attempt(share.job, partial(_prepared, share, resources))
        if isinstance(one, Ready):
            groups.setdefault(one.group, {})[place] = one
        else:
            answers[place] = one
    for group in groups.values():
        translations = batch_worker.translate_each(list(group.values()), resources)
        for (place, one), found in zip(group.items(), translations, strict=True):
            if isinstance(found, JobResult):
                answers[place] = found
            else:
                finish = partial(batch_worker.finished, one, found, resources)
                answers[place] = batch_worker.attempt(one.job, finish)
    return [answers[place] for place in range(len(shares))]


def _prepared(share: Share, resources: Resources) -> Ready | Made | Nothing:
    job = share.job
    if job.command in ("convert", "check"):
        return batch_worker.made(job, resources)
    one = batch_worker.ready(job, resources)
    # Engines of all languages: if one is missing, nothing of the file is written.
    resources.require(job.options.engine, one.setting.source.tag, [to.tag for to in one.targets])
    if share.shares == 1:
        return one
    targets = tuple(locale for locale in one.targets if locale.tag in share.targets)
    if not targets and not share.own:
        return Nothing()
    return replace(one, job=replace(job, own=share.own), targets=targets)
