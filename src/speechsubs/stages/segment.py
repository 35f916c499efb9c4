"""The source track: finished sentences, timed by their own words, cut into cues."""

from collections.abc import Sequence
from itertools import groupby

from speechsubs.layout import Block, TimedText, cut
from speechsubs.locales import Locale
from speechsubs.model import Sentence


def blocks(run: Sequence[TimedText], sentences: Sequence[Sentence], locale: Locale) -> list[Block]:
    """Cut paragraph by paragraph, speaker by speaker: no cue crosses from one to the next."""
    result: list[Block] = []
    pairs = zip(run, sentences, strict=True)
    for _, group in groupby(pairs, key=lambda pair: (pair[1].paragraph, pair[1].speaker)):
        result += cut([text for text, _ in group], locale)
    return result
