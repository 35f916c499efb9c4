"""A folder that commands run in, and the text of all that they said and wrote there."""

import difflib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from .hooks import main, rows, using

ROOT = Path(__file__).parents[2]
#: A line that begins so begins a section.
HEAD = "=== "

_VOLATILE = [
    # Times of day, in the notations of JSON, TMX, locks and manifests.
    (re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)"), "<time>"),
    (re.compile(r"\b20\d{6}T\d{6}Z"), "<time>"),
    (re.compile(r"\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?"), "<time>"),
    (re.compile(r'("date": ?)"20\d\d-\d\d-\d\d"'), r'\1"<day>"'),
    # How long something took.
    (re.compile(r'("(?:seconds|wall_s|busy_s)": ?)[0-9.e+-]+'), r"\1<n>"),
    (re.compile(r"\bin [0-9.:]+ s, [0-9.,]+ sentences/s"), "in <n> s, <n> sentences/s"),
    (re.compile(r"\bin [0-9.:]+ (?:s|ms|min)\b"), "in <n> s"),
    # How large a database is.
    (re.compile(r'("bytes": )\d+'), r"\1<n>"),
    (re.compile(r"(\d cached, )[0-9,]+ bytes"), r"\1<n> bytes"),
    # Versions.
    (re.compile(r'("(?:speechsubs|python)": ?)"[0-9][0-9a-z.+-]*"'), r'\1"<version>"'),
    (re.compile(r'(tool-?version=)"[0-9][^"]*"'), r'\1"<version>"'),
    (re.compile(r"(speechsubs[ ,/]+(?:version )?)[0-9]+\.[0-9]+[0-9a-z.+-]*"), r"\1<version>"),
]


def steady(text: str, here: Path) -> str:
    """The text without what differs from run to run and from machine to machine."""
    for path, name in ((os.path.realpath(here), "<here>"), (str(here), "<here>"),
                       (str(ROOT), "<root>")):  # fmt: skip
        text = text.replace(path, name)
    home = os.environ.get("HOME")
    if home and Path(home).name == "home":
        text = text.replace(str(Path(home).parent), "<base>")
    for pattern, new in _VOLATILE:
        text = pattern.sub(new, text)
    return text


class Box:
    """Runs commands in an empty folder; `text` is everything that came of them."""

    def __init__(self, here: Path) -> None:
        self.here = here
        self._parts: list[str] = []
        self._seen: dict[str, bytes] = {}

    def put(self, name: str, text: str | bytes) -> str:
        """Write an input, which is not shown."""
        path = self.here / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        self._seen = self._files()
        return name

    def copy(self, place: str, name: str = "") -> str:
        """Copy an input from the repository."""
        return self.put(name or Path(place).name, (ROOT / place).read_bytes())

    def run(
        self, *arguments: object, engine: str = "echo", stdin: str | bytes | None = None
    ) -> str:
        """Run a command; keep what it said, how it ended, and the files that it changed.

        Gives standard output as it was.
        """
        words = [str(argument) for argument in arguments]
        with using(engine):
            result = CliRunner().invoke(main, words, input=stdin, prog_name="speechsubs")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise AssertionError(f"{words} ended in a traceback") from result.exception
        title = " ".join(words) + (f" ({engine})" if engine != "echo" else "")
        self.add(f"$ {title} -> {result.exit_code}", "")
        self.add("stdout", result.stdout)
        self.add("stderr", result.stderr)
        before, self._seen = self._seen, self._files()
        for name in sorted(before.keys() | self._seen.keys()):
            if name not in self._seen:
                self.add(f"{name} (gone)", "")
            elif before.get(name) != self._seen[name]:
                self.add(name, self._shown(name, self._seen[name]))
        return result.stdout

    def add(self, title: str, text: str) -> None:
        """Add a section; an empty one only if it is a command."""
        if text or title.startswith("$ ") or title.endswith(" (gone)"):
            text = steady(text, self.here)
            end = "" if text.endswith("\n") or not text else "\n<no line end>\n"
            self._parts.append(f"{HEAD}{steady(title, self.here)}\n{text}{end}")

    @property
    def text(self) -> str:
        """All sections. Carriage returns and byte order marks are written out."""
        return "".join(self._parts).replace("\r", "<CR>").replace("\ufeff", "<BOM>")

    def _files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.here).as_posix(): path.read_bytes()
            for path in sorted(self.here.rglob("*"))
            if path.is_file() and path.suffix not in (".lock", ".db", ".db-wal", ".db-shm")
        }

    def _shown(self, name: str, data: bytes) -> str:
        if name.endswith(".xlsx"):
            cells: Any = rows(self.here / name)
            return json.dumps(cells, ensure_ascii=False, indent=1, default=str) + "\n"
        return data.decode("utf-8")


@contextmanager
def box() -> Iterator[Box]:
    """A box in a folder of its own, which is the current one meanwhile."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield Box(Path(folder))
        finally:
            os.chdir(before)


def sections(text: str) -> list[tuple[str, str]]:
    """Title and body of every section. The title begins with the number of its command.

    >>> sections("=== $ a -> 0\\n=== stdout\\n1\\n=== $ b -> 1\\n")
    [('1 $ a -> 0', ''), ('1 stdout', '1\\n'), ('2 $ b -> 1', '')]
    """
    found = []
    number = 0
    for part in ("\n" + text).split("\n" + HEAD)[1:]:
        title, _, body = part.partition("\n")
        number += title.startswith("$ ")
        found.append(
            (f"{number} {title}", body if body.endswith("\n") or not body else body + "\n")
        )
    return found


def difference(expected: str, made: str, most: int = 80) -> str:
    """A diff of the first section that differs, with the titles of the others."""
    old, new = sections(expected), sections(made)
    titles = [title for title, _ in old]
    other = [title for title, _ in new]
    if titles != other:
        lines = list(difflib.unified_diff(titles, other, "kept", "made", n=1, lineterm=""))
        head = "Other commands, exit codes or files:\n" + "\n".join(lines[:most]) + "\n"
    else:
        head = ""
    made_of = dict(new)
    differ = [title for title, body in old if made_of.get(title, body) != body]
    if not differ:
        return head
    first = differ[0]
    command = next((t for t in reversed(titles[: titles.index(first) + 1]) if " $ " in t), "?")
    lines = list(
        difflib.unified_diff(
            dict(old)[first].splitlines(), made_of[first].splitlines(),
            f"kept: {first}", f"made: {first}", lineterm="",
        )
    )  # fmt: skip
    rest = f"\n... {len(lines) - most} lines more" if len(lines) > most else ""
    also = "".join(f"\n  {title}" for title in differ[1:11])
    more = f"\nDiffer as well ({len(differ) - 1}):{also}" if also else ""
    return f"{head}After {command}\n" + "\n".join(lines[:most]) + rest + more
