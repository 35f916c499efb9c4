"""What the snapshots are of: every command, over the samples, in all languages.

A case gets a box and runs commands in it. `bulk` cases are long: they are kept in the
archive, with a digest of every section in a list that people can read.
"""

import csv
import html
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import click
import pytest

from .box import ROOT, Box
from .hooks import main
from .scripted import faithful

GOLDEN = ROOT / "tests" / "golden"
LOCALES = sorted(path.stem for path in (ROOT / "locales").glob("*.yml") if path.stem != "root")


@dataclass(frozen=True)
class Case:
    """A name, what it does, and whether it is long."""

    name: str
    do: Callable[[Box], None]
    bulk: bool = False


CASES: list[Case] = []


def case(
    name: str, *, bulk: bool = False, **given: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Put a function in the list of cases, with arguments besides the box."""

    def add(do: Callable[..., None]) -> Callable[..., None]:
        CASES.append(Case(name, partial(do, **given) if given else do, bulk))
        return do

    return add


def to(*tags: str) -> list[str]:
    """`--to` for each."""
    return [word for tag in tags for word in ("--to", tag)]


def others(tag: str) -> list[str]:
    """All locales but one."""
    return [other for other in LOCALES if other != tag]


def short_courage(lines: int = 25) -> str:
    """The beginning of the sample."""
    return "".join((ROOT / "media" / "courage.txt").read_text("utf-8").splitlines(True)[:lines])


def column(path: str, index: int | str) -> list[str]:
    """A column of a golden table, each text once, in order."""
    with (GOLDEN / path).open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = [list(row.values())[index] if isinstance(index, int) else row[index] for row in table]
    return [text.replace("␣", "\u00a0").replace("⍽", "\u202f") for text in dict.fromkeys(found)]


def everything(box: Box, name: str, engine: str, *more: str) -> None:
    """Subtitles with report, project and memory, and what can be made of those."""
    box.run("subtitle", name, *more, "--engine", "echo", "-o", "out", "--report", "report.json",
            "--project", "project", "--memory", "memory.db", engine=engine)  # fmt: skip
    box.run("project", "status", "project")
    for kind in ("xliff12", "xliff21", "xlsx", "json", "markdown"):
        box.run("project", "export", "project", "--format", kind, "-o", kind)
    box.run("review", "project")
    box.run("check", "out", "--json", "-j", 1)


# ---- what commands say of themselves ------------------------------------------------


@case("help")
def _help(box: Box) -> None:
    def walk(command: click.Command, path: list[str]) -> None:
        box.run(*path, "--help")
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None
                walk(found, [*path, name])

    walk(main, [])
    box.run("--version")
    box.run()


@case("locales")
def _locales(box: Box) -> None:
    box.run("locales")
    box.run("locales", "--json")


@case("models")
def _models(box: Box) -> None:
    for words in (["list"], ["list", "--json"], ["path"], ["info", "en", "es"], ["verify"],
                  ["remove", "en", "es", "-y"], ["export", "away"],
                  ["install", "absent.argosmodel"], ["install", "--from", "absent"],
                  ["verify", "--json"], ["info", "absent.argosmodel"]):  # fmt: skip
        box.run("models", *words)
    box.copy("tests/data/translate-en_es-tiny.argosmodel", "tiny.argosmodel")
    box.run("models", "info", "tiny.argosmodel")
    box.put("broken.argosmodel", b"PK no")
    box.run("models", "install", "broken.argosmodel")
    box.put("pairs.tsv", "The car is here.\tEl coche está aquí.\nNo tab here.\n")
    box.run("models", "evaluate", "en", "es", "--set", "absent.tsv", "--engine", "echo")
    box.run("models", "evaluate", "en", "es", "--set", "pairs.tsv", "--engine", "echo")


@case("errors")
def _errors(box: Box) -> None:
    box.put("talk.txt", "Good evening. We built a car.\n")
    box.put("empty.txt", "")
    box.put("latin.txt", "Señor, él llegó.\n".encode("latin-1"))
    box.put("zero.txt", b"a\x00b")
    box.put("broken.json", '{"segments": [')
    box.put("other.json", '{"a": 1}')
    box.put("broken.srt", "1\n00:00:01,000 -> 00:00\nHello\n")
    box.put("bad.yml", "version: 1\nterms:\n  - id: a\n    source: Car\n    policy: perhaps\n")
    box.put("terms.jsonl", '{"car": "coche"}\n{"car": 5}\n')
    echo = ("--engine", "echo")
    subtitle = ("subtitle", "talk.txt", *echo)
    for words in (
        ("nonsense",),
        ("subtitle",),
        ("subtitle", "absent.txt"),
        ("subtitle", "empty.txt"),
        ("subtitle", "latin.txt", "--json"),
        ("subtitle", "zero.txt"),
        ("subtitle", "broken.json"),
        ("subtitle", "other.json"),
        (*subtitle, "--to", "tlh"),
        (*subtitle, "--to", "x y"),
        (*subtitle, "--bad-option"),
        (*subtitle, "--fps", "fast"),
        (*subtitle, "--duration", "1:99"),
        (*subtitle, "--max-lines", "9"),
        (*subtitle, "--line-width", "3"),
        (*subtitle, "-g", "bad.yml"),
        (*subtitle, "-g", "absent.yml"),
        (*subtitle, "--default-dollar", "XYZW"),
        (*subtitle, "--default-dollar", "EUR"),
        (*subtitle, "--currency-style", "shell"),
        (*subtitle, "--format", "ass"),
        (*subtitle, "--to", "en"),
        (*subtitle, "--audio", "absent.mp3"),
        (*subtitle, "--text", "absent.txt"),
        (*subtitle, "--text", "talk.txt"),
        (*subtitle, "--lexicon", "absent"),
        (*subtitle, "--from", "de", "--to", "es", "-q"),
        ("subtitle", "talk.txt", "--to", "es", "--engine", "dream"),
        ("subtitle", "talk.txt", "--to", "es", "--engine", "argos"),
        ("subtitle", "talk.txt", "--to", "es", "--engine", "ct2"),
        ("subtitle", "talk.txt", "--to", "es", "--engine", "ct2:absent"),
        ("subtitle", "talk.txt", "--to", "es", "--engine", "libretranslate"),
        ("subtitle", "talk.txt", "--to", "es", "--engine", "echo", "--model", "absent"),
        ("subtitle", "talk.txt", "--to", "es", "--engine", "echo", "--url", "http://127.0.0.1:9"),
        (*subtitle, "--project", "talk.txt"),
        (*subtitle, "--memory", "talk.txt", "--to", "es"),
        (*subtitle, "-o", "talk.txt"),
        (*subtitle, "--report", "absent/report.json"),
        ("translate", "talk.txt", "--to", "es", *echo),
        ("translate", "broken.srt", "--to", "es", *echo),
        ("translate", "broken.srt", *echo),
        ("translate", "absent.srt", "--to", "es", *echo),
        ("translate", "talk.txt", "--to", "es", "--lines", "--terms", "terms.jsonl", *echo),
        ("translate", "talk.txt", "--to", "es", "--lines", "--keep-cues", *echo),
        ("convert", "talk.txt", "--to", "srt"),
        ("convert", "broken.srt"),
        ("convert", "broken.srt", "--to", "vtt"),
        ("check", "talk.txt"),
        ("check", "broken.srt"),
        ("check", "broken.srt", "--language", "es"),
        ("check", "broken.srt", "--language", "es", "--source", "absent.srt"),
        ("timing", "absent.mp3", "talk.txt"),
        ("sync", "absent.srt", "absent.mp3"),
        ("memory", "stats", "absent.db"),
        ("memory", "export", "absent.db", "-o", "a.tmx"),
        ("memory", "import", "new.db", "talk.txt"),
        ("memory", "search", "talk.txt", "a", "--to", "es"),
        ("glossary", "check", "bad.yml"),
        ("glossary", "check", "absent.yml"),
        ("glossary", "diff", "bad.yml"),
        ("glossary", "diff", "HEAD:a.yml", "bad.yml"),
        ("glossary", "export", "bad.yml", "-o", "a.csv"),
        ("glossary", "suggest", "absent.txt"),
        ("glossary", "merge", "bad.yml", "bad.yml", "bad.yml"),
        ("glossary", "apply", "bad.yml", "--project", "p"),
        ("review", "absent"),
        ("review", "."),
        ("project", "status", "absent"),
        ("project", "export", "absent", "--format", "json"),
        ("project", "import", "absent", "talk.txt"),
    ):
        box.run(*words)
    # One that names no path, so that all of its folders may be forbidden ones.
    box.run("subtitle", "-", "--name", "from-stdin", stdin="Good evening.\n")
    box.run("subtitle", "-", "--name", "a/b", stdin="Good evening.\n")


# ---- the sample ---------------------------------------------------------------------


def _courage(box: Box, engine: str) -> None:
    box.copy("media/courage.txt")
    box.copy("glossary.yml")
    everything(box, "courage.txt", engine, *to("es", "ca"), "--bilingual")
    again = ("--engine", "echo", "-o", "again", "--format", "srt", "--format", "vtt")
    box.run("translate", "out/courage.en.srt", *to("es", "ca"), *again, engine=engine)
    box.run("translate", "out/courage.en.vtt", *to("es", "ca"), "--keep-cues", "--engine", "echo",
            "-o", "kept", "--report", "kept.json", engine=engine)  # fmt: skip
    for tag in ("es", "ca"):
        box.run("check", f"out/courage.{tag}.srt", "--source", "out/courage.en.srt",
                "-g", "glossary.yml", "--json")  # fmt: skip
        box.run("check", f"again/courage.{tag}.srt", "--source", "out/courage.en.srt",
                "-g", "glossary.yml")  # fmt: skip
        box.run("check", f"kept/courage.{tag}.vtt", "--source", "out/courage.en.vtt", "--json")


for _engine in ("echo", "steered"):
    case(f"courage-{_engine}", bulk=True, engine=_engine)(_courage)


def _all_languages(box: Box, engine: str) -> None:
    box.put("courage.txt", short_courage(25 if engine == "scripted" else 13))
    box.copy("glossary.yml")
    everything(box, "courage.txt", engine, *to(*others("en")))
    if engine != "scripted":
        return
    box.run("translate", "out/courage.en.srt", *to(*others("en")), "--keep-cues",
            "--engine", "echo", "-o", "kept", "-q", engine=engine)  # fmt: skip
    box.run("translate", "out/courage.en.vtt", *to(*others("en")), "--no-glossary",
            "--engine", "echo", "-o", "again", "-q", engine=engine)  # fmt: skip
    for tag in others("en"):
        box.run("check", f"out/courage.{tag}.srt", "--source", "out/courage.en.srt",
                "-g", "glossary.yml", "--json")  # fmt: skip


for _engine in ("echo", "scripted"):
    case(f"all-languages-{_engine}", bulk=True, engine=_engine)(_all_languages)


@case("options", bulk=True)
def _options(box: Box) -> None:
    box.put("talk.txt", "\n".join(short_courage().splitlines()[10:25]) + (
        "\n\n# Prices\n\nIt cost $5, not US$29,700 or HK$20. It was 170 km/h at 4:13 p.m. on"
        " 1 May 2024, about 55% of 5.4 million miles.\n"))  # fmt: skip
    box.copy("glossary.yml")
    base = ("subtitle", "talk.txt", *to("es", "zh-CN"), "--engine", "echo", "-q")
    for number, more in enumerate((
        ("--bilingual",), ("--fps", "25"), ("--fps", "23.976", "--crlf", "--bom"),
        ("--max-lines", "1"), ("--max-lines", "3", "--line-width", "24"),
        ("--currency-style", "symbol"), ("--currency-style", "code"), ("--currency-style", "name"),
        ("--default-dollar", "CAD"), ("--headings", "drop"), ("--dates", "engine"),
        ("--units", "engine"), ("--duration", "2:30"), ("--format", "vtt", "--no-glossary"),
    )):  # fmt: skip
        box.run(*base, *more, "-o", f"o{number}", engine="scripted")
    box.run("subtitle", "-", "--name", "said", *to("de"), "--engine", "echo", "--json", "-o", "s",
            stdin="Guten Abend. Er kam um 9 Uhr.\n", engine="scripted")  # fmt: skip
    box.run("subtitle", "talk.txt", "--aligner", "estimate")
    # Files that a person has edited are kept.
    (box.here / "o0" / "talk.es.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nMine\n")
    box.run(*base, "-o", "o0", "--bilingual")
    box.run(*base, "-o", "o0", "--bilingual", "--overwrite", engine="scripted")


@case("words-with-times")
def _words(box: Box) -> None:
    words = ["Good", "evening", "ladies", "and", "gentlemen"]
    box.put("talk.json", json.dumps({"language": "en", "segments": [{
        "text": " ".join(words),
        "words": [{"word": w, "start": 1 + n * 0.5, "end": 1.4 + n * 0.5, "score": 0.9}
                  for n, w in enumerate(words)]}]}))  # fmt: skip
    box.put("mine.txt", "Good evening, dear ladies and gentleman!")
    box.put("other.txt", "Nothing of this was ever heard by any machine at all.")
    run = ("subtitle", "talk.json", "--engine", "echo", *to("es", "ja"))
    box.run(*run, "--report", "r.json", engine="scripted")
    box.run(*run, "--text", "mine.txt", "--report", "m.json", "-o", "mine", engine="scripted")
    box.run(*run, "--text", "other.txt")


@case("check-spoilt", bulk=True)
def _spoilt(box: Box) -> None:
    """Subtitles with every fault that a check looks for."""
    box.put("courage.txt", short_courage())
    box.copy("glossary.yml")
    box.run("subtitle", "courage.txt", *to("es", "fr", "zh-CN"), "--engine", "echo", "-q",
            "--format", "srt", engine="scripted")  # fmt: skip
    for tag in ("en", "es", "fr", "zh-CN"):
        text = (box.here / f"courage.{tag}.srt").read_text("utf-8")
        blocks = text.split("\n\n")
        for number, block in enumerate(blocks):
            head, _, body = block.partition("\n")
            times, _, said = body.partition("\n")
            start, _, end = times.partition(" --> ")
            match number % 9:
                case 0:
                    end = f"{start[:-3]}{min(int(start[-3:]) + 90, 999):03}"
                case 1:
                    said = said.replace("\n", " ") + " and so on for much longer than a line is"
                case 2:
                    said = re.sub(r"Xiaomi|Lei Jun|小米|雷军|Beijing|SU7", "somebody", said)
                case 3:
                    said = re.sub(r"\d", lambda d: str((int(d[0]) + 3) % 10), said)
                case 4:
                    end = "00:09:00,000"
                case 5:
                    said = f"{said}\none\ntwo"
                case 6:
                    said = re.sub(r"\d+\S*", "", said)
                case 7:
                    said += " 77 dollars, Xiaomi"
            blocks[number] = f"{head}\n{start} --> {end}\n{said}"
        box.put(f"spoilt.{tag}.srt", "\n\n".join(blocks))
    box.run("check", "spoilt.en.srt", "--fps", "25")
    for tag in ("es", "fr", "zh-CN"):
        source = ("--source", "courage.en.srt", "-g", "glossary.yml")
        box.run("check", f"spoilt.{tag}.srt", *source)
        box.run("check", f"spoilt.{tag}.srt", *source, "--json")
        box.run("check", f"spoilt.{tag}.srt", "--source", "spoilt.en.srt", "--json")


# ---- a project and its memory, there and back ----------------------------------------


_OLD = """\
# Ours
version: 1
source: en
terms:
  - {id: xiaomi, source: Xiaomi, policy: keep}
  - {id: lei-jun, source: Lei Jun, policy: keep}
  - id: board
    source: board
    policy: fixed
    targets:
      es: {term: junta, gender: f}
      fr: {term: conseil, gender: m}
  - {id: phones, source: phones, policy: translate, targets: {es: teléfonos, zh-CN: 手机}}
"""
_NEW = (
    _OLD.replace(
        "source: Xiaomi, policy: keep", "source: Xiaomi, policy: keep, targets: {zh-CN: 小米}"
    )
    .replace("term: junta, gender: f", "term: consejo, gender: m")
    .replace("term: conseil, gender: m", "term: direction, gender: f, forbidden: [conseil]")
    .replace("es: teléfonos", "es: móviles")
    + "  - {id: car, source: car, aliases: [cars], policy: fixed,"
    " targets: {es: coche, fr: voiture, zh-CN: 汽车}}\n"
    "  - {id: madness, source: madness, policy: forbidden, targets: {es: locura}}\n"
)


@case("project-workflow", bulk=True)
def _project(box: Box) -> None:
    box.put("courage.txt", short_courage(13))
    box.put("old.yml", _OLD)
    box.put("new.yml", _NEW)
    job = ("subtitle", "courage.txt", *to("es", "fr", "zh-CN"), "--engine", "echo", "-o", "out",
           "--project", "p", "--memory", "m.db")  # fmt: skip
    box.run(*job, "-g", "old.yml", engine="steered")
    box.run(*job, "-g", "old.yml", engine="steered")
    box.run("project", "status", "p", "--json")
    _import(box, job)
    review = ("new.yml", "--in", "p", "--engine", "echo")
    for kind in ("table", "markdown", "json", "tsv"):
        box.run("glossary", "diff", *review, "--format", kind, engine="scripted")
    box.run("glossary", "diff", "new.yml", "--in", "p", "--no-translate", "--to", "es")
    box.run("glossary", "diff", "old.yml", "new.yml", "--in", "out")
    box.run("glossary", "review", *review, "-o", "review.html", engine="scripted")
    _apply(box, review)
    box.run("memory", "stats", "m.db", "--json")
    box.run("memory", "export", "m.db", "-o", "people.tmx")
    box.run(*job, "-g", "new.yml", "--report", "after.json", engine="scripted")
    box.run("review", "p", "--state", "edited", "--state", "approved", "-o", "edited.html")
    box.run("review", "p", "--to", "fr", "-o", "fr.html", "-q")
    box.run("project", "status", "p")


def _import(box: Box, job: tuple[str, ...]) -> None:
    """What translators change comes back: JSON, XLIFF, a sheet."""
    for kind in ("json", "xliff12", "xliff21", "xlsx"):
        box.run("project", "export", "p", "--format", kind, "--to", "es", "-o", f"x/es.{kind}")
    data = json.loads((box.here / "x" / "es.json").read_text("utf-8"))
    for number, segment in enumerate(_segments(data)):
        if number % 4 == 0:
            segment["target"] = f"Editado {number}. {segment['target']}"
    box.put("back.json", json.dumps(data, ensure_ascii=False))
    box.run("project", "import", "p", "back.json", "--author", "Ana", "--dry-run")
    box.run("project", "import", "p", "back.json", "--author", "Ana", "--json")
    for kind in ("xliff12", "xliff21"):
        text = (box.here / "x" / f"es.{kind}").read_text("utf-8")
        text = re.sub(r"(<target[^>]*>)(?=\w)", r"\1Bien: ", text)
        box.put(f"back.{kind}.xlf", text)
        box.run("project", "import", "p", f"back.{kind}.xlf", "--author", "Eva")
    box.run("project", "import", "p", "x/es.xlsx")
    box.run(*job, "-g", "old.yml", engine="steered")


def _segments(data: Any) -> Iterator[dict[str, Any]]:
    """Whatever has a source and a target, however deep it is."""
    if isinstance(data, dict):
        if isinstance(data.get("target"), str) and data["target"]:
            yield data
        for value in data.values():
            yield from _segments(value)
    elif isinstance(data, list):
        for value in data:
            yield from _segments(value)


def _apply(box: Box, review: tuple[str, ...]) -> None:
    data = json.loads(
        box.run("glossary", "diff", *review, "--format", "json", engine="scripted")
    )  # fmt: skip
    verdicts = ("accept", "reject", "edit", "approve")
    made = []
    for number, item in enumerate(data["items"]):
        verdict = verdicts[number % 4]
        made.append({
            "item": item["id"], "verdict": verdict, "source_hash": item["source_hash"],
            "text_hash": item["text_hash"], "author": "Ana", "date": "2026-10-01T12:00:00Z",
            "reason": "because",
        } | ({"text": f"Mio: {item['text']}"} if verdict == "edit" else {})
          | ({"demands": item["demands"]} if verdict == "reject" else {}))  # fmt: skip
    box.put("decisions.yml", json.dumps({
        "schema": "speechsubs-decisions/1", "project": data["project"], "old": data["old"],
        "new": data["new"], "decisions": made}))  # fmt: skip
    apply = ("glossary", "apply", "decisions.yml", "--project", "p", "-g", "new.yml",
             "--old", "old.yml", "--engine", "echo", "--memory", "m.db")  # fmt: skip
    box.run(*apply, "--dry-run", engine="scripted")
    box.run(*apply, engine="scripted")
    box.run(*apply, engine="scripted")
    box.run("glossary", "diff", *review, engine="scripted")


def _tmx(texts: list[str]) -> str:
    """People's translations of sentences into all languages, as another tool exports them."""
    units = []
    for number, text in enumerate(texts):
        sides = "".join(
            f'<tuv xml:lang="{tag}"><seg>{html.escape(said, quote=False)}</seg></tuv>'
            for tag in LOCALES
            for said in [text if tag == "en" else faithful(tag, text)]
        )
        units.append(f'<tu tuid="{number}">{sides}</tu>')
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n'
        '<header creationtool="x" creationtoolversion="1" segtype="sentence" o-tmf="x"'
        ' adminlang="en" srclang="en" datatype="plaintext"/>\n<body>\n'
        + "\n".join(units)
        + "\n</body>\n</tmx>\n"
    )


@case("memory", bulk=True)
def _memory(box: Box) -> None:
    box.put("courage.txt", short_courage(13))
    box.copy("glossary.yml")
    sentences = [
        "An emergency board meeting was called the same day.",
        "The directors looked at the numbers in silence.",
        "That morning was 16 January 2022.",
        "In a little over 80 days his team visited 12 cities and held more than 300 interviews.",
        "Why not build cars?",
        "It cost $5.",
    ]
    box.put("mine.tmx", _tmx(sentences[:4]))
    box.put("machine.tmx", _tmx(sentences[4:]))
    box.put("broken.tmx", _tmx(sentences)[:300])
    box.run("memory", "import", "m.db", "mine.tmx")
    box.run("memory", "import", "m.db", "machine.tmx", "--state", "machine", "--from", "en")
    box.run("memory", "import", "m.db", "broken.tmx")
    box.run("memory", "import", "m.db", "mine.tmx")
    box.run("memory", "stats", "m.db")
    box.run("memory", "stats", "m.db", "--json")
    box.run("memory", "export", "m.db", "-o", "people.tmx")
    box.run("memory", "export", "m.db", "-o", "all.tmx", "--all")
    box.run("memory", "export", "m.db", "-o", "es.tmx", "--all", "--to", "es")
    box.run("memory", "import", "n.db", "people.tmx", "all.tmx")
    box.run("memory", "export", "n.db", "--all", "-o", "again.tmx")
    asked = "That evening was 17 January 2023."
    box.run("memory", "search", "m.db", asked, "--to", "es", "-g", "glossary.yml")
    box.run("memory", "search", "m.db", asked, "--to", "zh-CN", "--threshold", "30", "--json")
    box.run("memory", "search", "m.db", "Nothing like it", "--to", "es")
    for engine in ("scripted", "echo"):
        box.run("subtitle", "courage.txt", *to("es", "ca", "de", "ja", "ar"), "--engine", "echo",
                "--memory", "m.db", "-o", engine, "--report", f"{engine}.json",
                engine=engine)  # fmt: skip
    box.run("memory", "export", "m.db", "-o", "after.tmx", "--all")
    box.put("lines.txt", "\n".join(sentences) + "\n")
    box.run("translate", "lines.txt", "--lines", "--to", "fr", "--memory", "m.db", "--engine",
            "echo", "--json", engine="scripted")  # fmt: skip
    box.run("translate", "scripted/courage.en.srt", *to("es", "th"), "--memory", "m.db",
            "--engine", "echo", "-o", "t", "--report", "t.json", engine="scripted")  # fmt: skip


@case("golden-project")
def _golden_project(box: Box) -> None:
    for path in sorted((GOLDEN / "exchange" / "project").iterdir()):
        box.copy(path.relative_to(ROOT).as_posix(), f"p/{path.name}")
    box.run("project", "status", "p")
    for kind in ("xliff12", "xliff21", "xlsx", "json", "markdown"):
        box.run("project", "export", "p", "--format", kind, "-o", "out")
    for path in sorted((GOLDEN / "exchange" / "expected").iterdir()):
        if path.suffix in (".xlf", ".json"):
            box.copy(path.relative_to(ROOT).as_posix(), f"in/{path.name}")
            box.run("project", "import", "p", f"in/{path.name}", "--dry-run")
    box.run("project", "export", "p", "--format", "json", "-o", "-")


# ---- glossaries ---------------------------------------------------------------------


@case("glossary")
def _glossary(box: Box) -> None:
    box.copy("glossary.yml")
    box.copy("media/glossary.v2.yml", "new.yml")
    box.copy("media/courage.txt")
    for name in ("glossary.yml", "new.yml"):
        box.run("glossary", "check", name)
        box.run("glossary", "check", name, "--json", "--with", "courage.txt")
    for kind in ("table", "markdown", "json", "tsv"):
        box.run("glossary", "diff", "glossary.yml", "new.yml", "--format", kind)
    box.run("glossary", "diff", "glossary.yml", "glossary.yml")
    box.run("glossary", "diff", "--textconv", "glossary.yml")
    box.run("glossary", "suggest", "courage.txt")
    box.run("glossary", "suggest", "courage.txt", "-g", "new.yml", "--min-count", "2", "--json")
    box.run("glossary", "suggest", "courage.txt", "--write", "found.yml")
    box.run("glossary", "suggest", "courage.txt", "--write", "new.yml", "-g", "new.yml")


@case("glossary-exchange")
def _glossary_exchange(box: Box) -> None:
    sources = {"sample": "glossary.yml", "made": "tests/golden/interchange/export/glossary.yml"}
    for name, place in sources.items():
        box.copy(place, f"{name}.yml")
        kinds = {"csv": "csv", "tsv": "tsv", "xlsx": "xlsx", "tbx": "tbx", "tbx2": "2.tbx",
                 "deepl": "deepl.csv", "omegat": "txt"}  # fmt: skip
        for kind, suffix in kinds.items():
            box.run("glossary", "export", f"{name}.yml", "-o", f"{name}.{suffix}", "--format", kind,
                    *(to("es") if kind in ("deepl", "omegat") else ()))  # fmt: skip
        box.run("glossary", "export", f"{name}.yml", "-o", f"{name}.csv")
        for suffix in ("csv", "tsv", "xlsx", "tbx", "2.tbx"):
            box.run("glossary", "import", f"{name}.back.{suffix}.yml", f"{name}.{suffix}")
    for path in sorted((GOLDEN / "interchange" / "import").iterdir()):
        if path.suffix == ".yml":
            continue
        box.copy(path.relative_to(ROOT).as_posix())
        box.run("glossary", "import", f"new.{path.stem}.yml", path.name, "--target-language", "es")
        box.run("glossary", "import", "made.yml", path.name, "--dry-run", "--json",
                "--target-language", "es", "--prefer", "theirs")  # fmt: skip


@case("glossary-merge")
def _glossary_merge(box: Box) -> None:
    text = (ROOT / "glossary.yml").read_text("utf-8")
    box.put("base.yml", text)
    box.put("theirs.yml", (ROOT / "media" / "glossary.v2.yml").read_text("utf-8"))
    lines = text.splitlines(True)
    box.put("ours.yml", "".join(lines).replace("policy: keep", "policy: translate", 1))
    box.run("glossary", "merge", "base.yml", "ours.yml", "theirs.yml")
    box.run("glossary", "merge", "base.yml", "theirs.yml", "ours.yml", "-o", "merged.yml")
    box.run("glossary", "merge", "base.yml", "base.yml", "theirs.yml", "-q", "-o", "theirs.yml")


@case("glossary-broken")
def _glossary_broken(box: Box) -> None:
    for path in sorted((GOLDEN / "glossary" / "broken").iterdir()):
        box.copy(path.relative_to(ROOT).as_posix())
        box.run("glossary", "check", path.name)


@case("glossary-matching")
def _glossary_matching(box: Box) -> None:
    for folder in sorted((GOLDEN / "glossary" / "match").iterdir()):
        for name in ("glossary.yml", "source.txt"):
            box.copy((folder / name).relative_to(ROOT).as_posix(), f"{folder.name}/{name}")
        box.run("translate", f"{folder.name}/source.txt", "--lines", "--json", "--to", "es", "-g",
                f"{folder.name}/glossary.yml", "--engine", "echo", engine="scripted")  # fmt: skip


# ---- golden texts in all languages ----------------------------------------------------


def _lines(
    box: Box, texts: list[str], source: str, glossary: str, *, every: int, echo: int
) -> None:
    """Sentences to all languages: each takes one in `every`, another one each time."""
    for number, tag in enumerate(others(source)):
        for engine, step in (("scripted", every), ("echo", echo)):
            some = [text for n, text in enumerate(texts) if n % step == number % step]
            box.put("lines.txt", "\n".join(some) + "\n")
            box.run("translate", "lines.txt", "--lines", "--json", "--from", source, "--to", tag,
                    *(("-g", glossary) if glossary else ()), "--engine", "echo",
                    engine=engine)  # fmt: skip


def _amounts(box: Box, code: str) -> None:
    source = {"zh": "zh-CN", "pt": "pt-BR"}.get(code, code)
    texts = column(f"amounts/{code}.tsv", "input")
    _lines(box, texts, source, "", every=3, echo=9)
    blank = "" if code in ("zh", "ja") else " "
    box.put("amounts.txt", "\n\n".join(
        blank.join(texts[at : at + 4]) for at in range(0, len(texts), 4)) + "\n")  # fmt: skip
    target = "es" if source != "es" else "en"
    box.run("subtitle", "amounts.txt", "--from", source, "--to", target, "--engine", "echo",
            "--report", "report.json", engine="scripted")  # fmt: skip


for _path in sorted((GOLDEN / "amounts").glob("*.tsv")):
    case(f"amounts-{_path.stem}", bulk=True, code=_path.stem)(_amounts)


@case("terms", bulk=True)
def _terms(box: Box) -> None:
    for folder in sorted(path for path in (GOLDEN / "terms").iterdir() if path.is_dir()):
        text = (folder / "cases.yml").read_text("utf-8")
        texts = list(dict.fromkeys(re.findall(r"^    text: (.*)$", text, re.MULTILINE)))
        box.copy((folder / "glossary.yml").relative_to(ROOT).as_posix(), f"{folder.name}.yml")
        _lines(box, texts, "en", f"{folder.name}.yml", every=1, echo=4)


@case("units", bulk=True)
def _units(box: Box) -> None:
    _lines(box, [f"In the test it was {said}." for said in column("numbers/units.tsv", "said")],
           "en", "", every=1, echo=3)  # fmt: skip


@case("numbers-checked", bulk=True)
def _numbers(box: Box) -> None:
    with (GOLDEN / "numbers" / "words.tsv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in table:
        pairs.setdefault((row["from"], row["to"]), []).append((row["source"], row["target"]))
    for (source, target), texts in pairs.items():
        for tag, side in ((f"{source}", 0), (f"{target}", 1)):
            box.put(f"{source}-{target}.{tag}.srt", "".join(
                f"{n}\n00:{n:02}:00,000 --> 00:{n:02}:07,000\n{pair[side]}\n\n"
                for n, pair in enumerate(texts, start=1)))  # fmt: skip
        box.run("check", f"{source}-{target}.{target}.srt", "--source",
                f"{source}-{target}.{source}.srt", "--json")  # fmt: skip


def _spoken(box: Box, tag: str) -> None:
    """Texts in one language: as its subtitles, and to two others."""
    code = {"zh-CN": "zh", "pt-BR": "pt"}.get(tag, tag)
    path = GOLDEN / "numbers" / "words.tsv"
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:]]
    texts = [row[3] for row in rows if row[2] == code] + [row[1] for row in rows if row[0] == code]
    units = column("numbers/units.tsv", tag if tag != "en" else "said")
    comma, stop = {"ja": ("、", "。"), "zh-CN": ("，", "。"), "zh-TW": ("，", "。")}.get(
        tag, (", ", ".")
    )
    blank = "" if tag in ("ja", "th", "zh-CN", "zh-TW") else " "
    listed = [comma.join(units[at : at + 3]) + stop for at in range(0, len(units), 3)]
    box.put("talk.txt", "\n\n".join([blank.join(dict.fromkeys(texts)), blank.join(listed)]) + "\n")
    targets = [other for other in ("en", "es", "zh-CN") if other != tag][:2]
    box.run("subtitle", "talk.txt", "--from", tag, *to(*targets), "--engine", "echo",
            "--report", "report.json", engine="scripted")  # fmt: skip


for _tag in LOCALES:
    case(f"spoken-{_tag}", bulk=True, tag=_tag)(_spoken)


def _subtitle(box: Box, topic: str) -> None:
    (path,) = (GOLDEN / "subtitle" / topic).glob("input.*")
    source = path.suffixes[0].lstrip(".")
    box.copy(path.relative_to(ROOT).as_posix(), f"{topic}{path.suffix}")
    box.copy("glossary.yml")
    for engine in ("echo", "scripted"):
        box.run("subtitle", f"{topic}{path.suffix}", "--from", source, *to(*others(source)),
                "--engine", "echo", "-o", engine, "--report", f"{engine}.json",
                engine=engine)  # fmt: skip


for _path in sorted((GOLDEN / "subtitle").iterdir()):
    case(f"subtitle-{_path.name}", bulk=True, topic=_path.name)(_subtitle)


@case("formats", bulk=True)
def _formats(box: Box) -> None:
    for folder in sorted(path for path in (GOLDEN / "formats").iterdir() if path.is_dir()):
        (path,) = folder.glob("input.*")
        name = box.copy(path.relative_to(ROOT).as_posix(), f"{folder.name}{path.suffix}")
        source = "zh-CN" if "chinese" in name else "en"
        job = (name, "--from", source, *to("es", "ja"), "--engine", "echo")
        box.run("subtitle", *job, "-o", "s", "--report", "s.json", engine="scripted")
        if path.suffix not in (".srt", ".vtt"):
            continue
        for kind in ("srt", "vtt"):
            box.run("convert", name, "--to", kind, "-o", f"to-{kind}", "-j", 1)
        box.run("translate", *job, "-o", "t", "--report", "t.json", engine="scripted")
        box.run("translate", *job, "-o", "k", "--keep-cues", engine="scripted")
        box.run("check", name, "--language", source)
    box.run("convert", "-", "--to", "vtt", stdin="1\n00:00:01,000 --> 00:00:02,000\n<i>Hi</i>\n")
    box.run("convert", "-", "--to", "srt", "--crlf", "--bom", stdin=(
        "WEBVTT\n\nNOTE x\n\n00:01.000 --> 00:02.000 align:start\n<v Ann>Hi &amp; bye</v>\n"
    ))  # fmt: skip


# ---- batches ------------------------------------------------------------------------


@case("batch", bulk=True)
def _batch(box: Box) -> None:
    talks = {
        "autumn/one.en.txt": "Good evening, everyone. We built a car in three years.\n",
        "autumn/two.es.txt": "Buenas noches a todos. Construimos un coche en tres años.\n",
        "spring/one.fr.txt": "Bonsoir à tous. Nous avons construit une voiture en trois ans.\n",
        "spring/four.en.txt": "It cost $29,700. Nobody slept for 3 nights.\n",
    }
    for name, text in talks.items():
        box.put(f"talks/{name}", text)
    job = ("subtitle", "talks", "-r", *to("it", "de"), "--engine", "echo", "-o", "subs", "-j", "1")
    box.run(*job, "--dry-run")
    box.run(*job, "--events", "-")
    box.run(*job, "--events", "events.jsonl", "--log", "log.txt", "--report", "report.json")
    box.put("talks/spring/broken.json", '{"segments": [')
    box.put("talks/autumn/one.en.txt", "Good evening, everyone. We built two cars.\n")
    box.run(*job, "--json", engine="scripted")
    box.run(*job, "--no-resume", "--fail-fast", "--exclude", "*.txt")
    box.run(*job, "--include", "*.fr.txt", "--no-resume", "--format", "srt", engine="scripted")
    box.put("jobs.yml", (
        "version: 1\njobs:\n  - talks/autumn/two.es.txt\n  - source: talks/spring/four.en.txt\n"
        "    languages: [es, ca]\n    options: {max-lines: 1, fps: 25}\n"))  # fmt: skip
    box.put("jobs.csv", "source,audio,languages,options\ntalks/autumn/one.en.txt,,es ca,fps=25\n")
    box.put("wrong.yml", "version: 1\njobs:\n  - source: talks/a.txt\n    option: 3\n")
    for name in ("jobs.yml", "jobs.csv", "wrong.yml"):
        box.run("subtitle", name, "--to", "it", "--engine", "echo", "-o", f"{name}.out", "-j", "1",
                engine="scripted")  # fmt: skip
    more = ("-r", "-j", "1")
    box.run("translate", "subs", *more, "--to", "pt-BR", "--include", "*.en.srt", "--engine",
            "echo", "-o", "pt", "--memory", "m.db", engine="scripted")  # fmt: skip
    box.run("translate", "subs", *more, "--to", "pt-BR", "--engine", "echo", "--dry-run")
    box.run("convert", "subs", *more, "--to", "vtt", "--include", "*.srt", "-o", "vtt")
    box.run("check", "subs", *more, "--json")
    box.run("check", "subs", *more)
    box.run("subtitle", "talks", "--to", "it", "--engine", "argos", "-r", "--dry-run", "-j", "1")


# ---- a real engine ------------------------------------------------------------------


@case("apertium", bulk=True)
def _apertium(box: Box) -> None:
    """Depends on what is installed: `test_snapshots` compares it where the same is."""
    if not shutil.which("apertium"):
        pytest.skip("there is no Apertium here")
    box.put("courage.txt", short_courage())
    box.copy("glossary.yml")
    box.run("subtitle", "courage.txt", *to("es", "ca"), "--engine", "apertium", "-o", "out",
            "--report", "report.json")  # fmt: skip
