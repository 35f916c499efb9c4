"""The table of benchmarks, its reasons to skip, and what a short form looks at."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("run_all")


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("recorded")


def test_every_benchmark_is_in_the_table_and_takes_the_shared_options(runner: ModuleType) -> None:
    measuring = {
        path.stem for path in BENCHMARKS.glob("*.py") if "__main__" in path.read_text("utf-8")
    }
    # Programs for the environments of others, and the runner itself.
    measuring -= {"argos_peer", "timing_peer", "run_all"}
    assert {benchmark.script for benchmark in runner.TABLE} == measuring
    for name in measuring:
        assert "--record | --short" in (BENCHMARKS / f"{name}.py").read_text("utf-8"), name


def test_every_benchmark_has_a_short_form(runner: ModuleType) -> None:
    short = {benchmark.script for benchmark in runner.TABLE if benchmark.short_runs}
    assert short == {benchmark.script for benchmark in runner.TABLE}


def test_a_failure_and_an_unlisted_reason_are_refused(runner: ModuleType) -> None:
    outcomes = [
        runner.Outcome("good"),
        runner.Outcome("broken", code=1),
        runner.Outcome("listed", skipped="Apertium is not installed"),
        runner.Outcome("unlisted", skipped="flite is not installed"),
    ]
    assert len(runner.refused(outcomes, strict=False)) == 1
    assert [line.split()[1] for line in runner.refused(outcomes, strict=True)] == [
        "broken",
        "unlisted:",
    ]


def test_what_is_missing_is_the_reason(
    runner: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SPEECHSUBS_OTHER", str(tmp_path / "none"))
    (against,) = (b for b in runner.TABLE if b.script == "against")
    outcome = runner.run(against, ["x"])
    assert outcome.skipped == "another checkout: SPEECHSUBS_OTHER names none"
    assert runner.program("no-such-program")() == "no-such-program is not installed"
    assert runner.package("no_such_package")() == "the package no_such_package is not installed"


def test_a_benchmark_that_raises_has_failed(runner: ModuleType) -> None:
    outcome = runner.run(runner.Benchmark("against"), ["--no-such-option"])
    assert outcome.code == 2
    assert "--no-such-option" in outcome.output
    assert outcome.line.startswith("FAILED   against --no-such-option")


def test_growth_is_one_where_a_unit_costs_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    sizes = importlib.import_module("sizes")
    assert sizes.growth(1, 2, 11, 10) == 1
    assert sizes.growth(1, 2, 101, 10) == 10  # a hundred times the work for ten times the units
    assert sizes.growth(1, 1.4, 5, 10) is None


def test_shapes(recorded: ModuleType) -> None:
    record = {"ratio": 2, "runs": [1.5], "by": {"a": 1}, "note": None}
    assert not list(recorded.misshapen({**record, "ratio": 1.5, "more": 1}, record))
    assert list(recorded.misshapen({**record, "ratio": "2"}, record)) == [
        "ratio is '2'; the newest record has 2"
    ]
    assert list(recorded.misshapen({**record, "by": {"a": float("nan")}}, record)) == [
        "by.a is nan"
    ]
    assert list(recorded.misshapen({}, {"ratio": 2})) == [
        "ratio is missing; the newest record has it"
    ]


def test_a_short_run_records_nothing_and_fails_on_another_shape(
    recorded: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(recorded, "RESULTS", tmp_path)
    monkeypatch.setattr("sys.argv", ["some.py", "--record"])
    recorded.note("some", {"ratio": 2.0, "case": "a"})
    recorded.note("some", {"other": 2.0, "case": "b"})
    before = (tmp_path / "some.jsonl").read_bytes()
    assert before.count(b"\n") == 2
    monkeypatch.setattr("sys.argv", ["some.py", "--short"])
    recorded.note("some", {"ratio": 3.0, "case": "a"})
    with pytest.raises(SystemExit, match="ratio is missing"):
        recorded.note("some", {"case": "a"})
    assert (tmp_path / "some.jsonl").read_bytes() == before
