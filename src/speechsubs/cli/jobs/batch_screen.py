"""How a batch looks on a terminal, and in a file that takes its place."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from speechsubs.batch import Estimate, Plan, Record
from speechsubs.cli import shown
from speechsubs.cli.jobs.batch_totals import Totals, cause, files, span, told
from speechsubs.model import Severity

#: Between two lines of progress where there is no terminal.
_LINE_EVERY_S = 10.0
#: Reasons and kinds of findings that a summary lists.
_LISTED = 20
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


class Meter:
    """How far the batch is: a bar on a terminal, else a line from time to time.

    Time left goes by bytes: files differ in length, and sentences are counted late.
    """

    def __init__(self, screen: Console, bar: Progress | None, quiet: bool) -> None:
        self._screen, self._bar, self._quiet = screen, bar, quiet
        self._task: TaskID | None = None
        self._sizes: dict[Path, int] = {}
        self._files = self._done = self._bytes = self._done_bytes = 0
        self._began = self._last = time.monotonic()

    def expect(self, sources: Sequence[Path]) -> None:
        """These files are to be done."""
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

    def done(self, record: Record, totals: Totals) -> None:
        """A file is done."""
        size = self._sizes.pop(record.source, None)
        if size is None:
            return  # it was refused, and never expected
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
        """Take the bar away."""
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
def meter(screen: Console, quiet: bool) -> Iterator[Meter]:
    """A meter that suits the terminal, or its absence."""
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


def plan(screen: Console, found: Plan, estimate: Estimate) -> None:
    """What a batch would do, file by file, and about how long it would take."""
    for unit in found.todo:
        languages = list(dict.fromkeys([*([] if unit.own else ["not its own"]), *unit.targets]))
        to = f" to {', '.join(unit.targets)}" if languages and unit.targets else ""
        why = f" ({found.why[unit.key]})" if found.why.get(unit.key) else ""
        screen.print(f"[green]do[/]     {shown.escape(str(unit.source))}{to}{why}")
    for item in found.unchanged:
        screen.print(f"[dim]skip   {shown.escape(str(item.unit.source))} (unchanged)[/]")
    first: dict[str, Path] = {}
    for record in found.refused:
        before = first.setdefault(cause(record), record.source)
        alike = before != record.source
        text = f"{record.source}: as {before}" if alike else told(record)
        screen.print(f"[red]refuse[/] {shown.escape(text)}")
    screen.print(
        f"{files(len(found.todo))} to do, {len(found.unchanged)} unchanged, "
        f"{len(found.refused)} refused. Nothing was written."
    )
    if not found.todo:
        return
    if estimate.seconds is None:
        screen.print("Time: no measurement yet; after a first batch here this tells an estimate.")
    else:
        screen.print(
            f"Time: about {span(estimate.seconds)}, an estimate from "
            f"{files(estimate.measured_files)} done here before."
        )


def summary(screen: Console, totals: Totals, command: str) -> None:
    """What came of everything, shortly."""
    if any(totals.languages) and totals.done:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("language", "files", "cues", "errors", "warnings"):
            table.add_column(name, justify="left" if name == "language" else "right")
        for tag, one in totals.languages.items():
            numbers = (one.files, one.cues, one.errors, one.warnings)
            table.add_row(tag, *(f"{number:,}" for number in numbers))
        screen.print(table)
        for engine, quality in totals.engines.items():
            screen.print(f"[bold]{shown.escape(engine)}[/]: {shown.escape(quality)}")
    if command != "check":
        _kinds(screen, totals)
    if totals.failed:
        screen.print(f"[red]{files(totals.failed)} failed:[/]")
        errors(screen, totals)
    screen.print(totals.sentence())


def errors(screen: Console, totals: Totals) -> None:
    """Why files failed: a line for each reason."""
    for reason, number in totals.failures[:_LISTED]:
        more = f" (and {files(number - 1)} more)" if number > 1 else ""
        screen.print(f"[red]Error:[/] {shown.escape(reason)}{more}")
    rest = len(totals.failures) - _LISTED
    if rest > 0:
        screen.print(f"... and {rest} other reasons (--log FILE keeps all of them)")


def _kinds(screen: Console, totals: Totals) -> None:
    order = list(reversed(Severity))
    found = sorted(totals.kinds.items(), key=lambda pair: order.index(pair[1].severity))
    shown_kinds = [pair for pair in found if pair[1].severity is not Severity.INFO]
    for (locale, code), kind in shown_kinds[:_LISTED]:
        colour = _COLOURS[kind.severity]
        label = f"{locale} {code}" if locale else code
        screen.print(
            f"[{colour}]{kind.severity.value}[/] {shown.escape(label)}: {kind.count:,} in "
            f"{files(kind.files)}, first: {shown.escape(kind.first)}"
        )
    if shown_kinds:
        screen.print("[dim]--log FILE or --events FILE keeps each of them[/]")


def stopped(screen: Console, why: str, left: int, command: str, watched: bool) -> None:
    """Why the run ended early, and how it goes on."""
    if watched and why == "interrupted":
        return
    screen.print(f"[bold]Stopped: {shown.escape(why)}.[/] {files(left)} not done.")
    if command != "check":
        screen.print("What is done is whole. Run the same command again: it goes on from here.")
