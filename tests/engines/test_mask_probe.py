"""Measuring masks on engines that fail in known ways."""

from collections.abc import Sequence

from speechsubs.engines import mask_probe
from speechsubs.engines.echo import EchoEngine, change_digits, uppercase
from speechsubs.protocols import MaskFamily


def first(engine: EchoEngine, texts: Sequence[str]) -> list[str]:
    return [answer[0] for answer in engine.translate(texts)]


def test_an_engine_that_copies_keeps_everything_in_order() -> None:
    scores = mask_probe.probe(mask_probe.CODES, "en", lambda texts: first(EchoEngine(), texts))
    assert [score.family for score in scores] == list(mask_probe.CODES)
    assert all(score.share == 1 for score in scores)
    assert mask_probe.rank(scores) == mask_probe.CODES


def test_case_does_not_matter_letters_do() -> None:
    loud = mask_probe.probe(
        mask_probe.CODES, "en", lambda texts: first(EchoEngine(change=uppercase), texts)
    )
    assert all(score.share == 1 for score in loud)
    wrong = EchoEngine(change=change_digits)
    assert all(
        s.share < 0.5 for s in mask_probe.probe(mask_probe.CODES, "en", lambda t: first(wrong, t))
    )


def test_words_that_are_lost_leave_their_family() -> None:
    def spoilt(texts: Sequence[str]) -> list[str]:
        return [text.replace("ZQ2", "").replace("QK2", "QK2 QK2") for text in texts]

    by_name = {s.family.name: s for s in mask_probe.probe(mask_probe.CODES, "en", spoilt)}
    assert "ZQ2" not in by_name["zq"].family.words
    assert "QK2" not in by_name["mix"].family.words
    assert by_name["tail"].share == 1 > by_name["zq"].share


def test_the_family_that_survives_comes_first() -> None:
    def spoilt(texts: Sequence[str]) -> list[str]:
        return [text.replace("ZQ", "z q ") for text in texts]

    ordered = mask_probe.rank(mask_probe.probe(mask_probe.CODES, "en", spoilt))
    assert ordered[-1].name == "zq"
    assert ordered[-1].words == mask_probe.CODES[0].words, "kept whole: a bad family is still one"


def test_amounts_are_tried_in_sentences_of_their_own() -> None:
    seen: list[str] = []

    def spoilt(texts: Sequence[str]) -> list[str]:
        seen.extend(texts)
        return [text.replace("CHF 939", "CHF939") for text in texts]

    family = MaskFamily("f", ("Toronto", "Dakar", "Rabat"), ("CHF 717", "CHF 939", "CHF 373"))
    (score,) = mask_probe.probe([family], "en", spoilt)
    assert score.family.amounts == ("CHF 717", "CHF 373")
    assert "It costs CHF 717, or CHF 939, and CHF 373 more." in seen


def test_languages_without_sentences_of_their_own_are_probed_plainly() -> None:
    seen: list[str] = []

    def echo(texts: Sequence[str]) -> list[str]:
        seen.extend(texts)
        return list(texts)

    mask_probe.probe(mask_probe.CODES, "ko", echo)
    assert seen[0] == "ZQ1, ZQ4, ZQ7."


def test_masks_count_as_words_only() -> None:
    assert mask_probe.count_mask("ZQ1", "ZQ12 AZQ1 zq1, ZQ1.") == 2
    assert mask_probe.count_mask("CHF 717", "CHF 7170 or chf 717") == 1
    assert mask_probe.count_mask("717€", "1717€ and 717€.") == 1


def test_every_word_of_every_pool_is_tried() -> None:
    for size in range(3, 20):
        words = tuple(f"ZQ{chr(65 + number)}9" for number in range(size))
        (score,) = mask_probe.probe(
            [MaskFamily("f", words, words)], "en", lambda texts: list(texts)
        )
        assert (score.family.words, score.family.amounts) == (words, words)
