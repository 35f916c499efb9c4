"""Many files by one command: options into a plan, the plan into outputs and a summary."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from speechsubs import batch
from speechsubs.batch import (
    Choice,
    Control,
    Kit,
    Plan,
    Request,
    State,
    Unit,
    Watch,
    watching,
)
from speechsubs.cli.jobs import batch_cluster, batch_options, batch_reporting, inputs, workplace
from speechsubs.cli.jobs.batch_reporting import Reporting
from speechsubs.errors import InputError

#: So many plain files are no batch yet.
FEW = 10

#: Options that only a batch has, and those that only single files have.
_BATCHES_ONLY = ("recursive", "include", "exclude", "jobs", "fail_fast", "dry_run", "watch",
                 "log", "events", "cluster", "scheduler")  # fmt: skip
_NOT_IN_BATCHES = {
    "audio": "--audio (a manifest names a recording for each file)",
    "text": "--text",
    "project": "--project",
}
#: With these some more files are still a run that reports everything at once.
_WHOLE = ("as_json", "report_path", "project")

#: Exit codes after a signal, as shells have them.
_SIGNALLED = 128


def wanted(command: str, sources: Sequence[Path], given: Mapping[str, Any]) -> bool:
    """Whether these arguments make a batch.

    A folder, a pattern, a manifest or an option of batches does, and more than `FEW`
    files do. Raises a usage error for options that do not go with one.
    """
    asked = any(given.get(name) for name in _BATCHES_ONLY) or given.get("resume") is False
    # What tells everything at once goes on doing so, however many files are named.
    whole = command != "check" and any(given.get(name) for name in _WHOLE)
    most = len(sources) if whole else FEW
    if given.get("lines"):
        if asked:
            raise click.UsageError("--lines is not for batches")
        return False
    if not asked and not batch.is_batch(sources, most):
        return False
    for name, option in _NOT_IN_BATCHES.items():
        if given.get(name):
            raise click.UsageError(f"{option} goes with single files, not with a batch")
    if any(str(path) == inputs.STDIN for path in sources):
        raise click.UsageError("standard input goes with single files, not with a batch")
    if given["watch"] and given["dry_run"]:
        raise click.UsageError("--watch and --dry-run do not go together")
    if given["events"] == "-" and given.get("as_json"):
        raise click.UsageError("--events - and --json both want standard output")
    return True


@dataclass(frozen=True, slots=True)
class _Job:
    """A batch as it was asked for."""

    command: str
    request: Request
    given: Mapping[str, Any]
    jobs: int
    runner: batch_cluster.Runner = batch.run


def run(command: str, sources: Sequence[Path], given: Mapping[str, Any]) -> int:
    """Do the batch; the exit code. `given` are the command's options by name."""
    batch_reporting.refuse(given)
    batch_cluster.refuse(given)
    job = _Job(command, _request(command, sources, given), given, given["jobs"] or _cores())
    units = batch.units(job.request)
    if command == "translate" and not all(unit.targets for unit in units):
        raise click.UsageError("Missing option '--to'.")
    control = Control()
    with ExitStack() as stack:
        reporting = stack.enter_context(Reporting.opened(command, given))
        store = stack.enter_context(workplace.opened(given.get("memory"), None))
        kit = _kit(store, given["jobs"], job.jobs)
        kit.glossary(job.request.options.glossary)  # a broken one stops everything, at once
        if given["dry_run"]:
            return _dry_run(job, units, kit, reporting)
        state = stack.enter_context(_state(job, units, reporting))
        stack.enter_context(control.listening())
        runner = stack.enter_context(batch_cluster.runner(given, job.jobs, reporting.note))
        job = replace(job, runner=runner)
        if given["watch"]:
            _watch(job, kit, state, control, reporting)
        else:
            plan = _planned(job, units, kit, state, control)
            if state is not None:
                state.forget()
            reporting.started(plan, job.jobs)
            _do(job, plan, kit, state, control, reporting)
        code = reporting.exit_code
        if control.signal and not given["watch"]:
            code = _SIGNALLED + control.signal
        elif control.why and not control.signal:
            code = 1
        reporting.ended(control.why, code)
        return code


def _request(command: str, sources: Sequence[Path], given: Mapping[str, Any]) -> Request:
    targets = tuple(locale.tag for locale in given.get("targets", ()))
    choice = Choice(
        batch_options.suffixes(command, given),
        tuple(given["include"]),
        tuple(given["exclude"]),
        given["recursive"],
        partial(batch_options.is_own_output, command, given, targets),
    )
    options = batch_options.options(command, given)
    row = partial(batch_options.of_row, command, given)
    return Request(tuple(sources), command, options, choice, targets, given.get("output"), row)


def _cores() -> int:
    """The cores that this process may use, which in a container are fewer than there are."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _kit(store: workplace.Workplace, asked: int | None, jobs: int) -> Kit:
    # While engines compute, one more thread reads and writes; of many cores it gets one.
    threads = asked if asked is None or asked < 4 else asked - 1
    return Kit(partial(store.engine, threads=threads), store.memory, jobs)


@contextmanager
def _state(job: _Job, units: Sequence[Unit], reporting: Reporting) -> Iterator[State | None]:
    """The batch's manifest, locked. `check` writes nothing, so it has none."""
    if job.command == "check" or not (units or job.given["watch"]):
        yield None
        return
    folder = batch.home(units, job.request.output or _watched(job))
    with batch.locked(folder) as before:
        if before is not None:
            reporting.note(f"an earlier batch ended here without a word ({before}): going on")
        batch.leftovers([folder, *(unit.folder for unit in units)])
        state = State(folder)
        state.tidy()
        try:
            yield state
        finally:
            state.close()


def _watched(job: _Job) -> Path | None:
    """Where a watch keeps its manifest: in the folder that it watches."""
    folders = [path for path in job.request.arguments if path.is_dir()]
    return folders[0] if job.given["watch"] and folders else None


def _planned(
    job: _Job, units: Sequence[Unit], kit: Kit, state: State | None, control: Control
) -> Plan:
    units = batch.keyed(units, state) if state else units
    resume = job.given.get("resume", False)
    plan = batch.plan(units, kit, state, resume=resume, stopping=lambda: control.stopping)
    if state is not None:
        state.confirm(plan.confirmed)
    return plan


def _do(
    job: _Job,
    plan: Plan,
    kit: Kit,
    state: State | None,
    control: Control,
    reporting: Reporting,
) -> None:
    for record in plan.refused:
        reporting.record(record)
    fail_fast = job.given["fail_fast"]
    if fail_fast and plan.refused:
        control.stop("a file failed (--fail-fast)")
        return
    start, busy = time.monotonic(), 0.0
    done = 0
    flow = job.runner(plan.todo, kit, control, state=state, jobs=job.jobs, fail_fast=fail_fast)
    with closing(flow):
        for record in flow:
            done += 1
            busy += sum(part.seconds for part in record.parts)
            reporting.record(record)
    if state is not None and not control.stopping:
        state.ran(time.monotonic() - start, busy, done)


def _dry_run(job: _Job, units: Sequence[Unit], kit: Kit, reporting: Reporting) -> int:
    """Show the plan. Writes nothing."""
    state = None
    if job.command != "check" and units:
        state = State(batch.home(units, job.request.output))
        units = batch.keyed(units, state)
    plan = batch.plan(units, kit, state, resume=job.given.get("resume", False))
    plan = batch.looked_into(plan, kit)
    reporting.plan(plan, batch.estimate(plan.todo, state), job.jobs)
    return 1 if plan.refused else 0


def _watch(
    job: _Job, kit: Kit, state: State | None, control: Control, reporting: Reporting
) -> None:
    """Look into the folders until somebody says that it is enough."""
    if not any(path.is_dir() or "*" in str(path) for path in job.request.arguments):
        raise click.UsageError("--watch needs a folder to watch")
    watch = Watch()
    reporting.watching(job.request.arguments, job.jobs)
    while not control.stopping:
        try:
            units = watch.settled(batch.units(job.request))
        except InputError:
            units = []  # no file has such a name yet, or the folder is gone for a moment
        if units:
            plan = _planned(job, units, kit, state, control)
            reporting.more(plan)
            _do(job, plan, kit, state, control, reporting)
            reporting.idle()
        control.pause(watching.EVERY_S)
