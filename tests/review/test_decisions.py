"""decisions.yml: what is written is read, and what is doubtful is refused with its line."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.errors import YamlError
from speechsubs.review import decisions
from speechsubs.review.model import Decision, Decisions, Verdict

PATH = Path("decisions.yml")
HEAD = 'schema: "speechsubs-decisions/1"\nproject: p\nold: ""\nnew: ""\n'
ITEM = """\
decisions:
  - item: "0123456789abcdef"
    verdict: accept
    source_hash: "12e4567890123456"
    text_hash: "0000000000000001"
"""
HASHES = st.text("0123456789abcdef", min_size=16, max_size=16)
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\u202e\u2028\ufeff<>&\"':#"),
    min_size=1,
).filter(lambda text: bool(text.strip()))


@given(
    st.lists(
        st.builds(
            Decision,
            HASHES,
            st.sampled_from(Verdict),
            HASHES,
            HASHES,
            TEXTS,
            st.lists(st.lists(TEXTS, min_size=1, max_size=3).map(tuple), max_size=2).map(tuple),
            TEXTS,
            st.just("2026-10-01T12:30:00Z"),
            TEXTS,
        ),
        max_size=4,
        unique_by=lambda d: d.item,
    )
)
def test_what_is_written_is_read(items: list[Decision]) -> None:
    whole = Decisions("p", "a" * 64, "b" * 64, tuple(items))
    assert decisions.parse(decisions.render(whole), PATH) == whole


def test_a_file_on_disk(tmp_path: Path) -> None:
    whole = Decisions("p", "", "", (Decision("0" * 16, Verdict.REJECT, "1" * 16, "2" * 16),))
    decisions.save(whole, tmp_path / "d.yml")
    assert decisions.load(tmp_path / "d.yml") == whole


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (HEAD.replace("/1", "/9") + ITEM, 1, "schema: expected 'speechsubs"),
        (HEAD, 1, "must be a list"),
        (HEAD + "decisions: 3\n", 5, "must be a list"),
        (HEAD + "decisions:\n  - 3\n", 6, "`name: value`"),
        (HEAD + ITEM + "    colour: red\n", 10, "unknown key 'colour'"),
        (HEAD + ITEM.replace("accept", "maybe"), 7, "unknown verdict 'maybe'"),
        (HEAD + ITEM.replace("accept", "edit"), 6, "requires `text`"),
        (HEAD + ITEM.replace('"12e4567890123456"', "12e4567890123456"), 8, "quote it"),
        (HEAD + ITEM.replace('"0000000000000001"', '"1"'), 9, "16 hexadecimal"),
        (HEAD + ITEM.replace('    text_hash: "0000000000000001"\n', ""), 6, "requires `text_hash`"),
        (HEAD + ITEM + ITEM.partition("\n")[2], 10, "duplicate decision"),
        (HEAD + ITEM + "    date: yesterday\n", 10, "ISO 8601"),
        (HEAD + ITEM + '    text: "a\\nb"\n', 10, "U+000A"),
        (HEAD + ITEM + '    text: "a\\0b"\n', 10, "U+0000"),
        (HEAD + ITEM + "    text: a\n    lines: [[]]\n", 11, "each cue must be a list of quoted"),
        (HEAD + ITEM + '    text: a\n    lines: [["a", " "]]\n', 11, "empty line"),
        (HEAD + ITEM + '    lines: [["a"]]\n', 10, "`lines` requires `text`"),
        (HEAD.replace('old: ""', 'old: "x"') + ITEM, 3, "64 hexadecimal"),
    ],
)
def test_what_is_doubtful_is_refused(text: str, line: int, said: str) -> None:
    with pytest.raises(YamlError, match=re.escape(said)) as caught:
        decisions.parse(text, PATH)
    assert caught.value.line == line


def test_a_long_text_is_refused() -> None:
    long = "a" * (decisions.MAX_TEXT + 1)
    with pytest.raises(YamlError, match="characters"):
        decisions.parse(HEAD + ITEM + f"    text: {long}\n", PATH)
