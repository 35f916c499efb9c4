"""Transcripts with word times as JSON: whisper and its kin here, others in `services`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NoReturn

from speechsubs.errors import InputError
from speechsubs.formats import services
from speechsubs.formats.cuetext import clean
from speechsubs.formats.jsonvalues import Node
from speechsubs.formats.text import read_transcript as read_plain
from speechsubs.formats.wording import Running
from speechsubs.formats.wordtimes import Heard, Segment, Timed, timed_segments
from speechsubs.model import Finding, Paragraph, Transcript

#: A pause that ends a paragraph.
PARAGRAPH_GAP_MS: Final = 2_000

_ADVICE = (
    "Is it a transcript as whisper, whisperX, faster-whisper, Vosk, AWS, Google or Deepgram "
    "write it?"
)


class WordsFormat:
    """JSON with segments and, best, words in them."""

    name = "json"
    suffixes: tuple[str, ...] = (".json",)

    def read(self, text: str, source: str) -> Transcript:
        """Read segments into paragraphs, each word with its time.

        A new paragraph starts after a pause of two seconds or with another speaker.
        Words without times lie between their neighbours. Raises `InputError` with
        the place ("talk.json, segments[3].words[2].start") for anything that is not
        of the type it should be.
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
            # The API's plain answer: text without any times.
            return replace(read_plain(spoken.value, source), language=language)
        raise InputError(source, "no segments and no text in it", _ADVICE)
    findings: list[Finding] = []
    timed = timed_segments(segments, source, findings)
    if not timed:
        raise InputError(source, "there is no text in its segments")
    paragraphs = tuple(_paragraphs(timed))
    return Transcript(paragraphs, source, language, tuple(findings))


def _load(text: str, source: str) -> Node:
    def refuse(constant: str) -> NoReturn:
        raise InputError(source, f"{constant} is not a number that JSON knows")

    try:
        return Node(json.loads(text.removeprefix("\ufeff"), parse_constant=refuse), source)
    except json.JSONDecodeError as error:
        where = f"{source}:{error.lineno}:{error.colno}"
        raise InputError(where, f"this is not JSON ({error.msg})", _ADVICE) from error
    except RecursionError as error:
        raise InputError(source, "the JSON is nested too deeply", _ADVICE) from error
    except ValueError as error:
        # A whole number of more digits than Python converts.
        raise InputError(source, "a number in the JSON is too long", _ADVICE) from error


def _language(root: Node) -> str:
    for name in ("language", "result"):
        found = root.get(name) if root.is_object else None
        if found is not None and found.is_object:
            found = found.get("language")
        if found is not None and isinstance(found.value, str) and len(found.value) <= 20:
            # The API answers "english"; only a tag is of use here.
            tag = found.value.strip()
            if 2 <= len(tag.partition("-")[0]) <= 3 and tag.replace("-", "").isalnum():
                return tag
    return services.language(root)


def _segments(root: Node) -> Iterator[Segment]:
    found = services.segments(root)
    if found is not None:
        yield from found
        return
    if root.is_array:
        items = root.items()
        if items and items[0].is_array and items[0].items() and not _is_row(items[0]):
            # faster-whisper gives (segments, info), and people dump both.
            items = items[0].items()
        yield from _numbered(items)
        return
    if not root.is_object:
        raise InputError(root.where, f"expected an object or a list, not {root.kind}", _ADVICE)
    if (listed := root.get("segments")) is not None:
        found = list(_numbered(listed.items()))
        loose = root.get("words")
        if loose is not None and not any(segment.heard for segment in found):
            found = _with_words(found, [_word(item) for item in loose.items()])
        yield from found
    elif (listed := root.get("transcription")) is not None:
        for number, item in enumerate(listed.items(), start=1):
            yield _cpp_segment(item, number)
    elif (listed := root.get("words") or root.get("word_segments")) is not None:
        heard = tuple(_word(item) for item in listed.items())
        if heard:
            yield Segment(1, _only_text(root), None, None, "", heard)


def _only_text(root: Node) -> str:
    text = root.get("text")
    return clean(text.string()).strip() if text is not None else ""


def _is_row(node: Node) -> bool:
    """True for a segment that was dumped as a list: id, seek, start, end, text ..."""
    items = node.items()
    return len(items) >= 5 and not items[0].is_object and isinstance(items[4].value, str)


def _numbered(items: Sequence[Node]) -> Iterator[Segment]:
    for number, item in enumerate(items, start=1):
        yield _row_segment(item, number) if item.is_array else _object_segment(item, number)


def _row_segment(item: Node, number: int) -> Segment:
    if not _is_row(item):
        raise InputError(item.where, "not a segment: expected id, seek, start, end, text", _ADVICE)
    fields = item.items()
    # The words are the list after the tokens; where, depends on the version.
    listed = next((field for field in fields[6:] if field.is_array), None)
    heard = tuple(_word(word) for word in listed.items()) if listed is not None else ()
    text = clean(fields[4].string()).strip()
    return Segment(number, text, fields[2].time_ms(), fields[3].time_ms(), "", heard)


def _object_segment(item: Node, number: int) -> Segment:
    if not item.is_object:
        raise InputError(item.where, f"expected a segment, not {item.kind}", _ADVICE)
    listed = item.get("words")
    heard = tuple(_word(word) for word in listed.items()) if listed is not None else ()
    text = item.get("text")
    return Segment(
        number,
        clean(text.string()).strip() if text is not None else "",
        _time(item, "start"),
        _time(item, "end"),
        _speaker(item),
        heard,
    )


def _cpp_segment(item: Node, number: int) -> Segment:
    """A segment of whisper.cpp: offsets in milliseconds, no words."""
    if not item.is_object:
        raise InputError(item.where, f"expected a segment, not {item.kind}", _ADVICE)
    text, offsets = item.get("text"), item.get("offsets")
    start = end = None
    if offsets is not None and offsets.is_object:
        start, end = (_time(offsets, name, unit=1) for name in ("from", "to"))
    spoken = clean(text.string()).strip() if text is not None else ""
    return Segment(number, spoken, start, end, _speaker(item), ())


def _time(item: Node, name: str, unit: int = 1000) -> int | None:
    found = item.get(name)
    return found.time_ms(unit) if found is not None else None


def _speaker(item: Node) -> str:
    found = item.get("speaker")
    if found is None:
        return ""
    return clean(found.string()).strip() if isinstance(found.value, str) else str(found.value)[:40]


def _word(item: Node) -> Heard:
    if item.is_array:
        fields = item.items()
        if len(fields) < 3:
            raise InputError(item.where, "not a word: expected start, end, word", _ADVICE)
        trust = fields[3].share() if len(fields) > 3 else None
        return _heard(fields[2].string(), fields[0].time_ms(), fields[1].time_ms(), trust, "")
    if not item.is_object:
        raise InputError(item.where, f"expected a word, not {item.kind}", _ADVICE)
    text = item.get("word") or item.get("text")
    if text is None:
        raise InputError(item.where, "a word without its text", _ADVICE)
    trust_in = item.get("probability") or item.get("score") or item.get("confidence")
    trust = trust_in.share() if trust_in is not None else None
    start, end = _time(item, "start"), _time(item, "end")
    return _heard(text.string(), start, end, trust, _speaker(item))


def _heard(
    raw: str, start: int | None, end: int | None, trust: float | None, speaker: str
) -> Heard:
    return Heard(clean(raw).strip(), start, end, trust, speaker, raw[:1].isspace())


def _with_words(segments: list[Segment], words: list[Heard]) -> list[Segment]:
    """Words that stand beside the segments, each put where its time falls."""
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


def _paragraphs(segments: Sequence[Timed]) -> Iterator[Paragraph]:
    running, first, last = Running(), segments[0], segments[0]
    for segment in segments:
        pause = segment.words[0].start_ms - last.words[-1].end_ms
        if running.words and (pause > PARAGRAPH_GAP_MS or segment.speaker != first.speaker):
            yield _paragraph(running, first)
            running, first = Running(), segment
        running.add(segment.text, segment.words)
        last = segment
    yield _paragraph(running, first)


def _paragraph(running: Running, first: Timed) -> Paragraph:
    return Paragraph(
        running.text, line=first.number, words=tuple(running.words), speaker=first.speaker
    )
