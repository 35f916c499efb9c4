"""How many cores an engine may use."""

import os
from typing import Final

from speechsubs.errors import EngineError

#: The variable that says how many cores engines use, for machines shared with others.
VARIABLE: Final = "SPEECHSUBS_THREADS"
#: More than any machine that one process is given.
_MOST: Final = 1_024


def count(wanted: int | None = None) -> int:
    """Cores for an engine: `wanted`, else `SPEECHSUBS_THREADS`, else all this process may use.

    Raises `EngineError` for a variable that is no number from 1 to 1024.
    """
    if wanted is not None:
        return max(1, min(wanted, _MOST))
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return min(_own(), _MOST)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= _MOST):
        raise EngineError(
            f"{VARIABLE} is {text!r:.40}, which is no number of cores",
            f"Set it to a number from 1 to {_MOST}, or unset it",
        )
    return int(text)


def _own() -> int:
    # What this process may use, which in a container is less than the machine has.
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
