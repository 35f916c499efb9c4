"""An executor that does its work at once, in the thread that submits it."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


class InlineExecutor(Executor):
    """What a pool of threads or processes is replaced by where there is one worker only."""

    def submit(
        self, fn: Callable[_Given, _Found], /, *args: _Given.args, **kwargs: _Given.kwargs
    ) -> "Future[_Found]":
        """Call `fn`; the future holds its result, or what it raised."""
        future: Future[_Found] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # as every executor: whoever wants the result gets it
            future.set_exception(error)
        return future
