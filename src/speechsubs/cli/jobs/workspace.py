"""The translation memory and the project that a command works with, if any."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from speechsubs import engines, pipeline
from speechsubs import project as speechsubs_project
from speechsubs.adapters.files import read_bytes
from speechsubs.batch.whole import Failure, Group, Pairs
from speechsubs.cli.jobs import models_install
from speechsubs.cli.jobs.failures import Failures
from speechsubs.errors import EngineError, InputError
from speechsubs.language.locales import Locale
from speechsubs.memory import Memory, cache_engine
from speechsubs.options import Options
from speechsubs.pipeline import Pretranslator, Result
from speechsubs.project import Project, Segment
from speechsubs.project.store import MANIFEST
from speechsubs.protocols import Engine


@dataclass(frozen=True, slots=True)
class Workspace:
    """A memory of human and cached machine translations, and the project of a run."""

    memory: Memory | None
    project: Project | None

    def engine(self, name: str, source: str, target: str, threads: int | None = None) -> Engine:
        """The engine on `threads` cores (all by default), behind the memory's cache."""
        try:
            engine = engines.load(name, source, target, threads=threads)
        except EngineError:
            # On a terminal, the user is offered to install the missing model.
            if not models_install.offer(name, source, target):
                raise
            engine = engines.load(name, source, target, threads=threads)
        return cache_engine(engine, self.memory) if self.memory else engine

    def engines(
        self, groups: Iterable[Group], options: Options, failures: Failures
    ) -> list[tuple[Group, Pairs]]:
        """Each group with the engines of its languages.

        If there is no engine for a group, its files fail. Call this before a progress bar
        is shown: the user may be asked to install a missing model.
        """
        found: list[tuple[Group, Pairs]] = []
        for group in groups:
            try:
                pairs = [
                    (locale, self.engine(options.engine, group.source.tag, locale.tag))
                    for locale in group.targets
                ]
            except EngineError as error:
                failures.extend(Failure(item.path, error) for item in group.items)
            else:
                found.append((group, pairs))
        return found

    def recall(self, name: str, source: Locale, style: str) -> Pretranslator:
        """The lookup of human translations of a transcript's sentences; the project first."""
        found: list[Pretranslator] = []
        own = self.project.source(name) if self.project else None
        if own:
            found.append(partial(speechsubs_project.recall, own))
        if self.memory:
            found.append(pipeline.from_memory(self.memory, name, source, style))
        return pipeline.first_of(found)

    def pinned(self, result: Result) -> Result:
        """The result with the cues that people pinned, unchanged."""
        own = self.project.source(result.name) if self.project else None
        if own is None:
            return result
        targets = []
        for output in result.targets:
            before = own.track(output.locale.tag)
            texts = [translation.finished for translation in output.translations]
            track = speechsubs_project.with_pinned(output.track, before, texts)
            if track != output.track:
                shape = {f.code for f in pipeline.check_track(output.track, output.locale)}
                others = tuple(f for f in output.findings if f.code not in shape)
                found = tuple(pipeline.check_track(track, output.locale))
                output = replace(output, track=track, findings=(*others, *found))
            targets.append(output)
        return replace(result, targets=tuple(targets))

    @contextmanager
    def changing(self, names: Sequence[str]) -> Iterator["Workspace"]:
        """Hold the project's lock, if there is a project.

        Yields the workspace; another one, with the project as it is now, if people have
        worked on these sources since it was opened: the run must be repeated with it.
        """
        if self.project is None:
            yield self
            return
        with speechsubs_project.changing(self.project.folder, create=True):
            now = self.project
            if speechsubs_project.revision(now.folder) != now.revision:
                now = _load(now.folder)
            same = all(_human(self.project, name) == _human(now, name) for name in names)
            yield self if same else replace(self, project=now)

    def keep(
        self,
        results: Sequence[Result],
        written: Mapping[str, Sequence[Path]],
        terms: Path | None,
        options: Mapping[str, object],
        media: str = "",
    ) -> None:
        """Save the run in the project as it is now; call it in `changing`."""
        if self.project is None:
            return
        own = _load(self.project.folder)
        names = {name: [str(path) for path in paths] for name, paths in written.items()}
        text = read_bytes(terms).decode("utf-8-sig", "replace") if terms else ""
        updated = speechsubs_project.record(
            own, results, written=names, glossary=text, options=options, media=media
        )
        speechsubs_project.write(updated)


@contextmanager
def opened(memory_path: Path | None, folder: Path | None) -> Iterator[Workspace]:
    """Open a memory and a project; both are created if missing."""
    with ExitStack() as stack:
        store = stack.enter_context(Memory.open(memory_path)) if memory_path else None
        yield Workspace(store, _load(folder) if folder else None)


def _load(folder: Path) -> Project:
    if folder.exists() and not folder.is_dir():
        raise InputError(str(folder), "is a file, and a project is a folder", "Specify a folder")
    return speechsubs_project.load(folder) if (folder / MANIFEST).exists() else Project(folder)


def _human(project: Project, name: str) -> list[tuple[str, Segment]]:
    """What people have decided in a source: the segments that a run must leave alone."""
    own = project.source(name)
    return [
        (track.locale, segment)
        for track in (own.tracks if own else ())
        for segment in track.segments
        if segment.state.by_person or segment.pinned or segment.declined
    ]
