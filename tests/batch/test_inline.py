"""An executor without threads does what it is given, at once."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor, wait

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.batch.inline import InlineExecutor


@given(st.lists(st.integers()))
def test_it_gives_what_a_pool_gives(numbers: list[int]) -> None:
    with InlineExecutor() as inline, ThreadPoolExecutor(1) as pool:
        assert list(inline.map(abs, numbers)) == list(pool.map(abs, numbers))


def test_work_is_done_when_it_is_submitted() -> None:
    seen: list[int] = []
    with InlineExecutor() as executor:
        future = executor.submit(seen.append, 1)
        assert (seen, future.done()) == ([1], True)
        assert wait([future]).not_done == set()


@pytest.mark.parametrize("make", [InlineExecutor, lambda: ThreadPoolExecutor(1)])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_who_asks_for_the_result_gets_the_error(
    make: Callable[[], Executor], error: type[BaseException]
) -> None:
    def fail() -> None:
        raise error

    with make() as executor:
        future = executor.submit(fail)
        with pytest.raises(error):
            future.result()
