"""What of a text is a placeable because of its numbers, and how a value is written."""

import pytest

from speechsubs.language.locales import load
from speechsubs.quantities import find_numeric_placeables, parse, render_reread, render_value
from speechsubs.quantities.lenient import SpelledNumber
from speechsubs.quantities.numerals import Number
from speechsubs.quantities.render import Quantified
from speechsubs.translation.keys import read_placeable, write_key

TEXTS = {
    "en": "On March 30, 2021 at 4:13 p.m. two hundred cars drove 5.4 million km, on May 5 30,000.",
    "es": "El 30 de marzo de 2021 hubo 5,4 millones de km y -38 °C, el 55 % de doscientos coches.",
    "de": "Am 30. März 2021 fuhren 30.000 Autos 170 km/h, zweihundert davon 1,5 Stunden.",
    "ja": "2021年3月30日に3万台が800キロ走った。",
}


def test_numbers_are_found_with_their_units_dates_and_times() -> None:
    found = {
        p.text: type(p.value).__name__ for p in find_numeric_placeables(parse(TEXTS["en"], "en"))
    }
    assert found.items() >= {
        "March 30, 2021": "Date", "4:13 p.m.": "Time", "two hundred": "SpelledNumber",
        "5.4 million km": "Measure", "May 5": "Date", "30,000": "Number",
    }.items()  # fmt: skip


def test_dates_times_and_units_are_left_to_the_engine_on_request() -> None:
    found = find_numeric_placeables(parse(TEXTS["en"], "en"), dates=False, units=False)
    assert {type(p.value).__name__ for p in found} == {"SpelledNumber", "Number"}


@pytest.mark.parametrize("tag", ["es", "en", "zh-TW", "ko"])
@pytest.mark.parametrize("language", sorted(TEXTS))
def test_a_value_from_a_file_is_written_as_one_just_read(language: str, tag: str) -> None:
    locale = load(tag)
    for found in find_numeric_placeables(parse(TEXTS[language], language)):
        assert isinstance(found.value, Quantified)
        key = write_key(found.value)
        stored = read_placeable(found.kind, found.start, found.end, found.text, key)
        assert render_value(found.value, language, locale) == render_reread(
            stored.value, found.text, language, locale
        )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("two hundred cars", "200"),
        ("five million cars", "5 millones"),
        ("30,000 cars", "30.000"),
        ("5.4 million cars", "5,4 millones"),
        ("TMX 1.4b", "1.4b"),
    ],
)
def test_a_number_is_written_from_its_value(text: str, wanted: str) -> None:
    placeables = find_numeric_placeables(parse(text, "en"))
    (found,) = (p.value for p in placeables if isinstance(p.value, Number | SpelledNumber))
    assert render_value(found, "en", load("es")).replace("\u00a0", " ") == wanted
