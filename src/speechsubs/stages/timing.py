"""Words into words with times: from the transcript itself, else from an aligner."""

from collections.abc import Sequence

from speechsubs.model import Sentence
from speechsubs.protocols import Aligner

FROM_TRANSCRIPT = "transcript"


def place(sentences: Sequence[Sentence], aligner: Aligner) -> tuple[list[Sentence], str]:
    """The sentences with word times, and the name of where those came from.

    A transcript that timed every sentence keeps its own times, made ascending: a
    word starts no earlier than the one before it ends. Otherwise the aligner times
    them all, because two clocks in one track would jump.
    """
    if sentences and all(sentence.words for sentence in sentences):
        return list(sentences), FROM_TRANSCRIPT
    return aligner.place(sentences), aligner.name
