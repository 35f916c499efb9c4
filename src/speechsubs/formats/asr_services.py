"""JSON transcripts of speech recognition services: word times, speakers, confidences.

AssemblyAI, AWS Transcribe, Azure Speech, Deepgram, ElevenLabs, Google Speech-to-Text, Rev.ai,
Speechmatics, Vosk, the pipeline of Hugging Face transformers, and the captions of YouTube
(json3). Each layout is recognized by the names of its fields and parsed into segments; the
rest is the same for all of them. A `Node` keeps the path of a JSON value, so that errors name
the exact place.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from speechsubs.errors import InputError
from speechsubs.formats.markup import clean
from speechsubs.formats.timing_lines import MAX_MS
from speechsubs.formats.wordtimes import RawWord, Segment

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
            raise InputError(self.where, f"expected a string, not {self.kind}")
        return self.value

    def time_ms(self, unit: float = 1000) -> int | None:
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
    return next((found for shape in _SHAPES if (found := shape(root)) is not None), None)


def read_service_language(root: Node) -> str:
    """The language tag in the file, or an empty string."""
    return _named_language(root).replace("_", "-")


def _named_language(root: Node) -> str:
    phrases = _member_items(root, "recognizedPhrases") or _member_items(root, "phrases")
    for name, place in (("language_code", root), ("locale", phrases[0] if phrases else root)):
        named = _member(place, name)
        if named is not None and isinstance(named.value, str):
            return named.value
    setup = _member(_member(root, "metadata"), "transcription_config")
    results = _member(root, "results")
    named = _member(results, "language_code") or _member(setup, "language")
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
            _attach(heard, text)
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
    if results is None or not results.is_array or any(map(_is_speechmatics, results.items()[:1])):
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


# ---- AssemblyAI, ElevenLabs ------------------------------------------------------


def _assemblyai(root: Node) -> list[Segment] | None:
    """{"words": [{"text", "start", "end", "confidence", "speaker"}]}, times in milliseconds."""
    items = _member_items(root, "words")
    marks = ("utterances", "audio_duration", "audio_url", "acoustic_model", "speech_model")
    if not items or not any(_member(root, name) is not None for name in marks):
        return None
    unit = time_unit(items)
    return _split_into_segments(
        [
            _parse_service_word(item, ("text",), ("start", "end"), "confidence", unit)
            for item in items
        ],
        0,
    )


def _elevenlabs(root: Node) -> list[Segment] | None:
    """{"words": [{"text", "start", "end", "type", "speaker_id", "logprob"}]}."""
    items = _member_items(root, "words")
    if not items or _member(items[0], "type") is None:
        return None
    heard = []
    for item in items:
        kind = _member(item, "type")
        if kind is not None and kind.value == "spacing":
            continue
        word = _parse_service_word(item, ("text",), ("start", "end"), "confidence")
        certainty = _member(item, "logprob")
        if certainty is not None and isinstance(certainty.value, int | float):
            word = replace(word, confidence=math.exp(min(0.0, certainty.value)))
        heard.append(replace(word, speaker=_speaker(item, "speaker_id")))
    return _split_into_segments(heard, 0)


# ---- Rev.ai ----------------------------------------------------------------------


def _rev(root: Node) -> list[Segment] | None:
    """{"monologues": [{"speaker", "elements": [{"type", "value", "ts", "end_ts"}]}]}."""
    monologues = _member(root, "monologues")
    if monologues is None or not monologues.is_array:
        return None
    found: list[Segment] = []
    for part in monologues.items():
        speaker = _speaker(part) if part.is_object else ""
        heard: list[RawWord] = []
        for item in _member_items(part, "elements"):
            value = _member(item, "value")
            if value is None:
                raise InputError(item.where, "an element without a value")
            kind = _member(item, "type")
            if kind is not None and kind.value == "punct":
                _attach(heard, clean(value.string()).strip())
                continue
            word = _parse_service_word(item, ("value",), ("ts", "end_ts"), "confidence")
            heard.append(replace(word, speaker=speaker))
        found += _split_into_segments(heard, len(found))
    return found


# ---- Speechmatics ----------------------------------------------------------------


def _is_speechmatics(item: Node) -> bool:
    best = _first_alternative(item)
    return _member(item, "type") is not None and _member(best, "content") is not None


def _speechmatics(root: Node) -> list[Segment] | None:
    """{"results": [{"type", "start_time", "end_time", "alternatives", "attaches_to"}]}."""
    items = _member_items(root, "results")
    if not items or not _is_speechmatics(items[0]):
        return None
    heard: list[RawWord] = []
    opening = ""
    for item in items:
        best = _first_alternative(item)
        content = _member(best, "content")
        if best is None or content is None:
            raise InputError(item.where, "a result without content")
        text = clean(content.string()).strip()
        kind, side = _member(item, "type"), _member(item, "attaches_to")
        if kind is not None and kind.value == "punctuation":
            if side is not None and side.value == "next":
                opening += text
            else:
                _attach(heard, text)
            continue
        start, end = (_parse_time(_member(item, name)) for name in ("start_time", "end_time"))
        confidence = _confidence(_member(best, "confidence"))
        heard.append(RawWord(opening + text, start, end, confidence, _speaker(best), False))
        opening = ""
    return _split_into_segments(heard, 0)


# ---- Azure -----------------------------------------------------------------------

#: Ticks of 100 nanoseconds in a millisecond.
_TICKS: Final = 10_000


def _azure(root: Node) -> list[Segment] | None:
    """{"recognizedPhrases": [...]} of a batch, or {"phrases": [...]} of a fast transcription."""
    phrases = _member(root, "recognizedPhrases") or _member(root, "phrases")
    if phrases is None or not phrases.is_array:
        return None
    found: list[Segment] = []
    for phrase in phrases.items():
        options = _member_items(phrase, "nBest")
        best = options[0] if options else phrase
        text = _member(best, "display") or _member(best, "text")
        listed = _member_items(best, "displayWords") or _member_items(best, "words")
        heard = tuple(map(_azure_word, listed))
        spoken = clean(text.string()).strip() if text is not None else ""
        start, end = _azure_times(phrase)
        speaker = _speaker(phrase) if phrase.is_object else ""
        if heard or spoken:
            found.append(Segment(len(found) + 1, spoken, start, end, speaker, heard))
    return found


def _azure_word(item: Node) -> RawWord:
    texts = ("displayText", "word", "text")
    word = _parse_service_word(item, texts, ("", ""), "confidence")
    start, end = _azure_times(item)
    return replace(word, start_ms=start, end_ms=end)


def _azure_times(item: Node) -> tuple[int | None, int | None]:
    for begin, lasts, unit in (
        ("offsetInTicks", "durationInTicks", 1 / _TICKS),
        ("offsetMilliseconds", "durationMilliseconds", 1),
    ):
        start, length = _member(item, begin), _member(item, lasts)
        if start is not None and length is not None:
            first, span = start.time_ms(unit), length.time_ms(unit)
            if first is not None and span is not None:
                return first, first + span
    return None, None


# ---- YouTube ---------------------------------------------------------------------


def _youtube(root: Node) -> list[Segment] | None:
    """{"events": [{"tStartMs", "dDurationMs", "segs": [{"utf8", "tOffsetMs"}]}]}."""
    events = [item for item in _member_items(root, "events") if _member_items(item, "segs")]
    if not events:
        return None
    found: list[Segment] = []
    for place, event in enumerate(events):
        start, lasts = (_in_ms(_member(event, name)) for name in ("tStartMs", "dDurationMs"))
        if start is None:
            raise InputError(event.where, "an event without a start")
        # Captions that roll stay on screen while the next ones are spoken.
        after = _in_ms(_member(events[place + 1], "tStartMs")) if place + 1 < len(events) else None
        end = start + (lasts or 0)
        if after is not None and start < after < end:
            end = after
        text, heard = _youtube_words(event, start, end)
        if text.strip():
            found.append(Segment(len(found) + 1, clean(text).strip(), start, end, "", heard))
    return found


def _youtube_words(event: Node, start: int, end: int) -> tuple[str, tuple[RawWord, ...]]:
    """The text of an event, and its words where it has more than one with a time."""
    parts: list[tuple[str, int]] = []
    for item in _member_items(event, "segs"):
        text = _member(item, "utf8")
        if text is not None and text.string().strip():
            parts.append((text.string(), start + (_in_ms(_member(item, "tOffsetMs")) or 0)))
    whole = "".join(text for text, _ in parts)
    if len(parts) < 2:
        return whole, ()
    ends = [begin for _, begin in parts[1:]] + [max(end, parts[-1][1])]
    heard = tuple(
        RawWord(clean(text).strip(), begin, max(begin, stop), None, "", text[:1].isspace())
        for (text, begin), stop in zip(parts, ends, strict=True)
    )
    return whole, heard


def _in_ms(node: Node | None) -> int | None:
    return node.time_ms(1) if node is not None else None


# ---- Hugging Face, and plain lists -----------------------------------------------


def _chunks(root: Node) -> list[Segment] | None:
    """{"chunks": [{"timestamp": [0.0, 1.5], "text"}]}."""
    items = _member_items(root, "chunks")
    if not items or _member(items[0], "timestamp") is None:
        return None
    heard = []
    for item in items:
        text, times = _member(item, "text"), _member_items(item, "timestamp")
        if text is None or len(times) != 2:
            raise InputError(item.where, "a chunk without text or two times")
        raw = text.string()
        start, end = (time.time_ms() for time in times)
        heard.append(RawWord(clean(raw).strip(), start, end, None, "", raw[:1].isspace()))
    if all(len(word.text.split()) <= 1 for word in heard):
        return _split_into_segments(heard, 0)
    return [
        Segment(number, word.text, word.start_ms, word.end_ms, "", ())
        for number, word in enumerate(heard, start=1)
    ]


def _triples(root: Node) -> list[Segment] | None:
    """[["text", 0.5, 1.5], ...], or with the text at the end."""
    items = root.items() if root.is_array else []
    if not items or not all(item.is_array and len(item.items()) == 3 for item in items):
        return None
    found = []
    for number, item in enumerate(items, start=1):
        first, second, third = item.items()
        text, start, end = (first, second, third) if _is_text(first) else (third, first, second)
        if not _is_text(text):
            return None
        spoken = clean(text.string()).strip()
        found.append(Segment(number, spoken, start.time_ms(), end.time_ms(), "", ()))
    return found


def _is_text(node: Node) -> bool:
    return isinstance(node.value, str)


_SHAPES: Final[tuple[Callable[[Node], list[Segment] | None], ...]] = (
    _google, _speechmatics, _aws, _deepgram, _assemblyai, _elevenlabs, _rev, _azure, _youtube,
    _chunks, _triples, _vosk,
)  # fmt: skip


def time_unit(items: Iterable[Node]) -> int:
    """Milliseconds per unit of the times of words or segments: 1 or 1,000.

    Files do not say which it is. Nobody speaks a letter in three seconds, so whole numbers
    with which somebody would are milliseconds.
    """
    spoken = letters = 0
    for item in items:
        start, end = (_member(item, name) for name in ("start", "end"))
        text = _member(item, "text") or _member(item, "word")
        values = [node.value for node in (start, end) if node is not None]
        if not all(isinstance(value, int) and not isinstance(value, bool) for value in values):
            return 1000
        first, last = values if len(values) == 2 else (0, 0)
        assert isinstance(first, int)
        assert isinstance(last, int)
        spoken += max(0, last - first)
        letters += len(text.value) if text is not None and isinstance(text.value, str) else 0
    return 1 if spoken > 3 * max(letters, 1) else 1000


# ---- What they share -------------------------------------------------------------

_Names = tuple[str | tuple[str, ...], str | tuple[str, ...]]


def _attach(heard: list[RawWord], text: str) -> None:
    """Attach punctuation, which has no time of its own, to the word before."""
    if heard:
        heard[-1] = replace(heard[-1], text=heard[-1].text + text)


def _parse_service_word(
    node: Node, texts: Sequence[str], times: _Names, confidence: str, unit: int = 1000
) -> RawWord:
    if not node.is_object:
        raise InputError(node.where, f"expected a word, not {node.kind}")
    text = next(filter(None, (node.get(name) for name in texts)), None)
    if text is None:
        raise InputError(node.where, "a word without text")
    start, end = (_parse_time(_first_member(node, names), unit) for names in times)
    probability = _confidence(node.get(confidence))
    return RawWord(clean(text.string()).strip(), start, end, probability, _speaker(node), False)


def _first_member(node: Node, names: str | Sequence[str]) -> Node | None:
    wanted = (names,) if isinstance(names, str) else names
    return next(filter(None, (node.get(name) for name in wanted)), None)


def _parse_time(node: Node | None, unit: int = 1000) -> int | None:
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
    return node.time_ms(unit)


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
