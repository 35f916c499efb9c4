"""What `render` writes, `find_amounts` reads back: same value, same currency, in every locale."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.language import locales
from speechsubs.model import Money
from speechsubs.quantities import currencies, money, render
from speechsubs.quantities.currencies import CODES
from speechsubs.quantities.render import STYLES

MANTISSAS = st.one_of(
    st.integers(1, 10**13).map(Decimal),
    st.integers(1, 10**6).map(lambda n: Decimal(n).scaleb(-2)),
    st.sampled_from([1, 2, 3, 5, 10, 21, 100, 1000, 4130, 10**4, 10**6, 10**9]).map(Decimal),
    st.integers(1, 9999).map(lambda n: Decimal(n).scaleb(-1)),
)
SCALES = st.sampled_from([0, 0, 0, 4, 5, 6, 7, 8, 9, 12])
TAGS = locales.known()


@st.composite
def amounts(draw: st.DrawFn, signed: bool = True) -> currencies.Amount:
    scale = draw(SCALES)
    value = (draw(MANTISSAS) * 10**scale).normalize()
    value = Decimal(format(value, "f"))
    if signed and draw(st.integers(0, 9)) == 0:
        value = -value
    return currencies.Amount(
        0, 0, "", (Money(value, draw(st.sampled_from(CODES))),), scales=(scale,)
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("tag", TAGS)
@given(amounts())
def test_find_reads_what_render_writes(tag: str, style: str, amount: currencies.Amount) -> None:
    locale = locales.load(tag)
    text = render.render_amount(amount, locale, style)
    for language in (locale.language, tag):
        found = money.find_amounts(text, language)
        assert [str(a) for a in found] == [str(amount)], text
        assert (found[0].start, found[0].end) == (0, len(text))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("tag", TAGS)
@given(amounts(signed=False), st.integers(2, 999))
def test_find_reads_the_ranges_that_render_writes(
    tag: str, style: str, low: currencies.Amount, factor: int
) -> None:
    locale = locales.load(tag)
    first = low.values[0]
    high = Money(first.value * factor, first.currency)
    amount = currencies.Amount(0, 0, "", (first, high), scales=low.scales * 2)
    text = render.render_amount(amount, locale, style)
    assert [str(a) for a in money.find_amounts(text, locale.language)] == [str(amount)], text
