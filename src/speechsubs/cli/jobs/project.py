"""The implementation of `speechsubs project`."""

import json
import os
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import click

from speechsubs import exchange, project
from speechsubs.adapters.files import write_atomic
from speechsubs.cli.escape import visible
from speechsubs.cli.jobs import console
from speechsubs.errors import InputError, OutputError
from speechsubs.exchange import Exported, SourceStatus, Taken
from speechsubs.exchange.status import data as status_data
from speechsubs.model import Finding, Severity
from speechsubs.project import Project, State

_STDOUT = "-"


def export(
    folder: Path,
    *,
    kind: str,
    targets: Sequence[str],
    output: Path,
    overwrite: bool,
    quiet: bool,
) -> int:
    """Write the files; returns the exit code."""
    loaded = project.load(folder)
    made = list(exchange.export(loaded, kind, targets))
    if not made:
        advice = "Translate it first: speechsubs subtitle ... --to es --project DIR"
        raise InputError(str(folder), "nothing to export in this project", advice)
    findings = [finding for item in made for finding in item.findings]
    if str(output) == _STDOUT:
        _to_stdout(made, kind)
    else:
        places = _places(made, output)
        _refuse(places, loaded, overwrite)
        for item, place in zip(made, places, strict=True):
            write_atomic(place, item.data)
        if not quiet:
            console.show_paths(places)
    if not quiet:
        console.findings(console.stderr(), findings, everything=True)
    return _code(findings)


def _to_stdout(made: Sequence[Exported], kind: str) -> None:
    if len(made) > 1 and kind != "markdown":
        problem = f"cannot write {len(made):,} files to standard output"
        raise InputError(
            _STDOUT, problem, "Specify a folder (-o DIR) or a single language (--to es)"
        )
    click.echo(b"\n".join(item.data for item in made), nl=False)


def _places(made: Sequence[Exported], output: Path) -> list[Path]:
    """The output paths: in a folder, unless there is one file and a file name for it."""
    if len(made) == 1 and not output.is_dir():
        return [output]
    if output.exists() and not output.is_dir():
        problem = f"cannot write {len(made):,} files to a single file"
        raise OutputError(output, f"{problem}; specify a folder or a single language (--to es)")
    return [output / item.name for item in made]


def _refuse(places: Sequence[Path], loaded: Project, overwrite: bool) -> None:
    names = ["project.json", "glossary.yml", *(f"{source.id}.json" for source in loaded.sources)]
    own = {os.path.realpath(loaded.folder / name) for name in names}
    for place in places:
        if os.path.realpath(place) in own:
            raise InputError(
                str(place), "this output would replace a project file", "Choose another name"
            )
        if place.is_file() and not overwrite:
            raise OutputError(place, "already exists; use --overwrite to replace it")


def import_(
    folder: Path, file: Path, *, author: str, dry_run: bool, as_json: bool, quiet: bool
) -> int:
    """Import the changes and write the project; returns the exit code."""
    with nullcontext() if dry_run else project.changing(folder):
        taken = exchange.take(project.load(folder), exchange.read(file), author=author)
        if taken.changes and not dry_run:
            project.write(taken.project)
    if as_json:
        click.echo(json.dumps(_report(taken, folder, file, dry_run), ensure_ascii=True, indent=1))
    elif not quiet:
        _show(taken, folder, dry_run)
    return _code(taken.findings)


def _report(taken: Taken, folder: Path, file: Path, dry_run: bool) -> dict[str, object]:
    return {
        "project": str(folder),
        "file": str(file),
        "written": bool(taken.changes) and not dry_run,
        "unchanged": taken.unchanged,
        "changes": [
            {
                "source": change.source_id,
                "locale": change.locale,
                "segment": change.index,
                "state": change.after.state.value,
                "old": change.before.text,
                "new": change.after.text,
            }
            for change in taken.changes
        ],
        "findings": [project.finding(item) for item in taken.findings],
    }


def _show(taken: Taken, folder: Path, dry_run: bool) -> None:
    screen = console.stderr()
    for change in taken.changes:
        name = f"{change.source_id}, {change.locale}, s{change.index + 1}"
        what = f"{name}: {change.after.state.value}: {change.after.text}"
        screen.print(f"[green]imported[/] {console.escape(what)}")
    console.findings(screen, taken.findings, everything=True)
    refused = sum(item.severity is not Severity.INFO for item in taken.findings)
    screen.print(
        f"{len(taken.changes):,} imported, {taken.unchanged:,} unchanged, {refused:,} not imported"
    )
    if any(change.before.pinned and not change.after.pinned for change in taken.changes):
        console.note(screen, "manual line breaks in changed segments will be recomputed")
    if dry_run:
        console.note(screen, "nothing was written (--dry-run)")
    elif taken.changes:
        console.show_paths([folder])


def status(folder: Path, *, as_json: bool) -> int:
    """Show the statistics; returns the exit code."""
    loaded = project.load(folder)
    if as_json:
        click.echo(json.dumps(status_data(loaded), ensure_ascii=True, indent=1))
        return 0
    for source in exchange.status(loaded):
        _source(source)
    return 0


def _source(source: SourceStatus) -> None:
    changed = " (the file has since changed)" if source.changed else ""
    click.echo(visible(f"{source.name} [{source.language}]{changed}"))
    for track in source.tracks:
        counts = [
            f"{track.states[state]:,} {state.value}" for state in State if track.states[state]
        ]
        counts += [
            f"{count:,} {word}"
            for word, count in (
                ("with outdated source", track.stale),
                ("pinned", track.pinned),
                ("with issues", track.problems),
            )
            if count
        ]
        total = f"{track.done:,} of {track.segments:,} done"
        click.echo(visible(f"  {track.locale}: {total}: {', '.join(counts) or 'no segments'}"))


def _code(findings: Sequence[Finding]) -> int:
    return 3 if any(item.severity is not Severity.INFO for item in findings) else 0
