"""Texts merged and shared out: nothing is lost, and every place shows what it showed."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from speechsubs.language import locales
from speechsubs.review import recut, similarity
from speechsubs.spans import Span, SpannedText

ES, JA = locales.load("es"), locales.load("ja")
WORD = st.sampled_from(["el", "coche", "SU7", "Xiaomi", "y", "de", "29.700", "¿qué?", "la", "—"])
TEXT = st.lists(WORD, min_size=1, max_size=12)


@st.composite
def finished(draw: st.DrawFn, first: int) -> SpannedText:
    """A text with some of its words as slots, numbered from `first`."""
    words = draw(TEXT)
    text = " ".join(words)
    places, at = [], 0
    for number, word in enumerate(words):
        if draw(st.integers(0, 3)) == 0:
            places.append(Span(first + number, at, at + len(word)))
        at += len(word) + 1
    return SpannedText(text, tuple(places))


def worded(done: SpannedText) -> dict[int, str]:
    return {place.slot: done.text[place.start : place.end] for place in done.spans}


@given(finished(0), finished(100), st.integers(0, 11), st.booleans())
def test_places_move_with_their_words(
    old: SpannedText, new: SpannedText, pick: int, known: bool
) -> None:
    spots = [(p.start, p.end) for p in new.spans][:1]
    gone = [(p.start, p.end) for p in old.spans][pick % 2 : pick % 2 + 1] if known else []
    made = similarity.merge(old, new, spots, gone, ES)
    if made is None:
        return
    both = worded(old) | worded(new)
    assert all(both[slot] == word for slot, word in worded(made).items())
    assert [p.start for p in made.spans] == sorted(p.start for p in made.spans)
    assert set(made.text.split()) <= {*old.text.split(), *new.text.split()}
    # What was asked of the new text is there, and what must go from the old one is not.
    for start, end in spots:
        assert new.text[start:end] in made.text
    assert made.text.strip() == made.text


@given(TEXT, TEXT)
def test_kept_is_a_share_and_all_of_the_same(old: list[str], new: list[str]) -> None:
    before, after = " ".join(old), " ".join(new)
    assert 0 <= similarity.kept_share(before, after, ES) <= 1
    assert similarity.kept_share(before, before, ES) == 1
    assert similarity.distance(before, after, ES) == similarity.distance(after, before, ES)
    assert (similarity.distance(before, after, ES) == 0) == (old == new or before == after)


@given(TEXT, TEXT, st.integers(0, 80))
def test_an_offset_lies_in_the_other_text(old: list[str], new: list[str], at: int) -> None:
    before, after = " ".join(old), " ".join(new)
    found = similarity.align_offset(before, after, at, ES)
    assert found is None or 0 <= found <= len(before)


@given(
    st.lists(
        st.sampled_from(["palabra", "larguísima", "de", "y", "coche,"]), min_size=4, max_size=40
    ),
    st.lists(st.integers(1, 39), min_size=1, max_size=3),
    st.booleans(),
)
def test_what_is_shared_out_is_whole_and_fits(
    words: list[str], cuts: list[int], around: bool
) -> None:
    borders = sorted({0, len(words), *(c % len(words) for c in cuts)})
    parts = [" ".join(words[a:b]) for a, b in pairwise(borders)]
    sides = [("Antes." if around and n == 0 else "", "") for n in range(len(parts))]
    made = recut.move_borders(" ".join(words), parts, sides, ES)
    if made is None:
        return
    shown = " ".join(line for lines in made for line in lines)
    assert shown == ("Antes. " if around else "") + " ".join(words)
    assert len(made) == len(parts)
    assert all(recut.fits(lines, ES) for lines in made)


@given(st.text("小米は車です。欲しいSU7 ", min_size=2, max_size=30).filter(str.strip))
def test_japanese_is_shared_out_whole(text: str) -> None:
    half = len(text) // 2
    made = recut.move_borders(text, [text[:half], text[half:]], [("", ""), ("", "")], JA)
    if made is not None:
        shown = "".join("".join("".join(lines).split()) for lines in made)
        assert shown == "".join(text.split())
