"""The types that travel between the parts: frozen, valid once built, units in names.

Times are integer milliseconds from the start of the recording. Spans are
half-open character offsets into the text that they belong to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from speechsubs.errors import CueTimingError
from speechsubs.spans import SpannedText


class Kind(StrEnum):
    """What a paragraph was in the document that it came from."""

    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was spoken, with the punctuation written on it.

    `offset` is where `text` starts in the text that holds the word. `confidence`
    is the share of trust in the times, 0 to 1, or None where nobody measured it.
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
        """Where the word ends in the text that holds it."""
        return self.offset + len(self.text)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block of a transcript.

    `line` is the 1-based line (or cue number) where it starts in its file. `words`
    are empty unless the file gave times.
    """

    text: str
    kind: Kind = Kind.TEXT
    line: int = 1
    words: tuple[Word, ...] = ()
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said, in order. `source` names the file in messages."""

    paragraphs: tuple[Paragraph, ...]
    source: str = "-"
    language: str = ""
    findings: tuple["Finding", ...] = ()

    @property
    def timed(self) -> bool:
        """True when every paragraph came with word times."""
        return bool(self.paragraphs) and all(p.words for p in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit of translation. `index` counts from 0 through the transcript."""

    index: int
    paragraph: int
    text: str
    kind: Kind = Kind.TEXT
    line: int = 1
    words: tuple[Word, ...] = ()
    speaker: str = ""


class SlotKind(StrEnum):
    """What a slot protects."""

    TERM = "term"
    MONEY = "money"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency (ISO 4217). Never a float, never rounded."""

    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of a sentence that no engine may touch.

    `key` says what stands there independent of its spelling: a term's id, or an
    amount in canonical form ("10000000000 USD"). `suffix` is grammar that was
    written on it and is not part of it (the "'s" of a possessive).
    """

    kind: SlotKind
    start: int
    end: int
    text: str
    key: str
    suffix: str = ""


class MethodKind(StrEnum):
    """Where a translation comes from: a step of the retry ladder, a memory, a person."""

    PLAIN = "plain"
    MASKED = "masked"
    NUMBERS = "numbers"
    """Numbers that the engine got wrong replaced by ones that it may get right."""
    MASKS = "masks"
    """Placeholders of the family that `Method.detail` names."""
    INLINE = "inline"
    """The target's own wording in the source text."""
    AGAIN = "again"
    FORCED = "forced"
    WITHOUT_FORBIDDEN = "without forbidden"
    SPLIT = "split"
    COPIED = "copied"
    SOURCE = "source"
    """The source language's own track."""
    BLANK = "blank"
    MEMORY = "memory"
    """A match of the translation memory; `Method.detail` is the kind of match."""
    EDITED = "edited"
    APPROVED = "approved"
    DECLINED = "declined"
    """A text that stays because a person declined to change it."""


@dataclass(frozen=True, slots=True)
class Method:
    """How a translation was made. `hypothesis` counts the engine's outputs from 1.

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
    """What may be wrong with an engine's output."""

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
    """Something wrong with an engine's output, and what it is about.

    `placeable` is the number of a slot, `value` a number's, `text` a word or a measure
    as it is written; at most one of them applies to a code.

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
class Draft:
    """How one sentence was translated, and how hard that was.

    `raw` is the engine's own output before restoring, `tries` how many outputs were
    looked at.
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

    `lines` is what a viewer reads, without markup. `markup` holds the same lines
    as WebVTT cue text where the file had styling, else it is empty. `sentences`
    are the indexes of the sentences that the cue shows. `confidence` is how far the
    times are to be trusted, 0 to 1, or None where nobody measured it.
    """

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    sentences: tuple[int, ...] = field(default=(), compare=False)
    markup: tuple[str, ...] = field(default=(), compare=False)
    name: str = field(default="", compare=False)
    settings: str = field(default="", compare=False)
    confidence: float | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not 0 <= self.start_ms < self.end_ms:
            raise CueTimingError(self.start_ms, self.end_ms)

    @property
    def duration_ms(self) -> int:
        """How long the cue is on screen."""
        return self.end_ms - self.start_ms

    @property
    def text(self) -> str:
        """The lines as one string with line feeds."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Track:
    """Cues of one language in the order of their times. `source` names the file."""

    cues: tuple[Cue, ...]
    language: str = ""
    source: str = "-"
    findings: tuple["Finding", ...] = ()

    def __iter__(self) -> Iterator[Cue]:
        return iter(self.cues)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a viewer can read. Widths are in the locale's own units (see `locales`)."""

    line_width: float
    max_lines: int
    chars_per_second: float
    min_duration_ms: int
    max_duration_ms: int
    min_gap_ms: int
    chain_gap_ms: int
    """Gaps shorter than this are closed to `min_gap_ms`; 0 leaves gaps alone."""
    tail_ms: int
    """How long a cue may stay after its last word, to be read."""


class Severity(StrEnum):
    """How much a finding matters. Only `INFO` leaves the exit code at 0."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the output (or doubtful in the input) that a person should see.

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
        """Where it is: the file, with the line, or with the cue and its time."""
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
    """A time as h:mm:ss.mmm.

    >>> format_time(3_661_005)
    '1:01:01.005'
    """
    seconds, ms = divmod(time_ms, 1_000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"
