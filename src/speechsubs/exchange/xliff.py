"""XLIFF, the interchange format of CAT tools: 1.2, which nearly all support, and 2.1.

A placeable is a <ph> and a glossary term a <mrk>, in both versions. Times and limits are
notes. The skeleton holds hashes of what was exported: tools preserve it, because the
original could not be rebuilt without it.

Sources: XLIFF Version 1.2, OASIS Standard, 2008-02-01; XLIFF Version 2.1, OASIS
Standard, 2018-02-13.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from speechsubs.adapters import safe_xml
from speechsubs.adapters.safe_xml import Node, escape, quote
from speechsubs.exchange.segments import (
    SCHEMA,
    Document,
    Mark,
    Piece,
    Revision,
    Row,
    Unit,
    cue_note,
    joined,
    left_out,
    limits_note,
)
from speechsubs.model import Finding
from speechsubs.project import State

#: The most characters of a name or amount shown for its placeholder.
_SHOWN = 200

# 1.2: the character limit is `maxwidth`.
_NAMESPACE12 = "urn:oasis:names:tc:xliff:document:1.2"
#: Our states in the file. Machine translation is a suggestion that needs review.
_WRITTEN12 = {
    State.NEW: 'state="new"',
    State.MACHINE: 'state="needs-review-translation" state-qualifier="leveraged-mt"',
    State.EDITED: 'state="translated"',
    State.APPROVED: 'state="signed-off"',
}
_READ12 = {
    "new": State.NEW,
    "needs-translation": State.NEW,
    "translated": State.EDITED,
    "signed-off": State.APPROVED,
    "final": State.APPROVED,
}

# 2.1: a placeholder may be moved but neither deleted nor copied, and has its original
# data; a term has an entry of the glossary module; the character limit is a restriction
# of the size and length module, in code points.
_NAMESPACE21 = "urn:oasis:names:tc:xliff:document:2.0"
_GLOSSARY = "urn:oasis:names:tc:xliff:glossary:2.0"
_SIZES = "urn:oasis:names:tc:xliff:sizerestriction:2.0"
_PREFIX = "speechsubs:"
#: Machine translation is "initial", as an empty target is: human work has yet to begin.
_WRITTEN21 = {
    State.NEW: "initial",
    State.MACHINE: "initial",
    State.EDITED: "translated",
    State.APPROVED: "final",
}
_READ21 = {"translated": State.EDITED, "reviewed": State.APPROVED, "final": State.APPROVED}
_RANK = (None, State.EDITED, State.APPROVED)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of a source: text or a placeholder, with its glossary term, if any."""

    content: str | int
    mark: Mark | None = None
    number: int = 0
    """Of the mark in its unit, from 1."""


@dataclass(frozen=True, slots=True)
class _Binding:
    """A skeleton that came back; empty if a tool discarded it."""

    source_id: str
    locale: str
    revisions: Mapping[str, Revision]


def write12(document: Document) -> tuple[bytes, list[Finding]]:
    """The file and what it does not hold."""
    units, findings = _holdable(document)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<xliff version="1.2" xmlns="{_NAMESPACE12}">\n',
        f"  <file original={quote(document.file)} "
        f"source-language={quote(document.language)} "
        f"target-language={quote(document.target)} "
        'datatype="plaintext" tool-id="speechsubs">\n',
        '    <header>\n      <skl><internal-file form="text/plain">',
        escape(_skeleton(document, units)),
        "</internal-file></skl>\n",
        '      <tool tool-id="speechsubs" tool-name="speechsubs"/>\n',
        f"      <note>{escape(limits_note(document.locale))}</note>\n",
        "    </header>\n    <body>\n",
        *(line for unit in units for line in _unit12(unit)),
        "    </body>\n  </file>\n</xliff>\n",
    ]
    return "".join(parts).encode("utf-8"), findings


def _unit12(unit: Unit) -> Iterator[str]:
    approved = ' approved="yes"' if unit.state is State.APPROVED else ""
    size = f' maxwidth="{unit.limit}" size-unit="char"' if unit.limit is not None else ""
    yield f'      <trans-unit id="{unit.name}"{approved}{size} xml:space="preserve">\n'
    yield f"        <source>{''.join(_source12(unit))}</source>\n"
    target = "".join(_piece12(unit, piece, target=True) for piece in unit.target_pieces)
    yield f"        <target {_WRITTEN12[unit.state]}>{target}</target>\n"
    for note in filter(None, (cue_note(unit), *unit.notes)):
        yield f'        <note from="speechsubs">{escape(note)}</note>\n'
    yield "      </trans-unit>\n"


def _source12(unit: Unit) -> Iterator[str]:
    for stretch in _stretches(unit):
        content = _piece12(unit, stretch.content, target=False)
        mark = stretch.mark
        if mark is None:
            yield content
            continue
        said = f"{mark.source}: {mark.wanted}" if mark.wanted else mark.source
        comment = _shown(f"{said} ({mark.note})" if mark.note else said)
        yield f'<mrk mtype="term" comment={quote(comment)}>{content}</mrk>'


def _piece12(unit: Unit, piece: Piece, *, target: bool) -> str:
    if isinstance(piece, str):
        return escape(piece)
    hole = unit.holes[piece]
    seen = _shown(hole.target if target else hole.source)
    return (
        f'<ph id="{piece + 1}" ctype="x-{hole.kind}" equiv-text={quote(seen)}>{escape(seen)}</ph>'
    )


def read12(root: Node) -> Iterator[Row]:
    """The segments of a file."""
    for file in root.elements:
        if file.name == "file":
            yield from _file12(file)


def _file12(file: Node) -> Iterator[Row]:
    header, body = file.find("header"), file.find("body")
    skeleton = header.find("skl") if header else None
    known = _binding(
        skeleton.text() if skeleton else "",
        file.attributes.get("original", ""),
        file.attributes.get("target-language", ""),
    )
    yield from (_row12(node, known) for node in _named(body, "trans-unit"))


def _row12(node: Node, known: _Binding) -> Row:
    name = node.attributes.get("id", "")
    source, target = node.find("source"), node.find("target")
    problems: list[str] = []
    pieces = tuple(_pieces(target, problems, ("ph", "x"))) if target else None
    return Row(
        known.source_id,
        known.locale,
        name,
        pieces,
        state=_state12(node, target),
        revision=known.revisions.get(name),
        source=tuple(_pieces(source, [], ("ph", "x"))) if source else None,
        line=node.line,
        problem=problems[0] if problems else "",
    )


def _state12(node: Node, target: Node | None) -> State | None:
    word = target.attributes.get("state", "") if target else ""
    if word.startswith("needs-") and word != "needs-translation":
        return State.MACHINE
    if node.attributes.get("approved", "") == "yes" and word in ("", "translated"):
        return State.APPROVED
    return _READ12.get(word)


def write21(document: Document) -> tuple[bytes, list[Finding]]:
    """The file and what it does not hold."""
    units, findings = _holdable(document)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<xliff version="2.1" xmlns="{_NAMESPACE21}" xmlns:gls="{_GLOSSARY}" '
        f'xmlns:slr="{_SIZES}" srcLang={quote(document.language)} '
        f"trgLang={quote(document.target)}>\n",
        f'  <file id="f1" original={quote(document.file)} canResegment="no">\n',
        f"    <skeleton>{escape(_skeleton(document, units))}</skeleton>\n",
        '    <slr:profiles generalProfile="xliff:codepoints"/>\n',
        f"    <notes>\n      <note>{escape(limits_note(document.locale))}</note>\n    </notes>\n",
        *(line for unit in units for line in _unit21(unit)),
        "  </file>\n</xliff>\n",
    ]
    return "".join(parts).encode("utf-8"), findings


def _unit21(unit: Unit) -> Iterator[str]:
    size = f' slr:sizeRestriction="{unit.limit}"' if unit.limit is not None else ""
    yield f'    <unit id="{unit.name}" xml:space="preserve"{size}>\n'
    yield from _terms(unit)
    notes = [("cues", cue_note(unit)), *(("note", note) for note in unit.notes)]
    if any(note for _, note in notes):
        yield "      <notes>\n"
        for category, note in notes:
            if note:
                content = escape(note)
                yield f'        <note category="{category}">{content}</note>\n'
        yield "      </notes>\n"
    if unit.holes:
        yield "      <originalData>\n"
        for hole in unit.holes.values():
            for kind, written in (("s", hole.source), ("t", hole.target)):
                content = escape(_shown(written))
                yield f'        <data id="{kind}{hole.number + 1}">{content}</data>\n'
        yield "      </originalData>\n"
    yield from _segment(unit)
    yield "    </unit>\n"


def _terms(unit: Unit) -> Iterator[str]:
    told = [(n, mark) for n, mark in enumerate(unit.marks, 1) if mark.wanted or mark.note]
    if not told:
        return
    yield "      <gls:glossary>\n"
    for number, mark in told:
        yield f'        <gls:glossEntry ref="#m{number}">\n'
        yield f"          <gls:term>{escape(mark.source)}</gls:term>\n"
        yield from _entry(mark)
        yield "        </gls:glossEntry>\n"
    yield "      </gls:glossary>\n"


def _entry(mark: Mark) -> Iterator[str]:
    if mark.wanted:
        yield f"          <gls:translation>{escape(mark.wanted)}</gls:translation>\n"
    if mark.note:
        yield f"          <gls:definition>{escape(mark.note)}</gls:definition>\n"


def _segment(unit: Unit) -> Iterator[str]:
    # The standard asks for a target in every state but the first.
    state = _WRITTEN21[unit.state] if unit.target else "initial"
    yield f'      <segment state="{state}" subState="{_PREFIX}{unit.state.value}">\n'
    yield f"        <source>{''.join(_source21(unit))}</source>\n"
    if unit.target:
        target = "".join(_piece21(unit, piece, "t") for piece in unit.target_pieces)
        yield f"        <target>{target}</target>\n"
    yield "      </segment>\n"


def _source21(unit: Unit) -> Iterator[str]:
    for stretch in _stretches(unit):
        content = _piece21(unit, stretch.content, "s")
        if stretch.mark is None:
            yield content
        else:
            yield f'<mrk id="m{stretch.number}" type="term">{content}</mrk>'


def _piece21(unit: Unit, piece: Piece, data: str) -> str:
    if isinstance(piece, str):
        return escape(piece)
    hole = unit.holes[piece]
    seen = quote(_shown(hole.source if data == "s" else hole.target))
    return (
        f'<ph id="{piece + 1}" canCopy="no" canDelete="no" dataRef="{data}{piece + 1}" '
        f'disp={seen} equiv={seen} type="other" subType="{_PREFIX}{hole.kind}"/>'
    )


def read21(root: Node) -> Iterator[Row]:
    """The segments of a file."""
    locale = root.attributes.get("trgLang", "")
    for file in root.elements:
        if file.name == "file":
            yield from _file21(file, locale)


def _file21(file: Node, locale: str) -> Iterator[Row]:
    skeleton = file.find("skeleton")
    content = skeleton.text() if skeleton else ""
    known = _binding(content, file.attributes.get("original", ""), locale)
    yield from (_row21(node, known) for node in _named(file, "unit"))


def _row21(node: Node, known: _Binding) -> Row:
    name = node.attributes.get("id", "")
    parts = [child for child in node.elements if child.name in ("segment", "ignorable")]
    problems: list[str] = []
    source: list[Piece] = []
    target: list[tuple[int, list[Piece]]] = []
    segments = [part for part in parts if part.name == "segment"]
    for at, part in enumerate(parts, 1):
        own, other = part.find("source"), part.find("target")
        said = list(_pieces(own, [], ("ph",), ("sm", "em"))) if own else []
        source += said
        if other is not None:
            target.append(
                (_order(other, at), list(_pieces(other, problems, ("ph",), ("sm", "em"))))
            )
        elif part.name == "ignorable":
            target.append((at, said))
    missing = [s for s in segments if s.find("target") is None]
    if missing and len(missing) < len(segments):
        problems.append("part of the segment has no target")
    target.sort(key=lambda item: item[0])
    pieces = [piece for _, run in target for piece in run]
    return Row(
        known.source_id,
        known.locale,
        name,
        None if not segments or len(missing) == len(segments) else joined(pieces),
        state=_state21(segments),
        revision=known.revisions.get(name),
        source=joined(source),
        line=node.line,
        problem=problems[0] if problems else "",
    )


def _order(target: Node, at: int) -> int:
    """The position of a part in the target, as set by a tool."""
    digits = target.attributes.get("order", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 else at


def _state21(segments: list[Node]) -> State | None:
    """The lowest state of the parts into which a tool split a segment."""
    found = [_READ21.get(s.attributes.get("state", "")) for s in segments]
    return min(found, key=_RANK.index) if found else None


def _pieces(
    node: Node, problems: list[str], placeholders: Collection[str], ignored: Collection[str] = ()
) -> Iterator[Piece]:
    """Text and placeholders; the content of a placeholder is not text.

    Marks are transparent; `ignored` elements have no text.
    """
    waiting: list[Node | str] = node.children[::-1]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif item.name == "mrk":
            waiting += item.children[::-1]
        elif item.name in placeholders:
            number = _number_of(item.attributes.get("id", ""))
            if number is None:
                problems.append("the target contains an unknown placeholder")
            else:
                yield number
        elif item.name not in ignored:
            problems.append(
                f"the target contains <{item.name[:40]}>, which subtitles do not support"
            )


def _named(node: Node | None, name: str) -> Iterator[Node]:
    """The units of a file in document order; groups hold units and groups."""
    waiting = list(node.elements)[::-1] if node else []
    while waiting:
        item = waiting.pop()
        if item.name == name:
            yield item
        elif item.name == "group":
            waiting += list(item.elements)[::-1]


def _shown(value: str) -> str:
    """The text that a tool displays for a placeholder."""
    return value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"


def _holdable(document: Document) -> tuple[list[Unit], list[Finding]]:
    """The units that XML can represent, and a finding about the others."""
    kept = [u for u in document.units if safe_xml.valid(u.source) and safe_xml.valid(u.target)]
    return kept, left_out(document, kept, "XML cannot represent one of their characters")


def _stretches(unit: Unit) -> Iterator[_Stretch]:
    """The source in order, split where placeholders and marks begin and end."""
    position = at = 0
    for piece in unit.source_pieces:
        if not isinstance(piece, str):
            end = position + len(unit.holes[piece].source)
            mark = unit.marks[at] if at < len(unit.marks) else None
            if mark is not None and mark.start == position:
                at += 1
                yield _Stretch(piece, mark, at)
            else:
                yield _Stretch(piece)
            position = end
            continue
        end = position + len(piece)
        while at < len(unit.marks) and unit.marks[at].end <= end:
            mark = unit.marks[at]
            if mark.start > position:
                yield _Stretch(unit.source[position : mark.start])
            at += 1
            yield _Stretch(unit.source[mark.start : mark.end], mark, at)
            position = mark.end
        if position < end:
            yield _Stretch(unit.source[position:end])
        position = end


def _skeleton(document: Document, units: Sequence[Unit]) -> str:
    """The part that a tool must preserve: which segments these are, and their hashes."""
    segments = {unit.name: str(unit.revision) for unit in units}
    data = {
        "schema": SCHEMA,
        "source": document.source_id,
        "locale": document.target,
        "segments": segments,
    }
    return json.dumps(data, ensure_ascii=True, indent=0)


def _binding(content: str, source_id: str, locale: str) -> _Binding:
    """Parse the skeleton's content; fall back to what is known without it."""
    try:
        data = json.loads(content)
        if isinstance(data, dict) and data.get("schema") == SCHEMA:
            parsed = {str(n): Revision.parse(str(r)) for n, r in data["segments"].items()}
            known = {name: r for name, r in parsed.items() if r is not None}
            return _Binding(str(data["source"]), str(data["locale"]), known)
    except (ValueError, KeyError, AttributeError, RecursionError):
        pass
    return _Binding(source_id, locale, {})


def _number_of(identifier: str) -> int | None:
    """The slot number encoded in the id of an inline element.

    >>> _number_of("3"), _number_of("x"), _number_of("0")
    (2, None, None)
    """
    return Row("", "", f"s{identifier}", None).index
