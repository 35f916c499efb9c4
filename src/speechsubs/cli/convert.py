"""`speechsubs convert`: convert subtitle files to SRT or WebVTT."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli import arguments, options
from speechsubs.cli.options import WRITABLE


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--to", "kind", required=True, type=click.Choice(WRITABLE), help="File type to write."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder for the files. Default: beside each input. Standard input goes to standard output without it.",
)
@options.CRLF
@options.BOM
@options.OVERWRITE
@options.RESUME
@options.batch
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    files: tuple[Path, ...],
    **given: Any,
) -> None:
    """Convert subtitle files to SRT or WebVTT.

    FILES are SRT or WebVTT, however broken, or folders, patterns and manifests of them
    (docs/batch.md); - is standard input. Texts, times and italics stay; what SRT cannot
    hold (positions, regions, voices) is left out.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import convert

    ctx.exit(convert.run(arguments.command_line("convert", files, given)))
