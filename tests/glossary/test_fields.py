"""Values of glossary fields: what counts as the same."""

from hypothesis import given
from hypothesis import strategies as st

from speechsubs.glossary import Term
from speechsubs.glossary.fields import Value, claims, same

VALUES = st.one_of(st.text(max_size=3), st.lists(st.text(max_size=2), max_size=3).map(tuple))


@given(VALUES, VALUES)
def test_order_says_nothing_and_sides_do_not_matter(one: Value, other: Value) -> None:
    assert same(one, one)
    assert same(one, other) == same(other, one)
    if isinstance(one, tuple):
        assert same(one, tuple(reversed(one)))


@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=4, unique=True))
def test_every_spelling_has_a_claim(spellings: list[str]) -> None:
    term = Term("a", spellings[0], tuple(spellings[1:]), case="any")
    assert [text for text, _ in claims(term)] == list(term.spellings)
    assert {key[0] for _, key in claims(term)} == {"any"}
