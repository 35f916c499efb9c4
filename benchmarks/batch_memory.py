"""Peak memory of a batch with a neural model, for 10 files and for 1,000.

    python benchmarks/batch_memory.py [--record | --short] [--files 1000]

What a person types, as a process of its own, with the tiny model of the tests (3 MB; a
real one has 100 and makes the ratio smaller). `benchmarks/batch.py` measures the same
without any model, where the rest of the process is as small as it can be.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import recorded

import batch as small

_PEAK = """
import resource, subprocess, sys
code = subprocess.run([sys.executable, "-m", "speechsubs", *sys.argv[1:]]).returncode
assert code in (0, 3), code
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def peak_mb(environment: dict[str, str], *arguments: str) -> float:
    """Megabytes that a command needed at most."""
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, *arguments],
        capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    return float(done.stdout.splitlines()[-1])


def main() -> None:
    parser = recorded.parser(__doc__)
    parser.add_argument("--files", type=int, default=1000)
    given = parser.parse_args()
    few, many = (2, 12) if given.short else (10, given.files)
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        environment = {**os.environ, "ARGOS_PACKAGES_DIR": str(base / "models")}
        subprocess.run(
            [sys.executable, "-m", "speechsubs", "models", "install", str(recorded.TINY)],
            check=True, env=environment, capture_output=True,
        )  # fmt: skip
        peaks = {}
        for count in (few, many):
            small.make(base / f"{count}", count)
            peaks[count] = peak_mb(
                environment, "subtitle", str(base / f"{count}"), "-r", "--from", "en", "--to",
                "es", "--engine", "argos", "--no-glossary", "-j", "2", "-q", "-o",
                str(base / f"out{count}"),
            )  # fmt: skip
        found = {
            "files": many,
            "peak_mb": {str(count): round(peak, 1) for count, peak in peaks.items()},
            "ratio": round(peaks[many] / peaks[few], 3),
        }
    recorded.note(
        "batch_memory",
        {"target": "memory at 1,000 files within 10 % of that at 10", **found},
        "ctranslate2",
    )


if __name__ == "__main__":
    main()
