"""A measurement as one line of JSON: with what it was made, where and when."""

import json
import os
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from speechsubs import __version__

RESULTS = Path(__file__).parent / "results"


def note(bench: str, figures: Mapping[str, Any], *packages: str) -> None:
    """Print a line, and append it to results/BENCH.jsonl where `--record` was asked for.

    `packages` are the distributions whose versions matter besides our own and Python's.
    """
    script = f"benchmarks/{Path(sys.argv[0]).name}"
    line = {
        "bench": bench,
        "date": datetime.now(UTC).date().isoformat(),
        # Paths are this machine's own; their names are enough to repeat it.
        "command": " ".join(["python", script, *(Path(a).name for a in sys.argv[1:])]),
        **figures,
        "versions": {
            "speechsubs": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in packages},
        },
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }
    text = json.dumps(line)
    print(text)
    if "--record" in sys.argv[1:]:
        RESULTS.mkdir(exist_ok=True)
        with (RESULTS / f"{bench}.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(text + "\n")
