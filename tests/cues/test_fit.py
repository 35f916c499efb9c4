"""Target cues inside the time of their sentence."""

from itertools import pairwise

from speechsubs.cues import fit
from speechsubs.cues.layout import Block, reading_ms, timed_texts
from speechsubs.cues.timeline import split_words
from speechsubs.language.locales import load
from speechsubs.model import PlaceableKind, Sentence, Word
from speechsubs.spans import Span, SpannedText
from speechsubs.translation.keys import read_placeable

ES = load("es")
LIMITS = ES.limits


def sentence(index: int, text: str, start_ms: int, step: int = 400) -> Sentence:
    words = tuple(
        Word(w, at, start_ms + n * step, start_ms + n * step + step - 50)
        for n, (w, at) in enumerate(split_words(text))
    )
    return Sentence(index, 0, text, words=words)


def block(start: int, end: int, width: float, *sentences: int) -> Block:
    return Block(("x",), start, end, sentences or (0,), width)


def test_a_name_anchors_the_words_around_it() -> None:
    said = sentence(0, "Cars are what Xiaomi builds", 0)
    slot = read_placeable(PlaceableKind.TERM, 14, 20, "Xiaomi", "xiaomi")
    done = SpannedText("Xiaomi construye coches", (Span(0, 0, 6),))
    words = timed_texts([said], [done], [(slot,)])[0].words
    assert (words[0].start_ms, words[0].end_ms) == (0, 1_550) or words[0].end_ms == 1_550
    last = timed_texts([said], [SpannedText("Los coches de Xiaomi", (Span(0, 14, 20),))], [(slot,)])
    assert (last[0].words[-1].start_ms, last[0].words[-1].end_ms) == (1_200, 1_950)


def test_clause_marks_anchor_where_their_number_is_equal() -> None:
    said = sentence(0, "He came, and he saw it all with his own two eyes", 0)
    done = SpannedText("Llegó por fin hasta allí, y lo vio")
    words = timed_texts([said], [done], [()])[0].words
    comma = next(w for w in words if w.text.endswith(","))
    assert comma.end_ms == said.words[1].end_ms
    uneven = SpannedText("Llegó, por fin, hasta allí, y lo vio")
    words = timed_texts([said], [uneven], [()])[0].words
    assert words[-1].end_ms == said.words[-1].end_ms


def test_borders_inside_a_sentence_move_so_that_each_cue_can_be_read() -> None:
    # 3 s + 1 s for 17 + 51 characters at 17 a second: the border moves forward.
    found = fit.allot_times([block(0, 3_000, 17), block(3_000, 4_500, 51)], LIMITS)
    assert found[0].end_ms - found[0].start_ms >= reading_ms(17, LIMITS)
    assert found[1].end_ms - found[1].start_ms >= reading_ms(51, LIMITS)
    assert found[1].start_ms - found[0].end_ms == LIMITS.min_gap_ms


def test_no_cue_comes_before_its_words_where_the_pause_behind_gives_it_time() -> None:
    blocks = [block(0, 1_600, 34), block(2_500, 5_000, 51), block(9_000, 11_000, 10, 1)]
    found = fit.allot_times(blocks, LIMITS)
    assert found[1].start_ms == 2_500
    assert found[1].end_ms == 5_500
    # With the next sentence near, the border moves instead.
    blocks[2] = block(5_100, 11_000, 10, 1)
    assert fit.allot_times(blocks, LIMITS)[1].start_ms < 2_500


def test_enough_time_leaves_everything_where_it_is() -> None:
    blocks = [block(0, 3_000, 10), block(3_084, 6_000, 10), block(9_000, 12_000, 10, 1)]
    assert fit.allot_times(blocks, LIMITS) == blocks


def test_the_pause_behind_a_sentence_is_used_up_to_a_second_and_a_half() -> None:
    found = fit.allot_times([block(0, 2_000, 51), block(9_000, 11_000, 10, 1)], LIMITS)
    assert found[0].end_ms == 3_000
    found = fit.allot_times([block(0, 1_000, 80), block(9_000, 11_000, 10, 1)], LIMITS)
    assert found[0].end_ms == 1_000 + 1_500


def test_the_next_sentence_begins_late_only_where_it_can_spare_the_time() -> None:
    rich = fit.allot_times([block(0, 2_000, 51), block(2_100, 9_000, 10, 1)], LIMITS)
    assert rich[1].start_ms == 2_100 + fit.LATE_MS
    poor = fit.allot_times(
        [block(0, 2_000, 51), block(2_100, 3_100, 34, 1), block(3_200, 9_000, 9, 2)], LIMITS
    )
    assert poor[1].start_ms == 2_100


def test_too_little_time_is_shared_by_need() -> None:
    # Two seconds for 34 and 68 characters: nobody can read either, but both as badly.
    found = fit.allot_times(
        [block(0, 1_900, 34), block(1_900, 2_000, 68), block(2_100, 9_000, 200, 1)], LIMITS
    )
    first, second = (b.end_ms - b.start_ms for b in found[:2])
    assert 1.8 < second / first < 2.2


def test_a_sentence_that_another_speaker_talks_over_is_not_squeezed_before_him() -> None:
    long = [block(0, 3_000, 40), block(3_100, 6_000, 40), block(6_100, 9_000, 40)]
    found = fit.allot_times([*long, block(500, 1_500, 10, 1)], LIMITS)
    assert found[:3] == long


def test_sentences_out_of_order_lose_nothing() -> None:
    blocks = [block(5_000, 8_000, 40), block(1_000, 3_000, 20, 1), block(9_000, 9_001, 20, 2)]
    found = fit.allot_times(blocks, LIMITS)
    assert len(found) == 3
    assert [b.start_ms for b in found] == [5_000, 1_000, 9_000]


def test_nothing_gives_nothing() -> None:
    assert fit.allot_times([], LIMITS) == []
    assert fit.target_blocks([], [], ES) == []


def test_a_translation_has_cues_of_its_own_inside_its_sentence() -> None:
    said = [sentence(0, "We chose to build.", 0), sentence(1, "He left.", 4_000)]
    text = "Nosotros elegimos construir, y eso es lo que hicimos durante todos estos largos años."
    done = [SpannedText(text), SpannedText("Se fue.")]
    texts = timed_texts(said, done, [(), ()])
    blocks = fit.target_blocks(texts, said, ES)
    shown = [" ".join(b.lines) for b in blocks if 0 in b.sentences]
    assert " ".join(shown) == text
    for first, second in pairwise(blocks):
        assert first.end_ms <= second.start_ms
