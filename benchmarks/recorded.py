"""What all benchmarks share: their options, and a measurement as one line of JSON.

Every benchmark knows `--record`, which appends its lines to results/BENCH.jsonl, and
`--short`, which runs the same code on little data in a few seconds, looks at the shape of
the figures and records nothing: a refactoring that breaks a benchmark is noticed, and so
is a figure that is gone or has become something else.
"""

import argparse
import json
import math
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from speechsubs import __version__

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
#: The model package of the tests, small and bad.
TINY = ROOT / "tests" / "data" / "translate-en_es-tiny.argosmodel"
#: Records of one benchmark that differ in these are not comparable in shape.
KINDS = ("case", "engine", "survival", "aligner", "subject")


def parser(description: str | None) -> argparse.ArgumentParser:
    """The options that every benchmark has; it adds its own."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    group = made.add_mutually_exclusive_group()
    group.add_argument("--record", action="store_true", help="append to results/*.jsonl")
    group.add_argument("--short", action="store_true", help="little data; nothing is recorded")
    return made


def passed_on() -> list[str]:
    """The shared options that were given, for a process that this one starts."""
    return [option for option in ("--record", "--short") if option in sys.argv[1:]]


def note(bench: str, figures: Mapping[str, Any], *packages: str) -> None:
    """Print a line, and append it to results/BENCH.jsonl where `--record` was asked for.

    `packages` are the distributions whose versions matter besides our own and Python's.
    With `--short` the figures are compared in shape with the newest record; exits with a
    message where a figure is missing, of another kind, or no number.
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
    if "--short" in sys.argv[1:]:
        wrong = list(misshapen(json.loads(text), newest(bench, figures)))
        if wrong:
            raise SystemExit(f"{script}: " + "; ".join(wrong))
    elif "--record" in sys.argv[1:]:
        RESULTS.mkdir(exist_ok=True)
        with (RESULTS / f"{bench}.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(text + "\n")


def newest(bench: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    """The newest record of the same kind; empty where there is none yet."""
    path = RESULTS / f"{bench}.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    found: dict[str, Any]
    for found in map(json.loads, reversed(lines)):
        if all(found.get(kind) == figures.get(kind) for kind in KINDS):
            return found
    return {}


def misshapen(line: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the figures: not finite, or not as in a record of the same kind.

    Only the first level has names of its own everywhere; below it they may be measured
    things, such as the sizes or the engine's answers.
    """
    for place, value in _numbers(line, ""):
        if not math.isfinite(value):
            yield f"{place} is {value}"
    for name, before in record.items():
        if name not in line:
            yield f"{name} is missing; the newest record has it"
        elif None not in (before, line[name]) and _kind(before) is not _kind(line[name]):
            yield f"{name} is {line[name]!r}; the newest record has {before!r}"


def _kind(value: Any) -> type:
    return float if type(value) is int else type(value)


def _numbers(value: Any, place: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _numbers(item, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _numbers(item, f"{place}[{number}]")
    elif isinstance(value, float):
        yield place, value
