"""Run the readers on many mutated inputs.

    python tests/fuzz/run.py [READER ...] [--runs N] [--seed S]

What raises is saved to fuzz-failures/ with its traceback; the exit code is 1 then.
"""

import argparse
import sys
import traceback
from pathlib import Path
from time import monotonic

from speechsubs.errors import SpeechsubsError

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package

from targets import TARGETS, inputs

FAILURES = Path("fuzz-failures")


def run(name: str, seed: int, runs: int) -> int:
    """Run one reader; returns the number of different failures."""
    target, kinds, start = TARGETS[name], set(), monotonic()
    for number, data in inputs(target, seed, runs):
        try:
            target.read(data)
        except SpeechsubsError:
            continue
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            kind = (type(error).__name__, place.filename, place.lineno)
            if kind not in kinds:
                kinds.add(kind)
                FAILURES.mkdir(exist_ok=True)
                stem = FAILURES / f"{name}-{seed}-{number}"
                stem.with_suffix(".input").write_bytes(data)
                stem.with_suffix(".txt").write_text(traceback.format_exc(), "utf-8")
    print(f"{name}: {runs} inputs, {len(kinds)} kinds of failure, {monotonic() - start:.0f} s")
    return len(kinds)


def main() -> int:
    """Run the readers that are named, or all."""
    parser = argparse.ArgumentParser(prog="python tests/fuzz/run.py", description=__doc__)
    parser.add_argument("readers", nargs="*", metavar="READER", help=", ".join(TARGETS))
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    unknown = set(given.readers) - set(TARGETS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    found = sum(run(name, given.seed, given.runs) for name in given.readers or TARGETS)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
