"""Work that is interrupted at random moments is never lost, and never half there.

    python benchmarks/faults.py [--record | --short] [--interruptions 1000] [--seed 7]

Every command is started again and again and interrupted at a random moment: by SIGKILL (half
of them of the process alone, half of all its processes), by SIGTERM, or by closing the pipe
that it writes to. Interruptions are shared out among

- single: one file to three languages;  batch: a folder;  convert: subtitles of a folder;
- project: runs and imports of translators' edits, in any order;
- memory: imports of translations;
- review: a server while decisions are saved as fast as it takes them;
- together: two commands at once that write into one folder and one memory.

After every interruption what is there is compared with undisturbed runs: `lost_or_wrong`
counts files that are not whole, or not the right ones; `lost_edits` what a person had been
told is saved and is not there; `unreadable` stores that cannot be opened; `left_over` files
that the next run did not clear away; `orphans` processes that outlived the command;
`tracebacks` is what it says. All must be 0, or the exit code is 1. `amid` counts the
interruptions that came when some of the files, but not all, were there.
"""

import contextlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import recorded
import yaml

from batch import make

#: What must stay 0.
LOST = ("lost_or_wrong", "lost_edits", "unreadable", "left_over", "orphans", "tracebacks")
WAYS = ("sigkill", "sigterm", "closed_pipe")
ECHO = ("--engine", "echo", "--no-glossary", "--format", "srt")
#: A command that does not end after an interruption hangs: that is a fault too.
PATIENCE_S = 100


@dataclass
class Ending:
    """How an interrupted command ended: its exit code, and whether it was interrupted at all."""

    code: int
    interrupted: bool


@dataclass
class Case:
    """A kind of work that is interrupted. Subclasses say what it is and what must hold."""

    base: Path
    dice: random.Random
    share: ClassVar[float]
    ways: ClassVar[tuple[str, ...]] = WAYS
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            ("interruptions", *WAYS, "amid", "finished", *LOST), 0
        )
    )
    seconds: float = 0.0

    def prepare(self) -> None:
        """Make the inputs and what is right, undisturbed; measure how long that takes."""

    def step(self) -> None:
        """Do the work once, interrupted at a random moment, and look at what is there."""
        raise NotImplementedError

    def complete(self) -> None:
        """Do the work undisturbed; what is there must be what an undisturbed run gives."""
        raise NotImplementedError

    def add(self, name: str, number: int = 1) -> None:
        """Count something."""
        self.counts[name] += number

    # Commands.

    def undisturbed(self, *arguments: object, codes: Sequence[int] = (0, 3)) -> str:
        """Run a command to its end and return its output; raises if it fails."""
        start = time.monotonic()
        done = subprocess.run(
            self.command(*arguments), cwd=self.base, capture_output=True, text=True, check=False
        )
        self.seconds = time.monotonic() - start
        if done.returncode not in codes:
            raise RuntimeError(f"{arguments} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def command(self, *arguments: object) -> list[str]:
        """What a person would type."""
        return [sys.executable, "-m", "speechsubs", *map(str, arguments)]

    def interrupted(self, *arguments: object) -> Ending:
        """Start a command, interrupt it at a random moment, and wait for its end.

        Half of the moments are spread over the whole run, which mostly computes, and half over
        the time from its first write on.
        """
        before = self.trace()
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                self.command(*arguments), cwd=self.base, stdout=subprocess.PIPE, stderr=errors,
                start_new_session=True,
            )  # fmt: skip
            try:
                if self.dice.random() < 0.5:
                    process.wait(self.dice.uniform(0.2, 1.1) * self.seconds)
                else:
                    while process.poll() is None and self.trace() == before:
                        time.sleep(0.001)
                    process.wait(self.dice.uniform(0, 0.15) * self.seconds)
                way = ""
            except subprocess.TimeoutExpired:
                way = self.dice.choice(self.ways)
                self.interrupt(process, way)
            code = process.wait(PATIENCE_S)
            if process.stdout is not None:
                process.stdout.close()
            errors.seek(0)
            self.add("tracebacks", errors.read().count(b"Traceback"))
        self.count_orphans(process.pid)
        return self.counted(way, code)

    def trace(self) -> dict[str, int]:
        """Every file with the time of its last change: differs once something is written."""
        found = {}
        for path in self.base.rglob("*"):
            with contextlib.suppress(OSError):  # a temporary file that is gone by now
                found[str(path)] = path.stat().st_mtime_ns
        return found

    def interrupt(self, process: "subprocess.Popen[Any]", way: str) -> None:
        """Interrupt a command in one of the ways."""
        if way == "closed_pipe":
            process.stdout.close()  # type: ignore[union-attr]
        elif way == "sigterm":
            process.terminate()
        elif self.dice.random() < 0.5:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)

    def counted(self, way: str, code: int) -> Ending:
        """Count an interruption, unless the command had ended or had nothing more to write."""
        expected = {"sigkill": (-9,), "sigterm": (143, -15), "closed_pipe": (141,)}.get(way, ())
        if code in expected:
            self.add("interruptions")
            self.add(way)
            return Ending(code, True)
        if code not in (0, 3):
            raise RuntimeError(f"{type(self).__name__} ended with {code} after {way or 'nothing'}")
        self.add("finished")
        # The machine may be faster or slower by now.
        return Ending(code, False)

    def count_orphans(self, leader: int) -> None:
        """Wait for the children of a command to end, and count those that do not."""
        deadline = time.monotonic() + PATIENCE_S
        while (left := living(leader)) and time.monotonic() < deadline:
            time.sleep(0.02)
        self.add("orphans", len(left))
        for number in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    # Files.

    def compare(self, out: Path, right: Path) -> None:
        """Every file that is there must be whole and right."""
        there, wanted = contents(out), contents(right)
        self.add("lost_or_wrong", sum(wanted.get(name) != data for name, data in there.items()))
        self.add("amid", 0 < len(there) < len(wanted))

    def compare_whole(self, out: Path, right: Path) -> None:
        """The same files must be there, and no other, not even hidden ones."""
        there, wanted = contents(out), contents(right)
        names = there.keys() | wanted.keys()
        self.add("lost_or_wrong", sum(there.get(name) != wanted.get(name) for name in names))
        self.add("left_over", len(hidden(out) - hidden(right)))


def living(leader: int) -> list[int]:
    """The living processes of a session, where the system shows them as Linux does."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, number = path.read_text().rpartition(")")[2].split()[:4]
        except (OSError, ValueError):
            continue  # it has just ended
        if int(number) == leader and state != "Z":
            found.append(int(path.parent.name))
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Every file that a person sees, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def hidden(folder: Path) -> set[str]:
    """What a person does not see, without its place."""
    return {path.name for path in folder.rglob(".*")}


class Files(Case):
    """A command that makes files in a folder."""

    def arguments(self, out: str) -> tuple[object, ...]:
        """The command, with the folder of its outputs."""
        raise NotImplementedError

    def prepare(self) -> None:
        self.undisturbed(*self.arguments("right"))

    def step(self) -> None:
        ending = self.interrupted(*self.arguments("out"))
        out, right = self.base / "out", self.base / "right"
        if ending.interrupted:
            self.compare(out, right)
        else:
            self.compare_whole(out, right)
            shutil.rmtree(out)

    def complete(self) -> None:
        self.undisturbed(*self.arguments("out"))
        self.compare_whole(self.base / "out", self.base / "right")


class Single(Files):
    share = 0.2

    def prepare(self) -> None:
        make(self.base / "talks", 1)
        (path,) = (self.base / "talks").rglob("*.txt")
        path.rename(self.base / "talk.txt")
        super().prepare()

    def arguments(self, out: str) -> tuple[object, ...]:
        targets = ("--to", "it", "--to", "fr", "--to", "de")
        return ("subtitle", "talk.txt", *targets, *ECHO, "-o", out)


class Batch(Files):
    share = 0.2
    files = 60

    def prepare(self) -> None:
        make(self.base / "talks", self.files)
        super().prepare()

    def arguments(self, out: str) -> tuple[object, ...]:
        return ("subtitle", "talks", "-r", "--to", "it", *ECHO, "-j", 2, "-o", out)


class Convert(Files):
    share = 0.1
    files = 60

    def prepare(self) -> None:
        make(self.base / "talks", self.files)
        self.undisturbed("subtitle", "talks", "-r", *ECHO, "-o", "subs")
        super().prepare()

    def arguments(self, out: str) -> tuple[object, ...]:
        return ("convert", "subs", "-r", "--to", "vtt", "-j", 2, "-o", out)


TALK = (
    "Good evening, everyone. We built a car. Nobody believed in us. They said it was mad. "
    "Then we drove. The road was long. Nobody slept. In the morning we stood on the hill."
)


class Project(Case):
    """Runs, and imports of edits, into one project."""

    share = 0.2

    def prepare(self) -> None:
        (self.base / "talk.txt").write_text(TALK + "\n", "utf-8")
        self.undisturbed(*self.run)
        self.number = 0
        #: What each edited segment may say: one text, or two after an interrupted import.
        self.edits: dict[int, set[str]] = {}

    @property
    def run(self) -> tuple[object, ...]:
        """The run that the project is made by."""
        return ("subtitle", "talk.txt", "--to", "it", *ECHO, "--project", "p", "-o", "out")

    def step(self) -> None:
        exported = self.exported()
        if exported is None:
            return
        if self.dice.random() < 0.4:
            self.interrupted(*self.run)
            return
        self.number += 1
        segment = self.dice.randrange(len(exported["segments"]))
        text = f"Ecco la frase di prova {'abcdefghij'[self.number % 10]}."
        exported["segments"][segment]["target"] = text
        (self.base / "edited.json").write_text(json.dumps(exported), "utf-8")
        ending = self.interrupted("project", "import", "p", "edited.json")
        before = self.edits.get(segment, {exported["segments"][segment]["source"]})
        self.edits[segment] = before | {text} if ending.interrupted else {text}

    def exported(self) -> dict[str, Any] | None:
        """The project as it is now, readable and with all edits."""
        try:
            self.undisturbed("project", "export", "p", "--format", "json", "-o", "now.json",
                             "--overwrite", "-q")  # fmt: skip
        except RuntimeError:
            self.add("unreadable")
            return None
        found: dict[str, Any] = json.loads((self.base / "now.json").read_bytes())
        for segment, texts in self.edits.items():
            said = found["segments"][segment]["target"]
            self.add("lost_edits", said not in texts)
            self.edits[segment] = {said}
        return found

    def complete(self) -> None:
        self.exported()
        self.undisturbed(*self.run)
        before = contents(self.base / "out")
        said = re.sub(r"\s+", " ", before["talk.it.srt"].decode())
        for texts in self.edits.values():
            self.add("lost_edits", not any(text in said for text in texts))
        self.undisturbed(*self.run)
        self.add("lost_or_wrong", contents(self.base / "out") != before)
        names = hidden(self.base / "out") | hidden(self.base / "p")
        self.add("left_over", sum(name.startswith(".speechsubs.") and name.count(".") > 2
                                  for name in names))  # fmt: skip


TMX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4"><header srclang="en" '
    'datatype="plaintext" segtype="sentence" adminlang="en" creationtool="x" '
    'creationtoolversion="1" o-tmf="x"/><body>\n{}</body></tmx>\n'
)
UNIT = (
    '<tu><tuv xml:lang="en"><seg>{0}.</seg></tuv>'
    '<tuv xml:lang="it"><seg>Ecco, {0}.</seg></tuv></tu>\n'
)


class Memory(Case):
    """Imports of translations into one memory."""

    share = 0.1
    units = 400

    def prepare(self) -> None:
        self.file(0)
        self.undisturbed("memory", "import", "m.memory", "0.tmx")
        self.number = 0
        self.saved: set[int] = {0}

    def file(self, number: int) -> None:
        """Write a file of translations."""
        words = (f"Part {number} says sentence {unit} to us" for unit in range(self.units))
        text = TMX.format("".join(map(UNIT.format, words)))
        (self.base / f"{number}.tmx").write_text(text, "utf-8")

    def step(self) -> None:
        self.number += 1
        self.file(self.number)
        ending = self.interrupted("memory", "import", "m.memory", f"{self.number}.tmx")
        if not ending.interrupted:
            self.saved.add(self.number)
        self.look(self.saved)

    def look(self, wanted: set[int]) -> None:
        """Everything that was saved must be there."""
        try:
            self.undisturbed("memory", "export", "m.memory", "-o", "now.tmx", "--overwrite")
        except RuntimeError:
            self.add("unreadable")
            return
        text = (self.base / "now.tmx").read_text("utf-8")
        found = [int(part) for part in re.findall(r"Ecco, Part (\d+) ", text)]
        counts = {number: found.count(number) for number in set(found)}
        self.add("lost_edits", sum(counts.get(number, 0) != self.units for number in wanted))
        self.add("lost_or_wrong", sum(not 0 < count <= self.units for count in counts.values()))

    def complete(self) -> None:
        every = set(range(self.number + 1))
        for number in sorted(every - self.saved):
            self.undisturbed("memory", "import", "m.memory", f"{number}.tmx")
        self.look(every)


class Review(Case):
    """Decisions that are saved from a page, one after the other, when the server ends."""

    share = 0.1
    ways = ("sigkill", "sigterm")

    def prepare(self) -> None:
        (self.base / "talk.txt").write_text(TALK + "\n", "utf-8")
        self.undisturbed("subtitle", "talk.txt", "--to", "it", *ECHO, "--project", "p", "-o", "out")
        self.saved = self.sent = 0

    def step(self) -> None:
        process = subprocess.Popen(
            self.command("review", "p", "--serve", "-q"), cwd=self.base, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        page = urllib.request.urlopen(url).read().decode()
        data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
        first = threading.Event()
        thread = threading.Thread(target=self.save, args=(url, data, first))
        thread.start()
        first.wait(PATIENCE_S)
        time.sleep(self.dice.uniform(0, 0.3))
        way = self.dice.choice(self.ways)
        self.interrupt(process, way)
        _, errors = process.communicate(timeout=PATIENCE_S)
        thread.join()
        self.add("tracebacks", errors.count("Traceback"))
        self.count_orphans(process.pid)
        self.counted(way, process.returncode)
        self.look()

    def save(self, url: str, data: dict[str, Any], first: threading.Event) -> None:
        """Save new decisions until nobody answers."""
        revision = data["revision"]
        while True:
            self.sent += 1
            taken = [
                {"item": item["id"], "verdict": "reject", "source_hash": item["source_hash"],
                 "text_hash": item["text_hash"], "reason": f"save {self.sent}"}
                for item in data["items"]
            ]  # fmt: skip
            body = json.dumps({"revision": revision, "decisions": taken}).encode()
            request = urllib.request.Request(
                f"{url}decisions", body, {"Content-Type": "application/json"}
            )
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
                    revision = json.loads(response.read())["revision"]
            except (OSError, ValueError, http.client.HTTPException):
                return
            finally:
                first.set()
            self.saved = self.sent

    def look(self) -> None:
        """The file must be whole: all of one save, the last confirmed one or the next."""
        try:
            data = yaml.safe_load((self.base / "p" / "decisions.yml").read_bytes())
            said = {one["reason"] for one in data["decisions"]}
        except (OSError, ValueError, yaml.YAMLError, TypeError, KeyError):
            self.add("unreadable")
            return
        allowed = {f"save {self.saved}", f"save {self.sent}"}
        self.add("lost_or_wrong", len(said) != 1)
        self.add("lost_edits", not said <= allowed)
        self.add("amid", said == {f"save {self.sent}"} and self.sent != self.saved)

    def complete(self) -> None:
        self.undisturbed("review", "p")
        self.look()
        self.add("left_over", sum(name.startswith(".speechsubs.") for name in hidden(
            self.base / "p")))  # fmt: skip


class Together(Case):
    """Two commands at once, of which one is interrupted."""

    share = 0.1

    def prepare(self) -> None:
        for name in ("a", "b"):
            (self.base / f"{name}.txt").write_text(f"{TALK} This is {name}.\n", "utf-8")
            self.undisturbed(*self.arguments(name, "right"))

    def arguments(self, name: str, out: str) -> tuple[object, ...]:
        """The command for a file."""
        targets = ("--to", "it", "--to", "fr")
        memory = ("--memory", f"{out}.memory")
        return ("subtitle", f"{name}.txt", *targets, *ECHO, *memory, "-o", out)

    def step(self) -> None:
        victim, other = self.dice.sample(("a", "b"), 2)
        process = subprocess.Popen(
            self.command(*self.arguments(other, "out")), cwd=self.base,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.interrupted(*self.arguments(victim, "out"))
        _, errors = process.communicate(timeout=PATIENCE_S)
        if process.returncode not in (0, 3):
            raise RuntimeError(f"the other ended with {process.returncode}: {errors}")
        out = self.base / "out"
        self.compare(out, self.base / "right")
        there = contents(out)
        self.add("lost_or_wrong", sum(
            f"{other}.{tag}.srt" not in there for tag in ("en", "it", "fr")
        ))  # fmt: skip
        if len(there) == 6:
            shutil.rmtree(out)

    def complete(self) -> None:
        for name in ("a", "b"):
            self.undisturbed(*self.arguments(name, "out"))
        self.compare_whole(self.base / "out", self.base / "right")


CASES: tuple[type[Case], ...] = (Single, Batch, Convert, Project, Memory, Review, Together)


def campaign(kind: type[Case], folder: Path, count: int, seed: int) -> dict[str, int]:
    """Interrupt one kind of work so many times; what was found."""
    base = folder / kind.__name__.lower()
    base.mkdir()
    case = kind(base, random.Random(f"{seed} {kind.__name__}"))
    case.prepare()
    usual = case.seconds
    while case.counts["interruptions"] < count:
        case.seconds = usual
        case.step()
    case.complete()
    return case.counts


def main() -> int:
    parser = recorded.parser(__doc__)
    parser.add_argument("--interruptions", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    if given.short:
        given.interruptions = 20
        Batch.files = Convert.files = 12
    start = time.monotonic()
    cases: dict[str, dict[str, int]] = {}
    with tempfile.TemporaryDirectory() as name:
        for kind in CASES:
            count = max(1, round(given.interruptions * kind.share))
            cases[kind.__name__.lower()] = campaign(kind, Path(name), count, given.seed)
            print(kind.__name__, cases[kind.__name__.lower()], file=sys.stderr, flush=True)
    total: Callable[[str], int] = lambda name: sum(case[name] for case in cases.values())  # noqa: E731
    lost = {name: total(name) for name in LOST}
    recorded.note(
        "faults",
        {
            "target": "1,000 random interruptions with nothing lost",
            "interruptions": total("interruptions"),
            **{way: total(way) for way in WAYS},
            **lost,
            "seed": given.seed,
            "wall_s": round(time.monotonic() - start, 1),
            "cases": cases,
        },
    )
    return int(any(lost.values()))


if __name__ == "__main__":
    sys.exit(main())
