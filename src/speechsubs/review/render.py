"""A review for terminals and other programs: a table of lines, tab-separated values.

Texts of strangers are kept to one line each; what a terminal would obey is the command
line's business (`cli.plain`).

A review as Markdown, for the comment of a pull request.

Everything foreign is escaped letter by letter: a term that holds `<script>`, a table's
bar, an image or @somebody shows as it is, and calls nobody.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from speechsubs.glossary.diff import Change
from speechsubs.model import Finding, Severity
from speechsubs.review.model import Item, ItemCue, Review

COLUMNS = (
    "item", "file", "locale", "cue", "start", "end", "state", "method", "severity", "changes",
    "source", "text", "new_text", "lines", "new_lines", "chars_per_second",
    "new_chars_per_second", "findings", "source_hash", "text_hash", "kept", "new_end",
)  # fmt: skip
#: What a table shows of a text. Tab-separated values have all of it.
WIDTH = 160
# A spreadsheet takes a cell that starts so for a formula. Source: OWASP, CSV Injection.
_FORMULA = re.compile(r"[=+\-@]")
_BLANKS = re.compile(r"\s+")


def clock(time_ms: int) -> str:
    """h:mm:ss.mmm as people write it.

    >>> clock(3_661_005)
    '1:01:01.005'
    """
    seconds, ms = divmod(time_ms, 1_000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"


def table(review: Review) -> Iterator[str]:
    """The review as lines: conflicts first, then every change with its segments."""
    for finding in review.conflicts:
        yield f"{finding.severity.value}: {_place(finding)}{_one(finding.message)}"
    if review.conflicts:
        yield ""
    by_change: dict[str, list[Item]] = {}
    for item in review.items:
        for change_id in item.changes:
            by_change.setdefault(change_id, []).append(item)
    shown: set[str] = set()
    for change in review.changes:
        yield described(change)
        own = by_change.get(change.id, [])
        counts = Counter(item.locale for item in own)
        if counts:
            listed = ", ".join(f"{tag} {count}" for tag, count in sorted(counts.items()))
            yield f"    segments: {listed}"
        for item in own:
            if item.id in shown:
                yield f"    {_where(item)}: as above"
                continue
            shown.add(item.id)
            yield from _lines(item)
    yield summary(review)


def described(change: Change) -> str:
    """A change in one line.

    >>> from speechsubs.review.model import ChangeKind
    >>> described(Change("su7", ChangeKind.TARGET, "es", "SU7", "SU7 Max", 4, 5))
    'su7 target es: SU7 → SU7 Max (line 4 → 5)'
    """
    parts = (change.term, change.kind.value, change.locale)
    what = " ".join(_one(part) for part in parts if part)
    old, new = _one(change.old) or "nothing", _one(change.new) or "nothing"
    lines = " → ".join(str(n) if n else "-" for n in (change.old_line, change.new_line))
    return f"{what}: {old} → {new} (line {lines})"


def summary(review: Review) -> str:
    """The figures of a review in one line."""
    locked = sum(item.locked for item in review.items)
    parts = [
        _count(len(review.changes), "change"),
        _count(len(review.conflicts), "conflict"),
        _count(len(review.items), "segment") + " to decide",
    ]
    if locked:
        parts.append(f"{locked} of them edited by people")
    return ", ".join(parts)


def made(item: Item) -> str:
    """How a new text was made, and how near it stays: "retranslated, 83 % kept"."""
    return item.method + ("" if item.kept is None else f", {item.kept * 100:.0f} % kept")


def changed(cue: ItemCue) -> str:
    """What a cue's new lines do to its speed, lines and time; "" where that is nothing."""
    parts = []
    if cue.new_lines and cue.new_chars_per_second != cue.chars_per_second:
        speeds = f"{cue.chars_per_second:g} → {cue.new_chars_per_second:g}"
        parts.append(f"{speeds} characters a second")
    if cue.new_lines and cue.longest_line != cue.new_longest_line:
        parts.append(f"longest line {cue.longest_line or 0:g} → {cue.new_longest_line or 0:g}")
    if cue.new_end_ms is not None and cue.new_end_ms != cue.end_ms:
        seconds = (cue.new_end_ms - cue.end_ms) / 1_000
        parts.append(f"{seconds:.1f} s longer, until {clock(cue.new_end_ms)}")
    return ", ".join(parts)


def tsv(review: Review) -> str:
    """A row for every segment, for spreadsheets; changes without segments have none.

    Line ends and tabs inside a text become blanks; lines of a cue are parted by " / ",
    cues by " // ". A cell that would be taken for a formula gets an apostrophe in front.
    """
    names = {change.id: described(change) for change in review.changes}
    rows = ["\t".join(COLUMNS)]
    for item in review.items:
        first, last = item.cues[:1], item.cues[-1:]
        cells = (
            item.id,
            item.file,
            item.locale,
            " ".join(str(cue.number) for cue in item.cues),
            clock(first[0].start_ms) if first else "",
            clock(last[0].end_ms) if last else "",
            item.state,
            item.method,
            item.severity,
            " | ".join(names.get(change, change) for change in item.changes),
            item.source,
            item.text,
            item.new_text,
            " // ".join(" / ".join(cue.lines) for cue in item.cues),
            " // ".join(" / ".join(cue.new_lines or cue.lines) for cue in item.cues)
            if any(cue.new_lines for cue in item.cues)
            else "",
            " ".join(f"{cue.chars_per_second:g}" for cue in item.cues),
            " ".join(f"{cue.new_chars_per_second:g}" for cue in item.cues),
            " | ".join(item.findings),
            item.source_hash,
            item.text_hash,
            f"{item.kept:.2f}" if item.kept is not None else "",
            clock(last[0].new_end_ms) if last and last[0].new_end_ms else "",
        )
        rows.append("\t".join(map(_cell, cells)))
    return "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    made = _one(text)
    return f"'{made}" if _FORMULA.match(made) else made


def _lines(item: Item) -> Iterator[str]:
    lock = ", edited by a person: only proposed" if item.locked else ""
    yield f"    {_where(item)} [{item.state}{lock}]"
    yield f"        source  {_short(_marked(item))}"
    yield f"        now     {_short(item.text)}"
    if item.new_text:
        yield f"        then    {_short(item.new_text)} ({made(item)})"
    for cue in item.cues:
        if told := changed(cue):
            yield f"        cue {cue.number}: {told}"
    for finding in item.findings:
        yield f"        {item.severity}: {_one(finding)}"


def _marked(item: Item) -> str:
    """The source with its changed terms in brackets."""
    pieces: list[str] = []
    position = 0
    for start, end in item.marks:
        pieces += [item.source[position:start], "[", item.source[start:end], "]"]
        position = end
    return "".join([*pieces, item.source[position:]])


def _where(item: Item) -> str:
    if not item.cues:
        return f"{item.locale} {_one(item.file)}, sentence {item.segment + 1}"
    numbers = [cue.number for cue in item.cues]
    cues = f"cue {numbers[0]}" if len(numbers) == 1 else f"cues {numbers[0]}-{numbers[-1]}"
    return f"{item.locale} {_one(item.file)}, {cues} at {clock(item.cues[0].start_ms)}"


def _place(finding: Finding) -> str:
    line = f":{finding.line}" if finding.line else ""
    where = f"{_one(finding.file)}{line}: " if finding.file else ""
    return f"{where}{finding.locale + ' ' if finding.locale else ''}{finding.code}: "


def _one(text: str) -> str:
    """A text on one line."""
    return _BLANKS.sub(" ", text).strip()


def _short(text: str) -> str:
    made = _one(text)
    return made if len(made) <= WIDTH else made[: WIDTH - 1] + "…"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


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
            f"- source: {_render_markdown_marked(item)}",
            f"- now: {escaped(item.text)}",
        ]
        if item.new_text:
            rows.append(f"- then ({escaped(made(item))}): {escaped(item.new_text)}")
        rows += [f"- cue {cue.number}: {told}" for cue in item.cues if (told := changed(cue))]
        rows += [f"- {escaped(item.severity)}: {escaped(text)}" for text in item.findings]
        yield "\n".join(rows) + "\n"


def _render_markdown_marked(item: Item) -> str:
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
