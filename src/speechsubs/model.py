"""Data types shared by all packages: frozen, validated when built, units in field names.

Times are integer milliseconds from the start of the recording. Spans are half-open
character offsets into the text they belong to.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from speechsubs.errors import CueTimingError
from speechsubs.spans import SpannedText


class Kind(StrEnum):
    """The role of a paragraph in its source document."""

    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Word:
    """A spoken word with its attached punctuation.

    `offset` is where `text` starts in the containing text. `confidence` rates the
    word's times from 0 to 1, or is None where it was not measured.
    """

    text: str
    offset: int
    start_ms: int
    end_ms: int
    confidence: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start_ms <= self.end_ms:
            raise CueTimingError(self.start_ms, self.end_ms)

    @property
    def end_offset(self) -> int:
        """Where the word ends in the containing text."""
        return self.offset + len(self.text)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block of a transcript.

    `line` is the 1-based line (or cue number) where it starts in its file. `words`
    is empty unless the file has word times.
    """

    text: str
    kind: Kind = Kind.TEXT
    line: int = 1
    words: tuple[Word, ...] = ()
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The paragraphs of a recording, in order. `source` is the file name for messages."""

    paragraphs: tuple[Paragraph, ...]
    source: str = "-"
    language: str = ""
    findings: tuple["Finding", ...] = ()

    @property
    def timed(self) -> bool:
        """True when every paragraph has word times."""
        return bool(self.paragraphs) and all(p.words for p in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A segment, the unit of translation. `index` is 0-based within the transcript."""

    index: int
    paragraph: int
    text: str
    kind: Kind = Kind.TEXT
    line: int = 1
    words: tuple[Word, ...] = ()
    speaker: str = ""


class PlaceableKind(StrEnum):
    """What a placeable is masked and counted as. Numbers include dates, times and measures."""

    TERM = "term"
    MONEY = "money"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency (ISO 4217). Never a float, never rounded."""

    value: Decimal
    currency: str


class Value(Protocol):
    """What a placeable stands for: a term, an amount, a measure, a date, a time or a number."""

    @property
    def identity(self) -> Hashable:
        """Equal for values that mean the same, wherever and however they are written."""


@dataclass(frozen=True, slots=True)
class Placeable:
    """A stretch of a sentence that the engine must not change, with the value read there.

    `suffix` is an attached grammatical ending that is not part of the placeable (the "'s"
    of a possessive).
    """

    kind: PlaceableKind
    start: int
    end: int
    text: str
    value: Value
    suffix: str = ""

    @property
    def identity(self) -> Hashable:
        """Equal for placeables of one kind that mean the same."""
        return self.kind, self.value.identity


class MethodKind(StrEnum):
    """Where a translation comes from: a retry strategy, a translation memory or a person."""

    PLAIN = "plain"
    MASKED = "masked"
    NUMBERS = "numbers"
    """Numbers that the engine got wrong, replaced by ones it may translate correctly."""
    MASKS = "masks"
    """Placeholders of the family named by `Method.detail`."""
    INLINE = "inline"
    """The target wording inserted into the source text."""
    AGAIN = "again"
    FORCED = "forced"
    WITHOUT_FORBIDDEN = "without forbidden"
    SPLIT = "split"
    COPIED = "copied"
    SOURCE = "source"
    """The source-language track."""
    BLANK = "blank"
    MEMORY = "memory"
    """A translation memory match; `Method.detail` is the kind of match."""
    EDITED = "edited"
    APPROVED = "approved"
    DECLINED = "declined"
    """A text left unchanged because a reviewer declined the change."""


@dataclass(frozen=True, slots=True)
class Method:
    """How a translation was made. `hypothesis` is the 1-based rank of the engine's output.

    >>> str(Method(MethodKind.MASKS, "letters", hypothesis=3))
    'masks letters, output 3'
    """

    kind: MethodKind
    detail: str = ""
    hypothesis: int = 1

    def __str__(self) -> str:
        name = f"{self.kind} {self.detail}" if self.detail else str(self.kind)
        return f"{name}, output {self.hypothesis}" if self.hypothesis > 1 else name


class ProblemCode(StrEnum):
    """The possible problems of an engine's output."""

    MASK_LOST = "mask-lost"
    MASK_REPEATED = "mask-repeated"
    LEFTOVER = "leftover"
    NUMBER_MISSING = "number-missing"
    NUMBER_EXTRA = "number-extra"
    UNIT_MISSING = "unit-missing"
    UNIT_CHANGED = "unit-changed"
    EMPTY = "empty"
    UNTRANSLATED = "untranslated"
    REPETITION = "repetition"
    LENGTH = "length"
    POLLUTION = "pollution"
    POSSESSIVE = "possessive"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of an engine's output, with the item concerned.

    `placeable` is a slot number, `value` a numeric value, `text` a word or a measure as
    written; at most one of them is set.

    >>> str(Problem(ProblemCode.MASK_LOST, placeable=3)), str(Problem(ProblemCode.EMPTY))
    ('mask-lost:3', 'empty')
    """

    code: ProblemCode
    placeable: int | None = None
    value: Decimal | None = None
    text: str = ""

    def __str__(self) -> str:
        for detail in (self.placeable, self.value, self.text or None):
            if detail is not None:
                return f"{self.code}:{detail}"
        return str(self.code)


@dataclass(frozen=True, slots=True)
class Translation:
    """The translation of one sentence, with how it was made.

    `raw` is the engine's output before placeables are restored, `tries` the number of
    hypotheses evaluated.
    """

    sentence: int
    finished: SpannedText
    method: Method
    raw: str = ""
    tries: int = 1
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Cue:
    """One subtitle, on screen from start_ms up to, not including, end_ms.

    `lines` is the displayed text, without markup. `markup` holds the same lines as
    WebVTT cue text where the file had styling; otherwise it is empty. `sentences` are
    the indexes of the sentences shown. `confidence` rates the times from 0 to 1, or is
    None where it was not measured. `source_text` is the text with all its tags as in the file
    it was read from, where `lines` and `markup` do not hold all of it; it is written again
    while the lines stay the same.
    """

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    sentences: tuple[int, ...] = field(default=(), compare=False)
    markup: tuple[str, ...] = field(default=(), compare=False)
    name: str = field(default="", compare=False)
    settings: str = field(default="", compare=False)
    confidence: float | None = field(default=None, compare=False)
    source_text: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not 0 <= self.start_ms < self.end_ms:
            raise CueTimingError(self.start_ms, self.end_ms)

    @property
    def duration_ms(self) -> int:
        """The time on screen."""
        return self.end_ms - self.start_ms

    @property
    def text(self) -> str:
        """The lines joined with line feeds."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Track:
    """Cues of one language in time order. `source` is the file name.

    `format` is the name of the format it was read from. `blocks` are the parts of the file
    that are no cues (WebVTT's header, NOTE, STYLE, REGION), each with the number of cues
    before it.
    """

    cues: tuple[Cue, ...]
    language: str = ""
    source: str = "-"
    findings: tuple["Finding", ...] = ()
    format: str = field(default="", compare=False)
    blocks: tuple[tuple[int, str], ...] = field(default=(), compare=False)

    def __iter__(self) -> Iterator[Cue]:
        return iter(self.cues)


@dataclass(frozen=True, slots=True)
class Limits:
    """Subtitle limits. Widths are in the locale's units (see `locales`)."""

    line_width: float
    max_lines: int
    chars_per_second: float
    min_duration_ms: int
    max_duration_ms: int
    min_gap_ms: int
    chain_gap_ms: int
    """Shorter gaps are closed to `min_gap_ms`; 0 leaves gaps unchanged."""
    tail_ms: int
    """How long a cue may stay on screen after its last word."""


class Severity(StrEnum):
    """Severity of a finding. Only `INFO` leaves the exit code at 0."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """An issue in the output or input that a person should review.

    `code` is stable and machine-readable ("reading-speed", "term-missing"). `cue`
    is 1-based, `sentence` 0-based; both are None where they do not apply.
    """

    code: str
    severity: Severity
    message: str
    file: str = ""
    locale: str = ""
    cue: int | None = None
    start_ms: int | None = None
    sentence: int | None = None
    line: int | None = None
    value: float | None = None
    limit: float | None = None

    def __str__(self) -> str:
        label = f"{self.locale} {self.code}" if self.locale else self.code
        return f"{self.severity.value} {self.place}: {label}: {self.message}"

    @property
    def place(self) -> str:
        """The location: the file with the line, or with the cue and its time."""
        parts = [self.file or "-"]
        if self.cue is not None:
            time = f" at {format_time(self.start_ms)}" if self.start_ms is not None else ""
            parts.append(f"cue {self.cue}{time}")
        elif self.line is not None:
            return f"{parts[0]}:{self.line}"
        elif self.start_ms is not None:
            parts.append(f"at {format_time(self.start_ms)}")
        return ", ".join(parts)


def format_time(time_ms: int) -> str:
    """Format a time as h:mm:ss.mmm.

    >>> format_time(3_661_005)
    '1:01:01.005'
    """
    seconds, ms = divmod(time_ms, 1_000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"
