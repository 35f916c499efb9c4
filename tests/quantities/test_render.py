"""What of a text is a slot because of its numbers: the value read there, and its key in files."""

import pytest

from speechsubs.language.locales import load
from speechsubs.quantities import find_numeric_spans, parse, render_key, render_value

TEXTS = {
    "en": "On March 30, 2021 at 4:13 p.m. two hundred cars drove 5.4 million km, on May 5 30,000.",
    "es": "El 30 de marzo de 2021 hubo 5,4 millones de km y -38 °C, el 55 % de doscientos coches.",
    "de": "Am 30. März 2021 fuhren 30.000 Autos 170 km/h, zweihundert davon 1,5 Stunden.",
    "ja": "2021年3月30日に3万台が800キロ走った。",
}


def test_a_key_says_what_was_read() -> None:
    keys = {spot.key for spot in find_numeric_spans(parse(TEXTS["en"], "en"))}
    assert keys >= {
        "date:2021-03-30", "date:--05-05", "time:16:13", "count:200", "unit:5400000 kilometer",
        "30000",
    }  # fmt: skip


@pytest.mark.parametrize("tag", ["es", "en", "zh-TW", "ko"])
@pytest.mark.parametrize("language", sorted(TEXTS))
def test_a_value_is_written_as_its_key_and_text_are(language: str, tag: str) -> None:
    locale = load(tag)
    for spot in find_numeric_spans(parse(TEXTS[language], language)):
        assert render_value(spot.value, spot.text, language, locale) == render_key(
            spot.key, spot.text, language, locale
        )
