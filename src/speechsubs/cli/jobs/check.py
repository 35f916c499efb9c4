"""The work of `speechsubs check`."""

import json
from pathlib import Path

import click

from speechsubs import project
from speechsubs.batch import Resources, worker
from speechsubs.cli.arguments import CommandLine
from speechsubs.cli.jobs import batch, console, inputs
from speechsubs.errors import SpeechsubsError
from speechsubs.model import Finding, Severity


def run(line: CommandLine) -> int:
    """Check the files and show the findings; the exit code."""
    if batch.wanted(line):
        return batch.run(line)
    screen = console.stderr()
    files, options = line.sources, line.options
    resources = Resources()
    resources.glossary(options.glossary)  # a broken one stops everything, at once
    original = inputs.track(Path(options.against)) if options.against else None
    failures: list[SpeechsubsError] = []
    found: list[Finding] = []
    for path in dict.fromkeys(files):
        try:
            loaded = worker.identified(inputs.job(line, path), inputs.track(path))
            found += worker.examined(loaded, resources, original)
        except SpeechsubsError as error:
            console.error(screen, error)
            failures.append(error)
    if line.display.as_json:
        data = {
            "files": [str(path) for path in dict.fromkeys(files)],
            "errors": [str(error) for error in failures],
            "findings": [project.finding(item) for item in found],
        }
        click.echo(json.dumps(data, ensure_ascii=True, indent=1))
    else:
        console.findings(screen, found, everything=True)
        if len(failures) < len(set(files)):
            screen.print(console.counted(found))
    bad = any(item.severity is not Severity.INFO for item in found)
    return 1 if failures else 3 if bad else 0
