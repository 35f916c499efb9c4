"""Fuzzy index: find similar templates among very many without comparing them all.

A character trigram index selects the few hundred templates that share the most rare
trigrams with the sentence; only those are scored by rapidfuzz. The work per sentence is
bounded by `_POSTINGS` and `_COMPARED`, so it hardly grows with the memory.
`benchmarks/memory_lookup.py` measures the recall.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

#: Longer texts are not sentences; they are neither indexed nor looked up.
MAX_LENGTH = 2_000
#: Index entries read per sentence, rarest trigrams first.
_POSTINGS = 60_000
#: Minimum number of trigrams read, however frequent they are.
_TRIGRAMS = 8
#: How many templates are scored.
_COMPARED = 300
_BITS = 18
#: Trigrams sorted at a time, which bounds the memory for building.
_BLOCK = 20_000_000


class Index:
    """An index over a fixed list of compact templates, identified by their positions."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [text if len(text) <= MAX_LENGTH else "" for text in texts]
        self._lengths = np.fromiter((len(t) for t in self._texts), np.int32, len(texts))
        # Small sets are compared completely and need no index.
        few = len(texts) <= _COMPARED
        if not few:
            self._starts, self._documents = _build(self._texts, self._lengths)

    def nearest(self, text: str, threshold: int, limit: int) -> list[tuple[int, int]]:
        """Positions and scores (percent, rounded down) of the best texts, best first.

        Equal scores keep the order of the list. The score is twice the letters in
        common over all letters of both (rapidfuzz `ratio`).
        """
        if not text or len(text) > MAX_LENGTH or not self._texts:
            return []
        near = self._candidates(text, threshold)
        found = process.extract(
            text,
            [self._texts[position] for position in near],
            scorer=fuzz.ratio,
            processor=None,
            score_cutoff=max(threshold, 1),
            limit=None,
        )
        best = sorted((-int(score), near[number]) for _, score, number in found)
        return [(position, -score) for score, position in best[:limit]]

    def _candidates(self, text: str, threshold: int) -> list[int]:
        if len(self._texts) <= _COMPARED:
            return list(range(len(self._texts)))
        grams = np.unique(_grams(_codes([text])))
        sizes = self._starts[grams + 1] - self._starts[grams]
        order = np.argsort(sizes, kind="stable")
        grams, sizes = grams[order], sizes[order]
        enough = int(np.searchsorted(np.cumsum(sizes), _POSTINGS))
        read = max(enough, _TRIGRAMS)
        parts = [self._documents[self._starts[g] : self._starts[g + 1]] for g in grams[:read]]
        shared = np.bincount(np.concatenate(parts), minlength=len(self._texts))
        # No text outside these lengths can reach the threshold.
        share = max(threshold, 1) / (200 - max(threshold, 1)) if threshold < 100 else 1.0
        low, high = len(text) * share, len(text) / share
        shared[(self._lengths < low) | (self._lengths > high)] = 0
        near = np.flatnonzero(shared)
        if len(near) > _COMPARED:
            # Of equally many shared trigrams those in the text of the nearer length.
            rank = shared[near] * 4_096 - np.minimum(np.abs(self._lengths[near] - len(text)), 4_095)
            near = near[np.argpartition(-rank, _COMPARED)[:_COMPARED]]
        return [int(position) for position in np.sort(near)]


def _codes(texts: Sequence[str]) -> NDArray[np.uint32]:
    # Two NULs before every text mark beginnings and ends, so that these weigh too.
    joined = "".join(f"\0\0{text}" for text in texts) + "\0\0"
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)


def _grams(codes: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Hash every character trigram."""
    mixed = (
        codes[:-2] * np.uint32(0x9E3779B1)
        ^ codes[1:-1] * np.uint32(0x85EBCA6B)
        ^ codes[2:] * np.uint32(0xC2B2AE35)
    )
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(0x2C1B3C6D)
    grams: NDArray[np.int64] = (mixed >> np.uint32(32 - _BITS)).astype(np.int64)
    return grams


def _build(
    texts: Sequence[str], lengths: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Build the posting lists of all trigrams, concatenated."""
    blocks: list[NDArray[np.int64]] = []
    first = size = 0
    for position in range(len(texts) + 1):
        size += len(texts[position]) + 2 if position < len(texts) else 0
        if position == len(texts) or size > _BLOCK:
            last = position if position == len(texts) else position + 1
            blocks.append(_pairs(texts[first:last], lengths[first:last], first))
            first, size = last, 0
    pairs = np.concatenate(blocks)
    if len(blocks) > 1:
        pairs.sort()
    counts = np.bincount(pairs >> 32, minlength=1 << _BITS)
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return starts, (pairs & 0xFFFFFFFF).astype(np.int32)


def _pairs(texts: Sequence[str], lengths: NDArray[np.int32], first: int) -> NDArray[np.int64]:
    """Sorted unique pairs of trigram and text, each packed into one number."""
    if not len(texts):
        return np.zeros(0, np.int64)
    grams = _grams(_codes(texts))
    owners = np.repeat(np.arange(first, first + len(texts), dtype=np.int64), lengths + 2)
    pairs = (grams << 32) | owners
    pairs.sort()
    keep = np.ones(len(pairs), bool)
    keep[1:] = pairs[1:] != pairs[:-1]
    return pairs[keep]
