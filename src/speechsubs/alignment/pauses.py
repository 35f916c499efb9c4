"""Word times from pauses: sentences are matched with speech regions by their duration.

No words are recognized. Where the speaker pauses between sentences, starts are accurate
to about 30 ms; within a sentence words are spread by their expected length, with
punctuation placed at pauses, and get a lower confidence. This is the fallback where the
forced aligner cannot run.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from statistics import median
from typing import Final

from speechsubs.alignment import vad
from speechsubs.alignment.assign import Run, SentenceLength, assign, duration_misfit
from speechsubs.alignment.estimate import EstimateAligner
from speechsubs.alignment.vad import Region
from speechsubs.audio import Recording
from speechsubs.cues.timeline import split_words
from speechsubs.language.locales import Locale
from speechsubs.model import Finding, Sentence, Severity, Word
from speechsubs.protocols import Placement

_CLAUSE = re.compile(r"[,;:—–…，；：、]['\"”’»」』)]*$|[.!?。！？]['\"”’»」』)]*$")
#: How far a pause may be from the expected word boundary, in milliseconds of speech.
_REACH_MS: Final = 700
_CLAUSE_BONUS_MS: Final = 450
_SENTENCE_BONUS_MS: Final = 900
#: Shorter pauses are stop consonants, not word boundaries.
_PAUSE_MS: Final = 120


@dataclass(frozen=True, slots=True)
class ExpectedWord:
    """A word, its expected duration in milliseconds, and whether it ends a sentence."""

    text: str
    length: float
    ends_sentence: bool


def spread_words(
    expected: Sequence[ExpectedWord], regions: Sequence[Region]
) -> list[tuple[int, int]]:
    """Spread words over speech regions: the start and end of each, in ascending order.

    A pause between two regions is assigned to the best word boundary nearby: the end of
    a sentence, else of a clause, else of any word.

    >>> good, day = ExpectedWord("Good", 300, False), ExpectedWord("day,", 300, False)
    >>> words = [good, day, ExpectedWord("all.", 400, True)]
    >>> spread_words(words, [Region(0, 700), Region(1000, 1400)])
    [(0, 350), (350, 700), (1000, 1400)]
    """
    if not expected:
        return []
    speech = [0, *accumulate(region.duration_ms for region in regions)]
    total = sum(word.length for word in expected) or 1.0
    scale = speech[-1] / total
    boundaries = [0.0, *accumulate(word.length * scale for word in expected)]
    source, target = [0.0], [0.0]
    for word, place in _anchors(expected, regions, boundaries, speech):
        source.append(boundaries[word])
        target.append(float(place))
    source.append(boundaries[-1])
    target.append(float(speech[-1]))
    moved = [_interpolate(boundary, source, target) for boundary in boundaries]
    times = []
    floor = regions[0].start_ms
    for first, last in pairwise(moved):
        start = max(floor, _time_at(first, speech, regions, opening=True))
        end = max(start, _time_at(last, speech, regions, opening=False))
        times.append((start, end))
        floor = end
    return times


def _anchors(
    expected: Sequence[ExpectedWord],
    regions: Sequence[Region],
    boundaries: Sequence[float],
    speech: Sequence[int],
) -> list[tuple[int, int]]:
    """Pairs of (word boundary, position in speech), one for each pause with a match."""
    found: list[tuple[int, int]] = []
    lowest = 1
    for number in range(1, len(regions)):
        pause = regions[number].start_ms - regions[number - 1].end_ms
        if pause < _PAUSE_MS:
            continue
        place = speech[number]
        low = max(lowest, bisect_left(boundaries, place - _REACH_MS))
        high = min(len(expected) - 1, bisect_right(boundaries, place + _REACH_MS))
        best = min(
            range(low, high + 1),
            key=lambda w: abs(boundaries[w] - place) - _bonus(expected[w - 1]),
            default=None,
        )
        # A long pause always lies between words, a short one only at punctuation.
        if best is None or (pause < 250 and not _bonus(expected[best - 1])):
            continue
        if found and place - found[-1][1] < 20:
            continue
        found.append((best, place))
        lowest = best + 1
    return found


def _bonus(word: ExpectedWord) -> int:
    if word.ends_sentence:
        return _SENTENCE_BONUS_MS
    return _CLAUSE_BONUS_MS if _CLAUSE.search(word.text) else 0


def _interpolate(value: float, source: Sequence[float], target: Sequence[float]) -> float:
    number = min(max(1, bisect_right(source, value)), len(source) - 1)
    a, b = source[number - 1], source[number]
    if b <= a:
        return target[number]
    share = min(1.0, max(0.0, (value - a) / (b - a)))
    return target[number - 1] + share * (target[number] - target[number - 1])


def _time_at(
    place: float, speech: Sequence[int], regions: Sequence[Region], *, opening: bool
) -> int:
    """Convert a position in speech to a time.

    At a pause, an opening position maps to the end of the pause, a closing one to its
    start.
    """
    place = round(place)
    if opening:
        number = min(len(regions) - 1, bisect_right(speech, place) - 1)
    else:
        number = max(0, bisect_left(speech, place) - 1)
    number = min(number, len(regions) - 1)
    return regions[number].start_ms + min(regions[number].duration_ms, int(place - speech[number]))


#: Shorter gaps are stop consonants and do not split a region.
_MIN_GAP_MS: Final = 100
#: Limits of a speaker's duration relative to the locale's speaking rate.
_SLOWEST, _FASTEST = 1.9, 0.5
#: Factor on the confidence of sentences next to skipped text or speech.
_NEAR_SKIPPED_FACTOR: Final = 0.5
#: Rates to try, relative to the average over the whole recording.
_RATES: Final = (1.0, 1.12, 0.89, 1.27, 0.79, 1.5)
#: With a ratio of speech to expected duration outside these limits, the text is a
#: different one or incomplete.
_TOO_SHORT, _TOO_LONG = 0.5, 2.2


@dataclass(frozen=True, slots=True)
class _SentenceWords:
    """A sentence's words with their expected durations in milliseconds."""

    words: tuple[tuple[str, int], ...]
    lengths: tuple[float, ...]

    @property
    def seconds(self) -> float:
        return sum(self.lengths) / 1_000


class PauseAligner:
    """An `Aligner` that uses voice activity only. See the module docstring."""

    name = "pauses"

    def __init__(
        self, recording: Recording, locale: Locale, curve: vad.SpeechCurve | None = None
    ) -> None:
        """`curve` is the recording's speech curve, if the caller has it already."""
        self._recording, self._locale = recording, locale
        self._curve = curve or vad.SpeechCurve(recording)

    def place(self, sentences: Sequence[Sentence]) -> Placement:
        """Match the sentences with the speech regions.

        Without any speech the times are estimated and scaled to the recording, and the
        placement's `aligner` is the estimate.
        """
        regions = self._curve.regions(min_gap_ms=_MIN_GAP_MS)
        if not regions or not sentences:
            return _estimate_without_speech(self._recording, self._locale, sentences)
        rate = EstimateAligner(self._locale)
        said = [_measure_words(sentence, rate) for sentence in sentences]
        findings = self._compare_lengths(said, regions)
        scale, runs = _fit_runs(sentences, said, regions)
        words = self._words(runs, said, regions, scale)
        findings += self._report_skipped(runs, sentences, regions)
        timed = tuple(
            replace(sentence, words=own) for sentence, own in zip(sentences, words, strict=True)
        )
        return Placement(timed, self.name, (*self._recording.findings, *findings))

    def _compare_lengths(
        self, said: Sequence[_SentenceWords], regions: Sequence[Region]
    ) -> list[Finding]:
        """A warning if the text is much longer or shorter than the speech."""
        speech_s = sum(region.duration_ms for region in regions) / 1_000
        expected_s = sum(item.seconds for item in said)
        if _TOO_SHORT * expected_s <= speech_s <= _TOO_LONG * expected_s:
            return []
        message = (
            f"the speech lasts {_clock(speech_s)} but the text needs about {_clock(expected_s)}: "
            "is it the complete recording of this text?"
        )
        name = self._recording.name
        return [Finding("length-differs", Severity.WARNING, message, file=name)]

    def _report_skipped(
        self, runs: Sequence[Run], sentences: Sequence[Sentence], regions: Sequence[Region]
    ) -> list[Finding]:
        found = []
        offset = self._recording.offset_ms
        for run in runs:
            if run.start == run.end:
                sentence = sentences[run.first]
                message = f"not found in the recording, times estimated: {sentence.text[:60]!r}"
                found.append(
                    Finding(
                        "not-spoken",
                        Severity.WARNING,
                        message,
                        sentence=sentence.index,
                        line=sentence.line,
                    )
                )
        for region in _merge_skipped(runs, regions):
            if region.duration_ms >= 1_500:
                message = (
                    f"{region.duration_ms / 1_000:.1f} s of possible speech are not in the text"
                )
                start = region.start_ms + offset
                found.append(Finding("not-written", Severity.INFO, message, start_ms=start))
        return found

    def _words(
        self,
        runs: Sequence[Run],
        said: Sequence[_SentenceWords],
        regions: Sequence[Region],
        scale: float,
    ) -> list[tuple[Word, ...]]:
        result: list[tuple[Word, ...]] = []
        offset = self._recording.offset_ms
        clock = regions[0].start_ms
        for number, run in enumerate(runs):
            group = said[run.first : run.last]
            if not group:
                continue
            if run.start == run.end:
                until = _next_start(runs[number + 1 :], regions, self._recording.duration_ms)
                own = [Region(clock, max(clock, until))]
                confidence = 0.0
            else:
                own = list(regions[run.start : run.end])
                confidence = _run_confidence(run, group, own, regions, scale)
                if _is_near_skipped(runs, number, regions):
                    confidence *= _NEAR_SKIPPED_FACTOR
            expected = [
                ExpectedWord(text, length, index + 1 == len(item.words))
                for item in group
                for index, ((text, _), length) in enumerate(
                    zip(item.words, item.lengths, strict=True)
                )
            ]
            times = spread_words(expected, own)
            clock = max(clock, times[-1][1]) if times else clock
            at = 0
            for item in group:
                count = len(item.words)
                result.append(_to_words(item, times[at : at + count], confidence, offset))
                at += count
        return result


def _estimate_without_speech(
    recording: Recording, locale: Locale, sentences: Sequence[Sentence]
) -> Placement:
    message = "no speech detected in the recording: times are estimated from the text"
    finding = Finding("no-speech", Severity.ERROR, message, file=recording.name)
    placed = EstimateAligner(locale, recording.duration_ms or None).place(sentences)
    return replace(placed, findings=(*recording.findings, finding))


def _measure_words(sentence: Sentence, rate: EstimateAligner) -> _SentenceWords:
    words = tuple(split_words(sentence.text))
    return _SentenceWords(words, tuple(rate.estimate_word_ms(text) for text, _ in words))


def _sentence_lengths(
    sentences: Sequence[Sentence], said: Sequence[_SentenceWords], scale: float
) -> list[SentenceLength]:
    return [
        SentenceLength(
            item.seconds * scale,
            number == 0 or sentences[number - 1].paragraph != sentences[number].paragraph,
        )
        for number, item in enumerate(said)
    ]


def _fit_runs(
    sentences: Sequence[Sentence], said: Sequence[_SentenceWords], regions: Sequence[Region]
) -> tuple[float, list[Run]]:
    """Find the speaking rate and the runs that fit best together.

    The total duration gives a first rate, which is wrong if text or speech is missing;
    so rates around it are tried and the cheapest assignment is kept.
    """
    speech_s = sum(region.duration_ms for region in regions) / 1_000
    whole = speech_s / max(0.001, sum(item.seconds for item in said))
    best = (math.inf, 1.0, list[Run]())
    for rate in _RATES:
        scale = min(_SLOWEST, max(_FASTEST, whole * rate))
        runs, cost = assign(_sentence_lengths(sentences, said, scale), regions)
        best = min(best, (cost, scale, runs), key=lambda found: found[0])
    scale = _rescale(best[2], said, regions, best[1])
    runs, cost = assign(_sentence_lengths(sentences, said, scale), regions)
    return (scale, runs) if cost <= best[0] else best[1:]


def _rescale(
    runs: Sequence[Run], said: Sequence[_SentenceWords], regions: Sequence[Region], scale: float
) -> float:
    """Estimate the speaking rate from the matched sentences only."""
    ratios = []
    for run in runs:
        expected_s = sum(item.seconds for item in said[run.first : run.last])
        speech_s = sum(region.duration_ms for region in regions[run.start : run.end]) / 1_000
        if expected_s > 1 and speech_s:
            ratios.append(speech_s / expected_s)
    if len(ratios) < 5:
        return scale
    return min(_SLOWEST, max(_FASTEST, median(ratios)))


def _run_confidence(
    run: Run,
    group: Sequence[_SentenceWords],
    own: Sequence[Region],
    regions: Sequence[Region],
    scale: float,
) -> float:
    """The confidence in a run, from 0 to 0.6: its duration fits and pauses surround it.

    A heuristic, not a probability, because no words were recognized.
    """
    expected = sum(item.seconds for item in group) * scale
    off = duration_misfit(sum(region.duration_ms for region in own) / 1_000, expected)
    before = own[0].start_ms - regions[run.start - 1].end_ms if run.start else 1_000
    after = regions[run.end].start_ms - own[-1].end_ms if run.end < len(regions) else 1_000
    pause = min(1.0, min(before, after) / 400)
    return 0.6 * math.exp(-off * off / 6) * (0.4 + 0.6 * pause) / len(group)


def _is_near_skipped(runs: Sequence[Run], number: int, regions: Sequence[Region]) -> bool:
    """True if text or speech was skipped nearby: this run may then be misplaced."""
    for run in runs[max(0, number - 3) : number + 4]:
        if run.start == run.end:
            return True
        if run.first == run.last and regions[run.start].duration_ms > 500:
            return True
    return False


def _to_words(
    item: _SentenceWords, times: Sequence[tuple[int, int]], confidence: float, offset: int
) -> tuple[Word, ...]:
    last = len(times) - 1
    return tuple(
        Word(
            text,
            place,
            start + offset,
            end + offset,
            # The outer words border on pauses; those between are spread by length.
            round(confidence if index in (0, last) else 0.6 * confidence, 3),
        )
        for index, ((text, place), (start, end)) in enumerate(zip(item.words, times, strict=True))
    )


def _next_start(runs: Sequence[Run], regions: Sequence[Region], default: int) -> int:
    """The start of the next run with speech, or `default`."""
    return next((regions[run.start].start_ms for run in runs if run.end > run.start), default)


def _merge_skipped(runs: Sequence[Run], regions: Sequence[Region]) -> list[Region]:
    """Merge adjacent skipped regions."""
    found: list[Region] = []
    last = -2
    for run in runs:
        if run.first != run.last or run.start == run.end:
            continue
        region = regions[run.start]
        if run.start == last + 1 and found:
            found[-1] = Region(found[-1].start_ms, region.end_ms)
        else:
            found.append(region)
        last = run.start
    return found


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
