"""The tree in docs/architecture.md is the tree of the source."""

import re
import runpy
import tomllib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def names(tree: str) -> list[str]:
    """The modules and packages of a tree in its order, indented, without their captions."""
    return re.findall(r"^ *[\w.]+(?:/|\.py)", tree, re.MULTILINE)


def test_the_tree_is_that_of_the_source() -> None:
    script = runpy.run_path(str(ROOT / "docs" / "tree.py"))
    lines: Callable[[Path], list[str]] = script["lines"]
    written = PAGE.partition(script["BEGIN"])[2].partition(script["END"])[0]
    assert len(names(written)) > 150
    assert names(written) == names("\n".join(lines(script["SOURCE"]))), "run docs/tree.py"


def test_the_layers_are_those_of_the_contract() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = data["tool"]["importlinter"]["contracts"][0]["layers"]
    assert "```text\n" + "\n".join(layers) + "\n```" in PAGE
