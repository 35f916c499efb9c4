"""What units share in a process: glossaries, settings and engines, each loaded once.

Which language a file is in, and what its outputs are called.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path

from speechsubs import engines, formats, glossary, outputs, pipeline
from speechsubs.batch.model import Unit
from speechsubs.engines.wrappers import sliced
from speechsubs.errors import EngineError, InputError, SpeechsubsError, UnknownLocaleError
from speechsubs.language import locales
from speechsubs.memory import Memory
from speechsubs.model import Track, Transcript
from speechsubs.options import Options
from speechsubs.outputs import Planned
from speechsubs.pipeline import Result, Setting
from speechsubs.protocols import Engine

#: An engine is asked for so many texts for each core: some seconds, then signals are heard.
TEXTS_A_JOB = 128

#: What makes the engine of a name for a direction: name, source, target.
EngineLoader = Callable[[str, str, str], Engine]


class Kit:
    """What units share in a process: glossaries, settings, engines, each loaded once.

    `memory` is what people wrote, and belongs to the thread that makes plans and asks
    engines; `jobs` is how many cores engines keep busy.
    """

    def __init__(
        self,
        load_engine: EngineLoader | None = None,
        memory: Memory | None = None,
        jobs: int = 1,
    ) -> None:
        self._load = load_engine or engines.load
        self.memory = memory
        self._jobs = jobs
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
                self._engines[key] = sliced(engine, TEXTS_A_JOB * self._jobs)
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
def own_kit() -> Kit:
    """The kit of a process that does nothing but units: a pool's or a cluster's worker."""
    return Kit()


def language(path: Path, item: Transcript | Track) -> str:
    """The tag of the language that a file says it is in, or its name; empty for neither.

    A transcript knows its language from what heard it. Of subtitles the name is the
    surer sign: editors copy headers.
    """
    said, named = item.language, outputs.language_in(path)
    for tag in (said, named) if isinstance(item, Transcript) else (named, said):
        try:
            if tag:
                return locales.resolve(tag)
        except UnknownLocaleError:
            continue
    return ""


def stacked(source: str, target: str) -> str:
    """What stands for the language in the name of a file with two."""
    return f"{source}+{target}"


def targets(wanted: Iterable[str], source: str) -> tuple[str, ...]:
    """The tags to translate to: each once, not the source's own."""
    return tuple(tag for tag in dict.fromkeys(wanted) if tag != source)


def kinds(path: Path, options: Options) -> tuple[str, ...]:
    """The file types to write; `translate` keeps each file's own unless told otherwise."""
    if options.kinds:
        return tuple(dict.fromkeys(options.kinds))
    own = path.suffix.lower().lstrip(".")
    return (own if own in formats.writable() else "srt",)


def places(path: Path, folder: Path, tag: str, options: Options) -> list[Path]:
    """The files of one language (or pair of languages) of a source."""
    base = outputs.stem(path)
    return [folder / f"{base}.{tag}.{kind}" for kind in kinds(path, options)]


def files(unit: Unit, source: str, tag: str) -> list[Path]:
    """All files of one language of a unit, those with two languages among them."""
    options = unit.options
    if unit.command == "convert":
        return [unit.folder / f"{unit.source.stem}.{kind}" for kind in options.kinds]
    if unit.command == "check":
        return []
    found = places(unit.source, unit.folder, tag, options)
    if options.bilingual and tag != source:
        found += places(unit.source, unit.folder, stacked(source, tag), options)
    return found


def all_files(unit: Unit, source: str) -> list[Path]:
    """All files that a unit would write, were its source in that language."""
    tags = [source] if unit.command != "translate" else []
    tags += targets(unit.targets, source)
    return [path for tag in tags for path in files(unit, source, tag)]


def planned(
    path: Path, folder: Path, result: Result, options: Options, tags: Sequence[str]
) -> list[Planned]:
    """The files of some languages of a result."""
    source = result.source.locale.tag
    tracks = []
    for output in result.outputs:
        if output.locale.tag in tags:
            tracks.append((output.locale.tag, output.track))
            if output.stacked:
                tracks.append((stacked(source, output.locale.tag), output.stacked))
    # Files of one language each before those of two, as they have always been listed.
    tracks.sort(key=lambda pair: "+" in pair[0])
    return [
        Planned(track, place, options.crlf, options.bom)
        for tag, track in tracks
        for place in places(path, folder, tag, options)
    ]
