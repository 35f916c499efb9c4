"""Many files by one command: what is done, left out, refused, reported."""

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from speechsubs.batch import MANIFEST
from speechsubs.cli.jobs import batch

Cli = Callable[..., Any]
ROOT = Path(__file__).parents[2]
SRT = "1\n00:00:01,000 --> 00:00:03,500\nGood evening, everyone.\n"
TEXTS = {
    "en": "Good evening, everyone. We built a car in three years.\n",
    "es": "Buenas noches a todos. Construimos un coche en tres años.\n",
    "fr": "Bonsoir à tous. Nous avons construit une voiture en trois ans.\n",
}
ECHO = ("--engine", "echo", "--no-glossary", "--format", "srt")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and not p.name.startswith(".")
    }


@pytest.fixture
def talks(here: Path) -> Path:
    for number, (tag, text) in enumerate([*TEXTS.items()] * 2):
        path = here / "talks" / ("spring" if number % 2 else "autumn") / f"talk{number}.{tag}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text.strip()} {number}.\n", "utf-8")
    return here / "talks"


def events(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_tree_of_three_languages_with_a_broken_file(cli: Cli, here: Path, talks: Path) -> None:
    (talks / "spring" / "broken.json").write_text('{"segments": [', "utf-8")
    ran = cli("subtitle", "talks", "-r", "--to", "it", *ECHO, "-o", "subs")
    assert ran.code == 1
    assert "1 file failed" in ran.err
    assert "Error: talks/spring/broken.json:1:15: not valid JSON" in ran.err
    assert "6 files done, 1 failed" in ran.err
    found = contents(here / "subs")
    assert sorted(found) == sorted(ran.out.replace("subs/", "").splitlines())
    assert len(found) == 12
    assert "autumn/talk0.en.srt" in found
    assert "spring/talk1.it.srt" in found

    (talks / "spring" / "broken.json").unlink()
    again = cli("subtitle", "talks", "-r", "--to", "it", *ECHO, "-o", "subs")
    # The outputs still have their findings, and so has the exit code.
    assert again.code == 3
    assert again.out == ""
    assert "0 files done, 6 unchanged" in again.err
    assert contents(here / "subs") == found


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_the_bytes_are_those_of_single_runs(cli: Cli, here: Path, talks: Path, jobs: int) -> None:
    for path in talks.rglob("*.txt"):
        folder = here / "single" / path.parent.name
        cli("subtitle", path, "--to", "it", "--to", "de", *ECHO, "-o", folder, "--bilingual")
    cli("subtitle", talks, "-r", "--to", "it", "--to", "de", *ECHO, "-o", "many", "--bilingual",
        "--jobs", jobs)  # fmt: skip
    assert contents(here / "many") == contents(here / "single")
    assert len(contents(here / "many")) == 30


@pytest.mark.parametrize("jobs", [1, 3])
def test_translate_convert_and_check_too(cli: Cli, here: Path, jobs: int) -> None:
    for name in ("a/x.en.srt", "a/b/y.en.srt", "z.es.srt"):
        path = here / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SRT, "utf-8")
    more = ("-r", "-j", jobs)
    ran = cli("translate", "in", *more, "--to", "de", "--engine", "echo", "-o", "out")
    assert ran.code == 0
    assert sorted(contents(here / "out")) == ["a/b/y.de.srt", "a/x.de.srt", "z.de.srt"]
    ran = cli("convert", "in", *more, "--to", "vtt", "-o", "vtt")
    assert (ran.code, len(ran.lines)) == (0, 3)
    assert (here / "vtt/a/b/y.en.vtt").read_text("utf-8").startswith("WEBVTT")
    assert cli("convert", "in", *more, "--to", "vtt", "-o", "vtt").lines == []
    ran = cli("check", "in", *more)
    assert (ran.code, ran.out) == (0, "")
    assert "3 files done" in ran.err
    assert not (here / "in" / MANIFEST).exists()
    data = json.loads(cli("check", "in", *more, "--json").out)
    assert sorted(data["files"]) == ["in/a/b/y.en.srt", "in/a/x.en.srt", "in/z.es.srt"]
    assert data["errors"] == []


def test_translating_in_place_takes_what_is_no_output_of_its_own(cli: Cli, here: Path) -> None:
    (here / "subs").mkdir()
    (here / "subs" / "talk.en.srt").write_text(SRT, "utf-8")
    arguments = ("translate", "subs", "--to", "de", "--engine", "echo")
    assert cli(*arguments).lines == ["subs/talk.de.srt"]
    assert "0 files done, 1 unchanged" in cli(*arguments).err
    # Beside its outputs a transcript is found once, and they are not found at all.
    (here / "talks").mkdir()
    (here / "talks" / "one.en.txt").write_text(TEXTS["en"], "utf-8")
    for expected in (2, 0):
        assert len(cli("subtitle", "talks", "--to", "it", *ECHO).lines) == expected


# What is left out, and why not.


def test_only_what_changed_is_done_again(cli: Cli, here: Path, talks: Path) -> None:
    base = ("subtitle", "talks", "-r", *ECHO[:2], "--format", "srt", "-o", "subs")

    def done(*more: str) -> list[str]:
        return sorted(cli(*base, *more).lines)

    glossary = here / "glossary.yml"
    glossary.write_text("version: 1\nterms: []\n", "utf-8")
    everything = done("--to", "it")
    assert len(everything) == 12
    assert done("--to", "it") == []
    # One more language: only that.
    assert all(name.endswith(".de.srt") for name in done("--to", "it", "--to", "de"))
    assert done("--to", "it", "--to", "de") == []
    assert done("--to", "it") == []
    # One source.
    path = talks / "autumn" / "talk0.en.txt"
    path.write_text("Something else was said.\n", "utf-8")
    assert done("--to", "it") == ["subs/autumn/talk0.en.srt", "subs/autumn/talk0.it.srt"]
    # A date alone changes nothing.
    os.utime(path, (1, 1))
    assert done("--to", "it") == []
    # An output that is gone: only its language.
    (here / "subs/spring/talk1.it.srt").unlink()
    assert done("--to", "it") == ["subs/spring/talk1.it.srt"]
    # The glossary, for all; its notes for none.
    glossary.write_text("version: 1\nterms:\n  - {id: car, source: Car, policy: keep}\n", "utf-8")
    assert len(done("--to", "it")) == 12
    glossary.write_text(
        "version: 1\nterms:\n  - {id: car, source: Car, policy: keep, note: hm}\n", "utf-8"
    )
    assert done("--to", "it") == []
    # Options, and the wish itself.
    assert len(done("--to", "it", "--max-lines", "1")) == 12
    assert len(done("--to", "it", "--max-lines", "1", "--no-resume")) == 12


def test_another_model_is_another_output(
    cli: Cli, here: Path, talks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from speechsubs.engines.echo import EchoEngine

    arguments = ("subtitle", "talks", "-r", "--to", "it", *ECHO, "-o", "subs")
    cli(*arguments)
    before = EchoEngine.__init__

    def newer(self: EchoEngine, *given: Any, **more: Any) -> None:
        before(self, *given, **more)
        self.signature = "echo 2"

    monkeypatch.setattr(EchoEngine, "__init__", newer)
    ran = cli(*arguments, "--dry-run")
    assert ran.err.count("engine or model changed") == 6
    assert {name.rpartition(".it")[1] for name in cli(*arguments).lines} == {".it"}


def test_an_edited_output_is_never_overwritten(cli: Cli, here: Path, talks: Path) -> None:
    arguments = ("subtitle", "talks", "-r", "--to", "it", *ECHO, "-o", "subs")
    cli(*arguments)
    edited = here / "subs/autumn/talk0.it.srt"
    edited.write_text("by hand", "utf-8")
    assert cli(*arguments).lines == []
    (talks / "autumn/talk0.en.txt").write_text("Something else was said.\n", "utf-8")
    ran = cli(*arguments)
    assert ran.lines == ["subs/autumn/talk0.en.srt", "subs/autumn/talk0.it.new.srt"]
    assert "edit-kept" in ran.err
    assert edited.read_text("utf-8") == "by hand"
    # The new version was taken into the file by hand: that is an end of it.
    (here / "subs/autumn/talk0.it.new.srt").unlink()
    assert cli(*arguments).lines == []
    assert len(cli(*arguments, "--overwrite").lines) == 12
    assert "by hand" not in edited.read_text("utf-8")


def test_a_damaged_manifest_only_costs_time(cli: Cli, here: Path, talks: Path) -> None:
    arguments = ("subtitle", "talks", "-r", *ECHO, "-o", "subs")
    cli(*arguments)
    path = here / "subs" / MANIFEST
    before, data = contents(here / "subs"), path.read_bytes()
    lines = data.splitlines(keepends=True)
    cut, some = b"".join(lines[:-1])[:-30], b"\0" * 50 + b"\n" + b"".join(lines[:3])
    other = data.replace(b'"parts":{', b'"parts":[{')
    for damage in (cut, some, b"[" * 9_000, other, b"\xff\xfe"):
        path.write_bytes(damage)
        ran = cli(*arguments)
        assert ran.code == 0
        assert 0 < len(ran.lines) <= 6
        assert contents(here / "subs") == before
        assert cli(*arguments).lines == []


# What is refused.


def test_outputs_that_would_be_one_file(cli: Cli, here: Path) -> None:
    (here / "in").mkdir()
    for name in ("talk.txt", "talk.md", "other.en.txt", "other.es.txt"):
        (here / "in" / name).write_text(TEXTS["en"], "utf-8")
    ran = cli("subtitle", "in", "--to", "es", *ECHO, "-o", "out", "-q")
    assert ran.code == 1
    assert "in/talk.txt: its output out/talk.en.srt is also an output of in/talk.md" in ran.err
    assert (
        "in/other.es.txt: its output out/other.es.srt is also an output of in/other.en.txt"
        in ran.err
    )
    assert sorted(contents(here / "out")) == [
        "other.en.srt", "other.es.srt", "talk.en.srt", "talk.es.srt",
    ]  # fmt: skip


def test_an_output_never_replaces_an_input(cli: Cli, here: Path) -> None:
    (here / "in").mkdir()
    (here / "in" / "talk.txt").write_text(TEXTS["en"], "utf-8")
    (here / "in" / "talk.en.srt").write_text(SRT, "utf-8")
    ran = cli("subtitle", "in", *ECHO, "-q")
    assert ran.code == 1
    assert "in/talk.en.srt: its output in/talk.en.srt would replace itself" in ran.err
    assert "in/talk.txt: its output in/talk.en.srt would replace the input in/talk.en" in ran.err
    assert (here / "in" / "talk.en.srt").read_text("utf-8") == SRT
    ran = cli("convert", "in/talk.en.srt", "--to", "srt", "-j", "1")
    assert "would replace itself" in ran.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--audio", "a.mp3"), "--audio (use a manifest with a recording for each file)"),
        (("--text", "a.txt"), "--text cannot be used in a batch"),
        (("--project", "p"), "--project cannot be used in a batch"),
        (("-",), "standard input cannot be used in a batch"),
        (("--watch", "--dry-run"), "--watch and --dry-run cannot be combined"),
        (("--events", "-", "--json"), "both write to standard output"),
        (("--jobs", "0"), "--jobs"),
    ],
)
def test_what_does_not_go_with_a_batch(
    cli: Cli, talks: Path, arguments: tuple[str, ...], message: str
) -> None:
    ran = cli("subtitle", "talks", *arguments)
    assert ran.code == 2
    assert message in ran.err


def test_lines_are_no_batch(cli: Cli, here: Path) -> None:
    (here / "a.txt").write_text("Hello.\n", "utf-8")
    arguments = ("translate", "a.txt", "--to", "es", "--lines", "--engine", "echo")
    assert cli(*arguments).out == "Hello.\n"
    assert cli(*arguments, "--jobs", "2").code == 2
    assert cli("translate", "a.txt", "--engine", "echo").code == 2


def test_a_few_files_are_no_batch_and_many_are_one(cli: Cli, here: Path) -> None:
    names = [f"{n}.txt" for n in range(batch.FEW + 1)]
    for name in names:
        (here / name).write_text(TEXTS["en"], "utf-8")
    assert "char/s" in cli("subtitle", *names[:-1], *ECHO).err
    assert not (here / MANIFEST).exists()
    assert "11 files done" in cli("subtitle", *names, *ECHO).err
    assert (here / MANIFEST).exists()
    # Who wants everything at once in a report goes on getting it.
    assert len(json.loads(cli("subtitle", *names, *ECHO, "--json").out)["files"][0]["tracks"]) == 1


# What is said of it.


def test_a_dry_run_writes_nothing_and_estimates(cli: Cli, here: Path, talks: Path) -> None:
    arguments = ("subtitle", "talks", "nope.txt", "-r", "--to", "it", *ECHO, "-o", "subs")
    ran = cli(*arguments, "--dry-run")
    assert ran.code == 1
    assert not (here / "subs").exists()
    assert ran.err.count("\ndo ") + ran.err.startswith("do ") == 6
    assert "refuse nope.txt: no such file" in ran.err
    assert "6 to do" in ran.err.replace("files ", "")
    assert "Time: no estimate until a first batch has run here." in ran.err
    cli(*arguments)
    (talks / "spring" / "talk9.en.txt").write_text(TEXTS["en"], "utf-8")
    before = contents(here)
    ran = cli(*arguments, "--dry-run")
    assert "1 file to do, 6 unchanged, 1 refused. Nothing was written." in ran.err
    assert "estimated from 6 files processed here before" in ran.err
    assert contents(here) == before
    data = json.loads(cli(*arguments, "--dry-run", "--json").out)
    assert [item["source"] for item in data["todo"]] == ["talks/spring/talk9.en.txt"]
    assert data["estimate_s"] >= 0
    assert len(data["unchanged"]) == 6


def test_a_dry_run_looks_into_files_and_for_engines(cli: Cli, here: Path, talks: Path) -> None:
    (talks / "broken.json").write_text("{", "utf-8")
    ran = cli("subtitle", "talks", "-r", "--to", "ja", "--engine", "apertium", "--dry-run")
    assert ran.code == 1
    assert "refuse talks/broken.json:1:2: not valid JSON" in ran.err
    assert "refuse talks/autumn/talk0.en.txt: no Apertium pair for English to Japanese" in ran.err
    assert "0 files to do, 0 unchanged, 7 refused" in ran.err


def test_events_are_as_their_schema_says(cli: Cli, here: Path, talks: Path) -> None:
    schema = json.loads((ROOT / "docs" / "batch-events.schema.json").read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    (talks / "broken.json").write_text("{", "utf-8")
    base = ("subtitle", "talks", "nope.txt", "-r", "--to", "it", *ECHO, "-o", "subs")
    cli(*base, "--events", "events.jsonl", "--dry-run")
    cli(*base, "--events", "events.jsonl")
    cli(*base, "--events", "events.jsonl")
    found = events(here / "events.jsonl")
    for event in found:
        validator.validate(event)
    kinds = [event["event"] for event in found]
    assert kinds.count("start") == 3
    assert kinds.count("end") == 2
    assert [e["state"] for e in found if e["event"] == "file"].count("unchanged") == 6
    assert {"refused", "plan"} & set(kinds) == {"plan"}
    ends = [event for event in found if event["event"] == "end"]
    assert [(e["done"], e["unchanged"], e["failed"]) for e in ends] == [(6, 0, 2), (0, 6, 2)]
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**found[0], "surprise": 1})
    ran = cli(*base, "--events", "-")
    assert [json.loads(line)["event"] for line in ran.lines][-1] == "end"


def test_a_log_and_a_summary_for_programs(cli: Cli, here: Path, talks: Path) -> None:
    base = ("subtitle", "talks", "-r", "--to", "it", *ECHO, "-o", "subs")
    ran = cli(*base, "--log", "logs/run.txt", "--json")
    data = json.loads(ran.out)
    assert (ran.code, data["exit_code"], data["done"]) == (3, 3, 6)
    assert {file["state"] for file in data["files"]} == {"done"}
    assert all(Path(name).exists() for file in data["files"] for name in file["written"])
    lines = (here / "logs/run.txt").read_text("utf-8").splitlines()
    assert " start: subtitle, 6 to do" in lines[0]
    assert " end: 6 files done" in lines[-1]
    assert sum(" done: " in line for line in lines) == 6
    assert sum(" warning: " in line for line in lines) > 0
    ran = cli(*base, "--report", "r.json", "-q")
    assert (ran.out, ran.err) == ("", "")
    assert json.loads((here / "r.json").read_text("utf-8"))["unchanged"] == 6
    assert cli(*base, "--log", "x", "--events", "x").code == 1


def test_one_reason_of_many_failures_is_one_line(cli: Cli, talks: Path) -> None:
    ran = cli("subtitle", "talks", "-r", "--to", "ja", "--engine", "apertium", "-o", "s")
    assert ran.code == 1
    assert ran.err.count("English to Japanese") == 1
    assert "(and 1 file more)" in ran.err


def test_fail_fast(cli: Cli, here: Path, talks: Path) -> None:
    (talks / "autumn" / "aaa.json").write_text("{", "utf-8")
    base = ("subtitle", "talks", "-r", *ECHO, "-o", "subs", "--jobs", "1")
    ran = cli(*base, "--fail-fast")
    assert ran.code == 1
    assert "Stopped: a file failed (--fail-fast)." in ran.err
    assert "Finished files are complete. Run the same command again to resume." in ran.err
    assert cli("subtitle", "talks", "nope", "-r", "--fail-fast", "-o", "other").code == 1
    assert contents(here / "other") == {}


# Manifests.


def test_a_manifest_with_options_for_each_row(cli: Cli, here: Path) -> None:
    (here / "work" / "talks").mkdir(parents=True)
    for name in ("a.txt", "b.txt"):
        (here / "work" / "talks" / name).write_text(TEXTS["en"] * 3, "utf-8")
    (here / "work" / "jobs.yml").write_text(
        "version: 1\n"
        "jobs:\n"
        "  - talks/a.txt\n"
        "  - source: talks/b.txt\n"
        "    languages: [de, fr]\n"
        "    options: {max-lines: 1, line-width: 20, format: vtt, bilingual: yes}\n",
        "utf-8",
    )
    ran = cli("subtitle", "work/jobs.yml", "--to", "it", *ECHO, "-o", "out")
    assert ran.code == 3
    assert sorted(contents(here / "out")) == [
        "talks/a.en.srt", "talks/a.it.srt", "talks/b.de.vtt", "talks/b.en+de.vtt",
        "talks/b.en+fr.vtt", "talks/b.en.vtt", "talks/b.fr.vtt",
    ]  # fmt: skip
    text = (here / "out/talks/b.de.vtt").read_text("utf-8")
    assert all(len(line) <= 20 or "-->" in line for line in text.splitlines())
    assert cli("subtitle", "work/jobs.yml", "--to", "it", *ECHO, "-o", "out").lines == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("max-lines=9", "jobs.csv:2: option max-lines: 9 is not in the range"),
        ("fps=26", "jobs.csv:2: option fps: unsupported frame rate '26'"),
        ("max-line=2", "jobs.csv:2: unknown job option 'max-line'. Did you mean max-lines"),
        ("from=xx", "jobs.csv:2: option from: unknown language tag"),
        ("bilingual=maybe", "jobs.csv:2: option bilingual: expected yes or no, not 'maybe'"),
        ("max-lines", "jobs.csv:2: option max-lines: a value is required"),
        ("output=x", "jobs.csv:2: unknown job option 'output'"),
    ],
)
def test_wrong_options_of_a_row(cli: Cli, here: Path, options: str, message: str) -> None:
    (here / "a.txt").write_text(TEXTS["en"], "utf-8")
    (here / "jobs.csv").write_text(f"source,options\na.txt,{options}\n", "utf-8")
    ran = cli("subtitle", "jobs.csv")
    assert ran.code == 1
    assert message in ran.err


def test_wrong_languages_and_recordings_of_a_row(cli: Cli, here: Path) -> None:
    (here / "a.srt").write_text(SRT, "utf-8")
    (here / "jobs.csv").write_text("source,languages\na.srt,esp\n", "utf-8")
    assert "jobs.csv:2: unknown language tag 'esp'" in cli("translate", "jobs.csv").err
    (here / "jobs.csv").write_text("source,audio\na.srt,a.mp3\n", "utf-8")
    assert (
        "audio is only supported by `subtitle`, not"
        in cli("convert", "jobs.csv", "--to", "vtt").err
    )
    assert "a.mp3: no such file" in cli("subtitle", "jobs.csv").err
    (here / "jobs.csv").write_text("source\na.srt\n", "utf-8")
    assert "Missing option '--to'" in cli("translate", "jobs.csv").err


# Watching.


def test_watching_takes_files_that_have_been_still(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import signal

    from speechsubs.batch import watch

    monkeypatch.setattr(watch, "STILL_S", 0.2)
    monkeypatch.setattr(watch, "EVERY_S", 0.05)
    (here / "in").mkdir()
    (here / "in" / "one.txt").write_text(TEXTS["en"], "utf-8")

    def drop() -> None:
        deadline = time.monotonic() + 60
        while not (here / "out" / "one.en.srt").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        (here / "in" / "sub").mkdir()
        (here / "in" / "empty.txt").write_bytes(b"")
        (here / "in" / "sub" / "two.txt").write_text(TEXTS["en"], "utf-8")
        while not (here / "out/sub/two.en.srt").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=drop)
    thread.start()
    ran = cli("subtitle", "in", "-r", *ECHO, "-o", "out", "--watch", "--events", "e.jsonl")
    thread.join()
    assert ran.code == 0
    assert sorted(contents(here / "out")) == ["one.en.srt", "sub/two.en.srt"]
    assert "watching in; stop with Ctrl-C" in ran.err
    assert "Aborted" not in ran.err
    assert events(here / "e.jsonl")[-1]["done"] == 2
    assert cli("subtitle", "x.txt", "--watch").code == 2
