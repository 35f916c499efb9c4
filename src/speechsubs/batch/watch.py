"""Watching folders: a file still being copied is left alone until it stops changing."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from speechsubs.batch.model import Job

#: Seconds without a change of size or date after which a file is processed.
STILL_S = 2.0
#: Seconds between two scans of the folder.
EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class _Look:
    """Size and date of a file, and when they were first observed (monotonic seconds)."""

    size: int
    mtime_ns: int
    since: float


class Watch:
    """Finds files that are new or changed and then unchanged for `STILL_S` seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._looks: dict[Path, _Look] = {}
        self._taken: dict[Path, tuple[int, int]] = {}

    def settled(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs to run now, each once per version of its file."""
        now = self._now()
        found = []
        looks = {}
        for job in jobs:
            try:
                stat = job.source.stat()
            except OSError:
                continue  # gone again
            before = self._looks.get(job.source)
            same = before is not None and (before.size, before.mtime_ns) == (
                stat.st_size,
                stat.st_mtime_ns,
            )
            look = before if same and before else _Look(stat.st_size, stat.st_mtime_ns, now)
            looks[job.source] = look
            version = (look.size, look.mtime_ns)
            still = now - look.since >= STILL_S
            # An empty file is one whose copying has only just begun.
            if still and look.size and self._taken.get(job.source) != version:
                self._taken[job.source] = version
                found.append(job)
        self._looks = looks
        return found
