"""Files that a command was given, or standard input, read one after the other."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from speechsubs import formats
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.model import Track, Transcript

#: How standard input is called, on the command line and in messages.
STDIN = "-"


def read(path: Path) -> Transcript | Track:
    """Read a file, or standard input for `-`. Raises `InputError`."""
    if str(path) != STDIN:
        return formats.read(path)
    return formats.read_bytes(stdin(), STDIN)


def stdin() -> bytes:
    """All of standard input. Raises `InputError`."""
    # Python sets it to None where the caller closed it (`<&-`).
    if sys.stdin is None:
        raise InputError(STDIN, "standard input is closed", "Name a file, or pipe text in")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        problem = f"standard input cannot be read ({error.strerror})"
        raise InputError(STDIN, problem, "Name a file, or pipe text in") from error


def track(path: Path) -> Track:
    """Read subtitles. Raises `InputError`, also for a transcript without cues."""
    item = read(path)
    if not isinstance(item, Track):
        advice = "Use `speechsubs subtitle` to make some"
        raise InputError(str(path), "these are no subtitles: it has no cues", advice)
    return item


def readable(
    paths: Mapping[Path, Path],
) -> tuple[list[tuple[Path, Transcript]], list[SpeechsubsError]]:
    """The transcripts that could be read, and why the others could not.

    `paths` maps each source to the path that its outputs are named after; subtitles
    become the transcript of what they say.
    """
    found: list[tuple[Path, Transcript]] = []
    failures: list[SpeechsubsError] = []
    for path, named in paths.items():
        try:
            item = read(path)
            found.append((named, formats.from_track(item) if isinstance(item, Track) else item))
        except SpeechsubsError as error:
            failures.append(error)
    return found, failures


def files(paths: Iterable[Path]) -> list[Path]:
    """The paths without standard input."""
    return [path for path in paths if str(path) != STDIN]
