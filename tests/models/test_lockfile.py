"""models.lock: what was installed is known file by file, and what changed is noticed."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from speechsubs import models
from speechsubs.errors import PackageError
from speechsubs.models import lockfile
from speechsubs.models import package as reading

TINY = Path(__file__).parents[1] / "data" / "translate-en_es-tiny.argosmodel"
NAME = "translate-en_es-0_1"


@pytest.fixture
def package(tmp_path: Path) -> models.Package:
    return models.install_file(TINY, tmp_path / "pk", origin="https://models.invalid/x")


def again(package: models.Package) -> models.Package:
    """The package as a new process finds it: hashes are kept in the object."""
    found = models.read(package.path)
    assert found is not None
    return found


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are hashed from now on."""
    seen: list[str] = []
    true = reading.hash_file

    def counted(path: Path) -> str:
        seen.append(path.name)
        return true(path)

    monkeypatch.setattr(reading, "hash_file", counted)
    monkeypatch.setattr("speechsubs.models.store.hash_file", counted)
    return seen


def test_an_installation_is_locked(package: models.Package) -> None:
    data = json.loads((package.path.parent / "models.lock").read_text())
    assert set(data) == {"version", "packages", "hidden"}
    entry = data["packages"][NAME]
    assert (entry["from_code"], entry["to_code"], entry["version"]) == ("en", "es", "0.1")
    assert entry["origin"] == "https://models.invalid/x"
    assert entry["archive_sha256"] == reading.hash_file(TINY)
    assert set(entry["files"]) == set(reading.list_members(package.path))
    for name, file in entry["files"].items():
        assert file["sha256"] == reading.hash_file(package.path / name)
        assert file["size"] == (package.path / name).stat().st_size
    assert models.lock_problem(package) == models.verify(package) == ""


def test_a_load_reads_no_file_that_kept_its_time(
    package: models.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = again(package)
    (package.path.parent / "models.lock").rename(package.path.parent / "aside")
    expected = slow.sha256
    (package.path.parent / "aside").rename(package.path.parent / "models.lock")
    seen = reads(monkeypatch)
    assert models.lock_problem(package) == ""
    assert again(package).sha256 == expected
    assert seen == []
    assert models.verify(package) == ""
    assert sorted(seen) == sorted(Path(n).name for n in reading.list_members(package.path))


def test_a_file_that_was_only_touched_is_read_once(
    package: models.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(package.model / "model.bin", (1, 1))
    seen = reads(monkeypatch)
    assert models.lock_problem(package) == ""
    assert seen == ["model.bin"]
    assert again(package).sha256 == package.sha256
    models.verify(package)
    seen.clear()
    assert models.lock_problem(package) == ""
    assert seen == []


def test_every_change_is_noticed_at_the_next_load(package: models.Package) -> None:
    file = package.model / "model.bin"
    whole = file.read_bytes()
    before = package.sha256
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    os.utime(file, ns=(1, file.stat().st_mtime_ns + 1))
    assert models.lock_problem(package).startswith(
        "model/model.bin differs from what was installed on"
    )
    assert again(package).sha256 != before
    file.write_bytes(whole[:-1])
    assert models.lock_problem(package) == (
        f"model/model.bin has {len(whole) - 1:,} bytes instead of {len(whole):,}"
    )
    file.write_bytes(whole)
    assert models.lock_problem(package) == ""
    (package.model / "extra.txt").write_text("x")
    assert models.lock_problem(package) == "model/extra.txt was added"
    (package.model / "extra.txt").unlink()
    (package.path / "metadata.json").unlink()
    assert models.lock_problem(package) == "metadata.json is missing"


def test_a_change_that_keeps_size_and_time_is_found_by_verify(package: models.Package) -> None:
    file = package.model / "model.bin"
    status, data = file.stat(), bytearray(file.read_bytes())
    data[5_000] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert models.lock_problem(package) == ""
    assert "model/model.bin differs from what was installed" in models.verify(package)


def test_what_other_tools_installed_is_not_locked_and_can_be_adopted(tmp_path: Path) -> None:
    made = models.install_file(TINY, tmp_path / "made")
    (tmp_path / "pk").mkdir()
    shutil.copytree(made.path, tmp_path / "pk" / NAME)
    (tmp_path / "pk" / NAME / "stanza").mkdir()
    (tmp_path / "pk" / NAME / "stanza" / "big.pt").write_text("not ours")
    (package,) = models.installed(tmp_path / "pk")
    assert models.lock_entry(package) is None
    assert models.lock_problem(package) == models.verify(package) == ""
    models.adopt(package)
    entry = models.lock_entry(package)
    assert entry is not None
    assert (entry.origin, entry.archive_sha256) == ("adopted", "")
    assert "stanza/big.pt" not in entry.files
    (package.model / "model.bin").write_bytes(b"x")
    assert "bytes instead of" in models.lock_problem(package)
    models.adopt(package)
    assert models.lock_problem(package) == ""


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"5", b"{", b"\xff", b'{"version": 2, "packages": {}}', b'{"version": 1}',
        b'{"version": 1, "packages": {"x": {}}}', b'{"version": 1, "packages": []}',
        b"[" * 100_000,
        b'{"version": 1, "packages": {"x": {"from_code": 1, "to_code": "", "version": "", '
        b'"origin": "", "installed": "", "archive_sha256": "", "files": {}}}}',
        b'{"version": 1, "packages": {"x": {"from_code": "", "to_code": "", "version": "", '
        b'"origin": "", "installed": "", "archive_sha256": "", '
        b'"files": {"a": {"size": 1, "mtime_ns": 1, "sha256": "zz"}}}}}',
    ],
)  # fmt: skip
def test_a_broken_lock_stops_no_work_and_is_told(package: models.Package, data: bytes) -> None:
    root = package.path.parent
    (root / "models.lock").write_bytes(data)
    found = models.scan(root)
    assert [p.path for p in found.packages] == [package.path]
    assert "`speechsubs models verify --adopt` writes a new one" in str(found.problems[0])
    assert models.lock_problem(package) == ""
    assert len(again(package).sha256) == 64
    with pytest.raises(PackageError, match=r"models\.lock"):
        models.install_file(TINY, root)
    models.adopt(package)
    assert models.scan(root).problems == ()


def test_removing_takes_the_entry_with_it(package: models.Package) -> None:
    root = package.path.parent
    models.remove(package)
    assert sorted(p.name for p in root.iterdir()) == [".models.lock.guard", "models.lock"]
    assert lockfile.load(root).packages == {}


def test_a_linked_package_loses_its_link_only(package: models.Package, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "link").symlink_to(package.path)
    (linked,) = models.installed(tmp_path / "other")
    models.remove(linked)
    assert (package.model / "model.bin").exists()
    assert models.installed(tmp_path / "other") == ()


def test_installers_wait_for_each_other(tmp_path: Path) -> None:
    root = tmp_path / "pk"
    with (
        lockfile.guard(root),
        pytest.raises(PackageError, match="another program is installing models here"),
        lockfile.guard(root, wait_s=0.05),
    ):
        pytest.fail("there were two")
    with lockfile.guard(root, wait_s=0.0):
        pass


def test_many_installations_at_once_are_all_locked(tmp_path: Path) -> None:
    """Processes of their own, as people start them."""
    root = tmp_path / "pk"
    code = (
        "import sys, zipfile, json\nfrom pathlib import Path\nfrom speechsubs import models\n"
        "source, to, place = sys.argv[1:]\n"
        "path = Path(place).with_name(to + '.argosmodel')\n"
        "with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, 'w') as new:\n"
        "    for name in old.namelist():\n"
        "        data = old.read(name)\n"
        "        if name.endswith('metadata.json'):\n"
        "            data = json.dumps(json.loads(data) | {'to_code': to}).encode()\n"
        "        new.writestr(name.replace('en_es', 'en_' + to), data)\n"
        "models.install_file(path, Path(place))\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(TINY), to, str(root)])
        for to in ("es", "fr", "de", "it")
    ]
    assert [process.wait(60) for process in started] == [0, 0, 0, 0]
    found = models.installed(root)
    assert sorted(p.to_code for p in found) == ["de", "es", "fr", "it"]
    assert len(lockfile.load(root).packages) == 4
    assert [models.verify(p) for p in found] == [""] * 4


def test_the_same_package_twice_at_once(tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def install() -> None:
        try:
            models.install_file(TINY, tmp_path / "pk")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=install) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    (package,) = models.installed(tmp_path / "pk")
    assert models.verify(package) == ""


def test_a_kill_leaves_nothing_that_anybody_finds(tmp_path: Path) -> None:
    root = tmp_path / "data" / "packages"
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom speechsubs import models\n"
        "def killed(package): os.kill(os.getpid(), signal.SIGKILL)\n"
        "models.install_file(Path(sys.argv[1]), Path(sys.argv[2]), check=killed)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(TINY), str(root)], check=False)
    assert done.returncode == -9
    # Nothing in the folder that other Argos tools look into, nothing that we find.
    assert [p.name for p in root.iterdir()] == [".models.lock.guard"]
    assert models.scan(root) == models.Scan((), ())
    assert len(list((tmp_path / "data").glob(".speechsubs-packages-*"))) == 1
    models.install_file(TINY, root)
    assert sorted(p.name for p in (tmp_path / "data").iterdir()) == ["packages"]


def test_argos_own_listing_takes_no_harm(package: models.Package) -> None:
    from argostranslate import package as argos

    (found,) = argos.get_installed_packages([package.path.parent])
    assert (found.from_code, found.to_code, found.package_version) == ("en", "es", "0.1")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(PackageError, match="cannot be written"):
        models.install_file(TINY, tmp_path / "file" / "pk")


def test_a_full_disk_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage._replace(free=1_000))
    with pytest.raises(PackageError, match="3 MB are needed here and 0 MB are free"):
        models.install_file(TINY, tmp_path / "pk")
    assert models.installed(tmp_path / "pk") == ()
