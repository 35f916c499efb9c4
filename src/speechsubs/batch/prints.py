"""Fingerprints: whether an output would come out the same if it were made again."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from speechsubs import __version__
from speechsubs.batch.unit import Unit
from speechsubs.errors import InputError
from speechsubs.files import read_bytes

#: Recordings are read in pieces of this size.
_PIECE = 1024 * 1024


def digest(path: Path) -> str:
    """The SHA-256 of a text file. Raises `InputError`."""
    return of_bytes(read_bytes(path))


def of_bytes(data: bytes) -> str:
    """The SHA-256 of what was read already."""
    return hashlib.sha256(data).hexdigest()


def large(path: Path) -> str:
    """The SHA-256 of a file of any size. Raises `InputError`."""
    found = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                found.update(piece)
    except FileNotFoundError:
        raise InputError(str(path), "no such file") from None
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror or error})") from error
    return found.hexdigest()


def of(
    unit: Unit,
    tag: str,
    *,
    source: str,
    inputs: Mapping[str, str],
    glossary: str = "",
    engine: str = "",
) -> str:
    """The fingerprint of one language of a unit.

    `source` is the tag of the file's own language, `inputs` are the digests of the files
    that are read (`inputs`), `glossary` is that of its terms, `engine` is the engine's
    signature. What a memory says is no part of it: see `batch.people`.
    """
    told = {
        "speechsubs": __version__,
        "command": unit.command,
        **unit.options.fingerprint(),
        **inputs,
        "glossary": glossary,
        "engine": engine,
        "source": source,
        "tag": tag,
    }
    data = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(data.encode("ascii")).hexdigest()[:32]


def inputs(unit: Unit, source: str = "") -> dict[str, str]:
    """The digests of all files that a unit reads; `source` where its own is known.

    Raises `InputError`.
    """
    found = {"input": source or digest(unit.source)}
    if unit.audio is not None:
        found["audio"] = large(unit.audio)
        if unit.options.lexicon:
            found["lexicon"] = digest(Path(unit.options.lexicon))
    return found
