"""Times that a transcript brought, with their edges laid on the edges of the speech.

Recognisers give a word the silence beside it, or miss its first sounds. Where an edge
of the speech lies near, it is the better time.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from speechsubs.alignment import vad
from speechsubs.alignment.vad import Region
from speechsubs.audio import Recording
from speechsubs.model import Finding, Sentence, Severity, Word
from speechsubs.protocols import Placement

#: An edge further away than this is another word's.
REACH_MS: Final = 350
#: Pauses from here on part words.
_MIN_GAP_MS: Final = 200
#: Less of the words' time in speech than this, and the sound is another one.
_LEAST_COVER: Final = 0.6


def moved(sentence: Sentence, by_ms: int) -> Sentence:
    """The sentence with all its words later."""
    words = tuple(
        replace(w, start_ms=w.start_ms + by_ms, end_ms=w.end_ms + by_ms) for w in sentence.words
    )
    return replace(sentence, words=words)


def refined(
    sentences: Sequence[Sentence], recording: Recording, curve: vad.Curve | None = None
) -> Placement:
    """The sentences with the starts and ends at pauses moved onto the speech.

    Words that no pause touches keep their times. A recording in which most words fall
    into silence is another one: times stay and a finding says so. `curve` is the
    recording's, where the caller has it.
    """
    regions = (curve or vad.Curve(recording)).regions(min_gap_ms=_MIN_GAP_MS)
    offset = recording.offset_ms
    shifted = [Region(r.start_ms + offset, r.end_ms + offset) for r in regions]
    cover = _cover(sentences, shifted)
    if cover < _LEAST_COVER:
        message = (
            f"only {cover:.0%} of the words' times lie in speech: the times of the "
            "transcript are kept, is it the same recording?"
        )
        finding = Finding("recording-differs", Severity.WARNING, message, file=recording.name)
        return Placement(tuple(sentences), "transcript", (finding,))
    starts = [region.start_ms for region in shifted]
    ends = [region.end_ms for region in shifted]
    return Placement(tuple(_snapped(s, starts, ends) for s in sentences), "transcript")


def _snapped(sentence: Sentence, starts: Sequence[int], ends: Sequence[int]) -> Sentence:
    words: list[Word] = []
    for index, word in enumerate(sentence.words):
        floor = words[-1].end_ms if words else 0
        start, end = word.start_ms, word.end_ms
        before = start - floor if words else REACH_MS
        after = sentence.words[index + 1].start_ms - end if index + 1 < len(sentence.words) else 999
        # An edge of speech can only be the word's where there is room beside it.
        if before > 60:
            start = _nearest(starts, start)
        if after > 60:
            end = _nearest(ends, end)
        start = max(floor, start)
        words.append(replace(word, start_ms=start, end_ms=max(start, end)))
    return replace(sentence, words=tuple(words))


def _nearest(edges: Sequence[int], time: int) -> int:
    number = bisect_left(edges, time)
    near = min(edges[max(0, number - 1) : number + 1], key=lambda e: abs(e - time), default=time)
    return near if abs(near - time) <= REACH_MS else time


def _cover(sentences: Sequence[Sentence], regions: Sequence[Region]) -> float:
    """The share of words whose middle lies in speech."""
    ends = [region.end_ms for region in regions]
    inside = total = 0
    for sentence in sentences:
        for word in sentence.words:
            middle = (word.start_ms + word.end_ms) // 2
            number = bisect_left(ends, middle)
            total += 1
            inside += number < len(regions) and regions[number].start_ms - 100 <= middle
    return inside / total if total else 1.0
