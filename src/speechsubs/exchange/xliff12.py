"""XLIFF 1.2, which nearly every translators' tool reads.

A slot is a <ph>, a glossary term a <mrk mtype="term">; times and limits are notes, and
the characters that have room are `maxwidth`. The skeleton holds hashes of what was
exported: tools keep it, because they could not write the original without it.

Source: XLIFF Version 1.2, OASIS Standard, 2008-02-01.
"""

from collections.abc import Iterator

from speechsubs.exchange import inline
from speechsubs.exchange.inline import attribute, text
from speechsubs.exchange.pieces import Piece
from speechsubs.exchange.rows import Row
from speechsubs.exchange.units import Document, Unit, cue_note, limits_note
from speechsubs.model import Finding
from speechsubs.project import State
from speechsubs.safexml import Node

NAMESPACE = "urn:oasis:names:tc:xliff:document:1.2"
#: Our states in the file. A machine's text is a suggestion that needs a review.
_WRITTEN = {
    State.NEW: 'state="new"',
    State.MACHINE: 'state="needs-review-translation" state-qualifier="leveraged-mt"',
    State.EDITED: 'state="translated"',
    State.APPROVED: 'state="signed-off"',
}
_READ = {
    "new": State.NEW,
    "needs-translation": State.NEW,
    "translated": State.EDITED,
    "signed-off": State.APPROVED,
    "final": State.APPROVED,
}
#: Elements that stand around text and change nothing of it.
_CLEAR = frozenset({"mrk"})


def write(document: Document) -> tuple[bytes, list[Finding]]:
    """The file and what it does not hold."""
    units, findings = inline.holdable(document)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<xliff version="1.2" xmlns="{NAMESPACE}">\n',
        f"  <file original={attribute(document.file)} "
        f"source-language={attribute(document.language)} "
        f"target-language={attribute(document.target)} "
        'datatype="plaintext" tool-id="speechsubs">\n',
        '    <header>\n      <skl><internal-file form="text/plain">',
        text(inline.skeleton(document, units)),
        "</internal-file></skl>\n",
        '      <tool tool-id="speechsubs" tool-name="speechsubs"/>\n',
        f"      <note>{text(limits_note(document.locale))}</note>\n",
        "    </header>\n    <body>\n",
        *(line for unit in units for line in _unit(unit)),
        "    </body>\n  </file>\n</xliff>\n",
    ]
    return "".join(parts).encode("utf-8"), findings


def _unit(unit: Unit) -> Iterator[str]:
    approved = ' approved="yes"' if unit.state is State.APPROVED else ""
    size = f' maxwidth="{unit.limit}" size-unit="char"' if unit.limit is not None else ""
    yield f'      <trans-unit id="{unit.name}"{approved}{size} xml:space="preserve">\n'
    yield f"        <source>{''.join(_source(unit))}</source>\n"
    target = "".join(_piece(unit, piece, target=True) for piece in unit.target_pieces)
    yield f"        <target {_WRITTEN[unit.state]}>{target}</target>\n"
    for note in filter(None, (cue_note(unit), *unit.notes)):
        yield f'        <note from="speechsubs">{text(inline.clean(note))}</note>\n'
    yield "      </trans-unit>\n"


def _source(unit: Unit) -> Iterator[str]:
    for stretch in inline.stretches(unit):
        content = _piece(unit, stretch.content, target=False)
        mark = stretch.mark
        if mark is None:
            yield content
            continue
        said = f"{mark.source}: {mark.wanted}" if mark.wanted else mark.source
        comment = inline.shown(f"{said} ({mark.note})" if mark.note else said)
        yield f'<mrk mtype="term" comment={attribute(comment)}>{content}</mrk>'


def _piece(unit: Unit, piece: Piece, *, target: bool) -> str:
    if isinstance(piece, str):
        return text(piece)
    hole = unit.holes[piece]
    seen = inline.shown(hole.target if target else hole.source)
    return (
        f'<ph id="{piece + 1}" ctype="x-{hole.kind}" equiv-text={attribute(seen)}>{text(seen)}</ph>'
    )


def read(root: Node) -> Iterator[Row]:
    """The segments of a file."""
    for file in root.elements:
        if file.name == "file":
            yield from _file(file)


def _file(file: Node) -> Iterator[Row]:
    header, body = file.find("header"), file.find("body")
    skeleton = header.find("skl") if header else None
    known = inline.binding(
        skeleton.text() if skeleton else "",
        file.attributes.get("original", ""),
        file.attributes.get("target-language", ""),
    )
    # In the order of the file; groups hold units and groups.
    waiting = list(body.elements)[::-1] if body else []
    while waiting:
        node = waiting.pop()
        if node.name == "trans-unit":
            yield _row(node, known)
        elif node.name == "group":
            waiting += list(node.elements)[::-1]


def _row(node: Node, known: inline.Binding) -> Row:
    name = node.attributes.get("id", "")
    source, target = node.find("source"), node.find("target")
    problems: list[str] = []
    pieces = tuple(_pieces(target, problems)) if target else None
    return Row(
        known.source_id,
        known.locale,
        name,
        pieces,
        state=_state(node, target),
        revision=known.revisions.get(name),
        source=tuple(_pieces(source, [])) if source else None,
        line=node.line,
        problem=problems[0] if problems else "",
    )


def _state(node: Node, target: Node | None) -> State | None:
    word = target.attributes.get("state", "") if target else ""
    if word.startswith("needs-") and word != "needs-translation":
        return State.MACHINE
    if node.attributes.get("approved", "") == "yes" and word in ("", "translated"):
        return State.APPROVED
    return _READ.get(word)


def _pieces(node: Node, problems: list[str]) -> Iterator[Piece]:
    """Text and placeholders; what a placeholder shows is not text."""
    waiting: list[Node | str] = node.children[::-1]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif item.name in _CLEAR:
            waiting += item.children[::-1]
        elif item.name in ("ph", "x"):
            number = inline.number_of(item.attributes.get("id", ""))
            if number is None:
                problems.append("the target has a placeholder that is not ours")
            else:
                yield number
        else:
            problems.append(f"the target has <{item.name[:40]}>, which subtitles cannot show")
