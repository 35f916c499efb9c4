"""Read and write decisions.yml: strict when reading, quoted when writing.

A decision refers to a text that a reviewer has read, so nothing in the file is guessed:
an unknown key, a text that YAML reads as a number or a malformed hash is an error with
its line.
"""

import json
import re
from pathlib import Path
from typing import Any

from speechsubs.adapters import strict_yaml
from speechsubs.adapters.files import read_bytes, write_atomic
from speechsubs.errors import InputError, YamlError
from speechsubs.review.model import Decision, Decisions, Verdict

SCHEMA = "speechsubs-decisions/1"
#: More than the segments of a ten-hour project in forty languages.
MAX_DECISIONS = 500_000
#: Characters in a text; a sentence that takes a minute has a thousand.
MAX_TEXT = 20_000
#: Cues per segment, and lines per cue.
MAX_PARTS = 200

_TOP = ("schema", "project", "old", "new", "decisions")
_ITEM = (
    "item", "verdict", "source_hash", "text_hash", "text", "lines", "author", "date", "reason",
    "demands",
)  # fmt: skip
_HASH = re.compile(r"[0-9a-f]{16}")
_DIGEST = re.compile(r"(?:[0-9a-f]{64})?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?")
# Never part of a subtitle text; line feeds are checked by the caller.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def load(path: Path) -> Decisions:
    """Load decisions from a file.

    Raises `YamlError` with the line of the first problem, `InputError` if the file cannot
    be read.
    """
    data = read_bytes(path, max_bytes=strict_yaml.MAX_BYTES)
    try:
        return parse(data.decode("utf-8-sig"), path)
    except UnicodeDecodeError as error:
        raise InputError(str(path), "not UTF-8 text") from error


def parse(text: str, path: Path) -> Decisions:
    """Parse decisions from text (YAML or JSON); `path` is only used in errors."""
    return _Reader(path).decisions(strict_yaml.parse(text, path))


def render(decisions: Decisions) -> str:
    """Render decisions as YAML, every text double-quoted so that it stays a text."""
    lines = [
        "# Decisions of a review. Each applies to the texts that its hashes identify.",
        f"schema: {_quote(SCHEMA)}",
        f"project: {_quote(decisions.project)}",
        f"old: {_quote(decisions.old)}",
        f"new: {_quote(decisions.new)}",
        "decisions:" if decisions.decisions else "decisions: []",
    ]
    for decision in decisions.decisions:
        lines.append(f"  - item: {_quote(decision.item)}")
        lines.append(f"    verdict: {decision.verdict.value}")
        for name in ("source_hash", "text_hash", "text"):
            if value := getattr(decision, name):
                lines.append(f"    {name}: {_quote(value)}")
        if decision.lines:
            lines.append("    lines:")
            lines += [f"      - [{', '.join(map(_quote, cue))}]" for cue in decision.lines]
        for name in ("author", "date", "reason"):
            if value := getattr(decision, name):
                lines.append(f"    {name}: {_quote(value)}")
        if decision.demands:
            rendered = (f"{_quote(term)}: {_quote(value)}" for term, value in decision.demands)
            lines.append(f"    demands: {{{', '.join(rendered)}}}")
    return "\n".join(lines) + "\n"


def save(decisions: Decisions, path: Path) -> None:
    """Write decisions atomically. Raises `OutputError`."""
    write_atomic(path, render(decisions).encode("utf-8"))


def _quote(value: str) -> str:
    made = json.dumps(value, ensure_ascii=False)
    # Line ends of YAML 1.1, direction marks and lone surrogates are escaped.
    return "".join(c if c.isprintable() else _escape(c) for c in made)


def _escape(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


class _Reader:
    """Converts parsed YAML into decisions; errors carry the line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def decisions(self, top: strict_yaml.Map) -> Decisions:
        self._keys(top, _TOP)
        if top.get("schema") != SCHEMA:
            raise self._error(top, "schema", f"schema: expected {SCHEMA!r}")
        rows = top.get("decisions")
        if not isinstance(rows, strict_yaml.Seq):
            raise self._error(top, "decisions", "`decisions` must be a list")
        if len(rows) > MAX_DECISIONS:
            raise self._error(top, "decisions", f"more than {MAX_DECISIONS:,} decisions")
        found: dict[str, Decision] = {}
        for at, row in enumerate(rows):
            decision = self._decision(rows, at, row)
            if decision.item in found:
                raise self._error(rows, at, f"duplicate decision for item {decision.item!r}")
            found[decision.item] = decision
        old, new = self._text(top, "old"), self._text(top, "new")
        for name, value in (("old", old), ("new", new)):
            if not _DIGEST.fullmatch(value):
                raise self._error(top, name, f"{name}: expected 64 hexadecimal digits")
        return Decisions(self._text(top, "project"), old, new, tuple(found.values()))

    def _decision(self, rows: strict_yaml.Seq, at: int, row: Any) -> Decision:
        if not isinstance(row, strict_yaml.Map):
            raise self._error(rows, at, "a decision must be a mapping of `name: value`")
        self._keys(row, _ITEM)
        for name in ("item", "verdict", "source_hash", "text_hash"):
            if name not in row:
                raise self._error(rows, at, f"a decision requires `{name}`")
        for name in ("item", "source_hash", "text_hash"):
            if not _HASH.fullmatch(self._text(row, name)):
                raise self._error(row, name, f"{name}: expected 16 hexadecimal digits")
        verdict = self._text(row, "verdict")
        if verdict not in list(Verdict):
            known = ", ".join(v.value for v in Verdict)
            raise self._error(row, "verdict", f"unknown verdict {verdict!r} (one of: {known})")
        date = self._text(row, "date")
        if date and not _DATE.fullmatch(date):
            raise self._error(row, "date", "date: expected ISO 8601, such as 2026-10-01T12:30:00Z")
        said = self._text(row, "text")
        if verdict == Verdict.EDIT and not said.strip():
            raise self._error(rows, at, "verdict edit requires `text`")
        return Decision(
            self._text(row, "item"),
            Verdict(verdict),
            self._text(row, "source_hash"),
            self._text(row, "text_hash"),
            said,
            self._lines(row),
            self._text(row, "author"),
            date,
            self._text(row, "reason", feeds=True),
            self._demands(row),
        )

    def _demands(self, row: strict_yaml.Map) -> tuple[tuple[str, str], ...]:
        found = row.get("demands", {})
        if not isinstance(found, dict) or len(found) > MAX_PARTS:
            raise self._error(row, "demands", "`demands` must map term ids to hashes")
        for term, value in found.items():
            if (
                not isinstance(term, str)
                or not isinstance(value, str)
                or not _HASH.fullmatch(value)
            ):
                problem = "demands: each must be a term id and 16 hexadecimal digits, quoted"
                raise self._error(row, "demands", problem)
            self._check(row, "demands", term)
        return tuple((str(term), str(value)) for term, value in found.items())

    def _lines(self, row: strict_yaml.Map) -> tuple[tuple[str, ...], ...]:
        cues = row.get("lines", ())
        if cues and "text" not in row:
            raise self._error(row, "lines", "`lines` requires `text`")
        if not isinstance(cues, list | tuple) or len(cues) > MAX_PARTS:
            raise self._error(row, "lines", "`lines` must be a list of the lines of each cue")
        found = []
        for cue in cues:
            good = isinstance(cue, list) and 0 < len(cue) <= MAX_PARTS
            if not good or not all(isinstance(line, str) for line in cue):
                problem = 'lines: each cue must be a list of quoted strings, ["one", "two"]'
                raise self._error(row, "lines", problem)
            for line in cue:
                self._check(row, "lines", line)
            if not all(line.strip() for line in cue):
                raise self._error(row, "lines", "lines: empty line")
            found.append(tuple(cue))
        return tuple(found)

    def _text(self, row: strict_yaml.Map, name: str, *, feeds: bool = False) -> str:
        value = row.get(name, "")
        if not isinstance(value, str):
            raise self._error(row, name, f"{name}: not a string in YAML: quote it")
        self._check(row, name, value.replace("\n", " ") if feeds else value)
        return value

    def _check(self, row: strict_yaml.Map, name: str, value: str) -> None:
        if len(value) > MAX_TEXT:
            raise self._error(row, name, f"{name} has more than {MAX_TEXT:,} characters")
        control = _CONTROL.search(value)
        if control or "\n" in value:
            code = ord(control[0] if control else "\n")
            raise self._error(row, name, f"{name} contains the control character U+{code:04X}")

    def _keys(self, row: strict_yaml.Map, known: tuple[str, ...]) -> None:
        for key in row:
            if key not in known:
                problem = f"unknown key {str(key)[:60]!r} (known: {', '.join(known)})"
                raise self._error(row, key, problem)

    def _error(self, node: Any, key: object, problem: str) -> YamlError:
        inside = key in node if isinstance(node, dict) else True
        line = strict_yaml.line_of(node, key) if inside else node.line
        column = strict_yaml.column_of(node, key) if inside else node.column
        return YamlError(self._path, line, column, problem)
