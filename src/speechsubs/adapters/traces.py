"""Describe an unforeseen error for a report that a person may publish.

Such a report must not quote what was being processed: speeches can be confidential. A
traceback names only our own code, but the message of an exception may quote its input
(`invalid literal for int(): 'the text'`). It is kept only for types whose messages are
about the code.
"""

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_ABOUT_CODE: Final = (
    TypeError,
    AttributeError,
    NameError,
    ImportError,
    IndexError,
    NotImplementedError,
    RecursionError,
    ZeroDivisionError,
)
#: A recursion leaves a thousand frames, of which the first and last tell enough.
_MOST_FRAMES: Final = 100


def name(error: BaseException) -> str:
    """The type and the beginning of the message of an error, for the user.

    >>> name(KeyError("cues")), name(AssertionError())
    ("KeyError: 'cues'", 'AssertionError')
    """
    return f"{type(error).__name__}: {error!s:.200}".rstrip(": ")


def describe(error: BaseException) -> str:
    """The traceback of an error and of those that led to it, first cause first."""
    return "\n\n".join(_one(each) for each in reversed([*_chain(error)])) + "\n"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    now: BaseException | None = error
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        yield now
        hidden = now.__suppress_context__
        now = now.__cause__ or (None if hidden else now.__context__)


def _one(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    half = _MOST_FRAMES // 2
    shown = frames if len(frames) <= _MOST_FRAMES else [*frames[:half], *frames[-half:]]
    lines = [
        f"{_short(frame.filename)}:{frame.lineno} in {frame.name}\n    {frame.line or ''}".rstrip()
        for frame in shown
    ]
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    message = f": {error}" if type(error) in _ABOUT_CODE else " (its message may quote a file)"
    return "\n".join([*lines, kind + message])


def _short(filename: str) -> str:
    """A path from the name of its package on: what is above names folders of the user."""
    parts = Path(filename).parts
    for mark in ("site-packages", "speechsubs"):
        if mark in parts[:-1]:
            last = len(parts) - 2 - parts[:-1][::-1].index(mark)
            return "/".join(parts[last + (mark == "site-packages") :])
    return parts[-1] if parts else filename
