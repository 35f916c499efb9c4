"""In plain runs of several files, too, a file that fails never stops the others."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
ECHO = ("--engine", "echo", "--no-glossary", "--format", "srt")
SRT = "1\n00:00:01,000 --> 00:00:03,000\nThe minister resigns.\n"
LINE = re.compile(r"internal error in (\S+): (.*); report written to (\S+), please attach it")


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


@pytest.mark.parametrize(
    ("command", "place", "suffix", "written"),
    [
        (("subtitle", "--to", "it", *ECHO), "speechsubs.pipeline.prepare", "txt", 4),
        (("subtitle", "--to", "it", *ECHO), "speechsubs.pipeline.finish", "txt", 4),
        (("subtitle", *ECHO), "speechsubs.formats.encode", "txt", 2),
        (("subtitle", *ECHO), "speechsubs.formats.read", "txt", 2),
        (("translate", "--to", "it", *ECHO), "speechsubs.pipeline.finish", "en.srt", 2),
        (("translate", "--to", "it", *ECHO), "speechsubs.pipeline.translate", "en.srt", 2),
        (("convert", "--to", "vtt"), "speechsubs.formats.read", "en.srt", 2),
        (("convert", "--to", "vtt"), "speechsubs.formats.encode", "en.srt", 2),
        (("check",), "speechsubs.formats.read", "en.srt", 0),
    ],
)
def test_the_other_files_go_on(
    cli: Cli,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: Path,
    command: tuple[str, ...],
    place: str,
    suffix: str,
    written: int,
) -> None:
    names = [f"{letter}.{suffix}" for letter in "abc"]
    make(here, *names)
    broken(monkeypatch, place, "b.")
    ran = cli(command[0], *names, *command[1:])
    assert ran.code == 1
    found = LINE.search(ran.err)
    assert found is not None, ran.err
    assert found[1] == f"b.{suffix}"
    assert "1 of 3 files failed" in ran.err
    assert "1 internal error: a fault of speechsubs, not of your files." in ran.err
    assert len(ran.lines) == written
    assert not any("b." in line for line in ran.lines)
    (report,) = state.iterdir()
    assert found[3] == str(report)


def test_a_failing_engine_or_file_stops_no_other(cli: Cli, here: Path) -> None:
    make(here, "a.en.srt", "c.es.srt", "d.en.srt")
    (here / "b.en.srt").write_bytes(b"\0\1\2")
    ran = cli("translate", "a.en.srt", "b.en.srt", "c.es.srt", "d.en.srt", "--to", "es", *ECHO)
    assert ran.code == 1
    assert ran.lines == ["a.es.srt", "d.es.srt"]
    assert "Error: c.es.srt: --to es: source and target language are the same" in ran.err
    assert "2 of 4 files failed" in ran.err


def test_a_folder_that_cannot_be_written_stops_no_other(cli: Cli, here: Path) -> None:
    make(here, "a/x.en.srt", "b/y.en.srt", "c/z.en.srt")
    (here / "b" / ".speechsubs.lock").mkdir()
    names = ("a/x.en.srt", "b/y.en.srt", "c/z.en.srt")
    for command in (("convert", "--to", "vtt"), ("translate", "--to", "it", *ECHO)):
        ran = cli(command[0], *names, *command[1:])
        assert ran.code == 1
        assert len(ran.lines) == 2
        assert "1 of 3 files failed" in ran.err
        assert not any(line.startswith("b/") for line in ran.lines)


def test_one_file_has_no_count(cli: Cli, here: Path) -> None:
    ran = cli("check", "no.srt")
    assert ran.code == 1
    assert "files failed" not in ran.err


def test_files_of_a_memory_and_of_a_glossary(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch, state: Path
) -> None:
    make(here, "a.txt", "b.txt", "c.txt")
    (here / "broken.tmx").write_text("<tmx", "utf-8")
    ran = cli("memory", "import", "m.memory", "broken.tmx", "none.tmx")
    assert (ran.code, ran.err.count("Error: ")) == (1, 2)
    assert "2 of 2 files failed" in ran.err
    broken(monkeypatch, "speechsubs.formats.read", "b.")
    ran = cli("glossary", "suggest", "a.txt", "b.txt", "c.txt", "none.txt")
    assert ran.code == 1
    assert "internal error in b.txt: ValueError" in ran.err
    assert "Error: none.txt: no such file" in ran.err
    assert "2 of 4 files failed" in ran.err
