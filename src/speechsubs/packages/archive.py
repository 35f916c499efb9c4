"""Package archives (`.argosmodel`, a zip file): nothing in them is trusted."""

import contextlib
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

from speechsubs.errors import PackageError
from speechsubs.packages.reading import (
    MAX_FILES,
    MAX_METADATA_BYTES,
    Package,
    described,
    members,
    parsed_metadata,
    wanted,
)

#: Larger than any package of the public index unpacked (about 600 MB with stanza).
MAX_UNPACKED_BYTES: Final = 4 * 1024**3
#: Weights hardly compress and vocabularies do so ten times; bombs a thousand times.
MAX_RATIO: Final = 100
#: What a member may unpack to without its ratio being looked at.
RATIO_FREE_BYTES: Final = 1024**2
#: Python reads a zip file's list of members whole: a hundred members take about 10 kB.
MAX_DIRECTORY_BYTES: Final = 16 * 1024**2

#: Zip keeps local times from 1980 on; a fixed one makes equal packages equal archives.
_DATE: Final = (1980, 1, 1, 0, 0, 0)

#: Sentence splitters that speechsubs does not use, up to 100 MB each.
_SKIPPED: Final = frozenset({"stanza", "minisbd", "spacy", "__MACOSX"})

Members = dict[PurePosixPath, zipfile.ZipInfo]


@contextlib.contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive; whatever is wrong with it becomes a `PackageError`."""
    try:
        _refuse_huge_directory(path)
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError:
        raise PackageError(path, "no such file") from None
    except (
        zipfile.BadZipFile,
        NotImplementedError,  # zipfile: a compression that it does not know
        RuntimeError,
        EOFError,
        zlib.error,
        struct.error,
    ) as error:
        raise PackageError(path, f"is no sound zip archive ({error!s:.80})") from error
    except OSError as error:
        raise PackageError(path, f"cannot be installed ({error.strerror or error})") from error


def _refuse_huge_directory(path: Path) -> None:
    """Refuse a list of members that would fill the memory before it can be counted."""
    with path.open("rb") as stream:
        end = stream.seek(0, 2)
        stream.seek(max(0, end - 65_557))
        tail = stream.read(65_557)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return  # no zip at all, which zipfile says better
    (size,) = struct.unpack_from("<I", tail, at + 12)
    if size > MAX_DIRECTORY_BYTES:
        raise PackageError(path, "lists more members than an Argos package has")


def plan(path: Path, archive: zipfile.ZipFile) -> tuple[str, Members]:
    """The root folder's name and the members to unpack, by their place below it."""
    root, found = _members(path, archive)
    total = sum(info.file_size for info in found.values())
    packed = path.stat().st_size
    if total > MAX_UNPACKED_BYTES or len(found) > MAX_FILES:
        raise PackageError(path, "is too large to be an Argos package")
    # Members may share their bytes in the archive, so each can be small and all a bomb.
    if total > RATIO_FREE_BYTES and total > MAX_RATIO * packed:
        raise PackageError(path, f"would grow more than {MAX_RATIO} times")
    if PurePosixPath("metadata.json") not in found:
        raise PackageError(path, "has no metadata.json, so it is no Argos package")
    return root, found


def _members(path: Path, archive: zipfile.ZipFile) -> tuple[str, Members]:
    root = ""
    found: Members = {}
    seen: set[str] = set()
    infos = archive.infolist()
    if len(infos) > 20 * MAX_FILES:
        raise PackageError(path, f"holds {len(infos):,} members")
    for info in infos:
        parts = _parts(path, info)
        if parts[0] == "__MACOSX":
            continue
        if root not in ("", parts[0]):
            names = ", ".join(sorted((root, parts[0])))
            raise PackageError(path, f"has more than one root folder: {names}")
        root = parts[0]
        inside = PurePosixPath(*parts[1:])
        if info.is_dir() or len(parts) == 1 or parts[1] in _SKIPPED or not wanted(inside):
            continue
        # Two spellings of one name are one file on many disks.
        key = unicodedata.normalize("NFC", str(inside)).casefold()
        if key in seen:
            raise PackageError(path, f"holds {inside} twice")
        seen.add(key)
        found[inside] = info
        if info.file_size > RATIO_FREE_BYTES and info.file_size > MAX_RATIO * info.compress_size:
            raise PackageError(path, f"{inside} would grow more than {MAX_RATIO} times")
    if not root:
        raise PackageError(path, "is empty")
    if not plain_name(root):
        raise PackageError(path, f"names its folder {root!r:.60}, which is not allowed")
    return root, found


def plain_name(name: str) -> bool:
    """True for a folder name that means the same everywhere and hides nothing.

    >>> plain_name("translate-en_es-1_0"), plain_name(".hidden"), plain_name("a/b")
    (True, False, False)
    """
    good = name.isascii() and 0 < len(name) <= 100 and name[0].isalnum() and name[-1] != "."
    return good and all(c.isalnum() or c in "._-" for c in name)


def _parts(path: Path, info: zipfile.ZipInfo) -> list[str]:
    name = info.filename
    parts = [p for p in name.split("/") if p]
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode) or (stat.S_IFMT(mode) and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))):
        raise PackageError(path, f"holds a link or a device: {name!r:.80}")
    if (
        not parts
        or name.startswith("/")
        or "\\" in info.orig_filename
        or "\0" in info.orig_filename
        or any(p in (".", "..") or ":" in p or not p.isprintable() for p in parts)
    ):
        raise PackageError(path, f"holds a member outside its folder: {name!r:.80}")
    if info.flag_bits & 0x1:
        raise PackageError(path, "is encrypted")
    return parts


def unpack(path: Path, archive: zipfile.ZipFile, found: Members, to: Path) -> None:
    """Write the members below a folder that does not exist yet."""
    for inside, info in found.items():
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


def contents(path: Path) -> Package:
    """What an archive says it holds, without unpacking it. `path` is that of the archive.

    Raises `PackageError` for an archive that would not be installed.
    """
    with opened(path) as archive:
        _, found = plan(path, archive)
        with archive.open(found[PurePosixPath("metadata.json")]) as stream:
            data = stream.read(MAX_METADATA_BYTES + 1)
    package = described(path, parsed_metadata(path, data))
    if package is None:
        raise PackageError(path, "is no translation package")
    return package


def archived(package: Package, to: Path) -> None:
    """Write a package as an archive that unpacks to the very same files.

    Equal packages give equal archives: sorted members, one date. Weights hardly
    compress, so nothing is compressed. Raises `PackageError`, `OSError`.
    """
    with zipfile.ZipFile(to, "x", zipfile.ZIP_STORED) as archive:
        for name in members(package.path):
            file = package.path / name
            info = zipfile.ZipInfo(f"{package.path.name}/{name}", _DATE)
            info.external_attr = 0o644 << 16
            info.file_size = file.stat().st_size
            with file.open("rb") as source, archive.open(info, "w") as sink:
                for block in _blocks(source):
                    sink.write(block)
