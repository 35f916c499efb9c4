"""Segmentation: divide timed text into cues and lines by global optimization.

Dynamic programming finds the cheapest way to divide a run of sentences into cues. The
costs model what an editor would object to: a line break inside a phrase, a cue that cannot
be read in its time, a cue that spans a pause, unbalanced lines. Line width and the number
of lines are hard limits.

A cue shows part of one sentence or several whole sentences, never the end of one and the
beginning of the next, which would split both for the reader.

The running time is linear in the text, because a cue has a bounded number of tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from speechsubs.cues.timeline import Stretch, Timeline, Warp, anchors, carry_times
from speechsubs.language.linebreaks import BEFORE_GENITIVE, COMMA, space_of, tokens
from speechsubs.language.locales import Locale
from speechsubs.model import Limits, Sentence, Word
from speechsubs.spans import SpannedText

# Weights, in the unit of `linebreaks` costs. Tuned by reading, not by a corpus.
CUE = 22.0
"""Each cue: fewer, fuller cues read more calmly."""
MID_SENTENCE = 14.0
SECOND_LINE = 5.0
CUE_SHARE = 1.5
"""A bad cue end hurts more than a bad line end: the eye sees both lines at once."""
LINE_SHARE = 0.45
LINE_FAULT = 0.8
"""On top of it for what is worse than a break before an article or a preposition."""
IMBALANCE = 16.0
LOPSIDED = 10.0
"""A line less than a third of the other; once more where it is less than a fifth."""
TOP_HEAVY = 3.0
SPEED = 130.0
TOO_LONG = 400.0
TOO_SHORT = 120.0
PAUSE_INSIDE = 0.06
"""Per millisecond of a pause beyond `PAUSE_MS` inside a cue."""
PAUSE_MS = 700
EXTRA_SENTENCE = 30.0
DANGLING = 16.0
"""A cue that ends with the first few words of a clause: "..., and it began"."""
DANGLING_TOKENS = 3
MIXED_LINE = 12.0
"""A sentence that ends and another that begins in the middle of the same line of two."""
STUB = 26.0
"""A cue with a scrap of a sentence, fuller than nothing, emptier than a line third."""

#: How long a cue may stay after its speech (BBC: text lags speech by at most 1.5 s).
MAX_LAG_MS = 1_500


def reading_ms(width: float, limits: Limits) -> int:
    """The reading time of a text of this width, within the duration limits."""
    need = round(width * 1_000 / limits.chars_per_second)
    return min(max(limits.min_duration_ms, need), limits.max_duration_ms)


@dataclass(frozen=True, slots=True)
class TimedText:
    """A sentence in one language with the times of its words.

    `sentence` is its index in the transcript; `no_break_spans` should not be
    divided by a break.
    """

    sentence: int
    text: str
    words: tuple[Word, ...]
    no_break_spans: tuple[tuple[int, int], ...] = ()


def timed_texts(
    sentences: Sequence[Sentence],
    finished: Sequence[SpannedText],
    slots: Sequence[tuple[Stretch, ...]],
) -> list[TimedText]:
    """Finished sentences with the times of the words that they were made from.

    In the source language only slots differ from what was spoken ("29700$" became
    "$29,700"), so all other times are exact. A translation gets its times through the
    slots and clause punctuation that both texts share.
    """
    result = []
    for sentence, done, own in zip(sentences, finished, slots, strict=True):
        warp = Warp(len(done.text), len(sentence.text), anchors(done, sentence.text, own))
        words = carry_times(done.text, Timeline(sentence.words), warp)
        no_break_spans = tuple((p.start, p.end) for p in done.spans)
        result.append(TimedText(sentence.index, done.text, words, no_break_spans))
    return result


@dataclass(frozen=True, slots=True)
class Block:
    """A segmented cue: its lines, the span of their speech, and its sentences."""

    lines: tuple[str, ...]
    start_ms: int
    end_ms: int
    sentences: tuple[int, ...]
    width: float


@dataclass(frozen=True, slots=True)
class _Unit:
    """A token with its time; `sentence` counts within the run."""

    text: str
    width: float
    space: float
    space_after: str
    cost: float
    start_ms: int
    end_ms: int
    sentence: int
    ends: bool


def segment(run: Sequence[TimedText], locale: Locale) -> list[Block]:
    """Segment the sentences of a paragraph into blocks by the locale's limits.

    Texts without visible characters give no block.
    """
    units = [unit for number, item in enumerate(run) for unit in _units(number, item, locale)]
    if not units:
        return []
    program = _Program(units, locale.limits)
    blocks = []
    for first, last in program.segments():
        lines = program.texts(program.lines(first, last)[0])
        shown = dict.fromkeys(run[u.sentence].sentence for u in units[first:last])
        start, end = units[first].start_ms, units[last - 1].end_ms
        width = program.width(first, last)
        blocks.append(Block(lines, start, max(end, start + 1), tuple(shown), width))
    return blocks


def wrap(texts: Sequence[str], locale: Locale) -> tuple[str, ...]:
    """Break texts that must share a cue into lines, whatever their length.

    Exceeds the locale's number of lines only if the texts do not fit, because an extra
    line can be fixed and a lost word cannot.

    >>> from speechsubs.language.locales import load
    >>> wrap(["He left.", "She stayed with the children of the house."], load("en"))
    ('He left. She stayed', 'with the children of the house.')
    """
    run = [
        TimedText(number, text, (Word(text, 0, 0, 0),)) for number, text in enumerate(texts) if text
    ]
    units = [unit for number, item in enumerate(run) for unit in _units(number, item, locale)]
    if not units:
        return ()
    program = _Program(units, locale.limits)
    spans, cost = program.lines(0, len(units))
    return program.texts(spans if cost < float("inf") else program.as_few_lines())


def _units(number: int, item: TimedText, locale: Locale) -> list[_Unit]:
    found = tokens(item.text, locale, item.no_break_spans)
    if not found:
        return []
    line = Timeline(item.words)
    result = []
    for index, token in enumerate(found):
        last = index + 1 == len(found)
        if last:
            space_after = _space_between_sentences(item.text[token.end - 1], locale)
        else:
            space_after = space_of(item.text[token.end : found[index + 1].start])
        result.append(
            _Unit(
                text=item.text[token.start : token.end],
                width=token.width,
                space=locale.width(space_after),
                space_after=space_after,
                cost=token.cost,
                start_ms=line.starts_at(token.start),
                end_ms=line.ends_at(token.end),
                sentence=number,
                ends=last,
            )
        )
    return result


def _line_end(cost: float) -> float:
    """The cost of a line break inside a cue, from the cost of a break there."""
    return cost * LINE_SHARE + max(0.0, cost - BEFORE_GENITIVE) * LINE_FAULT


def _space_between_sentences(mark: str, locale: Locale) -> str:
    """The space after a sentence's final punctuation before another in the same cue.

    Chinese and Japanese full stops include their own space; Latin ones need one.
    """
    return " " if locale.words == "spaces" or mark.isascii() else ""


class _Program:
    """The dynamic program over one run of units."""

    def __init__(self, units: Sequence[_Unit], limits: Limits) -> None:
        self.units = units
        self.limits = limits
        total, self.before = 0.0, [0.0]
        for unit in units:
            total += unit.width + unit.space
            self.before.append(total)
        # The longest pause up to each unit, as a running sum of what exceeds PAUSE_MS.
        excess = 0
        self.pauses = [0]
        for here, there in pairwise(units):
            gap = there.start_ms - here.end_ms - PAUSE_MS
            excess += min(gap, 2_500) if gap > 0 else 0
            self.pauses.append(excess)
        self.firsts: list[int] = []
        first = 0
        for index in range(len(units)):
            if index and units[index - 1].ends:
                first = index
            self.firsts.append(first)

    def width(self, first: int, last: int) -> float:
        """Width of the units first..last-1 on one line."""
        return self.before[last] - self.before[first] - self.units[last - 1].space

    def texts(self, spans: Sequence[tuple[int, int]]) -> tuple[str, ...]:
        """The texts of lines given as unit ranges."""
        return tuple(
            "".join(u.text + u.space_after for u in self.units[a : b - 1]) + self.units[b - 1].text
            for a, b in spans
        )

    def as_few_lines(self) -> list[tuple[int, int]]:
        """Break all units into as few lines as possible, at the cheapest positions."""
        count = len(self.units)
        limit = self.limits.line_width
        best = [0.0] + [float("inf")] * count
        back = [0] * (count + 1)
        for last in range(1, count + 1):
            for first in range(last - 1, -1, -1):
                if self.width(first, last) > limit and last - first > 1:
                    break
                cost = best[first] + 1_000.0 + self.units[last - 1].cost
                if cost < best[last]:
                    best[last], back[last] = cost, first
        spans = []
        last = count
        while last:
            spans.append((back[last], last))
            last = back[last]
        return spans[::-1]

    def segments(self) -> list[tuple[int, int]]:
        """The cheapest segmentation, as (first, last) pairs of units."""
        count = len(self.units)
        best = [0.0] + [float("inf")] * count
        back = [0] * (count + 1)
        limits = self.limits
        # The space at a line break disappears, but counts in the total width.
        room = limits.line_width * limits.max_lines + limits.max_lines - 1
        starts_sentence = [i == 0 or self.units[i - 1].ends for i in range(count + 1)]
        for last in range(1, count + 1):
            ends = self.units[last - 1].ends
            sentence_start = self.firsts[last - 1]
            for first in range(last - 1, -1, -1):
                if self.width(first, last) > room:
                    break
                if first < sentence_start:
                    # A cue of several sentences contains only whole ones.
                    if not ends:
                        break
                    if not starts_sentence[first]:
                        continue
                if best[first] >= best[last]:
                    continue
                cost = best[first] + self._cost(first, last, best[last] - best[first])
                if cost < best[last]:
                    best[last], back[last] = cost, first
        result = []
        last = count
        while last:
            result.append((back[last], last))
            last = back[last]
        return result[::-1]

    def _cost(self, first: int, last: int, bound: float) -> float:
        """The cost of a cue of the units first..last-1; infinite if at least `bound`."""
        units, limits = self.units, self.limits
        final = units[last - 1]
        following = units[last].start_ms if last < len(units) else final.end_ms + 10_000
        start = units[first].start_ms
        cost = CUE
        if not final.ends:
            pause = max(0, following - final.end_ms)
            cost += max(
                0.0,
                final.cost * CUE_SHARE + MID_SENTENCE + self._dangling(first, last) - pause / 25,
            )
        spoken = final.end_ms - start
        if spoken > limits.max_duration_ms:
            cost += TOO_LONG * spoken / limits.max_duration_ms
        width = self.width(first, last)
        shown = min(following - limits.min_gap_ms, final.end_ms + limits.tail_ms) - start
        shown = min(max(shown, 1), limits.max_duration_ms)
        need = width * 1_000 / limits.chars_per_second
        if need > shown:
            cost += SPEED * (need / shown - 1) ** 0.5 * min(1.0, need / shown - 1 + 0.35)
        if shown < limits.min_duration_ms:
            cost += TOO_SHORT * (1 - shown / limits.min_duration_ms) + STUB
        inside = self.pauses[last - 1] - self.pauses[first]
        if inside:
            cost += inside * PAUSE_INSIDE
        extra = final.sentence - units[first].sentence
        cost += EXTRA_SENTENCE * extra
        whole = final.ends and first == self.firsts[first]
        if not whole and width < limits.line_width / 3:
            cost += STUB
        if cost >= bound:
            return float("inf")
        return cost + self.lines(first, last)[1]

    def _dangling(self, first: int, last: int) -> float:
        """The cost of ending a cue just after the beginning of a clause."""
        if self.units[last - 1].cost <= COMMA:
            return 0.0
        before = self.units[max(first, last - 1 - DANGLING_TOKENS) : last - 1]
        return DANGLING if any(unit.cost <= COMMA for unit in before) else 0.0

    def lines(self, first: int, last: int) -> tuple[list[tuple[int, int]], float]:
        """The best lines for a cue, as unit ranges, with their cost.

        The cost is infinite if the units do not fit the allowed lines.
        """
        return self._split(first, last, self.limits.max_lines)

    def _split(self, first: int, last: int, most: int) -> tuple[list[tuple[int, int]], float]:
        limit = self.limits.line_width
        whole = self.width(first, last)
        two_sentences = self.units[first].sentence != self.units[last - 1].sentence
        if whole <= limit and not (two_sentences and most > 1 and whole > limit / 2):
            return [(first, last)], 0.0
        if most == 1:
            return [(first, last)], 0.0 if whole <= limit else float("inf")
        best: list[tuple[int, int]] = [(first, last)]
        cost = 0.0 if whole <= limit else float("inf")
        if whole <= limit and two_sentences:
            # One line would be enough, but one per sentence is clearer if it costs little.
            cost = SECOND_LINE + 6.0
        for middle in range(last - 1, first, -1):
            top = self.width(first, middle)
            if top > limit:
                continue
            bottom = self.width(middle, last)
            if bottom > limit * (most - 1) + most - 2:
                break
            here = SECOND_LINE + _line_end(self.units[middle - 1].cost)
            if two_sentences and not self.units[middle - 1].ends:
                here += MIXED_LINE
            longer = max(top, bottom if most == 2 else min(bottom, limit))
            here += IMBALANCE * (abs(top - bottom) / longer) ** 2
            if min(top, bottom) < longer / 3:
                here += LOPSIDED * (2 if min(top, bottom) < longer / 5 else 1)
            if top > bottom:
                here += TOP_HEAVY
            if here >= cost:
                continue
            if bottom <= limit:
                rest, more = [(middle, last)], 0.0
            else:
                rest, more = self._split(middle, last, most - 1)
            if here + more < cost:
                best, cost = [(first, middle), *rest], here + more
        return best, cost
