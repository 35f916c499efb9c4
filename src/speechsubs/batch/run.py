"""The run itself: units in, records out, each remembered before anybody hears of it."""

from collections.abc import Generator, Sequence
from contextlib import closing

from speechsubs.batch.control import Control
from speechsubs.batch.grouped import grouped
from speechsubs.batch.kit import Kit
from speechsubs.batch.pooled import pooled
from speechsubs.batch.state import State
from speechsubs.batch.unit import Record, Unit
from speechsubs.errors import OutputError

#: Why a run ends before its time.
DISK_FULL = "the disk is full"
FAIL_FAST = "a file failed (--fail-fast)"


def run(
    units: Sequence[Unit],
    kit: Kit,
    control: Control,
    *,
    state: State | None = None,
    jobs: int = 1,
    fail_fast: bool = False,
) -> Generator[Record, None, None]:
    """Do the units with so many jobs; a record for each, when it is on disk.

    Ends early, without records for what was not begun, when `control` says so, when the
    disk is full, where the state cannot be written, or with `fail_fast` at the first
    failure. `control.why` says so then.
    """
    with_engine = [unit for unit in units if unit.targets]
    without = [unit for unit in units if not unit.targets]
    for flow in (grouped(with_engine, kit, control, jobs), pooled(without, kit, control, jobs)):
        yield from remembered(flow, control, state=state, fail_fast=fail_fast)


def remembered(
    flow: Generator[list[Record], None, None],
    control: Control,
    *,
    state: State | None,
    fail_fast: bool,
) -> Generator[Record, None, None]:
    """The records of a flow, each in the manifest before anybody hears of it."""
    # Whoever leaves early, threads and processes end before the lock is let go.
    with closing(flow):
        for records in flow:
            _remember(records, state, control)
            for record in records:
                if record.halts:
                    control.stop(DISK_FULL)
                elif record.failed and fail_fast:
                    control.stop(FAIL_FAST)
                yield record


def _remember(records: Sequence[Record], state: State | None, control: Control) -> None:
    """What cannot be remembered is done all the same, and will be done again."""
    if state is None:
        return
    try:
        state.add(records)
    except OutputError as error:
        control.stop(str(error))
