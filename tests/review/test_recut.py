"""New texts in old cues, and new cues in old files: nothing is lost, nothing else moves."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from speechsubs import formats
from speechsubs.language import locales
from speechsubs.model import Cue, Track
from speechsubs.review import apply
from speechsubs.review.recut import recut
from speechsubs.spans import SpannedText

ES, JA = locales.load("es"), locales.load("ja")
WORDS = st.sampled_from(
    ["el", "coche", "SU7", "Xiaomi,", "y", "de", "otra", "vez", "29.700", "¿qué?", "<b>", "fin."]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=14).map(" ".join)
FEW = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
KANJI = st.text("小米は車です。欲しいSU7 ", min_size=1, max_size=20).filter(str.strip)


def shown(text: str, cuts: list[int], join: str = " ") -> list[Cue]:
    """A text in cues of two lines, cut where `cuts` says."""
    words = text.split(" ") if join else list(text)
    borders = sorted({0, len(words), *(c % len(words) for c in cuts)})
    pieces = [words[a:b] for a, b in pairwise(borders)]
    cues = []
    for number, piece in enumerate(pieces):
        half = (len(piece) + 1) // 2
        lines = tuple(join.join(part).strip() for part in (piece[:half], piece[half:]))
        kept = tuple(line for line in lines if line)
        if kept:
            cues.append(Cue(number * 2_000, number * 2_000 + 1_900, kept, (0,)))
    return cues


def squeezed(cues: list[Cue] | tuple[tuple[str, ...], ...]) -> str:
    lines = [line for c in cues for line in (c.lines if isinstance(c, Cue) else c)]
    return "".join("".join(lines).split())


@given(TEXTS, TEXTS, st.lists(st.integers(0, 20), max_size=3), FEW, FEW, st.booleans())
def test_every_word_of_the_new_text_and_of_the_neighbours_is_shown(
    old: str, new: str, cuts: list[int], before: str, after: str, alike: bool
) -> None:
    cues = shown(old, cuts)
    cues[0] = replace(cues[0], lines=(before, *cues[0].lines))
    cues[-1] = replace(cues[-1], lines=(*cues[-1].lines, after))
    made = recut(cues, SpannedText(old), SpannedText(new), ES, alike=alike)
    assert made is not None
    assert len(made) == len(cues)
    assert all(lines and all(lines) for lines in made)
    got, parts = squeezed(made), [squeezed(((t,),)) for t in (before, old, new, after)]
    if len(new.split()) >= len(cues):
        # Where the same words stand twice the first of them may be taken for the segment's.
        assert sorted(got) == sorted(parts[0] + parts[2] + parts[3])
        if squeezed(cues).count(parts[1]) == 1:
            assert got == parts[0] + parts[2] + parts[3]


@given(TEXTS, st.lists(st.integers(0, 20), max_size=3), st.booleans())
def test_the_same_text_changes_no_line(old: str, cuts: list[int], alike: bool) -> None:
    cues = shown(old, cuts)
    made = recut(cues, SpannedText(old), SpannedText(old), ES, alike=alike)
    assert made is not None
    if alike:
        assert made == tuple(cue.lines for cue in cues)
    assert squeezed(made) == squeezed(cues)


@given(KANJI, KANJI, st.lists(st.integers(0, 20), max_size=2), st.booleans())
def test_texts_without_blanks(old: str, new: str, cuts: list[int], alike: bool) -> None:
    cues = shown(old, cuts, "")
    made = recut(cues, SpannedText(old), SpannedText(new), JA, alike=alike)
    # "SU7" cut in two is not found again, and then nothing is guessed.
    if made is not None and len(new.split()) and "…" not in squeezed(made):
        assert squeezed(made) == "".join(new.split())


LINES = st.lists(
    st.text("ab1 <>&-:,.小شé\u202e", min_size=1, max_size=12).filter(str.strip),
    min_size=1,
    max_size=2,
).map(tuple)


@given(
    st.lists(LINES, min_size=1, max_size=5),
    st.dictionaries(st.integers(0, 4), LINES, max_size=2),
    st.sampled_from(["srt", "vtt"]),
    st.booleans(),
    st.booleans(),
)
def test_other_cues_stay_byte_for_byte(
    lines: list[tuple[str, ...]],
    changes: dict[int, tuple[str, ...]],
    kind: str,
    crlf: bool,
    bom: bool,
) -> None:
    old = [Cue(n * 1_000, n * 1_000 + 900, own) for n, own in enumerate(lines)]
    new = [replace(c, lines=changes.get(n, c.lines)) for n, c in enumerate(old)]

    def encoded(cues: list[Cue]) -> bytes:
        text = formats.render(Track(tuple(cues), "es"), kind)
        text = text.replace("\n", "\r\n") if crlf else text
        return text.encode("utf-8-sig" if bom else "utf-8")

    made = apply.rewrite_cues(encoded(old), Path(f"a.{kind}"), old, new, "es")
    assert made == encoded(new)


def test_a_text_that_no_cue_can_hold_is_left_to_a_person() -> None:
    cues = [Cue(0, 2_000, ("Corto.",), (0,))]
    for text in ("muy largo " * 30, "a" * 10_000, "a " * 50_000):
        assert recut(cues, SpannedText("Corto."), SpannedText(text), ES, alike=True) is None


NOTES = (
    "WEBVTT\n\nSTYLE\n::cue {}\n\nNOTE by me\n\n"
    "1\n00:00.000 --> 00:01.000 line:0\n<v Ann>a  b\n\n\n"
)
LAST = "00:02.000 --> 00:03.000\nc &amp; d\n"


def test_what_a_person_put_into_a_file_stays() -> None:
    old = [Cue(0, 1_000, ("a  b",)), Cue(2_000, 3_000, ("c & d",))]
    new = [old[0], replace(old[1], lines=("<e>", "f"))]
    made = apply.rewrite_cues((NOTES + LAST).encode(), Path("a.vtt"), old, new, "es")
    assert made.decode() == NOTES + "00:02.000 --> 00:03.000\n&lt;e&gt;\nf\n"


def test_a_file_with_other_cues_is_written_anew() -> None:
    old = [Cue(0, 1_000, ("a",))]
    new = [replace(old[0], lines=("b",))]
    for data in (b"", b"\xff\xfe", b"1\n00:00:05,000 --> 00:00:06,000\nx\n", b"no times"):
        made = apply.rewrite_cues(data, Path("a.srt"), old, new, "es")
        assert made == b"1\n00:00:00,000 --> 00:00:01,000\nb\n"
