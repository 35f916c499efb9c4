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
from speechsubs.pipeline import Setting
from speechsubs.protocols import Engine

#: An engine is asked for so many texts for each core: some seconds, then signals are heard.
TEXTS_A_WORKER = 128

#: What makes the engine of a name for a direction: name, source, target.
EngineLoader = Callable[[str, str, str], Engine]


class Resources:
    """What jobs share in a process: glossaries, settings, engines, each loaded once.

    `memory` is what people wrote, and belongs to the thread that makes plans and asks
    engines; `workers` is how many cores engines keep busy.
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
        # Bounded: every row of a manifest may have options of its own.
        self.setting = lru_cache(maxsize=64)(self._setting)
        self.glossary = lru_cache(maxsize=8)(_glossary)
        self.original = lru_cache(maxsize=2)(_original)
        self.written = lru_cache(maxsize=256)(self._written)

    def engine(self, name: str, source: str, target: str) -> Engine:
        """The engine; a failure to load it is remembered and raised each time."""
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
        """Load the engines of all directions. Raises `SpeechsubsError` that tells of each
        that is missing: who installs one model must not hear of the next in the morning.
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
        """What people wrote for a direction, as a hash; kept until the next plan is made."""
        return self.memory.digest(source, target) if self.memory else ""

    def _setting(self, tag: str, options: Options) -> Setting:
        source = options.limited(locales.load(tag))
        return pipeline.setting(source, self.glossary(options.glossary), options)


def _glossary(path: str) -> glossary.Glossary:
    return glossary.load(Path(path)) if path else glossary.empty()


def _original(path: str) -> Track:
    item = formats.read(Path(path))
    if not isinstance(item, Track):
        raise InputError(path, "these are no subtitles: it has no cues")
    return item


@cache
def process_resources() -> Resources:
    """The resources of a process that does nothing but jobs: a pool's or a cluster's worker."""
    return Resources()
