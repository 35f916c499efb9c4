"""Fingerprints: whether regenerating an output would give the same bytes.

For each output the state keeps a hash of the matches that the translation memory
returned for its sentences (`LanguageResult.recalled`) and a hash of the memory's content
at that time (`LanguageResult.memory`). While the content for these languages is unchanged,
the output is up to date. Otherwise the file is read and looked up again, which needs no
engine, and the output is regenerated only if the matches differ. So every approved
translation reaches the outputs, and a sentence added for one film does not regenerate a
thousand others.
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
from speechsubs.pipeline import Pretranslation, Pretranslator
from speechsubs.translation.placeholders import Protected

#: Recordings are read in chunks of this size.
_PIECE = 1024 * 1024


def digest(path: Path) -> str:
    """The SHA-256 of a text file. Raises `InputError`."""
    return of_bytes(read_bytes(path))


def of_bytes(data: bytes) -> str:
    """The SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def large(path: Path) -> str:
    """The SHA-256 of a file of any size, read in chunks. Raises `InputError`."""
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

    `source` is the tag of the file's own language, `inputs` are the digests of the input
    files (see `inputs`), `glossary` is the digest of its terms, `engine` the engine's
    signature. Memory matches are not part of it: see `Heard`.
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
    """The digests of all files that a job reads; pass the source's own as `source` if known.

    Raises `InputError`.
    """
    found = {"input": source or digest(job.source)}
    if job.audio is not None:
        found["audio"] = large(job.audio)
        if job.options.lexicon:
            found["lexicon"] = digest(Path(job.options.lexicon))
    return found


class Heard:
    """A memory's `Pretranslator`; `answers` hashes its latest matches, empty if there were none."""

    def __init__(self, ask: Pretranslator) -> None:
        self._ask = ask
        self.answers = ""

    def __call__(
        self, protected: Sequence[Protected], locale: Locale
    ) -> Sequence[Pretranslation | None]:
        """Look the sentences up, as `Pretranslator` promises, and hash the matches."""
        found = self._ask(protected, locale)
        self.answers = _digest(found)
        return found


def asked(memory: Memory, job: Job, source: Locale) -> Heard:
    """Make the lookup of a job's sentences, written in the language `source`."""
    style = job.options.currency_style
    return Heard(pipeline.from_memory(memory, str(job.source), source, style))


def _digest(answers: Sequence[Pretranslation | None]) -> str:
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
