"""Markdown: spoken text is kept, layout is dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.errors import InputError
from speechsubs.formats.markdown import read_transcript
from speechsubs.model import Kind


def test_blocks_have_their_kind_and_line() -> None:
    text = "---\ntitle: x\n---\n# One\n\nSome *text*\nwith a [link](u).\n\n- item\n\n> quote\n"
    found = read_transcript(text, "talk.md")
    assert [(p.text, p.kind, p.line) for p in found.paragraphs] == [
        ("One", Kind.HEADING, 4),
        ("Some text with a link.", Kind.TEXT, 6),
        ("item", Kind.ITEM, 9),
        ("quote", Kind.QUOTE, 11),
    ]


def test_tables_code_and_html_are_dropped_with_a_finding() -> None:
    text = (
        "Text.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n\n<div>x</div>\n\n<!-- y -->\n"
    )
    found = read_transcript(text, "talk.md")
    assert [p.text for p in found.paragraphs] == ["Text."]
    assert [(f.code, f.line) for f in found.findings] == [
        ("markup-dropped", 3),
        ("markup-dropped", 7),
        ("markup-dropped", 11),
    ]


def test_a_file_of_layout_only_has_no_text() -> None:
    with pytest.raises(InputError, match="no text"):
        read_transcript("---\ntitle: x\n---\n![](a.png)\n\n***\n", "talk.md")


@given(st.text("#*_[]()<>`-|:\n\\ a1", max_size=80))
def test_any_markdown_is_read_or_refused(text: str) -> None:
    try:
        found = read_transcript(text, "talk.md")
    except InputError:
        return
    assert all(p.text.strip() and "\n" not in p.text for p in found.paragraphs)
