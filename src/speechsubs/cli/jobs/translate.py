"""The implementation of `speechsubs translate`."""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
from rich.progress import Progress

from speechsubs import formats, glossary, outputs, pipeline, project
from speechsubs.adapters import files
from speechsubs.batch import whole
from speechsubs.batch.whole import Failure, Group, Item
from speechsubs.cli.arguments import CommandLine
from speechsubs.cli.jobs import batch, console, inputs, workspace
from speechsubs.cli.jobs.failures import Failures
from speechsubs.errors import InputError
from speechsubs.formats.decode import decode
from speechsubs.glossary import Glossary
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.model import Severity
from speechsubs.options import Options
from speechsubs.pipeline import Line, Result


def run(line: CommandLine) -> int:
    """Translate files or lines; returns the exit code."""
    if line.line_terms and not line.lines:
        raise click.UsageError("--terms requires --lines")
    if batch.wanted(line):
        return batch.run(line)
    if not line.targets:
        raise click.UsageError("Missing option '--to'.")
    if line.lines:
        _refuse_options_of_files(line)
        return _lines(line)
    return _tracks(line)


def _refuse_options_of_files(line: CommandLine) -> None:
    """Raise a usage error for file options: --lines writes no files."""
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
            raise click.UsageError(f"{option} cannot be used with --lines")


def _words(line: CommandLine) -> Glossary:
    return glossary.load(line.glossary) if line.glossary else glossary.empty()


# ---- Subtitles -------------------------------------------------------------------


def _tracks(line: CommandLine) -> int:
    screen = console.stderr()
    quiet, options = line.display.silent, line.options
    words = _words(line)
    sources = dict.fromkeys(line.sources)
    items: list[Item] = []
    failures = Failures(screen, len(sources), quiet=quiet)
    for path in sources:
        with failures.of(path):
            items.append(_item(path, options))
    groups = _translatable(whole.groups(items, line.targets, options), line, failures)
    _refuse(groups, line)
    finished: list[tuple[Path, Result]] = []
    with workspace.opened(line.memory, None) as place:
        loaded = place.engines(groups, options, failures)
        with Progress(console=screen, disable=quiet or not screen.is_terminal) as bar:
            task = bar.add_task("translating", total=None)

            def advance(ready: int, total: int) -> None:
                bar.update(task, completed=ready, total=total)

            for group, pairs in loaded:
                setting = pipeline.make_settings(group.source, words, options)
                recall = partial(place.recall, source=group.source, style=options.currency_style)
                made = whole.run(group, pairs, setting, recall, progress=advance)
                finished += made.results
                failures.extend(made.failures)
        saved = whole.save(finished, line.output, options, own=False)
        failures.extend(saved.failures)
    if saved.results:
        console.show(screen, saved.results, saved.files, line.display)
    failures.summary()
    return 1 if failures else max(result.exit_code for result in saved.results)


def _item(path: Path, options: Options) -> Item:
    """Read subtitles, with a transcript of their text. Raises `InputError`."""
    track = inputs.track(path, options)
    named = Path("stdin.srt") if str(path) == inputs.STDIN else path
    return Item(named, formats.from_track(track), track)


def _translatable(groups: Sequence[Group], line: CommandLine, failures: Failures) -> list[Group]:
    """The groups with a target language; files that are in it already fail."""
    found = []
    for group in groups:
        try:
            _refuse_own_language(group.targets, line)
        except InputError as error:
            failures.extend(Failure(item.path, error) for item in group.items)
        else:
            found.append(group)
    return found


def _refuse(groups: Sequence[Group], line: CommandLine) -> None:
    """Raise an error if a file would replace another."""
    places: list[Path] = []
    for group in groups:
        tags = [locale.tag for locale in group.targets]
        places += whole.places(group, tags, line.output, line.options)
    report = line.display.report_path
    places += [report] if report else []
    terms = [line.glossary] if line.glossary else []
    outputs.refuse_collisions(places, [*inputs.files(line.sources), *terms])
    outputs.refuse_places(places)


def _refuse_own_language(targets: Sequence[Locale], line: CommandLine) -> None:
    if not targets:
        raise InputError(
            f"--to {line.tags[0]}",
            "source and target language are the same",
            "Specify the source language with --from",
        )


# ---- Lines -----------------------------------------------------------------------


def _lines(line: CommandLine) -> int:
    options, display = line.options, line.display
    source = locales.load(options.language or "en")
    targets = {locale.tag: locale for locale in line.targets if locale.tag != source.tag}
    _refuse_own_language([*targets.values()], line)
    (target, *more) = targets.values()
    if more:
        raise click.UsageError("--lines takes a single --to")
    read = [(path, _read(path)) for path in line.sources]
    texts = [line for _, lines in read for line in lines]
    words = _words(line)
    terms = _line_terms(line.line_terms, len(texts)) if line.line_terms else []
    with workspace.opened(line.memory, None) as place:
        engine = place.engine(options.engine, source.tag, target.tag)
        made = pipeline.translate_lines(
            texts,
            engine,
            pipeline.make_settings(source, words, options),
            target,
            terms=terms,
            recall=place.recall("-", source, options.currency_style),
        )
    for one in made:
        # A human translation may contain a line break: N lines in must give N lines out.
        text = " ".join(one.translation.finished.text.splitlines())
        click.echo(_as_json(one) if display.as_json else text)
    places = [(str(path), n) for path, lines in read for n in range(1, len(lines) + 1)]
    findings = [
        replace(item, file=path, line=number)
        for one, (path, number) in zip(made, places, strict=True)
        for item in one.findings
    ]
    if not display.silent:
        screen = console.stderr()
        findings = [*pipeline.check_glossary_language(words, source), *findings]
        console.findings(screen, findings)
        screen.print(f"{engine.signature}: {console.counted(findings)}")
    return 3 if any(item.severity is not Severity.INFO for item in findings) else 0


def _read(path: Path) -> list[str]:
    """The lines of a text, including blank ones: line N out corresponds to line N in."""
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
            raise InputError(where, f"not valid JSON ({error})") from error
        good = isinstance(data, dict) and all(isinstance(v, str) for v in data.values())
        if not good:
            raise InputError(
                where, "terms must be an object with string values", 'Write {"board": "junta"}'
            )
        for term in (text for pair in data.items() for text in pair):
            if any(unicodedata.category(c) in ("Cc", "Cs") for c in term):
                raise InputError(
                    where, f"{term!r} contains a control character or a lone surrogate"
                )
        found.append(data)
    if len(found) != count:
        raise InputError(str(path), f"{len(found)} lines of terms, but {count} lines of text")
    return found


def _as_json(line: Line) -> str:
    translation = line.translation
    data = {
        "line": translation.sentence + 1,
        "text": translation.finished.text,
        "rung": str(translation.method),
        "tries": translation.tries,
        "findings": [project.finding(item) for item in line.findings],
    }
    return json.dumps(data, ensure_ascii=True)
