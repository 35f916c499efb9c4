"""Times from the pauses: sentences laid onto the stretches of speech.

No sound is recognised. Where speakers pause between sentences, starts are right to
some 30 ms; inside sentences words are spread by their length, and their confidence
says so. The fallback where the aligner `speech` cannot run.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from speechsubs.aligners import voice
from speechsubs.aligners.assign import Run, Wanted, assign, misfit
from speechsubs.aligners.estimate import Estimate
from speechsubs.aligners.spreading import Piece, spread
from speechsubs.aligners.voice import Region
from speechsubs.audio import Recording
from speechsubs.locales import Locale
from speechsubs.model import Finding, Sentence, Severity, Word
from speechsubs.protocols import Placement
from speechsubs.timeline import spoken

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
        self, recording: Recording, locale: Locale, curve: voice.Curve | None = None
    ) -> None:
        """`curve` is the recording's, where the caller has it."""
        self._recording, self._locale = recording, locale
        self._curve = curve or voice.Curve(recording)

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
