"""The work of `speechsubs subtitle`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from speechsubs import glossary, locales, outputs, pipeline
from speechsubs.audio import Recording
from speechsubs.batch import naming
from speechsubs.cli import shown
from speechsubs.cli.arguments import CommandLine
from speechsubs.cli.jobs import batch, ending, inputs, sound, workplace
from speechsubs.cli.jobs.workplace import Workplace
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.glossary import Glossary
from speechsubs.locales import Locale
from speechsubs.model import Transcript
from speechsubs.options import Options
from speechsubs.pipeline import Result
from speechsubs.protocols import Engine

_Pairs = list[tuple[Locale, Engine]]


@dataclass(frozen=True, slots=True)
class _Group:
    """Sources of one language, which go to the engines together."""

    source: Locale
    targets: tuple[Locale, ...]
    items: tuple[tuple[Path, Transcript], ...]


def run(line: CommandLine) -> int:
    """Make the subtitles and show what was done; the exit code.

    Names, folders, glossary and engines are looked at before the work, which may be long.
    """
    if batch.wanted(line):
        return batch.run(line)
    screen = shown.console()
    quiet = line.display.silent
    sound.refuse(line)
    read, failures = inputs.readable(_named(line.sources, line.name))
    for failure in failures:
        shown.error(screen, failure)
    if not read:
        return 1
    if line.text:
        read = [(path, sound.corrected(timed, line.text)) for path, timed in read]
    groups = _groups(read, line)
    terms = line.glossary
    _refuse(groups, line)
    words = glossary.load(terms) if terms else glossary.empty()
    if not quiet:
        _say_idle(screen, groups, line.targets)
    recording = sound.opened(line.audio, screen, quiet)
    finished: list[tuple[Path, Result]] = []
    with workplace.opened(line.memory, line.project) as place:
        loaded = [_engines(group, place, line.options) for group in groups]
        with Progress(console=screen, disable=quiet or not screen.is_terminal) as bar:
            for group, pairs in zip(groups, loaded, strict=True):
                made, unusable = _subtitle(group, pairs, words, place, line.options, bar, recording)
                finished += made
                failures += unusable
                for failure in unusable:
                    shown.error(screen, failure)
        if not finished:
            return 1
        results, written = _write(finished, line)
        place.keep(results, written, terms, _remembered(line))
    ending.show(screen, results, written, line.display)
    return 1 if failures else max(result.exit_code for result in results)


def _named(sources: Sequence[Path], name: str) -> dict[Path, Path]:
    """Each source, and the path that its outputs are named after."""
    stdin = Path(f"{name}.txt")
    return {path: stdin if str(path) == inputs.STDIN else path for path in sources}


def _groups(items: Sequence[tuple[Path, Transcript]], line: CommandLine) -> list[_Group]:
    options = line.options
    by_tag: dict[str, list[tuple[Path, Transcript]]] = {}
    for path, transcript in items:
        tag = options.language or naming.language(path, transcript) or "en"
        by_tag.setdefault(tag, []).append((path, transcript))
    targets = {locale.tag: locale for locale in line.targets}
    return [
        _Group(
            options.limited(locales.load(tag)),
            tuple(options.limited(to) for to in targets.values() if to.tag != tag),
            tuple(own),
        )
        for tag, own in by_tag.items()
    ]


def _refuse(groups: Sequence[_Group], line: CommandLine) -> None:
    """Raise where a file would replace another or could not be written."""
    places = [
        place
        for group in groups
        for path, _ in group.items
        for tag in _tags(group, line.options.bilingual)
        for place in naming.places(path, line.output or path.parent, tag, line.options)
    ]
    report = line.display.report_path
    if report and str(report) == inputs.STDIN:
        raise InputError("--report -", "a report goes into a file", "--json prints it")
    if report:
        places.append(report)
    terms = [line.glossary] if line.glossary else []
    outputs.refuse_collisions(places, [*inputs.files(line.sources), *terms, *sound.named(line)])
    outputs.refuse_places(places)


def _tags(group: _Group, bilingual: bool) -> list[str]:
    """What stands for the language in the names of a group's outputs."""
    targets = [locale.tag for locale in group.targets]
    stacked = [naming.stacked(group.source.tag, tag) for tag in targets] if bilingual else []
    return [group.source.tag, *targets, *stacked]


def _remembered(line: CommandLine) -> dict[str, object]:
    """What a project remembers, so that its run can be repeated."""
    return {
        **line.options.to_json(),
        "audio": str(line.audio) if line.audio else None,
        "text": str(line.text) if line.text else None,
        "targets": list(line.tags),
    }


def _engines(group: _Group, place: Workplace, options: Options) -> _Pairs:
    return [
        (locale, place.engine(options.engine, group.source.tag, locale.tag))
        for locale in group.targets
    ]


def _say_idle(screen: Console, groups: Sequence[_Group], targets: Sequence[Locale]) -> None:
    """Say which --to had nothing to do, because it is the sources' own language."""
    for locale in {locale.tag: locale for locale in targets}.values():
        if all(group.source.tag == locale.tag for group in groups):
            shown.note(
                screen,
                f"--to {locale.tag}: the sources are in {locale.name} already, so nothing is "
                "translated (--from names another language)",
            )


def _subtitle(
    group: _Group,
    pairs: _Pairs,
    words: Glossary,
    place: Workplace,
    options: Options,
    bar: Progress,
    recording: Recording | None,
) -> tuple[list[tuple[Path, Result]], list[SpeechsubsError]]:
    """The results of a group, and why the other transcripts have none."""
    task = bar.add_task("translating", total=None) if pairs else None

    def advance(done: int, total: int) -> None:
        if task is not None:
            bar.update(task, completed=done, total=total)

    items = list(group.items)
    failures: list[SpeechsubsError] = []
    while items:
        try:
            recalls = [
                place.recall(transcript.source, group.source, options.currency_style)
                for _, transcript in items
            ]
            made = pipeline.subtitle(
                [transcript for _, transcript in items],
                source=group.source,
                targets=pairs,
                glossary=words,
                options=options,
                aligner=sound.aligner(recording, group.source, options, bar),
                recall=recalls,
                progress=advance,
            )
        except InputError as error:
            # One transcript without text must not take the others with it.
            rest = [item for item in items if item[1].source != error.where]
            if len(rest) == len(items):
                raise
            failures.append(error)
            items = rest
        else:
            pinned = [place.pinned(result) for result in made]
            return [(path, r) for (path, _), r in zip(items, pinned, strict=True)], failures
    return [], failures


def _write(
    finished: Sequence[tuple[Path, Result]], line: CommandLine
) -> tuple[list[Result], dict[str, list[Path]]]:
    """Write every track; the results with what was kept, and the files of each source."""
    options = line.options
    results = []
    written: dict[str, list[Path]] = {}
    for path, result in finished:
        tags = [output.locale.tag for output in result.outputs]
        planned = naming.planned(path, line.output or path.parent, result, options, tags)
        paths, kept = outputs.write(planned, overwrite=options.overwrite)
        results.append(replace(result, findings=(*result.findings, *kept)))
        written[result.name] = paths
    return results, written
