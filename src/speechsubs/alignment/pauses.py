"""Words over stretches of speech: by their length, with marks laid on pauses.

Times from the pauses: sentences laid onto the stretches of speech.

No sound is recognised. Where speakers pause between sentences, starts are right to
some 30 ms; inside sentences words are spread by their length, and their confidence
says so. The fallback where the aligner `speech` cannot run.
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
from speechsubs.alignment.assign import Run, Wanted, assign, misfit
from speechsubs.alignment.estimate import Estimate
from speechsubs.alignment.vad import Region
from speechsubs.audio import Recording
from speechsubs.cues.timeline import spoken
from speechsubs.language.locales import Locale
from speechsubs.model import Finding, Sentence, Severity, Word
from speechsubs.protocols import Placement

_CLAUSE = re.compile(r"[,;:—–…，；：、]['\"”’»」』)]*$|[.!?。！？]['\"”’»」』)]*$")
#: A pause may be that far from where the lengths expect a mark, in milliseconds of speech.
_REACH_MS: Final = 700
_CLAUSE_BONUS_MS: Final = 450
_SENTENCE_BONUS_MS: Final = 900
#: Shorter pauses are closed lips and belong to no border.
_PAUSE_MS: Final = 120


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, how long it should take in milliseconds, and whether it ends a sentence."""

    text: str
    length: float
    ends: bool


def spread(pieces: Sequence[Piece], regions: Sequence[Region]) -> list[tuple[int, int]]:
    """Start and end of every word, ascending, all inside the regions.

    A pause between two regions is given to the border between words that fits best:
    the end of a sentence, a clause, else any word near it.

    >>> words = [Piece("Good", 300, False), Piece("day,", 300, False), Piece("all.", 400, True)]
    >>> spread(words, [Region(0, 700), Region(1000, 1400)])
    [(0, 350), (350, 700), (1000, 1400)]
    """
    if not pieces:
        return []
    speech = [0, *accumulate(region.duration_ms for region in regions)]
    total = sum(piece.length for piece in pieces) or 1.0
    scale = speech[-1] / total
    borders = [0.0, *accumulate(piece.length * scale for piece in pieces)]
    here, there = [0.0], [0.0]
    for word, place in _anchors(pieces, regions, borders, speech):
        here.append(borders[word])
        there.append(float(place))
    here.append(borders[-1])
    there.append(float(speech[-1]))
    moved = [_between(border, here, there) for border in borders]
    times = []
    floor = regions[0].start_ms
    for first, last in pairwise(moved):
        start = max(floor, _time(first, speech, regions, opening=True))
        end = max(start, _time(last, speech, regions, opening=False))
        times.append((start, end))
        floor = end
    return times


def _anchors(
    pieces: Sequence[Piece],
    regions: Sequence[Region],
    borders: Sequence[float],
    speech: Sequence[int],
) -> list[tuple[int, int]]:
    """(word border, place in speech) for the pauses that a border was found for."""
    found: list[tuple[int, int]] = []
    lowest = 1
    for number in range(1, len(regions)):
        pause = regions[number].start_ms - regions[number - 1].end_ms
        if pause < _PAUSE_MS:
            continue
        place = speech[number]
        low = max(lowest, bisect_left(borders, place - _REACH_MS))
        high = min(len(pieces) - 1, bisect_right(borders, place + _REACH_MS))
        best = min(
            range(low, high + 1),
            key=lambda w: abs(borders[w] - place) - _bonus(pieces[w - 1]),
            default=None,
        )
        # A long pause is between words for certain, a short one only at a mark.
        if best is None or (pause < 250 and not _bonus(pieces[best - 1])):
            continue
        if found and place - found[-1][1] < 20:
            continue
        found.append((best, place))
        lowest = best + 1
    return found


def _bonus(piece: Piece) -> int:
    if piece.ends:
        return _SENTENCE_BONUS_MS
    return _CLAUSE_BONUS_MS if _CLAUSE.search(piece.text) else 0


def _between(value: float, here: Sequence[float], there: Sequence[float]) -> float:
    number = min(max(1, bisect_right(here, value)), len(here) - 1)
    a, b = here[number - 1], here[number]
    if b <= a:
        return there[number]
    share = min(1.0, max(0.0, (value - a) / (b - a)))
    return there[number - 1] + share * (there[number] - there[number - 1])


def _time(place: float, speech: Sequence[int], regions: Sequence[Region], *, opening: bool) -> int:
    """A place in the speech as a time; at a pause, its end for a start and vice versa."""
    place = round(place)
    if opening:
        number = min(len(regions) - 1, bisect_right(speech, place) - 1)
    else:
        number = max(0, bisect_left(speech, place) - 1)
    number = min(number, len(regions) - 1)
    return regions[number].start_ms + min(regions[number].duration_ms, int(place - speech[number]))


#: Gaps from here on may part sentences; shorter ones are closed lips.
_MIN_GAP_MS: Final = 100
#: How much faster or slower than the locale's own rate a speaker may be.
_SLOWEST, _FASTEST = 1.9, 0.5
#: What is left of the trust in sentences near text or speech that was passed over.
_DISTURBED: Final = 0.5
#: Rates that are tried around the one of the whole.
_RATES: Final = (1.0, 1.12, 0.89, 1.27, 0.79, 1.5)
#: Speech outside these shares of what the text needs is another text, or half of one.
_TOO_SHORT, _TOO_LONG = 0.5, 2.2


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence's words with how long each should take."""

    words: tuple[tuple[str, int], ...]
    lengths: tuple[float, ...]

    @property
    def seconds(self) -> float:
        return sum(self.lengths) / 1_000


class Pauses:
    """An `Aligner` that hears speech and silence. See the module's text."""

    name = "pauses"

    def __init__(
        self, recording: Recording, locale: Locale, curve: vad.Curve | None = None
    ) -> None:
        """`curve` is the recording's, where the caller has it."""
        self._recording, self._locale = recording, locale
        self._curve = curve or vad.Curve(recording)

    def place(self, sentences: Sequence[Sentence]) -> Placement:
        """Lay the sentences onto the speech.

        Where no speech is heard the times are estimated, scaled to the recording, and
        the placement's `aligner` says so.
        """
        regions = self._curve.regions(min_gap_ms=_MIN_GAP_MS)
        if not regions or not sentences:
            return _unheard(self._recording, self._locale, sentences)
        rate = Estimate(self._locale)
        said = [_said(sentence, rate) for sentence in sentences]
        findings = self._lengths(said, regions)
        scale, runs = _laid(sentences, said, regions)
        words = self._words(runs, said, regions, scale)
        findings += self._passed(runs, sentences, regions)
        timed = tuple(
            replace(sentence, words=own) for sentence, own in zip(sentences, words, strict=True)
        )
        return Placement(timed, self.name, (*self._recording.findings, *findings))

    def _lengths(self, said: Sequence[_Said], regions: Sequence[Region]) -> list[Finding]:
        """A word about a text that is much longer or shorter than the speech."""
        heard = sum(region.duration_ms for region in regions) / 1_000
        need = sum(item.seconds for item in said)
        if _TOO_SHORT * need <= heard <= _TOO_LONG * need:
            return []
        message = (
            f"the speech lasts {_clock(heard)} and the text needs about {_clock(need)}: "
            "is it the same speech, and all of it?"
        )
        name = self._recording.name
        return [Finding("length-differs", Severity.WARNING, message, file=name)]

    def _passed(
        self, runs: Sequence[Run], sentences: Sequence[Sentence], regions: Sequence[Region]
    ) -> list[Finding]:
        found = []
        offset = self._recording.offset_ms
        for run in runs:
            if run.start == run.end:
                sentence = sentences[run.first]
                message = f"not heard, its time is a guess: {sentence.text[:60]!r}"
                found.append(
                    Finding(
                        "not-spoken",
                        Severity.WARNING,
                        message,
                        sentence=sentence.index,
                        line=sentence.line,
                    )
                )
        for region in _stretches(runs, regions):
            if region.duration_ms >= 1_500:
                message = (
                    f"{region.duration_ms / 1_000:.1f} s of sound like speech are not in the text"
                )
                start = region.start_ms + offset
                found.append(Finding("not-written", Severity.INFO, message, start_ms=start))
        return found

    def _words(
        self,
        runs: Sequence[Run],
        said: Sequence[_Said],
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
                trust = 0.0
            else:
                own = list(regions[run.start : run.end])
                trust = _trust(run, group, own, regions, scale)
                if _disturbed(runs, number, regions):
                    trust *= _DISTURBED
            pieces = [
                Piece(text, length, index + 1 == len(item.words))
                for item in group
                for index, ((text, _), length) in enumerate(
                    zip(item.words, item.lengths, strict=True)
                )
            ]
            times = spread(pieces, own)
            clock = max(clock, times[-1][1]) if times else clock
            at = 0
            for item in group:
                count = len(item.words)
                result.append(_timed(item, times[at : at + count], trust, offset))
                at += count
        return result


def _unheard(recording: Recording, locale: Locale, sentences: Sequence[Sentence]) -> Placement:
    message = "no speech is heard in the recording: times are estimated from the text"
    finding = Finding("no-speech", Severity.ERROR, message, file=recording.name)
    placed = Estimate(locale, recording.duration_ms or None).place(sentences)
    return replace(placed, findings=(*recording.findings, finding))


def _said(sentence: Sentence, rate: Estimate) -> _Said:
    words = tuple(spoken(sentence.text))
    return _Said(words, tuple(rate.word_ms(text) for text, _ in words))


def _wanted(sentences: Sequence[Sentence], said: Sequence[_Said], scale: float) -> list[Wanted]:
    return [
        Wanted(
            item.seconds * scale,
            number == 0 or sentences[number - 1].paragraph != sentences[number].paragraph,
        )
        for number, item in enumerate(said)
    ]


def _laid(
    sentences: Sequence[Sentence], said: Sequence[_Said], regions: Sequence[Region]
) -> tuple[float, list[Run]]:
    """The speaker's rate and the runs that fit best together.

    The whole length gives a first rate, which is wrong where the text is shorter or
    longer than the speech; so rates around it are tried, and the cheapest way wins.
    """
    heard = sum(region.duration_ms for region in regions) / 1_000
    whole = heard / max(0.001, sum(item.seconds for item in said))
    best = (math.inf, 1.0, list[Run]())
    for rate in _RATES:
        scale = min(_SLOWEST, max(_FASTEST, whole * rate))
        runs, cost = assign(_wanted(sentences, said, scale), regions)
        best = min(best, (cost, scale, runs), key=lambda found: found[0])
    scale = _rescale(best[2], said, regions, best[1])
    runs, cost = assign(_wanted(sentences, said, scale), regions)
    return (scale, runs) if cost <= best[0] else best[1:]


def _rescale(
    runs: Sequence[Run], said: Sequence[_Said], regions: Sequence[Region], scale: float
) -> float:
    """The speaker's rate by the sentences that fitted, not by the whole."""
    ratios = []
    for run in runs:
        need = sum(item.seconds for item in said[run.first : run.last])
        heard = sum(region.duration_ms for region in regions[run.start : run.end]) / 1_000
        if need > 1 and heard:
            ratios.append(heard / need)
    if len(ratios) < 5:
        return scale
    return min(_SLOWEST, max(_FASTEST, median(ratios)))


def _trust(
    run: Run,
    group: Sequence[_Said],
    own: Sequence[Region],
    regions: Sequence[Region],
    scale: float,
) -> float:
    """How sure a run is, 0 to 0.6: its duration fits, and pauses lie around it.

    A judgement, not a probability: nothing was recognised.
    """
    expected = sum(item.seconds for item in group) * scale
    off = misfit(sum(region.duration_ms for region in own) / 1_000, expected)
    before = own[0].start_ms - regions[run.start - 1].end_ms if run.start else 1_000
    after = regions[run.end].start_ms - own[-1].end_ms if run.end < len(regions) else 1_000
    pause = min(1.0, min(before, after) / 400)
    return 0.6 * math.exp(-off * off / 6) * (0.4 + 0.6 * pause) / len(group)


def _disturbed(runs: Sequence[Run], number: int, regions: Sequence[Region]) -> bool:
    """True where text or speech was passed over near by: one of both may be displaced."""
    for run in runs[max(0, number - 3) : number + 4]:
        if run.start == run.end:
            return True
        if run.first == run.last and regions[run.start].duration_ms > 500:
            return True
    return False


def _timed(
    item: _Said, times: Sequence[tuple[int, int]], trust: float, offset: int
) -> tuple[Word, ...]:
    last = len(times) - 1
    return tuple(
        Word(
            text,
            place,
            start + offset,
            end + offset,
            # A sentence's edges lie at pauses, the words inside are spread by length.
            round(trust if index in (0, last) else 0.6 * trust, 3),
        )
        for index, ((text, place), (start, end)) in enumerate(zip(item.words, times, strict=True))
    )


def _next_start(runs: Sequence[Run], regions: Sequence[Region], default: int) -> int:
    """Where the next run begins that has sound."""
    return next((regions[run.start].start_ms for run in runs if run.end > run.start), default)


def _stretches(runs: Sequence[Run], regions: Sequence[Region]) -> list[Region]:
    """Neighbouring regions that were passed over, as one."""
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
