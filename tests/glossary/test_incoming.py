"""Who wins when a file and a glossary say different things."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from speechsubs.errors import InputError
from speechsubs.glossary import Glossary, Policy, Target, Term, registry
from speechsubs.glossary import incoming as interchange
from speechsubs.glossary.fields import Entry, Incoming, Value, flat, row, term_of
from speechsubs.glossary.incoming import Merged

PATH = Path("glossary.yml")
LEI = Term("lei", "Lei Jun", ("Mr. Lei",), targets={"es": Target("Lei")}, note="founder", line=4)
BOARD = Term(
    "board", "board", policy=Policy.FIXED, case="any", line=9,
    targets={"es": Target("consejo", ("consejos",), gender="m"), "zh-CN": Target("董事会")},
)  # fmt: skip
OURS = Glossary((LEI, BOARD), "en", PATH)


def file(*entries: Entry, language: str = "en") -> Incoming:
    return Incoming(entries, "file.csv", language)


def merge(*entries: Entry, **options: Any) -> Merged:
    return interchange.merge(OURS, file(*entries), **options)


def entry(given: dict[str, Value], term_id: str = "", line: int = 2) -> Entry:
    return Entry(given, term_id, line)


def test_what_the_file_does_not_say_stays() -> None:
    merged = merge(entry({"source": "Lei Jun", "es": "Lei", "note": "", "aliases": ()}, "lei"))
    assert merged.glossary == OURS
    assert merged.unchanged == ("lei",)
    assert merged.glossary.digest == OURS.digest


def test_what_we_lack_is_taken() -> None:
    merged = merge(entry({"source": "Lei Jun", "ja": "雷軍", "ja:forms": ("レイ",)}, "lei"))
    term = merged.glossary.term("lei")
    assert term == replace(
        LEI, targets={"es": Target("Lei"), "ja": Target("雷軍", ("レイ",))}
    )  # fmt: skip
    assert merged.changed == {"lei": ("ja", "ja:forms")}
    assert term.line == 4


def test_what_both_say_differently_is_a_conflict_and_ours_stays() -> None:
    merged = merge(entry({"source": "Lei Jun", "es": "Lei Jun", "note": "Founder"}, "lei", 7))
    assert merged.glossary == OURS
    messages = [(f.code, f.locale, f.line, f.message) for f in merged.conflicts]
    assert messages == [
        ("glossary-conflict", "es", 7,
         "'lei' es: 'Lei' here, 'Lei Jun' there: ours is kept (line 4 of glossary.yml)"),
        ("glossary-conflict", "", 7,
         "'lei' note: 'founder' here, 'Founder' there: ours is kept (line 4 of glossary.yml)"),
    ]  # fmt: skip


def test_theirs_can_be_preferred_and_is_still_told() -> None:
    merged = merge(entry({"source": "Lei Jun", "es": "Lei Jun"}, "lei"), prefer="theirs")
    assert merged.glossary.terms[0].targets["es"] == Target("Lei Jun")
    assert merged.conflicts[0].message.endswith("theirs is used (line 4 of glossary.yml)")


def test_by_source_alias_and_capitals_where_there_is_no_id() -> None:
    found = merge(
        entry({"source": "Mr. Lei", "fr": "Lei"}), entry({"source": "Board", "fr": "conseil"})
    )
    assert (found.added, found.conflicts) == ((), ())
    assert found.changed == {"lei": ("fr",), "board": ("fr",)}


def test_lists_grow_and_never_shrink() -> None:
    more = merge(entry({"source": "board", "es:forms": ("consejos", "junta")}))
    assert more.glossary.terms[1].targets["es"].forms == ("consejos", "junta")
    less = merge(entry({"source": "Lei Jun", "aliases": ()}), entry({"source": "board"}))
    assert less.glossary == OURS
    other = merge(entry({"source": "board", "es:forms": ("junta",)}))
    assert (other.glossary, len(other.conflicts)) == (OURS, 1)


def test_a_renamed_source_is_not_mistaken_for_another_term() -> None:
    merged = merge(entry({"source": "Tesla", "es": "Tesla"}, "lei"))
    assert merged.glossary == OURS
    assert "'lei' is 'Lei Jun' here and 'Tesla' there" in merged.conflicts[0].message
    # Foreign ids are often only numbers: the same source under another id is the same term.
    assert merge(entry({"source": "Lei Jun", "fr": "Lei"}, "board")).changed == {"lei": ("fr",)}


def test_a_base_tells_who_changed() -> None:
    base = Glossary((replace(LEI, targets={"es": Target("Old")}), BOARD), "en", PATH)
    theirs = {**flat(LEI), "es": "Old", "note": "CEO"}
    merged = interchange.merge(OURS, file(Entry(theirs, "lei")), base=base)
    assert merged.changed == {"lei": ("note",)}
    assert merged.conflicts == ()
    assert merged.glossary.terms[0].targets["es"] == Target("Lei")
    both = interchange.merge(OURS, file(Entry({**theirs, "es": "New"}, "lei")), base=base)
    assert [f.locale for f in both.conflicts] == ["es"]


def test_with_a_base_a_value_can_be_taken_away() -> None:
    fields = {**flat(BOARD), "zh-CN": "", "es:forms": ()}
    merged = interchange.merge(OURS, file(Entry(fields, "board")), base=OURS)
    assert merged.glossary.terms[1].targets == {"es": Target("consejo", gender="m")}
    assert merged.changed == {"board": ("es:forms", "zh-CN")}


def test_what_we_deleted_stays_deleted() -> None:
    ours = Glossary((LEI,), "en", PATH)
    same = interchange.merge(ours, file(Entry(flat(BOARD), "board")), base=OURS)
    assert (same.glossary, same.conflicts) == (ours, ())
    changed = Entry({**flat(BOARD), "es": "junta"}, "board")
    merged = interchange.merge(ours, file(changed), base=OURS)
    assert merged.glossary == ours
    assert "was deleted here and changed there" in merged.conflicts[0].message


def edited(text: str, old: str, new: str) -> bytes:
    assert old in text
    return text.replace(old, new, 1).encode("utf-8")


def test_a_table_knows_what_it_was_made_of() -> None:
    text = registry.export(OURS, "csv").data.decode("utf-8")
    data = edited(edited(text, "consejo,", "junta,").decode(), "founder", "")
    incoming = registry.read_bytes(data, "file.csv", "csv")
    merged = interchange.merge(OURS, incoming)
    assert merged.conflicts == ()
    assert merged.changed == {"lei": ("note",), "board": ("es",)}
    # We changed the same entry since: only the field that both changed is a conflict.
    moved = replace(BOARD, targets={**BOARD.targets, "es": Target("patronato", gender="m")})
    later = interchange.merge(Glossary((LEI, moved), "en", PATH), incoming)
    assert [f.locale for f in later.conflicts] == ["es"]
    # Theirs is as it was exported: what we changed since stays without a word.
    untouched = registry.read_bytes(text.encode("utf-8"), "file.csv", "csv")
    quiet = interchange.merge(Glossary((LEI, moved), "en", PATH), untouched)
    assert (quiet.conflicts, quiet.glossary.terms[1]) == ((), moved)


def test_a_source_can_be_renamed_in_a_table_of_ours() -> None:
    text = registry.export(OURS, "csv").data.decode("utf-8")
    incoming = registry.read_bytes(edited(text, "Lei Jun", "Lei J."), "file.csv", "csv")
    assert interchange.merge(OURS, incoming).glossary.terms[0].source == "Lei J."


def test_new_entries_get_a_policy_and_an_id() -> None:
    merged = merge(
        entry({"source": "Tesla", "es": "Tesla"}),
        entry({"source": "wheel", "es": "rueda"}),
        entry({"source": "tesla!", "es": "x"}),
        policy=Policy.TRANSLATE,
    )
    assert merged.added == ("tesla", "wheel", "tesla-2")
    tesla, wheel, _ = merged.glossary.terms[2:]
    assert (tesla.policy, tesla.targets) == (Policy.KEEP, {})
    assert (wheel.policy, wheel.targets) == (Policy.TRANSLATE, {"es": Target("rueda")})


def test_an_entry_that_breaks_a_rule_is_refused_alone() -> None:
    merged = merge(
        entry({"source": "x" * 300}, line=2),
        entry({"source": "Y", "aliases": ("Lei Jun",)}, line=3),
        entry({"source": "z", "es": "a", "es:forbidden": ("a",)}, line=4),
        entry({"source": "bad\u0007bell"}, line=5),
        entry({"source": "good"}, line=6),
    )
    assert merged.added == ("good",)
    assert [(f.code, f.line) for f in merged.findings] == [
        ("glossary-refused", line) for line in (2, 3, 4, 5)
    ]
    assert "belongs to 'lei'" in merged.findings[1].message


def test_an_unknown_locale_is_told_once_and_the_rest_taken() -> None:
    merged = merge(
        entry({"source": "a1", "tlh": "x", "fr": "y"}), entry({"source": "a2", "tlh": "z"})
    )
    assert [f.code for f in merged.findings] == ["glossary-left-out"]
    assert merged.glossary.terms[2].targets == {"fr": Target("y")}


def test_files_of_another_language_are_refused() -> None:
    with pytest.raises(InputError, match="its source language is de"):
        interchange.merge(OURS, file(language="de"))
    assert interchange.merge(OURS, file(language="en-GB")).glossary == OURS


def test_tags_of_tools_are_ours() -> None:
    found = merge(entry({"source": "board", "es-ES": "consejo", "zh": "董事会"}))
    assert (found.changed, found.conflicts) == ({}, ())
    assert merge(entry({"source": "board", "es-MX": "junta"})).changed == {"board": ("es-MX",)}


def test_a_row_says_no_more_than_it_must() -> None:
    assert row("lei", flat(LEI)) == {
        "id": "lei", "source": "Lei Jun", "aliases": ["Mr. Lei"], "policy": "keep",
        "targets": {"es": "Lei"}, "note": "founder",
    }  # fmt: skip
    assert term_of("lei", flat(LEI), PATH, 4) == LEI


def test_ten_thousand_entries_are_compared_by_index_not_by_search() -> None:
    terms = tuple(Term(f"t{n}", f"Term {n}") for n in range(10_000))
    big = Glossary(terms, "en", PATH)
    entries = tuple(Entry({"source": f"Term {n}"}, line=n) for n in range(0, 10_000, 2))
    assert len(interchange.merge(big, Incoming(entries, "f")).unchanged) == 5_000
