"""Matching beyond the golden cases: hostile text, offsets, what is not looked for."""

import pytest

from speechsubs.glossary import Glossary, Matcher, Policy, Term, empty


def found(text: str, *terms: Term) -> list[tuple[str, str, str]]:
    return [(m.term.id, m.text, m.suffix) for m in Matcher(Glossary(terms)).find(text)]


LEI = Term("lei", "Lei Jun")
SU7 = Term("su7", "SU7")


def test_nothing_to_find() -> None:
    assert Matcher(empty()).find("Lei Jun") == []
    assert Matcher(Glossary((LEI,))).find("") == []


def test_forbidden_and_deprecated_entries_are_not_protected() -> None:
    terms = (
        Term("a", "cheap", policy=Policy.FORBIDDEN),
        Term("b", "Redmi", status="deprecated"),
        Term("c", "Mi", status="proposed"),
    )
    assert found("cheap Redmi Mi", *terms) == [("c", "Mi", "")]


@pytest.mark.parametrize(
    "space", [" ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u202f", "\u3000", "\u2028", " \u200f "]
)
def test_any_white_space_stands_for_a_space(space: str) -> None:
    assert found(f"x Lei{space}Jun’s", LEI) == [("lei", f"Lei{space}Jun", "’s")]


def test_space_is_not_nothing() -> None:
    assert found("LeiJun Lei-Jun", LEI) == []
    assert found("S U7", SU7) == []


@pytest.mark.parametrize("mark", ["\u00ad", "\u200d", "\u200e", "\ufeff", "\u2060"])
def test_invisible_characters_do_not_hide_a_term_nor_end_a_word(mark: str) -> None:
    assert found(f"S{mark}U7", SU7) == [("su7", f"S{mark}U7", "")]
    assert found(f"{mark}SU7{mark}, SU7{mark}x x{mark}SU7", SU7) == [("su7", "SU7", "")]


def test_a_zero_width_space_ends_a_word() -> None:
    assert found("an\u200bSU7\u200bin", SU7) == [("su7", "SU7", "")]


def test_offsets_hold_where_folding_changes_the_length() -> None:
    text = "ßßßİİ ǰ\u0301 LEI  JUN ﬁ"
    (match,) = Matcher(Glossary((Term("lei", "Lei Jun", case="any"),))).find(text)
    assert text[match.start : match.end] == match.text == "LEI  JUN"


def test_half_of_a_folded_character_is_no_match() -> None:
    assert found("ß x", Term("s", "s", case="any")) == []
    assert found("é", Term("e", "e")) == []
    assert found("각", Term("ga", "가")) == []


def test_astral_characters_count_as_one() -> None:
    text = "😀😀Lei Jun😀 𠮷SU7𠮷"
    assert found(text, LEI, SU7) == [("lei", "Lei Jun", ""), ("su7", "SU7", "")]
    match = Matcher(Glossary((SU7,))).find(text)[0]
    assert (match.start, match.end) == (12, 15)


def test_lone_surrogates_and_nul_do_no_harm() -> None:
    assert found("\ud800 SU7 \x00SU7\udfff", SU7) == [("su7", "SU7", "")] * 2


def test_a_long_candidate_that_fails_gives_way_to_what_is_in_it() -> None:
    # "Mi Band" fails by case, "Mi Ban" by its border; "Mi" is left.
    terms = (Term("a", "Mi BAND"), Term("b", "Mi Ban"), Term("c", "Mi"))
    assert found("Mi Band", *terms) == [("c", "Mi", "")]


def test_straddling_terms_leave_the_left_one() -> None:
    terms = (Term("a", "New York"), Term("b", "York Times"))
    assert found("New York Times", *terms) == [("a", "New York", "")]


def test_an_alias_that_is_the_plural_wins_over_the_ending() -> None:
    assert found("SUVs", Term("a", "SUV"), Term("b", "SUVs")) == [("b", "SUVs", "")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("boxes", [("box", "box", "es")]),
        ("boxs", []),
        ("buses'", [("bus", "bus", "es")]),
        ("the buses' doors", [("bus", "bus", "es'")]),
        ("‘two buses’ doors", [("bus", "bus", "es")]),
        ("uses", []),
        ("IT's, its, ITs", [("it", "IT", "'s"), ("it", "IT", "s")]),
        ("LEI JUN'S", []),
        ("Lei Jun'sx Lei Jun'll", [("lei", "Lei Jun", ""), ("lei", "Lei Jun", "")]),
    ],
)
def test_endings(text: str, expected: list[tuple[str, str, str]]) -> None:
    terms = (
        Term("box", "box"),
        Term("bus", "bus"),
        Term("us", "us", case="any"),
        Term("it", "IT"),
        LEI,
    )
    assert found(text, *terms) == expected


def test_nested_repeats_stay_linear() -> None:
    # A glossary made to hurt: every run of one to a hundred words is a term.
    terms = tuple(Term(f"t{n}", " ".join("a" * n)) for n in range(1, 101))
    text = " ".join("a" * 1_000)
    matches = Matcher(Glossary(terms)).find(text)
    assert [len(m.text) for m in matches] == [199] * 10
