"""`speechsubs memory`: what a person types and sees."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from speechsubs.cli.memory import command
from speechsubs.memory import Memory, Segment, State

Cli = Callable[..., Any]

TMX = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="en" creationtool="X" segtype="sentence"/><body>
<tu changeid="Ana" changedate="20260301T120000Z">
<tuv xml:lang="EN-US"><seg>They paid $5 for it.</seg></tuv>
<tuv xml:lang="ES"><seg>Pagaron 5 dólares por eso.</seg></tuv></tu>
</body></tmx>
"""


@pytest.fixture
def tmx(here: Path) -> Path:
    path = here / "client.tmx"
    path.write_text(TMX, "utf-8")
    return path


@pytest.mark.parametrize("name", ["import", "export", "stats", "search"])
def test_help_of_every_command(cli: Cli, name: str) -> None:
    assert isinstance(command, click.Group)
    sub = command.commands[name]
    ran = cli("memory", name, "--help")
    assert ran.code == 0
    assert "MEMORY" in (sub.help or "")
    options = [p for p in sub.params if isinstance(p, click.Option)]
    assert options
    for option in options:
        assert option.help, option.name
        assert option.help.endswith((".", ").")), option.help


def test_there_are_no_other_commands(cli: Cli) -> None:
    assert set(command.commands) == {"import", "export", "stats", "search"}
    assert cli("memory").code == 2
    assert cli("memory", "nope").code == 2


def test_import_search_export(cli: Cli, here: Path, tmx: Path) -> None:
    ran = cli("memory", "import", "p.memory", tmx)
    assert (ran.code, ran.out) == (0, "")
    assert "1 units, 1 segments stored, 0 already present, 0 units skipped" in ran.err
    ran = cli("memory", "search", "p.memory", "They paid $700 for it.", "--to", "es")
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines == [
        "99 %  fuzzy  approved  Ana  2026-03-01",
        "  en-US: They paid $5 for it.",
        "  es: Pagaron 5 dólares por eso.",
    ]
    ran = cli("memory", "export", "p.memory", "-o", "out.tmx")
    assert (ran.code, ran.out) == (0, "out.tmx\n")
    ran = cli("memory", "import", "q.memory", "out.tmx", "-q")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    with Memory.open(here / "p.memory") as one, Memory.open(here / "q.memory") as other:
        assert list(one.export()) == list(other.export())


def test_the_very_sentence_is_found_first(cli: Cli, tmx: Path) -> None:
    cli("memory", "import", "p.memory", tmx)
    text = "They  paid $5 for it."
    ran = cli("memory", "search", "p.memory", text, "--to", "es", "--json")
    (match,) = json.loads(ran.out)
    assert (match["score"], match["match"], match["state"]) == (100, "exact", "approved")
    assert match["target"] == "Pagaron 5 dólares por eso."


def test_a_search_that_finds_nothing(cli: Cli, tmx: Path) -> None:
    cli("memory", "import", "p.memory", tmx)
    ran = cli("memory", "search", "p.memory", "Something else.", "--to", "es", "--threshold", "90")
    assert (ran.code, ran.out, ran.err) == (0, "", "no matches of 90 % or more\n")
    ran = cli("memory", "search", "p.memory", "They paid $5 for it.", "--to", "fr", "--json")
    assert (ran.code, ran.out) == (0, "[]\n")


def test_what_is_found_cannot_steer_a_terminal(cli: Cli, here: Path) -> None:
    with Memory.open(here / "p.memory") as memory:
        memory.remember([Segment("en", "es", "Red\x1b[31m alert", "a\nb\x07\u202e[bold]")])
    ran = cli("memory", "search", "p.memory", "Red [31m alert", "--to", "es")
    assert ran.lines[1:] == ["  en: Red\ufffd[31m alert", "  es: a b\ufffd\ufffd[bold]"]


def test_stats(cli: Cli, here: Path, tmx: Path) -> None:
    cli("memory", "import", "p.memory", tmx)
    with Memory.open(here / "p.memory") as memory:
        memory.remember([Segment("en-US", "es", "Hi.", "Hola.", state=State.MACHINE)])
    ran = cli("memory", "stats", "p.memory")
    assert ran.code == 0
    assert ran.lines[0] == "en-US → es: 1 approved, 1 machine"
    assert ran.lines[1].startswith("2 segments, 0 cached, ")
    data = json.loads(cli("memory", "stats", "p.memory", "--json").out)
    assert data["pairs"] == [
        {"source": "en-US", "target": "es", "machine": 1, "edited": 0, "approved": 1}
    ]


def test_export_leaves_machines_and_other_languages_out(cli: Cli, here: Path, tmx: Path) -> None:
    cli("memory", "import", "p.memory", tmx)
    with Memory.open(here / "p.memory") as memory:
        memory.remember([Segment("en", "es", "Hi.", "Hola.", state=State.MACHINE)])
        memory.remember([Segment("en", "fr", "Hi.", "Salut.")])

    def count(*options: str) -> int:
        ran = cli("memory", "export", "p.memory", "-o", "out.tmx", "--overwrite", *options)
        assert ran.code == 0
        return (here / "out.tmx").read_text("utf-8").count("<tu ")

    assert [count(), count("--all"), count("--to", "es"), count("--to", "de")] == [2, 3, 1, 0]


def test_an_export_replaces_nothing_unasked(cli: Cli, here: Path, tmx: Path) -> None:
    cli("memory", "import", "p.memory", tmx)
    ran = cli("memory", "export", "p.memory", "-o", tmx)
    assert ran.code == 1
    assert "--overwrite" in ran.err
    assert tmx.read_text("utf-8") == TMX
    ran = cli("memory", "export", "p.memory", "-o", "p.memory", "--overwrite")
    assert ran.code == 1
    assert "would replace the memory" in ran.err


def test_units_that_were_left_out_are_findings(cli: Cli, tmx: Path) -> None:
    tmx.write_text(TMX.replace('xml:lang="ES"', 'xml:lang="spanish!"'), "utf-8")
    ran = cli("memory", "import", "p.memory", tmx)
    assert ran.code == 3
    assert "client.tmx:4: tmx-skipped: 'spanish!' is not a language tag: skipped" in ran.err
    assert "0 segments stored" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (("stats", "nope"), 1, "no such translation memory"),
        (("search", "nope", "x", "--to", "es"), 1, "no such translation memory"),
        (("export", "nope", "-o", "x.tmx"), 1, "no such translation memory"),
        (("stats", "client.tmx"), 1, "not a translation memory"),
        (("import", "client.tmx", "client.tmx"), 1, "the first argument must be the memory"),
        (("import", "p.memory", "nope.tmx"), 1, "nope.tmx: no such file"),
        (("import", "p.memory", "p.memory"), 1, "two different files"),
        (("import", "p.memory"), 2, "Missing argument"),
        (("import", "p.memory", "client.tmx", "--state", "new"), 2, "'new'"),
        (("search", "p.memory", "x"), 2, "Missing option '--to'"),
        (("search", "p.memory", "x", "--to", "es", "--threshold", "0"), 2, "0"),
        (("export", "p.memory"), 2, "Missing option"),
    ],
)
def test_what_is_refused(
    cli: Cli, here: Path, tmx: Path, arguments: tuple[str, ...], code: int, problem: str
) -> None:
    ran = cli("memory", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert problem in ran.err
    assert not (here / "nope").exists()


def test_one_broken_file_does_not_stop_the_others(cli: Cli, here: Path, tmx: Path) -> None:
    (here / "broken.tmx").write_text(TMX.replace("</body>", ""), "utf-8")
    ran = cli("memory", "import", "p.memory", "broken.tmx", tmx)
    assert ran.code == 1
    assert "broken.tmx:7: not well-formed XML" in ran.err
    with Memory.open(here / "p.memory") as memory:
        assert memory.stats().segments == 1


def test_a_tag_that_is_none(cli: Cli, tmx: Path) -> None:
    cli("memory", "import", "p.memory", tmx)
    ran = cli("memory", "search", "p.memory", "x", "--to", "no tag")
    assert ran.code == 1
    assert "'no tag' is not a language tag" in ran.err
