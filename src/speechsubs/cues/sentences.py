"""Split text into sentences; word times of the transcript are kept.

The segmenter is sentencex. Of those that need no model it was the only one that handled
"$3.50", "5 p.m.", "U.S." and Chinese quotes correctly (compared on 2026-11-23 with pysbd,
unmaintained since 2021, and wtpsplit, which downloads models). Its wrong splits are
joined again by rules on the text on both sides of a boundary.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, pairwise

from speechsubs.errors import UnknownLocaleError
from speechsubs.language import locales
from speechsubs.language.locale_rules import BreakRules
from speechsubs.model import Paragraph, Sentence, Transcript, Word

#: A closing quote after sentence-final punctuation: the sentence may continue after it.
_QUOTE_END = re.compile(r"[.!?。！？…,，]\s*[\"'”’»」』]\s*$")
_ABBREVIATED = re.compile(
    r"(?:^|\s)(?:\d[\d.,]*\s+)?(?:[Mm]io|[Mm]rd|[Mm]ill|[Bb]n|[Tt]sd|approx|ca|vs|St|Sr|Sra|"
    r"[A-Z])\.\s*$"
)
#: "No. 5" is a number, "No. I was there." an answer.
_NUMBER_SIGN = re.compile(r"(?:^|\s)(?:No|Nr)\.\s*$")
#: sentencex does not split after "p.m.", even before an opening quote.
_AFTER_HOUR = re.compile(r"(?<=\b[ap]\.m\.)(\s+)(?=[\"“‘][^\W\d_])")
#: It treats "No." as an abbreviation even if it is an answer.
_ANSWER = re.compile(r"[\s\"“‘«]*No\.\s+(?=[^\W\d_])")
#: A list number at the start of a paragraph: "1." and "(2)" are not sentences.
_LIST_NUMBER = re.compile(r"\s*\(?\d{1,3}[.)]\s*")
#: "т. е. если", "d. h. am": a letter as an abbreviation, followed by lower case.
_LETTER = re.compile(r"(?:^|\s)[^\W\d_]\.\s*$")
#: sentencex does not start a Chinese sentence with a digit or a Latin letter.
_CJK_STOP = re.compile(r"[。！？](?=[0-9０-９A-Za-z])")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
#: Control and format characters are not visible.
_VISIBLE = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_HAS_TEXT = re.compile(r"\w")
#: Longer sentences are split, for engines and for readers.
MAX_CHARACTERS = 1_200


def split(transcript: Transcript, language: str) -> list[Sentence]:
    """Split a transcript into sentences, in order.

    `language` is the language subtag of a BCP 47 tag; sentencex falls back to "en".
    Sentences never span paragraphs. Text without a letter or digit stays with the
    sentence before it, so that nothing is lost.

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
    words = tuple(_clip_word(word, start, end) for word in paragraph.words[low:high])
    text = paragraph.text[start:end]
    return Sentence(index, number, text, paragraph.kind, paragraph.line, words, paragraph.speaker)


def _clip_word(word: Word, start: int, end: int) -> Word:
    """Clip a word to a sentence; its offset counts from the sentence's start.

    Chinese recognizers may return "好。我" as one word: its time is divided by characters,
    so that both sentences have one.
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


@cache
def _rules(language: str) -> BreakRules:
    """The language's rules; English's, which name nothing of this, for an unknown one."""
    try:
        return locales.load(language).breaks
    except UnknownLocaleError:
        return locales.load("en").breaks


def _spans(text: str, language: str) -> Iterator[tuple[int, int]]:
    """The start and end of each sentence, without surrounding whitespace."""
    start = 0
    pieces = _join_pieces(_segment(text, language), language)
    for piece in pieces:
        for part in _split_overlong(piece):
            end = start + len(part)
            bare = part.strip()
            if _VISIBLE.search(bare):
                begin = start + part.index(bare[0])
                yield begin, begin + len(bare)
            start = end


def _segment(text: str, language: str) -> list[str]:
    # Imported here because it loads its rules.
    import sentencex

    # sentencex raises an exception for a lone surrogate.
    pieces = list(sentencex.segment(language, _SURROGATE.sub("\ufffd", text)))
    ends = list(accumulate(map(len, pieces), initial=0))
    if ends[-1] != len(text):
        # A lost character would shift all times after it.
        return [text]
    parts = [part for a, b in pairwise(ends) for part in _split_at_hours(text[a:b])]
    if _rules(language).bare_stops:
        parts = [part for piece in parts for part in _split_at_stops(piece)]
    return parts


def _split_at_stops(piece: str) -> Iterator[str]:
    """Split after full stops outside quotes and brackets."""
    start, depth, seen = 0, 0, 0
    for match in _CJK_STOP.finditer(piece):
        for character in piece[seen : match.end()]:
            depth += (character in "“「『（《") - (character in "”」』）》")
        seen = match.end()
        if depth <= 0:
            yield piece[start : match.end()]
            start = match.end()
    yield piece[start:]


def _split_at_hours(piece: str) -> Iterator[str]:
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


def _join_pieces(pieces: list[str], language: str) -> list[str]:
    result: list[str] = []
    for piece in pieces:
        # Beyond the limit the sentence would be split again anyway.
        first = len(result) == 1 and _LIST_NUMBER.fullmatch(result[0])
        if first or (
            result
            and len(result[-1]) < MAX_CHARACTERS
            and _is_same_sentence(result[-1], piece, language)
        ):
            result[-1] += piece
        else:
            result.append(piece)
    return result


def _is_same_sentence(before: str, piece: str, language: str) -> bool:
    """True if two pieces belong to the same sentence."""
    bare = piece.lstrip()
    if not _HAS_TEXT.search(piece) or not _HAS_TEXT.search(before):
        return True
    if _QUOTE_END.search(before):
        # Chinese and Japanese say who spoke after the quote: “...。”雷军说。 「...。」と言った。
        return bare[:1].islower() or _rules(language).after_quote.match(bare) is not None
    if bare[:1].islower() and (before.rstrip().endswith(("...", "…")) or _LETTER.search(before)):
        return True
    if bare[:1].isdigit() and _NUMBER_SIGN.search(before):
        return True
    return bool(_ABBREVIATED.search(before)) and not before.rstrip().endswith("U.S.")


def _split_overlong(piece: str) -> Iterator[str]:
    """Split an overlong sentence at the last clause punctuation or space that fits."""
    while len(piece) > MAX_CHARACTERS:
        window = piece[:MAX_CHARACTERS]
        cut = max(window.rfind(mark) + len(mark) for mark in ("; ", ", ", "；", "，", "、"))
        if cut < MAX_CHARACTERS // 3:
            cut = window.rfind(" ") + 1
        cut = cut if cut > MAX_CHARACTERS // 3 else MAX_CHARACTERS
        yield piece[:cut]
        piece = piece[cut:]
    yield piece
