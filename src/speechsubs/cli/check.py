"""`speechsubs check`: subtitle files against a language's rules and their source."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli import arguments, options
from speechsubs.cli.options import LocaleType, RateType


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--language",
    type=LocaleType(),
    help="Language of the files. Default: from the file name (talk.es.srt) or the file itself.",
)
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    help="Subtitles in the source language to compare terms, amounts and numbers with.",
)
@click.option(
    "--source-language",
    type=LocaleType(),
    help="Language of --source. Default: from its file name, else en.",
)
@click.option(
    "-g",
    "--glossary",
    "terms",
    type=click.Path(path_type=Path),
    help="Glossary whose terms must be used in the files.",
)
@click.option("--fps", type=RateType(), help="Frame rate for checking the two-frame gap.")
@options.ENCODING
@options.batch
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    files: tuple[Path, ...],
    **given: Any,
) -> None:
    """Check subtitle files against a language's rules.

    FILES may also be folders, patterns and manifests (docs/batch.md). Checks lines, widths,
    reading speed, durations, gaps and overlaps; with --source also every term, amount
    and number. Exit code 3 if there are issues.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import check

    ctx.exit(check.run(arguments.command_line("check", files, given)))
