"""Cardinals, mentions of numbers and dates of a locale file."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.adapters import strict_yaml
from speechsubs.language import locale_words, locales
from speechsubs.language.locale_reader import LocaleValueError, Node

SECTIONS: Mapping[str, Callable[[Node], object]] = {
    "cardinals": locale_words.read_cardinals,
    "mentions": locale_words.read_mentions,
    "dates": locale_words.read_dates,
}
ROOT: dict[str, Any] = strict_yaml.plain(strict_yaml.load(locales.folder() / "root.yml"))
MONTHS = {str(number): f"month {number}" for number in range(1, 13)}
PATTERNS = {"long": "{day} {month} {year}", "day_month": "{day} {month}",
            "month_year": "{month} {year}"}  # fmt: skip
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 99)
    | st.text(st.sampled_from("a{}(|day"), max_size=6)
    | st.just([{}])
    | st.dictionaries(st.sampled_from(["1", "2", "x"]), st.sampled_from(["a", "a|b", ""]))
)


def section(name: str, **changes: object) -> Node:
    return Node({**copy.deepcopy(ROOT[name]), **changes})


@pytest.mark.parametrize("name", SECTIONS)
@given(data=st.data())
def test_any_value_of_a_key_is_read_or_rejected(name: str, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from([*ROOT[name], "unknown"]))
    node = Node({name: {**copy.deepcopy(ROOT[name]), key: data.draw(VALUES)}})
    keys: tuple[str, ...] = (name,)
    try:
        node.section(name, SECTIONS[name])
    except LocaleValueError as error:
        keys = error.keys
    assert keys[0] == name


@pytest.mark.parametrize("name", SECTIONS)
def test_every_key_of_a_section_is_required(name: str) -> None:
    for key in ROOT[name]:
        data = {other: value for other, value in ROOT[name].items() if other != key}
        with pytest.raises(LocaleValueError) as caught:
            SECTIONS[name](Node(copy.deepcopy(data)))
        assert caught.value.keys[0] == key


def test_words_are_read_in_lower_case_with_one_value_each() -> None:
    rules = locale_words.read_cardinals(
        section("cardinals", words={"1": "One|a", "2": "two"}, scales={"3": "Thousand"})
    )
    assert rules.words == {"one": 1, "a": 1, "two": 2}
    assert rules.scales == {"thousand": 3}
    with pytest.raises(LocaleValueError):
        locale_words.read_cardinals(
            section("cardinals", words={"1": "a", "2": "A"}, scales={"3": "x"})
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"words": {"1": "one"}},
        {"scales": {"3": "thousand"}},
        {"alone": "thousand"},
        {"system": "joined"},
    ],
)
def test_inconsistent_cardinals_are_rejected(changes: dict[str, object]) -> None:
    empty: dict[str, object] = {"words": {}, "scales": {}, "alone": ""}
    with pytest.raises(LocaleValueError):
        locale_words.read_cardinals(section("cardinals", **{**empty, **changes}))


def test_months_and_patterns_are_complete() -> None:
    rules = locale_words.read_dates(section("dates", months=MONTHS, **PATTERNS))
    assert rules.months[12] == ("month 12",)
    assert rules.long == PATTERNS["long"]


@pytest.mark.parametrize(
    "changes",
    [
        {"months": {"1": "January"}},
        {"months": {**MONTHS, "13": "x"}},
        {"months": {**MONTHS, "12": ""}},
        {"long": ""},
        {"long": "{day} {month}"},
        {"long": "{day.real} {month} {year}"},
        {"day_month": "{day"},
        {"month_year": "{0} {month} {year}"},
    ],
)
def test_incomplete_dates_are_rejected(changes: dict[str, object]) -> None:
    with pytest.raises(LocaleValueError):
        locale_words.read_dates(section("dates", **{"months": MONTHS, **PATTERNS, **changes}))
