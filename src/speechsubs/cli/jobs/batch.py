"""Batch runs: from options to a plan, from the plan to outputs and a summary."""

import difflib
import os
import signal
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from speechsubs import batch, formats, outputs
from speechsubs.adapters import signals
from speechsubs.batch import (
    Choice,
    Control,
    Job,
    JobResult,
    Plan,
    Request,
    Resources,
    State,
    Watch,
    watch,
)
from speechsubs.batch.cluster.client import Cluster
from speechsubs.batch.cluster.protocol import Place
from speechsubs.batch.discover import Oddities, Row
from speechsubs.cli.arguments import BatchArguments, CommandLine, Parameters
from speechsubs.cli.group import COMMANDS, main
from speechsubs.cli.jobs import inputs, progress, workspace
from speechsubs.cli.jobs.progress import Reporting
from speechsubs.engines import ctranslate
from speechsubs.errors import InputError
from speechsubs.options import Options

#: The most plain files that do not make a batch yet.
FEW = 10

#: Options that a manifest row may set, by their command-line names.
_OF_ROWS = frozenset({
    "from", "glossary", "no-glossary", "format", "engine", "bilingual", "aligner", "lexicon",
    "duration", "fps", "max-lines", "line-width", "currency-style", "default-dollar", "headings",
    "dates", "units", "crlf", "bom", "keep-cues", "language", "source", "source-language",
    "encoding",
})  # fmt: skip


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
            raise click.UsageError("--lines cannot be used in a batch")
        return False
    if not asked.named and not batch.is_batch(line.sources, most):
        return False
    for given, option in (
        (line.audio, "--audio (use a manifest with a recording for each file)"),
        (line.text, "--text"),
        (line.project, "--project"),
    ):
        if given:
            raise click.UsageError(f"{option} cannot be used in a batch")
    if any(str(path) == inputs.STDIN for path in line.sources):
        raise click.UsageError("standard input cannot be used in a batch")
    if asked.watch and asked.dry_run:
        raise click.UsageError("--watch and --dry-run cannot be combined")
    if asked.events == "-" and display.as_json:
        raise click.UsageError("--events - and --json both write to standard output")
    return True


#: `batch.run`, or its equivalent on a cluster.
Runner = Callable[..., Generator[JobResult, None, None]]


@dataclass(frozen=True, slots=True)
class _Batch:
    """A batch as requested."""

    line: CommandLine
    request: Request
    workers: int
    runner: Runner = batch.run


def run(line: CommandLine) -> int:
    """Run the batch; returns the exit code."""
    progress.refuse(line)
    _refuse_cluster(line.batch)
    asked = _Batch(line, _request(line), line.batch.jobs or _cores())
    if line.batch.watch and not any(
        path.is_dir() or "*" in str(path) for path in asked.request.arguments
    ):
        raise click.UsageError("--watch requires a folder")
    odd = Oddities(empty=line.batch.watch)
    jobs = batch.jobs(asked.request, odd)
    targets = [job.targets for job in jobs] or [line.tags]
    if line.command == "translate" and not all(targets):
        raise click.UsageError("Missing option '--to'.")
    control = Control()
    with ExitStack() as stack:
        reporting = stack.enter_context(Reporting.opened(line))
        store = stack.enter_context(workspace.opened(line.memory, None))
        resources = _resources(store, line.batch.jobs, asked.workers)
        resources.glossary(asked.request.options.glossary)  # fails early if broken
        if line.batch.dry_run:
            return _dry_run(asked, jobs, odd, resources, reporting)
        state = stack.enter_context(_state(asked, jobs, reporting))
        stack.enter_context(control.listening())
        runner = stack.enter_context(_runner(line.batch, asked.workers, reporting.note))
        asked = replace(asked, runner=runner)
        if line.batch.watch:
            _watch(asked, resources, state, control, reporting)
        else:
            plan = _planned(asked, jobs, resources, state, control)
            plan.refused += _refused(odd)
            if state is not None:
                state.forget()
            reporting.started(plan, asked.workers)
            _do(asked, plan, resources, state, control, reporting)
        code = _exit_code(reporting, control, line.batch.watch)
        try:
            reporting.ended(control.why, code)
        except OSError as error:
            # A closed terminal: that the run was stopped counts, not that nobody can read it.
            if not control.signal or error.errno not in signals.UNREAD:
                raise
            signals.discard_unreadable()
        return code


def _exit_code(reporting: Reporting, control: Control, watched: bool) -> int:
    # Ctrl-C is how a watch ends: no interruption.
    if control.signal and not (watched and control.signal == signal.SIGINT):
        return signals.exit_code(control.signal)
    return 1 if control.why and not control.signal else reporting.exit_code


def _request(line: CommandLine) -> Request:
    choice = Choice(
        _suffixes(line.command, line.options),
        line.batch.include,
        line.batch.exclude,
        line.batch.recursive,
        partial(_is_own_output, line),
    )
    row = partial(_row_options, line.parameters)
    return Request(line.sources, line.command, line.options, choice, line.tags, line.output, row)


def _suffixes(command: str, options: Options) -> tuple[str, ...]:
    """The suffixes of the files that a command takes from a folder.

    A file to be converted to WebVTT is not one already.
    """
    if command == "subtitle":
        return formats.readable_suffixes()
    kinds = set(formats.writable())
    if command == "convert":
        kinds -= set(options.kinds)
    return tuple(f".{name}" for name in sorted(kinds))


def _is_own_output(line: CommandLine, path: Path) -> bool:
    """Whether a file written by speechsubs looks like an output of this command."""
    if line.command == "subtitle":
        return True
    if line.command == "translate":
        return outputs.language_in(path) in line.tags
    if line.command == "convert":
        return line.output is None and path.suffix.lower().lstrip(".") in line.options.kinds
    return False


def _row_options(parameters: Parameters, row: Row, base: Options) -> Options:
    """The options of a row, which override those of the command line.

    Values are parsed as on the command line, paths are relative to the manifest. Raises
    `InputError` with the row's position.
    """
    if not row.options:
        return base
    context = click.Context(main)
    found = main.get_command(context, parameters.command)
    assert found is not None, COMMANDS
    known = {
        option.removeprefix("--"): item
        for item in found.params
        if isinstance(item, click.Option)
        for option in item.opts
        if option.removeprefix("--") in _OF_ROWS
    }
    changed = dict(parameters.values)
    for name, value in row.options.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Available: {', '.join(sorted(known))}"
            raise InputError(row.place, f"unknown job option {name!r}", hint)
        parameter = known[name]
        try:
            changed[str(parameter.name)] = _value(parameter, value, row, context)
        except click.UsageError as error:
            raise InputError(row.place, f"option {name}: {error.message}") from error
    return replace(parameters, values=changed).options()


def _value(parameter: click.Option, value: str | bool, row: Row, context: click.Context) -> Any:
    if parameter.is_flag:
        words = {True: True, False: False, "true": True, "yes": True, "false": False, "no": False}
        if value not in words:
            raise click.UsageError(f"expected yes or no, not {value!r}")
        return words[value]
    if isinstance(value, bool):
        raise click.UsageError("a value is required")
    if isinstance(parameter.type, click.Path):
        return Path(row.source.parent, value) if Path(value).is_absolute() else _beside(row, value)
    if parameter.multiple:
        parts = value.replace(",", " ").split()
        return tuple(parameter.type.convert(part, parameter, context) for part in parts)
    return parameter.type.convert(value, parameter, context)


def _beside(row: Row, value: str) -> Path:
    """Resolve a path relative to the manifest, named in the first part of `row.place`."""
    return Path(row.place.rpartition(":")[0]).parent / value


def _cores() -> int:
    """The number of cores this process may use; in a container it may be less than all."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _refuse_cluster(given: BatchArguments) -> None:
    """Raise a usage error for options that cannot be combined with a cluster."""
    if not (given.cluster or given.scheduler):
        return
    if given.cluster and given.scheduler:
        raise click.UsageError("--cluster local and --scheduler cannot be combined")
    if given.scheduler and given.jobs:
        raise click.UsageError(
            "--jobs applies to this machine only; a scheduler uses all its workers"
        )


@contextmanager
def _runner(given: BatchArguments, workers: int, note: Callable[[str], None]) -> Iterator[Runner]:
    """The function that runs the jobs. Raises `InputError` if Dask is not installed.

    No worker is started or contacted before there is something to do.
    """
    if given.scheduler:
        place = Place(given.scheduler)
    elif given.cluster:
        place = Place("", workers, max(1, ctranslate.count_cores() // workers))
    else:
        yield batch.run
        return
    with Cluster(place, note) as cluster:
        yield cluster.run


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
            reporting.note(f"an earlier batch here was interrupted ({before}): resuming")
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
            try:
                reporting.done(result)
            except OSError as error:
                if error.errno not in signals.UNREAD:
                    raise
                signals.discard_unreadable()
                control.unread()
    if state is not None and not control.stopping:
        state.ran(time.monotonic() - start, busy, done)


def _refused(odd: Oddities) -> list[JobResult]:
    """What was passed over, as files that cannot be done."""
    return [JobResult("", Path(problem.where), str(problem)) for problem in odd.problems]


def _dry_run(
    asked: _Batch,
    jobs: Sequence[Job],
    odd: Oddities,
    resources: Resources,
    reporting: Reporting,
) -> int:
    """Show the plan without writing anything."""
    state = None
    if asked.line.command != "check" and jobs:
        state = State(batch.home(jobs, asked.request.output))
        jobs = batch.keyed(jobs, state)
    plan = batch.plan(jobs, resources, state, resume=asked.line.batch.resume)
    plan.refused += _refused(odd)
    plan = batch.looked_into(plan, resources)
    reporting.plan(plan, batch.estimate(plan.todo, state), asked.workers)
    return 1 if plan.refused else 0


def _watch(
    asked: _Batch, resources: Resources, state: State | None, control: Control, reporting: Reporting
) -> None:
    """Scan the folders until a signal stops the run."""
    folders = Watch()
    reporting.watching(asked.request.arguments, asked.workers)
    told: set[str] = set()
    while not control.stopping:
        odd = Oddities(empty=True)
        jobs: list[Job] = []
        try:
            jobs = folders.settled(batch.jobs(asked.request, odd))
        except InputError as error:  # a manifest that is being written
            odd.problems.append(error)
        new = [result for result in _refused(odd) if result.reason not in told]
        told = {str(problem) for problem in odd.problems}
        if jobs or new:
            plan = _planned(asked, jobs, resources, state, control)
            plan.refused += new
            reporting.more(plan)
            _do(asked, plan, resources, state, control, reporting)
            reporting.idle()
        control.pause(watch.EVERY_S)
