"""The protocol between a run and its workers: requirements, shares of work, answers.

The requirements (`Terms`) guarantee that a worker's output is byte-identical to any other
machine's. Jobs are split into shares by language and joined again.

A share is a file with some of its languages. Small files travel whole, several to a
bundle, so that an engine gets full batches; a file larger than a bundle is split into one
share per language, and its languages are processed in parallel.
"""

import hashlib
import platform
from collections import deque
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

#: An engine's name, its source language and its target language.
Direction = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Terms:
    """The environment of the machine that starts a run, which its workers must share.

    `run` names the run. Relative paths start at `folder`. `versions` are those of speechsubs
    and its dependencies, `code` is the digest of its modules and locales; `glossaries` are
    digests by path, `engines` signatures by direction; `files` are some inputs with their
    sizes. `threads` is the number of cores a worker may use; None for its number of Dask
    threads. `here` is True if the workers are our own processes. `memory` is a snapshot of
    the human translations (`Memory.snapshot`, compressed with zlib), empty without a memory:
    a database that others write to cannot be read safely over a network file system.
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
    """Where the workers are: at a scheduler's address, or, without one, `workers` of our own.

    `threads` is the number of cores that each of our own may use.
    """

    scheduler: str = ""
    workers: int = 1
    threads: int = 1

    def __str__(self) -> str:
        return f"--scheduler {self.scheduler}" if self.scheduler else "--cluster local"


def versions() -> dict[str, str]:
    """The installed versions of Python, speechsubs and its dependencies."""
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
    """The digest of our own modules and locales: two checkouts may share a version number."""
    found = hashlib.sha256()
    package = Path(__file__).parents[2]
    places = [(package, "*.py"), *((place, "*.yml") for place in locales.folders())]
    for folder, pattern in places:
        for path in sorted(folder.rglob(pattern)):
            found.update(path.relative_to(folder).as_posix().encode("utf-8", "replace"))
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def signature(resources: Resources, direction: Direction) -> str:
    """The signature of the engine for a direction; "-" and the reason if there is none."""
    try:
        return resources.engine(*direction).signature
    except SpeechsubsError as error:
        return f"-{error}"


def faults(terms: Terms, resources: Resources) -> list[str]:
    """Why this process is unfit for a run: each problem, and how to fix it."""
    found = _other_versions(terms)
    if not found and code() != terms.code:
        found.append(
            f"its speechsubs {__version__} has different modules or locales from the local one. "
            "Install the same version there"
        )
    if found:
        return found  # with different code, further checks mean nothing
    if not Path(terms.folder).is_dir():
        return [f"it has no folder {terms.folder}. Share it under the same path"]
    return [*_files(terms), *_glossaries(terms, resources), *_engines(terms, resources)]


def _other_versions(terms: Terms) -> list[str]:
    own = versions()
    return [
        f"{name}: {own.get(name, 'missing')} there, {wanted} here. Install the same version there"
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
                found.append(f"{name} is a different file there. {advice}")
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
                found.append(f"{path} is a different glossary there. Share it under the same path")
    return found


def _engines(terms: Terms, resources: Resources) -> list[str]:
    found = [
        differs(direction, signature(resources, direction), wanted)
        for direction, wanted in terms.engines.items()
    ]
    return [text for text in found if text]


def differs(direction: Direction, there: str, here: str) -> str:
    """How a worker's engine differs from the one here; empty if it is the same or none."""
    _, source, target = direction
    if there == here or (there.startswith("-") and here.startswith("-")):
        return ""
    advice = "Install the same model there (speechsubs models install)"
    if there.startswith("-"):
        return f"it cannot translate {source} to {target} ({there[1:]}). {advice}"
    if here.startswith("-"):
        return (
            f"it translates {source} to {target} with {there}, this machine with nothing. {advice}"
        )
    return f"it translates {source} to {target} with {there}, this machine with {here}. {advice}"


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


#: The largest size of a bundle, in bytes of text times languages: a few seconds of work.
MOST_BYTES = 128 * 1024
#: ... and its largest number of files.
MOST_FILES = 32
#: Every worker gets at least this many bundles if there is enough work.
BUNDLES_A_WORKER = 4


@dataclass(frozen=True, slots=True)
class Share:
    """Some languages of a job: its `targets`, and its own track if `own`.

    `number` counts jobs, `place` the shares of one job; `shares` is their total.
    """

    number: int
    job: Job
    own: bool
    targets: tuple[str, ...]
    place: int = 0
    shares: int = 1


@dataclass(frozen=True, slots=True)
class Nothing:
    """The answer to a share whose only target is the file's own language."""


#: The answer to a share.
Answer = Made | JobResult | Nothing
#: Shares that travel together.
Bundle = tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A finished bundle: its answers in order, its worker, and the engines used.

    `engines` are signatures by engine, source and target; `loads` is the number of engines
    that the worker has loaded so far.
    """

    bundle: Bundle
    answers: tuple[Answer, ...]
    worker: str = ""
    engines: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    loads: int = 0


def bundles(jobs: Iterable[Job], weigh: int) -> Iterator[Bundle]:
    """Split jobs into shares, in order, and pack them into bundles of about `weigh` bytes.

    A job with a recording is never split: alignment is most of its work and done once.
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
    """The size of the source in bytes, times its number of output languages."""
    try:
        size = job.source.stat().st_size
    except OSError:
        size = 0  # the file is gone: the worker reports it
    return max(size, 1) * max(len(job.targets), 1)


def bundle_size(jobs: Sequence[Job], workers: int) -> int:
    """The bundle size in bytes that keeps all workers busy until the end."""
    total = sum(weight_of(job) for job in jobs)
    return min(MOST_BYTES, max(1, total // (max(workers, 1) * BUNDLES_A_WORKER)))


def _cut(number: int, job: Job) -> list[Share]:
    """Split a job into one share per language; the file's own track goes with the first."""
    tags = tuple(dict.fromkeys(job.targets))
    return [
        Share(number, job, job.own and place == 0, (tag,), place, len(tags))
        for place, tag in enumerate(tags)
    ]


@dataclass(slots=True)
class Gathering:
    """Collects the answers to the shares of each job until all have arrived.

    Only jobs in flight are kept: a complete job is handed over immediately.
    """

    _open: dict[int, dict[int, Answer]] = field(default_factory=dict)

    def take(self, share: Share, answer: Answer) -> Made | JobResult | None:
        """Add an answer; returns the job's result if this was the last one."""
        found = self._open.setdefault(share.number, {})
        found[share.place] = answer
        if len(found) < share.shares:
            return None
        del self._open[share.number]
        return joined([found[place] for place in range(share.shares)])


def joined(answers: Sequence[Answer]) -> Made | JobResult:
    """Join the answers of a job; the first failed share makes the job fail."""
    for answer in answers:
        if isinstance(answer, JobResult):
            return answer
    made = [answer for answer in answers if isinstance(answer, Made)]
    first, *others = made
    if not others:
        return first
    # Findings about the transcript itself are in every share and count once.
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
    """Whether a file is bilingual (NAME.en+es.srt): these are listed last."""
    return "+" in Path(plan.path.stem).suffix


#: A share is given up once this many workers have died of it while it ran alone.
DEATHS_ALONE = 2


class Quarantine:
    """Decides what runs next, so that only a share that kills its workers is given up.

    Dask blames everything that a dead worker held or was promised. Being blamed therefore
    proves nothing: a blamed bundle is split, its shares run again beside others, and a share
    blamed again becomes a suspect. Suspects wait until nothing else is left and then run one
    at a time, each the only work on all workers, so that a death can have no other cause.
    """

    def __init__(self, bundles: Iterator[Bundle]) -> None:
        self._bundles = bundles
        self._again: deque[Bundle] = deque()
        self._suspects: deque[Bundle] = deque()
        self._tried: set[tuple[int, int]] = set()
        self._alone = False
        self._deaths = 0

    def next(self, running: int) -> Bundle | None:
        """The next bundle while `running` others are out; None if there is none for now."""
        if self._alone:
            return self._suspects[0] if not running else None
        if self._again:
            return self._again.popleft()
        bundle = next(self._bundles, None)
        if bundle is not None or running or not self._suspects:
            return bundle
        self._alone, self._deaths = True, 0
        return self._suspects[0]

    def finished(self) -> None:
        """Note that a bundle came back with its answers."""
        if self._alone:
            self._release()

    def blamed(self, bundle: Bundle, worker: str, deaths: int = 1) -> Done | None:
        """Note that Dask blamed a bundle for the deaths of workers, most recently `worker`.

        Returns the failed answer if that is proven, None if the bundle is run again.
        """
        if self._alone:
            self._deaths += deaths
            if self._deaths < DEATHS_ALONE:
                return None
            self._release()
            return killed(bundle, worker)
        for share in bundle:
            name = (share.number, share.place)
            waiting = self._suspects if name in self._tried else self._again
            waiting.append((share,))
            self._tried.add(name)
        return None

    def _release(self) -> None:
        self._suspects.popleft()
        self._alone = False


def killed(bundle: Bundle, worker: str) -> Done:
    """The answer to shares whose workers kept dying; `worker` was the last."""
    return Done(bundle, tuple(_killed(share, worker) for share in bundle), worker)


def _killed(share: Share, worker: str) -> JobResult:
    job = share.job
    reason = (
        f"{job.source}: the workers processing it were killed one after another, "
        f"most recently {worker}; possibly out of memory"
    )
    return JobResult(job.key, job.source, reason)
