"""What large inputs cost, in time and memory, and that the cost of a unit does not grow.

    python benchmarks/sizes.py [--only NAME ...] [--record | --short]

Two hours of speech (text with estimated times, made by repeating `media/courage.txt` with
other numbers and word orders), a project of 10,000 cues (made, made again, exported,
edited in every tenth segment and imported), a memory of 100,000 segments (imported from
TMX, counted, exported, used by a talk) and a folder of 5,000 files (translated, and again
with nothing to do). Each step is a command as a person types it, in a process of its own.

Every step runs at a tenth of the size and at the whole, and with next to nothing, which
is what a command costs to begin. `growth` is the processor time of a unit at the whole
size over that at the tenth, what it costs to begin taken off: 1 is linear. The engine is
`echo`, so that only our own work counts. `--record` gives a line for each of the four.
"""

import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import recorded
from memory_lookup import Maker, sentence
from processes import Run, measure
from text_to_srt import speech

import batch
from speechsubs import formats
from speechsubs.model import Track

ECHO = ("--engine", "echo", "--no-glossary", "-q")
#: A talk in it has about so many cues a second, which is how a project's size is chosen.
CUES_PER_HOUR = 1_060
USED_SENTENCES = 200
#: Of everything, in the short form; its tenth is what a command costs to begin.
SHORT_SIZE = 10
Steps = dict[str, Run]


@dataclass(frozen=True, slots=True)
class Subject:
    """Something large: its unit, how many there are, and the steps that are measured.

    `work` is given an empty folder and a number of units; it returns the steps, and how
    many units there really were.
    """

    name: str
    unit: str
    size: int
    work: Callable[[Path, int], tuple[Steps, int]]


def run(folder: Path, *command: object) -> Run:
    """One command of this checkout."""
    return measure(recorded.ROOT, [str(part) for part in command], folder)


def recording(folder: Path, seconds: int) -> tuple[Steps, int]:
    """A talk from text to subtitles in two languages."""
    (folder / "talk.txt").write_text(speech(seconds / 3_600), "utf-8")
    done = run(folder, "subtitle", "talk.txt", "--to", "es", *ECHO, "-o", "out")
    # What was asked for is an amount of words; how long they take is an estimate.
    return {"subtitle": done}, cues_of(folder / "out" / "talk.en.srt")[-1].end_ms // 1_000


def cues_of(path: Path) -> Sequence[Any]:
    """The cues of a subtitle file."""
    track = formats.read(path)
    assert isinstance(track, Track)
    return track.cues


def project(folder: Path, cues: int) -> tuple[Steps, int]:
    """A project made, opened by a second run, exported, edited, imported."""
    (folder / "talk.txt").write_text(speech(cues / CUES_PER_HOUR), "utf-8")
    subtitle = ["subtitle", "talk.txt", "--to", "es", *ECHO, "--project", "p", "-o", "out"]
    steps = {"make": run(folder, *subtitle)}
    steps["make_again"] = run(folder, *subtitle, "--overwrite")
    steps["status"] = run(folder, "project", "status", "p")
    steps["export"] = run(folder, "project", "export", "p", "--format", "json", "-o", "x.json")
    exchanged = json.loads((folder / "x.json").read_text("utf-8"))
    plain = [segment for segment in exchanged["segments"] if not segment["slots"]]
    for segment in plain[::10]:
        segment["target"] = f"Otra vez: {segment['target']}"
    (folder / "x.json").write_text(json.dumps(exchanged), "utf-8")
    steps["import"] = run(folder, "project", "import", "p", "x.json")
    return steps, len(cues_of(folder / "out" / "talk.en.srt"))


def memory(folder: Path, segments: int) -> tuple[Steps, int]:
    """A memory imported from TMX, counted, exported, and used by a talk."""
    maker = Maker()
    parts = list(dict.fromkeys(maker.parts() for _ in range(segments + segments // 10 + 9)))
    texts = [sentence(one, n % 90 + 2)[0] for n, one in enumerate(parts[:segments])]
    with (folder / "m.tmx").open("w", encoding="utf-8") as stream:
        stream.writelines(tmx(texts))
    chance = random.Random(1)
    talk = " ".join(chance.choices(texts, k=USED_SENTENCES))
    (folder / "talk.txt").write_text(talk, "utf-8")
    steps = {"import": run(folder, "memory", "import", "m.memory", "m.tmx")}
    steps["stats"] = run(folder, "memory", "stats", "m.memory")
    steps["export"] = run(folder, "memory", "export", "m.memory", "-o", "out.tmx")
    steps["use"] = run(
        folder, "subtitle", "talk.txt", "--to", "es", *ECHO, "--memory", "m.memory", "-o", "out"
    )
    return steps, len(texts)


def tmx(texts: Sequence[str]) -> Iterator[str]:
    """A translation memory from English to Spanish."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4"><header creationtool="x" '
    yield 'creationtoolversion="1" segtype="sentence" o-tmf="x" adminlang="en" srclang="en" '
    yield 'datatype="plaintext"/><body>\n'
    for text in texts:
        yield "<tu>"
        for tag in ("en", "es"):
            yield f'<tuv xml:lang="{tag}"><seg>{escape(text)}</seg></tuv>'
        yield "</tu>\n"
    yield "</body></tmx>\n"


def files(folder: Path, count: int) -> tuple[Steps, int]:
    """A folder of short talks, and once more with nothing to do."""
    batch.make(folder / "talks", count)
    subtitle = ["subtitle", "talks", "-r", "--to", "it", *ECHO, "--jobs", "2", "-o", "out"]
    return {"subtitle": run(folder, *subtitle), "again": run(folder, *subtitle)}, count


SUBJECTS = (
    Subject("recording", "seconds of speech", 7_200, recording),
    Subject("project", "cues", 10_000, project),
    Subject("memory", "segments", 100_000, memory),
    Subject("folder", "files", 5_000, files),
)


@contextmanager
def empty() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def figures(subject: Subject, size: int) -> dict[str, Any]:
    """Each step at the whole size and at a tenth."""
    found = {}
    for units in (1, size // 10, size):
        if units not in found:
            with empty() as folder:
                found[units] = subject.work(folder, units)
    (start, _), (tenth, few), (whole, many) = found[1], found[size // 10], found[size]
    return {
        "subject": subject.name,
        "unit": subject.unit,
        "units": many,
        "units_of_a_tenth": few,
        "steps": {
            step: {
                "cpu_s": round(cost.cpu_s, 2),
                "memory_mb": round(cost.memory_mb, 1),
                "tenth_cpu_s": round(tenth[step].cpu_s, 2),
                "tenth_memory_mb": round(tenth[step].memory_mb, 1),
                "start_cpu_s": round(start[step].cpu_s, 2),
                "start_memory_mb": round(start[step].memory_mb, 1),
                "growth": growth(
                    start[step].cpu_s, tenth[step].cpu_s, whole[step].cpu_s, many / few
                ),
                "memory_growth": growth(
                    start[step].memory_mb, tenth[step].memory_mb, whole[step].memory_mb, many / few
                ),
            }
            for step, cost in whole.items()
        },
    }


#: What differs from the beginning by less is no cost that could be compared.
LEAST_SHARE = 0.5


def growth(start: float, tenth: float, whole: float, times: float) -> float | None:
    """The cost of a unit over that at a tenth; None where the tenth costs next to nothing."""
    if tenth - start < LEAST_SHARE * start:
        return None
    return round((whole - start) / (tenth - start) / times, 2)


def main() -> None:
    parser = recorded.parser(__doc__)
    parser.add_argument("--only", nargs="+", choices=[subject.name for subject in SUBJECTS])
    options = parser.parse_args()
    for subject in SUBJECTS:
        if not options.only or subject.name in options.only:
            size = SHORT_SIZE if options.short else subject.size
            recorded.note("sizes", figures(subject, size))


if __name__ == "__main__":
    main()
