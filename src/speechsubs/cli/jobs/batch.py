"""Batch runs: from options to a plan, from the plan to outputs and a summary."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import click

from speechsubs import batch
from speechsubs.batch import Choice, Control, Job, Plan, Request, Resources, State, Watch
from speechsubs.batch import watch as watching
from speechsubs.cli.arguments import CommandLine
from speechsubs.cli.jobs import batch_cluster, batch_options, inputs, progress, workspace
from speechsubs.cli.jobs.progress import Reporting
from speechsubs.errors import InputError

#: The most plain files that do not make a batch yet.
FEW = 10

#: Exit codes after a signal, as in shells.
_SIGNALLED = 128


def wanted(line: CommandLine) -> bool:
    """Whether these arguments make a batch.

    A folder, a pattern, a manifest, a batch option or more than `FEW` files do. Raises a
    usage error for options that cannot be combined with a batch.
    """
    display, asked = line.display, line.batch
    # Options that report everything at once keep doing so, however many files there are.
    everything = bool(display.as_json or display.report_path or line.project)
    whole = line.command != "check" and everything
    most = len(line.sources) if whole else FEW
    if line.lines:
        if asked.named:
            raise click.UsageError("--lines is not for batches")
        return False
    if not asked.named and not batch.is_batch(line.sources, most):
        return False
    for given, option in (
        (line.audio, "--audio (a manifest names a recording for each file)"),
        (line.text, "--text"),
        (line.project, "--project"),
    ):
        if given:
            raise click.UsageError(f"{option} goes with single files, not with a batch")
    if any(str(path) == inputs.STDIN for path in line.sources):
        raise click.UsageError("standard input goes with single files, not with a batch")
    if asked.watch and asked.dry_run:
        raise click.UsageError("--watch and --dry-run do not go together")
    if asked.events == "-" and display.as_json:
        raise click.UsageError("--events - and --json both want standard output")
    return True


@dataclass(frozen=True, slots=True)
class _Batch:
    """A batch as requested."""

    line: CommandLine
    request: Request
    workers: int
    runner: batch_cluster.Runner = batch.run


def run(line: CommandLine) -> int:
    """Run the batch; returns the exit code."""
    progress.refuse(line)
    batch_cluster.refuse(line.batch)
    asked = _Batch(line, _request(line), line.batch.jobs or _cores())
    jobs = batch.jobs(asked.request)
    if line.command == "translate" and not all(job.targets for job in jobs):
        raise click.UsageError("Missing option '--to'.")
    control = Control()
    with ExitStack() as stack:
        reporting = stack.enter_context(Reporting.opened(line))
        store = stack.enter_context(workspace.opened(line.memory, None))
        resources = _resources(store, line.batch.jobs, asked.workers)
        resources.glossary(asked.request.options.glossary)  # fails early if broken
        if line.batch.dry_run:
            return _dry_run(asked, jobs, resources, reporting)
        state = stack.enter_context(_state(asked, jobs, reporting))
        stack.enter_context(control.listening())
        runner = stack.enter_context(
            batch_cluster.runner(line.batch, asked.workers, reporting.note)
        )
        asked = replace(asked, runner=runner)
        if line.batch.watch:
            _watch(asked, resources, state, control, reporting)
        else:
            plan = _planned(asked, jobs, resources, state, control)
            if state is not None:
                state.forget()
            reporting.started(plan, asked.workers)
            _do(asked, plan, resources, state, control, reporting)
        code = reporting.exit_code
        if control.signal and not line.batch.watch:
            code = _SIGNALLED + control.signal
        elif control.why and not control.signal:
            code = 1
        reporting.ended(control.why, code)
        return code


def _request(line: CommandLine) -> Request:
    choice = Choice(
        batch_options.suffixes(line.command, line.options),
        line.batch.include,
        line.batch.exclude,
        line.batch.recursive,
        partial(batch_options.is_own_output, line),
    )
    row = partial(batch_options.of_row, line.parameters)
    return Request(line.sources, line.command, line.options, choice, line.tags, line.output, row)


def _cores() -> int:
    """The number of cores this process may use; in a container it may be less than all."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _resources(store: workspace.Workspace, asked: int | None, workers: int) -> Resources:
    # While engines compute, a thread reads and writes; with many cores it gets its own.
    threads = asked if asked is None or asked < 4 else asked - 1
    return Resources(partial(store.engine, threads=threads), store.memory, workers)


@contextmanager
def _state(asked: _Batch, jobs: Sequence[Job], reporting: Reporting) -> Iterator[State | None]:
    """The batch's state, locked. `check` writes nothing, so it has none."""
    if asked.line.command == "check" or not (jobs or asked.line.batch.watch):
        yield None
        return
    folder = batch.home(jobs, asked.request.output or _watched(asked))
    with batch.locked(folder) as before:
        if before is not None:
            reporting.note(f"an earlier batch ended here without a word ({before}): going on")
        batch.leftovers([folder, *(job.folder for job in jobs)])
        state = State(folder)
        state.tidy()
        try:
            yield state
        finally:
            state.close()


def _watched(asked: _Batch) -> Path | None:
    """Where a watch keeps its state: in the watched folder."""
    folders = [path for path in asked.request.arguments if path.is_dir()]
    return folders[0] if asked.line.batch.watch and folders else None


def _planned(
    asked: _Batch, jobs: Sequence[Job], resources: Resources, state: State | None, control: Control
) -> Plan:
    jobs = batch.keyed(jobs, state) if state else jobs
    resume = asked.line.batch.resume
    plan = batch.plan(jobs, resources, state, resume=resume, stopping=lambda: control.stopping)
    if state is not None:
        state.confirm(plan.confirmed)
    return plan


def _do(
    asked: _Batch,
    plan: Plan,
    resources: Resources,
    state: State | None,
    control: Control,
    reporting: Reporting,
) -> None:
    for result in plan.refused:
        reporting.done(result)
    fail_fast = asked.line.batch.fail_fast
    if fail_fast and plan.refused:
        control.stop("a file failed (--fail-fast)")
        return
    start, busy = time.monotonic(), 0.0
    done = 0
    flow = asked.runner(
        plan.todo, resources, control, state=state, workers=asked.workers, fail_fast=fail_fast
    )
    with closing(flow):
        for result in flow:
            done += 1
            busy += sum(part.seconds for part in result.languages)
            reporting.done(result)
    if state is not None and not control.stopping:
        state.ran(time.monotonic() - start, busy, done)


def _dry_run(asked: _Batch, jobs: Sequence[Job], resources: Resources, reporting: Reporting) -> int:
    """Show the plan without writing anything."""
    state = None
    if asked.line.command != "check" and jobs:
        state = State(batch.home(jobs, asked.request.output))
        jobs = batch.keyed(jobs, state)
    plan = batch.plan(jobs, resources, state, resume=asked.line.batch.resume)
    plan = batch.looked_into(plan, resources)
    reporting.plan(plan, batch.estimate(plan.todo, state), asked.workers)
    return 1 if plan.refused else 0


def _watch(
    asked: _Batch, resources: Resources, state: State | None, control: Control, reporting: Reporting
) -> None:
    """Scan the folders until a signal stops the run."""
    if not any(path.is_dir() or "*" in str(path) for path in asked.request.arguments):
        raise click.UsageError("--watch needs a folder to watch")
    watch = Watch()
    reporting.watching(asked.request.arguments, asked.workers)
    while not control.stopping:
        try:
            jobs = watch.settled(batch.jobs(asked.request))
        except InputError:
            jobs = []  # no file matches yet, or the folder is temporarily missing
        if jobs:
            plan = _planned(asked, jobs, resources, state, control)
            reporting.more(plan)
            _do(asked, plan, resources, state, control, reporting)
            reporting.idle()
        control.pause(watching.EVERY_S)
