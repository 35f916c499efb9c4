"""JSON transcripts with word times, as written by speech recognizers.

whisper and its variants (whisperX, faster-whisper, whisper.cpp) are parsed here, services in
`asr_services`.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NoReturn

from speechsubs.errors import InputError
from speechsubs.formats.asr_services import (
    Node,
    read_service_language,
    read_service_segments,
    time_unit,
)
from speechsubs.formats.markup import clean
from speechsubs.formats.text import read_transcript as read_plain
from speechsubs.formats.wordtimes import (
    ParagraphBuilder,
    RawWord,
    Segment,
    TimedSegment,
    time_segments,
)
from speechsubs.model import Finding, Paragraph, Transcript

#: A longer pause ends a paragraph.
PARAGRAPH_GAP_MS: Final = 2_000

_ADVICE = (
    "Is it a transcript from whisper, whisperX, faster-whisper, whisper.cpp, Vosk, AssemblyAI, "
    "AWS, Azure, Deepgram, ElevenLabs, Google, Rev.ai, Speechmatics or YouTube?"
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
        raise InputError(where, f"not valid JSON ({error.msg})", _ADVICE) from error
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
        unit = time_unit(listed.items())
        heard = tuple(_parse_word(item, unit) for item in listed.items())
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
    unit = time_unit(items)
    for number, item in enumerate(items, start=1):
        yield _parse_row(item, number) if item.is_array else _parse_object(item, number, unit)


def _parse_row(item: Node, number: int) -> Segment:
    if not _is_row(item):
        raise InputError(item.where, "not a segment: expected id, seek, start, end, text", _ADVICE)
    fields = item.items()
    # The words are the list after the tokens; its position depends on the version.
    listed = next((field for field in fields[6:] if field.is_array), None)
    heard = tuple(_parse_word(word) for word in listed.items()) if listed is not None else ()
    text = clean(fields[4].string()).strip()
    return Segment(number, text, fields[2].time_ms(), fields[3].time_ms(), "", heard)


def _parse_object(item: Node, number: int, unit: int) -> Segment:
    if not item.is_object:
        raise InputError(item.where, f"expected a segment, not {item.kind}", _ADVICE)
    listed = item.get("words")
    words = listed.items() if listed is not None else []
    heard = tuple(_parse_word(word, unit) for word in words)
    text = item.get("text")
    return Segment(
        number,
        clean(text.string()).strip() if text is not None else "",
        _time_of(item, "start", unit),
        _time_of(item, "end", unit),
        _speaker_of(item),
        heard,
    )


def _parse_whisper_cpp(item: Node, number: int) -> Segment:
    """Parse a segment of whisper.cpp: offsets in milliseconds, tokens if they were asked for."""
    if not item.is_object:
        raise InputError(item.where, f"expected a segment, not {item.kind}", _ADVICE)
    text, offsets = item.get("text"), item.get("offsets")
    start, end = _offsets(offsets)
    spoken = clean(text.string()).strip() if text is not None else ""
    tokens = item.get("tokens")
    heard = _words_of_tokens(tokens.items()) if tokens is not None else ()
    return Segment(number, spoken, start, end, _speaker_of(item), heard)


def _offsets(node: Node | None) -> tuple[int | None, int | None]:
    if node is None or not node.is_object:
        return None, None
    return _time_of(node, "from", unit=1), _time_of(node, "to", unit=1)


def _words_of_tokens(tokens: Sequence[Node]) -> tuple[RawWord, ...]:
    """Join the tokens of whisper.cpp to words: a space begins one, [_BEG_] and the like end."""
    words: list[RawWord] = []
    for token in tokens:
        text = token.get("text") if token.is_object else None
        raw = text.string() if text is not None else ""
        if not raw.strip() or raw.startswith("[_"):
            continue
        start, end = _offsets(token.get("offsets"))
        score = token.get("p")
        word = _raw_word(raw, start, end, score.probability() if score is not None else None, "")
        if words and not raw[:1].isspace():
            last = words[-1]
            sure = [c for c in (last.confidence, word.confidence) if c is not None]
            words[-1] = replace(
                last, text=last.text + word.text, end_ms=end, confidence=min(sure, default=None)
            )
        else:
            words.append(word)
    return tuple(words)


def _time_of(item: Node, name: str, unit: int = 1000) -> int | None:
    found = item.get(name)
    return found.time_ms(unit) if found is not None else None


def _speaker_of(item: Node) -> str:
    found = item.get("speaker")
    if found is None:
        return ""
    return clean(found.string()).strip() if isinstance(found.value, str) else str(found.value)[:40]


def _parse_word(item: Node, unit: int = 1000) -> RawWord:
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
    start, end = _time_of(item, "start", unit), _time_of(item, "end", unit)
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
