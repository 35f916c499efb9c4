"""Unforeseen errors: one line on the terminal, and a report to attach to an issue."""

import os
import platform
import secrets
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from speechsubs import __version__
from speechsubs.adapters import traces
from speechsubs.adapters.files import write_atomic
from speechsubs.errors import SpeechsubsError

_HEAD: Final = (
    "An internal error of speechsubs: please attach this file to an issue.\n"
    "It quotes no text that was processed, but the command below names your files.\n"
)
#: The packages whose versions explain most faults.
_PACKAGES: Final = (
    "argostranslate", "av", "babel", "click", "ctranslate2", "distributed", "numpy",
    "pocketsphinx", "rich", "sentencepiece",
)  # fmt: skip


def message(error: Exception, where: str = "") -> str:
    """Write a report on an error and return the line that names it.

    `where` is the file that was being processed, if one is known.
    """
    return Reports().of(error, where)


class Reports:
    """The reports of a run. Files that fail alike share one."""

    def __init__(self) -> None:
        self._written: dict[str, Path | None] = {}
        self.errors = 0

    def of(self, error: Exception, where: str) -> str:
        """Write a report on an error, unless there is one like it; the line for the user."""
        return self.message(where, traces.name(error), traces.describe(error))

    def message(self, where: str, problem: str, trace: str) -> str:
        """As `of`, for an error of another process."""
        self.errors += 1
        if trace not in self._written:
            self._written[trace] = write_report(trace)
        report = self._written[trace]
        place = f" in {where}" if where else ""
        if report is None:
            return f"internal error{place}: {problem}; no report could be written"
        return (
            f"internal error{place}: {problem}; report written to {report}, "
            "please attach it to an issue"
        )

    def summary(self) -> str:
        """How many internal errors there were; empty for none."""
        if not self.errors:
            return ""
        errors = "1 internal error" if self.errors == 1 else f"{self.errors:,} internal errors"
        return f"{errors}: a fault of speechsubs, not of your files."


def write_report(trace: str) -> Path | None:
    """Write a report into the user's folder or the temporary one; None if neither works."""
    data = "\n".join([_HEAD, *_surroundings(), "", trace])
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    name = f"internal-error-{stamp}-{secrets.token_hex(3)}.txt"
    for folder in _folders():
        with suppress(SpeechsubsError):
            write_atomic(folder / name, data.encode("utf-8", "backslashreplace"))
            return folder / name
    return None


def _folders() -> Iterator[Path]:
    base = os.environ.get("XDG_STATE_HOME", "")
    with suppress(RuntimeError):  # there is no home
        yield (Path(base) if base else Path.home() / ".local" / "state") / "speechsubs"
    with suppress(OSError):  # there is no temporary folder
        yield Path(tempfile.gettempdir())


def _surroundings() -> Iterator[str]:
    # Slow to import, and needed for nothing but this.
    from importlib.metadata import PackageNotFoundError, version

    yield f"command: {shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])}"
    yield f"speechsubs {__version__}, Python {platform.python_version()}, {platform.platform()}"
    found = []
    for name in _PACKAGES:
        with suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    yield f"packages: {', '.join(found)}"
    yield f"encodings: files {sys.getfilesystemencoding()}, output {getattr(sys.stdout, 'encoding', None)}"
