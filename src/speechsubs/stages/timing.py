"""Words into words with times: from the transcript itself, else from an aligner."""

from collections.abc import Sequence
from dataclasses import replace

from speechsubs.model import Sentence, Word
from speechsubs.protocols import Aligner, Placement, Refiner

FROM_TRANSCRIPT = "transcript"


def place(sentences: Sequence[Sentence], aligner: Aligner) -> Placement:
    """The sentences with word times: their own, else the aligner's.

    A transcript that timed every sentence keeps its own times, made ascending: in a
    sentence a word starts no earlier than the one before it ends. Sentences may
    overlap, because two people may speak at once. An aligner that can refine times
    that exist does so. Where one sentence has no time the
    aligner times them all, because two clocks in one track would jump.
    """
    if sentences and all(sentence.words for sentence in sentences):
        own = tuple(map(_ascending, sentences))
        if isinstance(aligner, Refiner):
            return replace(aligner.refine(own), aligner=FROM_TRANSCRIPT)
        return Placement(own, FROM_TRANSCRIPT)
    return aligner.place(sentences)


def _ascending(sentence: Sentence) -> Sentence:
    words: list[Word] = []
    for word in sorted(sentence.words, key=lambda word: word.offset):
        floor = words[-1].end_ms if words else 0
        start = max(word.start_ms, floor)
        words.append(replace(word, start_ms=start, end_ms=max(word.end_ms, start)))
    return replace(sentence, words=tuple(words))
