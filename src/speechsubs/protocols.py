"""Interfaces of the plug-in points, with their contracts."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, runtime_checkable

from speechsubs.model import Finding, PlaceableKind, Sentence, Track, Transcript


@dataclass(frozen=True, slots=True)
class MaskFamily:
    """Placeholder words that an engine copies unchanged.

    `words` mask terms and numbers, `amounts` mask money; without `amounts`, `words` are
    used for money too. Engines may change the case of a mask, but not its letters.
    """

    name: str
    words: tuple[str, ...]
    amounts: tuple[str, ...] = ()

    def pool(self, kind: PlaceableKind) -> tuple[str, ...]:
        """The masks available for a kind of placeable."""
        return self.amounts if kind is PlaceableKind.MONEY and self.amounts else self.words


class Engine(Protocol):
    """Translates text offline. One instance owns one loaded model and one direction.

    `source` and `target` are BCP 47 tags. `signature` identifies engine, version and
    model so that results are reproducible; `quality` is a one-sentence description for
    users. `masks` are the families that this engine preserves, best first, never empty.
    """

    name: str
    source: str
    target: str
    signature: str
    quality: str
    masks: tuple[MaskFamily, ...]

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """Translate single sentences without line breaks.

        The result has the length and order of `texts`; each entry holds one to
        `hypotheses` distinct hypotheses, best first. An engine without n-best output
        returns one. Raises `EngineError`.
        """
        ...


@runtime_checkable
class Steerable(Protocol):
    """Optional engine capability: constrained decoding.

    Retries use it where available; no stage depends on it.
    """

    def complete(self, items: Sequence[tuple[str, str]]) -> list[str]:
        """For each (text, prefix), a translation that starts with the prefix, or ""."""
        ...

    def translate_without(self, texts: Sequence[str], words: Sequence[str]) -> list[str]:
        """Translations that avoid the given target-language words, or ""."""
        ...

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """For each (text, translation), the mean log probability per token."""
        ...


@dataclass(frozen=True, slots=True)
class Placement:
    """Sentences with word times. `aligner` names the source of the times.

    `findings` report sentences not found in the audio and times with low confidence.
    """

    sentences: tuple[Sentence, ...]
    aligner: str
    findings: tuple[Finding, ...] = ()


class Aligner(Protocol):
    """Assigns a time to every word of every sentence.

    `name` appears in reports; estimated times must not be labeled as aligned.
    """

    name: str

    def place(self, sentences: Sequence[Sentence]) -> Placement:
        """The same sentences in the same order, with word times.

        Times ascend within a sentence and no word is missing. Words have a confidence
        from 0 to 1 where the method measures one.
        """
        ...


@runtime_checkable
class Refiner(Protocol):
    """Optional aligner capability: refine the boundaries of existing word times."""

    def refine(self, sentences: Sequence[Sentence]) -> Placement:
        """The same sentences; words keep their order and approximate times."""
        ...


class Format(Protocol):
    """A file format. Readers are lenient, writers are strict."""

    name: str
    suffixes: tuple[str, ...]

    def read(self, text: str, source: str) -> Transcript | Track:
        """Parse decoded text; `source` is the file name for errors. Raises `InputError`."""
        ...


class WritableFormat(Format, Protocol):
    """A subtitle format: a file format that tracks can be written to."""

    def read(self, text: str, source: str, fps: Fraction | None = None) -> Track:
        """Like `Format.read`; `fps` is the frame rate of times that count frames."""
        ...

    def write(self, track: Track) -> str:
        """The file content with line feeds; line endings and encoding are applied later."""
        ...
