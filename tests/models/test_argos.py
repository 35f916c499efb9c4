"""Argos's settings and metadata: the same with and without argostranslate."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.errors import PackageError
from speechsubs.models import argos

_CODE = """
import sys
if sys.argv[1] == "without":
    sys.modules["argostranslate"] = None
from speechsubs.models import argos
assert argos.has_argos() == (sys.argv[1] == "with")
print(argos.settings())
"""


def settings(which: str, env: Mapping[str, str]) -> str:
    # A process of its own: argostranslate reads the environment once, at import.
    base = {k: v for k, v in os.environ.items() if not k.startswith(("ARGOS_", "XDG_", "SNAP"))}
    done = subprocess.run(
        [sys.executable, "-c", _CODE, which], env={**base, **env}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("case", ["plain", "xdg", "variables", "file", "snap"])
def test_the_settings_are_those_of_argostranslate(tmp_path: Path, case: str) -> None:
    env = {"HOME": str(tmp_path)}
    if case == "xdg":
        env |= {f"XDG_{n}_HOME": str(tmp_path / n) for n in ("DATA", "CONFIG", "CACHE")}
    elif case == "variables":
        env |= {"ARGOS_PACKAGES_DIR": str(tmp_path / "mine"), "ARGOS_PACKAGE_INDEX": "https://x/"}
    elif case == "file":
        folder = tmp_path / ".config" / "argos-translate"
        folder.mkdir(parents=True)
        own = {"ARGOS_PACKAGES_DIR": str(tmp_path / "theirs"), "ARGOS_PACKAGE_INDEX": "https://y/"}
        (folder / "settings.json").write_text(json.dumps(own))
    elif case == "snap":
        content = tmp_path / "snap" / "snap_custom" / "content_snap_packages"
        (content / "en_es").mkdir(parents=True)
        (tmp_path / "snap" / "snap_custom" / "packages").mkdir()
        env |= {"SNAP": str(tmp_path / "snap"), "SNAP_USER_DATA": str(tmp_path / "user")}
    without = settings("without", env)
    assert not (tmp_path / ".local").exists()
    assert settings("with", env) == without
    assert str(tmp_path) in without


values = st.none() | st.text(max_size=4) | st.integers() | st.lists(st.text(max_size=2), max_size=2)
names = st.sampled_from([
    "type", "from_code", "to_code", "package_version", "target_prefix", "languages",
    "source_languages", "from_name", "other",
])  # fmt: skip


@given(st.dictionaries(names, values))
def test_the_metadata_is_read_as_argostranslate_reads_it(data: dict[str, Any]) -> None:
    def read(with_argos: bool) -> argos.Metadata | str:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(argos, "has_argos", lambda: with_argos)
            try:
                return argos.parse_metadata(json.loads(json.dumps(data)))
            except (AttributeError, TypeError):
                return "wrong type"

    theirs = read(True)
    # It stumbles over lists of languages, which nobody needs here, in ways of its own.
    if theirs != "wrong type":
        assert read(False) == theirs


def test_a_broken_settings_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(argos, "has_argos", lambda: False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "argos-translate").mkdir()
    (tmp_path / "argos-translate" / "settings.json").write_text("{")
    with pytest.raises(PackageError, match=r"settings\.json.* cannot be read as JSON"):
        argos.settings()
