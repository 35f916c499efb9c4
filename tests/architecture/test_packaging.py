"""What is locked, and what a wheel holds. `.ci/run` installs that wheel."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
#: What argostranslate declares and speechsubs never runs; torch alone is gigabytes.
UNWANTED = {"torch", "stanza", "spacy", "minisbd", "onnxruntime"}
HOST = re.compile(
    r"https?://|\b[\w-]+\.(?:org|com|io|net|dev)\b|--(?:extra-)?index-url|--find-links"
)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(path: Path) -> set[str]:
    """The requirement lines of a file that a person writes."""
    lines = (line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return {line.replace(" ", "") for line in lines if line and not line.startswith("-r")}


def locked(path: Path) -> dict[str, set[str]]:
    """Package -> versions; more than one where it depends on the version of Python."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", path.read_text("utf-8"), re.MULTILINE
    ):
        versions.setdefault(normal(name), set()).add(version)
    return versions


def project() -> dict[str, list[str]]:
    data: dict[str, list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))[
        "project"
    ]
    return data


def test_the_locks_are_there() -> None:
    assert {p.name for p in LOCKS} >= {"core.txt", "test.txt", "build.txt"}


@pytest.mark.parametrize("path", LOCKS, ids=lambda p: str(p.name))
def test_a_lock_names_no_host(path: Path) -> None:
    assert HOST.search("a --index-url b") is not None
    assert HOST.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "path", [p for p in LOCKS if p.name != "overrides.txt"], ids=lambda p: str(p.name)
)
def test_a_lock_has_hashes_and_nothing_that_is_not_run(path: Path) -> None:
    packages = locked(path)
    assert packages
    assert UNWANTED & set(packages) == set()
    assert [n for n in packages if n.startswith("nvidia-")] == []
    blocks = re.split(r"^(?=[A-Za-z0-9._-]+==)", path.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert len(blocks) == sum(map(len, packages.values()))
    for block in blocks:
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_core_is_what_the_package_declares() -> None:
    declared = {item.replace(" ", "") for item in project()["dependencies"]}
    assert wanted(ROOT / "requirements" / "core.in") == declared
    packages = locked(ROOT / "requirements" / "core.txt")
    assert {normal(re.split(r"[<>=!~;\[]", item)[0]) for item in declared} <= set(packages)


def test_the_test_lock_holds_the_core_in_the_same_versions() -> None:
    core, test = (locked(ROOT / "requirements" / f"{n}.txt") for n in ("core", "test"))
    assert {name: test.get(name) for name in core} == core


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy, so that nothing appears in the checkout."""
    base = tmp_path_factory.mktemp("wheel")
    copy = base / "copy"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "glossary.yml", "Makefile"):
        shutil.copy(ROOT / name, copy)
    for name in ("src", "locales", "models"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", base / "dist",
         copy],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = (base / "dist").glob("*.whl")
    assert path.name == f"speechsubs-{project()['version']}-py3-none-any.whl"
    return zipfile.ZipFile(path)


def test_the_wheel_holds_the_locales(wheel: zipfile.ZipFile) -> None:
    packed = {
        n.rpartition("/")[2] for n in wheel.namelist() if n.startswith("speechsubs/data/locales/")
    }
    assert packed == {p.name for p in (ROOT / "locales").glob("*.yml")}
    assert {"root.yml", "zh-CN.yml"} <= packed


def test_the_wheel_holds_every_module_the_type_marker_and_the_license(
    wheel: zipfile.ZipFile,
) -> None:
    names = set(wheel.namelist())
    source = ROOT / "src"
    assert {p.relative_to(source).as_posix() for p in source.rglob("*.py")} <= names
    assert "speechsubs/py.typed" in names
    licenses = [n for n in names if n.endswith("dist-info/licenses/LICENSE")]
    assert len(licenses) == 1
    assert wheel.read(licenses[0]) == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    for name in wheel.namelist():
        assert name.startswith(("speechsubs/", "speechsubs-"))
        assert "__pycache__" not in name
        if name.startswith("speechsubs/data/models/"):
            assert name.endswith((".json", ".bin", ".model", ".md", "LICENSE"))
            continue
        assert ".dist-info/" in name or name.endswith(
            (".py", ".yml", "py.typed", ".html", ".css", ".js")
        )


def test_the_wheel_holds_the_models_that_come_with_it(wheel: zipfile.ZipFile) -> None:
    start = "speechsubs/data/models/"
    packed = {n.removeprefix(start) for n in wheel.namelist() if n.startswith(start)}
    models = ROOT / "models"
    assert packed == {p.relative_to(models).as_posix() for p in models.rglob("*") if p.is_file()}
    assert "README.md" in packed


def test_the_wheel_has_the_command(wheel: zipfile.ZipFile) -> None:
    (entry,) = [n for n in wheel.namelist() if n.endswith("entry_points.txt")]
    assert wheel.read(entry).decode() == "[console_scripts]\nspeechsubs = speechsubs.__main__:run\n"


def test_the_wheel_finds_its_locales_where_there_is_no_checkout(
    wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    wheel.extractall(tmp_path / "site")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from speechsubs.language import locales\n"
        "print(locales.folder(), *locales.known())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "site"], cwd=tmp_path, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith(str(tmp_path / "site" / "speechsubs" / "data" / "locales"))
    assert " zh-CN" in done.stdout
