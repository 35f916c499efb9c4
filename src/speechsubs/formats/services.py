"""JSON of other recognisers: Vosk, AWS Transcribe, Google Speech-to-Text, Deepgram.

Each has words with times in a shape of its own; here they become segments, and all
that follows is the same for everybody.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from speechsubs.errors import InputError
from speechsubs.formats.cuetext import clean
from speechsubs.formats.jsonvalues import Node
from speechsubs.formats.wordtimes import Heard, Segment

#: A pause or another speaker begins a segment.
_PAUSE_MS: Final = 2_000
_SECONDS = re.compile(r"\d{1,7}(?:\.\d{1,12})?")


def segments(root: Node) -> list[Segment] | None:
    """The segments of a file of one of these services, or None for another file.

    Raises `InputError` with the place of what is not of the type that it should be.
    """
    for shape in (_google, _aws, _deepgram, _vosk):
        found = shape(root)
        if found is not None:
            return found
    return None


def language(root: Node) -> str:
    """The language tag that the file names, or nothing."""
    results = _member(root, "results")
    named = _member(results, "language_code")
    if named is None and results is not None and results.is_array:
        named = next(
            filter(None, (_member(item, "languageCode") for item in results.items())), None
        )
    if named is None:
        channels = _list(results, "channels")
        named = _member(channels[0], "detected_language") if channels else None
    return named.value if named is not None and isinstance(named.value, str) else ""


def _member(node: Node | None, name: str) -> Node | None:
    return node.get(name) if node is not None and node.is_object else None


def _list(node: Node | None, name: str) -> list[Node]:
    found = _member(node, name)
    return found.items() if found is not None and found.is_array else []


def _first_alternative(node: Node) -> Node | None:
    found = _list(node, "alternatives")
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
            heard = [_word(word, ("word",), ("start", "end"), "conf") for word in listed.items()]
            found += _parted(heard, len(found))
    return found if seen else None


# ---- AWS -------------------------------------------------------------------------


def _aws(root: Node) -> list[Segment] | None:
    """{"results": {"items": [{"type", "start_time", "end_time", "alternatives"}]}}."""
    results = _member(root, "results")
    items = _member(results, "items")
    if items is None or not items.is_array:
        return None
    heard: list[Heard] = []
    for item in items.items():
        best = _first_alternative(item)
        content = _member(best, "content")
        if best is None or content is None:
            raise InputError(item.where, "an item without its content")
        kind = _member(item, "type")
        text = clean(content.string()).strip()
        if kind is not None and kind.value == "punctuation":
            if heard:
                # A mark has no time of its own: it is written on the word before it.
                last = heard[-1]
                heard[-1] = Heard(
                    last.text + text, last.start_ms, last.end_ms, last.confidence, last.speaker,
                    last.spaced,
                )  # fmt: skip
            continue
        times = [_time(_member(item, name)) for name in ("start_time", "end_time")]
        trust = _share(_member(best, "confidence"))
        heard.append(Heard(text, times[0], times[1], trust, _speaker(item, "speaker_label"), False))
    return _parted(heard, 0)


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
            # With speakers, a last result repeats all words without a text.
            continue
        times = (("startTime", "startOffset", "start_time"), ("endTime", "endOffset", "end_time"))
        heard = [_word(word, ("word",), times, "confidence") for word in _list(best, "words")]
        spoken = clean(text.string()).strip()
        if not heard and not spoken:
            continue
        end = _time(_member(item, "resultEndTime") or _member(item, "resultEndOffset"))
        start = heard[0].start_ms if heard else (found[-1].end_ms if found else 0)
        found.append(Segment(len(found) + 1, spoken, start, end, "", tuple(heard)))
    return found


# ---- Deepgram --------------------------------------------------------------------


def _deepgram(root: Node) -> list[Segment] | None:
    """{"results": {"channels": [{"alternatives": [{"words": [...]}]}]}}."""
    channels = _list(_member(root, "results"), "channels")
    if not channels:
        return None
    best = _first_alternative(channels[0])
    names = ("punctuated_word", "word")
    heard = [_word(word, names, ("start", "end"), "confidence") for word in _list(best, "words")]
    return _parted(heard, 0)


# ---- What they share -------------------------------------------------------------

_Names = tuple[str | tuple[str, ...], str | tuple[str, ...]]


def _word(node: Node, texts: Sequence[str], times: _Names, trust: str) -> Heard:
    if not node.is_object:
        raise InputError(node.where, f"expected a word, not {node.kind}")
    text = next(filter(None, (node.get(name) for name in texts)), None)
    if text is None:
        raise InputError(node.where, "a word without its text")
    start, end = (_time(_any(node, names)) for names in times)
    share = _share(node.get(trust))
    return Heard(clean(text.string()).strip(), start, end, share, _speaker(node), False)


def _any(node: Node, names: str | Sequence[str]) -> Node | None:
    wanted = (names,) if isinstance(names, str) else names
    return next(filter(None, (node.get(name) for name in wanted)), None)


def _time(node: Node | None) -> int | None:
    """Milliseconds of 1.3, "1.3", "1.300s" or {"seconds": "1", "nanos": 300000000}."""
    if node is None:
        return None
    if node.is_object:
        seconds, nanos = _time(node.get("seconds")) or 0, node.get("nanos")
        part = nanos.value if nanos is not None else 0
        return seconds + (part // 1_000_000 if isinstance(part, int) and 0 <= part < 10**9 else 0)
    if isinstance(node.value, str):
        text = node.value.strip().removesuffix("s")
        if not _SECONDS.fullmatch(text):
            raise InputError(node.where, f"{node.value[:40]!r} is no time in seconds")
        return Node(float(text), node.source, node.path).time_ms()
    return node.time_ms()


def _share(node: Node | None) -> float | None:
    """A confidence, which AWS writes as a text."""
    if node is None:
        return None
    if isinstance(node.value, str):
        text = node.value.strip()
        value = float(text) if _SECONDS.fullmatch(text) else None
        return Node(value, node.source, node.path).share()
    return node.share()


def _speaker(node: Node, *names: str) -> str:
    for name in names or ("speaker", "speakerLabel", "speakerTag"):
        found = node.get(name)
        if found is not None and not found.is_object and not found.is_array:
            # A tag of 0 is Google's "nobody knows".
            unknown = name == "speakerTag" and found.value == 0
            return "" if unknown else clean(str(found.value)[:40]).strip()
    return ""


def _parted(heard: Sequence[Heard], before: int) -> list[Segment]:
    """Words into segments, a new one after a pause and with another speaker."""
    return [
        Segment(before + number, "", own[0].start_ms, own[-1].end_ms, own[0].speaker, tuple(own))
        for number, own in enumerate(_runs(heard), start=1)
    ]


def _runs(heard: Sequence[Heard]) -> Iterator[list[Heard]]:
    run: list[Heard] = []
    for word in heard:
        if run and _begins(run[-1], word):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _begins(last: Heard, word: Heard) -> bool:
    if word.speaker != last.speaker:
        return True
    if word.start_ms is None or last.end_ms is None:
        return False
    return word.start_ms - last.end_ms > _PAUSE_MS
