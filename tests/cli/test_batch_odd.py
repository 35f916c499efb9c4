"""Odd entries of a folder are reported, and nothing else stops for them; inboxes are empty."""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from speechsubs.batch import watch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names and files of Linux")

Cli = Callable[..., Any]
TEXT = "Good evening, everyone. We built a car in three years.\n"
ECHO = ("--engine", "echo", "--no-glossary", "--format", "srt")
ODD_NAME = os.fsdecode(b"caf\xe9.txt")


@pytest.fixture
def odd(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with everything that may lie in one."""
    folder = here / "in"
    (folder / "closed").mkdir(parents=True)
    for name in ("good.txt", ODD_NAME, "closed/x.txt", "z.txt"):
        (folder / name).write_text(TEXT, "utf-8")
    (folder / "circle.txt").symlink_to("circle.txt")
    (folder / "lost.txt").symlink_to("nowhere.txt")
    (folder / "back").symlink_to("..")
    (folder / "folder.txt").symlink_to("closed")
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "no-input")
    scan = os.scandir

    def scandir(path: Any) -> Iterator[os.DirEntry[str]]:
        # root, who may run the tests, can read any folder
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    return folder


PROBLEMS = (
    "in/circle.txt: cannot be read (Too many levels of symbolic links)",
    "in/lost.txt: is a link to a file that does not exist",
    "in/folder.txt: is a link to a folder, not a file",
    "in/pipe.txt: is a named pipe, not a file",
    "in/closed: this folder cannot be read (Permission denied)",
)


def made(out: Path) -> list[bytes]:
    return sorted(os.fsencode(p.name) for p in out.iterdir() if not p.name.startswith("."))


@pytest.mark.parametrize("command", [("subtitle",), ("subtitle", "--to", "it")])
def test_a_batch_reports_them_and_does_the_rest(
    cli: Cli, here: Path, odd: Path, command: tuple[str, ...]
) -> None:
    base = (command[0], "in", *command[1:], "-r", *ECHO, "-o", "out")
    dry = cli(*base, "--dry-run")
    ran = cli(*base, "--log", "log", "--report", "r.json")
    assert dry.code == ran.code == 1
    for problem in PROBLEMS:
        assert problem in dry.err
        assert f"Error: {problem}" in ran.err
        assert f"failed: {problem}" in (here / "log").read_text("utf-8")
    assert "no-input" not in ran.err
    assert "3 files done, 5 failed" in ran.err
    assert b"caf\xe9.en.srt" in made(here / "out")
    data = json.loads((here / "r.json").read_text("utf-8"))
    assert (data["done"], data["failed"]) == (3, 5)
    again = cli(*base)
    assert "3 unchanged, 5 failed" in again.err


def test_what_is_excluded_is_not_reported(cli: Cli, here: Path, odd: Path) -> None:
    names = ("closed", "circle.txt", "lost.txt", "pipe.txt", "folder.txt")
    excluded = [part for name in names for part in ("--exclude", name)]
    assert cli("subtitle", "in", "-r", *ECHO, "-o", "out", *excluded).code == 0


def test_a_pipe_named_in_a_batch(cli: Cli, here: Path, odd: Path) -> None:
    ran = cli("subtitle", "in/pipe.txt", "in/good.txt", *ECHO, "-o", "out", "--jobs", "1")
    assert ran.code == 1
    assert "Error: in/pipe.txt: is a named pipe, not a file" in ran.err
    assert made(here / "out") == [b"good.en.srt"]


def test_folders_nested_deeper_than_python_calls(cli: Cli, here: Path) -> None:
    deep = here / "in"
    deep.mkdir()
    (deep / "a.txt").write_text(TEXT, "utf-8")
    handle = os.open(here / "in", os.O_RDONLY)
    for _ in range(1_500):
        os.mkdir("d", dir_fd=handle)
        inner = os.open("d", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    os.close(handle)
    ran = cli("subtitle", "in", "-r", *ECHO, "-o", "out")
    assert "internal error" not in ran.err
    assert made(here / "out") == [b"a.en.srt"]
    os.system("rm -rf in/d")


# Watching.


@pytest.fixture
def watched(cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Watch folders while a script of states and actions is played, then press Ctrl-C."""
    monkeypatch.setattr(watch, "STILL_S", 0.1)
    monkeypatch.setattr(watch, "EVERY_S", 0.02)

    def run(script: Callable[[Callable[[Callable[[], object]], None]], None], *command: str) -> Any:
        def wait_for(state: Callable[[], object]) -> None:
            deadline = time.monotonic() + 60
            while not state() and time.monotonic() < deadline:
                time.sleep(0.01)

        def play() -> None:
            try:
                script(wait_for)
            finally:
                os.kill(os.getpid(), signal.SIGINT)

        wait_for_start = threading.Thread(target=play)
        wait_for_start.start()
        ran = cli(*command, "--watch", "--log", "log")
        wait_for_start.join()
        return ran

    return run


def logged(here: Path, text: str) -> Callable[[], bool]:
    return lambda: (here / "log").exists() and text in (here / "log").read_text("utf-8")


@pytest.mark.parametrize("command", [("subtitle",), ("subtitle", "--to", "it")])
def test_an_empty_inbox_is_watched(
    watched: Callable[..., Any], here: Path, command: tuple[str, ...]
) -> None:
    (here / "in").mkdir()

    def script(wait_for: Callable[[Callable[[], object]], None]) -> None:
        wait_for(logged(here, "watching: in"))
        (here / "in" / "a.txt").write_text(TEXT, "utf-8")
        wait_for(logged(here, "done: in/a.txt"))

    ran = watched(script, command[0], "in", *command[1:], *ECHO, "-o", "out")
    assert ran.code in (0, 3)
    assert b"a.en.srt" in made(here / "out")
    assert "Error" not in ran.err


def test_an_empty_inbox_to_translate_needs_a_language(cli: Cli, here: Path) -> None:
    (here / "in").mkdir()
    ran = cli("translate", "in", *ECHO, "--watch")
    assert ran.code == 2
    assert "Missing option '--to'" in ran.err


def test_two_sources_of_one_name_that_come_one_after_the_other(
    watched: Callable[..., Any], here: Path
) -> None:
    (here / "in").mkdir()

    def script(wait_for: Callable[[Callable[[], object]], None]) -> None:
        wait_for(logged(here, "watching: in"))
        (here / "in" / "talk.txt").write_text("The first talk.\n", "utf-8")
        wait_for(logged(here, "done: in/talk.txt"))
        (here / "in" / "talk.md").write_text("The second talk.\n", "utf-8")
        wait_for(logged(here, "failed: in/talk.md"))
        (here / "in" / "b.txt").write_text(TEXT, "utf-8")
        wait_for(logged(here, "done: in/b.txt"))

    ran = watched(script, "subtitle", "in", *ECHO, "-o", "out")
    assert ran.code == 1
    assert "in/talk.md: its output out/talk.en.srt was made from" in ran.err
    assert "The first talk." in (here / "out" / "talk.en.srt").read_text("utf-8")


def test_odd_entries_are_reported_once_and_the_watch_goes_on(
    watched: Callable[..., Any], here: Path, odd: Path
) -> None:
    def script(wait_for: Callable[[Callable[[], object]], None]) -> None:
        for problem in PROBLEMS:
            wait_for(logged(here, f"failed: {problem}"))
        wait_for(logged(here, "done: in/z.txt"))
        (here / "in" / "late.txt").write_text(TEXT, "utf-8")
        wait_for(logged(here, "done: in/late.txt"))

    ran = watched(script, "subtitle", "in", "-r", *ECHO, "-o", "out")
    assert ran.code == 1
    log = (here / "log").read_text("utf-8")
    for problem in PROBLEMS:
        assert log.count(problem) == 1
    assert made(here / "out") == [b"caf\xe9.en.srt", b"good.en.srt", b"late.en.srt", b"z.en.srt"]
