"""Foreign text made harmless for a terminal."""


def visible(text: str) -> str:
    r"""Control characters as escapes; tabs become blanks.

    A file's name, or a line quoted from it, may hold escape sequences that clear the
    screen or forge what stands there, and line feeds that forge a second message.

    >>> visible("a\x1b[31mb\nc")
    'a\\x1b[31mb\\nc'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c == "\t" else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    # Blanks of other widths, joiners and marks of direction belong to texts; what a
    # terminal obeys are the control characters. Half a surrogate pair cannot be printed.
    if character < " " or "\x7f" <= character <= "\x9f" or "\ud800" <= character <= "\udfff":
        return character.encode("unicode_escape").decode("ascii")
    return character
