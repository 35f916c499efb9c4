"""Where subtitles belong on a recording: one offset and one rate for all of them.

Cues are on where people speak and off where they do not. The two curves are laid over
each other in every way that frame rates allow; the best is then made exact by the
starts of the cues that follow a pause.
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
#: Film at 24 or 23.976 shown at 25, the ways back, and NTSC's thousandth.
RATES: Final = (
    Fraction(1), Fraction(25) / _NTSC, _NTSC / 25, Fraction(25, 24), Fraction(24, 25),
    Fraction(1_001, 1_000), Fraction(1_000, 1_001),
)  # fmt: skip
#: Free drift is looked for up to this, in steps that move the last cue by about 0.8 s.
_MOST_DRIFT: Final = 0.06
_DRIFT_STEP_MS: Final = 800
_MOST_RATES: Final = 300
#: A rate that no standard knows must fit better by so much to be believed.
_FREE_PENALTY: Final = 0.04
#: Starts within this of an onset take part in the exact fit.
_REACH_MS: Final = 600
_NEAR_MS: Final = 250
_PAUSE_MS: Final = 250
_FEWEST: Final = 6
#: A rate this near to a standard one, at the last cue, is that one.
_SNAP_MS: Final = 120


@dataclass(frozen=True, slots=True)
class Fit:
    """New time = old time * rate + offset_ms. `sure` is from 0 to 1.

    `overlap` is the correlation of cues and speech, `starts` the share of cues after a
    pause that begin where speech begins.
    """

    offset_ms: int
    rate: float
    sure: float
    overlap: float
    starts: float

    def time(self, time_ms: int) -> int:
        """Where a time of the subtitles belongs; never before zero."""
        return max(0, round(time_ms * self.rate) + self.offset_ms)


def find(spans: Spans, voice: "np.ndarray[Any, np.dtype[np.float32]]") -> Fit:
    """The best fit of spans on a voice curve (one value per `FRAME_MS`)."""
    if not spans or not len(voice) or float(voice.max()) < 0.3:
        return Fit(0, 1.0, 0.0, 0.0, 0.0)
    curve = voice.astype("float64") - float(voice.mean())
    best = max(
        (_correlated(spans, curve, float(rate), penalty) for rate, penalty in _rates(spans)),
        key=lambda found: found[0],
    )
    _, overlap, lag, rate, rival = best
    offset = float(lag * FRAME_MS)
    duration = len(voice) * FRAME_MS
    onsets = [r.start_ms for r in vad.join(voice, duration, min_gap_ms=_PAUSE_MS)]
    rate, offset = _exact(spans, onsets, rate, offset)
    near = _near(spans, onsets, rate, offset)
    expected = min(1.0, 2 * _NEAR_MS * len(onsets) / max(1, duration))
    return Fit(round(offset), rate, _sure(overlap, rival, near, expected), overlap, near)


def _rates(spans: Spans) -> list[tuple[float, float]]:
    """Rates to try, with what each must be better by."""
    length = max(1, spans[-1][1])
    step = max(_DRIFT_STEP_MS / length, 2 * _MOST_DRIFT / _MOST_RATES)
    count = int(_MOST_DRIFT / step)
    known = [(float(rate), 0.0 if rate == 1 else 0.01) for rate in RATES]
    return known + [(1 + n * step, _FREE_PENALTY) for n in range(-count, count + 1) if n]


def _correlated(
    spans: Spans, curve: "_Floats", rate: float, penalty: float
) -> tuple[float, float, int, float, float]:
    """Score, correlation, lag in frames, the rate, and the best correlation elsewhere."""
    import numpy as np

    shown = _curve(spans, rate)
    size = 1 << (len(shown) + len(curve)).bit_length()
    product = np.fft.rfft(curve, size) * np.conj(np.fft.rfft(shown, size))
    found = np.fft.irfft(product, size)
    found /= float(np.linalg.norm(curve) * np.linalg.norm(shown)) or 1.0
    best = int(found.argmax())
    peak = float(found[best])
    # The next best place, away from this one.
    width = 2_500 // FRAME_MS
    away = np.roll(found, size // 2 - best)
    away[size // 2 - width : size // 2 + width + 1] = -1
    lag = best - size if best > size // 2 else best
    return peak - penalty, peak, lag, rate, float(away.max())


def _curve(spans: Spans, rate: float) -> "_Floats":
    """1 where a cue is on and 0 where not, without its mean."""
    import numpy as np

    frames = int(spans[-1][1] * rate) // FRAME_MS + 2
    change = np.zeros(frames + 1)
    for start, end in spans:
        change[min(frames, int(start * rate) // FRAME_MS)] += 1
        change[min(frames, int(end * rate) // FRAME_MS)] -= 1
    shown = np.minimum(np.cumsum(change[:-1]), 1.0)
    # Before the first cue nothing is known: silence there is as good as speech.
    first = int(spans[0][0] * rate) // FRAME_MS
    shown[first:] -= shown[first:].mean()
    return shown


def _openings(spans: Spans) -> list[int]:
    """Starts of the cues that follow a pause on screen; all where there are few."""
    starts = [spans[0][0]]
    for (_, before), (start, _) in pairwise(spans):
        if start - before >= _PAUSE_MS:
            starts.append(start)
    return starts if len(starts) >= _FEWEST else [start for start, _ in spans]


def _exact(spans: Spans, onsets: Sequence[int], rate: float, offset: float) -> tuple[float, float]:
    """Rate and offset by the starts after pauses: robust lines through their errors."""
    starts = _openings(spans)
    for reach in (2 * _REACH_MS, _REACH_MS, _NEAR_MS):
        pairs = _paired(starts, onsets, rate, offset, reach)
        if len(pairs) < _FEWEST:
            continue
        slope = _slope(pairs)
        # A slope moves the ends of what it was found on by much or it is noise.
        if abs(slope) * (pairs[-1][0] - pairs[0][0]) > _SNAP_MS:
            rate += slope
            # The line turns around its middle, so that the errors there stay small.
            offset -= slope * median(start for start, _ in pairs)
        left = _paired(starts, onsets, rate, offset, reach)
        if left:
            offset += median(error for _, error in left)
    for known in RATES:
        if abs(float(known) - rate) * spans[-1][1] < _SNAP_MS:
            pairs = _paired(starts, onsets, float(known), offset, _REACH_MS)
            return float(known), offset + (median(e for _, e in pairs) if pairs else 0)
    return rate, offset


def _paired(
    starts: Sequence[int], onsets: Sequence[int], rate: float, offset: float, reach: int
) -> list[tuple[int, float]]:
    """Starts, and how much later the nearest onset of speech is."""
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
    """The median slope between points of the first and of the last third (Theil-Sen)."""
    third = max(1, len(pairs) // 3)
    slopes = [
        (later - early) / (b - a)
        for (a, early), (b, later) in zip(pairs[:third], pairs[-third:], strict=False)
        if b > a
    ]
    return median(slopes) if slopes else 0.0


def _near(spans: Spans, onsets: Sequence[int], rate: float, offset: float) -> float:
    starts = _openings(spans)
    return len(_paired(starts, onsets, rate, offset, _NEAR_MS)) / max(1, len(starts))


def _sure(overlap: float, rival: float, near: float, expected: float) -> float:
    """How sure a fit is: it stands out, and cues begin where speech begins.

    A judgement on measured figures: right fits stand out by 0.1 and more and have
    over half of their starts at onsets; chance gives `expected` of them.
    """
    out = min(1.0, max(0.0, (overlap - rival) / 0.12))
    begun = min(1.0, max(0.0, (near - expected) / max(0.05, 0.75 * (1 - expected))))
    return round(math.sqrt(out * begun), 3)
