"""Snap a transcript's word times to the boundaries of speech regions.

Speech recognizers include the silence around a word or cut off its first sounds. A
nearby boundary of a speech region is the better time.
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

#: A boundary further away than this belongs to another word.
REACH_MS: Final = 350
#: Shorter pauses do not split a region.
_MIN_GAP_MS: Final = 200
#: With a smaller share of words inside speech, the recording is a different one.
_MIN_SPEECH_SHARE: Final = 0.6


def shift_words(sentence: Sentence, by_ms: int) -> Sentence:
    """Shift all words of a sentence by `by_ms`."""
    words = tuple(
        replace(w, start_ms=w.start_ms + by_ms, end_ms=w.end_ms + by_ms) for w in sentence.words
    )
    return replace(sentence, words=words)


def refine_words(
    sentences: Sequence[Sentence], recording: Recording, curve: vad.SpeechCurve | None = None
) -> Placement:
    """Move word boundaries next to pauses to the boundaries of speech.

    Words that are not next to a pause keep their times. If most words fall into silence,
    this is a different recording: the times are kept and a finding is added. `curve` is
    the recording's speech curve, if the caller has it already.
    """
    regions = (curve or vad.SpeechCurve(recording)).regions(min_gap_ms=_MIN_GAP_MS)
    offset = recording.offset_ms
    shifted = [Region(r.start_ms + offset, r.end_ms + offset) for r in regions]
    cover = _speech_share(sentences, shifted)
    if cover < _MIN_SPEECH_SHARE:
        message = (
            f"only {cover:.0%} of the word times fall within speech: the times of the "
            "transcript are kept. Is it the same recording?"
        )
        finding = Finding("recording-differs", Severity.WARNING, message, file=recording.name)
        return Placement(tuple(sentences), "transcript", (finding,))
    starts = [region.start_ms for region in shifted]
    ends = [region.end_ms for region in shifted]
    return Placement(tuple(_snap_sentence(s, starts, ends) for s in sentences), "transcript")


def _snap_sentence(sentence: Sentence, starts: Sequence[int], ends: Sequence[int]) -> Sentence:
    words: list[Word] = []
    for index, word in enumerate(sentence.words):
        floor = words[-1].end_ms if words else 0
        start, end = word.start_ms, word.end_ms
        before = start - floor if words else REACH_MS
        after = sentence.words[index + 1].start_ms - end if index + 1 < len(sentence.words) else 999
        # A speech boundary can only be the word's own if there is a gap beside the word.
        if before > 60:
            start = _nearest(starts, start)
        if after > 60:
            end = _nearest(ends, end)
        start = max(floor, start)
        words.append(replace(word, start_ms=start, end_ms=max(start, end)))
    return replace(sentence, words=tuple(words))


def _nearest(boundaries: Sequence[int], time: int) -> int:
    number = bisect_left(boundaries, time)
    near = min(
        boundaries[max(0, number - 1) : number + 1], key=lambda e: abs(e - time), default=time
    )
    return near if abs(near - time) <= REACH_MS else time


def _speech_share(sentences: Sequence[Sentence], regions: Sequence[Region]) -> float:
    """The share of words whose midpoint lies inside speech."""
    ends = [region.end_ms for region in regions]
    inside = total = 0
    for sentence in sentences:
        for word in sentence.words:
            middle = (word.start_ms + word.end_ms) // 2
            number = bisect_left(ends, middle)
            total += 1
            inside += number < len(regions) and regions[number].start_ms - 100 <= middle
    return inside / total if total else 1.0
