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
    help="Target language tag (es, zh-CN). May be repeated. Without it, only the source language is segmented and timed.",
)
@click.option(
    "--from",
    "source_locale",
    type=LocaleType(),
    help="Language of the sources. Default: as declared in the file, else en.",
)
@options.GLOSSARY
@options.NO_GLOSSARY
@click.option(
    "-o",
    "--output",
    type=options.OutputType(),
    help="Output folder. Default: next to each source.",
)
@click.option(
    "--name",
    type=NameType(),
    default="speech",
    show_default=True,
    help="Base name of the outputs when reading standard input.",
)
@click.option(
    "--format",
    "kinds",
    multiple=True,
    type=click.Choice(WRITABLE),
    default=WRITABLE,
    show_default=True,
    help="Output format. Repeat for both.",
)
@options.ENGINE
@click.option(
    "--bilingual",
    is_flag=True,
    help="Also write one bilingual file per language with source and target stacked.",
)
@click.option(
    "--audio",
    type=click.Path(path_type=Path),
    help="Audio or video recording of the speech, used to time the cues. Requires a single source.",
)
@options.ALIGNER
@click.option(
    "--lexicon",
    type=click.Path(path_type=Path),
    help="Pronunciation lexicon for --audio: a word and its respelling on each line.",
)
@click.option(
    "--text",
    type=click.Path(path_type=Path),
    help="Corrected text for a transcript with word timestamps, which are transferred to it word by word.",
)
@click.option(
    "--duration",
    type=DurationType(),
    help="Duration of the speech (754.5, 12:34 or 1:02:03) to scale estimated times to.",
)
@click.option("--fps", type=RateType(), help="Frame rate to snap times to (23.976, 25, 29.97 ...).")
@click.option(
    "--max-lines",
    type=click.IntRange(1, 3),
    help="Maximum lines per cue. Default: the language's limit.",
)
@click.option(
    "--line-width",
    type=WidthType(8, 100),
    help="Maximum characters per line. Default: the language's limit.",
)
@options.CURRENCY_STYLE
@options.DEFAULT_DOLLAR
@click.option(
    "--headings",
    type=click.Choice(["keep", "drop"]),
    default="keep",
    show_default=True,
    help="Keep headings as cues, or drop them.",
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
    help="Project folder for review and later runs; edits in it are never overwritten. Created if missing.",
)
@options.RESUME
@options.ENCODING
@options.batch
@options.REPORT
@click.option("--json", "as_json", is_flag=True, help="Print the report to standard output.")
@click.option("-q", "--quiet", is_flag=True, help="Only print errors.")
@click.pass_context
def command(ctx: click.Context, /, sources: tuple[Path, ...], **given: Any) -> None:
    """Segment, time and translate transcripts into subtitles.

    SOURCES are transcripts: plain text, Markdown, SRT, WebVTT, or JSON with word
    timestamps from whisper, whisperX, faster-whisper, Vosk, AWS, Google or Deepgram; - is
    standard input. Writes an SRT and a WebVTT file per language: talk.en.srt, talk.es.vtt.
    Folders, patterns and manifests (jobs.yml, jobs.csv) are processed as a batch: see docs/batch.md.

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
