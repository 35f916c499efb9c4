"""Two languages in one cue."""

from dataclasses import replace

from speechsubs import qa
from speechsubs.cues import bilingual
from speechsubs.cues.layout import Block
from speechsubs.language.locales import load
from speechsubs.model import Cue, Track

EN, ES = load("en"), load("es")


def block(text: str, start: int, end: int, *sentences: int) -> Block:
    return Block((text,), start, end, sentences or (0,), float(len(text)))


def lines(above: list[Block], below: list[Block]) -> list[tuple[str, ...]]:
    return [b.lines for b in bilingual.stack_blocks(above, below, EN, ES)]


def test_a_single_line_locale_differs_in_nothing_else() -> None:
    assert bilingual.single_line(EN) == replace(EN, limits=replace(EN.limits, max_lines=1))


def test_one_above_one() -> None:
    assert lines([block("Go.", 0, 900)], [block("Ve.", 0, 900)]) == [("Go.", "Ve.")]


def test_the_language_with_more_pieces_sets_the_borders() -> None:
    above = [block("a", 0, 900), block("b", 1_000, 1_900), block("c", 2_000, 2_900)]
    below = [block("x", 0, 1_400), block("y", 1_900, 2_900)]
    assert lines(above, below) == [("a", "x"), ("b", "x"), ("c", "y")]
    assert lines(below, above) == [("x", "a"), ("x", "b"), ("y", "c")]
    found = bilingual.stack_blocks(above, below, EN, ES)
    assert [(b.start_ms, b.end_ms) for b in found] == [(0, 900), (1_000, 1_900), (2_000, 2_900)]
    found = bilingual.stack_blocks(below, above, EN, ES)
    assert [(b.start_ms, b.end_ms) for b in found] == [(0, 900), (1_000, 1_900), (2_000, 2_900)]


def test_every_piece_of_both_is_shown_wherever_the_borders_fall() -> None:
    above = [block(f"a{n}", n * 10, n * 10 + 9) for n in range(7)]
    below = [block(f"b{n}", 5_000 + n, 5_000 + n + 1) for n in range(6)]
    found = lines(above, below)
    assert list(dict.fromkeys(top for top, _ in found)) == [f"a{n}" for n in range(7)]
    assert list(dict.fromkeys(bottom for _, bottom in found)) == [f"b{n}" for n in range(6)]


def test_sentences_that_one_language_joins_are_stacked_together() -> None:
    above = [block("Yes. No.", 0, 2_000, 0, 1), block("Why?", 3_000, 4_000, 2)]
    below = [block("Sí.", 0, 900, 0), block("No. ¿Por qué?", 1_000, 4_000, 1, 2)]
    found = bilingual.stack_blocks(above, below, EN, ES)
    assert [b.lines for b in found] == [("Yes. No.", "Sí."), ("Why?", "No. ¿Por qué?")]
    assert found[0].sentences == (0, 1)
    assert found[1].sentences == (1, 2)


def test_a_sentence_that_one_language_lacks_stands_alone() -> None:
    above = [block("One.", 0, 900, 0), block("Two.", 1_000, 1_900, 1)]
    assert lines(above, [block("Dos.", 1_000, 1_900, 1)]) == [("One.",), ("Two.", "Dos.")]
    assert lines([], [block("Dos.", 1_000, 1_900, 1)]) == [("Dos.",)]
    assert lines(above, []) == [("One.",), ("Two.",)]
    assert lines([], []) == []


def test_the_slower_language_to_read_sets_the_time() -> None:
    slow = replace(EN, limits=replace(EN.limits, chars_per_second=8.5))
    found = bilingual.stack_blocks([block("x" * 20, 0, 900)], [block("y" * 25, 0, 900)], slow, ES)
    assert found[0].width == 40


def stacked(*cues: tuple[int, int, str, str]) -> Track:
    return Track(tuple(Cue(a, b, (top, bottom)) for a, b, top, bottom in cues), "es", "talk")


def found(track: Track, lower: str = "es") -> list[tuple[str, int | None, str]]:
    findings = qa.inspect_stacked(track, EN, load(lower))
    return [(f.code, f.cue, f.message.partition(" line")[0]) for f in findings]


def test_a_good_stacked_track_has_no_finding() -> None:
    track = stacked((0, 2_000, "Good evening.", "Buenas noches."), (2_500, 4_500, "Go.", "Ve."))
    assert found(track) == []


def test_each_line_is_held_to_its_own_language() -> None:
    wide = "x" * 30
    track = stacked((0, 3_000, wide, "好" * 17))
    assert found(track, "zh-CN") == [("line-width", 1, "the Chinese (Simplified)")]
    track = stacked((0, 1_000, "Good evening to you all.", "好"))
    assert found(track, "zh-CN") == [("reading-speed", 1, "the English")]


def test_a_line_that_stays_is_read_while_it_stays() -> None:
    long = "Una frase de treinta letras ya"
    track = stacked((0, 1_000, "One thing.", long), (1_084, 2_084, "Another.", long))
    assert found(track) == []
    assert found(stacked((0, 1_000, "One thing.", long))) == [("reading-speed", 1, "the Spanish")]


def test_times_and_a_third_line_are_looked_at_too() -> None:
    track = Track((Cue(0, 300, ("a", "b")), Cue(200, 1_200, ("a", "b", "c"))), "es", "talk")
    codes = {f.code for f in qa.inspect_stacked(track, EN, ES)}
    assert codes == {"min-duration", "overlap", "lines"}
    assert all(f.locale == "en+es" for f in qa.inspect_stacked(track, EN, ES))
