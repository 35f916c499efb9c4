"""Batches killed at random moments lose nothing.

    python benchmarks/batch_kills.py [--record | --short] [--kills 200] [--files 60]

An undisturbed batch gives the bytes that are right. Then the same batch is started again
and again, each time killed (SIGKILL, with its whole process group) at a random moment,
until so many kills are done; whenever a run ends by itself its folder is compared with
the undisturbed one and removed. After every kill each subtitle that is there must have
the right bytes, whole; at the end of a folder there must be the same files, no other,
no temporary one, and nothing that was taken for a person's edit. `subtitle` takes three
quarters of the kills, `convert` the rest.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import recorded

from batch import make

SEED = 7


def command(kind: str, base: Path, out: Path) -> list[str]:
    """What a person would type."""
    own = [sys.executable, "-m", "speechsubs"]
    if kind == "subtitle":
        return [*own, kind, str(base / "talks"), "-r", "--to", "it", "--engine", "echo",
                "--no-glossary", "-o", str(out), "--jobs", "2", "-q"]  # fmt: skip
    return [*own, kind, str(base / "subs"), "-r", "--to", "vtt", "-o", str(out), "-j", "2", "-q"]


def contents(folder: Path) -> dict[str, bytes]:
    """Every subtitle by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def hidden(folder: Path) -> Counter[str]:
    """What lies there besides subtitles, by the first two parts of its name."""
    names = [path.name for path in folder.rglob(".*") if path.is_file()]
    return Counter(".".join(name.split(".")[:3]) for name in names)


def killed_once(arguments: list[str], delay_s: float) -> bool:
    """Start, and kill after a while; False where it had ended before."""
    process = subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(delay_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    assert process.returncode in (0, 3), process.returncode
    return False


def campaign(
    kind: str, base: Path, kills: int, dice: random.Random, kind_seconds: float
) -> dict[str, int]:
    """Kill so many times; what was found. Raises `AssertionError` where something is lost."""
    right = contents(base / f"right-{kind}")
    others = hidden(base / f"right-{kind}")
    found: Counter[str] = Counter()
    out = base / f"out-{kind}"
    while found["kills"] < kills:
        # Often before the first file, mostly while files are written.
        start = time.monotonic()
        if killed_once(command(kind, base, out), dice.uniform(0.2, 1.1) * kind_seconds):
            found["kills"] += 1
            there = contents(out) if out.exists() else {}
            wrong = [name for name, data in there.items() if right.get(name) != data]
            assert not wrong, wrong
            found["kills_amid_files"] += 0 < len(there) < len(right)
            found["temporary_files_met"] += sum(
                count for name, count in hidden(out).items() if name not in others
            )
            continue
        found["finished"] += 1
        # The machine may be faster or slower by now.
        kind_seconds = min(kind_seconds, time.monotonic() - start)
        assert contents(out) == right
        assert hidden(out) == others, (hidden(out), others)
        subprocess.run(["rm", "-rf", str(out)], check=True)
    # What is left of the last folder is gone on with undisturbed.
    done = subprocess.run(command(kind, base, out), check=False)
    assert done.returncode in (0, 3)
    assert contents(out) == right
    assert hidden(out) == others, (hidden(out), others)
    found["finished"] += 1
    return dict(found)


def main() -> None:
    parser = recorded.parser(__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--files", type=int, default=60)
    given = parser.parse_args()
    if given.short:
        given.kills, given.files = 4, 8
    dice = random.Random(SEED)
    result: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        make(base / "talks", given.files)
        for kind, share in (("subtitle", 0.75), ("convert", 0.25)):
            start = time.monotonic()
            right = base / f"right-{kind}"
            done = subprocess.run(command(kind, base, right), check=False)
            assert done.returncode in (0, 3)
            took = time.monotonic() - start
            if kind == "subtitle":
                (base / "subs").symlink_to(right)
            found = campaign(kind, base, round(given.kills * share), dice, took)
            result[kind] = {"undisturbed_s": round(took, 2), **found}
    recorded.note(
        "batch_kills",
        {
            "target": "200 random SIGKILLs with nothing lost",
            "kills": given.kills,
            "files": given.files,
            "seed": SEED,
            "lost_or_wrong_files": 0,
            **result,
        },
    )


if __name__ == "__main__":
    main()
