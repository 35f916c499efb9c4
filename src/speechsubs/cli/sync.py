"""`speechsubs sync`: synchronize existing subtitles with a recording."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli import arguments
from speechsubs.cli import options as shared
from speechsubs.cli.options import ALIGNERS, LocaleType


@click.command()
@click.argument("subs", type=click.Path(path_type=Path))
@click.argument("audio", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=shared.OutputType(),
    help="Output file (talk.srt, talk.vtt). Default: talk.synced.srt next to SUBS.",
)
@click.option(
    "--from",
    "source_locale",
    type=LocaleType(),
    help="Spoken language. Default: from the file name of SUBS (talk.en.srt), else en.",
)
@click.option(
    "--aligner",
    type=click.Choice(ALIGNERS),
    default="auto",
    show_default=True,
    help="speech: realign individual cues by forced alignment where available; pauses, estimate: only fit the file as a whole.",
)
@click.option("--lexicon", type=click.Path(path_type=Path), help="Pronunciation lexicon.")
@click.option("--force", is_flag=True, help="Write even if the confidence is too low.")
@shared.CRLF
@click.option("--bom", is_flag=True, help="Write a byte order mark.")
@click.option("--overwrite", is_flag=True, help="Overwrite the output file even if it was edited.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Only print errors.")
@click.pass_context
def command(ctx: click.Context, /, subs: Path, audio: Path, **given: Any) -> None:
    """Align existing subtitles with a recording.

    SUBS is an SRT or WebVTT file that is out of sync, AUDIO an audio or video recording.
    Offset and frame rate are found by fitting the cues to the speech regions; nothing is
    written if the confidence is too low.

    \b
    Examples:
      speechsubs sync talk.srt talk.mp4 -o fixed.srt
      speechsubs sync talk.es.srt talk.mp4 --aligner pauses
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import sync

    options = arguments.Parameters("sync", given).options()
    display = arguments.filled(arguments.Display, given)
    ctx.exit(sync.run(subs, audio, options, display, output=given["output"], force=given["force"]))
