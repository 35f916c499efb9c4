"""The processing of one file: read, prepare, finish, write. The same on every executor.

`do_all` runs whole jobs in this process, for process pools and clusters;
`runner.grouped` runs the same steps separately so that an engine gets many files at once.
"""

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from speechsubs import audio, formats, outputs, pipeline
from speechsubs.adapters import traces
from speechsubs.adapters.files import read_bytes
from speechsubs.alignment import registry
from speechsubs.batch import fingerprint, naming
from speechsubs.batch.model import Job, JobResult, LanguageResult
from speechsubs.batch.resources import Resources, process_resources
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.model import Finding, Severity, Track, Transcript, Translation
from speechsubs.options import Options
from speechsubs.outputs import Planned, Written
from speechsubs.pipeline import Output, Prepared, Result, RunSettings
from speechsubs.protocols import Aligner, Engine

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_Done = TypeVar("_Done")


@dataclass(frozen=True, slots=True)
class Ready:
    """A job that has been read and prepared and is waiting for its translations."""

    job: Job
    setting: RunSettings
    targets: tuple[Locale, ...]
    prepared: Prepared
    kept: Track | None
    inputs: dict[str, str]
    size: int
    seconds: float

    @property
    def group(self) -> tuple[str, tuple[str, ...], Options]:
        """The key that jobs must share to be translated together."""
        tags = tuple(locale.tag for locale in self.targets)
        return self.setting.source.tag, tags, self.job.options


@dataclass(frozen=True, slots=True)
class LanguageTranslation:
    """The translations of one language of a job, and the engine's time for them.

    `memory` and `recalled` are as in `LanguageResult`.
    """

    locale: Locale
    engine: Engine
    translations: Sequence[Translation]
    seconds: float
    memory: str = ""
    recalled: str = ""


@dataclass(slots=True)
class Made:
    """A finished job whose files are not written yet.

    The first `shared` findings of the result are about the source itself.
    """

    result: JobResult
    planned: list[Planned] = field(default_factory=list)
    overwrite: bool = False
    shared: int = 0


def failed(job: Job, error: BaseException) -> JobResult:
    """The result of a job that failed."""
    trace = ""
    if isinstance(error, SpeechsubsError):
        reason = str(error)
    elif isinstance(error, MemoryError):
        reason = f"{job.source}: not enough memory"
    else:
        reason = f"{job.source}: {traces.name(error)}"
        trace = traces.describe(error)
    cause = error.__cause__
    halts = isinstance(cause, OSError) and cause.errno in _NO_ROOM
    return JobResult(job.key, job.source, reason, halts=halts, trace=trace)


def attempt(job: Job, action: Callable[[], _Done]) -> _Done | JobResult:
    """Run an action; returns its value, or a failed result of the job."""
    try:
        return action()
    except Exception as error:  # one broken file never stops the others
        return failed(job, error)


@dataclass(frozen=True, slots=True)
class Read:
    """A file's bytes, parsed content, language and target languages."""

    data: bytes
    item: Transcript | Track
    language: str
    targets: tuple[str, ...]


def read(job: Job) -> Read:
    """Read a file and determine its language and targets. Raises `SpeechsubsError`."""
    options = job.options
    data = read_bytes(job.source)
    item = formats.parse(data, job.source, fps=options.fps, encoding=options.encoding)
    if job.command != "subtitle" and not isinstance(item, Track):
        advice = "Use `speechsubs subtitle` to create subtitles"
        raise InputError(str(job.source), "not a subtitle file: it contains no cues", advice)
    tag = options.language or naming.language(job.source, item)
    if not tag and job.command == "check":
        raise InputError(
            str(job.source), "cannot determine its language", "Specify it: --language es"
        )
    tag = tag or "en"
    wanted = naming.targets(job.targets, tag)
    if job.command == "translate" and not wanted and job.targets:
        advice = "Specify the source language with --from"
        raise InputError(str(job.source), f"the file is already in {tag}", advice)
    return Read(data, item, tag, wanted)


def ready(job: Job, resources: Resources) -> Ready:
    """Read a file and prepare it for engines. Raises `SpeechsubsError`."""
    start = perf_counter()
    options = job.options
    found = read(job)
    item = found.item
    transcript = formats.from_track(item) if isinstance(item, Track) else item
    setting = resources.setting(found.language, options)
    return Ready(
        job,
        setting,
        tuple(options.limited(locales.load(to)) for to in found.targets),
        pipeline.prepare(transcript, setting, _aligner(job, setting.source)),
        item if options.keep_cues and isinstance(item, Track) else None,
        fingerprint.inputs(job, fingerprint.of_bytes(found.data)),
        len(found.data),
        perf_counter() - start,
    )


def _aligner(job: Job, source: Locale) -> Aligner | None:
    if job.audio is None:
        return None
    lexicon = Path(job.options.lexicon) if job.options.lexicon else None
    recording = audio.load(job.audio)
    return registry.load(job.options.aligner, recording, source, lexicon=lexicon)


def finished(one: Ready, translated: Sequence[LanguageTranslation], resources: Resources) -> Made:
    """Make the cues and findings of a job and plan its files."""
    start = perf_counter()
    job, options = one.job, one.job.options
    given = [(each.locale, each.engine, each.translations) for each in translated]
    result = pipeline.finish(one.prepared, given, one.setting, one.kept)
    source = one.setting.source.tag
    own = job.own and job.command == "subtitle"
    tags = [source] * own + [each.locale.tag for each in translated]
    plans = naming.planned(job.source, job.folder, result, options, tags)
    spent = one.seconds + perf_counter() - start
    by_tag = {each.locale.tag: each for each in translated}
    parts = []
    for output in result.outputs:
        tag = output.locale.tag
        if tag in tags:
            parts.append(_part(one, output, by_tag.get(tag), spent / len(tags), resources))
    shared = len(result.findings)
    return Made(_job_result(one, result, parts), plans, options.overwrite, shared)


def _part(
    one: Ready,
    output: Output,
    translated: LanguageTranslation | None,
    seconds: float,
    resources: Resources,
) -> LanguageResult:
    tag, source = output.locale.tag, one.setting.source.tag
    digest = fingerprint.of(
        one.job,
        tag,
        source=source,
        inputs=one.inputs,
        glossary=resources.glossary(one.job.options.glossary).digest,
        engine=output.engine,
    )
    return LanguageResult(
        tag,
        digest,
        tuple(naming.files(one.job, source, tag)),
        len(output.track.cues),
        len(output.translations) if tag != source else 0,
        *_counts(output.findings),
        output.engine,
        output.quality,
        seconds + (translated.seconds if translated else 0.0),
        translated.memory if translated else "",
        translated.recalled if translated else "",
    )


def _job_result(one: Ready, result: Result, parts: Sequence[LanguageResult]) -> JobResult:
    kept = {part.language for part in parts}
    findings = [*result.findings]
    for output in result.outputs:
        if output.locale.tag in kept:
            findings += output.findings
    # Findings about the transcript itself are counted with the first language.
    more_errors, more_warnings = _counts(result.findings)
    first = parts[0]
    counted = replace(
        first, errors=first.errors + more_errors, warnings=first.warnings + more_warnings
    )
    return JobResult(
        one.job.key,
        one.job.source,
        language=one.setting.source.tag,
        languages=(counted, *parts[1:]),
        findings=tuple(findings),
        bytes=one.size,
    )


def _counts(findings: Sequence[Finding]) -> tuple[int, int]:
    errors = sum(item.severity is Severity.ERROR for item in findings)
    return errors, sum(item.severity is Severity.WARNING for item in findings)


def write(made: Sequence[Made]) -> list[JobResult]:
    """Write the files of finished jobs together; returns their results in order."""
    results = {}
    for overwrite in (False, True):
        some = [item for item in made if item.overwrite is overwrite]
        written = outputs.write_each([item.planned for item in some], overwrite=overwrite)
        for item, done in zip(some, written, strict=True):
            results[id(item)] = _written(item, done)
    return [results[id(item)] for item in made]


def _written(made: Made, done: Written | Exception) -> JobResult:
    result = made.result
    if isinstance(done, Exception):
        job = Job(result.source, Path(), result.key, "", Options())
        return failed(job, done)
    if not done.findings:
        return replace(result, written=done.paths)
    first, *rest = result.languages
    first = replace(first, warnings=first.warnings + len(done.findings))
    return replace(
        result,
        written=done.paths,
        findings=(*result.findings, *done.findings),
        languages=(first, *rest),
    )


def do(job: Job, resources: Resources | None = None) -> JobResult:
    """Run a whole job in this process. Errors go into its result and are never raised."""
    (result,) = do_all([job], resources)
    return result


def do_all(jobs: Sequence[Job], resources: Resources | None = None) -> list[JobResult]:
    """Run whole jobs in this process, one after the other, and write them together."""
    resources = resources or process_resources()
    return written([attempt(job, partial(made, job, resources)) for job in jobs])


def written(items: Sequence[Made | JobResult]) -> list[JobResult]:
    """Write the files of the jobs that did not fail; returns all results in order."""
    wrote = iter(write([item for item in items if isinstance(item, Made)]))
    return [next(wrote) if isinstance(item, Made) else item for item in items]


def made(job: Job, resources: Resources) -> Made:
    """Process one file without writing its outputs. Raises `SpeechsubsError`."""
    if job.command == "convert":
        return _converted(job)
    if job.command == "check":
        return _checked(job, resources)
    one = ready(job, resources)
    return finished(
        one, [translate_alone(one, locale, resources) for locale in one.targets], resources
    )


def translate_alone(one: Ready, locale: Locale, resources: Resources) -> LanguageTranslation:
    """Translate a single job. Raises `EngineError`."""
    (found,) = translate_together([one], locale, resources)
    return found


def translate_each(
    some: Sequence[Ready], resources: Resources
) -> list[list[LanguageTranslation] | JobResult]:
    """Translate the jobs of one group together, into all their languages.

    A job that fails is returned as its result. If the group fails, each job is tried alone.
    """
    found: list[list[LanguageTranslation]] = [[] for _ in some]
    lost: dict[int, JobResult] = {}
    for locale in some[0].targets if some else ():
        left = [number for number in range(len(some)) if number not in lost]
        translations = _translate_or_fail([some[number] for number in left], locale, resources)
        for number, one in zip(left, translations, strict=True):
            if isinstance(one, JobResult):
                lost[number] = one
            else:
                found[number].append(one)
    return [lost.get(number, translations) for number, translations in enumerate(found)]


def _translate_or_fail(
    some: Sequence[Ready], locale: Locale, resources: Resources
) -> list[LanguageTranslation | JobResult]:
    if not some:
        return []
    try:
        return [*translate_together(some, locale, resources)]
    except Exception as error:  # one broken file never stops the others
        if len(some) == 1:
            return [failed(some[0].job, error)]
    return [found for one in some for found in _translate_or_fail([one], locale, resources)]


def translate_together(
    some: Sequence[Ready], locale: Locale, resources: Resources
) -> list[LanguageTranslation]:
    """Translate jobs with the same settings in one go. Raises `EngineError`.

    The engine's time is shared out by sentences.
    """
    setting, options = some[0].setting, some[0].job.options
    engine = resources.engine(options.engine, setting.source.tag, locale.tag)
    # Taken before the lookup: if the memory changes in between, the next run looks again.
    held = resources.written(setting.source.tag, locale.tag)
    heard = []
    if resources.memory is not None:
        heard = [fingerprint.asked(resources.memory, one.job, setting.source) for one in some]
    start = perf_counter()
    prepared = [one.prepared for one in some]
    translations = pipeline.translate(prepared, locale, engine, setting, heard)
    each = (perf_counter() - start) / max(sum(map(len, translations)), 1)
    answers = [one.answers for one in heard] or [""] * len(some)
    return [
        LanguageTranslation(locale, engine, own, each * len(own), held, said)
        for own, said in zip(translations, answers, strict=True)
    ]


def recalled(job: Job, tags: Sequence[str], resources: Resources) -> dict[str, str]:
    """Hash the current memory matches of a job by language, as in `LanguageResult.recalled`.

    Needs neither engine nor recording: the matches depend on neither.
    Raises `SpeechsubsError`.
    """
    if resources.memory is None:
        return dict.fromkeys(tags, "")
    one = ready(replace(job, audio=None), resources)
    found = {}
    for tag in tags:
        heard = fingerprint.asked(resources.memory, job, one.setting.source)
        heard(one.prepared.protected, locales.load(tag))
        found[tag] = heard.answers
    return found


def _converted(job: Job) -> Made:
    start = perf_counter()
    data, track, _ = _track(job)
    options = job.options
    places = naming.files(job, "", "")
    digest = fingerprint.of(job, "", source="", inputs={"input": fingerprint.of_bytes(data)})
    planned = [Planned(track, place, options.crlf, options.bom, job.source) for place in places]
    findings = (*track.findings, *formats.find_losses(track, options.kinds[0]))
    part = LanguageResult(
        "",
        digest,
        tuple(places),
        len(track.cues),
        0,
        *_counts(findings),
        seconds=perf_counter() - start,
    )
    result = JobResult(job.key, job.source, languages=(part,), findings=findings, bytes=len(data))
    return Made(result, planned, options.overwrite)


def _checked(job: Job, resources: Resources) -> Made:
    start = perf_counter()
    data, track, tag = _track(job)
    options = job.options
    original = resources.original(options.against) if options.against else None
    spoken = options.against_language
    if original is not None and not spoken:
        spoken = naming.language(Path(options.against), original)
    found = pipeline.check_track(
        replace(track, language=tag),  # findings name it
        locales.load(tag),
        source=original,
        source_locale=locales.load(spoken or "en"),
        glossary=resources.glossary(options.glossary),
        fps=options.fps,
    )
    spent = perf_counter() - start
    part = LanguageResult(tag, "", (), len(track.cues), 0, *_counts(found), seconds=spent)
    return Made(
        JobResult(
            job.key,
            job.source,
            language=tag,
            languages=(part,),
            findings=tuple(found),
            bytes=len(data),
        )
    )


def _track(job: Job) -> tuple[bytes, Track, str]:
    """Read a subtitle file: its bytes, its cues, its language."""
    found = read(job)
    assert isinstance(found.item, Track)
    return found.data, found.item, found.language
