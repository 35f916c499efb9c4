"""Versions of a glossary from files and from git."""

import shutil
import subprocess
from pathlib import Path

import pytest

from speechsubs.errors import InputError
from speechsubs.review import git

GLOSSARY = "version: 1\nterms:\n  - id: {}\n    source: Xiaomi\n    policy: keep\n"

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "glossary.yml"
    file.write_text(GLOSSARY.format("old"), "utf-8")
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "first"]):
        subprocess.run(["git", *arguments], check=True, cwd=tmp_path)
    file.write_text(GLOSSARY.format("new"), "utf-8")
    return tmp_path


@needs_git
def test_a_revision_is_read_from_git(repository: Path) -> None:
    assert [term.id for term in git.load("HEAD:glossary.yml").terms] == ["old"]
    assert [term.id for term in git.load("glossary.yml").terms] == ["new"]


@needs_git
def test_a_file_wins_over_a_revision(repository: Path) -> None:
    (repository / "HEAD:glossary.yml").write_text(GLOSSARY.format("file"), "utf-8")
    assert [term.id for term in git.load("HEAD:glossary.yml").terms] == ["file"]


@needs_git
@pytest.mark.parametrize(
    "name", ["HEAD:nowhere.yml", "nothing:glossary.yml", "--help:glossary.yml"]
)
def test_unknown_revisions_are_input_errors(repository: Path, name: str) -> None:
    assert repository.is_dir()
    with pytest.raises(InputError):
        git.read_text(name)


def test_a_missing_file_and_other_encodings_are_input_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        git.load(str(tmp_path / "none.yml"))
    (tmp_path / "latin.yml").write_bytes(b"version: 1\n# \xe9\n")
    with pytest.raises(InputError, match=":2"):
        git.read_text(str(tmp_path / "latin.yml"))


def test_a_canonical_version_ignores_order_and_comments(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yml", tmp_path / "two.yml"
    head, body = "version: 1\nterms:\n", "  - {{id: {0}, source: {0}x, policy: keep}}\n"
    one.write_text(head + body.format("a") + body.format("b"), "utf-8")
    two.write_text("# two\n" + head + body.format("b") + body.format("a"), "utf-8")
    assert git.canonicalize(str(one)) == git.canonicalize(str(two))


def test_what_is_not_a_glossary_is_returned_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "broken.yml"
    file.write_text("version: 2\n", "utf-8")
    made = git.canonicalize(str(file))
    assert made.startswith("# ")
    assert made.endswith("\nversion: 2\n")
