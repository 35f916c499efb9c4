"""Word times without a recording, estimated from the text."""

from itertools import pairwise

import pytest

from speechsubs.alignment.estimate import EstimateAligner
from speechsubs.language.locales import load
from speechsubs.model import Sentence


def estimated(*texts: str, tag: str = "en", duration_ms: int | None = None) -> list[Sentence]:
    sentences = [Sentence(n, 0, text) for n, text in enumerate(texts)]
    return list(EstimateAligner(load(tag), duration_ms).place(sentences).sentences)


def length(text: str, tag: str = "en") -> int:
    return estimated(text, tag=tag)[0].words[-1].end_ms


TEXTS = (
    "Good evening, everyone.",
    "It cost 215,900 yuan (29700$).",
    "...",
    "—",
    "\ud800",
    "SU7 4S",
)


@pytest.mark.parametrize("duration_ms", [1, 999, 60_000, 7_123_457, 36_000_000])
def test_a_known_duration_is_matched_exactly(duration_ms: int) -> None:
    assert estimated(*TEXTS, duration_ms=duration_ms)[-1].words[-1].end_ms == duration_ms


@pytest.mark.parametrize("tag", ["en", "zh-CN", "ja", "ar", "ko", "de"])
@pytest.mark.parametrize("duration_ms", [None, 50, 123_456])
def test_times_ascend_and_every_word_has_one(tag: str, duration_ms: int | None) -> None:
    texts = (*TEXTS, "小米的车，很快。", "本当ですか？はい！", "مرحبا بكم في بكين.", "안녕하세요.")
    placed = estimated(*texts, tag=tag, duration_ms=duration_ms)
    words = [word for sentence in placed for word in sentence.words]
    assert words[0].start_ms == 0
    for first, second in pairwise(words):
        assert first.end_ms <= second.start_ms
    for text, sentence in zip(texts, placed, strict=True):
        assert "".join(w.text for w in sentence.words) == "".join(text.split())


def test_longer_words_take_longer() -> None:
    assert length("unbelievable") > length("go")
    assert length("He has 215900 cars") > length("He has five cars")
    assert length("He has 215,900 cars") > length("He has 20 cars")
    assert length("It is the SUV") > length("It is the suv")
    assert length("Well, it is") > length("Well it is")
    assert length("我们的车很快", "zh-CN") == 6 * length("我", "zh-CN")
    assert length("很好，我们走", "zh-CN") > length("很好我们走", "zh-CN")
    assert length("10000000000", "zh-CN") > length("1", "zh-CN")
    assert length("こんにちは", "ja") == 5 * length("こ", "ja")


def test_silent_letters_and_scripts_without_vowels() -> None:
    assert length("make") == length("mac")
    assert length("table") > length("make")
    assert length("сделали", "ru") > length("да", "ru")
    assert length("السيارات", "ar") > length("من", "ar")


def test_the_speech_rate_is_that_of_a_calm_keynote() -> None:
    text = "On the evening of the nineteenth of July he walked onto a stage in Beijing."
    minutes = estimated(*[text] * 20)[-1].words[-1].end_ms / 60_000
    assert 110 < 20 * len(text.split()) / minutes < 170


def test_paragraphs_have_a_longer_pause_than_sentences() -> None:
    def gap(second: int) -> int:
        sentences = [Sentence(0, 0, "One."), Sentence(1, second, "Two.")]
        one, two = EstimateAligner(load("en")).place(sentences).sentences
        return two.words[0].start_ms - one.words[-1].end_ms

    assert gap(1) > gap(0) > 0


def test_a_number_of_a_million_digits_takes_linear_time() -> None:
    assert estimated("9" * 1_000_000)[0].words[0].end_ms > 1_000_000
