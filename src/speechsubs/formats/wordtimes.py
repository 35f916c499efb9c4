"""Words and their times: splitting and joining in any script, and repairing times.

Turns the words of a speech recognizer into words of a running text, each with its time.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from speechsubs.errors import InputError
from speechsubs.model import Finding, Severity, Word

#: Scripts without spaces: kana, Han, full-width forms and CJK punctuation (not Korean),
#: and Thai, Lao, Burmese and Khmer.
_CJK = "\u2e80-\u2fdf\u3000-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
_CJK += "\uf900-\ufaff\uff01-\uff9f\U00020000-\U0003ffff"
_ASIAN = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_UNSPACED = re.compile(f"[{_CJK}{_ASIAN}]")
_CJK_ONE = re.compile(f"[{_CJK}]")
_CJK_MARK = re.compile("[\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]")
_OPENING = "「『（〈《【〔［｛“‘\"'(\\[{¿¡"
_CLOSING = "」』）〉》】〕］｝”’、。，．！？：；・…—～ー々\"')\\]},.!?:;%"
#: A character of such a script with its combining marks and adjacent punctuation.
_PIECE = re.compile(
    f"[{_OPENING}]*(?:[{_CJK}]|[\u0e40-\u0e44]?[{_ASIAN}][\u0e30-\u0e3a\u0e45-\u0e4e"
    f"\u0eb0-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3]*|[^{_CJK}{_ASIAN}{_OPENING}]+)"
    f"[{_CLOSING}]*|[{_OPENING}]+"
)
_SOFT_HYPHEN = "\u00ad"
_CUT_WORD = re.compile(r"([^\W\d_]+)-$")
_REST_WORD = re.compile(r"[^\W\d_]+")


def is_cjk(char: str) -> bool:
    """True for a Chinese or Japanese character, including punctuation."""
    return _CJK_ONE.match(char) is not None


def count_cjk(text: str) -> int:
    """The number of Chinese and Japanese characters in a text."""
    return len(_CJK_ONE.findall(text))


def join(left: str, right: str, whole: Callable[[str], bool] | None = None) -> str:
    """Join two lines with a space if their scripts use one.

    There is no space between CJK characters, at full-width punctuation, or after a
    hyphen inside a word. The hyphen is dropped if it is a soft one, or if `whole` knows
    the word without it.

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
    """Join lines as `join` does, in linear time."""
    parts: list[str] = []
    last = ""
    for line in lines:
        joined = join(last, line, whole)
        # Everything before the new line: the last one with its separator.
        parts.append(joined[: len(joined) - len(line)])
        last = line
    parts.append(last)
    return "".join(parts)


def split_words(text: str) -> list[tuple[int, str]]:
    """Split a text into words with their offsets, or characters in scripts without spaces.

    >>> split_words("买了 SU7。")
    [(0, '买'), (1, '了'), (3, 'SU7。')]
    """
    found: list[tuple[int, str]] = []
    for chunk in re.finditer(r"\S+", text):
        if _UNSPACED.search(chunk[0]):
            found.extend((chunk.start() + m.start(), m[0]) for m in _PIECE.finditer(chunk[0]))
        else:
            found.append((chunk.start(), chunk[0]))
    return found


def spread_times(parts: Sequence[str], start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """Spread words over a time span in proportion to their length.

    >>> spread_times(["a", "bcd"], 0, 1000)
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


def make_word_lookup(texts: Iterable[str]) -> Callable[[str], bool]:
    """A predicate for words that occur in the texts, which are indexed on first use."""
    words: set[str] = set()
    pending = list(texts)

    def known(word: str) -> bool:
        while pending:
            words.update(match[0].casefold() for match in _REST_WORD.finditer(pending.pop()))
        return word in words

    return known


@dataclass(slots=True)
class ParagraphBuilder:
    """Builds a paragraph from parts of text and their words."""

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
        """Append a text; its words have offsets into it.

        The halves of a hyphenated word become one word. Only the end of the text so far
        is examined, so that a paragraph of any length is built in linear time.
        """
        tail = self.tail[-96:]
        joined = join(tail, text, whole)
        kept = len(joined) - len(text)
        glue = joined[:kept]
        cut = len(tail) - len(glue)
        if cut > 0:
            # The hyphen at the end was dropped.
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


#: Smaller overlaps are rounding errors of recognizers and repaired without a finding.
_ROUNDING_MS = 100


@dataclass(frozen=True, slots=True)
class RawWord:
    """A word as in the file; times are None if the file has none."""

    text: str
    start_ms: int | None
    end_ms: int | None
    confidence: float | None
    speaker: str
    spaced: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment as in the file. `number` is 1-based."""

    number: int
    text: str
    start_ms: int | None
    end_ms: int | None
    speaker: str
    heard: tuple[RawWord, ...]


@dataclass(frozen=True, slots=True)
class TimedSegment:
    """A segment whose words have offsets into its text and times."""

    number: int
    text: str
    speaker: str
    words: tuple[Word, ...]


def time_segments(
    segments: list[Segment], source: str, findings: list[Finding]
) -> list[TimedSegment]:
    """Sort segments by time and give every word a time; repairs go to `findings`.

    Word times never run backwards. Raises `InputError` for a segment with text but no
    times at all.
    """
    spoken = [s for s in segments if s.text or any(h.text for h in s.heard)]
    ordered = sorted(spoken, key=lambda s: _first_time(s, source))
    if ordered != spoken:
        message = "the segments were out of order and have been sorted by time"
        findings.append(Finding("segments-unsorted", Severity.INFO, message, file=source))
    _report_repeats(ordered, source, findings)
    repaired: list[int] = []
    result: list[TimedSegment] = []
    floor = 0
    for segment in _shorten_slow(ordered, source, findings):
        timed = _place(segment, floor, repaired)
        if timed.words:
            floor = timed.words[-1].end_ms
            result.append(timed)
    if repaired:
        message = (
            f"{len(repaired)} word times that ran backwards were corrected, "
            f"the first in segment {repaired[0]}"
        )
        findings.append(Finding("times-mended", Severity.WARNING, message, file=source))
    return result


#: Recognizers that lost the thread say the same thing again and again. Short answers ("Yes.")
#: are repeated by people, too.
_REPEATED_CHARS = 12


def _report_repeats(segments: Sequence[Segment], source: str, findings: list[Finding]) -> None:
    before = ""
    for segment in segments:
        said = (segment.text or _join_words(segment.heard)[0]).casefold().strip()
        if said == before and len(said) >= _REPEATED_CHARS:
            message = f"the same text as the segment before: {said[:40]!r}"
            findings.append(_doubtful("repeated-segment", segment, message, source))
        before = said


#: Nobody speaks slower, in characters a second: a segment with no times for its words that
#: would be slower is stretched over silence, and its words stand at its start.
_SLOWEST, _USUAL = 5, 14
#: A character of a script without spaces counts as so many letters.
_CJK_LETTERS = 3
_LONG_MS = 7_000


def _shorten_slow(
    segments: Iterable[Segment], source: str, findings: list[Finding]
) -> Iterator[Segment]:
    """The segments, those stretched over silence shortened to the time their text takes."""
    for segment in segments:
        start, end, heard = segment.start_ms, segment.end_ms, segment.heard
        if start is None or end is None or any(word.start_ms is not None for word in heard):
            yield segment
            continue
        said = segment.text or _join_words(heard)[0]
        letters = len(said) + (_CJK_LETTERS - 1) * count_cjk(said)
        if end - start <= _LONG_MS or (end - start) * _SLOWEST <= letters * 1000:
            yield segment
            continue
        seconds = (end - start) / 1000
        message = f"{letters} letters in {seconds:.0f} s; its cue was put at its start"
        findings.append(_doubtful("too-slow-for-speech", segment, message, source))
        yield replace(segment, end_ms=start + max(1000, letters * 1000 // _USUAL))


def _doubtful(code: str, segment: Segment, message: str, source: str) -> Finding:
    return Finding(
        code, Severity.WARNING, message, file=source, line=segment.number,
        start_ms=segment.start_ms,
    )  # fmt: skip


def _first_time(segment: Segment, source: str) -> int:
    times = [segment.start_ms, *(h.start_ms for h in segment.heard), segment.end_ms]
    found = next((time for time in times if time is not None), None)
    if found is None:
        raise InputError(f"{source}, segment {segment.number}", "has text but no times")
    return found


def _place(segment: Segment, floor: int, repaired: list[int]) -> TimedSegment:
    """Give every word of a segment its offset and a time, none before `floor`."""
    heard = [h for h in segment.heard if h.text]
    if not heard:
        heard = [RawWord(text, None, None, None, "", True) for _, text in split_words(segment.text)]
    text, spans = _locate_words(segment.text, heard)
    heard, spans = _merge_parts(text, heard, spans)
    times = _make_monotonic(_fill_times(segment, heard, floor), floor, segment.number, repaired)
    words = tuple(
        Word(text[start:end], start, begin, finish, h.confidence)
        for (start, end), (begin, finish), h in zip(spans, times, heard, strict=True)
    )
    speakers = [h.speaker for h in heard if h.speaker]
    return TimedSegment(segment.number, text, segment.speaker or (speakers or [""])[0], words)


def _locate_words(text: str, heard: Sequence[RawWord]) -> tuple[str, list[tuple[int, int]]]:
    """Locate the words in the text; if they differ, the text is built from the words."""
    spans: list[tuple[int, int]] = []
    position = 0
    folded = text.casefold()
    fold = len(folded) == len(text)
    folded = folded if fold else text
    for h in heard:
        wanted = h.text.casefold() if fold else h.text
        # Further away than some punctuation, it is another word with the same spelling.
        found = folded.find(wanted, position, position + len(wanted) + 12)
        between = text[position:found] if found >= 0 else ""
        if found < 0 or any(char.isalnum() for char in between):
            return _join_words(heard)
        spans.append((found, found + len(wanted)))
        position = found + len(wanted)
    if any(char.isalnum() for char in text[position:]):
        return _join_words(heard)
    return text, _extend_to_punctuation(text, spans)


def _extend_to_punctuation(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Extend words to adjacent punctuation, which words of the API do not include."""
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


def _join_words(heard: Sequence[RawWord]) -> tuple[str, list[tuple[int, int]]]:
    # Only whisper's words include the space before them. Without any, words are separated
    # by spaces in scripts that use them.
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


def _merge_parts(
    text: str, heard: Sequence[RawWord], spans: Sequence[tuple[int, int]]
) -> tuple[list[RawWord], list[tuple[int, int]]]:
    """Merge the parts of a written word ("215" ",900") and attach punctuation."""
    words: list[RawWord] = []
    places: list[tuple[int, int]] = []
    spoken = False
    for h, (start, end) in zip(heard, spans, strict=True):
        says = any(map(str.isalnum, text[start:end]))
        touching = bool(places) and places[-1][1] == start
        apart = touching and (is_cjk(text[start - 1]) or is_cjk(text[start]))
        # Punctuation on its own, as from whisperX, is attached to the adjacent word.
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


def _fill_times(segment: Segment, heard: Sequence[RawWord], floor: int) -> list[tuple[int, int]]:
    """Times for all words; missing ones are interpolated."""
    times: list[tuple[int, int]] = []
    index = 0
    cursor = segment.start_ms if segment.start_ms is not None else floor
    while index < len(heard):
        h = heard[index]
        if h.start_ms is not None:
            # If only the end is missing, use the next start or the segment's end.
            after = _next_start(segment, heard, index + 1, h.start_ms)
            end = h.end_ms if h.end_ms is not None else after
            times.append((h.start_ms, end))
            cursor, index = max(cursor, end), index + 1
            continue
        stop = index
        while stop < len(heard) and heard[stop].start_ms is None:
            stop += 1
        limit = _next_start(segment, heard, stop, cursor)
        times.extend(spread_times([w.text for w in heard[index:stop]], cursor, max(cursor, limit)))
        cursor, index = max(cursor, limit), stop
    return times


def _next_start(segment: Segment, heard: Sequence[RawWord], index: int, default: int) -> int:
    if index < len(heard):
        start = heard[index].start_ms
        return start if start is not None else default
    return segment.end_ms if segment.end_ms is not None else default


def _make_monotonic(
    times: list[tuple[int, int]], floor: int, number: int, repaired: list[int]
) -> list[tuple[int, int]]:
    """Make times ascend. Small overlaps are cut silently, larger ones are recorded."""
    result: list[tuple[int, int]] = []
    for start, end in times:
        low = result[-1][1] if result else floor
        if start < low - _ROUNDING_MS or end < start:
            repaired.append(number)
        start = max(start, low)
        result.append((start, max(start, end)))
    return result
