"""How far a line's times can be trusted, from 0 to 1.

No single sign is enough: the level of acoustic scores depends on voice and room (so
they are compared with the file's own median), and a good score can be luck. The
weights were fitted by hand on the benchmark's voices.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from speechsubs.aligners.speech.decide import Span
from speechsubs.aligners.speech.decode import TokenTime

#: What is left for times that nothing speaks for.
NONE: Final = 0.02
FALLBACK: Final = 0.1


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known about one aligned line.

    `score` per frame, `short` the share of phones at their shortest, `heard` the share
    that the recogniser found by itself, `gap_ms` how far it put the line's edges
    elsewhere, `rate` phones per second, `voiced` the share of its time with a voice,
    `loose_ms` a voice right beside the line that no line covers.
    """

    score: float
    short: float
    heard: float
    gap_ms: float
    rate: float
    voiced: float
    loose_ms: float = 0.0


def signs(tokens: Sequence[TokenTime], span: Span, voiced: float, loose_ms: float) -> Signs | None:
    """The signs of a line, or None where the second pass gave none."""
    said = [t for t in tokens if t.phones]
    phones = sum(t.phones for t in said)
    if not phones:
        return None
    seconds = max(0.05, sum(t.end_ms - t.start_ms for t in said) / 1_000)
    gaps = [abs(span.start_ms - said[0].start_ms), abs(span.end_ms - said[-1].end_ms)]
    return Signs(
        score(tokens),
        sum(t.shortest for t in said) / phones,
        span.heard,
        float(max(gaps)),
        phones / seconds,
        voiced,
        loose_ms,
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

    >>> good = Signs(-25, 0.05, 0.95, 30, 11, 1.0)
    >>> bad = Signs(-60, 0.5, 0.0, 2_000, 22, 0.3)
    >>> confidence(good, -25, 4) > 0.9, confidence(bad, -25, 4) < 0.05
    (True, True)
    """
    z = min(3.0, max(-8.0, (known.score - middle) / deviation))
    value = (
        1.0
        + 0.45 * min(0.5, z)
        - 6.0 * max(0.0, known.short - 0.15)
        + 4.0 * known.heard
        - 2.0 * min(4.0, max(0.0, known.gap_ms - 150) / 400)
        - 0.25 * max(0.0, abs(known.rate - 12) - 5)
        - 2.0 * min(2.5, max(0.0, known.loose_ms - 200) / 250)
        - 3.0 * max(0.0, 0.8 - known.voiced)
    )
    return min(0.99, max(NONE, 1 / (1 + math.exp(-value))))
