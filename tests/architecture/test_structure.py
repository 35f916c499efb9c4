"""The house rules that a program can check."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import speechsubs

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "speechsubs"
MODULES = sorted(SOURCE.rglob("*.py"))
MOST_LINES, MOST_FUNCTION_LINES = 600, 60
Function = ast.FunctionDef | ast.AsyncFunctionDef
#: Modules with fewer statements in their functions have no logic to be tested.
FEWEST_STATEMENTS = 10
#: Modules that are tested elsewhere, and where.
TESTED_ELSEWHERE = {
    **dict.fromkeys(
        ("cli/glossary.py", "cli/models.py"),
        "declarations of commands, which tests/cli runs",
    ),
    "cli/jobs/locales.py": "one loop that prints, checked byte by byte in tests/snapshots",
}
#: Modules without a test file of their own. The list may only become shorter.
WITHOUT_TESTS = {
    "adapters/json_codec.py",
    "batch/cluster/client.py",
    "batch/cluster/worker.py",
    "batch/events.py",
    "batch/fingerprint.py",
    "batch/plan.py",
    "batch/state.py",
    "batch/watch.py",
    "batch/worker.py",
    "cli/group.py",
    "cli/jobs/batch.py",
    "cli/jobs/check.py",
    "cli/jobs/console.py",
    "cli/jobs/convert.py",
    "cli/jobs/evaluate.py",
    "cli/jobs/glossary.py",
    "cli/jobs/glossary_review.py",
    "cli/jobs/inputs.py",
    "cli/jobs/memory.py",
    "cli/jobs/models.py",
    "cli/jobs/models_install.py",
    "cli/jobs/progress.py",
    "cli/jobs/project.py",
    "cli/jobs/review.py",
    "cli/jobs/subtitle.py",
    "cli/jobs/sync.py",
    "cli/jobs/timing.py",
    "cli/jobs/translate.py",
    "cli/jobs/workspace.py",
    "cli/options.py",
    "errors.py",
    "glossary/merge.py",
    "memory/model.py",
    "outputs.py",
    "pipeline/check.py",
    "pipeline/results.py",
    "pipeline/retime.py",
    "pipeline/sync.py",
    "project/merge.py",
    "project/report.py",
    "qa/text.py",
    "quantities/cjk.py",
    "quantities/compare.py",
    "quantities/currencies.py",
    "quantities/dates.py",
    "quantities/digits.py",
    "quantities/format.py",
    "quantities/lenient.py",
    "quantities/ordinals.py",
    "quantities/times.py",
    "review/items.py",
    "translation/candidates.py",
    "translation/validate.py",
}


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(tree(path)):
        if isinstance(node, Function):
            yield node


def statements(path: Path) -> int:
    """The number of statements in functions, without docstrings and empty bodies."""
    return sum(
        isinstance(node, ast.stmt)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for function in functions(path)
        for node in ast.walk(function)
        if node is not function
    )


def paths_of_tests(path: Path) -> tuple[Path, ...]:
    """The names that the test file of a module may have."""
    *packages, stem = path.relative_to(SOURCE).with_suffix("").parts
    tests = ROOT / "tests"
    own = tests.joinpath(*packages, f"test_{stem}.py")
    if len(packages) < 2:
        return (own,)
    return own, tests.joinpath(packages[0], f"test_{'_'.join([*packages[1:], stem])}.py")


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 60


def test_imports_point_down() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()",
         "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", done.stdout)
    assert kept is not None
    assert int(kept.group(1)) >= 2


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_and_functions_are_short(path: Path) -> None:
    lines = path.read_text("utf-8").count("\n")
    assert lines <= MOST_LINES
    for function in functions(path):
        assert function.end_lineno is not None
        length = function.end_lineno - function.lineno + 1
        assert length <= MOST_FUNCTION_LINES, f"{function.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_command_line_talks_and_exits(path: Path) -> None:
    if path.is_relative_to(SOURCE / "cli"):
        return
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in {"print", "sys.exit", "exit", "quit", "os._exit", "input"}
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        for module in modules:
            assert module.partition(".")[0] not in {"click", "rich", "logging"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_an_ignored_rule_has_its_reason(path: Path) -> None:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        ignored = re.search(r"#\s*(type:\s*ignore|noqa)(.*)", line)
        if ignored:
            # The code in brackets, and then words.
            assert re.search(r"(\[[\w-]+\]|: ?[A-Z]+\d+)\s*#?\s*\w+", ignored.group(2)), number


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_nothing_happens_at_import(path: Path) -> None:
    """No file, environment or network at import, and no state that changes later."""
    for node in tree(path).body:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Global):
                pytest.fail("global")
            if isinstance(inner, ast.Call):
                called = ast.unparse(inner.func)
                assert called.rpartition(".")[2] not in {
                    "open", "read_text", "read_bytes", "getenv", "mkdir", "connect", "urlopen",
                    "setlocale", "load",
                }  # fmt: skip
            if isinstance(inner, ast.Attribute):
                assert ast.unparse(inner) != "os.environ"
    for inner in ast.walk(tree(path)):
        assert not isinstance(inner, ast.Global), "a module's state changes"


def test_every_module_with_logic_has_its_test_file() -> None:
    missing = {
        name(path)
        for path in MODULES
        if path.stem not in ("__init__", "__main__")
        and statements(path) >= FEWEST_STATEMENTS
        and not any(file.exists() for file in paths_of_tests(path))
    }
    assert TESTED_ELSEWHERE.keys() <= missing, "has a test file now: remove it from the list"
    missing -= TESTED_ELSEWHERE.keys()
    assert missing <= WITHOUT_TESTS, "a module without a test file"
    assert missing >= WITHOUT_TESTS, "has a test file now: remove it from the list"


def test_no_second_word_for_the_same_thing() -> None:
    for stem in ("utils", "util", "helpers", "common", "misc"):
        assert [name(p) for p in MODULES if p.stem == stem or stem in p.parent.parts] == []
    # A topic is a file or a folder, never both.
    for folder in (p for p in SOURCE.iterdir() if p.is_dir() and (p / "__init__.py").exists()):
        assert not folder.with_suffix(".py").exists()


def test_the_version_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert speechsubs.__version__ == project["version"]
