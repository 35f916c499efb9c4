"""Sanitize untrusted text for a terminal."""


def visible(text: str) -> str:
    r"""Escape control characters; tabs become spaces.

    A file name, or a line quoted from a file, may contain escape sequences that clear or
    forge the screen's content, and line feeds that forge a second message.

    >>> visible("a\x1b[31mb\nc")
    'a\\x1b[31mb\\nc'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c == "\t" else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    # Spaces of other widths, joiners and direction marks are legitimate text; only control
    # characters affect a terminal. Lone surrogates cannot be printed.
    if character < " " or "\x7f" <= character <= "\x9f" or "\ud800" <= character <= "\udfff":
        return character.encode("unicode_escape").decode("ascii")
    return character
