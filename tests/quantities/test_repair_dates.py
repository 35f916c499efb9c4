import pytest

from speechsubs.language.locales import load
from speechsubs.quantities import parse
from speechsubs.quantities.repair import date_edits


def carried(source: str, target: str, tag: str) -> str:
    edits = date_edits(parse(source, "en"), target, load(tag))
    for start, end, text in reversed(edits):
        target = target[:start] + text + target[end:]
    return target


@pytest.mark.parametrize(
    ("source", "target", "tag", "wanted"),
    [
        ("On 19 July 2024", "En 19 julio 2024", "es", "En 19 de julio de 2024"),
        ("the eve of 19 July 2024", "la tarde de 19 julio 2024", "es",
         "la tarde del 19 de julio de 2024"),
        ("It was 15 January 2021.", "Era 15 enero 2021.", "es", "Era el 15 de enero de 2021."),
        ("On March 30, 2021, he", "Encima Marcha 30, 2021, él", "es",
         "Encima 30 de marzo de 2021, él"),
        ("On 30 March 2021", "En 30 March 2021", "es", "En 30 de marzo de 2021"),
        ("On 30 March 2021", "El 30 de marzo de 2021", "ca", "El 30 de març del 2021"),
        ("On 15 January 2021", "El 15 Januaria 2021", "es", "El 15 de enero de 2021"),
        ("On 16 August", "El 16 agosto", "es", "El 16 de agosto"),
        # Right already: nothing to do.
        ("On 19 July 2024", "Am 19. Juli 2024", "de", "Am 19. Juli 2024"),
        ("On 19 July 2024", "2024年7月19日", "zh-CN", "2024年7月19日"),
        # Another month is another date: that is for the checks, not for a repair.
        ("On 19 July 2024", "El 19 de mayo de 2024", "es", "El 19 de mayo de 2024"),
        # Twice there: nobody knows which one is meant.
        ("On 19 July 2024", "19 julio 2024 o 19 julio 2024", "es", "19 julio 2024 o 19 julio 2024"),
        # A day that is only a number.
        ("On 16 August he had 16 cars", "El 16 agosto tuvo 16 coches", "es",
         "El 16 de agosto tuvo 16 coches"),
        ("Built on 16 August 2023", "Fu costruito il 16 d'agosto di 2023", "it",
         "Fu costruito il 16 agosto 2023"),
        # A month and a year.
        ("In March 2021 they met.", "En Marcha 2021 cumplieron.", "es",
         "En marzo de 2021 cumplieron."),
        ("In April 2010", "en abril 2010", "es", "en abril de 2010"),
        ("March 2021 was cold", "Marcha 2021 era fría", "es", "Marzo de 2021 era fría"),
        ("In March 2021", "En Part 2021", "fr", "En mars 2021"),
        ("By June 2024", "Per juny 2024", "ca", "Per juny del 2024"),
        ("In March 2021", "в марте 2021 года", "ru", "в марте 2021 года"),
        ("In March 2021", "2021年3月", "ja", "2021年3月"),
        # The month under its own name wins over any name beside the year.
        ("In March 2021 the Xiaomi 2021 came", "En marzo 2021 llegó el Xiaomi 2021", "es",
         "En marzo de 2021 llegó el Xiaomi 2021"),
        # Another month, a word, two places: left for the check.
        ("In March 2021", "En mayo 2021", "es", "En mayo 2021"),
        ("In March 2021", "En este 2021", "es", "En este 2021"),
        ("In March 2021", "Marcha 2021 y Marcha 2021", "es", "Marcha 2021 y Marcha 2021"),
        ("no date", "19 julio 2024", "es", "19 julio 2024"),
    ],
)  # fmt: skip
def test_dates_come_out_in_the_long_form(source: str, target: str, tag: str, wanted: str) -> None:
    assert carried(source, target, tag) == wanted


def test_a_slot_is_never_touched() -> None:
    target = "En 19 julio 2024"
    assert date_edits(parse("19 July 2024", "en"), target, load("es"), [(3, 5)]) == []


def test_a_date_before_one_endless_word_is_no_riddle() -> None:
    # Once took longer than anybody waited: the word could be split in n^8 ways.
    text = "2021年1月15日 " + "x" * 5_000 + " 2022"
    assert date_edits(parse("15 January 2021 x", "en"), text, load("zh-CN")) == []
