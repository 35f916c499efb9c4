"""Run a plan on other processes and other machines with Dask distributed.

`Cluster.run` does what `batch.run` does, with the same results and the same bytes.
Workers read inputs, glossaries and models, receive a snapshot of the translation memory,
and send back what they made; only this process writes, so ledger, state and lock work as
on one machine, and a worker may die at any moment without leaving a partial file.

Dask schedules; the number of bundles in flight is bounded by the number of workers. All
use of Dask is here and in `cluster.worker`: a resource keeps work away from unfit
workers, and `protocol.Quarantine` finds work that kills them. Importing this module does
not need Dask.
"""

import gc
import time
import warnings
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

from speechsubs import formats, outputs
from speechsubs.batch import naming, worker
from speechsubs.batch.cluster import protocol
from speechsubs.batch.cluster.protocol import (
    Bundle,
    Direction,
    Done,
    Gathering,
    Place,
    Quarantine,
    Terms,
)
from speechsubs.batch.model import Job, JobResult
from speechsubs.batch.resources import Resources
from speechsubs.batch.runner import Control, Interrupted, remembered, start_tracker
from speechsubs.batch.state import State
from speechsubs.batch.worker import Made
from speechsubs.errors import InputError, SpeechsubsError

#: Timeouts in seconds: for a scheduler to answer, and to get its first worker.
ANSWER_S, FIRST_WORKER_S = 5.0, 20.0
#: The same for processes of our own, which will come, however busy the machine is.
OWN_S = 300.0
#: In seconds: the interval of checking for workers, and how long there may be none
#: before that is reported, and before the run ends.
LOOK_S, SHORT_S, PATIENCE_S = 2.0, 15.0, 600.0
#: How long to wait for Dask in one go; signals are handled in the meantime.
PAUSE_S = 0.5

#: Dask's log is silenced: we report ourselves whatever concerns the user.
_SILENT = {
    "logging": {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"none": {"class": "logging.NullHandler"}},
        "loggers": {
            name: {"handlers": ["none"], "propagate": False, "level": "CRITICAL"}
            for name in ("distributed", "tornado", "bokeh", "asyncio")
        },
    },
}
#: The advice if a scheduler does not answer.
_TCP = (
    "Is it running (`dask scheduler`), is its address tcp://HOST:8786 (tls:// if it requires "
    "certificates), and can this machine reach it?"
)
_TLS = (
    "Is it running, and can this machine reach it? tls:// requires certificates of the "
    "scheduler's authority; see docs/cluster.md, Security, for the settings"
)
#: Settings of our own workers. Dask starts an HTTP server even without a dashboard; it
#: and everything else listens on the loopback interface only.
_LOOPBACK = "127.0.0.1"


@contextmanager
def opened(place: Place, note: Callable[[str], None]) -> Iterator["Workers"]:
    """Connect to a scheduler with workers. Raises `InputError` if none answers.

    `note` is called with the workers that are not used, and why.
    """
    # Here and below: Dask takes half a second to import, and is an extra.
    import dask

    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_SILENT))
        stack.enter_context(warnings.catch_warnings())
        # Dask warns about ports in use and differing versions. We compare versions ourselves.
        warnings.simplefilter("ignore")
        address = place.scheduler or stack.enter_context(_own(place))
        client = stack.enter_context(_client(address, place))
        yield Workers(client, place, note)


@contextmanager
def _own(place: Place) -> Iterator[Any]:
    # Importing it sets up logging, so `_SILENT` must be in force before.
    import dask
    from distributed import LocalCluster

    start: Any = LocalCluster  # untyped
    start_tracker()
    # We are told of every death: the count is ours (`protocol.Quarantine`).
    settings = {"distributed.scheduler.allowed-failures": 0}
    with (
        dask.config.set(settings),
        start(
            n_workers=place.workers,
            threads_per_worker=1,
            processes=True,
            host=_LOOPBACK,
            dashboard_address=None,
            worker_dashboard_address=None,
            memory_limit=0,
            silence_logs=60,
        ) as cluster,
    ):
        yield cluster


@contextmanager
def _client(address: Any, place: Place) -> Iterator[Any]:
    from distributed import Client

    connect: Any = Client  # untyped
    problem = ""
    try:
        timeout = ANSWER_S if place.scheduler else OWN_S
        client = connect(address, timeout=timeout, set_as_default=False, name="speechsubs")
    except (OSError, ValueError, TypeError, ImportError, RuntimeError) as error:
        problem = _in_short(error)
    if problem:
        # Close Dask's half-started client now: it would hang during the start of another.
        gc.collect()
        raise InputError(
            str(place),
            f"no response from a Dask scheduler ({problem})",
            _TLS if place.scheduler.startswith("tls:") else _TCP,
        )
    try:
        yield client
    finally:
        with suppress(Exception):  # the scheduler may be gone already
            client.close(timeout=2)


def _in_short(error: BaseException) -> str:
    text = str(error).splitlines()
    return f"{text[0]:.200}" if text else type(error).__name__


class Workers:
    """The workers of a scheduler that are fit for the run."""

    def __init__(self, client: Any, place: Place, note: Callable[[str], None]) -> None:
        self._client, self._place, self._note = client, place, note
        self._known: dict[str, bool] = {}
        self._there = 0
        self._told: dict[str, str] = {}
        self._run = ""
        self._looked = 0.0
        self._alone_since: float | None = None
        self._alone_said = False

    @property
    def number(self) -> int:
        """The number of usable workers."""
        return sum(self._known.values())

    @property
    def _all_known(self) -> bool:
        """Whether every worker has been checked; ours also when they have all started."""
        wanted = 1 if self._place.scheduler else self._place.workers
        return len(self._known) >= max(self._there, wanted)

    @contextmanager
    def serving(self, terms: Terms, control: Control) -> Iterator[None]:
        """Set up a workshop on every present and future worker. Raises `InputError` if none."""
        from speechsubs.batch.cluster import worker as cluster_worker

        self._run, self._known = terms.run, {}
        workshop = cluster_worker.Workshop(terms)
        # Dask raises the error of any worker that cannot load it; each is asked below.
        with suppress(Exception):
            self._client.register_plugin(workshop, name=workshop.name)
        try:
            self._first(control)
            yield
        finally:
            with suppress(Exception):  # workers that are gone need no clean-up
                self._client.unregister_worker_plugin(workshop.name)

    def _first(self, control: Control) -> None:
        """Wait for the first fit worker."""
        wait = FIRST_WORKER_S if self._place.scheduler else OWN_S
        deadline = time.monotonic() + wait
        while not control.stopping:
            self._look()
            if self.number:
                return
            late = time.monotonic() > deadline
            if self._all_known or (late and self._known):
                some = ". ".join(list(self._told.values())[:3])
                raise InputError(str(self._place), f"no usable workers. {some}")
            if late:
                raise InputError(
                    str(self._place),
                    "no worker has connected to this scheduler",
                    f"Start workers: dask worker {self._place.scheduler} --nworkers 4 --nthreads 1",
                )
            control.pause(0.2)

    def done(self, bundles: Iterator[Bundle], control: Control) -> Generator[Done, None, None]:
        """Send bundles, one per worker at a time, and yield their results as they arrive.

        Ends early, with the results so far, if `control` is stopping.
        """
        flying: dict[str, tuple[Any, Bundle]] = {}
        quarantine = Quarantine(bundles)
        finished: SimpleQueue[Any] = SimpleQueue()
        count = 0
        ready: Done | None = None
        try:
            while True:
                while not control.stopping and len(flying) < max(self.number, 1):
                    bundle = quarantine.next(len(flying))
                    if bundle is None:
                        break
                    count += 1
                    future = self._sent(bundle, count)
                    flying[future.key] = (future, bundle)
                    future.add_done_callback(finished.put)
                # Only now, so that workers are busy while these results are written.
                if ready is not None:
                    yield ready
                    ready = None
                if control.stopping or not flying:
                    return
                future = self._next(finished, control)
                if future is not None:
                    _, bundle = flying.pop(future.key)
                    ready = self._answer(future, bundle, quarantine, control)
        finally:
            with suppress(Exception):
                self._client.cancel([future for future, _ in flying.values()], force=True)

    def _sent(self, bundle: Bundle, number: int) -> Any:
        from speechsubs.batch.cluster import worker as cluster_worker

        return self._client.submit(
            cluster_worker.work_on,
            self._run,
            bundle,
            key=f"speechsubs-{self._run}-{number}",
            resources={cluster_worker.name(self._run): 1},
            pure=False,
        )

    def _next(self, finished: "SimpleQueue[Any]", control: Control) -> Any:
        """A finished future; None if there is none for a while, or on a signal."""
        try:
            with control.breakable():
                return finished.get(timeout=PAUSE_S)
        except Empty:
            self._look_again()
        except Interrupted:
            control.stop("interrupted")
        return None

    def _answer(
        self, future: Any, bundle: Bundle, quarantine: Quarantine, control: Control
    ) -> Done | None:
        """The answers of a future; None if its bundle is run again."""
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        while not control.stopping:
            try:
                found = future.result(timeout=PAUSE_S)
            except TimeoutError:
                # Its worker died with the answer: Dask recomputes it.
                self._look_again()
            except KilledWorker as error:
                deaths = error.allowed_failures + 1
                return quarantine.blamed(bundle, _address(error.last_worker), deaths)
            except (FutureCancelledError, OSError) as error:
                raise self._gone() from error
            else:
                quarantine.finished()
                return Done(bundle, found.answers, found.worker, found.engines, found.loads)
        return None

    def _look_again(self) -> None:
        if time.monotonic() - self._looked >= LOOK_S:
            self._look()
            self._wait_or_end()

    def _look(self) -> None:
        """List the workers, and ask new ones whether they are fit."""
        from speechsubs.batch.cluster import worker as cluster_worker

        self._looked = time.monotonic()
        try:
            there = self._client.scheduler_info()["workers"]
            self._there = len(there)
            self._known = {name: fit for name, fit in self._known.items() if name in there}
            new = [name for name in there if name not in self._known]
            answers = {}
            if new:
                answers = self._client.run(
                    cluster_worker.verdict, self._run, workers=new, on_error="return"
                )
        except (OSError, KeyError, RuntimeError) as error:
            raise self._gone() from error
        for name, answer in answers.items():
            self._judge(name, answer)

    def _judge(self, name: str, answer: Any) -> None:
        from speechsubs.batch.cluster.worker import Verdict

        if answer is None:
            return  # its check is still running
        if isinstance(answer, Verdict):
            who, faults = f"{name} ({answer.host}, process {answer.pid})", answer.faults
        elif isinstance(answer, OSError):
            return  # it disappeared in the meantime
        else:
            who = name
            faults = (
                f"it cannot run speechsubs ({_in_short(answer)}). Install the same version there",
            )
        self._known[name] = not faults
        if faults and name not in self._told:
            self._told[name] = f"worker {who} is not used: {'; '.join(faults)}"
            self._note(self._told[name])

    def _wait_or_end(self) -> None:
        """Wait for workers to come back; give up after too long without any."""
        if self._client.status not in ("running", "connecting"):
            raise self._gone()
        if self.number:
            self._alone_since, self._alone_said = None, False
            return
        now = time.monotonic()
        if self._alone_since is None:
            self._alone_since = now
        # A worker that died is restarted by its nanny within seconds.
        if now - self._alone_since > SHORT_S and not self._alone_said:
            self._alone_said = True
            self._note("no workers left; waiting for one to reconnect (stop with Ctrl-C)")
        if now - self._alone_since > PATIENCE_S:
            raise InputError(
                str(self._place),
                f"no worker reconnected within {PATIENCE_S / 60:.0f} minutes",
                "Start workers and run the command again to resume",
            )

    def _gone(self) -> InputError:
        return InputError(
            str(self._place),
            "lost the connection to the scheduler",
            "Start it and run the command again to resume",
        )


def _address(worker: Any) -> str:
    return str(getattr(worker, "address", worker))


#: The message if the extra is not installed.
INSTALL = "pip install 'speechsubs[cluster]'"


class Cluster:
    """Workers that are started or contacted when there is first something to do.

    `note` is called with messages for the user: which workers are not used, and why.
    """

    def __init__(self, place: Place, note: Callable[[str], None]) -> None:
        if find_spec("distributed") is None:
            raise InputError(str(place), "Dask distributed is not installed", INSTALL)
        self._place, self._note = place, note
        self._stack = ExitStack()
        self._workers: Workers | None = None

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *raised: object) -> None:
        self._stack.close()

    def run(
        self,
        jobs: Sequence[Job],
        resources: Resources,
        control: Control,
        *,
        state: State | None = None,
        workers: int = 1,
        fail_fast: bool = False,
    ) -> Generator[JobResult, None, None]:
        """Do what `batch.run` does, on the cluster; `workers` is ignored.

        Raises `InputError` if no worker can be used, and `OutputError` if the state cannot
        be written.
        """
        del workers
        if jobs:
            flow = self._flow(jobs, resources, control)
            yield from remembered(flow, control, state=state, fail_fast=fail_fast)

    def _flow(
        self, jobs: Sequence[Job], resources: Resources, control: Control
    ) -> Generator[list[JobResult], None, None]:
        # Recordings first: an hour of audio must not start last.
        jobs = sorted(jobs, key=lambda job: job.audio is None)
        workers = self._opened()
        terms = _terms(jobs, resources, self._place)
        gathering = Gathering()
        with workers.serving(terms, control):
            size = protocol.bundle_size(jobs, workers.number)
            try:
                for done in workers.done(protocol.bundles(jobs, size), control):
                    _same_engines(done, resources)
                    yield worker.written(_gathered(done, gathering))
            except InputError as error:
                # In the middle of a run: completed work stays, and there is a summary.
                control.stop(str(error))

    def _opened(self) -> "Workers":
        if self._workers is None:
            # Imported here because Dask is optional and takes half a second to import.

            self._workers = self._stack.enter_context(opened(self._place, self._note))
        return self._workers


def _terms(jobs: Sequence[Job], resources: Resources, place: Place) -> Terms:
    """The requirements for workers. Loads the engines here as the reference."""
    glossaries = {job.options.glossary for job in jobs if job.options.glossary}
    found = {path: resources.glossary(path).digest for path in sorted(glossaries)}
    expected = {one: protocol.signature(resources, one) for one in _directions(jobs)}
    return Terms(
        run=uuid4().hex[:12],
        folder=str(Path.cwd()),
        versions=protocol.versions(),
        code=protocol.code(),
        glossaries=found,
        # An engine missing here as well is reported for each file.
        engines={one: said for one, said in expected.items() if not said.startswith("-")},
        files=protocol.inputs(jobs),
        threads=None if place.scheduler else place.threads,
        here=not place.scheduler,
        memory=zlib.compress(resources.memory.snapshot(), 1) if resources.memory else b"",
    )


def _directions(jobs: Sequence[Job]) -> list[Direction]:
    """The directions to translate, as far as file names and one file reveal them."""
    found: dict[Direction, None] = {}
    unnamed = ""
    for job in jobs:
        if not job.targets:
            continue
        source = job.options.language or outputs.language_in(job.source)
        if not source:
            unnamed = unnamed or _language(job)
            source = unnamed
        for tag in naming.targets(job.targets, source):
            found[(job.options.engine, source, tag)] = None
    return list(found)


def _language(job: Job) -> str:
    try:
        return (
            naming.language(
                job.source,
                formats.read(job.source, fps=job.options.fps, encoding=job.options.encoding),
            )
            or "en"
        )
    except SpeechsubsError:
        return "en"  # the worker that gets it reports the error


def _same_engines(done: Done, resources: Resources) -> None:
    """Raise `InputError` if a worker's engine differs from the one here."""
    for direction, there in done.engines.items():
        problem = protocol.differs(direction, there, protocol.signature(resources, direction))
        if problem:
            raise InputError(
                f"worker {done.worker}", problem, "Or stop that worker and run the command again"
            )


def _gathered(done: Done, gathering: Gathering) -> list[Made | JobResult]:
    found = (gathering.take(*pair) for pair in zip(done.bundle, done.answers, strict=True))
    return [item for item in found if item is not None]
