"""Predicted texts: terms replaced in place, agreement repaired, spans kept valid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.glossary import Policy, Target, Term
from speechsubs.language import locales
from speechsubs.project import Segment
from speechsubs.review import predict
from speechsubs.spans import Span, SpannedText

ES = locales.load("es")
SPANS = st.lists(st.builds(Span, *3 * [st.integers(-2, 15)]), max_size=6).map(tuple)


def segment(text: str, places: tuple[Span, ...] = ()) -> Segment:
    return Segment(0, "The factory opened.", text, places)


@given(st.text(max_size=12), SPANS)
def test_the_spans_of_a_segment_are_ordered_disjoint_and_inside(
    text: str, places: tuple[Span, ...]
) -> None:
    end = 0
    for span in predict.spanned_text(segment(text, places)).spans:
        assert end <= span.start < span.end <= len(text)
        end = span.end


def term(wording: str, gender: str = "") -> Term:
    return Term("f", "factory", policy=Policy.FIXED, targets={"es": Target(wording, gender=gender)})


@pytest.mark.parametrize(
    ("wording", "gender", "wanted"),
    [("planta", "f", "Abrió la planta."), ("centro", "m", "Abrió el centro.")],
)
def test_the_article_agrees_with_the_new_wording(wording: str, gender: str, wanted: str) -> None:
    done = SpannedText("Abrió el taller.", (Span(0, 9, 15),))
    made = predict.swap_terms(done, {(9, 15): (wording, term(wording, gender))}, ES)
    assert made.text == wanted
    (span,) = made.spans
    assert made.text[span.start : span.end] == wording


def test_grammar_is_that_of_the_glossary() -> None:
    assert predict.grammar_of(None) == predict.grammar_of(Target("x"))
    assert predict.grammar_of(Target("x", gender="n")).gender == ""
    assert predict.grammar_of(Target("x", gender="f", number="plural")).number == "plural"
