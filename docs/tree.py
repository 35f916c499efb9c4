"""Write the tree of modules into docs/architecture.md, from the docstrings of the modules.

python docs/tree.py
"""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "speechsubs"
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- tree: python docs/tree.py -->\n", "<!-- end of tree -->\n"


def caption(path: Path) -> str:
    """The first line of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return text.splitlines()[0].rstrip(".")


def lines(folder: Path, depth: int = 0) -> list[str]:
    """A package: its modules, then the packages in it."""
    indent = "  " * depth
    found = []
    for path in sorted(folder.glob("*.py")):
        if path.name not in ("__init__.py", "__main__.py"):
            found.append(f"{indent + path.name:<26}{caption(path)}")
    for package in sorted(path.parent for path in folder.glob("*/__init__.py")):
        name = f"{indent}{package.name}/"
        found += ["", f"{name:<26}{caption(package / '__init__.py')}", *lines(package, depth + 1)]
    return found


def run() -> None:
    """Replace the tree in the page."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    tree = "\n".join(lines(SOURCE))
    PAGE.write_text(f"{before}{BEGIN}\n```text\n{tree}\n```\n\n{END}{after}", "utf-8")


if __name__ == "__main__":
    run()
