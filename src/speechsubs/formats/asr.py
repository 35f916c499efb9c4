"""JSON transcripts with word times, as written by speech recognizers.

Supported are whisper and its variants (whisperX, faster-whisper, whisper.cpp), Vosk, AWS
Transcribe, Google Speech-to-Text and Deepgram. Each layout is parsed into segments; the
rest is the same for all of them. A `Node` keeps the path of a JSON value, so that errors
name the exact place.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from speechsubs.errors import InputError
from speechsubs.formats.markup import clean
from speechsubs.formats.text import read_transcript as read_plain
from speechsubs.formats.timing_lines import MAX_MS
from speechsubs.formats.wordtimes import (
    ParagraphBuilder,
    RawWord,
    Segment,
    TimedSegment,
    time_segments,
)
from speechsubs.model import Finding, Paragraph, Transcript

_KINDS = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value with its path in the file ("segments[3].words")."""

    value: object
    source: str
    path: str = ""

    @property
    def where(self) -> str:
        """The file and the path, for messages."""
        return f"{self.source}, {self.path}" if self.path else self.source

    @property
    def kind(self) -> str:
        """The type of the value in words."""
        if self.value is None:
            return "nothing (null)"
        return _KINDS.get(type(self.value), "a number")

    @property
    def is_object(self) -> bool:
        """True for a JSON object."""
        return isinstance(self.value, dict)

    @property
    def is_array(self) -> bool:
        """True for a JSON list."""
        return isinstance(self.value, list)

    def get(self, name: str) -> "Node | None":
        """A member of an object, or None if it is absent or null."""
        assert isinstance(self.value, dict)
        found = self.value.get(name)
        if found is None:
            return None
        return Node(found, self.source, f"{self.path}.{name}" if self.path else name)

    def items(self) -> "list[Node]":
        """The items of a list. Raises `InputError` for anything else."""
        if not isinstance(self.value, list):
            raise InputError(self.where, f"expected a list, not {self.kind}")
        path = self.path
        return [Node(item, self.source, f"{path}[{n}]") for n, item in enumerate(self.value)]

    def string(self) -> str:
        """The string. Raises `InputError` for anything else."""
        if not isinstance(self.value, str):
            raise InputError(self.where, f"expected a text, not {self.kind}")
        return self.value

    def time_ms(self, unit: int = 1000) -> int | None:
        """A time in whole milliseconds, or None for null.

        `unit` is the number of milliseconds per unit. Raises `InputError` for anything
        but a number from zero to below 1,000 hours.
        """
        value = self.value
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(self.where, f"expected a time in seconds, not {self.kind}")
        if isinstance(value, float) and not math.isfinite(value):
            raise InputError(self.where, "the time is not a finite number")
        if value < 0:
            raise InputError(self.where, "the time is negative")
        if value * unit > MAX_MS:
            raise InputError(self.where, "the time is 1,000 hours or more")
        return round(value * unit)

    def probability(self) -> float | None:
        """A number from 0 to 1, or None for anything else."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if 0 <= value <= 1 else None


#: A longer pause starts a new segment.
_PAUSE_MS: Final = 2_000
_SECONDS = re.compile(r"\d{1,7}(?:\.\d{1,12})?")


def read_service_segments(root: Node) -> list[Segment] | None:
    """The segments of a file from one of the services, or None for any other file.

    Raises `InputError` with the path of a value of the wrong type.
    """
    for shape in (_google, _aws, _deepgram, _vosk):
        found = shape(root)
        if found is not None:
            return found
    return None


def read_service_language(root: Node) -> str:
    """The language tag in the file, or an empty string."""
    results = _member(root, "results")
    named = _member(results, "language_code")
    if named is None and results is not None and results.is_array:
        named = next(
            filter(None, (_member(item, "languageCode") for item in results.items())), None
        )
    if named is None:
        channels = _member_items(results, "channels")
        named = _member(channels[0], "detected_language") if channels else None
    return named.value if named is not None and isinstance(named.value, str) else ""


def _member(node: Node | None, name: str) -> Node | None:
    return node.get(name) if node is not None and node.is_object else None


def _member_items(node: Node | None, name: str) -> list[Node]:
    found = _member(node, name)
    return found.items() if found is not None and found.is_array else []


def _first_alternative(node: Node) -> Node | None:
    found = _member_items(node, "alternatives")
    return found[0] if found else None


# ---- Vosk ------------------------------------------------------------------------


def _vosk(root: Node) -> list[Segment] | None:
    """{"result": [{"conf", "start", "end", "word"}], "text"}, one or a list of them."""
    results = root.items() if root.is_array else [root]
    found: list[Segment] = []
    seen = False
    for item in results:
        best = _first_alternative(item) or item
        listed = _member(best, "result")
        if listed is not None and listed.is_array:
            seen = True
            heard = [
                _parse_service_word(word, ("word",), ("start", "end"), "conf")
                for word in listed.items()
            ]
            found += _split_into_segments(heard, len(found))
    return found if seen else None


# ---- AWS -------------------------------------------------------------------------


def _aws(root: Node) -> list[Segment] | None:
    """{"results": {"items": [{"type", "start_time", "end_time", "alternatives"}]}}."""
    results = _member(root, "results")
    items = _member(results, "items")
    if items is None or not items.is_array:
        return None
    heard: list[RawWord] = []
    for item in items.items():
        best = _first_alternative(item)
        content = _member(best, "content")
        if best is None or content is None:
            raise InputError(item.where, "an item without content")
        kind = _member(item, "type")
        text = clean(content.string()).strip()
        if kind is not None and kind.value == "punctuation":
            if heard:
                # Punctuation has no time of its own: it is attached to the word before.
                last = heard[-1]
                heard[-1] = RawWord(
                    last.text + text, last.start_ms, last.end_ms, last.confidence, last.speaker,
                    last.spaced,
                )  # fmt: skip
            continue
        times = [_parse_time(_member(item, name)) for name in ("start_time", "end_time")]
        confidence = _confidence(_member(best, "confidence"))
        heard.append(
            RawWord(text, times[0], times[1], confidence, _speaker(item, "speaker_label"), False)
        )
    return _split_into_segments(heard, 0)


# ---- Google ----------------------------------------------------------------------


def _google(root: Node) -> list[Segment] | None:
    """{"results": [{"alternatives": [{"transcript", "words": [...]}]}]}, plain or wrapped."""
    results = _member(root, "results") or _member(_member(root, "response"), "results")
    if results is None or not results.is_array:
        return None
    found: list[Segment] = []
    for item in results.items():
        best = _first_alternative(item)
        text = _member(best, "transcript")
        if text is None:
            # With speaker labels, a final result repeats all words without a text.
            continue
        times = (("startTime", "startOffset", "start_time"), ("endTime", "endOffset", "end_time"))
        heard = [
            _parse_service_word(word, ("word",), times, "confidence")
            for word in _member_items(best, "words")
        ]
        spoken = clean(text.string()).strip()
        if not heard and not spoken:
            continue
        end = _parse_time(_member(item, "resultEndTime") or _member(item, "resultEndOffset"))
        start = heard[0].start_ms if heard else (found[-1].end_ms if found else 0)
        found.append(Segment(len(found) + 1, spoken, start, end, "", tuple(heard)))
    return found


# ---- Deepgram --------------------------------------------------------------------


def _deepgram(root: Node) -> list[Segment] | None:
    """{"results": {"channels": [{"alternatives": [{"words": [...]}]}]}}."""
    channels = _member_items(_member(root, "results"), "channels")
    if not channels:
        return None
    best = _first_alternative(channels[0])
    names = ("punctuated_word", "word")
    heard = [
        _parse_service_word(word, names, ("start", "end"), "confidence")
        for word in _member_items(best, "words")
    ]
    return _split_into_segments(heard, 0)


# ---- What they share -------------------------------------------------------------

_Names = tuple[str | tuple[str, ...], str | tuple[str, ...]]


def _parse_service_word(
    node: Node, texts: Sequence[str], times: _Names, confidence: str
) -> RawWord:
    if not node.is_object:
        raise InputError(node.where, f"expected a word, not {node.kind}")
    text = next(filter(None, (node.get(name) for name in texts)), None)
    if text is None:
        raise InputError(node.where, "a word without text")
    start, end = (_parse_time(_first_member(node, names)) for names in times)
    probability = _confidence(node.get(confidence))
    return RawWord(clean(text.string()).strip(), start, end, probability, _speaker(node), False)


def _first_member(node: Node, names: str | Sequence[str]) -> Node | None:
    wanted = (names,) if isinstance(names, str) else names
    return next(filter(None, (node.get(name) for name in wanted)), None)


def _parse_time(node: Node | None) -> int | None:
    """Milliseconds of 1.3, "1.3", "1.300s" or {"seconds": "1", "nanos": 300000000}."""
    if node is None:
        return None
    if node.is_object:
        seconds, nanos = _parse_time(node.get("seconds")) or 0, node.get("nanos")
        part = nanos.value if nanos is not None else 0
        return seconds + (part // 1_000_000 if isinstance(part, int) and 0 <= part < 10**9 else 0)
    if isinstance(node.value, str):
        text = node.value.strip().removesuffix("s")
        if not _SECONDS.fullmatch(text):
            raise InputError(node.where, f"{node.value[:40]!r} is not a time in seconds")
        return Node(float(text), node.source, node.path).time_ms()
    return node.time_ms()


def _confidence(node: Node | None) -> float | None:
    """A confidence, which AWS writes as a string."""
    if node is None:
        return None
    if isinstance(node.value, str):
        text = node.value.strip()
        value = float(text) if _SECONDS.fullmatch(text) else None
        return Node(value, node.source, node.path).probability()
    return node.probability()


def _speaker(node: Node, *names: str) -> str:
    for name in names or ("speaker", "speakerLabel", "speakerTag"):
        found = node.get(name)
        if found is not None and not found.is_object and not found.is_array:
            # Google uses the tag 0 for an unknown speaker.
            unknown = name == "speakerTag" and found.value == 0
            return "" if unknown else clean(str(found.value)[:40]).strip()
    return ""


def _split_into_segments(heard: Sequence[RawWord], before: int) -> list[Segment]:
    """Split words into segments at pauses and changes of speaker."""
    return [
        Segment(before + number, "", own[0].start_ms, own[-1].end_ms, own[0].speaker, tuple(own))
        for number, own in enumerate(_split_runs(heard), start=1)
    ]


def _split_runs(heard: Sequence[RawWord]) -> Iterator[list[RawWord]]:
    run: list[RawWord] = []
    for word in heard:
        if run and _starts_segment(run[-1], word):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _starts_segment(last: RawWord, word: RawWord) -> bool:
    if word.speaker != last.speaker:
        return True
    if word.start_ms is None or last.end_ms is None:
        return False
    return word.start_ms - last.end_ms > _PAUSE_MS


#: A longer pause ends a paragraph.
PARAGRAPH_GAP_MS: Final = 2_000

_ADVICE = (
    "Is it a transcript as whisper, whisperX, faster-whisper, Vosk, AWS, Google or Deepgram "
    "write it?"
)


class WordsFormat:
    """JSON with segments, ideally with word times."""

    name = "json"
    suffixes: tuple[str, ...] = (".json",)

    def read(self, text: str, source: str) -> Transcript:
        """Read segments into paragraphs, each word with its time.

        A new paragraph starts after a pause of two seconds or with another speaker.
        Words without times are interpolated between their neighbors. Raises `InputError`
        with the path ("talk.json, segments[3].words[2].start") for a value of the wrong
        type.
        """
        return read_transcript(text, source)


def read_transcript(text: str, source: str) -> Transcript:
    """Read a JSON transcript. See `WordsFormat.read`."""
    root = _load(text, source)
    language = _language(root)
    segments = list(_segments(root))
    if not segments:
        spoken = root.get("text") if root.is_object else None
        if spoken is not None and isinstance(spoken.value, str) and spoken.value.strip():
            # A plain API response: text without any times.
            return replace(read_plain(spoken.value, source), language=language)
        raise InputError(source, "contains no segments and no text", _ADVICE)
    findings: list[Finding] = []
    timed = time_segments(segments, source, findings)
    if not timed:
        raise InputError(source, "its segments contain no text")
    paragraphs = tuple(_paragraphs(timed))
    return Transcript(paragraphs, source, language, tuple(findings))


def _load(text: str, source: str) -> Node:
    def refuse(constant: str) -> NoReturn:
        raise InputError(source, f"{constant} is not a valid JSON number")

    try:
        return Node(json.loads(text.removeprefix("\ufeff"), parse_constant=refuse), source)
    except json.JSONDecodeError as error:
        where = f"{source}:{error.lineno}:{error.colno}"
        raise InputError(where, f"not JSON ({error.msg})", _ADVICE) from error
    except RecursionError as error:
        raise InputError(source, "the JSON is nested too deeply", _ADVICE) from error
    except ValueError as error:
        # An integer with more digits than Python converts.
        raise InputError(source, "a number in the JSON is too long", _ADVICE) from error


def _language(root: Node) -> str:
    for name in ("language", "result"):
        found = root.get(name) if root.is_object else None
        if found is not None and found.is_object:
            found = found.get("language")
        if found is not None and isinstance(found.value, str) and len(found.value) <= 20:
            # The API returns "english"; only a tag is useful here.
            tag = found.value.strip()
            if 2 <= len(tag.partition("-")[0]) <= 3 and tag.replace("-", "").isalnum():
                return tag
    return read_service_language(root)


def _segments(root: Node) -> Iterator[Segment]:
    found = read_service_segments(root)
    if found is not None:
        yield from found
        return
    if root.is_array:
        items = root.items()
        if items and items[0].is_array and items[0].items() and not _is_row(items[0]):
            # faster-whisper returns (segments, info), and some scripts dump both.
            items = items[0].items()
        yield from _parse_segments(items)
        return
    if not root.is_object:
        raise InputError(root.where, f"expected an object or a list, not {root.kind}", _ADVICE)
    if (listed := root.get("segments")) is not None:
        found = list(_parse_segments(listed.items()))
        loose = root.get("words")
        if loose is not None and not any(segment.heard for segment in found):
            found = _assign_words(found, [_parse_word(item) for item in loose.items()])
        yield from found
    elif (listed := root.get("transcription")) is not None:
        for number, item in enumerate(listed.items(), start=1):
            yield _parse_whisper_cpp(item, number)
    elif (listed := root.get("words") or root.get("word_segments")) is not None:
        heard = tuple(_parse_word(item) for item in listed.items())
        if heard:
            yield Segment(1, _text_of(root), None, None, "", heard)


def _text_of(root: Node) -> str:
    text = root.get("text")
    return clean(text.string()).strip() if text is not None else ""


def _is_row(node: Node) -> bool:
    """True for a segment dumped as a list: id, seek, start, end, text, ..."""
    items = node.items()
    return len(items) >= 5 and not items[0].is_object and isinstance(items[4].value, str)


def _parse_segments(items: Sequence[Node]) -> Iterator[Segment]:
    for number, item in enumerate(items, start=1):
        yield _parse_row(item, number) if item.is_array else _parse_object(item, number)


def _parse_row(item: Node, number: int) -> Segment:
    if not _is_row(item):
        raise InputError(item.where, "not a segment: expected id, seek, start, end, text", _ADVICE)
    fields = item.items()
    # The words are the list after the tokens; its position depends on the version.
    listed = next((field for field in fields[6:] if field.is_array), None)
    heard = tuple(_parse_word(word) for word in listed.items()) if listed is not None else ()
    text = clean(fields[4].string()).strip()
    return Segment(number, text, fields[2].time_ms(), fields[3].time_ms(), "", heard)


def _parse_object(item: Node, number: int) -> Segment:
    if not item.is_object:
        raise InputError(item.where, f"expected a segment, not {item.kind}", _ADVICE)
    listed = item.get("words")
    heard = tuple(_parse_word(word) for word in listed.items()) if listed is not None else ()
    text = item.get("text")
    return Segment(
        number,
        clean(text.string()).strip() if text is not None else "",
        _time_of(item, "start"),
        _time_of(item, "end"),
        _speaker_of(item),
        heard,
    )


def _parse_whisper_cpp(item: Node, number: int) -> Segment:
    """Parse a segment of whisper.cpp: offsets in milliseconds, no words."""
    if not item.is_object:
        raise InputError(item.where, f"expected a segment, not {item.kind}", _ADVICE)
    text, offsets = item.get("text"), item.get("offsets")
    start = end = None
    if offsets is not None and offsets.is_object:
        start, end = (_time_of(offsets, name, unit=1) for name in ("from", "to"))
    spoken = clean(text.string()).strip() if text is not None else ""
    return Segment(number, spoken, start, end, _speaker_of(item), ())


def _time_of(item: Node, name: str, unit: int = 1000) -> int | None:
    found = item.get(name)
    return found.time_ms(unit) if found is not None else None


def _speaker_of(item: Node) -> str:
    found = item.get("speaker")
    if found is None:
        return ""
    return clean(found.string()).strip() if isinstance(found.value, str) else str(found.value)[:40]


def _parse_word(item: Node) -> RawWord:
    if item.is_array:
        fields = item.items()
        if len(fields) < 3:
            raise InputError(item.where, "not a word: expected start, end, word", _ADVICE)
        confidence = fields[3].probability() if len(fields) > 3 else None
        return _raw_word(
            fields[2].string(), fields[0].time_ms(), fields[1].time_ms(), confidence, ""
        )
    if not item.is_object:
        raise InputError(item.where, f"expected a word, not {item.kind}", _ADVICE)
    text = item.get("word") or item.get("text")
    if text is None:
        raise InputError(item.where, "a word without text", _ADVICE)
    score = item.get("probability") or item.get("score") or item.get("confidence")
    confidence = score.probability() if score is not None else None
    start, end = _time_of(item, "start"), _time_of(item, "end")
    return _raw_word(text.string(), start, end, confidence, _speaker_of(item))


def _raw_word(
    raw: str, start: int | None, end: int | None, confidence: float | None, speaker: str
) -> RawWord:
    return RawWord(clean(raw).strip(), start, end, confidence, speaker, raw[:1].isspace())


def _assign_words(segments: list[Segment], words: list[RawWord]) -> list[Segment]:
    """Assign words listed beside the segments to segments by their times."""
    result: list[Segment] = []
    position = 0
    for index, segment in enumerate(segments):
        last = index + 1 == len(segments)
        until = segment.end_ms
        taken = position
        while taken < len(words):
            start = words[taken].start_ms
            if not last and until is not None and start is not None and start >= until:
                break
            taken += 1
        result.append(replace(segment, heard=tuple(words[position:taken])))
        position = taken
    return result


def _paragraphs(segments: Sequence[TimedSegment]) -> Iterator[Paragraph]:
    running, first, last = ParagraphBuilder(), segments[0], segments[0]
    for segment in segments:
        pause = segment.words[0].start_ms - last.words[-1].end_ms
        if running.words and (pause > PARAGRAPH_GAP_MS or segment.speaker != first.speaker):
            yield _paragraph(running, first)
            running, first = ParagraphBuilder(), segment
        running.add(segment.text, segment.words)
        last = segment
    yield _paragraph(running, first)


def _paragraph(running: ParagraphBuilder, first: TimedSegment) -> Paragraph:
    return Paragraph(
        running.text, line=first.number, words=tuple(running.words), speaker=first.speaker
    )
