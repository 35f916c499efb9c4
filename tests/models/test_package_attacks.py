"""Archives made to do harm, and packages made to take another's place."""

import io
import json
import struct
import zipfile
from pathlib import Path

import pytest

from speechsubs import models
from speechsubs.errors import PackageError
from speechsubs.models import package as archive

META = {"package_version": "1.0", "from_code": "en", "to_code": "es", "type": "translate"}


def sound(root: str = "pkg", **metadata: object) -> dict[str, bytes]:
    return {
        f"{root}/metadata.json": json.dumps(META | metadata).encode(),
        f"{root}/sentencepiece.model": b"pieces",
        f"{root}/model/model.bin": b"weights",
    }


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def refused(path: Path, target: Path) -> str:
    with pytest.raises(PackageError) as caught:
        models.install_file(path, target)
    beside = {p.name for p in target.parent.iterdir()} - {path.name, target.name}
    assert beside == set()
    assert models.scan(target) == models.Scan((), ())
    return str(caught.value)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["pkg/model/Vocab.json", "pkg/model/vocab.json"], "contains model/vocab.json twice"),
        (["pkg/model/\u00e9", "pkg/model/e\u0301"], "twice"),
        (["pkg/model/STRASSE", "pkg/model/straße"], "twice"),
        (["pkg/model/a/b/c/../../../../../x"], "outside its folder"),
        (["pkg//../x"], "outside its folder"),
        (["pkg/model/nul\x01"], "outside its folder"),
        (["pkg/model/\u202egnp.bin"], "outside its folder"),
        (["pkg/model/a", "pkg/model/a/b"], "cannot be installed"),
    ],
)
def test_names_that_do_harm(tmp_path: Path, names: list[str], words: str) -> None:
    path = zipped(tmp_path / "bad", sound() | dict.fromkeys(names, b"x"))
    assert words in refused(path, tmp_path / "pk")


@pytest.mark.parametrize("root", [".hidden", "a b", "-x", "ünï", "x" * 101, "dot.", "$HOME", "~"])
def test_root_folders_with_names_that_are_not_allowed(tmp_path: Path, root: str) -> None:
    assert "names its folder" in refused(zipped(tmp_path / "bad", sound(root)), tmp_path / "pk")


def test_a_root_in_a_root(tmp_path: Path) -> None:
    members = {f"outer/{name}": data for name, data in sound().items()}
    text = refused(zipped(tmp_path / "bad", members), tmp_path / "pk")
    assert "has no metadata.json, so it is not an Argos package" in text


def test_an_encrypted_archive(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bad", sound())
    data = bytearray(path.read_bytes())
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    path.write_bytes(data)
    assert "is encrypted" in refused(path, tmp_path / "pk")


def test_a_name_cut_short_by_a_nul(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bad", sound() | {"pkg/model/okXhidden": b"x"})
    path.write_bytes(path.read_bytes().replace(b"okXhidden", b"ok\0hidden"))
    assert "outside its folder" in refused(path, tmp_path / "pk")


def test_members_that_share_their_bytes_are_a_bomb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each member alone is harmless; together they are a hundred times the archive."""
    block = bytes(range(256)) * 3_000
    members = sound() | {f"pkg/model/{n}": block for n in range(200)}
    path = zipped(tmp_path / "bad", members)
    whole = path.read_bytes()
    # The list of members alone, all of them pointing to the first one's bytes.
    with zipfile.ZipFile(path) as file:
        first = file.getinfo("pkg/model/0")
        start = file.start_dir
    kept = whole[: file.getinfo("pkg/model/1").header_offset]
    listed = bytearray(whole[start:])
    at = 0
    while (at := listed.find(b"PK\x01\x02", at)) >= 0:
        length = struct.unpack_from("<H", listed, at + 28)[0]
        if listed[at + 46 : at + 46 + length].startswith(b"pkg/model/"):
            struct.pack_into("<I", listed, at + 42, first.header_offset)
        at += 46 + length
    end = listed.rfind(b"PK\x05\x06")
    struct.pack_into("<I", listed, end + 16, len(kept))
    path.write_bytes(kept + listed)
    assert "would expand more than 100 times" in refused(path, tmp_path / "pk")


def test_a_list_of_members_that_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_DIRECTORY_BYTES", 10_000)
    path = zipped(tmp_path / "bad", sound() | {f"pkg/junk/{n}": b"" for n in range(500)})
    opened: list[int] = []
    monkeypatch.setattr(zipfile, "ZipFile", lambda *a: opened.append(1))
    assert "has too many members for an Argos package" in refused(path, tmp_path / "pk")
    assert opened == []


def test_more_files_than_a_model_has(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bad", sound() | {f"pkg/model/{n}": b"" for n in range(1_001)})
    assert "too large" in refused(path, tmp_path / "pk")


def test_a_crc_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "bad"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        for name, data in (sound() | {"pkg/README.md": b"A" * 5_000}).items():
            file.writestr(name, data)
    path.write_bytes(path.read_bytes().replace(b"AAAA", b"AABA", 1))
    assert "not a valid zip archive" in refused(path, tmp_path / "pk")


def test_an_archive_in_a_page_of_a_login_form(tmp_path: Path) -> None:
    path = tmp_path / "bad"
    path.write_text("<html>Please log in to this network</html>")
    assert "not a valid zip archive" in refused(path, tmp_path / "pk")


# ---- Taking another's place ------------------------------------------------------


def install(
    path: Path, *, root: str = "pkg", replace: bool = False, **metadata: object
) -> models.Package:
    made = zipped(path / "made.argosmodel", sound(root, **metadata))
    return models.install_file(made, path / "pk", replace=replace)


def test_an_equal_or_older_package_of_the_pair_is_replaced(tmp_path: Path) -> None:
    install(tmp_path, package_version="1.0")
    install(tmp_path, package_version="1.0")
    assert install(tmp_path, package_version="1.10").version == "1.10"
    assert len(models.installed(tmp_path / "pk")) == 1


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"package_version": "1.9"}, "would replace the newer translate-en_es 1.10"),
        ({"to_code": "fr"}, "which holds translate-en_es 1.10"),
        ({"from_code": "de"}, "which holds translate-en_es 1.10"),
    ],
)
def test_another_or_a_newer_one_is_only_replaced_when_told(
    tmp_path: Path, metadata: dict[str, str], words: str
) -> None:
    install(tmp_path, package_version="1.10")
    with pytest.raises(PackageError, match=words) as caught:
        install(tmp_path, **metadata)
    assert "--replace overwrites it" in str(caught.value)
    assert models.installed(tmp_path / "pk")[0].version == "1.10"
    done = install(tmp_path, replace=True, **metadata)
    assert models.installed(tmp_path / "pk") == (done,)
    assert models.verify(done) == ""


def test_a_stray_folder_is_only_replaced_when_told(tmp_path: Path) -> None:
    (tmp_path / "pk" / "pkg").mkdir(parents=True)
    (tmp_path / "pk" / "pkg" / "thesis.txt").write_text("mine")
    with pytest.raises(PackageError, match=r"is in the way and has no metadata\.json"):
        install(tmp_path)
    assert (tmp_path / "pk" / "pkg" / "thesis.txt").read_text() == "mine"
    assert install(tmp_path, replace=True).version == "1.0"


def test_a_check_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    old = install(tmp_path)

    def never(package: models.Package) -> None:
        raise PackageError(package.path, "is not good enough")

    made = zipped(tmp_path / "new.argosmodel", sound(package_version="2.0"))
    with pytest.raises(PackageError) as caught:
        models.install_file(made, tmp_path / "pk", check=never)
    assert str(caught.value) == f"{made}: is not good enough"
    assert models.installed(tmp_path / "pk") == (old,)
    assert models.verify(old) == ""


def test_a_hash_that_is_not_the_one_expected(tmp_path: Path) -> None:
    made = zipped(tmp_path / "made.argosmodel", sound())
    with pytest.raises(PackageError, match="SHA-256 mismatch"):
        models.install_file(made, tmp_path / "pk", sha256="0" * 64)


def test_what_an_archive_says_it_holds(tmp_path: Path) -> None:
    made = zipped(tmp_path / "made.argosmodel", sound(package_version="1.9", quality=" good\n x"))
    found = models.read_archive(made)
    assert (found.name, found.quality) == ("translate-en_es 1.9", "good x")
    with pytest.raises(PackageError, match="not a translation package"):
        models.read_archive(zipped(tmp_path / "sbd", sound(type="sbd")))
    for data in (b"", b"x", io.BytesIO().getvalue()):
        (tmp_path / "none").write_bytes(data)
        with pytest.raises(PackageError, match="not a valid zip archive"):
            models.read_archive(tmp_path / "none")


def test_an_archive_of_a_package_is_the_same_every_time(tmp_path: Path) -> None:
    package = install(tmp_path)
    models.write_archive(package, tmp_path / "one")
    (package.path / "run.sh").write_text("no part of a package")
    models.write_archive(package, tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    models.install_file(tmp_path / "one", tmp_path / "other")
    (again,) = models.installed(tmp_path / "other")
    for name in ("metadata.json", "sentencepiece.model", "model/model.bin"):
        assert (again.path / name).read_bytes() == (package.path / name).read_bytes()
