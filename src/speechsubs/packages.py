"""Argos packages on disk: found where Argos tools put them, installed safely.

A package is a folder with `metadata.json`, a CTranslate2 model in `model/`, and
`sentencepiece.model` or `bpe.model`. It travels as a zip archive (`.argosmodel`)
with that folder as its only root.

argostranslate knows the format and the place, and is used for both; but importing
it makes folders and sets an environment variable, its installer fails without
stanza, and one stray folder breaks its listing. So it is only imported where it is
needed, and reading and installing are done here.
"""

import hashlib
import json
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Final

from speechsubs.errors import PackageError

#: Larger than any package of the public index unpacked (about 600 MB with stanza).
MAX_UNPACKED_BYTES: Final = 4 * 1024**3
#: The whitelisted members are a handful; a model sharded into hundreds is no Argos model.
MAX_MEMBERS: Final = 1_000
#: Weights hardly compress and vocabularies do so ten times; bombs a thousand times.
MAX_RATIO: Final = 100
#: What a member may unpack to without its ratio being looked at.
RATIO_FREE_BYTES: Final = 1024**2
MAX_METADATA_BYTES: Final = 1024**2

_TOP_FILES: Final = frozenset(
    {"metadata.json", "sentencepiece.model", "bpe.model", "README.md", "LICENSE"}
)
#: Sentence splitters that speechsubs does not use, up to 100 MB each.
_SKIPPED: Final = frozenset({"stanza", "minisbd", "spacy", "__MACOSX"})
_CODE: Final = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?", re.ASCII)
_FOLDER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)


@dataclass(frozen=True)
class Package:
    """An installed package. `kind` is "sentencepiece" or "bpe".

    `from_code` and `to_code` are Argos codes (zh, zt, pb ...), not BCP 47 tags.
    `target_prefix` is the token that a multilingual model starts its output with,
    "" for the usual one-direction model.
    """

    from_code: str
    to_code: str
    version: str
    path: Path
    kind: str
    target_prefix: str = ""

    @property
    def model(self) -> Path:
        """The folder that CTranslate2 loads."""
        return self.path / "model"

    @property
    def tokenizer(self) -> Path:
        """The file that cuts text into pieces."""
        return self.path / f"{self.kind}.model"

    @property
    def name(self) -> str:
        """How people write it: "translate-en_es 1.0"."""
        return f"translate-{self.from_code}_{self.to_code} {self.version}".strip()

    @cached_property
    def sha256(self) -> str:
        """Hash over the model and tokenizer files with their names, in hexadecimal.

        Read once on demand: a real model has 50 to 300 MB.
        """
        digest = hashlib.sha256()
        files = [self.tokenizer, *sorted(p for p in self.model.rglob("*") if p.is_file())]
        try:
            for file in files:
                digest.update(file.relative_to(self.path).as_posix().encode() + b"\0")
                with file.open("rb") as stream:
                    digest.update(hashlib.file_digest(stream, "sha256").digest())
        except OSError as error:
            raise PackageError(self.path, f"cannot be read ({error.strerror})") from error
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Scan:
    """What a package folder holds. `problems` are the folders that were skipped, and why."""

    packages: tuple[Package, ...]
    problems: tuple[PackageError, ...]


def folder() -> Path:
    """The folder that Argos tools install into (`ARGOS_PACKAGES_DIR` moves it)."""
    return _folders()[0]


def installed(directory: Path | None = None) -> tuple[Package, ...]:
    """The usable translation packages in a folder, sorted by path."""
    return scan(directory).packages


def scan(directory: Path | None = None) -> Scan:
    """Look through a package folder, by default all of Argos's own.

    Never fails on what lies there: stray files are ignored, broken packages are
    reported in `problems`. A missing folder holds nothing.
    """
    packages: list[Package] = []
    problems: list[PackageError] = []
    for root in [directory] if directory is not None else _folders():
        try:
            entries = sorted(p for p in root.iterdir() if p.is_dir())
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(PackageError(root, f"cannot be read ({error.strerror})"))
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue  # unfinished installs of ours
            try:
                package = read(entry)
            except PackageError as problem:
                problems.append(problem)
                continue
            if package is not None:
                packages.append(package)
    return Scan(tuple(packages), tuple(problems))


def read(path: Path) -> Package | None:
    """Read one package folder. None for a package that does not translate.

    Raises `PackageError` with what is wrong.
    """
    metadata = _metadata(path)
    # argostranslate knows the names and defaults of the fields; given the parsed
    # JSON it opens no file (its own reading takes the encoding from the environment).
    described = _argos("package").IPackage()
    try:
        described.load_metadata_from_json(metadata)
    except (AttributeError, TypeError) as error:
        raise PackageError(
            path, f"metadata.json has a field of the wrong type ({error})"
        ) from error
    if described.type != "translate":
        return None
    source, target = described.from_code, described.to_code
    for field, code in (("from_code", source), ("to_code", target)):
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            raise PackageError(path, f"metadata.json has no usable {field}: {code!r:.60}")
    prefix = described.target_prefix or ""
    if not isinstance(prefix, str):
        raise PackageError(path, "target_prefix in metadata.json is no text")
    kinds = [k for k in ("sentencepiece", "bpe") if (path / f"{k}.model").is_file()]
    if not kinds:
        raise PackageError(path, "has neither sentencepiece.model nor bpe.model")
    if not (path / "model" / "model.bin").is_file():
        raise PackageError(path, "has no model/model.bin")
    version = str(described.package_version or "")[:40]
    return Package(source, target, version, path, kinds[0], prefix)


def _metadata(path: Path) -> dict[str, Any]:
    file = path / "metadata.json"
    try:
        if file.stat().st_size > MAX_METADATA_BYTES:
            raise PackageError(path, "metadata.json is larger than 1 MB")
        data = json.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise PackageError(path, "has no metadata.json, so it is no Argos package") from None
    except OSError as error:
        raise PackageError(path, f"metadata.json cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise PackageError(path, f"metadata.json is no JSON ({error!s:.80})") from error
    if not isinstance(data, dict):
        raise PackageError(path, "metadata.json holds no object")
    return data


def _argos(module: str) -> Any:
    # Imported here because importing argostranslate.settings makes folders.
    import importlib

    try:
        return importlib.import_module(f"argostranslate.{module}")
    except OSError as error:
        where = Path(str(error.filename or "argos-translate"))
        raise PackageError(
            where,
            f"Argos's folders cannot be made here ({error.strerror}); "
            "set XDG_DATA_HOME, XDG_CONFIG_HOME and XDG_CACHE_HOME to writable folders",
        ) from error


def _folders() -> list[Path]:
    return [Path(p) for p in _argos("settings").package_dirs]


def install_file(path: Path, directory: Path | None = None) -> Package:
    """Install a package file (`.argosmodel`) and return the package.

    Nothing from the archive is trusted: one root folder, only the members that are
    used, no links, limits on number, size and compression. It is unpacked beside its
    final place and takes its name in one step, so a broken archive leaves nothing.
    A package of the same folder name is replaced.

    Raises `PackageError`.
    """
    target_root = directory if directory is not None else folder()
    try:
        with zipfile.ZipFile(path) as archive:
            root, members = _plan(path, archive)
            target_root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".install-", dir=target_root) as temporary:
                staged = Path(temporary) / root
                _unpack(path, archive, members, staged)
                if read(staged) is None:
                    raise PackageError(path, "is no translation package")
                _swap(staged, target_root / root, Path(temporary) / "old")
    except FileNotFoundError:
        raise PackageError(path, "no such file") from None
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        zlib.error,
    ) as error:
        raise PackageError(path, f"is no sound zip archive ({error!s:.80})") from error
    except OSError as error:
        raise PackageError(path, f"cannot be installed ({error.strerror or error})") from error
    package = read(target_root / root)
    assert package is not None
    return package


def _plan(path: Path, archive: zipfile.ZipFile) -> tuple[str, dict[PurePosixPath, zipfile.ZipInfo]]:
    """The root folder's name and the members to unpack, by their place below it."""
    roots: set[str] = set()
    members: dict[PurePosixPath, zipfile.ZipInfo] = {}
    total = 0
    infos = archive.infolist()
    if len(infos) > 20 * MAX_MEMBERS:
        raise PackageError(path, f"holds {len(infos):,} members")
    for info in infos:
        parts = _parts(path, info)
        if parts[0] == "__MACOSX":
            continue
        roots.add(parts[0])
        if len(roots) > 1:
            raise PackageError(path, f"has more than one root folder: {', '.join(sorted(roots))}")
        inside = PurePosixPath(*parts[1:])
        if info.is_dir() or len(parts) == 1 or parts[1] in _SKIPPED or not _wanted(inside):
            continue
        if inside in members:
            raise PackageError(path, f"holds {inside} twice")
        members[inside] = info
        total += info.file_size
        if total > MAX_UNPACKED_BYTES or len(members) > MAX_MEMBERS:
            raise PackageError(path, "is too large to be an Argos package")
        if info.file_size > RATIO_FREE_BYTES and info.file_size > MAX_RATIO * info.compress_size:
            raise PackageError(path, f"{inside} would grow more than {MAX_RATIO} times")
    if not roots:
        raise PackageError(path, "is empty")
    (root,) = roots
    if not _FOLDER.fullmatch(root):
        raise PackageError(path, f"names its folder {root!r:.60}, which is not allowed")
    if PurePosixPath("metadata.json") not in members:
        raise PackageError(path, "has no metadata.json, so it is no Argos package")
    return root, members


def _parts(path: Path, info: zipfile.ZipInfo) -> list[str]:
    name = info.filename
    parts = [p for p in name.split("/") if p]
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode) or (stat.S_IFMT(mode) and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))):
        raise PackageError(path, f"holds a link or a device: {name!r:.80}")
    if (
        not parts
        or name.startswith("/")
        or "\\" in name
        or any(p in (".", "..") or ":" in p or not p.isprintable() for p in parts)
    ):
        raise PackageError(path, f"holds a member outside its folder: {name!r:.80}")
    if info.flag_bits & 0x1:
        raise PackageError(path, "is encrypted")
    return parts


def _wanted(inside: PurePosixPath) -> bool:
    parts = inside.parts
    return (len(parts) == 1 and parts[0] in _TOP_FILES) or (
        1 < len(parts) <= 4 and parts[0] == "model"
    )


def _unpack(
    path: Path, archive: zipfile.ZipFile, members: dict[PurePosixPath, zipfile.ZipInfo], to: Path
) -> None:
    for inside, info in members.items():
        place = to.joinpath(*inside.parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        written = 0
        with archive.open(info) as source, place.open("xb") as sink:
            for block in _blocks(source):
                written += len(block)
                # The size in the directory of a zip file is only a claim.
                if written > info.file_size:
                    raise PackageError(path, f"{inside} is larger than it says")
                sink.write(block)


def _blocks(stream: Any) -> Iterator[bytes]:
    while block := stream.read(1 << 20):
        yield block


def _swap(staged: Path, final: Path, aside: Path) -> None:
    """Put a folder in its place in one step; the old one is put back if that fails."""
    if final.is_symlink() or final.is_file():
        raise PackageError(final, "is in the way and no folder; move it away")
    if not final.exists():
        staged.rename(final)
        return
    final.rename(aside)
    try:
        staged.rename(final)
    except OSError:
        aside.rename(final)
        raise
    shutil.rmtree(aside, ignore_errors=True)
