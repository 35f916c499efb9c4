"""End on a signal as on Ctrl-C: clean up, leave whole files, tell the shell which signal."""

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

#: Ctrl-C, the request of service managers to end, and a closed terminal.
ENDING: Final = tuple(
    signal.Signals[name]
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if name in signal.Signals.__members__
)
#: What a terminal sends to all its processes. Ours are ended by the one that started them.
_OF_TERMINALS: Final = tuple(number for number in ENDING if number != signal.SIGTERM)
#: The number of SIGPIPE, for programs whose reader has gone; Windows has no such signal.
PIPE: Final = 13
#: Errors of a standard stream that nobody reads: a closed pipe, a closed terminal.
UNREAD: Final = (errno.EPIPE, errno.EIO)
#: Shells report a program ended by a signal as this plus the signal's number.
_SIGNALLED: Final = 128

Handler = Callable[[int, FrameType | None], None]


class Terminated(KeyboardInterrupt):
    """A signal asked this process to end. `signal` is its number.

    Code that cleans up after Ctrl-C does so after the other signals too.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


def raise_terminated(number: int, frame: FrameType | None) -> None:
    """Raise `Terminated`; a handler for `handled_by`."""
    del frame
    raise Terminated(number)


def exit_code(number: int) -> int:
    """The exit code of a program that a signal ended, as shells report it.

    >>> exit_code(15)
    143
    """
    return _SIGNALLED + number


@contextmanager
def handled_by(handler: Handler) -> Iterator[None]:
    """Handle the signals that ask this process to end; restore the former handlers.

    A signal that is ignored stays ignored: `nohup` ignores SIGHUP, and shells ignore SIGINT
    for programs in the background. Python handles signals in the main thread only; in any
    other one this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.signal(number, handler)
        for number in ENDING
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, former in before.items():
            # None stands for a handler that was not installed from Python.
            signal.signal(number, signal.SIG_DFL if former is None else former)


@contextmanager
def deferred() -> Iterator[None]:
    """Let a signal that comes in the `with` block take effect at its end.

    For a step that must not be interrupted, such as starting a process and keeping hold of it.
    """
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        came.append(number)

    with handled_by(note):
        yield
    for number in came:
        signal.raise_signal(number)


def end_silently() -> None:
    """Let the signals end the process without a traceback, while nothing is being written."""
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def leave_to_parent() -> None:
    """Ignore the signals of the terminal in a child: its parent gets them too and ends it."""
    for number in _OF_TERMINALS:
        signal.signal(number, signal.SIG_IGN)
    _mask(block=False)


def end_after(wait: Callable[[], object]) -> None:
    """End this child, without cleaning up, once `wait` returns: when its parent has gone."""

    def watch() -> None:
        wait()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def held_back() -> Iterator[None]:
    """Start children that the signals of the terminal do not reach before `leave_to_parent`.

    Python would show a traceback if Ctrl-C came while a child starts. A child inherits the
    signals that are blocked in the thread that starts it.
    """
    _mask(block=True)
    try:
        yield
    finally:
        _mask(block=False)


def _mask(*, block: bool) -> None:
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK if block else signal.SIG_UNBLOCK, _OF_TERMINALS)


def discard_unreadable() -> None:
    """Discard further output to standard streams that nobody reads any more.

    Python would try to write it, and fail, at exit.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            with suppress(OSError, ValueError, AttributeError):
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, stream.fileno())
                os.close(null)
