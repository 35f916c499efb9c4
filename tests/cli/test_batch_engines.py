"""Engines of a batch: how many cores they take, and what is said where one is missing."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from speechsubs import engines, models
from speechsubs.batch import Resources
from speechsubs.batch.cluster import protocol
from speechsubs.engines import ctranslate
from speechsubs.errors import EngineError

Cli = Callable[..., Any]
TINY = Path(__file__).parents[1] / "data" / "translate-en_es-tiny.argosmodel"


@pytest.fixture
def talks(here: Path) -> Path:
    (here / "talks").mkdir()
    for number in range(3):
        path = here / "talks" / f"talk{number}.en.txt"
        path.write_text(f"Good evening, everyone. That was talk {number}.\n", "utf-8")
    return here / "talks"


# What is missing.


def test_missing_models_are_all_named_once(cli: Cli, here: Path, talks: Path) -> None:
    base = ("subtitle", "talks", "--to", "es", "--to", "it", "--engine", "argos", "-o", "subs")
    for more in ((), ("--jobs", "2"), ("--fail-fast",)):
        ran = cli(*base, *more)
        assert ran.code == 1
        for language in ("es", "it"):
            assert ran.err.count(f"`speechsubs models install en {language}`") == 1
    ran = cli(*base)
    assert "3 files failed" in ran.err
    assert "(and 2 files more)" in ran.err
    assert not list((here / "subs").glob("*.srt"))
    # As the single command says it.
    alone = cli("subtitle", talks / "talk0.en.txt", *base[2:4], "--engine", "argos", "-o", "one")
    assert alone.err.removeprefix("Error: ").partition(" (en to es). ")[2].strip() in ran.err


def test_a_dry_run_names_what_is_missing_once(cli: Cli, talks: Path) -> None:
    base = ("subtitle", "talks", "--to", "es", "--to", "it", "--engine", "argos", "-o", "subs")
    ran = cli(*base, "--dry-run")
    assert ran.code == 1
    assert ran.err.count("`speechsubs models install en es`") == 1
    assert ran.err.count("`speechsubs models install en it`") == 1
    assert "refuse talks/talk2.en.txt: same as talks/talk0.en.txt" in ran.err
    assert "3 refused. Nothing was written." in ran.err


def test_two_languages_with_one_reason_say_it_once() -> None:
    def load(name: str, source: str, target: str) -> Any:
        raise EngineError("the server does not answer")

    with pytest.raises(EngineError) as caught:
        Resources(load).require("web", "en", ["es", "it"])
    assert str(caught.value) == "the server does not answer"


# How many cores.


@pytest.fixture
def wished(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """The cores that engines were loaded with."""
    found: list[int | None] = []
    load = engines.load

    def spy(name: str, source: str, target: str, *, threads: int | None = None) -> Any:
        found.append(threads)
        return load(name, source, target, threads=threads)

    monkeypatch.setattr(engines, "load", spy)
    return found


@pytest.mark.parametrize(
    ("jobs", "expected"), [((), None), (("1",), 1), (("2",), 2), (("3",), 3), (("8",), 7)]
)
def test_engines_take_no_more_cores_than_jobs(
    cli: Cli, talks: Path, wished: list[int | None], jobs: tuple[str, ...], expected: int | None
) -> None:
    more = ("--jobs", *jobs) if jobs else ()
    assert cli("subtitle", "talks", "--to", "it", "--engine", "echo", *more).code in (0, 3)
    assert wished == [expected]


@pytest.fixture
def tiny() -> Iterator[Path]:
    """A real model, where all processes find it: Argos reads that folder's name once."""
    package = models.install_file(TINY, Path(os.environ["ARGOS_PACKAGES_DIR"]))
    yield package.path
    shutil.rmtree(package.path)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc")
def test_a_model_starts_one_thread_for_each_job_and_none_more(tiny: Path) -> None:
    # In a process of its own: threads of other tests end when they like.
    done = subprocess.run(
        [sys.executable, "-c", _COUNT_THREADS], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["2", "3"]


_COUNT_THREADS = """
from pathlib import Path
from speechsubs.cli.jobs import batch
from speechsubs.cli.jobs.workspace import Workspace

kept = []  # so that no thread ends in between

def started(workers):
    before = len([*Path("/proc/self/task").iterdir()])
    resources = batch._resources(Workspace(None, None), workers, workers)
    engine = resources.engine("argos", "en", "es")
    engine.translate([f"This is talk {n}, and nobody slept." for n in range(60)])
    kept.append(resources)
    return len([*Path("/proc/self/task").iterdir()]) - before

started(1)  # what libraries start for themselves, they start once
print(started(2), started(3))
"""


@pytest.mark.parametrize(
    ("given", "variable", "terms", "expected"),
    [(4, "", None, 4), (4, "1", None, 1), (1, "4", None, 1), (4, "", 2, 2), (1, "1", 3, 3)],
)
def test_an_engine_of_a_worker_takes_the_cores_that_the_worker_was_given(
    here: Path, monkeypatch: pytest.MonkeyPatch, wished: list[int | None],
    given: int, variable: str, terms: int | None, expected: int,
) -> None:  # fmt: skip
    worker = pytest.importorskip(
        "speechsubs.batch.cluster.worker", reason="the extra [cluster] is not installed"
    )
    monkeypatch.setattr(protocol, "code", lambda: "the same")
    monkeypatch.setattr(ctranslate, "_available_cores", lambda: 16)
    monkeypatch.setenv(ctranslate.THREADS_VARIABLE, variable)
    wanted = protocol.Terms(
        "1", str(here), {}, "the same", {}, {("echo", "en", "it"): "another"}, {}, terms
    )
    workshop = worker.Workshop(wanted)
    dask = SimpleNamespace(
        name="w", local_directory=str(here), state=SimpleNamespace(nthreads=given)
    )
    asyncio.run(workshop.setup(dask))
    assert len(workshop.verdict.faults) == 1  # the engine is another: it was loaded and compared
    assert wished == [expected]
