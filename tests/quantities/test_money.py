"""Amounts: context, styles, and texts that only look like money."""

from decimal import Decimal

import pytest

from speechsubs.language import locales
from speechsubs.model import Money
from speechsubs.quantities import currencies, money, render
from speechsubs.quantities.digits import rules


def _keys(text: str, language: str, context: currencies.Context | None = None) -> list[str]:
    return [
        str(amount)
        for amount in money.find_amounts(text, language, context or currencies.Context())
    ]


def test_the_document_says_what_the_yen_sign_is() -> None:
    china = currencies.infer_context(["Xiaomi is in Beijing.", "It costs 5 yuan."], "en")
    japan = currencies.infer_context(["We flew to Tokyo with 5,000 yen."], "en")
    silent = currencies.infer_context(["It costs ¥5."], "en")
    assert (china.yen_sign, japan.yen_sign, silent.yen_sign) == ("CNY", "JPY", None)
    assert _keys("¥215,900", "en", china) == ["215900 CNY"]
    assert _keys("¥215,900", "en", japan) == ["215900 JPY"]
    (guess,) = money.find_amounts("¥215,900", "en", silent)
    assert not guess.sure


def test_the_language_says_it_where_the_document_does_not() -> None:
    assert currencies.infer_context(["價格是¥5。"], "zh-TW").yen_sign == "CNY"
    assert currencies.infer_context(["価格は¥5です。"], "ja").yen_sign == "JPY"


def test_the_default_dollar() -> None:
    canada = currencies.infer_context([], "en", default_dollar="CAD")
    assert _keys("$5, 5 dollars, five bucks, US$5", "en", canada) == [
        "5 CAD", "5 CAD", "5 CAD", "5 USD",
    ]  # fmt: skip
    (amount, *_) = money.find_amounts("$5", "en", canada)
    assert render.render_amount(amount, locales.load("en")) == "C$5"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "$SU7, Model 3, 4S, CO2, 2021, 5.4 million kilometers, 12%"),
        ("en", "Python 3.1 won't start; in 2021 won the prize"),
        ("en", "thousands of dollars, hundred-yen coins, a dollar"),
        ("en", "PHP 8.0 and the first three $R$ gates"),
        ("en", "two grand pianos"),
        ("fr", "un livre, dix livres, des millions de dollars"),
        ("de", "eine Krone und Millionen Dollar"),
        ("es", "un peso, 3 coronas, un SGD normal"),
        ("zh", "一元化、三元组、4元组、两块屏幕、几十万元、数百万美元"),
        ("ja", "一元管理、数百万円、何千円"),
        ("en", ""),
        ("en", "$"),
        ("en", "1.2.3 $ 1.2.3"),
    ],
)
def test_what_is_no_amount(language: str, text: str) -> None:
    assert _keys(text, language) == []


@pytest.mark.parametrize("language", ["sv", "xx", "nonsense tag", ""])
def test_an_unknown_language_has_signs_and_codes(language: str) -> None:
    assert _keys("$5, 30 EUR, CHF 12 and 5 dollars", language) == ["5 USD", "30 EUR", "12 CHF"]


def test_parentheses_and_words_around_it_stay_outside() -> None:
    text = "It costs about 215,900 yuan (over 29700$)."
    spans = [(a.start, a.end) for a in money.find_amounts(text, "en")]
    assert [text[start:end] for start, end in spans] == ["215,900 yuan", "29700$"]


def test_more_than_inside_chinese_numbers() -> None:
    (amount,) = money.find_amounts("100多亿美元", "zh")
    assert (amount.approx, str(amount)) == ("over", "10000000000 USD")
    assert render.render_amount(amount, locales.load("en")) == "over $10\u00a0billion"
    assert render.render_amount(amount, locales.load("zh-TW")) == "100多億美元"


AMOUNT = currencies.Amount(0, 0, "", (Money(Decimal(29700), "USD"),), scales=(0,))
BILLIONS = currencies.Amount(0, 0, "", (Money(Decimal(10**10), "USD"),), scales=(9,))


@pytest.mark.parametrize(
    ("tag", "style", "digits", "billions"),
    [
        ("en", "", "$29,700", "$10_billion"),
        ("en", "name", "29,700_dollars", "10_billion_dollars"),
        ("en", "code", "USD_29,700", "USD_10_billion"),
        ("es", "", "29.700_dólares", "10_mil_millones_de_dólares"),
        ("es", "symbol", "29.700_US$", "10_mil_millones_US$"),
        ("es", "code", "29.700_USD", "10_mil_millones_USD"),
        ("ca", "", "29.700_dòlars", "10_mil_milions_de_dòlars"),
        ("fr", "symbol", "29'700_$US", "10_milliards_$US"),
        ("it", "", "29.700_dollari", "10_miliardi_di_dollari"),
        ("pt", "symbol", "US$_29.700", "US$_10_bilhões"),
        ("ru", "", "29_700_долларов", "10_миллиардов_долларов"),
        ("zh-CN", "symbol", "US$2.97万", "US$100亿"),
        ("zh-TW", "", "2.97萬美元", "100億美元"),
        ("ja", "code", "USD_2万9,700", "USD_100億"),
        ("ko", "", "2만_9700달러", "100억달러"),
        ("ar", "", "29,700_دولار", "10_مليارات_دولار"),
    ],
)
def test_styles(tag: str, style: str, digits: str, billions: str) -> None:
    def shown(amount: currencies.Amount) -> str:
        text = render.render_amount(amount, locales.load(tag), style)
        return text.replace("\u00a0", "_").replace("\u202f", "'")

    assert (shown(AMOUNT), shown(BILLIONS)) == (digits, billions)


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(ValueError, match="use one of name, symbol, code"):
        render.render_amount(AMOUNT, locales.load("en"), "sign")


@pytest.mark.parametrize("tag", locales.known())
def test_numbers_are_read_with_the_separators_that_babel_writes(tag: str) -> None:
    from babel.numbers import get_decimal_symbol, get_group_symbol

    rule = rules(tag)
    name = tag.replace("-", "_")
    assert rule.decimal == get_decimal_symbol(name)
    assert get_group_symbol(name) in (*rule.groups, "\u00a0", "\u202f")


@pytest.mark.parametrize("tag", locales.known())
def test_a_locale_names_the_main_currencies_itself(tag: str) -> None:
    names = locales.load(tag).money.currencies
    assert len(names) >= 20
    assert all(entry.written["other"] for entry in names.values())


def test_key_of_a_range() -> None:
    (amount,) = money.find_amounts("1.5 to 2 million dollars", "en")
    assert str(amount) == "1500000 USD..2000000 USD"
