"""Files that need no engine: a few here, many in processes that share the cores.

Processes are started afresh (`spawn`), which costs about a second of work each: only
what is measured to take longer goes to them.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from time import process_time

from speechsubs.batch import work
from speechsubs.batch.control import Control
from speechsubs.batch.kit import Kit
from speechsubs.batch.unit import Record, Unit

#: Files that are done, and written, in one go.
CHUNK = 16
#: What a process costs before its first file, in seconds of work (measured: 0.7 to 1.2).
START_S = 1.0


def pooled(
    units: Sequence[Unit], kit: Kit, control: Control, jobs: int
) -> Generator[list[Record], None, None]:
    """Do the units; records in the order of the units, a few at a time.

    Units with a recording are done here, one after the other: an aligner uses all
    cores by itself.
    """
    heavy = [unit for unit in units if unit.audio is not None]
    light = deque(unit for unit in units if unit.audio is None)
    for unit in heavy:
        if control.stopping:
            return
        yield work.do_all([unit], kit)
    while light and not control.stopping:
        chunk = _some(light)
        # Of the processor: waiting for the disk is shared already, by the writers' threads,
        # and on a busy machine the clock says nothing of what a start would cost.
        start = process_time()
        yield work.do_all(chunk, kit)
        left_s = (process_time() - start) / len(chunk) * len(light)
        if jobs > 1 and left_s * (1 - 1 / jobs) > START_S * 2:
            yield from _in_processes(light, control, jobs)


def _some(units: deque[Unit], number: int = CHUNK) -> list[Unit]:
    return [units.popleft() for _ in range(min(number, len(units)))]


def _in_processes(
    units: deque[Unit], control: Control, jobs: int
) -> Generator[list[Record], None, None]:
    """Do all units in processes; a process that is killed takes no file with it."""
    while units and not control.stopping:
        flying: deque[tuple[list[Unit], Future[list[Record]]]] = deque()
        try:
            with _pool(min(jobs, (len(units) + CHUNK - 1) // CHUNK)) as pool:
                while units or flying:
                    while units and len(flying) < jobs * 2 and not control.stopping:
                        chunk = _some(units)
                        flying.append((chunk, pool.submit(work.do_all, chunk)))
                    if not flying:
                        return
                    records = flying[0][1].result()
                    flying.popleft()
                    yield records
        except BrokenProcessPool:
            for chunk, future in flying:
                if future.done() and future.exception() is None:
                    yield future.result()
                elif not control.stopping:
                    yield from _carefully(chunk, control)


def _carefully(units: Sequence[Unit], control: Control) -> Generator[list[Record], None, None]:
    """Units of which one may kill its process: one by one, in one process at a time."""
    left = deque(units)
    while left and not control.stopping:
        try:
            with _pool(1) as pool:
                while left and not control.stopping:
                    records = pool.submit(work.do_all, [left[0]]).result()
                    left.popleft()
                    yield records
        except BrokenProcessPool:
            unit = left.popleft()
            problem = (
                f"{unit.source}: the process that worked on it was killed, twice; "
                "was there not enough memory?"
            )
            yield [Record(unit.key, unit.source, problem)]


def _pool(number: int) -> ProcessPoolExecutor:
    # Not forked: a fork copies locks that other threads hold at that moment.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(number, mp_context=context, initializer=_settle_in)


def _settle_in() -> None:
    """A worker leaves Ctrl-C to the process that started it, and ends when that one does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        # Waiting for work that never comes, it would stay for ever. Files are whole.
        os.kill(os.getpid(), signal.SIGTERM)
