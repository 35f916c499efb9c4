"""An executor that runs each call immediately, in the submitting thread."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


class InlineExecutor(Executor):
    """Stands in for a thread or process pool if there is only one worker."""

    def submit(
        self, fn: Callable[_Given, _Found], /, *args: _Given.args, **kwargs: _Given.kwargs
    ) -> "Future[_Found]":
        """Call `fn`; the future holds its result or its exception."""
        future: Future[_Found] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # as in every executor, raised again by `Future.result`
            future.set_exception(error)
        return future
