"""Reading TMX 1.4, the exchange format of translation memories, as the field writes it.

The parser never loads anything. The DOCTYPE line that most files have is tolerated;
entity declarations are refused, whatever they say. Inline tags become their text:
`hi` is transparent, the native codes in `bpt`, `ept` and `it` are left out, a `ph`
that holds a placeholder ("{0}", "%s") keeps it, a line break becomes a blank.

Format: TMX 1.4b Specification, LISA OSCAR, 2005-04-26.
"""

import re
import xml.parsers.expat as expat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from speechsubs.errors import InputError
from speechsubs.memory import tmx_units
from speechsubs.memory.rows import MAX_TEXT
from speechsubs.memory.segments import State
from speechsubs.memory.tmx_units import RawUnit, Unit, Variant

#: A larger file is refused: it would hold more than ten million sentences.
MAX_BYTES = 4 * 1024**3
#: TMX itself needs eight levels.
MAX_DEPTH = 40
#: One tag, comment or instruction longer than this is an attack or an accident.
MAX_TAG_BYTES = 4 * 1024**2
#: Languages, notes and properties of one unit.
MAX_PARTS = 400

_CHUNK = 256 * 1024
_CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})
_BREAK = re.compile(r"\s*(?:<\s*br\s*/?\s*>|\\line|\\n|\\par)\s*", re.IGNORECASE)


def read(path: Path, *, state: State = State.APPROVED, source: str = "") -> Iterator[Unit]:
    """The units of a file, one by one, with every translation in them.

    `state` is for segments that do not say theirs. The source is the language that
    the unit or the header names; where they name none it is `source`, or else the
    unit's first. Raises `InputError`, with the line, for a file that is no TMX.
    """
    parser = _Parser(path)
    for raw in parser.units():
        yield tmx_units.unit(raw, str(path), state=state, source=source)


@dataclass(slots=True)
class _Text:
    """Text that is being collected, up to a limit."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, text: str) -> None:
        # One character more than is allowed shows that there was more.
        room = MAX_TEXT + 1 - self.length
        if room > 0:
            self.pieces.append(text[:room])
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
        # Without a handler expat loads no external entity; refusing says so aloud.
        self._expat.ExternalEntityRefHandler = self._external

    def units(self) -> Iterator[RawUnit]:
        """Feed the file; give what is complete after every chunk."""
        path, fed = self._path, 0
        try:
            with path.open("rb") as stream:
                while True:
                    chunk = stream.read(_CHUNK)
                    fed += len(chunk)
                    if fed > MAX_BYTES:
                        raise InputError(
                            str(path), f"more than the {MAX_BYTES:,} bytes that are read"
                        )
                    self._expat.Parse(chunk, not chunk)
                    if chunk and fed - self._expat.CurrentByteIndex > MAX_TAG_BYTES:
                        raise self._error(f"a tag of more than {MAX_TAG_BYTES:,} bytes")
                    yield from self._done
                    self._done.clear()
                    if not chunk:
                        return
        except FileNotFoundError:
            raise InputError(str(path), "no such file") from None
        except IsADirectoryError:
            raise InputError(str(path), "this is a folder", "Name a file in it") from None
        except OSError as error:
            raise InputError(str(path), f"cannot be read ({error.strerror})") from error
        except expat.ExpatError as error:
            raise InputError(
                f"{path}:{error.lineno}",
                f"the XML is broken ({expat.errors.messages[error.code]})",
                "Export the file again from the program that made it",
            ) from error
        except (LookupError, ValueError) as error:
            # An encoding that Python does not know, or one of several bytes a character.
            raise InputError(
                str(path), f"its encoding cannot be read ({error})", "Save the file as UTF-8"
            ) from error

    def _error(self, problem: str, advice: str = "") -> InputError:
        return InputError(f"{self._path}:{self._expat.CurrentLineNumber}", problem, advice)

    def _entity(self, name: str, *_: object) -> None:
        raise self._error(f"it declares an entity ({name[:40]!r})", "TMX needs none: take it out")

    def _skipped(self, name: str, *_: object) -> None:
        raise self._error(
            f"it uses an unknown entity ({name[:40]!r})", "Write the character itself"
        )

    def _external(self, *_: object) -> int:
        raise self._error("it refers to another file", "TMX needs none: take it out")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if len(self._stack) >= MAX_DEPTH:
            raise self._error(f"its tags are nested more than {MAX_DEPTH} deep")
        if not self._stack and name != "tmx":
            raise self._error(
                f"this is no TMX: it begins with <{name[:40]}>", "Is it the right file?"
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
            # A `sub` is a text of its own (a footnote, an alt text), not of this sentence.
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
            self._text.add(_code_text(name, self._code_type, self._code.text))
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


def _code_text(name: str, kind: str, code: str) -> str:
    """What is left of a native code in the text.

    >>> _code_text("ph", "", "{0}"), _code_text("ph", "", "<br/>"), _code_text("bpt", "", "<b>")
    ('{0}', ' ', '')
    """
    if kind == "lb" or _BREAK.fullmatch(code):
        return " "
    bare = code.strip()
    if name != "ph" or bare.startswith(("<", "\\", "&", "{\\")):
        return ""
    return bare
