"""Which stretches of speech belong to which sentence, by one dynamic program.

A sentence takes a run of regions whose speech lasts about as long as its words; a
border wants a pause. Stretches that nobody wrote down and sentences that nobody said
may be passed over, at a price, and up to three sentences share a run where the speaker
made no pause between them.

The state is (sentences done, regions done) inside a band around the straight line, so
the cost is sentences times the band, whatever the length of the recording.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from speechsubs.alignment.vad import Region

if TYPE_CHECKING:
    import numpy as np

    _Floats = np.ndarray[Any, np.dtype[np.float64]]
    _Steps = np.ndarray[Any, np.dtype[np.int16]]

#: A sentence's speech has so many regions at most; speakers breathe.
MOST_REGIONS: Final = 40
MOST_TOGETHER: Final = 3
#: Regions on each side of the straight line that are looked at.
BAND: Final = 700
#: Tolerance of a duration: a share of it and a constant, in seconds (timing.md 3c).
_SHARE: Final = 0.12
_CONSTANT: Final = 0.15
_USUAL_GAP: Final = 0.3
_PARAGRAPH_GAP: Final = 0.45
#: Prices tuned on the sample: whole, with 12 % of its sentences missing, with two unsaid.
_UNSAID: Final = 8.0
_UNWRITTEN: Final = 0.7
_UNWRITTEN_PER_SECOND: Final = 0.8
_TOGETHER: Final = 2.5


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sentence: how long its words should take, and whether it begins a paragraph."""

    seconds: float
    opens: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Sentences first..last-1 on regions start..end-1; either may be empty."""

    first: int
    last: int
    start: int
    end: int


def misfit(seconds: float, expected: float) -> float:
    """How many tolerances a duration is off."""
    return abs(seconds - expected) / (_SHARE * expected + _CONSTANT)


def assign(wanted: Sequence[Wanted], regions: Sequence[Region]) -> tuple[list[Run], float]:
    """The cheapest runs, in order, that use up all sentences and all regions; their cost."""
    program = _Program(wanted, regions)
    program.fill()
    return program.runs(), program.cost


class _Program:
    """Rows of costs, one for every number of sentences done."""

    def __init__(self, wanted: Sequence[Wanted], regions: Sequence[Region]) -> None:
        import numpy as np

        self.wanted, self.count = wanted, len(regions)
        lengths = np.array([r.duration_ms for r in regions], np.float64) / 1_000
        starts = np.array([r.start_ms for r in regions], np.float64) / 1_000
        self.speech = np.concatenate(([0.0], np.cumsum(lengths)))
        gaps = starts.copy()
        gaps[1:] -= starts[:-1] + lengths[:-1]
        # Before the first and after the last region lies as much silence as one wants.
        self.gaps = np.clip(np.concatenate((gaps, [3.0])), 0.05, 2.0)
        self.gaps[0] = 1.0
        self.skips = _UNWRITTEN + _UNWRITTEN_PER_SECOND * lengths
        self.lows = [self._low(done) for done in range(len(wanted) + 1)]
        self.width = min(self.count + 1, 2 * BAND + 1)
        self.rows: list[_Floats] = []
        # What was done to come here: -1 a region passed over, else
        # together * 64 + regions taken (0 regions: a sentence passed over).
        self.steps: list[_Steps] = []

    def _low(self, done: int) -> int:
        """The first number of regions in the band of a row."""
        centre = round(self.count * done / max(1, len(self.wanted)))
        return max(0, min(centre - BAND, self.count - 2 * BAND))

    def fill(self) -> None:
        """Compute all rows."""
        import numpy as np

        for done in range(len(self.wanted) + 1):
            row = np.full(self.width, np.inf)
            steps = np.zeros(self.width, np.int16)
            if done == 0:
                row[0] = 0.0
            for together in range(1, min(MOST_TOGETHER, done) + 1):
                self._extend(row, steps, done, together)
            self._pass_over(row, steps, self.lows[done])
            self.rows.append(row)
            self.steps.append(steps)

    def _extend(self, row: "_Floats", steps: "_Steps", done: int, together: int) -> None:
        """Costs of a row from the one `together` sentences before."""
        import numpy as np

        before, low, here = self.rows[done - together], self.lows[done - together], self.lows[done]
        group = self.wanted[done - together : done]
        expected = sum(item.seconds for item in group)
        tolerance = _SHARE * expected + _CONSTANT
        usual = _PARAGRAPH_GAP if group[0].opens else _USUAL_GAP
        extra = _TOGETHER * (together - 1)
        if any(item.opens for item in group[1:]):
            extra += _TOGETHER
        least = 0 if together == 1 else 1
        for taken in range(least, min(MOST_REGIONS, self.count) + 1):
            # Regions done before (a) run over those whose sum lies in this row's band.
            first = max(low, here - taken)
            last = min(low + self.width, here + self.width - taken, self.count + 1 - taken)
            if first >= last:
                continue
            old = before[first - low : last - low]
            if taken == 0:
                cost = old + _UNSAID
            else:
                spoken = self.speech[first + taken : last + taken] - self.speech[first:last]
                off = np.abs(spoken - expected) / tolerance
                # Far off is far off: linear from four tolerances on.
                cost = old + np.where(off < 4, off * off, 8 * off - 16) + extra
                cost -= np.log(self.gaps[first:last] / usual)
            window = slice(first + taken - here, last + taken - here)
            better = cost < row[window]
            row[window] = np.where(better, cost, row[window])
            steps[window] = np.where(better, together * 64 + taken, steps[window])
            if taken and (spoken.min(initial=np.inf) - expected) / tolerance > 12:
                break

    def _pass_over(self, row: "_Floats", steps: "_Steps", low: int) -> None:
        """Let regions be passed over: a running minimum along the row."""
        import numpy as np

        last = min(self.width, self.count + 1 - low)
        price = np.concatenate(([0.0], np.cumsum(self.skips[low : low + last - 1])))
        level = row[:last] - price
        best = np.minimum.accumulate(level)
        passed = best < level
        row[:last] = best + price
        steps[:last][passed] = -1

    @property
    def cost(self) -> float:
        """Of the whole way."""
        return float(self.rows[-1][self.count - self.lows[-1]])

    def runs(self) -> list[Run]:
        """The way back from the end."""
        found: list[Run] = []
        done, at = len(self.wanted), self.count
        while done or at:
            step = int(self.steps[done][at - self.lows[done]])
            if step == -1 or not done:
                found.append(Run(done, done, at - 1, at))
                at -= 1
            else:
                together, taken = divmod(step, 64)
                found.append(Run(done - together, done, at - taken, at))
                done, at = done - together, at - taken
        return found[::-1]
