"""`speechsubs project`: a project goes out and comes back."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from speechsubs import exchange
from speechsubs.cli.project import FORMATS, command

GOLDEN = Path(__file__).parents[1] / "golden" / "exchange"
IMPORTED = [name for name in FORMATS if name != "markdown"]
Cli = Callable[..., Any]


@pytest.fixture
def folder(here: Path) -> Path:
    shutil.copytree(GOLDEN / "project", here / "p")
    return here / "p"


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_choices_are_those_of_the_registry() -> None:
    assert tuple(FORMATS) == exchange.names()


def test_every_option_of_every_command_has_help() -> None:
    for name, part in command.commands.items():
        assert part.help
        options = [p for p in part.params if isinstance(p, click.Option)]
        assert options
        assert all(option.help for option in options), name


@pytest.mark.parametrize("kind", IMPORTED)
def test_a_round_trip_changes_nothing(cli: Cli, folder: Path, kind: str) -> None:
    before = files(folder)
    ran = cli("project", "export", "p", "--format", kind, "-o", "out.file")
    assert (ran.code, ran.lines) == (0, ["out.file"])
    ran = cli("project", "import", "p", "out.file", "--author", "Bea")
    assert (ran.code, ran.out) == (0, "")
    assert "0 imported, 4 unchanged, 0 not imported" in ran.err
    assert files(folder) == before


def test_a_change_is_taken_and_only_it(cli: Cli, folder: Path) -> None:
    before = files(folder)
    assert cli("project", "export", "p", "--format", "json", "--to", "es", "-o", "x.json").code == 0
    path = Path("x.json")
    data = json.loads(path.read_text("utf-8"))
    data["segments"][3]["target"] = "Muchas\ngracias."
    data["segments"][0]["target"] = "Nada."
    path.write_text(json.dumps(data), "utf-8")

    ran = cli("project", "import", "p", "x.json", "--author", "Bea", "--dry-run")
    assert ran.code == 3
    assert "nothing was written (--dry-run)" in ran.err
    assert files(folder) == before

    ran = cli("project", "import", "p", "x.json", "--author", "Bea")
    assert (ran.code, ran.lines) == (3, ["p"])
    assert "exchange-placeholder-missing: s1: missing from the target: 'Lei Jun'" in ran.err
    assert "imported talk, es, s4: approved: Muchas gracias." in ran.err
    assert "1 imported, 2 unchanged, 1 not imported" in ran.err
    after = files(folder)
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} == {"talk.json", "project.json"}
    manifests = [json.loads(each["project.json"]) for each in (before, after)]
    assert [each.pop("revision", 0) for each in manifests] == [0, 1]
    assert manifests[0] == manifests[1]
    old, new = (json.loads(f["talk.json"]) for f in (before, after))
    segment = new["tracks"][0]["segments"].pop(3)
    old["tracks"][0]["segments"].pop(3)
    assert new == old
    assert (segment["text"], segment["author"], segment["pinned"]) == (
        "Muchas gracias.", "Bea", False,
    )  # fmt: skip


def test_the_report_is_json(cli: Cli, folder: Path) -> None:
    cli("project", "export", "p", "--format", "xliff12", "-o", "x.xlf")
    path = Path("x.xlf")
    text = path.read_text("utf-8").replace(">Gracias.<", ">Hola.<").replace('id="s3"', 'id="s9"')
    path.write_text(text, "utf-8")
    ran = cli("project", "import", "p", "x.xlf", "--json", "--dry-run")
    data = json.loads(ran.out)
    assert ran.code == 3
    assert data["written"] is False
    assert data["unchanged"] == 2
    assert data["changes"] == [
        {"source": "talk", "locale": "es", "segment": 3, "state": "approved",
         "old": "Gracias.", "new": "Hola."}
    ]  # fmt: skip
    assert [f["code"] for f in data["findings"]] == ["exchange-unknown"]
    assert json.loads(cli("project", "import", "p", "x.xlf", "--json").out)["written"] is True


def test_where_files_go(cli: Cli, folder: Path) -> None:
    assert cli("project", "export", "p", "--format", "xlsx").lines == ["talk.es.xlsx"]
    again = cli("project", "export", "p", "--format", "xlsx")
    assert (again.code, "use --overwrite to replace it" in again.err) == (1, True)
    assert cli("project", "export", "p", "--format", "xlsx", "--overwrite", "-q").out == ""
    shown = cli("project", "export", "p", "--format", "markdown", "-o", "-")
    assert shown.out == (GOLDEN / "expected" / "talk.es.md").read_text("utf-8")
    ran = cli("project", "export", "p", "--format", "json", "-o", "p/talk.json", "--overwrite")
    assert (ran.code, "would replace a project file" in ran.err) == (1, True)


def test_many_files_go_into_a_folder(cli: Cli, folder: Path) -> None:
    path = folder / "talk.json"
    data = json.loads(path.read_text("utf-8"))
    data["tracks"].append({**data["tracks"][0], "locale": "fr"})
    path.write_text(json.dumps(data), "utf-8")
    ran = cli("project", "export", "p", "--format", "xliff21", "-o", "out")
    assert [Path(line).name for line in ran.lines] == ["talk.es.xlf", "talk.fr.xlf"]
    assert cli("project", "export", "p", "--format", "xliff21", "--to", "fr", "-o", "-").code == 0
    many = cli("project", "export", "p", "--format", "xliff21", "-o", "-")
    assert (many.code, "Specify a folder (-o DIR) or a single language" in many.err) == (1, True)
    Path("plain").write_text("x", "utf-8")
    assert cli("project", "export", "p", "--format", "xliff21", "-o", "plain").code == 1
    both = cli("project", "export", "p", "--format", "markdown", "-o", "-")
    assert both.out.count("### talk.txt") == 2


def test_errors_are_one_line(cli: Cli, folder: Path) -> None:
    for arguments, words in (
        (("export", "nope", "--format", "json"), "not a subtitle project"),
        (("export", "p", "--format", "json", "--to", "fr"), "is not in this project"),
        (("export", "p", "--format", "json", "--to", "klingon"), "unknown language tag"),
        (("import", "p", "nope.xlf"), "no such file"),
        (("import", "p", "p"), "is a folder"),
        (("import", "p", "p/talk.json"), "unsupported JSON schema"),
        (("import", "p", "p/glossary.yml"), "Supported formats: XLIFF 1.2 and 2.1, XLSX, JSON"),
        (("status", "nope"), "not a subtitle project"),
    ):
        ran = cli("project", *arguments)
        assert (ran.code, words in ran.err) == (1, True), ran.err


def test_a_project_without_translations_has_nothing_to_export(cli: Cli, folder: Path) -> None:
    path = folder / "talk.json"
    data = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**data, "tracks": []}), "utf-8")
    ran = cli("project", "export", "p", "--format", "json")
    assert (ran.code, "nothing to export" in ran.err) == (1, True)
    assert cli("project", "status", "p").out == "talk.txt [en]\n"


def test_status(cli: Cli, folder: Path) -> None:
    ran = cli("project", "status", "p")
    assert ran.lines == [
        "talk.txt [en]",
        "  es: 2 of 4 done: 1 new, 1 machine, 1 edited, 1 approved, 1 pinned, 1 with issues",
    ]
    data = json.loads(cli("project", "status", "p", "--json").out)
    (source,) = data["sources"]
    assert source["changed"] is None
    assert source["tracks"] == [
        {"locale": "es", "segments": 4, "new": 1, "machine": 1, "edited": 1, "approved": 1,
         "stale": 0, "pinned": 1, "problems": 1}
    ]  # fmt: skip


def test_status_sees_a_source_that_changed(cli: Cli, folder: Path) -> None:
    path = folder / "talk.json"
    data = json.loads(path.read_text("utf-8"))
    data["sha256"] = "0" * 64
    data["tracks"][0]["segments"][1]["source"] = "Before."
    path.write_text(json.dumps(data), "utf-8")
    Path("talk.txt").write_text("other", "utf-8")
    ran = cli("project", "status", "p")
    assert ran.lines[0] == "talk.txt [en] (the file has since changed)"
    assert "1 with outdated source" in ran.lines[1]
