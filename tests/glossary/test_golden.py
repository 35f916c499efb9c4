"""Glossaries that a person can read: what is matched, and what is refused with which line."""

from pathlib import Path

import pytest

from speechsubs.errors import GlossaryError, YamlError
from speechsubs.glossary import Matcher, load

GOLDEN = Path(__file__).parents[1] / "golden" / "glossary"
MATCH = sorted((GOLDEN / "match").iterdir())
BROKEN = sorted((GOLDEN / "broken").glob("*.yml"))


def test_the_folders_are_not_empty() -> None:
    assert len(MATCH) >= 4
    assert len(BROKEN) >= 40


@pytest.mark.parametrize("folder", MATCH, ids=lambda folder: folder.name)
def test_match(folder: Path) -> None:
    text = (folder / "source.txt").read_text("utf-8")
    marked, done = [], 0
    for match in Matcher(load(folder / "glossary.yml")).find(text):
        assert text[match.start : match.end] == match.text
        suffix = f"|{match.suffix}" if match.suffix else ""
        marked += [text[done : match.start], f"[{match.term.id}:{match.text}{suffix}]"]
        done = match.suffix_end
    assert "".join([*marked, text[done:]]) == (folder / "marked.txt").read_text("utf-8")


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_broken(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]
    line, problem = first.removeprefix("# expect: ").split(": ", 1)
    with pytest.raises((GlossaryError, YamlError)) as caught:
        load(path)
    assert problem in caught.value.problem
    assert caught.value.line == int(line)
    assert str(caught.value).startswith(f"{path}:{line}:")
