"""A text's quantities, read once: what they are, and that nothing is read twice."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.quantities import find_dates, find_numbers, money, parse
from speechsubs.quantities.currencies import Context
from speechsubs.quantities.lenient import find_lenient_numbers
from speechsubs.quantities.numerals import find_quantities
from speechsubs.quantities.parse import Quantities
from speechsubs.quantities.times import find_times
from speechsubs.quantities.units import find_measures

PIECES = [
    "On March 30, 2021", "at 4:13 p.m.", "800 km", "$1.2 million", "two hundred cars", "5.5 %",
    "de 3 a 5 millones de euros", "100多亿美元", "下午4点13分", "2 mil 500", "٣٤ كم", "£", "1,5",
    "dreihunderttausend", "-", " ", "，", "\u00a0", "９００，０００", "½", "²", "\u202e", "\ud800",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=12).map(" ".join)
LANGUAGES = st.sampled_from(["en", "es", "de", "ru", "zh", "ja", "ko", "ar", "th", "xx"])


@given(TEXTS, LANGUAGES)
def test_each_kind_is_what_its_finder_reads_alone(text: str, language: str) -> None:
    read = Quantities(text, language, Context())
    assert read.scanned == tuple(find_quantities(text, language))
    assert read.numbers == tuple(find_numbers(text, language))
    assert read.words == find_lenient_numbers(text, language)
    assert read.amounts == tuple(money.find_amounts(text, language))
    assert read.measures == find_measures(text, language)
    assert read.dates == tuple(find_dates(text, language))
    assert read.times == find_times(text)


@given(TEXTS, LANGUAGES)
def test_spans_are_ascending_apart_and_in_the_text(text: str, language: str) -> None:
    read = parse(text, language)
    for kind in (read.scanned, read.numbers, read.amounts, read.measures, read.dates, read.times):
        end = 0
        for one in kind:
            assert end <= one.start < one.end <= len(text)
            end = one.end


def test_the_same_text_is_one_reading() -> None:
    read = parse("He paid $5.", "en")
    assert parse("He paid $5.", "en") is read
    assert parse("He paid $5.", "es") is not read
    assert str(parse("He paid $5.", "en", Context(default_dollar="CAD")).amounts[0]) == "5 CAD"
    assert read.read_as("en") is read
    assert read.read_as("es") is parse("He paid $5.", "es")


def test_what_stood_beside_a_stretch_is_read_again() -> None:
    read = parse("Model 3 5 km", "en")
    assert read.without([]) is read
    rest = read.without([(0, 7)])
    assert (rest.text, [m.text for m in rest.measures]) == ("· 5 km", ["5 km"])


def test_a_reading_goes_to_another_process() -> None:
    read = parse("800 km for $5", "en")
    assert read.measures
    assert pickle.loads(pickle.dumps(read)) == read


@pytest.mark.parametrize("language", ["en", "zh", "ko", "th"])
def test_a_long_text_is_read_and_not_kept(language: str) -> None:
    text = "800 km " * 200
    assert parse(text, language) is not parse(text, language)
    assert len(parse(text, language).numbers) == 200
