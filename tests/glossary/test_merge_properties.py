"""Three-way merges: what holds for every three versions, and every kind of conflict."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.errors import GlossaryError, InputError
from speechsubs.glossary import Glossary, Policy, Target, Term, write
from speechsubs.glossary import incoming as interchange
from speechsubs.glossary.fields import PARTS, Entry, Incoming, Value, flat, same, tags
from speechsubs.glossary.load import parse
from speechsubs.glossary.merge import (
    SpellingIndex,
    ThreeWay,
    merge,
    merge_value,
    text,
    without_orphans,
)

PATH = Path("g.yml")
WORDS = st.sampled_from(
    ["Lei", "Jun", "SU7", "小米", "<b>", 'say "x"', "a: b", "سلام", "NO", "007"]
)
TARGETS = st.dictionaries(
    st.sampled_from(["es", "ja"]),
    st.builds(
        Target,
        WORDS,
        st.lists(WORDS, max_size=2, unique=True).map(tuple),
        st.lists(WORDS, max_size=1).map(tuple),
        st.sampled_from(["", "m", "f"]),
    ),
    max_size=2,
)
TERMS = st.builds(
    Term,
    st.sampled_from(["a", "b", "c"]),
    WORDS,
    st.lists(WORDS, max_size=2, unique=True).map(tuple),
    st.sampled_from([Policy.KEEP, Policy.TRANSLATE]),
    TARGETS,
    st.sampled_from(["exact", "any"]),
    st.sampled_from(["", "one", "two\nlines"]),
)


def loaded(terms: list[Term]) -> Glossary | None:
    try:
        return parse(write.render(Glossary(tuple(terms), path=PATH)), PATH)
    except GlossaryError:
        return None


GLOSSARIES = st.lists(TERMS, max_size=3, unique_by=lambda t: t.id).map(loaded)
GOOD = GLOSSARIES.filter(lambda g: g is not None)


def said(glossary: Glossary) -> dict[str, dict[str, object]]:
    """What entries say, lists without their order."""
    return {
        term.id: {n: frozenset(v) if isinstance(v, tuple) else v for n, v in flat(term).items()}
        for term in glossary.terms
    }


@given(GOOD, GOOD)
def test_one_side_alone_is_taken(base: Glossary, other: Glossary) -> None:
    for ours, theirs in ((other, base), (base, other), (other, other)):
        merged = merge(base, ours, theirs)
        assert said(merged.glossary) == said(other)
        assert merged.conflicts == ()


@given(GOOD, GOOD, GOOD)
def test_a_merge_is_a_glossary_and_its_file_reads_so(
    base: Glossary, ours: Glossary, theirs: Glossary
) -> None:
    merged = merge(base, ours, theirs)
    made = text(merged, write.render(ours), ours)
    again = parse(made, PATH)
    assert said(again) == said(merged.glossary)
    assert made.count("# CONFLICT") == len(merged.conflicts)


@given(GOOD, GOOD, GOOD)
def test_both_ways_find_the_same_conflicts(
    base: Glossary, ours: Glossary, theirs: Glossary
) -> None:
    """Whose turn it is decides who wins, never whether there is something to decide."""
    assert bool(merge(base, ours, theirs).conflicts) == bool(merge(base, theirs, ours).conflicts)


VALUES: st.SearchStrategy[Value] = st.one_of(
    st.sampled_from(["", "a", "b"]), st.lists(st.sampled_from("ab"), unique=True).map(tuple)
)
FIELDS = st.dictionaries(
    st.sampled_from(["source", "note", "es", "ja", *(f"es:{part}" for part in PARTS)]), VALUES
)


@given(VALUES, VALUES, VALUES)
def test_a_value_that_one_side_changed_is_taken(base: Value, ours: Value, theirs: Value) -> None:
    assert merge_value(base, ours, base) == (ours, False)
    assert merge_value(base, ours, ours) == (ours, False)
    value, clash = merge_value(base, base, theirs)
    assert same(value, theirs)
    assert not clash
    value, clash = merge_value(base, ours, theirs)
    assert value == ours or (same(base, ours) and value == theirs)
    assert clash == (not same(base, ours) and not same(base, theirs) and not same(ours, theirs))


@given(VALUES, VALUES, VALUES)
def test_what_counts_as_equal_is_for_the_caller_to_say(
    base: Value, ours: Value, theirs: Value
) -> None:
    assert merge_value(base, ours, theirs, lambda one, other: True) == (ours, False)
    assert merge_value(base, ours, theirs, lambda one, other: False) == (ours, True)


@given(FIELDS)
def test_no_part_stays_without_its_target(fields: dict[str, Value]) -> None:
    left, orphans = without_orphans(fields)
    assert all(left.values())
    assert [tag for tag in tags(left) if tag not in left] == []
    said = {name: value for name, value in fields.items() if value}
    assert left | {name: fields[name] for name in orphans} == said
    assert without_orphans(left) == (left, [])


@given(GOOD, TERMS)
def test_an_entry_removed_from_the_index_leaves_no_trace(glossary: Glossary, other: Term) -> None:
    index = SpellingIndex(glossary.terms)
    assert [index.taken(term) for term in glossary.terms] == [None] * len(glossary.terms)
    added = replace(other, id="new")
    taken, owner = index.taken(added), index.owner_of(added.source)
    if taken is None:
        index.add(added)
        assert index.owner_of(added.source) == (owner or "new")
        index.remove(added)
    assert (index.taken(added), index.owner_of(added.source)) == (taken, owner)


def sent(terms: tuple[Term, ...]) -> Incoming:
    """A file that holds every field of some entries."""
    return Incoming(tuple(Entry(flat(term), term.id) for term in terms), "file.csv")


@given(GOOD, GOOD)
def test_an_import_that_takes_nothing_changes_nothing(base: Glossary, ours: Glossary) -> None:
    exported = tuple(term for term in base.terms if ours.term(term.id))
    for merged in (
        interchange.merge(ours, sent(())),
        interchange.merge(ours, sent(ours.terms)),
        interchange.merge(ours, sent(exported), base=base),
    ):
        assert merged.glossary.terms == ours.terms
        assert (merged.added, merged.changed, merged.conflicts) == ((), {}, ())


LEI = Term("lei", "Lei Jun", targets={"es": Target("Lei", ("L. Jun",))})


def es(term: str, *forms: str, gender: str = "") -> dict[str, Target]:
    return {"es": Target(term, forms, (), gender)}


def three(base: Term | None, ours: Term | None, theirs: Term | None) -> ThreeWay:
    sides = [Glossary((t,) if t else (), path=PATH) for t in (base, ours, theirs)]
    return merge(*sides)


def test_different_fields_of_one_entry() -> None:
    merged = three(LEI, replace(LEI, note="ours"), replace(LEI, targets=es("Jun", "L. Jun")))
    assert merged.conflicts == ()
    assert merged.glossary.terms[0].note == "ours"
    assert merged.glossary.terms[0].targets["es"].term == "Jun"


def test_lists_take_the_additions_and_removals_of_both() -> None:
    base = replace(LEI, aliases=("a", "b"))
    merged = three(base, replace(base, aliases=("a", "b", "c")), replace(base, aliases=("b", "d")))
    assert merged.glossary.terms[0].aliases == ("b", "c", "d")
    assert merged.conflicts == ()


@pytest.mark.parametrize(
    ("ours", "theirs", "field"),
    [
        (replace(LEI, source="A"), replace(LEI, source="B"), "source"),
        (replace(LEI, policy=Policy.FIXED), replace(LEI, policy=Policy.TRANSLATE), "policy"),
        (replace(LEI, targets=es("A", "L. Jun")), replace(LEI, targets=es("B", "L. Jun")), "es"),
        (
            replace(LEI, targets=es("Lei", gender="m")),
            replace(LEI, targets=es("Lei", gender="f")),
            "es:gender",
        ),
        (replace(LEI, note="A"), replace(LEI, note="B"), "note"),
        (None, replace(LEI, note="B"), "entry (deleted here, changed there)"),
        (replace(LEI, note="A"), None, "entry (changed here, deleted there)"),
    ],
)
def test_a_conflict_keeps_ours(ours: Term | None, theirs: Term | None, field: str) -> None:
    merged = three(LEI, ours, theirs)
    assert [c.field for c in merged.conflicts] == [field]
    assert merged.glossary.terms == ((ours,) if ours else ())
    assert "ours is kept" in merged.conflicts[0].message


def test_both_sides_good_and_together_not() -> None:
    """A form that theirs adds is what ours forbids."""
    ours = replace(LEI, targets={"es": Target("Lei", ("L. Jun",), ("Ley",))})
    theirs = replace(LEI, targets=es("Lei", "L. Jun", "Ley"))
    merged = three(LEI, ours, theirs)
    assert merged.glossary.terms == (ours,)
    assert "required and forbidden" in merged.conflicts[0].field


def test_one_spelling_claimed_by_two_entries() -> None:
    other = Term("jun", "Jun")
    base = Glossary((LEI, other), path=PATH)
    ours = Glossary((replace(LEI, aliases=("LJ",)), other), path=PATH)
    theirs = Glossary((LEI, replace(other, aliases=("LJ",)), Term("new", "LJ")), path=PATH)
    with pytest.raises(GlossaryError):
        parse(write.render(theirs), PATH)  # theirs alone would not load either
    merged = merge(base, ours, theirs)
    assert merged.glossary.terms == ours.terms
    assert {c.term for c in merged.conflicts} == {"jun", "new"}


def test_three_languages_are_refused() -> None:
    with pytest.raises(InputError, match="the same source language"):
        merge(Glossary(()), Glossary((), "de"), Glossary(()))


def test_remarks_and_order_of_ours_stay() -> None:
    old = (
        "# head\nversion: 1\nterms:\n  # people\n  - id: lei\n    source: 'Lei Jun' # him\n"
        "    policy: keep\n  - {id: su7, source: SU7, policy: keep}\n"
    )
    base = parse(old, PATH)
    theirs = parse(old.replace("SU7, policy", "SU7 Max, policy"), PATH)
    ours_text = old.replace("Lei Jun", "Lei")
    ours = parse(ours_text, PATH)
    merged = merge(base, ours, theirs)
    made = text(merged, ours_text, ours)
    kept = ("# head\n", "  # people\n", "'Lei' # him", "SU7 Max")
    assert [part for part in kept if part not in made] == []
    assert "CONFLICT" not in made
    clash = merge(base, ours, parse(old.replace("Lei Jun", "Jun"), PATH))
    told = text(clash, ours_text, ours)
    line = '  # CONFLICT lei source: ours "Lei", theirs "Jun", base "Lei Jun"; ours is kept\n'
    assert told == ours_text.replace("  - id: lei", line + "  - id: lei")
    crlf = ours_text.replace("\n", "\r\n")
    assert text(clash, crlf, ours) == told.replace("\n", "\r\n")


def test_a_hostile_conflict_stays_in_its_comment() -> None:
    merged = three(LEI, replace(LEI, note="a\n- id: x\u2028"), replace(LEI, note="b\ufeff"))
    made = text(merged, write.render(merged.glossary), merged.glossary)
    assert made.count("# CONFLICT") == 1
    assert [term.id for term in parse(made, PATH).terms] == ["lei"]
