"""Plan a run: what to do, what is up to date, what cannot be done, and how long it takes."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from speechsubs import formats, outputs
from speechsubs.adapters.files import special_kind
from speechsubs.batch import fingerprint, naming, worker
from speechsubs.batch.model import Job, JobResult
from speechsubs.batch.resources import Resources
from speechsubs.batch.state import Known, State, rate_name
from speechsubs.errors import InputError, SpeechsubsError


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file whose outputs all exist and are up to date; `findings` if any had findings."""

    job: Job
    findings: bool


@dataclass(slots=True)
class Plan:
    """The jobs of a run.

    `todo` holds what remains of each; `why` gives the reason for repeating an earlier job.
    `refused` are those that cannot be done at all. `confirmed` are the keys of files that
    a changed memory does not affect: `State.confirm` records that.
    """

    todo: list[Job] = field(default_factory=list)
    unchanged: list[Unchanged] = field(default_factory=list)
    refused: list[JobResult] = field(default_factory=list)
    why: dict[str, str] = field(default_factory=dict)
    confirmed: list[str] = field(default_factory=list)


def plan(
    jobs: Iterable[Job],
    resources: Resources,
    state: State | None,
    *,
    resume: bool = True,
    stopping: Callable[[], bool] = lambda: False,
) -> Plan:
    """Sort jobs by what remains to be done. Reads only files that were done before.

    Without a state, with `resume` off, or if edits are to be overwritten, everything is to
    do; so is whatever has not been examined when `stopping` returns True.
    """
    found = Plan()
    resources.written.cache_clear()
    jobs = list(jobs)
    doubtful = _Doubtful(jobs)
    for job in jobs:
        if stopping():
            found.todo.append(job)
            continue
        try:
            _refuse(job)
            doubtful.refuse(job)
            # Overwriting edits applies to every file, including those that are up to date.
            again = not resume or job.options.overwrite
            known = None if again or state is None else state.known.get(job.key)
            if known is None or state is None:
                found.todo.append(job)
                continue
            asked = _Asked(job, known, resources)
            left, reason = _left(job, known, resources, state, asked)
        except Exception as error:  # one broken file never stops the others
            found.refused.append(worker.failed(job, error))
            continue
        if left is None:
            wanted = {known.language, *naming.targets(job.targets, known.language), ""}
            bad = any(done.findings for tag, done in known.parts.items() if tag in wanted)
            found.unchanged.append(Unchanged(job, bad))
        else:
            found.todo.append(left)
            found.why[job.key] = reason
        if asked.confirmed:
            found.confirmed.append(job.key)
    return found


def looked_into(found: Plan, resources: Resources) -> Plan:
    """The plan of a dry run, which reads every file that is to be done.

    Unreadable files and languages without an engine are refused.
    """
    looked = replace(found, todo=[], refused=list(found.refused))
    for job in found.todo:
        try:
            one = worker.read(job)
            resources.require(job.options.engine, one.language, one.targets)
        except SpeechsubsError as error:
            looked.refused.append(worker.failed(job, error))
        else:
            looked.todo.append(job)
    return looked


def _refuse(job: Job) -> None:
    """Raise what is wrong with a job that can be checked without reading its files."""
    for path in (job.source, job.audio):
        if path is None:
            continue
        try:
            if path.is_dir():
                raise InputError(str(path), "is a folder")
            kind = special_kind(path.stat().st_mode) if path.exists() else ""
            if kind:
                raise InputError(str(path), f"is {kind}, not a file")
            if not os.access(path, os.R_OK):
                there = os.path.lexists(path)
                raise InputError(str(path), "cannot be read" if there else "no such file")
        except ValueError as error:
            raise InputError(ascii(str(path)), f"cannot be read ({error})") from error


class _Asked:
    """Checks whether an output still matches the translation memory.

    If the memory has changed but its matches have not, the known state of the file is
    updated and `confirmed` is set.
    """

    def __init__(self, job: Job, known: Known, resources: Resources) -> None:
        self._job, self._known, self._resources = job, known, resources
        self._found: dict[str, str] = {}
        self.confirmed = False

    def same(self, tag: str) -> bool:
        """Whether the matches for a language are unchanged. Raises `SpeechsubsError`."""
        done = self._known.parts[tag]
        held = self._resources.written(self._known.language, tag)
        if held == done.memory:
            return True
        if (self._answers(tag) if held else "") != done.recalled:
            return False
        self._known.parts[tag] = replace(done, memory=held)
        self.confirmed = True
        return True

    def _answers(self, tag: str) -> str:
        if not self._found:
            # All languages at once: reading and preparing the file takes longer than the lookup.
            tags = naming.targets(self._job.targets, self._known.language)
            self._found = worker.recalled(self._job, tags, self._resources)
        return self._found[tag]


def _left(
    job: Job, known: Known, resources: Resources, state: State, asked: _Asked
) -> tuple[Job | None, str]:
    """The rest of a job that was done before, and the reason; None if it is up to date."""
    source = known.language
    inputs = fingerprint.inputs(job)
    options = job.options
    glossary = resources.glossary(options.glossary).digest if job.command != "convert" else ""
    reasons: list[str] = []

    def fresh(tag: str) -> bool:
        done = known.parts.get(tag)
        if done is None:
            reasons.append(f"{tag} is new")
            return False
        engine = ""
        if tag not in (source, ""):
            engine = resources.engine(options.engine, source, tag).signature
        digest = fingerprint.of(
            job,
            tag,
            source=source,
            inputs=inputs,
            glossary=glossary,
            engine=engine,
        )
        if digest != done.print:
            other = tag not in (source, "") and engine != done.engine
            reasons.append("engine or model changed" if other else "input or options changed")
            return False
        files = naming.files(job, source, tag)
        if tuple(state.name(path) for path in files) != done.files:
            reasons.append("output location changed")
            return False
        if not all(os.path.lexists(path) for path in files):
            reasons.append("an output is missing")
            return False
        if tag not in (source, "") and not asked.same(tag):
            reasons.append("memory matches changed")
            return False
        return True

    if job.command == "convert":
        return (None, "") if fresh("") else (job, reasons[0])
    own = job.command == "subtitle" and not fresh(source)
    targets = tuple(tag for tag in naming.targets(job.targets, source) if not fresh(tag))
    if not own and not targets:
        return None, ""
    return replace(job, own=own, targets=targets), reasons[0]


class _Doubtful:
    """Finds outputs that would collide, or would replace an input.

    An output's name begins with its source's stem, so only sources that share folder and
    stem need checking; these are read for their language.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._real: dict[Path, str] = {}
        self._count = Counter(key for job in jobs for key in self._keys(job))
        self._inputs: dict[str, Path] = {}
        for job in jobs:
            if self._shared(job):
                self._inputs[self._where(job.source.parent, job.source.name)] = job.source
        self._taken: dict[str, Path] = {}
        self._origins = outputs.Origins()

    def refuse(self, job: Job) -> None:
        """Raise `InputError` for the later of two jobs that collide."""
        if job.command == "check":
            return
        own = self._where(job.source.parent, job.source.name)
        foreign = self._foreign(job)
        if not self._shared(job) and not foreign:
            if job.command != "convert":
                return
            self._inputs.setdefault(own, job.source)
        source = ""
        if job.command != "convert":
            item = formats.read(job.source, fps=job.options.fps, encoding=job.options.encoding)
            source = job.options.language or naming.language(job.source, item) or "en"
        places = {self._where(p.parent, p.name): p for p in naming.all_files(job, source)}
        for key, path in places.items():
            advice = "Choose another folder (-o) or skip one of them (--exclude)"
            if key in self._inputs:
                what = "itself" if key == own else f"the input {self._inputs[key]}"
                raise InputError(str(job.source), f"its output {path} would replace {what}", advice)
            if key in self._taken:
                other = self._taken[key]
                raise InputError(
                    str(job.source), f"its output {path} is also an output of {other}", advice
                )
            if foreign:
                self._origins.refuse_other(path, job.source)
        self._taken |= dict.fromkeys(places, job.source)

    def _foreign(self, job: Job) -> bool:
        """Whether earlier outputs with the job's stem were made from another source."""
        if job.options.overwrite:
            return False
        try:
            for name in self._origins.names(job.folder, outputs.stem(job.source)):
                self._origins.refuse_other(job.folder / name, job.source)
        except InputError:
            return True
        return False

    def _keys(self, job: Job) -> set[str]:
        """The possible locations of the job's outputs, and its own location."""
        stem = outputs.stem(job.source)
        return {self._where(folder, stem) for folder in (job.folder, job.source.parent)}

    def _shared(self, job: Job) -> bool:
        keys = self._keys(job)
        # Written elsewhere, converted or translated subtitles may keep the source's name.
        beside = len(keys) == 1 and job.source.suffix.lower().lstrip(".") in formats.writable()
        return beside or any(self._count[key] > 1 for key in keys)

    def _where(self, folder: Path, name: str) -> str:
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        return f"{self._real[folder]}{os.sep}{name}"


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimated time of the work, extrapolated from earlier runs in this folder.

    `seconds` is None if nothing comparable has been measured yet.
    """

    seconds: float | None
    measured_files: int


def estimate(jobs: Sequence[Job], state: State | None) -> Estimate:
    """Estimate the time of jobs from their size and the seconds per byte of each language."""
    if state is None:
        return Estimate(None, 0)
    total = 0.0
    for job in jobs:
        try:
            size = job.source.stat().st_size
        except OSError:
            continue
        known = state.known.get(job.key)
        language = job.options.language or (known.language if known else "")
        language = language or outputs.language_in(job.source) or "en"
        names = ["own"] if job.own else []
        names += [rate_name(language, tag) for tag in naming.targets(job.targets, language)]
        for name in names:
            seconds = state.rates.of(name, size)
            if seconds is None:
                return Estimate(None, len(state.known))
            total += seconds
    return Estimate(total, len(state.known))
