"""Boundaries between two lines that were placed inside speech."""

from collections.abc import Sequence
from typing import cast

import pytest

from speechsubs.alignment.forced import boundaries, chunks
from speechsubs.alignment.forced.decide import Span
from speechsubs.alignment.forced.decode import LineTimes, TokenTime
from speechsubs.alignment.forced.pronounce import Pronouncer
from speechsubs.alignment.forced.script import LineForms, Script, build_script
from speechsubs.alignment.forced.workers import WorkerPool
from speechsubs.alignment.vad import Region
from speechsubs.model import Sentence

Times = tuple[TokenTime, ...]
#: Two sentences of three words; the speaker paused from 2,000 to 2,600.
REGIONS = (Region(0, 2_000), Region(2_600, 5_000))
LINES: tuple[LineForms, ...] = ((("a",),), (("b",),))  # type: ignore[assignment]


def _words(score: float, *times: tuple[int, int]) -> Times:
    return tuple(TokenTime(start, end, score, 3) for start, end in times)


#: The first word of the second line was put before the pause.
EARLY = (
    _words(-40, (0, 500), (500, 900), (900, 1_400)),
    _words(-40, (1_400, 2_000), (2_600, 3_500), (3_500, 4_900)),
)
RIGHT = (
    _words(-20, (0, 600), (600, 1_200), (1_200, 2_000)),
    _words(-20, (2_600, 3_300), (3_300, 4_000), (4_000, 4_900)),
)


class Fake:
    """Answers with the right lines, scored as told, and remembers where it was asked."""

    def __init__(self, score: float, found: bool = True) -> None:
        self.score, self.found = score, found
        self.asked: list[tuple[int, int]] = []

    def align(self, start_ms: int, end_ms: int, lines: Sequence[LineForms]) -> LineTimes | None:
        self.asked.append((start_ms, end_ms))
        row = RIGHT[0] if lines[0] is LINES[0] else RIGHT[1]
        scored = tuple(TokenTime(t.start_ms, t.end_ms, self.score, t.phones) for t in row)
        return LineTimes((scored,), "1e-48") if self.found else None


def _move_to_pause(
    rows: Sequence[Times], pool: Fake, regions: Sequence[Region] = REGIONS
) -> list[Times]:
    return chunks._move_to_pause(LINES, rows, regions, cast("WorkerPool", pool))


def test_a_boundary_moves_to_a_pause_that_fits_better() -> None:
    pool = Fake(-20)
    first, second = _move_to_pause(EARLY, pool)
    assert first[-1].end_ms == 2_000
    assert second[0].start_ms == 2_600
    # Each line was heard on its own side of the middle of the pause.
    assert pool.asked[0][1] <= 2_300 <= pool.asked[1][0] + 300


@pytest.mark.parametrize("pool", [Fake(-40), Fake(-55), Fake(-20, found=False)])
def test_a_boundary_stays_without_a_better_pause(pool: Fake) -> None:
    assert _move_to_pause(EARLY, pool) == list(EARLY)
    assert pool.asked


@pytest.mark.parametrize(
    ("rows", "regions"),
    [
        (RIGHT, REGIONS),  # it is at the pause already
        (EARLY, (Region(0, 2_000), Region(2_200, 5_000))),  # no pause, a breath
        (EARLY, (Region(0, 5_000),)),
        ((EARLY[0], _words(-40, *((1_400 + 100 * n, 1_500 + 100 * n) for n in range(6)))), REGIONS),
        (((), EARLY[1]), REGIONS),
        ((EARLY[0], (TokenTime(1_400, 1_400),)), REGIONS),
    ],
)
def test_clear_boundaries_are_not_decoded_again(
    rows: Sequence[Times], regions: Sequence[Region]
) -> None:
    pool = Fake(-1)
    assert _move_to_pause(rows, pool, regions) == list(rows)
    assert not pool.asked


@pytest.mark.parametrize(("sure", "end"), [(0.9, 1_000), (0.04, 1_800)])
def test_an_uncertain_end_inside_speech_moves_to_the_end_of_the_speech(
    sure: float, end: int
) -> None:
    placed = [_words(-60, (0, 500), (500, 1_000)), _words(-20, (2_400, 3_000))]
    found = boundaries.widen(placed, [], [Region(0, 1_800), Region(2_400, 3_000)], [sure, 0.9])
    assert found[0] is not None
    assert found[0][-1].end_ms == end


def test_an_uncertain_end_never_enters_another_line() -> None:
    placed = [_words(-60, (0, 1_000)), _words(-20, (1_300, 3_000))]
    found = boundaries.widen(placed, [], [Region(0, 3_000)], [0.02, 0.9])
    assert found[0] is not None
    assert found[0][-1].end_ms == 1_000


@pytest.mark.parametrize(
    ("times", "cut"),
    [
        # "the" was heard in speech that is not in the text, then the voice set in at 3,000.
        (((0, 100), (3_300, 3_600), (3_600, 4_000), (4_000, 4_900)), (2_900, 5_000)),
        # Nothing sets in near the second word: a little before it.
        (((0, 100), (1_500, 1_900), (1_900, 2_200), (2_200, 2_500)), (1_200, 2_600)),
        # And at the end: the voice fades at 2,500.
        (((200, 400), (400, 900), (900, 2_300), (4_800, 4_900)), (100, 2_600)),
    ],
)
def test_a_word_far_from_its_line_is_searched_for_where_speech_starts(
    times: Sequence[tuple[int, int]], cut: tuple[int, int]
) -> None:
    pool = Fake(-1)
    regions = [Region(0, 2_500), Region(3_000, 5_000)]
    chunks._realign_without_hole(LINES[0], _words(-20, *times), regions, cast("WorkerPool", pool))
    assert pool.asked == [cut]


def test_chunks_are_split_between_recognized_lines() -> None:
    spans = [Span(0, 900, 1.0, 0, 900), None, Span(5_000, 6_000, 1.0, 5_000, 6_000)]
    regions = [Region(0, 900), Region(5_000, 6_000)]
    first, second = chunks.build_chunks(spans, regions, 8_000)
    assert first.lines == (0,)
    assert second.lines == (2,)
    assert first.end_ms < 5_000 - 500
    assert 4_500 <= second.start_ms <= 5_000


def _script(*texts: str) -> Script:
    sentences = [Sentence(i, i, text) for i, text in enumerate(texts)]
    return build_script(sentences, Pronouncer("en"))


def test_unspoken_lines_lie_between_their_neighbors() -> None:
    text = _script("one two", "three four five", "six")
    placed = [(TokenTime(0, 500), TokenTime(500, 900)), None, (TokenTime(3_000, 3_400),)]
    rows = chunks.fill_gaps(text, placed, 4_000)
    assert [len(r) for r in rows] == [2, 3, 1]
    times = [t.start_ms for row in rows for t in row]
    assert times == sorted(times)
    assert 900 <= rows[1][0].start_ms <= rows[1][-1].end_ms <= 3_000
