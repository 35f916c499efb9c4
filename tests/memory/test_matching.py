"""Ranking of matches and substitution of placeables."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.memory import matching
from speechsubs.memory.database import Row
from speechsubs.memory.model import MatchKind, Origin, Query, Segment
from speechsubs.model import PlaceableKind
from speechsubs.spans import Span
from speechsubs.translation.keys import read_placeable

ROWS = st.builds(
    Row,
    number=st.integers(1, 10_000),
    source_language=st.sampled_from(["en", "en-GB", "es"]),
    target_language=st.sampled_from(["es", "es-MX"]),
    source=st.just("Thank you."),
    target=st.just("Gracias."),
    slots=st.just("[]"),
    places=st.just("[]"),
    state=st.integers(0, 3),
    author=st.just(""),
    date=st.sampled_from(["", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"]),
    file=st.sampled_from(["", "a", "b"]),
    sentence=st.integers(0, 3),
    glossary=st.just(""),
    engine=st.just(""),
    note=st.just(""),
    props=st.just("[]"),
)
QUERIES = st.builds(
    Query,
    st.just("Thank you."),
    language=st.sampled_from(["en", "en-GB"]),
    origin=st.builds(Origin, st.sampled_from(["", "a", "b"]), st.integers(0, 3)),
)


@given(st.lists(ROWS, max_size=60, unique_by=lambda row: row.number), QUERIES)
def test_the_best_candidate_is_the_best_of_all(rows: list[Row], query: Query) -> None:
    fitting = [row for row in rows if row.source_language.startswith("en")]
    best = matching.Candidates(rows, query.language, "es").best_first(query)
    wanted = min(fitting, key=lambda row: matching.rank(query, row, "es"), default=None)
    assert (best[0] if best else None) == wanted


@pytest.mark.parametrize(
    ("before", "after", "tag", "same"),
    [
        ("2", "3", "es", True),
        ("2", "1", "es", False),
        ("2", "5", "ru", False),
        ("2", "1", "zh-CN", True),
        ("5 USD", "7.5 USD", "es", True),
        ("2", "2", "qqq", True),
        ("2", "3", "qqq", False),
        ("2", "9" * 40, "es", False),
    ],
)
def test_plural_forms(before: str, after: str, tag: str, same: bool) -> None:
    kind = PlaceableKind.MONEY if "USD" in before else PlaceableKind.NUMBER
    old, new = (read_placeable(kind, 0, 1, key, key) for key in (before, after))
    assert matching.has_same_plural(old, new, tag) is same


def test_places_follow_their_slots() -> None:
    two, three = (
        read_placeable(PlaceableKind.NUMBER, at, at + 1, n, n) for at, n in ((0, "2"), (2, "3"))
    )
    segment = Segment("en", "es", "2 3", "3 2", (two, three), (Span(1, 0, 1), Span(0, 2, 3)))
    swapped = (replace(three, start=0, end=1), replace(two, start=2, end=3))
    assert matching.map_places(segment, swapped) == (Span(0, 0, 1), Span(1, 2, 3))
    assert matching.map_places(segment, ()) == ()


def test_only_the_identical_sentence_scores_100() -> None:
    segment = Segment("en", "es", "Thank  you.", "Gracias.")
    assert matching.make_fuzzy_match(Query("Thank you."), segment, 80).score == 100
    other = matching.make_fuzzy_match(Query("Thank you!"), segment, 100)
    assert (other.kind, other.score) == (MatchKind.FUZZY, 99)
