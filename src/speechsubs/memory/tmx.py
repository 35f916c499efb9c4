"""Read and write TMX 1.4, the exchange format of translation memories.

The reader never loads external resources. The usual DOCTYPE is accepted, but entity
declarations are rejected. Inline tags become their text: `hi` is transparent, native
codes in `bpt`, `ept` and `it` are dropped, a `ph` that holds a placeholder ("{0}", "%s")
keeps it, and a line break becomes a space.

The writer makes one unit per segment with plain texts: OmegaT drops text inside inline
tags of other tools, so placeables are stored in properties of the unit, which tools keep
and ignore. There is no DOCTYPE, so that no parser looks for a DTD.

Format: TMX 1.4b Specification, LISA OSCAR, 2005-04-26.
"""

import hashlib
import re
import xml.parsers.expat as expat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from speechsubs import __version__
from speechsubs.adapters import safe_xml
from speechsubs.adapters.files import write_atomic
from speechsubs.errors import InputError
from speechsubs.language import tags
from speechsubs.memory import database
from speechsubs.memory.database import MAX_TEXT
from speechsubs.memory.model import Origin, Segment, State
from speechsubs.model import Finding, Placeable, Severity
from speechsubs.spans import Span

#: Prefix of our properties, which other tools keep and ignore.
PREFIX = "x-speechsubs-"
#: Name of the tool in the header, which identifies our own files.
TOOL = "speechsubs"

_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(?:\.\d+)?Z", re.ASCII)
_OWN = frozenset({"state", "slots", "places", "source", "target", "file", "sentence",
                  "glossary", "engine"})  # fmt: skip


@dataclass(slots=True)
class Variant:
    """A raw `tuv`: one language of a translation unit."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    notes: list[str] = field(default_factory=list)
    props: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class RawUnit:
    """A raw `tu` (translation unit). `line` is 1-based."""

    line: int
    srclang: str
    tool: str
    attributes: dict[str, str]
    variants: list[Variant] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    props: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Unit:
    """The segments of a translation unit, and findings about skipped data. `line` is 1-based."""

    line: int
    segments: tuple[Segment, ...]
    findings: tuple[Finding, ...] = ()


def digest(text: str) -> str:
    """Hash a text, to detect whether another tool changed it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def make_unit(raw: RawUnit, file: str, *, state: State, source: str) -> Unit:
    """Make one segment per translation in the unit."""
    findings: list[Finding] = []

    def skip(problem: str) -> None:
        message = f"{problem}: skipped"
        finding = Finding("tmx-skipped", Severity.WARNING, message, file=file, line=raw.line)
        findings.append(finding)

    usable: list[tuple[str, Variant]] = []
    for variant in raw.variants:
        if raw.tool != TOOL:
            # Other tools may indent the text; in our own files whitespace is exact.
            variant.text = variant.text.strip()
        try:
            tag = tags.canonical(variant.tag)
        except InputError:
            skip(f"{variant.tag[:40]!r} is not a language tag")
            continue
        if len(variant.text) > database.MAX_TEXT:
            skip(f"a text of more than {database.MAX_TEXT:,} characters ({tag})")
        elif not variant.text.strip():
            skip(f"no text ({tag})")
        else:
            usable.append((tag, variant))
    first = _source(usable, raw.srclang, source)
    if first is None:
        skip("no text in the source language")
        return Unit(raw.line, (), tuple(findings))
    others = [(tag, variant) for tag, variant in usable if tag != first[0]]
    if not others and not findings:
        skip("no translation")
    segments = [_segment(raw, first, other, state) for other in others]
    return Unit(raw.line, tuple(segments), tuple(findings))


def _source(
    usable: Sequence[tuple[str, Variant]], srclang: str, wanted: str
) -> tuple[str, Variant] | None:
    """The source variant of a unit."""
    try:
        tag = tags.canonical(srclang)
    except InputError:
        # "*all*" allows any source language: the caller's choice or the first one is used.
        tag = tags.canonical(wanted) if wanted else ""
    if not tag:
        return usable[0] if usable else None
    for fits in (tag.__eq__, lambda held: tags.primary(held) == tags.primary(tag)):
        for item in usable:
            if fits(item[0]):
                return item
    return None


def _segment(
    raw: RawUnit, source: tuple[str, Variant], target: tuple[str, Variant], state: State
) -> Segment:
    tag, variant = target
    every = [*raw.props, *variant.props]
    own = {n.removeprefix(PREFIX): v for n, v in every if n.removeprefix(PREFIX) in _OWN
           and n.startswith(PREFIX)}  # fmt: skip
    foreign = tuple((n, v) for n, v in every if n.removeprefix(PREFIX) not in _OWN
                    or not n.startswith(PREFIX))  # fmt: skip
    untouched = own.get("target", "") == digest(variant.text)
    known = {s.word: s for s in State}.get(own.get("state", ""))
    if known is not None:
        # Machine output that was edited in another tool.
        state = known if untouched or not own.get("target") else max(known, State.EDITED)
    placeables, places = _spans(own, source[1].text, variant.text if untouched else None)
    return Segment(
        source_language=source[0],
        target_language=tag,
        source=source[1].text,
        target=variant.text,
        placeables=placeables,
        places=places,
        state=state,
        author=_attribute(raw, variant, "changeid", "creationid"),
        date=_date(_attribute(raw, variant, "changedate", "creationdate")),
        origin=Origin(own.get("file", ""), _number(own.get("sentence", ""))),
        glossary=own.get("glossary", ""),
        engine=own.get("engine", ""),
        note="\n".join([*raw.notes, *variant.notes]),
        props=foreign,
    )


def _spans(
    own: dict[str, str], source: str, target: str | None
) -> tuple[tuple[Placeable, ...], tuple[Span, ...]]:
    """Placeables and places, if their texts are unchanged."""
    if "slots" not in own or own.get("source", "") != digest(source):
        return (), ()
    try:
        placeables = database.parse_placeables(own["slots"], source)
        places = database.parse_places(own.get("places", "[]")) if target is not None else ()
        # `Segment` validates spans; if they are invalid, the placeables are dropped.
        Segment("en", "en", source, target or "", placeables, places)
    except (ValueError, TypeError):
        return (), ()
    return placeables, places


def _attribute(raw: RawUnit, variant: Variant, *names: str) -> str:
    for attributes in (variant.attributes, raw.attributes):
        for name in names:
            if attributes.get(name):
                return attributes[name]
    return ""


def _date(text: str) -> str:
    """Convert a date into the format of segments; empty if it is not a UTC date.

    >>> _date("20260301T120000Z"), _date("yesterday")
    ('2026-03-01T12:00:00Z', '')
    """
    match = _DATE.fullmatch(text.strip())
    if not match:
        return ""
    year, month, day, hour, minute, second = match.groups()
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,9}", text, re.ASCII) else -1


#: Larger files are rejected: they would hold more than ten million sentences.
MAX_BYTES = 4 * 1024**3
#: TMX itself needs eight levels.
MAX_DEPTH = 40
#: A longer tag, comment or processing instruction is an attack or an accident.
MAX_TAG_BYTES = 4 * 1024**2
#: Maximum languages, notes and properties of one unit.
MAX_PARTS = 400

_CHUNK = 256 * 1024
_CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})
_BREAK = re.compile(r"\s*(?:<\s*br\s*/?\s*>|\\line|\\n|\\par)\s*", re.IGNORECASE)


def read(path: Path, *, state: State = State.APPROVED, source: str = "") -> Iterator[Unit]:
    """Iterate over the translation units of a file, with all their translations.

    `state` is the default for segments without a state. The source language is taken from
    the unit or the header; if neither specifies it, it is `source` or else the first
    language of the unit. Raises `InputError`, with the line, for an invalid TMX file.
    """
    parser = _Parser(path)
    for raw in parser.units():
        yield make_unit(raw, str(path), state=state, source=source)


@dataclass(slots=True)
class _Text:
    """Collects text up to a limit."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, text: str) -> None:
        # One character over the limit shows that the text was longer.
        left = MAX_TEXT + 1 - self.length
        if left > 0:
            self.pieces.append(text[:left])
            self.length += len(text)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class _Parser:
    """The state of one streaming parse."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack: list[str] = []
        self._srclang = self._tool = ""
        self._unit: RawUnit | None = None
        self._variant: Variant | None = None
        self._text: _Text | None = None
        self._code: _Text | None = None
        self._text_depth = self._code_depth = self._sub_depth = 0
        self._type = self._code_type = ""
        self._done: list[RawUnit] = []
        self._expat = expat.ParserCreate()
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._characters
        self._expat.EntityDeclHandler = self._entity
        self._expat.SkippedEntityHandler = self._skipped
        # Without a handler expat ignores external entities; this raises an error instead.
        self._expat.ExternalEntityRefHandler = self._external

    def units(self) -> Iterator[RawUnit]:
        """Feed the file in chunks and yield the units completed by each."""
        path, fed = self._path, 0
        try:
            with path.open("rb") as stream:
                while True:
                    chunk = stream.read(_CHUNK)
                    fed += len(chunk)
                    if fed > MAX_BYTES:
                        raise InputError(str(path), f"exceeds the limit of {MAX_BYTES:,} bytes")
                    self._expat.Parse(chunk, not chunk)
                    if chunk and fed - self._expat.CurrentByteIndex > MAX_TAG_BYTES:
                        raise self._error(f"a tag longer than {MAX_TAG_BYTES:,} bytes")
                    yield from self._done
                    self._done.clear()
                    if not chunk:
                        return
        except FileNotFoundError:
            raise InputError(str(path), "no such file") from None
        except IsADirectoryError:
            raise InputError(str(path), "is a folder", "Specify a file inside it") from None
        except OSError as error:
            raise InputError(str(path), f"cannot be read ({error.strerror})") from error
        except expat.ExpatError as error:
            raise InputError(
                f"{path}:{error.lineno}",
                f"not well-formed XML: {expat.errors.messages[error.code]}",
                "Export the file again from the program that created it",
            ) from error
        except (LookupError, ValueError) as error:
            # An encoding that is unknown to Python, or an unsupported multi-byte one.
            raise InputError(
                str(path), f"unsupported encoding ({error})", "Save the file as UTF-8"
            ) from error

    def _error(self, problem: str, advice: str = "") -> InputError:
        return InputError(f"{self._path}:{self._expat.CurrentLineNumber}", problem, advice)

    def _entity(self, name: str, *_: object) -> None:
        raise self._error(f"declares an entity ({name[:40]!r})", "TMX does not use them: remove it")

    def _skipped(self, name: str, *_: object) -> None:
        raise self._error(f"uses an unknown entity ({name[:40]!r})", "Write the character itself")

    def _external(self, *_: object) -> int:
        raise self._error("refers to another file", "TMX does not use them: remove it")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if len(self._stack) >= MAX_DEPTH:
            raise self._error(f"elements nested more than {MAX_DEPTH} deep")
        if not self._stack and name != "tmx":
            raise self._error(
                f"not a TMX file: it begins with <{name[:40]}>", "Is it the right file?"
            )
        self._stack.append(name)
        if self._text is not None:
            self._start_inline(name, attributes)
        elif name == "header":
            self._srclang = attributes.get("srclang", "")
            self._tool = attributes.get("creationtool", "")
        elif name == "tu":
            srclang = attributes.get("srclang", self._srclang)
            line = self._expat.CurrentLineNumber
            self._unit = RawUnit(line, srclang, self._tool, attributes)
        elif self._unit is not None and name == "tuv":
            # xml:lang since TMX 1.4, lang before; some files use capitals.
            tags = {key.rpartition(":")[2].lower(): value for key, value in attributes.items()}
            self._variant = Variant(tags.get("lang", ""), attributes)
        elif self._unit is not None and name in ("seg", "note", "prop"):
            self._text, self._text_depth = _Text(), len(self._stack)
            self._type = attributes.get("type", "")

    def _start_inline(self, name: str, attributes: dict[str, str]) -> None:
        if self._code is None and name in _CODES:
            self._code, self._code_depth = _Text(), len(self._stack)
            self._code_type = attributes.get("type", "")
        elif self._code is not None and not self._sub_depth:
            # A `sub` is a separate text (a footnote, an alt text), not part of the sentence.
            self._sub_depth = len(self._stack)

    def _characters(self, text: str) -> None:
        if self._text is None or self._sub_depth:
            return
        (self._text if self._code is None else self._code).add(text)

    def _end(self, _: str) -> None:
        depth = len(self._stack)
        name = self._stack.pop()
        if self._text is not None:
            self._end_inline(name, depth)
        elif self._unit is None:
            return
        elif name == "tu":
            self._done.append(self._unit)
            self._unit = self._variant = None
        elif name == "tuv" and self._variant is not None:
            if len(self._unit.variants) < MAX_PARTS:
                self._unit.variants.append(self._variant)
            self._variant = None

    def _end_inline(self, name: str, depth: int) -> None:
        assert self._text is not None
        if self._sub_depth == depth:
            self._sub_depth = 0
        elif self._code is not None and self._code_depth == depth:
            self._text.add(_text_of_code(name, self._code_type, self._code.text))
            self._code = None
        elif self._text_depth == depth:
            text, self._text = self._text.text, None
            self._keep(name, text)

    def _keep(self, name: str, text: str) -> None:
        assert self._unit is not None
        holder = self._variant or self._unit
        if name == "seg" and self._variant is not None:
            self._variant.text = text
        elif name == "note" and len(holder.notes) < MAX_PARTS:
            holder.notes.append(text)
        elif name == "prop" and len(holder.props) < MAX_PARTS:
            holder.props.append((self._type, text))


def _text_of_code(name: str, kind: str, code: str) -> str:
    """The text that replaces a native code.

    >>> [_text_of_code(*code) for code in (("ph", "", "{0}"), ("ph", "", "<br/>"))]
    ['{0}', ' ']
    >>> _text_of_code("bpt", "", "<b>")
    ''
    """
    if kind == "lb" or _BREAK.fullmatch(code):
        return " "
    bare = code.strip()
    if name != "ph" or bare.startswith(("<", "\\", "&", "{\\")):
        return ""
    return bare


def write(segments: Iterable[Segment], path: Path) -> int:
    """Write a file atomically and return the number of segments. Raises `OutputError`."""
    units: list[str] = []
    sources: set[str] = set()
    for segment in segments:
        sources.add(segment.source_language)
        units.append(_unit(segment))
    # The language in the header is only a default: every unit has its own.
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
        *((PREFIX + name, value) for name, value in _own_properties(segment).items() if value),
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
        lines.append(f"<note>{safe_xml.escape(segment.note)}</note>")
    lines += [f"{_tag('prop', type=name)}{safe_xml.escape(value)}</prop>" for name, value in props]
    for tag, text in (
        (segment.source_language, segment.source),
        (segment.target_language, segment.target),
    ):
        lines.append(f"{_tag('tuv', **{'xml:lang': tag})}<seg>{safe_xml.escape(text)}</seg></tuv>")
    return "\n".join(lines) + "\n</tu>\n"


def _own_properties(segment: Segment) -> dict[str, str]:
    """Properties without a TMX field. Hashes show whether the texts are unchanged."""
    origin = segment.origin
    return {
        "state": segment.state.word,
        "file": origin.file,
        "sentence": str(origin.sentence) if origin.sentence >= 0 else "",
        "glossary": segment.glossary,
        "engine": segment.engine,
        "source": digest(segment.source) if segment.placeables else "",
        "target": digest(segment.target),
        "slots": database.dump_placeables(segment.placeables) if segment.placeables else "",
        "places": database.dump_places(segment.places) if segment.places else "",
    }


def _tag(name: str, **attributes: str) -> str:
    parts = [f" {key}={safe_xml.quote(value)}" for key, value in attributes.items() if value]
    return f"<{name}{''.join(parts)}>"
