"""A model package: its folder with metadata and files, and its archive.

Archives (`.argosmodel`, a zip file) are untrusted: members, sizes and compression ratios
are checked before anything is unpacked.
"""

import contextlib
import hashlib
import json
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Final

from speechsubs.errors import PackageError
from speechsubs.models import argos, lockfile

MAX_METADATA_BYTES: Final = 1024**2
#: A model has only a handful of files.
MAX_FILES: Final = 1_000

#: The files of a package besides `model/`; all others are ignored.
TOP_FILES: Final = frozenset(
    {"metadata.json", "sentencepiece.model", "bpe.model", "README.md", "LICENSE"}
)
_CODE: Final = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?", re.ASCII)


@dataclass(frozen=True)
class Package:
    """An installed package. `kind` is "sentencepiece" or "bpe".

    `from_code` and `to_code` are Argos codes (zh, zt, pb ...), not BCP 47 tags.
    `target_prefix` is the token that selects the target of a multilingual model, usually
    "". `bundled` packages come with speechsubs. `quality` is a sentence by the author of
    the model, often "". `shares` is the folder whose model and tokenizer a bundled package
    uses instead of its own.
    """

    from_code: str
    to_code: str
    version: str
    path: Path
    kind: str
    target_prefix: str = ""
    bundled: bool = False
    quality: str = ""
    shares: Path | None = None

    @property
    def base(self) -> Path:
        """The folder that holds the model and the tokenizer."""
        return self.shares or self.path

    @property
    def model(self) -> Path:
        """The folder that CTranslate2 loads."""
        return self.base / "model"

    @property
    def tokenizer(self) -> Path:
        """The file of the tokenizer."""
        return self.base / f"{self.kind}.model"

    @property
    def name(self) -> str:
        """How people write it: "translate-en_es 1.0"."""
        return f"translate-{self.from_code}_{self.to_code} {self.version}".strip()

    @property
    def size(self) -> int:
        """Size of its files on disk in bytes; 0 if they cannot be read."""
        try:
            return sum((self.base / name).stat().st_size for name in list_members(self.base))
        except (OSError, PackageError):
            return 0

    @cached_property
    def sha256(self) -> str:
        """Hash of the model and tokenizer files with their names, in hexadecimal.

        Models have 50 to 300 MB, so the hashes in models.lock are used for files whose
        size and time are unchanged; others are read, once.
        """
        digest = hashlib.sha256()
        files = [self.tokenizer, *sorted(p for p in self.model.rglob("*") if p.is_file())]
        entry = lockfile.load_or_empty(self.base.parent).packages.get(self.base.name)
        known = entry.files if entry else {}
        try:
            for file in files:
                name = file.relative_to(self.base).as_posix()
                locked = known.get(name)
                if locked is None or lockfile.locked_file(file, locked.sha256) != locked:
                    content = hash_file(file)
                else:
                    content = locked.sha256
                digest.update(name.encode() + b"\0")
                digest.update(bytes.fromhex(content))
        except OSError as error:
            raise PackageError(self.path, f"cannot be read ({error.strerror})") from error
        return digest.hexdigest()


def hash_file(path: Path) -> str:
    """Compute the SHA-256 of a file in hexadecimal. Raises `OSError`."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_member(inside: PurePosixPath) -> bool:
    """True if a path, relative to the package folder, belongs to a package."""
    parts = inside.parts
    return (len(parts) == 1 and parts[0] in TOP_FILES) or (
        1 < len(parts) <= 4 and parts[0] == "model"
    )


def list_members(path: Path) -> tuple[str, ...]:
    """List the files of a package, relative to its folder and sorted.

    Raises `PackageError` for a folder with too many files, `OSError`.
    """
    found: list[str] = []
    for place in [path / name for name in TOP_FILES] + [path / "model"]:
        for file in place.rglob("*") if place.name == "model" else [place]:
            name = PurePosixPath(file.relative_to(path).as_posix())
            if is_member(name) and file.is_file():
                found.append(str(name))
            if len(found) > MAX_FILES:
                raise PackageError(path, f"contains more than {MAX_FILES:,} files")
    return tuple(sorted(found))


def read(path: Path, *, bundled: bool = False) -> Package | None:
    """Read a package folder; None if it is not a translation package.

    Raises `PackageError` with the problem.
    """
    metadata = read_metadata(path)
    package = parse_package(path, metadata)
    if package is None:
        return None
    base = path
    if bundled and isinstance(metadata.get("shares"), str):
        # Bundled packages may share one multilingual model. Others never access anything
        # outside their folder.
        base = path.parent / Path(metadata["shares"]).name
    kinds = [k for k in ("sentencepiece", "bpe") if (base / f"{k}.model").is_file()]
    if not kinds:
        raise PackageError(path, "has neither sentencepiece.model nor bpe.model")
    if not (base / "model" / "model.bin").is_file():
        raise PackageError(path, "has no model/model.bin")
    return Package(
        package.from_code,
        package.to_code,
        package.version,
        path,
        kinds[0],
        package.target_prefix,
        bundled,
        package.quality,
        base if base != path else None,
    )


def parse_package(path: Path, metadata: dict[str, Any]) -> Package | None:
    """Make a package from metadata.json; None if it is not a translation package.

    Raises `PackageError` for missing fields or fields of a wrong type.
    """
    try:
        fields = argos.parse_metadata(metadata)
    except (AttributeError, TypeError) as error:
        raise PackageError(
            path, f"metadata.json has a field of the wrong type ({error})"
        ) from error
    if fields.type != "translate":
        return None
    source, target = fields.from_code, fields.to_code
    for field, code in (("from_code", source), ("to_code", target)):
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            raise PackageError(path, f"metadata.json has no usable {field}: {code!r:.60}")
    prefix = fields.target_prefix or ""
    if not isinstance(prefix, str):
        raise PackageError(path, "target_prefix in metadata.json is not text")
    quality = metadata.get("quality", "")
    quality = " ".join(quality.split())[:300] if isinstance(quality, str) else ""
    version = str(fields.package_version or "")[:40]
    return Package(source, target, version, path, "", prefix, quality=quality)


def read_metadata(path: Path) -> dict[str, Any]:
    """Read the metadata.json of a package folder. Raises `PackageError`."""
    file = path / "metadata.json"
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_METADATA_BYTES + 1)
    except FileNotFoundError:
        raise PackageError(path, "has no metadata.json, so it is not an Argos package") from None
    except OSError as error:
        raise PackageError(path, f"metadata.json cannot be read ({error.strerror})") from error
    return parse_metadata(path, data)


def parse_metadata(path: Path, data: bytes) -> dict[str, Any]:
    """Parse the bytes of a metadata.json; `path` is used in errors."""
    if len(data) > MAX_METADATA_BYTES:
        raise PackageError(path, "metadata.json is larger than 1 MB")
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise PackageError(path, f"metadata.json is not valid JSON ({error!s:.80})") from error
    if not isinstance(found, dict):
        raise PackageError(path, "metadata.json does not contain a JSON object")
    return found


#: Larger than any package of the public index unpacked (about 600 MB with stanza).
MAX_UNPACKED_BYTES: Final = 4 * 1024**3
#: Weights hardly compress, vocabularies ten times, zip bombs a thousand times.
MAX_RATIO: Final = 100
#: The ratio is only checked for members larger than this.
RATIO_FREE_BYTES: Final = 1024**2
#: Python reads the central directory whole; a hundred members take about 10 kB.
MAX_DIRECTORY_BYTES: Final = 16 * 1024**2

#: A fixed date, so that equal packages give equal archives. Zip dates start in 1980.
_DATE: Final = (1980, 1, 1, 0, 0, 0)

#: Sentence splitters that speechsubs does not use, up to 100 MB each.
_SKIPPED: Final = frozenset({"stanza", "minisbd", "spacy", "__MACOSX"})

Members = dict[PurePosixPath, zipfile.ZipInfo]


@contextlib.contextmanager
def open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive; all its errors become `PackageError`."""
    try:
        _refuse_huge_directory(path)
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError:
        raise PackageError(path, "no such file") from None
    except (
        zipfile.BadZipFile,
        NotImplementedError,  # zipfile: unknown compression method
        RuntimeError,
        EOFError,
        zlib.error,
        struct.error,
    ) as error:
        raise PackageError(path, f"is not a valid zip archive ({error!s:.80})") from error
    except OSError as error:
        raise PackageError(path, f"cannot be installed ({error.strerror or error})") from error


def _refuse_huge_directory(path: Path) -> None:
    """Refuse a central directory that would exhaust memory before it can be checked."""
    with path.open("rb") as stream:
        end = stream.seek(0, 2)
        stream.seek(max(0, end - 65_557))
        tail = stream.read(65_557)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return  # not a zip file, which zipfile reports
    (size,) = struct.unpack_from("<I", tail, at + 12)
    if size > MAX_DIRECTORY_BYTES:
        raise PackageError(path, "has too many members for an Argos package")


def plan_unpacking(path: Path, archive: zipfile.ZipFile) -> tuple[str, Members]:
    """Check an archive; the name of its root folder, and the members by relative path."""
    root, found = _select_members(path, archive)
    total = sum(info.file_size for info in found.values())
    packed = path.stat().st_size
    if total > MAX_UNPACKED_BYTES or len(found) > MAX_FILES:
        raise PackageError(path, "is too large to be an Argos package")
    # Members may overlap in the archive, so small ones can add up to a zip bomb.
    if total > RATIO_FREE_BYTES and total > MAX_RATIO * packed:
        raise PackageError(path, f"would expand more than {MAX_RATIO} times")
    if PurePosixPath("metadata.json") not in found:
        raise PackageError(path, "has no metadata.json, so it is not an Argos package")
    return root, found


def _select_members(path: Path, archive: zipfile.ZipFile) -> tuple[str, Members]:
    root = ""
    found: Members = {}
    seen: set[str] = set()
    infos = archive.infolist()
    if len(infos) > 20 * MAX_FILES:
        raise PackageError(path, f"holds {len(infos):,} members")
    for info in infos:
        parts = _member_parts(path, info)
        if parts[0] == "__MACOSX":
            continue
        if root not in ("", parts[0]):
            names = ", ".join(sorted((root, parts[0])))
            raise PackageError(path, f"has more than one root folder: {names}")
        root = parts[0]
        inside = PurePosixPath(*parts[1:])
        if info.is_dir() or len(parts) == 1 or parts[1] in _SKIPPED or not is_member(inside):
            continue
        # Different spellings of a name are the same file on many file systems.
        key = unicodedata.normalize("NFC", str(inside)).casefold()
        if key in seen:
            raise PackageError(path, f"contains {inside} twice")
        seen.add(key)
        found[inside] = info
        if info.file_size > RATIO_FREE_BYTES and info.file_size > MAX_RATIO * info.compress_size:
            raise PackageError(path, f"{inside} would expand more than {MAX_RATIO} times")
    if not root:
        raise PackageError(path, "is empty")
    if not is_plain_name(root):
        raise PackageError(path, f"names its folder {root!r:.60}, which is not allowed")
    return root, found


def is_plain_name(name: str) -> bool:
    """True for a folder name that is portable and not hidden.

    >>> is_plain_name("translate-en_es-1_0"), is_plain_name(".hidden"), is_plain_name("a/b")
    (True, False, False)
    """
    good = name.isascii() and 0 < len(name) <= 100 and name[0].isalnum() and name[-1] != "."
    return good and all(c.isalnum() or c in "._-" for c in name)


def _member_parts(path: Path, info: zipfile.ZipInfo) -> list[str]:
    name = info.filename
    parts = [p for p in name.split("/") if p]
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode) or (stat.S_IFMT(mode) and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))):
        raise PackageError(path, f"contains a link or a device: {name!r:.80}")
    if (
        not parts
        or name.startswith("/")
        or "\\" in info.orig_filename
        or "\0" in info.orig_filename
        or any(p in (".", "..") or ":" in p or not p.isprintable() for p in parts)
    ):
        raise PackageError(path, f"contains a member outside its folder: {name!r:.80}")
    if info.flag_bits & 0x1:
        raise PackageError(path, "is encrypted")
    return parts


def unpack(path: Path, archive: zipfile.ZipFile, found: Members, to: Path) -> None:
    """Unpack the members into a new folder."""
    for inside, info in found.items():
        place = to.joinpath(*inside.parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        written = 0
        with archive.open(info) as source, place.open("xb") as sink:
            for block in _blocks(source):
                written += len(block)
                # Do not trust the size in the central directory.
                if written > info.file_size:
                    raise PackageError(path, f"{inside} is larger than declared")
                sink.write(block)


def _blocks(stream: Any) -> Iterator[bytes]:
    while block := stream.read(1 << 20):
        yield block


def read_archive(path: Path) -> Package:
    """Read the package description in an archive without unpacking it.

    `path` of the result is that of the archive. Raises `PackageError` for an archive that
    would not be installed.
    """
    with open_archive(path) as archive:
        _, found = plan_unpacking(path, archive)
        with archive.open(found[PurePosixPath("metadata.json")]) as stream:
            data = stream.read(MAX_METADATA_BYTES + 1)
    package = parse_package(path, parse_metadata(path, data))
    if package is None:
        raise PackageError(path, "is not a translation package")
    return package


def write_archive(package: Package, to: Path) -> None:
    """Write a package as an archive that unpacks to identical files.

    Equal packages give equal archives: members are sorted and dates fixed. Nothing is
    compressed, because weights hardly compress. Raises `PackageError`, `OSError`.
    """
    with zipfile.ZipFile(to, "x", zipfile.ZIP_STORED) as archive:
        for name in list_members(package.path):
            file = package.path / name
            info = zipfile.ZipInfo(f"{package.path.name}/{name}", _DATE)
            info.external_attr = 0o644 << 16
            info.file_size = file.stat().st_size
            with file.open("rb") as source, archive.open(info, "w") as sink:
                for block in _blocks(source):
                    sink.write(block)
