"""How a run ends: the report saved or printed, the findings, the table, the files."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from speechsubs import project
from speechsubs.cli import shown
from speechsubs.pipeline import Result


def show(
    screen: Console,
    results: Sequence[Result],
    written: Mapping[str, Sequence[Path]],
    given: Mapping[str, Any],
) -> None:
    """Say what a run did, in the ways that its options ask for.

    `written` maps the name of each source to the files made from it.
    """
    if given["report_path"] or given["as_json"]:
        names = {name: [str(path) for path in paths] for name, paths in written.items()}
        data = project.report(results, names)
        if given["report_path"]:
            project.save(data, given["report_path"])
        if given["as_json"]:
            click.echo(json.dumps(data, ensure_ascii=True, indent=1))
    if given["quiet"] or given["as_json"]:
        return
    shown.findings(screen, [item for result in results for item in result.all_findings])
    shown.results(screen, results)
    for paths in written.values():
        shown.paths(paths)
