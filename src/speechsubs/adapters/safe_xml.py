"""Read untrusted XML: no entities, no DTD content, no network, bounded depth and attributes.

Uses Python's expat with handlers that reject unsafe content. A file may *name* a DTD, as
most TBX 2 files do; it is never fetched. Internal declarations are rejected, so that only
the five predefined entities exist.
"""

import re
from collections.abc import Iterator
from xml.parsers import expat
from xml.sax import saxutils

from speechsubs.errors import InputError

#: Maximum nesting. TBX and XLIFF need ten levels, a worksheet six.
MAX_DEPTH = 100
#: Maximum length of an attribute value, and number of attributes of an element.
MAX_ATTRIBUTE = 64 * 1024
MAX_ATTRIBUTES = 256

_ADVICE = "It may be an attack; save the file without it"
_INVALID = re.compile("[^\\t\\n\\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_LANG = "http://www.w3.org/XML/1998/namespace lang"


class Node:
    """An element: its local name, attributes and children in document order."""

    __slots__ = ("attributes", "children", "line", "name")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name, self.attributes, self.line = name, attributes, line
        self.children: list[Node | str] = []

    @property
    def elements(self) -> Iterator["Node"]:
        """The child elements."""
        return (child for child in self.children if isinstance(child, Node))

    @property
    def language(self) -> str:
        """`xml:lang`, or the `lang` that some tools write, or an empty string."""
        return self.attributes.get("xml:lang", "") or self.attributes.get("lang", "")

    def text(self) -> str:
        """The concatenated text of all descendants."""
        parts: list[str] = []
        stack: list[Node | str] = [self]
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                parts.append(item)
            else:
                stack.extend(reversed(item.children))
        return "".join(parts)

    def find(self, name: str) -> "Node | None":
        """The first child element of this name."""
        return next((child for child in self.elements if child.name == name), None)


def parse(data: bytes, where: str) -> Node:
    """Parse a document; returns its root. `where` names the file in errors.

    Raises `InputError`.
    """
    builder = _Builder(where, build=True)
    builder.run(data)
    return next(builder.stack[0].elements)


def check(data: bytes, where: str) -> None:
    """Reject invalid or unsafe XML that another library will parse.

    Here not even the name of a DTD is allowed. Raises `InputError`.
    """
    _Builder(where, build=False).run(data)


def valid(text: str) -> bool:
    """True if XML 1.0 allows every character. Source: XML 1.0, section 2.2, Char."""
    return not _INVALID.search(text)


def clean(text: str) -> str:
    """Replace characters that XML does not allow by U+FFFD."""
    return text if valid(text) else _INVALID.sub("\ufffd", text)


def escape(text: str) -> str:
    """Escape text for an element and clean it.

    Carriage returns are escaped because they would be read as line feeds.

    >>> escape("a < b")
    'a &lt; b'
    """
    return saxutils.escape(clean(text), {"\r": "&#13;"})


def quote(text: str) -> str:
    """Quote and clean an attribute value."""
    marks = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
    return f'"{saxutils.escape(clean(text), marks)}"'


class _Builder:
    """Expat handlers that reject unsafe content and optionally build the tree."""

    def __init__(self, where: str, *, build: bool) -> None:
        self._where, self._build = where, build
        self._depth = 0
        self.stack = [Node("", {}, 0)]
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._entity
        self._parser.ExternalEntityRefHandler = self._entity
        self._parser.SkippedEntityHandler = self._entity
        if build:
            self._parser.CharacterDataHandler = self._text

    def run(self, data: bytes) -> None:
        try:
            # In one piece: fed in small pieces, old versions rescan long tokens.
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            problem = f"not well-formed XML: {expat.ErrorString(error.code)}"
            raise InputError(f"{self._where}:{error.lineno}", problem) from error
        except (ValueError, LookupError) as error:  # an encoding that Python does not know
            raise InputError(self._where, f"the XML cannot be decoded ({error})") from error

    def _refused(self, what: str) -> InputError:
        place = f"{self._where}:{self._parser.CurrentLineNumber}"
        return InputError(place, f"the XML contains {what}, which is not allowed", _ADVICE)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._refused(f"elements nested more than {MAX_DEPTH} deep")
        if len(attributes) > MAX_ATTRIBUTES:
            raise self._refused(f"an element with more than {MAX_ATTRIBUTES} attributes")
        named: dict[str, str] = {}
        for key, value in attributes.items():
            if len(value) > MAX_ATTRIBUTE:
                raise self._refused(f"an attribute of {len(value):,} characters")
            named["xml:lang" if key == _XML_LANG else key.rpartition(" ")[2]] = value
        if self._build:
            node = Node(name.rpartition(" ")[2], named, self._parser.CurrentLineNumber)
            self.stack[-1].children.append(node)
            self.stack.append(node)

    def _end(self, _: str) -> None:
        self._depth -= 1
        if self._build:
            self.stack.pop()

    def _text(self, text: str) -> None:
        self.stack[-1].children.append(text)

    def _doctype(self, _name: str, _system: str | None, _public: str | None, inside: int) -> None:
        if inside or not self._build:
            raise self._refused("a document type declaration")

    def _entity(self, *_: object) -> int:
        raise self._refused("an entity")
