"""What goes wrong overnight: nothing is lost, nothing is half, and it goes on."""

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speechsubs import outputs
from speechsubs.adapters import files
from speechsubs.batch import MANIFEST, Control, Job, JobResult, Resources, runner, worker
from speechsubs.batch.state import LOCK
from speechsubs.engines import EchoEngine
from speechsubs.errors import EngineError
from speechsubs.options import Options

Cli = Callable[..., Any]
TEXT = "Good evening, everyone. We built a car in three years. Nobody believed in us.\n"
ECHO = ("--engine", "echo", "--no-glossary", "--format", "srt")
SRT = "1\n00:00:01,000 --> 00:00:03,500\nGood evening, everyone.\n"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and not p.name.startswith(".")
    }


def hidden(folder: Path) -> list[str]:
    return sorted({p.name for p in folder.rglob(".*") if p.is_file()})


def make(folder: Path, count: int) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"talk{number:03}.txt").write_text(
            f"{TEXT.strip()} This is talk {number}.\n", "utf-8"
        )


def started(here: Path, *arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "speechsubs", *map(str, arguments)],
        cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def ended(process: subprocess.Popen[bytes]) -> str:
    """What it said on standard error, when it has ended."""
    _, err = process.communicate(timeout=100)
    assert b"Traceback" not in err, err.decode()
    return err.decode()


# Killed.


@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_again_and_again_it_ends_with_the_same_bytes(
    cli: Cli, here: Path, jobs: int
) -> None:
    make(here / "talks", 130)
    base = ("subtitle", "talks", "--to", "it", *ECHO, "-q", "--jobs", jobs)
    cli(*base, "-o", "right")
    right = contents(here / "right")
    dice = random.Random(jobs)
    amid = 0
    for _ in range(12):
        process = started(here, *base, "-o", "out")
        want = dice.randrange(1, 200)
        out = here / "out"
        while (
            process.poll() is None and len(list(out.glob("*.srt")) if out.exists() else []) < want
        ):
            time.sleep(0.002)
        process.kill()
        ended(process)
        there = contents(out) if out.exists() else {}
        assert all(right[name] == data for name, data in there.items())
        amid += 0 < len(there) < len(right)
        if amid == 3:
            break
    assert amid, "every kill came too early or too late"
    ran = cli(*base, "-o", "out")
    assert ran.code == 3
    assert contents(here / "out") == right
    assert hidden(here / "out") == hidden(here / "right") == [MANIFEST, outputs.LEDGER]


def test_what_a_kill_left_is_swept_and_said(cli: Cli, here: Path) -> None:
    make(here / "talks", 2)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (here / "out").mkdir()
    (here / "out" / f"{files.TEMPORARY}{files.host()}.{dead.pid}.abc").write_bytes(b"half")
    owner = {"pid": dead.pid, "host": files.host(), "since": "2026-01-01 00:00:00 UTC"}
    (here / "out" / LOCK).write_text(json.dumps(owner), "utf-8")
    ran = cli("subtitle", "talks", *ECHO, "-o", "out")
    assert ran.code == 0
    assert f"an earlier batch here was interrupted (process {dead.pid} on " in ran.err
    assert hidden(here / "out") == [MANIFEST, outputs.LEDGER]


def test_two_batches_on_one_folder(cli: Cli, here: Path) -> None:
    make(here / "talks", 2)
    (here / "out").mkdir()
    with files.hold_lock(here / "out" / LOCK):
        ran = cli("subtitle", "talks", *ECHO, "-o", "out")
        assert ran.code == 1
        assert "out: another batch is using these outputs (process" in ran.err
        assert f"process {os.getpid()} on {files.host()} since " in ran.err
        assert "Wait for it to finish" in ran.err
        assert contents(here / "out") == {}
        # Looking does no harm.
        assert cli("subtitle", "talks", *ECHO, "-o", "out", "--dry-run").code == 0
    assert cli("subtitle", "talks", *ECHO, "-o", "out").code == 0


# Ctrl-C.


@pytest.mark.parametrize(("jobs", "number"), [(1, signal.SIGINT), (2, signal.SIGINT),
                                              (2, signal.SIGTERM), (2, signal.SIGHUP)])  # fmt: skip
def test_interrupted_it_finishes_what_it_writes_and_says_how_to_go_on(
    here: Path, cli: Cli, jobs: int, number: signal.Signals
) -> None:
    make(here / "talks", 200)
    base = ("subtitle", "talks", "--to", "it", *ECHO, "--jobs", jobs)
    process = started(here, *base, "-o", "out")
    while process.poll() is None and not (here / "out" / MANIFEST).exists():
        time.sleep(0.005)
    process.send_signal(number)
    err = ended(process)
    assert process.returncode == 128 + number
    assert "Stopped: interrupted." in err
    assert "Run the same command again to resume." in err
    there = contents(here / "out")
    assert 0 < len(there) < 400
    # Whatever is there is remembered: nothing is done twice, nothing left half.
    known = (here / "out" / MANIFEST).read_text("utf-8").count('"file":')
    assert len(there) == 2 * known
    assert hidden(here / "out") == [MANIFEST, outputs.LEDGER]
    ran = cli(*base, "-o", "out", "-q", "--json")
    assert json.loads(ran.out)["done"] == 200 - known
    cli(*base, "-o", "right", "-q")
    assert contents(here / "out") == contents(here / "right")


def test_an_engine_is_left_at_once_and_a_second_signal_ends_everything() -> None:
    control_ = Control()
    with control_.listening():
        with pytest.raises(runner.Interrupted), control_.breakable():
            signal.raise_signal(signal.SIGINT)
        assert (control_.stopping, control_.why, control_.signal) == (True, "interrupted", 2)
        with pytest.raises(runner.Interrupted), control_.breakable():
            pytest.fail("nothing new is begun")
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_what_was_being_translated_is_left_and_what_was_translated_is_written(
    here: Path,
) -> None:
    make(here / "talks", 5)
    stop = Control()

    class Breaking(EchoEngine):
        def translate(self, texts: Any, hypotheses: int = 1) -> list[list[str]]:
            if any("talk 3" in text for text in texts):
                signal.raise_signal(signal.SIGINT)
            return super().translate(texts, hypotheses)

    resources = Resources(lambda name, source, target: Breaking(source, target))
    jobs = [
        Job(p, here / "out", p.name, "subtitle", Options(kinds=("srt",)), ("it",))
        for p in sorted((here / "talks").iterdir())
    ]
    with pytest.MonkeyPatch.context() as patch, stop.listening():
        patch.setattr(runner, "FILES", 1)
        results = [r for some in runner.grouped(jobs, resources, stop, 2) for r in some]
    assert stop.why == "interrupted"
    assert [r.key for r in results] == ["talk000.txt", "talk001.txt", "talk002.txt"]
    assert len(contents(here / "out")) == 6


# The disk.


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """After so many subtitles the disk is full, for everything."""
    real, flush = files.write_atomic, os.fsync
    left = [10**9]
    # Files are flushed by several threads at once: each has a disk of its own to fill.
    disk = threading.local()

    def fsync(handle: int) -> None:
        if getattr(disk, "full", False):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(handle)

    def write(path: Path, data: bytes) -> None:
        if path.suffix == ".srt":
            left[0] -= 1
        disk.full = left[0] < 0
        try:
            real(path, data)
        finally:
            disk.full = False

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr("speechsubs.outputs.write_atomic", write)

    def after(count: int) -> None:
        left[0] = count

    return after


def test_a_full_disk_stops_the_batch_and_nothing_is_half(
    cli: Cli, here: Path, full: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "FILES", 4)
    make(here / "talks", 30)
    base = ("subtitle", "talks", "--to", "it", *ECHO, "--jobs", "1")
    cli(*base, "-o", "right")
    full(13)
    ran = cli(*base, "-o", "out")
    assert ran.code == 1
    assert "Stopped: the disk is full." in ran.err
    assert "No space left on device" in ran.err
    right = contents(here / "right")
    assert all(right[name] == data for name, data in contents(here / "out").items())
    assert hidden(here / "out") == [MANIFEST, outputs.LEDGER]
    full(10**9)
    assert cli(*base, "-o", "out").code == 3
    assert contents(here / "out") == right


def test_a_really_full_disk(cli: Cli, here: Path) -> None:
    """On a file system of 192 KB, where the machine lets us make one."""
    mount = here / "small"
    mount.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=192k", "tmpfs", mount],
        capture_output=True,
        check=False,
    )
    if not mounted or mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        make(here / "talks", 120)
        ran = cli("subtitle", "talks", "--to", "it", *ECHO, "-o", mount / "out")
        assert ran.code == 1
        assert "No space left" in ran.err
        for name, data in contents(mount / "out").items():
            assert data.endswith(b"\n\n") or data.endswith(b"\n"), name
            assert data.startswith(b"1\n00:00:"), name
        assert [n for n in hidden(mount / "out") if n.startswith(files.TEMPORARY + "m")] == []
    finally:
        subprocess.run(["umount", mount], check=False)


def test_a_folder_that_may_not_be_written_to(cli: Cli, here: Path) -> None:
    make(here / "talks", 3)
    (here / "out").write_text("a file where the folder should be", "utf-8")
    ran = cli("subtitle", "talks", *ECHO, "-o", "out")
    assert (ran.code, "out" in ran.err) == (1, True)


def test_a_folder_that_is_read_only(cli: Cli, here: Path) -> None:
    make(here / "talks", 3)
    locked = here / "locked"
    locked.mkdir()
    if os.geteuid() == 0:  # root may write everywhere but on a file system that says no
        mount = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(locked)]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("no file system can be mounted here")
    else:
        locked.chmod(0o500)
    try:
        for command in (
            ("subtitle", "talks", "--to", "it", *ECHO, "-o", "locked/out"),
            ("subtitle", "talks", "--to", "it", *ECHO, "-o", "locked"),
        ):
            ran = cli(*command)
            assert ran.code == 1
            assert "locked" in ran.err
            assert "Permission denied" in ran.err or "Read-only file system" in ran.err
        assert contents(locked) == {}
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", locked], check=False)


def test_one_folder_that_cannot_be_written_leaves_the_others_alone(cli: Cli, here: Path) -> None:
    for name in ("a", "b"):
        (here / "talks" / name).mkdir(parents=True)
        (here / "talks" / name / "x.txt").write_text(TEXT, "utf-8")
    (here / "out").mkdir()
    (here / "out" / "a").write_text("a file", "utf-8")
    ran = cli("subtitle", "talks", "-r", *ECHO, "-o", "out")
    assert ran.code == 1
    assert "1 file done, 1 failed" in ran.err
    assert ran.lines == ["out/b/x.en.srt"]


# Files, models, processes.


def test_a_source_that_vanishes_is_reported_alone(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(here / "talks", 4)
    real = worker.ready

    def ready(job: Job, resources: Resources) -> Any:
        if job.source.name == "talk002.txt":
            job.source.unlink()
        return real(job, resources)

    monkeypatch.setattr(worker, "ready", ready)
    ran = cli("subtitle", "talks", "--to", "it", *ECHO, "-o", "out")
    assert ran.code == 1
    assert "Error: talks/talk002.txt: no such file" in ran.err
    assert "3 files done, 1 failed" in ran.err


def test_a_model_that_cannot_be_read(cli: Cli, here: Path, own_surroundings: Path) -> None:
    make(here / "talks", 3)
    (here / "talks" / "uno.es.txt").write_text("Buenas noches a todos.\n", "utf-8")
    model = here / "model"
    model.mkdir()
    for name in ("model.bin", "config.json", "source.spm"):
        (model / name).write_bytes(b"no model at all")
    ran = cli("subtitle", "talks", "--to", "es", "--engine", f"ct2:{model}", "--no-glossary",
              "-o", "out", "--format", "srt")  # fmt: skip
    assert ran.code == 1
    assert str(model) in ran.err
    # What needs no engine is done all the same.
    assert "1 file done, 3 failed" in ran.err
    assert "(and 2 files more)" in ran.err


def test_an_engine_that_fails_on_a_text_fails_for_its_file_only(here: Path) -> None:
    make(here / "talks", 6)

    class Fragile(EchoEngine):
        def translate(self, texts: Any, hypotheses: int = 1) -> list[list[str]]:
            if any("talk 3" in text for text in texts):
                raise EngineError("it broke")
            return super().translate(texts, hypotheses)

    resources = Resources(lambda name, source, target: Fragile(source, target))
    jobs = [
        Job(p, here / "out", p.name, "subtitle", Options(kinds=("srt",)), ("it",))
        for p in sorted((here / "talks").iterdir())
    ]
    results = {r.key: r for some in runner.grouped(jobs, resources, Control(), 2) for r in some}
    assert [key for key, result in results.items() if result.failed] == ["talk003.txt"]
    assert results["talk003.txt"].reason == "it broke"
    assert len(contents(here / "out")) == 10


def test_a_fault_of_our_own_stops_no_other_file(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(here / "talks", 3)
    real = worker.finished

    def finished(one: Any, *given: Any) -> Any:
        if one.job.source.name == "talk001.txt":
            raise RuntimeError("never thought of")
        return real(one, *given)

    monkeypatch.setattr(worker, "finished", finished)
    ran = cli("subtitle", "talks", "--to", "it", *ECHO, "-o", "out")
    assert ran.code == 1
    assert "internal error in talks/talk001.txt: RuntimeError: never thought of; report" in ran.err
    assert "2 files done" in ran.err


KILLER = """
import os, signal
from pathlib import Path
import speechsubs.formats.registry as registry
real = registry.parse
def parse(data, path, **more):
    if path.name.startswith("killer"):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(data, path, **more)
import speechsubs.formats
speechsubs.formats.parse = parse
"""


def test_a_worker_that_is_killed_takes_no_file_with_it(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In processes of their own two files kill whoever reads them; all others are done."""
    (here / "in").mkdir()
    names = [f"f{n:03}.srt" for n in range(60)]
    names[20], names[45] = "killer1.srt", "killer2.srt"
    for name in names:
        (here / "in" / name).write_text(SRT, "utf-8")
    (here / "site").mkdir()
    (here / "site" / "sitecustomize.py").write_text(KILLER, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(here / "site"))
    monkeypatch.setattr(runner, "START_S", -1.0)  # processes, however little there is to do
    monkeypatch.setattr(runner, "CHUNK", 6)
    jobs = [
        Job(here / "in" / name, here / "out", name, "convert", Options(kinds=("vtt",)))
        for name in names
    ]
    results: list[JobResult] = []
    for some in runner.pooled(jobs, Resources(), Control(), 2):
        results += some
    assert sorted(r.key for r in results) == sorted(names)
    bad = {r.key: r.reason for r in results if r.failed}
    assert set(bad) == {"killer1.srt", "killer2.srt"}
    assert "the worker process was killed twice" in bad["killer1.srt"]
    assert len(contents(here / "out")) == 58


def test_processes_give_the_same_bytes(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(here / "talks", 40)

    def jobs(out: str) -> list[Job]:
        options = Options(kinds=("srt", "vtt"))
        return [
            Job(p, here / out, p.name, "subtitle", options)
            for p in sorted((here / "talks").iterdir())
        ]

    for some in runner.pooled(jobs("one"), Resources(), Control(), 1):
        assert not any(result.failed for result in some)
    monkeypatch.setattr(runner, "START_S", -1.0)
    keys = [r.key for some in runner.pooled(jobs("two"), Resources(), Control(), 2) for r in some]
    assert keys == [job.key for job in jobs("two")]
    assert contents(here / "one") == contents(here / "two")
    assert len(contents(here / "two")) == 80
