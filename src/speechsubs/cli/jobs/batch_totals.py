"""What a batch adds up to: counts, never the records themselves."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from speechsubs.batch import Record
from speechsubs.cli import shown
from speechsubs.model import Severity

#: Different reasons that are kept; a run with more of them only counts the rest.
_MOST_REASONS = 1_000


@dataclass(slots=True)
class Language:
    """What one language of all files adds up to."""

    files: int = 0
    cues: int = 0
    errors: int = 0
    warnings: int = 0


@dataclass(slots=True)
class Kind:
    """Findings of one kind: how many, in how many files, where the first one is."""

    severity: Severity
    first: str
    count: int = 0
    files: int = 0


@dataclass(slots=True)
class Totals:
    """Counts of everything, and the reasons of failures."""

    done: int = 0
    unchanged: int = 0
    failed: int = 0
    old_findings: int = 0
    sentences: int = 0
    of_plan: int = 0
    languages: dict[str, Language] = field(default_factory=dict)
    engines: dict[str, str] = field(default_factory=dict)
    kinds: dict[tuple[str, str], Kind] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    _reasons: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """Count a record."""
        self.of_plan += 1
        if record.failed:
            self.failed += 1
            why = cause(record)
            if why in self._reasons or len(self._reasons) < _MOST_REASONS:
                count, first = self._reasons.get(why, (0, told(record)))
                self._reasons[why] = (count + 1, first)
            return
        self.done += 1
        for part in record.parts:
            language = self.languages.setdefault(part.language, Language())
            language.files += 1
            language.cues += part.cues
            language.errors += part.errors
            language.warnings += part.warnings
            self.sentences += part.sentences
            if part.engine:
                self.engines[part.engine] = part.quality
        seen: Counter[tuple[str, str]] = Counter()
        for item in record.findings:
            key = (item.locale, item.code)
            kind = self.kinds.setdefault(key, Kind(item.severity, shown.place(item)))
            kind.count += 1
            seen[key] += 1
        for key in seen:
            self.kinds[key].files += 1

    @property
    def failures(self) -> list[tuple[str, int]]:
        """Every reason, as it was said of the first file that has it, and how many have it."""
        return [(first, count) for count, first in self._reasons.values()]

    @property
    def exit_code(self) -> int:
        """0 clean, 1 where a file failed, 3 where outputs have findings."""
        if self.failed:
            return 1
        now = any(one.errors + one.warnings for one in self.languages.values())
        return 3 if now or self.old_findings else 0

    @property
    def seconds(self) -> float:
        """How long the batch has been running."""
        return time.monotonic() - self.began

    def plain(self) -> dict[str, Any]:
        """The counts, for programs."""
        return {
            "done": self.done,
            "unchanged": self.unchanged,
            "failed": self.failed,
            "sentences": self.sentences,
            "seconds": round(self.seconds, 3),
        }

    def sentence(self) -> str:
        """The counts in words."""
        parts = [f"{files(self.done)} done"]
        if self.unchanged:
            parts.append(f"{self.unchanged} unchanged")
        if self.failed:
            parts.append(f"{self.failed} failed")
        text = f"{', '.join(parts)} in {span(self.seconds)}"
        if self.sentences:
            text += f", {self.sentences / max(self.seconds, 0.001):.0f} sentences/s"
        return text


def told(record: Record) -> str:
    """Why a file failed, with its name: what an engine says does not hold it."""
    name = str(record.source)
    return record.reason if name in record.reason else f"{name}: {record.reason}"


def cause(record: Record) -> str:
    """Why a file failed, without its name: one cause of a thousand failures is one line."""
    return record.reason.replace(str(record.source), "", 1)


def files(number: int) -> str:
    """How many files, in words.

    >>> files(1), files(1200)
    ('1 file', '1,200 files')
    """
    return f"{number:,} file{'s' if number != 1 else ''}"


def span(seconds: float) -> str:
    """A length of time as a person says it.

    >>> span(4.26), span(75), span(4_000), span(100_000)
    ('4.3 s', '1 min 15 s', '1 h 6 min', '1 d 3 h')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86_400:
        return f"{whole // 3_600} h {whole % 3_600 // 60} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3_600} h"
