"""Values as files store them: each has one key, and every key comes back unchanged."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.glossary import Matcher, Policy, Target, Term
from speechsubs.glossary.model import Glossary
from speechsubs.model import PlaceableKind, Sentence
from speechsubs.quantities.currencies import Amount, Context
from speechsubs.quantities.dates import Date
from speechsubs.quantities.lenient import SpelledNumber
from speechsubs.quantities.numerals import Number
from speechsubs.quantities.times import Time
from speechsubs.quantities.units import Measure
from speechsubs.translation.keys import UnknownValue, read_placeable, write_key
from speechsubs.translation.placeholders import protect

FOUNDER = Term("lei-jun", "Lei Jun", targets={"es": Target("Lei Jun")}, policy=Policy.KEEP)
SENTENCES = (
    "Lei Jun paid $5 to $10 billion on March 30, 2021.",
    "On May 5 at 4:13 p.m. two hundred cars drove 5.4 million km.",
    "It was -38 °C, 55% of 30,000 people and 5.0 points.",
)


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("term", "lei-jun", Term),
        ("money", "5 USD", Amount),
        ("money", "5000000000 USD..10000000000 USD", Amount),
        ("number", "date:2021-03-30", Date),
        ("number", "date:--05-05", Date),
        ("number", "time:16:13", Time),
        ("number", "unit:5400000 kilometer", Measure),
        ("number", "unit:-38 celsius", Measure),
        ("number", "count:200", SpelledNumber),
        ("number", "5.0", Number),
    ],
)
def test_a_key_says_what_the_value_is(kind: str, key: str, value: type) -> None:
    found = read_placeable(PlaceableKind(kind), 2, 5, "abc", key, "'s")
    assert type(found.value) is value
    assert (found.start, found.end, found.text, found.suffix) == (2, 5, "abc", "'s")
    assert write_key(found.value) == key


def test_the_value_of_a_file_is_the_value_of_the_text() -> None:
    """What was read in a sentence is recognized when its key comes back from a file."""
    sentences = [Sentence(n, 0, text) for n, text in enumerate(SENTENCES)]
    matcher = Matcher(Glossary((FOUNDER,)))
    found = [p for one in protect(sentences, matcher, "en", Context()) for p in one.placeables]
    assert {type(p.value) for p in found} == {
        Term, Amount, Date, Time, SpelledNumber, Measure, Number,
    }  # fmt: skip
    for placeable in found:
        key = write_key(placeable.value)
        again = read_placeable(placeable.kind, placeable.start, placeable.end, "", key)
        assert again.identity == placeable.identity, key


@pytest.mark.parametrize(
    ("one", "other"),
    [("5", "5.0"), ("200", "count:200"), ("time:16:13", "16"), ("5", "unit:5 percent")],
)
def test_different_keys_are_different_values(one: str, other: str) -> None:
    first, second = (read_placeable(PlaceableKind.NUMBER, 0, 1, "5", k) for k in (one, other))
    assert first.identity != second.identity


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("money", ""),
        ("money", "5"),
        ("money", "5 usd"),
        ("money", "1 USD..2 USD..3 USD"),
        ("money", "05.50 USD"),
        ("number", ""),
        ("number", "five"),
        ("number", "NaN"),
        ("number", "1e999999999"),
        ("number", "007"),
        ("number", "٣"),
        ("number", "date:2021-13-01"),
        ("number", "time:24:00"),
        ("number", "unit:5"),
        ("number", "colour:red"),
        ("number", "9" * 5_000),
    ],
)
def test_what_is_no_known_key_is_kept_as_it_is(kind: str, key: str) -> None:
    found = read_placeable(PlaceableKind(kind), 0, 1, "5", key)
    assert found.value == UnknownValue(key)
    assert write_key(found.value) == key


KEYS = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"-?[0-9]{1,5}(\.[0-9]{1,3})?( [A-Z]{3})?", fullmatch=True),
    st.from_regex(r"(unit|count):-?[0-9]{1,4}(\.[0-9]{1,2})?( [a-z]{1,9})?", fullmatch=True),
    st.from_regex(r"time:[0-9]{2}:[0-9]{2}|date:(-|[0-9]{4})-[0-9]{2}-[0-9]{2}", fullmatch=True),
)


@given(st.sampled_from(PlaceableKind), KEYS, st.text(max_size=5))
def test_any_key_comes_back(kind: PlaceableKind, key: str, text: str) -> None:
    found = read_placeable(kind, 0, len(text), text, key)
    assert write_key(found.value) == key
    assert read_placeable(kind, 3, 9, "", key).identity == found.identity


@given(st.dates())
def test_dates_are_written_as_iso_8601(day: datetime.date) -> None:
    date = Date(0, 0, "", day.month, day.day, day.year)
    assert write_key(date) == f"date:{day.isoformat()}"


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["meter", "percent", "kilometer-per-hour"]))
def test_measures_keep_value_and_unit(value: Decimal, unit: str) -> None:
    found = read_placeable(PlaceableKind.NUMBER, 0, 1, "", f"unit:{value.normalize():f} {unit}")
    assert isinstance(found.value, Measure)
    assert (found.value.value, found.value.unit) == (value, unit)


def test_only_values_have_a_key() -> None:
    @dataclass(frozen=True)
    class Other:
        identity: int = 0

    with pytest.raises(TypeError, match="Other has no key"):
        write_key(Other())
