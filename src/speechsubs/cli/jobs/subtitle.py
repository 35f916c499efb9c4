"""The work of `speechsubs subtitle`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from speechsubs import glossary, locales, outputs, pipeline
from speechsubs.audio import Recording
from speechsubs.batch import naming
from speechsubs.cli import shown
from speechsubs.cli.jobs import batch, batch_options, ending, inputs, sound, workplace
from speechsubs.cli.jobs.workplace import Workplace
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.glossary import Glossary
from speechsubs.locales import Locale
from speechsubs.model import Transcript
from speechsubs.pipeline import Result
from speechsubs.protocols import Engine

_Pairs = list[tuple[Locale, Engine]]


@dataclass(frozen=True, slots=True)
class _Group:
    """Sources of one language, which go to the engines together."""

    source: Locale
    targets: tuple[Locale, ...]
    items: tuple[tuple[Path, Transcript], ...]


def run(sources: Sequence[Path], given: Mapping[str, Any]) -> int:
    """Make the subtitles and show what was done; the exit code.

    `given` are the options by the names of the command's parameters. Names, folders,
    glossary and engines are looked at before the work, which may be long.
    """
    if batch.wanted("subtitle", sources, given):
        return batch.run("subtitle", sources, given)
    screen = shown.console()
    quiet = given["quiet"] or given["as_json"]
    sound.refuse(sources, given)
    read, failures = inputs.readable(_named(sources, given["name"]))
    for failure in failures:
        shown.error(screen, failure)
    if not read:
        return 1
    if given["text"]:
        read = [(path, sound.corrected(timed, given["text"])) for path, timed in read]
    groups = _groups(read, given)
    terms = batch_options.glossary_path(given)
    _refuse(sources, groups, terms, given)
    words = glossary.load(terms) if terms else glossary.empty()
    if not quiet:
        _say_idle(screen, groups, given)
    recording = sound.opened(given["audio"], screen, quiet)
    finished: list[tuple[Path, Result]] = []
    with workplace.opened(given["memory"], given["project"]) as place:
        loaded = [_engines(group, place, given) for group in groups]
        with Progress(console=screen, disable=quiet or not screen.is_terminal) as bar:
            for group, pairs in zip(groups, loaded, strict=True):
                made, unusable = _subtitle(group, pairs, words, place, given, bar, recording)
                finished += made
                failures += unusable
                for failure in unusable:
                    shown.error(screen, failure)
        if not finished:
            return 1
        results, written = _write(finished, given)
        place.keep(results, written, terms, _remembered(given))
    ending.show(screen, results, written, given)
    return 1 if failures else max(result.exit_code for result in results)


def _named(sources: Sequence[Path], name: str) -> dict[Path, Path]:
    """Each source, and the path that its outputs are named after."""
    stdin = Path(f"{name}.txt")
    return {path: stdin if str(path) == inputs.STDIN else path for path in sources}


def _groups(items: Sequence[tuple[Path, Transcript]], given: Mapping[str, Any]) -> list[_Group]:
    wanted: Locale | None = given["source_locale"]
    options = batch_options.options("subtitle", given)
    by_tag: dict[str, list[tuple[Path, Transcript]]] = {}
    for path, transcript in items:
        tag = wanted.tag if wanted else naming.language(path, transcript) or "en"
        by_tag.setdefault(tag, []).append((path, transcript))
    targets = {locale.tag: locale for locale in given["targets"]}
    return [
        _Group(
            options.limited(locales.load(tag)),
            tuple(options.limited(to) for to in targets.values() if to.tag != tag),
            tuple(own),
        )
        for tag, own in by_tag.items()
    ]


def _refuse(
    sources: Sequence[Path], groups: Sequence[_Group], terms: Path | None, given: Mapping[str, Any]
) -> None:
    """Raise where a file would replace another or could not be written."""
    places = [
        place
        for group in groups
        for path, _ in group.items
        for tag in _tags(group, given["bilingual"])
        for place in _places(path, tag, given)
    ]
    report: Path | None = given["report_path"]
    if report and str(report) == inputs.STDIN:
        raise InputError("--report -", "a report goes into a file", "--json prints it")
    if report:
        places.append(report)
    used = [*inputs.files(sources), *([terms] if terms else []), *sound.named(given)]
    outputs.refuse_collisions(places, used)
    outputs.refuse_places(places)


def _tags(group: _Group, bilingual: bool) -> list[str]:
    """What stands for the language in the names of a group's outputs."""
    targets = [locale.tag for locale in group.targets]
    stacked = [naming.stacked(group.source.tag, tag) for tag in targets] if bilingual else []
    return [group.source.tag, *targets, *stacked]


def _places(path: Path, tag: str, given: Mapping[str, Any]) -> list[Path]:
    options = batch_options.options("subtitle", given)
    return naming.places(path, given["output"] or path.parent, tag, options)


def _remembered(given: Mapping[str, Any]) -> dict[str, object]:
    """What a project remembers, so that its run can be repeated."""
    found = batch_options.options("subtitle", given).to_json()
    for name in ("audio", "text"):
        found[name] = str(given[name]) if given[name] else None
    found["targets"] = [locale.tag for locale in given["targets"]]
    return found


def _engines(group: _Group, place: Workplace, given: Mapping[str, Any]) -> _Pairs:
    return [
        (locale, place.engine(given["engine"], group.source.tag, locale.tag))
        for locale in group.targets
    ]


def _say_idle(screen: Console, groups: Sequence[_Group], given: Mapping[str, Any]) -> None:
    """Say which --to had nothing to do, because it is the sources' own language."""
    for locale in {locale.tag: locale for locale in given["targets"]}.values():
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
    given: Mapping[str, Any],
    bar: Progress,
    recording: Recording | None,
) -> tuple[list[tuple[Path, Result]], list[SpeechsubsError]]:
    """The results of a group, and why the other transcripts have none."""
    task = bar.add_task("translating", total=None) if pairs else None

    def advance(done: int, total: int) -> None:
        if task is not None:
            bar.update(task, completed=done, total=total)

    options = batch_options.options("subtitle", given)
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
                aligner=sound.aligner(recording, group.source, given, bar),
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
    finished: Sequence[tuple[Path, Result]], given: Mapping[str, Any]
) -> tuple[list[Result], dict[str, list[Path]]]:
    """Write every track; the results with what was kept, and the files of each source."""
    options = batch_options.options("subtitle", given)
    results = []
    written: dict[str, list[Path]] = {}
    for path, result in finished:
        tags = [output.locale.tag for output in result.outputs]
        planned = naming.planned(path, given["output"] or path.parent, result, options, tags)
        paths, kept = outputs.write(planned, overwrite=given["overwrite"])
        results.append(replace(result, findings=(*result.findings, *kept)))
        written[result.name] = paths
    return results, written
