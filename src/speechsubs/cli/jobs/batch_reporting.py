"""What a batch says while it runs and when it ends: to people, to a log, to programs."""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from speechsubs import project
from speechsubs.batch import Estimate, Plan, Record, events
from speechsubs.batch.events import Lines
from speechsubs.batch.plan import Unchanged
from speechsubs.cli import shown
from speechsubs.cli.arguments import CommandLine
from speechsubs.cli.jobs import batch_screen
from speechsubs.cli.jobs.batch_screen import Meter
from speechsubs.cli.jobs.batch_totals import Totals, told
from speechsubs.cli.plain import visible
from speechsubs.errors import InputError
from speechsubs.model import Finding


class Reporting:
    """Takes every record once and tells it to all who asked."""

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
        self.totals = Totals()

    @classmethod
    @contextmanager
    def opened(cls, line: CommandLine) -> Iterator["Reporting"]:
        """With the log and the events' file open. Raises `OutputError`."""
        screen = shown.console()
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
            meter = stack.enter_context(batch_screen.meter(screen, line.display.silent))
            yield cls(line, screen, meter, log, stream)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 where a file failed, 3 where outputs have findings, earlier ones too."""
        return self.totals.exit_code

    def started(self, plan: Plan, jobs: int) -> None:
        """Say what there is to do."""
        self._plan = plan
        self._line(
            f"start: {self._command}, {len(plan.todo)} to do, {len(plan.unchanged)} unchanged, "
            f"{len(plan.refused)} refused, {jobs} jobs"
        )
        self._event(events.started(plan, self._command, jobs))
        self._add(plan)

    def more(self, plan: Plan) -> None:
        """Some files more, while watching."""
        self._plan = plan
        self._add(plan)

    def _add(self, plan: Plan) -> None:
        self.totals.unchanged += len(plan.unchanged)
        self.totals.old_findings += sum(item.findings for item in plan.unchanged)
        for item in plan.unchanged:
            self._event(events.unchanged(item))
            self._line(f"unchanged: {item.unit.source}")
        if self._keep:
            self._unchanged += plan.unchanged
        self._meter.expect([unit.source for unit in plan.todo])

    def record(self, record: Record) -> None:
        """Say what came of a file."""
        self.totals.add(record)
        self._event(events.file(record))
        if self._keep:
            self.entries.append(events.entry(record))
        if record.failed:
            self._line(f"failed: {told(record)}")
        else:
            self._line(f"done: {record.source} ({_in_words(record)})")
            if self._log:
                for item in record.findings:
                    where = shown.place(item)
                    self._line(f"{item.severity.value}: {where}: {item.code}: {item.message}")
        if self._command == "check":
            self._checked(record)
        elif not self._quiet and self._asked.events != "-" and not _is_terminal():
            shown.paths(record.written)
        self._meter.done(record, self.totals)

    def _checked(self, record: Record) -> None:
        """Findings are what a check is for: all of them are shown."""
        if self._as_json:
            self._findings += record.findings
        elif not self._quiet:
            shown.findings(self._screen, record.findings, everything=True)

    def note(self, text: str) -> None:
        """Something that a person may not expect."""
        self._line(f"note: {text}")
        if not self._quiet:
            shown.note(self._screen, text)

    def watching(self, folders: Sequence[Path], jobs: int) -> None:
        """Say that the run waits for files."""
        self._event(events.started(Plan(), self._command, jobs))
        names = ", ".join(str(path) for path in folders)
        self._line(f"watching: {names}")
        if not self._quiet:
            shown.note(self._screen, f"watching {names}; Ctrl-C ends it")

    def idle(self) -> None:
        """Say that the files that came in are done."""
        if not self._quiet:
            self._screen.print(self.totals.sentence())

    def plan(self, plan: Plan, estimate: Estimate, jobs: int) -> None:
        """Show what would be done."""
        self._event(events.started(plan, self._command, jobs))
        self._event(events.planned(plan, estimate))
        for item in plan.unchanged:
            self._event(events.unchanged(item))
        for record in plan.refused:
            self._event(events.file(record))
        if self._as_json:
            found = {
                **events.planned(plan, estimate),
                "unchanged": [str(item.unit.source) for item in plan.unchanged],
                "refused": [events.entry(record) for record in plan.refused],
            }
            click.echo(json.dumps(found, ensure_ascii=True, indent=1))
        elif not self._quiet:
            batch_screen.plan(self._screen, plan, estimate)

    def ended(self, why: str, code: int) -> None:
        """The summary, in every way that was asked for."""
        self._meter.stop()
        totals = self.totals.plain()
        self._event(events.ended(totals, why, code))
        self._line(f"end: {self.totals.sentence()}" + (f"; stopped: {why}" if why else ""))
        if self._keep:
            self._summary(totals, why, code)
        if self._quiet:
            batch_screen.errors(self._screen, self.totals)
        else:
            batch_screen.summary(self._screen, self.totals, self._command)
        if why:
            left = len(self._plan.todo) - self.totals.of_plan
            watched = self._asked.watch
            batch_screen.stopped(self._screen, why, max(left, 0), self._command, watched)

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
        if self._stream is not None:
            self._stream.event(data)

    def _line(self, text: str) -> None:
        if self._log is not None:
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            self._log.line(f"{now} {visible(text)}")


def refuse(line: CommandLine) -> None:
    """Raise `InputError` where the log, the events or the report would be one file."""
    named = [line.batch.log, line.batch.events, line.display.report_path]
    places = [os.path.realpath(path) for path in named if path and str(path) != "-"]
    if len(set(places)) < len(places):
        raise InputError(str(places[0]), "log, events and report cannot be one file")


def _in_words(record: Record) -> str:
    errors = sum(part.errors for part in record.parts)
    warnings = sum(part.warnings for part in record.parts)
    tags = ", ".join(part.language for part in record.parts if part.language)
    seconds = sum(part.seconds for part in record.parts)
    return f"{tags or 'converted'}; {errors} errors, {warnings} warnings; {seconds:.2f} s"


def _is_terminal() -> bool:
    """Whether a person looks at standard output: then the table says enough."""
    try:
        return sys.stdout.isatty()
    except (AttributeError, ValueError):
        return False
