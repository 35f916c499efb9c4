"""Spans stay on what they cover, through edits, filling, cutting and joining."""

from hypothesis import given
from hypothesis import strategies as st

from speechsubs.spans import Edit, Span, SpannedText


@st.composite
def cases(draw: st.DrawFn) -> tuple[SpannedText, list[Edit], str]:
    """A text of pieces, some of them slots, with edits that touch slots only from outside."""
    pieces = draw(st.lists(st.tuples(st.text("ab ", max_size=5), st.booleans()), max_size=8))
    text, result, places, edits = "", "", [], []
    for number, (piece, slot) in enumerate(pieces):
        start = len(text)
        if slot and piece:
            places.append(Span(number, start, start + len(piece)))
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
    return SpannedText(text, tuple(places)), draw(st.permutations(edits)), result


@given(cases())
def test_places_hold_the_same_text_after_every_edit(
    case: tuple[SpannedText, list[Edit], str],
) -> None:
    finished, edits, expected = case
    done = finished.edit(edits)
    assert sorted(done.text) == sorted(expected)
    assert len(done.spans) == len(finished.spans)
    for before, after in zip(finished.spans, done.spans, strict=True):
        assert before.slot == after.slot
        assert done.text[after.start : after.end] == finished.text[before.start : before.end]


@given(st.text("ab", max_size=9), st.lists(st.tuples(st.integers(0, 9), st.text("XY", max_size=2))))
def test_edits_without_places_are_plain_replacement(
    text: str, inserts: list[tuple[int, str]]
) -> None:
    edits = [(at, at, new) for at, new in inserts if at <= len(text)]
    done = SpannedText(text).edit(edits)
    assert len(done.text) == len(text) + sum(len(new) for _, _, new in edits)
    assert "".join(c for c in done.text if c in "ab") == text


PLAIN = st.text("ab 1é车", max_size=5)


@st.composite
def texts(draw: st.DrawFn) -> SpannedText:
    """A text of pieces, some of them spans; a slot may have several."""
    pieces = draw(st.lists(st.tuples(PLAIN, st.booleans()), max_size=8))
    text, spans = "", []
    for piece, spanned in pieces:
        if spanned:
            spans.append(Span(draw(st.integers(0, 3)), len(text), len(text) + len(piece)))
        text += piece
    return SpannedText(text, tuple(spans))


def covered(text: SpannedText) -> list[tuple[int, str]]:
    return [(span.slot, text.text[span.start : span.end]) for span in text.spans]


@given(texts())
def test_pieces_joined_are_the_text(text: SpannedText) -> None:
    pieces = list(text.pieces())
    assert [piece for piece in pieces if isinstance(piece, Span)] == list(text.spans)
    assert text.around() == pieces[::2]
    joined = (p if isinstance(p, str) else text.text[p.start : p.end] for p in pieces)
    assert "".join(joined) == text.text


@given(texts(), st.dictionaries(st.integers(0, 3), PLAIN))
def test_what_is_filled_in_is_read_back(text: SpannedText, words: dict[int, str]) -> None:
    done = text.fill(words)
    assert done.around() == text.around()
    assert covered(done) == [(slot, words.get(slot, old)) for slot, old in covered(text)]
    assert text.fill({}) == text


@given(texts(), st.text("·|", min_size=1, max_size=1))
def test_without_its_spans_a_text_has_a_mark_for_each(text: SpannedText, mark: str) -> None:
    assert text.without(mark).split(mark) == text.around()


@given(texts(), st.frozensets(st.integers(0, 3)))
def test_a_choice_of_slots_leaves_the_text(text: SpannedText, slots: frozenset[int]) -> None:
    done = text.only(slots)
    assert done.text == text.text
    assert covered(done) == [one for one in covered(text) if one[0] in slots]


@given(texts(), texts())
def test_joined_texts_come_apart_again(one: SpannedText, other: SpannedText) -> None:
    both = one + other
    assert covered(both) == [*covered(one), *covered(other)]
    assert covered(both.part(0, len(both.text))) == covered(both)
    # A span without a text at the seam belongs to both sides.
    seam = [span for span in both.spans if span.start == span.end == len(one.text)]
    if not seam:
        assert both.part(0, len(one.text)) == one
        assert both.part(len(one.text), len(both.text)) == other


@given(texts(), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), max_size=5))
def test_free_edits_can_be_made(text: SpannedText, ranges: list[tuple[int, int]]) -> None:
    for start, length in ranges:
        edit = (start, min(start + length, len(text.text)), "X")
        if edit[0] > edit[1]:
            continue
        if text.free([edit]):
            assert covered(text.edit([edit])) == covered(text)
