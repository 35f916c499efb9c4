"""Every kind of change is told, and nothing else is."""

from dataclasses import replace

import pytest

from speechsubs.glossary import Glossary, Policy, Target, Term
from speechsubs.glossary.diff import Change, ChangeKind, changes

TERM = Term(
    "lei",
    "Lei Jun",
    aliases=("Mr Lei",),
    targets={"es": Target("Lei", ("Lei J.",), ("Ley",)), "ja": Target("雷軍")},
    note="founder",
    line=5,
)


def diff(new: Term, old: Term = TERM) -> tuple[Change, ...]:
    return changes(Glossary((old,)), Glossary((replace(new, line=9),)))


def es(**fields: object) -> dict[str, Target]:
    return {**TERM.targets, "es": replace(TERM.targets["es"], **fields)}  # type: ignore[arg-type]  # any field


@pytest.mark.parametrize(
    ("new", "kind", "locale", "old_text", "new_text"),
    [
        (replace(TERM, source="Lei"), ChangeKind.SOURCE, "", "Lei Jun", "Lei"),
        (replace(TERM, policy=Policy.FIXED), ChangeKind.POLICY, "", "keep", "fixed"),
        (replace(TERM, aliases=()), ChangeKind.ALIASES, "", "Mr Lei", ""),
        (replace(TERM, case="any"), ChangeKind.CASE, "", "exact", "any"),
        (replace(TERM, boundary="none"), ChangeKind.BOUNDARY, "", "word", "none"),
        (replace(TERM, status="deprecated"), ChangeKind.STATUS, "", "approved", "deprecated"),
        (replace(TERM, note="CEO"), ChangeKind.NOTE, "", "founder", "CEO"),
        (replace(TERM, domain="cars"), ChangeKind.NOTE, "", "founder", "domain: cars; founder"),
        (replace(TERM, targets=es(term="Lei Jun")), ChangeKind.TARGET, "es", "Lei", "Lei Jun"),
        (replace(TERM, targets=es(gender="m")), ChangeKind.TARGET, "es", "Lei", "Lei (m)"),
        (replace(TERM, targets=es(forms=())), ChangeKind.FORMS, "es", "Lei J.", ""),
        (replace(TERM, targets=es(forbidden=("Ley", "Rey"))), ChangeKind.FORBIDDEN, "es", "Ley",
         "Ley; Rey"),
        (replace(TERM, targets={"es": TERM.targets["es"]}), ChangeKind.TARGET, "ja", "雷軍", ""),
    ],
)  # fmt: skip
def test_a_change_of_one_field(
    new: Term, kind: ChangeKind, locale: str, old_text: str, new_text: str
) -> None:
    assert diff(new) == (Change("lei", kind, locale, old_text, new_text, 5, 9),)


def test_every_kind_is_covered() -> None:
    """A kind that is added to the type needs a case above."""
    assert len(ChangeKind) == 12


def test_entries_that_came_and_went() -> None:
    found = changes(Glossary((TERM,)), Glossary((replace(TERM, id="jun", line=7),)))
    assert [(c.term, c.kind, c.old_line, c.new_line) for c in found] == [
        ("jun", ChangeKind.ADDED, None, 7),
        ("lei", ChangeKind.REMOVED, 5, None),
    ]
    assert found[0].new == found[1].old == "Lei Jun (keep), es: Lei, ja: 雷軍"


def test_what_nobody_sees_is_no_change() -> None:
    old = replace(TERM, aliases=("a", "b"))
    assert diff(replace(TERM, aliases=("b", "a")), old) == ()
    assert diff(replace(TERM, note="founder\n")) == ()
    two = (TERM, Term("su7", "SU7"))
    assert changes(Glossary(two), Glossary(two[::-1])) == ()


def test_a_changes_name_does_not_depend_on_its_line() -> None:
    one, other = (
        changes(Glossary((TERM,)), Glossary((replace(TERM, source="Lei", line=line),)))[0]
        for line in (3, 300)
    )
    assert one.id == other.id != diff(replace(TERM, source="Jun"))[0].id
