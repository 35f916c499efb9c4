"""The plug-in points, with what each promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from speechsubs.model import Finding, Sentence, SlotKind, Track, Transcript


@dataclass(frozen=True, slots=True)
class MaskFamily:
    """Words that an engine copies unchanged, to stand for slots.

    `words` hide terms and numbers, `amounts` hide money (the same words where an
    engine knows no better). `search` is how a mask is found in the output: engines
    change case, never letters.
    """

    name: str
    words: tuple[str, ...]
    amounts: tuple[str, ...] = ()

    def pool(self, kind: SlotKind) -> tuple[str, ...]:
        """The masks for a kind of slot."""
        return self.amounts if kind is SlotKind.MONEY and self.amounts else self.words


class Engine(Protocol):
    """Translates text offline. One instance owns one loaded model and one direction.

    `source` and `target` are BCP 47 tags. `signature` names engine, version and model
    so that a result can be repeated; `quality` is one honest sentence for people.
    `masks` are the families that this engine keeps, best first, never empty.
    """

    name: str
    source: str
    target: str
    signature: str
    quality: str
    masks: tuple[MaskFamily, ...]

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """Translate single sentences without line breaks.

        Same length and order as `texts`; each answer holds one to `hypotheses`
        different texts, best first. An engine that knows only one gives one.
        Raises `EngineError`.
        """
        ...


@runtime_checkable
class Steerable(Protocol):
    """What an engine may offer besides `Engine`: decoding under constraints.

    Retries use it where it is there; no stage relies on it.
    """

    def complete(self, items: Sequence[tuple[str, str]]) -> list[str]:
        """For every (text, beginning) a translation that starts so, or ""."""
        ...

    def translate_without(self, texts: Sequence[str], words: Sequence[str]) -> list[str]:
        """Translations that avoid some words of the target language, or ""."""
        ...

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """For every (text, translation) the mean log probability of a token."""
        ...


@dataclass(frozen=True, slots=True)
class Placement:
    """Sentences whose words have times. `aligner` names where those came from.

    `findings` tell what a person should know: sentences that were not heard, times
    that are not to be trusted.
    """

    sentences: tuple[Sentence, ...]
    aligner: str
    findings: tuple[Finding, ...] = ()


class Aligner(Protocol):
    """Gives every word of every sentence its time.

    `name` appears in reports; an estimate is never called aligned.
    """

    name: str

    def place(self, sentences: Sequence[Sentence]) -> Placement:
        """The same sentences in the same order with words that have times.

        In a sentence times ascend; no word is missing. Words carry a confidence from
        0 to 1 where the method measures one.
        """
        ...


@runtime_checkable
class Refiner(Protocol):
    """What an aligner may offer besides `Aligner`: better edges for times that exist."""

    def refine(self, sentences: Sequence[Sentence]) -> Placement:
        """The same sentences; words keep their order and roughly their times."""
        ...


class Format(Protocol):
    """A file type. Readers accept what the field produces, writers are strict."""

    name: str
    suffixes: tuple[str, ...]

    def read(self, text: str, source: str) -> Transcript | Track:
        """Parse decoded text; `source` is named in errors. Raises `InputError`."""
        ...


class WritableFormat(Format, Protocol):
    """A file type that tracks can be written to."""

    def write(self, track: Track) -> str:
        """The whole file with line feeds; line ends and encoding come later."""
        ...
