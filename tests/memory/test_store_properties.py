"""Memories keep what they are given, whatever it says."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from speechsubs.errors import InputError
from speechsubs.language.tags import canonical, serves
from speechsubs.memory import Match, Memory, Origin, Query, Segment, State, model, tmx
from speechsubs.memory.fuzzy import Index
from speechsubs.model import Placeable, PlaceableKind
from speechsubs.spans import Span
from speechsubs.translation.keys import read_placeable

WHEN = "2026-03-01T12:00:00Z"
HOSTILE = st.sampled_from(
    ["{money}", "{", "}", "{{", "}}", "{term:x}", "%s", "'", "\0", "&amp;", "]]>", "<b>", "\r\n",
     "\ue000", "\u200f", "ẞ", "e\u0301", "  ", "1,000", "小米"]
)  # fmt: skip
#: What XML 1.0 and UTF-8 can hold.
PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=8)
PIECES = st.lists(PLAIN | HOSTILE.filter(lambda t: t != "\0"), min_size=1, max_size=4).map("".join)
NAMES = {PlaceableKind.TERM: ["lei-jun", "a:b", "{x}", "%7b"],
         PlaceableKind.MONEY: ["5 USD", "7 USD"], PlaceableKind.NUMBER: ["5", "7"]}  # fmt: skip


@st.composite
def sourced(draw: st.DrawFn) -> tuple[str, tuple[Placeable, ...]]:
    """A text with slots between its pieces."""
    text, slots = draw(PIECES), []
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(PlaceableKind))
        key, written = draw(st.sampled_from(NAMES[kind])), draw(PLAIN)
        slots.append(read_placeable(kind, len(text), len(text) + len(written), written, key))
        text += written + draw(PIECES)
    return text, tuple(slots)


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    source, slots = draw(sourced().filter(lambda s: s[0].strip()))
    target, places = draw(PIECES.filter(str.strip)), []
    for number in draw(st.permutations(range(len(slots)))) if slots else ():
        if draw(st.booleans()):
            written = draw(PLAIN)
            places.append(Span(number, len(target), len(target) + len(written)))
            target += written + draw(PIECES)
    return Segment(
        "en", draw(st.sampled_from(["es", "zh-CN", "pt-BR"])), source, target, slots,
        tuple(places), draw(st.sampled_from(State)), draw(PLAIN), WHEN,
        draw(st.builds(Origin, PLAIN, st.integers(-1, 99))), draw(PLAIN), draw(PLAIN),
        draw(PIECES), tuple(draw(st.lists(st.tuples(PLAIN, PIECES), max_size=2))),
    )  # fmt: skip


def opened(folder: str) -> Memory:
    return Memory.open(Path(folder) / "m", now=lambda: WHEN)


def looked_up(memory: Memory, segment: Segment) -> Match | None:
    query = Query(segment.source, segment.placeables, segment.source_language, segment.origin)
    return memory.lookup([query], segment.target_language)[0]


@settings(max_examples=60)
@given(segments())
def test_people_get_back_what_they_wrote(segment: Segment) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(folder) as memory:
        memory.remember([segment])
        assert list(memory.export(states=tuple(State))) == [segment]
        match = looked_up(memory, segment)
        if segment.state is State.MACHINE:
            assert match is None
        else:
            assert match is not None
            assert match.segment == segment
            assert match.places == segment.places
            assert match.finished({}).text == segment.target


@settings(max_examples=60)
@given(st.lists(segments(), max_size=5))
def test_tmx_gives_back_what_it_got(items: list[Segment]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.tmx"
        tmx.write(items, path)
        got = [s for unit in tmx.read(path) for s in unit.segments]
        assert got == items


@given(st.binary(max_size=300) | st.lists(
    st.sampled_from([b"<tmx>", b"<tu>", b"<tuv xml:lang='en'>", b"<tuv lang='es'>", b"<seg>", b"a",
                     b"</seg>", b"</tuv>", b"</tu>", b"</tmx>", b"<ph>", b"</ph>", b"<sub>",
                     b"</sub>", b"<hi>", b"</hi>", b"<prop type='x-speechsubs-slots'>", b"</prop>",
                     b"<note>", b"</note>", b"[[1]]"]), max_size=40).map(b"".join))  # fmt: skip
def test_any_file_is_read_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.tmx"
        path.write_bytes(data)
        try:
            units = list(tmx.read(path))
        except InputError:
            return
        assert all(unit.segments or unit.findings for unit in units)


@given(sourced(), sourced())
def test_templates_tell_texts_apart(
    one: tuple[str, tuple[Placeable, ...]], other: tuple[str, tuple[Placeable, ...]]
) -> None:
    def said(text: str, slots: tuple[Placeable, ...]) -> tuple[list[str], list[object]]:
        edges = [0, *(edge for s in slots for edge in (s.start, s.end)), len(text)]
        between = [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
        return between, [s.identity if s.kind is PlaceableKind.TERM else s.kind for s in slots]

    same = model.of_source(*one) == model.of_source(*other)
    assert same == (said(*one) == said(*other))
    assert model.of_source(one[0], ()).replace("{{", "{").replace("}}", "}") == one[0]


WORDS = ["alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf"]
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)


@settings(max_examples=30)
@given(st.lists(SENTENCES | st.text(max_size=9), min_size=1, max_size=20), SENTENCES)
def test_the_index_finds_what_comparing_everything_finds(texts: list[str], query: str) -> None:
    from rapidfuzz import fuzz

    # Fillers make it so many that the prefilter is at work.
    texts = [*texts, *(f"{n:05} unlike {n * 7919 % 99991}" for n in range(500))]
    got = Index(texts).nearest(query, 75, 100)
    scores = {at: int(fuzz.ratio(query, text)) for at, text in enumerate(texts)}
    expected = [(at, score) for at, score in scores.items() if fuzz.ratio(query, texts[at]) >= 75]
    assert sorted(got) == sorted(expected)
    assert [score for _, score in got] == sorted((score for _, score in got), reverse=True)


TAGS = st.from_regex(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", fullmatch=True)


@given(TAGS, TAGS)
def test_tags(one: str, other: str) -> None:
    assert canonical(canonical(one)) == canonical(one)
    assert canonical(one.upper().replace("-", "_")) == canonical(one)
    assert serves(canonical(one), canonical(one))
    assert serves(one, other) == serves(other, one)
