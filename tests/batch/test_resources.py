"""Glossaries, settings and engines are loaded once per process."""

from pathlib import Path

import pytest

from speechsubs.batch import Resources
from speechsubs.engines import EchoEngine
from speechsubs.errors import EngineError, InputError
from speechsubs.options import Options
from speechsubs.protocols import Engine


class Loader:
    """Loads an engine for Spanish only, and records what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    def __call__(self, name: str, source: str, target: str) -> Engine:
        self.asked.append((name, source, target))
        if target != "es":
            raise EngineError(f"no model for {source}-{target}", f"install {target}")
        return EchoEngine(source, target)


def test_an_engine_is_loaded_once() -> None:
    load = Loader()
    resources = Resources(load)
    first = resources.engine("echo", "en", "es")
    assert resources.engine("echo", "en", "es") is first
    assert load.asked == [("echo", "en", "es")]
    assert first.translate(["One."])[0][0] == "One."


def test_a_failure_to_load_is_remembered() -> None:
    load = Loader()
    resources = Resources(load)
    for _ in range(2):
        with pytest.raises(EngineError, match="no model for en-ca"):
            resources.engine("echo", "en", "ca")
    assert len(load.asked) == 1


def test_all_missing_engines_are_in_one_error() -> None:
    resources = Resources(Loader())
    resources.require("echo", "en", ["es"])
    with pytest.raises(EngineError, match="no model for en-ca") as single:
        resources.require("echo", "en", ["es", "ca"])
    assert single.value.advice == "install ca"
    with pytest.raises(EngineError) as error:
        resources.require("echo", "en", ["ca", "es", "de"])
    for target in ("ca", "de"):
        assert f"no model for en-{target}" in str(error.value)


def test_a_glossary_is_read_once_and_settings_share_it(tmp_path: Path) -> None:
    path = tmp_path / "names.yml"
    path.write_text(
        "version: 1\nterms:\n  - {id: lei, source: Lei Jun, policy: keep}\n", encoding="utf-8"
    )
    resources = Resources(Loader())
    words = resources.glossary(str(path))
    path.unlink()
    assert resources.glossary(str(path)) is words
    options = Options(glossary=str(path), max_lines=1)
    setting = resources.setting("en", options)
    assert setting.glossary is words
    assert setting.source.limits.max_lines == 1
    assert resources.setting("en", options) is setting
    assert resources.glossary("").terms == ()


def test_an_original_has_to_be_subtitles(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("Plain words.\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"talk\.txt"):
        Resources(Loader()).original(str(path))


def test_without_a_memory_nothing_was_written_by_people() -> None:
    assert Resources(Loader()).written("en", "es") == ""
