"""A review as Markdown, for the comment of a pull request.

Everything foreign is escaped letter by letter: a term that holds `<script>`, a table's
bar, an image or @somebody shows as it is, and calls nobody.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from speechsubs.model import Finding, Severity
from speechsubs.review.model import Change, Item, Review
from speechsubs.review.render_text import changed, clock, made, summary

#: GitHub refuses a comment of more than 65,536 characters; this leaves room for words around.
MAX_CHARACTERS = 60_000
# Everything that Markdown, HTML or GitHub (mentions, issues, autolinks) reads anything into.
_SPECIAL = re.compile(r"[\\`*_\[\]<>#!|&~@$]|:(?=\S)|(?<=www)\.", re.IGNORECASE)
#: What turns the direction of the rest of a line round.
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ISOLATE, _END = "\u2068", "\u2069"
_SIGNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def markdown(review: Review, *, most: int = MAX_CHARACTERS) -> str:
    """The review. Segments beyond `most` characters are only counted."""
    parts = [f"## {escaped(review.title)}\n\n{escaped(summary(review))}.\n"]
    if review.conflicts:
        parts.append("### Conflicts\n\n" + "".join(map(_conflict, review.conflicts)))
    if review.changes:
        head = "| term | what | language | old | new | lines |\n|---|---|---|---|---|---|\n"
        parts.append("### Changes\n\n" + head + "".join(map(_change, review.changes)))
    length = sum(map(len, parts)) + len(parts)
    if length > most:
        parts[1:] = ["The list is too long for a comment.\n"]
        return "\n".join(parts)
    shown: list[str] = []
    left = len(review.items)
    for text in _items(review.items):
        if length + len(text) > most - 200:
            break
        shown.append(text)
        length += len(text) + 1
        left -= 1
    if shown:
        parts.append("### Segments\n\n" + "\n".join(shown))
    if left:
        parts.append(f"... and {left:,} more segments.\n")
    return "\n".join(parts)


def escaped(text: str) -> str:
    """A text as Markdown that shows as it is, on one line.

    >>> escaped("<b>|@me")
    '&#60;b&#62;&#124;&#64;me'
    """
    one = " ".join(text.split())
    special = _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", one)
    made = special if one.isprintable() else "".join(map(_character, special))
    turned = any(unicodedata.bidirectional(c) in ("R", "AL") for c in one)
    return f"{_ISOLATE}{made}{_END}" if turned else made


def _character(character: str) -> str:
    if character in _DIRECTION or not character.isprintable():
        return f"&#92;u{ord(character):04x}"
    return character


def _conflict(finding: Finding) -> str:
    line = f", line {finding.line}" if finding.line else ""
    locale = f" ({escaped(finding.locale)})" if finding.locale else ""
    return f"- **{_SIGNS[finding.severity]}**{locale}: {escaped(finding.message)}{line}\n"


def _change(change: Change) -> str:
    lines = " → ".join(str(n) if n else "–" for n in (change.old_line, change.new_line))
    cells = (change.term, change.kind.value, change.locale, change.old, change.new)
    return f"| {' | '.join(map(escaped, cells))} | {lines} |\n"


def _items(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        numbers = ", ".join(str(cue.number) for cue in item.cues)
        time = clock(item.cues[0].start_ms) if item.cues else "–"
        state = f"{item.state}, only proposed" if item.locked else item.state
        rows = [
            f"**{escaped(item.file)}** ({escaped(item.locale)}), cue {numbers or '–'}, {time}, "
            f"{escaped(state)}\n",
            f"- source: {_marked(item)}",
            f"- now: {escaped(item.text)}",
        ]
        if item.new_text:
            rows.append(f"- then ({escaped(made(item))}): {escaped(item.new_text)}")
        rows += [f"- cue {cue.number}: {told}" for cue in item.cues if (told := changed(cue))]
        rows += [f"- {escaped(item.severity)}: {escaped(text)}" for text in item.findings]
        yield "\n".join(rows) + "\n"


def _marked(item: Item) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in item.marks:
        before, term = item.source[position:start], item.source[start:end]
        # Blanks at the edges would be lost, and bold type needs none inside.
        pieces += [_edged(before), f"<b>{escaped(term)}</b>"]
        position = end
    return "".join([*pieces, _edged(item.source[position:])])


def _edged(text: str) -> str:
    left = " " if text[:1].isspace() else ""
    right = " " if text[-1:].isspace() and text.strip() else ""
    return f"{left}{escaped(text)}{right}"
