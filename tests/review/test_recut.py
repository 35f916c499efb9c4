"""New texts in old cues, and new cues in old files: nothing is lost, nothing else moves."""

import re
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from speechsubs.language import locales
from speechsubs.model import Cue
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
def test_every_word_of_the_new_text_and_of_the_neighbors_is_shown(
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
        if len(re.findall(f"(?={re.escape(parts[1])})", squeezed(cues))) == 1:
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


def test_a_text_that_no_cue_can_hold_is_left_to_a_person() -> None:
    cues = [Cue(0, 2_000, ("Corto.",), (0,))]
    for text in ("muy largo " * 30, "a" * 10_000, "a " * 50_000):
        assert recut(cues, SpannedText("Corto."), SpannedText(text), ES, alike=True) is None
