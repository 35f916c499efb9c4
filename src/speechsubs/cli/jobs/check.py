"""The work of `speechsubs check`."""

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import click

from speechsubs import glossary, locales, outputs, pipeline, project
from speechsubs.cli import shown
from speechsubs.cli.jobs import inputs
from speechsubs.errors import InputError, SpeechsubsError, UnknownLocaleError
from speechsubs.locales import Locale
from speechsubs.model import Finding, Severity, Track


def run(
    files: Sequence[Path],
    *,
    language: Locale | None,
    source: Path | None,
    source_language: Locale | None,
    terms: Path | None,
    fps: Fraction | None,
    as_json: bool,
) -> int:
    """Check the files and show the findings; the exit code."""
    screen = shown.console()
    words = glossary.load(terms) if terms else glossary.empty()
    original = inputs.track(source) if source else None
    spoken = source_language
    if source and original and spoken is None:
        spoken = _language(source, original)
    failures: list[SpeechsubsError] = []
    found: list[Finding] = []
    for path in dict.fromkeys(files):
        try:
            track = inputs.track(path)
            locale = language or _language(path, track)
            if locale is None:
                raise InputError(str(path), "its language is not known", "Name it: --language es")
            found += pipeline.examine(
                replace(track, language=locale.tag),  # findings name it
                locale,
                source=original,
                source_locale=spoken or locales.load("en"),
                glossary=words,
                fps=fps,
            )
        except SpeechsubsError as error:
            shown.error(screen, error)
            failures.append(error)
    if as_json:
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
    for tag in (outputs.language_in(path), track.language):
        try:
            if tag:
                return locales.load(tag)
        except UnknownLocaleError:
            continue
    return None
