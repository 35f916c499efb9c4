"""Mask, then find: the same slots at the same words, whatever the text holds."""

from hypothesis import given
from hypothesis import strategies as st

from speechsubs.engines.echo import EchoEngine
from speechsubs.glossary import Term
from speechsubs.model import Placeable, PlaceableKind
from speechsubs.protocols import MaskFamily
from speechsubs.quantities import parse
from speechsubs.translation.placeholders import Protected, locate, mask

FAMILIES = [
    *EchoEngine().masks,
    MaskFamily("brackets", tuple(f"⟦{n}⟧" for n in range(9)), ("EUR1", "EUR2", "EUR3")),
    MaskFamily("names", ("Toledo", "Lugo", "Murcia", "Soria"), ("700", "701")),
]
PIECES = st.sampled_from(
    [" ", " and ", ", ", "zq1", "ZQ2", "KX10", "⟦0⟧", "Lugo", "的", "と", "é", "\u0301", "$1", "🏳️",
     "\ud800", ". ", "'s", "\u00a0", "_", "0", "ſ", "K", "İ"]
)  # fmt: skip
KINDS = st.sets(st.sampled_from(list(PlaceableKind)), min_size=1).map(frozenset)


@st.composite
def sentences(draw: st.DrawFn) -> Protected:
    """Slots of all kinds between hostile pieces, each with blanks around it."""
    text, slots = "", []
    for number in range(draw(st.integers(0, 8))):
        text += draw(st.lists(PIECES, max_size=3).map("".join)) + " "
        word = draw(st.sampled_from(["Lei Jun", "SU7", "$10", "zq1", "小米", "⟦0⟧", "700"]))
        kind = draw(st.sampled_from(list(PlaceableKind)))
        slot = Placeable(kind, len(text), len(text) + len(word), word, Term(f"k{number}", word))
        slots.append(slot)
        text += word + " "
    text += draw(st.lists(PIECES, max_size=3).map("".join))
    return Protected(0, parse(text, "en"), tuple(slots))


@given(sentences(), st.sampled_from(FAMILIES), KINDS)
def test_what_is_masked_is_found_again(
    item: Protected, family: MaskFamily, kinds: frozenset[PlaceableKind]
) -> None:
    masked = mask(item, family, kinds)
    if masked is None:
        # Only ever for want of words.
        assert len(item.placeables) > 0
        return
    found, problems = locate(masked.text, masked)
    assert problems == ()
    assert tuple(place.slot for place in found.spans) == masked.slots
    wanted = [n for n, slot in enumerate(item.placeables) if slot.kind in kinds]
    assert list(masked.slots) == wanted
    # Put the slots back: the text as it was.
    restored, position = "", 0
    for place in found.spans:
        restored += masked.text[position : place.start] + item.placeables[place.slot].text
        position = place.end
    assert restored + masked.text[position:] == item.text
