"""`speechsubs sync`: synchronise existing subtitles with a recording."""

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
    type=click.Path(path_type=Path),
    help="File to write (talk.srt, talk.vtt). Default: beside SUBS, as talk.synced.srt.",
)
@click.option(
    "--from",
    "source_locale",
    type=LocaleType(),
    help="Language that is spoken. Default: what the name of SUBS (talk.en.srt) says, else en.",
)
@click.option(
    "--aligner",
    type=click.Choice(ALIGNERS),
    default="auto",
    show_default=True,
    help="What moves single cues: speech by their words, where it runs; pauses and estimate move none.",
)
@click.option("--lexicon", type=click.Path(path_type=Path), help="Pronunciations of names.")
@click.option("--force", is_flag=True, help="Write even where the fit is not sure.")
@shared.CRLF
@click.option("--bom", is_flag=True, help="Begin the file with a byte order mark.")
@click.option(
    "--overwrite", is_flag=True, help="Replace the output file even if somebody edited it."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def command(ctx: click.Context, /, subs: Path, audio: Path, **given: Any) -> None:
    """Move subtitles onto the speech of a recording.

    SUBS are SRT or WebVTT whose times are off, AUDIO is the recording or the video.
    Offset and frame rate are found by laying the cues over the speech; nothing is
    written where the fit is not sure.

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
