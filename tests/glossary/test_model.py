"""Which target holds for a language, and what the digest is of."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from speechsubs.errors import UnknownLocaleError
from speechsubs.glossary import (
    Glossary,
    Policy,
    Target,
    Term,
    empty,
    load,
    target_entry,
    target_for,
)

ROOT = Path(__file__).parents[2]
LEI = Term(
    "lei-jun",
    "Lei Jun",
    policy=Policy.FIXED,
    targets={
        "zh-CN": Target("雷军"),
        "zh-TW": Target("雷軍"),
        "es": Target("Lei"),
        "pt-BR": Target("P"),
    },
)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("es", ("Lei", True)),
        ("es-MX", ("Lei", True)),
        ("ES_mx", ("Lei", True)),
        ("es-419", ("Lei", True)),
        ("zh-CN", ("雷军", True)),
        ("zh", ("雷军", True)),
        ("zh-Hans", ("雷军", True)),
        ("zh-SG", ("雷军", True)),
        ("zh-TW", ("雷軍", True)),
        ("zh-HK", ("雷軍", True)),
        ("zh-Hant-HK", ("雷軍", True)),
        ("pt", ("P", True)),
        ("fr", ("Lei Jun", False)),
        ("ja", ("Lei Jun", False)),
        ("tlh", ("Lei Jun", False)),
    ],
)
def test_a_locale_takes_the_nearest_target(tag: str, expected: tuple[str, bool]) -> None:
    assert target_for(LEI, tag) == expected


@pytest.mark.parametrize(
    ("tag", "other"), [("zh-TW", "zh-CN"), ("zh-CN", "zh-HK"), ("zh-TW", "zh")]
)
def test_one_chinese_script_never_answers_for_the_other(tag: str, other: str) -> None:
    term = replace(LEI, targets={other: Target("x")})
    assert target_entry(term, tag) is None


def test_the_own_target_of_a_region_comes_first() -> None:
    term = replace(LEI, targets={"es": Target("a"), "es-MX": Target("b")})
    assert target_for(term, "es-MX") == ("b", True)
    assert target_for(term, "es-AR") == ("a", True)


def test_a_kept_term_without_a_target_is_its_own_target() -> None:
    assert target_for(Term("su7", "SU7"), "ja") == ("SU7", True)


def test_no_tag_at_all_is_an_error() -> None:
    with pytest.raises(UnknownLocaleError):
        target_for(LEI, "not a tag")


def test_the_digest_is_of_meaning_only() -> None:
    glossary = Glossary((LEI, Term("a", "A", aliases=("B", "C"))))
    same = Glossary(
        (Term("a", "A", aliases=("C", "B"), note="n", domain="d", line=9), LEI), path=Path("other")
    )
    assert same.digest == glossary.digest
    for change in (
        {"source": "X"},
        {"aliases": ("X",)},
        {"policy": Policy.KEEP},
        {"targets": {}},
        {"case": "any"},
        {"status": "deprecated"},
        {"boundary": "none"},
        {"id": "x"},
    ):
        changed = Glossary((replace(LEI, **change), glossary.terms[1]))  # type: ignore[arg-type]
        assert changed.digest != glossary.digest, change
    assert Glossary(glossary.terms, "es").digest != glossary.digest


def test_the_empty_glossary_finds_nothing() -> None:
    assert empty().terms == ()
    assert empty().digest == Glossary(()).digest


def test_a_glossary_travels_between_processes() -> None:
    glossary = Glossary((LEI,))
    assert pickle.loads(pickle.dumps(glossary)) == glossary


class TestSample:
    """The glossary.yml at the top of the project."""

    GLOSSARY = load(ROOT / "glossary.yml")

    @pytest.mark.parametrize(
        ("term_id", "tag", "expected"),
        [
            ("lei-jun", "zh-CN", "雷军"),
            ("lei-jun", "zh-TW", "雷軍"),
            ("lei-jun", "ko", "레이쥔"),
            ("lei-jun", "es", "Lei Jun"),
            ("li-bin", "zh-CN", "李斌"),
            ("he-xiaopeng", "zh-CN", "何小鹏"),
            ("he-xiaopeng", "ca", "He Xiaopeng"),
            ("xiaomi", "zh-CN", "小米"),
            ("xiaomi", "ja", "シャオミ"),
            ("xiaomi", "ko", "샤오미"),
            ("su7", "zh-CN", "SU7"),
            ("4s", "ja", "4S"),
            ("model-3", "ko", "Model 3"),
            ("porsche", "zh-CN", "保时捷"),
            ("porsche", "ja", "ポルシェ"),
            ("porsche", "ko", "포르쉐"),
            ("ferrari", "zh-CN", "法拉利"),
            ("ferrari", "ja", "フェラーリ"),
            ("ferrari", "ko", "페라리"),
            ("board-of-directors", "es-MX", "consejo de administración"),
        ],
    )
    def test_targets(self, term_id: str, tag: str, expected: str) -> None:
        term = self.GLOSSARY.term(term_id)
        assert term is not None
        assert target_for(term, tag) == (expected, True)

    def test_every_policy_but_fixed_is_shown(self) -> None:
        assert {t.policy for t in self.GLOSSARY.terms} >= {"keep", "translate", "forbidden"}

    def test_every_field_is_explained(self) -> None:
        text = (ROOT / "glossary.yml").read_text("utf-8")
        comments = "\n".join(line for line in text.splitlines() if line.startswith("#"))
        for name in (
            "id",
            "source",
            "aliases",
            "policy",
            "targets",
            "term",
            "forms",
            "forbidden",
            "gender",
            "number",
            "case",
            "boundary",
            "status",
            "pos",
            "domain",
            "note",
        ):
            assert name in comments
