import pytest

from speechsubs.edits import apply
from speechsubs.locales import known, load
from speechsubs.model import Finished, Place
from speechsubs.typography import around_slots, english_possessives, rules


def mended(text: str, name: str, tag: str) -> str:
    """The text with every place of a name known, after the edits around it."""
    places, at = [], text.find(name)
    while at >= 0:
        places.append(Place(len(places), at, at + len(name)))
        at = text.find(name, at + 1)
    done = Finished(text, tuple(places))
    return apply(done, around_slots(done, load(tag))).text


@pytest.mark.parametrize(
    ("tag", "name", "before", "after"),
    [
        ("es", "SU7", "el precio de el SU7", "el precio del SU7"),
        ("es", "SU7", "A el SU7 le falta poco", "Al SU7 le falta poco"),
        ("es", "País", "de El País", "de El País"),
        ("es", "SU7", "de él SU7", "de él SU7"),
        ("fr", "Audi", "le Audi de Audi", "l'Audi d'Audi"),
        ("fr", "Xiaomi", "l'Xiaomi d'Xiaomi", "le Xiaomi de Xiaomi"),
        ("fr", "Xiaomi", "le prix de le Xiaomi", "le prix du Xiaomi"),
        ("fr", "Audi", "Que Audi fasse", "Qu'Audi fasse"),
        ("fr", "Huawei", "de Huawei", "de Huawei"),
        ("ca", "SU7", "de el SU7 a els SU7", "del SU7 als SU7"),
        ("ca", "Audi", "el Audi i la casa de Audi", "l'Audi i la casa d'Audi"),
        ("it", "Audi", "il prezzo del Audi", "il prezzo dell'Audi"),
        ("it", "SU7", "il prezzo di il SU7", "il prezzo del SU7"),
        ("pt-BR", "SU7", "o preço de o SU7 em a SU7", "o preço do SU7 na SU7"),
        ("de", "Lei Jun", "Lei Jun's Auto", "Lei Juns Auto"),
        ("de", "Mercedes", "Mercedes's Auto", "Mercedes’ Auto"),
        ("zh-CN", "雷军", "雷军's 汽车", "雷军的汽车"),
        ("ja", "雷軍", "雷軍's 車", "雷軍の車"),
        ("ko", "레이쥔", "레이쥔's 차", "레이쥔의 차"),
        ("en", "Lei Jun", "Lei Jun's car", "Lei Jun's car"),
        ("es", "Lei Jun", "Lei Jun's coche", "Lei Jun's coche"),
    ],
)
def test_words_around_a_slot(tag: str, name: str, before: str, after: str) -> None:
    assert mended(before, name, tag) == after


def test_two_slots_in_a_row_do_not_share_their_words() -> None:
    done = Finished("de el SU7 de el SU7", (Place(0, 6, 9), Place(1, 16, 19)))
    assert apply(done, around_slots(done, load("es"))).text == "del SU7 del SU7"


def test_an_english_possessive_left_behind_is_seen() -> None:
    done = Finished("Lei Jun's coche", (Place(0, 0, 7),))
    assert english_possessives(done, load("es"))
    assert not english_possessives(done, load("en"))


@pytest.mark.parametrize("tag", known())
def test_every_locale_has_rules_and_they_are_stable(tag: str) -> None:
    own = rules(tag)
    for short in own.contractions.values():
        assert short not in own.contractions
