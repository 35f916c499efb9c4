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
    help="Target language tag (es, zh-CN). May be repeated. Required unless a manifest specifies languages.",
)
@click.option(
    "--from",
    "source_locale",
    type=LocaleType(),
    help="Language of the files. Default: from the file name or the file itself, else en.",
)
@options.GLOSSARY
@options.NO_GLOSSARY
@click.option(
    "--keep-cues",
    is_flag=True,
    help="Keep all cues and their times, and translate them one to one.",
)
@click.option(
    "--lines",
    is_flag=True,
    help="FILES are plain text with one sentence per line; translations are printed to standard output.",
)
@click.option(
    "--terms",
    "line_terms",
    type=click.Path(path_type=Path),
    help='With --lines: a JSON Lines file with the required terms for each line ({"board": "junta"}).',
)
@click.option(
    "-o",
    "--output",
    type=options.OutputType(),
    help="Output folder. Default: next to each file.",
)
@click.option(
    "--format",
    "kinds",
    multiple=True,
    type=click.Choice(WRITABLE),
    help="Output format. Default: same as each input.",
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
@options.ENCODING
@options.batch
@options.REPORT
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print the report to standard output; with --lines, one JSON object per line.",
)
@click.option("-q", "--quiet", is_flag=True, help="Only print errors and results.")
@click.pass_context
def command(ctx: click.Context, /, files: tuple[Path, ...], **given: Any) -> None:
    """Translate subtitle files sentence by sentence, keeping their timing.

    FILES are SRT or WebVTT, or folders, patterns and manifests of them (docs/batch.md).
    Sentences are joined across cue boundaries, translated as a whole, and re-segmented by the
    target language's rules within their original times.

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
