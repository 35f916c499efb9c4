"""Headings that lost their line end and stand glued to the front of a paragraph.

Who speaks, as transcripts and subtitles write it. Better no speaker than a wrong one.

Plain text transcripts: paragraphs, headings and speakers from bare lines.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from speechsubs.errors import InputError
from speechsubs.formats.markup import clean
from speechsubs.formats.wordtimes import cjk_count, is_cjk, join_all, known_words
from speechsubs.model import Finding, Kind, Paragraph, Severity, Transcript

#: Small words that titles write in lower case, and openers that tell where the
#: sentence begins. English only: other languages hardly use title case.
_SMALL = frozenset(
    re.findall(r"\w+", "a an and as at by for from in into of on or the to vs with without")
)
_OPENERS = frozenset(
    re.findall(
        r"\w+",
        "a after again all although and as at back because before behind but by during even every "
        "everyone finally first for from he here his how however i if in instead it its last "
        "later let many maybe most my next no now of on once one only our over people perhaps she "
        "since so some soon still suddenly that the their then there these they this those three "
        "through to today two under until we what when where while who why with without "
        "yesterday you your",
    )
)
_TITLE_WORD = re.compile(r"[A-Z][\w'’-]*|\d[\w'’-]*")


def glued_headings(paragraphs: Sequence[Paragraph], source: str) -> tuple[Finding, ...]:
    """One finding per paragraph that seems to begin with a heading. The text stays.

    It cannot be told with certainty: "From Novice to Racer Looking back, ..." is a
    heading and a sentence to a person who knows that people look back.
    """
    findings = []
    for paragraph in paragraphs:
        heading = glued_heading(paragraph.text) if paragraph.kind is Kind.TEXT else ""
        if heading:
            message = f"{heading!r} looks like a heading that runs into the sentence after it"
            findings.append(
                Finding(
                    "heading-glued", Severity.WARNING, message, file=source, line=paragraph.line
                )
            )
    return tuple(findings)


def in_title_case(text: str) -> bool:
    """True for a text of at least two words, all as titles have them, without a final mark.

    >>> in_title_case("Seventy Days of Questions"), in_title_case("So the work began")
    (True, False)
    """
    tokens = text.split()
    if len(tokens) < 2 or len(tokens) > 16 or text.rstrip()[-1:] in ".!?…,;:":
        return False
    bare = [token.strip(":,\"'“”‘’") or token for token in tokens]
    return all(_in_title(token, first=not n) for n, token in enumerate(bare))


def glued_heading(text: str) -> str:
    """The suspected heading at the front of a text, or nothing.

    At least three words in title case, then an opener of sentences with a capital
    (or a word in -ing), then a sentence that goes on in lower case.

    >>> glued_heading("From Novice to Racer Looking back, I was no driver.")
    'From Novice to Racer'
    >>> glued_heading("The New York Times wrote about it.")
    ''
    """
    tokens = text[:160].split()
    run = 0
    while run < len(tokens) and _in_title(tokens[run], first=run == 0):
        run += 1
    # The word that ends the run may carry a comma: "In 2021, ..."
    if run < len(tokens) and _TITLE_WORD.fullmatch(tokens[run].rstrip(",")):
        run += 1
    if run >= len(tokens):
        return ""
    for place in range(run - 1, 2, -1):
        title = tokens[:place]
        if not _opens(tokens[place]) or title[-1][0].islower():
            continue
        rest = tokens[place + 1 : run]
        if rest and all(word[0].isupper() for word in rest) and len(rest) > 3:
            continue
        if sum(word[0].isupper() for word in title) >= 3:
            return " ".join(title)
    return ""


def _in_title(word: str, *, first: bool) -> bool:
    return _TITLE_WORD.fullmatch(word) is not None or (not first and word in _SMALL)


def _opens(word: str) -> bool:
    bare = re.split(r"['’,]", word)[0]
    if not bare or not bare[0].isupper():
        return False
    return bare.lower() in _OPENERS or (bare.endswith("ing") and len(bare) > 5)


_LABEL = re.compile(r"([^\W_][^:：\n]{0,39})[:：](?:\s+|(?<=：)|$)(.*)", re.DOTALL)
_QUOTED = re.compile(r"(?:>{1,3}|&gt;&gt;)(?=[\s\w\[\"'“])\s*")
_INITIAL = re.compile(r"(?:[A-ZÀ-Þ]\.)+|(?:Mr|Mrs|Ms|Dr)\.")


@dataclass(frozen=True, slots=True)
class Labels:
    """The speaker labels of one text, in upper and lower case as written."""

    names: frozenset[str]

    @classmethod
    def found_in(cls, lines: Iterable[str]) -> "Labels":
        """Find labels at the start of lines.

        A label in capitals is believed at once ("LEI JUN:"). One in title case must
        recur, and either another one recurs too (an interview) or it leads at least
        half of all lines: "Note:" in a speech is none.
        """
        counts: Counter[str] = Counter()
        total = 0
        for line in lines:
            total += 1
            found = _label(unquoted(line)[1])
            if found is not None:
                counts[found[0]] += 1
        shouted = {name for name in counts if _shouted(name)}
        recurring = {name for name, count in counts.items() if count > 1} - shouted
        several = len(recurring) + len(shouted) > 1
        led = sum(counts[name] for name in recurring)
        if not several and led * 2 < total:
            recurring = set()
        return cls(frozenset(shouted | recurring))

    def split(self, line: str) -> tuple[str, str]:
        """The speaker and the rest of a line; an empty speaker where it names none."""
        found = _label(line)
        if found is not None and found[0] in self.names:
            return found
        return "", line


def unquoted(line: str) -> tuple[bool, str]:
    """A line without the `>>` that marks a new speaker, and whether there was one.

    >>> unquoted(">> LEI JUN: Good evening.")
    (True, 'LEI JUN: Good evening.')
    """
    match = _QUOTED.match(line)
    if match is None or not line.startswith((">>", "&gt;&gt;")):
        return False, line
    return True, line[match.end() :]


def _label(line: str) -> tuple[str, str] | None:
    """A label by its looks: one to four words, each with a capital or a number."""
    match = _LABEL.match(line[:44])
    if match is None:
        return None
    name = match[1].strip()
    rest = line[match.start(2) :].strip()
    words = name.split()
    if not 1 <= len(words) <= 4 or name[0].isdigit():
        return None
    for word in words:
        capital = word[0].isupper() or word[0].isdigit() or word[0] in "(#"
        plain = word.strip("()#'’-").replace("-", "").replace("'", "").replace("’", "").isalnum()
        if not (plain or _INITIAL.fullmatch(word)):
            return None
        if not capital and not (is_cjk(word[0]) and len(name) <= 8):
            return None
    return name, rest


def _shouted(name: str) -> bool:
    letters = [char for char in name if char.isalpha()]
    return len(letters) > 1 and all(char.isupper() for char in letters)


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
