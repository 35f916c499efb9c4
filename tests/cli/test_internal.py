"""An unforeseen error is one line with a report to attach, on every way through a command."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speechsubs import __version__
from speechsubs.cli import internal

Cli = Callable[..., Any]
ECHO = ("--engine", "echo", "--no-glossary", "--format", "srt")
SRT = "1\n00:00:01,000 --> 00:00:03,000\nThe minister resigns.\n"


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "speechsubs"


def broken(monkeypatch: pytest.MonkeyPatch, place: str, name: str = "") -> None:
    """A function that has a fault, for every file or for one."""
    module, _, attribute = place.rpartition(".")
    real = getattr(__import__(module, fromlist=["_"]), attribute)

    def fail(*arguments: Any, **named: Any) -> Any:
        if name in str(arguments):
            raise ValueError("The minister resigns.")
        return real(*arguments, **named)

    monkeypatch.setattr(place, fail)


def make(here: Path, *names: str) -> None:
    for name in names:
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_text(SRT if name.endswith("srt") else "The minister resigns.", "utf-8")


def test_a_batch_writes_one_report_for_files_that_fail_alike(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch, state: Path
) -> None:
    make(here, *(f"talks/{number}.txt" for number in range(30)))
    broken(monkeypatch, "speechsubs.pipeline.finish", "'talks/1")
    ran = cli("subtitle", "talks", "--to", "it", *ECHO, "-o", "out", "-j", 1)
    assert ran.code == 1
    assert "19 files done, 11 failed" in ran.err
    assert "11 internal errors: a fault of speechsubs" in ran.err
    # Together the first group failed, and then each file alone.
    assert len(list(state.iterdir())) == 1
    assert "(and 10 files more)" in ran.err


@pytest.mark.parametrize(
    ("place", "command"),
    [
        ("speechsubs.glossary.load", ("glossary", "check", "g.yml")),
        ("speechsubs.memory.Memory.open", ("memory", "stats", "m.memory")),
        ("speechsubs.project.load", ("project", "status", "p")),
        ("speechsubs.project.load", ("review", "p")),
    ],
)
def test_every_command_has_the_line(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, state: Path, place: str, command: tuple[str, ...]
) -> None:
    def fail(*arguments: Any, **named: Any) -> Any:
        raise RuntimeError("never thought of")

    monkeypatch.setattr(place, fail)
    ran = cli(*command)
    assert ran.code == 1
    (report,) = state.iterdir()
    assert ran.err == (
        f"Error: internal error: RuntimeError: never thought of; report written to {report}, "
        "please attach it to an issue\n"
    )


def test_what_a_report_says(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/bin/speechsubs", "subtitle", "a talk.txt"])
    try:
        int("The minister resigns.")
    except ValueError as error:
        internal.message(error, "a talk.txt")
    (report,) = state.iterdir()
    text = report.read_text("utf-8")
    assert "command: speechsubs subtitle 'a talk.txt'\n" in text
    assert f"speechsubs {__version__}, Python {sys.version.split()[0]}" in text
    assert "click 8" in text
    assert "test_internal.py" in text
    assert "ValueError (its message may quote a file)" in text
    assert text.count("The minister resigns.") == 1  # the line of this test


def test_without_a_home_the_report_goes_to_the_temporary_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = internal.message(RuntimeError("x"))
    (report,) = tmp_path.glob("internal-error-*.txt")
    assert f"report written to {report}," in said
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    assert internal.message(RuntimeError("x")).endswith("no report could be written")
