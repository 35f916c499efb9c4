"""What is to be done, what is done already, what cannot be done, and how long it takes."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from speechsubs import formats, outputs
from speechsubs.batch import context, fingerprint, worker
from speechsubs.batch.context import Kit
from speechsubs.batch.model import Record, Unit
from speechsubs.batch.state import Known, State, rate_name
from speechsubs.errors import InputError, SpeechsubsError


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file whose outputs are all there and up to date. `findings`: some had findings."""

    unit: Unit
    findings: bool


@dataclass(slots=True)
class Plan:
    """The units of a run.

    `todo` holds what is left of each; `why` says for a unit that was done before what
    has changed. `refused` are those that cannot be done at all. `confirmed` are the keys
    of files that a changed memory changes nothing of: `State.confirm` remembers that.
    """

    todo: list[Unit] = field(default_factory=list)
    unchanged: list[Unchanged] = field(default_factory=list)
    refused: list[Record] = field(default_factory=list)
    why: dict[str, str] = field(default_factory=dict)
    confirmed: list[str] = field(default_factory=list)


def plan(
    units: Iterable[Unit],
    kit: Kit,
    state: State | None,
    *,
    resume: bool = True,
    stopping: Callable[[], bool] = lambda: False,
) -> Plan:
    """Sort units by what there is to do. Reads only files that were done before.

    Without a state, with `resume` off, or where edits are to be overwritten, everything
    is to be done; what was not looked at when `stopping` says so is to be done as well.
    """
    found = Plan()
    kit.written.cache_clear()
    units = list(units)
    doubtful = _Doubtful(units)
    for unit in units:
        if stopping():
            found.todo.append(unit)
            continue
        try:
            _refuse(unit)
            doubtful.refuse(unit)
            # Who wants edits replaced wants every file looked at.
            again = not resume or unit.options.overwrite
            known = None if again or state is None else state.known.get(unit.key)
            if known is None or state is None:
                found.todo.append(unit)
                continue
            asked = _Asked(unit, known, kit)
            left, reason = _left(unit, known, kit, state, asked)
        except SpeechsubsError as error:
            found.refused.append(worker.failed(unit, error))
            continue
        if left is None:
            wanted = {known.language, *context.targets(unit.targets, known.language), ""}
            bad = any(done.findings for tag, done in known.parts.items() if tag in wanted)
            found.unchanged.append(Unchanged(unit, bad))
        else:
            found.todo.append(left)
            found.why[unit.key] = reason
        if asked.confirmed:
            found.confirmed.append(unit.key)
    return found


def looked_into(found: Plan, kit: Kit) -> Plan:
    """The plan after a look into every file that is to be done, for those who only ask.

    Files that cannot be read, and those whose languages have no engine, are refused.
    """
    looked = replace(found, todo=[], refused=list(found.refused))
    for unit in found.todo:
        try:
            one = worker.read(unit)
            kit.require(unit.options.engine, one.language, one.targets)
        except SpeechsubsError as error:
            looked.refused.append(worker.failed(unit, error))
        else:
            looked.todo.append(unit)
    return looked


def _refuse(unit: Unit) -> None:
    """What can be said of a file without reading it."""
    for path in (unit.source, unit.audio):
        if path is None:
            continue
        try:
            if path.is_dir():
                raise InputError(str(path), "this is a folder")
            if not os.access(path, os.R_OK):
                there = os.path.lexists(path)
                raise InputError(str(path), "cannot be read" if there else "no such file")
        except ValueError as error:
            raise InputError(ascii(str(path)), f"cannot be read ({error})") from error


class _Asked:
    """Whether an output still says what people's memory says of its sentences.

    What holds for a memory that has changed is put down in what is known of the file;
    `confirmed` says that this has happened.
    """

    def __init__(self, unit: Unit, known: Known, kit: Kit) -> None:
        self._unit, self._known, self._kit = unit, known, kit
        self._found: dict[str, str] = {}
        self.confirmed = False

    def same(self, tag: str) -> bool:
        """Whether the memory says of a language what it said. Raises `SpeechsubsError`."""
        done = self._known.parts[tag]
        held = self._kit.written(self._known.language, tag)
        if held == done.memory:
            return True
        if (self._answers(tag) if held else "") != done.recalled:
            return False
        self._known.parts[tag] = replace(done, memory=held)
        self.confirmed = True
        return True

    def _answers(self, tag: str) -> str:
        if not self._found:
            # All at once: to read and prepare the file takes longer than to ask.
            tags = context.targets(self._unit.targets, self._known.language)
            self._found = worker.recalled(self._unit, tags, self._kit)
        return self._found[tag]


def _left(
    unit: Unit, known: Known, kit: Kit, state: State, asked: _Asked
) -> tuple[Unit | None, str]:
    """What is left to do of a unit that was done before, and why; None for nothing."""
    source = known.language
    inputs = fingerprint.inputs(unit)
    options = unit.options
    glossary = kit.glossary(options.glossary).digest if unit.command != "convert" else ""
    reasons: list[str] = []

    def fresh(tag: str) -> bool:
        done = known.parts.get(tag)
        if done is None:
            reasons.append(f"{tag} is new")
            return False
        engine = ""
        if tag not in (source, ""):
            engine = kit.engine(options.engine, source, tag).signature
        print_ = fingerprint.of(
            unit,
            tag,
            source=source,
            inputs=inputs,
            glossary=glossary,
            engine=engine,
        )
        if print_ != done.print:
            other = tag not in (source, "") and engine != done.engine
            reasons.append("another engine or model" if other else "input or options changed")
            return False
        files = context.files(unit, source, tag)
        if tuple(state.name(path) for path in files) != done.files:
            reasons.append("its outputs go elsewhere")
            return False
        if not all(os.path.lexists(path) for path in files):
            reasons.append("an output is gone")
            return False
        if tag not in (source, "") and not asked.same(tag):
            reasons.append("the memory says something else of it")
            return False
        return True

    if unit.command == "convert":
        return (None, "") if fresh("") else (unit, reasons[0])
    own = unit.command == "subtitle" and not fresh(source)
    targets = tuple(tag for tag in context.targets(unit.targets, source) if not fresh(tag))
    if not own and not targets:
        return None, ""
    return replace(unit, own=own, targets=targets), reasons[0]


class _Doubtful:
    """Finds outputs that would be one file, or would replace an input.

    A name of an output begins with its source's stem, so only files that share folder
    and stem need a look; these are read for their language.
    """

    def __init__(self, units: Sequence[Unit]) -> None:
        self._real: dict[Path, str] = {}
        self._count = Counter(key for unit in units for key in self._keys(unit))
        self._inputs: dict[str, Path] = {}
        for unit in units:
            if self._shared(unit):
                self._inputs[self._where(unit.source.parent, unit.source.name)] = unit.source
        self._taken: dict[str, Path] = {}

    def refuse(self, unit: Unit) -> None:
        """Raise `InputError` for the later one of two units that are in each other's way."""
        if unit.command == "check":
            return
        own = self._where(unit.source.parent, unit.source.name)
        if not self._shared(unit):
            if unit.command != "convert":
                return
            self._inputs.setdefault(own, unit.source)
        source = ""
        if unit.command != "convert":
            item = formats.read(unit.source)
            source = unit.options.language or context.language(unit.source, item) or "en"
        places = {self._where(p.parent, p.name): p for p in context.all_files(unit, source)}
        for key, path in places.items():
            advice = "Choose another folder (-o) or leave one of them out (--exclude)"
            if key in self._inputs:
                what = "itself" if key == own else f"the input {self._inputs[key]}"
                raise InputError(
                    str(unit.source), f"its output {path} would replace {what}", advice
                )
            if key in self._taken:
                other = self._taken[key]
                raise InputError(
                    str(unit.source), f"its output {path} is that of {other} as well", advice
                )
        self._taken |= dict.fromkeys(places, unit.source)

    def _keys(self, unit: Unit) -> set[str]:
        """Where outputs of the unit may lie, and where it lies itself."""
        stem = outputs.stem(unit.source)
        return {self._where(folder, stem) for folder in (unit.folder, unit.source.parent)}

    def _shared(self, unit: Unit) -> bool:
        keys = self._keys(unit)
        # Beside itself, subtitles that are made into subtitles may have their own name.
        beside = len(keys) == 1 and unit.source.suffix.lower().lstrip(".") in formats.writable()
        return beside or any(self._count[key] > 1 for key in keys)

    def _where(self, folder: Path, name: str) -> str:
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        return f"{self._real[folder]}{os.sep}{name}"


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long the work would take, from what earlier work of this folder took.

    `seconds` is None where nothing like it was measured yet.
    """

    seconds: float | None
    measured_files: int


def estimate(units: Sequence[Unit], state: State | None) -> Estimate:
    """Seconds for units, by their bytes and what each language took for a byte."""
    if state is None:
        return Estimate(None, 0)
    total = 0.0
    for unit in units:
        try:
            size = unit.source.stat().st_size
        except OSError:
            continue
        known = state.known.get(unit.key)
        language = unit.options.language or (known.language if known else "")
        language = language or outputs.language_in(unit.source) or "en"
        names = ["own"] if unit.own else []
        names += [rate_name(language, tag) for tag in context.targets(unit.targets, language)]
        for name in names:
            seconds = state.rates.of(name, size)
            if seconds is None:
                return Estimate(None, len(state.known))
            total += seconds
    return Estimate(total, len(state.known))
