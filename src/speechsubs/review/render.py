"""Render a review as text for terminals, as TSV, and as Markdown for pull requests.

In text and TSV, untrusted strings are reduced to one line each; terminal control
sequences are removed by the command line. In Markdown they are escaped character by
character: `<script>`, a table delimiter, an image or a mention shows as it is and has no
effect.
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
#: Texts are shortened to this width in the table, but not in TSV.
WIDTH = 160
# Spreadsheets treat cells that start so as formulas. Source: OWASP, CSV Injection.
_FORMULA = re.compile(r"[=+\-@]")
_SPACES = re.compile(r"\s+")


def format_time(time_ms: int) -> str:
    """Format a time as h:mm:ss.mmm.

    >>> format_time(3_661_005)
    '1:01:01.005'
    """
    seconds, ms = divmod(time_ms, 1_000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"


def render_table(review: Review) -> Iterator[str]:
    """Render the review as lines: conflicts, then every change with its segments."""
    for finding in review.conflicts:
        yield f"{finding.severity.value}: {_finding_location(finding)}{_one_line(finding.message)}"
    if review.conflicts:
        yield ""
    by_change: dict[str, list[Item]] = {}
    for item in review.items:
        for change_id in item.changes:
            by_change.setdefault(change_id, []).append(item)
    shown: set[str] = set()
    for change in review.changes:
        yield describe_change(change)
        own = by_change.get(change.id, [])
        counts = Counter(item.locale for item in own)
        if counts:
            listed = ", ".join(f"{tag} {count}" for tag, count in sorted(counts.items()))
            yield f"    segments: {listed}"
        for item in own:
            if item.id in shown:
                yield f"    {_item_location(item)}: as above"
                continue
            shown.add(item.id)
            yield from _item_lines(item)
    yield summarize(review)


def describe_change(change: Change) -> str:
    """Describe a change in one line.

    >>> from speechsubs.glossary.diff import ChangeKind
    >>> describe_change(Change("su7", ChangeKind.TARGET, "es", "SU7", "SU7 Max", 4, 5))
    'su7 target es: SU7 → SU7 Max (line 4 → 5)'
    """
    parts = (change.term, change.kind.value, change.locale)
    what = " ".join(_one_line(part) for part in parts if part)
    old, new = _one_line(change.old) or "nothing", _one_line(change.new) or "nothing"
    lines = " → ".join(str(n) if n else "-" for n in (change.old_line, change.new_line))
    return f"{what}: {old} → {new} (line {lines})"


def summarize(review: Review) -> str:
    """Count changes, conflicts and segments in one line."""
    locked = sum(item.locked for item in review.items)
    parts = [
        _count(len(review.changes), "change"),
        _count(len(review.conflicts), "conflict"),
        _count(len(review.items), "segment") + " to decide",
    ]
    if locked:
        parts.append(f"{locked} of them edited by hand")
    return ", ".join(parts)


def describe_method(item: Item) -> str:
    """Describe the origin of a new text and what it keeps: "retranslated, 83 % kept"."""
    return item.method + ("" if item.kept is None else f", {item.kept * 100:.0f} % kept")


def describe_cue_change(cue: ItemCue) -> str:
    """Describe how new lines change a cue's reading speed, width and duration; "" if not at all."""
    parts = []
    if cue.new_lines and cue.new_chars_per_second != cue.chars_per_second:
        speeds = f"{cue.chars_per_second:g} → {cue.new_chars_per_second:g}"
        parts.append(f"{speeds} characters per second")
    if cue.new_lines and cue.longest_line != cue.new_longest_line:
        parts.append(f"longest line {cue.longest_line or 0:g} → {cue.new_longest_line or 0:g}")
    if cue.new_end_ms is not None and cue.new_end_ms != cue.end_ms:
        seconds = (cue.new_end_ms - cue.end_ms) / 1_000
        parts.append(f"{seconds:.1f} s longer, until {format_time(cue.new_end_ms)}")
    return ", ".join(parts)


def render_tsv(review: Review) -> str:
    """Render one row per segment, for spreadsheets; changes without segments have none.

    Line breaks and tabs in a text become spaces; lines of a cue are separated by " / ",
    cues by " // ". A cell that would be read as a formula is prefixed by an apostrophe.
    """
    names = {change.id: describe_change(change) for change in review.changes}
    rows = ["\t".join(COLUMNS)]
    for item in review.items:
        first, last = item.cues[:1], item.cues[-1:]
        cells = (
            item.id,
            item.file,
            item.locale,
            " ".join(str(cue.number) for cue in item.cues),
            format_time(first[0].start_ms) if first else "",
            format_time(last[0].end_ms) if last else "",
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
            format_time(last[0].new_end_ms) if last and last[0].new_end_ms else "",
        )
        rows.append("\t".join(map(_cell, cells)))
    return "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    made = _one_line(text)
    return f"'{made}" if _FORMULA.match(made) else made


def _item_lines(item: Item) -> Iterator[str]:
    lock = ", edited by hand: proposal only" if item.locked else ""
    yield f"    {_item_location(item)} [{item.state}{lock}]"
    yield f"        source  {_shorten(_bracket_terms(item))}"
    yield f"        now     {_shorten(item.text)}"
    if item.new_text:
        yield f"        then    {_shorten(item.new_text)} ({describe_method(item)})"
    for cue in item.cues:
        if change := describe_cue_change(cue):
            yield f"        cue {cue.number}: {change}"
    for finding in item.findings:
        yield f"        {item.severity}: {_one_line(finding)}"


def _bracket_terms(item: Item) -> str:
    """The source with the changed terms in brackets."""
    pieces: list[str] = []
    position = 0
    for start, end in item.marks:
        pieces += [item.source[position:start], "[", item.source[start:end], "]"]
        position = end
    return "".join([*pieces, item.source[position:]])


def _item_location(item: Item) -> str:
    if not item.cues:
        return f"{item.locale} {_one_line(item.file)}, sentence {item.segment + 1}"
    numbers = [cue.number for cue in item.cues]
    cues = f"cue {numbers[0]}" if len(numbers) == 1 else f"cues {numbers[0]}-{numbers[-1]}"
    return f"{item.locale} {_one_line(item.file)}, {cues} at {format_time(item.cues[0].start_ms)}"


def _finding_location(finding: Finding) -> str:
    line = f":{finding.line}" if finding.line else ""
    where = f"{_one_line(finding.file)}{line}: " if finding.file else ""
    return f"{where}{finding.locale + ' ' if finding.locale else ''}{finding.code}: "


def _one_line(text: str) -> str:
    """Collapse whitespace, so that a text fits on one line."""
    return _SPACES.sub(" ", text).strip()


def _shorten(text: str) -> str:
    made = _one_line(text)
    return made if len(made) <= WIDTH else made[: WIDTH - 1] + "…"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


#: GitHub rejects comments of more than 65,536 characters; this leaves room for other text.
MAX_CHARACTERS = 60_000
# Characters with a meaning in Markdown, HTML or GitHub (mentions, issues, autolinks).
_SPECIAL = re.compile(r"[\\`*_\[\]<>#!|&~@$]|:(?=\S)|(?<=www)\.", re.IGNORECASE)
#: Control characters that change the direction of the rest of a line.
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ISOLATE, _END = "\u2068", "\u2069"
_LABELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render_markdown(review: Review, *, most: int = MAX_CHARACTERS) -> str:
    """Render the review. Segments beyond `most` characters are only counted."""
    parts = [f"## {escape(review.title)}\n\n{escape(summarize(review))}.\n"]
    if review.conflicts:
        parts.append("### Conflicts\n\n" + "".join(map(_conflict_row, review.conflicts)))
    if review.changes:
        head = "| term | what | language | old | new | lines |\n|---|---|---|---|---|---|\n"
        parts.append("### Changes\n\n" + head + "".join(map(_change_row, review.changes)))
    length = sum(map(len, parts)) + len(parts)
    if length > most:
        parts[1:] = ["Too many changes to list in a comment.\n"]
        return "\n".join(parts)
    shown: list[str] = []
    left = len(review.items)
    for text in _item_blocks(review.items):
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


def escape(text: str) -> str:
    """Escape a text so that Markdown shows it literally, on one line.

    >>> escape("<b>|@me")
    '&#60;b&#62;&#124;&#64;me'
    """
    one = " ".join(text.split())
    special = _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", one)
    made = special if one.isprintable() else "".join(map(_escape_character, special))
    turned = any(unicodedata.bidirectional(c) in ("R", "AL") for c in one)
    return f"{_ISOLATE}{made}{_END}" if turned else made


def _escape_character(character: str) -> str:
    if character in _DIRECTION or not character.isprintable():
        return f"&#92;u{ord(character):04x}"
    return character


def _conflict_row(finding: Finding) -> str:
    line = f", line {finding.line}" if finding.line else ""
    locale = f" ({escape(finding.locale)})" if finding.locale else ""
    return f"- **{_LABELS[finding.severity]}**{locale}: {escape(finding.message)}{line}\n"


def _change_row(change: Change) -> str:
    lines = " → ".join(str(n) if n else "–" for n in (change.old_line, change.new_line))
    cells = (change.term, change.kind.value, change.locale, change.old, change.new)
    return f"| {' | '.join(map(escape, cells))} | {lines} |\n"


def _item_blocks(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        numbers = ", ".join(str(cue.number) for cue in item.cues)
        time = format_time(item.cues[0].start_ms) if item.cues else "–"
        state = f"{item.state}, proposal only" if item.locked else item.state
        rows = [
            f"**{escape(item.file)}** ({escape(item.locale)}), cue {numbers or '–'}, {time}, "
            f"{escape(state)}\n",
            f"- source: {_bold_terms(item)}",
            f"- now: {escape(item.text)}",
        ]
        if item.new_text:
            rows.append(f"- then ({escape(describe_method(item))}): {escape(item.new_text)}")
        rows += [
            f"- cue {cue.number}: {change}"
            for cue in item.cues
            if (change := describe_cue_change(cue))
        ]
        rows += [f"- {escape(item.severity)}: {escape(text)}" for text in item.findings]
        yield "\n".join(rows) + "\n"


def _bold_terms(item: Item) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in item.marks:
        before, term = item.source[position:start], item.source[start:end]
        # Spaces at the edges would be lost, and bold markup must not contain any.
        pieces += [_escape_keeping_spaces(before), f"<b>{escape(term)}</b>"]
        position = end
    return "".join([*pieces, _escape_keeping_spaces(item.source[position:])])


def _escape_keeping_spaces(text: str) -> str:
    left = " " if text[:1].isspace() else ""
    right = " " if text[-1:].isspace() and text.strip() else ""
    return f"{left}{escape(text)}{right}"
