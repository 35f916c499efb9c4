"""A language is a file: a made-up one, in a folder of one's own, is enough for the whole job."""

import subprocess
import sys
from pathlib import Path

import pytest

#: Nobody speaks it, and CLDR does not know it; qaa is for private use.
LANGUAGE = """\
tag: qaa
name: Made-up
own_name: Fareno
breaks:
  articles: lo
  prepositions: di en
  conjunctions: i
numbers:
  decimal: ","
  groups: "."
  group_from: 4
  time: "H.mm"
  ordinal_words: {2: dua}
  ordinal_ending: "[nj]?"
  added_scales: true
  scales:
    3: {other: milo}
    6: {other: grando, also: "grandoj"}
cardinals:
  joiner: i
  words: {1: uno, 2: duo, 3: tro, 4: kvo, 5: pento, 20: duodo, 30: trodo}
  scales: {2: cento, 3: milo, 6: "grando|grandoj"}
  alone: "cento|milo"
  half_behind: "i duono"
mentions:
  collectives: {2: ambau}
  implied: {12: dekduopo}
  compounds:
    - {words: {3: tri}, before: "etagh"}
dates:
  months:
    1: unmeso
    2: dumeso
    3: tromeso
    4: kvarmeso
    5: penmeso
    6: sesmeso
    7: "sepmeso|sep."
    8: okmeso
    9: naumeso
    10: dekmeso
    11: dekunmeso
    12: dekdumeso
  long: "{day} di {month} di {year}"
  day_month: "{day} di {month}"
  month_year: "{month} {year}"
money:
  link: di
  over: "plu {}"
  range_dash: "~"
  yen_sign: CNY
  thousand: kilo
  vague: kelkaj
  ranges: {between: inter, joiners: i}
  currencies:
    USD: {one: dolo, other: doloj}
    CNY: {other: juano}
units:
  kilometer: {long: {other: milpaso}, short: {other: mp}}
typography:
  possessive: es
"""
TALK = """\
On 19 July 2024 Lei Jun raised over $10 million for the factory, and 215,900 yuan more.

The car went 1,250 kilometers at 4:13 p.m. and cost $2.5 million.
"""
GLOSSARY = """\
version: 1
terms:
  - id: lei-jun
    source: Lei Jun
    policy: fixed
    targets: {qaa: {term: Lejo Juno}}
"""


def speechsubs(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "speechsubs", *arguments],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "qaa.yml").write_text(LANGUAGE, "utf-8")
    (tmp_path / "talk.txt").write_text(TALK, "utf-8")
    (tmp_path / "glossary.yml").write_text(GLOSSARY, "utf-8")
    monkeypatch.setenv("SPEECHSUBS_LOCALES", str(tmp_path / "own"))
    return tmp_path


def test_adds_a_made_up_language_by_a_file_alone(place: Path) -> None:
    done = speechsubs(place, "subtitle", "talk.txt", "--to", "qaa", "--engine", "echo")
    # The echo engine leaves the words around the slots in English, which is a finding.
    assert done.returncode == 3, done.stdout + done.stderr
    for name in ("talk.qaa.srt", "talk.qaa.vtt"):
        text = " ".join((place / name).read_text("utf-8").replace("\u00a0", " ").split())
        for wanted in (
            "Lejo Juno",
            "19 di sepmeso di 2024",
            "10 grando di doloj",
            "215.900 juano",
            "2,5 grando di doloj",
            "1.250 milpaso",
        ):
            assert wanted in text, text
    assert "qaa" in speechsubs(place, "locales").stdout


def test_reads_the_words_of_the_made_up_language(place: Path) -> None:
    code = """
from speechsubs.language import locales
from speechsubs.quantities import money
from speechsubs.quantities.dates import find_dates
from speechsubs.quantities.lenient import find_implied_values, find_lenient_numbers
from speechsubs.quantities.numerals import find_quantities
from speechsubs.quantities.render import render_amount
words = "duo cento i duodo tro|tro milo duo cento|milo|duo grandoj i duono|1.250,5"
for text in words.split("|"):
    print([str(q.value) for q in find_quantities(text, "qaa")])
print([str(a) for a in money.find_amounts("duo cento doloj, 10 grando di juano", "qaa")])
around = "inter 5 i 10 doloj; kelkaj milo doloj; 10 kilo; 20 ¥; 2 milo 500 juano"
found = money.find_amounts(around, "qaa")
print([str(a) for a in found])
print(render_amount(found[0], locales.load("qaa")).replace("\u00a0", " "))
print([(d.day, d.month, d.year) for d in find_dates("19 di sep. di 2024", "qaa")])
print(sorted(int(v) for v, n in find_implied_values("la duan dekduopo", "qaa").items() if n))
print([int(t.value) for t in find_lenient_numbers("ambau trietagha", "qaa")])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.stdout.splitlines() == [
        "['223']",
        "['3200']",
        "['1000']",
        "['2500000']",
        "['1250.5']",
        "['200 USD', '10000000 CNY']",
        "['5 USD..10 USD', '10000 USD', '20 CNY', '2500 CNY']",
        "5~10 doloj",
        "[(19, 7, 2024)]",
        "[2, 12]",
        "[3, 2]",
    ], done.stderr


def test_what_is_wrong_in_the_file_is_said_with_line_and_key(place: Path) -> None:
    path = place / "own" / "qaa.yml"
    path.write_text(LANGUAGE.replace("link: di", "lnik: di"), "utf-8")
    done = speechsubs(place, "subtitle", "talk.txt", "--to", "qaa", "--engine", "echo")
    assert done.returncode == 1
    line = LANGUAGE.splitlines().index("  link: di") + 1
    assert f"qaa.yml:{line}:3: invalid locale file: money.lnik is not a known key" in done.stderr
