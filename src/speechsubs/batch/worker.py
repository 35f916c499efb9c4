"""The work on one file: read, prepare, finish, write. The same wherever it is done.

`do_all` does whole units in this process, for pools of processes and for clusters;
`grouped` takes the same steps apart so that an engine gets many files at once.
"""

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from speechsubs import audio, formats, outputs, pipeline
from speechsubs.adapters.files import read_bytes
from speechsubs.alignment import registry
from speechsubs.batch import context, fingerprint
from speechsubs.batch.context import Kit, own_kit
from speechsubs.batch.model import Part, Record, Unit
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.model import Draft, Finding, Severity, Track, Transcript
from speechsubs.options import Options
from speechsubs.outputs import Planned, Written
from speechsubs.pipeline import Output, Prepared, Result, Setting
from speechsubs.protocols import Aligner, Engine

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_Done = TypeVar("_Done")


@dataclass(frozen=True, slots=True)
class Ready:
    """A unit that was read and prepared, waiting for its drafts."""

    unit: Unit
    setting: Setting
    targets: tuple[Locale, ...]
    prepared: Prepared
    kept: Track | None
    inputs: dict[str, str]
    size: int
    seconds: float

    @property
    def group(self) -> tuple[str, tuple[str, ...], Options]:
        """What units must share to go to the engines together."""
        tags = tuple(locale.tag for locale in self.targets)
        return self.setting.source.tag, tags, self.unit.options


@dataclass(frozen=True, slots=True)
class Drafted:
    """One language's drafts for a unit, and how long the engine took for them.

    `memory` and `recalled` are those of `Part`.
    """

    locale: Locale
    engine: Engine
    drafts: Sequence[Draft]
    seconds: float
    memory: str = ""
    recalled: str = ""


@dataclass(slots=True)
class Made:
    """A unit that is finished but for the writing of its files.

    `shared` is how many of the record's findings, its first, are about the source itself.
    """

    record: Record
    planned: list[Planned] = field(default_factory=list)
    overwrite: bool = False
    shared: int = 0


def failed(unit: Unit, error: BaseException) -> Record:
    """What is said of a unit that came to nothing."""
    if isinstance(error, SpeechsubsError):
        reason = str(error)
    elif isinstance(error, MemoryError):
        reason = f"{unit.source}: not enough memory for it"
    else:
        reason = f"{unit.source}: a fault in speechsubs: {type(error).__name__}: {error!s:.200}"
    cause = error.__cause__
    halts = isinstance(cause, OSError) and cause.errno in _NO_ROOM
    return Record(unit.key, unit.source, reason, halts=halts)


def attempt(unit: Unit, action: Callable[[], _Done]) -> _Done | Record:
    """What an action comes to; the record of the unit where it fails."""
    try:
        return action()
    except Exception as error:  # one broken file never stops the others
        return failed(unit, error)


@dataclass(frozen=True, slots=True)
class Read:
    """A file's bytes, what they hold, its language and the languages to translate to."""

    data: bytes
    item: Transcript | Track
    language: str
    targets: tuple[str, ...]


def read(unit: Unit) -> Read:
    """Read a file, far enough to know what is asked of it. Raises `SpeechsubsError`."""
    options = unit.options
    data = read_bytes(unit.source)
    item = formats.parse(data, unit.source)
    if unit.command != "subtitle" and not isinstance(item, Track):
        advice = "Use `speechsubs subtitle` to make some"
        raise InputError(str(unit.source), "these are no subtitles: it has no cues", advice)
    tag = options.language or context.language(unit.source, item)
    if not tag and unit.command == "check":
        raise InputError(str(unit.source), "its language is not known", "Name it: --language es")
    tag = tag or "en"
    wanted = context.targets(unit.targets, tag)
    if unit.command == "translate" and not wanted and unit.targets:
        advice = "--from names its language"
        raise InputError(str(unit.source), f"the file is in {tag} already", advice)
    return Read(data, item, tag, wanted)


def ready(unit: Unit, kit: Kit) -> Ready:
    """Read a file and prepare it for engines. Raises `SpeechsubsError`."""
    start = perf_counter()
    options = unit.options
    found = read(unit)
    item = found.item
    transcript = formats.from_track(item) if isinstance(item, Track) else item
    setting = kit.setting(found.language, options)
    return Ready(
        unit,
        setting,
        tuple(options.limited(locales.load(to)) for to in found.targets),
        pipeline.prepare(transcript, setting, _aligner(unit, setting.source)),
        item if options.keep_cues and isinstance(item, Track) else None,
        fingerprint.inputs(unit, fingerprint.of_bytes(found.data)),
        len(found.data),
        perf_counter() - start,
    )


def _aligner(unit: Unit, source: Locale) -> Aligner | None:
    if unit.audio is None:
        return None
    lexicon = Path(unit.options.lexicon) if unit.options.lexicon else None
    recording = audio.load(unit.audio)
    return registry.load(unit.options.aligner, recording, source, lexicon=lexicon)


def finished(one: Ready, drafted: Sequence[Drafted], kit: Kit) -> Made:
    """Cues and findings of a unit, its files planned."""
    start = perf_counter()
    unit, options = one.unit, one.unit.options
    given = [(each.locale, each.engine, each.drafts) for each in drafted]
    result = pipeline.finish(one.prepared, given, one.setting, one.kept)
    source = one.setting.source.tag
    own = unit.own and unit.command == "subtitle"
    tags = [source] * own + [each.locale.tag for each in drafted]
    plans = context.planned(unit.source, unit.folder, result, options, tags)
    spent = one.seconds + perf_counter() - start
    by_tag = {each.locale.tag: each for each in drafted}
    parts = []
    for output in result.outputs:
        tag = output.locale.tag
        if tag in tags:
            parts.append(_part(one, output, by_tag.get(tag), spent / len(tags), kit))
    shared = len(result.findings)
    return Made(_record(one, result, parts), plans, options.overwrite, shared)


def _part(one: Ready, output: Output, drafted: Drafted | None, seconds: float, kit: Kit) -> Part:
    tag, source = output.locale.tag, one.setting.source.tag
    print_ = fingerprint.of(
        one.unit,
        tag,
        source=source,
        inputs=one.inputs,
        glossary=kit.glossary(one.unit.options.glossary).digest,
        engine=output.engine,
    )
    return Part(
        tag,
        print_,
        tuple(context.files(one.unit, source, tag)),
        len(output.track.cues),
        len(output.drafts) if tag != source else 0,
        *_counts(output.findings),
        output.engine,
        output.quality,
        seconds + (drafted.seconds if drafted else 0.0),
        drafted.memory if drafted else "",
        drafted.recalled if drafted else "",
    )


def _record(one: Ready, result: Result, parts: Sequence[Part]) -> Record:
    kept = {part.language for part in parts}
    findings = [*result.findings]
    for output in result.outputs:
        if output.locale.tag in kept:
            findings += output.findings
    # What is wrong with the transcript itself counts with the first language.
    more_errors, more_warnings = _counts(result.findings)
    first = parts[0]
    counted = replace(
        first, errors=first.errors + more_errors, warnings=first.warnings + more_warnings
    )
    return Record(
        one.unit.key,
        one.unit.source,
        language=one.setting.source.tag,
        parts=(counted, *parts[1:]),
        findings=tuple(findings),
        bytes=one.size,
    )


def _counts(findings: Sequence[Finding]) -> tuple[int, int]:
    errors = sum(item.severity is Severity.ERROR for item in findings)
    return errors, sum(item.severity is Severity.WARNING for item in findings)


def write(made: Sequence[Made]) -> list[Record]:
    """Write the files of finished units, together; what came of each, in order."""
    records = {}
    for overwrite in (False, True):
        some = [item for item in made if item.overwrite is overwrite]
        written = outputs.write_each([item.planned for item in some], overwrite=overwrite)
        for item, done in zip(some, written, strict=True):
            records[id(item)] = _written(item, done)
    return [records[id(item)] for item in made]


def _written(made: Made, done: Written | SpeechsubsError) -> Record:
    record = made.record
    if isinstance(done, SpeechsubsError):
        unit = Unit(record.source, Path(), record.key, "", Options())
        return failed(unit, done)
    if not done.findings:
        return replace(record, written=done.paths)
    first, *rest = record.parts
    first = replace(first, warnings=first.warnings + len(done.findings))
    return replace(
        record,
        written=done.paths,
        findings=(*record.findings, *done.findings),
        parts=(first, *rest),
    )


def do(unit: Unit, kit: Kit | None = None) -> Record:
    """Do a whole unit in this process. Never raises for what is wrong with it."""
    (record,) = do_all([unit], kit)
    return record


def do_all(units: Sequence[Unit], kit: Kit | None = None) -> list[Record]:
    """Do whole units in this process, one after the other, written together."""
    kit = kit or own_kit()
    return written([attempt(unit, partial(made, unit, kit)) for unit in units])


def written(items: Sequence[Made | Record]) -> list[Record]:
    """The records of units in order, when the files of those that came to something are
    written.
    """
    wrote = iter(write([item for item in items if isinstance(item, Made)]))
    return [next(wrote) if isinstance(item, Made) else item for item in items]


def made(unit: Unit, kit: Kit) -> Made:
    """Everything but the writing. Raises `SpeechsubsError`."""
    if unit.command == "convert":
        return _converted(unit)
    if unit.command == "check":
        return _checked(unit, kit)
    one = ready(unit, kit)
    return finished(one, [drafted(one, locale, kit) for locale in one.targets], kit)


def drafted(one: Ready, locale: Locale, kit: Kit) -> Drafted:
    """The drafts of one unit alone. Raises `EngineError`."""
    (found,) = drafted_together([one], locale, kit)
    return found


def drafted_each(some: Sequence[Ready], kit: Kit) -> list[list[Drafted] | Record]:
    """The drafts of units of one group in all their languages, made together.

    A unit that fails is told by its record. Where units fail together, each is tried alone.
    """
    found: list[list[Drafted]] = [[] for _ in some]
    lost: dict[int, Record] = {}
    for locale in some[0].targets if some else ():
        left = [number for number in range(len(some)) if number not in lost]
        drafts = _drafted_or_lost([some[number] for number in left], locale, kit)
        for number, one in zip(left, drafts, strict=True):
            if isinstance(one, Record):
                lost[number] = one
            else:
                found[number].append(one)
    return [lost.get(number, drafts) for number, drafts in enumerate(found)]


def _drafted_or_lost(some: Sequence[Ready], locale: Locale, kit: Kit) -> list[Drafted | Record]:
    if not some:
        return []
    try:
        return [*drafted_together(some, locale, kit)]
    except Exception as error:  # one broken file never stops the others
        if len(some) == 1:
            return [failed(some[0].unit, error)]
    return [found for one in some for found in _drafted_or_lost([one], locale, kit)]


def drafted_together(some: Sequence[Ready], locale: Locale, kit: Kit) -> list[Drafted]:
    """The drafts of units of one setting, made in one go. Raises `EngineError`.

    The engine's time is shared out by sentences.
    """
    setting, options = some[0].setting, some[0].unit.options
    engine = kit.engine(options.engine, setting.source.tag, locale.tag)
    # Before the memory is asked: should it change in between, the next run asks it again.
    held = kit.written(setting.source.tag, locale.tag)
    heard = []
    if kit.memory is not None:
        heard = [fingerprint.asked(kit.memory, one.unit, setting.source) for one in some]
    start = perf_counter()
    prepared = [one.prepared for one in some]
    drafts = pipeline.translated(prepared, locale, engine, setting, heard)
    each = (perf_counter() - start) / max(sum(map(len, drafts)), 1)
    answers = [one.answers for one in heard] or [""] * len(some)
    return [
        Drafted(locale, engine, own, each * len(own), held, said)
        for own, said in zip(drafts, answers, strict=True)
    ]


def recalled(unit: Unit, tags: Sequence[str], kit: Kit) -> dict[str, str]:
    """What people's memory says of a unit now, by language, as `Part.recalled` has it.

    No engine is asked and no recording heard: texts do not depend on either.
    Raises `SpeechsubsError`.
    """
    if kit.memory is None:
        return dict.fromkeys(tags, "")
    one = ready(replace(unit, audio=None), kit)
    found = {}
    for tag in tags:
        heard = fingerprint.asked(kit.memory, unit, one.setting.source)
        heard(one.prepared.protected, locales.load(tag))
        found[tag] = heard.answers
    return found


def _converted(unit: Unit) -> Made:
    start = perf_counter()
    data, track, _ = _track(unit)
    options = unit.options
    places = context.files(unit, "", "")
    print_ = fingerprint.of(unit, "", source="", inputs={"input": fingerprint.of_bytes(data)})
    planned = [Planned(track, place, options.crlf, options.bom) for place in places]
    part = Part(
        "",
        print_,
        tuple(places),
        len(track.cues),
        0,
        *_counts(track.findings),
        seconds=perf_counter() - start,
    )
    record = Record(unit.key, unit.source, parts=(part,), findings=track.findings, bytes=len(data))
    return Made(record, planned, options.overwrite)


def _checked(unit: Unit, kit: Kit) -> Made:
    start = perf_counter()
    data, track, tag = _track(unit)
    options = unit.options
    original = kit.original(options.against) if options.against else None
    spoken = options.against_language
    if original is not None and not spoken:
        spoken = context.language(Path(options.against), original)
    found = pipeline.examine(
        replace(track, language=tag),  # findings name it
        locales.load(tag),
        source=original,
        source_locale=locales.load(spoken or "en"),
        glossary=kit.glossary(options.glossary),
        fps=options.fps,
    )
    spent = perf_counter() - start
    part = Part(tag, "", (), len(track.cues), 0, *_counts(found), seconds=spent)
    return Made(
        Record(
            unit.key,
            unit.source,
            language=tag,
            parts=(part,),
            findings=tuple(found),
            bytes=len(data),
        )
    )


def _track(unit: Unit) -> tuple[bytes, Track, str]:
    """A file that must be subtitles: its bytes, its cues, its language."""
    found = read(unit)
    assert isinstance(found.item, Track)
    return found.data, found.item, found.language
