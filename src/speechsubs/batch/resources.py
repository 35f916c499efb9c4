"""What jobs share in a process: glossaries, settings and engines, each loaded once."""

from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from pathlib import Path

from speechsubs import engines, formats, glossary, pipeline
from speechsubs.engines.wrappers import slice_batches
from speechsubs.errors import EngineError, InputError, SpeechsubsError
from speechsubs.language import locales
from speechsubs.memory import Memory
from speechsubs.model import Track
from speechsubs.options import Options
from speechsubs.pipeline import RunSettings
from speechsubs.protocols import Engine

#: Texts per engine call and core: a call takes a few seconds, then signals are handled.
TEXTS_A_WORKER = 128

#: Loads the engine for a name, a source and a target language.
EngineLoader = Callable[[str, str, str], Engine]


class Resources:
    """Glossaries, settings and engines shared by the jobs of a process, each loaded once.

    `memory` is the translation memory; it belongs to the thread that plans and calls
    engines. `workers` is the number of cores that engines keep busy.
    """

    def __init__(
        self,
        load_engine: EngineLoader | None = None,
        memory: Memory | None = None,
        workers: int = 1,
    ) -> None:
        self._load = load_engine or engines.load
        self.memory = memory
        self._workers = workers
        self._engines: dict[tuple[str, str, str], Engine | SpeechsubsError] = {}
        # Bounded, because every row of a manifest may have its own options.
        self.setting = lru_cache(maxsize=64)(self._setting)
        self.glossary = lru_cache(maxsize=8)(_glossary)
        self.original = lru_cache(maxsize=2)(_original)
        self.written = lru_cache(maxsize=256)(self._written)

    def engine(self, name: str, source: str, target: str) -> Engine:
        """The engine; a failure to load it is cached and raised every time."""
        key = (name, source, target)
        if key not in self._engines:
            try:
                engine = self._load(name, source, target)
                self._engines[key] = slice_batches(engine, TEXTS_A_WORKER * self._workers)
            except SpeechsubsError as error:
                self._engines[key] = error
        found = self._engines[key]
        if isinstance(found, SpeechsubsError):
            raise found
        return found

    def require(self, name: str, source: str, targets: Iterable[str]) -> None:
        """Load the engines of all directions.

        Raises a `SpeechsubsError` that lists all missing ones, so that one error is enough
        to install everything before an overnight run.
        """
        found: list[SpeechsubsError] = []
        for target in targets:
            try:
                self.engine(name, source, target)
            except SpeechsubsError as error:
                found.append(error)
        if len(found) == 1:
            raise found[0]
        if found:
            raise EngineError(". Also: ".join(dict.fromkeys(map(str, found))))

    def _written(self, source: str, target: str) -> str:
        """The hash of the human translations of a direction; kept until the next plan."""
        return self.memory.digest(source, target) if self.memory else ""

    def _setting(self, tag: str, options: Options) -> RunSettings:
        source = options.limited(locales.load(tag))
        return pipeline.make_settings(source, self.glossary(options.glossary), options)


def _glossary(path: str) -> glossary.Glossary:
    return glossary.load(Path(path)) if path else glossary.empty()


def _original(path: str) -> Track:
    item = formats.read(Path(path))
    if not isinstance(item, Track):
        raise InputError(path, "not a subtitle file: it contains no cues")
    return item


@cache
def process_resources() -> Resources:
    """The resources of a worker process of a pool or a cluster."""
    return Resources()
