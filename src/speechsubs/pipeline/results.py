"""The results of a run."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from speechsubs.errors import UnknownLocaleError
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.model import Finding, Method, Placeable, Sentence, Severity, Track, Translation
from speechsubs.spans import SpannedText


@dataclass(frozen=True, slots=True)
class Pretranslation:
    """A translation supplied by a person or a translation memory."""

    finished: SpannedText
    method: Method


@dataclass(frozen=True, slots=True)
class Output:
    """The result for one language: the text of every sentence, and the cues."""

    locale: Locale
    track: Track
    translations: tuple[Translation, ...]
    findings: tuple[Finding, ...]
    engine: str = ""
    quality: str = ""
    stacked: Track | None = None
    stacked_findings: tuple[Finding, ...] = ()
    """Findings about the stacked track, which has its own cue numbers."""

    @property
    def method_counts(self) -> dict[str, int]:
        """The number of sentences translated by each method."""
        result: dict[str, int] = {}
        for translation in self.translations:
            name = str(translation.method)
            result[name] = result.get(name, 0) + 1
        return result


@dataclass(frozen=True, slots=True)
class Result:
    """All results for one transcript. `project` saves it."""

    name: str
    aligner: str
    sentences: tuple[Sentence, ...]
    placeables: tuple[tuple[Placeable, ...], ...]
    source: Output
    targets: tuple[Output, ...]
    findings: tuple[Finding, ...]
    signature: dict[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Output]:
        return iter(self.outputs)

    def __getitem__(self, tag: str) -> Output:
        """The output for a language tag. Raises `KeyError`."""
        try:
            wanted = locales.resolve(tag)
        except UnknownLocaleError:
            wanted = tag
        for output in self.outputs:
            if output.locale.tag == wanted:
                return output
        made = ", ".join(output.locale.tag for output in self.outputs)
        raise KeyError(f"no output in {tag}: there are {made}")

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The source output, then the target outputs."""
        return (self.source, *self.targets)

    @property
    def issues(self) -> tuple[Finding, ...]:
        """The findings about the transcript and all outputs."""
        found = list(self.findings)
        for output in self.outputs:
            found += [*output.findings, *output.stacked_findings]
        return tuple(found)

    @property
    def exit_code(self) -> int:
        """0 if clean, 3 if written with findings; `INFO` findings count as clean."""
        return 3 if any(f.severity is not Severity.INFO for f in self.issues) else 0
