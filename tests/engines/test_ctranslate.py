"""How many cores engines take, and how their work is cut into batches."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.engines import ctranslate
from speechsubs.errors import EngineError

LENGTHS = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 9)), max_size=300)


def test_a_wish_counts_more_than_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ctranslate.THREADS_VARIABLE, "3")
    assert ctranslate.count_cores() == 3
    assert ctranslate.count_cores(2) == 2
    assert ctranslate.count_cores(0) == 1
    monkeypatch.delenv(ctranslate.THREADS_VARIABLE)
    assert ctranslate.count_cores() == len(os.sched_getaffinity(0))


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", "9" * 5_000, "1025", "٣"])
def test_a_number_of_cores_that_is_none(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(ctranslate.THREADS_VARIABLE, text)
    with pytest.raises(EngineError, match=r"SPEECHSUBS_THREADS is .*Set it to a number"):
        ctranslate.count_cores()


@given(LENGTHS, st.integers(1, 64))
def test_batches_hold_every_sentence_once_and_none_needs_padding(
    lengths: list[tuple[int, int]], cores: int
) -> None:
    found = ctranslate.batches(lengths, cores)
    assert sorted(place for batch in found for place in batch) == list(range(len(lengths)))
    for batch in found:
        assert len({lengths[place] for place in batch}) == 1
        tokens = sum(lengths[place][0] for place in batch)
        assert tokens <= ctranslate.BATCH_TOKENS or len(batch) == 1


def test_a_small_job_is_shared_by_all_cores() -> None:
    lengths = [(10, 0)] * 40
    assert len(ctranslate.batches(lengths, 1)) == 2
    assert len(ctranslate.batches(lengths, 4)) == 7
    # Not cut to pieces for the sake of many cores.
    assert len(ctranslate.batches(lengths, 64)) == 7


def test_the_longest_go_first() -> None:
    lengths = [(3, 0), (50, 0), (20, 2), (20, 1)]
    assert ctranslate.batches(lengths, 2) == [[1], [2], [3], [0]]
