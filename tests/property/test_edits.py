"""Slots stay whole through every list of edits."""

from hypothesis import given
from hypothesis import strategies as st

from speechsubs.edits import Edit, apply
from speechsubs.model import Finished, Place


@st.composite
def cases(draw: st.DrawFn) -> tuple[Finished, list[Edit], str]:
    """A text of pieces, some of them slots, with edits that touch slots only from outside."""
    pieces = draw(st.lists(st.tuples(st.text("ab ", max_size=5), st.booleans()), max_size=8))
    text, result, places, edits = "", "", [], []
    for number, (piece, slot) in enumerate(pieces):
        start = len(text)
        if slot and piece:
            places.append(Place(number, start, start + len(piece)))
            result += piece
        else:
            insertion = draw(st.text("XY", max_size=3))
            kind = draw(st.sampled_from(["keep", "replace", "insert", "append"]))
            if kind == "replace":
                edits.append((start, start + len(piece), insertion))
                result += insertion
            elif kind == "insert" and piece:
                edits.append((start, start, insertion))
                result += insertion + piece
            elif kind == "append" and piece:
                edits.append((start + len(piece), start + len(piece), insertion))
                result += piece + insertion
            else:
                result += piece
        text += piece
    return Finished(text, tuple(places)), draw(st.permutations(edits)), result


@given(cases())
def test_places_hold_the_same_text_after_every_edit(case: tuple[Finished, list[Edit], str]) -> None:
    finished, edits, expected = case
    done = apply(finished, edits)
    assert sorted(done.text) == sorted(expected)
    assert len(done.places) == len(finished.places)
    for before, after in zip(finished.places, done.places, strict=True):
        assert before.slot == after.slot
        assert done.text[after.start : after.end] == finished.text[before.start : before.end]


@given(st.text("ab", max_size=9), st.lists(st.tuples(st.integers(0, 9), st.text("XY", max_size=2))))
def test_edits_without_places_are_plain_replacement(
    text: str, inserts: list[tuple[int, str]]
) -> None:
    edits = [(at, at, new) for at, new in inserts if at <= len(text)]
    done = apply(Finished(text), edits)
    assert len(done.text) == len(text) + sum(len(new) for _, _, new in edits)
    assert "".join(c for c in done.text if c in "ab") == text
