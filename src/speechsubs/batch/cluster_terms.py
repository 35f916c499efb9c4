"""What a run expects of a worker, so that its bytes are those of any other machine."""

import hashlib
import platform
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from speechsubs import __version__, locales
from speechsubs.batch.kit import Kit
from speechsubs.batch.unit import Unit
from speechsubs.errors import InputError, SpeechsubsError

#: An engine's name, the language it translates from, and to.
Direction = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the machine that starts a run has, and its workers must have too.

    `run` names the run. `folder` is where relative paths begin. `versions` are those of
    speechsubs and of what it runs on, `code` is the digest of its modules and locales;
    `glossaries` are digests by path, `engines` signatures by direction; `files` are some
    inputs with their sizes. `threads` is how many cores a worker may use; None for as
    many as Dask gives it threads. `here` is True where workers are processes of ours.
    `memory` is what people wrote (`Memory.snapshot`, compressed by zlib), empty without a
    memory: a file that others write to is not safe to be read over a network.
    """

    run: str
    folder: str
    versions: Mapping[str, str]
    code: str
    glossaries: Mapping[str, str]
    engines: Mapping[Direction, str]
    files: Mapping[str, int]
    threads: int | None = None
    here: bool = False
    memory: bytes = b""


@dataclass(frozen=True, slots=True)
class Place:
    """Where workers are: at a scheduler's address, or, without one, `workers` of our own.

    `threads` is how many cores each of our own may use.
    """

    scheduler: str = ""
    workers: int = 1
    threads: int = 1

    def __str__(self) -> str:
        return f"--scheduler {self.scheduler}" if self.scheduler else "--cluster local"


def versions() -> dict[str, str]:
    """The versions of Python, speechsubs and what it needs, as they are installed here."""
    found = {"speechsubs": __version__, "Python": ".".join(platform.python_version_tuple()[:2])}
    with suppress(PackageNotFoundError):
        for line in requires("speechsubs") or ():
            needed, _, marker = line.partition(";")
            if "extra" in marker:
                continue
            name = next(iter(_names(needed)), "")
            with suppress(PackageNotFoundError):
                found[name] = version(name)
    return found


def _names(requirement: str) -> Iterable[str]:
    word = ""
    for character in requirement.strip():
        if not (character.isalnum() or character in "-_."):
            break
        word += character
    return [word] if word else []


def code() -> str:
    """The digest of our own modules and locales: two checkouts may have one version."""
    found = hashlib.sha256()
    package = Path(__file__).parents[1]
    places = [(package, "*.py"), *((place, "*.yml") for place in locales.folders())]
    for folder, pattern in places:
        for path in sorted(folder.rglob(pattern)):
            found.update(path.relative_to(folder).as_posix().encode("utf-8", "replace"))
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def signature(kit: Kit, direction: Direction) -> str:
    """The signature of the engine for a direction; why there is none, after a "-"."""
    try:
        return kit.engine(*direction).signature
    except SpeechsubsError as error:
        return f"-{error}"


def faults(terms: Terms, kit: Kit) -> list[str]:
    """Why this process must not work for a run: what is wrong, and what to do about it."""
    found = _other_versions(terms)
    if not found and code() != terms.code:
        found.append(
            f"its speechsubs {__version__} has other modules or locales than the one here. "
            "Install the same one there"
        )
    if found:
        return found  # with other code whatever else is found means nothing
    if not Path(terms.folder).is_dir():
        return [f"there is no folder {terms.folder}. Share it under the same path"]
    return [*_files(terms), *_glossaries(terms, kit), *_engines(terms, kit)]


def _other_versions(terms: Terms) -> list[str]:
    own = versions()
    return [
        f"it has {name} {own.get(name, 'nowhere')}, here is {wanted}. Install the same one there"
        for name, wanted in terms.versions.items()
        if own.get(name) != wanted
    ]


def _files(terms: Terms) -> list[str]:
    advice = f"Share {terms.folder}, and the folders of all inputs, under the same paths"
    found = []
    for name, size in terms.files.items():
        try:
            other = Path(terms.folder, name).stat().st_size
        except OSError as error:
            found.append(f"{name} cannot be read there ({error.strerror or error}). {advice}")
        else:
            if other != size:
                found.append(f"{name} is another file there. {advice}")
    return found


def _glossaries(terms: Terms, kit: Kit) -> list[str]:
    found = []
    for path, digest in terms.glossaries.items():
        try:
            own = kit.glossary(path).digest
        except SpeechsubsError as error:
            found.append(f"it cannot use the glossary ({error}). Share it under the same path")
        else:
            if own != digest:
                found.append(f"{path} is another glossary there. Share it under the same path")
    return found


def _engines(terms: Terms, kit: Kit) -> list[str]:
    found = [
        differs(direction, signature(kit, direction), wanted)
        for direction, wanted in terms.engines.items()
    ]
    return [text for text in found if text]


def differs(direction: Direction, there: str, here: str) -> str:
    """What is wrong with an engine of a worker; nothing where it is the one here, or none."""
    _, source, target = direction
    if there == here or (there.startswith("-") and here.startswith("-")):
        return ""
    advice = "Install the same model there (speechsubs models install)"
    if there.startswith("-"):
        return f"it cannot translate {source} to {target} ({there[1:]}). {advice}"
    if here.startswith("-"):
        return f"it translates {source} to {target} with {there}, and here nothing does. {advice}"
    return f"it translates {source} to {target} with {there}, here it is {here}. {advice}"


def inputs(units: Sequence[Unit], some: int = 3) -> dict[str, int]:
    """The sizes of some inputs, by path. Raises `InputError`."""
    found = {}
    for unit in units[:some]:
        for path in (unit.source, unit.audio):
            if path is not None:
                try:
                    found[str(path)] = path.stat().st_size
                except OSError as error:
                    problem = f"cannot be read ({error.strerror or error})"
                    raise InputError(str(path), problem) from error
    return found
