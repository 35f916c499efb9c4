"""Writing TMX 1.4b that OmegaT and other tools read.

One unit for each segment, its texts plain: OmegaT drops the text inside inline tags of
other tools' files, so slots are told in properties of the unit (tools keep those and
ignore them). There is no DOCTYPE, so that no parser looks for a DTD.
"""

from collections.abc import Iterable
from pathlib import Path

from speechsubs import __version__, safexml
from speechsubs.files import write_atomic
from speechsubs.memory import rows
from speechsubs.memory.segments import Segment
from speechsubs.memory.tmx_units import PREFIX, TOOL, digest


def write(segments: Iterable[Segment], path: Path) -> int:
    """Write a file in one step; how many segments it holds. Raises `OutputError`."""
    units: list[str] = []
    sources: set[str] = set()
    for segment in segments:
        sources.add(segment.source_language)
        units.append(_unit(segment))
    # The header's language is a default: every unit names its own.
    srclang = sources.pop() if len(sources) == 1 else "*all*"
    header = _tag(
        "header",
        creationtool=TOOL,
        creationtoolversion=__version__,
        segtype="sentence",
        **{"o-tmf": TOOL},
        adminlang="en",
        srclang=srclang,
        datatype="plaintext",
    )
    text = "".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n',
            f"{header}</header>\n<body>\n",
            *units,
            "</body>\n</tmx>\n",
        ]
    )
    write_atomic(path, text.encode("utf-8"))
    return len(units)


def _unit(segment: Segment) -> str:
    date = segment.date.replace("-", "").replace(":", "")
    props = [
        *((PREFIX + name, value) for name, value in _own(segment).items() if value),
        *segment.props,
    ]
    dates = {
        "creationid": segment.author,
        "creationdate": date,
        "changeid": segment.author,
        "changedate": date,
    }
    lines = [_tag("tu", srclang=segment.source_language, **dates)]
    if segment.note:
        lines.append(f"<note>{safexml.escaped(segment.note)}</note>")
    lines += [f"{_tag('prop', type=name)}{safexml.escaped(value)}</prop>" for name, value in props]
    for tag, text in (
        (segment.source_language, segment.source),
        (segment.target_language, segment.target),
    ):
        lines.append(f"{_tag('tuv', **{'xml:lang': tag})}<seg>{safexml.escaped(text)}</seg></tuv>")
    return "\n".join(lines) + "\n</tu>\n"


def _own(segment: Segment) -> dict[str, str]:
    """What TMX has no place for. Digests tell whether the texts are still the same."""
    origin = segment.origin
    return {
        "state": segment.state.word,
        "file": origin.file,
        "sentence": str(origin.sentence) if origin.sentence >= 0 else "",
        "glossary": segment.glossary,
        "engine": segment.engine,
        "source": digest(segment.source) if segment.slots else "",
        "target": digest(segment.target),
        "slots": rows.slots_text(segment.slots) if segment.slots else "",
        "places": rows.places_text(segment.places) if segment.places else "",
    }


def _tag(name: str, **attributes: str) -> str:
    parts = [f" {key}={safexml.quoted(value)}" for key, value in attributes.items() if value]
    return f"<{name}{''.join(parts)}>"
