"""Speech regions are assigned to the sentences that they fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.alignment.assign import Run, SentenceLength, assign
from speechsubs.alignment.vad import Region

np = pytest.importorskip("numpy", reason="the extra `align` is not installed (numpy)")


def regions(*spans: tuple[float, float]) -> list[Region]:
    return [Region(round(a * 1_000), round(b * 1_000)) for a, b in spans]


def wanted(*seconds: float) -> list[SentenceLength]:
    return [SentenceLength(item, False) for item in seconds]


def test_each_sentence_gets_its_region() -> None:
    runs, _ = assign(wanted(2, 3, 1), regions((0, 2), (3, 6), (6.8, 7.8)))
    assert runs == [Run(0, 1, 0, 1), Run(1, 2, 1, 2), Run(2, 3, 2, 3)]


def test_a_sentence_with_a_breath_gets_two_regions() -> None:
    runs, _ = assign(wanted(4, 2), regions((0, 2), (2.15, 4.15), (5, 7)))
    assert runs == [Run(0, 1, 0, 2), Run(1, 2, 2, 3)]


def test_two_sentences_without_a_pause_share_a_region() -> None:
    runs, _ = assign(wanted(2, 2, 3), regions((0, 4), (5, 8)))
    assert runs == [Run(0, 2, 0, 1), Run(2, 3, 1, 2)]


def test_applause_is_skipped() -> None:
    runs, _ = assign(wanted(3, 4), regions((0, 3), (4, 6.5), (8, 12)))
    assert runs == [Run(0, 1, 0, 1), Run(1, 1, 1, 2), Run(1, 2, 2, 3)]


def test_an_unspoken_sentence_gets_no_region() -> None:
    runs, _ = assign(wanted(2, 6, 3), regions((0, 2), (3, 6)))
    assert Run(1, 2, 1, 1) in runs
    assert Run(2, 3, 1, 2) in runs


@given(
    st.lists(st.floats(0.1, 20), max_size=12),
    st.lists(st.tuples(st.integers(50, 4_000), st.integers(100, 9_000)), max_size=12),
)
def test_runs_cover_all_sentences_and_regions_in_order(
    seconds: list[float], spoken: list[tuple[int, int]]
) -> None:
    found, clock = [], 0
    for gap, length in spoken:
        found.append(Region(clock + gap, clock + gap + length))
        clock = found[-1].end_ms
    runs, cost = assign(wanted(*seconds), found)
    assert cost < float("inf")
    assert [n for run in runs for n in range(run.first, run.last)] == list(range(len(seconds)))
    assert [n for run in runs for n in range(run.start, run.end)] == list(range(len(found)))
