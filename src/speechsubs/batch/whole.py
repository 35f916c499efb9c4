"""A run whose results are wanted whole: for its report, its project, a person who waits.

Where a batch drops the cues of a file as soon as they are written, such a run holds
everything until its end, so it is for a few files. An engine that fails ends it. What it
does with a file is what a batch does with it: see `worker`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from speechsubs import outputs
from speechsubs.batch import naming, worker
from speechsubs.batch.model import Job
from speechsubs.batch.resources import Resources
from speechsubs.batch.worker import Loaded, Ready
from speechsubs.errors import InputError
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.pipeline import Recall, Result
from speechsubs.protocols import Aligner
from speechsubs.translation import Progress


@dataclass(frozen=True, slots=True)
class Group:
    """Files of one language, which go to the engines together."""

    source: Locale
    targets: tuple[Locale, ...]
    files: tuple[Loaded, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of a group, and why the other files have none."""

    results: tuple[tuple[Job, Result], ...]
    failures: tuple[InputError, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """Results with what was found in writing them, and the files of each by its name."""

    results: tuple[Result, ...]
    files: dict[str, list[Path]]


def groups(files: Iterable[Loaded]) -> list[Group]:
    """Files that were read for jobs with the same options, by their language."""
    by_tag: dict[str, list[Loaded]] = {}
    for file in files:
        by_tag.setdefault(file.language, []).append(file)
    found = []
    for tag, own in by_tag.items():
        limited = own[0].job.options.limited
        targets = tuple(limited(locales.load(to)) for to in own[0].targets)
        found.append(Group(limited(locales.load(tag)), targets, tuple(own)))
    return found


def run(
    group: Group,
    resources: Resources,
    recall: Callable[[str], Recall],
    *,
    aligner: Aligner | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """The results of a group. Raises `EngineError`.

    `recall` gives what asks for the translations that people wrote for the transcript of
    that name. A transcript without text does not take the others with it.
    """
    ready: list[Ready] = []
    failures: list[InputError] = []
    for file in group.files:
        try:
            ready.append(worker.prepared(file, resources, aligner))
        except InputError as error:
            if error.where != file.item.source:
                raise
            failures.append(error)
    recalls = [recall(one.prepared.transcript.source) for one in ready]
    drafted = [
        worker.drafted_together(ready, locale, resources, recalls, progress)
        for locale in (group.targets if ready else ())
    ]
    results = [
        (one.job, worker.complete(one, [made[number] for made in drafted]))
        for number, one in enumerate(ready)
    ]
    return Outcome(tuple(results), tuple(failures))


def places(group: Group) -> list[Path]:
    """The files that a group's outputs go to."""
    return [path for file in group.files for path in naming.all_files(file.job, group.source.tag)]


def save(results: Iterable[tuple[Job, Result]]) -> Saved:
    """Write the tracks of results, that of the source's own language where it is new.

    Raises `OutputError`.
    """
    saved = []
    files: dict[str, list[Path]] = {}
    for job, result in results:
        new = result.targets if job.command == "translate" else result.outputs
        planned = naming.planned(job, result, [each.locale.tag for each in new])
        paths, kept = outputs.write(planned, overwrite=job.options.overwrite)
        saved.append(replace(result, findings=(*result.findings, *kept)))
        files[result.name] = paths
    return Saved(tuple(saved), files)
