"""The work of `speechsubs check`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from speechsubs import glossary, locales, pipeline, project
from speechsubs.batch import naming
from speechsubs.cli import shown
from speechsubs.cli.jobs import batch, inputs
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.locales import Locale
from speechsubs.model import Finding, Severity, Track


def run(files: Sequence[Path], given: Mapping[str, Any]) -> int:
    """Check the files and show the findings; the exit code. `given` are the options."""
    if batch.wanted("check", files, given):
        return batch.run("check", files, given)
    screen = shown.console()
    terms: Path | None = given["terms"]
    source: Path | None = given["source"]
    words = glossary.load(terms) if terms else glossary.empty()
    original = inputs.track(source) if source else None
    spoken: Locale | None = given["source_language"]
    if source and original and spoken is None:
        spoken = _language(source, original)
    failures: list[SpeechsubsError] = []
    found: list[Finding] = []
    for path in dict.fromkeys(files):
        try:
            track = inputs.track(path)
            locale = given["language"] or _language(path, track)
            if locale is None:
                raise InputError(str(path), "its language is not known", "Name it: --language es")
            found += pipeline.examine(
                replace(track, language=locale.tag),  # findings name it
                locale,
                source=original,
                source_locale=spoken or locales.load("en"),
                glossary=words,
                fps=given["fps"],
            )
        except SpeechsubsError as error:
            shown.error(screen, error)
            failures.append(error)
    if given["as_json"]:
        data = {
            "files": [str(path) for path in dict.fromkeys(files)],
            "errors": [str(error) for error in failures],
            "findings": [project.finding(item) for item in found],
        }
        click.echo(json.dumps(data, ensure_ascii=True, indent=1))
    else:
        shown.findings(screen, found, everything=True)
        if len(failures) < len(set(files)):
            screen.print(shown.counted(found))
    bad = any(item.severity is not Severity.INFO for item in found)
    return 1 if failures else 3 if bad else 0


def _language(path: Path, track: Track) -> Locale | None:
    tag = naming.language(path, track)
    return locales.load(tag) if tag else None
