"""Plain text transcripts: paragraphs, headings and speakers from bare lines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from speechsubs.errors import InputError
from speechsubs.formats.cuetext import clean
from speechsubs.formats.headings import glued_headings
from speechsubs.formats.speakers import Labels, unquoted
from speechsubs.formats.wording import cjk_count, join_all, known_words
from speechsubs.model import Kind, Paragraph, Transcript

_FINAL = re.compile(r"[.!?…。！？．]['\"”’»」』）)\]]*$")
#: Hard-wrapped text is wrapped at 60 to 100 columns; a longer line was not wrapped.
_WRAP_COLUMNS = 120
_HEADING_COLUMNS = 80
_HEADING_WORDS = 14
#: Marks that only lists begin with. A hyphen or a dash may begin a speaker's turn.
_BULLET = re.compile(r"[•◦▪▫■□●○‣⁃➢➤✓✔]\s*(?=\S)")
_NUMBERED = re.compile(r"\(?(\d{1,3})[.)]\s+(?=\S)")
_SOUND = re.compile(r"[\[(（【♪♫].*[\])）】♪♫]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line with text. `number` is 1-based."""

    number: int
    text: str


class TextFormat:
    """Plain text."""

    name = "text"
    suffixes: tuple[str, ...] = (".txt", ".text")

    def read(self, text: str, source: str) -> Transcript:
        """Read paragraphs. Raises `InputError` where there is no text.

        Blank lines separate paragraphs, and lines inside one are joined. Where a
        block holds a line of more than 120 columns nobody wrapped it, and each of its
        lines is a paragraph; so it is in a file without blank lines if at least half of the
        lines end a sentence. A line that begins with a bullet is an item of a list, and
        the bullet, which nobody says, goes. A short line on its own without punctuation at its end,
        with text after it, is a heading.
        """
        return read_transcript(text, source)


def columns(text: str) -> int:
    """The width of a text where a CJK character takes two columns."""
    return len(text) if text.isascii() else len(text) + cjk_count(text)


def ends_sentence(text: str) -> bool:
    """True where a text ends as a sentence does, closing quotes aside."""
    return _FINAL.search(text[-12:]) is not None


def read_transcript(text: str, source: str) -> Transcript:
    """Read plain text with line feeds. See `TextFormat.read`."""
    blocks = list(_blocks(text))
    if not blocks:
        raise InputError(source, "there is no text in it")
    groups = list(_groups(blocks))
    labels = Labels.found_in([line.text for group in groups for line in group])
    whole = known_words(line.text for group in groups for line in group)
    paragraphs: list[Paragraph] = []
    alone: list[bool] = []
    for group in groups:
        for part, speaker in _by_speaker(group, labels):
            full = join_all((line.text for line in part), whole)
            spoken = _BULLET.sub("", full, count=1) if _BULLET.match(full) else full
            if spoken:
                kind = Kind.TEXT if spoken is full else Kind.ITEM
                paragraphs.append(Paragraph(spoken, kind, part[0].number, speaker=speaker))
                alone.append(len(part) == 1 and not speaker and kind is Kind.TEXT)
    if not paragraphs:
        raise InputError(source, "there is no text in it, only speaker labels")
    headed = _with_headings(paragraphs, alone)
    findings = glued_headings(headed, source)
    return Transcript(tuple(headed), source=source, findings=findings)


def _blocks(text: str) -> Iterator[list[Line]]:
    block: list[Line] = []
    # Word processors export their own line and paragraph separators.
    text = text.replace("\u2028", "\n").replace("\u2029", "\n\n").replace("\x0c", "\n\n")
    for number, raw in enumerate(text.split("\n"), start=1):
        line = re.sub(r"[ \u3000\u00a0]{2,}", " ", clean(raw)).strip()
        if line:
            block.append(Line(number, line))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _groups(blocks: Sequence[list[Line]]) -> Iterator[list[Line]]:
    """The lines of each paragraph."""
    for block in (part for whole in blocks for part in _items(whole)):
        unwrapped = any(columns(line.text) > _WRAP_COLUMNS for line in block)
        if len(blocks) == 1 and not unwrapped:
            finals = sum(ends_sentence(line.text) for line in block)
            unwrapped = finals * 2 >= len(block)
        if unwrapped:
            yield from ([line] for line in block)
        else:
            yield block


def _items(block: list[Line]) -> Iterator[list[Line]]:
    """A block cut before every line that begins with a bullet, or with the next number.

    A number counts up from 1, so that a wrapped line that happens to begin with "5." is
    none; it stays in the text, for a speaker may say it.
    """
    start, counted = 0, 0
    for number, line in enumerate(block):
        match = _NUMBERED.match(line.text)
        following = bool(match and int(match[1]) == counted + 1)
        counted += following
        if number > start and (following or _BULLET.match(line.text)):
            yield block[start:number]
            start = number
    yield block[start:]


def _by_speaker(group: list[Line], labels: Labels) -> Iterator[tuple[list[Line], str]]:
    """Cut a paragraph where a line names a speaker."""
    part: list[Line] = []
    current = ""
    for line in group:
        turn, quoted = unquoted(line.text)
        speaker, rest = labels.split(quoted)
        if (speaker or turn) and part:
            yield part, current
            part = []
        if speaker or turn:
            current = speaker
        if rest:
            part.append(replace(line, text=rest))
    if part:
        yield part, current


def _with_headings(paragraphs: list[Paragraph], alone: list[bool]) -> list[Paragraph]:
    bodies = [
        p.text
        for p, single in zip(paragraphs, alone, strict=True)
        if not (single and _looks_like_heading(p.text))
    ]
    finals = sum(map(ends_sentence, bodies))
    if not finals or finals * 2 < len(bodies):
        # Nobody set full stops here: that a line lacks one says nothing.
        return paragraphs
    result = []
    for index, paragraph in enumerate(paragraphs):
        followed = index + 1 < len(paragraphs)
        if followed and alone[index] and _looks_like_heading(paragraph.text):
            paragraph = replace(paragraph, kind=Kind.HEADING)
        result.append(paragraph)
    return result


def _looks_like_heading(text: str) -> bool:
    return (
        columns(text) <= _HEADING_COLUMNS
        and len(text.split()) <= _HEADING_WORDS
        and not re.search(r"[.!?…,;:。！？．，、；：\-–—]['\"”’»」』）)\]]*$", text)
        and not text[0].islower()
        and not _SOUND.fullmatch(text)
    )
