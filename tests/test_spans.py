"""Edits beside, between and into slots."""

import pytest

from speechsubs.spans import Edit, Span, SpannedText

TEXT = SpannedText("He saw SU7SU8 go.", (Span(0, 7, 10), Span(1, 10, 13)))


def slots(done: SpannedText) -> list[str]:
    return [done.text[p.start : p.end] for p in done.spans]


@pytest.mark.parametrize(
    ("edits", "text"),
    [
        ([], "He saw SU7SU8 go."),
        ([(7, 7, "the ")], "He saw the SU7SU8 go."),
        ([(10, 10, " and ")], "He saw SU7 and SU8 go."),
        ([(13, 13, "!")], "He saw SU7SU8! go."),
        ([(6, 7, "")], "He sawSU7SU8 go."),
        ([(13, 17, "")], "He saw SU7SU8"),
        ([(0, 7, "")], "SU7SU8 go."),
        ([(0, 0, "¿"), (17, 17, "?")], "¿He saw SU7SU8 go.?"),
        ([(16, 17, "?"), (0, 2, "She"), (10, 10, ",")], "She saw SU7,SU8 go?"),
        ([(7, 7, "a "), (6, 7, "  ")], "He saw  a SU7SU8 go."),
    ],
)
def test_edits_move_places_along(edits: list[Edit], text: str) -> None:
    done = TEXT.edit(edits)
    assert done.text == text
    assert slots(done) == ["SU7", "SU8"]


@pytest.mark.parametrize(
    "edit", [(8, 8, "x"), (6, 8, ""), (7, 10, "SU7"), (9, 11, ""), (0, 17, "")]
)
def test_an_edit_that_reaches_into_a_slot_is_refused(edit: Edit) -> None:
    with pytest.raises(ValueError, match="placeable"):
        TEXT.edit([edit])


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        TEXT.edit([(0, 3, "a"), (2, 5, "b")])
