"""Masks: what is hidden, what is found again, and what is not."""

import pytest

from speechsubs.glossary import Term
from speechsubs.model import Placeable, PlaceableKind, Problem, ProblemCode
from speechsubs.protocols import MaskFamily
from speechsubs.quantities import parse
from speechsubs.spans import Span, SpannedText
from speechsubs.translation.placeholders import Masked, Protected, inline, locate, mask

FAMILY = MaskFamily("z", tuple(f"ZQ{n}" for n in range(1, 61)), ("EUR9", "EUR8"))
ALL = frozenset(PlaceableKind)


def protected(text: str, *slots: str, kind: PlaceableKind = PlaceableKind.TERM) -> Protected:
    found, position = [], 0
    for slot in slots:
        start = text.index(slot, position)
        position = start + len(slot)
        found.append(Placeable(kind, start, position, slot, Term(slot, slot)))
    return Protected(0, parse(text, "en"), tuple(found))


def hidden(item: Protected, family: MaskFamily = FAMILY) -> Masked:
    found = mask(item, family, ALL)
    assert found is not None
    return found


def test_each_slot_has_a_word_of_its_own_and_only_the_kinds_asked_for() -> None:
    item = protected("Lei Jun met Li Bin.", "Lei Jun", "Li Bin")
    assert hidden(item).text == "ZQ1 met ZQ2."
    nothing = mask(item, FAMILY, frozenset({PlaceableKind.MONEY}))
    assert nothing == Masked("Lei Jun met Li Bin.", (), ())


def test_money_has_masks_of_its_own_where_the_family_has_them() -> None:
    assert (
        hidden(protected("It costs $5.", "$5", kind=PlaceableKind.MONEY)).text == "It costs EUR9."
    )
    plain = MaskFamily("p", ("QQ1",))
    assert (
        hidden(protected("It costs $5.", "$5", kind=PlaceableKind.MONEY), plain).text
        == "It costs QQ1."
    )


def test_a_family_with_too_few_words_gives_nothing() -> None:
    item = protected("a b c", "a", "b", "c", kind=PlaceableKind.MONEY)
    assert mask(item, FAMILY, ALL) is None


def test_words_that_the_text_has_are_not_taken_in_any_case() -> None:
    item = protected("zq1 and ZQ2x and Lei", "Lei")
    assert hidden(item).words == ("ZQ3",)


def test_fifty_slots() -> None:
    names = [f"N{n:02}" for n in range(50)]
    item = protected(" and ".join(names), *names)
    masked = hidden(item)
    assert len(set(masked.words)) == 50
    found, problems = locate(masked.text, masked)
    assert not problems
    assert [place.slot for place in found.spans] == list(range(50))
    # ZQ1 is not found inside ZQ10.
    assert [masked.text[p.start : p.end] for p in found.spans] == list(masked.words)


@pytest.mark.parametrize("change", [str.lower, str.upper, str.title, str.swapcase])
def test_letter_case_does_not_hide_a_mask(change: object) -> None:
    masked = hidden(protected("Lei met Bin.", "Lei", "Bin"))
    assert callable(change)
    found, problems = locate(change(masked.text), masked)
    assert ([p.slot for p in found.spans], problems) == ([0, 1], ())


def test_order_may_change() -> None:
    masked = hidden(protected("Lei met Bin.", "Lei", "Bin"))
    found, problems = locate("ZQ2 wurde von ZQ1 getroffen.", masked)
    assert ([p.slot for p in found.spans], problems) == ([1, 0], ())


@pytest.mark.parametrize(
    "output",
    ["Met.", "Z Q1 met", "ZQ11 met", "ZQ met 1", "ZQ1a met", "éZQ1 met", "ZQ_1 met", "ZQ１ met"],
)
def test_a_lost_mask_is_reported(output: str) -> None:
    masked = hidden(protected("Lei met.", "Lei"))
    assert locate(output, masked) == (
        SpannedText(output),
        (Problem(ProblemCode.MASK_LOST, 0),),
    )


def test_a_repeated_mask_is_reported_and_none_is_left_to_be_read() -> None:
    masked = hidden(protected("Lei met.", "Lei"))
    found, problems = locate("ZQ1 met zq1.", masked)
    assert list(map(str, problems)) == ["mask-repeated:0"]
    assert found.spans == (Span(0, 0, 3), Span(0, 8, 11))


@pytest.mark.parametrize(
    "output", ["与ZQ1见面", "ＺとZQ1が", "「ZQ1」", "ZQ1。", "그ZQ1는", "ที่ZQ1ไป", "ZQ1's"]
)
def test_a_mask_between_letters_of_other_scripts_is_found(output: str) -> None:
    masked = hidden(protected("Lei met.", "Lei"))
    found, problems = locate(output, masked)
    assert not problems
    assert output[found.spans[0].start : found.spans[0].end] == "ZQ1"


def test_marks_of_regular_expressions_are_plain_text() -> None:
    family = MaskFamily("odd", ("(X)", "[Y]", "⟦0⟧"))
    masked = hidden(protected("Lei met Bin and Ma.", "Lei", "Bin", "Ma"), family)
    found, problems = locate(masked.text, masked)
    assert not problems
    assert len(found.spans) == 3


def test_without_leaves_a_stand_in() -> None:
    assert SpannedText("ab").without() == "ab"
    assert SpannedText.of("a SU7 b SU8", [(8, 11), (2, 5)]).without() == "a · b ·"


def clear(text: str, *slots: str) -> Masked:
    found = inline(protected(text, *slots), FAMILY, lambda item, n: item.placeables[n].text)
    assert found is not None
    return found


def test_terms_in_the_clear_are_told_apart_though_one_is_part_of_another() -> None:
    masked = clear("Taycan and Taycan Turbo and Taycan.", "Taycan", "Taycan Turbo", "Taycan")
    found, problems = locate(masked.text, masked)
    assert problems == ()
    assert [p.slot for p in found.spans] == [0, 1, 2]
    assert locate("Taycan Turbo y Taycan.", masked)[1] == (Problem(ProblemCode.MASK_LOST, 2),)
    assert locate("Taycan, Taycan, Taycan y Taycan Turbo", masked)[1] == (
        Problem(ProblemCode.MASK_REPEATED, 2),
    )


def test_terms_in_the_clear_must_keep_their_capitals() -> None:
    masked = clear("He likes Mi cars.", "Mi")
    assert locate("Le gustan mi coches.", masked)[1] == (Problem(ProblemCode.MASK_LOST, 0),)


def test_a_term_whose_wording_stands_elsewhere_cannot_be_in_the_clear() -> None:
    item = protected("Li met li Bin Li.", "Li")
    assert inline(item, FAMILY, lambda *_: "Li") is None
    assert inline(protected("Nothing."), FAMILY, lambda *_: "") is None


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ("Er fuhr den R7.", "R7"),
        ("Er fuhr den 7Z.", "7Z"),
        ("Er fuhr den R 7Z.", ""),  # the R would stay
        ("Er fuhr den R7 mit R7.", ""),  # which one?
        ("Er fuhr den RZ.", ""),  # a word as likely as a mask
        ("Er fuhr den 7.", ""),
        ("Er fuhr den R7ZZ.", ""),
    ],
)
def test_a_mask_that_lost_a_character_is_still_itself(output: str, found: str) -> None:
    masked = Masked("He drove the R7Z.", ("R7Z",), (0,))
    located, problems = locate(output, masked)
    assert [output[s.start : s.end] for s in located.spans] == ([found] if found else [])
    assert list(map(str, problems)) == ([] if found else ["mask-lost:0"])


def test_a_broken_mask_that_may_be_another_is_lost() -> None:
    masked = Masked("The R7Z met the R7K, and R7 too.", ("R7Z", "R7K"), (0, 1))
    assert locate("El R7Z y el R7.", masked)[1] == (Problem(ProblemCode.MASK_LOST, 1),)
    masked = Masked("The R7Z met the R7K.", ("R7Z", "R7K"), (0, 1))
    assert locate("El R7 y el R7K.", masked)[1] == (Problem(ProblemCode.MASK_LOST, 0),)
    kept = Masked("The R7Z here", ("R7Z",), (0,), frozenset({"R7Z"}))
    assert locate("El R7 aquí", kept)[1] == (Problem(ProblemCode.MASK_LOST, 0),)


def test_a_piece_of_a_mask_beside_the_whole_one_is_a_leftover() -> None:
    masked = Masked("The team of T4X drove the R7Z.", ("T4X", "R7Z"), (0, 1))
    found, problems = locate("El equipo de T4X de 4X condujo el R7Z.", masked)
    assert len(found.spans) == 2
    assert list(map(str, problems)) == ["leftover:4X"]
    given = Masked("The T4X has 4X, a 5G and a V6.", ("T4X",), (0,))
    assert locate("El T4X tiene 4X, 5G y un V6.", given)[1] == ()
