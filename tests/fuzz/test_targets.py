"""No mutated input raises anything but our own errors; `make fuzz` runs many more."""

import os

import pytest

from speechsubs.errors import SpeechsubsError

from .targets import TARGETS, Target, inputs

#: Continuous integration asks for more (.ci/run).
RUNS = int(os.environ.get("FUZZ_RUNS", "200"))


def _is_read(target: Target, data: bytes) -> bool:
    try:
        target.read(data)
    except SpeechsubsError:
        return False
    return True


@pytest.mark.parametrize("name", TARGETS)
def test_mutated_inputs_are_read_or_refused(name: str) -> None:
    target = TARGETS[name]
    assert any(_is_read(target, data) for data in target.seeds())
    for number, data in inputs(target, 1, RUNS):
        try:
            target.read(data)
        except SpeechsubsError:
            continue
        except Exception as error:
            error.add_note(f"{name}, seed 1, input {number}: {data[:300]!r}")
            raise
