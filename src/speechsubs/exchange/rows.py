"""What a file gives back, before anything of it is believed."""

from collections.abc import Collection
from dataclasses import dataclass, field

from speechsubs.exchange.pieces import Piece, Revision
from speechsubs.model import Finding, Severity
from speechsubs.project import State

SCHEMA = "speechsubs-exchange/1"
#: A file larger than this is refused: ten hours in one language take about 10 MB.
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One segment of a file.

    `name` is what the file calls it. `pieces` is None where there is no target; `plain`
    says that the file shows whole texts, without placeholders. `source` is None where
    the file does not say it. `problem` is what makes the target unusable, or "".
    """

    source_id: str
    locale: str
    name: str
    pieces: tuple[Piece, ...] | None
    plain: bool = False
    state: State | None = None
    revision: Revision | None = None
    source: tuple[Piece, ...] | None = None
    line: int = 0
    problem: str = ""

    @property
    def index(self) -> int | None:
        """The 0-based segment that the name stands for, None for a name that is not ours.

        >>> Row("talk", "es", "s12", None).index, Row("talk", "es", "x", None).index
        (11, None)
        """
        digits = self.name[1:]
        usable = self.name[:1] == "s" and digits.isascii() and digits.isdigit()
        # Nine digits: a larger number is no segment, and a huge one is no number.
        return int(digits) - 1 if usable and 0 < len(digits) < 10 and digits[0] != "0" else None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that was read. `file` names it in findings."""

    file: str
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...] = field(default=())


def problem(code: str, message: str, row: Row, file: str) -> Finding:
    """A warning about a segment of a file that came back."""
    return Finding(
        f"exchange-{code}",
        Severity.WARNING,
        f"{row.name[:40]}: {message}",
        file,
        row.locale[:40],
        sentence=row.index,
        line=row.line or None,
    )


def listed(names: Collection[str], most: int = 5) -> str:
    """Names for a message, the first few.

    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    shown = ", ".join(name[:40] for name in list(names)[:most])
    rest = len(names) - most
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def state_of(word: str) -> State | None:
    """The state that a word names, or None."""
    return next((state for state in State if state.value == word.strip().casefold()), None)
