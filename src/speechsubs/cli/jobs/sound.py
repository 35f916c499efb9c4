"""Recordings and aligners for the commands that take `--audio`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from speechsubs import audio, formats, pipeline
from speechsubs.aligners import registry
from speechsubs.audio import Recording
from speechsubs.cli.jobs import inputs
from speechsubs.errors import InputError
from speechsubs.locales import Locale
from speechsubs.model import Track, Transcript
from speechsubs.protocols import Aligner


def refuse(sources: Sequence[Path], given: Mapping[str, Any]) -> None:
    """Raise a usage error for options about sound that do not go together."""
    if len(set(sources)) > 1 and (given["audio"] or given["text"]):
        option = "--audio" if given["audio"] else "--text"
        raise click.UsageError(f"{option} goes with one source")
    if not given["audio"]:
        if given["aligner"] in ("speech", "pauses"):
            raise click.UsageError(f"--aligner {given['aligner']} needs --audio")
        if given["lexicon"]:
            raise click.UsageError("--lexicon needs --audio")


def named(given: Mapping[str, Any]) -> list[Path]:
    """The files about sound that were named: no output may replace them."""
    return [given[name] for name in ("audio", "text", "lexicon") if given.get(name)]


def opened(path: Path | None, screen: Console, quiet: bool) -> Recording | None:
    """The recording, decoded, with a bar for long ones. Raises `InputError`."""
    if path is None:
        return None
    if str(path) == inputs.STDIN:
        raise InputError("-", "a recording cannot come from standard input", "Name a file")
    with Progress(console=screen, disable=quiet or not screen.is_terminal, transient=True) as bar:
        task = bar.add_task("decoding", total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        return audio.load(path, progress=advance)


def aligner(
    recording: Recording | None, locale: Locale, given: Mapping[str, Any]
) -> Aligner | None:
    """What gives words their times; None leaves it to the pipeline's estimate."""
    if recording is None:
        return None
    return registry.load(given["aligner"], recording, locale, lexicon=given["lexicon"])


def corrected(timed: Transcript, path: Path) -> Transcript:
    """The text in `path` with the times of a transcript. Raises `InputError`."""
    item = inputs.read(path)
    text = formats.from_track(item) if isinstance(item, Track) else item
    return pipeline.retimed(text, timed)
