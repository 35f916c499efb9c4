"""`speechsubs check`: each fault is found, named, and counted in the exit code."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

Cli = Callable[..., Any]
SCHEMA = Path(__file__).parents[2] / "docs" / "report.schema.json"
SOURCE = [(1_000, 4_000, "Lei Jun paid $5 million for the SU7."), (5_000, 8_000, "It was 2021.")]
TARGET = [
    (1_000, 4_000, "Lei Jun pagó 5 millones de dólares\npor el SU7."),
    (5_000, 8_000, "Era 2021."),
]
GLOSSARY = """\
version: 1
terms:
  - {id: lei-jun, source: Lei Jun, policy: keep}
  - {id: su7, source: SU7, policy: keep}
"""


def clock(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1_000 % 60:02},{ms % 1_000:03}"


def write(path: Path, cues: Sequence[tuple[int, int, str]]) -> None:
    blocks = [
        f"{n}\n{clock(start)} --> {clock(end)}\n{text}\n"
        for n, (start, end, text) in enumerate(cues, 1)
    ]
    path.write_text("\n".join(blocks), "utf-8")


@pytest.fixture
def files(here: Path) -> Path:
    write(here / "talk.en.srt", SOURCE)
    write(here / "talk.es.srt", TARGET)
    (here / "g.yml").write_text(GLOSSARY, "utf-8")
    return here


def codes(cli: Cli, *arguments: str) -> tuple[int, list[str]]:
    ran = cli("check", *arguments, "--json")
    data = json.loads(ran.out)
    schema = json.loads(SCHEMA.read_text("utf-8"))
    finding = {"$ref": "#/$defs/finding", "$defs": schema["$defs"]}
    for item in data["findings"]:
        jsonschema.Draft202012Validator(finding).validate(item)
    return ran.code, sorted({item["code"] for item in data["findings"]})


def test_clean_files(cli: Cli, files: Path) -> None:
    ran = cli("check", "talk.en.srt", "talk.es.srt")
    assert (ran.code, ran.out, ran.err) == (0, "", "no findings\n")
    assert codes(cli, "talk.es.srt", "--source", "talk.en.srt", "-g", "g.yml") == (0, [])


@pytest.mark.parametrize(
    ("cues", "expected"),
    [
        ([(1_000, 2_000, "This text is far too long to be read within one second.")],
         ["line-width", "reading-speed"]),
        ([(1_000, 2_000, "Nobody reads this much\nin just one short second.")], ["reading-speed"]),
        ([(1_000, 1_300, "Hi.")], ["min-duration"]),
        ([(1_000, 20_000, "Hi.")], ["max-duration"]),
        ([(1_000, 3_000, "One.\nTwo.\nThree.")], ["lines"]),
        ([(1_000, 3_000, "One."), (3_010, 5_000, "Two.")], ["gap"]),
        ([(1_000, 3_000, "One."), (2_500, 5_000, "Two.")], ["overlap"]),
        ([(1_000, 3_000, "One and two."), (4_000, 6_000, "One and two.")], ["repeated-text"]),
    ],
)  # fmt: skip
def test_each_fault_is_found(
    cli: Cli, here: Path, cues: list[tuple[int, int, str]], expected: list[str]
) -> None:
    write(here / "talk.en.srt", cues)
    assert codes(cli, "talk.en.srt") == (3, expected)


def test_people_get_the_place_and_the_numbers(cli: Cli, here: Path) -> None:
    write(
        here / "talk.en.srt",
        [(61_000, 62_000, "Nobody reads this much\nin just one short second.")],
    )
    ran = cli("check", "talk.en.srt")
    assert ran.code == 3
    assert "warning talk.en.srt, cue 1 at 0:01:01.000: en reading-speed: 47.0 characters" in ran.err
    assert ran.err.endswith("1 warning\n")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("5 millones", "6 millones", ["amount-extra", "amount-missing"]),
        ("dólares", "euros", ["amount-extra", "amount-missing"]),
        ("5 millones", "5.000 millones", ["amount-extra", "amount-missing"]),
        ("Lei Jun", "Él Jun", ["term-missing"]),
        ("SU7", "coche", ["term-missing"]),
        ("2021", "2022", ["number-extra", "number-missing"]),
        ("Era 2021.", "Era entonces.", ["number-missing"]),
    ],
)  # fmt: skip
def test_what_was_changed_against_the_source(
    cli: Cli, files: Path, old: str, new: str, expected: list[str]
) -> None:
    path = files / "talk.es.srt"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    code, found = codes(cli, "talk.es.srt", "--source", "talk.en.srt", "-g", "g.yml")
    assert code == 3
    assert [name for name in found if name != "untranslated"] == expected
    without, _ = codes(cli, "talk.es.srt")
    assert without == 0


def test_languages(cli: Cli, files: Path) -> None:
    (files / "talk.srt").write_bytes((files / "talk.es.srt").read_bytes())
    ran = cli("check", "talk.srt")
    assert ran.code == 1
    assert ran.err == "Error: talk.srt: cannot determine its language. Specify it: --language es\n"
    assert cli("check", "talk.srt", "--language", "es").code == 0
    # A source whose name says nothing is taken for English, as the help says.
    (files / "original.srt").write_bytes((files / "talk.en.srt").read_bytes())
    assert cli("check", "talk.es.srt", "--source", "original.srt", "-g", "g.yml").code == 0


def test_frame_rate(cli: Cli, here: Path) -> None:
    write(here / "talk.en.srt", [(1_000, 3_000, "One."), (3_050, 5_000, "Two.")])
    assert codes(cli, "talk.en.srt", "--fps", "24") == (3, ["gap"])
    assert codes(cli, "talk.en.srt", "--fps", "50") == (0, [])


def test_standard_input(cli: Cli, files: Path) -> None:
    text = (files / "talk.es.srt").read_text("utf-8")
    assert cli("check", "-", "--language", "es", stdin=text).code == 0
    assert cli("check", "-", stdin=text).code == 1


def test_a_good_and_a_bad_file(cli: Cli, files: Path) -> None:
    (files / "talk.txt").write_text("No cues.", "utf-8")
    ran = cli("check", "nope.srt", "talk.txt", "talk.es.srt", "--json")
    assert ran.code == 1
    data = json.loads(ran.out)
    assert data["files"] == ["nope.srt", "talk.txt", "talk.es.srt"]
    assert [e.partition(":")[0] for e in data["errors"]] == ["nope.srt", "talk.txt"]
    assert data["findings"] == []
    assert cli("check", "nope.srt").err == "Error: nope.srt: no such file\n"


@pytest.mark.parametrize("arguments", [("--source", "nope.srt"), ("-g", "nope.yml")])
def test_a_missing_companion(cli: Cli, files: Path, arguments: tuple[str, str]) -> None:
    ran = cli("check", "talk.es.srt", *arguments)
    assert (ran.code, ran.err) == (1, f"Error: {arguments[1]}: no such file\n")


def test_locales(cli: Cli) -> None:
    ran = cli("locales")
    assert ran.code == 0
    assert any(line.startswith("zh-CN") for line in ran.lines)
    data = json.loads(cli("locales", "--json").out)
    assert data["en"]["line_width"] == 42
    assert set(data) >= {"en", "es", "fr", "de", "it", "pt-BR", "ca", "ru", "ar", "zh-CN", "zh-TW",
                         "ja", "ko"}  # fmt: skip
    assert "line_width" in data["de"]["unverified"]


def test_a_number_may_stand_in_another_cue_of_its_sentence(cli: Cli, here: Path) -> None:
    write(
        here / "talk.en.srt",
        [(1_000, 3_000, "After each of the"), (3_100, 5_000, "170 cars he wrote.")],
    )
    write(
        here / "talk.es.srt",
        [(1_000, 3_000, "Tras los 170 coches"), (3_100, 5_000, "él escribía.")],
    )
    assert codes(cli, "talk.es.srt", "--source", "talk.en.srt") == (0, [])


def test_a_fault_is_placed_near_where_it_is(cli: Cli, here: Path) -> None:
    """Also where nobody writes full stops: not the whole film is compared at once."""
    for end in (".", ""):
        cues = [(n * 3_000, n * 3_000 + 2_500, f"The cars were {n}{end}") for n in range(1, 101)]
        write(here / "talk.en.srt", cues)
        cues = [(a, b, t.replace("The cars were", "Los coches eran")) for a, b, t in cues]
        cues[69] = (*cues[69][:2], f"Los coches eran 999{end}")
        write(here / "talk.es.srt", cues)
        ran = cli("check", "talk.es.srt", "--source", "talk.en.srt", "--json")
        found = json.loads(ran.out)["findings"]
        assert {f["code"] for f in found} == {"number-extra", "number-missing"}
        assert all(0 <= 70 - f["cue"] < (1 if end else 16) for f in found)
