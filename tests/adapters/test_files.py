"""Reading files that may be broken, atomic writes, and outputs beside the user's own files."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from speechsubs import outputs
from speechsubs.adapters import files
from speechsubs.adapters.files import read_bytes, write_atomic
from speechsubs.errors import InputError, OutputError
from speechsubs.model import Cue, Track
from speechsubs.outputs import LEDGER, Planned


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_reading_gives_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\x00\xff")
    assert read_bytes(tmp_path / "a") == b"\x00\xff"


@pytest.mark.parametrize(
    ("name", "problem"),
    [("none", "no such file"), (".", "folder"), ("big", "exceed the limit of 3"),
     ("a\x00b", "null"), ("x" * 400, "cannot be read"), ("\ud800", "no such|surrogate")],
)  # fmt: skip
def test_unreadable_files_are_reported(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "big").write_bytes(b"1234")
    with pytest.raises(InputError, match=problem):
        read_bytes(tmp_path / name, max_bytes=3)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no endless device here")
def test_a_device_without_end_is_refused() -> None:
    with pytest.raises(InputError, match="exceeds the limit of 1,000 bytes"):
        read_bytes(Path("/dev/zero"), max_bytes=1_000)


def test_writing_makes_folders_and_leaves_nothing_else(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a" / "b" / "c.srt", b"x")
    assert (tmp_path / "a" / "b" / "c.srt").read_bytes() == b"x"
    assert names(tmp_path / "a" / "b") == ["c.srt"]


@pytest.mark.parametrize("name", ["漢" * 80, "🚗" * 60, "x" * 250])
def test_long_names_can_be_written(tmp_path: Path, name: str) -> None:
    write_atomic(tmp_path / name, b"x")
    assert (tmp_path / name).read_bytes() == b"x"


@pytest.mark.parametrize("broken", ["fsync", "replace", "rename"])
def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(b"old")

    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, broken, fails)
    if broken == "rename":
        write_atomic(path, b"new")
        assert path.read_bytes() == b"new"
        return
    with pytest.raises(OutputError, match="No space left"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.srt"]


def test_even_an_interrupt_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "a.srt", b"new")
    assert names(tmp_path) == []


def test_permissions_are_kept_and_new_files_have_the_usual_ones(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"")
    old.chmod(0o640)
    write_atomic(old, b"x")
    write_atomic(new, b"x")
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert new.stat().st_mode == plain.stat().st_mode


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.srt").write_bytes(b"old")
    (tmp_path / "link.srt").symlink_to(tmp_path / "real" / "a.srt")
    (tmp_path / "dangling.srt").symlink_to(tmp_path / "real" / "b.srt")
    write_atomic(tmp_path / "link.srt", b"new")
    write_atomic(tmp_path / "dangling.srt", b"new")
    assert (tmp_path / "link.srt").is_symlink()
    assert (tmp_path / "real" / "a.srt").read_bytes() == b"new"
    assert (tmp_path / "real" / "b.srt").read_bytes() == b"new"


def test_links_in_a_circle_are_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(OutputError):
        write_atomic(tmp_path / "a", b"x")


@pytest.mark.parametrize("name", ["folder", "file/a.srt", "a\x00b", "x" * 400])
def test_what_cannot_be_written_is_said_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be written"):
        write_atomic(tmp_path / name, b"x")
    assert names(tmp_path) == ["file", "folder"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path, kind in (
        (pipe, "a named pipe"), (link, "a named pipe"), (Path(os.devnull), "a device"),
    ):  # fmt: skip
        with pytest.raises(OutputError, match=f"cannot be written: it is {kind}, not a file"):
            write_atomic(path, b"x")
        with pytest.raises(OutputError, match=f"it is {kind}"):
            outputs.refuse_places([path])
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert names(tmp_path) == ["link", "pipe"]


# Temporary files.


def left(folder: Path, pid: int, kind: str = "file") -> Path:
    """What a process leaves behind when it is killed."""
    path = folder / f"{files.TEMPORARY}{files.host()}.{pid}.abc"
    if kind == "folder":
        path.mkdir()
        (path / "sound.s16").write_bytes(b"half")
    else:
        path.write_bytes(b"half")
    return path


@pytest.fixture
def dead() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_the_next_write_removes_what_killed_processes_left(
    tmp_path: Path, dead: int, kind: str
) -> None:
    left(tmp_path, dead, kind)
    own = left(tmp_path, os.getppid(), "folder")
    foreign = tmp_path / f"{files.TEMPORARY}elsewhere.{dead}.abc"
    foreign.write_bytes(b"half")
    write_atomic(tmp_path / "a.srt", b"whole")
    assert names(tmp_path) == sorted([own.name, foreign.name, "a.srt"])


def test_the_next_temporary_folder_removes_those_of_killed_processes(
    tmp_path: Path, dead: int
) -> None:
    left(tmp_path, dead, "folder")
    with files.temporary_folder(tmp_path) as folder:
        (folder / "sound.s16").write_bytes(b"")
        assert names(tmp_path) == [folder.name]
        assert folder.stat().st_mode & 0o777 == 0o700 or os.name == "nt"
    assert names(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX locks")
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_locked_stays_though_its_process_seems_gone(
    tmp_path: Path, dead: int, kind: str
) -> None:
    """Processes of another container have other numbers on the same machine."""
    path = left(tmp_path, dead, kind)
    handle = os.open(path, os.O_RDONLY)
    assert files.try_lock(handle)
    assert files.remove_stale(tmp_path) == []
    assert path.exists()
    os.close(handle)
    assert files.remove_stale(tmp_path) == [path]
    assert not path.exists()


@pytest.mark.skipif(os.name == "nt", reason="POSIX locks")
def test_what_is_being_written_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[Path]] = []
    flush = os.fsync

    def fsync(handle: int) -> None:
        monkeypatch.setattr(files, "alive", lambda pid: False)
        seen.append(files.remove_stale(tmp_path))
        flush(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    write_atomic(tmp_path / "a.srt", b"whole")
    with files.temporary_folder(tmp_path):
        seen.append(files.remove_stale(tmp_path))
    assert seen == [[], []]
    assert names(tmp_path) == ["a.srt"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_a_link_named_like_a_temporary_file_is_not_followed(tmp_path: Path, dead: int) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "talk.srt").write_bytes(b"mine")
    (tmp_path / "there").mkdir()
    link = tmp_path / "there" / f"{files.TEMPORARY}{files.host()}.{dead}.abc"
    link.symlink_to(tmp_path / "precious")
    files.remove_stale(tmp_path / "there")
    assert (tmp_path / "precious" / "talk.srt").read_bytes() == b"mine"


# Outputs.


def plan(path: Path, text: str = "Hello.") -> Planned:
    return Planned(Track((Cue(0, 2_000, (text,)),), "en"), path)


def write(path: Path, text: str, overwrite: bool = False) -> list[str]:
    written, _ = outputs.write([plan(path, text)], overwrite=overwrite)
    return [p.name for p in written]


def test_what_speechsubs_wrote_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    assert write(path, "One.") == write(path, "Two.") == ["a.srt"]
    assert "Two." in path.read_text("utf-8")


def test_no_edit_is_ever_lost_not_even_that_of_a_new_version(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    write(path, "One.")
    path.write_text("edited", "utf-8")
    assert write(path, "Two.") == ["a.new.srt"]
    assert write(path, "Three.") == ["a.new.srt"]
    (tmp_path / "a.new.srt").write_text("edited too", "utf-8")
    assert write(path, "Four.") == ["a.new2.srt"]
    assert path.read_text("utf-8") == "edited"
    assert (tmp_path / "a.new.srt").read_text("utf-8") == "edited too"
    assert write(path, "Five.", overwrite=True) == ["a.srt"]
    assert "Five." in path.read_text("utf-8")


def test_an_edit_that_was_undone_is_no_edit(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    write(path, "One.")
    before = path.read_bytes()
    path.write_bytes(b"edited")
    path.write_bytes(before)
    assert write(path, "Two.") == ["a.srt"]


@pytest.mark.parametrize(
    "ledger",
    [b"", b"{", b"[]", b"null", b'{"written": 3}', b'{"written": {"a.srt": 3}}', b"\xff\xfe\x00",
     b"[" * 100_000, b'{"written": {"a.srt": ' + b"9" * 10_000 + b"}}"],
)  # fmt: skip
def test_a_broken_ledger_protects_everything(tmp_path: Path, ledger: bytes) -> None:
    path = tmp_path / "a.srt"
    write(path, "One.")
    (tmp_path / LEDGER).write_bytes(ledger)
    assert write(path, "Two.") == ["a.new.srt"]
    assert "One." in path.read_text("utf-8")
    assert "a.new.srt" in json.loads((tmp_path / LEDGER).read_bytes())["written"]


def test_collisions_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    a, b = tmp_path / "a.srt", tmp_path / "x" / ".." / "a.srt"
    with pytest.raises(InputError, match="two outputs"):
        outputs.refuse_collisions([a, b], [])
    with pytest.raises(InputError, match="replace an input"):
        outputs.refuse_collisions([a], [b])
    outputs.refuse_collisions([a, tmp_path / "b.srt"], [tmp_path / "c.srt"])


def test_a_place_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError):
        outputs.refuse_places([tmp_path / "file" / "a.srt"])
    with pytest.raises(OutputError):
        outputs.write([plan(tmp_path / "file" / "a.srt")])
    outputs.refuse_places([tmp_path / "new" / "folders" / "a.srt"])


def test_a_name_too_long_is_no_traceback(tmp_path: Path) -> None:
    with pytest.raises((OutputError, InputError)):
        outputs.write([plan(tmp_path / ("x" * 400 + ".srt"))])
