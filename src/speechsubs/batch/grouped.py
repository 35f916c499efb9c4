"""Files that need an engine: many to a call, while the next are read and the last written.

The engine works in the thread that calls, because that is where its signals and its
memory are; it lets go of Python's lock, and a second thread reads and writes meanwhile.
Three groups are alive at most, whatever the number of files.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from speechsubs.batch import work
from speechsubs.batch.control import Control, Interrupted
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


class _Coming(Protocol):
    """A result that is being worked out, or will be when it is asked for."""

    def result(self) -> Any: ...


class _Later:
    """Work that is done when its result is wanted: what one job does instead of threads."""

    def __init__(self, work: Callable[..., Any], *arguments: Any) -> None:
        self._work, self._arguments = work, arguments

    def result(self) -> Any:
        """Do it."""
        return self._work(*self._arguments)


def grouped(
    units: Sequence[Unit], kit: Kit, control: Control, jobs: int
) -> Generator[list[Record], None, None]:
    """Do the units; records as they are done, by groups. Ends early when `control` says so."""
    groups = _groups(units, kit, control, jobs)
    depth = 1 if jobs > 1 else 0
    leaving: deque[_Coming] = deque()
    with _aside(jobs) as submit:
        coming = submit(next, groups, None)
        while (group := coming.result()) is not None:
            # With one job this is only a promise: nothing is read before it is needed.
            coming = submit(next, groups, None)
            try:
                with control.breakable():
                    drafted, failed = _drafted(group.items, kit)
            except Interrupted:
                control.stop("interrupted")
                if group.failed:
                    yield group.failed
                break
            leaving.append(submit(_written, group.failed + failed, drafted, kit))
            while len(leaving) > depth:
                yield leaving.popleft().result()
        while leaving:
            yield leaving.popleft().result()


@contextmanager
def _aside(jobs: int) -> Iterator[Callable[..., _Coming]]:
    """Something that does work beside the engine, in order."""
    if jobs == 1:
        yield _Later
        return
    with ThreadPoolExecutor(1, thread_name_prefix="speechsubs") as pool:
        yield pool.submit


def _groups(units: Sequence[Unit], kit: Kit, control: Control, jobs: int) -> Iterator[Group]:
    """Units read, prepared and put together by language and options."""
    waiting: dict[tuple[str, tuple[str, ...], Options], _Waiting] = {}
    failed: list[Record] = []
    for unit in units:
        if control.stopping:
            return
        try:
            one = work.ready(unit, kit)
            _load_engines(one, kit)
        except Exception as error:  # one broken file never stops the others
            failed.append(work.failed(unit, error))
            if len(failed) >= FILES:
                yield Group([], failed)
                failed = []
            continue
        tags = tuple(locale.tag for locale in one.targets)
        key = (one.setting.source.tag, tags, unit.options)
        waiting.setdefault(key, _Waiting()).take(one)
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


def _load_engines(one: Ready, kit: Kit) -> None:
    """Fail early where a language has no engine: nobody waits for a group to be told."""
    tags = [locale.tag for locale in one.targets]
    kit.require(one.unit.options.engine, one.setting.source.tag, tags)


def _drafted(
    items: Sequence[Ready], kit: Kit
) -> tuple[list[tuple[Ready, list[Drafted]]], list[Record]]:
    """The drafts of a group. Where the group fails, its files are tried one by one."""
    if not items:
        return [], []
    try:
        by_locale = [work.drafted_together(items, locale, kit) for locale in items[0].targets]
        return [(one, [row[n] for row in by_locale]) for n, one in enumerate(items)], []
    except Exception as error:  # one broken file never stops the others
        if len(items) == 1:
            return [], [work.failed(items[0].unit, error)]
    done: list[tuple[Ready, list[Drafted]]] = []
    failed: list[Record] = []
    for one in items:
        good, bad = _drafted([one], kit)
        done += good
        failed += bad
    return done, failed


def _written(
    failed: list[Record], drafted: Sequence[tuple[Ready, list[Drafted]]], kit: Kit
) -> list[Record]:
    made: list[Made] = []
    for one, found in drafted:
        try:
            made.append(work.finished(one, found, kit))
        except Exception as error:  # one broken file never stops the others
            failed.append(work.failed(one.unit, error))
    return failed + work.write(made)
