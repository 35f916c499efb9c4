"""What a run expects of a worker, so that its bytes are those of any other machine.

Work for workers: jobs cut into shares by language, and put together again.

A share is a file with some of its languages. Small files travel whole and several to a
bundle, so that an engine gets full batches; a file that is larger than a bundle is cut
into one share for each language, and its languages are worked on side by side.
"""

import hashlib
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from speechsubs import __version__
from speechsubs.batch.model import Job, JobResult, LanguageResult
from speechsubs.batch.resources import Resources
from speechsubs.batch.worker import Made
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.language import locales
from speechsubs.model import Severity
from speechsubs.outputs import Planned

#: An engine's name, the language it translates from, and to.
Direction = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the machine that starts a run has, and its workers must have too.

    `run` names the run. `folder` is where relative paths begin. `versions` are those of
    speechsubs and of what it runs on, `code` is the digest of its modules and locales;
    `glossaries` are digests by path, `engines` signatures by direction; `files` are some
    inputs with their sizes. `threads` is how many cores a worker may use; None for as
    many as Dask gives it threads. `here` is True where workers are processes of ours.
    `memory` is what people wrote (`Memory.snapshot`, compressed by zlib), empty without a
    memory: a file that others write to is not safe to be read over a network.
    """

    run: str
    folder: str
    versions: Mapping[str, str]
    code: str
    glossaries: Mapping[str, str]
    engines: Mapping[Direction, str]
    files: Mapping[str, int]
    threads: int | None = None
    here: bool = False
    memory: bytes = b""


@dataclass(frozen=True, slots=True)
class Place:
    """Where workers are: at a scheduler's address, or, without one, `workers` of our own.

    `threads` is how many cores each of our own may use.
    """

    scheduler: str = ""
    workers: int = 1
    threads: int = 1

    def __str__(self) -> str:
        return f"--scheduler {self.scheduler}" if self.scheduler else "--cluster local"


def versions() -> dict[str, str]:
    """The versions of Python, speechsubs and what it needs, as they are installed here."""
    found = {"speechsubs": __version__, "Python": ".".join(platform.python_version_tuple()[:2])}
    with suppress(PackageNotFoundError):
        for line in requires("speechsubs") or ():
            needed, _, marker = line.partition(";")
            if "extra" in marker:
                continue
            name = next(iter(_names(needed)), "")
            with suppress(PackageNotFoundError):
                found[name] = version(name)
    return found


def _names(requirement: str) -> Iterable[str]:
    word = ""
    for character in requirement.strip():
        if not (character.isalnum() or character in "-_."):
            break
        word += character
    return [word] if word else []


def code() -> str:
    """The digest of our own modules and locales: two checkouts may have one version."""
    found = hashlib.sha256()
    package = Path(__file__).parents[2]
    places = [(package, "*.py"), *((place, "*.yml") for place in locales.folders())]
    for folder, pattern in places:
        for path in sorted(folder.rglob(pattern)):
            found.update(path.relative_to(folder).as_posix().encode("utf-8", "replace"))
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def signature(resources: Resources, direction: Direction) -> str:
    """The signature of the engine for a direction; why there is none, after a "-"."""
    try:
        return resources.engine(*direction).signature
    except SpeechsubsError as error:
        return f"-{error}"


def faults(terms: Terms, resources: Resources) -> list[str]:
    """Why this process must not work for a run: what is wrong, and what to do about it."""
    found = _other_versions(terms)
    if not found and code() != terms.code:
        found.append(
            f"its speechsubs {__version__} has other modules or locales than the one here. "
            "Install the same one there"
        )
    if found:
        return found  # with other code whatever else is found means nothing
    if not Path(terms.folder).is_dir():
        return [f"there is no folder {terms.folder}. Share it under the same path"]
    return [*_files(terms), *_glossaries(terms, resources), *_engines(terms, resources)]


def _other_versions(terms: Terms) -> list[str]:
    own = versions()
    return [
        f"it has {name} {own.get(name, 'nowhere')}, here is {wanted}. Install the same one there"
        for name, wanted in terms.versions.items()
        if own.get(name) != wanted
    ]


def _files(terms: Terms) -> list[str]:
    advice = f"Share {terms.folder}, and the folders of all inputs, under the same paths"
    found = []
    for name, size in terms.files.items():
        try:
            other = Path(terms.folder, name).stat().st_size
        except OSError as error:
            found.append(f"{name} cannot be read there ({error.strerror or error}). {advice}")
        else:
            if other != size:
                found.append(f"{name} is another file there. {advice}")
    return found


def _glossaries(terms: Terms, resources: Resources) -> list[str]:
    found = []
    for path, digest in terms.glossaries.items():
        try:
            own = resources.glossary(path).digest
        except SpeechsubsError as error:
            found.append(f"it cannot use the glossary ({error}). Share it under the same path")
        else:
            if own != digest:
                found.append(f"{path} is another glossary there. Share it under the same path")
    return found


def _engines(terms: Terms, resources: Resources) -> list[str]:
    found = [
        differs(direction, signature(resources, direction), wanted)
        for direction, wanted in terms.engines.items()
    ]
    return [text for text in found if text]


def differs(direction: Direction, there: str, here: str) -> str:
    """What is wrong with an engine of a worker; nothing where it is the one here, or none."""
    _, source, target = direction
    if there == here or (there.startswith("-") and here.startswith("-")):
        return ""
    advice = "Install the same model there (speechsubs models install)"
    if there.startswith("-"):
        return f"it cannot translate {source} to {target} ({there[1:]}). {advice}"
    if here.startswith("-"):
        return f"it translates {source} to {target} with {there}, and here nothing does. {advice}"
    return f"it translates {source} to {target} with {there}, here it is {here}. {advice}"


def inputs(jobs: Sequence[Job], some: int = 3) -> dict[str, int]:
    """The sizes of some inputs, by path. Raises `InputError`."""
    found = {}
    for job in jobs[:some]:
        for path in (job.source, job.audio):
            if path is not None:
                try:
                    found[str(path)] = path.stat().st_size
                except OSError as error:
                    problem = f"cannot be read ({error.strerror or error})"
                    raise InputError(str(path), problem) from error
    return found


#: A bundle holds at most so many bytes of text, times languages: some seconds of work.
MOST_BYTES = 128 * 1024
#: ... and at most so many files.
MOST_FILES = 32
#: While there is enough to do, every worker gets so many bundles or more.
BUNDLES_A_WORKER = 4


@dataclass(frozen=True, slots=True)
class Share:
    """Some languages of a job: its `targets` of these, and its own track where `own`.

    `number` counts jobs, `place` the shares of one job, which are `shares`.
    """

    number: int
    job: Job
    own: bool
    targets: tuple[str, ...]
    place: int = 0
    shares: int = 1


@dataclass(frozen=True, slots=True)
class Nothing:
    """What came of a share whose only language is the file's own."""


#: What came of a share.
Answer = Made | JobResult | Nothing
#: Shares that travel together.
Bundle = tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A bundle that is done: its answers in order, who gave them, and with which engines.

    `engines` are signatures by engine, source and target; `loads` is how many engines
    that worker has loaded so far.
    """

    bundle: Bundle
    answers: tuple[Answer, ...]
    worker: str = ""
    engines: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    loads: int = 0


def bundles(jobs: Iterable[Job], weigh: int) -> Iterator[Bundle]:
    """Shares in the order of the jobs, bundles of at most about `weigh` bytes.

    A job with a recording is never cut: to align it is most of the work, once.
    """
    held: list[Share] = []
    total = 0
    for number, job in enumerate(jobs):
        weight = weight_of(job)
        alone = job.audio is not None
        cut = weight > weigh and not alone and len(set(job.targets)) > 1
        if held and (alone or total + weight > weigh or len(held) >= MOST_FILES):
            yield tuple(held)
            held, total = [], 0
        if cut:
            for share in _cut(number, job):
                yield (share,)
            continue
        held.append(Share(number, job, job.own, job.targets))
        total = weigh if alone else total + weight
    if held:
        yield tuple(held)


def weight_of(job: Job) -> int:
    """Bytes of the source, times the languages that are made of it."""
    try:
        size = job.source.stat().st_size
    except OSError:
        size = 0  # it has vanished: the worker says so
    return max(size, 1) * max(len(job.targets), 1)


def bundle_size(jobs: Sequence[Job], workers: int) -> int:
    """Bytes for a bundle, so that all workers have something to do until the end."""
    total = sum(weight_of(job) for job in jobs)
    return min(MOST_BYTES, max(1, total // (max(workers, 1) * BUNDLES_A_WORKER)))


def _cut(number: int, job: Job) -> list[Share]:
    """One language each; the file's own track goes with the first."""
    tags = tuple(dict.fromkeys(job.targets))
    return [
        Share(number, job, job.own and place == 0, (tag,), place, len(tags))
        for place, tag in enumerate(tags)
    ]


@dataclass(slots=True)
class Gathering:
    """Answers to the shares of jobs, until a job has all of its own.

    Held are only jobs in flight: what was gathered is given away at once.
    """

    _open: dict[int, dict[int, Answer]] = field(default_factory=dict)

    def take(self, share: Share, answer: Answer) -> Made | JobResult | None:
        """Take one more answer in; what came of the job, when this was its last one."""
        found = self._open.setdefault(share.number, {})
        found[share.place] = answer
        if len(found) < share.shares:
            return None
        del self._open[share.number]
        return joined([found[place] for place in range(share.shares)])


def joined(answers: Sequence[Answer]) -> Made | JobResult:
    """One answer for a job; the first failure of its shares is that of the job."""
    for answer in answers:
        if isinstance(answer, JobResult):
            return answer
    made = [answer for answer in answers if isinstance(answer, Made)]
    first, *others = made
    if not others:
        return first
    # What is wrong with the transcript itself is in every share, and counts once.
    parts = [*first.result.languages]
    findings = [*first.result.findings]
    for other in others:
        parts += _without_shared(other)
        findings += other.result.findings[other.shared :]
    result = replace(first.result, languages=tuple(parts), findings=tuple(findings))
    planned = [plan for item in made for plan in item.planned]
    planned.sort(key=_stacked)
    return replace(first, result=result, planned=planned)


def _without_shared(item: Made) -> Iterator[LanguageResult]:
    first, *others = item.result.languages
    shared = item.result.findings[: item.shared]
    errors = sum(finding.severity is Severity.ERROR for finding in shared)
    warnings = sum(finding.severity is Severity.WARNING for finding in shared)
    yield replace(first, errors=first.errors - errors, warnings=first.warnings - warnings)
    yield from others


def _stacked(plan: Planned) -> bool:
    """Files of two languages are listed behind all others: NAME.en+es.srt."""
    return "+" in Path(plan.path.stem).suffix


def singly(bundle: Bundle) -> list[Bundle]:
    """Each share as a bundle of its own: one of them kills its workers."""
    return [(share,) for share in bundle]


def killed(bundle: Bundle, worker: str) -> Done:
    """What is said of shares whose workers died, again and again, at last `worker`."""
    return Done(bundle, tuple(_killed(share, worker) for share in bundle), worker)


def _killed(share: Share, worker: str) -> JobResult:
    job = share.job
    reason = (
        f"{job.source}: the workers that worked on it were killed one after the other, "
        f"at last {worker}; was there not enough memory?"
    )
    return JobResult(job.key, job.source, reason)
