"""A translator's whole way: a served page, decided by keyboard, saved, applied, compared."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from speechsubs import project
from speechsubs.review import decisions
from speechsubs.review.model import Verdict


def _beside(name: str) -> ModuleType:
    """A module of this folder, which is no package."""
    full = f"speechsubs_browser_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[full] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[full])
    return sys.modules[full]


chromium = _beside("chromium")

pytestmark = pytest.mark.skipif(
    chromium.program() is None, reason="Chromium is not installed (Debian: chromium)"
)

OLD = """\
version: 1
terms:
  - {id: xiaomi, source: Xiaomi, policy: keep}
  - {id: su7, source: SU7, policy: keep}
"""
NEW = """\
version: 1
terms:
  - {id: xiaomi, source: Xiaomi, policy: keep, targets: {es: Xiaomi Inc}}
  - {id: su7, source: SU7, policy: keep, targets: {es: El SU7}}
"""
TALK = (
    "Xiaomi made a car.\n\nIt was called the SU7.\n\nNobody at Xiaomi slept.\n\n"
    "Then it rained.\n\nXiaomi sold it.\n"
)
RUN = ("subtitle", "talk.txt", "--to", "es", "--engine", "echo", "--project", "proj",
       "--format", "srt", "--format", "vtt", "-q")  # fmt: skip


def speechsubs(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "speechsubs", *arguments],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode in (0, 3), done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("old.yml", OLD), ("new.yml", NEW), ("talk.txt", TALK)):
        (tmp_path / name).write_text(text, "utf-8")
    speechsubs(tmp_path, *RUN, "-g", "old.yml")
    return tmp_path


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    """The page as a person gets it."""
    serving = subprocess.Popen(
        [sys.executable, "-m", "speechsubs", "glossary", "review", "old.yml", "new.yml",
         "--in", "proj", "--serve", "-q"],
        cwd=folder, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert serving.stdout is not None
    yield serving.stdout.readline().strip()
    os.kill(serving.pid, signal.SIGINT)
    serving.communicate(timeout=30)
    assert serving.returncode == 0


def blocks(path: Path) -> list[str]:
    return re.split(r"\n\n", path.read_bytes().decode("utf-8"))


def test_from_the_page_to_the_files(folder: Path, address: str) -> None:
    before = {name: blocks(folder / name) for name in ("talk.es.srt", "talk.es.vtt")}
    with chromium.Chromium(folder / "profile") as browser:
        browser.open(address)
        assert browser.js("shown.length") == 4
        # Filter: the term SU7 alone, which is accepted.
        browser.js("document.getElementById('f-term').value = 'su7'; filter()")
        assert browser.js("shown.length") == 1
        browser.press("a")
        browser.js("document.getElementById('filters').reset(); filter()")
        browser.js("go(data.items[0])")
        browser.press("e")
        browser.js("document.activeElement.select()")
        browser.type("Xiaomi Inc\nhizo <b>un coche</b>.")
        browser.press("Enter", chromium.CTRL)
        browser.js("go(data.items.find((item) => item.text.startsWith('Nobody')))")
        browser.press("r")
        browser.press("s")
        browser.wait("document.getElementById('save').textContent === 'Saved'")
        assert browser.exceptions == []
    path = folder / "proj" / "decisions.yml"
    verdicts = [decision.verdict for decision in decisions.load(path).decisions]
    assert sorted(verdicts) == [Verdict.ACCEPT, Verdict.EDIT, Verdict.REJECT]
    apply = ("glossary", "apply", str(path), "--project", "proj", "-g", "new.yml")
    speechsubs(folder, *apply, "--dry-run")
    assert {name: blocks(folder / name) for name in before} == before
    assert sorted(speechsubs(folder, *apply).split()) == ["talk.es.srt", "talk.es.vtt"]
    for name, (less, more) in (("talk.es.srt", "<>"), ("talk.es.vtt", ("&lt;", "&gt;"))):
        after = blocks(folder / name)
        edited = f"Xiaomi Inc\nhizo {less}b{more}un coche{less}/b{more}."
        expected = [
            block.replace("Xiaomi made a car.", edited).replace("the SU7", "the El SU7")
            for block in before[name]
        ]
        # Ends of cues may be later; all else is the same letter for letter.
        assert [re.sub(r"--> \S+", "-->", b) for b in after] == [
            re.sub(r"--> \S+", "-->", b) for b in expected
        ]
        untouched = [
            n for n, (a, b) in enumerate(zip(before[name], expected, strict=True)) if a == b
        ]
        assert [after[n] for n in untouched] == [before[name][n] for n in untouched]
    # The main job runs again with the new glossary: what was decided stays decided.
    speechsubs(folder, *RUN, "-g", "new.yml", "--overwrite")
    (track,) = project.load(folder / "proj").sources[0].tracks
    assert [(s.text, s.state.value) for s in track.segments] == [
        ("Xiaomi Inc hizo <b>un coche</b>.", "edited"),
        ("It was called the El SU7.", "approved"),
        ("Nobody at Xiaomi slept.", "machine"),
        ("Then it rained.", "machine"),
        ("Xiaomi Inc sold it.", "machine"),
    ]
