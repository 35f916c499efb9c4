"""What goes out and comes back unchanged leaves the project as it was, byte for byte."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speechsubs import exchange, project
from speechsubs.model import Cue, PlaceableKind, Sentence
from speechsubs.project import Project, Segment, Source, State, TrackRecord
from speechsubs.spans import Span
from speechsubs.translation.keys import read_placeable

IMPORTED = ("xliff12", "xliff21", "xlsx", "json")
GLOSSARY = """version: 1
source: en
terms:
  - {id: lei, source: "Lei Jun", policy: keep, note: "<b> & ]]>"}
  - {id: board, source: "board", policy: translate, targets: {es: {term: "junta|=1+1"}}}
"""
PIECES = st.sampled_from(
    ["a", "Lei Jun", "board", "boards", " ", "  ", "\t", "\n", "\r", "\r\n", "=1+1", "+", "-1",
     "@x", "'", '"', "<ph id='1'/>", "</target>", "&amp;", "]]>", "<![CDATA[",
     "_x000D_", "_x005F_", "\\",
     "|", "{0}", "⟦0⟧", "小米", "שלום", "\u202e", "\u200b", "\ufeff", "\u2028", "\x85", "\x00",
     "\x1b", "\uffff", "\ud800", "é", "e\u0301", "😀", "007", "1e5", "$5", "2026-11-23", "NO", "10"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=6).map("".join)


@st.composite
def spans(draw: st.DrawFn, text: str) -> list[tuple[int, int]]:
    """Spans as a hostile file might have them: mostly in order, sometimes anywhere."""
    ends = st.integers(0, len(text) + 1)
    made = draw(st.lists(st.tuples(ends, ends), max_size=3))
    return made if draw(st.booleans()) else sorted((min(s), max(s)) for s in made)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    sentences, slots, segments = [], [], []
    for index in range(draw(st.integers(0, 4))):
        source, target = draw(TEXTS), draw(TEXTS)
        kinds = st.sampled_from(list(PlaceableKind))
        slots.append(
            tuple(
                read_placeable(
                    draw(kinds), start, end, source[start:end], draw(st.sampled_from(["lei", "5"]))
                )
                for start, end in draw(spans(source))
            )
        )
        places = [Span(draw(st.integers(0, 3)), start, end) for start, end in draw(spans(target))]
        sentences.append(Sentence(index, 0, source, speaker=draw(TEXTS)))
        segments.append(
            Segment(
                index,
                source if draw(st.integers(0, 5)) else draw(TEXTS),
                target,
                tuple(places),
                draw(st.sampled_from(list(State))),
                problems=tuple(draw(st.lists(TEXTS, max_size=1))),
                author=draw(TEXTS),
                reason=draw(TEXTS),
            )
        )
    shows = st.sets(st.integers(0, 5), max_size=3).map(tuple)
    cues = tuple(
        Cue(1_000 * n, 1_000 * n + 900, (draw(TEXTS),), draw(shows))
        for n in range(draw(st.integers(0, 3)))
    )
    track = TrackRecord(draw(st.sampled_from(["es", "zh-CN", "ar"])), tuple(segments), cues)
    source_ = Source("talk", draw(TEXTS), "", "en", "estimate", tuple(sentences), tuple(slots), (),
                     (track,))  # fmt: skip
    return Project(Path("p"), (source_,), GLOSSARY)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


COMMON = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("kind", IMPORTED)
@given(made=projects())
@COMMON
def test_an_unchanged_file_leaves_the_project_untouched(kind: str, made: Project) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project.write(replace(made, folder=folder))
        before = files(folder)
        loaded = project.load(folder)
        (exported,) = exchange.export(loaded, kind)
        taken = exchange.take(loaded, exchange.read_bytes(exported.data, "x"))
        assert taken.changes == ()
        assert taken.findings == ()
        assert taken.project is loaded
        left_out = [f for f in exported.findings if f.code == "exchange-left-out"]
        count = len(made.sources[0].tracks[0].segments)
        assert taken.unchanged == count or left_out
        assert files(folder) == before
        # And were it written again, it would be the same but for its revision.
        assert project.write(taken.project).revision == 2
        after = files(folder)
        after["project.json"] = after["project.json"].replace(b'"revision": 2', b'"revision": 1')
        assert after == before


@given(made=projects(), kind=st.sampled_from(["xliff12", "xliff21"]), text=TEXTS)
@COMMON
def test_places_are_where_the_placeholders_were(made: Project, kind: str, text: str) -> None:
    """A text before and after every target: slots move with it, and none is lost."""
    (exported,) = exchange.export(made, kind)
    incoming = exchange.read_bytes(exported.data, "x")
    rows = tuple(
        replace(row, pieces=(text, *(row.pieces or ()), "ja!"), revision=None)
        for row in incoming.rows
    )
    taken = exchange.take(made, replace(incoming, rows=rows), author="Bea")
    for change in taken.changes:
        assert change.after.text.endswith("ja!")
        position = 0
        for place in change.after.places:
            assert position <= place.start < place.end <= len(change.after.text)
            position = place.end
    assert len(taken.changes) + len(taken.findings) + taken.unchanged == len(rows)


@given(made=projects())
@COMMON
def test_markdown_is_a_table_whatever_stands_in_it(made: Project) -> None:
    (exported,) = exchange.export(made, "markdown")
    lines = exported.data.decode("utf-8").split("\n")
    assert len(lines) == 4 + len(made.sources[0].tracks[0].segments) + 1
    for line in lines[4:-1]:
        assert line.replace("\\\\", "").replace("\\|", "").count("|") == 6
