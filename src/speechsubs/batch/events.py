"""The event stream for other programs: one JSON object per line. See docs/batch.md."""

import errno
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from speechsubs import __version__, project
from speechsubs.batch.model import JobResult
from speechsubs.batch.plan import Estimate, Plan, Unchanged
from speechsubs.errors import OutputError

SCHEMA = "speechsubs-batch-events/1"


def started(plan: Plan, command: str, workers: int) -> dict[str, Any]:
    """The first event: how much there is to do."""
    return {
        "event": "start",
        "schema": SCHEMA,
        "time": _now(),
        "speechsubs": __version__,
        "command": command,
        "jobs": workers,
        "todo": len(plan.todo),
        "unchanged": len(plan.unchanged),
        "refused": len(plan.refused),
    }


def planned(plan: Plan, estimate: Estimate) -> dict[str, Any]:
    """The last event of a dry run."""
    seconds = estimate.seconds
    return {
        "event": "plan",
        "time": _now(),
        "todo": [{"source": str(job.source), "languages": list(job.targets)} for job in plan.todo],
        "estimate_s": None if seconds is None else round(seconds, 1),
    }


def unchanged(item: Unchanged) -> dict[str, Any]:
    """A file that an earlier run completed."""
    return {"event": "file", "time": _now(), **_of_unchanged(item)}


def file(result: JobResult) -> dict[str, Any]:
    """A file that this run completed or failed on."""
    found = [project.finding(item) for item in result.findings]
    return {"event": "file", "time": _now(), **entry(result), "findings": found}


def entry(result: JobResult) -> dict[str, Any]:
    """A file's result without its findings: the same in events and in the summary."""
    data: dict[str, Any] = {
        "source": str(result.source),
        "state": "failed" if result.failed else "done",
        "exit_code": result.exit_code,
    }
    if result.failed:
        return {**data, "reason": result.reason}
    return {
        **data,
        "language": result.language,
        "written": [str(path) for path in result.written],
        "parts": [
            {
                "language": part.language,
                "cues": part.cues,
                "sentences": part.sentences,
                "errors": part.errors,
                "warnings": part.warnings,
                "engine": part.engine,
                "seconds": round(part.seconds, 4),
            }
            for part in result.languages
        ],
    }


def _of_unchanged(item: Unchanged) -> dict[str, Any]:
    code = 3 if item.findings else 0
    return {"source": str(item.job.source), "state": "unchanged", "exit_code": code}


def ended(totals: Mapping[str, Any], why: str, exit_code: int) -> dict[str, Any]:
    """The last event. `why` is empty if every job was done."""
    return {"event": "end", "time": _now(), **totals, "stopped": why, "exit_code": exit_code}


def summary(
    results: Sequence[Mapping[str, Any]],
    unchanged: Sequence[Unchanged],
    totals: Mapping[str, Any],
    why: str,
    exit_code: int,
) -> dict[str, Any]:
    """The whole run as one object, for --json and --report."""
    return {
        "schema": SCHEMA,
        "speechsubs": __version__,
        **totals,
        "stopped": why,
        "exit_code": exit_code,
        "files": [*results, *(_of_unchanged(item) for item in unchanged)],
    }


class Lines:
    """A file or stream written line by line, so that readers can follow it.

    Raises `OutputError` with the path if it cannot be written.
    """

    def __init__(self, stream: IO[str], path: Path) -> None:
        self._stream, self._path = stream, path

    @classmethod
    def appending(cls, path: Path) -> "Lines":
        """Open a file for appending; it and its folders are created if missing."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            stream = open(  # noqa: SIM115 - `Path.open` takes no opener; see `close`
                path, "a", encoding="utf-8", errors="backslashreplace", opener=_open_at_once
            )
            return cls(stream, path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            if getattr(error, "errno", None) == errno.ENXIO:
                reason = "no program is reading from this pipe"
            raise OutputError(path, f"cannot be written ({reason})") from error

    def event(self, data: Mapping[str, Any]) -> None:
        """Write an object as one line of ASCII JSON."""
        self.line(json.dumps(data, ensure_ascii=True, separators=(",", ":")))

    def line(self, text: str) -> None:
        """Write one line and flush it."""
        try:
            self._stream.write(text + "\n")
            self._stream.flush()
        except BrokenPipeError:
            raise  # the reader has gone: the run is interrupted
        except OSError as error:
            raise OutputError(
                self._path, f"cannot be written ({error.strerror or error})"
            ) from error

    def close(self) -> None:
        """Close the file."""
        with suppress(BrokenPipeError):  # what its reader has not read is lost anyway
            self._stream.close()


def _open_at_once(path: str, flags: int) -> int:
    """Open a file; a named pipe that nobody reads from is an error, not endless waiting."""
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)
    os.set_blocking(handle, True)
    return handle


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
