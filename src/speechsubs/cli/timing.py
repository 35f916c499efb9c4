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
    help="Language of the speech. Default: what the transcript says, else en.",
)
@shared.ALIGNER
@click.option(
    "--lexicon",
    type=click.Path(path_type=Path),
    help="Pronunciations of names: a word and its respelling on each line.",
)
@click.option(
    "--picture",
    type=click.Path(path_type=Path),
    help="Draw waveform, speech, words and cues into this PNG file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print words and sentences as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors and results.")
@click.pass_context
def command(ctx: click.Context, /, audio: Path, transcript: Path, **given: Any) -> None:
    """Tell when every word of a recording is spoken.

    AUDIO is a recording or a video, TRANSCRIPT what is said in it. Times are those of the
    speech itself, without the rules for reading that cues follow.

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
