"""From words as a recogniser heard them to words in a text, each with its time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from speechsubs.errors import InputError
from speechsubs.formats.wording import is_cjk, pieces, spread
from speechsubs.model import Finding, Severity, Word

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
