"""The package store: preference among packages, codes for tags, verification."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.errors import PackageError
from speechsubs.models import store

VERSIONS = st.lists(st.integers(0, 99_999), min_size=1, max_size=4)


@given(VERSIONS, VERSIONS)
def test_versions_are_ordered_as_numbers(one: list[int], other: list[int]) -> None:
    keys = [store.version_key(".".join(map(str, version))) for version in (one, other)]
    assert (keys[0] < keys[1]) == (one < other)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_version_can_be_compared(one: str, other: str) -> None:
    assert sorted([one, other], key=store.version_key)


@pytest.mark.parametrize(
    ("source", "target", "pairs"),
    [
        ("en", "es", (("en", "es"),)),
        ("pt-BR", "nl", (("pb", "nl"), ("pt", "nl"))),
        ("zh-Hant", "en", (("zt", "en"),)),
    ],
)
def test_codes_of_a_pair(source: str, target: str, pairs: tuple[tuple[str, str], ...]) -> None:
    assert store.code_pairs(source, target) == pairs


def test_the_newest_package_is_preferred(tmp_path: Path, made: Callable[..., bytes]) -> None:
    for version in ("1.9", "1.10", "1.2"):
        archive = tmp_path / f"{version}.argosmodel"
        archive.write_bytes(made(version=version))
        store.install_file(archive, tmp_path / "packages")
    found = store.installed(tmp_path / "packages")
    assert max(found, key=store.preference).version == "1.10"


def test_verification_reads_every_byte(tmp_path: Path, tiny: Path) -> None:
    package = store.install_file(tiny, tmp_path / "packages")
    assert store.lock_problem(package) == store.verify(package) == ""
    weights = package.model / "model.bin"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    assert store.verify(package)


def test_an_archive_that_is_no_package_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.argosmodel").write_bytes(b"not a zip file")
    with pytest.raises(PackageError):
        store.install_file(tmp_path / "x.argosmodel", tmp_path / "packages")
    assert store.installed(tmp_path / "packages") == ()
