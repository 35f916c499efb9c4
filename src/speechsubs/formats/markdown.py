"""Markdown transcripts: spoken text is kept, layout is dropped."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from speechsubs.errors import InputError
from speechsubs.formats.markup import clean
from speechsubs.formats.text import find_run_in_headings
from speechsubs.formats.wordtimes import join_all
from speechsubs.model import Finding, Kind, Paragraph, Severity, Transcript

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:[^\n]*\n){0,200}?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_KEY = re.compile(r"---[ \t]*\n\s*[\w-]+\s*:")
_DROPPED = {"table_open": "a table", "fence": "a code block", "html_block": "HTML"}


class MarkdownFormat:
    """Markdown (CommonMark and tables)."""

    name = "markdown"
    suffixes: tuple[str, ...] = (".md", ".markdown")

    def read(self, text: str, source: str) -> Transcript:
        """Read headings, paragraphs, list items and quotes as plain text.

        Links keep their text; images, front matter and comments are dropped. Tables, code
        blocks and HTML are dropped with a finding. Raises `InputError` if nothing is left.
        """
        return read_transcript(text, source)


def read_transcript(text: str, source: str) -> Transcript:
    """Read Markdown text with line feeds. See `MarkdownFormat.read`."""
    # Imported here: only Markdown files need it, and the import takes longer than reading.
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # Indented text in a transcript is a paragraph, not code.
    parser.disable("code")
    paragraphs, findings = _collect(parser.parse(_without_front_matter(text)), source)
    if not paragraphs:
        raise InputError(source, "contains no text")
    findings.extend(find_run_in_headings(paragraphs, source))
    return Transcript(tuple(paragraphs), source=source, findings=tuple(findings))


def _without_front_matter(text: str) -> str:
    """Replace YAML front matter by empty lines, which keeps line numbers."""
    text = text.removeprefix("\ufeff")
    match = _FRONT_MATTER.match(text) if _KEY.match(text) else None
    if match is None:
        return text
    return "\n" * match[0].count("\n") + text[match.end() :]


@dataclass(slots=True)
class _Nesting:
    """The current nesting of blocks."""

    heading: int = 0
    item: int = 0
    quote: int = 0
    table: int = 0

    def step(self, token: "Token") -> None:
        change = token.nesting
        kind = token.type.rpartition("_")[0]
        if kind == "heading":
            self.heading += change
        elif kind == "list_item":
            self.item += change
        elif kind == "blockquote":
            self.quote += change
        elif kind == "table":
            self.table += change

    @property
    def kind(self) -> Kind:
        if self.heading:
            return Kind.HEADING
        if self.quote:
            return Kind.QUOTE
        return Kind.ITEM if self.item else Kind.TEXT


def _collect(tokens: "list[Token]", source: str) -> tuple[list[Paragraph], list[Finding]]:
    place = _Nesting()
    paragraphs: list[Paragraph] = []
    findings: list[Finding] = []
    for token in tokens:
        place.step(token)
        line = token.map[0] + 1 if token.map else 1
        dropped = _DROPPED.get(token.type)
        if dropped and not (token.type == "html_block" and _is_comment(token.content)):
            message = f"{dropped} in the Markdown file was skipped"
            findings.append(
                Finding("markup-dropped", Severity.INFO, message, file=source, line=line)
            )
        if token.type == "inline" and not place.table:
            text = _to_text(token)
            if text:
                paragraphs.append(Paragraph(text, place.kind, line))
    return paragraphs, findings


def _is_comment(content: str) -> bool:
    return content.lstrip().startswith("<!--")


def _to_text(token: "Token") -> str:
    """The plain text of a block, with lines joined according to the script."""
    lines: list[str] = []
    current: list[str] = []
    for part in _parts(token):
        if part == "\n":
            lines.append("".join(current))
            current = []
        else:
            current.append(part)
    lines.append("".join(current))
    tidy = (re.sub(r" {2,}", " ", clean(line)).strip() for line in lines)
    return join_all(line for line in tidy if line)


def _parts(token: "Token") -> Iterator[str]:
    for child in token.children or ():
        if child.type in {"text", "code_inline", "text_special"}:
            yield child.content
        elif child.type in {"softbreak", "hardbreak"} or (
            child.type == "html_inline" and re.match(r"<br\b", child.content, re.IGNORECASE)
        ):
            yield "\n"
