"""Signals as exceptions."""

import os
import signal
import threading
from types import FrameType

import pytest

from speechsubs.adapters import signals

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")


@posix
@pytest.mark.parametrize("number", signals.ENDING)
def test_a_signal_is_an_exception_and_the_former_handler_comes_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with (
        pytest.raises(KeyboardInterrupt) as caught,
        signals.handled_by(signals.raise_terminated),
    ):
        signal.raise_signal(number)
    assert isinstance(caught.value, signals.Terminated)
    assert signals.exit_code(caught.value.signal) == 128 + number
    assert signal.getsignal(number) is before


@posix
def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals.handled_by(signals.raise_terminated):
            signal.raise_signal(signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_in_another_thread_nothing_happens() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen: list[object] = []

    def work() -> None:
        with signals.handled_by(signals.raise_terminated):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


@posix
def test_signals_are_held_back_and_come_afterwards() -> None:
    seen: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        seen.append(number)

    with signals.handled_by(note):
        with signals.held_back():
            os.kill(os.getpid(), signal.SIGHUP)
            assert seen == []
        assert seen == [signal.SIGHUP]
