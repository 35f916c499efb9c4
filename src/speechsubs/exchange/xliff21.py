"""XLIFF 2.1: placeholders with their original data, terms with the glossary module.

A slot is a <ph> that may be moved but neither deleted nor copied; a term is a
<mrk type="term"> with an entry of the glossary module; the characters that have room
are a restriction of the size and length module, in code points. The skeleton holds
hashes of what was exported, which no tool may change.

Source: XLIFF Version 2.1, OASIS Standard, 2018-02-13.
"""

from collections.abc import Iterator

from speechsubs.exchange import inline
from speechsubs.exchange.inline import attribute, text
from speechsubs.exchange.pieces import Piece, joined
from speechsubs.exchange.rows import Row
from speechsubs.exchange.units import Document, Mark, Unit, cue_note, limits_note
from speechsubs.model import Finding
from speechsubs.project import State
from speechsubs.safexml import Node

NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"
_GLOSSARY = "urn:oasis:names:tc:xliff:glossary:2.0"
_SIZES = "urn:oasis:names:tc:xliff:sizerestriction:2.0"
_PREFIX = "speechsubs:"
#: A machine's text is "initial" for a person's work, as an empty one is.
_WRITTEN = {
    State.NEW: "initial",
    State.MACHINE: "initial",
    State.EDITED: "translated",
    State.APPROVED: "final",
}
_READ = {"translated": State.EDITED, "reviewed": State.APPROVED, "final": State.APPROVED}
_RANK = (None, State.EDITED, State.APPROVED)


def write(document: Document) -> tuple[bytes, list[Finding]]:
    """The file and what it does not hold."""
    units, findings = inline.holdable(document)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<xliff version="2.1" xmlns="{NAMESPACE}" xmlns:gls="{_GLOSSARY}" '
        f'xmlns:slr="{_SIZES}" srcLang={attribute(document.language)} '
        f"trgLang={attribute(document.target)}>\n",
        f'  <file id="f1" original={attribute(document.file)} canResegment="no">\n',
        f"    <skeleton>{text(inline.skeleton(document, units))}</skeleton>\n",
        '    <slr:profiles generalProfile="xliff:codepoints"/>\n',
        f"    <notes>\n      <note>{text(limits_note(document.locale))}</note>\n    </notes>\n",
        *(line for unit in units for line in _unit(unit)),
        "  </file>\n</xliff>\n",
    ]
    return "".join(parts).encode("utf-8"), findings


def _unit(unit: Unit) -> Iterator[str]:
    size = f' slr:sizeRestriction="{unit.limit}"' if unit.limit is not None else ""
    yield f'    <unit id="{unit.name}" xml:space="preserve"{size}>\n'
    yield from _terms(unit)
    notes = [("cues", cue_note(unit)), *(("note", note) for note in unit.notes)]
    if any(note for _, note in notes):
        yield "      <notes>\n"
        for category, note in notes:
            if note:
                content = text(inline.clean(note))
                yield f'        <note category="{category}">{content}</note>\n'
        yield "      </notes>\n"
    if unit.holes:
        yield "      <originalData>\n"
        for hole in unit.holes.values():
            for kind, written in (("s", hole.source), ("t", hole.target)):
                content = text(inline.shown(written))
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
        yield f"          <gls:term>{text(inline.clean(mark.source))}</gls:term>\n"
        yield from _entry(mark)
        yield "        </gls:glossEntry>\n"
    yield "      </gls:glossary>\n"


def _entry(mark: Mark) -> Iterator[str]:
    if mark.wanted:
        yield f"          <gls:translation>{text(inline.clean(mark.wanted))}</gls:translation>\n"
    if mark.note:
        yield f"          <gls:definition>{text(inline.clean(mark.note))}</gls:definition>\n"


def _segment(unit: Unit) -> Iterator[str]:
    # The standard asks for a target in every state but the first.
    state = _WRITTEN[unit.state] if unit.target else "initial"
    yield f'      <segment state="{state}" subState="{_PREFIX}{unit.state.value}">\n'
    yield f"        <source>{''.join(_source(unit))}</source>\n"
    if unit.target:
        target = "".join(_piece(unit, piece, "t") for piece in unit.target_pieces)
        yield f"        <target>{target}</target>\n"
    yield "      </segment>\n"


def _source(unit: Unit) -> Iterator[str]:
    for stretch in inline.stretches(unit):
        content = _piece(unit, stretch.content, "s")
        if stretch.mark is None:
            yield content
        else:
            yield f'<mrk id="m{stretch.number}" type="term">{content}</mrk>'


def _piece(unit: Unit, piece: Piece, data: str) -> str:
    if isinstance(piece, str):
        return text(piece)
    hole = unit.holes[piece]
    seen = attribute(inline.shown(hole.source if data == "s" else hole.target))
    return (
        f'<ph id="{piece + 1}" canCopy="no" canDelete="no" dataRef="{data}{piece + 1}" '
        f'disp={seen} equiv={seen} type="other" subType="{_PREFIX}{hole.kind}"/>'
    )


def read(root: Node) -> Iterator[Row]:
    """The segments of a file."""
    locale = root.attributes.get("trgLang", "")
    for file in root.elements:
        if file.name == "file":
            yield from _file(file, locale)


def _file(file: Node, locale: str) -> Iterator[Row]:
    skeleton = file.find("skeleton")
    content = skeleton.text() if skeleton else ""
    known = inline.binding(content, file.attributes.get("original", ""), locale)
    # In the order of the file; groups hold units and groups.
    waiting = list(file.elements)[::-1]
    while waiting:
        node = waiting.pop()
        if node.name == "unit":
            yield _row(node, known)
        elif node.name == "group":
            waiting += list(node.elements)[::-1]


def _row(node: Node, known: inline.Binding) -> Row:
    name = node.attributes.get("id", "")
    parts = [child for child in node.elements if child.name in ("segment", "ignorable")]
    problems: list[str] = []
    source: list[Piece] = []
    target: list[tuple[int, list[Piece]]] = []
    segments = [part for part in parts if part.name == "segment"]
    for at, part in enumerate(parts, 1):
        own, other = part.find("source"), part.find("target")
        said = list(_pieces(own, [])) if own else []
        source += said
        if other is not None:
            target.append((_order(other, at), list(_pieces(other, problems))))
        elif part.name == "ignorable":
            target.append((at, said))
    missing = [s for s in segments if s.find("target") is None]
    if missing and len(missing) < len(segments):
        problems.append("a part of the segment has no target")
    target.sort(key=lambda item: item[0])
    pieces = [piece for _, run in target for piece in run]
    return Row(
        known.source_id,
        known.locale,
        name,
        None if not segments or len(missing) == len(segments) else joined(pieces),
        state=_state(segments),
        revision=known.revisions.get(name),
        source=joined(source),
        line=node.line,
        problem=problems[0] if problems else "",
    )


def _order(target: Node, at: int) -> int:
    """Where a tool wants a part to stand in the target."""
    digits = target.attributes.get("order", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 else at


def _state(segments: list[Node]) -> State | None:
    """The lowest state of the parts that a tool cut a segment into."""
    found = [_READ.get(s.attributes.get("state", "")) for s in segments]
    return min(found, key=_RANK.index) if found else None


def _pieces(node: Node, problems: list[str]) -> Iterator[Piece]:
    """Text and placeholders. Marks stand around text and change nothing of it."""
    waiting: list[Node | str] = node.children[::-1]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif item.name == "mrk":
            waiting += item.children[::-1]
        elif item.name == "ph":
            number = inline.number_of(item.attributes.get("id", ""))
            if number is None:
                problems.append("the target has a placeholder that is not ours")
            else:
                yield number
        elif item.name not in ("sm", "em"):
            problems.append(f"the target has <{item.name[:40]}>, which subtitles cannot show")
