"""Word times: kept where the transcript has them, estimated where it has none."""

from speechsubs.alignment.estimate import EstimateAligner
from speechsubs.language.locales import load
from speechsubs.model import Sentence, Word
from speechsubs.pipeline.texts import FROM_TRANSCRIPT, time_words


def test_times_of_the_transcript_are_kept() -> None:
    sentence = Sentence(0, 0, "Go on.", words=(Word("Go", 0, 5, 9, 0.5), Word("on.", 3, 20, 30)))
    placed = time_words([sentence], EstimateAligner(load("en")))
    assert (placed.sentences, placed.aligner) == ((sentence,), FROM_TRANSCRIPT)


def test_times_that_run_backwards_in_a_sentence_are_made_ascending() -> None:
    words = (Word("A", 0, 500, 900), Word("b", 2, 100, 200), Word("c.", 4, 850, 1_000))
    placed = time_words(
        [Sentence(0, 0, "A b c.", words=words)], EstimateAligner(load("en"))
    ).sentences
    assert [(w.start_ms, w.end_ms) for w in placed[0].words] == [
        (500, 900),
        (900, 900),
        (900, 1_000),
    ]


def test_two_speakers_may_talk_at_once() -> None:
    sentences = [
        Sentence(0, 0, "Long.", words=(Word("Long.", 0, 0, 9_000),), speaker="A"),
        Sentence(1, 1, "Yes.", words=(Word("Yes.", 0, 3_000, 3_500),), speaker="B"),
    ]
    assert list(time_words(sentences, EstimateAligner(load("en"))).sentences) == sentences


def test_one_sentence_without_times_has_all_of_them_estimated() -> None:
    sentences = [Sentence(0, 0, "One.", words=(Word("One.", 0, 0, 9),)), Sentence(1, 0, "Two.")]
    placed = time_words(sentences, EstimateAligner(load("en")))
    assert placed.aligner == "estimate"
    assert all(s.words for s in placed.sentences)
    assert placed.sentences[0].words[0].end_ms > 9
