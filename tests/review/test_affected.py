"""The segments that a change of the glossary affects, and those that it leaves alone."""

from dataclasses import replace

import pytest

from speechsubs.glossary import Glossary, Policy, Target, Term
from speechsubs.glossary.diff import changes
from speechsubs.review.affected import Effect, GlossaryChange

BOARD = Term("board", "board", policy=Policy.FIXED, targets={"es": Target("junta")})
NEW = replace(BOARD, targets={"es": Target("consejo")})
SENTENCE = "The board met."


def change(old: tuple[Term, ...], new: tuple[Term, ...]) -> GlossaryChange:
    before, after = Glossary(old), Glossary(new)
    return GlossaryChange(before, after, changes(before, after))


def effect(change: GlossaryChange, text: str, tag: str = "es") -> Effect | None:
    return change.assess(change.find(SENTENCE), text, tag)


def test_a_new_wording_affects_texts_that_lack_it() -> None:
    made = change((BOARD,), (NEW,))
    found = effect(made, "La junta se reunió.")
    assert found is not None
    assert (found.terms, found.released) == (("board",), ())
    assert effect(made, "El consejo se reunió.") is None


@pytest.mark.parametrize("text", ["La junta se reunió.", "El consejo se reunió.", ""])
def test_notes_affect_nothing(text: str) -> None:
    assert effect(change((BOARD,), (replace(BOARD, note="formal"),)), text) is None


def test_sentences_without_a_changed_term_are_not_looked_at() -> None:
    assert change((BOARD,), (NEW,)).find("Nobody came.") is None
    assert change((BOARD,), (BOARD,)).find(SENTENCE) is None


def test_a_removed_entry_releases_its_texts() -> None:
    found = effect(change((BOARD,), ()), "La junta se reunió.")
    assert found is not None
    assert found.released == ("board",)


def test_marks_are_merged_where_the_versions_overlap() -> None:
    made = change((BOARD,), (replace(NEW, source="The board", case="any"),))
    found = made.find(SENTENCE)
    assert found is not None
    assert found.marks == ((0, 9),)


def test_a_declined_requirement_has_no_effect() -> None:
    made = change((BOARD,), (NEW,))
    found = effect(made, "La junta se reunió.")
    assert found is not None
    declined = dict(made.demands(found, "es"))
    assert made.without_declined(found, declined, "es") is None
    assert made.without_declined(found, {"board": "0" * 16}, "es") == found
