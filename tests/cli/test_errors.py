"""What a user can cause is one message: what, where, what to do. Never a traceback."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
TALK = "Good evening, everyone. We built a car in three years.\n"


@pytest.fixture
def talk(here: Path) -> Path:
    path = here / "talk.txt"
    path.write_text(TALK, "utf-8")
    return path


def subtitles(folder: Path) -> list[str]:
    """What was written, temporary files included."""
    return sorted(p.name for p in folder.rglob("*") if p.suffix not in (".txt", ".yml"))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "no such file"),
        (b"", "the file is empty"),
        (b"  \n\n\t \r\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "looks like a PNG image"),
        (b"ab\0cd\0\0\0ef", "NUL bytes"),
        (b"\xff\xfeH\0e", "declared as UTF-16"),
        (bytes(range(1, 32)) * 9, "binary data"),
    ],
)
def test_files_that_are_no_transcript(
    cli: Cli, here: Path, content: bytes | None, problem: str
) -> None:
    if content is not None:
        (here / "a.txt").write_bytes(content)
    ran = cli("subtitle", "a.txt", "-o", "out")
    assert ran.code == 1
    assert ran.out == ""
    assert ran.err.startswith("Error: a.txt: ")
    assert problem in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not (here / "out").exists()


def test_an_empty_folder_is_no_batch(cli: Cli, here: Path) -> None:
    (here / "talks").mkdir()
    ran = cli("subtitle", "talks")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(
        "Error: talks: no matching input files in this folder. Matching files: "
    )
    assert len(ran.err.splitlines()) == 1


def test_a_folder_of_our_own_files_says_so(cli: Cli, here: Path) -> None:
    (here / "a.srt").write_text("1\n00:00:01,000 --> 00:00:03,000\nGood evening.\n", "utf-8")
    assert cli("convert", "a.srt", "--to", "vtt", "-o", "subs").code == 0
    ran = cli("subtitle", "subs", "--to", "es", "--engine", "echo")
    assert ran.code == 1
    assert "files written by speechsubs are skipped unless named explicitly" in ran.err


def test_another_encoding_is_a_finding_and_not_an_error(cli: Cli, here: Path) -> None:
    (here / "a.txt").write_bytes(
        "El niño comió jamón y piña mañana por la mañana.".encode("cp1252")
    )
    ran = cli("subtitle", "a.txt", "--from", "es")
    assert ran.code == 3
    assert "encoding-guessed" in ran.err
    assert "niño comió jamón" in (here / "a.es.srt").read_text("utf-8").replace("\n", " ")


@pytest.mark.parametrize(
    ("tag", "hint"),
    [("zn-CN", "zh-CN"), ("spanish", "es"), ("chinese", "zh-CN"), ("Deutsch", "de"), ("jpn", "ja")],
)
def test_an_unknown_language_is_a_usage_error_with_a_hint(
    cli: Cli, talk: Path, tag: str, hint: str
) -> None:
    ran = cli("subtitle", "talk.txt", "--to", tag)
    assert ran.code == 2
    assert f"unknown language tag '{tag}'" in ran.err
    assert "did you mean" in ran.err
    assert hint in ran.err.partition("did you mean")[2]


@pytest.mark.parametrize("tag", ["", " ", "qqq", "x" * 5_000, "\udce9", "en\0"])
def test_a_tag_that_resembles_nothing(cli: Cli, talk: Path, tag: str) -> None:
    ran = cli("subtitle", "talk.txt", "--to", tag)
    assert ran.code == 2
    assert "unknown language tag" in ran.err


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("terms:\n  - id: a\n   source: b\n", "g.yml:3:4: ", ""),
        ("version: 1\nversion: 1\nterms: []\n", "g.yml:2:1: ", "version"),
        ("version: 1\nterms:\n  - {id: a, source: b, policy: nope}\n", "g.yml:3: ", "policy"),
        ("version: 1\nterms: &a []\n", "g.yml:2:", "anchors"),
        ("terms: []\n", "g.yml:1: ", "version: 1"),
        ("- a\n", "g.yml:1:1: ", "name: value"),
        ("", "g.yml:1:1: ", ""),
    ],
)
def test_a_broken_glossary(
    cli: Cli, here: Path, talk: Path, text: str, where: str, problem: str
) -> None:
    (here / "g.yml").write_text(text, "utf-8")
    ran = cli("subtitle", "talk.txt", "-g", "g.yml")
    assert ran.code == 1
    assert ran.err.startswith(f"Error: {where}")
    assert problem in ran.err
    assert subtitles(here) == []


def test_the_glossary_of_this_folder_is_read_and_its_errors_are_shown(
    cli: Cli, here: Path, talk: Path
) -> None:
    (here / "glossary.yml").write_text("version: 2\nterms: []\n", "utf-8")
    ran = cli("subtitle", "talk.txt")
    assert ran.code == 1
    assert ran.err.startswith("Error: glossary.yml:1: only `version: 1`")
    assert cli("subtitle", "talk.txt", "--no-glossary").code == 0


@pytest.mark.parametrize("command", [("subtitle", "talk.txt"), ("check", "a.en.srt")])
def test_a_missing_glossary(cli: Cli, here: Path, talk: Path, command: tuple[str, ...]) -> None:
    (here / "a.en.srt").write_text("1\n00:00:01,000 --> 00:00:03,000\nHello.\n", "utf-8")
    ran = cli(*command, "-g", "names.yml")
    assert (ran.code, ran.err) == (1, "Error: names.yml: no such file\n")


@pytest.mark.parametrize(
    ("engine", "target", "commands"),
    [
        (
            "auto",
            "es",
            ["speechsubs models install en es", "apt install apertium apertium-eng-spa"],
        ),
        ("auto", "ja", ["speechsubs models install en ja"]),
        ("argos", "zh-TW", ["speechsubs models install en zh-TW"]),
        ("apertium", "ca", ["apt install apertium apertium-eng-cat"]),
        ("apertium", "fr", ["apertium-eng-spa", "apertium-fr-es"]),
        ("apertium", "ja", ["No package is known"]),
    ],
)
def test_a_missing_engine_names_the_commands_that_get_it(
    cli: Cli, here: Path, talk: Path, monkeypatch: pytest.MonkeyPatch,
    engine: str, target: str, commands: list[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("PATH", str(here / "nothing"))
    ran = cli("subtitle", "talk.txt", "--to", target, "--engine", engine)
    assert ran.code == 1
    assert f"en to {target}" in ran.err
    for command in commands:
        assert command in ran.err
    assert subtitles(here) == []


def test_nothing_is_written_when_one_of_two_languages_has_no_engine(
    cli: Cli, here: Path, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(here / "nothing"))
    (here / "b.de.txt").write_text("Guten Abend.", "utf-8")
    assert cli("subtitle", "talk.txt", "b.de.txt", "--to", "es").code == 1
    assert subtitles(here) == []


@pytest.mark.parametrize("folder", ["file", "file/below", "file/far/below"])
@pytest.mark.parametrize("option", ["-o", "--report"])
def test_a_file_stands_where_a_folder_should_be(
    cli: Cli, here: Path, talk: Path, folder: str, option: str
) -> None:
    (here / "file").write_text("mine", "utf-8")
    given = folder if option == "-o" else f"{folder}/report.json"
    ran = cli("subtitle", "talk.txt", option, given)
    assert ran.code == 1
    assert "file is a file" in ran.err
    assert (here / "file").read_text("utf-8") == "mine"
    assert subtitles(here) == ["file"]


def test_a_folder_without_permission(cli: Cli, here: Path, talk: Path) -> None:
    locked = here / "locked"
    locked.mkdir(0o500)
    if os.access(locked, os.W_OK):
        pytest.skip("this user may write anywhere (root), permissions do not stop it")
    ran = cli("subtitle", "talk.txt", "-o", "locked")
    assert ran.code == 1
    assert "is not writable" in ran.err


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("option", ["-o", "--report"])
def test_a_folder_that_cannot_take_files(cli: Cli, here: Path, talk: Path, option: str) -> None:
    # Even root cannot make a file in /proc.
    ran = cli("subtitle", "talk.txt", option, "/proc/self/x")
    assert ran.code == 1
    assert ran.err.splitlines()[-1].startswith("Error: /proc/self")


def test_a_folder_has_the_name_of_an_output(cli: Cli, here: Path, talk: Path) -> None:
    (here / "talk.en.srt").mkdir()
    ran = cli("subtitle", "talk.txt")
    assert (ran.code, ran.err) == (
        1, "Error: talk.en.srt: cannot be written: there is a folder of this name\n",
    )  # fmt: skip
    assert subtitles(here) == ["talk.en.srt"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("subtitle", "talk.en.srt", "--format", "srt"),
        ("subtitle", "talk.en.srt", "--report", "talk.en.srt", "-o", "out"),
        ("subtitle", "talk.en.srt", "--report", "g.yml", "-g", "g.yml", "-o", "out"),
        ("subtitle", "talk.en.srt", "--report", "./sub/../talk.en.srt", "-o", "out"),
        ("convert", "talk.en.srt", "--to", "srt"),
        ("convert", "talk.en.srt", "--to", "srt", "-o", "."),
    ],
)
def test_no_output_replaces_an_input(cli: Cli, here: Path, arguments: tuple[str, ...]) -> None:
    (here / "sub").mkdir()
    for name in ("talk.en.srt", "g.yml"):
        (here / name).write_text("1\n00:00:01,000 --> 00:00:03,000\nHello.\n", "utf-8")
    if "g.yml" in arguments:
        (here / "g.yml").write_text("version: 1\nterms: []\n", "utf-8")
    before = {p.name: p.read_bytes() for p in here.iterdir() if p.is_file()}
    ran = cli(*arguments)
    assert ran.code == 1
    assert "this output would replace an input" in ran.err
    assert {p.name: p.read_bytes() for p in here.iterdir() if p.is_file()} == before
    assert not (here / "out").exists()


@pytest.mark.parametrize(
    ("names", "command"),
    [
        (("a/talk.txt", "b/talk.txt"), ("subtitle", "-o", "out")),
        (("talk.txt", "talk.md"), ("subtitle",)),
        (("talk.en.txt", "talk.txt"), ("subtitle",)),
        (("talk.txt", "./talk.txt", "a/../talk.txt"), ("subtitle",)),
        (("a/talk.vtt", "b/talk.vtt"), ("convert", "--to", "srt", "-o", "out")),
    ],
)
def test_two_inputs_with_one_output_name(
    cli: Cli, here: Path, names: tuple[str, ...], command: tuple[str, ...]
) -> None:
    for name in ("a/x", *names):
        (here / name).parent.mkdir(exist_ok=True)
        text = "WEBVTT\n\n00:01.000 --> 00:03.000\nHello.\n" if name.endswith("vtt") else TALK
        (here / name).write_text(text, "utf-8")
    ran = cli(*command, *names)
    assert ran.code == 1
    assert "two outputs would have the same name" in ran.err
    assert not (here / "out").exists()
    assert list(here.rglob("*.srt")) == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--duration", v) for v in ("0", "-5", "1e3", "nan", "", "x", "1:99:99", "1:60", "٣٠",
                                      "1:2:3:4", "9" * 400, "999999", "12:34,5")),
        *(("--fps", v) for v in ("24.5", "0", "-25", "x", "", "25/1")),
        *(("--line-width", v) for v in ("3", "nan", "inf", "-inf", "x", "1e9", "")),
        *(("--max-lines", v) for v in ("0", "4", "1.5", "x")),
        *(("--default-dollar", v) for v in ("XYZ", "EUR", "", "US")),
        *(("--name", v) for v in ("", ".", "..", "a/b", "../x", "/x", "a\\b", "a\0b", "a:b", " ")),
        ("--format", "ass"), ("--engine", "deepl"), ("--currency-style", "x"), ("--headings", "x"),
        ("--nope", "1"),
    ],
)  # fmt: skip
def test_values_that_make_no_sense_are_usage_errors(
    cli: Cli, here: Path, talk: Path, option: str, value: str
) -> None:
    ran = cli("subtitle", "talk.txt", f"{option}={value}")
    assert ran.code == 2
    assert option in ran.err
    assert ran.err.startswith("Usage: ")
    assert subtitles(here) == []


@pytest.mark.parametrize(
    ("given", "end_ms"), [("10", 10_000), ("1:02", 62_000), ("0:01:02.5", 62_500), ("90", 90_000)]
)
def test_a_duration_is_kept(cli: Cli, here: Path, talk: Path, given: str, end_ms: int) -> None:
    ran = cli("subtitle", "talk.txt", "--duration", given, "--json")
    assert ran.code in (0, 3)
    import json

    last = json.loads(ran.out)["files"][0]["sentences"][-1]
    assert abs(last["end_ms"] - end_ms) <= 1_000


def test_the_source_language_as_target_is_said_and_left_out(
    cli: Cli, here: Path, talk: Path
) -> None:
    ran = cli("subtitle", "talk.txt", "--to", "en")
    assert ran.code == 0
    assert "note: --to en: the sources are already in English" in ran.err
    assert subtitles(here) == [".speechsubs.json", "talk.en.srt", "talk.en.vtt"]
    assert cli("subtitle", "talk.txt", "--to", "en", "-q").err == ""


def test_no_target_only_cuts_and_times_the_source(cli: Cli, here: Path, talk: Path) -> None:
    ran = cli("subtitle", "talk.txt")
    assert ran.code == 0
    assert ran.lines == ["talk.en.srt", "talk.en.vtt"]
    assert "note" not in ran.err


def test_no_source_is_a_usage_error(cli: Cli) -> None:
    ran = cli("subtitle", "--to", "es")
    assert ran.code == 2
    assert "Missing argument" in ran.err


@pytest.mark.parametrize("bad", ["missing.txt", "empty.txt", "head.md"])
def test_a_good_source_is_written_beside_a_bad_one(
    cli: Cli, here: Path, talk: Path, bad: str
) -> None:
    (here / "empty.txt").write_bytes(b"")
    (here / "head.md").write_text("# Only a heading\n", "utf-8")
    ran = cli("subtitle", bad, "talk.txt", "--headings", "drop")
    assert ran.code == 1
    assert ran.lines == ["talk.en.srt", "talk.en.vtt"]
    assert f"Error: {bad}: " in ran.err
    assert (here / "talk.en.srt").exists()
    assert cli("subtitle", bad, "--headings", "drop").code == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_under_standard_output(here: Path, talk: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from speechsubs.cli import main; main()",
        "subtitle",
        "talk.txt",
    ]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=here, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == b"Error: standard output: No space left on device"


@pytest.mark.skipif(os.name == "nt", reason="a shell's way to close standard input")
@pytest.mark.parametrize("command", ["subtitle -", "convert - --to srt", "check -"])
def test_a_closed_standard_input(here: Path, command: str) -> None:
    code = "from speechsubs.cli import main; main()"
    line = f"exec '{sys.executable}' -c '{code}' {command} <&-"
    done = subprocess.run(["sh", "-c", line], capture_output=True, cwd=here, check=False)
    assert done.returncode == 1
    assert done.stderr == b"Error: -: standard input is closed. Specify a file, or pipe text in\n"


def test_a_name_that_is_no_text(shell: Cli, here: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux takes any bytes as a name")
    (here / os.fsdecode(b"caf\xe9.txt")).write_text(TALK, "utf-8")
    command = [sys.executable, "-c", "from speechsubs.cli import main; main()", "subtitle"]
    done = subprocess.run([*command, b"caf\xe9.txt", "--report", "r.json"], capture_output=True,
                          cwd=here, check=False)  # fmt: skip
    assert b"Traceback" not in done.stderr
    assert done.stdout.splitlines() == [b"caf\xe9.en.srt", b"caf\xe9.en.vtt"]
    assert (here / "r.json").read_text("utf-8").startswith("{")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("there", [True, False])
def test_a_name_cannot_command_the_terminal(cli: Cli, here: Path, there: bool) -> None:
    name = "a\x1b[2Jb\nError: c\x07.txt"
    if there:
        (here / name).write_text("From Novice to Racer Looking back, he laughed.", "utf-8")
    ran = cli("subtitle", name)
    assert ran.code == (3 if there else 1)
    assert "a\\x1b[2Jb\\nError: c\\x07.txt" in ran.err
    assert not set(ran.err) & set("\x1b\x07")
    assert not any(line.startswith("Error: c") for line in ran.err.splitlines())


@pytest.mark.parametrize(
    ("report", "problem"),
    [("-", "Use --json to print it"),
     (".speechsubs.json", "this name is reserved for the list of written files"),
     ("out", "there is a folder of this name"),
     ("out/talk.en.srt", "two outputs would have the same name")],
)  # fmt: skip
def test_a_report_has_a_place_of_its_own(
    cli: Cli, here: Path, talk: Path, report: str, problem: str
) -> None:
    (here / "out").mkdir()
    ran = cli("subtitle", "talk.txt", "-o", "out", "--report", report)
    assert ran.code == 1
    assert problem in ran.err
    assert subtitles(here) == ["out"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("subtitel", "Did you mean 'subtitle'?"),
        ("Translate", "Did you mean 'translate'?"),
        ("talk.txt", "Specify a command first: speechsubs subtitle FILE"),
        ("xyzzy", "No such command 'xyzzy'."),
    ],
)
def test_a_misspelt_command_is_guessed(cli: Cli, talk: Path, name: str, problem: str) -> None:
    ran = cli(name, "talk.txt")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.rstrip().endswith(problem)


@pytest.mark.parametrize("value", ["es,fr", "es fr", "es; fr"])
def test_several_languages_in_one_option_say_how_to_write_them(
    cli: Cli, talk: Path, value: str
) -> None:
    ran = cli("subtitle", "talk.txt", "--to", value)
    assert ran.code == 2
    assert "repeat the option for each tag: --to es --to fr" in ran.err
    assert "one tag" not in cli("subtitle", "talk.txt", "--from", value).err


def test_the_name_of_a_language_has_one_suggestion(cli: Cli, talk: Path) -> None:
    assert "did you mean es?" in cli("subtitle", "talk.txt", "--to", "Spanish").err
