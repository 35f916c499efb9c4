"""Counting in targets: whole words, each stretch once, long before short."""

import pytest

from speechsubs.glossary import Glossary, Matcher, Policy, Target, Term, verify

LEI = Term(
    "lei",
    "Lei Jun",
    targets={
        "zh-CN": Target("雷军"),
        "ru": Target("Лэй Цзюнь", ("Лэй Цзюня",)),
    },
)
SUV = Term("suv", "SUV")
BOARD = Term(
    "board",
    "board",
    policy=Policy.TRANSLATE,
    targets={"es": Target("consejo", ("junta",), ("tabla",))},
    case="any",
)
GLOSSARY = Glossary((LEI, SUV, BOARD))
MATCHER = Matcher(GLOSSARY)


def owed(source: str, target: str, tag: str) -> list[tuple[str, int, int, bool]]:
    missing = verify.missing(MATCHER.find(source), target, tag)
    return [(c.term.id, c.expected, c.found, c.hard) for c in missing]


@pytest.mark.parametrize(
    ("text", "forms", "expected"),
    [
        ("SU7, SU7-Max, «SU7», SU7's, l'SU7", ["SU7"], 5),
        ("SU78 XSU7 SU7_ su7", ["SU7"], 0),
        ("买小米SU7的小米", ["小米"], 2),
        ("Lei\nJun, Lei\u00a0Jun", ["Lei Jun"], 2),
        ("Model 3 y Model 3.5", ["Model 3"], 1),
        ("aa a aa", ["a", "aa"], 3),
        ("Junta y junta, la Junta", ["junta"], 2),
        ("IPhone", ["iPhone"], 0),
        ("", ["a"], 0),
        ("a", [], 0),
        ("a", [""], 0),
    ],
)
def test_count(text: str, forms: list[str], expected: int) -> None:
    assert verify.count(text, forms) == expected


def test_count_without_regard_to_capitals() -> None:
    assert verify.count("la JUNTA, la Junta", ["junta"], case="any") == 2


def test_a_long_form_claims_its_text() -> None:
    needs = {"auto": ["Xiaomi Auto"], "xiaomi": ["Xiaomi"]}
    assert verify.occurrences("Xiaomi Auto", needs) == {"auto": 1, "xiaomi": 0}
    assert verify.occurrences("Xiaomi Auto, Xiaomi", needs) == {"auto": 1, "xiaomi": 1}


def test_a_shared_form_meets_as_many_needs_as_it_can() -> None:
    needs = {"a": ["小米"], "b": ["小米", "红米"], "c": ["红米"]}
    text = "小米 小米 红米"
    for wanted in ({"a": 1, "b": 1, "c": 1}, {"a": 0, "b": 3}, {"a": 2, "b": 0, "c": 1}):
        assert verify.occurrences(text, needs, wanted=wanted) == {"a": 0, "b": 0, "c": 0} | wanted
    assert verify.occurrences(text, needs) == {"a": 2, "b": 1, "c": 0}


def test_a_shared_form_is_taken_back_along_a_chain() -> None:
    # x first goes to a; then y needs a, so x moves on to b.
    needs = {"a": ["x", "y"], "b": ["x"]}
    assert verify.occurrences("x y", needs, wanted={"a": 1, "b": 1}) == {"a": 1, "b": 1}
    needs = {"a": ["x", "y"], "b": ["x", "z"], "c": ["z", "y"]}
    wanted = {"a": 1, "b": 1, "c": 1}
    assert verify.occurrences("x y z", needs, wanted=wanted) == wanted


def test_a_capital_belongs_to_the_one_that_is_written_so() -> None:
    needs = {"note": ["mi"], "brand": ["Mi"]}
    assert verify.occurrences("Mi. Mi", needs) == {"note": 0, "brand": 2}


@pytest.mark.parametrize(
    ("source", "target", "tag", "expected"),
    [
        ("Lei Jun met Lei Jun", "Lei Jun y él", "es", [("lei", 2, 1, True)]),
        ("Lei Jun", "雷军", "zh-CN", []),
        ("Lei Jun", "Lei Jun", "zh-CN", [("lei", 1, 0, True)]),
        ("Lei Jun", "雷军", "zh-TW", [("lei", 1, 0, True)]),
        ("Lei Jun's", "Лэй Цзюня", "ru", []),
        ("Lei Jun's car", "Lei Jun’s Auto", "de", []),
        ("SUVs", "los SUV", "es", []),
        ("SUVs", "die SUVs", "de", []),
        ("the SUV", "die SUVs", "de", [("suv", 1, 0, True)]),
        ("the board", "la mesa", "es", [("board", 1, 0, False)]),
        ("the board", "La JUNTA", "es", []),
        ("the board", "le conseil", "fr", []),
        ("none", "Lei Jun", "es", []),
    ],
)
def test_missing(
    source: str, target: str, tag: str, expected: list[tuple[str, int, int, bool]]
) -> None:
    assert owed(source, target, tag) == expected


def test_surplus_is_told_apart() -> None:
    matches = MATCHER.find("Lei Jun")
    assert verify.missing(matches, "Lei Jun, Lei Jun", "es") == []
    assert verify.surplus(matches, "Lei Jun, Lei Jun", "es") == [(LEI, 1, 2, True)]


def test_a_fixed_term_without_a_target_is_counted_by_its_source_form() -> None:
    term = Term("x", "Redmi", policy=Policy.FIXED, targets={"zh-CN": Target("红米")})
    matches = Matcher(Glossary((term,))).find("Redmi")
    assert verify.missing(matches, "Redmi", "es") == []
    assert verify.missing(matches, "Rojomi", "es") == [(term, 1, 0, True)]


class TestForbidden:
    """Words that must not stand in an output."""

    @staticmethod
    def reported(text: str, tag: str, *terms: Term) -> list[str]:
        return [text[start:end] for _, start, end in verify.forbidden(Glossary(terms), text, tag)]

    def test_without_targets_the_source_in_every_language(self) -> None:
        term = Term("x", "cheap", aliases=("cheapo",), policy=Policy.FORBIDDEN, case="any")
        assert self.reported("Cheap, cheaper, cheapo", "fr", term) == ["Cheap", "cheapo"]

    def test_with_targets_only_there(self) -> None:
        term = Term("x", "c", policy=Policy.FORBIDDEN, targets={"es": Target("carro", ("carros",))})
        assert self.reported("un carro, carros, c", "es-MX", term) == ["carro", "carros"]
        assert self.reported("un carro, carros, c", "fr", term) == []

    def test_a_wrong_rendering_of_a_term(self) -> None:
        assert self.reported("la tabla y la junta", "es", BOARD) == ["tabla"]
        assert self.reported("la tabla y la junta", "fr", BOARD) == []

    def test_inside_a_longer_accepted_form_it_is_right(self) -> None:
        bad = Term("bin", "Bin", policy=Policy.FORBIDDEN)
        good = Term("li-bin", "Li Bin Jr")
        assert self.reported("Bin, Li Bin Jr, Bin Li", "es", bad, good) == ["Bin", "Bin"]

    def test_a_forbidden_word_that_is_accepted_elsewhere_is_still_reported(self) -> None:
        bad = Term("a", "Mi", policy=Policy.FORBIDDEN)
        good = Term("b", "Mi")
        assert self.reported("Mi", "es", bad, good) == ["Mi"]

    def test_inside_words_only_where_the_entry_says_so(self) -> None:
        word = Term("a", "auto", policy=Policy.FORBIDDEN)
        part = Term("b", "auto", policy=Policy.FORBIDDEN, boundary="none")
        assert self.reported("autobahn", "de", word) == []
        assert self.reported("autobahn", "de", part) == ["auto"]

    def test_a_deprecated_entry_forbids_nothing(self) -> None:
        term = Term("a", "auto", policy=Policy.FORBIDDEN, status="deprecated")
        assert self.reported("auto", "de", term) == []

    def test_an_empty_glossary(self) -> None:
        assert self.reported("auto", "de") == []
