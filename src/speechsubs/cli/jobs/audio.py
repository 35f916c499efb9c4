"""Recordings and aligners for the commands that take `--audio`."""

from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import Progress, TaskID

from speechsubs import audio, formats, pipeline
from speechsubs.alignment import registry, vad
from speechsubs.audio import Recording
from speechsubs.cli.arguments import CommandLine
from speechsubs.cli.jobs import inputs
from speechsubs.errors import InputError
from speechsubs.language.locales import Locale
from speechsubs.model import Track, Transcript
from speechsubs.options import Options
from speechsubs.protocols import Aligner

#: The steps of an aligner, with their share of its time (measured, in percent).
_STEPS: Final = {"voice": 5, "listen": 35, "decide": 20, "align": 40}


def refuse(line: CommandLine) -> None:
    """Raise a usage error for conflicting audio options."""
    if len(set(line.sources)) > 1 and (line.audio or line.text):
        option = "--audio" if line.audio else "--text"
        raise click.UsageError(f"{option} requires a single source")
    if not line.audio:
        if line.options.aligner in ("speech", "pauses"):
            raise click.UsageError(f"--aligner {line.options.aligner} requires --audio")
        if line.options.lexicon:
            raise click.UsageError("--lexicon requires --audio")


def named(line: CommandLine) -> list[Path]:
    """The audio-related input files: no output may replace them."""
    found = [path for path in (line.audio, line.text) if path]
    return [*found, *lexicon(line.options)]


def lexicon(options: Options) -> list[Path]:
    """The lexicon, if there is one."""
    return [Path(options.lexicon)] if options.lexicon else []


def opened(path: Path | None, screen: Console, quiet: bool) -> Recording | None:
    """Decode the recording, showing a progress bar. Raises `InputError`."""
    if path is None:
        return None
    if str(path) == inputs.STDIN:
        raise InputError("-", "recordings cannot be read from standard input", "Specify a file")
    with bar(screen, quiet) as shown:
        task = shown.add_task("decoding", total=None)

        def advance(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total or None)

        return audio.load(path, progress=advance)


def bar(screen: Console, quiet: bool) -> Progress:
    """A transient progress bar, hidden if the output is not a terminal."""
    return Progress(console=screen, disable=quiet or not screen.is_terminal, transient=True)


def aligner(
    recording: Recording | None,
    locale: Locale,
    options: Options,
    on: Progress | None = None,
    curve: vad.SpeechCurve | None = None,
) -> Aligner | None:
    """The aligner that times the words; None leaves that to the pipeline's estimate.

    Its progress is shown `on` a bar. `curve` is the recording's VAD curve, to be reused.
    """
    if recording is None:
        return None
    return registry.load(
        options.aligner,
        recording,
        locale,
        lexicon=Path(options.lexicon) if options.lexicon else None,
        curve=curve,
        progress=_Share(on) if on is not None else None,
    )


class _Share:
    """Shows the steps of an aligner as one task of a progress bar."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._task: TaskID | None = None

    def __call__(self, name: str, done: int, total: int) -> None:
        """Report that `done` of `total` parts of a step are done."""
        if self._task is None:
            self._task = self._shown.add_task("listening", total=sum(_STEPS.values()))
        names = list(_STEPS)
        before = sum(_STEPS[step] for step in names[: names.index(name)])
        self._shown.update(self._task, completed=before + _STEPS[name] * done / max(1, total))


def corrected(timed: Transcript, path: Path) -> Transcript:
    """Transfer the times of a transcript to the text in `path`. Raises `InputError`."""
    item = inputs.read(path)
    text = formats.from_track(item) if isinstance(item, Track) else item
    return pipeline.transfer_times(text, timed)
