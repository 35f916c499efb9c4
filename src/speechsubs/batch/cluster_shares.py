"""Work for workers: units cut into shares by language, and put together again.

A share is a file with some of its languages. Small files travel whole and several to a
bundle, so that an engine gets full batches; a file that is larger than a bundle is cut
into one share for each language, and its languages are worked on side by side.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from speechsubs.batch.unit import Part, Record, Unit
from speechsubs.batch.work import Made
from speechsubs.model import Severity
from speechsubs.outputs import Planned

#: A bundle holds at most so many bytes of text, times languages: some seconds of work.
MOST_BYTES = 128 * 1024
#: ... and at most so many files.
MOST_FILES = 32
#: While there is enough to do, every worker gets so many bundles or more.
BUNDLES_A_WORKER = 4


@dataclass(frozen=True, slots=True)
class Share:
    """Some languages of a unit: its `targets` of these, and its own track where `own`.

    `number` counts units, `place` the shares of one unit, which are `shares`.
    """

    number: int
    unit: Unit
    own: bool
    targets: tuple[str, ...]
    place: int = 0
    shares: int = 1


@dataclass(frozen=True, slots=True)
class Nothing:
    """What came of a share whose only language is the file's own."""


#: What came of a share.
Answer = Made | Record | Nothing
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


def bundles(units: Iterable[Unit], weigh: int) -> Iterator[Bundle]:
    """Shares in the order of the units, bundles of at most about `weigh` bytes.

    A unit with a recording is never cut: to align it is most of the work, once.
    """
    held: list[Share] = []
    total = 0
    for number, unit in enumerate(units):
        weight = weight_of(unit)
        alone = unit.audio is not None
        cut = weight > weigh and not alone and len(set(unit.targets)) > 1
        if held and (alone or total + weight > weigh or len(held) >= MOST_FILES):
            yield tuple(held)
            held, total = [], 0
        if cut:
            for share in _cut(number, unit):
                yield (share,)
            continue
        held.append(Share(number, unit, unit.own, unit.targets))
        total = weigh if alone else total + weight
    if held:
        yield tuple(held)


def weight_of(unit: Unit) -> int:
    """Bytes of the source, times the languages that are made of it."""
    try:
        size = unit.source.stat().st_size
    except OSError:
        size = 0  # it has vanished: the worker says so
    return max(size, 1) * max(len(unit.targets), 1)


def bundle_size(units: Sequence[Unit], workers: int) -> int:
    """Bytes for a bundle, so that all workers have something to do until the end."""
    total = sum(weight_of(unit) for unit in units)
    return min(MOST_BYTES, max(1, total // (max(workers, 1) * BUNDLES_A_WORKER)))


def _cut(number: int, unit: Unit) -> list[Share]:
    """One language each; the file's own track goes with the first."""
    tags = tuple(dict.fromkeys(unit.targets))
    return [
        Share(number, unit, unit.own and place == 0, (tag,), place, len(tags))
        for place, tag in enumerate(tags)
    ]


@dataclass(slots=True)
class Gathering:
    """Answers to the shares of units, until a unit has all of its own.

    Held are only units in flight: what was gathered is given away at once.
    """

    _open: dict[int, dict[int, Answer]] = field(default_factory=dict)

    def take(self, share: Share, answer: Answer) -> Made | Record | None:
        """Take one more answer in; what came of the unit, when this was its last one."""
        found = self._open.setdefault(share.number, {})
        found[share.place] = answer
        if len(found) < share.shares:
            return None
        del self._open[share.number]
        return joined([found[place] for place in range(share.shares)])


def joined(answers: Sequence[Answer]) -> Made | Record:
    """One answer for a unit; the first failure of its shares is that of the unit."""
    for answer in answers:
        if isinstance(answer, Record):
            return answer
    made = [answer for answer in answers if isinstance(answer, Made)]
    first, *others = made
    if not others:
        return first
    # What is wrong with the transcript itself is in every share, and counts once.
    parts = [*first.record.parts]
    findings = [*first.record.findings]
    for other in others:
        parts += _without_shared(other)
        findings += other.record.findings[other.shared :]
    record = replace(first.record, parts=tuple(parts), findings=tuple(findings))
    planned = [plan for item in made for plan in item.planned]
    planned.sort(key=_stacked)
    return replace(first, record=record, planned=planned)


def _without_shared(item: Made) -> Iterator[Part]:
    first, *others = item.record.parts
    shared = item.record.findings[: item.shared]
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


def _killed(share: Share, worker: str) -> Record:
    unit = share.unit
    reason = (
        f"{unit.source}: the workers that worked on it were killed one after the other, "
        f"at last {worker}; was there not enough memory?"
    )
    return Record(unit.key, unit.source, reason)
