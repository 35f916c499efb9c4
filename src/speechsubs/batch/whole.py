"""Runs that keep their full results: for a report, a project or a waiting user.

A batch drops the cues of a file as soon as they are written; such a run keeps everything
in memory until it ends, so it is meant for a few files.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from speechsubs import outputs, pipeline
from speechsubs.batch import naming
from speechsubs.errors import InputError
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.model import Track, Transcript
from speechsubs.options import Options
from speechsubs.pipeline import Prepared, Pretranslator, Result, RunSettings
from speechsubs.protocols import Aligner, Engine

#: Target languages with their engines.
Pairs = Sequence[tuple[Locale, Engine]]


@dataclass(frozen=True, slots=True)
class Item:
    """A file that was read.

    Its outputs are named after `path`; `track` holds its cues if it is a subtitle file
    rather than a transcript.
    """

    path: Path
    transcript: Transcript
    track: Track | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Items of one language, which go to the engines together."""

    source: Locale
    targets: tuple[Locale, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of a group, and the errors of the items that have none."""

    results: tuple[tuple[Path, Result], ...]
    failures: tuple[InputError, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """Results including the findings of writing them, and the written files by source name."""

    results: tuple[Result, ...]
    files: dict[str, list[Path]]


def groups(items: Iterable[Item], targets: Iterable[Locale], options: Options) -> list[Group]:
    """Group the items by language, with the languages to translate them to."""
    by_tag: dict[str, list[Item]] = {}
    for item in items:
        said = item.transcript if item.track is None else item.track
        tag = options.language or naming.language(item.path, said) or "en"
        by_tag.setdefault(tag, []).append(item)
    wanted = {locale.tag: locale for locale in targets}
    return [
        Group(
            options.limited(locales.load(tag)),
            tuple(options.limited(wanted[to]) for to in naming.targets(wanted, tag)),
            tuple(own),
        )
        for tag, own in by_tag.items()
    ]


def run(
    group: Group,
    pairs: Pairs,
    setting: RunSettings,
    recall: Callable[[str], Pretranslator],
    *,
    aligner: Aligner | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Process a group. Raises `EngineError`.

    `recall` makes the lookup of human translations for the transcript of a name. A
    transcript without text does not make the others fail.
    """
    ready: list[tuple[Item, Prepared]] = []
    failures: list[InputError] = []
    for item in group.items:
        try:
            ready.append((item, pipeline.prepare(item.transcript, setting, aligner)))
        except InputError as error:
            if error.where != item.transcript.source:
                raise
            failures.append(error)
    prepared = [one for _, one in ready]
    recalls = [recall(item.transcript.source) for item, _ in ready]
    translations = [
        pipeline.translate(prepared, locale, engine, setting, recalls, progress)
        for locale, engine in (pairs if ready else ())
    ]
    results = []
    for number, (item, one) in enumerate(ready):
        own = [(*pair, made[number]) for pair, made in zip(pairs, translations, strict=True)]
        kept = item.track if setting.options.keep_cues else None
        results.append((item.path, pipeline.finish(one, own, setting, kept)))
    return Outcome(tuple(results), tuple(failures))


def places(group: Group, tags: Sequence[str], output: Path | None, options: Options) -> list[Path]:
    """The output paths of a group; `tags` are the languages that are written."""
    names = list(tags)
    if options.bilingual:
        names += [naming.stacked(group.source.tag, locale.tag) for locale in group.targets]
    return [
        place
        for item in group.items
        for name in names
        for place in naming.places(item.path, output or item.path.parent, name, options)
    ]


def save(
    results: Iterable[tuple[Path, Result]], output: Path | None, options: Options, *, own: bool
) -> Saved:
    """Write the tracks of results; `own` includes the track in the source language.

    Raises `OutputError`.
    """
    saved = []
    files: dict[str, list[Path]] = {}
    for path, result in results:
        tags = [each.locale.tag for each in (result.outputs if own else result.targets)]
        planned = naming.planned(path, output or path.parent, result, options, tags)
        paths, kept = outputs.write(planned, overwrite=options.overwrite)
        saved.append(replace(result, findings=(*result.findings, *kept)))
        files[result.name] = paths
    return Saved(tuple(saved), files)
