"""Jobs cut into shares and put together again; what a worker is looked at for."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.batch import Control, Job, Resources
from speechsubs.batch import worker as work
from speechsubs.batch.cluster import protocol
from speechsubs.batch.cluster.protocol import (
    DEATHS_ALONE,
    MOST_FILES,
    Bundle,
    Gathering,
    Nothing,
    Place,
    Quarantine,
    Share,
    Terms,
)
from speechsubs.batch.model import JobResult
from speechsubs.batch.worker import Made
from speechsubs.options import Options

TEXT = "Good evening, everyone. We built a car in 3 years. Nobody believed in us. " * 6
OPTIONS = Options(engine="echo", kinds=("srt", "vtt"), bilingual=True)


def job(folder: Path, text: str = TEXT, to: tuple[str, ...] = ("it", "ca", "fr")) -> Job:
    path = folder / "talk.txt"
    path.write_text(text, "utf-8")
    return Job(path, folder, "talk.txt", "subtitle", OPTIONS, to)


def some(folder: Path, sizes: list[int], languages: int = 2) -> list[Job]:
    found = []
    for number, size in enumerate(sizes):
        path = folder / f"{number}.txt"
        path.write_bytes(b"x" * size)
        found.append(Job(path, folder, "", "subtitle", OPTIONS, ("it", "ca", "fr")[:languages]))
    return found


def test_small_files_travel_together_and_large_ones_by_language(tmp_path: Path) -> None:
    found = list(protocol.bundles(some(tmp_path, [10, 10, 100, 10]), 50))
    assert [[(share.number, share.own, share.targets) for share in b] for b in found] == [
        [(0, True, ("it", "ca")), (1, True, ("it", "ca"))],
        [(2, True, ("it",))],
        [(2, False, ("ca",))],
        [(3, True, ("it", "ca"))],
    ]


def test_a_recording_is_never_cut_and_travels_alone(tmp_path: Path) -> None:
    first, heard, last = some(tmp_path, [10, 100, 10])
    heard = replace(heard, audio=tmp_path / "talk.mp3")
    found = list(protocol.bundles([first, heard, last], 50))
    assert [[share.number for share in bundle] for bundle in found] == [[0], [1], [2]]
    assert found[1][0].targets == ("it", "ca")


def test_no_bundle_has_too_many_files(tmp_path: Path) -> None:
    found = list(protocol.bundles(some(tmp_path, [0] * 100), 10**9))
    assert [len(bundle) for bundle in found] == [MOST_FILES, MOST_FILES, MOST_FILES, 4]


def test_all_workers_have_something_to_do(tmp_path: Path) -> None:
    jobs = some(tmp_path, [100] * 40)
    size = protocol.bundle_size(jobs, 10)
    assert size == 40 * 100 * 2 // 40
    assert len(list(protocol.bundles(jobs, size))) == 40
    assert protocol.bundle_size(jobs * 10_000, 2) == protocol.MOST_BYTES


def test_a_file_that_has_vanished_is_still_sent(tmp_path: Path) -> None:
    gone = Job(tmp_path / "gone.txt", tmp_path, "", "subtitle", OPTIONS, ("it",))
    ((share,),) = protocol.bundles([gone], 10)
    assert share.job == gone


def answers(shares: list[Share]) -> list[Any]:
    worker = pytest.importorskip(
        "speechsubs.batch.cluster.worker", reason="the extra [cluster] is not installed"
    )
    return [worker._answers([share], Resources())[0] for share in shares]


@pytest.mark.parametrize("to", [("it", "ca", "fr"), ("en", "it"), ("it", "en", "it")])
def test_a_file_in_parts_is_what_it_is_as_a_whole(tmp_path: Path, to: tuple[str, ...]) -> None:
    one = job(tmp_path, "# Hello\n\n" + TEXT, to)
    whole = work.made(one, Resources())
    shares = [bundle[0] for bundle in protocol.bundles([one], 10)]
    assert len(shares) == len(set(to))
    gathering = Gathering()
    # In whatever order they come back.
    pairs = list(zip(shares, answers(shares), strict=True))[::-1]
    *early, joined = [gathering.take(*pair) for pair in pairs]
    assert early == [None] * (len(shares) - 1)
    assert isinstance(joined, Made)
    assert [plan.path for plan in joined.planned] == [plan.path for plan in whole.planned]
    assert [plan.track for plan in joined.planned] == [plan.track for plan in whole.planned]
    assert timeless(joined.result) == timeless(whole.result)
    assert whole.shared > 0


def timeless(result: JobResult) -> JobResult:
    return replace(result, languages=tuple(replace(part, seconds=0.0) for part in result.languages))


def test_one_language_that_fails_fails_the_file(tmp_path: Path) -> None:
    one = job(tmp_path, to=("it", "ca"))
    bad = JobResult("talk.txt", one.source, "no engine")
    made = Made(JobResult("talk.txt", one.source))
    assert protocol.joined([made, bad]) is bad
    assert protocol.joined([Nothing(), made]) is made


def test_a_broken_file_does_not_stop_its_bundle(tmp_path: Path) -> None:
    jobs = [
        job(tmp_path),
        Job(tmp_path / "gone.txt", tmp_path, "", "subtitle", OPTIONS, ("it",)),
    ]
    (bundle,) = protocol.bundles(jobs, 10**9)
    good, bad = answers(list(bundle))
    assert isinstance(good, Made)
    assert isinstance(bad, JobResult)
    assert "gone.txt: no such file" in bad.reason


# What a worker must have.


@pytest.fixture(autouse=True)
def same_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may be writing our modules while they are tested."""
    digest = protocol.code()
    assert len(digest) == 16
    monkeypatch.setattr(protocol, "code", lambda: digest)


def terms(at: Path, **changed: Any) -> Terms:
    base: dict[str, Any] = {
        "run": "1", "folder": str(at), "versions": protocol.versions(),
        "code": protocol.code(), "glossaries": {}, "engines": {}, "files": {},
    }  # fmt: skip
    return Terms(**{**base, **changed})


def test_the_same_process_is_fit(tmp_path: Path) -> None:
    one = job(tmp_path)
    found = terms(
        tmp_path,
        files=protocol.inputs([one]),
        engines={("echo", "en", "it"): Resources().engine("echo", "en", "it").signature},
    )
    assert found.versions["speechsubs"]
    assert "ctranslate2" in found.versions
    assert protocol.faults(found, Resources()) == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"versions": {"speechsubs": "9.9"}}, " there, 9.9 here. Install the same version there"),
        ({"versions": {"babel": "1.0"}}, " there, 1.0 here. Install the same version there"),
        ({"versions": {"nothing-of-ours": "1"}}, "nothing-of-ours: missing there, 1 here. "),
        ({"code": "other"}, "has different modules or locales from the local one"),
        ({"folder": "/there/is/no/such"}, "no folder /there/is/no/such. Share it"),
        ({"files": {"gone.txt": 3}}, "gone.txt cannot be read there"),
        ({"files": {"talk.txt": 3}}, "talk.txt is a different file there"),
        ({"glossaries": {"gone.yml": "x"}}, "it cannot use the glossary ("),
        ({"engines": {("echo", "en", "it"): "echo 9"}}, "it translates en to it with "),
        ({"engines": {("ct2:nowhere", "en", "it"): "ct2"}}, "it cannot translate en to it ("),
    ],
)
def test_what_is_wrong_with_a_worker(tmp_path: Path, changed: dict[str, Any], problem: str) -> None:
    job(tmp_path)
    found = protocol.faults(terms(tmp_path, **changed), Resources())
    assert len(found) == 1
    assert problem in found[0]


def test_what_is_missing_everywhere_is_no_fault_of_a_worker() -> None:
    assert protocol.differs(("argos", "en", "it"), "-not there", "-not here") == ""
    assert "this machine with nothing" in protocol.differs(("argos", "en", "it"), "argos", "-no")


# Bounded, however many files there are.


class Future:
    def __init__(self, key: str, bundle: Bundle) -> None:
        self.key, self.bundle = key, bundle

    def add_done_callback(self, call: Any) -> None:
        self.call = call

    def result(self, timeout: float) -> Any:
        worker = pytest.importorskip("speechsubs.batch.cluster.worker")
        return worker.Answers("w", tuple(Nothing() for _ in self.bundle), {}, 1)


class Client:
    """Takes everything, and does the oldest when it is asked."""

    def __init__(self) -> None:
        self.flying: list[Future] = []
        self.most = 0
        self.sent = 0

    def submit(self, function: Any, run: str, bundle: Bundle, key: str, **more: Any) -> Future:
        self.sent += 1
        self.flying.append(Future(key, bundle))
        self.most = max(self.most, len(self.flying))
        return self.flying[-1]

    def cancel(self, futures: list[Future], force: bool) -> None:
        self.flying.clear()


def test_ten_thousand_bundles_are_never_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    dask = pytest.importorskip(
        "speechsubs.batch.cluster.client", reason="the extra [cluster] is not installed"
    )
    client = Client()
    workers = dask.Workers(client, Place("tcp://x:1"), print)
    workers._known = {str(number): True for number in range(7)}
    taken = itertools.count()

    def endless() -> Iterator[Bundle]:
        for number in taken:
            if number == 10_000:
                return
            yield (Share(number, Job(Path("x"), Path(), "", "subtitle", OPTIONS), True, ()),)

    def oldest(finished: "SimpleQueue[Any]", control: Control) -> Any:
        return client.flying.pop(0)

    monkeypatch.setattr(workers, "_next", oldest)
    running = workers.done(endless(), Control())
    next(running)
    assert next(taken) == 8  # what is not sent is not even made
    assert sum(1 for _ in running) == 9_998
    assert client.most == 7


def test_a_bundle_that_kills_is_tried_in_parts_and_then_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dask = pytest.importorskip(
        "speechsubs.batch.cluster.client", reason="the extra [cluster] is not installed"
    )
    import distributed

    client = Client()
    workers = dask.Workers(client, Place("tcp://x:1"), print)
    workers._known = {"w": True}
    jobs = [Job(Path(name), Path(), name, "subtitle", OPTIONS) for name in ("a", "deadly", "b")]
    bundle = tuple(Share(n, one, True, ()) for n, one in enumerate(jobs))

    def oldest(finished: "SimpleQueue[Any]", control: Control) -> Any:
        return client.flying.pop(0)

    def result(self: Future, timeout: float) -> Any:
        if any(share.job.key == "deadly" for share in self.bundle):
            raise distributed.KilledWorker("key", "tcp://mars:1", 2)
        return normal(self, timeout)

    normal = Future.result
    monkeypatch.setattr(Future, "result", result)
    monkeypatch.setattr(workers, "_next", oldest)
    found = list(workers.done(iter([bundle]), Control()))
    # In parts beside the others, and then once more alone.
    assert [[share.job.key for share in done.bundle] for done in found] == [
        ["a"],
        ["b"],
        ["deadly"],
    ]
    (answer,) = found[2].answers
    assert isinstance(answer, JobResult)
    assert answer.reason.startswith("deadly: the workers processing it were killed")
    assert "tcp://mars:1" in answer.reason
    assert client.sent == 5


@given(
    sizes=st.lists(st.integers(1, 6), max_size=12),
    deadly=st.sets(st.integers(0, 30), max_size=4),
    workers=st.integers(1, 5),
    random=st.randoms(use_true_random=False),
)
def test_only_what_kills_its_workers_is_given_up_whoever_else_is_blamed(
    sizes: list[int], deadly: set[int], workers: int, random: Random
) -> None:
    numbers = itertools.count()
    bundles = []
    for size in sizes:
        jobs = [Job(Path(str(n)), Path(), str(n), "subtitle", OPTIONS) for n in range(size)]
        bundles.append(tuple(Share(next(numbers), one, True, ()) for one in jobs))
    shares = [share.number for bundle in bundles for share in bundle]
    quarantine = Quarantine(iter(bundles))
    running: list[Bundle] = []
    done: list[int] = []
    given_up: list[int] = []
    deaths = 0
    while True:
        while len(running) < workers and (bundle := quarantine.next(len(running))) is not None:
            running.append(bundle)
        if not running:
            break
        bundle = running.pop(random.randrange(len(running)))
        if not any(share.number in deadly for share in bundle):
            quarantine.finished()
            done += [share.number for share in bundle]
            continue
        deaths += 1
        # Dask blames the others that the dead worker was promised, too.
        beside = [other for other in running if random.random() < 0.5]
        for blamed in (bundle, *beside):
            if blamed in running:
                running.remove(blamed)
            lost = quarantine.blamed(blamed, "tcp://mars:1")
            given_up += [share.number for share in lost.bundle] if lost else []
    assert sorted(given_up) == sorted(deadly & set(shares))
    assert sorted(done) == sorted(set(shares) - deadly)
    assert deaths <= (2 + DEATHS_ALONE) * len(given_up)
