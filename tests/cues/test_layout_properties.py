"""What holds for every cut of every text: all of it, in order, inside the limits, the cheapest."""

import functools
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from speechsubs.cues import layout
from speechsubs.cues.layout import TimedText, segment
from speechsubs.cues.timeline import split_words
from speechsubs.language.linebreaks import BEFORE_GENITIVE, INSIDE_WORD, NO_END, NO_START, tokens
from speechsubs.language.locales import Locale, known, load
from speechsubs.model import Word

HOSTILE = st.sampled_from(
    [
        "a", "the", "Lei Jun", "SU7", "10", "million", "dollars,", "l'avion", "—", "build—not",
        "…", "。", "，", "「", "」", "（", "）", "“", "”", "(", ")", "\u0301", "é", "e\u0301",
        "👩\u200d👩\u200d👧\u200d👦", "🏳️\u200d🌈", "\u200d", "\u200b", "\u202e", "شاومي", "مرحبا",
        "小米", "我们的车", "こんにちは", "안녕하세요", "สวัสดี", "\u00a0", "\u202f", "\t", "\n",
        " ", "  ", "\u3000", "\x00", "\x85", "\ud800", "\udfff", "x" * 130, "漢" * 50, "ー" * 40,
        "https://example.com/a/b?c=d", "215,900", "$10", "%", "!", "?", ".", ";", "-", "'",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(HOSTILE, max_size=40).map("".join),
    st.lists(HOSTILE, max_size=40).map(" ".join),
    st.text(max_size=200),
)
TAGS = st.sampled_from([*known(), "es"])


def timed(text: str, sentence: int, start_ms: int, pace: int = 300, gap: int = 40) -> TimedText:
    words, clock = [], start_ms
    for part, offset in split_words(text):
        words.append(Word(part, offset, clock, clock + pace))
        clock += pace + gap
    return TimedText(sentence, text, tuple(words))


def bare(text: str) -> str:
    return "".join(text.split())


@given(TEXTS, TAGS)
def test_tokens_and_the_blanks_between_them_are_the_text(text: str, tag: str) -> None:
    locale = load(tag)
    position = 0
    for token in tokens(text, locale):
        assert not text[position : token.start].strip()
        assert token.start < token.end
        assert token.width == locale.width(text[token.start : token.end])
        assert token.width <= locale.limits.line_width
        assert token.cost >= 0
        position = token.end
    assert not text[position:].strip()


@given(TEXTS, st.sampled_from(["zh-CN", "zh-TW", "ja"]))
def test_kinsoku_holds_wherever_nothing_forces_a_break(text: str, tag: str) -> None:
    for token, following in pairwise(tokens(text, load(tag))):
        if token.cost < INSIDE_WORD and token.end == following.start:
            assert text[following.start] not in NO_START
            assert text[token.end - 1] not in NO_END


RUNS = st.lists(
    st.tuples(TEXTS, st.integers(0, 3_000), st.integers(0, 900)), min_size=1, max_size=5
)


@settings(max_examples=80, deadline=None)
@given(RUNS, TAGS, st.integers(1, 3))
def test_every_cut_shows_everything_once_in_order_and_inside_the_limits(
    parts: list[tuple[str, int, int]], tag: str, max_lines: int
) -> None:
    locale = with_lines(load(tag), max_lines)
    run: list[TimedText] = []
    clock = 0
    for number, (text, pause, pace) in enumerate(parts):
        if not split_words(text):
            continue
        run.append(timed(text, number, clock + pause, pace))
        clock = run[-1].words[-1].end_ms
    blocks = segment(run, locale)
    shown = "".join("".join(block.lines) for block in blocks)
    assert bare(shown) == bare("".join(item.text for item in run))
    for block in blocks:
        assert 1 <= len(block.lines) <= max_lines
        for line in block.lines:
            assert locale.width(line) <= locale.limits.line_width
            assert line
            assert line == line.strip(" \t\r\n\u3000")
        assert 0 <= block.start_ms < block.end_ms
    for first, second in pairwise(blocks):
        assert first.start_ms <= second.start_ms
    whole_or_part(blocks, run)


def with_lines(locale: Locale, max_lines: int) -> Locale:
    return replace(locale, limits=replace(locale.limits, max_lines=max_lines))


def whole_or_part(blocks: list[layout.Block], run: list[TimedText]) -> None:
    """A cue with several sentences has all of each."""
    texts = {item.sentence: bare(item.text) for item in run}
    for block in blocks:
        if len(block.sentences) > 1:
            assert bare("".join(block.lines)) == "".join(texts[n] for n in block.sentences)


WORDS = st.sampled_from(
    ["a", "the", "car,", "of", "and", "Lei", "Jun", "10", "million", "dollars", "went", "x" * 20]
)
SMALL = st.lists(st.lists(WORDS, min_size=1, max_size=5), min_size=1, max_size=3).filter(
    lambda run: sum(map(len, run)) <= 11
)


@settings(max_examples=60, deadline=None)
@given(SMALL, st.integers(1, 3), st.lists(st.integers(0, 2_000), min_size=3, max_size=3))
def test_no_other_cut_is_cheaper(run: list[list[str]], max_lines: int, pauses: list[int]) -> None:
    # Every allowed cut, priced by the program's own cost, against the one it chose.
    base = load("en")
    locale = replace(base, limits=replace(base.limits, line_width=24.0, max_lines=max_lines))
    items, clock = [], 0
    for number, words in enumerate(run):
        items.append(timed(" ".join(words) + ".", number, clock + pauses[number]))
        clock = items[-1].words[-1].end_ms
    units = [u for n, item in enumerate(items) for u in layout._units(n, item, locale)]
    program = layout._Program(units, locale.limits)
    infinite = float("inf")

    def allowed(first: int, last: int) -> bool:
        if units[first].sentence == units[last - 1].sentence:
            return True
        starts = first == 0 or units[first - 1].ends
        return starts and units[last - 1].ends

    @functools.cache
    def cheapest(first: int) -> float:
        if first == len(units):
            return 0.0
        return min(
            program._cost(first, last, infinite) + cheapest(last)
            for last in range(first + 1, len(units) + 1)
            if allowed(first, last)
        )

    chosen = program.segments()
    assert [first for first, _ in chosen] == [0, *(last for _, last in chosen[:-1])]
    price = sum(program._cost(first, last, infinite) for first, last in chosen)
    assert price == pytest.approx(cheapest(0))


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=10), st.integers(1, 3))
def test_no_other_lines_are_cheaper(words: list[str], max_lines: int) -> None:
    base = load("en")
    locale = replace(base, limits=replace(base.limits, line_width=24.0, max_lines=max_lines))
    units = layout._units(0, timed(" ".join(words), 0, 0), locale)
    program = layout._Program(units, locale.limits)
    limit = locale.limits.line_width
    whole = program.width(0, len(units))
    lines, cost = program.lines(0, len(units))
    if cost == float("inf"):
        assert not fits(program, 0, len(units), max_lines, limit)
        return
    assert len(lines) <= max_lines
    assert all(program.width(a, b) <= limit for a, b in lines)
    assert [a for a, _ in lines] == [0, *(b for _, b in lines[:-1])]
    assert lines[-1][1] == len(units)
    if whole <= limit:
        assert len(lines) == 1
    if max_lines == 2 and whole > limit:
        assume(len(lines) == 2)
        costs = [two_lines(program, middle, len(units), limit) for middle in range(1, len(units))]
        assert cost == pytest.approx(min(costs))


def fits(program: layout._Program, first: int, last: int, most: int, limit: float) -> bool:
    if program.width(first, last) <= limit:
        return True
    return most > 1 and any(
        program.width(first, m) <= limit and fits(program, m, last, most - 1, limit)
        for m in range(first + 1, last)
    )


def two_lines(program: layout._Program, middle: int, last: int, limit: float) -> float:
    """What two lines cost, written down a second time from the documented weights."""
    top, bottom = program.width(0, middle), program.width(middle, last)
    if max(top, bottom) > limit:
        return float("inf")
    end = program.units[middle - 1].cost
    cost = layout.SECOND_LINE + end * layout.LINE_SHARE
    cost += layout.LINE_FAULT * (end - BEFORE_GENITIVE) if end > BEFORE_GENITIVE else 0.0
    cost += layout.IMBALANCE * (abs(top - bottom) / max(top, bottom)) ** 2
    cost += layout.LOPSIDED if min(top, bottom) < max(top, bottom) / 3 else 0.0
    cost += layout.LOPSIDED if min(top, bottom) < max(top, bottom) / 5 else 0.0
    return cost + (layout.TOP_HEAVY if top > bottom else 0.0)
