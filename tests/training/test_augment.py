"""Masks, names, numbers and terms: alike on both sides, and nothing else touched."""

import random
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from training.augment import FAMILIES, Augmenter, spots
from training.data import Pair
from training.languages import ENGLISH, LANGUAGES

from training import augment, names

LEXICON = {"factory": "fábrica", "engineers": "ingenieros", "report": "informe"}
PIECES = {
    "Lei Jun": "Lei Jun", "Toyota": "Toyota", "SU7": "SU7", "the factory": "la fábrica",
    "our engineers": "los ingenieros", "12 cars": "12 coches", "215,900 yuan": "215.900 yuanes",
    "$500": "500 dólares", "in 1999": "en 1999", "the report": "el informe", "bought": "compró",
    "and": "y", "GPT-4o": "GPT-4o", "very good": "muy bueno", "ZQ1": "ZQ1", "3.5 km": "3,5 km",
    "a/Toyota": "a/Toyota", "": "", "…": "…", "[s1]": "[s1]",
}  # fmt: skip
pairs = st.lists(st.sampled_from(sorted(PIECES)), max_size=9).map(
    lambda parts: Pair("x", " ".join(parts), " ".join(PIECES[p] for p in parts), "es")
)
hostile = st.builds(Pair, st.just("x"), st.text(), st.text(), st.sampled_from(sorted(LANGUAGES)))
seeds = st.integers(0, 2**32)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)*", text)


def test_the_masks_are_the_toolkit_s() -> None:
    from speechsubs.engines.mask_probe import CODES

    assert dict(FAMILIES) == {f.name: (*f.words, *f.amounts) for f in CODES}


def test_what_is_found_in_a_pair() -> None:
    pair = Pair(
        "x",
        "Lei Jun sold 12 SU7 cars for 215,900 yuan after the report, said Toyota's Lei.",
        "Lei Jun vendió 12 coches SU7 por 215.900 yuanes tras el informe, dijo Lei de Toyota.",
        "es",
    )
    found = [(s.kind, pair.english[slice(*s.english)], pair.target[slice(*s.target)])
             for s in spots(pair, LEXICON)]  # fmt: skip
    assert found == [
        # "Lei" alone stands twice, so nobody knows which is which.
        ("name", "Jun", "Jun"),
        ("number", "12", "12"),
        ("name", "SU7", "SU7"),
        ("amount", "215,900 yuan", "215.900 yuanes"),
        ("term", "report", "informe"),
        ("name", "Toyota", "Toyota"),
    ]


def test_neighbours_are_one_name_if_they_are_on_both_sides() -> None:
    (spot,) = spots(Pair("x", "Lei Jun smiled.", "Lei Jun sonrió.", "es"), {})
    assert spot.english == (0, 7)
    apart = spots(Pair("x", "Xiaomi Lei smiled.", "Lei de Xiaomi sonrió.", "es"), {})
    assert [s.english for s in apart] == [(0, 6), (7, 10)]


def test_chinese_has_no_spaces_around_a_name() -> None:
    (spot,) = spots(Pair("x", "The SU7 is fast.", "这辆SU7很快。", "zh"), {})
    assert (spot.kind, spot.target) == ("name", (2, 5))


@pytest.mark.parametrize(
    ("english", "target"),
    [
        ("No, he said.", "No, dijo."),  # "No" is no name though both have it
        ("The UTC time is local.", "La hora UTC es local."),  # short forms mean something
        ("Set this.State now.", "Ponga this.State ahora."),  # part of a program
        ("Tom knows Tom.", "Tom conoce a Tom."),
        ("He has 12 and 12.", "Tiene 12 y 12."),
        ("It costs $5 or 5 dollars.", "Cuesta 5 dólares."),
        ("They report it.", "Ellos dan informe."),  # a verb here: no article before it
    ],
)
def test_what_is_left_alone(english: str, target: str) -> None:
    assert spots(Pair("x", english, target, "es"), LEXICON) == []


@given(pairs, seeds, st.sampled_from(sorted(FAMILIES)))
def test_both_sides_get_the_same_masks_each_once(pair: Pair, seed: int, family: str) -> None:
    found = spots(pair, LEXICON)
    assume(found)
    hidden = augment.masked(pair, found, [FAMILIES[family]], random.Random(seed))
    new = [m for m in FAMILIES[family] if m not in pair.english]
    left, right = ([m for m in new if m in text] for text in (hidden.english, hidden.target))
    assert left == right != []
    assert len(left) <= augment.MOST_MASKS
    for mask in left:
        assert words(hidden.english).count(mask) == words(hidden.target).count(mask) == 1


@given(pairs, seeds)
def test_numbers_that_are_not_hidden_stay(pair: Pair, seed: int) -> None:
    found = [s for s in spots(pair, LEXICON) if s.kind in ("term", "name")]
    # Names with digits ("SU7") are no numbers.
    found = [s for s in found if pair.english[slice(*s.english)].isalpha()]
    assume(found)
    hidden = augment.masked(pair, found, [FAMILIES["zq"]], random.Random(seed))
    masks = "|".join(FAMILIES["zq"])
    for before, after in ((pair.english, hidden.english), (pair.target, hidden.target)):
        assert numbers(re.sub(masks, "", after)) == numbers(re.sub(masks, "", before))


@given(pairs, seeds)
def test_new_names_are_the_same_on_both_sides(pair: Pair, seed: int) -> None:
    found = [s for s in spots(pair, {}) if s.kind == "name"]
    changed = augment.renamed(pair, found, random.Random(seed))
    gone = {w for w in words(pair.english) if w not in words(changed.english)}
    come = {w for w in words(changed.english) if w not in words(pair.english)}
    assert come == {w for w in words(changed.target) if w not in words(pair.target)}
    assert gone <= {"Lei", "Jun", "Toyota", "SU7", "GPT", "4o", "ZQ1", "s1"}


def test_new_numbers_are_written_as_each_language_does() -> None:
    pair = Pair("x", "He sold 170 cars in 1999.", "Vendió 170 coches en 1999.", "es")
    seen = set()
    for seed in range(200):
        changed = augment.renumbered(pair, spots(pair, {}), random.Random(seed))
        (left, year), (right, other) = numbers(changed.english), numbers(changed.target)
        assert year == other == "1999"
        assert left.replace(",", "") == right.replace(".", "")
        seen.add((("," in left), ("." in right)))
    assert seen == {(False, False), (True, False), (True, True)}


@pytest.mark.parametrize(
    ("code", "number", "text"),
    [("es", 30000, "30.000"), ("es", 3000, "3000"), ("fr", 30000, "30\u202f000"),
     ("zh", 3000, "3,000"), ("de", 1234567, "1.234.567")],
)  # fmt: skip
def test_a_number_in_a_language(code: str, number: int, text: str) -> None:
    assert augment.written(number, LANGUAGES[code]) == text
    assert augment.written(3000, ENGLISH) == "3,000"


@given(pairs, seeds)
def test_inline_changes_the_english_only(pair: Pair, seed: int) -> None:
    found = spots(pair, LEXICON)
    changed = augment.inlined(pair, found, random.Random(seed))
    assert changed.target == pair.target
    come = [w for w in words(changed.english) if w not in words(pair.english)]
    assert set(come) <= set(LEXICON.values())
    assert bool(come) == any(s.kind == "term" for s in found)
    for word in come:
        assert word in words(pair.target)


@given(hostile | pairs, seeds)
def test_no_text_upsets_it_and_the_same_seed_gives_the_same(pair: Pair, seed: int) -> None:
    augmenter = Augmenter(
        tuple(FAMILIES.values()), {"es": LEXICON}, {"mask": 0.3, "name": 0.3, "number": 0.5}
    )
    changed = augmenter.change(pair, random.Random(seed))
    assert (changed.source, changed.language) == (pair.source, pair.language)
    assert augmenter.change(pair, random.Random(seed)) == changed


def test_nothing_happens_where_nothing_is_asked_for() -> None:
    pair = Pair("x", "Tom saw Toyota.", "Tom vio Toyota.", "es")
    quiet = Augmenter(tuple(FAMILIES.values()), {}, {})
    assert all(quiet.change(pair, random.Random(n)) is pair for n in range(50))


def test_invented_names_are_many_and_hold_no_mask() -> None:
    rng = random.Random(1)
    invented = {names.name(rng) for _ in range(2000)}
    codes = {names.code(rng) for _ in range(2000)}
    assert len(invented) > 800
    assert len(codes) > 1000
    assert all(re.search(r"\d", code) and re.search(r"[A-Za-z]", code) for code in codes)
    assert all(name[0].isupper() and name == name.strip() for name in invented)
    assert not any(re.search(r"ZQ\d", name) for name in invented)
