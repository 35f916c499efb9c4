"""The work of `speechsubs translate`."""

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click
from rich.progress import Progress

from speechsubs import files, formats, glossary, locales, outputs, pipeline, project
from speechsubs.batch import naming
from speechsubs.cli import shown
from speechsubs.cli.arguments import CommandLine
from speechsubs.cli.jobs import batch, ending, inputs, workplace
from speechsubs.cli.jobs.workplace import Workplace
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.formats.decode import decode
from speechsubs.glossary import Glossary
from speechsubs.locales import Locale
from speechsubs.model import Severity, Track
from speechsubs.options import Options
from speechsubs.outputs import Planned
from speechsubs.pipeline import Line, Result
from speechsubs.protocols import Engine

_Read = tuple[Path, Track]


def run(line: CommandLine) -> int:
    """Translate files or lines; the exit code."""
    if line.line_terms and not line.lines:
        raise click.UsageError("--terms goes with --lines")
    if batch.wanted(line):
        return batch.run(line)
    if not line.targets:
        raise click.UsageError("Missing option '--to'.")
    if line.lines:
        _refuse_options_of_files(line)
        return _lines(line)
    return _tracks(line)


def _refuse_options_of_files(line: CommandLine) -> None:
    """Raise a usage error for options about files, which --lines writes none of."""
    options = line.options
    for given, option in (
        (options.keep_cues, "--keep-cues"),
        (options.kinds, "--format"),
        (line.output, "--output"),
        (options.crlf, "--crlf"),
        (options.bom, "--bom"),
        (options.overwrite, "--overwrite"),
        (line.display.report_path, "--report"),
    ):
        if given:
            raise click.UsageError(f"{option} is for subtitles, not for --lines")


def _words(line: CommandLine) -> Glossary:
    return glossary.load(line.glossary) if line.glossary else glossary.empty()


# ---- Subtitles -------------------------------------------------------------------


def _tracks(line: CommandLine) -> int:
    screen = shown.console()
    quiet, options = line.display.silent, line.options
    words = _words(line)
    read: list[tuple[Path, Track]] = []
    failed = False
    for path in dict.fromkeys(line.sources):
        try:
            read.append((path, inputs.track(path)))
        except SpeechsubsError as error:
            shown.error(screen, error)
            failed = True
    places = [place for path, track in read for place in _places(path, track, line).values()]
    flat = [place for some in places for place in some]
    report = line.display.report_path
    flat += [report] if report else []
    terms = [line.glossary] if line.glossary else []
    outputs.refuse_collisions(flat, [*inputs.files(line.sources), *terms])
    outputs.refuse_places(flat)
    results: list[Result] = []
    written: dict[str, list[Path]] = {}
    with workplace.opened(line.memory, None) as place:
        groups = _grouped(read, options)
        # Before there is a bar: a person may be asked about a model that is missing.
        loaded = {
            tag: [(to, place.engine(options.engine, tag, to.tag)) for to in _targets(tag, line)]
            for tag in groups
        }
        with Progress(console=screen, disable=quiet or not screen.is_terminal) as bar:
            done, wordless = _translated(groups, loaded, words, place, options, bar)
        for failure in wordless:
            shown.error(screen, failure)
            failed = True
        for (path, track), result in done:
            planned = [
                Planned(output.track, place, options.crlf, options.bom)
                for output in result.targets
                for place in _places(path, track, line)[output.locale.tag]
            ]
            made, kept = outputs.write(planned, overwrite=options.overwrite)
            results.append(replace(result, findings=(*result.findings, *kept)))
            written[result.name] = made
    if not results:
        return 1
    ending.show(screen, results, written, line.display)
    return 1 if failed else max(result.exit_code for result in results)


def _grouped(read: Sequence[_Read], options: Options) -> dict[str, list[_Read]]:
    """The files by their language."""
    groups: dict[str, list[_Read]] = {}
    for path, track in read:
        groups.setdefault(_source(path, track, options).tag, []).append((path, track))
    return groups


def _translated(
    groups: Mapping[str, Sequence[_Read]],
    loaded: Mapping[str, Sequence[tuple[Locale, Engine]]],
    words: Glossary,
    place: Workplace,
    options: Options,
    bar: Progress,
) -> tuple[list[tuple[_Read, Result]], list[InputError]]:
    """The results of every file, files of one language together, and what had no text."""
    done: list[tuple[_Read, Result]] = []
    failures: list[InputError] = []
    task = bar.add_task("translating", total=None)

    def advance(ready: int, total: int) -> None:
        bar.update(task, completed=ready, total=total)

    for tag, group in groups.items():
        items = list(group)
        while items:
            try:
                results = _subtitled(
                    items, locales.load(tag), loaded[tag], words, place, options, advance
                )
            except InputError as error:
                # One file without text must not take the others with it.
                rest = [item for item in items if item[1].source != error.where]
                if len(rest) == len(items):
                    raise
                failures.append(error)
                items = rest
            else:
                done += zip(items, results, strict=True)
                break
    return done, failures


def _subtitled(
    items: Sequence[_Read],
    source: Locale,
    targets: Sequence[tuple[Locale, Engine]],
    words: Glossary,
    place: Workplace,
    options: Options,
    progress: Callable[[int, int], None],
) -> list[Result]:
    transcripts = [formats.from_track(track) for _, track in items]
    return pipeline.subtitle(
        transcripts,
        source=source,
        targets=targets,
        recall=[place.recall(t.source, source, options.currency_style) for t in transcripts],
        glossary=words,
        options=options,
        kept=[track for _, track in items] if options.keep_cues else (),
        progress=progress,
    )


def _source(path: Path, track: Track, options: Options) -> Locale:
    return locales.load(options.language or naming.language(path, track) or "en")


def _targets(source: str, line: CommandLine) -> list[Locale]:
    targets = {locale.tag: locale for locale in line.targets}
    found = [locale for tag, locale in targets.items() if tag != source]
    if not found:
        raise InputError(
            f"--to {next(iter(targets))}",
            "the file is in this language already",
            "--from names its language",
        )
    return found


def _places(path: Path, track: Track, line: CommandLine) -> dict[str, list[Path]]:
    """The files that a track's translations go to, by language."""
    named = Path("stdin.srt") if str(path) == inputs.STDIN else path
    folder = line.output or named.parent
    source = _source(path, track, line.options).tag
    return {
        locale.tag: naming.places(named, folder, locale.tag, line.options)
        for locale in _targets(source, line)
    }


# ---- Lines -----------------------------------------------------------------------


def _lines(line: CommandLine) -> int:
    options, display = line.options, line.display
    source = locales.load(options.language or "en")
    (target, *more) = _targets(source.tag, line)
    if more:
        raise click.UsageError("--lines takes one --to: there is one standard output")
    read = [(path, _read(path)) for path in line.sources]
    texts = [line for _, lines in read for line in lines]
    words = _words(line)
    terms = _line_terms(line.line_terms, len(texts)) if line.line_terms else []
    with workplace.opened(line.memory, None) as place:
        engine = place.engine(options.engine, source.tag, target.tag)
        made = pipeline.translate_lines(
            texts,
            engine,
            source=source,
            locale=target,
            glossary=words,
            terms=terms,
            options=options,
            recall=place.recall("-", source, options.currency_style),
        )
    for one in made:
        # A translation that a person answers for may hold a line break: N in is N out.
        text = " ".join(one.draft.finished.text.splitlines())
        click.echo(_as_json(one) if display.as_json else text)
    places = [(str(path), n) for path, lines in read for n in range(1, len(lines) + 1)]
    findings = [
        replace(item, file=path, line=number)
        for one, (path, number) in zip(made, places, strict=True)
        for item in one.findings
    ]
    if not display.silent:
        screen = shown.console()
        findings = [*pipeline.foreign_glossary(words, source), *findings]
        shown.findings(screen, findings)
        screen.print(f"{engine.signature}: {shown.counted(findings)}")
    return 3 if any(item.severity is not Severity.INFO for item in findings) else 0


def _read(path: Path) -> list[str]:
    """The lines of a text, blank ones too: line N out is line N in."""
    data = inputs.stdin() if str(path) == inputs.STDIN else files.read_bytes(path)
    text = decode(data, str(path)).text
    return text.removesuffix("\n").split("\n") if text else []


def _line_terms(path: Path, count: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    lines = decode(files.read_bytes(path), str(path)).text.removesuffix("\n").split("\n")
    for number, line in enumerate(lines, start=1):
        where = f"{path}:{number}"
        try:
            data = json.loads(line) if line.strip() else {}
        except (ValueError, RecursionError) as error:
            raise InputError(where, f"this is no JSON ({error})") from error
        good = isinstance(data, dict) and all(isinstance(v, str) for v in data.values())
        if not good:
            raise InputError(where, "terms are an object of texts", 'Write {"board": "junta"}')
        for term in (text for pair in data.items() for text in pair):
            if any(unicodedata.category(c) in ("Cc", "Cs") for c in term):
                raise InputError(where, f"{term!r} holds a control character or half of one")
        found.append(data)
    if len(found) != count:
        raise InputError(str(path), f"{len(found)} lines of terms for {count} lines of text")
    return found


def _as_json(line: Line) -> str:
    draft = line.draft
    data = {
        "line": draft.sentence + 1,
        "text": draft.finished.text,
        "rung": str(draft.method),
        "tries": draft.tries,
        "findings": [project.finding(item) for item in line.findings],
    }
    return json.dumps(data, ensure_ascii=True)
