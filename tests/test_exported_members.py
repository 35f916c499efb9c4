"""The public API is a list: a name comes or goes only with this file."""

import subprocess
import sys
from pathlib import Path

import pytest

import speechsubs as ss
from speechsubs import errors

FUNCTIONS = ["check", "load", "load_transcript", "save", "subtitle", "sync", "translate"]
TYPES = [
    "Aligner", "Cue", "Engine", "Finding", "Glossary", "Memory", "Options", "Output", "Result",
    "Sentence", "Severity", "SyncResult", "Term", "Track", "Transcript", "Word",
]  # fmt: skip
ERRORS = [
    "CueTimingError", "EngineError", "GlossaryError", "InputError", "OutputError",
    "PackageError", "SpeechsubsError", "UnknownLocaleError", "YamlError",
]  # fmt: skip


def test_these_names_are_exported() -> None:
    assert sorted(ss.__all__) == sorted([*FUNCTIONS, *TYPES, *ERRORS, "__version__"])


@pytest.mark.parametrize("name", ss.__all__)
def test_every_name_is_there_and_listed(name: str) -> None:
    assert getattr(ss, name) is not None
    assert name in dir(ss)


def test_functions_are_functions_and_types_are_types() -> None:
    for name in FUNCTIONS:
        assert callable(getattr(ss, name))
        assert not isinstance(getattr(ss, name), type)
    for name in TYPES:
        assert isinstance(getattr(ss, name), type)
    for name in ERRORS:
        assert issubclass(getattr(ss, name), ss.SpeechsubsError)


def test_every_error_class_is_exported() -> None:
    assert set(ERRORS) == {name for name in vars(errors) if name.endswith("Error")}


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'speechsubs' has no attribute 'subtitles'"):
        ss.subtitles  # type: ignore[attr-defined] # noqa: B018 it is meant to be missing


def test_type_checkers_know_the_types(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import speechsubs as ss\n"
        'track: ss.Track = ss.subtitle("talk.txt", to="es")["es"].track\n'
        'wrong: int = ss.load("talk.srt")\n'
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    errors = [line for line in done.stdout.splitlines() if "script.py" in line and "error" in line]
    assert len(errors) == 1, done.stdout + done.stderr
    assert ":3: error" in errors[0]
