"""The cut into cues, on cases that a person can judge."""

from dataclasses import replace

import pytest

from speechsubs.cues import layout
from speechsubs.cues.layout import TimedText, reading_ms, segment, wrap
from speechsubs.cues.timeline import split_words
from speechsubs.language.locales import load
from speechsubs.model import Word

EN = load("en")


def timed(
    text: str, sentence: int = 0, start_ms: int = 0, pauses: dict[str, int] | None = None
) -> TimedText:
    """Words of 300 ms; `pauses` are milliseconds of silence behind a word."""
    words, clock = [], start_ms
    for part, offset in split_words(text):
        words.append(Word(part, offset, clock, clock + 300))
        clock += 350 + (pauses or {}).get(part, 0)
    return TimedText(sentence, text, tuple(words))


def lines(text: str) -> list[tuple[str, ...]]:
    return [block.lines for block in segment([timed(text)], EN)]


def test_a_short_sentence_is_one_line() -> None:
    assert lines("Why not build cars?") == [("Why not build cars?",)]


def test_a_longer_one_breaks_at_its_comma_with_balanced_lines() -> None:
    assert lines("He had owned good cars, but he had never really driven them.") == [
        ("He had owned good cars,", "but he had never really driven them.")
    ]


def test_a_name_is_not_parted_where_there_is_another_way() -> None:
    text = "And a very good friend of his called Lei Jun walked onto the stage."
    start = text.index("Lei Jun")
    item = replace(timed(text), no_break_spans=((start, start + 7),))
    for block in segment([item], EN):
        assert not any(line.endswith("Lei") for line in block.lines)


def test_a_pause_attracts_a_cut() -> None:
    text = "We looked at the long numbers on the big screen and nobody said a single word"
    without = segment([timed(text)], EN)
    assert len(without) == 1
    for word in ("numbers", "screen", "nobody"):
        found = segment([timed(text, pauses={word: 3_000})], EN)
        ends = [" ".join(block.lines).split()[-1] for block in found]
        assert word in ends


def test_a_pause_between_sentences_keeps_them_apart() -> None:
    first, second = timed("Yes.", 0), timed("No.", 1, 6_000)
    assert [b.lines for b in segment([first, second], EN)] == [("Yes.",), ("No.",)]


def test_short_sentences_said_at_once_share_a_cue_with_a_blank_between_them() -> None:
    first, second = timed("Yes.", 0), timed("No.", 1, 400)
    blocks = segment([first, second], EN)
    assert [b.sentences for b in blocks] == [(0, 1)]
    assert " ".join(blocks[0].lines) == "Yes. No."


def test_chinese_sentences_in_one_cue_have_no_blank_between_them_but_latin_ones_do() -> None:
    zh = load("zh-CN")
    chinese = segment([timed("好。", 0), timed("走！", 1, 700)], zh)
    assert "".join(chinese[0].lines) == "好。走！"
    # What no engine translated stands there in English.
    latin = segment([timed("Yes.", 0), timed("No.", 1, 400)], zh)
    assert " ".join(latin[0].lines) in ("Yes. No.",)


@pytest.mark.parametrize("max_lines", [1, 2, 3])
def test_as_many_lines_as_the_locale_allows(max_lines: int) -> None:
    locale = replace(EN, limits=replace(EN.limits, max_lines=max_lines, max_duration_ms=60_000))
    blocks = segment([timed("word " * 60 + "end.")], locale)
    most = max(len(block.lines) for block in blocks)
    assert most <= max_lines
    assert most == max_lines
    assert all(EN.width(line) <= 42 for block in blocks for line in block.lines)


def test_no_text_gives_no_block() -> None:
    assert segment([], EN) == []
    assert segment([TimedText(0, "  ", (Word("x", 0, 0, 1),))], EN) == []


def test_a_block_knows_when_it_is_said_and_how_wide_it_is() -> None:
    block = segment([timed("Why not build cars?", 7, 1_000)], EN)[0]
    assert (block.start_ms, block.end_ms) == (1_000, 1_000 + 3 * 350 + 300)
    assert block.sentences == (7,)
    assert block.width == len("Why not build cars?")


def test_words_without_any_duration_still_make_a_cue() -> None:
    words = tuple(Word(part, offset, 500, 500) for part, offset in split_words("All at once."))
    block = segment([TimedText(0, "All at once.", words)], EN)[0]
    assert block.end_ms > block.start_ms


def test_reading_time_is_the_width_by_the_speed_within_the_duration_limits() -> None:
    speed = EN.limits.chars_per_second
    assert reading_ms(40, EN.limits) == round(40_000 / speed)
    assert reading_ms(1, EN.limits) == EN.limits.min_duration_ms
    assert reading_ms(10_000, EN.limits) == EN.limits.max_duration_ms


def test_the_cost_of_the_cut_grows_with_the_text_and_no_faster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = 0
    cost = layout._Program._cost

    def counting(self: layout._Program, first: int, last: int, bound: float) -> float:
        nonlocal calls
        calls += 1
        return cost(self, first, last, bound)

    monkeypatch.setattr(layout._Program, "_cost", counting)
    text = "we went to the big city and then we came back to the house by the sea "
    counts = []
    for times in (20, 80):
        calls = 0
        segment([timed(text * times)], EN)
        counts.append(calls)
    assert counts[0] > 100
    assert counts[1] < 4.2 * counts[0]


@pytest.mark.parametrize(
    ("tag", "text", "cues"),
    [
        (  # A clause is not begun at the end of a cue.
            "en",
            "For almost three hours the founder of Xiaomi told one story, and it began with the "
            "worst morning of his career.",
            [
                ("For almost three hours the founder", "of Xiaomi told one story,"),
                ("and it began with the worst morning", "of his career."),
            ],
        ),
        (  # Nor a line ended with what belongs to the next.
            "en",
            "The sedan would come first, because a good sedan is the hardest car to build.",
            [
                ("The sedan would come first,",),
                ("because a good sedan", "is the hardest car to build."),
            ],
        ),
    ],
)
def test_clauses_make_cues(tag: str, text: str, cues: list[tuple[str, ...]]) -> None:
    locale = load(tag)
    spoken = []
    position = 0
    for number, word in enumerate(text.split()):
        position = text.index(word, position)
        spoken.append(Word(word, position, number * 400, number * 400 + 380))
        position += len(word)
    assert [block.lines for block in segment([TimedText(0, text, tuple(spoken))], locale)] == cues


def test_the_end_of_a_sentence_shares_no_line_with_the_next_where_both_have_room() -> None:
    texts = ["Chaque soir les ingénieurs lisent les rapports.", "Chaque matin ils changent tout."]
    run = [
        TimedText(n, text, (Word(text, 0, n * 4_000, n * 4_000 + 3_500),))
        for n, text in enumerate(texts)
    ]
    for block in segment(run, load("fr")):
        assert not any("rapports. " in line for line in block.lines)


def test_no_line_of_a_single_short_word_where_the_text_can_be_parted_better() -> None:
    lines = wrap(["Xiaomi had spent far more than it had planned before."], load("en"))
    assert min(map(len, lines)) > 10
