"""Numbers, amounts and codes have the spoken forms that people use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.alignment.forced.spoken_numbers import cardinal_words, ordinal_words, verbalize


@pytest.mark.parametrize(
    ("token", "way"),
    [
        ("215,900", "two hundred fifteen thousand nine hundred"),
        ("2.78", "two point seven eight"),
        ("2021", "two thousand twenty one"),
        ("2021", "twenty twenty one"),
        ("1905", "nineteen oh five"),
        ("SU7", "S U seven"),
        ("$10", "ten dollars"),
        ("30,000", "three zero zero zero zero"),
        ("170", "one seventy"),
        ("€5.4", "five point four euros"),
        ("50%", "fifty percent"),
        ("19", "nineteenth"),
        ("3rd", "third"),
        ("007", "zero zero seven"),
    ],
)
def test_numbers_have_their_usual_spoken_forms(token: str, way: str) -> None:
    assert tuple(way.split()) in verbalize(token)


def test_words_have_no_number_forms() -> None:
    assert verbalize("Courage") == []
    assert cardinal_words(0) == ("zero",)
    assert ordinal_words(12) == ("twelfth",)


SMALL = {" ".join(cardinal_words(n)): n for n in range(1_000)}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


def _value(words: tuple[str, ...]) -> int:
    total, group = 0, list[str]()
    for word in words:
        if word in SCALES:
            total += SMALL[" ".join(group)] * SCALES[word]
            group = []
        else:
            group.append(word)
    return total + (SMALL[" ".join(group)] if group else 0)


@given(st.integers(0, 10**15 - 1))
def test_spoken_forms_have_the_value_of_the_number(value: int) -> None:
    assert len(SMALL) == 1_000
    assert _value(cardinal_words(value)) == value
    assert tuple(w for w in cardinal_words(value, link=True) if w != "and") == cardinal_words(value)


@given(st.text("0123456789.,:$€%-+'ASUk\u00a0", max_size=40))
def test_any_token_has_few_forms_without_digits(token: str) -> None:
    forms = verbalize(token)
    assert len(forms) <= 11
    assert not any(c.isdigit() for form in forms for word in form for c in word)
