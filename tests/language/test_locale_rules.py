"""The typed sections of a locale file: read from the built-in files, and hostile sections."""

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.adapters import strict_yaml
from speechsubs.language import locale_rules, locales
from speechsubs.language.locale_reader import LocaleValueError, Node
from speechsubs.language.locale_rules import CATEGORIES, STYLES, Forms

SECTIONS: Mapping[str, Callable[[Node], object]] = {
    "reading": locale_rules.read_limits,
    "breaks": locale_rules.read_breaks,
    "speech": locale_rules.read_speech,
    "numbers": locale_rules.read_numbers,
    "money": locale_rules.read_money,
    "units": locale_rules.read_units,
    "typography": locale_rules.read_typography,
}
ROOT: dict[str, Any] = strict_yaml.plain(strict_yaml.load(Path(locales.folder() / "root.yml")))
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 99)
    | st.text(st.sampled_from("a#¤{}(|"), max_size=4)
    | st.just([])
    | st.just({})
)


@pytest.mark.parametrize("name", SECTIONS)
@given(data=st.data())
def test_any_value_of_a_key_is_read_or_reported_with_its_path(
    name: str, data: st.DataObject
) -> None:
    section = copy.deepcopy(ROOT[name])
    key = data.draw(st.sampled_from([*section, "unknown"]))
    section[key] = data.draw(VALUES)
    node = Node({name: section})
    keys: tuple[str, ...] = (name,)
    try:
        node.section(name, SECTIONS[name])
    except LocaleValueError as error:
        keys = error.keys
    assert keys[0] == name


@pytest.mark.parametrize("name", SECTIONS)
def test_every_key_of_a_section_is_required(name: str) -> None:
    for key in ROOT[name] if name != "units" else ():
        section = {other: value for other, value in ROOT[name].items() if other != key}
        with pytest.raises(LocaleValueError) as caught:
            SECTIONS[name](Node(section))
        assert caught.value.keys[0] == key


@given(
    st.dictionaries(st.sampled_from(CATEGORIES), st.text(min_size=1, max_size=3)),
    st.lists(st.text(min_size=1, max_size=3), max_size=2),
)
def test_a_plural_category_without_a_form_has_the_general_one(
    written: dict[str, str], also: list[str]
) -> None:
    forms = Forms({**written, "other": "x"}, tuple(also))
    for category in CATEGORIES:
        assert forms.of(category) == forms.written.get(category, "x")
    assert set(forms.spellings) == {*forms.written.values(), *also}
    assert len(set(forms.spellings)) == len(forms.spellings)


@pytest.mark.parametrize("tag", locales.known())
def test_every_currency_has_a_style(tag: str) -> None:
    money = locales.load(tag).money
    assert {money.style(code) for code in [*money.currencies, "XXX"]} <= set(STYLES)


def test_an_empty_pattern_never_matches() -> None:
    assert not locale_rules.NEVER.search("")
    assert locales.load("en").typography.sounds is locale_rules.NEVER


def test_an_unverified_limit_is_named() -> None:
    limits = copy.deepcopy(ROOT["reading"])
    limits["tail_ms"]["verified"] = False
    assert "tail_ms" in locale_rules.read_limits(Node(limits))[1]
