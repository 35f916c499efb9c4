"""The confidence in an alignment, from 0 to 1, and the findings about it.

No single feature is enough: acoustic scores depend on the speaker and the room (so they
are compared with the recording's own median), and a good score can be a coincidence. The
weights were tuned by hand on the voices of the benchmark.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from speechsubs.alignment.forced.decide import Span
from speechsubs.alignment.forced.decode import TokenTime
from speechsubs.alignment.forced.script import Script
from speechsubs.alignment.vad import Region
from speechsubs.model import Finding, Sentence, Severity

#: The confidence of times without any evidence, and of lines that could not be aligned.
NO_EVIDENCE: Final = 0.02
FALLBACK: Final = 0.1
#: A word recognized this close to where it was aligned confirms the boundary.
_HEARD_MS: Final = 300


@dataclass(frozen=True, slots=True)
class Evidence:
    """The features of one aligned line.

    `score` is the acoustic score per frame, `short` the share of phones at their minimum
    length, `heard` the share that the recognizer found, `gap_ms` how far its boundaries
    are from the aligned ones, `rate` the phones per second, `speech_share` the share of
    the time with speech. `uncovered_ms` is speech just beside the line that no line
    covers; `unconfirmed_ms` is the same at boundaries whose word was not recognized,
    where there is no evidence but the forced alignment. `outer` is the lower score of the
    first and the last word.
    """

    score: float
    short: float
    heard: float
    gap_ms: float
    rate: float
    speech_share: float
    uncovered_ms: float = 0.0
    unconfirmed_ms: float = 0.0
    outer: float = 0.0


def collect_evidence(
    tokens: Sequence[TokenTime], span: Span, speech_share: float, uncovered: tuple[int, int]
) -> Evidence | None:
    """Collect the features of a line, or None if the second pass returned none.

    `uncovered` is the milliseconds of speech before and after it that no line covers.
    """
    said = [t for t in tokens if t.phones]
    phones = sum(t.phones for t in said)
    if not phones:
        return None
    seconds = max(0.05, sum(t.end_ms - t.start_ms for t in said) / 1_000)
    gaps = [abs(span.start_ms - said[0].start_ms), abs(span.end_ms - said[-1].end_ms)]
    own = (
        span.first_ms is not None and abs(span.first_ms - said[0].start_ms) < _HEARD_MS,
        span.last_ms is not None and abs(span.last_ms - said[-1].end_ms) < _HEARD_MS,
    )
    return Evidence(
        score(tokens),
        sum(t.shortest for t in said) / phones,
        span.heard,
        float(max(gaps)),
        phones / seconds,
        speech_share,
        float(max(uncovered)),
        float(max(0 if heard else ms for heard, ms in zip(own, uncovered, strict=True))),
        min(said[0].score, said[-1].score),
    )


def score(tokens: Sequence[TokenTime]) -> float:
    """A line's acoustic score per frame, with words weighted by their phones."""
    phones = sum(t.phones for t in tokens)
    return sum(t.score * t.phones for t in tokens) / max(1, phones)


def median_and_deviation(scores: Sequence[float]) -> tuple[float, float]:
    """The median of a recording's scores and their robust deviation, at least 2."""
    if not scores:
        return 0.0, 1.0
    middle = statistics.median(scores)
    deviation = 1.4826 * statistics.median(abs(s - middle) for s in scores)
    return middle, max(2.0, deviation)


def line_confidence(evidence: Evidence, middle: float, deviation: float) -> float:
    """The confidence in a line's times.

    >>> good = Evidence(-25, 0.05, 0.95, 30, 11, 1.0, outer=-25)
    >>> bad = Evidence(-60, 0.5, 0.0, 2_000, 22, 0.3, outer=-90)
    >>> line_confidence(good, -25, 4) > 0.9, line_confidence(bad, -25, 4) < 0.05
    (True, True)
    """
    z = min(3.0, max(-10.0, (evidence.score - middle) / deviation))
    value = (
        1.0
        + 0.45 * min(0.5, z)
        - 6.0 * max(0.0, evidence.short - 0.15)
        + 4.0 * evidence.heard
        - 2.0 * min(4.0, max(0.0, evidence.gap_ms - 150) / 400)
        - 0.25 * max(0.0, abs(evidence.rate - 12) - 5)
        - 2.0 * min(2.5, max(0.0, evidence.uncovered_ms - 200) / 250)
        - 2.5 * min(2.0, max(0.0, evidence.unconfirmed_ms - 150) / 160)
        - 0.5 * max(0.0, -3.0 - z)
        - 0.06 * min(60.0, max(0.0, middle - 35.0 - evidence.outer))
        - 3.0 * max(0.0, 0.8 - evidence.speech_share)
    )
    return min(0.99, max(NO_EVIDENCE, 1 / (1 + math.exp(-value))))


def word_confidence(line: float, token: TokenTime, heard: bool, middle: float) -> float:
    """The confidence in a word: that of its line, reduced if the word itself fits badly.

    It is not reduced if the word was recognized (`heard`) there. `middle` is the
    recording's median score.

    >>> fits, misfits = TokenTime(0, 300, -25, 4, 0), TokenTime(0, 120, -80, 4, 4)
    >>> word_confidence(0.9, fits, True, -25), round(word_confidence(0.9, misfits, False, -25), 2)
    (0.9, 0.45)
    """
    if heard or not token.phones:
        return line
    misfit = min(1.0, max(0.0, middle - 10.0 - token.score) / 40.0)
    short = max(0.0, token.shortest / token.phones - 0.5) * 2
    return line * (0.95 - 0.3 * misfit - 0.15 * short)


#: Shorter speech may be a cough, a laugh or an error of the VAD.
_SPEECH_MS: Final = 1_200
_MARGIN_MS: Final = 250
_MIN_CONFIDENCE: Final = 0.5
_MOST_WORDS: Final = 60
_SHOWN: Final = 60


def find_doubtful_sentences(
    script: Script,
    sentences: Sequence[Sentence],
    placed: Sequence[tuple[TokenTime, ...] | None],
    unaligned: set[int],
    confidences: Sequence[float],
) -> list[Finding]:
    """Report sentences that are not spoken, could not be aligned or fit the sound badly."""
    found: list[Finding] = []
    for number, sentence in enumerate(sentences):
        if not script.lines[number].length:
            continue
        code, message = "", ""
        if placed[number] is None:
            code, message = "not-spoken", "not found in the recording; its times are estimated"
        elif number in unaligned:
            code, message = (
                "not-aligned",
                "its words could not be aligned; its times are approximate",
            )
        elif confidences[number] < _MIN_CONFIDENCE:
            code, message = "unsure-time", "low alignment confidence; check its times"
        if code:
            found.append(
                Finding(
                    code,
                    Severity.WARNING,
                    f"{message}: {_short(sentence.text)}",
                    sentence=sentence.index,
                    line=sentence.line,
                    start_ms=sentence.words[0].start_ms if sentence.words else None,
                    value=round(confidences[number], 3),
                )
            )
    return found


def find_guessed_words(script: Script) -> list[Finding]:
    """Report the words whose pronunciation was guessed, in a single finding."""
    found: list[Finding] = []
    guessed = dict.fromkeys(t.text for line in script.lines for t in line.tokens if t.guessed)
    if guessed:
        shown = ", ".join(list(guessed)[:_MOST_WORDS])
        more = f" and {len(guessed) - _MOST_WORDS} more" if len(guessed) > _MOST_WORDS else ""
        found.append(
            Finding(
                "pronunciation-guessed",
                Severity.INFO,
                f"pronunciation guessed (correct it with a lexicon): {shown}{more}",
                value=float(len(guessed)),
            )
        )
    return found


def find_speech_without_text(
    placed: Sequence[tuple[TokenTime, ...] | None], regions: Sequence[Region], offset_ms: int
) -> list[Finding]:
    """Report speech that no line covers. Linear in lines and regions."""
    covered = [(t[0].start_ms - _MARGIN_MS, t[-1].end_ms + _MARGIN_MS) for t in placed if t]
    found: list[Finding] = []
    low = 0
    for region in regions:
        while low < len(covered) and covered[low][1] < region.start_ms:
            low += 1
        clock = region.start_ms
        at = low
        holes: list[tuple[int, int]] = []
        while at < len(covered) and covered[at][0] < region.end_ms:
            holes.append((clock, covered[at][0]))
            clock = max(clock, covered[at][1])
            at += 1
        holes.append((clock, region.end_ms))
        for start, end in holes:
            if end - start >= _SPEECH_MS:
                found.append(
                    Finding(
                        "not-in-text",
                        Severity.WARNING,
                        f"{(end - start) / 1_000:.1f} s of speech that is not in the text",
                        start_ms=start + offset_ms,
                        value=float(end - start),
                    )
                )
    return found


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
