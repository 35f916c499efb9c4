"""Transfer of word times from a machine transcript to its manually corrected version."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from speechsubs.cues.timeline import split_words
from speechsubs.errors import InputError
from speechsubs.model import Finding, Paragraph, Severity, Transcript, Word

#: Confidence of words recognized differently, and of words not recognized.
_CHANGED_CONFIDENCE = 0.5
_ADDED_CONFIDENCE = 0.2
#: Minimum share of common words; below it, the texts are considered different.
_MIN_SHARED_WORDS = 0.3
_BARE = re.compile(r"[^\w]")

_Span = tuple[int, int, float | None]


def transfer_times(text: Transcript, timed: Transcript) -> Transcript:
    """The paragraphs of `text`, each word with the time of the same word in `timed`.

    Words are aligned by minimum edit distance. A changed word gets the time of the word
    it replaces, an added word the interval between its neighbors, both with lower
    confidence. Raises `InputError` if `timed` has no times or the texts do not match.
    """
    # Imported lazily: needed by one option only.
    from rapidfuzz.distance import Levenshtein

    heard = [word for paragraph in timed.paragraphs for word in paragraph.words]
    if not heard or not timed.timed:
        advice = "--text requires a transcript with word timestamps from a speech recognizer"
        raise InputError(timed.source, "contains no word timestamps", advice)
    told = [part for paragraph in text.paragraphs for part, _ in split_words(paragraph.text)]
    if not told:
        raise InputError(text.source, "contains no text")
    # Chinese is timed by character, regardless of the recognizer's word boundaries.
    pieces = [piece for word in heard for piece in _split_word(word)]
    steps = list(
        Levenshtein.opcodes([_normalize(p.text) for p in pieces], [_normalize(t) for t in told])
    )
    same = sum(step.dest_end - step.dest_start for step in steps if step.tag == "equal")
    if same < _MIN_SHARED_WORDS * len(told):
        problem = f"only {same} of its {len(told)} words occur in {timed.source}"
        raise InputError(text.source, problem, "Is it the same speech?")
    spans: list[_Span] = []
    for step in steps:
        old = pieces[step.src_start : step.src_end]
        new = told[step.dest_start : step.dest_end]
        if step.tag == "equal":
            spans += [(word.start_ms, word.end_ms, word.confidence) for word in old]
        elif new:
            before = spans[-1][1] if spans else 0
            after = pieces[step.src_end].start_ms if step.src_end < len(pieces) else None
            spans += _interpolate(new, old, before, after)
    message = (
        f"{same} of {len(told)} words keep their recognized times, the others are interpolated"
    )
    finding = Finding("times-carried", Severity.INFO, message, file=text.source)
    paragraphs = tuple(_rebuild_paragraphs(text.paragraphs, spans))
    return replace(text, paragraphs=paragraphs, findings=(*text.findings, finding))


def _split_word(word: Word) -> Iterator[Word]:
    parts = split_words(word.text)
    length = max(1, len(word.text))
    time = word.end_ms - word.start_ms
    for text, offset in parts:
        start = word.start_ms + time * offset // length
        end = word.start_ms + time * (offset + len(text)) // length
        yield replace(word, text=text, start_ms=start, end_ms=end)


def _normalize(text: str) -> str:
    return _BARE.sub("", unicodedata.normalize("NFKC", text).casefold()) or text


def _interpolate(
    new: Sequence[str], old: Sequence[Word], before: int, after: int | None
) -> list[_Span]:
    """Interpolate times for words missing or different in the machine transcript."""
    if old:
        start, end, trust = old[0].start_ms, old[-1].end_ms, _CHANGED_CONFIDENCE
        known = [word.confidence for word in old if word.confidence is not None]
        trust = min([trust, *known])
    else:
        start, trust = before, _ADDED_CONFIDENCE
        # After the last word, use an estimate of the speaking time.
        room = sum(200 + 40 * len(text) for text in new)
        end = start + room if after is None else min(after, start + 2 * room)
    start, end = max(start, before), max(end, start, before)
    total = sum(len(text) for text in new) or 1
    spans: list[_Span] = []
    done = 0
    for text in new:
        first = start + (end - start) * done // total
        done += len(text)
        spans.append((first, start + (end - start) * done // total, trust))
    return spans


def _rebuild_paragraphs(
    paragraphs: Sequence[Paragraph], spans: Sequence[_Span]
) -> Iterator[Paragraph]:
    at = 0
    for paragraph in paragraphs:
        words = []
        for text, offset in split_words(paragraph.text):
            start, end, trust = spans[at]
            words.append(Word(text, offset, start, max(start, end), trust))
            at += 1
        yield replace(paragraph, words=tuple(words))
