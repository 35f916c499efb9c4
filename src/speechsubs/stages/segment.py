"""The source track: finished sentences, timed by their own words, cut into cues."""

from collections.abc import Sequence
from itertools import groupby

from speechsubs.layout import Block, TimedText, cut
from speechsubs.locales import Locale
from speechsubs.model import Finished, Sentence, Slot
from speechsubs.timeline import Timeline, Warp, carried


def texts(
    sentences: Sequence[Sentence], finished: Sequence[Finished], slots: Sequence[tuple[Slot, ...]]
) -> list[TimedText]:
    """Finished sentences with the times of the words that they were made from.

    Only slots differ between the spoken and the finished text ("29700$" became
    "$29,700"), so the times of everything else carry over exactly.
    """
    result = []
    for sentence, done, own in zip(sentences, finished, slots, strict=True):
        anchors = [(p.start, p.end, own[p.slot].start, own[p.slot].end) for p in done.places]
        warp = Warp(len(done.text), len(sentence.text), anchors)
        words = carried(done.text, Timeline(sentence.words), warp)
        glued = tuple((p.start, p.end) for p in done.places)
        result.append(TimedText(sentence.index, done.text, words, glued))
    return result


def blocks(run: Sequence[TimedText], sentences: Sequence[Sentence], locale: Locale) -> list[Block]:
    """Cut paragraph by paragraph, speaker by speaker: no cue crosses from one to the next."""
    result: list[Block] = []
    pairs = zip(run, sentences, strict=True)
    for _, group in groupby(pairs, key=lambda pair: (pair[1].paragraph, pair[1].speaker)):
        result += cut([text for text, _ in group], locale)
    return result
