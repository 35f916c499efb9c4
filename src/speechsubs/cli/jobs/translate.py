"""The work of `speechsubs translate`."""

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from speechsubs import files, formats, glossary, locales, outputs, pipeline, project
from speechsubs.batch import naming
from speechsubs.cli import shown
from speechsubs.cli.jobs import batch, batch_options, ending, inputs, workplace
from speechsubs.cli.jobs.workplace import Workplace
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.formats.decode import decode
from speechsubs.glossary import Glossary
from speechsubs.locales import Locale
from speechsubs.model import Severity, Track
from speechsubs.outputs import Planned
from speechsubs.pipeline import Line, Result
from speechsubs.protocols import Engine

_Read = tuple[Path, Track]

#: Options about files, which --lines writes none of.
_FOR_FILES = {
    "keep_cues": "--keep-cues",
    "kinds": "--format",
    "output": "--output",
    "crlf": "--crlf",
    "bom": "--bom",
    "overwrite": "--overwrite",
    "report_path": "--report",
}


def run(paths: Sequence[Path], given: Mapping[str, Any]) -> int:
    """Translate files or lines; the exit code. `given` are the command's options."""
    if given["line_terms"] and not given["lines"]:
        raise click.UsageError("--terms goes with --lines")
    if batch.wanted("translate", paths, given):
        return batch.run("translate", paths, given)
    if not given["targets"]:
        raise click.UsageError("Missing option '--to'.")
    if given["lines"]:
        for name, option in _FOR_FILES.items():
            if given[name]:
                raise click.UsageError(f"{option} is for subtitles, not for --lines")
        return _lines(paths, given)
    return _tracks(paths, given)


def _words(given: Mapping[str, Any]) -> tuple[Glossary, Path | None]:
    path = batch_options.glossary_path(given)
    return (glossary.load(path) if path else glossary.empty()), path


# ---- Subtitles -------------------------------------------------------------------


def _tracks(paths: Sequence[Path], given: Mapping[str, Any]) -> int:
    screen = shown.console()
    quiet = given["quiet"] or given["as_json"]
    words, terms = _words(given)
    read: list[tuple[Path, Track]] = []
    failed = False
    for path in dict.fromkeys(paths):
        try:
            read.append((path, inputs.track(path)))
        except SpeechsubsError as error:
            shown.error(screen, error)
            failed = True
    places = [place for path, track in read for place in _places(path, track, given).values()]
    flat = [place for some in places for place in some]
    report: Path | None = given["report_path"]
    flat += [report] if report else []
    outputs.refuse_collisions(flat, [*inputs.files(paths), *([terms] if terms else [])])
    outputs.refuse_places(flat)
    results: list[Result] = []
    written: dict[str, list[Path]] = {}
    with workplace.opened(given["memory"], None) as place:
        groups = _grouped(read, given)
        # Before there is a bar: a person may be asked about a model that is missing.
        loaded = {
            tag: [(to, place.engine(given["engine"], tag, to.tag)) for to in _targets(tag, given)]
            for tag in groups
        }
        with Progress(console=screen, disable=quiet or not screen.is_terminal) as bar:
            done, wordless = _translated(groups, loaded, words, place, given, bar)
        for failure in wordless:
            shown.error(screen, failure)
            failed = True
        for (path, track), result in done:
            planned = [
                Planned(output.track, place, given["crlf"], given["bom"])
                for output in result.targets
                for place in _places(path, track, given)[output.locale.tag]
            ]
            made, kept = outputs.write(planned, overwrite=given["overwrite"])
            results.append(replace(result, findings=(*result.findings, *kept)))
            written[result.name] = made
    if not results:
        return 1
    ending.show(screen, results, written, given)
    return 1 if failed else max(result.exit_code for result in results)


def _grouped(read: Sequence[_Read], given: Mapping[str, Any]) -> dict[str, list[_Read]]:
    """The files by their language."""
    groups: dict[str, list[_Read]] = {}
    for path, track in read:
        groups.setdefault(_source(path, track, given).tag, []).append((path, track))
    return groups


def _translated(
    groups: Mapping[str, Sequence[_Read]],
    loaded: Mapping[str, Sequence[tuple[Locale, Engine]]],
    words: Glossary,
    place: Workplace,
    given: Mapping[str, Any],
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
                    items, locales.load(tag), loaded[tag], words, place, given, advance
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
    given: Mapping[str, Any],
    progress: Callable[[int, int], None],
) -> list[Result]:
    transcripts = [formats.from_track(track) for _, track in items]
    options = batch_options.options("translate", given)
    return pipeline.subtitle(
        transcripts,
        source=source,
        targets=targets,
        recall=[place.recall(t.source, source, options.currency_style) for t in transcripts],
        glossary=words,
        options=options,
        kept=[track for _, track in items] if given["keep_cues"] else (),
        progress=progress,
    )


def _source(path: Path, track: Track, given: Mapping[str, Any]) -> Locale:
    wanted: Locale | None = given["source_locale"]
    return wanted or locales.load(naming.language(path, track) or "en")


def _targets(source: str, given: Mapping[str, Any]) -> list[Locale]:
    targets = {locale.tag: locale for locale in given["targets"]}
    found = [locale for tag, locale in targets.items() if tag != source]
    if not found:
        raise InputError(
            f"--to {next(iter(targets))}",
            "the file is in this language already",
            "--from names its language",
        )
    return found


def _places(path: Path, track: Track, given: Mapping[str, Any]) -> dict[str, list[Path]]:
    """The files that a track's translations go to, by language."""
    named = Path("stdin.srt") if str(path) == inputs.STDIN else path
    folder: Path = given["output"] or named.parent
    options = batch_options.options("translate", given)
    source = _source(path, track, given).tag
    return {
        locale.tag: naming.places(named, folder, locale.tag, options)
        for locale in _targets(source, given)
    }


# ---- Lines -----------------------------------------------------------------------


def _lines(paths: Sequence[Path], given: Mapping[str, Any]) -> int:
    source: Locale = given["source_locale"] or locales.load("en")
    (target, *more) = _targets(source.tag, given)
    if more:
        raise click.UsageError("--lines takes one --to: there is one standard output")
    read = [(path, _read(path)) for path in paths]
    texts = [line for _, lines in read for line in lines]
    words, _ = _words(given)
    terms = _line_terms(given["line_terms"], len(texts)) if given["line_terms"] else []
    options = batch_options.options("translate", given)
    with workplace.opened(given["memory"], None) as place:
        engine = place.engine(given["engine"], source.tag, target.tag)
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
    for line in made:
        # A translation that a person answers for may hold a line break: N in is N out.
        text = " ".join(line.draft.finished.text.splitlines())
        click.echo(_as_json(line) if given["as_json"] else text)
    places = [(str(path), n) for path, lines in read for n in range(1, len(lines) + 1)]
    findings = [
        replace(item, file=path, line=number)
        for line, (path, number) in zip(made, places, strict=True)
        for item in line.findings
    ]
    if not given["quiet"] and not given["as_json"]:
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
