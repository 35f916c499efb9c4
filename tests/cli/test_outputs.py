"""What is written where, and what is never replaced."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
TALK = "Good evening, everyone. We built a car in three years.\n"
LEDGER = ".speechsubs.json"


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.name != LEDGER)


@pytest.mark.parametrize(
    ("source", "arguments", "expected"),
    [
        ("courage.txt", [], ["courage.en.srt", "courage.en.vtt"]),
        ("talk.en.txt", [], ["talk.en.srt", "talk.en.vtt"]),
        ("talk.es.txt", [], ["talk.es.srt", "talk.es.vtt"]),
        ("v1.2.md", [], ["v1.2.en.srt", "v1.2.en.vtt"]),
        ("a.b.c.txt", [], ["a.b.c.en.srt", "a.b.c.en.vtt"]),
        ("no-suffix", ["--format", "srt"], ["no-suffix.en.srt"]),
        (".hidden.txt", ["--format", "srt"], [".hidden.en.srt"]),
        ("with space.txt", ["--format", "srt"], ["with space.en.srt"]),
        ("讲话.txt", ["--format", "vtt"], ["讲话.en.vtt"]),
        ("[b]talk[red].txt", ["--format", "vtt"], ["[b]talk[red].en.vtt"]),
        ("-dash.txt", ["--format", "vtt"], ["-dash.en.vtt"]),
        ("c.txt", ["--to", "zh", "--format", "srt"], ["c.en.srt", "c.zh-CN.srt"]),
        ("c.txt", ["--to", "ZH_hant", "--format", "srt"], ["c.en.srt", "c.zh-TW.srt"]),
        ("c.txt", ["--to", "pt", "--format", "srt"], ["c.en.srt", "c.pt-BR.srt"]),
        ("c.txt", ["--to", "es", "--to", "es-MX", "--format", "srt"], ["c.en.srt", "c.es.srt"]),
        ("c.zh-CN.txt", ["--format", "srt"], ["c.zh-CN.srt"]),
        ("c.txt", ["--from", "fr", "--format", "srt"], ["c.fr.srt"]),
        ("c.txt", ["--format", "srt", "--format", "srt"], ["c.en.srt"]),
        ("c.txt", ["--to", "de", "--bilingual", "--format", "srt"],
         ["c.de.srt", "c.en+de.srt", "c.en.srt"]),
    ],
)  # fmt: skip
def test_names(
    cli: Cli, here: Path, source: str, arguments: list[str], expected: list[str]
) -> None:
    (here / source).write_text(TALK, "utf-8")
    ran = cli(
        "subtitle", *arguments, "--engine", "echo", "--no-glossary", "-o", "out", "--", source
    )
    assert ran.code in (0, 3)
    assert names(here / "out") == expected
    assert sorted(ran.lines) == sorted(f"out{os.sep}{name}" for name in expected)


def test_outputs_lie_beside_each_source_by_default(cli: Cli, here: Path) -> None:
    for folder in ("a", "b"):
        (here / folder).mkdir()
        (here / folder / "talk.txt").write_text(TALK, "utf-8")
    assert cli("subtitle", "a/talk.txt", "b/talk.txt").code == 0
    for folder in ("a", "b"):
        assert names(here / folder) == ["talk.en.srt", "talk.en.vtt", "talk.txt"]


def test_missing_folders_are_made(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text(TALK, "utf-8")
    assert cli("subtitle", "talk.txt", "-o", "x/y/z", "--report", "p/q/r.json").code == 0
    assert names(here / "x/y/z") == ["talk.en.srt", "talk.en.vtt"]
    assert names(here / "p/q") == ["r.json"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [(None, "speech.en.srt"), ("courage", "courage.en.srt"), ("talk.es", "talk.es.srt"),
     ("v1.2", "v1.2.en.srt"), ("a b", "a b.en.srt")],
)  # fmt: skip
def test_standard_input(cli: Cli, here: Path, name: str | None, expected: str) -> None:
    given = [] if name is None else ["--name", name]
    ran = cli("subtitle", "-", "--format", "srt", *given, stdin=TALK)
    assert (ran.code, ran.lines) == (0, [expected])
    assert names(here) == [expected]


def test_standard_input_and_files_together(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text(TALK, "utf-8")
    ran = cli("subtitle", "-", "talk.txt", "-", "--format", "srt", stdin=TALK)
    assert ran.lines == ["speech.en.srt", "talk.en.srt"]
    assert cli("subtitle", "-", "talk.txt", "--name", "talk", stdin=TALK).code == 1


@pytest.mark.parametrize("kind", ["srt", "vtt", "json"])
def test_standard_input_is_known_by_its_content(cli: Cli, here: Path, kind: str) -> None:
    text = {
        "srt": "1\n00:00:05,000 --> 00:00:07,000\nGood evening, everyone.\n",
        "vtt": "WEBVTT\n\n00:05.000 --> 00:07.000\nGood evening, everyone.\n",
        "json": json.dumps({"segments": [{"start": 5, "end": 7, "text": "Good evening, everyone.",
                                          "words": []}]}),
    }[kind]  # fmt: skip
    assert cli("subtitle", "-", "--format", "srt", stdin=text).code in (0, 3)
    out = (here / "speech.en.srt").read_text("utf-8")
    assert "00:00:05" in out
    assert "-->" not in "".join(out.splitlines()[2:])
    assert "Good evening, everyone." in out


def test_line_ends_and_byte_order_mark(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text(TALK, "utf-8")
    cli("subtitle", "talk.txt", "-o", "plain")
    cli("subtitle", "talk.txt", "-o", "windows", "--crlf", "--bom")
    for name in ("talk.en.srt", "talk.en.vtt"):
        plain = (here / "plain" / name).read_bytes()
        windows = (here / "windows" / name).read_bytes()
        assert b"\r" not in plain
        assert not plain.startswith(b"\xef\xbb\xbf")
        assert windows == b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")


def test_bilingual_files_stack_both_languages(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text("Good evening, everyone.\n", "utf-8")
    cli("subtitle", "talk.txt", "--to", "es", "--engine", "echo", "--bilingual", "--format", "srt")
    lines = (here / "talk.en+es.srt").read_text("utf-8").splitlines()
    assert lines[0] == "1"
    assert lines[2] == "Good evening, everyone."
    assert len(lines[3]) > 5


def test_quiet_prints_nothing_but_errors(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text(TALK, "utf-8")
    ran = cli("subtitle", "talk.txt", "--to", "es", "--engine", "echo", "-q")
    assert (ran.out, ran.err) == ("", "")
    assert (here / "talk.es.vtt").exists()
    ran = cli("subtitle", "talk.txt", "nope.txt", "-q")
    assert (ran.code, ran.out, ran.err) == (1, "", "Error: nope.txt: no such file\n")


def test_results_go_to_standard_output_and_the_rest_to_standard_error(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text(TALK, "utf-8")
    ran = cli("subtitle", "talk.txt", "--to", "es", "--engine", "echo")
    assert ran.lines == ["talk.en.srt", "talk.en.vtt", "talk.es.srt", "talk.es.vtt"]
    assert "char/s" in ran.err
    assert "echo" in ran.err


def test_a_second_run_replaces_its_own_files(cli: Cli, here: Path) -> None:
    source = here / "talk.txt"
    source.write_text(TALK, "utf-8")
    cli("subtitle", "talk.txt")
    source.write_text("Something else was said.\n", "utf-8")
    ran = cli("subtitle", "talk.txt")
    assert ran.code == 0
    assert "Something else" in (here / "talk.en.srt").read_text("utf-8")
    assert names(here) == ["talk.en.srt", "talk.en.vtt", "talk.txt"]


def test_the_same_run_gives_the_same_bytes(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text(TALK, "utf-8")
    found = []
    for folder in ("one", "two"):
        cli("subtitle", "talk.txt", "--to", "ja", "--engine", "echo", "-o", folder)
        found.append({name: (here / folder / name).read_bytes() for name in names(here / folder)})
    assert found[0] == found[1]


def test_an_edited_file_is_kept(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text(TALK, "utf-8")
    cli("subtitle", "talk.txt", "--format", "srt")
    edited = here / "talk.en.srt"
    edited.write_text(edited.read_text("utf-8").replace("evening", "night"), "utf-8")
    mine = edited.read_bytes()

    ran = cli("subtitle", "talk.txt", "--format", "srt")
    assert ran.code == 3
    assert ran.lines == ["talk.en.new.srt"]
    assert "edit-kept" in ran.err
    assert "talk.en.new.srt" in ran.err
    assert edited.read_bytes() == mine
    assert "evening" in (here / "talk.en.new.srt").read_text("utf-8")

    # Again: the .new file is ours, and is replaced.
    assert cli("subtitle", "talk.txt", "--format", "srt").lines == ["talk.en.new.srt"]
    assert names(here) == ["talk.en.new.srt", "talk.en.srt", "talk.txt"]

    # Unless somebody edited that one too.
    (here / "talk.en.new.srt").write_text("mine as well", "utf-8")
    assert cli("subtitle", "talk.txt", "--format", "srt").lines == ["talk.en.new2.srt"]
    assert (here / "talk.en.new.srt").read_text("utf-8") == "mine as well"
    assert edited.read_bytes() == mine

    ran = cli("subtitle", "talk.txt", "--format", "srt", "--overwrite")
    assert (ran.code, ran.lines) == (0, ["talk.en.srt"])
    assert "evening" in edited.read_text("utf-8")


def test_a_file_that_was_there_before_is_kept(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text(TALK, "utf-8")
    (here / "talk.en.srt").write_text("by hand", "utf-8")
    assert cli("subtitle", "talk.txt", "--format", "srt").code == 3
    assert (here / "talk.en.srt").read_text("utf-8") == "by hand"


@pytest.mark.parametrize(
    "ledger",
    ["", "{", "[]", '{"written": 3}', '{"written": {"talk.en.srt": 1}}', "[" * 100_000, "\udce9"],
    ids=["empty", "half", "list", "number", "no digest", "deep", "no text"],
)
def test_a_broken_ledger_protects_every_file(cli: Cli, here: Path, ledger: str) -> None:
    (here / "talk.txt").write_text(TALK, "utf-8")
    cli("subtitle", "talk.txt", "--format", "srt")
    (here / LEDGER).write_bytes(ledger.encode("utf-8", "surrogateescape"))
    before = (here / "talk.en.srt").read_bytes()
    assert cli("subtitle", "talk.txt", "--format", "srt").code == 3
    assert (here / "talk.en.srt").read_bytes() == before


def test_the_report_lists_what_was_kept(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text(TALK, "utf-8")
    (here / "talk.en.srt").write_text("by hand", "utf-8")
    ran = cli("subtitle", "talk.txt", "--format", "srt", "--json")
    (file,) = json.loads(ran.out)["files"]
    assert ran.code == file["exit_code"] == 3
    assert file["written"] == ["talk.en.new.srt"]
    assert [f["file"] for f in file["findings"] if f["code"] == "edit-kept"] == ["talk.en.srt"]


def test_the_default_glossary_protects_and_can_be_left_out(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text("The SU7 is here.\n", "utf-8")
    (here / "glossary.yml").write_text(
        "version: 1\nterms:\n  - {id: su7, source: SU7, policy: keep}\n", "utf-8"
    )

    def slots(*more: str) -> list[str]:
        data = json.loads(cli("subtitle", "talk.txt", "--json", *more).out)
        return [slot["key"] for slot in data["files"][0]["sentences"][0]["slots"]]

    assert "su7" in slots()
    assert "su7" not in slots("--no-glossary")


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_an_output_keeps_the_permissions_it_had(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text(TALK, "utf-8")
    cli("subtitle", "talk.txt", "--format", "srt")
    (here / "talk.en.srt").chmod(0o640)
    cli("subtitle", "talk.txt", "--format", "srt")
    assert stat.S_IMODE((here / "talk.en.srt").stat().st_mode) == 0o640


def test_limits_can_be_set(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text(TALK * 5, "utf-8")
    ran = cli(
        "subtitle", "talk.txt", "--line-width", "20", "--max-lines", "1", "--fps", "25", "--json"
    )
    (track,) = json.loads(ran.out)["files"][0]["tracks"]
    assert track["limits"]["line_width"] == 20
    assert track["limits"]["max_lines"] == 1
    for cue in track["cues"]:
        assert len(cue["lines"]) == 1
        assert len(cue["lines"][0]) <= 20
        assert cue["start_ms"] % 40 == cue["end_ms"] % 40 == 0


def test_a_style_of_amounts_can_be_chosen(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text("It costs $5 million.\n", "utf-8")
    text = {}
    for style in ("name", "symbol", "code"):
        cli(
            "subtitle",
            "talk.txt",
            "--currency-style",
            style,
            "--default-dollar",
            "cad",
            "-o",
            style,
        )
        text[style] = (here / style / "talk.en.srt").read_text("utf-8").replace("\u00a0", " ")
    assert "5 million Canadian dollars" in text["name"]
    assert "C$5 million" in text["symbol"]
    assert "CAD 5 million" in text["code"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (("subtitle", "talk.txt", "-o", "pipe"), "pipe: cannot be written: it is a named pipe"),
        (("subtitle", "talk.txt", "--report", "pipe"), "it is a named pipe, not a file"),
        (("subtitle", "talk.txt", "--report", "/dev/null"), "it is a device, not a file"),
        (("subtitle", "talk.txt", "--report", "loop"), "loop: cannot be written (Too many levels"),
        (("subtitle", "talk.txt", "-o", "out"), "talk.en.srt: cannot be written: it is a named"),
        (("subtitle", "folder", "-o", "out"), "talk.en.srt: cannot be written: it is a named pipe"),
        (("subtitle", "folder", "--events", "pipe"), "no program is reading from this pipe"),
        (("subtitle", "folder", "--log", "pipe"), "no program is reading from this pipe"),
        (("translate", "talk.en.srt", "--to", "es", "-o", "pipe"), "it is a named pipe"),
        (("convert", "talk.en.srt", "--to", "vtt", "-o", "pipe"), "it is a named pipe"),
        (("sync", "talk.en.srt", "talk.wav", "-o", "pipe.srt"), "it is a named pipe"),
        (("timing", "talk.wav", "talk.txt", "--picture", "pipe"), "it is a named pipe"),
        (("glossary", "suggest", "talk.txt", "--write", "pipe"), "it is a named pipe"),
        (("glossary", "export", "g.yml", "-o", "pipe"), "it is a named pipe"),
        (("glossary", "diff", "g.yml", "g.yml", "-o", "pipe"), "it is a named pipe"),
        (("glossary", "merge", "g.yml", "g.yml", "g.yml", "-o", "pipe"), "it is a named pipe"),
        (("memory", "export", "m.memory", "-o", "pipe"), "it is a named pipe"),
        (("project", "export", "p", "-o", "pipe"), "it is a named pipe"),
        (("review", "p", "-o", "pipe"), "it is a named pipe"),
    ],
)
def test_a_pipe_or_device_is_no_output(
    cli: Cli, here: Path, command: tuple[str, ...], problem: str
) -> None:
    (here / "talk.txt").write_text(TALK, "utf-8")
    (here / "talk.en.srt").write_text("1\n00:00:01,000 --> 00:00:03,000\nHello.\n", "utf-8")
    (here / "folder").mkdir()
    (here / "folder" / "talk.txt").write_text(TALK, "utf-8")
    (here / "out").mkdir()
    for name in ("pipe", "pipe.srt", "out/talk.en.srt"):
        os.mkfifo(here / name)
    (here / "loop").symlink_to("loop")
    ran = cli(*command)
    assert ran.code == 1
    assert problem in ran.err
    assert "internal error" not in ran.err
    assert sorted(p.name for p in here.rglob("*.vtt")) in ([], ["talk.en.vtt"])
    assert not list(here.rglob(".speechsubs.*.*.*"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_events_go_into_a_pipe_that_somebody_reads(cli: Cli, here: Path) -> None:
    (here / "folder").mkdir()
    (here / "folder" / "talk.txt").write_text(TALK, "utf-8")
    os.mkfifo(here / "pipe")
    reader = os.open(here / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert cli("subtitle", "folder", "-o", "out", "--events", "pipe").code == 0
        events = [json.loads(line) for line in os.read(reader, 100_000).splitlines()]
    finally:
        os.close(reader)
    assert [event["event"] for event in events] == ["start", "file", "end"]


# One output, two sources.

ECHO = ("--engine", "echo", "--no-glossary", "--format", "srt")
CUE = "1\n00:00:01,000 --> 00:00:03,000\n{}\n"


def talks(here: Path) -> None:
    for name in ("a", "b"):
        (here / name).mkdir()
        (here / name / "talk.txt").write_text(f"This is the talk of {name}.\n", "utf-8")
        (here / name / "talk.en.srt").write_text(CUE.format(f"Talk of {name}."), "utf-8")
    (here / "b" / "other.txt").write_text("Another talk.\n", "utf-8")
    (here / "b" / "other.en.srt").write_text(CUE.format("Another talk."), "utf-8")


@pytest.mark.parametrize(
    ("command", "suffix", "made"),
    [
        (("subtitle", *ECHO), "txt", "talk.en.srt"),
        (("translate", "--to", "it", *ECHO), "en.srt", "talk.it.srt"),
        (("convert", "--to", "vtt"), "en.srt", "talk.en.vtt"),
    ],
)
@pytest.mark.parametrize("is_batch", [False, True], ids=["plain", "batch"])
def test_in_two_runs_too_one_output_has_one_source(
    cli: Cli, here: Path, command: tuple[str, ...], suffix: str, made: str, is_batch: bool
) -> None:
    talks(here)
    more = ("--jobs", "1") if is_batch else ()
    command = (*command, "-o", "out", *more)
    first, second = f"a/talk.{suffix}", f"b/talk.{suffix}"
    assert cli(command[0], first, *command[1:]).code in (0, 3)
    before = (here / "out" / made).read_bytes()
    ran = cli(command[0], second, f"b/other.{suffix}", *command[1:])
    assert ran.code == 1
    real = os.path.realpath(here / first)
    assert f"{second}: its output out/{made} was made from {real}. Choose another" in ran.err
    assert (here / "out" / made).read_bytes() == before
    # The other file is done, and the first may be done again.
    assert [Path(line).name for line in ran.lines] == [made.replace("talk", "other")]
    assert cli(command[0], first, *command[1:]).code in (0, 3)
    if command[0] != "convert":
        assert cli(command[0], second, *command[1:], "--overwrite").code in (0, 3)
        assert (here / "out" / made).read_bytes() != before


def test_who_has_gone_is_no_other_source(cli: Cli, here: Path) -> None:
    talks(here)
    base = (*ECHO, "-o", "out")
    cli("subtitle", "a/talk.txt", *base)
    (here / "a" / "talk.txt").rename(here / "a" / "speech.txt")
    assert cli("subtitle", "b/talk.txt", *base).code == 0
    assert "talk of b" in (here / "out" / "talk.en.srt").read_text("utf-8")


def test_another_spelling_or_folder_is_the_same_source(cli: Cli, here: Path) -> None:
    talks(here)
    (here / "link").symlink_to("a")
    base = (*ECHO, "-o", "out")
    cli("subtitle", "a/talk.txt", *base)
    for name in ("./a/talk.txt", "b/../a/talk.txt", "link/talk.txt", here / "a" / "talk.txt"):
        assert cli("subtitle", name, *base).code == 0
    # All of it may be moved together.
    (here / "moved").mkdir()
    for name in ("a", "b", "out"):
        (here / name).rename(here / "moved" / name)
    assert cli("subtitle", "moved/a/talk.txt", *ECHO, "-o", "moved/out").code == 0
    assert cli("subtitle", "moved/b/talk.txt", *ECHO, "-o", "moved/out").code == 1


def test_work_on_an_output_goes_on_with_its_source(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text(TALK, "utf-8")
    cli("subtitle", "talk.txt", "--to", "it", *ECHO)
    assert cli("translate", "talk.en.srt", "--to", "it", *ECHO).code in (0, 3)
    assert cli("subtitle", "talk.txt", "--to", "it", *ECHO).code in (0, 3)
    ledger = json.loads((here / LEDGER).read_text("utf-8"))
    assert ledger["sources"] == {"talk.en.srt": "talk.txt", "talk.it.srt": "talk.txt"}


def test_standard_input_is_never_another_source(cli: Cli, here: Path) -> None:
    talks(here)
    for text in ("One.", "Two."):
        ran = cli("subtitle", "-", "--name", "talk", *ECHO, "-o", "out", stdin=text)
        assert ran.code == 0
    assert cli("subtitle", "a/talk.txt", *ECHO, "-o", "out").code == 0


def test_overwrite_keeps_a_copy_of_what_a_person_edited(
    cli: Callable[..., Any], here: Path
) -> None:
    (here / "talk.txt").write_text("Good evening.\n")
    base = ("subtitle", "talk.txt", "--engine", "echo", "--no-glossary", "--format", "srt")
    cli(*base)
    made = (here / "talk.en.srt").read_bytes()
    for number, name in enumerate(["talk.en.edited.srt", "talk.en.edited2.srt"]):
        (here / "talk.en.srt").write_text(f"My words {number}.\n")
        ran = cli(*base, "--overwrite")
        assert "edit-saved" in ran.err
        assert name in ran.err
        assert (here / name).read_text() == f"My words {number}.\n"
        assert (here / "talk.en.srt").read_bytes() == made
    # What speechsubs wrote itself needs no copy.
    before = sorted(path.name for path in here.iterdir())
    cli(*base, "--overwrite")
    assert sorted(path.name for path in here.iterdir()) == before
