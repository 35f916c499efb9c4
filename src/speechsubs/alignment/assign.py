"""Assign speech regions to sentences by dynamic programming.

Each sentence takes a run of regions whose total speech is close to the expected
duration of its words, and boundaries prefer long pauses. Regions without text and
sentences without speech can be skipped at a cost, and up to three sentences share a run
where the speaker does not pause between them.

The state is (sentences done, regions done), restricted to a band around the diagonal,
so the running time is sentences times band width, whatever the recording's length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from speechsubs.alignment.vad import Region

if TYPE_CHECKING:
    import numpy as np

    _Floats = np.ndarray[Any, np.dtype[np.float64]]
    _Steps = np.ndarray[Any, np.dtype[np.int16]]

#: Upper limit on the regions of one run: speakers pause for breath within a sentence.
MAX_REGIONS: Final = 40
MAX_SENTENCES: Final = 3
#: Half width of the band around the diagonal, in regions.
BAND: Final = 700
#: Tolerance of an expected duration: a fraction of it plus a constant in seconds.
_RELATIVE_TOLERANCE: Final = 0.12
_ABSOLUTE_TOLERANCE: Final = 0.15
_SENTENCE_GAP: Final = 0.3
_PARAGRAPH_GAP: Final = 0.45
#: Costs, tuned on three versions of the sample: complete, with 12 % of its sentences
#: missing from the text, and with two sentences that are never spoken.
_UNSPOKEN_COST: Final = 8.0
_SKIPPED_REGION_COST: Final = 0.7
_SKIPPED_SECOND_COST: Final = 0.8
_GROUPING_COST: Final = 2.5


@dataclass(frozen=True, slots=True)
class SentenceLength:
    """How long a sentence's words should take, and whether it begins a paragraph."""

    seconds: float
    starts_paragraph: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Sentences first..last-1 matched with regions start..end-1; either may be empty."""

    first: int
    last: int
    start: int
    end: int


def duration_misfit(seconds: float, expected: float) -> float:
    """How far a duration is from the expected one, in multiples of the tolerance."""
    return abs(seconds - expected) / (_RELATIVE_TOLERANCE * expected + _ABSOLUTE_TOLERANCE)


def assign(
    sentences: Sequence[SentenceLength], regions: Sequence[Region]
) -> tuple[list[Run], float]:
    """The cheapest sequence of runs that covers all sentences and regions, and its cost."""
    program = _Program(sentences, regions)
    program.fill()
    return program.runs(), program.cost


class _Program:
    """The cost table: one row for each number of sentences done."""

    def __init__(self, sentences: Sequence[SentenceLength], regions: Sequence[Region]) -> None:
        import numpy as np

        self.sentences, self.count = sentences, len(regions)
        lengths = np.array([r.duration_ms for r in regions], np.float64) / 1_000
        starts = np.array([r.start_ms for r in regions], np.float64) / 1_000
        self.speech = np.concatenate(([0.0], np.cumsum(lengths)))
        gaps = starts.copy()
        gaps[1:] -= starts[:-1] + lengths[:-1]
        # The silence before the first and after the last region counts as a long pause.
        self.gaps = np.clip(np.concatenate((gaps, [3.0])), 0.05, 2.0)
        self.gaps[0] = 1.0
        self.skip_costs = _SKIPPED_REGION_COST + _SKIPPED_SECOND_COST * lengths
        self.band_starts = [self._band_start(done) for done in range(len(sentences) + 1)]
        self.width = min(self.count + 1, 2 * BAND + 1)
        self.rows: list[_Floats] = []
        # Back pointers: -1 for a skipped region, else grouped * 64 + regions taken
        # (0 regions: a skipped sentence).
        self.steps: list[_Steps] = []

    def _band_start(self, done: int) -> int:
        """The first column of a row's band."""
        center = round(self.count * done / max(1, len(self.sentences)))
        return max(0, min(center - BAND, self.count - 2 * BAND))

    def fill(self) -> None:
        """Compute every row."""
        import numpy as np

        for done in range(len(self.sentences) + 1):
            row = np.full(self.width, np.inf)
            steps = np.zeros(self.width, np.int16)
            if done == 0:
                row[0] = 0.0
            for grouped in range(1, min(MAX_SENTENCES, done) + 1):
                self._extend(row, steps, done, grouped)
            self._skip_regions(row, steps, self.band_starts[done])
            self.rows.append(row)
            self.steps.append(steps)

    def _extend(self, row: "_Floats", steps: "_Steps", done: int, grouped: int) -> None:
        """Update a row from the one `grouped` sentences earlier."""
        import numpy as np

        before, low, here = (
            self.rows[done - grouped],
            self.band_starts[done - grouped],
            self.band_starts[done],
        )
        group = self.sentences[done - grouped : done]
        expected = sum(item.seconds for item in group)
        tolerance = _RELATIVE_TOLERANCE * expected + _ABSOLUTE_TOLERANCE
        usual = _PARAGRAPH_GAP if group[0].starts_paragraph else _SENTENCE_GAP
        extra = _GROUPING_COST * (grouped - 1)
        if any(item.starts_paragraph for item in group[1:]):
            extra += _GROUPING_COST
        least = 0 if grouped == 1 else 1
        for taken in range(least, min(MAX_REGIONS, self.count) + 1):
            # Only columns whose successor lies in this row's band.
            first = max(low, here - taken)
            last = min(low + self.width, here + self.width - taken, self.count + 1 - taken)
            if first >= last:
                continue
            old = before[first - low : last - low]
            if taken == 0:
                cost = old + _UNSPOKEN_COST
            else:
                spoken = self.speech[first + taken : last + taken] - self.speech[first:last]
                off = np.abs(spoken - expected) / tolerance
                # Quadratic up to four tolerances, linear beyond, so that no single
                # outlier dominates.
                cost = old + np.where(off < 4, off * off, 8 * off - 16) + extra
                cost -= np.log(self.gaps[first:last] / usual)
            window = slice(first + taken - here, last + taken - here)
            better = cost < row[window]
            row[window] = np.where(better, cost, row[window])
            steps[window] = np.where(better, grouped * 64 + taken, steps[window])
            if taken and (spoken.min(initial=np.inf) - expected) / tolerance > 12:
                break

    def _skip_regions(self, row: "_Floats", steps: "_Steps", low: int) -> None:
        """Allow regions to be skipped: a running minimum along the row."""
        import numpy as np

        last = min(self.width, self.count + 1 - low)
        price = np.concatenate(([0.0], np.cumsum(self.skip_costs[low : low + last - 1])))
        level = row[:last] - price
        best = np.minimum.accumulate(level)
        passed = best < level
        row[:last] = best + price
        steps[:last][passed] = -1

    @property
    def cost(self) -> float:
        """The cost of the cheapest path."""
        return float(self.rows[-1][self.count - self.band_starts[-1]])

    def runs(self) -> list[Run]:
        """Trace the cheapest path back from the end."""
        found: list[Run] = []
        done, at = len(self.sentences), self.count
        while done or at:
            step = int(self.steps[done][at - self.band_starts[done]])
            if step == -1 or not done:
                found.append(Run(done, done, at - 1, at))
                at -= 1
            else:
                grouped, taken = divmod(step, 64)
                found.append(Run(done - grouped, done, at - taken, at))
                done, at = done - grouped, at - taken
        return found[::-1]
