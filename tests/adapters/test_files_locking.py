"""Locks: one writer at a time, and nothing to clean up after a crash."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from speechsubs import outputs
from speechsubs.adapters import files
from speechsubs.adapters.files import TEMPORARY, remove_stale, write_atomic
from speechsubs.errors import InputError, OutputError
from speechsubs.model import Cue, Track
from speechsubs.outputs import LEDGER, Planned, Written

HOLDER = """
import sys, time
from pathlib import Path
from speechsubs.adapters import files
with files.hold_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def plan(path: Path, text: str = "Hello.") -> Planned:
    return Planned(Track((Cue(0, 2_000, (text,)),), "en"), path)


def test_a_lock_has_one_owner_and_its_file_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with files.hold_lock(path) as before:
        assert before is None
        assert json.loads(path.read_bytes())["pid"] == os.getpid()
        with pytest.raises(OutputError, match=f"process {os.getpid()} on "), files.hold_lock(path):
            pass
        with (
            pytest.raises(InputError, match="busy"),
            files.hold_lock(path, refused=lambda owner: InputError("here", f"busy: {owner}")),
        ):
            pass
    assert not path.exists()


def test_a_killed_owner_loses_the_lock_and_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(OutputError, match=str(holder.pid)), files.hold_lock(path):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    assert path.exists()
    with files.hold_lock(path) as before:
        assert before is not None
        assert (before.pid, before.gone) == (holder.pid, True)
    assert not path.exists()


def test_waiting_threads_get_the_lock_one_by_one(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        with files.hold_lock(tmp_path / "lock", wait_s=60):
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_concurrent_writers_of_one_folder_lose_no_ledger_entry(tmp_path: Path) -> None:
    def work(number: int) -> None:
        for item in range(5):
            outputs.write([plan(tmp_path / f"{number}-{item}.srt")])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outputs.owned(tmp_path)) == 30
    assert outputs.write([plan(tmp_path / "3-3.srt", "Again.")])[0] == [tmp_path / "3-3.srt"]


@pytest.mark.parametrize("written", [False, True], ids=["before the file", "after the file"])
def test_a_kill_between_ledger_and_file_keeps_ownership(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: bool
) -> None:
    path = tmp_path / "a.srt"
    outputs.write([plan(path, "One.")])
    real = write_atomic

    class Killed(BaseException):
        pass

    def killed_while_writing(place: Path, data: bytes) -> None:
        if place.suffix != ".srt":
            real(place, data)
            return
        if written:
            real(place, data)
        raise Killed

    monkeypatch.setattr("speechsubs.outputs.write_atomic", killed_while_writing)
    with pytest.raises(Killed):
        outputs.write([plan(path, "Two.")])
    monkeypatch.undo()
    assert "writing" in json.loads((tmp_path / LEDGER).read_bytes())
    # Killed again with a different text: the file is still ours.
    monkeypatch.setattr("speechsubs.outputs.write_atomic", killed_while_writing)
    with pytest.raises(Killed):
        outputs.write([plan(path, "Three.")])
    monkeypatch.undo()
    assert outputs.write([plan(path, "Four.")]) == ([path], [])
    assert "Four." in path.read_text("utf-8")
    assert list(json.loads((tmp_path / LEDGER).read_bytes())) == ["about", "written"]


def test_a_failing_job_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "b.srt").mkdir()
    (tmp_path / "file").write_bytes(b"")
    found = outputs.write_each(
        [
            [plan(tmp_path / "a.srt")],
            [plan(tmp_path / "b.srt")],
            [plan(tmp_path / "file" / "c.srt")],
            [plan(tmp_path / "d.srt")],
        ]
    )
    assert [isinstance(item, Written) for item in found] == [True, False, False, True]
    assert outputs.owned(tmp_path) == {"a.srt", "d.srt"}


def test_only_temporary_files_of_dead_local_processes_are_removed(tmp_path: Path) -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    dead = tmp_path / f"{TEMPORARY}{files.host()}.{done.pid}.abc"
    kept = [
        tmp_path / f"{TEMPORARY}{files.host()}.{os.getpid()}.abc",
        tmp_path / f"{TEMPORARY}elsewhere.{done.pid}.abc",
        tmp_path / LEDGER,
        tmp_path / "talk.srt",
    ]
    for path in (dead, *kept):
        path.write_bytes(b"x")
    assert remove_stale(tmp_path) == [dead]
    assert all(path.exists() for path in kept)


def test_a_file_system_without_locks_counts_as_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(handle: int) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    with (tmp_path / "a").open("a+b") as first, (tmp_path / "a").open("a+b") as second:
        assert files.try_lock_stream(first)
        assert not files.try_lock_stream(second)
        monkeypatch.setattr(files, "try_lock", unknown)
        assert files.try_lock_stream(second)
