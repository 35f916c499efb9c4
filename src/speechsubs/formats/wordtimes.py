"""Words and the joints between them, in scripts with spaces and without.

From words as a recogniser heard them to words in a text, each with its time.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from speechsubs.errors import InputError
from speechsubs.model import Finding, Severity, Word

#: Scripts that are written without spaces: kana, Han, full-width forms and CJK
#: punctuation (Korean has spaces), and the scripts from Thai to Khmer.
_CJK = "\u2e80-\u2fdf\u3000-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
_CJK += "\uf900-\ufaff\uff01-\uff9f\U00020000-\U0003ffff"
_ASIAN = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_UNSPACED = re.compile(f"[{_CJK}{_ASIAN}]")
_CJK_ONE = re.compile(f"[{_CJK}]")
_CJK_MARK = re.compile("[\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]")
_OPENING = "「『（〈《【〔［｛“‘\"'(\\[{¿¡"
_CLOSING = "」』）〉》】〕］｝”’、。，．！？：；・…—～ー々\"')\\]},.!?:;%"
#: One character of such a script with the marks that are written on it.
_PIECE = re.compile(
    f"[{_OPENING}]*(?:[{_CJK}]|[\u0e40-\u0e44]?[{_ASIAN}][\u0e30-\u0e3a\u0e45-\u0e4e"
    f"\u0eb0-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3]*|[^{_CJK}{_ASIAN}{_OPENING}]+)"
    f"[{_CLOSING}]*|[{_OPENING}]+"
)
_SOFT_HYPHEN = "\u00ad"
_CUT_WORD = re.compile(r"([^\W\d_]+)-$")
_REST_WORD = re.compile(r"[^\W\d_]+")


def is_cjk(char: str) -> bool:
    """True for a character of Chinese or Japanese writing, punctuation included."""
    return _CJK_ONE.match(char) is not None


def cjk_count(text: str) -> int:
    """How many characters of Chinese or Japanese writing a text holds."""
    return len(_CJK_ONE.findall(text))


def join(left: str, right: str, whole: Callable[[str], bool] | None = None) -> str:
    """What goes on after `left`, with the joint that the scripts want.

    Nothing between two CJK characters or at full-width punctuation. A hyphen
    at the end holds its word together; it goes where it is a soft one, or where `whole`
    knows the word without it.

    >>> join("今天", "我们"), join("from Xiaomi", "today"), join("a well-", "known man")
    ('今天我们', 'from Xiaomi today', 'a well-known man')
    """
    if not left or not right:
        return left + right
    if left.endswith(_SOFT_HYPHEN):
        return left[:-1] + right
    if left[-1] == "-":
        start, rest = _CUT_WORD.search(left[-80:]), _REST_WORD.match(right)
        if start and rest and rest[0][0].islower():
            if whole is not None and whole((start[1] + rest[0]).casefold()):
                return left[:-1] + right
            return left + right
    if is_cjk(left[-1]) and is_cjk(right[0]):
        return left + right
    # Full-width punctuation brings its own space, whatever stands on its other side.
    if _CJK_MARK.match(left[-1]) or _CJK_MARK.match(right[0]):
        return left + right
    return f"{left} {right}"


def join_all(lines: Iterable[str], whole: Callable[[str], bool] | None = None) -> str:
    """Lines as one running text, joined as by `join`, in linear time."""
    parts: list[str] = []
    last = ""
    for line in lines:
        joined = join(last, line, whole)
        # All but the new line: the last one, with its joint and perhaps without its hyphen.
        parts.append(joined[: len(joined) - len(line)])
        last = line
    parts.append(last)
    return "".join(parts)


def pieces(text: str) -> list[tuple[int, str]]:
    """The words of a text with their offsets: by spaces, or by character without them.

    >>> pieces("买了 SU7。")
    [(0, '买'), (1, '了'), (3, 'SU7。')]
    """
    found: list[tuple[int, str]] = []
    for chunk in re.finditer(r"\S+", text):
        if _UNSPACED.search(chunk[0]):
            found.extend((chunk.start() + m.start(), m[0]) for m in _PIECE.finditer(chunk[0]))
        else:
            found.append((chunk.start(), chunk[0]))
    return found


def spread(parts: Sequence[str], start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """Times for words that share a stretch of time, by how long they are written.

    >>> spread(["a", "bcd"], 0, 1000)
    [(0, 250), (250, 1000)]
    """
    total = sum(map(len, parts))
    if not total:
        return [(start_ms, start_ms) for _ in parts]
    times: list[tuple[int, int]] = []
    done = 0
    span = end_ms - start_ms
    for part in parts:
        before = start_ms + span * done // total
        done += len(part)
        times.append((before, start_ms + span * done // total))
    return times


def known_words(texts: Iterable[str]) -> Callable[[str], bool]:
    """A test whether a word occurs in the texts; they are searched when first asked."""
    words: set[str] = set()
    pending = list(texts)

    def known(word: str) -> bool:
        while pending:
            words.update(match[0].casefold() for match in _REST_WORD.finditer(pending.pop()))
        return word in words

    return known


@dataclass(slots=True)
class Running:
    """A paragraph under construction: text parts and the words on them."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    tail: str = ""
    words: list[Word] = field(default_factory=list)

    def add(
        self,
        text: str,
        words: Sequence[Word],
        whole: Callable[[str], bool] | None = None,
    ) -> None:
        """Append a text whose words have offsets into it.

        Where no space comes between (a word cut by a hyphen), the two halves become
        one word. Only the end of what stands there is looked at, so that a paragraph
        of any length is built in linear time.
        """
        tail = self.tail[-96:]
        joined = join(tail, text, whole)
        kept = len(joined) - len(text)
        glue = joined[:kept]
        cut = len(tail) - len(glue)
        if cut > 0:
            # The hyphen at the end went.
            self.parts[-1] = self.parts[-1][:-cut]
            self.length -= cut
        elif cut < 0:
            self.parts.append(glue[len(tail) :])
            self.length -= cut
        shift = self.length
        moved = [Word(w.text, w.offset + shift, w.start_ms, w.end_ms, w.confidence) for w in words]
        halves = bool(tail) and cut >= 0 and not (is_cjk(tail[-1]) or is_cjk(text[:1]))
        if halves and self.words and moved:
            last, first = self.words.pop(), moved[0]
            start = last.text[: len(last.text) - cut] + first.text
            moved[0] = Word(
                start, last.offset, last.start_ms, max(last.end_ms, first.end_ms), last.confidence
            )
        self.words.extend(moved)
        self.parts.append(text)
        self.length += len(text)
        self.tail = joined[-96:]

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self.parts)


#: Overlaps up to this are rounding and how recognisers are; they are mended in silence.
_ROUNDING_MS = 100


@dataclass(frozen=True, slots=True)
class Heard:
    """A word as the file has it; times are None where the file has none."""

    text: str
    start_ms: int | None
    end_ms: int | None
    confidence: float | None
    speaker: str
    spaced: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment as the file has it. `number` is 1-based."""

    number: int
    text: str
    start_ms: int | None
    end_ms: int | None
    speaker: str
    heard: tuple[Heard, ...]


@dataclass(frozen=True, slots=True)
class Timed:
    """A segment whose text has words with offsets into it and times."""

    number: int
    text: str
    speaker: str
    words: tuple[Word, ...]


def timed_segments(segments: list[Segment], source: str, findings: list[Finding]) -> list[Timed]:
    """Segments by time, each word with its time, none backwards; mends go to `findings`.

    Raises `InputError` for a segment with text and no times at all.
    """
    spoken = [s for s in segments if s.text or any(h.text for h in s.heard)]
    ordered = sorted(spoken, key=lambda s: _first_time(s, source))
    if ordered != spoken:
        message = "the segments were not in the order of their times and have been sorted"
        findings.append(Finding("segments-unsorted", Severity.INFO, message, file=source))
    mended: list[int] = []
    result: list[Timed] = []
    floor = 0
    for segment in ordered:
        timed = _place(segment, floor, mended)
        if timed.words:
            floor = timed.words[-1].end_ms
            result.append(timed)
    if mended:
        message = (
            f"{len(mended)} word times that run backwards were moved, "
            f"the first in segment {mended[0]}"
        )
        findings.append(Finding("times-mended", Severity.WARNING, message, file=source))
    return result


def _first_time(segment: Segment, source: str) -> int:
    times = [segment.start_ms, *(h.start_ms for h in segment.heard), segment.end_ms]
    found = next((time for time in times if time is not None), None)
    if found is None:
        raise InputError(f"{source}, segment {segment.number}", "it has text but no times")
    return found


def _place(segment: Segment, floor: int, mended: list[int]) -> Timed:
    """Give every word of a segment its offset and its time, none before `floor`."""
    heard = [h for h in segment.heard if h.text]
    if not heard:
        heard = [Heard(text, None, None, None, "", True) for _, text in pieces(segment.text)]
    text, spans = _located(segment.text, heard)
    heard, spans = _merged(text, heard, spans)
    times = _monotone(_filled(segment, heard, floor), floor, segment.number, mended)
    words = tuple(
        Word(text[start:end], start, begin, finish, h.confidence)
        for (start, end), (begin, finish), h in zip(spans, times, heard, strict=True)
    )
    speakers = [h.speaker for h in heard if h.speaker]
    return Timed(segment.number, text, segment.speaker or (speakers or [""])[0], words)


def _located(text: str, heard: Sequence[Heard]) -> tuple[str, list[tuple[int, int]]]:
    """Where each word stands in the text; a text of the words' own if they differ."""
    spans: list[tuple[int, int]] = []
    position = 0
    folded = text.casefold()
    fold = len(folded) == len(text)
    folded = folded if fold else text
    for h in heard:
        wanted = h.text.casefold() if fold else h.text
        # A word further off than some punctuation is another word of the same spelling.
        found = folded.find(wanted, position, position + len(wanted) + 12)
        between = text[position:found] if found >= 0 else ""
        if found < 0 or any(char.isalnum() for char in between):
            return _own_text(heard)
        spans.append((found, found + len(wanted)))
        position = found + len(wanted)
    if any(char.isalnum() for char in text[position:]):
        return _own_text(heard)
    return text, _with_punctuation(text, spans)


def _with_punctuation(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Words stretched over the punctuation on them: the words of the API have none."""
    stretched: list[tuple[int, int]] = []
    for index, (start, end) in enumerate(spans):
        lower = stretched[-1][1] if stretched else 0
        upper = spans[index + 1][0] if index + 1 < len(spans) else len(text)
        while start > lower and not text[start - 1].isspace():
            start -= 1
        while end < upper and not text[end].isspace():
            end += 1
        stretched.append((start, end))
    return stretched


def _own_text(heard: Sequence[Heard]) -> tuple[str, list[tuple[int, int]]]:
    # Only whisper's own words carry the space before them; where none does, words
    # are apart by a space in all scripts that have it.
    marked = any(h.spaced for h in heard)
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    length = 0
    last = ""
    for h in heard:
        apart = h.spaced if marked else not (is_cjk(last[-1:]) and is_cjk(h.text[0]))
        if last and apart:
            parts.append(" ")
            length += 1
        spans.append((length, length + len(h.text)))
        parts.append(h.text)
        length += len(h.text)
        last = h.text
    return "".join(parts), spans


def _merged(
    text: str, heard: Sequence[Heard], spans: Sequence[tuple[int, int]]
) -> tuple[list[Heard], list[tuple[int, int]]]:
    """Parts of one written word ("215" ",900") as one word, punctuation on its word."""
    words: list[Heard] = []
    places: list[tuple[int, int]] = []
    spoken = False
    for h, (start, end) in zip(heard, spans, strict=True):
        says = any(map(str.isalnum, text[start:end]))
        touching = bool(places) and places[-1][1] == start
        apart = touching and (is_cjk(text[start - 1]) or is_cjk(text[start]))
        # Punctuation alone, as whisperX gives it, is written on the word beside it.
        if touching and not (apart and spoken and says):
            last = words[-1]
            begin = last.start_ms if last.start_ms is not None else h.start_ms
            final = h.end_ms if h.end_ms is not None else last.end_ms
            words[-1] = replace(last, start_ms=begin, end_ms=final)
            places[-1] = (places[-1][0], end)
            spoken = spoken or says
        else:
            words.append(h)
            places.append((start, end))
            spoken = says
    whole = zip(words, places, strict=True)
    return [replace(h, text=text[start:end]) for h, (start, end) in whole], places


def _filled(segment: Segment, heard: Sequence[Heard], floor: int) -> list[tuple[int, int]]:
    """Times for all words; those without lie between the ones that have some."""
    times: list[tuple[int, int]] = []
    index = 0
    cursor = segment.start_ms if segment.start_ms is not None else floor
    while index < len(heard):
        h = heard[index]
        if h.start_ms is not None:
            # An end alone is missing now and then: the next start, or the segment's end.
            after = _next_start(segment, heard, index + 1, h.start_ms)
            end = h.end_ms if h.end_ms is not None else after
            times.append((h.start_ms, end))
            cursor, index = max(cursor, end), index + 1
            continue
        stop = index
        while stop < len(heard) and heard[stop].start_ms is None:
            stop += 1
        limit = _next_start(segment, heard, stop, cursor)
        times.extend(spread([w.text for w in heard[index:stop]], cursor, max(cursor, limit)))
        cursor, index = max(cursor, limit), stop
    return times


def _next_start(segment: Segment, heard: Sequence[Heard], index: int, default: int) -> int:
    if index < len(heard):
        start = heard[index].start_ms
        return start if start is not None else default
    return segment.end_ms if segment.end_ms is not None else default


def _monotone(
    times: list[tuple[int, int]], floor: int, number: int, mended: list[int]
) -> list[tuple[int, int]]:
    """The same times, ascending. Small overlaps are cut in silence, others recorded."""
    result: list[tuple[int, int]] = []
    for start, end in times:
        low = result[-1][1] if result else floor
        if start < low - _ROUNDING_MS or end < start:
            mended.append(number)
        start = max(start, low)
        result.append((start, max(start, end)))
    return result
