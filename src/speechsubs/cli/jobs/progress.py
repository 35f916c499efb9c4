"""Report the progress and the result of a batch: to the user, to a log, to programs.

Totals are counts and never keep the results themselves, so that memory stays bounded.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from speechsubs import project
from speechsubs.batch import Estimate, JobResult, Plan, events
from speechsubs.batch.events import Lines
from speechsubs.batch.plan import Unchanged
from speechsubs.cli import internal
from speechsubs.cli.arguments import CommandLine
from speechsubs.cli.escape import visible
from speechsubs.cli.jobs import console
from speechsubs.errors import InputError
from speechsubs.model import Finding, Severity

#: The number of distinct reasons kept; further ones are only counted.
_MOST_REASONS = 1_000


@dataclass(slots=True)
class Language:
    """The totals of one language over all files."""

    files: int = 0
    cues: int = 0
    errors: int = 0
    warnings: int = 0


@dataclass(slots=True)
class Kind:
    """Findings of one kind: their number, the number of files, the first occurrence."""

    severity: Severity
    first: str
    count: int = 0
    files: int = 0


@dataclass(slots=True)
class Totals:
    """The totals of a run and the reasons of its failures."""

    done: int = 0
    unchanged: int = 0
    failed: int = 0
    old_findings: int = 0
    sentences: int = 0
    of_plan: int = 0
    languages: dict[str, Language] = field(default_factory=dict)
    engines: dict[str, str] = field(default_factory=dict)
    kinds: dict[tuple[str, str], Kind] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    _reasons: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, result: JobResult) -> None:
        """Count a result."""
        self.of_plan += 1
        if result.failed:
            self.failed += 1
            why = cause(result)
            if why in self._reasons or len(self._reasons) < _MOST_REASONS:
                count, first = self._reasons.get(why, (0, told(result)))
                self._reasons[why] = (count + 1, first)
            return
        self.done += 1
        for part in result.languages:
            language = self.languages.setdefault(part.language, Language())
            language.files += 1
            language.cues += part.cues
            language.errors += part.errors
            language.warnings += part.warnings
            self.sentences += part.sentences
            if part.engine:
                self.engines[part.engine] = part.quality
        seen: Counter[tuple[str, str]] = Counter()
        for item in result.findings:
            key = (item.locale, item.code)
            kind = self.kinds.setdefault(key, Kind(item.severity, item.place))
            kind.count += 1
            seen[key] += 1
        for key in seen:
            self.kinds[key].files += 1

    @property
    def failures(self) -> list[tuple[str, int]]:
        """Every reason, worded as for its first file, and its number of files."""
        return [(first, count) for count, first in self._reasons.values()]

    @property
    def exit_code(self) -> int:
        """0 clean, 1 if a file failed, 3 if outputs have findings."""
        if self.failed:
            return 1
        now = any(one.errors + one.warnings for one in self.languages.values())
        return 3 if now or self.old_findings else 0

    @property
    def seconds(self) -> float:
        """How long the batch has been running."""
        return time.monotonic() - self.began

    def plain(self) -> dict[str, Any]:
        """The counts as plain data."""
        return {
            "done": self.done,
            "unchanged": self.unchanged,
            "failed": self.failed,
            "sentences": self.sentences,
            "seconds": round(self.seconds, 3),
        }

    def sentence(self) -> str:
        """The counts as a sentence."""
        parts = [f"{files(self.done)} done"]
        if self.unchanged:
            parts.append(f"{self.unchanged} unchanged")
        if self.failed:
            parts.append(f"{self.failed} failed")
        text = f"{', '.join(parts)} in {span(self.seconds)}"
        if self.sentences:
            text += f", {self.sentences / max(self.seconds, 0.001):.0f} sentences/s"
        return text


def told(result: JobResult) -> str:
    """Why a file failed, with its name, which engine errors lack."""
    name = str(result.source)
    return result.reason if name in result.reason else f"{name}: {result.reason}"


def cause(result: JobResult) -> str:
    """Why a file failed, without its name: a thousand equal failures make one line."""
    return result.reason.replace(str(result.source), "", 1)


def files(number: int) -> str:
    """A number of files, in words.

    >>> files(1), files(1200)
    ('1 file', '1,200 files')
    """
    return f"{number:,} file{'s' if number != 1 else ''}"


def span(seconds: float) -> str:
    """Format a duration for humans.

    >>> span(4.26), span(75), span(4_000), span(100_000)
    ('4.3 s', '1 min 15 s', '1 h 6 min', '1 d 3 h')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86_400:
        return f"{whole // 3_600} h {whole % 3_600 // 60} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3_600} h"


#: Seconds between two progress lines if there is no terminal.
_LINE_EVERY_S = 10.0
#: The number of reasons and of kinds of findings listed in a summary.
_LISTED = 20
_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


class Meter:
    """Shows the progress of a batch: a bar on a terminal, otherwise a line now and then.

    The remaining time is estimated from bytes: files differ in length, and sentences are
    counted late.
    """

    def __init__(self, screen: Console, bar: Progress | None, quiet: bool) -> None:
        self._screen, self._bar, self._quiet = screen, bar, quiet
        self._task: TaskID | None = None
        self._sizes: dict[Path, int] = {}
        self._files = self._done = self._bytes = self._done_bytes = 0
        self._began = self._last = time.monotonic()

    def expect(self, sources: Sequence[Path]) -> None:
        """Add files to the expected work."""
        for path in sources:
            try:
                self._sizes[path] = path.stat().st_size
            except (OSError, ValueError):
                self._sizes[path] = 0
        self._files += len(sources)
        self._bytes += sum(self._sizes[path] for path in sources)
        if self._done == self._files - len(sources):
            self._began = self._last = time.monotonic()
        if self._bar is not None and sources:
            if self._task is None:
                self._task = self._bar.add_task("", total=self._files, rest="")
            self._bar.update(self._task, total=self._files)

    def done(self, result: JobResult, totals: Totals) -> None:
        """Count a finished file."""
        size = self._sizes.pop(result.source, None)
        if size is None:
            return  # refused files were never expected
        self._done += 1
        self._done_bytes += size
        rest = self._rest(totals)
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._done, rest=rest)
        elif (
            not self._quiet
            and self._done < self._files
            and time.monotonic() - self._last >= _LINE_EVERY_S
        ):
            self._last = time.monotonic()
            self._screen.print(
                ", ".join(filter(None, (f"{self._done:,} of {files(self._files)}", rest)))
            )

    def stop(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()

    def _rest(self, totals: Totals) -> str:
        took = time.monotonic() - self._began
        parts = [f"{totals.failed:,} failed"] if totals.failed else []
        if totals.sentences:
            parts.append(f"{totals.sentences / max(totals.seconds, 0.001):.0f} sentences/s")
        if self._done_bytes and took > 1:
            left = took / self._done_bytes * (self._bytes - self._done_bytes)
            parts.append(f"about {span(left)} left")
        return ", ".join(parts)


@contextmanager
def progress_meter(screen: Console, quiet: bool) -> Iterator[Meter]:
    """Open a meter that suits the output: a terminal or not."""
    if quiet or not screen.is_terminal:
        yield Meter(screen, None, quiet)
        return
    columns = (
        SpinnerColumn(),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} files"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[rest]}"),
    )
    with Progress(*columns, console=screen, transient=True) as bar:
        yield Meter(screen, bar, quiet)


def show_plan(screen: Console, found: Plan, estimate: Estimate) -> None:
    """Print what a batch would do, file by file, and the estimated time."""
    for job in found.todo:
        languages = list(dict.fromkeys([*([] if job.own else ["not its own"]), *job.targets]))
        to = f" to {', '.join(job.targets)}" if languages and job.targets else ""
        why = f" ({found.why[job.key]})" if found.why.get(job.key) else ""
        screen.print(f"[green]do[/]     {console.escape(str(job.source))}{to}{why}")
    for item in found.unchanged:
        screen.print(f"[dim]skip   {console.escape(str(item.job.source))} (unchanged)[/]")
    first: dict[str, Path] = {}
    for result in found.refused:
        before = first.setdefault(cause(result), result.source)
        alike = before != result.source
        text = f"{result.source}: same as {before}" if alike else told(result)
        screen.print(f"[red]refuse[/] {console.escape(text)}")
    screen.print(
        f"{files(len(found.todo))} to do, {len(found.unchanged)} unchanged, "
        f"{len(found.refused)} refused. Nothing was written."
    )
    if not found.todo:
        return
    if estimate.seconds is None:
        screen.print("Time: no estimate until a first batch has run here.")
    else:
        screen.print(
            f"Time: about {span(estimate.seconds)}, estimated from "
            f"{files(estimate.measured_files)} processed here before."
        )


def summary(screen: Console, totals: Totals, command: str) -> None:
    """Print a short summary of the run."""
    if any(totals.languages) and totals.done:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("language", "files", "cues", "errors", "warnings"):
            table.add_column(name, justify="left" if name == "language" else "right")
        for tag, one in totals.languages.items():
            numbers = (one.files, one.cues, one.errors, one.warnings)
            table.add_row(tag, *(f"{number:,}" for number in numbers))
        screen.print(table)
        for engine, quality in totals.engines.items():
            screen.print(f"[bold]{console.escape(engine)}[/]: {console.escape(quality)}")
    if command != "check":
        _kinds(screen, totals)
    if totals.failed:
        screen.print(f"[red]{files(totals.failed)} failed:[/]")
        errors(screen, totals)
    screen.print(totals.sentence())


def errors(screen: Console, totals: Totals) -> None:
    """Print why files failed, a line for each reason."""
    for reason, number in totals.failures[:_LISTED]:
        more = f" (and {files(number - 1)} more)" if number > 1 else ""
        screen.print(f"[red]Error:[/] {console.escape(reason)}{more}")
    rest = len(totals.failures) - _LISTED
    if rest > 0:
        screen.print(f"... and {rest} other reasons (use --log FILE for all of them)")


def _kinds(screen: Console, totals: Totals) -> None:
    order = list(reversed(Severity))
    found = sorted(totals.kinds.items(), key=lambda pair: order.index(pair[1].severity))
    shown_kinds = [pair for pair in found if pair[1].severity is not Severity.INFO]
    for (locale, code), kind in shown_kinds[:_LISTED]:
        color = _COLORS[kind.severity]
        label = f"{locale} {code}" if locale else code
        screen.print(
            f"[{color}]{kind.severity.value}[/] {console.escape(label)}: {kind.count:,} in "
            f"{files(kind.files)}, first: {console.escape(kind.first)}"
        )
    if shown_kinds:
        screen.print("[dim]use --log FILE or --events FILE to record all of them[/]")


def stopped(screen: Console, why: str, left: int, command: str, watched: bool) -> None:
    """Print why the run ended early, and how to resume it."""
    if watched and why == "interrupted" and not left:
        return
    screen.print(f"[bold]Stopped: {console.escape(why)}.[/] {files(left)} not done.")
    if command != "check":
        screen.print("Finished files are complete. Run the same command again to resume.")


class Reporting:
    """Takes every result once and reports it to all requested outputs."""

    def __init__(
        self,
        line: CommandLine,
        screen: Console,
        meter: Meter,
        log: Lines | None,
        stream: Lines | None,
    ) -> None:
        self._command, self._asked, self._report = (
            line.command,
            line.batch,
            line.display.report_path,
        )
        self._screen, self._meter = screen, meter
        self._log, self._stream = log, stream
        self._as_json, self._quiet = line.display.as_json, line.display.silent
        self._keep = self._as_json or self._report is not None
        self.entries: list[dict[str, Any]] = []
        self._unchanged: list[Unchanged] = []
        self._findings: list[Finding] = []
        self._plan = Plan()
        self._internal = internal.Reports()
        self.totals = Totals()

    @classmethod
    @contextmanager
    def opened(cls, line: CommandLine) -> Iterator["Reporting"]:
        """Open the log and the event stream. Raises `OutputError`."""
        screen = console.stderr()
        asked = line.batch
        with ExitStack() as stack:
            log = Lines.appending(asked.log) if asked.log else None
            if log is not None:
                stack.callback(log.close)
            stream = None
            if asked.events == "-":
                stream = Lines(sys.stdout, Path("-"))
            elif asked.events:
                stream = Lines.appending(Path(asked.events))
                stack.callback(stream.close)
            meter = stack.enter_context(progress_meter(screen, line.display.silent))
            yield cls(line, screen, meter, log, stream)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 if a file failed, 3 if outputs, also earlier ones, have findings."""
        return self.totals.exit_code

    def started(self, plan: Plan, workers: int) -> None:
        """Report the plan at the start of a run."""
        self._plan = plan
        self._line(
            f"start: {self._command}, {len(plan.todo)} to do, {len(plan.unchanged)} unchanged, "
            f"{len(plan.refused)} refused, {workers} jobs"
        )
        self._event(events.started(plan, self._command, workers))
        self._add(plan)

    def more(self, plan: Plan) -> None:
        """Report further files of a watched folder."""
        self._plan = plan
        self._add(plan)

    def _add(self, plan: Plan) -> None:
        self.totals.unchanged += len(plan.unchanged)
        self.totals.old_findings += sum(item.findings for item in plan.unchanged)
        for item in plan.unchanged:
            self._event(events.unchanged(item))
            self._line(f"unchanged: {item.job.source}")
        if self._keep:
            self._unchanged += plan.unchanged
        self._meter.expect([job.source for job in plan.todo])

    def done(self, result: JobResult) -> None:
        """Report the result of a file."""
        if result.trace:
            problem = cause(result).removeprefix(": ")
            reason = self._internal.message(str(result.source), problem, result.trace)
            result = replace(result, reason=reason)
        self.totals.add(result)
        if self._keep:
            self.entries.append(events.entry(result))
        self._event(events.file(result))
        if result.failed:
            self._line(f"failed: {told(result)}")
        else:
            self._line(f"done: {result.source} ({_in_words(result)})")
            if self._log:
                for item in result.findings:
                    where = item.place
                    self._line(f"{item.severity.value}: {where}: {item.code}: {item.message}")
        if self._command == "check":
            self._checked(result)
        elif not self._quiet and self._asked.events != "-" and not _is_terminal():
            console.show_paths(result.written)
        self._meter.done(result, self.totals)

    def _checked(self, result: JobResult) -> None:
        """Show all findings: they are the purpose of a check."""
        if self._as_json:
            self._findings += result.findings
        elif not self._quiet:
            console.findings(self._screen, result.findings, everything=True)

    def note(self, text: str) -> None:
        """Report something that the user may not expect."""
        self._line(f"note: {text}")
        if not self._quiet:
            console.note(self._screen, text)

    def watching(self, folders: Sequence[Path], workers: int) -> None:
        """Report that the run is waiting for files."""
        self._event(events.started(Plan(), self._command, workers))
        names = ", ".join(str(path) for path in folders)
        self._line(f"watching: {names}")
        if not self._quiet:
            console.note(self._screen, f"watching {names}; stop with Ctrl-C")

    def idle(self) -> None:
        """Report that all files so far are done."""
        if not self._quiet:
            self._screen.print(self.totals.sentence())

    def plan(self, plan: Plan, estimate: Estimate, workers: int) -> None:
        """Show the plan of a dry run."""
        self._event(events.started(plan, self._command, workers))
        self._event(events.planned(plan, estimate))
        for item in plan.unchanged:
            self._event(events.unchanged(item))
        for result in plan.refused:
            self._event(events.file(result))
        if self._as_json:
            found = {
                **events.planned(plan, estimate),
                "unchanged": [str(item.job.source) for item in plan.unchanged],
                "refused": [events.entry(result) for result in plan.refused],
            }
            click.echo(json.dumps(found, ensure_ascii=True, indent=1))
        elif not self._quiet:
            show_plan(self._screen, plan, estimate)

    def ended(self, why: str, code: int) -> None:
        """Report the summary to all requested outputs."""
        self._meter.stop()
        totals = self.totals.plain()
        self._event(events.ended(totals, why, code))
        self._line(f"end: {self.totals.sentence()}" + (f"; stopped: {why}" if why else ""))
        if self._keep:
            self._summary(totals, why, code)
        if self._quiet:
            errors(self._screen, self.totals)
        else:
            summary(self._screen, self.totals, self._command)
        if self._internal.errors:
            self._screen.print(self._internal.summary())
        if why:
            left = len(self._plan.todo) - self.totals.of_plan
            watched = self._asked.watch
            stopped(self._screen, why, max(left, 0), self._command, watched)

    def _summary(self, totals: Mapping[str, Any], why: str, code: int) -> None:
        if self._command == "check":
            done = [str(entry["source"]) for entry in self.entries]
            data: dict[str, Any] = {
                "files": done,
                "errors": [entry["reason"] for entry in self.entries if "reason" in entry],
                "findings": [project.finding(item) for item in self._findings],
            }
        else:
            data = events.summary(self.entries, self._unchanged, totals, why, code)
        if self._report is not None:
            project.save(data, self._report)
        if self._as_json:
            click.echo(json.dumps(data, ensure_ascii=True, indent=1))

    def _event(self, data: Mapping[str, Any]) -> None:
        if self._stream is None:
            return
        try:
            self._stream.event(data)
        except BrokenPipeError:
            self._stream = None
            raise

    def _line(self, text: str) -> None:
        if self._log is not None:
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            self._log.line(f"{now} {visible(text)}")


def refuse(line: CommandLine) -> None:
    """Raise `InputError` if the log, the events or the report would share a file."""
    named = [line.batch.log, line.batch.events, line.display.report_path]
    places = [os.path.realpath(path) for path in named if path and str(path) != "-"]
    if len(set(places)) < len(places):
        raise InputError(str(places[0]), "log, events and report must be different files")


def _in_words(result: JobResult) -> str:
    errors = sum(part.errors for part in result.languages)
    warnings = sum(part.warnings for part in result.languages)
    tags = ", ".join(part.language for part in result.languages if part.language)
    seconds = sum(part.seconds for part in result.languages)
    return f"{tags or 'converted'}; {errors} errors, {warnings} warnings; {seconds:.2f} s"


def _is_terminal() -> bool:
    """Whether standard output is a terminal: then the table is enough."""
    try:
        return sys.stdout.isatty()
    except (AttributeError, ValueError):
        return False
