"""This checkout against another one, as whole processes, in turn: text to SRT, terms, a batch.

    git worktree add ../before REVISION
    python benchmarks/against.py ../before [--rounds N] [--record | --short]

Both run on the interpreter that runs this script, each with its own sources. What counts
is processor time and peak memory as the operating system accounts for them; the ratios
are those of the medians, this checkout over the other, so less than 1 is better.
"""

import os
import random
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import recorded
from processes import Run, measure

ROOT = Path(__file__).parents[1]
SEED = 7


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is to do: words of the long talk, and short talks."""

    hour_words: int = 9_000
    files: int = 200


def write_inputs(folder: Path, size: Size) -> None:
    """An hour of speech, and a folder of short talks, none like another."""
    chance = random.Random(SEED)
    paragraphs = (ROOT / "media" / "courage.txt").read_text("utf-8").split("\n\n")
    hour: list[str] = []
    while sum(len(text.split()) for text in hour) < size.hour_words:
        hour.append(f"{chance.choice(paragraphs).strip()} That was number {len(hour)}.")
    (folder / "hour.txt").write_text("\n\n".join(hour), "utf-8")
    (folder / "talks").mkdir()
    for number in range(size.files):
        text = f"{chance.choice(paragraphs).strip()} This is talk {number}."
        (folder / "talks" / f"talk{number:03}.txt").write_text(text, "utf-8")


def jobs(folder: Path) -> dict[str, list[str]]:
    """The commands, by name; `echo` stands for the engine, so that only our own work counts."""
    names = ["--glossary", str(ROOT / "glossary.yml")]
    echo = ["--engine", "echo", "--overwrite", "--quiet", "-o"]
    return {
        "text_to_srt": ["subtitle", str(folder / "hour.txt"), "--no-glossary", *echo],
        "terms": ["subtitle", str(folder / "hour.txt"), "--to", "es", *names, *echo],
        "batch": ["subtitle", str(folder / "talks"), "--to", "es", *names, *echo],
    }


def compare(other: Path, rounds: int, size: Size) -> dict[str, Any]:
    """Each job in both checkouts, in turn, after a round that warms the disk's cache."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_inputs(folder, size)
        for name, command in jobs(folder).items():
            sides: tuple[tuple[Path, list[Run]], ...] = ((ROOT, []), (other, []))
            for number in range(rounds + 1):
                for side, (checkout, found) in enumerate(sides):
                    out = str(folder / f"{name}-{number}-{side}")
                    run = measure(checkout, [*command, out], folder)
                    if number:
                        found.append(run)
            ours, theirs = (found for _, found in sides)
            figures[name] = {
                "cpu_ratio": _ratio([r.cpu_s for r in ours], [r.cpu_s for r in theirs]),
                "memory_ratio": _ratio([r.memory_mb for r in ours], [r.memory_mb for r in theirs]),
            }
    return figures


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return round(statistics.median(ours) / statistics.median(theirs), 3)


def main() -> None:
    """Compare, and print or record one line."""
    parser = recorded.parser(__doc__)
    parser.add_argument("other", type=Path, nargs="?", help="a checkout of another revision")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.other is None and not options.short:
        parser.error("it takes another checkout")
    size = Size(300, 3) if options.short else Size()
    # The short form compares this checkout with itself.
    other = Path(options.other or os.path.relpath(ROOT)).absolute()
    rounds = 1 if options.short else options.rounds
    revision = subprocess.run(
        ["git", "-C", str(other), "rev-parse", "--short", "HEAD"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    recorded.note("against", {"other": revision, **compare(other, rounds, size)})


if __name__ == "__main__":
    main()
