"""Words that translate each other, counted."""

from training.data import Pair

from training import lexicon

from .conftest import rows


def test_it_finds_the_words_of_the_toy_corpus() -> None:
    pairs = [Pair(source, english, target, "es") for source, english, target in rows()]
    found = lexicon.learn(pairs)
    assert found["house"] == "casa"
    assert found["computer"] == "ordenador"
    assert found["garden"] == "jardín"
    assert found["teacher"] == "maestro"
    # Short words say little, and what is alike is a name.
    assert not {"the", "dog", "Mary"} & set(found)


def test_rare_words_say_nothing() -> None:
    pairs = [Pair("x", "a curious thing", "una cosa curiosa", "es")] * 7
    assert lexicon.learn(pairs) == {}
    assert lexicon.learn(pairs, fewest=7)
