"""Number words from two to twelve in a translation: a wrong one is found, a free one is not."""

import pytest

from speechsubs.quantities.compare import compare
from speechsubs.quantities.parse import parse

#: language, English, its translation, and the same English with another number.
PAIRS = [
    # A digit or an ordinal that both sides have is no excuse for a word beside it.
    ("it", "Version 4 was three years ago.", "La versione 4 risale a tre anni fa.",
     "Version 4 was four years ago."),
    ("it", "The second of these two numbers.", "Il secondo di questi due numeri.",
     "The second of these three numbers."),
    ("de", "The two men of the first car.", "Die beiden Männer des ersten Wagens.",
     "The three men of the first car."),
    # пять is no inflected "fifth".
    ("ru", "Five impalas and six warthogs.", "Пять импалов и шесть бородавочников.",
     "Six impalas and six warthogs."),
    ("ru", "The Seven Years' War", "Семилетняя война", "The Eight Years' War"),
    ("ru", "A four-day loss of power", "Четырехдневная потеря энергии", "A five-day loss of power"),
    ("ru", "the three of them", "они втроём", "the four of them"),
    ("ru", "Two-thirds said so.", "Две трети так сказали.", "Four-thirds said so."),
    ("de", "a three-day trip", "eine dreitägige Reise", "a four-day trip"),
    ("pt", "a two-dimensional array", "uma matriz bidimensional", "a three-dimensional array"),
    ("it", "a three-dimensional circle", "un cerchio tridimensionale", "a four-dimensional circle"),
    ("es", "the two sisters", "ambas hermanas", "the three sisters"),
    # Korean words of one syllable before what they count, glued or not, and days.
    ("ko", "On his way he met two boys.", "가는 길에 두 소년을 만났어요.",
     "On his way he met three boys."),
    ("ko", "Three buffaloes and four birds", "세마리의 버펄로와 네마리의 새들",
     "Three buffaloes and five birds"),
    ("ko", "Eight frogs and nine fish", "여덟마리의 개구리와 아홉마리의 물고기",
     "Eight frogs and seven fish"),
    ("ko", "Two days later she came.", "이틀 뒤 그녀가 왔어요.", "Three days later she came."),
    ("ko", "There are ten children.", "아이들이 열 명 있어요.", "There are eleven children."),
    ("ko", "The three of us went.", "우리 셋이서 갔어요.", "The four of us went."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "english", "translation", "changed"), PAIRS)
def test_another_number_word_is_found(
    language: str, english: str, translation: str, changed: str
) -> None:
    assert compare(parse(english, "en"), parse(translation, language)) == ([], [])
    lost, gained = compare(parse(changed, "en"), parse(translation, language))
    assert len(lost) == len(gained) == 1


@pytest.mark.parametrize(
    ("language", "english", "translation"),
    [
        ("es", "They had two cars and both broke.", "Tenían dos coches y ambos se rompieron."),
        ("es", "She phoned twice.", "Llamó dos veces."),
        ("ru", "thirty thousand troops", "тридцатитысячная армия"),
        ("ru", "in the thirty years war", "в Тридцатилетней войне"),
        ("ru", "two seminars", "два семинара"),
        # "Your name" and "this girl" are no four and no two; neither is a second time.
        ("ko", "Two boys asked: what is your name?", "두 소년이 물었다. 네 이름이 뭐니?"),
        ("ko", "three girls saw this girl", "세 소녀가 이 소녀를 보았다"),
        ("ko", "Three dogs came the second time.", "두 번째에는 개 세 마리가 왔다."),
        ("ko", "two look around Netflix", "둘이 넷플릭스를 둘러본다"),
        ("ko", "one or two maintainers", "한두 명의 관리자"),
    ],
)
def test_free_translations_are_no_finding(language: str, english: str, translation: str) -> None:
    assert compare(parse(english, "en"), parse(translation, language)) == ([], [])
