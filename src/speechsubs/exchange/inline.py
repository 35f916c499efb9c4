"""What both versions of XLIFF share: texts into XML, and what tools leave of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from speechsubs import safexml
from speechsubs.exchange.pieces import Revision
from speechsubs.exchange.rows import SCHEMA, Row, listed
from speechsubs.exchange.units import Document, Mark, Unit
from speechsubs.model import Finding, Severity

#: Characters of a name or amount that a tool may show for its placeholder.
SHOWN = 200


def text(value: str) -> str:
    """Text for an element. A carriage return would come back as a line feed.

    >>> text("a < b")
    'a &lt; b'
    """
    return escape(value, {"\r": "&#13;"})


def attribute(value: str) -> str:
    """A quoted value of an attribute, without what XML cannot hold."""
    marks = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
    return f'"{escape(clean(value), marks)}"'


def clean(value: str) -> str:
    """The text with the replacement character for what XML cannot hold. For notes only."""
    if safexml.valid(value):
        return value
    return "".join(c if safexml.valid(c) else "\ufffd" for c in value)


def shown(value: str) -> str:
    """What stands for a placeholder on a tool's screen."""
    return clean(value if len(value) <= SHOWN else f"{value[: SHOWN - 1]}…")


def holdable(document: Document) -> tuple[list[Unit], list[Finding]]:
    """The units that XML can hold, and a finding about the others."""
    kept = [u for u in document.units if safexml.valid(u.source) and safexml.valid(u.target)]
    return kept, left_out(document, kept, "XML has no place for one of their characters")


def left_out(document: Document, kept: Sequence[Unit], why: str) -> list[Finding]:
    """A finding about the units that a format cannot hold, if there are any."""
    names = {unit.name for unit in kept}
    gone = [unit.name for unit in document.units if unit.name not in names]
    if not gone:
        return []
    message = f"segments are left out, {why}: {listed(gone)}"
    code = "exchange-left-out"
    return [Finding(code, Severity.WARNING, message, document.file, document.target)]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a source: text or a placeholder, with the term that it is, if any."""

    content: str | int
    mark: Mark | None = None
    number: int = 0
    """Of the mark in its unit, from 1."""


def stretches(unit: Unit) -> Iterator[Stretch]:
    """The source in order, cut where placeholders and marks begin and end."""
    position = at = 0
    for piece in unit.source_pieces:
        if not isinstance(piece, str):
            end = position + len(unit.holes[piece].source)
            mark = unit.marks[at] if at < len(unit.marks) else None
            if mark is not None and mark.start == position:
                at += 1
                yield Stretch(piece, mark, at)
            else:
                yield Stretch(piece)
            position = end
            continue
        end = position + len(piece)
        while at < len(unit.marks) and unit.marks[at].end <= end:
            mark = unit.marks[at]
            if mark.start > position:
                yield Stretch(unit.source[position : mark.start])
            at += 1
            yield Stretch(unit.source[mark.start : mark.end], mark, at)
            position = mark.end
        if position < end:
            yield Stretch(unit.source[position:end])
        position = end


def skeleton(document: Document, units: Sequence[Unit]) -> str:
    """What a tool has to keep as it is: whose segments these are, and their hashes."""
    segments = {unit.name: str(unit.revision) for unit in units}
    data = {
        "schema": SCHEMA,
        "source": document.source_id,
        "locale": document.target,
        "segments": segments,
    }
    return json.dumps(data, ensure_ascii=True, indent=0)


@dataclass(frozen=True, slots=True)
class Binding:
    """A skeleton that came back; empty where a tool has thrown it away."""

    source_id: str
    locale: str
    revisions: Mapping[str, Revision]


def binding(content: str, source_id: str, locale: str) -> Binding:
    """The skeleton's content, or what is known without it."""
    try:
        data = json.loads(content)
        if isinstance(data, dict) and data.get("schema") == SCHEMA:
            parsed = {str(n): Revision.parse(str(r)) for n, r in data["segments"].items()}
            known = {name: r for name, r in parsed.items() if r is not None}
            return Binding(str(data["source"]), str(data["locale"]), known)
    except (ValueError, KeyError, AttributeError, RecursionError):
        pass
    return Binding(source_id, locale, {})


def number_of(identifier: str, prefix: str = "") -> int | None:
    """The slot that an inline element's id stands for.

    >>> number_of("3"), number_of("x"), number_of("0")
    (2, None, None)
    """
    row = Row("", "", f"s{identifier.removeprefix(prefix)}", None)
    return row.index
