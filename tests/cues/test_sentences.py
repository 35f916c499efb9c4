"""Sentences: where they end, and that no word and no time is lost at their borders."""

import pytest

from speechsubs.cues.sentences import MAX_CHARACTERS, split
from speechsubs.cues.timeline import split_words
from speechsubs.model import Kind, Paragraph, Transcript, Word


def texts(text: str, language: str = "en") -> list[str]:
    return [s.text for s in split(Transcript((Paragraph(text),)), language)]


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["He left at 4.13 p.m.", '"Go!" he said.']),
        ("en", ["We met at 5 p.m.", "The board was there."]),
        ("en", ["It was 10 a.m. on Monday."]),
        ("en", ['It was 10 p.m. "sharp" they said.']),
        ("en", ["It costs $3.50.", "That is a lot."]),
        ("en", ["He lives in the U.S.", "He likes it."]),
        ("en", ["The U.S. government said no."]),
        ("en", ["Dr. Li came.", "Mr. Wang left."]),
        ("en", ["J. R. R. Tolkien wrote.", "He did."]),
        ("en", ["Version 3.2.1 is out.", "It is good."]),
        ("en", ['"Do it now," said Li Bin.', '"In three years the door will be closed."', "Yes."]),
        ("en", ['He said "Go."', "Then he left."]),
        ("en", ['She said "no!" and left.']),
        ("en", ['I said: "Is it?" he asked.']),
        ("en", ["We saw Li et al. in St. Gallen.", "Nice."]),
        ("en", ["Why not?", "Because..."]),
        ("en", ["“Courage is our best response to this era.”", "He smiled."]),
        ("zh", ["他说：“走吧。”", "然后走了。", "“真的吗？”雷军说。", "SU7 售价 21.59 万元。"]),
        ("ja", ["彼は「行こう。」と言った。", "そして去った。", "本当ですか？", "はい！"]),
        ("es", ["¿Por qué?", "El Sr. López llegó."]),
        ("de", ["Das kostet 3,5 Mio. Euro.", "„Los!“ sagte er."]),
        ("fr", ["Il a dit : « Non ! »", "Puis il est parti.", "M. Dupont est là."]),
        ("ar", ["مرحبا بكم.", "كيف حالك؟", "أنا بخير."]),
        ("zh", ["故事开始了。", "2021年1月15日，公司被列入名单。", "SU7很快。"]),
        ("ja", ["耳を傾けた。", "170台の車を試乗した。", "「行く。2台で。」と言った。"]),
        ("ru", ["Он не мог этого сделать, т. е. если бы он был один.", "Да."]),
        ("en", ["1. Ship the kit.", "Then go."]),
        ("en", ["No.", "I was there."]),
        ("en", ["Read No. 5 of the list."]),
        ("de", ["Das ist Nr. 3 der Liste."]),
        ("en", ["How many?", "5.", "Then we left."]),
    ],
)
def test_borders(language: str, sentences: list[str]) -> None:
    joint = "" if language in ("zh", "ja") else " "
    assert texts(joint.join(sentences), language) == sentences


@pytest.mark.parametrize("language", ["xx", "", "en"])
def test_an_unknown_language_is_no_error(language: str) -> None:
    assert texts("One. Two.", language) == ["One.", "Two."]


@pytest.mark.parametrize(
    "text",
    ["", "   ", "...", "—", "a\x00b. C.", "\ud800 x. \udfff", "x" * 5_000, "A. " * 2_000,
     "!!! " * 900,     "no blank.Here", "。。。「」", "a\r\nb. c", "a \u200b",
     "Hi. \"\" ' ' . . ."],
)  # fmt: skip
def test_no_character_but_blanks_is_lost(text: str) -> None:
    assert "".join("".join(texts(text)).split()) == "".join(text.split())


@pytest.mark.parametrize("text", ["\u200b", "\x1b \x00", "\u202e\u2060"])
def test_what_shows_nothing_is_no_sentence(text: str) -> None:
    assert texts(text) == []
    assert texts(f"{text} One.") == [f"{text} One."]


def test_a_runaway_sentence_comes_in_parts_cut_at_clauses() -> None:
    found = texts("and so we went on, and on " * 200)
    assert len(found) > 4
    assert all(len(s) <= MAX_CHARACTERS for s in found)
    assert sum(s.endswith(",") for s in found) == len(found) - 1


def test_paragraphs_never_share_a_sentence_and_keep_what_is_known_of_them() -> None:
    paragraphs = (
        Paragraph("A title", Kind.HEADING, 1, speaker="A"),
        Paragraph("goes on. And on.", Kind.QUOTE, 3, speaker="B"),
    )
    found = split(Transcript(paragraphs), "en")
    assert [(s.index, s.paragraph, s.text, s.kind, s.line, s.speaker) for s in found] == [
        (0, 0, "A title", Kind.HEADING, 1, "A"),
        (1, 1, "goes on.", Kind.QUOTE, 3, "B"),
        (2, 1, "And on.", Kind.QUOTE, 3, "B"),
    ]


def timed(text: str) -> Paragraph:
    words = [Word(w, at, n * 100, n * 100 + 80) for n, (w, at) in enumerate(split_words(text))]
    return Paragraph(text, words=tuple(words))


def test_words_go_with_their_sentence_and_their_offsets_start_there() -> None:
    found = split(Transcript((timed("One two. Three four."),)), "en")
    assert [[(w.text, w.offset, w.start_ms) for w in s.words] for s in found] == [
        [("One", 0, 0), ("two.", 4, 100)],
        [("Three", 0, 200), ("four.", 6, 300)],
    ]


def test_a_word_over_a_border_gives_each_sentence_its_part() -> None:
    # As recognizers of Chinese return it. Without this the second sentence had no time
    # at all, and the whole transcript's times were thrown away for estimates.
    text = "很好。我们走。"
    words = (Word("很", 0, 0, 100), Word("好。我", 1, 100, 400), Word("们走。", 4, 400, 700))
    first, second = split(Transcript((Paragraph(text, words=words),)), "zh")
    assert [(w.text, w.offset, w.start_ms, w.end_ms) for w in first.words] == [
        ("很", 0, 0, 100),
        ("好。", 1, 100, 300),
    ]
    assert [(w.text, w.offset, w.start_ms, w.end_ms) for w in second.words] == [
        ("我", 0, 300, 400),
        ("们走。", 1, 400, 700),
    ]


def test_every_sentence_of_a_timed_paragraph_has_words_that_are_its_text() -> None:
    paragraph = timed("The price is 3.50. " * 50 + "word " * 900)
    for sentence in split(Transcript((paragraph,)), "en"):
        assert sentence.words
        for word in sentence.words:
            assert sentence.text[word.offset : word.end_offset] == word.text
