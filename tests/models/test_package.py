"""Argos packages on disk: what is found, what is refused, and that nothing half-made stays."""

import io
import json
import os
import stat
import zipfile
from pathlib import Path

import pytest

from speechsubs import models
from speechsubs.errors import PackageError

TINY = Path(__file__).parents[1] / "data" / "translate-en_es-tiny.argosmodel"
META = {"package_version": "1.0", "from_code": "en", "to_code": "es", "type": "translate"}


def archive(path: Path, members: dict[str, bytes], root: str = "pkg") -> Path:
    """A package file with the given members over a sound minimum; None-like b"" stays."""
    sound = {
        f"{root}/metadata.json": json.dumps(META).encode(),
        f"{root}/sentencepiece.model": b"pieces",
        f"{root}/model/model.bin": b"weights",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in (sound | members).items():
            file.writestr(name, data)
    return path


def folder(path: Path, **metadata: object) -> Path:
    """An unpacked package that looks sound from outside."""
    (path / "model").mkdir(parents=True)
    (path / "model" / "model.bin").write_bytes(b"weights")
    (path / "sentencepiece.model").write_bytes(b"pieces")
    (path / "metadata.json").write_text(json.dumps(META | metadata), "utf-8")
    return path


def left_behind(directory: Path) -> list[str]:
    """What a person sees in a folder; the lock of the operating system stays, hidden."""
    names = {p.name for p in directory.iterdir()} if directory.exists() else set()
    return sorted(names - {".models.lock.guard"})


def test_the_tiny_package_is_installed_and_found(tmp_path: Path) -> None:
    package = models.install_file(TINY, tmp_path / "pk")
    assert (package.from_code, package.to_code, package.version) == ("en", "es", "0.1")
    assert package.kind == "sentencepiece"
    assert package.target_prefix == ""
    assert package.name == "translate-en_es 0.1"
    assert package.tokenizer.is_file()
    assert (package.model / "model.bin").is_file()
    assert models.installed(tmp_path / "pk") == (package,)
    assert left_behind(tmp_path / "pk") == ["models.lock", "translate-en_es-0_1"]


def test_the_hash_depends_on_the_model_and_not_on_the_place(tmp_path: Path) -> None:
    one = models.install_file(TINY, tmp_path / "one")
    two = models.install_file(TINY, tmp_path / "two")
    assert one.sha256 == two.sha256
    assert len(one.sha256) == 64
    with (two.model / "model.bin").open("ab") as stream:
        stream.write(b"x")
    changed = models.read(two.path)
    assert changed is not None
    assert changed.sha256 != one.sha256


def test_installing_again_replaces(tmp_path: Path) -> None:
    models.install_file(archive(tmp_path / "a.zip", {"pkg/README.md": b"old"}), tmp_path / "pk")
    models.install_file(archive(tmp_path / "b.zip", {}), tmp_path / "pk")
    assert not (tmp_path / "pk" / "pkg" / "README.md").exists()
    assert left_behind(tmp_path / "pk") == ["models.lock", "pkg"]


def test_only_what_is_used_is_unpacked(tmp_path: Path) -> None:
    extra = {"pkg/stanza/big.pt": b"x", "pkg/run.sh": b"x", "__MACOSX/pkg/._m": b"x",
             "pkg/model/vocabulary.json": b"[]", "pkg/minisbd/m": b"x"}  # fmt: skip
    package = models.install_file(archive(tmp_path / "a.zip", extra), tmp_path / "pk")
    names = sorted(p.relative_to(package.path).as_posix() for p in package.path.rglob("*.*"))
    assert names == [
        "metadata.json",
        "model/model.bin",
        "model/vocabulary.json",
        "sentencepiece.model",
    ]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"../evil.txt": b"x"}, "outside"),
        ({"pkg/../../evil.txt": b"x"}, "outside"),
        ({"pkg/model/../../../evil": b"x"}, "outside"),
        ({"/etc/evil": b"x"}, "outside"),
        ({"C:/evil": b"x"}, "outside"),
        ({"pkg\\..\\evil": b"x"}, "outside"),
        ({"pkg/./metadata2": b"x"}, "outside"),
        ({"pkg/a\nb": b"x"}, "outside"),
        ({"other/file": b"x"}, "more than one root"),
        ({"loose.txt": b"x"}, "more than one root"),
        ({"pkg/metadata.json": b"{"}, "is not valid JSON"),
        ({"pkg/metadata.json": b"[1]"}, "does not contain a JSON object"),
        ({"pkg/metadata.json": b"\xff\xfe\x00"}, "is not valid JSON"),
        ({"pkg/metadata.json": b"[" * 100_000}, "is not valid JSON"),
        ({"pkg/metadata.json": b"{}"}, "from_code"),
        ({"pkg/metadata.json": b'{"from_code": "../x", "to_code": "es"}'}, "from_code"),
        ({"pkg/metadata.json": b'{"from_code": "en", "to_code": 5}'}, "to_code"),
        ({"pkg/metadata.json": json.dumps(META | {"languages": 7}).encode()}, "wrong type"),
        ({"pkg/metadata.json": json.dumps(META | {"target_prefix": [1]}).encode()}, "is not text"),
        ({"pkg/metadata.json": json.dumps(META | {"type": "sbd"}).encode()},
         "is not a translation package"),
        ({"pkg/metadata.json": b" " * (2 << 20)}, "expand more|larger than 1 MB"),
        ({"pkg/model/model.bin": b"\0" * (8 << 20)}, "expand more than 100 times"),
    ],
)  # fmt: skip
def test_hostile_archives_are_refused_and_leave_nothing(
    tmp_path: Path, members: dict[str, bytes], words: str
) -> None:
    path = archive(tmp_path / "bad.argosmodel", members)
    with pytest.raises(PackageError, match=words):
        models.install_file(path, tmp_path / "pk")
    assert left_behind(tmp_path / "pk") == []
    assert left_behind(tmp_path) in (["bad.argosmodel"], ["bad.argosmodel", "pk"])


@pytest.mark.parametrize("missing", ["metadata.json", "sentencepiece.model", "model/model.bin"])
def test_incomplete_archives_are_refused(tmp_path: Path, missing: str) -> None:
    whole = archive(tmp_path / "whole.zip", {})
    path = tmp_path / "part.zip"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as sink:
        for name in source.namelist():
            if name != f"pkg/{missing}":
                sink.writestr(name, source.read(name))
    with pytest.raises(PackageError, match=r"has no|has neither"):
        models.install_file(path, tmp_path / "pk")
    assert left_behind(tmp_path / "pk") == []


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "link.zip", {})
    with zipfile.ZipFile(path, "a") as file:
        info = zipfile.ZipInfo("pkg/README.md")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(info, "/etc/passwd")
    with pytest.raises(PackageError, match="link"):
        models.install_file(path, tmp_path / "pk")


def test_a_member_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "lie.zip", {"pkg/README.md": os.urandom(4000)})
    data = bytearray(path.read_bytes())
    # The size in the central directory, 24 bytes into README.md's entry, says 10.
    entry = data.rindex(b"pkg/README.md") - 46
    data[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(PackageError, match=r"zip archive|larger than it says"):
        models.install_file(path, tmp_path / "pk")
    assert left_behind(tmp_path / "pk") == []


def test_a_member_given_twice_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "twice.zip", {})
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("pkg/metadata.json", json.dumps(META | {"to_code": "de"}))
    with pytest.raises(PackageError, match="twice"):
        models.install_file(path, tmp_path / "pk")


def test_what_is_no_archive_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "x.argosmodel"
    with pytest.raises(PackageError, match="no such file"):
        models.install_file(path, tmp_path / "pk")
    for data in (b"", b"no zip", TINY.read_bytes()[:100_000]):
        path.write_bytes(data)
        with pytest.raises(PackageError, match="zip archive"):
            models.install_file(path, tmp_path / "pk")
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    path.write_bytes(empty.getvalue())
    with pytest.raises(PackageError, match="empty"):
        models.install_file(path, tmp_path / "pk")
    with pytest.raises(PackageError, match="cannot be installed"):
        models.install_file(tmp_path, tmp_path / "pk")


def test_a_file_in_the_way_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "pk").mkdir()
    (tmp_path / "pk" / "pkg").write_text("mine")
    with pytest.raises(PackageError, match="in the way"):
        models.install_file(archive(tmp_path / "a.zip", {}), tmp_path / "pk")
    assert (tmp_path / "pk" / "pkg").read_text() == "mine"


def test_stray_and_broken_folders_are_skipped_and_reported(tmp_path: Path) -> None:
    good = folder(tmp_path / "good")
    (tmp_path / "stray").mkdir()
    (tmp_path / "note.txt").write_text("x")
    (tmp_path / ".install-x").mkdir()
    (folder(tmp_path / "broken") / "metadata.json").write_text("{")
    folder(tmp_path / "sbd", type="sbd")
    found = models.scan(tmp_path)
    assert [p.path for p in found.packages] == [good]
    assert [problem.path.name for problem in found.problems] == ["broken", "stray"]
    assert models.installed(tmp_path) == found.packages


def test_a_missing_folder_holds_nothing(tmp_path: Path) -> None:
    assert models.scan(tmp_path / "none") == models.Scan((), ())


def test_fields_of_the_metadata_are_read(tmp_path: Path) -> None:
    path = folder(tmp_path / "p", target_prefix="__pt__", to_code="pb", from_name="Ænglisc")
    (path / "sentencepiece.model").rename(path / "bpe.model")
    package = models.read(path)
    assert package is not None
    assert (package.kind, package.target_prefix, package.to_code) == ("bpe", "__pt__", "pb")


def test_argos_own_folder_is_used(tmp_path: Path) -> None:
    # In a process of its own: argostranslate reads the variable once, at import.
    import subprocess
    import sys

    code = "from speechsubs import models; print(models.folder()); print(models.installed())"
    home = {name: str(tmp_path / name) for name in
            ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}  # fmt: skip
    environment = os.environ | home | {"ARGOS_PACKAGES_DIR": str(tmp_path / "mine")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [str(tmp_path / "mine"), "()"]
