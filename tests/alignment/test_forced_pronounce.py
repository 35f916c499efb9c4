"""The parts of the speech aligner that need no sound."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from speechsubs.alignment.forced import boundaries, confidence, script
from speechsubs.alignment.forced import chunks as fill
from speechsubs.alignment.forced import pronounce as lexicon
from speechsubs.alignment.forced.chunks import chunks
from speechsubs.alignment.forced.decide import Span, spans
from speechsubs.alignment.forced.decode import TokenTime, _path, _plain
from speechsubs.alignment.forced.pronounce import PHONES, phones, spelled
from speechsubs.alignment.forced.recognize import Heard, groups, match
from speechsubs.alignment.forced.spoken_numbers import cardinal, ordinal, readings
from speechsubs.alignment.vad import Region
from speechsubs.errors import InputError
from speechsubs.model import Sentence, Severity

pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")
pronounce = pytest.importorskip("speechsubs.alignment.forced.pronounce")


def _script(*texts: str) -> script.Script:
    return script.write(
        [Sentence(i, i, t) for i, t in enumerate(texts)], pronounce.Pronouncer("en")
    )


@pytest.mark.parametrize("ipa", ["z_ˌaɪ_ə_ˈoʊ_m_i", "ʎˈaːɲo", "ɕjɑu2mˈi", "ʃˈøːn", "ɹˈɛzuːmˌeɪz"])
def test_any_language_maps_to_phones_of_the_model(ipa: str) -> None:
    assert phones(ipa)
    assert set(phones(ipa)) <= PHONES
    assert set(spelled("Schönhauser")) <= PHONES


@pytest.mark.parametrize(
    ("token", "way"),
    [
        ("215,900", "two hundred fifteen thousand nine hundred"),
        ("2.78", "two point seven eight"),
        ("2021", "two thousand twenty one"),
        ("2021", "twenty twenty one"),
        ("1905", "nineteen oh five"),
        ("SU7", "S U seven"),
        ("$10", "ten dollars"),
        ("30,000", "three zero zero zero zero"),
        ("170", "one seventy"),
        ("€5.4", "five point four euros"),
        ("50%", "fifty percent"),
        ("19", "nineteenth"),
        ("3rd", "third"),
        ("007", "zero zero seven"),
    ],
)
def test_a_number_is_read_as_people_read_it(token: str, way: str) -> None:
    assert tuple(way.split()) in readings(token)


def test_an_amount_before_a_scale_is_said_in_another_order() -> None:
    text = _script("it would need $10 billion over ten years")
    ten, billion = text.lines[0].tokens[3:5]
    assert len(ten.readings[0]) == 1
    assert len(billion.readings[0]) == 2
    dollars = pronounce.Pronouncer("en").token("dollars").readings[0][0].phones
    assert billion.readings[0][1].phones == dollars
    # Without a sign of money, or in other languages, a scale is a word.
    assert len(_script("ten billion people").lines[0].tokens[1].readings[0]) == 1


def test_words_are_no_numbers() -> None:
    assert readings("Courage") == []
    assert cardinal(0) == ("zero",)
    assert ordinal(12) == ("twelfth",)


@pytest.mark.parametrize(
    "token", ["9" * 10**6, "1-" * 10**5, "$" * 10**5, "\0\ud800", "😀", "—", "ß" * 999]
)
def test_hostile_tokens_cost_little_and_never_raise(token: str) -> None:
    found = pronounce.Pronouncer("en").token(token)
    assert all(len(way) <= 48 for way in found.readings)
    assert all(u.length for way in found.readings for u in way)


def test_unknown_names_have_a_sound_and_are_called_guessed() -> None:
    words = pronounce.Pronouncer("en")
    assert words.token("Xiaopeng").guessed
    assert words.token("Xiaopeng").length >= 5
    assert not words.token("courage").guessed
    assert not words.token("résumés").guessed
    assert words.token("Courage:").readings == words.token("courage").readings


def test_without_espeak_names_still_have_a_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("speechsubs.alignment.forced.pronounce.find", lambda: None)
    assert pronounce.Pronouncer("en").token("Xiaopeng").length >= 4
    assert pronounce.Pronouncer("it").token("sconosciuti").length >= 6
    assert pronounce.Pronouncer("ru").token("слово").readings


def test_a_lexicon_decides_before_the_dictionary() -> None:
    own = lexicon.parse("Xiaomi: shao mee\nHeihe = HH EY HH AH  # a city\n\n# nothing\n")
    words = pronounce.Pronouncer("en", own)
    (reading,) = words.token("Heihe,").readings
    assert reading[0].phones == (("HH", "EY", "HH", "AH"),)
    assert not words.token("Heihe").guessed
    assert not words.token("Xiaomi's").guessed


@pytest.mark.parametrize(("line", "part"), [("word", ":2"), ("a: XX YY", "'XX'"), (": x", ":2")])
def test_a_bad_lexicon_line_is_named(line: str, part: str) -> None:
    with pytest.raises(InputError) as caught:
        lexicon.parse(f"good: gud\n{line}\n", "my.lex")
    assert "my.lex:2" in str(caught.value)
    assert part in str(caught.value)


def test_a_lexicon_file_must_be_text(tmp_path: Path) -> None:
    path = tmp_path / "x.lex"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError):
        lexicon.load(path)


def _said(text: script.Script, rows: list[int], step: int = 300) -> list[Heard]:
    return [Heard(text.units[r].name, i * step, (i + 1) * step) for i, r in enumerate(rows)]


def test_what_was_heard_finds_its_place_when_sentences_are_missing() -> None:
    text = _script(
        "the quick brown fox jumps", "over seven lazy dogs today", "and nobody laughed loudly"
    )
    heard = _said(text, [0, 1, 2, 3, 4, 10, 11, 12, 13])
    times = match(text, heard)
    assert [t is not None for t in times] == [True] * 5 + [False] * 5 + [True] * 4
    assert times[10] == heard[5]


def test_a_word_that_matches_alone_is_no_evidence() -> None:
    text = _script("the report was very long indeed")
    assert match(text, [Heard(text.units[0].name, 0, 100)]) == [None] * len(text.units)
    assert match(text, []) == [None] * len(text.units)


def test_long_texts_are_matched_in_a_band() -> None:
    text = _script(*(f"sentence number {n} is read" for n in range(1, 2_200)))
    heard = _said(text, list(range(len(text.units))))
    times = match(text, heard)
    assert len(heard) > 8_000
    assert sum(t is not None for t in times) > 0.99 * len(times)


class _Deaf:
    """A crew whose grammar hears nothing, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def decide(self, start_ms: int, end_ms: int, lines: object, price: float) -> None:
        self.asked.append((start_ms, end_ms))

    def each(self, function: Any, items: Sequence[Any], progress: object = None) -> list[Any]:
        return [function(item) for item in items]


def test_lines_are_looked_for_where_somebody_speaks_but_not_for_an_hour() -> None:
    text = _script("nobody said this sentence here", "and this one was not said either")
    nothing: list[Heard | None] = [None] * len(text.units)

    def asked(regions: list[Region], duration_ms: int) -> list[tuple[int, int]]:
        crew: Any = _Deaf()
        assert spans(text, nothing, regions, duration_ms, crew) == [None, None]
        return crew.asked  # type: ignore[no-any-return]

    assert len(asked([Region(1_000, 5_000)], 6_000)) == 1
    assert asked([Region(0, 3_600_000)], 3_600_000) == []
    # An hour in which somebody speaks for four seconds costs what these cost.
    assert len(asked([Region(1_800_000, 1_804_000)], 3_600_000)) <= 2
    assert asked([], 3_600_000) == []


def test_pieces_are_cut_where_both_sides_were_heard() -> None:
    spans = [Span(0, 900, 1.0, 0, 900), None, Span(5_000, 6_000, 1.0, 5_000, 6_000)]
    regions = [Region(0, 900), Region(5_000, 6_000)]
    first, second = chunks(spans, regions, 8_000)
    assert first.lines == (0,)
    assert second.lines == (2,)
    assert first.end_ms < 5_000 - 500
    assert 4_500 <= second.start_ms <= 5_000


def test_long_regions_are_heard_in_pieces() -> None:
    pieces = groups([Region(0, 200_000)])
    assert pieces[0][0] == 0
    assert pieces[-1][1] == 200_000
    assert all(b - a <= 50_000 for a, b in pieces)


@pytest.mark.parametrize(
    ("phone", "heard_ms", "start"),
    # An H half under noise, one as long as it should be, noise that sounds like an F.
    [("HH", 30, 950), ("HH", 90, 1_000), ("F", 400, 1_250), ("S", 30, 1_000), ("HH", 0, 1_000)],
)
def test_breathy_first_sounds_get_their_own_length(phone: str, heard_ms: int, start: int) -> None:
    word = TokenTime(1_000, 1_600, -20, 3, 0, phone, heard_ms)
    (line,) = boundaries.widened([(word,)], [], [])
    assert line is not None
    assert line[0].start_ms == start


def test_no_line_begins_in_the_words_of_another() -> None:
    lines = [(TokenTime(0, 980, -20, 3, 0),), (TokenTime(1_000, 1_600, -20, 3, 0, "HH", 30),)]
    _, second = boundaries.widened(lines, [], [])
    assert second is not None
    assert second[0].start_ms == 980


def test_a_pause_inside_the_first_word_moves_its_start() -> None:
    tokens = (TokenTime(0, 2_000, -20, 4, 0), TokenTime(2_000, 2_400, -20, 4, 0))
    regions = [Region(0, 500), Region(1_700, 2_400)]
    assert boundaries.snapped(tokens, regions)[0].start_ms == 1_700
    assert boundaries.stretched(tokens)
    assert boundaries.shortened(tokens)[0].start_ms > 1_000


def test_readings_are_found_again_in_what_was_decoded() -> None:
    text = _script("It cost $10 today")
    arcs, final = _plain([line.ways for line in text.lines])
    token = text.lines[0].tokens[2]
    for reading in token.readings:
        names = [
            text.units[0].name,
            text.units[1].name,
            *(u.name for u in reading),
            text.units[-1].name,
        ]
        assert _path(arcs, final, names) is not None
    assert _path(arcs, final, [text.units[0].name]) is None


def test_unspoken_lines_lie_between_their_neighbours() -> None:
    text = _script("one two", "three four five", "six")
    placed = [(TokenTime(0, 500), TokenTime(500, 900)), None, (TokenTime(3_000, 3_400),)]
    rows = fill.between(text, placed, 4_000)
    assert [len(r) for r in rows] == [2, 3, 1]
    times = [t.start_ms for row in rows for t in row]
    assert times == sorted(times)
    assert 900 <= rows[1][0].start_ms <= rows[1][-1].end_ms <= 3_000


def test_confidence_falls_with_every_sign() -> None:
    good = confidence.Signs(-25, 0.05, 0.95, 30, 11, 1.0)
    base = confidence.confidence(good, -25, 4)
    for change in (
        {"score": -60},
        {"short": 0.6},
        {"heard": 0.0},
        {"gap_ms": 3_000},
        {"voiced": 0.1},
    ):
        values = {n: getattr(good, n) for n in good.__slots__} | change
        assert confidence.confidence(confidence.Signs(**values), -25, 4) < base


def test_a_voice_that_no_line_covers_is_reported() -> None:
    text = _script("one two")
    placed = [(TokenTime(0, 500, -20, 3, 0), TokenTime(500, 1_000, -20, 2, 0))]
    sentence = Sentence(0, 0, "one two")
    found = confidence.report(
        text, [sentence], placed, set(), [0.9], [Region(0, 1_000), Region(4_000, 9_000)], 0
    )
    assert [(f.code, f.start_ms, f.severity) for f in found] == [
        ("not-in-text", 4_000, Severity.WARNING)
    ]
