"""`speechsubs models evaluate`: the figures, the files that are none, the engines that fail."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speechsubs import models

TINY = Path(__file__).parents[1] / "data" / "translate-en_es-tiny.argosmodel"
#: A sentence, and what people made of it.
PAIRS = [
    ("I have a house.", "Tengo una casa."),
    ("She is here.", "Ella está aquí."),
    ("Lei showed 170 cars.", "Lei mostró 170 coches."),
    ("What will happen?", "¿Qué pasará?"),
]


@pytest.fixture
def test_set(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(here / "cache"))
    path = here / "set.tsv"
    path.write_text("".join(f"{a}\t{b}\n" for a, b in PAIRS), "utf-8")
    return path


@pytest.fixture
def model(tmp_path: Path) -> str:
    """An engine by its folder: nothing has to be installed."""
    return f"ct2:{models.install_file(TINY, tmp_path / 'models').path}"


def test_engines_are_compared_on_the_same_sentences(
    cli: Callable[..., Any], test_set: Path, model: str
) -> None:
    ran = cli("models", "evaluate", "en", "es", "--set", "set.tsv", "--json",
              "--engine", "echo", "--engine", model)  # fmt: skip
    assert ran.code == 0
    found = json.loads(ran.out)
    assert (found["sentences"], found["source"], found["target"]) == (4, "en", "es")
    assert found["signatures"]["bleu"].startswith("nrefs:1|case:mixed|eff:no|tok:13a")
    assert "|nc:6|" in found["signatures"]["chrf"]
    echo, real = found["engines"]
    assert (echo["engine"], real["engine"]) == ("echo", model)
    assert real["bleu"] > echo["bleu"]
    assert real["chrf"] > echo["chrf"] > 0
    assert real["signature"].startswith("argos en-es 0.1 sha256:")
    assert real["sentences_per_s"] > 0
    assert 0.5 < real["masks_kept"] <= 1
    assert echo["masks_kept"] == 1
    assert real["held"] is None


def test_bleu_and_chrf_are_those_of_sacrebleu(cli: Callable[..., Any], test_set: Path) -> None:
    test_set.write_text("A house near the old river.\tA house near the old river.\n", "utf-8")
    ran = cli("models", "evaluate", "en", "es", "--set", "set.tsv", "--json", "--engine", "echo")
    (echo,) = json.loads(ran.out)["engines"]
    assert (echo["bleu"], echo["chrf"]) == (100, 100)


def test_chinese_is_cut_by_characters(cli: Callable[..., Any], test_set: Path) -> None:
    ran = cli("models", "evaluate", "en", "zh", "--set", "set.tsv", "--json", "--engine", "echo")
    assert "tok:zh" in json.loads(ran.out)["signatures"]["bleu"]


def test_a_glossary_is_measured_through_the_ladder(
    cli: Callable[..., Any], test_set: Path, model: str
) -> None:
    Path("terms.yml").write_text(
        "version: 1\nterms:\n  - {id: lei, source: Lei, policy: keep}\n", "utf-8"
    )
    ran = cli("models", "evaluate", "en", "es", "--set", "set.tsv", "-g", "terms.yml", "--json",
              "--engine", "echo", "--engine", model)  # fmt: skip
    for one in json.loads(ran.out)["engines"]:
        assert one["held"] >= 1
        assert 0 <= one["held_at_once"] <= 1
        assert one["held_in_the_end"] == 1
        assert one["ladder_bleu"] is not None


def test_the_table_says_which_model_it_was(
    cli: Callable[..., Any], test_set: Path, model: str
) -> None:
    Path("terms.yml").write_text("version: 1\nterms: []\n", "utf-8")
    ran = cli("models", "evaluate", "en", "es", "--set", "set.tsv", "-g", "terms.yml",
              "--engine", model)  # fmt: skip
    assert ran.code == 0
    for text in ("BLEU", "chrF", "sentences/s", "placeholders kept", "4 sentences", "tok:13a",
                 "argos en-es 0.1 sha256:", "first pass"):  # fmt: skip
        assert text in ran.out


def test_an_engine_that_fails_does_not_stop_the_others(
    cli: Callable[..., Any], test_set: Path
) -> None:
    wanted = ("--engine", "ct2:nowhere", "--engine", "echo")
    ran = cli("models", "evaluate", "en", "es", "--set", "set.tsv", *wanted)
    assert ran.code == 1
    assert "no such folder: nowhere" in ran.err
    assert "echo" in ran.out
    ran = cli("models", "evaluate", "en", "es", "--set", "set.tsv", "--json", *wanted)
    assert ran.code == 1
    failed, echo = json.loads(ran.out)["engines"]
    assert set(failed) == {"engine", "error"}
    assert echo["sentences"] == 4


def test_references_may_have_a_file_of_their_own(cli: Callable[..., Any], test_set: Path) -> None:
    Path("a").write_text("".join(f"{a}\n" for a, _ in PAIRS), "utf-8")
    Path("b").write_text("".join(f"{b}\n" for _, b in PAIRS), "utf-8")
    arguments = ("models", "evaluate", "en", "es", "--json", "--engine", "echo", "--set")
    together = json.loads(cli(*arguments, "set.tsv").out)["engines"][0]
    apart = json.loads(cli(*arguments, "a", "--references", "b").out)["engines"][0]
    assert (apart["bleu"], apart["chrf"]) == (together["bleu"], together["chrf"])
    Path("b").write_text("one\n", "utf-8")
    ran = cli(*arguments, "a", "--references", "b")
    assert ran.code == 1
    assert "b: has 1 lines, but a has 4" in ran.err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "set.tsv: the file is empty"),
        ("a\t \n", "contains no translated sentences"),
        ("one\n", "set.tsv:1: has 1 columns, not two"),
        ("a\tb\n\nname\ta\tb\n", "set.tsv:3: has 3 columns, not two"),
    ],
)
def test_files_that_are_no_set(
    cli: Callable[..., Any], test_set: Path, content: str, message: str
) -> None:
    test_set.write_text(content, "utf-8")
    ran = cli("models", "evaluate", "en", "es", "--set", "set.tsv", "--engine", "echo")
    assert ran.code == 1
    assert message in ran.err


def test_a_missing_set(cli: Callable[..., Any], test_set: Path) -> None:
    ran = cli("models", "evaluate", "en", "es", "--set", "nowhere.tsv")
    assert ran.code == 1
    assert "nowhere.tsv" in ran.err


def test_without_sacrebleu_it_says_how_to_get_it(
    cli: Callable[..., Any], test_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [m for m in sys.modules if m.partition(".")[0] == "sacrebleu"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    ran = cli("models", "evaluate", "en", "es", "--set", "set.tsv", "--engine", "echo")
    assert ran.code == 1
    assert 'pip install "speechsubs[evaluate]"' in ran.err


@pytest.mark.parametrize(
    "arguments",
    [("--engine", "deepl"), ("--engine", "echo:x"), ("--engine", "")],
)
def test_engines_that_there_are_not(
    cli: Callable[..., Any], test_set: Path, arguments: tuple[str, ...]
) -> None:
    ran = cli("models", "evaluate", "en", "es", "--set", "set.tsv", *arguments)
    assert ran.code == 2
    assert "unknown engine '" in ran.err
    assert "use one of auto, argos" in ran.err
