"""A wrong month is found, a right one is not, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.language import locales
from speechsubs.quantities.dates import Date, find_dates, find_lost_months, render_date

RIGHT = [
    ("On 19 July 2024", "19.07.2024", "de"),
    ("On 19 July 2024", "El 19 de Julio", "es"),
    ("In March 2021", "au mois de mars 2021", "fr"),
    ("In March 2021", "в марте 2021 года", "ru"),
    ("In May 2021", "в мае 2021 года", "ru"),
    ("In March 2021", "en març del 2021", "ca"),
    ("In March 2021", "2021年三月", "zh-CN"),
    ("In March 2021", "2021년 3월에", "ko"),
    ("In March 2021", "في آذار 2021", "ar"),
    ("In August 2009", "в августе 2009 года", "ru"),
    ("On May 5th", "五月五日は", "ja"),
    ("On 25 December", "１２月２５日です", "ja"),
    ('It prints "January 2006" here', "打印“January 2006”", "zh-CN"),
    ("no date", "nada", "es"),
    ("In March 2021", "anything", "tlh"),
]
WRONG = [
    ("On 19 July 2024", "El 19 de mayo de 2024", "es"),
    ("In March 2021", "En Marcha 2021", "es"),
    ("In March 2021", "En Part 2021", "fr"),
    ("In March 2021", "Im Marsch 2021", "de"),
    ("In March 2021", "в мае 2021 года", "ru"),
    ("In March 2021", "2021年5月", "ja"),
    ("In March 2021", "二〇二一年五月", "zh-CN"),
]


@pytest.mark.parametrize(("source", "target", "tag"), RIGHT)
def test_a_month_that_is_there(source: str, target: str, tag: str) -> None:
    assert find_lost_months(find_dates(source, "en"), target, tag) == []


@pytest.mark.parametrize(("source", "target", "tag"), WRONG)
def test_a_month_that_is_not(source: str, target: str, tag: str) -> None:
    (date,) = find_lost_months(find_dates(source, "en"), target, tag)
    assert date.text in source


@given(
    st.integers(1, 12),
    st.none() | st.integers(1, 28),
    st.integers(1900, 2099),
    st.sampled_from(locales.known()),
)
def test_what_we_write_ourselves_is_never_reported(
    month: int, day: int | None, year: int, tag: str
) -> None:
    date = Date(0, 0, "", month, day, year)
    source, target = (render_date(date, locales.load(t)) for t in ("en", tag))
    assert find_lost_months(find_dates(f"It was {source}.", "en"), target, tag) == []


def test_the_cost_is_linear() -> None:
    text = "In March 2021 " * 2_000
    assert len(find_lost_months(find_dates(text, "en"), "x" * 100_000, "es")) == 2_000
