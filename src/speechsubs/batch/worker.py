"""The work on one file: read, prepare, finish, write. The same wherever it is done.

`do_all` does whole jobs in this process, for pools of processes and for clusters;
`runner.grouped` takes the same steps apart so that an engine gets many files at once,
and `whole.run` for those who want the results themselves.
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
from speechsubs.batch import fingerprint, naming
from speechsubs.batch.model import Job, JobResult, LanguageResult
from speechsubs.batch.resources import Resources, process_resources
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.model import Draft, Finding, Severity, Track, Transcript
from speechsubs.options import Options
from speechsubs.outputs import Planned, Written
from speechsubs.pipeline import Output, Prepared, Recall, Result, Setting
from speechsubs.protocols import Aligner, Engine
from speechsubs.translation import Progress

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_Done = TypeVar("_Done")


@dataclass(frozen=True, slots=True)
class Ready:
    """A job that was read and prepared, waiting for its drafts.

    `inputs` are the digests of its files, `size` is that of the source in bytes,
    `seconds` is how long it took so far: what a batch remembers of it.
    """

    job: Job
    setting: Setting
    targets: tuple[Locale, ...]
    prepared: Prepared
    kept: Track | None
    inputs: dict[str, str] = field(default_factory=dict)
    size: int = 0
    seconds: float = 0.0

    @property
    def group(self) -> tuple[str, tuple[str, ...], Options]:
        """What jobs must share to go to the engines together."""
        tags = tuple(locale.tag for locale in self.targets)
        return self.setting.source.tag, tags, self.job.options


@dataclass(frozen=True, slots=True)
class Drafted:
    """One language's drafts for a job, and how long the engine took for them.

    `memory` and `recalled` are those of `LanguageResult`.
    """

    locale: Locale
    engine: Engine
    drafts: Sequence[Draft]
    seconds: float
    memory: str = ""
    recalled: str = ""


@dataclass(slots=True)
class Made:
    """A job that is finished but for the writing of its files.

    `shared` is how many of the result's findings, its first, are about the source itself.
    """

    result: JobResult
    planned: list[Planned] = field(default_factory=list)
    overwrite: bool = False
    shared: int = 0


def failed(job: Job, error: BaseException) -> JobResult:
    """What is said of a job that came to nothing."""
    if isinstance(error, SpeechsubsError):
        reason = str(error)
    elif isinstance(error, MemoryError):
        reason = f"{job.source}: not enough memory for it"
    else:
        reason = f"{job.source}: a fault in speechsubs: {type(error).__name__}: {error!s:.200}"
    cause = error.__cause__
    halts = isinstance(cause, OSError) and cause.errno in _NO_ROOM
    return JobResult(job.key, job.source, reason, halts=halts)


def attempt(job: Job, action: Callable[[], _Done]) -> _Done | JobResult:
    """What an action comes to; the result of the job where it fails."""
    try:
        return action()
    except Exception as error:  # one broken file never stops the others
        return failed(job, error)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A job's file as it was read, its language and the languages to translate it to.

    `data` are its bytes, where a batch needs them.
    """

    job: Job
    item: Transcript | Track
    language: str
    targets: tuple[str, ...]
    data: bytes = b""


def identified(job: Job, item: Transcript | Track, data: bytes = b"") -> Loaded:
    """What was read for a job, with its languages. Raises `InputError` where a check needs
    one that nothing names.
    """
    tag = job.options.language or naming.language(job.source, item)
    if not tag and job.command == "check":
        raise InputError(str(job.source), "its language is not known", "Name it: --language es")
    tag = tag or "en"
    return Loaded(job, item, tag, naming.targets(job.targets, tag), data)


def load(job: Job) -> Loaded:
    """Read a job's file, far enough to know what is asked of it. Raises `SpeechsubsError`."""
    data = read_bytes(job.source)
    item = formats.parse(data, job.source)
    if job.command != "subtitle" and not isinstance(item, Track):
        advice = "Use `speechsubs subtitle` to make some"
        raise InputError(str(job.source), "these are no subtitles: it has no cues", advice)
    found = identified(job, item, data)
    if job.command == "translate" and not found.targets and job.targets:
        advice = "--from names its language"
        raise InputError(str(job.source), f"the file is in {found.language} already", advice)
    return found


def ready(job: Job, resources: Resources) -> Ready:
    """Read a file and prepare it for engines. Raises `SpeechsubsError`."""
    start = perf_counter()
    found = load(job)
    source = resources.setting(found.language, job.options).source
    return replace(
        prepared(found, resources, _aligner(job, source)),
        inputs=fingerprint.inputs(job, fingerprint.of_bytes(found.data)),
        size=len(found.data),
        seconds=perf_counter() - start,
    )


def prepared(loaded: Loaded, resources: Resources, aligner: Aligner | None) -> Ready:
    """A file that was read, prepared for engines. Raises `InputError`.

    Without an aligner its times are its own, or estimated.
    """
    job, item = loaded.job, loaded.item
    setting = resources.setting(loaded.language, job.options)
    transcript = formats.from_track(item) if isinstance(item, Track) else item
    return Ready(
        job,
        setting,
        tuple(job.options.limited(locales.load(to)) for to in loaded.targets),
        pipeline.prepare(transcript, setting, aligner),
        item if job.options.keep_cues and isinstance(item, Track) else None,
    )


def _aligner(job: Job, source: Locale) -> Aligner | None:
    if job.audio is None:
        return None
    lexicon = Path(job.options.lexicon) if job.options.lexicon else None
    recording = audio.load(job.audio)
    return registry.load(job.options.aligner, recording, source, lexicon=lexicon)


def complete(one: Ready, drafted: Sequence[Drafted]) -> Result:
    """The cues and findings of a job in all its languages."""
    given = [(each.locale, each.engine, each.drafts) for each in drafted]
    return pipeline.finish(one.prepared, given, one.setting, one.kept)


def finished(one: Ready, drafted: Sequence[Drafted], resources: Resources) -> Made:
    """Cues and findings of a job, its files planned."""
    start = perf_counter()
    job = one.job
    result = complete(one, drafted)
    source = one.setting.source.tag
    own = job.own and job.command == "subtitle"
    tags = [source] * own + [each.locale.tag for each in drafted]
    plans = naming.planned(job, result, tags)
    spent = one.seconds + perf_counter() - start
    by_tag = {each.locale.tag: each for each in drafted}
    parts = []
    for output in result.outputs:
        tag = output.locale.tag
        if tag in tags:
            parts.append(_part(one, output, by_tag.get(tag), spent / len(tags), resources))
    shared = len(result.findings)
    return Made(_job_result(one, result, parts), plans, job.options.overwrite, shared)


def _part(
    one: Ready, output: Output, drafted: Drafted | None, seconds: float, resources: Resources
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
        len(output.drafts) if tag != source else 0,
        *_counts(output.findings),
        output.engine,
        output.quality,
        seconds + (drafted.seconds if drafted else 0.0),
        drafted.memory if drafted else "",
        drafted.recalled if drafted else "",
    )


def _job_result(one: Ready, result: Result, parts: Sequence[LanguageResult]) -> JobResult:
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
    """Write the files of finished jobs, together; what came of each, in order."""
    results = {}
    for overwrite in (False, True):
        some = [item for item in made if item.overwrite is overwrite]
        written = outputs.write_each([item.planned for item in some], overwrite=overwrite)
        for item, done in zip(some, written, strict=True):
            results[id(item)] = _written(item, done)
    return [results[id(item)] for item in made]


def _written(made: Made, done: Written | SpeechsubsError) -> JobResult:
    result = made.result
    if isinstance(done, SpeechsubsError):
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
    """Do a whole job in this process. Never raises for what is wrong with it."""
    (result,) = do_all([job], resources)
    return result


def do_all(jobs: Sequence[Job], resources: Resources | None = None) -> list[JobResult]:
    """Do whole jobs in this process, one after the other, written together."""
    resources = resources or process_resources()
    return written([attempt(job, partial(made, job, resources)) for job in jobs])


def written(items: Sequence[Made | JobResult]) -> list[JobResult]:
    """The results of jobs in order, when the files of those that came to something are
    written.
    """
    wrote = iter(write([item for item in items if isinstance(item, Made)]))
    return [next(wrote) if isinstance(item, Made) else item for item in items]


def made(job: Job, resources: Resources) -> Made:
    """Everything but the writing. Raises `SpeechsubsError`."""
    if job.command == "convert":
        return _converted(job)
    if job.command == "check":
        return _checked(job, resources)
    one = ready(job, resources)
    return finished(one, [drafted(one, locale, resources) for locale in one.targets], resources)


def drafted(one: Ready, locale: Locale, resources: Resources) -> Drafted:
    """The drafts of one job alone. Raises `EngineError`."""
    (found,) = drafted_together([one], locale, resources)
    return found


def drafted_each(some: Sequence[Ready], resources: Resources) -> list[list[Drafted] | JobResult]:
    """The drafts of jobs of one group in all their languages, made together.

    A job that fails is told by its result. Where jobs fail together, each is tried alone.
    """
    found: list[list[Drafted]] = [[] for _ in some]
    lost: dict[int, JobResult] = {}
    for locale in some[0].targets if some else ():
        left = [number for number in range(len(some)) if number not in lost]
        drafts = _drafted_or_lost([some[number] for number in left], locale, resources)
        for number, one in zip(left, drafts, strict=True):
            if isinstance(one, JobResult):
                lost[number] = one
            else:
                found[number].append(one)
    return [lost.get(number, drafts) for number, drafts in enumerate(found)]


def _drafted_or_lost(
    some: Sequence[Ready], locale: Locale, resources: Resources
) -> list[Drafted | JobResult]:
    if not some:
        return []
    try:
        return [*drafted_together(some, locale, resources)]
    except Exception as error:  # one broken file never stops the others
        if len(some) == 1:
            return [failed(some[0].job, error)]
    return [found for one in some for found in _drafted_or_lost([one], locale, resources)]


def drafted_together(
    some: Sequence[Ready],
    locale: Locale,
    resources: Resources,
    recalls: Sequence[Recall] = (),
    progress: Progress | None = None,
) -> list[Drafted]:
    """The drafts of jobs of one setting, made in one go. Raises `EngineError`.

    `recalls`, one for each job, are asked instead of the memory. The engine's time is
    shared out by sentences.
    """
    setting, options = some[0].setting, some[0].job.options
    engine = resources.engine(options.engine, setting.source.tag, locale.tag)
    # Before the memory is asked: should it change in between, the next run asks it again.
    held = resources.written(setting.source.tag, locale.tag)
    heard = []
    if resources.memory is not None:
        heard = [fingerprint.asked(resources.memory, one.job, setting.source) for one in some]
    start = perf_counter()
    texts = [one.prepared for one in some]
    drafts = pipeline.translated(texts, locale, engine, setting, recalls or heard, progress)
    each = (perf_counter() - start) / max(sum(map(len, drafts)), 1)
    answers = [one.answers for one in heard] or [""] * len(some)
    return [
        Drafted(locale, engine, own, each * len(own), held, said)
        for own, said in zip(drafts, answers, strict=True)
    ]


def recalled(job: Job, tags: Sequence[str], resources: Resources) -> dict[str, str]:
    """What people's memory says of a job now, by language, as `LanguageResult.recalled` has it.

    No engine is asked and no recording heard: texts do not depend on either.
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
    data, track = _track(load(job))
    planned = conversions(job, track)
    digest = fingerprint.of(job, "", source="", inputs={"input": fingerprint.of_bytes(data)})
    part = LanguageResult(
        "",
        digest,
        tuple(plan.path for plan in planned),
        len(track.cues),
        0,
        *_counts(track.findings),
        seconds=perf_counter() - start,
    )
    result = JobResult(
        job.key, job.source, languages=(part,), findings=track.findings, bytes=len(data)
    )
    return Made(result, planned, job.options.overwrite)


def conversions(job: Job, track: Track) -> list[Planned]:
    """The files that a track is converted to."""
    options = job.options
    return [Planned(track, place, options.crlf, options.bom) for place in naming.files(job, "", "")]


def _checked(job: Job, resources: Resources) -> Made:
    start = perf_counter()
    loaded = load(job)
    data, track = _track(loaded)
    against = job.options.against
    found = examined(loaded, resources, resources.original(against) if against else None)
    tag = loaded.language
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


def examined(loaded: Loaded, resources: Resources, original: Track | None) -> list[Finding]:
    """What is wrong with subtitles by themselves, and against the track in the original
    language.
    """
    _, track = _track(loaded)
    options = loaded.job.options
    spoken = options.against_language
    if original is not None and not spoken:
        spoken = naming.language(Path(options.against), original)
    return pipeline.examine(
        replace(track, language=loaded.language),  # findings name it
        locales.load(loaded.language),
        source=original,
        source_locale=locales.load(spoken or "en"),
        glossary=resources.glossary(options.glossary),
        fps=options.fps,
    )


def _track(loaded: Loaded) -> tuple[bytes, Track]:
    """The bytes and the cues of a file; `load` lets nothing but subtitles through to here."""
    assert isinstance(loaded.item, Track)
    return loaded.data, loaded.item
