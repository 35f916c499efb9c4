"""What a good file becomes, and what hostile ones meet."""

from pathlib import Path

import pytest

from speechsubs.errors import GlossaryError, InputError, YamlError
from speechsubs.glossary import Policy, Target, load
from speechsubs.glossary.load import parse

PATH = Path("g.yml")

FULL = """\
version: 1
source: en-GB
terms:
  - id: board
    source: board
    aliases: [the board, "911"]
    policy: fixed
    targets:
      es_mx: {term: consejo, forms: [consejos], forbidden: [tabla], gender: m, number: singular}
      zh-hant: 董事會
    case: exact
    boundary: none
    status: proposed
    pos: noun
    domain: business
    note: |
      Two
      lines.
  - {id: no, source: NO, policy: keep, aliases: [on, yes, 4S, 12:30]}
"""


def test_every_field() -> None:
    glossary = parse(FULL, PATH)
    board, no = glossary.terms
    assert glossary.language == "en-GB"
    assert glossary.path == PATH
    assert board.targets == {
        "es-MX": Target("consejo", ("consejos",), ("tabla",), "m", "singular"),
        "zh-Hant": Target("董事會"),
    }
    assert (board.id, board.source, board.aliases) == ("board", "board", ("the board", "911"))
    assert (board.policy, board.case, board.boundary) == (Policy.FIXED, "exact", "none")
    assert (board.status, board.pos, board.domain) == ("proposed", "noun", "business")
    assert board.note == "Two\nlines.\n"
    assert (board.line, no.line) == (4, 19)
    # Words that YAML 1.1 would have read as true, false and a number of seconds.
    assert (no.source, no.aliases) == ("NO", ("on", "yes", "4S", "12:30"))
    assert all(type(text) is str for text in (board.id, board.source, *board.aliases, board.note))


@pytest.mark.parametrize(
    ("source", "case"),
    [("Mi", "exact"), ("SU7", "exact"), ("小米", "exact"), ("board", "any"), ("café", "any")],
)
def test_capitals_decide_the_default_case(source: str, case: str) -> None:
    text = f"version: 1\nterms: [{{id: a, source: {source}, policy: keep}}]"
    assert parse(text, PATH).terms[0].case == case


def test_the_same_word_under_two_case_rules_is_two_entries() -> None:
    text = """\
version: 1
terms:
  - {id: a, source: Mi, policy: keep, case: exact}
  - {id: b, source: mi, policy: keep, case: exact}
  - {id: c, source: MI, policy: keep, case: any}
"""
    assert len(parse(text, PATH).terms) == 3


def test_no_terms_is_a_glossary() -> None:
    assert parse("version: 1\nterms: []\n", PATH).terms == ()


@pytest.mark.parametrize("length", [201, 10**6])
def test_a_term_has_an_end(length: int) -> None:
    text = f"version: 1\nterms:\n  - {{id: a, source: {'a' * length}, policy: keep}}\n"
    with pytest.raises(GlossaryError, match="a term has at most 200"):
        parse(text, PATH)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        "version: 1\nterms:\n  - &x {id: a}\n",
        "version: 1\nterms: " + "[" * 5000,
        "version: 1\nterms: " + "[" * 200 + "]" * 200,
        "version: 1\nterms:\n  - id: [\n",
        "version: 1\nterms:\n\t- id: a\n",
        "version: 1\nterms:\n  - {id: a, source: " + "9" * 5000 + ", policy: keep}\n",
        "version: 1\nterms:\n  - {id: a, source: !!python/object:os.system x, policy: keep}\n",
        "version: true\nterms: []\n",
        "version: 1\n? [a, b]\n: c\nterms: []\n",
        "version: 1\nterms:\n  - {id: a, source: A, policy: keep, targets: {1: b}}\n",
        "version: 1\nterms:\n  - {id: a, source: A, policy: [keep]}\n",
        "version: 1\nterms:\n  - {id: a, source: A, policy: keep, case: }\n",
    ],
)
def test_nothing_a_file_holds_is_a_traceback(text: str) -> None:
    with pytest.raises((GlossaryError, YamlError)):
        parse(text, PATH)


def test_a_missing_file_and_a_wrong_encoding(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load(tmp_path / "none.yml")
    latin = tmp_path / "latin.yml"
    latin.write_bytes("version: 1\nterms: []\n# caf\xe9".encode("latin-1"))
    with pytest.raises(YamlError, match="not UTF-8"):
        load(latin)
