"""The implementation of `speechsubs subtitle`."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from speechsubs import glossary, outputs, pipeline
from speechsubs.audio import Recording
from speechsubs.batch import whole
from speechsubs.batch.whole import Failure, Group, Item, Outcome, Pairs
from speechsubs.cli.arguments import CommandLine
from speechsubs.cli.jobs import audio, batch, console, inputs, workspace
from speechsubs.cli.jobs.failures import Failures
from speechsubs.cli.jobs.workspace import Workspace
from speechsubs.errors import InputError
from speechsubs.language.locales import Locale
from speechsubs.pipeline import Result, RunSettings


def run(line: CommandLine) -> int:
    """Make the subtitles and show the results; returns the exit code.

    Names, folders, glossary and engines are checked before the work, which may take long.
    """
    if batch.wanted(line):
        return batch.run(line)
    screen = console.stderr()
    quiet = line.display.silent
    audio.refuse(line)
    named = _named(line.sources, line.name)
    failures = Failures(screen, len(named), quiet=quiet)
    read = inputs.readable(named, failures, line.options)
    if line.text:
        read = [(path, audio.corrected(timed, line.text)) for path, timed in read]
    items = [Item(path, transcript) for path, transcript in read]
    groups = whole.groups(items, line.targets, line.options)
    terms = line.glossary
    _refuse(groups, line)
    words = glossary.load(terms) if terms else glossary.empty()
    if not quiet:
        _say_idle(screen, groups, line.targets)
    recording = audio.opened(line.audio, screen, quiet)
    with workspace.opened(line.memory, line.project) as place:
        loaded = place.engines(groups, line.options, failures)
        while True:
            finished: list[tuple[Path, Result]] = []
            failed: list[Failure] = []
            with Progress(console=screen, disable=quiet or not screen.is_terminal) as bar:
                for group, pairs in loaded:
                    setting = pipeline.make_settings(group.source, words, line.options)
                    made = _subtitle(group, pairs, setting, place, bar, recording)
                    finished += [(path, place.pinned(result)) for path, result in made.results]
                    failed += made.failures
            with place.changing([result.name for _, result in finished]) as now:
                if now is place:
                    saved = whole.save(finished, line.output, line.options, own=True)
                    if saved.results:
                        place.keep(saved.results, saved.files, terms, _remembered(line))
                    break
            # Somebody edited these sources in the project meanwhile: their words win.
            place = now
        failures.extend([*failed, *saved.failures])
    if saved.results:
        console.show(screen, saved.results, saved.files, line.display)
    failures.summary()
    return 1 if failures else max(result.exit_code for result in saved.results)


def _named(sources: Sequence[Path], name: str) -> dict[Path, Path]:
    """Each source, and the path after which its outputs are named."""
    stdin = Path(f"{name}.txt")
    return {path: stdin if str(path) == inputs.STDIN else path for path in sources}


def _refuse(groups: Sequence[Group], line: CommandLine) -> None:
    """Raise an error if a file would replace another or could not be written."""
    places: list[Path] = []
    for group in groups:
        tags = [group.source.tag, *(locale.tag for locale in group.targets)]
        places += whole.places(group, tags, line.output, line.options)
    report = line.display.report_path
    if report and str(report) == inputs.STDIN:
        raise InputError(
            "--report -", "a report must be written to a file", "Use --json to print it"
        )
    if report:
        places.append(report)
    terms = [line.glossary] if line.glossary else []
    outputs.refuse_collisions(places, [*inputs.files(line.sources), *terms, *audio.named(line)])
    outputs.refuse_places(places)


def _remembered(line: CommandLine) -> dict[str, object]:
    """The options that a project records so that its run can be repeated."""
    options = line.options.to_json()
    # Kept last, so that projects under version control do not change.
    lexicon = options.pop("lexicon")
    return {
        **options,
        "audio": str(line.audio) if line.audio else None,
        "text": str(line.text) if line.text else None,
        "lexicon": lexicon,
        "targets": list(line.tags),
    }


def _say_idle(screen: Console, groups: Sequence[Group], targets: Sequence[Locale]) -> None:
    """Report each --to that is ignored because it is the sources' own language."""
    for locale in {locale.tag: locale for locale in targets}.values():
        if all(group.source.tag == locale.tag for group in groups):
            console.note(
                screen,
                f"--to {locale.tag}: the sources are already in {locale.name}, so nothing is "
                "translated (use --from to specify another language)",
            )


def _subtitle(
    group: Group,
    pairs: Pairs,
    setting: RunSettings,
    place: Workspace,
    bar: Progress,
    recording: Recording | None,
) -> Outcome:
    """Process a group, showing a progress bar."""
    task = bar.add_task("translating", total=None) if pairs else None

    def advance(done: int, total: int) -> None:
        if task is not None:
            bar.update(task, completed=done, total=total)

    return whole.run(
        group,
        pairs,
        setting,
        partial(place.recall, source=group.source, style=setting.options.currency_style),
        aligner=audio.aligner(recording, group.source, setting.options, bar),
        progress=advance,
    )
