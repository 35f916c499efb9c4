"""The ids of a glossary as XML ids, which may not start with a digit, nor hold a colon.

An id that XML takes stands as it is ("lei-jun"). Another one gets a _ in front, which no
glossary's id has, and the characters that XML may not take as _hexadecimal_: "4s" is
"_4s", "a:b" is "_a_3a_b".
"""

import re

from speechsubs.glossary.interchange.fields import usable_id

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9.-]*")
_ESCAPE = re.compile(r"_([0-9a-f]{1,6})_")
_TO_ESCAPE = re.compile(r"[^A-Za-z0-9.-]")


def encode(term_id: str) -> str:
    """An XML id.

    >>> encode("lei-jun"), encode("4s"), encode("a:b")
    ('lei-jun', '_4s', '_a_3a_b')
    """
    if _PLAIN.fullmatch(term_id):
        return term_id
    return "_" + _TO_ESCAPE.sub(lambda match: f"_{ord(match[0]):x}_", term_id)


def decode(xml_id: str) -> str:
    """A glossary's id, or nothing where it cannot be one.

    >>> decode("_4s"), decode("_a_3a_b"), decode("eid-1"), decode("?")
    ('4s', 'a:b', 'eid-1', '')
    """
    text = xml_id.strip()
    if text.startswith("_"):
        text = _ESCAPE.sub(_character, text[1:])
    return text if usable_id(text) else ""


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else match[0]
