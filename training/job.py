"""All in one go on a prepared folder: train, export, score, export with the scores.

    python -m training.job --data FOLDER --out FOLDER --sources SOURCES.md --minutes 9 \\
        [--preset large] [other options of training.train]

For a machine that is lent for minutes: OUT then holds the packages, `models/`, the
scores, and in `run/` the checkpoint from which the same command goes on.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def steps(
    data: Path, out: Path, sources: Path, training: Sequence[str], scoring: Sequence[str]
) -> list[list[str]]:
    """The commands, in order, each a module of this package with its arguments."""
    from training.export import package_name
    from training.prepare import languages_of

    run, scores = str(out / "run"), str(out / "scores.json")
    packages = [str(out / f"{package_name(code)}.argosmodel") for code in languages_of(data)]
    export = ["training.export", "--data", str(data), "--run", run, "--out", str(out),
              "--sources", str(sources)]  # fmt: skip
    return [
        ["training.train", "--data", str(data), "--out", run, *training],
        export,
        ["training.score", "--data", str(data), "--out", scores, *scoring, "--package", *packages],
        [*export, "--scores", scores],
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of training.prepare")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True, help="SOURCES.md of the corpus")
    parser.add_argument("--apertium", action="store_true", help="score Apertium beside")
    parser.add_argument("--trained", action="store_true", help="leave out the training")
    options, training = parser.parse_known_args()
    options.out.mkdir(parents=True, exist_ok=True)
    scoring = ["--apertium"] if options.apertium else []
    todo = steps(options.data, options.out, options.sources, training, scoring)
    for module, *arguments in todo[1:] if options.trained else todo:
        print(module, *arguments, flush=True)
        # A process each: memory and threads of one step never meet those of the next.
        subprocess.run([sys.executable, "-m", module, *arguments], check=True)


if __name__ == "__main__":
    main()
