"""The implementation of `speechsubs check`."""

import json
from dataclasses import replace
from pathlib import Path

import click

from speechsubs import glossary, pipeline, project
from speechsubs.batch import naming
from speechsubs.cli.arguments import CommandLine
from speechsubs.cli.jobs import batch, console, inputs
from speechsubs.cli.jobs.failures import Failures
from speechsubs.errors import InputError
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.model import Finding, Severity, Track


def run(line: CommandLine) -> int:
    """Check the files and show the findings; returns the exit code."""
    if batch.wanted(line):
        return batch.run(line)
    screen = console.stderr()
    files, options = line.sources, line.options
    source = Path(options.against) if options.against else None
    words = glossary.load(line.glossary) if line.glossary else glossary.empty()
    original = inputs.track(source, options) if source else None
    spoken = locales.load(options.against_language) if options.against_language else None
    own = locales.load(options.language) if options.language else None
    if source and original and spoken is None:
        spoken = _language(source, original)
    failures = Failures(screen, len(set(files)), quiet=line.display.as_json)
    found: list[Finding] = []
    for path in dict.fromkeys(files):
        with failures.of(path):
            track = inputs.track(path, options)
            locale = own or _language(path, track)
            if locale is None:
                raise InputError(
                    str(path), "cannot determine its language", "Specify it: --language es"
                )
            found += pipeline.check_track(
                replace(track, language=locale.tag),  # findings name the file
                locale,
                source=original,
                source_locale=spoken or locales.load("en"),
                glossary=words,
                fps=options.fps,
            )
    if line.display.as_json:
        data = {
            "files": [str(path) for path in dict.fromkeys(files)],
            "errors": failures.messages,
            "findings": [project.finding(item) for item in found],
        }
        click.echo(json.dumps(data, ensure_ascii=True, indent=1))
    else:
        console.findings(screen, found, everything=True)
        if len(failures) < len(set(files)):
            screen.print(console.counted(found))
    failures.summary()
    bad = any(item.severity is not Severity.INFO for item in found)
    return 1 if failures else 3 if bad else 0


def _language(path: Path, track: Track) -> Locale | None:
    tag = naming.language(path, track)
    return locales.load(tag) if tag else None
