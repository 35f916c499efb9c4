"""Signals as exceptions."""

import json
import os
import signal
import subprocess
import sys
import threading

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
@pytest.mark.parametrize("number", signals.ENDING)
def test_a_step_is_completed_before_a_signal_takes_effect(number: signal.Signals) -> None:
    done = False

    def work() -> None:
        nonlocal done
        with signals.handled_by(signals.raise_terminated):
            with signals.deferred():
                signal.raise_signal(number)
                done = True
            pytest.fail("the signal was lost")

    with pytest.raises(signals.Terminated):
        work()
    assert done


@posix
def test_a_child_started_now_is_not_reached_by_the_terminal() -> None:
    code = "import signal; print(sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ()))))"
    with signals.held_back():
        inside = subprocess.check_output([sys.executable, "-c", code], text=True)
    outside = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert json.loads(inside) == sorted({*json.loads(outside), signal.SIGINT, signal.SIGHUP})
