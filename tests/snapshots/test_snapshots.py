"""Every output is what it was, byte by byte.

A change that is meant to change outputs renews them, and its diff shows how:

    SNAPSHOTS_RENEW=1 python -m pytest -n 0 tests/snapshots
"""

import os
import re
from collections.abc import Iterator

import pytest

from . import store
from .box import box, difference
from .cases import CASES, Case

RENEW = bool(os.environ.get("SNAPSHOTS_RENEW"))
if RENEW and "PYTEST_XDIST_WORKER" in os.environ:
    raise pytest.UsageError("snapshots share an archive: renew them in one process (-n 0)")


@pytest.fixture(scope="module")
def kept() -> Iterator[dict[str, str]]:
    """The long texts; when they are renewed, written at the end."""
    texts = store.long_ones()
    yield texts
    if RENEW:
        names = {case.name for case in CASES if case.bulk}
        store.save_long({name: text for name, text in texts.items() if name in names})
        short = {case.name for case in CASES if not case.bulk}
        for path in store.TEXTS.glob("*.txt"):
            if path.stem not in short:
                path.unlink()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_snapshot(case: Case, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with box() as made:
        case.do(made)
    text = made.text
    if RENEW:
        if case.bulk:
            kept[case.name] = text
        else:
            store.save_short(case.name, text)
        return
    expected = kept.get(case.name) if case.bulk else store.short_one(case.name)
    assert expected is not None, "there is no snapshot of it: renew them"
    if text == expected:
        return
    if case.name == "apertium" and _engines(text) != _engines(expected):
        pytest.skip("another Apertium, or other language data, than that of the snapshot")
    pytest.fail(difference(expected, text), pytrace=False)


def test_the_digests_are_those_of_the_archive() -> None:
    if RENEW:
        pytest.skip("they are being renewed")
    assert store.DIGESTS.read_text("utf-8") == store.digests(store.long_ones())


def _engines(text: str) -> set[str]:
    return set(re.findall(r'"engine": "(.*)"', text))
