"""Find the offset and the rate that synchronize subtitles with a recording.

Cues are on screen while people speak. The curve of cues is cross-correlated with the
speech probabilities at every plausible rate; the best match is then refined by the
cues that start after a pause.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from speechsubs.alignment import vad
from speechsubs.alignment.vad import FRAME_MS

if TYPE_CHECKING:
    import numpy as np

    _Floats = np.ndarray[Any, np.dtype[np.float64]]

#: Spans on screen, in milliseconds.
Spans = Sequence[tuple[int, int]]

_NTSC = Fraction(24_000, 1_001)
#: Film at 24 or 23.976 fps played at 25, the reverse, and NTSC's factor of 1.001.
RATES: Final = (
    Fraction(1), Fraction(25) / _NTSC, _NTSC / 25, Fraction(25, 24), Fraction(24, 25),
    Fraction(1_001, 1_000), Fraction(1_000, 1_001),
)  # fmt: skip
#: Other rates are tried up to this deviation, in steps that move the last cue by 0.8 s.
_MAX_DRIFT: Final = 0.06
_DRIFT_STEP_MS: Final = 800
_MAX_RATES: Final = 300
#: How much better a non-standard rate must correlate to be accepted.
_FREE_PENALTY: Final = 0.04
#: Starts this close to a speech onset take part in the refinement.
_REACH_MS: Final = 600
_NEAR_MS: Final = 250
_PAUSE_MS: Final = 250
_MIN_STARTS: Final = 6
#: A rate that moves the last cue by less than this from where a standard rate puts it
#: is taken to be the standard one.
_SNAP_MS: Final = 120


@dataclass(frozen=True, slots=True)
class Fit:
    """A linear map: new time = old time * rate + offset_ms.

    `confidence` is between 0 and 1, `overlap` the correlation of cues and speech, and
    `starts` the share of cues after a pause that begin at a speech onset.
    """

    offset_ms: int
    rate: float
    confidence: float
    overlap: float
    starts: float

    def map_time(self, time_ms: int) -> int:
        """Map a time of the subtitles to the recording; never below zero."""
        return max(0, round(time_ms * self.rate) + self.offset_ms)


def find_fit(spans: Spans, speech: "np.ndarray[Any, np.dtype[np.float32]]") -> Fit:
    """Fit spans to speech probabilities (one value per `FRAME_MS`)."""
    if not spans or not len(speech) or float(speech.max()) < 0.3:
        return Fit(0, 1.0, 0.0, 0.0, 0.0)
    curve = speech.astype("float64") - float(speech.mean())
    best = max(
        (
            _correlate(spans, curve, float(rate), penalty)
            for rate, penalty in _candidate_rates(spans)
        ),
        key=lambda found: found[0],
    )
    _, overlap, lag, rate, rival = best
    offset = float(lag * FRAME_MS)
    duration = len(speech) * FRAME_MS
    onsets = [r.start_ms for r in vad.find_regions(speech, duration, min_gap_ms=_PAUSE_MS)]
    rate, offset = _refine(spans, onsets, rate, offset)
    near = _share_at_onsets(spans, onsets, rate, offset)
    expected = min(1.0, 2 * _NEAR_MS * len(onsets) / max(1, duration))
    return Fit(round(offset), rate, _confidence(overlap, rival, near, expected), overlap, near)


def _candidate_rates(spans: Spans) -> list[tuple[float, float]]:
    """The rates to try, each with the penalty on its correlation."""
    length = max(1, spans[-1][1])
    step = max(_DRIFT_STEP_MS / length, 2 * _MAX_DRIFT / _MAX_RATES)
    count = int(_MAX_DRIFT / step)
    known = [(float(rate), 0.0 if rate == 1 else 0.01) for rate in RATES]
    return known + [(1 + n * step, _FREE_PENALTY) for n in range(-count, count + 1) if n]


def _correlate(
    spans: Spans, curve: "_Floats", rate: float, penalty: float
) -> tuple[float, float, int, float, float]:
    """Cross-correlate the cues, at a rate, with the speech curve.

    The result is the score, the correlation, the lag in frames, the rate and the best
    correlation at any other lag.
    """
    import numpy as np

    shown = _cue_curve(spans, rate)
    size = 1 << (len(shown) + len(curve)).bit_length()
    product = np.fft.rfft(curve, size) * np.conj(np.fft.rfft(shown, size))
    found = np.fft.irfft(product, size)
    found /= float(np.linalg.norm(curve) * np.linalg.norm(shown)) or 1.0
    best = int(found.argmax())
    peak = float(found[best])
    # The best lag outside the neighborhood of the peak.
    width = 2_500 // FRAME_MS
    away = np.roll(found, size // 2 - best)
    away[size // 2 - width : size // 2 + width + 1] = -1
    lag = best - size if best > size // 2 else best
    return peak - penalty, peak, lag, rate, float(away.max())


def _cue_curve(spans: Spans, rate: float) -> "_Floats":
    """1 while a cue is on screen, else 0; the mean is subtracted."""
    import numpy as np

    frames = int(spans[-1][1] * rate) // FRAME_MS + 2
    change = np.zeros(frames + 1)
    for start, end in spans:
        change[min(frames, int(start * rate) // FRAME_MS)] += 1
        change[min(frames, int(end * rate) // FRAME_MS)] -= 1
    shown = np.minimum(np.cumsum(change[:-1]), 1.0)
    # Nothing is known before the first cue: silence and speech fit equally well there.
    first = int(spans[0][0] * rate) // FRAME_MS
    shown[first:] -= shown[first:].mean()
    return shown


def _starts_after_pauses(spans: Spans) -> list[int]:
    """The starts of cues that follow a gap, or of all cues where there are few."""
    starts = [spans[0][0]]
    for (_, before), (start, _) in pairwise(spans):
        if start - before >= _PAUSE_MS:
            starts.append(start)
    return starts if len(starts) >= _MIN_STARTS else [start for start, _ in spans]


def _refine(spans: Spans, onsets: Sequence[int], rate: float, offset: float) -> tuple[float, float]:
    """Refine rate and offset by robust regression on the cues that start after a pause."""
    starts = _starts_after_pauses(spans)
    for reach in (2 * _REACH_MS, _REACH_MS, _NEAR_MS):
        pairs = _pair_with_onsets(starts, onsets, rate, offset, reach)
        if len(pairs) < _MIN_STARTS:
            continue
        slope = _slope(pairs)
        # A slope that hardly moves the outermost cues is noise.
        if abs(slope) * (pairs[-1][0] - pairs[0][0]) > _SNAP_MS:
            rate += slope
            # Rotate around the middle, so that the errors there stay small.
            offset -= slope * median(start for start, _ in pairs)
        left = _pair_with_onsets(starts, onsets, rate, offset, reach)
        if left:
            offset += median(error for _, error in left)
    for known in RATES:
        if abs(float(known) - rate) * spans[-1][1] < _SNAP_MS:
            pairs = _pair_with_onsets(starts, onsets, float(known), offset, _REACH_MS)
            return float(known), offset + (median(e for _, e in pairs) if pairs else 0)
    return rate, offset


def _pair_with_onsets(
    starts: Sequence[int], onsets: Sequence[int], rate: float, offset: float, reach: int
) -> list[tuple[int, float]]:
    """Pair cue starts with the distance to the nearest speech onset within `reach`."""
    found = []
    for start in starts:
        here = start * rate + offset
        number = bisect_left(onsets, here)
        near = min(
            onsets[max(0, number - 1) : number + 1], key=lambda o: abs(o - here), default=None
        )
        if near is not None and abs(near - here) <= reach:
            found.append((start, near - here))
    return found


def _slope(pairs: Sequence[tuple[int, float]]) -> float:
    """The median slope between points of the first and the last third (Theil-Sen)."""
    third = max(1, len(pairs) // 3)
    slopes = [
        (later - early) / (b - a)
        for (a, early), (b, later) in zip(pairs[:third], pairs[-third:], strict=False)
        if b > a
    ]
    return median(slopes) if slopes else 0.0


def _share_at_onsets(spans: Spans, onsets: Sequence[int], rate: float, offset: float) -> float:
    starts = _starts_after_pauses(spans)
    return len(_pair_with_onsets(starts, onsets, rate, offset, _NEAR_MS)) / max(1, len(starts))


def _confidence(overlap: float, rival: float, near: float, expected: float) -> float:
    """The confidence in a fit: how far its peak stands out, and how many cues start at onsets.

    The thresholds were set from measurements: correct fits stand out by 0.1 or more and
    have over half of their starts at onsets; `expected` is the share that chance gives.
    """
    out = min(1.0, max(0.0, (overlap - rival) / 0.12))
    begun = min(1.0, max(0.0, (near - expected) / max(0.05, 0.75 * (1 - expected))))
    return round(math.sqrt(out * begun), 3)
