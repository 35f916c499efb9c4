"""Markdown for pull requests: a table in which every text is only text."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.exchange import markdown

from .samples import golden, plain

LINE_ENDS = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def read_cell(cell: str) -> str:
    """The text that GitHub shows for a cell."""
    bare = cell.replace("<!-- -->", "").replace("<span>$</span>", "$").replace("<br>", "\n")
    return html.unescape(re.sub(r"\\([\\`*_\[\]{}|~()!])", r"\1", bare))


def test_a_row_has_number_time_texts_and_state() -> None:
    data, findings = markdown.write(golden())
    lines = data.decode("utf-8").splitlines()
    assert lines[0] == "### talk.txt: en → es"
    assert lines[5] == (
        "| 2 | 0:00:03.100 | The board said &lt;no&gt; &amp; left. "
        "| El consejo dijo &lt;no&gt; y se fue. | edited |"
    )
    assert lines[6] == "| 3 |  | They visited 10 cities. |  | new |"
    assert findings == []


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("*bold* _it_ `code`", r"\*bold\* \_it\_ \`code\`"),
        ("[a](http://b)", r"\[a\]\(http:<!-- -->//b\)"),
        ("www.a.example GH-12 #12", "www<!-- -->.a.example GH<!-- -->-12 #<!-- -->12"),
        (":smile: and 10:30", ":<!-- -->smile: and 10:30"),
        ("$x$", "<span>$</span>x<span>$</span>"),
        ("a\r\nb\u2028c", "a<br>b<br>c"),
        ("\x00\u202e\ud800", "\ufffd" * 3),
    ],
)
def test_markup_mentions_and_links_are_inactive(text: str, cell: str) -> None:
    assert markdown.escaped(text) == cell


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))))
def test_a_cell_shows_the_text(text: str) -> None:
    visible = re.sub("[\u202a-\u202e\u2066-\u2069\ufffe\uffff]", "\ufffd", text)
    assert read_cell(markdown.escaped(visible)) == visible


@given(st.text())
def test_a_cell_is_one_cell_of_one_line(text: str) -> None:
    cell = markdown.escaped(text)
    assert not LINE_ENDS.search(cell)
    assert "|" not in re.sub(r"\\.", "", cell)
    cell.encode("utf-8")


def test_a_table_too_long_for_a_comment_is_reported() -> None:
    fits = plain({"a": "b" * (markdown.MOST - 200)})
    assert markdown.write(fits)[1] == []
    _, (finding,) = markdown.write(plain({"a": "b" * markdown.MOST}))
    assert (finding.code, finding.file, finding.locale) == ("exchange-comment", "talk.txt", "es")
    assert "limited to 65,536" in finding.message
