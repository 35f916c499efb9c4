"""Numbers and a half, in words and digits, as a speaker of each language says them."""

import pytest

from speechsubs.quantities.compare import compare
from speechsubs.quantities.numerals import find_quantities
from speechsubs.quantities.parse import parse


@pytest.mark.parametrize(
    ("language", "text", "span", "value"),
    [
        ("en", "about one and a half million people", "one and a half million", 1_500_000),
        ("en", "a million and a half people", "a million and a half", 1_500_000),
        ("en", "3 and a half billion", "3 and a half billion", 3_500_000_000),
        ("en", "half a billion people", "half a billion", 500_000_000),
        ("es", "un millón y medio de personas", "un millón y medio", 1_500_000),
        ("es", "2,5 millones", "2,5 millones", 2_500_000),
        ("es", "3 millones 200 mil habitantes", "3 millones 200 mil", 3_200_000),
        ("pt", "dois milhões e meio", "dois milhões e meio", 2_500_000),
        ("it", "un milione e mezzo", "un milione e mezzo", 1_500_000),
        ("fr", "deux milliards et demi", "deux milliards et demi", 2_500_000_000),
        ("ca", "un milió i mig", "un milió i mig", 1_500_000),
        ("de", "zweieinhalb Millionen", "zweieinhalb Millionen", 2_500_000),
        ("de", "anderthalb Milliarden", "anderthalb Milliarden", 1_500_000_000),
        ("ru", "полтора миллиона", "полтора миллиона", 1_500_000),
        ("ru", "два с половиной миллиона", "два с половиной миллиона", 2_500_000),
    ],
)
def test_a_number_and_a_half(language: str, text: str, span: str, value: int) -> None:
    (found,) = find_quantities(text, language)
    assert (text[found.start : found.end], found.value) == (span, value)


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        # Hours and times are not read, and neither is a half of something else.
        ("en", "two and a half hours", [2]),
        ("es", "dos horas y media", [2]),
        ("es", "2 mil 20 personas", [2000, 20]),
        ("es", "3 millones 200 personas", [3_000_000, 200]),
        # A number does not end inside a word.
        ("de", "zwischen zweihundert und dreihundert", [200, 300]),
        ("de", "zweihundertdreißig", [230]),
    ],
)
def test_what_is_no_sum(language: str, text: str, values: list[int]) -> None:
    assert [int(q.value) for q in find_quantities(text, language)] == values


def test_a_half_that_was_lost_is_found() -> None:
    source = "one and a half million people"
    assert compare(parse(source, "en"), parse("un millón y medio de personas", "es")) == ([], [])
    assert compare(parse(source, "en"), parse("150万人", "zh")) == ([], [])
    lost, _ = compare(parse(source, "en"), parse("un millón de personas", "es"))
    assert lost == [1_500_000]
