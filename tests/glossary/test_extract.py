"""What is suggested, and what is not, with the reason as the name of the case."""

import pytest

from speechsubs.glossary import Glossary, Term, empty
from speechsubs.glossary.extract import extract


def texts(*sources: str, glossary: Glossary | None = None) -> list[str]:
    return [c.text for c in extract(sources, glossary or empty())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("We met Elon Musk in Texas.", ["Elon Musk", "Texas"], id="names inside"),
        pytest.param("Elon Musk came.", ["Elon Musk"], id="a name opens the sentence"),
        pytest.param("Then Elon Musk came.", ["Elon Musk"], id="an opener is no name"),
        pytest.param("The Bank of China rose.", ["Bank of China"], id="joined by of"),
        pytest.param("Courage matters. He has courage.", [], id="a first word"),
        pytest.param("Tesla rose. I like Tesla.", ["Tesla"], id="a first word that is a name"),
        pytest.param("He said: “Looking back, yes.”", [], id="first in a quotation"),
        pytest.param("I came in May, on a Monday.", [], id="months, days and I"),
        pytest.param("Ask Dr. Smith or J. Doe.", ["Doe", "Smith"], id="titles and initials"),
        pytest.param("The SU7, a 4S, GPT-4 and 5G.", ["4S", "5G", "GPT-4", "SU7"], id="codes"),
        pytest.param("An iPhone by NASA.", ["iPhone", "NASA"], id="capitals inside and all"),
        pytest.param("After 5km, 90s, 3rd, 3GB, 10K, 120Hz, 1.5m.", [], id="quantities"),
        pytest.param("About US$300, USD 300, 300 USD.", [], id="currencies"),
        pytest.param("The US grew.", ["US"], id="a country that is no currency"),
        pytest.param("A Thousand New People\nThey came.", [], id="a heading in title case"),
        pytest.param("THEY CAME TO TOWN\nWe saw.", [], id="a heading in capitals"),
        pytest.param("小米SU7的，红米", ["SU7"], id="codes in Chinese"),
        pytest.param("They met He Xiaopeng. He Xiaopeng ran.", ["He Xiaopeng"], id="He, a name"),
        pytest.param("With Éric Müller’s car.", ["Éric Müller"], id="accents, possessive"),
        pytest.param("A Model 3 is no Model 3.", ["Model 3"], id="word and number, twice"),
        pytest.param("A Model 3.", ["Model 3"], id="word and number, once"),
        pytest.param("He drove a Model 3 home.", ["Model 3"], id="an article opens the name"),
        pytest.param("The Mi 10 was good.", ["Mi 10"], id="a function word behind"),
        pytest.param("I have the iPhone 15 Pro.", ["iPhone 15 Pro"], id="a number inside"),
        pytest.param("The Xiaomi 13 Ultra came.", ["Xiaomi 13 Ultra"], id="inside, once"),
        pytest.param("In Berlin 300 people met.", ["Berlin"], id="a count behind a name"),
        pytest.param("In Berlin 2021 was wet.", ["Berlin"], id="a year behind a name"),
        pytest.param("See Chapter 3 for it.", ["Chapter"], id="counted, no name"),
        pytest.param("The car, the car, the car.", [], id="lower case, however often"),
        pytest.param("I saw The Great Big Red Old Barn Door.", [], id="a slogan is too long"),
        pytest.param("", [], id="empty"),
        pytest.param("\x00\ud800 ... ’s", [], id="nothing to read"),
    ],
)
def test_rules(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_what_the_glossary_has_is_left_out() -> None:
    glossary = Glossary((Term("a", "Lei Jun"), Term("b", "SU7")))
    assert texts("With Lei Jun’s SU7, Lei and Musk.", glossary=glossary) == ["Lei", "Musk"]


def test_counts_places_and_order() -> None:
    first, second = extract(["In Rome, in Oslo.", "To Rome’s gate, ROME"], empty())[:2]
    assert (first.text, first.count, first.kind) == ("Rome", 2, "name")
    assert first.places == ((0, 3), (1, 3))
    assert second.text == "Oslo"


def test_a_word_is_judged_over_all_texts() -> None:
    assert texts("I like Apple.", "An apple, an apple.") == []
    assert texts("I like Apple and Apple.", "An apple.") == ["Apple"]


def test_places_point_at_the_text() -> None:
    source = "He met Elon Musk.\r\nShe met Elon\u00a0Musk in a Falcon 9, a Falcon 9."
    found = extract([source], empty())
    assert [c.text for c in found] == ["Elon Musk", "Falcon 9"]
    for candidate in found:
        assert candidate.count == len(candidate.places) == 2
        for _, start in candidate.places:
            here = source[start : start + len(candidate.text)].replace("\u00a0", " ")
            assert here == candidate.text
