"""A Markdown table for a comment on a pull request: an export-only format.

Everything is escaped: a text with markup, a link, a mention or a formula looks in the
comment as it does in the subtitle. Source: GitHub Flavored Markdown Spec 0.29, and
GitHub Docs, "Writing mathematical expressions", for the dollar.
"""

import re

from speechsubs.exchange.segments import Document, Unit, clock
from speechsubs.model import Finding, Severity

#: GitHub's limit for a comment. Source: its own message, "maximum is 65536 characters".
MOST = 65_536
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "<span>$</span>"}
_MARKUP = re.compile(r"[\\`*_\[\]{}|~()!]")
# Mentions, issue numbers and links: an invisible comment inside keeps them inactive.
_ALIVE = re.compile(r"@(?=\w)|#(?=\w)|:(?=//)|\b[wW]{3}(?=\.)|\bGH(?=-\d)|:(?=[\w+-]{1,60}:)")
# All line terminators; then invisible and bidirectional control characters.
_LINES = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_NOTHING = "<!-- -->"


def write(document: Document) -> tuple[bytes, list[Finding]]:
    """Write the table, with a finding if it is too long for one comment."""
    name = f"{escaped(document.file)}: {escaped(document.language)} → {escaped(document.target)}"
    lines = [f"### {name}", "", "| # | time | source | target | state |", "|---|---|---|---|---|"]
    lines += [_row(unit) for unit in document.units]
    text = "\n".join([*lines, ""])
    findings = []
    if len(text) > MOST:
        message = f"{len(text):,} characters; GitHub comments are limited to {MOST:,}"
        code = "exchange-comment"
        findings.append(Finding(code, Severity.INFO, message, document.file, document.target))
    return text.encode("utf-8"), findings


def _row(unit: Unit) -> str:
    time = clock(unit.cues[0].cue.start_ms) if unit.cues else ""
    cells = (str(unit.index + 1), time, escaped(unit.source), escaped(unit.target),
             unit.state.value)  # fmt: skip
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    r"""Escape a text for a cell.

    >>> escaped("a|b <script> @team\nc")
    'a\\|b &lt;script&gt; @<!-- -->team<br>c'
    """
    return "<br>".join(_line(line) for line in _LINES.split(text))


def _line(text: str) -> str:
    text = _UNSEEN.sub("\ufffd", text)
    pieces: list[str] = []
    position = 0
    for match in _ALIVE.finditer(text):
        pieces += [_plain(text[position : match.end()]), _NOTHING]
        position = match.end()
    return "".join([*pieces, _plain(text[position:])])


def _plain(text: str) -> str:
    return re.sub(r"[&<>$]", lambda match: _ENTITIES[match[0]], _MARKUP.sub(r"\\\g<0>", text))
