"""The types of a review: changes of a glossary, the cues that they touch, decisions.

They are plain data on purpose: the terminal, the page, Markdown and JSON show the same
review, and a decision taken anywhere can be applied anywhere.
"""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from speechsubs.glossary.diff import Change, digest
from speechsubs.model import Finding

# The changes themselves are the glossary's business; a review shows them.

SCHEMA = "speechsubs-review/1"


@dataclass(frozen=True, slots=True)
class ItemCue:
    """A cue of an item as it is and as it would be. `new_lines` are empty if unchanged.

    `new_end_ms` is later than `end_ms` where the new lines take time from the pause
    behind the cue, `latest_end_ms` is until when any lines might; None is `end_ms`.
    The longest lines are counted as the locale counts; None where nobody did.
    """

    number: int
    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    new_lines: tuple[str, ...]
    chars_per_second: float
    new_chars_per_second: float
    new_end_ms: int | None = None
    latest_end_ms: int | None = None
    longest_line: float | None = None
    new_longest_line: float | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One segment of one language that somebody has to decide about.

    `marks` are spans of the changed terms in `source`; `before` and `after` are the
    source texts of the neighbours. `method` says where `new_text` comes from:
    "replaced" (only the term's wording changed in place), "retranslated" and the ways of
    `retranslate` to stay nearer to the old text, or "" in a review of a translation.
    `locked` segments were edited by a person: a change is only proposed. `findings` are
    the new ones that the change would bring, as sentences. `kept` is the share of the old
    words that `new_text` keeps, 0 to 1, None without one. `demands` say by a term's id
    what the new glossary asks for, as a hash: a rejection holds as long as they do.
    """

    source_id: str
    file: str
    locale: str
    segment: int
    source: str
    text: str
    new_text: str
    cues: tuple[ItemCue, ...]
    changes: tuple[str, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()
    before: str = ""
    after: str = ""
    state: str = "machine"
    locked: bool = False
    method: str = ""
    findings: tuple[str, ...] = ()
    severity: str = "info"
    kept: float | None = None
    demands: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """Stable for a place in a project."""
        return digest(self.source_id, self.locale, str(self.segment))[:16]

    @property
    def source_hash(self) -> str:
        """Of the source sentence that a decision was taken on."""
        return digest(self.source)[:16]

    @property
    def text_hash(self) -> str:
        """Of the translation that a decision was taken on."""
        return digest(self.text)[:16]


@dataclass(frozen=True, slots=True)
class Review:
    """Everything that a person needs to decide. `old` and `new` are glossary digests."""

    title: str
    project: str
    changes: tuple[Change, ...]
    items: tuple[Item, ...]
    conflicts: tuple[Finding, ...] = ()
    old: str = ""
    new: str = ""
    media: dict[str, str] = field(default_factory=dict)
    limits: dict[str, dict[str, float]] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """As JSON-ready data; ids and hashes of items and changes are written out."""
        return {
            "schema": SCHEMA,
            "title": self.title,
            "project": self.project,
            "old": self.old,
            "new": self.new,
            "media": self.media,
            "limits": self.limits,
            "changes": [{"id": change.id, **asdict(change)} for change in self.changes],
            "conflicts": [asdict(finding) for finding in self.conflicts],
            "items": [
                {
                    "id": item.id,
                    "source_hash": item.source_hash,
                    "text_hash": item.text_hash,
                    **asdict(item),
                    "demands": dict(item.demands),
                }
                for item in self.items
            ],
        }


class Verdict(StrEnum):
    """What a person decided about an item."""

    ACCEPT = "accept"
    REJECT = "reject"
    EDIT = "edit"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict bound to what it was taken on: it is refused when either hash differs.

    `text` and `lines` (one tuple of lines for each cue of the item) are given for
    `EDIT`; `date` is UTC in ISO 8601. `demands` are those of the item: what is rejected
    is not proposed again as long as the glossary asks for the same.
    """

    item: str
    verdict: Verdict
    source_hash: str
    text_hash: str
    text: str = ""
    lines: tuple[tuple[str, ...], ...] = ()
    author: str = ""
    date: str = ""
    reason: str = ""
    demands: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Decisions:
    """The contents of a decisions file."""

    project: str
    old: str
    new: str
    decisions: tuple[Decision, ...]
