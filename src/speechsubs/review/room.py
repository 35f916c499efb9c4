"""The time that a longer text may take.

A text that got longer may stay on screen into the pause behind it, as the main job lets
it: until it can be read, at most `MAX_LAG_MS` after its last word, and never into the
next cue. No other cue is touched.
"""

from collections.abc import Sequence
from fractions import Fraction

from speechsubs.layout import MAX_LAG_MS, reading_ms
from speechsubs.locales import Locale
from speechsubs.model import Cue, Sentence
from speechsubs.review.cutting import Lines


def latest(
    cues: Sequence[Cue],
    number: int,
    sentences: Sequence[Sentence],
    locale: Locale,
    fps: Fraction | None = None,
) -> int:
    """Until when cue `number` (from 0) may stay, in milliseconds; its end where no pause
    is known behind it.
    """
    cue = cues[number]
    following = cues[number + 1] if number + 1 < len(cues) else None
    last = cue.sentences[-1] if cue.sentences else -1
    if not 0 <= last < len(sentences) or not sentences[last].words:
        return cue.end_ms
    if following is not None and last in following.sentences:
        return cue.end_ms  # its sentence goes on in the next cue
    end = min(
        sentences[last].words[-1].end_ms + MAX_LAG_MS, cue.start_ms + locale.limits.max_duration_ms
    )
    if following is not None:
        end = min(end, following.start_ms - locale.limits.min_gap_ms)
    if fps is not None:
        end = _frame(end, fps)
    return max(cue.end_ms, end)


def until(
    cue: Cue, lines: Lines, latest_ms: int, locale: Locale, fps: Fraction | None = None
) -> int:
    """When a cue with these lines goes: its own end, or later where they need it.

    >>> from speechsubs.locales import load
    >>> cue = Cue(0, 2_000, ("Tarda poco.",))
    >>> until(cue, ("Tarda lo que tarda en llegar a la ciudad.",), 5_000, load("es"))
    2412
    """
    if lines == cue.lines:
        return cue.end_ms
    need = cue.start_ms + reading_ms(sum(map(locale.width, lines)), locale.limits)
    if need <= cue.end_ms:
        return cue.end_ms
    if fps is not None:
        need = _frame(need + -(-1_000 * fps.denominator // fps.numerator), fps)
    return max(cue.end_ms, min(need, latest_ms))


def _frame(time_ms: int, fps: Fraction) -> int:
    """The last frame at or before a time, in milliseconds inside that frame."""
    frame = int(Fraction(time_ms) * fps / 1_000)
    exact = Fraction(frame) * 1_000 / fps
    return -(-exact.numerator // exact.denominator)
