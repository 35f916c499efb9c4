"""A glossary file is updated in place: comments, order and other entries stay."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.glossary import Glossary, Term, write
from speechsubs.glossary.load import parse

PATH = Path("g.yml")
OLD = """\
# head
version: 1
source: en
terms:
  # the car
  - id: su7
    source: SU7  # as written on it
    policy: keep
  - id: lei
    source: Lei Jun
    policy: keep
"""


def test_nothing_changes_without_a_change() -> None:
    before = parse(OLD, PATH)
    assert write.update(OLD, before, before) == OLD


def test_only_the_changed_entry_is_rewritten() -> None:
    before = parse(OLD, PATH)
    su7, lei = before.terms
    after = Glossary((su7, replace(lei, note="a person")), "en", PATH)
    new = write.update(OLD, before, after)
    assert new.startswith(OLD[: OLD.index("  - id: lei")])
    assert parse(new, PATH).terms[1].note == "a person"


def test_removed_entries_lose_their_lines_and_new_ones_come_last() -> None:
    before = parse(OLD, PATH)
    after = Glossary((before.terms[0], Term("x", "Xiaomi")), "en", PATH)
    new = write.update(OLD, before, after)
    assert "Lei Jun" not in new
    assert [term.id for term in parse(new, PATH).terms] == ["su7", "x"]


@pytest.mark.parametrize("indent", [2, 4])
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20))
def test_any_source_is_quoted_as_needed(indent: int, text: str) -> None:
    # A letter behind it: a term that nobody can see is refused by the reader.
    source = f"{text.strip()}a"
    entry = write.render_entry(Term("x", source), indent)
    (term,) = parse(f"version: 1\nterms:\n{entry}\n", PATH).terms
    assert term.source == source
