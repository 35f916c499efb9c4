"""How a run ends: the report saved or printed, the findings, the table, the files."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from rich.console import Console

from speechsubs import project
from speechsubs.cli import shown
from speechsubs.cli.arguments import Display
from speechsubs.pipeline import Result


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
    shown.findings(screen, [item for result in results for item in result.all_findings])
    shown.results(screen, results)
    for paths in written.values():
        shown.paths(paths)
