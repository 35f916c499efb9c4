"""`speechsubs convert`: convert subtitle files to SRT or WebVTT."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli import arguments, options
from speechsubs.cli.options import WRITABLE, RateType


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--to", "kind", required=True, type=click.Choice(WRITABLE), help="Output format.")
@click.option(
    "-o",
    "--output",
    type=options.OutputType(),
    help="Output folder. Default: next to each input; standard input is converted to standard output.",
)
@click.option("--fps", type=RateType(), help="Frame rate of times that count frames (HH:MM:SS:FF).")
@options.ENCODING
@options.CRLF
@options.BOM
@options.OVERWRITE
@options.RESUME
@options.batch
@click.option("-q", "--quiet", is_flag=True, help="Only print errors.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    files: tuple[Path, ...],
    **given: Any,
) -> None:
    """Convert subtitle files to SRT or WebVTT.

    FILES are SRT or WebVTT, even malformed, or folders, patterns and manifests of them
    (docs/batch.md); - is standard input. Text, times and italics are kept; what SRT cannot
    represent (positions, regions, voices) is dropped.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import convert

    ctx.exit(convert.run(arguments.command_line("convert", files, given)))
