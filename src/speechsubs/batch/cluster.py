"""The same plan on other processes and other machines, by Dask distributed.

`Cluster.run` does what `batch.run` does, with the same records and the same bytes.
Workers read inputs, glossaries and models, are sent what people wrote into a memory, and
send back what they made; this process alone writes, so that ledger, manifest and lock are
as they are on one machine, and a worker may die at any moment without leaving half a file.

Dask schedules; bundles in flight are bounded by the number of workers. Importing this
needs no Dask.
"""

import zlib
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from uuid import uuid4

from speechsubs import formats, outputs
from speechsubs.batch import cluster_shares, cluster_terms, naming, work
from speechsubs.batch.cluster_shares import Done, Gathering
from speechsubs.batch.cluster_terms import Direction, Place, Terms
from speechsubs.batch.control import Control
from speechsubs.batch.kit import Kit
from speechsubs.batch.run import remembered
from speechsubs.batch.state import State
from speechsubs.batch.unit import Record, Unit
from speechsubs.batch.work import Made
from speechsubs.errors import InputError, SpeechsubsError

if TYPE_CHECKING:
    from speechsubs.batch.cluster_dask import Workers

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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def run(
        self,
        units: Sequence[Unit],
        kit: Kit,
        control: Control,
        *,
        state: State | None = None,
        jobs: int = 1,
        fail_fast: bool = False,
    ) -> Generator[Record, None, None]:
        """What `batch.run` does, on the cluster; `jobs` is not looked at.

        Raises `InputError` where no worker can be used, and `OutputError` where the
        state cannot be written.
        """
        del jobs
        if units:
            flow = self._flow(units, kit, control)
            yield from remembered(flow, control, state=state, fail_fast=fail_fast)

    def _flow(
        self, units: Sequence[Unit], kit: Kit, control: Control
    ) -> Generator[list[Record], None, None]:
        # Recordings first: nobody wants to wait for an hour of sound at the end.
        units = sorted(units, key=lambda unit: unit.audio is None)
        workers = self._opened()
        terms = _terms(units, kit, self._place)
        gathering = Gathering()
        with workers.serving(terms, control):
            size = cluster_shares.bundle_size(units, workers.number)
            try:
                for done in workers.done(cluster_shares.bundles(units, size), control):
                    _same_engines(done, kit)
                    yield work.written(_gathered(done, gathering))
            except InputError as error:
                # In the middle of a run: what is done stays, and there is a summary.
                control.stop(str(error))

    def _opened(self) -> "Workers":
        if self._workers is None:
            # Here, because Dask takes half a second to import and not everybody has it.
            from speechsubs.batch import cluster_dask

            self._workers = self._stack.enter_context(cluster_dask.opened(self._place, self._note))
        return self._workers


def _terms(units: Sequence[Unit], kit: Kit, place: Place) -> Terms:
    """What the workers must have. Loads the engines here: they are what is compared with."""
    glossaries = {unit.options.glossary for unit in units if unit.options.glossary}
    found = {path: kit.glossary(path).digest for path in sorted(glossaries)}
    expected = {one: cluster_terms.signature(kit, one) for one in _directions(units)}
    return Terms(
        run=uuid4().hex[:12],
        folder=str(Path.cwd()),
        versions=cluster_terms.versions(),
        code=cluster_terms.code(),
        glossaries=found,
        # What is missing here too is the files' fault, and is said of each of them.
        engines={one: said for one, said in expected.items() if not said.startswith("-")},
        files=cluster_terms.inputs(units),
        threads=None if place.scheduler else place.threads,
        here=not place.scheduler,
        memory=zlib.compress(kit.memory.snapshot(), 1) if kit.memory else b"",
    )


def _directions(units: Sequence[Unit]) -> list[Direction]:
    """What there is to translate, as far as it can be told from names and one file."""
    found: dict[Direction, None] = {}
    unnamed = ""
    for unit in units:
        if not unit.targets:
            continue
        source = unit.options.language or outputs.language_in(unit.source)
        if not source:
            unnamed = unnamed or _language(unit)
            source = unnamed
        for tag in naming.targets(unit.targets, source):
            found[(unit.options.engine, source, tag)] = None
    return list(found)


def _language(unit: Unit) -> str:
    try:
        return naming.language(unit.source, formats.read(unit.source)) or "en"
    except SpeechsubsError:
        return "en"  # whoever works on it says what is wrong with it


def _same_engines(done: Done, kit: Kit) -> None:
    """Raise `InputError` for a worker with another engine than the one here."""
    for direction, there in done.engines.items():
        problem = cluster_terms.differs(direction, there, cluster_terms.signature(kit, direction))
        if problem:
            raise InputError(
                f"worker {done.worker}", problem, "Or stop that worker, and run this again"
            )


def _gathered(done: Done, gathering: Gathering) -> list[Made | Record]:
    found = (gathering.take(*pair) for pair in zip(done.bundle, done.answers, strict=True))
    return [item for item in found if item is not None]
