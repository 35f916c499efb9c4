"""Console output of the commands: summaries and findings, on standard error with rich.

At the end of a run: save or print the report, show findings, table and written files.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape as _escape_markup
from rich.table import Table

from speechsubs import project
from speechsubs.cli.arguments import Display
from speechsubs.cli.escape import visible
from speechsubs.errors import SpeechsubsError
from speechsubs.model import Finding, Severity, format_time
from speechsubs.pipeline import Result
from speechsubs.project import summary

#: The number of findings of one kind shown in full; the rest is only counted.
SHOWN = 3
_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Let the command end as an interruption; rich would end the process with code 1."""
        raise


def stderr() -> Console:
    """Standard error, so that standard output is reserved for results."""
    return _Console(stderr=True, highlight=False, soft_wrap=True)


def escape(text: str) -> str:
    """Escape untrusted text for rich: both its markup and terminal control characters."""
    return _escape_markup(visible(text))


def error(screen: Console, problem: SpeechsubsError | str) -> None:
    """Print a one-line error about a file, in click's own style."""
    screen.print(f"[red]Error:[/] {escape(str(problem))}")


def note(screen: Console, text: str) -> None:
    """Print a one-line note about something unexpected."""
    screen.print(f"[cyan]note:[/] {escape(text)}")


def show_paths(written: Iterable[Path]) -> None:
    """Print the written files to standard output, one per line, for other programs."""
    for path in written:
        # As bytes, because a file name need not be valid Unicode.
        click.echo(os.fsencode(path))


def show_results(screen: Console, items: Sequence[Result]) -> None:
    """Print the summary table: a row for each language of each file."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("file", "language", "cues", "length", "char/s", "too fast", "errors", "warnings"):
        table.add_column(name, justify="left" if name in ("file", "language") else "right")
    for item in items:
        for output in item.outputs:
            figures = summary(output)
            table.add_row(
                escape(item.name),
                output.locale.tag,
                str(figures["cues"]),
                format_time(figures["end_ms"]).rpartition(".")[0],
                str(figures["median_chars_per_second"]),
                str(figures["too_fast"]),
                str(figures["error"]),
                str(figures["warning"]),
            )
    screen.print(table)
    for engine, quality in dict.fromkeys(
        (o.engine, o.quality) for item in items for o in item.targets
    ):
        screen.print(f"[bold]{escape(engine)}[/]: {escape(quality)}")


def findings(screen: Console, items: Sequence[Finding], everything: bool = False) -> None:
    """Print findings grouped by kind and language, the first few of each in full."""
    groups: dict[tuple[Severity, str, str, str], list[Finding]] = {}
    order = list(reversed(Severity))
    for item in sorted(items, key=lambda f: order.index(f.severity)):
        groups.setdefault((item.severity, item.code, item.locale, item.file), []).append(item)
    for (severity, code, locale, _), group in groups.items():
        color = _COLORS[severity]
        for item in group if everything else group[:SHOWN]:
            where = item.place
            label = f"{locale} {code}" if locale else code
            screen.print(f"[{color}]{severity.value}[/] {escape(where)}: {escape(label)}: "
                         f"{escape(item.message)}")  # fmt: skip
        rest = len(group) - SHOWN
        if rest > 0 and not everything:
            screen.print(f"[{color}]{severity.value}[/] ... and {rest} more {code} in {locale}")


def counted(items: Sequence[Finding]) -> str:
    """A line such as "2 errors, 1 warning"."""
    counts = Counter(item.severity for item in items)
    words = [
        f"{counts[s]} {s.value}{'s' if counts[s] != 1 else ''}"
        for s in (Severity.ERROR, Severity.WARNING)
        if counts[s]
    ]
    return ", ".join(words) or "no findings"


def show(
    screen: Console,
    results: Sequence[Result],
    written: Mapping[str, Sequence[Path]],
    display: Display,
) -> None:
    """Present the results of a run in the requested ways.

    `written` maps each source's name to the files made from it.
    """
    if display.report_path or display.as_json:
        names = {name: [str(path) for path in paths] for name, paths in written.items()}
        data = project.report(results, names)
        if display.report_path:
            project.save(data, display.report_path)
        if display.as_json:
            click.echo(json.dumps(data, ensure_ascii=True, indent=1))
    if display.silent:
        return
    findings(screen, [item for result in results for item in result.issues])
    show_results(screen, results)
    for paths in written.values():
        show_paths(paths)
