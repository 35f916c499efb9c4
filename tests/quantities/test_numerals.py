"""Numbers: found, compared across languages, rewritten for a locale; dates."""

from decimal import Decimal

import pytest

from speechsubs import quantities
from speechsubs.language import locales
from speechsubs.quantities.digits import possible_values, read_run, rules, shift, trim_zeros


def _values(text: str, language: str) -> list[str]:
    return [f"{n.value:f}" for n in quantities.find_numbers(text, language)]


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("en", "5.4 million kilometers, 30,000 people, 0.75 and 12%", "5400000 30000 0.75 12"),
        ("en", "the SU7, a Model-3, a 4S shop, CO2, 3D, the 7th, v1.2.3", ""),
        ("en", "30km at 120km/h with 2.5g and 100kWh", "30 120 2.5 100"),
        ("en", "10k runs; £5m and 5m; 3bn", "5000000 5 3000000000"),
        ("en", "COVID-19 and GPT-4, but -5 degrees and 3-5 days", "5 3 5"),
        ("en", "٣٤ and ５４", "34 54"),
        ("es", "5,4 millones, 30.000 y 1.234,5", "5400000 30000 1234.5"),
        ("fr", "30 000 personnes, 5,4 millions, 1 234,5", "30000 5400000 1234.5"),
        ("de", "1.234.567 und 3,5 Mio.", "1234567 3500000"),
        ("zh", "540万公里、3亿、21万5900、2020，2021年", "5400000 300000000 215900 2020 2021"),
        ("zh", "三十人和两百一十五万", ""),
        ("ja", "3億5000万人、２万９，７００件", "350000000 29700"),
        ("ko", "2만 9700명, 3억", "29700 300000000"),
        ("ru", "5,4 миллиона, 30 000", "5400000 30000"),
        ("en", "in 2021 300 people", "2021 300"),
        ("en", "10,00,000 and 1,2,3", "1000000"),
    ],
)
def test_find(language: str, text: str, values: str) -> None:
    assert _values(text, language) == values.split()


def test_find_keeps_the_unit_word_and_the_span() -> None:
    million, share = quantities.find_numbers("5.4 million and 12 %", "en")
    assert (million.text, million.unit_word, million.start, million.end) == (
        "5.4 million", "million", 0, 11,
    )  # fmt: skip
    assert (share.text, share.unit_word, share.value) == ("12 %", "%", Decimal(12))


@pytest.mark.parametrize(
    ("run", "language", "value", "sure"),
    [
        ("1,234", "en", "1234", True),
        ("1.234", "en", "1.234", False),
        ("1.234", "es", "1234", True),
        ("1,234", "es", "1.234", False),
        ("1.234,5", "en", "1234.5", True),
        ("1,234.5", "es", "1234.5", True),
        ("0.125", "es", "0.125", False),
        ("12,5", "es", "12.5", True),
        ("1’250", "de", "1250", True),
        ("1,234,567", "es", "1234567", True),
    ],
)
def test_read(run: str, language: str, value: str, sure: bool) -> None:
    assert read_run(run, rules(language)) == (Decimal(value), sure)


@pytest.mark.parametrize("run", ["1.2.3", "1,2,3", "1,23,4", "9" * 61, "1'2"])
def test_what_is_no_number(run: str) -> None:
    assert read_run(run, rules("en")) is None


def test_readings_of_an_ambiguous_run() -> None:
    assert possible_values("3.000") == {Decimal("3.000"), Decimal(3000)}


def test_exact_beyond_the_precision_of_the_decimal_context() -> None:
    long = Decimal("1." + "1" * 50)
    assert shift(long, 12) == Decimal("1" * 13 + "." + "1" * 38)
    assert str(trim_zeros(Decimal("1" * 50 + ".10"))) == "1" * 50 + ".1"


@pytest.mark.parametrize(
    ("source", "source_language", "target", "target_language"),
    [
        ("30,000 people", "en", "30.000 personas", "es"),
        ("30,000 people", "en", "3万人", "zh"),
        ("30,000 people", "en", "30 000 personnes", "fr"),
        ("5.4 million kilometers", "en", "540万公里", "zh"),
        ("5.4 million kilometers", "en", "5,4 millones de kilómetros", "es"),
        ("It has 3 doors", "en", "Tiene tres puertas", "es"),
        ("It has three doors", "en", "它有3扇门", "zh"),
        ("It has 3 doors", "en", "它有三扇门", "zh"),
        ("on March 30, 2021", "en", "2021年3月30日", "zh"),
        ("2021年3月30日", "zh", "el 30 de marzo de 2021", "es"),
        ("at 9:00", "en", "à 9 heures", "fr"),
        ("at 2:30", "en", "2時半に", "ja"),
        ("at 2:30", "en", "à 2h30", "fr"),
        ("the 19th century", "en", "el siglo XIX", "es"),
        ("the 19th century", "en", "19世纪", "zh"),
        ("on the 20th of October", "en", "el 20 de octubre", "es"),
        ("the SU7 and the Model 3", "en", "el SU7 y el Model 3", "es"),
        ("I'll stay for a week", "en", "1週間滞在します", "ja"),
        ("$1 million", "en", "100万ドル", "ja"),
        ("It has 3 doors", "en", "у него три двери", "ru"),
        ("It has 3 doors", "en", "문이 세 개 있습니다", "ko"),
        ("It has 3 doors", "en", "لديها ثلاثة أبواب", "ar"),
        ("It has 25 doors", "en", "Té vint-i-cinc portes", "ca"),
        ("25% off", "en", "25 % de descuento", "es"),
    ],
)
def test_compare_finds_equal_values_equal(
    source: str, source_language: str, target: str, target_language: str
) -> None:
    assert quantities.compare(
        quantities.parse(source, source_language), quantities.parse(target, target_language)
    ) == ([], [])


@pytest.mark.parametrize(
    ("source", "target", "language", "missing", "extra"),
    [
        # Real outputs of an Argos model, from the measurements that this project began with.
        ("They raised $1 million.", "1億ドルを集めた。", "ja", "1000000", "100000000"),
        ("The fund is £211bn.", "基金为211英镑。", "zh", "211000000000", "211"),
        ("It cost £27 million.", "27万ポンドかかった。", "ja", "27000000", "270000"),
        ("It cost $3.6 billion.", "3.6億かかった。", "ja", "3600000000", "360000000"),
        ("It cost $1100.", "$100かかった。", "ja", "1100", "100"),
        ("30,000 people came.", "300人来了。", "zh", "30000", "300"),
        ("It costs $7500.", "Cuesta 7500 euros y 3.", "es", "", "3"),
        ("30,000 and 30,000", "30.000", "es", "30000", ""),
        ("5.4 million", "5,4 mil", "es", "5400000", "5400"),
    ],
)
def test_compare_catches_what_models_do(
    source: str, target: str, language: str, missing: str, extra: str
) -> None:
    found = quantities.compare(quantities.parse(source, "en"), quantities.parse(target, language))
    assert found == ([Decimal(v) for v in missing.split()], [Decimal(v) for v in extra.split()])


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        ("es", "30,000 personas y 5.4 puntos", "30.000 personas y 5,4 puntos"),
        ("es", "1,500 en 2021", "1500 en 2021"),
        ("fr", "30,000 personnes", "30\u202f000 personnes"),
        ("de", "1,234.5 Meter", "1.234,5 Meter"),
        ("zh-CN", "30,000人，215,937人，5.4倍", "3万人，215,937人，5.4倍"),
        ("ja", "30,000人と5.4 million", "3万人と540万"),
        ("en", "30,000 people", "30,000 people"),
        ("es", "el SU7, 12:30, v1.2.3, 2021, 10.000", "el SU7, 12:30, v1.2.3, 2021, 10.000"),
        ("es", "5.4 million", "5,4\u00a0millones"),
        # "billions" is another number in French: not ours to change.
        ("fr", "5 billions, 5.4 million", "5 billions, 5,4\u00a0millions"),
        ("es", "5,4 millions", "5,4 millions"),
    ],
)
def test_localize(tag: str, text: str, expected: str) -> None:
    assert quantities.localize(text, "en", locales.load(tag)) == expected


def test_localize_leaves_skipped_spans_alone() -> None:
    read, spanish = quantities.parse("30,000 y 40,000", "en"), locales.load("es")
    assert quantities.number_edits(read, spanish, [(0, 6)]) == [(9, 15, "40.000")]
    assert quantities.number_edits(read, spanish, [(0, 15)]) == []


def test_localize_from_a_language_with_commas() -> None:
    assert quantities.localize("30.000 and 5,4", "es", locales.load("en")) == "30,000 and 5.4"


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "on March 30, 2021,", (2021, 3, 30)),
        ("en", "30 March 2021", (2021, 3, 30)),
        ("en", "the 16th of August 2023", (2023, 8, 16)),
        ("en", "May 5", (None, 5, 5)),
        ("en", "in August 2023", (2023, 8, None)),
        ("es", "el 30 de marzo de 2021", (2021, 3, 30)),
        ("fr", "le 1er mars 2021", (2021, 3, 1)),
        ("de", "am 30. März 2021", (2021, 3, 30)),
        ("it", "il 30 marzo 2021", (2021, 3, 30)),
        ("pt", "30 de março de 2021", (2021, 3, 30)),
        ("ru", "30 марта 2021", (2021, 3, 30)),
        ("zh", "2021年3月30日", (2021, 3, 30)),
        ("ja", "3月30日", (None, 3, 30)),
        ("ko", "2021년 3월 30일", (2021, 3, 30)),
    ],
)
def test_find_dates(language: str, text: str, expected: tuple[int | None, int, int | None]) -> None:
    (date,) = quantities.find_dates(text, language)
    assert (date.year, date.month, date.day) == expected
    assert text[date.start : date.end] == date.text


@pytest.mark.parametrize("text", ["March of time", "may 50 people", "February 30, 2021", "2021"])
def test_what_is_no_date(text: str) -> None:
    assert quantities.find_dates(text, "en") == []


@pytest.mark.parametrize(
    ("tag", "full", "short", "month"),
    [
        ("es", "30 de marzo de 2021", "5 de mayo", "agosto de 2023"),
        ("zh-CN", "2021年3月30日", "5月5日", "2023年8月"),
        ("de", "30. März 2021", "5. Mai", "August 2023"),
        ("en", "March 30, 2021", "May 5", "August 2023"),
    ],
)
def test_render_date(tag: str, full: str, short: str, month: str) -> None:
    dates = quantities.find_dates("March 30, 2021; May 5; August 2023", "en")
    locale = locales.load(tag)
    assert [quantities.render_date(d, locale) for d in dates] == [full, short, month]
