"""Numbers that a locale writes are read back by it, in digits and in words."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.quantities.dates import Date, find_dates, render_date
from speechsubs.quantities.format import format_digits, format_scaled
from speechsubs.quantities.lenient import find_lenient_numbers
from speechsubs.quantities.numerals import find_quantities

tags = st.sampled_from(locales.known())
#: Languages by how their number words make a number (`cardinals.system`): those of
#: `words` are read everywhere, the others only by the checks.
SPELLED = [
    tag
    for tag in locales.known()
    if locales.load(tag).cardinals.words and locales.load(tag).cardinals.system == "words"
]
CHECKED = [
    tag for tag in locales.known() if locales.load(tag).cardinals.words and tag not in SPELLED
]


@given(tags, st.decimals(0, 10**12, places=2))
def test_digits_are_read_back(tag: str, value: Decimal) -> None:
    (found,) = find_quantities(format_digits(value, locales.load(tag)), tag)
    assert found.value == value


@given(tags, st.integers(1, 999), st.sampled_from((6, 9)))
def test_a_scale_word_is_read_back(tag: str, mantissa: int, power: int) -> None:
    value = Decimal(mantissa * 10**power)
    text, _ = format_scaled(value, power, locales.load(tag))
    (found,) = find_quantities(text, tag)
    assert found.value == value


@given(
    st.sampled_from([tag for tag in locales.known() if tag not in ("ar", "th")]),
    st.dates(datetime.date(1900, 1, 1), datetime.date(2999, 12, 31)),
)
def test_a_date_is_read_back(tag: str, day: datetime.date) -> None:
    date = Date(0, 0, "", day.month, day.day, day.year)
    (found,) = find_dates(render_date(date, locales.load(tag)), tag)
    assert (found.year, found.month, found.day) == (day.year, day.month, day.day)


def _words(locale: Locale) -> list[tuple[str, int]]:
    return list(locale.cardinals.words.items())


@pytest.mark.parametrize("tag", SPELLED)
def test_every_number_word_is_worth_what_the_file_says(tag: str) -> None:
    for word, value in _words(locales.load(tag)):
        found = [q for q in find_quantities(word, tag) if q.spelled]
        assert [q.value for q in found] == [value], word


@pytest.mark.parametrize("tag", CHECKED)
def test_every_number_word_of_other_grammars_is_found_by_the_checks(tag: str) -> None:
    for word, value in _words(locales.load(tag)):
        if value > 1:
            assert value in {n.value for n in find_lenient_numbers(word, tag)}, word


@pytest.mark.parametrize("tag", SPELLED)
def test_hundreds_and_thousands_are_read_behind_a_digit(tag: str) -> None:
    rules = locales.load(tag).cardinals
    three = next(word for word, value in rules.words.items() if value == 3)
    gap = "" if rules.glued else " "
    for scale, power in rules.scales.items():
        found = list(find_quantities(f"{three}{gap}{scale}", tag))
        assert [q.value for q in found] == [Decimal(3 * 10**power)], scale


@st.composite
def rows_of_words(draw: st.DrawFn) -> tuple[str, str]:
    """Number words in any order, glued or apart, as nobody says them."""
    tag = draw(st.sampled_from(SPELLED))
    spelling = locales.load(tag).cardinals
    words = st.sampled_from(sorted({*spelling.words, *spelling.scales, spelling.joiner, ","}))
    gaps = st.sampled_from([" ", "-", "\u00a0", ""])
    return tag, "".join(draw(st.lists(words | gaps, max_size=12)))


@given(rows_of_words())
def test_any_row_of_number_words_is_read(row: tuple[str, str]) -> None:
    tag, text = row
    end = 0
    for found in find_quantities(text, tag):
        assert end <= found.start < found.end <= len(text)
        end = found.end


def test_a_sum_that_no_decimal_holds_ends_before() -> None:
    found = next(find_quantities("sixty-one crore billion trillion nineteen", "en"))
    assert found.value == Decimal(10) ** 16 * 61
