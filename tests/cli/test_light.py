"""`--help` answers at once: counted in imported modules, because time is no test."""

import importlib.util
import json
import subprocess
import sys
from typing import Any

import pytest

from speechsubs.cli.group import COMMANDS

HEAVY = (
    "rich", "ctranslate2", "sentencepiece", "babel", "budoux", "sentencex", "ruamel",
    "argostranslate", "sacremoses", "numpy", "srt", "regex", "charset_normalizer",
    "ahocorasick_rs", "packaging", "yaml", "openpyxl", "xml", "cattrs",
)  # fmt: skip

#: What Python itself, click and the few light modules of ours come to, with some room:
#: about 45 modules are there when Python starts, 70 come with click.
MOST_MODULES = 160

_CODE = """
import json, sys
from speechsubs.cli import main
try:
    main(prog_name="speechsubs")
except SystemExit as end:
    code = end.code
print("\\n" + json.dumps({"code": code, "modules": sorted(sys.modules)}))
"""


def imported(*arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", _CODE, *arguments], capture_output=True, check=True, timeout=60
    )
    data: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert data["code"] == 0
    modules: list[str] = data["modules"]
    return modules


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), *((name, "--help") for name in COMMANDS)],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    modules = imported(*arguments)
    assert [name for name in HEAVY if name in modules] == []
    assert len(modules) < MOST_MODULES, f"{len(modules)} modules"


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import json, sys; import speechsubs; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    modules: list[str] = json.loads(done.stdout)
    assert [name for name in modules if name.startswith("speechsubs")] == ["speechsubs"]
    assert [name for name in HEAVY if name in modules] == []
    assert len(modules) < MOST_MODULES


def test_the_list_of_commands_imports_no_command() -> None:
    modules = {m for m in imported("--help") if m.startswith("speechsubs.cli.")}
    assert modules == {"speechsubs.cli.group", "speechsubs.cli.escape"}


@pytest.mark.parametrize("name", HEAVY)
def test_what_is_called_heavy_exists(name: str) -> None:
    # Were a name misspelled above, the test of --help could not fail.
    assert importlib.util.find_spec(name) is not None
