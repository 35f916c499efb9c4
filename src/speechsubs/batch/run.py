"""The run itself: units in, records out, each remembered before anybody hears of it."""

from collections.abc import Iterator, Sequence

from speechsubs.batch.control import Control
from speechsubs.batch.grouped import grouped
from speechsubs.batch.kit import Kit
from speechsubs.batch.pooled import pooled
from speechsubs.batch.state import State
from speechsubs.batch.unit import Record, Unit

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
) -> Iterator[Record]:
    """Do the units with so many jobs; a record for each, when it is on disk.

    Ends early, without records for what was not begun, when `control` says so, when the
    disk is full, or with `fail_fast` at the first failure. Raises `OutputError` where
    the state cannot be written.
    """
    with_engine = [unit for unit in units if unit.targets]
    without = [unit for unit in units if not unit.targets]
    for flow in (grouped(with_engine, kit, control, jobs), pooled(without, kit, control, jobs)):
        for records in flow:
            if state is not None:
                state.add(records)
            for record in records:
                if record.halts:
                    control.stop(DISK_FULL)
                elif record.failed and fail_fast:
                    control.stop(FAIL_FAST)
                yield record
