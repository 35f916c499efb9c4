"""Two Dask workers on this machine against two threads, on the same files.

    python benchmarks/batch_cluster.py [--record | --short] [--files 24] [--sentences 60] [--runs 3]

English talks are translated to Spanish with the tiny Argos package of the tests, once by
`speechsubs subtitle --jobs 2` and once with `--cluster local --jobs 2` besides, in turn,
each as a process of its own that is measured from start to end with all its children, by
the clock and by the processor. One talk alone tells what it costs to begin. All outputs
must be the same to the byte. On a shared machine look at the processor's time.
"""

import os
import pickle
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import recorded

from speechsubs import models
from speechsubs.batch import Job, Resources, worker
from speechsubs.options import Options

SEED = 7
WORDS = """
    the car is new and we have a plan for three years because people want to go far with less
    money while board asks how many of them it can sell in first winter
"""
LOCAL = ("--jobs", "2")
CLUSTER = ("--cluster", "local", "--jobs", "2")


def make(folder: Path, count: int, sentences: int) -> None:
    """Talks of sentences that are all different."""
    dice, words = random.Random(SEED), WORDS.split()
    folder.mkdir()
    for number in range(count):
        lines = [
            " ".join(dice.choices(words, k=dice.randint(6, 18))).capitalize() + "."
            for _ in range(sentences)
        ]
        (folder / f"talk{number:03}.en.txt").write_text(" ".join(lines) + "\n", "utf-8")


def timed(
    talks: Path, out: Path, options: tuple[str, ...], env: dict[str, str]
) -> dict[str, float]:
    """One run as a person starts it; seconds by the clock and of the processor."""
    command = [sys.executable, "-m", "speechsubs", "subtitle", str(talks), "--to", "es",
               "--engine", "argos", "--no-glossary", "-o", str(out), "-q", *options]  # fmt: skip
    start = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 3), process.returncode
    return {"wall_s": time.perf_counter() - start, "cpu_s": used.ru_utime + used.ru_stime}


def contents(folder: Path) -> dict[str, bytes]:
    """Every subtitle by its name."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if not p.name.startswith(".")}


def main() -> None:
    parser = recorded.parser(__doc__)
    parser.add_argument("--files", type=int, default=24)
    parser.add_argument("--sentences", type=int, default=60)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    if given.short:
        given.files, given.sentences, given.runs = 3, 2, 1
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        make(base / "talks", given.files, given.sentences)
        make(base / "one", 1, 2)
        models.install_file(recorded.TINY, base / "models")
        env = {**os.environ, "ARGOS_PACKAGES_DIR": str(base / "models"),
               "XDG_CACHE_HOME": str(base / "cache"), "SPEECHSUBS_NO_STARTER": "1"}  # fmt: skip
        # What an engine finds out about itself once, it has found out before.
        timed(base / "one", base / "warm", LOCAL, env)
        ways = {"threads": LOCAL, "cluster": CLUSTER}
        runs: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
        begin: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
        outputs = []
        for turn in range(given.runs):
            for way, options in ways.items():
                begin[way].append(timed(base / "one", base / f"one-{way}{turn}", options, env))
                runs[way].append(timed(base / "talks", base / f"{way}{turn}", options, env))
                outputs.append(contents(base / f"{way}{turn}"))
        hour = writer(base, 20 if given.short else 751)
        same = all(found == outputs[0] for found in outputs) and len(outputs[0]) == 4 * given.files
    ratios = {
        key: [
            round(there[key] / here[key], 2)
            for here, there in zip(runs["threads"], runs["cluster"], strict=True)
        ]
        for key in ("wall_s", "cpu_s")
    }
    # Without what it costs to begin, which does not grow with the files.
    work = [
        (there["cpu_s"] - first["cpu_s"]) / (here["cpu_s"] - second["cpu_s"])
        for here, there, first, second in zip(
            runs["threads"], runs["cluster"], begin["cluster"], begin["threads"], strict=True
        )
    ]
    recorded.note(
        "batch_cluster",
        {
            "target": "a local cluster of two workers against two threads, bytes equal",
            "files": given.files,
            "sentences": given.files * given.sentences,
            "same_bytes": same,
            "cluster_to_threads": ratios,
            "cluster_to_threads_median": {k: statistics.median(v) for k, v in ratios.items()},
            "cpu_ratio_without_beginning": [round(value, 2) for value in work],
            "runs": {way: [rounded(run) for run in some] for way, some in runs.items()},
            "one_file": {way: [rounded(run) for run in some] for way, some in begin.items()},
            "writer": hour,
            "load": round(os.getloadavg()[0], 2),
            "note": "a shared machine: look at the processor's time",
        },
        "ctranslate2",
        "distributed",
    )


def writer(base: Path, sentences: int) -> dict[str, float]:
    """What an hour of speech (751 sentences, 9,131 words) costs the one process that writes."""
    folder = base / "hour"
    make(folder, 1, sentences)
    source = folder / "talk000.en.txt"
    options = Options(engine="echo", kinds=("srt", "vtt"))
    data = pickle.dumps(
        worker.made(Job(source, base / "written", "", "subtitle", options, ("it",)), Resources())
    )
    start = time.process_time()
    made = pickle.loads(data)
    loaded = time.process_time()
    worker.write([made])
    return {
        "words": len(source.read_text("utf-8").split()),
        "bytes": len(data),
        "unpack_cpu_s": round(loaded - start, 4),
        "write_cpu_s": round(time.process_time() - loaded, 4),
    }


def rounded(run: dict[str, float]) -> dict[str, float]:
    return {key: round(value, 2) for key, value in run.items()}


if __name__ == "__main__":
    main()
