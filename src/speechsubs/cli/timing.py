"""`speechsubs timing`: word-level timestamps of a recording."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli import arguments
from speechsubs.cli import options as shared
from speechsubs.cli.options import LocaleType


@click.command()
@click.argument("audio", type=click.Path(path_type=Path))
@click.argument("transcript", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--from",
    "source_locale",
    type=LocaleType(),
    help="Spoken language. Default: as declared in the transcript, else en.",
)
@shared.ALIGNER
@click.option(
    "--lexicon",
    type=click.Path(path_type=Path),
    help="Pronunciation lexicon: a word and its respelling on each line.",
)
@click.option(
    "--picture",
    type=shared.OutputType(),
    help="Plot waveform, speech regions, words and cues to this PNG file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print words and sentences as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Only print errors and results.")
@click.pass_context
def command(ctx: click.Context, /, audio: Path, transcript: Path, **given: Any) -> None:
    """Print word-level timestamps.

    AUDIO is an audio or video recording, TRANSCRIPT its text. Timestamps are those of the
    speech itself, without the reading-speed rules for cues.

    \b
    Examples:
      speechsubs timing talk.mp3 talk.txt --json > talk.times.json
      speechsubs timing talk.mp4 talk.txt --picture talk.png
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import timing

    options = arguments.Parameters("timing", given).options()
    display = arguments.filled(arguments.Display, given)
    ctx.exit(timing.run(audio, transcript, options, display, image=given["picture"]))
