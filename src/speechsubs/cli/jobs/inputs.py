"""Read the input files of a command, or standard input, one after the other."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from speechsubs import formats
from speechsubs.cli.jobs.failures import Failures
from speechsubs.errors import InputError
from speechsubs.model import Track, Transcript
from speechsubs.options import Options

#: The name of standard input, on the command line and in messages.
STDIN = "-"


def read(path: Path, options: Options | None = None) -> Transcript | Track:
    """Read a file, or standard input for `-`, with the frame rate and encoding of `options`.

    Raises `InputError`.
    """
    chosen = options or Options()
    if str(path) != STDIN:
        return formats.read(path, fps=chosen.fps, encoding=chosen.encoding)
    return formats.read_bytes(stdin(), STDIN, fps=chosen.fps, encoding=chosen.encoding)


def stdin() -> bytes:
    """Read all of standard input. Raises `InputError`."""
    # Python sets it to None if the caller closed it (`<&-`).
    if sys.stdin is None:
        raise InputError(STDIN, "standard input is closed", "Specify a file, or pipe text in")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        problem = f"standard input cannot be read ({error.strerror})"
        raise InputError(STDIN, problem, "Specify a file, or pipe text in") from error


def track(path: Path, options: Options | None = None) -> Track:
    """Read subtitles. Raises `InputError`, also for a transcript without cues."""
    item = read(path, options)
    if not isinstance(item, Track):
        advice = "Use `speechsubs subtitle` to create subtitles"
        raise InputError(str(path), "not a subtitle file: it contains no cues", advice)
    return item


def readable(
    paths: Mapping[Path, Path], failures: Failures, options: Options
) -> list[tuple[Path, Transcript]]:
    """The transcripts that can be read; the others are reported as failures.

    `paths` maps each source to the path after which its outputs are named; subtitles are
    turned into transcripts of their text.
    """
    found: list[tuple[Path, Transcript]] = []
    for path, named in paths.items():
        with failures.of(path):
            item = read(path, options)
            found.append((named, formats.from_track(item) if isinstance(item, Track) else item))
    return found


def files(paths: Iterable[Path]) -> list[Path]:
    """The paths without standard input."""
    return [path for path in paths if str(path) != STDIN]
