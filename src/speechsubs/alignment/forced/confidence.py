"""How far a line's times can be trusted, from 0 to 1.

No single sign is enough: the level of acoustic scores depends on voice and room (so
they are compared with the file's own median), and a good score can be luck. The
weights were fitted by hand on the benchmark's voices.

What a person should know about a placement.
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

#: What is left for times that nothing speaks for.
NONE: Final = 0.02
FALLBACK: Final = 0.1
#: A word that was heard so near to where it was aligned says that the edge is right.
_HEARD_MS: Final = 300


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known about one aligned line.

    `score` per frame, `short` the share of phones at their shortest, `heard` the share
    that the recogniser found by itself, `gap_ms` how far it put the line's edges
    elsewhere, `rate` phones per second, `voiced` the share of its time with a voice,
    `loose_ms` a voice right beside the line that no line covers, `bare_ms` the same at
    edges whose word was not heard by itself: there nothing but the forced alignment
    says where the line ends. `outer` is the lower score of the first and last word.
    """

    score: float
    short: float
    heard: float
    gap_ms: float
    rate: float
    voiced: float
    loose_ms: float = 0.0
    bare_ms: float = 0.0
    outer: float = 0.0


def signs(
    tokens: Sequence[TokenTime], span: Span, voiced: float, loose: tuple[int, int]
) -> Signs | None:
    """The signs of a line, or None where the second pass gave none.

    `loose` are milliseconds of voice before and after it that no line covers.
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
    return Signs(
        score(tokens),
        sum(t.shortest for t in said) / phones,
        span.heard,
        float(max(gaps)),
        phones / seconds,
        voiced,
        float(max(loose)),
        float(max(0 if heard else ms for heard, ms in zip(own, loose, strict=True))),
        min(said[0].score, said[-1].score),
    )


def score(tokens: Sequence[TokenTime]) -> float:
    """The acoustic score per frame of a line, words weighted by their phones."""
    phones = sum(t.phones for t in tokens)
    return sum(t.score * t.phones for t in tokens) / max(1, phones)


def spread(scores: Sequence[float]) -> tuple[float, float]:
    """The median of a file's scores and their robust deviation, at least 2."""
    if not scores:
        return 0.0, 1.0
    middle = statistics.median(scores)
    deviation = 1.4826 * statistics.median(abs(s - middle) for s in scores)
    return middle, max(2.0, deviation)


def confidence(known: Signs, middle: float, deviation: float) -> float:
    """The trust in a line's times.

    >>> good = Signs(-25, 0.05, 0.95, 30, 11, 1.0, outer=-25)
    >>> bad = Signs(-60, 0.5, 0.0, 2_000, 22, 0.3, outer=-90)
    >>> confidence(good, -25, 4) > 0.9, confidence(bad, -25, 4) < 0.05
    (True, True)
    """
    z = min(3.0, max(-10.0, (known.score - middle) / deviation))
    value = (
        1.0
        + 0.45 * min(0.5, z)
        - 6.0 * max(0.0, known.short - 0.15)
        + 4.0 * known.heard
        - 2.0 * min(4.0, max(0.0, known.gap_ms - 150) / 400)
        - 0.25 * max(0.0, abs(known.rate - 12) - 5)
        - 2.0 * min(2.5, max(0.0, known.loose_ms - 200) / 250)
        - 2.5 * min(2.0, max(0.0, known.bare_ms - 150) / 160)
        - 0.5 * max(0.0, -3.0 - z)
        - 0.06 * min(60.0, max(0.0, middle - 35.0 - known.outer))
        - 3.0 * max(0.0, 0.8 - known.voiced)
    )
    return min(0.99, max(NONE, 1 / (1 + math.exp(-value))))


def of_word(line: float, token: TokenTime, heard: bool, middle: float) -> float:
    """The trust in one word of a line: that of the line, less where it fits badly itself.

    A word that was also `heard` there has all of it. `middle` is the file's median score.

    >>> fits, misfits = TokenTime(0, 300, -25, 4, 0), TokenTime(0, 120, -80, 4, 4)
    >>> of_word(0.9, fits, True, -25), round(of_word(0.9, misfits, False, -25), 2)
    (0.9, 0.45)
    """
    if heard or not token.phones:
        return line
    misfit = min(1.0, max(0.0, middle - 10.0 - token.score) / 40.0)
    short = max(0.0, token.shortest / token.phones - 0.5) * 2
    return line * (0.95 - 0.3 * misfit - 0.15 * short)


#: A voice for shorter than this may be a cough, a laugh or a slip of the detector.
_SPEECH_MS: Final = 1_200
_MARGIN_MS: Final = 250
_UNSURE: Final = 0.5
_MOST_WORDS: Final = 60
_SHOWN: Final = 60


def report(
    script: Script,
    sentences: Sequence[Sentence],
    placed: Sequence[tuple[TokenTime, ...] | None],
    fallen: set[int],
    sure: Sequence[float],
    regions: Sequence[Region],
    offset_ms: int,
) -> tuple[Finding, ...]:
    """Sentences not spoken or not sure, speech not in the text, guessed words."""
    found: list[Finding] = []
    for number, sentence in enumerate(sentences):
        if not script.lines[number].length:
            continue
        code, message = "", ""
        if placed[number] is None:
            code, message = "not-spoken", "not heard in the recording; its time is a guess"
        elif number in fallen:
            code, message = "not-aligned", "its words could not be aligned; times are rough"
        elif sure[number] < _UNSURE:
            code, message = "unsure-time", "the words fit the sound badly; look at its time"
        if code:
            found.append(
                Finding(
                    code,
                    Severity.WARNING,
                    f"{message}: {_short(sentence.text)}",
                    sentence=sentence.index,
                    line=sentence.line,
                    start_ms=sentence.words[0].start_ms if sentence.words else None,
                    value=round(sure[number], 3),
                )
            )
    found += _not_in_text(placed, regions, offset_ms)
    guessed = dict.fromkeys(t.text for line in script.lines for t in line.tokens if t.guessed)
    if guessed:
        shown = ", ".join(list(guessed)[:_MOST_WORDS])
        more = f" and {len(guessed) - _MOST_WORDS} more" if len(guessed) > _MOST_WORDS else ""
        found.append(
            Finding(
                "pronunciation-guessed",
                Severity.INFO,
                f"pronunciation guessed (a lexicon corrects it): {shown}{more}",
                value=float(len(guessed)),
            )
        )
    return tuple(found)


def _not_in_text(
    placed: Sequence[tuple[TokenTime, ...] | None], regions: Sequence[Region], offset_ms: int
) -> list[Finding]:
    """Stretches with a voice that no line covers. Linear in lines and regions."""
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
                        f"a voice for {(end - start) / 1_000:.1f} s that is not in the text",
                        start_ms=start + offset_ms,
                        value=float(end - start),
                    )
                )
    return found


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
