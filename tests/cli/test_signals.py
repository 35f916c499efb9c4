"""Signals and closed pipes end every command as an interruption: whole files, no child left."""

import fcntl
import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
import urllib.request
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from speechsubs.batch import MANIFEST

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="POSIX signals and /proc")

Cli = Callable[..., Any]
ROOT = Path(__file__).parents[2]
ECHO = ("--engine", "echo", "--no-glossary", "--format", "srt")
TEXT = "Good evening, everyone. We built a car in three years. Nobody believed in us.\n"
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
#: Pauses in the nth call of a function until a line comes on standard input.
PAUSED = """
import importlib, sys
place, number = sys.argv.pop(1), int(sys.argv.pop(1))
name, attribute = place.rsplit(".", 1)
module = importlib.import_module(name)
real = getattr(module, attribute)
count = 0
def pause(*arguments, **named):
    global count
    count += 1
    if count == number:
        print("paused", file=sys.stderr, flush=True)
        sys.stdin.readline()
    return real(*arguments, **named)
setattr(module, attribute, pause)
from speechsubs.__main__ import run
run()
"""


def started(here: Path, *command: object, **options: Any) -> subprocess.Popen[bytes]:
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        cwd=here, start_new_session=True, **{**pipes, **options},
    )  # fmt: skip


def paused(here: Path, place: str, number: int, *command: object, **options: Any) -> Any:
    """A command that has been stopped in the nth call of a function."""
    process = started(here, "-c", PAUSED, place, number, *command, **options)
    assert process.stderr is not None
    for line in process.stderr:
        if line == b"paused\n":
            return process
    raise AssertionError(f"it ended before call {number} of {place}")


def ended(process: subprocess.Popen[bytes]) -> str:
    """What it said on standard error, once it and all its children have ended."""
    _, err = process.communicate(timeout=100)
    wait_for(lambda: not session(process.pid))
    text = err.decode()
    assert "Traceback" not in text, text
    return text


def session(leader: int) -> list[int]:
    """The living processes of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, number = path.read_text().rpartition(")")[2].split()[:4]
        except (OSError, ValueError):
            continue  # it has just ended
        if int(number) == leader and state != "Z":
            found.append(int(path.parent.name))
    return found


def wait_for(state: Callable[[], object]) -> None:
    deadline = time.monotonic() + 100
    while not state():
        assert time.monotonic() < deadline, "the state never came"
        time.sleep(0.01)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def talk(here: Path) -> Path:
    path = here / "talk.txt"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize(
    ("place", "command"),
    [
        ("speechsubs.batch.whole.run", ("subtitle", "talk.txt", "--to", "it", *ECHO, "-o", "out")),
        ("speechsubs.formats.registry.parse", ("check", "talk.en.srt")),
        ("speechsubs.memory.tmx.read", ("memory", "import", "a.memory", "a.tmx")),
        ("speechsubs.glossary.lint.lint", ("glossary", "check", "glossary.yml")),
    ],
)
def test_a_command_ends_and_says_how_to_go_on(
    here: Path, talk: Path, place: str, command: tuple[str, ...], number: signal.Signals
) -> None:
    (here / "glossary.yml").write_text("version: 1\nterms: []\n", "utf-8")
    (here / "talk.en.srt").write_text("1\n00:00:01,000 --> 00:00:03,000\nHello.\n", "utf-8")
    process = paused(here, place, 1, *command)
    process.send_signal(number)
    err = ended(process)
    assert err == (
        "Interrupted. Every file written so far is complete; run the same command again.\n"
    )
    assert process.returncode == 128 + number
    assert not (here / "out").exists()


@pytest.mark.parametrize("number", SIGNALS)
def test_in_the_middle_of_writing_there_are_whole_files_only(
    cli: Cli, here: Path, talk: Path, number: signal.Signals
) -> None:
    command = ("subtitle", "talk.txt", "--to", "it", "--to", "es", *ECHO)
    cli(*command, "-o", "right")
    # The ledger comes first, then a file; this is the second.
    process = paused(here, "os.fsync", 3, *command, "-o", "out")
    process.send_signal(number)
    assert "Every file written so far is complete" in ended(process)
    assert process.returncode == 128 + number
    assert names(here / "out") == [".speechsubs.json", "talk.en.srt"]
    first = (here / "out" / "talk.en.srt").read_bytes()
    assert first == (here / "right" / "talk.en.srt").read_bytes()
    assert cli(*command, "-o", "out").code == 3
    assert {n: (here / "out" / n).read_bytes() for n in names(here / "out")} == {
        n: (here / "right" / n).read_bytes() for n in names(here / "right")
    }


def test_what_is_ignored_stays_ignored(here: Path, talk: Path) -> None:
    """`nohup speechsubs`."""
    ignore = lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)  # noqa: E731
    command = ("subtitle", "talk.txt", *ECHO, "-o", "out")
    process = paused(here, "speechsubs.batch.whole.run", 1, *command, preexec_fn=ignore)
    process.send_signal(signal.SIGHUP)
    process.stdin.write(b"\n")
    ended(process)
    assert process.returncode == 0
    assert names(here / "out") == [".speechsubs.json", "talk.en.srt"]


def test_ctrl_c_while_python_starts_shows_nothing(here: Path) -> None:
    code = """
import builtins, signal
real = builtins.__import__
def load(name, *rest, **named):
    if name == "click":
        signal.raise_signal(signal.SIGINT)
    return real(name, *rest, **named)
builtins.__import__ = load
from speechsubs.__main__ import run
run()
"""
    process = started(here, "-c", code, "locales")
    assert ended(process) == ""
    assert process.returncode == -signal.SIGINT


# Pipes.


@pytest.mark.parametrize("more", [(), ("--json",), ("--help",)])
def test_a_closed_pipe_is_quiet(here: Path, talk: Path, more: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    process = started(here, "-m", "speechsubs", "subtitle", "talk.txt", *ECHO, *more, stdout=write)
    os.close(write)
    err = ended(process)
    assert process.returncode == 128 + signal.SIGPIPE
    assert "Error" not in err
    if more != ("--help",):
        assert names(here) == [".speechsubs.json", "talk.en.srt", "talk.txt"]


def test_when_nobody_reads_the_messages_either(here: Path, talk: Path) -> None:
    """`speechsubs ... 2>&1 | head -0`."""
    read, write = os.pipe()
    os.close(read)
    process = started(
        here, "-m", "speechsubs", "subtitle", "talk.txt", "no.txt", *ECHO,
        stdout=write, stderr=write,
    )  # fmt: skip
    os.close(write)
    process.communicate(timeout=100)
    assert process.returncode == 128 + signal.SIGPIPE


def make(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"talk{number:03}.txt").write_text(f"{TEXT} This is talk {number}.\n", "utf-8")


def recorded(out: Path) -> int:
    return (out / MANIFEST).read_text("utf-8").count('"file":')


@pytest.mark.parametrize("more", [(), ("--events", "-")], ids=["paths", "events"])
def test_a_batch_whose_output_nobody_reads_stops_and_can_be_resumed(
    cli: Cli, here: Path, more: tuple[str, ...]
) -> None:
    make(here / "talks", 200)
    base = ("subtitle", "talks", "--to", "it", *ECHO, "-j", 2)
    process = started(here, "-m", "speechsubs", *base, "-o", "out", *more)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    err = ended(process)
    assert process.returncode == 128 + signal.SIGPIPE
    assert "Stopped: nobody reads the output any more." in err
    assert "Run the same command again to resume." in err
    done = recorded(here / "out")
    assert len([n for n in names(here / "out") if n.endswith(".srt")]) == 2 * done < 400
    assert json.loads(cli(*base, "-o", "out", "-q", "--json").out)["done"] == 200 - done
    cli(*base, "-o", "right", "-q")
    for path in (here / "right").glob("*.srt"):
        assert (here / "out" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("command", ["batch", "plain"])
def test_a_closed_terminal(cli: Cli, here: Path, command: str) -> None:
    """All that the command says, and its progress bar, went there."""
    make(here / "talks", 200)
    terminal, end = pty.openpty()

    def control() -> None:
        fcntl.ioctl(end, termios.TIOCSCTTY, 0)

    base = ("subtitle", "talks", "--to", "it", *ECHO, "-j", 2)
    place = "speechsubs.batch.worker.translate_each"
    if command == "plain":
        base, place = ("subtitle", "talks/talk000.txt", "--to", "it", *ECHO), "os.fsync"
    code = PAUSED.replace("sys.stdin.readline()", "open('here', 'w').close(); time.sleep(1000)")
    process = started(
        here, "-c", f"import time\n{code}", place, 3, *base, "-o", "out",
        stdin=end, stdout=end, stderr=end, preexec_fn=control,
    )  # fmt: skip
    os.close(end)
    wait_for(lambda: (here / "here").exists() or process.poll() is not None)
    os.close(terminal)
    assert process.wait(100) == 128 + signal.SIGHUP
    wait_for(lambda: not session(process.pid))
    cli(*base, "-o", "out", "-q")
    cli(*base, "-o", "right", "-q")
    assert names(here / "out") == names(here / "right")
    for path in (here / "right").glob("*.srt"):
        assert (here / "out" / path.name).read_bytes() == path.read_bytes()


# Commands that wait.


@pytest.mark.parametrize(("number", "code"), [(2, 0), (15, 143), (1, 129)])
def test_a_watch_ends(here: Path, number: int, code: int) -> None:
    make(here / "talks", 1)
    process = started(
        here, "-m", "speechsubs", "subtitle", "talks", "--watch", *ECHO, "-o", "out", "-q"
    )
    wait_for(lambda: (here / "out" / MANIFEST).exists() and recorded(here / "out"))
    process.send_signal(number)
    ended(process)
    assert process.returncode == code
    assert names(here / "out") == [MANIFEST, ".speechsubs.json", "talk000.en.srt"]


def served(cli: Cli, here: Path, place: str, number: int) -> tuple[Any, str]:
    """A review server that pauses in the nth call of a function, and its address."""
    (here / "talk.txt").write_text(TEXT, "utf-8")
    cli("subtitle", "talk.txt", "--to", "it", *ECHO, "--project", "p", "-o", "out")
    process = started(here, "-c", PAUSED, place, number, "review", "p", "--serve", "-q")
    assert process.stdout is not None
    return process, process.stdout.readline().decode().strip()


@pytest.mark.parametrize(("number", "code"), [(2, 0), (15, 143), (1, 129)])
def test_a_review_server_completes_a_save_and_ends(
    cli: Cli, here: Path, number: int, code: int
) -> None:
    process, url = served(cli, here, "os.fsync", 1)
    with urllib.request.urlopen(url) as response:
        assert response.status == 200
    body = json.dumps({"decisions": [], "revision": ""}).encode()
    request = urllib.request.Request(f"{url}decisions", body, {"Content-Type": "application/json"})
    post = subprocess.Popen(
        [sys.executable, "-c", "import sys, urllib.request as u\n"
         "r = u.Request(sys.argv[1], sys.argv[2].encode(), {'Content-Type': 'application/json'})\n"
         "u.urlopen(r)", request.full_url, body],
        stderr=subprocess.PIPE,
    )  # fmt: skip
    for line in process.stderr:
        if line == b"paused\n":
            break
    process.send_signal(number)
    process.stdin.write(b"\n")
    ended(process)
    post.communicate(timeout=100)
    assert process.returncode == code
    assert "decisions.yml" in names(here / "p")
    assert not [name for name in names(here / "p") if name.startswith(".speechsubs.")]


# Children.


@pytest.mark.skipif(find_spec("pocketsphinx") is None, reason="needs the extra align")
@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("all_of_it", [True, False], ids=["session", "process"])
def test_alignment_workers_end(here: Path, number: signal.Signals, all_of_it: bool) -> None:
    source, sound = ROOT / "media" / "courage.txt", ROOT / "media" / "courage.mp3"
    process = started(
        here, "-m", "speechsubs", "subtitle", source, "--audio", sound, "-o", "out",
        env={**os.environ, "SPEECHSUBS_THREADS": "2"},
    )  # fmt: skip
    wait_for(lambda: len(session(process.pid)) > 2 or process.poll() is not None)
    # A terminal signals all its processes, `kill` one of them.
    (os.killpg if all_of_it else os.kill)(process.pid, number)
    assert "Every file written so far is complete" in ended(process)
    assert process.returncode == 128 + number
    assert names(here / "out") == []


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("all_of_it", [True, False], ids=["session", "process"])
def test_a_pool_ends(cli: Cli, here: Path, number: signal.Signals, all_of_it: bool) -> None:
    make(here / "talks", 120)
    code = (
        "from speechsubs.batch import runner\nrunner.START_S = -1.0\nrunner.CHUNK = 4\n"
        "from speechsubs.__main__ import run\nrun()"
    )
    base = ("subtitle", "talks", *ECHO, "-j", 2)
    process = started(here, "-c", code, *base, "-o", "out")
    wait_for(
        lambda: (
            len(session(process.pid)) > 3
            and (here / "out" / MANIFEST).exists()
            and recorded(here / "out")
        )
    )
    (os.killpg if all_of_it else os.kill)(process.pid, number)
    assert "Run the same command again to resume." in ended(process)
    assert process.returncode == 128 + number
    cli(*base, "-o", "out", "-q")
    cli(*base, "-o", "right", "-q")
    assert names(here / "out") == names(here / "right")


def test_a_pool_ends_when_its_parent_is_killed(here: Path) -> None:
    make(here / "talks", 120)
    code = (
        "from speechsubs.batch import runner\nrunner.START_S = -1.0\nrunner.CHUNK = 4\n"
        "from speechsubs.__main__ import run\nrun()"
    )
    process = started(here, "-c", code, "subtitle", "talks", *ECHO, "-j", 2, "-o", "out")
    wait_for(lambda: len(session(process.pid)) > 3)
    process.kill()
    ended(process)


@pytest.mark.skipif(find_spec("distributed") is None, reason="needs the extra cluster")
@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("all_of_it", [True, False], ids=["session", "process"])
def test_a_cluster_ends(cli: Cli, here: Path, number: signal.Signals, all_of_it: bool) -> None:
    make(here / "talks", 60)
    base = ("subtitle", "talks", "--to", "it", *ECHO)
    process = started(here, "-m", "speechsubs", *base, "-o", "out", "--cluster", "local", "-j", 2)
    wait_for(lambda: (here / "out" / MANIFEST).exists() and recorded(here / "out"))
    (os.killpg if all_of_it else os.kill)(process.pid, number)
    err = ended(process)
    # It may have finished its last files already.
    assert process.returncode == 128 + number or recorded(here / "out") == 60, err
    cli(*base, "-o", "out", "-q")
    cli(*base, "-o", "right", "-q")
    assert names(here / "out") == names(here / "right")


def test_a_child_ends_with_its_parent(here: Path) -> None:
    """Its standard input ends when the parent does, however that came to die."""
    code = (
        "import sys, time\nfrom speechsubs.adapters import signals\n"
        "signals.end_after(sys.stdin.buffer.read)\nprint('up', flush=True)\ntime.sleep(1e6)"
    )
    process = started(here, "-c", code)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == b"up\n"
    process.stdin.close()
    process.stdin = None
    ended(process)
    assert process.returncode == -signal.SIGTERM


@pytest.mark.parametrize("number", SIGNALS)
def test_all_programs_of_apertium_end(here: Path, number: signal.Signals) -> None:
    """It is a script that starts a pipeline of others, in a session of their own."""
    script = here / "apertium"
    script.write_text("#!/bin/sh\necho $$ > session\nsleep 1000000 | sleep 1000000\n", "utf-8")
    script.chmod(0o755)
    code = (
        "import sys\nfrom speechsubs.adapters import signals\n"
        "from speechsubs.engines.apertium import _run_group\n"
        "with signals.handled_by(signals.raise_terminated):\n"
        "    try:\n        _run_group(['./apertium'], b'text')\n"
        "    except KeyboardInterrupt:\n        sys.exit(7)"
    )
    process = started(here, "-c", code)
    note = here / "session"
    wait_for(lambda: note.exists() and note.read_text() and len(session(int(note.read_text()))) > 2)
    process.send_signal(number)
    ended(process)
    assert process.returncode == 7
    wait_for(lambda: not session(int(note.read_text())))
