"""Fails a run in which a test was skipped for a reason that is not on the list below.

Loaded by `tests/conftest.py` if SPEECHSUBS_STRICT_SKIPS is set, as continuous integration
does, so that a missing tool or extra is noticed there. Elsewhere a skip is only reported.
"""

import re
from typing import Any

import pytest

#: Reasons to skip, as regular expressions, and why each is acceptable even there.
ALLOWED = {
    r"a bad translator has errors": "the parameter is an engine that makes errors on purpose",
    r"only a good engine's output is known": "the parameter is an engine that makes errors",
    r"another Apertium, or other language data": "the snapshot is of one version of Apertium",
    r"Apertium offers no route from \w+ to \w+ here": "distributions pack different pairs",
    r"PyTorch trains": "torch is 500 MB and only the training recipe uses it",
    r"the shared (folder|corpus) is not": "data that is not part of the project",
    r"no file system can be mounted here": "containers without the privilege cannot mount",
    r"this user may write anywhere \(root\)": "file permissions do not stop root",
    r"the W3C WebVTT suite .* is not": "a collection that is not part of the project",
}


class StrictSkips:
    """Collects the reasons of all skips; with xdist, in the controlling process."""

    def __init__(self) -> None:
        self.unexpected: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Look at a test's skip."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self._take(report.nodeid, report.longrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Look at the skip of a whole module."""
        if report.skipped:
            self._take(report.nodeid, report.longrepr)

    def _take(self, where: str, longrepr: Any) -> None:
        reason = str(longrepr[2] if isinstance(longrepr, tuple) else longrepr)
        reason = reason.removeprefix("Skipped: ")
        if not any(re.search(pattern, reason) for pattern in ALLOWED):
            self.unexpected[where] = reason

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail the run if a reason was not on the list."""
        if self.unexpected and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """List the skips that made the run fail."""
        if self.unexpected:
            terminalreporter.section("skipped for a reason that is not in tests/skips.py")
            for where, reason in sorted(self.unexpected.items()):
                terminalreporter.write_line(f"{where}: {reason}")
