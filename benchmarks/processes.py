"""What a whole process costs: processor time and peak memory, as the system accounts for them."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: Starts the command. A process of its own, because the system counts the memory of the
#: process that starts another as the other's until that has begun; this one is small.
_LAUNCHER = """
import json, resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What one process cost: user and system time in seconds, peak memory in MB."""

    cpu_s: float
    memory_mb: float


def measure(checkout: Path, command: Sequence[str], folder: Path) -> Run:
    """Run a command of a checkout's speechsubs in a fresh process, with its children.

    Exits with what the command said where it neither succeeds nor has findings.
    """
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src"), "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, sys.executable, "-m", "speechsubs", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    code, cpu_s, peak = json.loads(done.stdout)
    if code not in (0, 3):
        raise SystemExit(f"exit code {code}: {' '.join(command)}\n{done.stderr[-2_000:]}")
    return Run(cpu_s, peak / (1_000_000 if sys.platform == "darwin" else 1_000))
