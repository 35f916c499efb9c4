"""Batches with a translation memory: what people approved arrives, and nothing else is redone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speechsubs.batch import MANIFEST, Control, Resources, State, plan
from speechsubs.memory import Memory, Origin, Segment
from speechsubs.memory import State as Answered

Cli = Callable[..., Any]
BASE = ("subtitle", "talks", "--to", "it", "--to", "de", "--engine", "echo", "--no-glossary",
        "--format", "srt", "-o", "subs")  # fmt: skip
MEMORY = ("--memory", "people.db")


@pytest.fixture
def talks(here: Path) -> Path:
    (here / "talks").mkdir()
    for number, more in enumerate(("Nobody slept.", "It rained.", "Nobody slept. It rained.")):
        text = f"Good evening, everyone. {more} That was talk {number}.\n"
        (here / "talks" / f"talk{number}.en.txt").write_text(text, "utf-8")
    return here / "talks"


def said(source: str, target: str, language: str = "it", **more: Any) -> Segment:
    return Segment("en", language, source, target, state=Answered.APPROVED, **more)


def remember(here: Path, *segments: Segment) -> None:
    with Memory.open(here / "people.db") as memory:
        memory.remember(segments)


def text(here: Path, name: str) -> str:
    return (here / "subs" / name).read_text("utf-8")


def test_the_first_use_of_a_memory_makes_only_what_it_changes(
    cli: Cli, here: Path, talks: Path
) -> None:
    assert len(cli(*BASE).lines) == 9
    assert cli(*BASE, *MEMORY).lines == []  # it is empty
    remember(here, said("Nobody slept.", "Nessuno dormì."), said("Hello.", "Hallo.", "de"))
    assert cli(*BASE, *MEMORY).lines == ["subs/talk0.it.srt", "subs/talk2.it.srt"]
    assert "Nessuno dormì." in text(here, "talk0.it.srt")
    assert "Nessuno dormì." in text(here, "talk2.it.srt")
    assert cli(*BASE, *MEMORY).lines == []


def test_a_changed_memory_makes_only_what_it_changes(cli: Cli, here: Path, talks: Path) -> None:
    remember(here, said("Nobody slept.", "Nessuno dormì.", date="2026-01-01T00:00:00Z"))
    assert len(cli(*BASE, *MEMORY).lines) == 9
    # Of another sentence, of another language, of no sentence at all.
    remember(here, said("It rained.", "Pioveva."))
    assert cli(*BASE, *MEMORY).lines == ["subs/talk1.it.srt", "subs/talk2.it.srt"]
    remember(here, said("It rained.", "Es regnete.", "de"))
    assert cli(*BASE, *MEMORY).lines == ["subs/talk1.de.srt", "subs/talk2.de.srt"]
    remember(here, said("Somebody laughed.", "Qualcuno rise."))
    assert cli(*BASE, *MEMORY).lines == []
    # The same sentence said better, and one file's own wording, which is the last for all.
    remember(here, said("Nobody slept.", "Non dormì nessuno.", date="2026-02-01T00:00:00Z"))
    assert cli(*BASE, *MEMORY).lines == ["subs/talk0.it.srt", "subs/talk2.it.srt"]
    home = Origin("talks/talk1.en.txt", 1)
    own = said("It rained.", "Piovve.", origin=home, date="2020-01-01T00:00:00Z")
    remember(here, own)
    assert cli(*BASE, *MEMORY).lines == ["subs/talk1.it.srt", "subs/talk2.it.srt"]
    assert "Piovve." in text(here, "talk1.it.srt")
    assert "Piovve." in text(here, "talk2.it.srt")
    # From then on the file keeps its own.
    remember(here, said("It rained.", "Stava piovendo."))
    assert cli(*BASE, *MEMORY).lines == ["subs/talk2.it.srt"]
    # And the bytes are those of a run that never saw another memory.
    assert len(cli(*BASE[:-1], "right", *MEMORY).lines) == 9
    for path in (here / "right").glob("*.srt"):
        assert path.read_bytes() == (here / "subs" / path.name).read_bytes()


def test_what_is_forgotten_leaves_the_outputs(cli: Cli, here: Path, talks: Path) -> None:
    remember(here, said("Hello.", "Ciao."), said("Nobody slept.", "Nessuno dormì."))
    cli(*BASE, *MEMORY)
    with Memory.open(here / "people.db") as memory:
        (last,) = [s.id for s in memory.export() if s.source == "Nobody slept."]
        assert last is not None
        memory.forget([last])
        # As many as before, and as new: a count would not tell the two apart.
        memory.remember([said("It rained.", "Pioveva.")])
    assert cli(*BASE, *MEMORY).lines == [f"subs/talk{n}.it.srt" for n in range(3)]
    assert "Nessuno" not in text(here, "talk0.it.srt")
    # Without the memory only the files that had something of it are made anew.
    assert cli(*BASE).lines == ["subs/talk1.it.srt", "subs/talk2.it.srt"]
    assert "Pioveva." not in text(here, "talk1.it.srt")


def test_files_are_looked_into_once_for_each_state_of_the_memory(
    cli: Cli, here: Path, talks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from speechsubs.batch import worker

    cli(*BASE)
    looked: list[str] = []
    recalled = worker.recalled

    def spy(job: Any, *rest: Any) -> dict[str, str]:
        looked.append(job.source.name)
        return recalled(job, *rest)

    monkeypatch.setattr(worker, "recalled", spy)
    remember(here, said("Hello.", "Ciao."))
    ran = cli(*BASE, *MEMORY, "--dry-run")
    assert "0 files to do, 3 unchanged" in ran.err
    assert len(looked) == 3
    manifest = (here / "subs" / MANIFEST).read_bytes()
    assert cli(*BASE, *MEMORY).lines == []
    assert len(looked) == 6  # a dry run writes nothing down
    assert (here / "subs" / MANIFEST).read_bytes() != manifest
    assert cli(*BASE, *MEMORY).lines == []
    assert len(looked) == 6
    # Of a language that the memory holds nothing for, no file is ever looked into.
    assert cli(*BASE[:2], *BASE[4:], *MEMORY).lines == []
    assert len(looked) == 6


def test_a_damaged_line_about_the_memory_costs_time_only(cli: Cli, here: Path, talks: Path) -> None:
    remember(here, said("Nobody slept.", "Nessuno dormì."))
    cli(*BASE, *MEMORY)
    path = here / "subs" / MANIFEST
    path.write_text(path.read_text("utf-8").replace('"recalled":"', '"recalled":"x'), "utf-8")
    path.write_text(path.read_text("utf-8").replace('"memory":"', '"memory":"x'), "utf-8")
    before = text(here, "talk0.it.srt")
    assert cli(*BASE, *MEMORY).lines == ["subs/talk0.it.srt", "subs/talk2.it.srt"]
    assert text(here, "talk0.it.srt") == before


def test_a_plan_that_is_stopped_looks_no_further(here: Path, talks: Path) -> None:
    from speechsubs.batch import Choice, Request, jobs, keyed
    from speechsubs.options import Options

    asked = Request((talks,), "subtitle", Options(engine="echo"), Choice((".txt",)), ("it",), here)
    state, control = State(here), Control()
    control.stop("interrupted")
    named = keyed(jobs(asked), state)
    found = plan(named, Resources(), state, stopping=lambda: control.stopping)
    assert found.todo == named
