"""Plain text transcripts: paragraphs, headings and speakers from bare lines.

Speaker labels are detected conservatively: a missing speaker is better than a wrong one.
Run-in headings, which lost their line break and became part of a paragraph, are reported.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from speechsubs.errors import InputError
from speechsubs.formats.markup import clean
from speechsubs.formats.wordtimes import count_cjk, is_cjk, join_all, make_word_lookup
from speechsubs.model import Finding, Kind, Paragraph, Severity, Transcript

#: Words that are lower case in titles, and words that typically start a sentence. English
#: only, because other languages hardly use title case.
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


def find_run_in_headings(paragraphs: Sequence[Paragraph], source: str) -> tuple[Finding, ...]:
    """Report paragraphs that seem to begin with a heading. The text is not changed.

    This cannot be certain: only meaning shows that "From Novice to Racer Looking back,
    ..." is a heading followed by a sentence.
    """
    findings = []
    for paragraph in paragraphs:
        heading = find_run_in_heading(paragraph.text) if paragraph.kind is Kind.TEXT else ""
        if heading:
            message = f"{heading!r} looks like a heading that runs into the sentence after it"
            findings.append(
                Finding(
                    "heading-glued", Severity.WARNING, message, file=source, line=paragraph.line
                )
            )
    return tuple(findings)


def is_title_case(text: str) -> bool:
    """True for at least two words in title case without final punctuation.

    >>> is_title_case("Seventy Days of Questions"), is_title_case("So the work began")
    (True, False)
    """
    tokens = text.split()
    if len(tokens) < 2 or len(tokens) > 16 or text.rstrip()[-1:] in ".!?…,;:":
        return False
    bare = [token.strip(":,\"'“”‘’") or token for token in tokens]
    return all(_is_title_word(token, first=not n) for n, token in enumerate(bare))


def find_run_in_heading(text: str) -> str:
    """The suspected heading at the start of a text, or an empty string.

    It consists of at least three words in title case, followed by a capitalized word that
    typically starts a sentence (or ends in -ing), followed by lower case.

    >>> find_run_in_heading("From Novice to Racer Looking back, I was no driver.")
    'From Novice to Racer'
    >>> find_run_in_heading("The New York Times wrote about it.")
    ''
    """
    tokens = text[:160].split()
    run = 0
    while run < len(tokens) and _is_title_word(tokens[run], first=run == 0):
        run += 1
    # The last word of the run may have a comma: "In 2021, ..."
    if run < len(tokens) and _TITLE_WORD.fullmatch(tokens[run].rstrip(",")):
        run += 1
    if run >= len(tokens):
        return ""
    for place in range(run - 1, 2, -1):
        title = tokens[:place]
        if not _opens_sentence(tokens[place]) or title[-1][0].islower():
            continue
        rest = tokens[place + 1 : run]
        if rest and all(word[0].isupper() for word in rest) and len(rest) > 3:
            continue
        if sum(word[0].isupper() for word in title) >= 3:
            return " ".join(title)
    return ""


def _is_title_word(word: str, *, first: bool) -> bool:
    return _TITLE_WORD.fullmatch(word) is not None or (not first and word in _SMALL)


def _opens_sentence(word: str) -> bool:
    bare = re.split(r"['’,]", word)[0]
    if not bare or not bare[0].isupper():
        return False
    return bare.lower() in _OPENERS or (bare.endswith("ing") and len(bare) > 5)


_LABEL = re.compile(r"([^\W_][^:：\n]{0,39})[:：](?:\s+|(?<=：)|$)(.*)", re.DOTALL)
_QUOTED = re.compile(r"(?:>{1,3}|&gt;&gt;)(?=[\s\w\[\"'“])\s*")
_INITIAL = re.compile(r"(?:[A-ZÀ-Þ]\.)+|(?:Mr|Mrs|Ms|Dr)\.")


@dataclass(frozen=True, slots=True)
class Labels:
    """The speaker labels of a text, as written."""

    names: frozenset[str]

    @classmethod
    def detect(cls, lines: Iterable[str]) -> "Labels":
        """Detect labels at the start of lines.

        A label in capitals is accepted at once ("LEI JUN:"). One in title case must
        recur, and there must be another label (as in an interview) or it must start at
        least half of all lines, so that "Note:" is not taken for a speaker.
        """
        counts: Counter[str] = Counter()
        total = 0
        for line in lines:
            total += 1
            found = _find_label(strip_turn_marker(line)[1])
            if found is not None:
                counts[found[0]] += 1
        shouted = {name for name in counts if _is_upper(name)}
        recurring = {name for name, count in counts.items() if count > 1} - shouted
        several = len(recurring) + len(shouted) > 1
        led = sum(counts[name] for name in recurring)
        if not several and led * 2 < total:
            recurring = set()
        return cls(frozenset(shouted | recurring))

    def split(self, line: str) -> tuple[str, str]:
        """Split a line into speaker and text; the speaker is empty if there is none."""
        found = _find_label(line)
        if found is not None and found[0] in self.names:
            return found
        return "", line


def strip_turn_marker(line: str) -> tuple[bool, str]:
    """Strip the `>>` that marks a new speaker; also returns whether there was one.

    >>> strip_turn_marker(">> LEI JUN: Good evening.")
    (True, 'LEI JUN: Good evening.')
    """
    match = _QUOTED.match(line)
    if match is None or not line.startswith((">>", "&gt;&gt;")):
        return False, line
    return True, line[match.end() :]


def _find_label(line: str) -> tuple[str, str] | None:
    """A possible label: one to four words, each with a capital letter or a digit."""
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


def _is_upper(name: str) -> bool:
    letters = [char for char in name if char.isalpha()]
    return len(letters) > 1 and all(char.isupper() for char in letters)


_FINAL = re.compile(r"[.!?…。！？．]['\"”’»」』）)\]]*$")
#: Hard-wrapped text has 60 to 100 columns; longer lines were not wrapped.
_WRAP_COLUMNS = 120
_HEADING_COLUMNS = 80
_HEADING_WORDS = 14
#: List bullets. Hyphens and dashes are not included, as they may mark a new speaker.
_BULLET = re.compile(r"[•◦▪▫■□●○‣⁃➢➤✓✔]\s*(?=\S)")
_NUMBERED = re.compile(r"\(?(\d{1,3})[.)]\s+(?=\S)")
_SOUND = re.compile(r"[\[(（【♪♫].*[\])）】♪♫]")


@dataclass(frozen=True, slots=True)
class Line:
    """A non-empty line. `number` is 1-based."""

    number: int
    text: str


class TextFormat:
    """Plain text."""

    name = "text"
    suffixes: tuple[str, ...] = (".txt", ".text")

    def read(self, text: str, source: str) -> Transcript:
        """Read paragraphs. Raises `InputError` if there is no text.

        Empty lines separate paragraphs, and lines inside a paragraph are joined. If a
        block has a line of more than 120 columns, it was not hard-wrapped and each of its
        lines is a paragraph; likewise in a file without empty lines if at least half of
        the lines end a sentence. A line that begins with a bullet is a list item, and the
        bullet is dropped. A short line on its own without final punctuation, followed by
        text, is a heading.
        """
        return read_transcript(text, source)


def display_width(text: str) -> int:
    """The width of a text, in which a CJK character takes two columns."""
    return len(text) if text.isascii() else len(text) + count_cjk(text)


def ends_sentence(text: str) -> bool:
    """True if a text ends with sentence-final punctuation, ignoring closing quotes."""
    return _FINAL.search(text[-12:]) is not None


def read_transcript(text: str, source: str) -> Transcript:
    """Read plain text with line feeds. See `TextFormat.read`."""
    blocks = list(_blocks(text))
    if not blocks:
        raise InputError(source, "contains no text")
    groups = list(_groups(blocks))
    labels = Labels.detect([line.text for group in groups for line in group])
    whole = make_word_lookup(line.text for group in groups for line in group)
    paragraphs: list[Paragraph] = []
    alone: list[bool] = []
    for group in groups:
        for part, speaker in _split_by_speaker(group, labels):
            full = join_all((line.text for line in part), whole)
            spoken = _BULLET.sub("", full, count=1) if _BULLET.match(full) else full
            if spoken:
                kind = Kind.TEXT if spoken is full else Kind.ITEM
                paragraphs.append(Paragraph(spoken, kind, part[0].number, speaker=speaker))
                alone.append(len(part) == 1 and not speaker and kind is Kind.TEXT)
    if not paragraphs:
        raise InputError(source, "contains only speaker labels, no text")
    headed = _mark_headings(paragraphs, alone)
    findings = find_run_in_headings(headed, source)
    return Transcript(tuple(headed), source=source, findings=findings)


def _blocks(text: str) -> Iterator[list[Line]]:
    block: list[Line] = []
    # Word processors export Unicode line and paragraph separators.
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
    for block in (part for whole in blocks for part in _split_items(whole)):
        unwrapped = any(display_width(line.text) > _WRAP_COLUMNS for line in block)
        if len(blocks) == 1 and not unwrapped:
            finals = sum(ends_sentence(line.text) for line in block)
            unwrapped = finals * 2 >= len(block)
        if unwrapped:
            yield from ([line] for line in block)
        else:
            yield block


def _split_items(block: list[Line]) -> Iterator[list[Line]]:
    """Split a block before every line that begins with a bullet or the next list number.

    Numbers must count up from 1, so that a wrapped line that happens to begin with "5."
    is not an item. Numbers are kept, because a speaker may say them.
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


def _split_by_speaker(group: list[Line], labels: Labels) -> Iterator[tuple[list[Line], str]]:
    """Split a paragraph where a line begins with a speaker label."""
    part: list[Line] = []
    current = ""
    for line in group:
        turn, quoted = strip_turn_marker(line.text)
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


def _mark_headings(paragraphs: list[Paragraph], alone: list[bool]) -> list[Paragraph]:
    bodies = [
        p.text
        for p, single in zip(paragraphs, alone, strict=True)
        if not (single and _looks_like_heading(p.text))
    ]
    finals = sum(map(ends_sentence, bodies))
    if not finals or finals * 2 < len(bodies):
        # A text without full stops: a missing one is no evidence of a heading.
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
        display_width(text) <= _HEADING_COLUMNS
        and len(text.split()) <= _HEADING_WORDS
        and not re.search(r"[.!?…,;:。！？．，、；：\-–—]['\"”’»」』）)\]]*$", text)
        and not text[0].islower()
        and not _SOUND.fullmatch(text)
    )
