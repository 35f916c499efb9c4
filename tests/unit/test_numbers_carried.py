import pytest

from speechsubs.locales import load
from speechsubs.numbers.carried import date_edits


def carried(source: str, target: str, tag: str) -> str:
    edits = date_edits(source, "en", target, load(tag))
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
        ("no date", "19 julio 2024", "es", "19 julio 2024"),
    ],
)  # fmt: skip
def test_dates_come_out_in_the_long_form(source: str, target: str, tag: str, wanted: str) -> None:
    assert carried(source, target, tag) == wanted


def test_a_slot_is_never_touched() -> None:
    target = "En 19 julio 2024"
    assert date_edits("19 July 2024", "en", target, load("es"), [(3, 5)]) == []


def test_a_date_before_one_endless_word_is_no_riddle() -> None:
    # Once took longer than anybody waited: the word could be split in n^8 ways.
    text = "2021年1月15日 " + "x" * 5_000 + " 2022"
    assert date_edits("15 January 2021 x", "en", text, load("zh-CN")) == []
