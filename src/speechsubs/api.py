"""The Python API: the main jobs, one call each.

Every function takes paths or objects and gives objects. Nothing is printed, and no file
is written except by `save`. Errors are those of `speechsubs.errors`; problems in the
output are findings in the result.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from speechsubs import audio as recordings
from speechsubs import engines, formats, outputs, pipeline
from speechsubs import glossary as glossaries
from speechsubs import memory as memories
from speechsubs.alignment import registry
from speechsubs.audio import Recording
from speechsubs.batch import naming, whole
from speechsubs.errors import EngineError, InputError
from speechsubs.glossary import Glossary
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.memory import Memory
from speechsubs.model import Finding, Track, Transcript
from speechsubs.options import Options
from speechsubs.outputs import Planned
from speechsubs.pipeline import Result, SyncResult
from speechsubs.protocols import Aligner, Engine

StrPath = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class _Given:
    """What translations are made with: paths, names or objects, as the caller passed them."""

    glossary: StrPath | Glossary | None
    memory: StrPath | Memory | None
    engine: str | Engine


def subtitle(
    source: StrPath | Transcript,
    *,
    to: str | Sequence[str] = (),
    language: str = "",
    audio: StrPath | Recording | None = None,
    glossary: StrPath | Glossary | None = None,
    memory: StrPath | Memory | None = None,
    engine: str | Engine = "",
    options: Options | None = None,
) -> Result:
    """Subtitles of a transcript in its own language and in others.

    Args:
        source: A transcript or subtitle file, or a transcript.
        to: Tags of the languages to translate to.
        language: Tag of the transcript's language; by default what the file says, else English.
        audio: The recording or video that gives the cues their times.
        glossary: The terms that translations must use.
        memory: Translations that people approved, used before the engine is asked.
        engine: A name as `--engine` takes it, or an engine for one language.
        options: Every other choice.

    Raises:
        InputError: A file cannot be used, or the transcript has no words.
        EngineError: No engine translates into one of the languages, or it failed.
        UnknownLocaleError: A tag without a locale file.
        GlossaryError, YamlError: The glossary breaks a rule or does not parse.
    """
    chosen = _chosen(options, language)
    transcript = source if isinstance(source, Transcript) else load_transcript(source)
    item = whole.Item(Path(transcript.source), transcript)
    (group,) = whole.groups([item], _locales(to), chosen)
    aligner = _aligner(audio, group.source, chosen)
    return _run(group, chosen, _Given(glossary, memory, engine), aligner)


def translate(
    track: StrPath | Track,
    *,
    to: str | Sequence[str],
    language: str = "",
    glossary: StrPath | Glossary | None = None,
    memory: StrPath | Memory | None = None,
    engine: str | Engine = "",
    options: Options | None = None,
) -> Result:
    """Subtitles translated by whole sentences, in their own times.

    `Options(keep_cues=True)` puts every translation into the cues of its source. The
    other arguments and the errors are those of `subtitle`; a `to` without any language
    but the track's own is an `InputError`.
    """
    chosen = _chosen(options, language)
    given = _track(track)
    item = whole.Item(Path(given.source), formats.from_track(given), given)
    (group,) = whole.groups([item], _locales(to), chosen)
    if not group.targets:
        problem = f"the track is in {group.source.name} already: there is nothing to translate"
        raise InputError(given.source, problem, "`language` names the track's language")
    return _run(group, chosen, _Given(glossary, memory, engine))


def check(
    track: StrPath | Track,
    *,
    source: StrPath | Track | None = None,
    language: str = "",
    glossary: StrPath | Glossary | None = None,
    options: Options | None = None,
) -> list[Finding]:
    """The findings about subtitles that exist, in the order of their cues.

    With `source`, the track in the original language, terms, amounts and numbers are
    compared too. Raises `InputError`, also where the language of the track is not known.
    """
    chosen = _chosen(options, language)
    given = _track(track)
    tag = chosen.language or _language(given)
    if not tag:
        raise InputError(given.source, "cannot determine its language", "Specify it: `language`")
    locale = locales.load(tag)
    original = None if source is None else _track(source)
    spoken = chosen.against_language or (_language(original) if original else "")
    return pipeline.check_track(
        replace(given, language=locale.tag),
        locale,
        source=original,
        source_locale=locales.load(spoken or "en"),
        glossary=_glossary(glossary, chosen),
        fps=chosen.fps,
    )


def sync(
    track: StrPath | Track,
    audio: StrPath | Recording,
    *,
    language: str = "",
    options: Options | None = None,
) -> SyncResult:
    """Subtitles moved onto the speech of a recording.

    `SyncResult.sure` is False where they hardly fit it: the track may belong to another
    speech. Raises `InputError`, also for a track without cues.
    """
    chosen = _chosen(options, language)
    given = _track(track)
    if not given.cues:
        raise InputError(given.source, "contains no cues")
    recording = _recording(audio)
    locale = locales.load(chosen.language or _language(given) or "en")
    return pipeline.sync(given, recording, _aligner(recording, locale, chosen))


def load(path: StrPath) -> Track:
    """Read a subtitle file. Raises `InputError`, also for a transcript without cues."""
    item = formats.read(Path(path))
    if not isinstance(item, Track):
        advice = "`load_transcript` reads transcripts"
        raise InputError(str(path), "not a subtitle file: it contains no cues", advice)
    return replace(item, language=naming.language(Path(path), item))


def load_transcript(path: StrPath) -> Transcript:
    """Read a transcript; subtitles become the transcript of what they say.

    Raises `InputError`.
    """
    item = formats.read(Path(path))
    return formats.from_track(item) if isinstance(item, Track) else item


def save(
    track: Track, path: StrPath, *, crlf: bool = False, bom: bool = False, overwrite: bool = False
) -> Path:
    """Write a track as SRT or WebVTT, by the suffix of `path`, and return the path written.

    A file that speechsubs did not write, or that was edited since, is kept: the track
    then goes into NAME.new.srt beside it, unless `overwrite` is true. `crlf` and `bom`
    write Windows line ends and a byte order mark. Raises `OutputError`.
    """
    planned = Planned(track, Path(path), crlf, bom)
    (written,), _ = outputs.write([planned], overwrite=overwrite)
    return written


def _chosen(options: Options | None, language: str) -> Options:
    options = options or Options()
    return replace(options, language=locales.canonical(language)) if language else options


def _locales(tags: str | Sequence[str]) -> list[Locale]:
    """The locales of tags. A single string is one tag, not a sequence of letters."""
    return [locales.load(tag) for tag in ([tags] if isinstance(tags, str) else tags)]


def _track(item: StrPath | Track) -> Track:
    return item if isinstance(item, Track) else load(item)


def _language(track: Track) -> str:
    return naming.language(Path(track.source), track)


def _recording(item: StrPath | Recording) -> Recording:
    return item if isinstance(item, Recording) else recordings.load(Path(item))


def _aligner(audio: StrPath | Recording | None, locale: Locale, options: Options) -> Aligner | None:
    """The chosen aligner; None leaves the times to the estimate."""
    if audio is None and options.aligner in ("auto", "estimate"):
        return None
    lexicon = Path(options.lexicon) if options.lexicon else None
    recording = None if audio is None else _recording(audio)
    return registry.load(options.aligner, recording, locale, lexicon=lexicon)


def _glossary(item: StrPath | Glossary | None, options: Options) -> Glossary:
    if isinstance(item, Glossary):
        return item
    path = item or options.glossary
    return glossaries.load(Path(path)) if path else glossaries.empty()


@contextmanager
def _memory(item: StrPath | Memory | None) -> Iterator[Memory | None]:
    """The memory; one that is opened here is closed again."""
    if item is None or isinstance(item, Memory):
        yield item
        return
    with Memory.open(Path(item)) as opened:
        yield opened


def _engine(given: str | Engine, options: Options, source: str, target: str) -> Engine:
    """An engine for a direction. Raises `EngineError`."""
    if isinstance(given, str):
        return engines.load(given or options.engine, source, target)
    if (given.source, given.target) != (source, target):
        problem = f"this engine translates from {given.source} to {given.target}"
        raise EngineError(f"{problem}, not from {source} to {target}", "Pass an engine's name")
    return given


def _run(
    group: whole.Group, options: Options, given: _Given, aligner: Aligner | None = None
) -> Result:
    """The result of a group with one item."""
    source, style = group.source, options.currency_style
    setting = pipeline.make_settings(source, _glossary(given.glossary, options), options)
    with _memory(given.memory) as memory:
        pairs = []
        for locale in group.targets:
            engine = _engine(given.engine, options, source.tag, locale.tag)
            pairs.append((locale, memories.cache_engine(engine, memory) if memory else engine))

        def recall(name: str) -> pipeline.Pretranslator:
            known = [pipeline.from_memory(memory, name, source, style)] if memory else []
            return pipeline.first_of(known)

        done = whole.run(group, pairs, setting, recall, aligner=aligner)
    if done.failures:
        raise done.failures[0].error
    ((_, result),) = done.results
    return result
