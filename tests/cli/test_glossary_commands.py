"""`speechsubs glossary` as a person uses it, and as a person gets it wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speechsubs.glossary import load

GLOSSARY = """\
# Ours, with remarks.
version: 1
source: en
terms:
  # People
  - id: lei
    source: Lei Jun   # the founder
    policy: keep
    targets: {es: Lei}

  # Words
  - id: board
    source: 'board'
    policy: fixed
    targets:
      es: consejo
      # no German yet
"""
TALK = """\
Lei Jun met Zhang Wei in the U.S. last week.

Zhang Wei drove an SU7. He said the board was there, and Zhang Wei left.
"""


@pytest.fixture
def folder(here: Path) -> Path:
    (here / "g.yml").write_text(GLOSSARY, "utf-8")
    (here / "talk.txt").write_text(TALK, "utf-8")
    return here


def test_check_is_clean(cli: Callable[..., Any], folder: Path) -> None:
    ran = cli("glossary", "check", "g.yml")
    assert (ran.code, ran.out) == (0, "")
    assert "2 entries: no findings" in ran.err


def test_check_finds_and_says_where(cli: Callable[..., Any], folder: Path) -> None:
    text = GLOSSARY + "  - {id: he, source: He, policy: keep}\n"
    (folder / "g.yml").write_text(text, "utf-8")
    ran = cli("glossary", "check", "g.yml")
    assert ran.code == 3
    assert "g.yml:18: glossary-ordinary-word: 'He' is also an everyday word" in ran.err
    data = json.loads(cli("glossary", "check", "g.yml", "--json").out)
    assert data["terms"] == 3
    assert data["findings"][0]["line"] == 18


def test_check_with_texts(cli: Callable[..., Any], folder: Path) -> None:
    (folder / "other.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nNothing.\n")
    ran = cli("glossary", "check", "g.yml", "--with", "other.srt")
    assert "'Lei Jun' does not occur in the texts" in ran.err
    ran = cli("glossary", "check", "g.yml", "--with", "other.srt", "--with", "talk.txt")
    assert "does not occur" not in ran.err


@pytest.mark.parametrize("text", ["version: 1\n", "terms: [", "\0", "version: 2\nterms: []\n"])
def test_a_broken_glossary_is_an_error(cli: Callable[..., Any], here: Path, text: str) -> None:
    (here / "g.yml").write_text(text)
    for arguments in (("check", "g.yml"), ("export", "g.yml", "-o", "a.csv"),
                      ("import", "g.yml", "x.csv")):  # fmt: skip
        (here / "x.csv").write_text("source\na\n")
        ran = cli("glossary", *arguments)
        assert ran.code == 1
        assert ran.err.startswith("Error: g.yml:")


def test_a_text_that_cannot_be_read_is_an_error(cli: Callable[..., Any], folder: Path) -> None:
    assert cli("glossary", "check", "g.yml", "--with", "none.txt").code == 1
    ran = cli("glossary", "suggest", "none.txt", "talk.txt")
    assert ran.code == 1
    assert "none.txt: no such file" in ran.err
    assert "Zhang Wei" in ran.out


def test_suggest_lists_counts_and_places(cli: Callable[..., Any], folder: Path) -> None:
    ran = cli("glossary", "suggest", "talk.txt", "-g", "g.yml")
    assert ran.code == 0
    assert ran.lines[0].split() == ["3", "name", "Zhang", "Wei", "talk.txt:1,", "3"]
    assert ran.lines[1].split() == ["1", "code", "SU7", "talk.txt:3"]
    assert "Lei Jun" not in ran.out
    only = cli("glossary", "suggest", "talk.txt", "--min-count", "2", "--json")
    assert json.loads(only.out) == [
        {"text": "Zhang Wei", "kind": "name", "count": 3,
         "places": [{"file": "talk.txt", "line": 1}, {"file": "talk.txt", "line": 3}]},
    ]  # fmt: skip


def test_suggest_writes_entries_to_review(cli: Callable[..., Any], folder: Path) -> None:
    ran = cli("glossary", "suggest", "talk.txt", "--write", "g.yml")
    assert (ran.code, ran.lines[-1]) == (0, "g.yml")
    text = (folder / "g.yml").read_text("utf-8")
    assert text.startswith(GLOSSARY)
    made = load(folder / "g.yml")
    assert [(t.source, t.status) for t in made.terms[2:]] == [
        ("Zhang Wei", "proposed"), ("SU7", "proposed"), ("U.S.", "proposed"),
    ]  # fmt: skip
    assert made.terms[2].note == "Found 3 times: talk.txt:1, 3"
    # A second run finds nothing that is not there.
    again = cli("glossary", "suggest", "talk.txt", "--write", "g.yml")
    assert again.out == ""
    assert (folder / "g.yml").read_text("utf-8") == text


def test_suggest_makes_a_new_glossary(cli: Callable[..., Any], folder: Path) -> None:
    assert cli("glossary", "suggest", "talk.txt", "--write", "new/g.yml").code == 0
    assert load(folder / "new" / "g.yml").term("zhang-wei") is not None
    ran = cli("glossary", "suggest", "talk.txt", "--write", "talk.txt")
    assert ran.code == 1
    assert (folder / "talk.txt").read_text("utf-8") == TALK


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx", ".tbx"])
def test_there_and_back(cli: Callable[..., Any], folder: Path, suffix: str) -> None:
    ran = cli("glossary", "export", "g.yml", "-o", f"x{suffix}")
    assert (ran.code, ran.out) == (0, f"x{suffix}\n")
    back = cli("glossary", "import", "g.yml", f"x{suffix}")
    assert (back.code, back.out) == (0, "")
    assert "0 added, 0 changed, 2 unchanged, 0 conflicts" in back.err
    assert (folder / "g.yml").read_text("utf-8") == GLOSSARY
    new = cli("glossary", "import", "new.yml", f"x{suffix}", "-q")
    assert (new.code, new.out, new.err) == (0, "", "")
    before, after = load(folder / "g.yml"), load(folder / "new.yml")
    assert before.digest == after.digest or suffix == ".tbx"


def test_export_tells_what_is_lost(cli: Callable[..., Any], folder: Path) -> None:
    ran = cli("glossary", "export", "g.yml", "-o", "x.txt", "--to", "es")
    assert ran.code == 0
    assert "OmegaT cannot store `policy`, which 2 entries have" in ran.err
    assert (folder / "x.txt").read_text("utf-8") == "Lei Jun\tLei\nboard\tconsejo\n"
    two = cli("glossary", "export", "g.yml", "-o", "y.txt", "--to", "es", "--to", "fr")
    assert two.code == 1
    assert "--to es" in two.err
    assert cli("glossary", "export", "g.yml", "-o", "z.csv", "--to", "xx-nope").code == 1


def test_export_keeps_files_that_are_there(cli: Callable[..., Any], folder: Path) -> None:
    (folder / "x.csv").write_text("mine")
    ran = cli("glossary", "export", "g.yml", "-o", "x.csv")
    assert ran.code == 1
    assert "use --overwrite to replace it" in ran.err
    assert (folder / "x.csv").read_text() == "mine"
    assert cli("glossary", "export", "g.yml", "-o", "x.csv", "--overwrite").code == 0
    ran = cli("glossary", "export", "g.yml", "-o", "g.yml", "--format", "csv", "--overwrite")
    assert ran.code == 1
    assert (folder / "g.yml").read_text("utf-8") == GLOSSARY


def test_import_changes_only_what_it_says(cli: Callable[..., Any], folder: Path) -> None:
    (folder / "x.csv").write_text("Lei Jun,Lei Jun\nboard,junta\nwheel,rueda\n")
    ran = cli("glossary", "import", "g.yml", "x.csv", "--target-language", "es")
    assert ran.code == 3
    assert "added wheel" in ran.err
    assert "'board' es: 'consejo' here, 'junta' there: ours is kept" in ran.err
    assert (folder / "g.yml").read_text("utf-8") == GLOSSARY + (
        "\n  - id: wheel\n    source: wheel\n    policy: fixed\n    targets:\n      es: rueda\n"
    )


def test_import_keeps_the_remarks_of_a_changed_entry(cli: Callable[..., Any], folder: Path) -> None:
    (folder / "x.csv").write_text("id,source,fr,note\nlei,Lei Jun,Lei,CEO\nboard,board,conseil,\n")
    ran = cli("glossary", "import", "g.yml", "x.csv")
    assert (ran.code, ran.lines) == (0, ["g.yml"])
    text = (folder / "g.yml").read_text("utf-8")
    for remark in ("# Ours", "# People", "# the founder", "# Words", "# no German yet", "'board'"):
        assert remark in text
    made = load(folder / "g.yml")
    assert [t.targets["fr"].term for t in made.terms] == ["Lei", "conseil"]
    assert made.terms[0].note == "CEO"


def test_a_dry_run_writes_nothing(cli: Callable[..., Any], folder: Path) -> None:
    (folder / "x.csv").write_text("id,source,fr\nlei,Lei Jun,Lei\n,new,nouveau\n")
    ran = cli("glossary", "import", "g.yml", "x.csv", "--dry-run", "--json")
    assert ran.code == 0
    data = json.loads(ran.out)
    assert data["changed"] == {"lei": ["fr"]}
    assert data["added"] == ["new"]
    assert data["written"] is False
    assert (folder / "g.yml").read_text("utf-8") == GLOSSARY
    assert (
        "nothing was written (--dry-run)"
        in cli("glossary", "import", "g.yml", "x.csv", "--dry-run").err
    )
    assert cli("glossary", "import", "none.yml", "x.csv", "--dry-run").code == 0
    assert not (folder / "none.yml").exists()


def test_theirs_and_a_base(cli: Callable[..., Any], folder: Path) -> None:
    (folder / "x.csv").write_text("source,es\nboard,junta\n")
    (folder / "base.yml").write_text(GLOSSARY, "utf-8")
    ran = cli("glossary", "import", "g.yml", "x.csv", "--base", "base.yml")
    assert ran.code == 0
    assert load(folder / "g.yml").terms[1].targets["es"].term == "junta"
    (folder / "x.csv").write_text("source,es\nboard,patronato\n")
    assert cli("glossary", "import", "g.yml", "x.csv", "--prefer", "theirs").code == 3
    assert load(folder / "g.yml").terms[1].targets["es"].term == "patronato"


def test_windows_line_ends_and_a_byte_order_mark_stay(
    cli: Callable[..., Any], folder: Path
) -> None:
    data = b"\xef\xbb\xbf" + GLOSSARY.replace("\n", "\r\n").encode("utf-8")
    (folder / "g.yml").write_bytes(data)
    (folder / "x.csv").write_text("source,es\nwheel,rueda\n")
    assert cli("glossary", "import", "g.yml", "x.csv").code == 0
    made = (folder / "g.yml").read_bytes()
    assert made.startswith(data)
    assert made.count(b"\r\n") == made.count(b"\n")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.doc", b"a", "unsupported file extension '.doc'"),
        ("x.csv", b"a,b\n", "--target-language es"),
        ("x.tbx", b"<a>", "not well-formed XML"),
        ("x.tbx", b'<!DOCTYPE a [<!ENTITY x "y">]><martif>&x;</martif>', "which is not allowed"),
        ("x.xlsx", b"a", "not a workbook"),
        ("x.csv", b"source\n\xff", "not UTF-8 text"),
    ],
)
def test_files_that_cannot_be_used(
    cli: Callable[..., Any], folder: Path, name: str, content: bytes, message: str
) -> None:
    (folder / name).write_bytes(content)
    ran = cli("glossary", "import", "g.yml", name)
    assert ran.code == 1
    assert message in ran.err
    assert (folder / "g.yml").read_text("utf-8") == GLOSSARY


def test_a_missing_file_and_the_glossary_itself(cli: Callable[..., Any], folder: Path) -> None:
    assert "no such file" in cli("glossary", "import", "g.yml", "none.csv").err
    assert cli("glossary", "import", "g.yml", "g.yml").code == 1
    assert cli("glossary", "import", "g.yml", ".").code == 1


def test_what_a_file_says_cannot_steer_a_terminal(cli: Callable[..., Any], folder: Path) -> None:
    (folder / "x.csv").write_text("source,es\nboard,\x1b[31mred[/]\n")
    ran = cli("glossary", "import", "g.yml", "x.csv")
    assert ran.code == 3
    assert "\x1b" not in ran.err


def test_every_subcommand_explains_itself(cli: Callable[..., Any]) -> None:
    for name in ("check", "suggest", "import", "export"):
        ran = cli("glossary", name, "-h")
        assert ran.code == 0
        assert ran.out.startswith(f"Usage: speechsubs glossary {name}")
    assert cli("glossary").code == 2


def test_the_choices_are_those_of_the_registry() -> None:
    from speechsubs.cli.options import GLOSSARY_FORMATS
    from speechsubs.glossary import registry

    assert tuple(GLOSSARY_FORMATS) == registry.names()
