"""What goes out comes back: every format, hostile texts, into an empty glossary and into
the one it came from; and YAML that reads as what was written."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speechsubs.errors import GlossaryError
from speechsubs.glossary import Glossary, Policy, Term, registry, write
from speechsubs.glossary import fields as interchange
from speechsubs.glossary import incoming as glossary_incoming
from speechsubs.glossary.fields import ENTRY, flat, split
from speechsubs.glossary.load import entry, parse

PATH = Path("g.yml")
TAGS = ("es", "zh-CN", "ar", "es-MX")

PIECES = st.sampled_from(
    ["a", "Lei", " ", "  ", ",", ";", '"', '""', "'", "''", "\t", "\n", "|", " | ", "\\", "\\|",
     "=", "=1+1", "+", "-", "@", "#", "# ", ": ", ":", "- ", "[", "]", "{", "}", "&", "*", "!", "%",
     "<script>", "</term>", "&amp;", "]]>", "<![CDATA[", "_x000D_", "_x005F_", "null", "NO", "3.10",
     "007", "1e5", "2026-11-23", "小米", "雷軍", "שלום", "مرحبا", "\u202e", "\u200b", "\u00ad",
     "\ufeff", "\u2028", "\x85", "\uffff", "é", "e\u0301", "İ", "ß", "😀", "r1", ".", "~", "`", "?"]
)  # fmt: skip
SPELLINGS = st.lists(PIECES, min_size=1, max_size=5).map("".join).map(str.strip)
NOTES = st.lists(PIECES, max_size=6).map("".join)


@st.composite
def targets(draw: st.DrawFn) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for tag in draw(st.lists(st.sampled_from(TAGS), unique=True, max_size=3)):
        row: dict[str, Any] = {"term": draw(SPELLINGS)}
        for name in ("forms", "forbidden"):
            texts = draw(st.lists(SPELLINGS, max_size=2, unique=True))
            if texts:
                row[name] = texts
        if draw(st.booleans()):
            row["gender"] = draw(st.sampled_from("mfnc"))
        if draw(st.booleans()):
            row["number"] = draw(st.sampled_from(["singular", "plural"]))
        made[tag] = row
    return made


@st.composite
def glossaries(draw: st.DrawFn) -> Glossary:
    """Any glossary that a file could hold, as `load` understands it."""
    terms: list[Term] = []
    for number in range(draw(st.integers(0, 4))):
        found = draw(targets())
        row: dict[str, Any] = {
            "id": draw(st.sampled_from(["a{}", "{}b", "x.y:z{}", "é_{}"])).format(number),
            # A number makes the spellings of two entries differ.
            "source": f"{number}{draw(SPELLINGS)}".strip(),
            "policy": draw(st.sampled_from(list(Policy))).value,
            "aliases": [f"{number}{n}{t}".strip()
                        for n, t in enumerate(draw(st.lists(SPELLINGS, max_size=2)), 1)],
            "case": draw(st.sampled_from(["exact", "any"])),
            "boundary": draw(st.sampled_from(["word", "none"])),
            "status": draw(st.sampled_from(["approved", "proposed", "deprecated"])),
        }  # fmt: skip
        if found:
            row["targets"] = found
        for name, text in (("note", draw(NOTES)), ("domain", draw(NOTES)), ("pos", draw(NOTES))):
            if text.strip():
                row[name] = text if name == "note" else text.strip()
        try:
            terms.append(entry(row, PATH, number + 1))
        except GlossaryError:
            continue
    return _unique(terms)


def _unique(terms: list[Term]) -> Glossary:
    # Two spellings that differ in what is not seen are one to a glossary.
    kept: list[Term] = []
    for term in terms:
        try:
            parse(write.render(Glossary((*kept, term), "en", PATH)), PATH)
        except GlossaryError:
            continue
        kept.append(term)
    return Glossary(tuple(kept), "en", PATH)


def back(made: registry.ExportResult, name: str, target: str = "") -> interchange.Incoming:
    return registry.read_bytes(made.data, "file", name, "en", target)


def flats(glossary: Glossary) -> dict[str, Any]:
    return {term.id: flat(term) for term in glossary.terms}


def texts(term: Term) -> Iterator[str]:
    for value in flat(term).values():
        yield from [value] if isinstance(value, str) else value


COMMON = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@given(glossaries(), st.sampled_from(["csv", "tsv"]))
@COMMON
def test_our_tables_hold_everything(glossary: Glossary, name: str) -> None:
    made = registry.export(glossary, name)
    assert made.findings == ()
    merged = glossary_incoming.merge(Glossary((), "en", PATH), back(made, name))
    assert merged.glossary.digest == glossary.digest
    assert flats(merged.glossary) == flats(glossary)
    assert merged.findings == merged.conflicts == ()


@given(glossaries())
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_a_workbook_holds_all_that_xml_can(glossary: Glossary) -> None:
    made = registry.export(glossary, "xlsx")
    left_out = {finding.line for finding in made.findings}
    held = Glossary(tuple(t for t in glossary.terms if t.line not in left_out), "en", PATH)
    assert left_out == {t.line for t in glossary.terms if "\uffff" in "".join(texts(t))}
    merged = glossary_incoming.merge(Glossary((), "en", PATH), back(made, "xlsx"))
    assert merged.glossary.digest == held.digest
    assert flats(merged.glossary) == flats(held)


@given(glossaries(), st.sampled_from(["tbx", "tbx2"]))
@COMMON
def test_tbx_holds_terms_and_their_standing(glossary: Glossary, name: str) -> None:
    made = registry.export(glossary, name)
    left_out = {f.line for f in made.findings if f.code == "glossary-left-out"}
    merged = glossary_incoming.merge(Glossary((), "en", PATH), back(made, name))
    found = flats(merged.glossary)
    # What TBX cannot hold, which the export said.
    lost = {"policy", "case", "boundary", "status", *(["pos", "number"] if name == "tbx" else [])}
    for term in glossary.terms:
        if term.line in left_out:
            assert term.id not in found
            continue
        wanted = {n: _folded(n, v) for n, v in flat(term).items()}
        got = {n: _folded(n, v) for n, v in found[term.id].items()}
        if term.policy is Policy.KEEP or got["policy"] == "keep":
            # A target that is the source's own text says nothing about a kept term.
            wanted = {n: v for n, v in wanted.items() if n in ENTRY or v != term.source}
            got = {n: v for n, v in got.items() if n in ENTRY or v != term.source}
        for fields in (wanted, got):
            for field in list(fields):
                part = field if field in ENTRY else split(field)[1]
                if part in lost:
                    del fields[field]
        assert got == wanted
    told = {f.message.split("`")[1] for f in made.findings if f.code == "glossary-not-held"}
    if any(t.policy is not Policy.KEEP for t in glossary.terms if t.line not in left_out):
        assert "policy" in told


def _folded(name: str, value: Any) -> Any:
    if name.rpartition(":")[2] in ("forms", "aliases", "forbidden"):
        return frozenset(value)
    return str(value).split() if name == "note" else value


@given(glossaries(), st.sampled_from(registry.names()))
@COMMON
def test_what_was_exported_changes_nothing_where_it_came_from(
    glossary: Glossary, name: str
) -> None:
    tags = tuple(sorted({tag for term in glossary.terms for tag in term.targets})) or ("es",)
    tags = tags[:1] if name == "omegat" else tags
    incoming = back(registry.export(glossary, name, tags), name, tags[0])
    merged = glossary_incoming.merge(glossary, incoming)
    assert merged.glossary == glossary
    assert flats(merged.glossary) == flats(glossary)
    assert (merged.added, dict(merged.changed), merged.conflicts) == ((), {}, ())


@given(glossaries())
@COMMON
def test_yaml_reads_as_what_was_written(glossary: Glossary) -> None:
    again = parse(write.render(glossary), PATH)
    assert again.digest == glossary.digest
    assert flats(again) == flats(glossary)


REMARKS = "# head\nversion: 1\nsource: en # here\n# before\nterms:\n  # first\n"


@given(glossaries(), glossaries(), st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_changing_a_file_leaves_other_entries_and_remarks_alone(
    before: Glossary, other: Glossary, data: st.DataObject
) -> None:
    parts = [f"{write.render_entry(term)}\n  # after {term.id}\n" for term in before.terms]
    old = REMARKS + "".join(parts) if parts else "# head\nversion: 1\nterms: []\n"
    before = parse(old, PATH)
    changes = {term.id: term for term in other.terms}
    keep = data.draw(st.sets(st.sampled_from([t.id for t in before.terms]))) if parts else set()
    after = _unique(
        [t if t.id in keep else changes.get(t.id, t) for t in before.terms]
        + [replace(t, id=f"new{t.id}", source=f"new {t.source}", aliases=()) for t in other.terms]
    )
    new = write.update(old, before, after)
    again = parse(new, PATH)
    assert again.digest == after.digest
    assert flats(again) == flats(after)
    left = {term.id for term in after.terms}
    for term, text in zip(before.terms, parts, strict=True):
        assert f"# after {term.id}\n" in new
        if term.id in left and flat(term) == flats(after)[term.id] and "\x85" not in old:
            assert text in new or "\u2028" in old
