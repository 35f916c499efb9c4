"""What a recogniser hears of the text, and when: the first pass.

Runs in one process, or with several helpers for long recordings (pocketsphinx holds
Python's lock, so threads gain nothing). A helper is this module started as a program;
it never imports the caller's own script, as multiprocessing would.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from speechsubs.aligners import voice
from speechsubs.audio import RATE, Recording

if TYPE_CHECKING:
    import numpy as np

#: One frame of the acoustic model.
FRAME_MS: Final = 10
_MS: Final = RATE // 1_000
_LONGEST_GROUP_MS: Final = 25_000
#: A wider search costs twice the time and finds 2 % more words (measured).
_SETTINGS: Final[dict[str, Any]] = {
    "lw": 12.0, "fwdflat": False, "bestpath": False, "maxhmmpf": 2_000, "maxwpf": 8
}  # fmt: skip
_FILLERS: Final = "<[("


@dataclass(frozen=True, slots=True)
class Heard:
    """One unit that was recognised."""

    unit: str
    start_ms: int
    end_ms: int


def groups(
    regions: Sequence[voice.Region], longest_ms: int = _LONGEST_GROUP_MS
) -> list[tuple[int, int]]:
    """Regions put together to pieces that are decoded at once, cut where they are too long."""
    found: list[list[int]] = []
    for region in regions:
        start = region.start_ms
        if found and region.end_ms - found[-1][0] <= longest_ms and start - found[-1][1] < 2_000:
            found[-1][1] = region.end_ms
            continue
        while region.end_ms - start > 2 * longest_ms:
            found.append([start, start + longest_ms])
            start += longest_ms
        found.append([start, region.end_ms])
    return [(a, b) for a, b in found]


def listen(
    recording: Recording,
    pieces: Sequence[tuple[int, int]],
    folder: Path,
    helpers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> list[Heard]:
    """Units in order of time. `folder` holds "words.dict" and "text.lm"."""
    done: dict[int, list[Heard]] = {}
    if helpers > 1 and len(pieces) > helpers:
        for number, heard in _helped(recording, pieces, folder, helpers):
            done[number] = heard
            if progress is not None:
                progress(len(done), len(pieces))
    left = [n for n in range(len(pieces)) if n not in done]
    if left:
        ear = Ear(folder)
        for number in left:
            start, end = pieces[number]
            done[number] = ear.hear(recording.samples[start * _MS : end * _MS], start)
            if progress is not None:
                progress(len(done), len(pieces))
    return [h for n in range(len(pieces)) for h in done[n]]


class Ear:
    """A recogniser that expects one text."""

    def __init__(self, folder: Path) -> None:
        from pocketsphinx import Decoder

        from speechsubs.aligners.speech.pronounce import model

        self._decoder = Decoder(
            hmm=str(model() / "en-us"),
            dict=str(folder / "words.dict"),
            lm=str(folder / "text.lm"),
            loglevel="FATAL",
            **_SETTINGS,
        )

    def hear(self, samples: "np.ndarray[Any, Any]", start_ms: int) -> list[Heard]:
        """Units in a piece; [] where there is nothing or the decoder gives up."""
        if len(samples) < RATE // 10:
            return []
        decoder = self._decoder
        try:
            decoder.start_utt()
            decoder.process_raw(samples.tobytes(), full_utt=True)
            decoder.end_utt()
            segments = decoder.seg() if decoder.hyp() is not None else []
            return [
                Heard(
                    s.word.partition("(")[0],
                    start_ms + s.start_frame * FRAME_MS,
                    start_ms + (s.end_frame + 1) * FRAME_MS,
                )
                for s in segments
                if s.word[0] not in _FILLERS
            ]
        except RuntimeError:
            return []


def _helped(
    recording: Recording, pieces: Sequence[tuple[int, int]], folder: Path, helpers: int
) -> Iterator[tuple[int, list[Heard]]]:
    """Results of helpers as they come; what a helper did not do is simply missing."""
    sound = folder / "sound.s16"
    recording.samples.tofile(sound)
    with ExitStack() as stack:
        running = []
        for helper in range(helpers):
            jobs = folder / f"jobs{helper}.json"
            mine = [(n, *pieces[n]) for n in range(helper, len(pieces), helpers)]
            jobs.write_text(json.dumps(mine), encoding="ascii")
            process = _start(folder, helper)
            if process is not None:
                running.append(stack.enter_context(process))
        for process in running:
            assert process.stdout is not None
            for line in process.stdout:
                try:
                    number, rows = json.loads(line)
                    heard = [Heard(str(u), int(a), int(b)) for u, a, b in rows]
                except (ValueError, TypeError):
                    continue
                yield int(number), heard
    sound.unlink(missing_ok=True)


def _start(folder: Path, helper: int) -> "subprocess.Popen[str] | None":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    try:
        return subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", __name__, str(folder), str(helper)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
    except OSError:
        return None


def _main(folder: Path, helper: int) -> None:
    import numpy as np

    samples = np.memmap(folder / "sound.s16", dtype=np.int16, mode="r")
    ear = Ear(folder)
    for number, start, end in json.loads((folder / f"jobs{helper}.json").read_text()):
        heard = ear.hear(np.asarray(samples[start * _MS : end * _MS]), start)
        rows = [(h.unit, h.start_ms, h.end_ms) for h in heard]
        sys.stdout.write(json.dumps((number, rows)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]))
