"""Fingerprints: whether an output would come out the same if it were made again.

What people wrote, asked for a file's sentences, with a hash of what the answer was.

An output remembers what the memory answered for its sentences (`LanguageResult.recalled`) and
what the memory held then (`LanguageResult.memory`). While the memory holds the same for these
languages, nothing has to be looked at. Where it holds something else, the file is read
again and the memory asked again, which takes no engine; only where it answers something
else is the output made anew. So nothing that people approved is missing from an output,
and a sentence that was added for one film does not remake a thousand.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from speechsubs import __version__, pipeline
from speechsubs.adapters.files import read_bytes
from speechsubs.batch.model import Job
from speechsubs.errors import InputError
from speechsubs.language.locales import Locale
from speechsubs.memory import Memory
from speechsubs.pipeline import Recall, Recalled
from speechsubs.translation.placeholders import Protected

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
    job: Job,
    tag: str,
    *,
    source: str,
    inputs: Mapping[str, str],
    glossary: str = "",
    engine: str = "",
) -> str:
    """The fingerprint of one language of a job.

    `source` is the tag of the file's own language, `inputs` are the digests of the files
    that are read (`inputs`), `glossary` is that of its terms, `engine` is the engine's
    signature. What a memory says is no part of it: see `Heard`.
    """
    told = {
        "speechsubs": __version__,
        "command": job.command,
        **job.options.fingerprint(),
        **inputs,
        "glossary": glossary,
        "engine": engine,
        "source": source,
        "tag": tag,
    }
    data = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(data.encode("ascii")).hexdigest()[:32]


def inputs(job: Job, source: str = "") -> dict[str, str]:
    """The digests of all files that a job reads; `source` where its own is known.

    Raises `InputError`.
    """
    found = {"input": source or digest(job.source)}
    if job.audio is not None:
        found["audio"] = large(job.audio)
        if job.options.lexicon:
            found["lexicon"] = digest(Path(job.options.lexicon))
    return found


class Heard:
    """A `Recall` of a memory's; `answers` is a hash of what it said last, empty for nothing."""

    def __init__(self, ask: Recall) -> None:
        self._ask = ask
        self.answers = ""

    def __call__(self, protected: Sequence[Protected], locale: Locale) -> Sequence[Recalled | None]:
        """What `Recall` promises."""
        found = self._ask(protected, locale)
        self.answers = _digest(found)
        return found


def asked(memory: Memory, job: Job, source: Locale) -> Heard:
    """What asks a memory for the sentences of a job, whose language is `source`."""
    style = job.options.currency_style
    return Heard(pipeline.from_memory(memory, str(job.source), source, style))


def _digest(answers: Sequence[Recalled | None]) -> str:
    told = [
        [
            number,
            str(answer.method),
            answer.finished.text,
            [[place.slot, place.start, place.end] for place in answer.finished.spans],
        ]
        for number, answer in enumerate(answers)
        if answer is not None
    ]
    if not told:
        return ""
    return hashlib.sha256(json.dumps(told, ensure_ascii=True).encode("ascii")).hexdigest()[:32]
