"""`speechsubs translate`: names of outputs, cues kept, lines one for one, errors with places."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from speechsubs.outputs import LEDGER

Cli = Callable[..., Any]
SCHEMA = Path(__file__).parents[2] / "docs" / "report.schema.json"
SRT = """\
1
00:00:01,000 --> 00:00:03,500
Lei Jun came to the city

2
00:00:04,000 --> 00:00:07,000
and paid $5 million for it.

3
00:00:08,000 --> 00:00:10,000
It was March 30, 2021.
"""
GLOSSARY = "version: 1\nterms:\n  - {id: lei-jun, source: Lei Jun, policy: keep}\n"
ECHO = ("--engine", "echo")
TIMES = ["00:00:01,000 --> 00:00:03,500", "00:00:04,000 --> 00:00:07,000",
         "00:00:08,000 --> 00:00:10,000"]  # fmt: skip


@pytest.fixture
def talk(here: Path) -> Path:
    (here / "talk.en.srt").write_text(SRT, "utf-8")
    return here


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.name != LEDGER)


def times(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if "-->" in line]


# ---- Files --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "options", "expected"),
    [
        ("talk.en.srt", ["--to", "es"], ["talk.es.srt"]),
        ("talk.srt", ["--to", "es"], ["talk.es.srt"]),
        ("talk.en.srt", ["--to", "es", "--to", "zh-CN", "--to", "es"],
         ["talk.es.srt", "talk.zh-CN.srt"]),
        ("talk.en.srt", ["--to", "zh"], ["talk.zh-CN.srt"]),
        ("talk.srt", ["--to", "es", "--format", "vtt", "--format", "srt"],
         ["talk.es.vtt", "talk.es.srt"]),
        # One target is the language of the file: the others are made.
        ("talk.en.srt", ["--to", "en", "--to", "fr"], ["talk.fr.srt"]),
        ("talk.v2.srt", ["--to", "fr"], ["talk.v2.fr.srt"]),
        # The name of the file says less than --from.
        ("talk.de.srt", ["--from", "en", "--to", "es"], ["talk.es.srt"]),
        ("talk.en.srt", ["--to", "es", "-o", "out/deep"], ["out/deep/talk.es.srt"]),
    ],
)  # fmt: skip
def test_names_of_outputs(
    cli: Cli, here: Path, given: str, options: list[str], expected: list[str]
) -> None:
    (here / given).write_text(SRT, "utf-8")
    ran = cli("translate", given, *options, *ECHO)
    assert ran.code in (0, 3)
    assert ran.lines == expected
    assert all((here / name).is_file() for name in expected)


def test_webvtt_stays_webvtt(cli: Cli, here: Path) -> None:
    (here / "talk.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:04.000\nGood evening.\n", "utf-8")
    assert cli("translate", "talk.vtt", "--to", "es", *ECHO).lines == ["talk.es.vtt"]
    assert (here / "talk.es.vtt").read_text("utf-8").startswith("WEBVTT\n")


def test_several_files_go_their_ways(cli: Cli, talk: Path) -> None:
    (talk / "other.es.srt").write_text(SRT, "utf-8")
    ran = cli("translate", "talk.en.srt", "other.es.srt", "talk.en.srt", "--to", "fr", *ECHO)
    assert sorted(ran.lines) == ["other.fr.srt", "talk.fr.srt"]


def test_cues_are_cut_anew_inside_the_same_times(cli: Cli, talk: Path) -> None:
    cli("translate", "talk.en.srt", "--to", "es", *ECHO)
    text = (talk / "talk.es.srt").read_text("utf-8")
    assert "5 millones de dólares" in text.replace("\u00a0", " ").replace("\n", " ")
    assert "30 de marzo de 2021" in text.replace("\u00a0", " ")
    assert times(talk / "talk.es.srt")[0].startswith("00:00:01,000")


def test_keep_cues(cli: Cli, talk: Path) -> None:
    ran = cli("translate", "talk.en.srt", "--to", "es", "--to", "ja", "--keep-cues", *ECHO)
    assert ran.lines == ["talk.es.srt", "talk.ja.srt"]
    for name in ran.lines:
        assert times(talk / name) == TIMES
    blocks = (talk / "talk.es.srt").read_text("utf-8").split("\n\n")
    assert blocks[0].endswith("Lei Jun came to the city")
    assert "millones" in blocks[1]


def test_keep_cues_of_a_note_without_words(cli: Cli, here: Path) -> None:
    (here / "a.srt").write_text(SRT.replace("It was March 30, 2021.", "♪"), "utf-8")
    cli("translate", "a.srt", "--to", "es", "--keep-cues", *ECHO)
    assert times(here / "a.es.srt") == TIMES
    assert (here / "a.es.srt").read_text("utf-8").rstrip().endswith("♪")


def test_glossaries(cli: Cli, talk: Path) -> None:
    def keys(*options: str) -> list[str]:
        data = json.loads(
            cli("translate", "talk.en.srt", "--to", "es", "--json", *ECHO, *options).out
        )
        return [slot["key"] for s in data["files"][0]["sentences"] for slot in s["slots"]]

    (talk / "names.yml").write_text(GLOSSARY, "utf-8")
    assert "lei-jun" not in keys()
    assert "lei-jun" in keys("-g", "names.yml")
    (talk / "glossary.yml").write_text(GLOSSARY, "utf-8")
    assert "lei-jun" in keys()
    assert "lei-jun" not in keys("--no-glossary")


def test_a_glossary_of_another_language_is_mentioned(cli: Cli, here: Path) -> None:
    (here / "talk.zh-CN.srt").write_text(SRT, "utf-8")
    (here / "glossary.yml").write_text(GLOSSARY, "utf-8")
    ran = cli("translate", "talk.zh-CN.srt", "--to", "es", *ECHO)
    assert "glossary-language" in ran.err
    (here / "a.txt").write_text("你好。\n", "utf-8")
    ran = cli("translate", "a.txt", "--from", "zh-CN", "--to", "es", "--lines", *ECHO)
    assert "glossary-language" in ran.err
    assert ran.out == "你好。\n"


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ([], "5 millones de dólares"),
        (["--currency-style", "code"], "5 millones USD"),
        (["--default-dollar", "cad"], "5 millones de dólares canadienses"),
    ],
)
def test_styles_of_amounts(cli: Cli, talk: Path, options: list[str], wanted: str) -> None:
    cli("translate", "talk.en.srt", "--to", "es", *ECHO, *options)
    text = (talk / "talk.es.srt").read_text("utf-8").replace("\u00a0", " ").replace("\n", " ")
    assert wanted in text


@pytest.mark.parametrize("command", ["translate", "subtitle"])
def test_dates_can_be_left_to_the_engine(cli: Cli, talk: Path, command: str) -> None:
    text = {}
    for dates in ("locale", "engine"):
        cli(command, "talk.en.srt", "--to", "es", "--dates", dates, "-o", dates, *ECHO)
        text[dates] = (talk / dates / "talk.es.srt").read_text("utf-8").replace("\u00a0", " ")
    assert "30 de marzo de 2021" in text["locale"]
    assert "March 30, 2021" in text["engine"]


@pytest.mark.parametrize("command", ["translate", "subtitle"])
def test_units_can_be_left_to_the_engine(cli: Cli, talk: Path, command: str) -> None:
    cue = "1\n00:00:01,000 --> 00:00:05,000\nHe drove 170 kilometers at 4:13 p.m. then.\n"
    (talk / "drive.en.srt").write_text(cue, "utf-8")
    text = {}
    for units in ("locale", "engine"):
        cli(command, "drive.en.srt", "--to", "es", "--units", units, "-o", units, *ECHO)
        text[units] = (talk / units / "drive.es.srt").read_text("utf-8").replace("\u00a0", " ")
    assert "170 kilómetros at 16:13" in text["locale"].replace("\n", " ")
    assert "170 kilometers at 4:13 p.m." in text["engine"].replace("\n", " ")


def test_line_ends_and_byte_order_mark(cli: Cli, talk: Path) -> None:
    cli("translate", "talk.en.srt", "--to", "es", "-o", "plain", *ECHO)
    cli("translate", "talk.en.srt", "--to", "es", "-o", "win", "--crlf", "--bom", *ECHO)
    plain = (talk / "plain" / "talk.es.srt").read_bytes()
    windows = (talk / "win" / "talk.es.srt").read_bytes()
    assert windows == b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")


def test_an_edited_file_is_kept(cli: Cli, talk: Path) -> None:
    run = ("translate", "talk.en.srt", "--to", "es", *ECHO)
    cli(*run)
    edited = talk / "talk.es.srt"
    assert cli(*run).lines == ["talk.es.srt"]
    edited.write_text("mine", "utf-8")
    ran = cli(*run)
    assert (ran.code, ran.lines) == (3, ["talk.es.new.srt"])
    assert "edit-kept" in ran.err
    assert edited.read_text("utf-8") == "mine"
    assert json.loads((talk / LEDGER).read_text("utf-8"))["written"].keys() >= {"talk.es.new.srt"}
    assert cli(*run, "--overwrite").lines == ["talk.es.srt"]
    assert edited.read_text("utf-8") != "mine"


def test_the_report(cli: Cli, talk: Path) -> None:
    run = ("translate", "talk.en.srt", "--to", "es", *ECHO)
    ran = cli(*run, "--json", "--report", "r.json")
    data = json.loads(ran.out)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(data)
    assert json.loads((talk / "r.json").read_text("utf-8")) == data
    (file,) = data["files"]
    assert file["written"] == ["talk.es.srt"]
    assert file["exit_code"] == ran.code


def test_quiet(cli: Cli, talk: Path) -> None:
    ran = cli("translate", "talk.en.srt", "--to", "es", "-q", *ECHO)
    assert (ran.out, ran.err) == ("", "")
    assert names(talk) == ["talk.en.srt", "talk.es.srt"]


def test_standard_input(cli: Cli, here: Path) -> None:
    ran = cli("translate", "-", "--to", "es", *ECHO, stdin=SRT)
    assert ran.lines == ["stdin.es.srt"]
    assert times(here / "stdin.es.srt")


def test_exit_codes(cli: Cli, here: Path) -> None:
    fine = "1\n00:00:01,000 --> 00:00:03,000\nLei Jun.\n"
    (here / "fine.srt").write_text(fine, "utf-8")
    (here / "glossary.yml").write_text(GLOSSARY, "utf-8")
    assert cli("translate", "fine.srt", "--to", "es", *ECHO).code == 0
    (here / "copied.srt").write_text(fine.replace("Lei Jun.", "All of it stays here."), "utf-8")
    ran = cli("translate", "copied.srt", "--to", "es", *ECHO)
    assert (ran.code, "untranslated" in ran.err) == (3, True)


@pytest.mark.parametrize(
    ("files", "options", "code", "message"),
    [
        (["nope.srt"], ["--to", "es"], 1, "nope.srt: no such file"),
        (["a.txt"], ["--to", "es"], 1, "a.txt: not a subtitle file: it contains no cues"),
        (["talk.en.srt"], ["--to", "en"], 1, "source and target language are the same"),
        (["talk.en.srt"], [], 2, "--to"),
        ([], ["--to", "es"], 2, "FILES"),
        (["talk.en.srt"], ["--to", "xx-nope"], 2, "unknown language tag"),
        (["talk.en.srt"], ["--to", "es", "--terms", "t.jsonl"], 2, "--terms requires --lines"),
        (["talk.en.srt"], ["--to", "es", "-g", "nope.yml"], 1, "nope.yml"),
        (["talk.en.srt"], ["--to", "es", "--dates", "mine"], 2, "--dates"),
        (["talk.en.srt"], ["--to", "es", "--default-dollar", "EUR"], 2, "EUR"),
        (["talk.en.srt"], ["--to", "es", "--report", "talk.en.srt"], 1, "would replace an input"),
        (["talk.en.srt", "talk.srt"], ["--to", "es"], 1, "two outputs would have the same name"),
        (["a.txt"], ["--to", "es", "--to", "fr", "--lines"], 2, "--lines takes a single --to"),
        (
            ["a.txt"],
            ["--to", "es", "--lines", "--keep-cues"],
            2,
            "--keep-cues cannot be used with --lines",
        ),
        (
            ["a.txt"],
            ["--to", "es", "--lines", "--format", "srt"],
            2,
            "--format cannot be used with --lines",
        ),
        (
            ["a.txt"],
            ["--to", "es", "--lines", "-o", "out"],
            2,
            "--output cannot be used with --lines",
        ),
        (
            ["a.txt"],
            ["--to", "es", "--lines", "--report", "r"],
            2,
            "--report cannot be used with --lines",
        ),
        (["a.txt"], ["--to", "es", "--lines", "--crlf"], 2, "--crlf cannot be used with --lines"),
        (["a.txt"], ["--to", "en", "--lines"], 1, "source and target language are the same"),
        (["nope.txt"], ["--to", "es", "--lines"], 1, "nope.txt: no such file"),
        (["empty.txt"], ["--to", "es", "--lines"], 1, "empty.txt: the file is empty"),
        (["a.txt"], ["--to", "es", "--lines", "--terms", "no.jsonl"], 1, "no.jsonl: no such file"),
    ],
)
def test_errors_say_where_and_what(
    cli: Cli, talk: Path, files: list[str], options: list[str], code: int, message: str
) -> None:
    (talk / "talk.srt").write_text(SRT, "utf-8")
    (talk / "a.txt").write_text("Hello there, all of you.\n", "utf-8")
    (talk / "empty.txt").write_text("", "utf-8")
    before = names(talk)
    ran = cli("translate", *files, *options, *ECHO)
    assert ran.code == code
    assert message in ran.err
    assert ran.out == ""
    assert names(talk) == before


def test_a_bad_file_does_not_take_the_others_with_it(cli: Cli, talk: Path) -> None:
    (talk / "bad.srt").write_text("nothing timed\n", "utf-8")
    ran = cli("translate", "bad.srt", "talk.en.srt", "--to", "es", *ECHO)
    assert ran.code == 1
    assert "bad.srt" in ran.err
    assert ran.lines == ["talk.es.srt"]


def test_a_file_without_text_does_not_take_the_others_with_it(cli: Cli, talk: Path) -> None:
    (talk / "mute.en.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\n\n", "utf-8")
    ran = cli("translate", "mute.en.srt", "talk.en.srt", "--to", "es", *ECHO)
    assert ran.code == 1
    assert "mute.en.srt" in ran.err
    assert ran.lines == ["talk.es.srt"]


# ---- Lines --------------------------------------------------------------------------


def lines(cli: Cli, here: Path, text: str, *options: str, terms: str | None = None) -> Any:
    (here / "a.txt").write_text(text, "utf-8")
    if terms is not None:
        (here / "t.jsonl").write_text(terms, "utf-8")
        options = ("--terms", "t.jsonl", *options)
    return cli("translate", "a.txt", "--to", "es", "--lines", *ECHO, *options)


def test_a_line_out_for_every_line_in(cli: Cli, here: Path) -> None:
    ran = lines(cli, here, "One.\n\n  Two.  \nIt cost $5 million.\n")
    out = ran.out.replace("\u00a0", " ")
    assert out == "One.\n\nTwo.\nIt cost 5 millones de dólares.\n"
    assert ran.code == 0
    assert names(here) == ["a.txt"]


@pytest.mark.parametrize("text", ["One.\r\nTwo.\r\n", "One.\nTwo.", "\ufeffOne.\nTwo.\n"])
def test_every_kind_of_line_end(cli: Cli, here: Path, text: str) -> None:
    assert lines(cli, here, text).out == "One.\nTwo.\n"


def test_lines_of_several_files_and_standard_input(cli: Cli, here: Path) -> None:
    (here / "a.txt").write_text("One.\n", "utf-8")
    ran = cli("translate", "a.txt", "-", "--to", "es", "--lines", *ECHO, stdin="Two.\nThree.\n")
    assert ran.out == "One.\nTwo.\nThree.\n"


def test_terms_for_each_line(cli: Cli, here: Path) -> None:
    ran = lines(
        cli, here, "The board met.\nThe board met.\n\nThe board.\n",
        terms='{"board": "junta"}\n\n{}\n{"board": "placa"}\n',
    )  # fmt: skip
    assert ran.out == "The junta met.\nThe board met.\n\nThe placa.\n"


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ('{"a": "b"}\n{"a": \n', "t.jsonl:2: not valid JSON"),
        ('{"a": "b"}\n["a"]\n', "t.jsonl:2: terms must be an object with string values"),
        ('{"a": 1}\n{}\n', "t.jsonl:1: terms must be an object with string values"),
        ('{"a": null}\n{}\n', "t.jsonl:1: terms must be an object with string values"),
        ("{}\n", "t.jsonl: 1 lines of terms, but 2 lines of text"),
        ("{}\n{}\n{}\n", "t.jsonl: 3 lines of terms, but 2 lines of text"),
        ("{}\n" + "[" * 100_000 + "\n", "t.jsonl:2: not valid JSON"),
        ("{}\n" + "9" * 100_000 + "\n", "t.jsonl:2: "),
        ('{"a": "b\\ud800"}\n{}\n', "t.jsonl:1: "),
        ('{}\n{"a": "b\\nc"}\n', "t.jsonl:2: "),
        ('{}\n{"a\\u001b": "b"}\n', "t.jsonl:2: "),
        ("", "t.jsonl: the file is empty"),
    ],
)
def test_bad_terms_are_named_by_their_line(cli: Cli, here: Path, terms: str, message: str) -> None:
    ran = lines(cli, here, "One.\nTwo.\n", terms=terms)
    assert (ran.code, ran.out) == (1, "")
    assert message in " ".join(ran.err.split())


def test_a_json_object_for_each_line(cli: Cli, here: Path) -> None:
    ran = lines(cli, here, "All of it stays here.\n\nTwo.\n", "--json", terms="{}\n{}\n{}\n")
    found = [json.loads(line) for line in ran.lines]
    assert [item["line"] for item in found] == [1, 2, 3]
    assert [item["text"] for item in found] == ["All of it stays here.", "", "Two."]
    assert [item["rung"] for item in found][1:] == ["blank", "plain"]
    assert {f["code"] for f in found[0]["findings"]} == {"untranslated"}
    assert found[0]["findings"][0]["line"] == 1
    assert all(item["tries"] >= 1 for item in found)
    assert (ran.code, ran.err) == (3, "")
    schema = json.loads(SCHEMA.read_text("utf-8"))
    finding = {"$ref": "#/$defs/finding", "$defs": schema["$defs"]}
    jsonschema.Draft202012Validator(finding).validate(found[0]["findings"][0])


def test_findings_of_lines_go_to_standard_error(cli: Cli, here: Path) -> None:
    ran = lines(cli, here, "One.\nAll of it stays here.\n")
    assert (ran.code, ran.out) == (3, "One.\nAll of it stays here.\n")
    assert "untranslated" in ran.err
    assert "echo" in ran.err
    ran = lines(cli, here, "One.\nAll of it stays here.\n", "-q")
    assert (ran.code, ran.err) == (3, "")


def test_the_glossary_holds_for_lines_too(cli: Cli, here: Path) -> None:
    (here / "glossary.yml").write_text(
        "version: 1\nterms:\n  - {id: b, source: board, policy: fixed, targets: {es: junta}}\n",
        "utf-8",
    )
    assert lines(cli, here, "The board.\n").out == "The junta.\n"
    assert lines(cli, here, "The board.\n", "--no-glossary").out == "The board.\n"
    assert lines(cli, here, "The board.\n", terms='{"board": "placa"}\n').out == "The placa.\n"


def test_dates_and_amounts_of_lines(cli: Cli, here: Path) -> None:
    text = "On March 30, 2021 he paid $5.\n"
    assert "30 de marzo de 2021" in lines(cli, here, text).out.replace("\u00a0", " ")
    ran = lines(cli, here, text, "--dates", "engine", "--currency-style", "code")
    assert "March 30, 2021" in ran.out
    assert "USD" in ran.out


def test_findings_of_lines_name_their_own_file_and_line(cli: Cli, here: Path) -> None:
    (here / "a.txt").write_text("Good evening.\nFine.\n", "utf-8")
    (here / "b.txt").write_text("Fine.\nIt cost ten grand.\n", "utf-8")
    ran = cli("translate", "a.txt", "b.txt", "--to", "es", "--lines", "--engine", "echo")
    assert "b.txt:2: amount-unsure: 'ten grand' is ambiguous and was read as 10000 USD" in ran.err
    assert len(ran.out.splitlines()) == 4
