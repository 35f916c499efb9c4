"""The documents say what the program does."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from speechsubs import project
from speechsubs.cli import main
from speechsubs.cli.group import COMMANDS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def schema() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((DOCS / "report.schema.json").read_text("utf-8"))
    return data


def test_commands_md_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_stale_page_is_seen(tmp_path: Path) -> None:
    for content in (None, "# Commands\n"):
        page = tmp_path / "generate.py"
        page.write_bytes((DOCS / "generate.py").read_bytes())
        if content is not None:
            (tmp_path / "commands.md").write_text(content, "utf-8")
        done = subprocess.run([sys.executable, page, "--check"], capture_output=True, check=False)
        assert (done.returncode, b"stale" in done.stderr) == (1, True)
    subprocess.run([sys.executable, page], check=True)
    assert (tmp_path / "commands.md").read_bytes() == (DOCS / "commands.md").read_bytes()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_in_the_reference(name: str) -> None:
    page = (DOCS / "commands.md").read_text("utf-8")
    section = page.partition(f"\n## speechsubs {name}\n")[2].partition("\n## ")[0]
    assert section
    command = main.get_command(click.Context(main), name)
    assert command is not None
    for option in command.params:
        if isinstance(option, click.Option):
            assert any(o in section for o in option.opts), option.opts


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in COMMANDS:
        assert f"speechsubs {name}" in readme, name


def test_examples_in_the_documents_use_options_that_exist() -> None:
    for path in [ROOT / "README.md", *DOCS.glob("*.md")]:
        text = path.read_text("utf-8")
        for command, rest in re.findall(r"\bspeechsubs (\w+) ([^`\n]*(?:\\\n[^`\n]*)*)", text):
            if command not in COMMANDS:
                continue
            known = main.get_command(click.Context(main), command)
            assert known is not None
            if isinstance(known, click.Group):
                known = known.commands.get(rest.split()[0]) or known
            options = {o for p in known.params for o in p.opts} | {"--help", "-h"}
            for used in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", rest.partition("#")[0]):
                assert used in options, f"{path.name}: speechsubs {command} {used}"


def test_the_schema_is_one_and_strict() -> None:
    data = schema()
    jsonschema.Draft202012Validator.check_schema(data)
    assert data["properties"]["schema"]["const"] == project.SCHEMA
    for name, part in {"report": data, **data["$defs"]}.items():
        if part["type"] == "object":
            assert part["additionalProperties"] is False, name
            assert part["required"], name


def test_a_field_too_many_or_too_few_is_seen() -> None:
    good = {"schema": project.SCHEMA,
            "signature": {"speechsubs": "1", "python": "3", "glossary": ""},
            "files": [{"source": "-", "times": "estimate", "written": [], "exit_code": 0,
                       "sentences": [], "tracks": [], "findings": []}]}  # fmt: skip
    validator = jsonschema.Draft202012Validator(schema())
    problems = [e.message for e in validator.iter_errors(good)]
    assert len(problems) == 2  # no sentences, no tracks
    assert not validator.is_valid({**good, "more": 1})
    assert not validator.is_valid({"schema": project.SCHEMA})


def test_every_field_of_the_report_is_explained() -> None:
    page = (DOCS / "report.md").read_text("utf-8")
    data = schema()
    parts = [data, *(data["$defs"][n] for n in ("file", "sentence", "slot", "track", "translation",
                                                "cue", "finding"))]  # fmt: skip
    names = {name for part in parts for name in part["properties"]}
    # A translation's index is its sentence's, and a cue has the times that everything has.
    for name in names - {"index", "start_ms", "end_ms"}:
        assert f"`{name}`" in page, name


def test_links_between_the_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text("utf-8")):
            if "://" not in link and not link.startswith("mailto:"):
                assert (path.parent / link).exists(), f"{path.name}: {link}"


def test_the_index_leads_to_every_page_and_schema() -> None:
    text = (DOCS / "index.md").read_text("utf-8")
    for path in [*DOCS.glob("*.md"), *DOCS.glob("*.json")]:
        if path.name != "index.md":
            assert f"({path.name})" in text, path.name


def test_the_readme_is_short_and_leads_to_the_index() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) < 200
    assert "(docs/index.md)" in text
    for image in re.findall(r"!\[[^\]]*\]\((.*?)\)", text):
        assert (ROOT / image).stat().st_size < 150_000
