"""The source track: times follow the words, cues follow paragraphs and speakers."""

from speechsubs.cues import fit
from speechsubs.cues.layout import timed_texts
from speechsubs.cues.timeline import split_words
from speechsubs.language.locales import load
from speechsubs.model import PlaceableKind, Sentence, Word
from speechsubs.spans import Span, SpannedText
from speechsubs.translation.keys import read_placeable

EN = load("en")


def sentence(
    index: int, text: str, start_ms: int, paragraph: int = 0, speaker: str = ""
) -> Sentence:
    words = tuple(
        Word(w, at, start_ms + n * 400, start_ms + n * 400 + 350)
        for n, (w, at) in enumerate(split_words(text))
    )
    return Sentence(index, paragraph, text, words=words, speaker=speaker)


def test_an_amount_in_another_style_keeps_the_times_of_the_words_around_it() -> None:
    said = sentence(0, "It costs 29700$ today.", 0)
    slot = read_placeable(PlaceableKind.MONEY, 9, 15, "29700$", "29700 USD")
    done = SpannedText("It costs US$29,700 today.", (Span(0, 9, 18),))
    text = timed_texts([said], [done], [(slot,)])[0]
    assert [(w.text, w.start_ms, w.end_ms) for w in text.words] == [
        ("It", 0, 350),
        ("costs", 400, 750),
        ("US$29,700", 800, 1_150),
        ("today.", 1_200, 1_550),
    ]
    assert text.no_break_spans == ((9, 18),)


def test_no_cue_goes_over_a_paragraph_or_from_one_speaker_to_the_next() -> None:
    said = [
        sentence(0, "Yes.", 0),
        sentence(1, "No.", 500),
        sentence(2, "Why?", 1_000, paragraph=1),
        sentence(3, "So.", 1_500, paragraph=1, speaker="B"),
    ]
    done = [SpannedText(s.text) for s in said]
    texts = timed_texts(said, done, [()] * 4)
    found = [block.sentences for block in fit.source_blocks(texts, said, EN)]
    assert found in ([(0, 1), (2,), (3,)], [(0,), (1,), (2,), (3,)])


def test_nothing_gives_nothing() -> None:
    assert fit.source_blocks([], [], EN) == []
