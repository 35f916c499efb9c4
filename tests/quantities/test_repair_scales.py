import pytest

from speechsubs.language.locales import known, load
from speechsubs.quantities.repair import scale_edits


def mended(text: str, tag: str) -> str:
    for start, end, word in reversed(scale_edits(text, load(tag))):
        text = text[:start] + word + text[end:]
    return text


@pytest.mark.parametrize(
    ("tag", "before", "after"),
    [
        ("ca", "5,4 milió de quilòmetres", "5,4 milions de quilòmetres"),
        ("ca", "5,4 Milió de Quilòmetres", "5,4 Milions de Quilòmetres"),
        ("ca", "1 milions", "1 milió"),
        ("es", "2 millón de coches", "2 millones de coches"),
        ("es", "2 millones de coches", "2 millones de coches"),
        ("de", "3 Million Autos", "3 Millionen Autos"),
        ("fr", "3 million de voitures", "3 millions de voitures"),
        ("ru", "2 миллионов машин", "2 миллиона машин"),
        # Without digits, or as a part of a longer word, it is none of our business.
        ("es", "un millón", "un millón"),
        ("es", "2 millonarios", "2 millonarios"),
        ("zh-CN", "540万公里", "540万公里"),
        ("en", "5.4 million", "5.4 million"),
    ],
)
def test_scale_words_take_their_plural(tag: str, before: str, after: str) -> None:
    assert mended(before, tag) == after


@pytest.mark.parametrize("tag", known())
def test_what_is_right_is_left_alone(tag: str) -> None:
    once = mended("7 million 7 milió 7 millón 1 millones", tag)
    assert mended(once, tag) == once
