"""Every reader of files of strangers, what it reads, and real inputs to begin with.

A target takes bytes and may raise `SpeechsubsError` and nothing else. `make fuzz` mutates
the inputs; see `mutate`.
"""

import json
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from speechsubs import exchange, formats, glossary, models, project
from speechsubs.batch import discover
from speechsubs.engines import tokenizers
from speechsubs.glossary import registry as glossaries
from speechsubs.memory import Memory, Query, Segment, tmx
from speechsubs.models import index
from speechsubs.review import decisions

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
MEDIA = ROOT / "media"


@dataclass(frozen=True)
class Target:
    """A reader under test. `seeds` are made once and may be many."""

    read: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]


def _files(*patterns: str) -> Callable[[], list[bytes]]:
    def seeds() -> list[bytes]:
        found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
        assert found, patterns
        return [path.read_bytes() for path in found]

    return seeds


def _format(name: str) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        item = formats.read_bytes(data, f"x.{name}", name)
        if hasattr(item, "cues"):
            for kind in formats.writable():
                formats.render(item, kind)
            formats.from_track(item)
        return item

    return read


def _on_disk(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    def run(data: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            return read(path)

    return run


def _read_project(path: Path) -> object:
    for other in (GOLDEN / "exchange" / "project").iterdir():
        if other.name != path.name:
            (path.parent / other.name).write_bytes(other.read_bytes())
    loaded = project.load(path.parent)
    return [list(exchange.export(loaded, kind, ())) for kind in ("json", "xliff12")]


def _read_memory(path: Path) -> object:
    with Memory.open(path, create=False) as memory:
        memory.lookup([Query("Hello.", (), "en")], "es")
        list(memory.export())
        memory.remember([Segment("en", "es", "Good evening.", "Buenas tardes.")])
        return memory.stats()


def _memories() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.db"
        with Memory.open(path) as memory:
            memory.remember(Segment("en", "es", f"Talk {n}.", f"Charla {n}.") for n in range(40))
        return [path.read_bytes()]


def _exchanges(kind: str) -> Callable[[], list[bytes]]:
    def seeds() -> list[bytes]:
        own = project.load(GOLDEN / "exchange" / "project")
        return [item.data for item in exchange.export(own, kind, ())]

    return seeds


def _glossary(kind: str, **more: str) -> Callable[[bytes], object]:
    return lambda data: glossaries.read_bytes(data, "x", kind, **more)


_TMX = """<?xml version="1.0"?><!DOCTYPE tmx SYSTEM "tmx14.dtd"><tmx version="1.4">
<header creationtool="x" creationtoolversion="1" datatype="plaintext" segtype="sentence"
 adminlang="en" srclang="en" o-tmf="x"/><body><tu tuid="1" changedate="20260301T120000Z">
<prop type="x-speechsubs-state">approved</prop><note>Hi</note>
<tuv xml:lang="en"><seg>Good <hi>evening</hi> <ph x="1"/>&amp; all</seg></tuv>
<tuv xml:lang="es"><seg>Buenas <bpt i="1">b</bpt>tardes<ept i="1">e</ept></seg></tuv></tu>
</body></tmx>"""
_DECISIONS = """schema: "speechsubs-decisions/1"
project: ""
old: ""
new: ""
decisions:
  - item: "0123456789abcdef"
    verdict: edit
    source_hash: "0123456789abcdef"
    text_hash: "0123456789abcdef"
    text: "Buenas tardes."
    lines:
      - ["Buenas", "tardes."]
    author: "Ana"
    date: "2026-03-01T12:00:00Z"
    demands: {"su7": "0123456789abcdef"}
"""


_OFFER = {
    "from_code": "en", "to_code": "es", "package_version": "1.0", "from_name": "English",
    "to_name": "Spanish", "links": ["https://x/a.argosmodel"],
}  # fmt: skip


TARGETS: dict[str, Target] = {
    "srt": Target(_format("srt"), _files("tests/golden/formats/srt*/input.srt")),
    "vtt": Target(_format("vtt"), _files("tests/golden/formats/vtt*/input.vtt")),
    "text": Target(_format("text"), _files("tests/golden/formats/text*/input.*")),
    "markdown": Target(_format("markdown"), _files("tests/golden/formats/markdown*/input.*")),
    "json": Target(_format("json"), _files("tests/golden/formats/json*/input.json")),
    "any": Target(
        lambda data: formats.read_bytes(data, "x"), _files("tests/golden/formats/*/input.*")
    ),
    "exchange-json": Target(lambda data: exchange.read_bytes(data, "x"), _exchanges("json")),
    "exchange-xlsx": Target(lambda data: exchange.read_bytes(data, "x"), _exchanges("xlsx")),
    "exchange-xliff12": Target(lambda data: exchange.read_bytes(data, "x"), _exchanges("xliff12")),
    "exchange-xliff21": Target(lambda data: exchange.read_bytes(data, "x"), _exchanges("xliff21")),
    "glossary": Target(
        _on_disk("glossary.yml", glossary.load), _files("glossary.yml", "tests/golden/**/*.yml")
    ),
    "tmx": Target(
        _on_disk("x.tmx", lambda path: list(tmx.read(path))), lambda: [_TMX.encode()]
    ),
    "tbx": Target(_glossary("tbx"), _files("tests/**/*.tbx")),
    "csv": Target(_glossary("csv"), _files("tests/golden/interchange/**/*.csv")),
    "memory": Target(_on_disk("m.db", _read_memory), _memories),
    "project": Target(
        _on_disk("project.json", _read_project),
        _files("tests/golden/exchange/project/project.json"),
    ),
    "project-source": Target(
        _on_disk("talk.json", _read_project), _files("tests/golden/exchange/project/talk.json")
    ),
    "manifest": Target(
        _on_disk("jobs.yml", discover.read),
        lambda: [b"version: 1\njobs:\n  - source: a.txt\n    audio: a.mp3\n  - b.txt\n"],
    ),
    "decisions": Target(
        lambda data: decisions.parse(data.decode("utf-8", "replace"), Path("x")),
        lambda: [_DECISIONS.encode()],
    ),
    "package": Target(
        _on_disk("x.argosmodel", models.read_archive), _files("tests/data/*.argosmodel")
    ),
    "package-index": Target(
        lambda data: index.parse(data, "https://x/"),
        lambda: [json.dumps([_OFFER]).encode()],
    ),
    "byte-pair-codes": Target(
        _on_disk("bpe.model", tokenizers.BytePairCodes), lambda: [b"#version: 0.2\nt h\nth e</w>\n"]
    ),
}  # fmt: skip

#: What often breaks readers.
TOKENS = [
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n\n", b"-->", b"<", b">", b"&", b"&#0;", b"{", b"}",
    b"[", b"]", b"\"", b"'", b"\\", b"\\u0000", b"\\ud800", b"null", b"true", b"-1", b"1e999",
    b"NaN", b"9" * 40, b"0" * 400, b"[" * 200, b"%s", b"\x1b[31m", b"\xe2\x80\xae",
    b"<!ENTITY x \"y\">",
    b"../../x", b"/etc/passwd", b"\t" * 50, b"00:00:00,000 --> 99:99:99,999", b"!!python/object:x",
    b"&a [*a]", b"<<: *x", b"]]>", b"\xed\xa0\x80",
]  # fmt: skip


def mutate(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """One to eight small damages: bytes changed, cut, repeated, or taken from other inputs."""
    found = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(found) + 1)
        end = min(len(found), at + int(rng.expovariate(1 / 12)) + 1)
        match rng.randrange(7):
            case 0:
                if at < len(found):
                    found[at] = rng.randrange(256)
            case 1:
                del found[at:end]
            case 2:
                found[at:at] = found[at:end] * rng.randint(1, 30)
            case 3:
                found[at:at] = rng.choice(TOKENS)
            case 4:
                found[at:end] = rng.choice(TOKENS)
            case 5:
                other = rng.choice(others)
                start = rng.randrange(len(other) + 1)
                found[at:end] = other[start : start + rng.randint(1, 60)]
            case _:
                del found[at:]
        if not found:
            break
    return bytes(found)


def inputs(target: Target, seed: int, count: int) -> Iterator[tuple[int, bytes]]:
    """Mutated inputs with their numbers; the same for the same seed."""
    seeds = target.seeds()
    for number in range(count):
        rng = random.Random(f"{seed} {number}")
        yield number, mutate(rng.choice(seeds), seeds, rng)
