"""Cleaning, weighting and parting of the corpus."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from training.data import Pair

from training import data

from .conftest import ROOT, rows


def pair(english: str, target: str, language: str = "es", source: str = "tatoeba") -> Pair:
    return Pair(source, english, target, language)


GOOD = [
    pair("Who's that?", "¿Quién es?"),
    pair("Run!", "¡Corre!"),
    pair("Tom is a friend of Mary's.", "Tom es amigo de Mary."),
    pair("There are 27 countries in the union.", "Hay 27 países en la unión."),
    pair("They renamed the fort San Mateo.", "Rebautizaron el fuerte San Mateo."),
    pair("The model is trained.", "模型已经训练好了。", "zh"),
    pair("I like this book very much.", "私はこの本がとても好きです。", "ja"),
]  # fmt: skip
BAD = [
    (pair("", "Nada."), "empty"),
    (pair("word " * 200, "palabra " * 200), "long"),
    (pair("Click <b>here</b>.", "Haz clic <b>aquí</b>."), "markup"),
    (pair("Use `print`.", "Usa `print`."), "markup"),
    (pair("Value of {{ name }}.", "Valor de {{ name }}."), "markup"),
    (pair("See https://a.b for more.", "Mira https://a.b para más."), "markup"),
    (pair("See in for details .", "Consulte la para más detalles ."), "markup"),
    (pair("Hi.", "Buenos días a todos los que hoy nos acompañan en esta sala."), "ratio"),
    (pair("A common bug report", "A common bug report"), "copy"),
    (pair("The cat is on the roof.", "The cat is not on the roof."), "language"),
    (pair("El gato está en la casa.", "El gato está en casa."), "language"),
    (pair("Good morning to you.", "Доброе утро всем вам."), "script"),
    (pair("The model is trained.", "The model is trained now.", "zh"), "ratio"),
    (pair("In section 2 we saw it.", "En la sección 3 lo vimos."), "numbers"),
    (pair("12345 67890 !!", "12345 67890 !!!"), "script"),
]  # fmt: skip


@pytest.mark.parametrize("good", GOOD, ids=lambda p: str(p.english[:20]))
def test_a_good_pair_stays(good: Pair) -> None:
    assert data.fault(good) == ""


@pytest.mark.parametrize(("bad", "why"), BAD, ids=[why for _, why in BAD])
def test_a_bad_pair_goes_and_says_why(bad: Pair, why: str) -> None:
    assert data.fault(bad) == why


def test_equal_pairs_stay_once_and_translations_are_few() -> None:
    same = [pair("Run!", "¡Corre!"), pair("run!", "¡corre!")]
    many = [pair("Go away!", f"¡Vete{' ya' * n}!") for n in range(5)]
    kept, dropped = data.clean([*same, *many])
    assert kept == [same[0], *many[:3]]
    assert dropped == {"duplicate": 1, "translations": 2}


def test_white_space_and_quotes_are_made_plain() -> None:
    assert data.tidy(" It’s\u00a0“fine”\u200b \t now ") == 'It\'s "fine" now'


def test_a_corpus_file_is_read(corpus: Path) -> None:
    found = list(data.read(corpus / "en-es.tsv.xz", "es"))
    assert len(found) == len(rows()) + 1
    assert found[0] == Pair("xquad", "The dog sees the house.", "El perro ve la casa.", "es")


def test_no_english_sentence_is_in_two_parts() -> None:
    pairs = [
        pair(f"{source} {'abcdefghij'[n % 10]} {chr(97 + n // 10 % 26)}{chr(97 + n // 260)}.",
             f"Frase {n}.", source=source)
        for n in range(3000)
        for source in ("tatoeba", "xquad")
    ]  # fmt: skip
    # The same English in another source, with other case, numbers and punctuation.
    pairs += [pair(p.english.upper() + " 7!", "Otra.", source="helm_docs") for p in pairs[:3000]]
    parts = data.part(pairs)
    names = [{data.key(p.english) for p in part} for part in (parts.train, parts.dev, parts.test)]
    assert not names[0] & names[1]
    assert not names[0] & names[2]
    assert not names[1] & names[2]
    assert min(map(len, names)) > 50
    for part in (parts.dev, parts.test):
        assert {p.source for p in part} == {"tatoeba", "xquad"}
    assert data.part(pairs) == parts


def test_sources_are_seen_as_often_as_their_weight_says() -> None:
    pairs = [pair(f"Sentence {n}.", f"Frase {n}.", source="tatoeba") for n in range(2000)]
    pairs += [pair(f"Line {n}.", f"Línea {n}.", source="python_docs") for n in range(2000)]
    passes = [list(data.draw(pairs, number)) for number in range(4)]
    for drawn in passes:
        for source in ("tatoeba", "python_docs"):
            share = sum(p.source == source for p in drawn) / 2000
            assert share == pytest.approx(data.WEIGHTS[source], abs=0.06)
    # Passes differ, so that a pair left out of one is in another.
    seen = {p.english for drawn in passes for p in drawn if p.source == "python_docs"}
    assert len(seen) > 1990


def test_every_weight_is_of_a_source_of_the_corpus() -> None:
    sources = ROOT / ".." / "shared" / "corpus" / "SOURCES.md"
    if not sources.exists():
        pytest.skip("the shared corpus is not on this machine")
    text = sources.read_text("utf-8")
    for name, weight in data.WEIGHTS.items():
        assert re.search(rf"^\| {re.escape(name)} \|", text, re.MULTILINE), name
        assert 0 < weight <= 5


@given(st.text(), st.text(), st.sampled_from(["es", "fr", "de", "pt", "zh", "ja"]))
def test_no_text_upsets_the_cleaning(english: str, target: str, language: str) -> None:
    found = pair(data.tidy(english), data.tidy(target), language)
    assert isinstance(data.fault(found), str)
    assert data.tidy(found.english) == found.english
    assert 0 <= data.chance(english, "x") < 1
