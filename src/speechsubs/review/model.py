"""Types of a review: glossary changes, the segments they affect, and decisions.

They are plain data, so that the terminal, the page, Markdown and JSON all show the same
review and a decision made in any of them can be applied from any other.
"""

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from speechsubs.adapters.json_codec import Codec, Shape
from speechsubs.glossary.diff import Change, digest
from speechsubs.model import Finding

SCHEMA = "speechsubs-review/1"


@dataclass(frozen=True, slots=True)
class ItemCue:
    """A cue of an item before and after the change. `new_lines` are empty if unchanged.

    `new_end_ms` is later than `end_ms` if the new lines extend the cue into the pause
    after it, and `latest_end_ms` is the limit for that; None means `end_ms`. The longest
    lines are measured in the locale's width units; None if not measured.
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
    """One segment in one language that needs a decision.

    `marks` are the spans of the changed terms in `source`; `before` and `after` are the
    neighboring source sentences. `method` names the origin of `new_text`: "replaced"
    (the term was replaced in place), "retranslated" or one of the other methods of
    `retranslate` that stay closer to the old text, or "" in a review of a translation.
    `locked` segments were edited by a human, so the change is only a proposal. `findings`
    are the messages of the issues that the change would introduce. `kept` is the share
    of the old words that `new_text` keeps, 0 to 1, None without a new text. `demands`
    maps term ids to a hash of what the new glossary requires: a rejection stays valid
    until that hash changes.
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
        """The id of this segment, stable across runs of the project."""
        return digest(self.source_id, self.locale, str(self.segment))[:16]

    @property
    def source_hash(self) -> str:
        """Hash of the source sentence; a decision is only valid for this one."""
        return digest(self.source)[:16]

    @property
    def text_hash(self) -> str:
        """Hash of the translation; a decision is only valid for this one."""
        return digest(self.text)[:16]


@dataclass(frozen=True, slots=True)
class Review:
    """Everything a reviewer needs. `old` and `new` are digests of the two glossaries."""

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
        """The review as JSON-serializable data, with ids and hashes included."""
        data: dict[str, Any] = _CODEC.dump(self)
        return {"schema": SCHEMA, **data}


_CODEC = Codec(
    {
        Review: Shape(
            ("title", "project", "old", "new", "media", "limits", "changes", "conflicts", "items")
        ),
        Item: Shape(("id", "source_hash", "text_hash", *(f.name for f in fields(Item)))),
        ItemCue: Shape(),
        Change: Shape(("id", *(f.name for f in fields(Change)))),
        Finding: Shape(),
    }
)


class Verdict(StrEnum):
    """The decision on an item."""

    ACCEPT = "accept"
    REJECT = "reject"
    EDIT = "edit"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict bound to the texts it was made on: stale if either hash differs.

    `text` and `lines` (one tuple of lines per cue of the item) are given for `EDIT`;
    `date` is UTC in ISO 8601. `demands` are copied from the item: a rejected change is
    not proposed again while the glossary requires the same.
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
