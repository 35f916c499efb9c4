"""How a run is stopped: by a signal, by the first failure, by a full disk."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: Ctrl-C, and what service managers send.
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(BaseException):
    """Raised out of an engine's work when a person wants the run to end."""


class Control:
    """What all parts of a run look at before they begin something new.

    `why` says why the run stops, and is empty while it goes on. `signal` is the number
    of the signal that stopped it, 0 for none.
    """

    def __init__(self) -> None:
        self.why = ""
        self.signal = 0
        self._breakable = False
        self._event = threading.Event()

    @property
    def stopping(self) -> bool:
        """True when nothing new is to begin."""
        return self._event.is_set()

    def stop(self, why: str) -> None:
        """Begin nothing new; what is being written is finished. The first reason counts."""
        self.why = self.why or why
        self._event.set()

    def pause(self, seconds: float) -> None:
        """Wait, at most until the run is stopped."""
        self._event.wait(seconds)

    @contextmanager
    def breakable(self) -> Iterator[None]:
        """While this holds a signal raises `Interrupted`: nothing is being written."""
        if self.stopping:
            raise Interrupted
        self._breakable = True
        try:
            yield
        finally:
            self._breakable = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C and SIGTERM as a wish to stop; a second one ends at once.

        Ending at once is safe as well: files appear whole or not at all.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._take) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _take(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self.signal:
            raise KeyboardInterrupt
        self.signal = number
        self.stop("interrupted")
        if self._breakable:
            self._breakable = False
            raise Interrupted
