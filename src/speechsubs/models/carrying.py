"""Models to a machine without a network: a folder of archives with their hashes."""

import contextlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from speechsubs import packages
from speechsubs.errors import InputError, PackageError
from speechsubs.files import read_bytes, write_atomic
from speechsubs.packages import Package, code_pairs, preference
from speechsubs.packages.installing import refuse_full
from speechsubs.packages.reading import hashed

SUFFIX: Final = ".argosmodel"
#: In the form of the program sha256sum, so that `sha256sum -c SHA256SUMS` checks a stick.
SUMS: Final = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Carried:
    """An archive in a folder. `sha256` is what SHA256SUMS says of it, "" for nothing."""

    path: Path
    package: Package
    sha256: str


def export(items: Iterable[Package], folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write packages as archives into a folder, which is made; the files, in order.

    `install --from` unpacks the very same files. An archive that is there and is the
    same stays; another of the name is only replaced with `overwrite`. Raises
    `PackageError` for a package that changed since it was installed, and where nothing
    can be written.
    """
    written: list[Path] = []
    if folder.exists() and not folder.is_dir():
        raise PackageError(folder, "is no folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sums = _sums(folder)
        for package in items:
            problem = packages.verify(package)
            if problem:
                raise PackageError(package.path, f"is not exported: {problem}")
            refuse_full(folder, package.size)
            path = folder / f"{package.path.name}{SUFFIX}"
            sums[path.name] = _write(package, path, overwrite)
            written.append(path)
        lines = [f"{digest}  {name}\n" for name, digest in sorted(sums.items())]
        write_atomic(folder / SUMS, "".join(lines).encode())
    except OSError as error:
        raise PackageError(folder, f"cannot be written ({error.strerror or error})") from error
    return written


def _write(package: Package, path: Path, overwrite: bool) -> str:
    """Write one archive in one step; its hash."""
    with tempfile.TemporaryDirectory(prefix=".speechsubs-", dir=path.parent) as temporary:
        made = Path(temporary) / path.name
        packages.archived(package, made)
        digest = hashed(made)
        if path.exists() and not overwrite and hashed(path) != digest:
            raise PackageError(path, "is there already and another one; --overwrite replaces it")
        made.replace(path)
    return digest


def _sums(folder: Path) -> dict[str, str]:
    """What SHA256SUMS says, by the name of the file; lines of another form are no word."""
    found: dict[str, str] = {}
    with contextlib.suppress(InputError):
        text = read_bytes(folder / SUMS, max_bytes=1 << 20).decode("utf-8", "replace")
        for line in text.splitlines():
            digest, _, name = line.partition(" ")
            if len(digest) == 64:
                found[name.lstrip(" *")] = digest.lower()
    return found


def carried(folder: Path) -> tuple[list[Carried], list[PackageError]]:
    """The archives in a folder, and those that cannot be read.

    Raises `InputError` for what is no folder or holds none.
    """
    try:
        paths = sorted(p for p in folder.iterdir() if p.suffix.lower() == SUFFIX and p.is_file())
    except OSError as error:
        raise InputError(str(folder), f"cannot be read as a folder ({error.strerror})") from error
    if not paths:
        raise InputError(str(folder), f"holds no {SUFFIX} file")
    sums = _sums(folder)
    found: list[Carried] = []
    problems: list[PackageError] = []
    for path in paths:
        try:
            found.append(Carried(path, packages.contents(path), sums.get(path.name, "")))
        except PackageError as error:
            problems.append(error)
    return found, problems


def chosen(items: Iterable[Carried], source: str, target: str, folder: Path) -> list[Carried]:
    """The archives for a pair of tags: one, or two through another language.

    Raises `InputError` where there is no way.
    """
    best: dict[tuple[str, str], Carried] = {}
    for item in sorted(items, key=lambda c: preference(c.package)):
        best[item.package.from_code, item.package.to_code] = item
    pairs = code_pairs(source, target)
    for pair in pairs:
        if pair in best:
            return [best[pair]]
    for start, goal in pairs:
        middles = {b for a, b in best if a == start} & {a for a, b in best if b == goal}
        for middle in sorted(middles, key=lambda code: (code != "en", code)):
            return [best[start, middle], best[middle, goal]]
    names = ", ".join(sorted({f"{a} to {b}" for a, b in best})) or "nothing that can be read"
    raise InputError(str(folder), f"has no way from {source} to {target}", f"It holds {names}")
