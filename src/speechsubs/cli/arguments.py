"""Command-line arguments as typed values, built once from what click parsed.

Keep this light: `--help` imports it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from speechsubs.options import Options

if TYPE_CHECKING:
    from speechsubs.language.locales import Locale

#: The glossary used by default if it exists in the current folder.
DEFAULT_GLOSSARY = Path("glossary.yml")

_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class Display:
    """How a command presents its results."""

    quiet: bool = False
    as_json: bool = False
    report_path: Path | None = None

    @property
    def silent(self) -> bool:
        """Whether only errors and results are shown."""
        return self.quiet or self.as_json


@dataclass(frozen=True, slots=True)
class BatchArguments:
    """Arguments of batches. See `cli.options` for each."""

    recursive: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    jobs: int | None = None
    cluster: str | None = None
    scheduler: str | None = None
    fail_fast: bool = False
    dry_run: bool = False
    watch: bool = False
    log: Path | None = None
    events: str | None = None
    resume: bool = True

    @property
    def named(self) -> bool:
        """Whether any of them is set."""
        given = (getattr(self, field.name) for field in fields(self) if field.name != "resume")
        return any(given) or not self.resume


@dataclass(frozen=True, slots=True)
class Parameters:
    """A command's parameters and the values that click parsed, from which `Options` are built.

    A manifest row overrides them with its own values (`jobs.batch`).
    """

    command: str
    values: Mapping[str, Any]

    def options(self) -> Options:
        """Build the options from the values."""
        values = self.values
        get = values.get
        return Options(
            language=_tag(get("language") or get("source_locale")),
            against=_text(get("source")),
            against_language=_tag(get("source_language")),
            glossary=_text(self._glossary()),
            engine=get("engine", "auto"),
            aligner=get("aligner", "auto"),
            lexicon=_text(get("lexicon")),
            duration_ms=get("duration"),
            fps=get("fps"),
            encoding=get("encoding", ""),
            max_lines=get("max_lines"),
            line_width=get("line_width"),
            currency_style=get("currency_style") or "",
            default_dollar=get("default_dollar", "USD"),
            headings=get("headings", "keep") == "keep",
            dates=get("dates", "locale"),
            units=get("units", "locale"),
            kinds=(values["kind"],) if "kind" in values else tuple(get("kinds") or ()),
            bilingual=get("bilingual", False),
            keep_cues=get("keep_cues", False),
            crlf=get("crlf", False),
            bom=get("bom", False),
            overwrite=get("overwrite", False),
        )

    def _glossary(self) -> Path | None:
        """The named glossary, or the one in the current folder where that is the default."""
        if self.values.get("no_glossary"):
            return None
        named: Path | None = self.values.get("terms")
        if named is None and "no_glossary" in self.values and DEFAULT_GLOSSARY.exists():
            return DEFAULT_GLOSSARY
        return named


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The arguments of a command that processes one or many files.

    `audio` and `text` belong to one source; `name` is for standard input; `lines` and
    `line_terms` are `translate`'s.
    """

    parameters: Parameters
    sources: tuple[Path, ...]
    options: Options
    batch: BatchArguments
    display: Display
    targets: "tuple[Locale, ...]" = ()
    output: Path | None = None
    memory: Path | None = None
    project: Path | None = None
    audio: Path | None = None
    text: Path | None = None
    name: str = ""
    lines: bool = False
    line_terms: Path | None = None

    @property
    def command(self) -> str:
        """The command's name."""
        return self.parameters.command

    @property
    def glossary(self) -> Path | None:
        """The glossary's file."""
        return Path(self.options.glossary) if self.options.glossary else None

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the target languages, as given."""
        return tuple(locale.tag for locale in self.targets)


@dataclass(frozen=True, slots=True)
class Page:
    """The arguments of every review page. See `cli.review` for each."""

    output: Path | None
    serve: bool
    port: int
    decisions: Path | None
    media: tuple[Path, ...]
    quiet: bool


@dataclass(frozen=True, slots=True)
class GlossaryReview:
    """The arguments of `glossary review` besides those of its page."""

    project: Path
    targets: tuple[str, ...]
    engine: str
    no_translate: bool


@dataclass(frozen=True, slots=True)
class GlossaryImport:
    """The arguments of `glossary import` besides the glossary and the file."""

    kind: str | None
    source_language: str
    target_language: str
    base: Path | None
    prefer: Literal["ours", "theirs"]
    policy: str
    dry_run: bool
    as_json: bool
    quiet: bool


@dataclass(frozen=True, slots=True)
class GlossaryDiff:
    """The arguments of `glossary diff` besides the versions. `places` holds those of `--in`."""

    places: tuple[Path, ...]
    targets: tuple[str, ...]
    engine: str | None
    no_translate: bool
    kind: str
    output: Path | None
    textconv: str | None


@dataclass(frozen=True, slots=True)
class GlossaryApply:
    """The arguments of `glossary apply` besides the decisions. `folder` is the project's."""

    folder: Path
    new: str | None
    old: str | None
    engine: str
    memory: Path | None
    dry_run: bool
    quiet: bool


@dataclass(frozen=True, slots=True)
class MemorySearch:
    """The arguments of `memory search` besides the memory and the text."""

    target: str
    source: "Locale"
    terms: Path | None
    threshold: int
    limit: int
    as_json: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The arguments of `models evaluate`."""

    source: "Locale"
    target: "Locale"
    test_set: Path
    references: Path | None
    names: tuple[str, ...]
    terms: Path | None
    as_json: bool


def command_line(command: str, sources: tuple[Path, ...], values: Mapping[str, Any]) -> CommandLine:
    """Build typed arguments from the values that click parsed."""
    parameters = Parameters(command, values)
    return filled(
        CommandLine,
        {
            **values,
            "parameters": parameters,
            "sources": sources,
            "options": parameters.options(),
            "batch": filled(BatchArguments, values),
            "display": filled(Display, values),
        },
    )


def filled(kind: type[_Kind], values: Mapping[str, Any]) -> _Kind:
    """Build a dataclass from the command parameters that are named like its fields."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    return kind(**{name: value for name, value in values.items() if name in names})


def _tag(locale: "Locale | None") -> str:
    return locale.tag if locale else ""


def _text(path: Path | None) -> str:
    return str(path) if path else ""
