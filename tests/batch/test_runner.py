"""The parts of a batch: the manifest it keeps, the watch, the slices, plain data."""

import gc
import json
import pickle
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from speechsubs import batch
from speechsubs.batch import (
    MANIFEST,
    Choice,
    Control,
    Job,
    JobResult,
    LanguageResult,
    Request,
    Resources,
    State,
    Watch,
    runner,
)
from speechsubs.batch import watch as watching
from speechsubs.engines import EchoEngine
from speechsubs.engines.wrappers import SlicedEngine, SlicedSteerableEngine, slice_batches
from speechsubs.errors import OutputError
from speechsubs.options import Options
from speechsubs.protocols import Engine, Steerable

TEXT = "Good evening, everyone. We built a car in three years. Nobody believed in us.\n"


def job(path: Path, out: Path, **more: object) -> Job:
    options = Options(kinds=("srt",), fps=Fraction(25), line_width=30.0)
    return replace(Job(path, out, path.name, "subtitle", options, ("it",)), **more)  # type: ignore[arg-type]  # by name


def make(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"talk{n:03}.txt" for n in range(count)]
    for n, path in enumerate(paths):
        path.write_text(f"{TEXT.strip()} This is talk {n}.\n", "utf-8")
    return paths


def test_units_and_records_travel_and_do_needs_nothing_else(tmp_path: Path) -> None:
    (path,) = make(tmp_path / "in", 1)
    options = Options(kinds=("srt",), engine="echo")
    one = pickle.loads(pickle.dumps(Job(path, tmp_path / "out", "k", "subtitle", options, ("it",))))
    result = pickle.loads(pickle.dumps(batch.do(one)))
    assert (result.key, result.failed, result.language) == ("k", False, "en")
    assert [part.language for part in result.languages] == ["en", "it"]
    assert [p.name for p in result.written] == ["talk000.en.srt", "talk000.it.srt"]
    gone = batch.do(replace(one, source=tmp_path / "nope.txt"))
    assert (gone.exit_code, gone.reason) == (1, f"{tmp_path / 'nope.txt'}: no such file")


def result(key: str, *tags: str) -> JobResult:
    parts = tuple(
        LanguageResult(tag, f"print-{tag}", (Path(f"{key}.{tag}.srt"),), seconds=2.0)
        for tag in tags
    )
    return JobResult(key, Path(key), language="en", languages=parts, bytes=1_000)


def test_the_manifest_is_added_to_and_tidied(tmp_path: Path) -> None:
    state = State(tmp_path)
    for _ in range(150):
        state.add([result("a", "en", "it"), result("b", "en")])
    state.add([result("a", "de"), replace(result("c", "en"), reason="broken")])
    state.ran(10.0, 20.0, 5)
    state.close()
    lines = (tmp_path / MANIFEST).read_text("utf-8").splitlines()
    assert json.loads(lines[0])["schema"] == "speechsubs-batch/1"
    again = State(tmp_path)
    assert {key: set(known.parts) for key, known in again.known.items()} == {
        "a": {"en", "it", "de"}, "b": {"en"},
    }  # fmt: skip
    assert again.rates.overlap == 0.5
    assert again.rates.of("en>it", 1_000) == pytest.approx(1.0)
    assert again.rates.of("en>fr", 1_000) is None
    again.tidy()
    assert len((tmp_path / MANIFEST).read_text("utf-8").splitlines()) == 3
    third = State(tmp_path)
    assert third.known == again.known
    assert third.rates.of("en>it", 1_000) == pytest.approx(2.0)
    again.close()
    third.close()


def test_a_line_that_was_cut_stays_by_itself(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.add([result("a", "en")])
    state.close()
    path = tmp_path / MANIFEST
    path.write_bytes(path.read_bytes() + b'{"file":"b","lang')
    state = State(tmp_path)
    state.add([result("c", "en")])
    state.close()
    assert set(State(tmp_path).known) == {"a", "c"}


def test_a_state_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    paths = make(tmp_path / "in", 3)
    (tmp_path / "state" / MANIFEST).mkdir(parents=True)
    state = State(tmp_path / "state")
    with pytest.raises(OutputError):
        state.add([result("a", "en")])
    control = Control()
    resources = Resources(lambda name, source, target: EchoEngine(source, target))
    jobs = [job(path, tmp_path / "out") for path in paths]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "FILES", 1)
        done = list(batch.run(jobs, resources, control, state=state))
    assert len(done) == 1
    assert MANIFEST in control.why


@pytest.mark.parametrize("workers", [1, 4])
def test_groups_stay_small_and_equal_sentences_are_asked_once(tmp_path: Path, workers: int) -> None:
    paths = make(tmp_path / "in", 300)
    asked: list[list[str]] = []
    alive: list[int] = []

    class Counting(EchoEngine):
        def translate(self, texts: object, hypotheses: int = 1) -> list[list[str]]:
            given = list(texts)  # type: ignore[call-overload]  # as the protocol has it
            if hypotheses == 1:
                asked.append(given)
            alive.append(len(given))
            return [[text[::-1]] for text in given]

    resources = Resources(lambda name, source, target: Counting(source, target), workers=workers)
    jobs = [job(path, tmp_path / "out") for path in paths]
    flow = runner.grouped(jobs, resources, Control(), workers)
    sizes = [len(results) for results in flow]
    assert sum(sizes) == 300
    assert max(sizes) <= runner.FILES
    assert len(sizes) >= 300 * 4 // (runner.SENTENCES_A_WORKER * workers) // 2
    # Three sentences that all share, and each file's own, in every group.
    firsts = [texts for texts in asked if any("Nobody believed" in text for text in texts)]
    assert len(firsts) == len(sizes)
    assert all(len(texts) == len(set(texts)) for texts in asked)


def test_of_a_file_a_batch_keeps_its_unit_and_nothing_else(tmp_path: Path) -> None:
    """Names, paths and options of 1,000 files: less than one of their subtitles takes."""
    make(tmp_path / "in", 1_000)
    options = Options(kinds=("srt",))
    asked = Request((tmp_path / "in",), "convert", options, Choice((".txt",)), (), tmp_path / "out")
    jobs = batch.jobs(asked)  # once before: what is imported and cached for the first time
    state = State(tmp_path)
    state.add([result("before", "en")])
    tracemalloc.start()
    try:
        jobs = batch.keyed(batch.jobs(asked), state)
        plan = batch.plan(jobs, Resources(), state)
        state.forget()
        state.add([result(one.key, "en", "it") for one in plan.todo])
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        state.close()
    assert len(plan.todo) == 1_000
    assert held / 1_000 < 900


class Steered(EchoEngine):
    def complete(self, items: list[tuple[str, str]]) -> list[str]:
        return ["c"] * len(items)

    def translate_without(self, texts: list[str], words: list[str]) -> list[str]:
        return ["w"] * len(texts)

    def score(self, pairs: list[tuple[str, str]]) -> list[float]:
        return [1.0] * len(pairs)


def test_slices_change_no_answer() -> None:
    calls: list[list[str]] = []

    class Listening(EchoEngine):
        def translate(self, texts: object, hypotheses: int = 1) -> list[list[str]]:
            given = list(texts)  # type: ignore[call-overload]  # as the protocol has it
            calls.append(given)
            return super().translate(given, hypotheses)

    texts = [f"{'x' * (n * 7 % 10)} {n}" for n in range(25)]
    engine: Engine = slice_batches(Listening(), 10)
    assert type(engine) is SlicedEngine
    assert not isinstance(engine, Steerable)
    assert engine.translate(texts) == [[text] for text in texts]
    assert [len(call) for call in calls] == [10, 10, 5]
    assert max(map(len, calls[2])) <= min(map(len, calls[0]))
    assert engine.translate([]) == []
    steered = slice_batches(Steered(), 10)
    assert isinstance(steered, SlicedSteerableEngine)
    assert isinstance(steered, Steerable)
    assert steered.complete([("a", "b")]) == ["c"]
    assert steered.translate_without(["a"], ["b"]) == ["w"]
    assert steered.score([("a", "b")]) == [1.0]


def test_a_watch_waits_until_a_file_is_still(tmp_path: Path) -> None:
    time = [0.0]
    clock: Callable[[], float] = lambda: time[0]  # noqa: E731 a clock that we turn
    watch = Watch(clock)
    path = tmp_path / "talk.txt"
    one = job(path, tmp_path)
    assert watch.settled([one]) == []  # not there yet
    path.write_bytes(b"")
    for moment in (0.0, 10.0):
        time[0] = moment
        assert watch.settled([one]) == []  # nothing in it
    path.write_bytes(b"Good")
    assert watch.settled([one]) == []
    time[0] += watching.STILL_S - 0.1
    assert watch.settled([one]) == []
    path.write_bytes(b"Good evening.")
    time[0] += 0.2
    assert watch.settled([one]) == []  # it grew
    time[0] += watching.STILL_S
    assert watch.settled([one]) == [one]
    time[0] += watching.STILL_S
    assert watch.settled([one]) == []  # once for each version
    path.write_bytes(b"Good evening, everyone.")
    watch.settled([one])
    time[0] += watching.STILL_S
    assert watch.settled([one]) == [one]
