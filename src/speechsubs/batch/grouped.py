"""Files that need an engine: many to a call, while the next are read and the last written.

The engine works in the thread that calls, because that is where its signals and its
memory are; it lets go of Python's lock, and a second thread reads and writes meanwhile.
Three groups are alive at most, whatever the number of files.
"""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from speechsubs.batch import work
from speechsubs.batch.control import Control, Interrupted
from speechsubs.batch.inline import InlineExecutor
from speechsubs.batch.kit import Kit
from speechsubs.batch.unit import Record, Unit
from speechsubs.batch.work import Drafted, Made, Ready
from speechsubs.options import Options

#: A group is translated when it has so many sentences for each job ...
SENTENCES_A_JOB = 128
#: ... or so many characters, or so many files.
CHARACTERS_A_JOB = 16_000
FILES = 32


@dataclass(slots=True)
class Group:
    """Files that go to the engines together, and files that came to nothing on the way."""

    items: list[Ready] = field(default_factory=list)
    failed: list[Record] = field(default_factory=list)


@dataclass(slots=True)
class _Waiting:
    """Prepared files of one setting that are not enough for a group yet."""

    items: list[Ready] = field(default_factory=list)
    sentences: int = 0
    characters: int = 0

    def take(self, one: Ready) -> None:
        self.items.append(one)
        self.sentences += len(one.prepared.sentences)
        self.characters += sum(len(s.text) for s in one.prepared.sentences)


def grouped(
    units: Sequence[Unit], kit: Kit, control: Control, jobs: int
) -> Generator[list[Record], None, None]:
    """Do the units; records as they are done, by groups. Ends early when `control` says so."""
    groups = _groups(units, kit, control, jobs)
    # With one job nothing is read before it is needed, and nothing is left to be written.
    ahead = 1 if jobs > 1 else 0
    coming: deque[Future[Group | None]] = deque()
    leaving: deque[Future[list[Record]]] = deque()
    with _executor(jobs) as executor:
        while True:
            while len(coming) <= ahead:
                coming.append(executor.submit(next, groups, None))
            group = coming.popleft().result()
            if group is None:
                break
            try:
                with control.breakable():
                    drafts = work.drafted_each(group.items, kit)
            except Interrupted:
                control.stop("interrupted")
                if group.failed:
                    yield group.failed
                break
            leaving.append(executor.submit(_written, group, drafts, kit))
            while len(leaving) > ahead:
                yield leaving.popleft().result()
        while leaving:
            yield leaving.popleft().result()


def _executor(jobs: int) -> Executor:
    """What reads and writes beside the engine, in order."""
    if jobs == 1:
        return InlineExecutor()
    return ThreadPoolExecutor(1, thread_name_prefix="speechsubs")


def _groups(units: Sequence[Unit], kit: Kit, control: Control, jobs: int) -> Iterator[Group]:
    """Units read, prepared and put together by language and options."""
    waiting: dict[tuple[str, tuple[str, ...], Options], _Waiting] = {}
    failed: list[Record] = []
    for unit in units:
        if control.stopping:
            return
        one = work.attempt(unit, partial(_ready, unit, kit))
        if isinstance(one, Record):
            failed.append(one)
            if len(failed) >= FILES:
                yield Group([], failed)
                failed = []
            continue
        waiting.setdefault(one.group, _Waiting()).take(one)
        held = waiting.values()
        if (
            sum(group.sentences for group in held) >= SENTENCES_A_JOB * jobs
            or sum(group.characters for group in held) >= CHARACTERS_A_JOB * jobs
            or sum(len(group.items) for group in held) >= FILES
        ):
            key = max(waiting, key=lambda name: waiting[name].characters)
            yield Group(waiting.pop(key).items, failed)
            failed = []
    for group in waiting.values():
        if control.stopping:
            return
        yield Group(group.items, failed)
        failed = []
    if failed:
        yield Group([], failed)


def _ready(unit: Unit, kit: Kit) -> Ready:
    """A unit prepared; where a language has no engine it fails before a group waits for it."""
    one = work.ready(unit, kit)
    kit.require(unit.options.engine, one.setting.source.tag, [to.tag for to in one.targets])
    return one


def _written(group: Group, drafts: Sequence[list[Drafted] | Record], kit: Kit) -> list[Record]:
    """The records of a group, those that failed first, when its files are written."""
    failed = [*group.failed, *(lost for lost in drafts if isinstance(lost, Record))]
    made: list[Made] = []
    for one, found in zip(group.items, drafts, strict=True):
        if isinstance(found, Record):
            continue
        done = work.attempt(one.unit, partial(work.finished, one, found, kit))
        if isinstance(done, Record):
            failed.append(done)
        else:
            made.append(done)
    return failed + work.write(made)
