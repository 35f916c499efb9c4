"""Any text at all: no crash, true spans, and a cost that grows with the text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs import quantities
from speechsubs.language import locales
from speechsubs.quantities import money, render
from speechsubs.quantities.digits import MAX_DIGITS
from speechsubs.quantities.format import plural_category

PIECES = st.sampled_from(
    ["$", "€", "¥", "1", "12", "345", "000", ",", ".", "'", " ", "\u00a0", "-", "–", "million",
     "thousand", "hundred", "and", "yuan", "dollars", "USD", "RMB", "万", "亿", "千", "两", "元",
     "多", "几", "円", "to", "from", "between", "point", "grand", "de", "d'", "mil", "und", "ein",
     "1" * 40, "9" * 60, "5" * 400, "40.712,74.006", "½", "億", "٫", "’", "e9", "º", "kr", ":",
     "%", "\ud800", "\x00", "İ", "ß", "٣", "５", "\u202e", "km", "s", "\n", "１", "，"]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=60))
LANGUAGES = st.sampled_from(["en", "es", "fr", "de", "it", "pt", "zh", "ja", "ko", "ca", "xx"])


@given(TEXTS, LANGUAGES)
def test_spans_are_true_and_apart(text: str, language: str) -> None:
    end = 0
    for amount in money.find_amounts(text, language):
        assert end <= amount.start < amount.end <= len(text)
        assert text[amount.start : amount.end] == amount.text
        assert len(amount.scales) == len(amount.values)
        end = amount.end
    end = 0
    for number in quantities.find_numbers(text, language):
        assert end <= number.start < number.end <= len(text)
        assert text[number.start : number.end] == number.text
        assert isinstance(number.value, Decimal)
        end = number.end


@given(TEXTS, LANGUAGES)
def test_a_text_has_the_numbers_that_it_has(text: str, language: str) -> None:
    read = quantities.parse(text, language)
    assert quantities.compare(read, read) == ([], [])


@given(TEXTS, LANGUAGES, st.sampled_from(locales.known()))
def test_edits_are_in_order_and_true(text: str, language: str, tag: str) -> None:
    end = 0
    read = quantities.parse(text, language)
    for start, stop, _ in quantities.number_edits(read, locales.load(tag)):
        assert end <= start < stop <= len(text)
        end = stop


@given(TEXTS, LANGUAGES, st.sampled_from(locales.known()))
def test_whatever_is_found_can_be_written_and_read_again(
    text: str, language: str, tag: str
) -> None:
    locale = locales.load(tag)
    for amount in money.find_amounts(text, language):
        written = render.render_amount(amount, locale)
        assert [a.values for a in money.find_amounts(written, tag)] == [amount.values], written


@given(TEXTS, st.sampled_from(locales.known()), st.sampled_from(locales.known()))
def test_whatever_is_read_can_be_written_in_every_language(
    text: str, language: str, tag: str
) -> None:
    locale = locales.load(tag)
    for quantity in quantities.parse(text, language).numbers:
        plural_category(quantity.value, locale)
    assert isinstance(quantities.localize(text, language, locale), str)


@pytest.mark.parametrize("tag", locales.known())
@pytest.mark.parametrize(
    "number",
    ["40.712,74.006", "1,234.5.6", "1.2.3,4", "1'000,5'6", "1" * 40, "9" * 60, "8" * 4_000],
)
def test_what_is_no_number_stays_as_it_is(number: str, tag: str) -> None:
    text = f"x {number} x ${number} x"
    found = quantities.find_numbers(text, tag)
    assert all(text[n.start : n.end] == n.text for n in found)
    if number.isdigit() and len(number) <= MAX_DIGITS:
        assert int(number) in [n.value for n in found]
    else:
        assert number not in [n.text for n in found]


@pytest.mark.parametrize("language", ["en", "de", "zh", "ja"])
@pytest.mark.parametrize(
    "unit",
    ["1", "1,", "1 ", "1,000", " 000", "one ", "hundred ", "$", "$1", "1$", "-", "万", "1万", "两",
     "million ", "ein", "und", "1 to ", "between ", "1-", "a ", "多", "1.", "'", "USD", "5 de "],
)  # fmt: skip
def test_endless_repetition_ends(language: str, unit: str) -> None:
    text = unit * 4_000
    assert isinstance(money.find_amounts(text, language), list)
    assert isinstance(quantities.find_numbers(text, language), list)
    assert isinstance(quantities.find_dates(text, language), list)
    read = quantities.parse(text, language)
    assert quantities.compare(read, read) == ([], [])


@given(st.integers(1, 10**MAX_DIGITS - 1), st.sampled_from(locales.known()))
def test_no_digit_of_a_long_number_is_rounded_away(value: int, tag: str) -> None:
    locale = locales.load(tag)
    (number,) = quantities.find_numbers(f"x {value} x", tag)
    assert number.value == value
    written = quantities.localize(f"x {value} x", "en", locale)
    assert "".join(c for c in written if c.isdigit()) == str(value)


def test_a_number_of_a_million_digits_is_no_number() -> None:
    assert money.find_amounts("$" + "9" * 10**6, "en") == []
    assert quantities.find_numbers("9" * 10**6, "zh") == []
