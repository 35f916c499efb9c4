"""Times for what the alignment left open: between neighbours, by length alone."""

from collections.abc import Sequence

from speechsubs.aligners.speech.decide import Span
from speechsubs.aligners.speech.decode import TokenTime
from speechsubs.aligners.speech.match import Times
from speechsubs.aligners.speech.script import Line, Script


def spread(line: Line, start_ms: int, end_ms: int) -> tuple[TokenTime, ...]:
    """A line's tokens over a time, each as long as its phones. They have no phones."""
    total = max(1, line.length)
    length = max(0, end_ms - start_ms)
    clock = 0
    found = []
    for token in line.tokens:
        begin = start_ms + length * clock // total
        clock += token.length
        found.append(TokenTime(begin, start_ms + length * clock // total))
    return tuple(found)


def from_heard(script: Script, number: int, times: Times, span: Span) -> tuple[TokenTime, ...]:
    """A line whose alignment failed: heard tokens where they were heard, others between."""
    line = script.lines[number]
    guess = list(spread(line, span.start_ms, span.end_ms))
    at = line.first
    clock = span.start_ms
    for place, token in enumerate(line.tokens):
        count = len(token.readings[0]) if token.readings else 0
        heard = [h for h in times[at : at + count] if h is not None]
        at += count
        start, end = guess[place].start_ms, guess[place].end_ms
        if heard:
            start, end = heard[0].start_ms, heard[-1].end_ms
        start = max(clock, start)
        guess[place] = TokenTime(start, max(start, end))
        clock = guess[place].start_ms
    return tuple(guess)


def between(
    script: Script, placed: Sequence[tuple[TokenTime, ...] | None], duration_ms: int
) -> list[tuple[TokenTime, ...]]:
    """All lines with times: those not spoken share the room between their neighbours."""
    result: list[tuple[TokenTime, ...]] = []
    number = 0
    clock = 0
    while number < len(placed):
        times = placed[number]
        if times:
            result.append(times)
            clock = max(clock, times[-1].end_ms)
            number += 1
            continue
        end = number
        while end < len(placed) and not placed[end]:
            end += 1
        after = placed[end] if end < len(placed) else None
        limit = max(clock, after[0].start_ms if after else duration_ms)
        lines = script.lines[number:end]
        wanted = sum(line.expected_ms for line in lines)
        scale = min(1.0, (limit - clock) / wanted) if wanted else 0.0
        # In the middle of the room: as far from the wrong words as it can be.
        at = clock + (limit - clock - wanted * scale) / 2
        for line in lines:
            length = line.expected_ms * scale
            result.append(spread(line, round(at), round(at + length)))
            at += length
        clock = max(clock, round(at))
        number = end
    return result
