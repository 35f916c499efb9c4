"""From the index to an installed model: links in order, versions in order, folders to carry."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speechsubs import models
from speechsubs.adapters.http_client import Limits
from speechsubs.engines import install
from speechsubs.errors import InputError, PackageError
from speechsubs.models import index
from speechsubs.models.index import Step

QUICK = Limits(timeout_s=5.0, tries=1, pause_s=0.0)
Made = Callable[..., bytes]
Entry = Callable[..., Any]


def step(pair: tuple[str, str] = ("en", "es")) -> Step:
    (found,) = index.plan(index.fetch(QUICK), *pair, ())
    return found


def left(folder: Path) -> list[str]:
    found = {p.name for p in folder.iterdir()} if folder.exists() else set()
    return sorted(found - {".models.lock.guard", "models.lock"})


def test_the_newest_version_is_installed(site: Any, folder: Path, made: Made, entry: Entry) -> None:
    link = site.offer("/en_es-1_9.argosmodel", made(version="1.9"))
    site.index(entry("/nothing", version="1.0"), entry(link, version="1.9"))
    done = install.install_step(step(), limits=QUICK)
    assert (done.version, done.path.parent) == ("1.9", folder)
    locked = models.lock_entry(done)
    assert locked is not None
    assert locked.origin == link
    # Nothing of the download stays.
    assert list((folder.parents[1] / "downloads" / "speechsubs").iterdir()) == []


@pytest.mark.usefixtures("untried")
@pytest.mark.parametrize("bad", ["gone", "truncated", "page", "other", "closed", "bomb"])
def test_a_bad_link_gives_way_to_the_next(
    site: Any, folder: Path, made: Made, entry: Entry, bad: str
) -> None:
    data = made()
    routes: dict[str, Any] = {
        "truncated": lambda answer: answer.file(
            data, send=0 if "Range" in answer.headers else len(data) // 2
        ),
        "page": lambda answer: answer.plain(200, b"<html>log in</html>"),
        "other": lambda answer: answer.plain(200, made(target="fr")),
        "closed": lambda answer: answer.connection.close(),
        "bomb": lambda answer: answer.plain(200, made(members={"README.md": b"\0" * (8 << 20)})),
    }
    if bad in routes:
        site.routes["/bad"] = routes[bad]
    site.index(entry(f"{site.url}/bad", "ipfs://no", f"{site.url}/good"))
    site.offer("/good", data)
    told: list[str] = []
    done = install.install_step(
        step(), limits=QUICK, refused=lambda offer, problem: told.append(problem)
    )
    assert done.name == "translate-en_es 1.0"
    assert len(told) == 1
    assert told[0].startswith(f"{site.url}/bad: ")
    assert ".part" not in told[0]
    assert left(folder) == ["translate-en_es-1_0"]


def test_a_version_that_does_not_work_gives_way_to_an_older_one(
    site: Any, folder: Path, made: Made, entry: Entry
) -> None:
    broken = made(version="1.9", members={"model/model.bin": os.urandom(50_000)})
    site.offer("/bad", broken)
    site.index(
        entry(site.offer("/good", made())),
        entry(site.url + "/bad", site.url + "/bad?again", version="1.9"),
    )
    told: list[str] = []
    done = install.install_step(
        step(), limits=QUICK, refused=lambda offer, problem: told.append(problem)
    )
    assert done.version == "1.0"
    assert len(told) == 1
    assert told[0].startswith("translate-en_es 1.9: its model does not work: ")
    # Another link would have brought the same model.
    assert site.asked_for("/bad?again") == []
    assert left(folder) == ["translate-en_es-1_0"]


@pytest.mark.usefixtures("untried")
def test_when_nothing_works_everything_is_told_and_nothing_stays(
    site: Any, folder: Path, entry: Entry
) -> None:
    site.index(entry(f"{site.url}/a", f"{site.url}/b"))
    site.offer("/b", b"no zip")
    with pytest.raises(InputError) as caught:
        install.install_step(step(), limits=QUICK)
    text = str(caught.value)
    assert text.startswith("translate-en_es 1.0: cannot be installed: ")
    assert f"{site.url}/a: the server answered 404 Not Found; " in text
    assert f"{site.url}/b: is not a valid zip archive (File is not a zip file)" in text
    assert "install FILE.argosmodel" in text
    assert left(folder) == []


@pytest.mark.usefixtures("untried")
def test_a_version_that_says_otherwise_inside(
    site: Any, folder: Path, made: Made, entry: Entry
) -> None:
    site.index(entry(site.offer("/a", made(version="0.5"))))
    with pytest.raises(
        InputError, match=r"contains translate-en_es 0\.5 instead of translate-en_es 1"
    ):
        install.install_step(step(), limits=QUICK)


@pytest.mark.usefixtures("untried")
def test_a_place_that_is_taken_is_no_fault_of_the_link(
    site: Any, folder: Path, made: Made, entry: Entry
) -> None:
    (folder / "translate-en_es-1_0").mkdir(parents=True)
    site.index(entry(site.offer("/a", made()), site.offer("/b", made())))
    with pytest.raises(PackageError, match=r"is in the way.*--replace overwrites it"):
        install.install_step(step(), limits=QUICK)
    assert site.asked_for("/b") == []
    assert install.install_step(step(), limits=QUICK, replace=True).version == "1.0"


def test_a_kill_in_the_middle_of_a_download(
    site: Any, tmp_path: Path, made: Made, entry: Entry
) -> None:
    data = made()

    def half(answer: Any) -> None:
        answer.send_response(200)
        answer.send_header("Content-Length", str(len(data)))
        answer.send_header("ETag", f'"{len(data)}"')
        answer.end_headers()
        answer.wfile.write(data[:500_000])
        answer.wfile.flush()
        site.over.wait(30)
        answer.close_connection = True

    site.routes["/a"] = half
    site.index(entry(f"{site.url}/a"))
    environment = {
        **os.environ,
        "ARGOS_PACKAGES_DIR": str(tmp_path / "pk"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    command = [sys.executable, "-m", "speechsubs", "models", "install", "en", "es"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    waiting = tmp_path / "cache" / "argos-translate" / "downloads" / "speechsubs"
    until = time.monotonic() + 60
    while not any(p.stat().st_size >= 500_000 for p in waiting.glob("*.part")):
        assert time.monotonic() < until
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert left(tmp_path / "pk") == []
    # The same command goes on from there.
    del site.routes["/a"]
    site.offer("/a", data)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "installed in" in done.stdout) == (0, True), done.stderr
    assert site.asked_for("/a")[-1]["Range"] == "bytes=500000-"
    assert left(tmp_path / "pk") == ["translate-en_es-1_0"]
    assert list(waiting.iterdir()) == []


# ---- Folders to carry ------------------------------------------------------------


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and p.parent != folder
    }


def test_what_is_carried_is_the_same_to_the_byte(tmp_path: Path, made: Made, tiny: Path) -> None:
    here, there, stick = tmp_path / "here", tmp_path / "there", tmp_path / "stick"
    models.install_file(tiny, here)
    (tmp_path / "x").write_bytes(made("de", "en", members={"README.md": b"# ReadMe\r\n"}))
    models.install_file(tmp_path / "x", here)
    written = install.export_bundle(models.installed(here), stick)
    assert [p.name for p in written] == [
        "translate-de_en-1_0.argosmodel",
        "translate-en_es-0_1.argosmodel",
    ]
    found, problems = install.read_bundle(stick)
    assert problems == []
    for item in found:
        assert item.sha256
        models.install_file(item.path, there, sha256=item.sha256)
    assert files(there) == files(here)
    assert "translate-de_en-1_0/README.md" in files(there)
    sums = shutil.which("sha256sum")
    if sums:
        subprocess.run([sums, "-c", "--quiet", "SHA256SUMS"], cwd=stick, check=True)
    # Once more: nothing changes, nothing is in the way.
    before = {p: p.read_bytes() for p in stick.iterdir()}
    install.export_bundle(models.installed(here), stick)
    assert {p: p.read_bytes() for p in stick.iterdir()} == before


def test_a_stick_that_was_damaged(tmp_path: Path, tiny: Path) -> None:
    models.install_file(tiny, tmp_path / "here")
    (path,) = install.export_bundle(models.installed(tmp_path / "here"), tmp_path / "stick")
    data = bytearray(path.read_bytes())
    # In the comment field at the end nothing but the hash can notice it.
    data[-2:] = b"\x01\x00"
    path.write_bytes(bytes(data) + b"!")
    (item,) = install.read_bundle(tmp_path / "stick")[0]
    with pytest.raises(PackageError, match="is not the expected file"):
        models.install_file(item.path, tmp_path / "there", sha256=item.sha256)


def test_a_package_that_changed_is_not_exported(tmp_path: Path, tiny: Path) -> None:
    package = models.install_file(tiny, tmp_path / "here")
    (package.model / "model.bin").write_bytes(b"x")
    with pytest.raises(PackageError, match=r"was not exported: model/model\.bin has 1 bytes"):
        install.export_bundle([package], tmp_path / "stick")
    assert list((tmp_path / "stick").iterdir()) == []


def test_another_archive_of_the_name_is_not_replaced(tmp_path: Path, tiny: Path) -> None:
    package = models.install_file(tiny, tmp_path / "here")
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "translate-en_es-0_1.argosmodel").write_text("mine")
    with pytest.raises(PackageError, match="--overwrite replaces it"):
        install.export_bundle([package], tmp_path / "stick")
    install.export_bundle([package], tmp_path / "stick", overwrite=True)
    assert len(install.read_bundle(tmp_path / "stick")[0]) == 1


def test_a_folder_of_archives_is_looked_through(tmp_path: Path, made: Made) -> None:
    for name, data in {
        "a.argosmodel": made("de", "en"),
        "b.ARGOSMODEL": made("en", "es", "1.0"),
        "c.argosmodel": made("en", "es", "1.9"),
        "broken.argosmodel": b"no zip",
        "note.txt": b"x",
        "SHA256SUMS": b"what\xff\nzz  a.argosmodel\n",
    }.items():
        (tmp_path / name).write_bytes(data)
    found, problems = install.read_bundle(tmp_path)
    assert len(found) == 3
    assert {item.sha256 for item in found} == {""}
    assert [p.path.name for p in problems] == ["broken.argosmodel"]

    def way(source: str, target: str) -> list[str]:
        return [c.path.name for c in install.choose_archives(found, source, target, tmp_path)]

    assert way("en", "es-MX") == ["c.argosmodel"]
    assert way("de", "es") == ["a.argosmodel", "c.argosmodel"]
    with pytest.raises(
        InputError, match=r"offers no route from en to fr\. It contains de to en, en to es"
    ):
        way("en", "fr")
    with pytest.raises(InputError, match=r"contains no \.argosmodel file"):
        install.read_bundle(tmp_path / "..")
    with pytest.raises(InputError, match="cannot be listed"):
        install.read_bundle(tmp_path / "none")
