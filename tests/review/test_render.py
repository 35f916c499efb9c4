"""Reviews as Markdown, TSV and tables, with hostile texts in every field."""

from dataclasses import replace

from speechsubs.glossary.diff import Change, ChangeKind
from speechsubs.review import render
from speechsubs.review.model import Item, ItemCue, Review

HOSTILE = '<script>alert("x")</script> | @me #1 `a` [b](c)\t\u202e\x1b[31m =1 سلام'


def hostile() -> Review:
    change = Change(HOSTILE, ChangeKind.TARGET, "ar", HOSTILE, "=HYPERLINK(1)", 1, None)
    cue = ItemCue(1, 0, 1_000, (HOSTILE,), ("=2",), 1.0, 2.0)
    item = Item("s", "=a.srt", "ar", 0, HOSTILE, HOSTILE, "=b", (cue,), (change.id,), ((0, 8),),
                findings=(HOSTILE,), severity="error")  # fmt: skip
    return Review(HOSTILE, "p", (change,), (item,))


def test_markdown_shows_everything_as_it_is() -> None:
    made = render.render_markdown(hostile())
    for bad in ("<script>", "@me", "`a`", "[b]", "\x1b", "\u202e", "#1"):
        assert bad not in made.replace("&#1", "")
    rows = [line for line in made.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {7}
    assert "<b>&#60;script&#62;</b>" in made
    long = replace(hostile(), items=hostile().items * 2_000)
    assert len(render.render_markdown(long)) <= render.MAX_CHARACTERS
    assert "more segments." in render.render_markdown(long)


def test_tsv_is_a_table_without_formulas() -> None:
    rows = render.render_tsv(hostile()).removesuffix("\n").split("\n")
    assert [row.count("\t") for row in rows] == [len(render.COLUMNS) - 1] * 2
    cells = dict(zip(render.COLUMNS, rows[1].split("\t"), strict=True))
    assert (cells["file"], cells["new_text"], cells["new_lines"]) == ("'=a.srt", "'=b", "'=2")


def test_a_table_has_no_line_of_its_own_making() -> None:
    lines = list(render.render_table(hostile()))
    assert [line for line in lines if "\n" in line or "\t" in line] == []
    assert sum("[<script>]" in line for line in lines) == 1
