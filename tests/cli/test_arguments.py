"""Click's values as typed arguments and options."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from speechsubs.cli import arguments
from speechsubs.cli.arguments import BatchArguments, Parameters
from speechsubs.language import locales
from speechsubs.options import Options


def options(command: str, **values: Any) -> Options:
    return Parameters(command, values).options()


def test_what_was_not_given_is_as_options_have_it() -> None:
    assert options("check") == Options()
    assert options("subtitle", currency_style=None, kinds=(), duration=None) == Options()


def test_values_become_options() -> None:
    found = options(
        "subtitle",
        source_locale=locales.load("de"),
        terms=Path("names.yml"),
        no_glossary=False,
        headings="drop",
        duration=1_000,
        fps=Fraction(25),
        kinds=("vtt",),
    )
    assert found == Options(
        language="de",
        glossary="names.yml",
        headings=False,
        duration_ms=1_000,
        fps=Fraction(25),
        kinds=("vtt",),
    )


def test_only_commands_that_can_leave_it_out_take_the_glossary_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("glossary.yml").touch()
    assert options("check", terms=None).glossary == ""
    assert options("subtitle", terms=None, no_glossary=False).glossary == "glossary.yml"
    assert options("subtitle", terms=Path("a.yml"), no_glossary=True).glossary == ""


@pytest.mark.parametrize(
    ("given", "named"),
    [({}, False), ({"resume": False}, True), ({"jobs": 1}, True), ({"events": ""}, False)],
)
def test_an_option_of_batches_makes_a_batch(given: dict[str, Any], named: bool) -> None:
    assert BatchArguments(**given).named is named


def test_a_command_line_takes_what_it_knows() -> None:
    line = arguments.command_line(
        "convert", (Path("a.srt"),), {"kind": "vtt", "quiet": True, "recursive": True, "crlf": True}
    )
    assert (line.command, line.options.kinds, line.options.crlf) == ("convert", ("vtt",), True)
    assert line.display.silent
    assert line.batch.recursive
    assert line.glossary is None
