"""The exchange model: translation units with placeholders, and rows that come back."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs import project
from speechsubs.errors import InputError
from speechsubs.exchange import segments
from speechsubs.exchange.segments import Builder, Revision, Row, Wording
from speechsubs.glossary import Matcher, Target, Term, empty
from speechsubs.language import locales
from speechsubs.model import Placeable, PlaceableKind, Sentence
from speechsubs.project import Project, Segment, Source, State, TrackRecord
from speechsubs.quantities.currencies import Context
from speechsubs.spans import Span, SpannedText
from speechsubs.translation.placeholders import protect

from .samples import GOLDEN, golden

PIECES = st.lists(st.text(max_size=4) | st.integers(0, 9), max_size=6)
TERM = Term("su7", "SU7", targets={"es": Target("el SU7")})


def talk(text: str, placeables: Sequence[Placeable] = (), language: str = "en") -> Source:
    sentence = Sentence(0, 0, text)
    return Source("t", "t", "", language, "", (sentence,), (tuple(placeables),), ())


def placeables(text: str) -> tuple[Placeable, ...]:
    (found,) = protect([Sentence(0, 0, text)], Matcher(empty()), "en", Context())
    return found.placeables


def builder(source: Source, segment: Segment) -> Builder:
    track = TrackRecord("es", (segment,), ())
    return Builder(source, track, empty(), None, locales.load("es"))


@given(PIECES)
def test_joining_changes_no_text(pieces: list[segments.Piece]) -> None:
    found = segments.joined(pieces)
    texts = dict.fromkeys(range(10), "x")
    assert segments.filled(found, texts) == segments.filled(pieces, texts)
    assert segments.digest(found) == segments.digest(pieces)
    assert "" not in found
    for one, other in pairwise(found):
        assert not (isinstance(one, str) and isinstance(other, str))


def test_line_ends_do_not_change_a_hash() -> None:
    assert segments.digest(["a\r\nb\rc"]) == segments.digest(["a\nb\nc"])
    assert segments.digest(["a\nb"]) != segments.digest(["a b"])


@given(st.text(), st.text(), st.sampled_from(State))
def test_a_revision_is_parsed_back(source: str, target: str, state: State) -> None:
    made = Revision(segments.digest([source]), segments.digest([target]), state)
    assert Revision.parse(f" {made}\n") == made


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c.machine", "a.b.Machine"])
def test_other_texts_are_no_revision(text: str) -> None:
    assert Revision.parse(text) is None


@pytest.mark.parametrize(
    ("name", "index"),
    [("s1", 0), ("s999999999", 999_999_998), ("s0", None), ("s01", None), ("s٣", None),
     ("s1000000000", None), ("1", None), ("", None), ("x1", None)],
)  # fmt: skip
def test_only_our_ids_have_an_index(name: str, index: int | None) -> None:
    assert Row("talk", "es", name, None).index == index


def test_states_are_read_in_any_case() -> None:
    assert segments.state_of(" Approved ") is State.APPROVED
    assert segments.state_of("done") is None


@pytest.mark.parametrize(
    ("text", "wording", "found"),
    [
        ("El SU7 y el SU7.", "SU7", [(3, 6), (12, 15)]),
        ("SU7s, mSU7 y SU70", "SU7", []),
        ("小米SU7汽车", "SU7", [(2, 5)]),
        ("a.b axb", "a.b", [(0, 3)]),
    ],
)
def test_wordings_are_found_as_separate_words(
    text: str, wording: str, found: list[tuple[int, int]]
) -> None:
    assert segments.spans(text, [wording]) == {wording: found}


def test_no_wording_is_found_nowhere() -> None:
    assert segments.spans("abc", ["", ""]) == {}


def test_placeables_are_worded_in_the_target_language() -> None:
    text = "The SU7 costs $29,700 from March 30, 2021 at 4:13 p.m. for 5.4 million km."
    source = talk(text)
    wording = Wording(source, {"su7": TERM}, locales.load("es"))
    su7 = Placeable(PlaceableKind.TERM, 4, 7, "SU7", Term("su7", "SU7"))
    assert wording.of(text, su7) == "el SU7"
    found = [wording.of(text, p).replace("\u00a0", " ") for p in placeables(text)]
    assert found == [
        "29.700 dólares", "30 de marzo de 2021", "16:13", "5,4 millones de km",
    ]  # fmt: skip


def test_what_cannot_be_worded_stays_as_in_the_source() -> None:
    text = "The SU7 costs $29,700."
    unknown = Placeable(PlaceableKind.TERM, 4, 7, "SU7", Term("gone", "SU7"))
    (amount,) = placeables(text)
    spanish = locales.load("es")
    assert Wording(talk(text), {}, spanish).of(text, unknown) == "SU7"
    # A language without a locale file: nothing is known about its numbers.
    assert Wording(talk(text, language="xx-private"), {}, spanish).of(text, amount) == "$29,700"
    moved = replace(amount, start=4, end=7)
    assert Wording(talk(text), {}, spanish).of(text, moved) == "SU7"


def test_a_unit_has_its_placeholders_terms_and_limit() -> None:
    first, second, third, _ = golden().units
    assert first.source_pieces == (0, " paid ", 1, " for the ", 2, ".")
    assert first.target_pieces == (0, " pagó ", 1, " por el ", 2, ".")
    assert [hole.target for hole in first.holes.values()] == ["Lei Jun", "29.700 dólares", "SU7"]
    assert all(hole.placed for hole in first.holes.values())
    assert [(m.term, m.wanted) for m in second.marks] == [("board", "consejo")]
    assert (first.name, first.limit, third.limit) == ("s1", 51, None)


def test_a_placeable_without_a_place_is_found_by_its_wording() -> None:
    text = "It costs $5 and $9."
    source = talk(text, placeables(text))
    unit = builder(source, Segment(0, text, "Cuesta 5 dólares y 8 dólares.")).unit(0)
    assert [(h.target.replace("\u00a0", " "), h.placed) for h in unit.holes.values()] == [
        ("5 dólares", False), ("9 dólares", False),
    ]  # fmt: skip
    written = "Cuesta 5\u00a0dólares y 8 dólares."
    unit = builder(source, Segment(0, text, written)).unit(0)
    assert unit.target_pieces == ("Cuesta ", 0, " y 8 dólares.")
    assert [h.placed for h in unit.holes.values()] == [True, False]


def test_a_number_that_the_target_has_in_words_is_no_placeholder() -> None:
    text = "They visited 10 cities."
    source = talk(text, placeables(text))
    assert builder(source, Segment(0, text, "Visitaron diez ciudades.")).unit(0).holes == {}
    (hole,) = builder(source, Segment(0, text, "")).unit(0).holes.values()
    assert (hole.source, hole.target, hole.placed) == ("10", "10", False)


@pytest.mark.parametrize(
    "segment",
    [Segment(0, "It cost $5 then.", "Costó."), Segment(7, "It costs $5.", "Cuesta.")],
)
def test_placeables_of_another_sentence_are_not_used(segment: Segment) -> None:
    source = talk("It costs $5.", placeables("It costs $5."))
    unit = builder(source, segment).unit(0)
    assert (unit.holes, unit.source_pieces) == ({}, (segment.source,))


def test_places_that_do_not_fit_are_not_used() -> None:
    text = "It costs $5."
    places = (Span(0, 0, 99), Span(5, 0, 2), Span(0, 3, 3), Span(0, 7, 9))
    unit = builder(talk(text, placeables(text)), Segment(0, text, "Cuesta 5$.", places)).unit(0)
    assert unit.target_pieces == ("Cuesta ", 0, ".")


def test_a_cut_text_is_filled_again() -> None:
    text = SpannedText("the SU7 and 5", (Span(1, 4, 7), Span(0, 12, 13)))
    pieces = segments.cut(text)
    assert pieces == ("the ", 1, " and ", 0)
    assert segments.filled(pieces, {0: "5", 1: "SU7"}) == text.text


@pytest.mark.parametrize("tag", ["es", "ES", "es-ES"])
def test_a_language_is_selected_in_any_spelling(tag: str) -> None:
    (found,) = segments.documents(project.load(GOLDEN), [tag])
    assert (found.source_id, found.target, len(found.units)) == ("talk", "es", 4)


def test_a_language_that_the_project_does_not_have_is_refused() -> None:
    with pytest.raises(InputError, match="It contains es"):
        list(segments.documents(project.load(GOLDEN), ["fr"]))
    with pytest.raises(InputError, match="no translations"):
        list(segments.documents(Project(GOLDEN), ["es"]))


def test_a_broken_glossary_is_reported_and_its_terms_are_missing() -> None:
    broken = replace(project.load(GOLDEN), glossary="version: 1\nterms: 5\n")
    (document,) = segments.documents(broken)
    assert [f.code for f in document.findings] == ["exchange-glossary"]
    assert all(unit.marks == () for unit in document.units)


def test_left_out_segments_are_listed_up_to_five() -> None:
    document = golden()
    assert segments.left_out(document, document.units, "of a test") == []
    (finding,) = segments.left_out(document, document.units[:1], "of a test")
    assert finding.message == "segments were skipped because of a test: s2, s3, s4"
    assert segments.listed([f"s{n}" for n in range(9)]) == "s0, s1, s2, s3, s4 and 4 more"
