"""Install the built wheel into empty environments and run its main jobs there.

    python scripts/check_wheel.py dist/speechsubs-*.whl

One environment for the core and one for each extra, on the Python that runs this script, and
the core and the recordings once more on the newest Python that is found (PATH, pyenv). All
jobs run in a folder that knows nothing of the checkout, with the locale C and without HOME.
Dependencies come from requirements/*.txt, by hash, and once as plain pip chooses them.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: The most that the core and what it needs may take, in MB, without pip itself.
MOST_MB = 350
EXAMPLE = """
import speechsubs as ss

result = ss.subtitle("courage.txt", to=["es", "ca"], glossary="glossary.yml")
ss.save(result["es"].track, "courage.es.srt")
for issue in result.issues:
    print(issue)
"""


@dataclass(frozen=True)
class Environment:
    """An environment with some requirements, and the commands that must work in it."""

    name: str
    requirements: str
    python: str
    jobs: tuple[tuple[str, ...], ...]


MAIN = ("subtitle", "courage.txt", "--to", "es", "--to", "ca", "-o", "out")
CHECK = ("check", "out/courage.en.srt")
HEARD = ("subtitle", "courage.txt", "--audio", "courage.mp3", "--to", "es", "-o", "heard")
BATCH = ("subtitle", "talks", "--to", "es", "--cluster", "local", "--jobs", "2", "-o", "batch")
SCORED = ("models", "evaluate", "en", "es", "--set", "set.tsv", "--json")


def newest_python() -> str:
    """The newest CPython of at least 3.12 that runs here; that of this process if none."""
    found = {sys.version_info[:2]: sys.executable}
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    places = [str(place) for place in sorted(pyenv.glob("versions/*/bin/python"))]
    places += [name for minor in range(12, 20) if (name := shutil.which(f"python3.{minor}"))]
    for place in places:
        code = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
        ran = subprocess.run([place, "-c", code], capture_output=True, text=True, check=False)
        if ran.returncode == 0:
            major, minor = ran.stdout.split()
            found.setdefault((int(major), int(minor)), place)
    return found[max(found)]


def run(*command: object, cwd: Path | None = None, env: dict[str, str] | None = None) -> int:
    """Run a command; raises if it ends otherwise than with 0 or 3 (written with findings)."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"exit code {done.returncode}: {' '.join(map(str, command))}")
    return done.returncode


def install(environment: Environment, wheel: Path, folder: Path) -> Path:
    """Make the environment; returns its folder of programs."""
    run(environment.python, "-m", "venv", folder)
    pip = (folder / "bin" / "python", "-m", "pip", "install", "--quiet",
           "--disable-pip-version-check", "--no-deps")  # fmt: skip
    if not environment.requirements:  # as people do it
        run(*pip[:-1], wheel)
        return folder / "bin"
    run(*pip, "--require-hashes", "-r", ROOT / "requirements" / environment.requirements)
    run(*pip, wheel)
    return folder / "bin"


def try_out(environment: Environment, wheel: Path, work: Path) -> None:
    """Install and run everything that an environment is for."""
    folder, job = work / environment.name, work / f"{environment.name}-job"
    programs = install(environment, wheel, folder)
    (job / "talks").mkdir(parents=True)
    for name in ("media/courage.txt", "media/courage.mp3", "glossary.yml"):
        shutil.copy(ROOT / name, job)
    for number in range(4):
        shutil.copy(ROOT / "media" / "courage.txt", job / "talks" / f"talk{number}.txt")
    (job / "set.tsv").write_text("Good evening.\tBuenas noches.\nThank you.\tGracias.\n")
    # What a service or a container has: no home, no locale.
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    for command in environment.jobs:
        run(programs / "speechsubs", *command, cwd=job, env=env)
    for language in ("en", "es", "ca"):
        for kind in ("srt", "vtt"):
            if not (job / "out" / f"courage.{language}.{kind}").stat().st_size:
                raise SystemExit(f"{environment.name}: courage.{language}.{kind} is empty")
    (job / "example.py").write_text(EXAMPLE)
    run(programs / "python", "example.py", cwd=job, env=env)
    written = (job / "courage.es.srt").read_bytes()
    if written != (job / "out" / "courage.es.srt").read_bytes():
        raise SystemExit(f"{environment.name}: Python and the command line differ")
    size = sum(
        p.stat().st_size
        for p in folder.rglob("*")
        if p.is_file() and not p.is_symlink() and "pip" not in p.parts
    )
    print(f"{environment.name}: {size / 1e6:.0f} MB, {len(environment.jobs)} commands", flush=True)
    if environment.requirements in ("", "core.txt") and size > MOST_MB * 1e6:
        raise SystemExit(f"the core environment is larger than {MOST_MB} MB")
    shutil.rmtree(folder)


def main() -> None:
    """Try all environments, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    wheel = parser.parse_args().wheel.resolve()
    this, newest = sys.executable, newest_python()
    environments = [
        Environment("core", "core.txt", this, (MAIN, CHECK)),
        Environment("argos", "argos.txt", this, (MAIN,)),
        Environment("align", "align.txt", this, (MAIN, HEARD)),
        Environment("plain", "", this, (MAIN, CHECK)),
        Environment("cluster", "cluster.txt", this, (MAIN, BATCH)),
        Environment("evaluate", "evaluate.txt", this, (MAIN, SCORED)),
    ]
    if newest != this:
        environments += [
            Environment("core-newest", "core.txt", newest, (MAIN, CHECK)),
            Environment("align-newest", "align.txt", newest, (MAIN, HEARD)),
        ]
    print("Python:", *dict.fromkeys((this, newest)), flush=True)
    with tempfile.TemporaryDirectory() as work:
        for environment in environments:
            try_out(environment, wheel, Path(work))


if __name__ == "__main__":
    main()
