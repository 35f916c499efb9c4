"""What a batch costs besides translation, and whether its memory stays flat.

    python benchmarks/batch.py [--record | --short] [--files 1000]

Small transcripts (about 90 words) in English, Spanish and French are translated by an
engine that only turns words round, so that what is measured is everything else: reading,
sentences, names and amounts, cutting, fitting, checking, writing four files for each, the
ledger and the batch's manifest. The engine's own time is measured and taken off. Beside
it stands the floor: reading the same files and writing the same bytes in the same way
(whole or not at all, flushed to disk). Then `convert` and `check` over subtitles that the
batch made, a second run that finds everything unchanged, and the peak memory of a process
with all the files against one with ten. Every figure is one process of its own; time of
the processor stands beside time of the clock, because machines are shared.
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import recorded

from speechsubs import batch
from speechsubs.adapters import files
from speechsubs.batch import Choice, Control, Request, Resources, State
from speechsubs.engines import EchoEngine
from speechsubs.options import Options

SEED = 7
TEXTS = {
    "en": "Good evening, everyone. We built a car in three years. The board asked for $5 million "
    "and got half of it. Lei Jun said that the SU7 costs 215,900 yuan. It was a long road, and "
    "nobody believed in us. In the first winter we had 17 engineers. Nobody slept much. When the "
    "first prototype rolled out, my father cried. He had never seen me drive anything but a bus.",
    "es": "Buenas noches a todos. Construimos un coche en tres años. La junta pidió 5 millones de "
    "dólares y recibió la mitad. Fue un camino largo y nadie creía en nosotros. El primer invierno "
    "éramos 17 ingenieros. Casi nadie dormía. Cuando salió el primer prototipo, mi padre lloró. "
    "Nunca me había visto conducir otra cosa que un autobús.",
    "fr": "Bonsoir à tous. Nous avons construit une voiture en trois ans. Le conseil a demandé 5 "
    "millions de dollars et en a reçu la moitié. Le chemin était long, et personne ne croyait en "
    "nous. Le premier hiver, nous étions 17 ingénieurs. On dormait peu. Quand le premier prototype "
    "est sorti, mon père a pleuré. Il ne m'avait jamais vu conduire autre chose qu'un autobus.",
}


def turned(text: str) -> str:
    """Every word of small letters backwards: no copy, and masks and numbers stay."""
    words = text.split(" ")
    return " ".join(w[::-1] if w.isalpha() and w.islower() else w for w in words)


class Timed(EchoEngine):
    """Measures its own time, by the clock and of the processor."""

    wall_s = cpu_s = 0.0

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        wall, cpu = time.perf_counter(), time.thread_time()
        answers = super().translate(texts, hypotheses)
        Timed.wall_s += time.perf_counter() - wall
        Timed.cpu_s += time.thread_time() - cpu
        return answers


def timed(name: str, source: str, target: str) -> Timed:
    """What loads the engine."""
    del name
    return Timed(source, target, change=turned)


def none_own(path: Path) -> bool:
    """Files that speechsubs wrote are taken as well."""
    del path
    return False


def make(folder: Path, count: int) -> None:
    """So many transcripts, each a little different."""
    dice = random.Random(SEED)
    for number in range(count):
        tag = list(TEXTS)[number % len(TEXTS)]
        sentences = TEXTS[tag].split(". ")
        dice.shuffle(sentences)
        text = ". ".join(s.rstrip(".") for s in sentences) + f". {number}.\n"
        path = folder / f"{number // 100:02}" / f"talk{number:04}.{tag}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def run(command: str, folder: Path, out: Path, workers: int) -> dict[str, Any]:
    """One batch in this process."""
    options = Options(kinds=("vtt",) if command == "convert" else ("srt", "vtt"))
    suffixes = (".txt",) if command == "subtitle" else (".srt",)
    targets = ("it",) if command == "subtitle" else ()
    choice = Choice(suffixes, recursive=True, skips_own=none_own)
    wall, cpu = time.perf_counter(), time.process_time()
    request = Request((folder,), command, options, choice, targets, out)
    jobs = batch.jobs(request)
    resources = Resources(timed)
    with batch.locked(out):
        state = State(out)
        plan = batch.plan(batch.keyed(jobs, state), resources, state)
        state.forget()
        used = state if command != "check" else None
        failed = 0
        for result in batch.run(plan.todo, resources, Control(), state=used, workers=workers):
            failed += result.failed
        state.close()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "files": len(jobs),
        "done": len(plan.todo) - failed,
        "unchanged": len(plan.unchanged),
        "wall_s": wall,
        "cpu_s": cpu + children.ru_utime + children.ru_stime,
        "engine_s": Timed.wall_s,
        "engine_cpu_s": Timed.cpu_s,
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    """The most memory that this process had.

    Of the status file where there is one: `ru_maxrss` counts the memory of the process that
    started this one too.
    """
    status = Path("/proc/self/status")
    if status.exists():
        rows = dict(row.split(":", 1) for row in status.read_text().splitlines())
        return int(rows["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def floor(folder: Path, out: Path) -> dict[str, Any]:
    """Read the same files, and write the bytes that the batch wrote, as it writes them."""
    wall, cpu = time.perf_counter(), time.process_time()
    count = 0
    for path in sorted(folder.rglob("*.txt")):
        files.read_bytes(path)
    for path in sorted(out.rglob("talk*.*.*")):
        files.write_atomic(out / "floor" / path.parent.name / path.name, path.read_bytes())
        count += 1
    return {
        "written": count,
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
    }


def apart(*arguments: str) -> dict[str, Any]:
    """The same in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {k: round(v, 3) if isinstance(v, float) else v for k, v in figures.items()}


def each_ms(figures: dict[str, Any], number: int) -> dict[str, float]:
    """Milliseconds a file besides the engine, by the clock and of the processor."""
    return {
        "wall_ms": round((figures["wall_s"] - figures["engine_s"]) * 1_000 / number, 2),
        "cpu_ms": round((figures["cpu_s"] - figures["engine_cpu_s"]) * 1_000 / number, 2),
    }


def main() -> None:
    parser = recorded.parser(__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--one", nargs=4, metavar=("COMMAND", "FOLDER", "OUT", "JOBS"))
    given = parser.parse_args()
    if given.one:
        command, folder, out, jobs = given.one
        if command == "floor":
            print(json.dumps(floor(Path(folder), Path(out))))
        else:
            print(json.dumps(run(command, Path(folder), Path(out), int(jobs))))
        return
    number = 12 if given.short else given.files
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        make(base / "many", number)
        make(base / "ten", 10)
        found: dict[str, Any] = {}
        found["one_job"] = apart("--one", "subtitle", str(base / "many"), str(base / "a"), "1")
        found["two_jobs"] = apart("--one", "subtitle", str(base / "many"), str(base / "b"), "2")
        found["again"] = apart("--one", "subtitle", str(base / "many"), str(base / "a"), "1")
        found["ten_one_job"] = apart("--one", "subtitle", str(base / "ten"), str(base / "c"), "1")
        found["ten_two_jobs"] = apart("--one", "subtitle", str(base / "ten"), str(base / "d"), "2")
        bare = apart("--one", "floor", str(base / "many"), str(base / "b"), "1")
        same = same_bytes(base / "a", base / "b")
        for command in ("convert", "check"):
            for jobs in (1, 2):
                out = base / f"{command}{jobs}"
                out.mkdir()
                figures = apart("--one", command, str(base / "a"), str(out), str(jobs))
                found[f"{command}_{jobs}"] = figures
    memory = {
        jobs: round(found[f"{jobs}"]["peak_mb"] / found[f"ten_{jobs}"]["peak_mb"], 3)
        for jobs in ("one_job", "two_jobs")
    }
    recorded.note(
        "batch",
        {
            "target": "besides the engine under 20 ms a file; memory within 10 % of ten files'",
            "files": number,
            "overhead_one_job": each_ms(found["one_job"], number),
            "overhead_two_jobs": each_ms(found["two_jobs"], number),
            "floor_ms_a_file": round(bare["wall_s"] * 1_000 / number, 2),
            "floor_cpu_ms_a_file": round(bare["cpu_s"] * 1_000 / number, 2),
            "ratio_to_floor": round(
                (found["one_job"]["wall_s"] - found["one_job"]["engine_s"]) / bare["wall_s"], 2
            ),
            "memory_ratio_to_ten_files": memory,
            "same_bytes_whatever_the_jobs": same,
            "runs": {key: rounded(value) for key, value in found.items()},
            "load": round(os.getloadavg()[0], 2),
            "note": "a shared machine: look at cpu_ms, and at wall_ms against floor_ms",
        },
    )


def same_bytes(one: Path, other: Path) -> bool:
    """Whether both folders hold the same subtitles."""
    names = sorted(p.relative_to(one) for p in one.rglob("talk*.*.*"))
    others = sorted(
        p.relative_to(other) for p in other.rglob("talk*.*.*") if "floor" not in p.parts
    )
    return names == others and all(
        (one / n).read_bytes() == (other / n).read_bytes() for n in names
    )


if __name__ == "__main__":
    main()
