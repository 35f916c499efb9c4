"""Prepared passes as batches of padded rows, alike in length, always in the same order."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from training.prepare import BOS, EOS, PAD

Ids = np.ndarray[Any, np.dtype[np.int64]]


class Sentences:
    """One `.npz` of `training.prepare`, the marks added that the model wants."""

    def __init__(self, path: Path, longest: int) -> None:
        with np.load(path) as file:
            self._source, self._target = file["source"], file["target"]
            self._source_ends, self._target_ends = file["source_ends"], file["target_ends"]
        self.source_lengths = np.diff(self._source_ends, prepend=0) + 1
        self.target_lengths = np.diff(self._target_ends, prepend=0) + 2
        both = np.maximum(self.source_lengths, self.target_lengths)
        fewest = np.minimum(self.source_lengths, self.target_lengths)
        self.usable = np.flatnonzero((both <= longest) & (fewest > 2))

    def rows(self, chosen: "np.ndarray[Any, np.dtype[np.int64]]") -> tuple[Ids, Ids]:
        """Padded source rows (with end) and target rows (with beginning and end)."""
        source = np.full((len(chosen), int(self.source_lengths[chosen].max())), PAD, np.int64)
        target = np.full((len(chosen), int(self.target_lengths[chosen].max())), PAD, np.int64)
        for row, number in enumerate(chosen):
            end, length = int(self._source_ends[number]), int(self.source_lengths[number])
            source[row, : length - 1] = self._source[end - length + 1 : end]
            source[row, length - 1] = EOS
            end, length = int(self._target_ends[number]), int(self.target_lengths[number])
            target[row, 0] = BOS
            target[row, 1 : length - 1] = self._target[end - length + 2 : end]
            target[row, length - 1] = EOS
        return source, target

    def batches(self, pieces: int, seed: int | None) -> Iterator[tuple[Ids, Ids]]:
        """Batches of at most `pieces` pieces on either side, shuffled unless `seed` is None."""
        longest = np.maximum(self.source_lengths, self.target_lengths)[self.usable]
        rng = np.random.default_rng(seed or 0)
        ties = rng.random(len(self.usable))
        order = self.usable[np.lexsort((ties, self.source_lengths[self.usable], longest))]
        lengths = np.maximum(self.source_lengths, self.target_lengths)[order]
        starts = [0]
        for place, length in enumerate(lengths):
            if (place - starts[-1] + 1) * int(length) > pieces and place > starts[-1]:
                starts.append(place)
        groups = [order[a:b] for a, b in zip(starts, [*starts[1:], len(order)], strict=True)]
        for number in rng.permutation(len(groups)) if seed is not None else range(len(groups)):
            if len(groups[number]):
                yield self.rows(groups[number])
