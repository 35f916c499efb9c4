"""Text into sentences, with the times of their words where the transcript had them.

sentencex finds the borders: of the segmenters that need no model it alone was
right on "$3.50", "5 p.m.", "U.S." and Chinese quotes (compared on 2026-11-23 with
pysbd, stale since 2021, and wtpsplit, which downloads models). What it parts
wrongly is joined again here, by rules for what stands on both sides of a border.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate, pairwise

from speechsubs.model import Paragraph, Sentence, Transcript, Word

#: A closing quote with the sentence's mark inside: what follows may belong to it.
_QUOTE_END = re.compile(r"[.!?。！？…,，]\s*[\"'”’»」』]\s*$")
_ABBREVIATED = re.compile(
    r"(?:^|\s)(?:\d[\d.,]*\s+)?(?:[Mm]io|[Mm]rd|[Mm]ill|[Bb]n|[Tt]sd|approx|ca|vs|St|Sr|Sra|"
    r"[A-Z])\.\s*$"
)
#: "No. 5" is a number, "No. I was there." an answer.
_NUMBER_SIGN = re.compile(r"(?:^|\s)(?:No|Nr)\.\s*$")
#: Chinese and Japanese say who spoke after the quote: “...。”雷军说。 「...。」と言った。
_ZH_SAYS = re.compile(r"^[^。！？“”，]{0,12}(?:说|說|道|问|問|表示|称|稱|喊|答)")
_JA_QUOTED = re.compile(r"^(?:と|って|という|とは|との)")
#: sentencex takes what follows "p.m." for the same sentence, even where a quote begins.
_AFTER_HOUR = re.compile(r"(?<=\b[ap]\.m\.)(\s+)(?=[\"“‘][^\W\d_])")
#: and "No." for the abbreviation even where it is an answer.
_ANSWER = re.compile(r"[\s\"“‘«]*No\.\s+(?=[^\W\d_])")
#: A list's number at the start of a paragraph: "1." and "(2)" are no sentences.
_LIST_NUMBER = re.compile(r"\s*\(?\d{1,3}[.)]\s*")
#: "т. е. если", "d. h. am": a letter that stands for a word, and a small letter behind it.
_LETTER = re.compile(r"(?:^|\s)[^\W\d_]\.\s*$")
#: sentencex takes no digit and no Latin letter for the beginning of a Chinese sentence.
_CJK_STOP = re.compile(r"[。！？](?=[0-9０-９A-Za-z])")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
#: Controls and marks that only steer other characters show nothing by themselves.
_VISIBLE = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_HAS_TEXT = re.compile(r"\w")
#: A sentence longer than this is no sentence; engines and readers need it in parts.
MAX_CHARACTERS = 1_200


def split(transcript: Transcript, language: str) -> list[Sentence]:
    """All sentences of a transcript in order.

    `language` is the language part of a BCP 47 tag; "en" is assumed where sentencex
    does not know it. Paragraphs never share a sentence. Stretches without a letter
    or digit stay with the sentence before them, so that no text is lost.

    >>> [s.text for s in split(Transcript((Paragraph('He left at 4.13 p.m. "Go!" he said.'),)), "en")]
    ['He left at 4.13 p.m.', '"Go!" he said.']
    """  # noqa: E501 - one line of doctest
    result: list[Sentence] = []
    for number, paragraph in enumerate(transcript.paragraphs):
        for start, end in _spans(paragraph.text, language):
            result.append(_sentence(len(result), number, paragraph, start, end))
    return result


def _sentence(index: int, number: int, paragraph: Paragraph, start: int, end: int) -> Sentence:
    low = bisect_right(paragraph.words, start, key=lambda word: word.end_offset)
    high = bisect_left(paragraph.words, end, key=lambda word: word.offset)
    words = tuple(_clipped(word, start, end) for word in paragraph.words[low:high])
    text = paragraph.text[start:end]
    return Sentence(index, number, text, paragraph.kind, paragraph.line, words, paragraph.speaker)


def _clipped(word: Word, start: int, end: int) -> Word:
    """A word with offsets from a sentence's start; only the part of it inside the sentence.

    Recognisers of Chinese return "好。我" as one word: its time goes by characters, so
    that neither sentence is left without any.
    """
    first, last = max(word.offset, start), min(word.end_offset, end)
    length, spent = max(1, len(word.text)), word.end_ms - word.start_ms
    return Word(
        word.text[first - word.offset : last - word.offset],
        first - start,
        word.start_ms + spent * (first - word.offset) // length,
        word.end_ms - spent * (word.end_offset - last) // length,
        word.confidence,
    )


def _spans(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, without the blanks around it."""
    start = 0
    pieces = _joined(_segment(text, language), language)
    for piece in pieces:
        for part in _limited(piece):
            end = start + len(part)
            bare = part.strip()
            if _VISIBLE.search(bare):
                begin = start + part.index(bare[0])
                yield begin, begin + len(bare)
            start = end


def _segment(text: str, language: str) -> list[str]:
    # Loading sentencex takes its rules along: only a command that needs it pays.
    import sentencex

    # A lone surrogate is no text to it, and an exception.
    pieces = list(sentencex.segment(language, _SURROGATE.sub("\ufffd", text)))
    ends = list(accumulate(map(len, pieces), initial=0))
    if ends[-1] != len(text):
        # A segmenter that loses a character would shift every time after it.
        return [text]
    parts = [part for a, b in pairwise(ends) for part in _at_hours(text[a:b])]
    if language in ("zh", "ja"):
        parts = [part for piece in parts for part in _at_stops(piece)]
    return parts


def _at_stops(piece: str) -> Iterator[str]:
    """A piece cut after full stops that stand outside of quotes and brackets."""
    start, depth, seen = 0, 0, 0
    for match in _CJK_STOP.finditer(piece):
        for character in piece[seen : match.end()]:
            depth += (character in "“「『（《") - (character in "”」』）》")
        seen = match.end()
        if depth <= 0:
            yield piece[start : match.end()]
            start = match.end()
    yield piece[start:]


def _at_hours(piece: str) -> Iterator[str]:
    start = 0
    answer = _ANSWER.match(piece)
    if answer and piece[answer.end()].isupper():
        yield piece[: answer.end()]
        start = answer.end()
    for match in _AFTER_HOUR.finditer(piece, start):
        if piece[match.end() + 1].isupper():
            yield piece[start : match.end()]
            start = match.end()
    yield piece[start:]


def _joined(pieces: list[str], language: str) -> list[str]:
    result: list[str] = []
    for piece in pieces:
        # Beyond the limit the sentence is cut again, whatever belongs together.
        first = len(result) == 1 and _LIST_NUMBER.fullmatch(result[0])
        if first or (
            result and len(result[-1]) < MAX_CHARACTERS and _belongs(result[-1], piece, language)
        ):
            result[-1] += piece
        else:
            result.append(piece)
    return result


def _belongs(before: str, piece: str, language: str) -> bool:
    """True where a border between the two pieces is none."""
    bare = piece.lstrip()
    if not _HAS_TEXT.search(piece) or not _HAS_TEXT.search(before):
        return True
    if _QUOTE_END.search(before):
        if language == "zh" and _ZH_SAYS.match(bare):
            return True
        if language == "ja" and _JA_QUOTED.match(bare):
            return True
        return bare[:1].islower()
    if bare[:1].islower() and (before.rstrip().endswith(("...", "…")) or _LETTER.search(before)):
        return True
    if bare[:1].isdigit() and _NUMBER_SIGN.search(before):
        return True
    return bool(_ABBREVIATED.search(before)) and not before.rstrip().endswith("U.S.")


def _limited(piece: str) -> Iterator[str]:
    """A runaway sentence in parts, cut at the last clause mark or blank that fits."""
    while len(piece) > MAX_CHARACTERS:
        window = piece[:MAX_CHARACTERS]
        cut = max(window.rfind(mark) + len(mark) for mark in ("; ", ", ", "；", "，", "、"))
        if cut < MAX_CHARACTERS // 3:
            cut = window.rfind(" ") + 1
        cut = cut if cut > MAX_CHARACTERS // 3 else MAX_CHARACTERS
        yield piece[:cut]
        piece = piece[cut:]
    yield piece
