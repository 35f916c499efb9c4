"""Every lint code fires where it should, and only there."""

from pathlib import Path

import pytest

from speechsubs.glossary import Glossary, Policy, Target, Term, load
from speechsubs.glossary.lint import lint
from speechsubs.model import Severity

ROOT = Path(__file__).parents[2]
Row = tuple[str, str, int, str]


def rows(*terms: Term, texts: tuple[str, ...] = ()) -> list[Row]:
    findings = lint(Glossary(terms, path=Path("g.yml")), texts)
    assert all(f.file == "g.yml" for f in findings)
    return [
        (f.code.removeprefix("glossary-"), str(f.severity), f.line or 0, f.locale) for f in findings
    ]


def targets(**forms: str) -> dict[str, Target]:
    return {tag.replace("_", "-"): Target(form) for tag, form in forms.items()}


def test_a_clean_glossary() -> None:
    assert rows(Term("a", "Lei Jun"), Term("b", "SU7"), texts=("Lei Jun, SU7",)) == []
    assert rows() == []


def test_one_spelling_with_two_targets() -> None:
    exact = Term("a", "MI", line=3, targets=targets(es="x"))
    loose = Term("b", "mi", line=5, case="any", targets=targets(es="y"))
    assert rows(exact, loose) == [("two-targets", "warning", 5, "")]
    # Told apart by their capitals, or of one meaning: no trouble.
    assert rows(exact, Term("b", "mi", targets=targets(es="y"))) == []
    same = (Term("a", "Az", policy=Policy.TRANSLATE), Term("b", "Az", policy=Policy.TRANSLATE))
    assert rows(*same) == []


def test_two_sources_with_one_target() -> None:
    found = rows(
        Term("a", "board", line=3, targets=targets(es="consejo", fr="conseil")),
        Term("b", "council", line=5, targets=targets(es="consejo", fr="avis")),
    )
    assert found == [("shared-target", "warning", 5, "es")]


@pytest.mark.parametrize(
    "demand",
    [
        Term("a", "Mi", line=3),
        Term("a", "x", line=3, targets=targets(es="Mi")),
        Term("a", "x", line=3, targets={"es": Target("y", ("Mi",))}),
    ],
)
def test_forbidden_and_required(demand: Term) -> None:
    ban = Term("b", "z", line=5, policy=Policy.FORBIDDEN, targets=targets(es="Mi"))
    assert rows(demand, ban) == [("forbidden-required", "error", 5, "es")]
    wrong = Term("b", "z", line=5, targets={"es": Target("z", (), ("Mi",))})
    assert ("forbidden-required", "error", 5, "es") in rows(demand, wrong)


def test_forbidden_in_other_capitals_or_elsewhere_is_no_conflict() -> None:
    ban = Term("b", "z", policy=Policy.FORBIDDEN, targets=targets(es="mi"))
    assert rows(Term("a", "Mi"), ban) == []
    ban = Term("b", "z", policy=Policy.FORBIDDEN, targets=targets(es="mi"), case="any")
    assert rows(Term("a", "Mi", line=1), ban) == [("forbidden-required", "error", 0, "es")]
    ban = Term("b", "z", policy=Policy.FORBIDDEN, targets=targets(fr="Mi"))
    assert rows(Term("a", "x", targets=targets(es="Mi")), ban) == []


def test_forbidden_everywhere_is_one_finding() -> None:
    ban = Term("b", "Mi", line=5, policy=Policy.FORBIDDEN)
    other = Term("c", "c", targets=targets(es="c", fr="c2", de="c3"))
    assert rows(Term("a", "Mi"), ban, other) == [("forbidden-required", "error", 5, "")]


def test_nested_and_straddling() -> None:
    assert rows(Term("a", "Taycan", line=3), Term("b", "Taycan Turbo", line=5)) == [
        ("nested", "info", 3, "")
    ]
    assert rows(Term("a", "New York", line=3), Term("b", "York Times", line=5)) == [
        ("straddling", "info", 3, "")
    ]
    assert rows(Term("a", "小米", line=3), Term("b", "米家", line=5)) == [
        ("straddling", "info", 3, "")
    ]
    assert rows(Term("a", "Tay"), Term("b", "Taycan")) == []


def test_missing_locales() -> None:
    fixed = Policy.FIXED
    assert rows(
        Term("a", "Az", policy=fixed, line=3, targets=targets(es="A1", zh_TW="A2")),
        Term("b", "B", policy=fixed, line=5, targets=targets(es="B1")),
        Term("c", "C", policy=fixed, line=7, targets=targets(es="C1", zh_HK="C2")),
    ) == [("missing-locale", "warning", 5, "")]
    kept = [Term(f"k{i}", f"K{i}", targets=targets(ja=f"か{i}")) for i in range(4)]
    odd = Term("b", "B", line=5, targets=targets(ko="가"))
    assert rows(*kept, odd) == [("missing-locale", "info", 5, "")]
    assert rows(*kept[:3], odd) == []
    assert rows(*kept, Term("c", "SU7")) == []


def test_everyday_words() -> None:
    assert rows(Term("a", "He", line=3)) == [("ordinary-word", "warning", 3, "")]
    assert rows(Term("a", "He Xiaopeng", line=3)) == []


def test_a_corpus_tells_what_is_unused_or_ordinary() -> None:
    courage = Term("a", "Courage", line=3)
    texts = ("He had courage.", "COURAGE")
    assert rows(courage, texts=texts) == [
        ("ordinary-word", "info", 3, ""),
        ("other-capitals", "info", 3, ""),
        ("unused", "info", 3, ""),
    ]
    loose = Term("a", "Courage", line=3, case="any")
    assert rows(loose, texts=texts) == [("ordinary-word", "warning", 3, "")]
    assert rows(Term("x", "cheap", policy=Policy.FORBIDDEN), texts=texts) == []


def test_deprecated_entries_are_left_out() -> None:
    old = Term("b", "z", status="deprecated", policy=Policy.FORBIDDEN, targets=targets(es="Mi"))
    assert rows(Term("a", "Mi"), old) == []


def test_the_sample_has_nothing_to_correct() -> None:
    findings = lint(load(ROOT / "glossary.yml"))
    assert findings
    assert {f.severity for f in findings} == {Severity.INFO}
