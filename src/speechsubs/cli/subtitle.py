"""`speechsubs subtitle`: the main job."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from speechsubs import engines, formats, glossary, locales, outputs, pipeline, project
from speechsubs.cli import shown
from speechsubs.cli.options import DurationType, LocaleType, RateType
from speechsubs.errors import SpeechsubsError, UnknownLocaleError
from speechsubs.locales import Locale
from speechsubs.model import Finding, Track, Transcript
from speechsubs.outputs import Planned
from speechsubs.pipeline import Options, Result

#: The glossary that is used when none is named and it lies here.
DEFAULT_GLOSSARY = Path("glossary.yml")


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
@click.option(
    "-g",
    "--glossary",
    "terms",
    type=click.Path(path_type=Path),
    help="Glossary of terms to protect. Default: glossary.yml in this folder, if there is one.",
)
@click.option("--no-glossary", is_flag=True, help="Use no glossary at all.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder for the subtitle files. Default: beside each source.",
)
@click.option(
    "--name",
    default="speech",
    show_default=True,
    help="Name of the outputs when the source is standard input.",
)
@click.option(
    "--format",
    "kinds",
    multiple=True,
    type=click.Choice(["srt", "vtt"]),
    default=("srt", "vtt"),
    show_default=True,
    help="File type to write. Repeat it for both.",
)
@click.option(
    "--engine",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "argos", "apertium", "echo"]),
    help="Translation engine; auto takes an installed Argos model, else Apertium.",
)
@click.option(
    "--bilingual",
    is_flag=True,
    help="Also write one file per language with source and target stacked.",
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
    type=click.FloatRange(8, 100),
    help="Characters per line instead of the language's own limit.",
)
@click.option(
    "--currency-style",
    type=click.Choice(["name", "symbol", "code"]),
    help="Write amounts with the currency's name, symbol or ISO code. Default: the language's own way.",
)
@click.option(
    "--default-dollar",
    default="USD",
    show_default=True,
    help="Which dollar a bare $ is (ISO 4217).",
)
@click.option(
    "--headings",
    type=click.Choice(["keep", "drop"]),
    default="keep",
    show_default=True,
    help="Whether headings become cues.",
)
@click.option("--crlf", is_flag=True, help="End lines as Windows does.")
@click.option(
    "--bom", is_flag=True, help="Begin files with a byte order mark, which some TVs need."
)
@click.option(
    "--overwrite", is_flag=True, help="Replace output files even if somebody edited them."
)
@click.option(
    "--report",
    "report_path",
    type=click.Path(path_type=Path),
    help="Save everything that was done, as JSON.",
)
@click.option("--json", "as_json", is_flag=True, help="Print that report on standard output.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def command(ctx: click.Context, /, sources: tuple[Path, ...], **given: Any) -> None:
    """Cut, time and translate transcripts into subtitles.

    SOURCES are transcripts: plain text, Markdown, SRT, WebVTT, or JSON with word
    times from whisper, whisperX or faster-whisper; - is standard input. For each
    language an SRT and a WebVTT file are written: talk.en.srt, talk.es.vtt.

    \b
    Examples:
      speechsubs subtitle talk.txt --to es --to zh-CN -o subs
      speechsubs subtitle talk.json --to fr --glossary names.yml --report talk.report.json
    """
    screen = shown.console()
    quiet = given["quiet"] or given["as_json"]
    transcripts, failures = _read(sources, given["name"])
    for failure in failures:
        screen.print(f"[red]error[/] {shown.escape(str(failure))}")
    if not transcripts:
        ctx.exit(1)
    results: list[Result] = []
    planned: list[tuple[Result, list[Planned]]] = []
    hidden = quiet or not screen.is_terminal
    with Progress(console=screen, disable=hidden) as bar:
        for source, group in _by_language(transcripts, given["source_locale"]):
            made = _subtitle(source, [t for _, t in group], given, bar)
            for (path, _), result in zip(group, made, strict=True):
                planned.append((result, _plan(path, result, given)))
    files = [plan for _, plans in planned for plan in plans]
    outputs.refuse_collisions([plan.path for plan in files], [p for p in sources if str(p) != "-"])
    written: dict[str, list[str]] = {}
    for result, plans in planned:
        paths, kept = outputs.write(plans, overwrite=given["overwrite"])
        results.append(replace(result, findings=(*result.findings, *kept)))
        written[result.name] = [str(path) for path in paths]
    _show(screen, results, written, given)
    code = max(result.exit_code for result in results)
    ctx.exit(1 if failures else code)


def _read(
    sources: Sequence[Path], name: str
) -> tuple[list[tuple[Path, Transcript]], list[SpeechsubsError]]:
    """The transcripts that could be read, and why the others could not."""
    found: list[tuple[Path, Transcript]] = []
    failures: list[SpeechsubsError] = []
    for path in dict.fromkeys(sources):
        try:
            if str(path) == "-":
                data = sys.stdin.buffer.read()
                item = formats.read_bytes(data, "-")
                path = Path(f"{name}.txt")
            else:
                item = formats.read(path)
            found.append((path, formats.from_track(item) if isinstance(item, Track) else item))
        except SpeechsubsError as error:
            failures.append(error)
    return found, failures


def _by_language(
    items: Sequence[tuple[Path, Transcript]], wanted: Locale | None
) -> list[tuple[Locale, list[tuple[Path, Transcript]]]]:
    """Transcripts grouped by their language: each group goes to the engine as one."""
    groups: dict[str, list[tuple[Path, Transcript]]] = {}
    for path, transcript in items:
        tag = wanted.tag if wanted else _language(path, transcript)
        groups.setdefault(tag, []).append((path, transcript))
    return [(locales.load(tag), group) for tag, group in groups.items()]


def _language(path: Path, transcript: Transcript) -> str:
    for tag in (transcript.language, outputs.language_in(path)):
        try:
            if tag:
                return locales.resolve(tag)
        except UnknownLocaleError:
            continue
    return "en"


def _subtitle(
    source: Locale, transcripts: list[Transcript], given: dict[str, Any], bar: Progress
) -> list[Result]:
    wanted = {locale.tag: locale for locale in given["targets"] if locale.tag != source.tag}
    pairs = [
        (_limited(locale, given), engines.load(given["engine"], source.tag, locale.tag))
        for locale in wanted.values()
    ]
    task = bar.add_task("translating", total=None) if pairs else None

    def advance(done: int, total: int) -> None:
        if task is not None:
            bar.update(task, completed=done, total=total)

    return pipeline.subtitle(
        transcripts,
        source=_limited(source, given),
        targets=pairs,
        glossary=_glossary(given),
        options=Options(
            duration_ms=given["duration"],
            fps=given["fps"],
            currency_style=given["currency_style"] or "",
            default_dollar=given["default_dollar"].upper(),
            headings=given["headings"] == "keep",
            bilingual=given["bilingual"],
        ),
        progress=advance,
    )


def _glossary(given: dict[str, Any]) -> glossary.Glossary:
    if given["no_glossary"]:
        return glossary.empty()
    if given["terms"]:
        return glossary.load(given["terms"])
    return glossary.load(DEFAULT_GLOSSARY) if DEFAULT_GLOSSARY.exists() else glossary.empty()


def _limited(locale: Locale, given: dict[str, Any]) -> Locale:
    """The locale with the limits that the person asked for."""
    limits = locale.limits
    if given["max_lines"]:
        limits = replace(limits, max_lines=given["max_lines"])
    if given["line_width"]:
        limits = replace(limits, line_width=given["line_width"])
    fps: Fraction | None = given["fps"]
    if fps is not None:
        limits = replace(limits, min_gap_ms=int(Fraction(2_000) / fps))
    return replace(locale, limits=limits)


def _plan(path: Path, result: Result, given: dict[str, Any]) -> list[Planned]:
    folder: Path = given["output"] or path.parent
    base = outputs.stem(path)
    tracks = [(output.locale.tag, output.track) for output in result.outputs]
    source = result.source.locale.tag
    tracks += [
        (f"{source}+{output.locale.tag}", output.stacked)
        for output in result.targets
        if output.stacked
    ]
    return [
        Planned(track, folder / f"{base}.{tag}.{kind}", given["crlf"], given["bom"])
        for tag, track in tracks
        for kind in dict.fromkeys(given["kinds"])
    ]


def _show(
    screen: Any, results: list[Result], written: dict[str, list[str]], given: dict[str, Any]
) -> None:
    if given["report_path"] or given["as_json"]:
        data = project.report(results, written)
        if given["report_path"]:
            project.save(data, given["report_path"])
        if given["as_json"]:
            click.echo(json.dumps(data, ensure_ascii=True, indent=1))
    if given["quiet"] or given["as_json"]:
        return
    every: list[Finding] = [f for result in results for f in result.all_findings]
    shown.findings(screen, every)
    shown.results(screen, results)
    for paths in written.values():
        for path in paths:
            click.echo(path)
