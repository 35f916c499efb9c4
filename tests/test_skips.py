"""A skip for an unknown reason fails a strict run, a known one does not."""

from types import SimpleNamespace
from typing import Any

import pytest

from .skips import ALLOWED, StrictSkips


def skipped(reason: str) -> pytest.TestReport:
    return pytest.TestReport(
        "tests/test_x.py::test_y", ("tests/test_x.py", 1, "test_y"), {}, "skipped",
        ("tests/test_x.py", 1, f"Skipped: {reason}"), "call",
    )  # fmt: skip


def ended(plugin: StrictSkips) -> int:
    session: Any = SimpleNamespace(exitstatus=pytest.ExitCode.OK)
    plugin.pytest_sessionfinish(session)
    return int(session.exitstatus)


def test_an_unknown_reason_fails_the_run_and_is_named() -> None:
    plugin = StrictSkips()
    plugin.pytest_runtest_logreport(skipped("Chromium is not installed"))
    assert ended(plugin) == pytest.ExitCode.TESTS_FAILED
    assert plugin.unexpected == {"tests/test_x.py::test_y": "Chromium is not installed"}


def test_a_module_that_is_skipped_counts_too() -> None:
    plugin = StrictSkips()
    report = pytest.CollectReport("tests/test_x.py", "skipped", ("x", 1, "Skipped: no av"), [])
    plugin.pytest_collectreport(report)
    assert plugin.unexpected == {"tests/test_x.py": "no av"}
    assert ended(plugin) == pytest.ExitCode.TESTS_FAILED


def test_a_reason_on_the_list_and_an_expected_failure_do_not() -> None:
    plugin = StrictSkips()
    plugin.pytest_runtest_logreport(skipped("no file system can be mounted here"))
    failing = skipped("some day")
    failing.wasxfail = "some day"  # type: ignore[attr-defined]
    plugin.pytest_runtest_logreport(failing)
    assert ended(plugin) == pytest.ExitCode.OK
    assert all(ALLOWED.values())
