"""`speechsubs translate`: translate subtitles, keeping their times, or sentences line by line."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli import arguments, options
from speechsubs.cli.options import WRITABLE, LocaleType


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--to",
    "targets",
    multiple=True,
    type=LocaleType(),
    help="Language to translate to, as a tag (es, zh-CN). Repeat it for more. Needed, but where a manifest names languages.",
)
@click.option(
    "--from",
    "source_locale",
    type=LocaleType(),
    help="Language of the files. Default: what the name or the file says, else en.",
)
@options.GLOSSARY
@options.NO_GLOSSARY
@click.option(
    "--keep-cues",
    is_flag=True,
    help="Keep every cue with its times and put the translation into them, one for one.",
)
@click.option(
    "--lines",
    is_flag=True,
    help="FILES are plain text with one sentence a line; translations go to standard output.",
)
@click.option(
    "--terms",
    "line_terms",
    type=click.Path(path_type=Path),
    help='With --lines: a JSON Lines file, for each line the terms it must keep ({"board": "junta"}).',
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder for the subtitle files. Default: beside each file.",
)
@click.option(
    "--format",
    "kinds",
    multiple=True,
    type=click.Choice(WRITABLE),
    help="File type to write. Default: the type of each file.",
)
@options.ENGINE
@options.CURRENCY_STYLE
@options.DEFAULT_DOLLAR
@options.DATES
@options.UNITS
@options.CRLF
@options.BOM
@options.OVERWRITE
@options.MEMORY
@options.RESUME
@options.batch
@options.REPORT
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print that report on standard output; with --lines one JSON object a line.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors and results.")
@click.pass_context
def command(ctx: click.Context, /, files: tuple[Path, ...], **given: Any) -> None:
    """Translate subtitles in their own times, by whole sentences.

    FILES are SRT or WebVTT, or folders, patterns and manifests of them (docs/batch.md).
    Sentences are put together across cue borders, translated whole, and cut again by the
    target language's rules inside the times that they had.

    \b
    Examples:
      speechsubs translate talk.en.srt --to es --to fr
      speechsubs translate talk.en.srt --to es --keep-cues
      speechsubs translate "subs/**/*.en.srt" --to es
      speechsubs translate sentences.txt --to es --lines --terms terms.jsonl > sentences.es.txt
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import translate

    ctx.exit(translate.run(arguments.command_line("translate", files, given)))
