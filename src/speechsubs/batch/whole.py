"""Runs that keep their full results: for a report, a project or a waiting user.

A batch drops the cues of a file as soon as they are written; such a run keeps everything
in memory until it ends, so it is meant for a few files.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from speechsubs import outputs, pipeline
from speechsubs.batch import naming
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.model import Track, Transcript, Translation
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
class Failure:
    """A file that has no result, and why: an error of its own or an internal one."""

    path: Path
    error: Exception


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of a group, and the failures of the items that have none."""

    results: tuple[tuple[Path, Result], ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """Results including the findings of writing them, and the written files by source name."""

    results: tuple[Result, ...]
    files: dict[str, list[Path]]
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class _Ready:
    """An item that is waiting for its translations."""

    item: Item
    prepared: Prepared
    recall: Pretranslator


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
    """Process a group. An item that fails does not make the others fail.

    `recall` makes the lookup of human translations for the transcript of a name.
    """
    ready: list[_Ready] = []
    results: list[tuple[Path, Result]] = []
    failures: list[Failure] = []
    for item in group.items:
        try:
            prepared = pipeline.prepare(item.transcript, setting, aligner)
            ready.append(_Ready(item, prepared, recall(item.transcript.source)))
        except Exception as error:
            failures.append(Failure(item.path, error))
    for one, found in zip(ready, _translations(ready, pairs, setting, progress), strict=True):
        try:
            if isinstance(found, Exception):
                raise found
            own = [(*pair, made) for pair, made in zip(pairs, found, strict=True)]
            kept = one.item.track if setting.options.keep_cues else None
            results.append((one.item.path, pipeline.finish(one.prepared, own, setting, kept)))
        except Exception as error:
            failures.append(Failure(one.item.path, error))
    return Outcome(tuple(results), tuple(failures))


def _translations(
    some: Sequence[_Ready],
    pairs: Pairs,
    setting: RunSettings,
    progress: Callable[[int, int], None] | None,
) -> list[list[Sequence[Translation]] | Exception]:
    """The translations of each item, in the order of the pairs, or its error.

    If the items fail together, each is tried alone.
    """
    if not some:
        return []
    prepared = [one.prepared for one in some]
    recalls = [one.recall for one in some]
    try:
        made = [
            pipeline.translate(prepared, locale, engine, setting, recalls, progress)
            for locale, engine in pairs
        ]
    except Exception as error:
        if len(some) == 1:
            return [error]
    else:
        return [[of_pair[number] for of_pair in made] for number in range(len(some))]
    return [found for one in some for found in _translations([one], pairs, setting, progress)]


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

    A result that cannot be written does not keep the others from being written.
    """
    saved = []
    files: dict[str, list[Path]] = {}
    failures = []
    for path, result in results:
        tags = [each.locale.tag for each in (result.outputs if own else result.targets)]
        try:
            planned = naming.planned(path, output or path.parent, result, options, tags)
            paths, kept = outputs.write(planned, overwrite=options.overwrite)
        except Exception as error:
            failures.append(Failure(path, error))
            continue
        saved.append(replace(result, findings=(*result.findings, *kept)))
        files[result.name] = paths
    return Saved(tuple(saved), files, tuple(failures))
