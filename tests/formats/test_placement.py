"""Places on the screen: what one format asks for in the words of the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.formats.placement import mend_settings, override_of, settings_of


@pytest.mark.parametrize("key", range(1, 10))
def test_the_nine_places_come_back(key: int) -> None:
    settings = settings_of(f"{{\\an{key}}}Text")
    assert override_of(settings) == ("" if key == 2 else f"{{\\an{key}}}")


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        (r"{\an8}Above", "line:0"),
        (r"{\fs20\an5\b1}Middle", "line:50%"),
        (r"{\a6}Above, the old way", "line:0"),
        (r"{\a1}Left, the old way", "align:left position:0%"),
        (r"{\a10}Middle, the old way", "line:50%"),
        (r"{\pos(10,20)}Somewhere", ""),
        ("Plain", ""),
        ("{an8} is text", ""),
    ],
)
def test_overrides_become_settings(text: str, settings: str) -> None:
    assert settings_of(text) == settings


@pytest.mark.parametrize(
    ("settings", "override"),
    [
        ("line:0", r"{\an8}"),
        ("line:10%,start", r"{\an8}"),
        ("line:50%", r"{\an5}"),
        ("line:90%", ""),
        ("line:-1", ""),
        ("line:auto", ""),
        ("align:left", r"{\an1}"),
        ("align:start position:0%", ""),  # what YouTube writes for every caption
        ("align:right line:2", r"{\an9}"),
        ("", ""),
    ],
)
def test_settings_become_overrides(settings: str, override: str) -> None:
    assert override_of(settings) == override


def test_values_of_older_drafts() -> None:
    assert mend_settings("position:50.00%,middle  align:middle size:80.00%") == (
        "position:50.00%,center  align:center size:80.00%"
    )
    assert mend_settings("region:middle line:10%,start") == "region:middle line:10%,start"


@given(st.text("{}\\an123456789pos(),x ", max_size=40))
def test_no_text_raises(text: str) -> None:
    override_of(settings_of(text))
    override_of(text)
