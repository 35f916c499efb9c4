"""Dask's side of a cluster: workers found and looked at, bundles sent, answers taken.

Everything of Dask that speechsubs relies on is here and in `cluster.worker`: a resource
keeps work from unfit workers, `allowed-failures` ends what kills its workers.

The same plan on other processes and other machines, by Dask distributed.

`Cluster.run` does what `batch.run` does, with the same results and the same bytes.
Workers read inputs, glossaries and models, are sent what people wrote into a memory, and
send back what they made; this process alone writes, so that ledger, manifest and lock are
as they are on one machine, and a worker may die at any moment without leaving half a file.

Dask schedules; bundles in flight are bounded by the number of workers. Importing this
needs no Dask.
"""

import gc
import time
import warnings
import zlib
from collections import deque
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
from speechsubs.batch.cluster.protocol import Bundle, Direction, Done, Gathering, Place, Terms
from speechsubs.batch.model import Job, JobResult
from speechsubs.batch.resources import Resources
from speechsubs.batch.runner import Control, Interrupted, remembered
from speechsubs.batch.state import State
from speechsubs.batch.worker import Made
from speechsubs.errors import InputError, SpeechsubsError

#: How long a scheduler may take to answer, and to have its first worker, in seconds.
ANSWER_S, FIRST_WORKER_S = 5.0, 20.0
#: Between two looks at who is there; how long nobody may be before that is said, and
#: before the run ends, in seconds.
LOOK_S, SHORT_S, PATIENCE_S = 2.0, 15.0, 600.0
#: How long nothing is listened to but Dask; signals are heard all the same.
PAUSE_S = 0.5
#: A bundle that killed so many workers (of our own) is not tried again.
MOST_KILLS = 3

#: What Dask says goes nowhere: what a person should know is said by us.
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
#: What to do where a scheduler does not answer.
_TCP = (
    "Is it running (`dask scheduler`), is its address written tcp://HOST:8786 (tls:// where it "
    "asks for certificates), and may this machine reach it?"
)
_TLS = (
    "Is it running, and may this machine reach it? tls:// needs certificates of the "
    "scheduler's authority: docs/cluster.md, Security, says which settings name them"
)
#: Our own workers. An HTTP server of Dask's is there without a dashboard too; it and all
#: else listens to this machine alone.
_LOOPBACK = "127.0.0.1"


@contextmanager
def opened(place: Place, note: Callable[[str], None]) -> Iterator["Workers"]:
    """A scheduler with workers. Raises `InputError` where none answers.

    `note` is told which workers are not used, and why.
    """
    # Here and below: Dask takes half a second to import, and is an extra.
    import dask

    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_SILENT))
        stack.enter_context(warnings.catch_warnings())
        # Of Dask: ports that are taken, versions that differ. We compare versions ourselves.
        warnings.simplefilter("ignore")
        address = place.scheduler or stack.enter_context(_own(place))
        client = stack.enter_context(_client(address, place))
        yield Workers(client, place, note)


@contextmanager
def _own(place: Place) -> Iterator[Any]:
    # Its import sets up logging, so it comes after `_SILENT` is in force.
    import dask
    from distributed import LocalCluster

    start: Any = LocalCluster  # which has no types
    settings = {"distributed.scheduler.allowed-failures": MOST_KILLS - 1}
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

    connect: Any = Client  # which has no types
    problem = ""
    try:
        client = connect(address, timeout=ANSWER_S, set_as_default=False, name="speechsubs")
    except (OSError, ValueError, TypeError, ImportError, RuntimeError) as error:
        problem = _in_short(error)
    if problem:
        # Dask's half-made client is to end now: amid the start of another it would hang.
        gc.collect()
        raise InputError(
            str(place),
            f"no Dask scheduler answers there ({problem})",
            _TLS if place.scheduler.startswith("tls:") else _TCP,
        )
    try:
        yield client
    finally:
        with suppress(Exception):  # a scheduler that has gone cannot be taken leave of
            client.close(timeout=2)


def _in_short(error: BaseException) -> str:
    text = str(error).splitlines()
    return f"{text[0]:.200}" if text else type(error).__name__


class Workers:
    """The workers of a scheduler, as far as they are fit."""

    def __init__(self, client: Any, place: Place, note: Callable[[str], None]) -> None:
        self._client, self._place, self._note = client, place, note
        self._known: dict[str, bool] = {}
        self._told: dict[str, str] = {}
        self._run = ""
        self._looked = 0.0
        self._alone_since: float | None = None
        self._alone_said = False

    @property
    def number(self) -> int:
        """How many workers are there that may be used."""
        return sum(self._known.values())

    @contextmanager
    def serving(self, terms: Terms, control: Control) -> Iterator[None]:
        """With a workshop on every worker, now and later. Raises `InputError` without one."""
        from speechsubs.batch.cluster import worker as cluster_worker

        self._run, self._known = terms.run, {}
        workshop = cluster_worker.Workshop(terms)
        # Dask raises whatever one worker says that cannot load it: it is asked below.
        with suppress(Exception):
            self._client.register_plugin(workshop, name=workshop.name)
        try:
            self._first(control)
            yield
        finally:
            with suppress(Exception):  # workers that have gone need no clearing
                self._client.unregister_worker_plugin(workshop.name)

    def _first(self, control: Control) -> None:
        """Wait for a worker that is fit."""
        deadline = time.monotonic() + FIRST_WORKER_S
        while not control.stopping:
            self._look()
            if self.number:
                return
            if self._known:
                some = ". ".join(list(self._told.values())[:3])
                raise InputError(str(self._place), f"no worker there can be used. {some}")
            if time.monotonic() > deadline:
                raise InputError(
                    str(self._place),
                    "no worker has joined this scheduler",
                    f"Start some: dask worker {self._place.scheduler} --nworkers 4 --nthreads 1",
                )
            control.pause(0.2)

    def done(self, bundles: Iterator[Bundle], control: Control) -> Generator[Done, None, None]:
        """Send bundles, one for each worker at a time; what came of them, as it comes.

        Ends early, with what has come in, when `control` says so.
        """
        flying: dict[str, tuple[Any, Bundle]] = {}
        again: deque[Bundle] = deque()
        finished: SimpleQueue[Any] = SimpleQueue()
        count = 0
        ready: Done | None = None
        try:
            while True:
                while not control.stopping and len(flying) < max(self.number, 1):
                    bundle = again.popleft() if again else next(bundles, None)
                    if bundle is None:
                        break
                    count += 1
                    future = self._sent(bundle, count)
                    flying[future.key] = (future, bundle)
                    future.add_done_callback(finished.put)
                # Only now, so that workers are busy while this is written.
                if ready is not None:
                    yield ready
                    ready = None
                if control.stopping or not flying:
                    return
                future = self._next(finished, control)
                if future is not None:
                    _, bundle = flying.pop(future.key)
                    ready = self._answer(future, bundle, again, control)
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
        """A future that is done; None where nothing came for a while, or at a signal."""
        try:
            with control.breakable():
                return finished.get(timeout=PAUSE_S)
        except Empty:
            self._look_again()
        except Interrupted:
            control.stop("interrupted")
        return None

    def _answer(
        self, future: Any, bundle: Bundle, again: "deque[Bundle]", control: Control
    ) -> Done | None:
        """The answers of a future; None where it has to be tried again in parts."""
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        while not control.stopping:
            try:
                found = future.result(timeout=PAUSE_S)
            except TimeoutError:
                # Its worker died with the answer: Dask has it made again.
                self._look_again()
            except KilledWorker as error:
                if len(bundle) == 1:
                    return protocol.killed(bundle, _address(error.last_worker))
                again.extend(protocol.singly(bundle))
                return None
            except (FutureCancelledError, OSError) as error:
                raise self._gone() from error
            else:
                return Done(bundle, found.answers, found.worker, found.engines, found.loads)
        return None

    def _look_again(self) -> None:
        if time.monotonic() - self._looked >= LOOK_S:
            self._look()
            self._wait_or_end()

    def _look(self) -> None:
        """Find out who is there, and ask newcomers whether they are fit."""
        from speechsubs.batch.cluster import worker as cluster_worker

        self._looked = time.monotonic()
        try:
            there = self._client.scheduler_info()["workers"]
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
            return  # it is still looking at itself
        if isinstance(answer, Verdict):
            who, faults = f"{name} ({answer.host}, process {answer.pid})", answer.faults
        elif isinstance(answer, OSError):
            return  # it went away while it was asked
        else:
            who = name
            faults = (
                f"it cannot run speechsubs ({_in_short(answer)}). Install the same one there",
            )
        self._known[name] = not faults
        if faults and name not in self._told:
            self._told[name] = f"worker {who} is not used: {'; '.join(faults)}"
            self._note(self._told[name])

    def _wait_or_end(self) -> None:
        """Workers may come back; a scheduler without any for long is given up."""
        if self._client.status not in ("running", "connecting"):
            raise self._gone()
        if self.number:
            self._alone_since, self._alone_said = None, False
            return
        now = time.monotonic()
        if self._alone_since is None:
            self._alone_since = now
        # One that died is started again by its nanny within seconds.
        if now - self._alone_since > SHORT_S and not self._alone_said:
            self._alone_said = True
            self._note("no worker is left; waiting for one to come back (Ctrl-C ends it)")
        if now - self._alone_since > PATIENCE_S:
            raise InputError(
                str(self._place),
                f"no worker came back within {PATIENCE_S / 60:.0f} minutes",
                "Start some, and run this again: it goes on where it was",
            )

    def _gone(self) -> InputError:
        return InputError(
            str(self._place),
            "the scheduler has gone",
            "Start it, and run this again: it goes on where it was",
        )


def _address(worker: Any) -> str:
    return str(getattr(worker, "address", worker))


#: What people are told without the extra.
INSTALL = "pip install 'speechsubs[cluster]'"


class Cluster:
    """Workers, which are started or called when there is first something to do.

    `note` is told what a person should know: which workers are not used, and why.
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
        """What `batch.run` does, on the cluster; `workers` is not looked at.

        Raises `InputError` where no worker can be used, and `OutputError` where the
        state cannot be written.
        """
        del workers
        if jobs:
            flow = self._flow(jobs, resources, control)
            yield from remembered(flow, control, state=state, fail_fast=fail_fast)

    def _flow(
        self, jobs: Sequence[Job], resources: Resources, control: Control
    ) -> Generator[list[JobResult], None, None]:
        # Recordings first: nobody wants to wait for an hour of sound at the end.
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
                # In the middle of a run: what is done stays, and there is a summary.
                control.stop(str(error))

    def _opened(self) -> "Workers":
        if self._workers is None:
            # Here, because Dask takes half a second to import and not everybody has it.

            self._workers = self._stack.enter_context(opened(self._place, self._note))
        return self._workers


def _terms(jobs: Sequence[Job], resources: Resources, place: Place) -> Terms:
    """What the workers must have. Loads the engines here: they are what is compared with."""
    glossaries = {job.options.glossary for job in jobs if job.options.glossary}
    found = {path: resources.glossary(path).digest for path in sorted(glossaries)}
    expected = {one: protocol.signature(resources, one) for one in _directions(jobs)}
    return Terms(
        run=uuid4().hex[:12],
        folder=str(Path.cwd()),
        versions=protocol.versions(),
        code=protocol.code(),
        glossaries=found,
        # What is missing here too is the files' fault, and is said of each of them.
        engines={one: said for one, said in expected.items() if not said.startswith("-")},
        files=protocol.inputs(jobs),
        threads=None if place.scheduler else place.threads,
        here=not place.scheduler,
        memory=zlib.compress(resources.memory.snapshot(), 1) if resources.memory else b"",
    )


def _directions(jobs: Sequence[Job]) -> list[Direction]:
    """What there is to translate, as far as it can be told from names and one file."""
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
        return naming.language(job.source, formats.read(job.source)) or "en"
    except SpeechsubsError:
        return "en"  # whoever works on it says what is wrong with it


def _same_engines(done: Done, resources: Resources) -> None:
    """Raise `InputError` for a worker with another engine than the one here."""
    for direction, there in done.engines.items():
        problem = protocol.differs(direction, there, protocol.signature(resources, direction))
        if problem:
            raise InputError(
                f"worker {done.worker}", problem, "Or stop that worker, and run this again"
            )


def _gathered(done: Done, gathering: Gathering) -> list[Made | JobResult]:
    found = (gathering.take(*pair) for pair in zip(done.bundle, done.answers, strict=True))
    return [item for item in found if item is not None]
