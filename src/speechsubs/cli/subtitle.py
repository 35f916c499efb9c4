"""`speechsubs subtitle`: the main job."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli import arguments, options
from speechsubs.cli.options import WRITABLE, DurationType, LocaleType, NameType, RateType, WidthType


@click.command()
@click.argument(
    "sources", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True)
)
@click.option(
    "--to",
    "targets",
    multiple=True,
    type=LocaleType(),
    help="Language to translate to, as a tag (es, zh-CN). Repeat it for more. Without it only the source language is cut and timed.",
)
@click.option(
    "--from",
    "source_locale",
    type=LocaleType(),
    help="Language of the sources. Default: what the file says, else en.",
)
@options.GLOSSARY
@options.NO_GLOSSARY
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder for the subtitle files. Default: beside each source.",
)
@click.option(
    "--name",
    type=NameType(),
    default="speech",
    show_default=True,
    help="Name of the outputs when the source is standard input.",
)
@click.option(
    "--format",
    "kinds",
    multiple=True,
    type=click.Choice(WRITABLE),
    default=WRITABLE,
    show_default=True,
    help="File type to write. Repeat it for both.",
)
@options.ENGINE
@click.option(
    "--bilingual",
    is_flag=True,
    help="Also write one file per language with source and target stacked.",
)
@click.option(
    "--audio",
    type=click.Path(path_type=Path),
    help="Recording or video of the speech: cues get their times from it. Goes with one source.",
)
@options.ALIGNER
@click.option(
    "--lexicon",
    type=click.Path(path_type=Path),
    help="Pronunciations of names for --audio: a word and its respelling on each line.",
)
@click.option(
    "--text",
    type=click.Path(path_type=Path),
    help="Corrected text of a transcript that has word times: it gets those times, word by word.",
)
@click.option(
    "--duration",
    type=DurationType(),
    help="Length of the speech (754.5, 12:34 or 1:02:03) to scale estimated times to.",
)
@click.option("--fps", type=RateType(), help="Frame rate to snap times to (23.976, 25, 29.97 ...).")
@click.option(
    "--max-lines",
    type=click.IntRange(1, 3),
    help="Lines per cue instead of the language's own limit.",
)
@click.option(
    "--line-width",
    type=WidthType(8, 100),
    help="Characters per line instead of the language's own limit.",
)
@options.CURRENCY_STYLE
@options.DEFAULT_DOLLAR
@click.option(
    "--headings",
    type=click.Choice(["keep", "drop"]),
    default="keep",
    show_default=True,
    help="Whether headings become cues.",
)
@options.DATES
@options.UNITS
@options.CRLF
@options.BOM
@options.OVERWRITE
@options.MEMORY
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    help="Folder that keeps the whole run for review; edits made in it are never lost. Made if missing.",
)
@options.RESUME
@options.batch
@options.REPORT
@click.option("--json", "as_json", is_flag=True, help="Print that report on standard output.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def command(ctx: click.Context, /, sources: tuple[Path, ...], **given: Any) -> None:
    """Cut, time and translate transcripts into subtitles.

    SOURCES are transcripts: plain text, Markdown, SRT, WebVTT, or JSON with word
    times from whisper, whisperX, faster-whisper, Vosk, AWS, Google or Deepgram; - is
    standard input. For each language an SRT and a WebVTT file are written: talk.en.srt, talk.es.vtt.
    Folders, patterns and manifests (jobs.yml, jobs.csv) make a batch: see docs/batch.md.

    \b
    Examples:
      speechsubs subtitle talk.txt --to es --to zh-CN -o subs
      speechsubs subtitle talk.txt --audio talk.mp3 --to es
      speechsubs subtitle talk.json --text corrected.txt --audio talk.mp4
      speechsubs subtitle talk.json --to fr --glossary names.yml --report talk.report.json
      speechsubs subtitle talks --recursive --to es --to ca -o subs
      speechsubs subtitle jobs.yml -o subs --dry-run
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import subtitle

    ctx.exit(subtitle.run(arguments.command_line("subtitle", sources, given)))
