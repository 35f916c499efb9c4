"""How the trust in words becomes that of cues, and what is said about it."""

from speechsubs.model import Cue, Sentence, Severity, Track, Word
from speechsubs.pipeline import run


def _track(*values: float | None) -> Track:
    cues = [Cue(1_000 * n, 1_000 * n + 900, ("x",), confidence=v) for n, v in enumerate(values)]
    return Track(tuple(cues), "es", "talk.txt")


def test_one_lost_word_lowers_a_cue_but_does_not_sink_it() -> None:
    words = [Word("a", 0, 0, 9, 0.9), Word("b", 2, 9, 19, 0.9), Word("c", 4, 19, 29, 0.1)]
    assert 0.3 < (run.combine_confidence(words) or 0) < 0.4
    assert run.combine_confidence([Word("a", 0, 0, 9)]) is None


def test_a_cue_is_judged_by_the_words_that_it_shows() -> None:
    words = (Word("a", 0, 0, 900, 0.9), Word("b", 2, 1_000, 1_900, 0.1))
    cues = tuple(Cue(a, a + 900, ("x",), sentences=(0,)) for a in (0, 1_000))
    made = run.add_confidence(Track(cues), [Sentence(0, 0, "a b", words=words)])
    assert [cue.confidence for cue in made.cues] == [0.9, 0.1]


def test_the_source_track_names_every_unsure_cue() -> None:
    found = list(run.find_unsure_cues(_track(0.9, 0.1, None, 0.2)))
    assert [f.cue for f in found] == [2, 4]
    assert {f.severity for f in found} == {Severity.WARNING}


def test_a_target_track_has_one_word_about_all_of_them() -> None:
    (found,) = run.summarize_unsure_cues(_track(0.9, 0.1, None, 0.2))
    assert (found.code, found.severity, found.value) == ("timing-unsure", Severity.INFO, 2)
    assert "2, 4" in found.message
    assert run.summarize_unsure_cues(_track(0.9, None)) == []
    (many,) = run.summarize_unsure_cues(_track(*[0.1] * 500))
    assert len(many.message) < 200
