"""What all tests share: nothing of the machine leaks in, nothing is written to it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import settings

# A slow machine is no failure, and a seed that changes is no regression test.
settings.register_profile("speechsubs", deadline=None)
settings.load_profile("speechsubs")

ROOT = Path(__file__).parents[1]

#: What a command may take from its surroundings, and so what a test must set.
_OWN_FOLDERS = {
    "HOME": "home",
    "USERPROFILE": "home",
    "XDG_DATA_HOME": "data",
    "XDG_CONFIG_HOME": "config",
    "XDG_CACHE_HOME": "cache",
    "XDG_STATE_HOME": "state",
    "ARGOS_PACKAGES_DIR": "argos",
}
_FOREIGN = ("PYTHONPATH", "PYTHONSTARTUP", "FORCE_COLOR", "COLUMNS", "LINES", "LANGUAGE")


@pytest.fixture(scope="session", autouse=True)
def own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders of our own. For the whole session, because argostranslate reads them once."""
    base = tmp_path_factory.mktemp("surroundings")
    with pytest.MonkeyPatch.context() as patch:
        for name, folder in _OWN_FOLDERS.items():
            patch.setenv(name, str(base / folder))
        patch.setenv("NO_COLOR", "1")
        # What an engine test finds must not depend on the models that come with us.
        patch.setenv("SPEECHSUBS_NO_STARTER", "1")
        for name in _FOREIGN:
            if name != "PYTHONPATH":
                patch.delenv(name, raising=False)
        yield base


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts and corpora that is handed around beside the checkout."""
    named = os.environ.get("SPEECHSUBS_SHARED")
    for place in [Path(named)] if named else [ROOT.parent / "shared"]:
        if place.is_dir():
            return place
    pytest.skip("the shared folder is not here; SPEECHSUBS_SHARED names it")


@dataclass(frozen=True)
class Ran:
    """What a person sees of a command that ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of standard output."""
        return self.out.splitlines()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that commands run in, away from the sample glossary."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def cli(here: Path) -> Callable[..., Ran]:
    """Run a command in this process, in an empty folder. A traceback fails the test."""
    from speechsubs.cli import main

    def run(*arguments: object, stdin: str | bytes | None = None) -> Ran:
        result = CliRunner().invoke(
            main, [str(a) for a in arguments], input=stdin, prog_name="speechsubs"
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise AssertionError(f"{arguments} ended in a traceback") from result.exception
        assert "Traceback" not in result.output
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def shell(here: Path) -> Callable[..., Ran]:
    """Run a command as a process of its own, as a person does.

    `blocked` are modules whose import fails, `env` changes the environment. What a
    test has to look at after the import of the program can be given as `after`,
    Python code that runs when the command has ended.
    """

    def run(
        *arguments: object,
        blocked: tuple[str, ...] = (),
        env: Mapping[str, str] | None = None,
        after: str = "",
        stdin: bytes = b"",
    ) -> Ran:
        code = (
            "import sys\n"
            f"sys.modules.update(dict.fromkeys({blocked!r}))\n"
            "from speechsubs.cli import main\n"
            "try:\n    main(prog_name='speechsubs')\n"
            f"finally:\n    pass\n    {after or 'pass'}\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, *[str(a) for a in arguments]],
            input=stdin,
            capture_output=True,
            timeout=120,
            cwd=here,
            env={**os.environ, **(env or {})},
            check=False,
        )
        err = done.stderr.decode("utf-8")
        assert "Traceback" not in err, err
        return Ran(done.returncode, done.stdout.decode("utf-8"), err)

    return run
