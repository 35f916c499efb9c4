"""What commands print: summaries and findings, on standard error by rich.

How a run ends: the report saved or printed, the findings, the table, the files.
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
from speechsubs.model import Finding, Severity, clock
from speechsubs.pipeline import Result
from speechsubs.project import summary

#: Findings of one kind shown before the rest is only counted.
SHOWN = 3
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def stderr() -> Console:
    """Standard error, so that standard output stays for results."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def escape(text: str) -> str:
    """Foreign text for a line of rich: neither its markup nor a terminal's is obeyed."""
    return _escape_markup(visible(text))


def error(screen: Console, problem: SpeechsubsError) -> None:
    """One line about an input that could not be used, as click shows its own errors."""
    screen.print(f"[red]Error:[/] {escape(str(problem))}")


def note(screen: Console, text: str) -> None:
    """One line about something that a person may not expect."""
    screen.print(f"[cyan]note:[/] {escape(text)}")


def show_paths(written: Iterable[Path]) -> None:
    """The files that were written, one to a line on standard output, for other programs."""
    for path in written:
        # As bytes, because a name that is no valid text is still a name.
        click.echo(os.fsencode(path))


def show_results(screen: Console, items: Sequence[Result]) -> None:
    """One table for the run: a row for each language of each file."""
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
                clock(figures["end_ms"]).rpartition(".")[0],
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
    """Findings grouped by kind and language, the first few of each in full."""
    groups: dict[tuple[Severity, str, str, str], list[Finding]] = {}
    order = list(reversed(Severity))
    for item in sorted(items, key=lambda f: order.index(f.severity)):
        groups.setdefault((item.severity, item.code, item.locale, item.file), []).append(item)
    for (severity, code, locale, _), group in groups.items():
        colour = _COLOURS[severity]
        for item in group if everything else group[:SHOWN]:
            where = item.place
            label = f"{locale} {code}" if locale else code
            screen.print(f"[{colour}]{severity.value}[/] {escape(where)}: {escape(label)}: "
                         f"{escape(item.message)}")  # fmt: skip
        rest = len(group) - SHOWN
        if rest > 0 and not everything:
            screen.print(f"[{colour}]{severity.value}[/] ... and {rest} more {code} in {locale}")


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
    """Say what a run did, in the ways that were asked for.

    `written` maps the name of each source to the files made from it.
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
