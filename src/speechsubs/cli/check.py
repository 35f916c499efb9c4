"""`speechsubs check`: subtitle files against a language's rules and their source."""

import json
from fractions import Fraction
from pathlib import Path

import click

from speechsubs import formats, glossary, locales, outputs, pipeline, project
from speechsubs.cli import shown
from speechsubs.cli.options import LocaleType, RateType
from speechsubs.errors import InputError, SpeechsubsError, UnknownLocaleError
from speechsubs.locales import Locale
from speechsubs.model import Finding, Severity, Track


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--language",
    type=LocaleType(),
    help="Language of the files. Default: what the name (talk.es.srt) or the file says.",
)
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    help="Subtitles in the source language: terms, amounts and numbers are compared with them.",
)
@click.option(
    "--source-language",
    type=LocaleType(),
    help="Language of --source. Default: what its name says, else en.",
)
@click.option(
    "-g",
    "--glossary",
    "terms",
    type=click.Path(path_type=Path),
    help="Glossary whose terms must stand in the files.",
)
@click.option("--fps", type=RateType(), help="Frame rate: the gap of two frames is measured in it.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    files: tuple[Path, ...],
    language: Locale | None,
    source: Path | None,
    source_language: Locale | None,
    terms: Path | None,
    fps: Fraction | None,
    as_json: bool,
) -> None:
    """Check subtitle files against a language's rules.

    Lines, widths, reading speed, durations, gaps and overlaps; with --source also
    every term, amount and number. Exit code 3 when there is something to mend.
    """
    screen = shown.console()
    words = glossary.load(terms) if terms else glossary.empty()
    original = _track(source) if source else None
    original_locale = source_language or (
        _locale(source, original) if source and original else None
    )
    failed = False
    found: list[Finding] = []
    for path in dict.fromkeys(files):
        try:
            track = _track(path)
            locale = language or _locale(path, track)
            found += pipeline.examine(
                track,
                locale,
                source=original,
                source_locale=original_locale or locales.load("en"),
                glossary=words,
                fps=fps,
            )
        except SpeechsubsError as error:
            screen.print(f"[red]error[/] {shown.escape(str(error))}")
            failed = True
    if as_json:
        data = {"files": [str(p) for p in files], "findings": [project.finding(f) for f in found]}
        click.echo(json.dumps(data, ensure_ascii=True, indent=1))
    else:
        shown.findings(screen, found, everything=True)
        screen.print(shown.counted(found))
    bad = any(f.severity is not Severity.INFO for f in found)
    ctx.exit(1 if failed else 3 if bad else 0)


def _track(path: Path) -> Track:
    item = formats.read(path)
    if not isinstance(item, Track):
        raise InputError(
            str(path), "is a transcript without cues", "Only subtitle files can be checked"
        )
    return item


def _locale(path: Path, track: Track) -> Locale:
    for tag in (outputs.language_in(path), track.language):
        try:
            if tag:
                return locales.load(tag)
        except UnknownLocaleError:
            continue
    raise InputError(str(path), "its language is not known", "Name it: --language es")
