"""Every finding has a case that causes it, and one just inside the limit that does not."""

from dataclasses import replace

import pytest

from speechsubs import qa
from speechsubs.glossary import Glossary, Matcher, Policy, Target, Term
from speechsubs.language.locales import load
from speechsubs.model import Cue, Finding, Severity, Track
from speechsubs.quantities import currencies, parse

EN, ES = load("en"), load("es")
LIMITS = EN.limits
GLOSSARY = Glossary(
    (
        Term("lei", "Lei Jun", targets={"es": Target("Lei Jun", forbidden=("Lei Junio",))}),
        Term(
            "board", "board of directors", policy=Policy.TRANSLATE, targets={"es": Target("junta")}
        ),
        Term(
            "bad",
            "electronic car",
            policy=Policy.FORBIDDEN,
            targets={"es": Target("coche electrónico")},
        ),
    )
)


def codes(*cues: Cue, gap: int | None = None) -> list[str]:
    return [f.code for f in qa.inspect(Track(cues, "en", "x.srt"), EN, gap)]


def cue(start: int, end: int, *lines: str) -> Cue:
    return Cue(start, end, lines or ("Good evening.",))


GOOD = cue(0, 3_000)


def test_a_good_track_has_no_finding() -> None:
    assert codes(GOOD, cue(4_000, 6_000, "Second cue.")) == []
    assert codes() == []


@pytest.mark.parametrize(
    ("code", "bad", "good"),
    [
        ("empty", [cue(0, 2_000, " ", "\u00a0")], [cue(0, 2_000, " ", ".")]),
        ("lines", [cue(0, 5_000, "a", "b", "c")], [cue(0, 5_000, "a", "b")]),
        ("line-width", [cue(0, 6_000, "x" * 43)], [cue(0, 6_000, "x" * 42)]),
        ("min-duration", [cue(0, 832, "Go.")], [cue(0, 833, "Go.")]),
        ("max-duration", [cue(0, 7_002)], [cue(0, 7_001)]),
        ("reading-speed", [cue(0, 1_000, "x" * 21)], [cue(0, 1_000, "x" * 20)]),
        ("gap", [GOOD, cue(3_082, 5_000, "b")], [GOOD, cue(3_083, 5_000, "b")]),
        ("overlap", [GOOD, cue(2_999, 5_000, "b")], [GOOD, cue(3_100, 5_000, "b")]),
        ("order", [cue(5, 3_000), cue(4, 5_000, "b")], [cue(5, 3_000), cue(3_100, 5_000, "b")]),
        (
            "repeated-text",
            [cue(0, 3_000, "We chose to", "build."), cue(4_000, 6_000, "we chose to build")],
            [cue(0, 3_000, "We chose to build."), cue(4_000, 6_000, "We chose to hide.")],
        ),
        (
            "repeated-text",
            [cue(0, 3_000, "a b c"), cue(4_000, 6_000, "a b c")],
            [cue(0, 3_000, "No. No."), cue(4_000, 6_000, "No. No.")],
        ),
    ],
)  # fmt: skip
def test_each_rule(code: str, bad: list[Cue], good: list[Cue]) -> None:
    assert codes(*bad) == [code]
    assert codes(*good) == []


def test_overlapping_cues_have_no_gap_finding_too() -> None:
    assert codes(GOOD, cue(0, 3_000, "At once.")) == ["overlap"]


def test_the_gap_of_a_known_frame_rate_counts_instead() -> None:
    assert codes(GOOD, cue(3_070, 5_000, "b"), gap=66) == []
    assert codes(GOOD, cue(3_090, 5_000, "b"), gap=100) == ["gap"]


def test_a_finding_says_where_and_how_much() -> None:
    track = Track((GOOD, Cue(4_000, 5_000, ("x" * 30,), (7,))), "en", "x.srt")
    finding = qa.inspect(track, EN)[0]
    assert (finding.code, finding.severity) == ("reading-speed", Severity.WARNING)
    assert (finding.cue, finding.start_ms, finding.sentence) == (2, 4_000, 7)
    assert (finding.value, finding.limit, finding.file) == (30, LIMITS.chars_per_second, "x.srt")


def compared(before: str, after: str) -> list[Finding]:
    return qa.compare(
        [parse(before, "en", currencies.infer_context([before], "en"))],
        [after],
        glossary=GLOSSARY,
        matcher=Matcher(GLOSSARY),
        locale=ES,
    )[0]


@pytest.mark.parametrize(
    ("code", "before", "bad", "good"),
    [
        ("term-missing", "Lei Jun and Lei Jun.", "Lei Jun y él.", "Lei Jun y Lei Jun."),
        ("term-extra", "Lei Jun came.", "Lei Jun, Lei Jun vino.", "Lei Jun vino."),
        ("term-wording", "The board of directors.", "El consejo.", "La junta."),
        ("term-forbidden", "A nice car.", "Un coche electrónico.", "Un coche bonito."),
        ("amount-missing", "It costs $10.", "Cuesta mucho.", "Cuesta 10 dólares."),
        ("amount-extra", "It costs a lot.", "Cuesta 10 dólares.", "Cuesta mucho."),
        ("number-missing", "He has 300 cars.", "Tiene coches.", "Tiene 300 coches."),
        ("number-extra", "He has cars.", "Tiene 300 coches.", "Tiene coches."),
        ("empty", "He left.", "  ", "Se fue."),
        ("untranslated", "He left the house.", "he left, the house", "Se fue de casa."),
        ("untranslated", "He left the house.", "He left the house.", "He left the home."),
    ],
)
def test_each_comparison(code: str, before: str, bad: str, good: str) -> None:
    assert code in [f.code for f in compared(before, bad)]
    assert compared(before, good) == []


def test_an_amount_in_another_currency_or_size_is_both_missing_and_extra() -> None:
    assert {f.code for f in compared("It costs $10.", "Cuesta 10 euros.")} == {
        "amount-missing",
        "amount-extra",
    }
    assert {f.code for f in compared("It costs $10 million.", "Cuesta 10 dólares.")} == {
        "amount-missing",
        "amount-extra",
    }


@pytest.mark.parametrize(
    ("before", "good", "bad"),
    [
        ("$5M-$7M a year", "5–7 millones de dólares al año", "5–8 millones de dólares al año"),
        ("It cost $.50.", "Costó 0,50 dólares.", "Costó 50 dólares."),
        ("ten to twelve thousand dollars", "10.000–12.000 dólares", "10–12.000 dólares"),
        ("$100+ million", "más de 100 millones de dólares", "100 dólares"),
        ("$5 to $7 for 20 cars", "5–7 dólares por 20 coches", "5–7 dólares por 30 coches"),
    ],
)
def test_an_amount_that_is_right_is_no_wrong_number_however_it_is_written(
    before: str, good: str, bad: str
) -> None:
    assert compared(before, good) == []
    assert compared(before, bad) != []


def test_three_equal_words_may_be_the_same_in_two_languages() -> None:
    assert compared("Xiaomi SU7 Max", "Xiaomi SU7 Max") == []


def test_findings_of_sentences_are_placed_on_their_first_cue() -> None:
    finding = Finding("x", Severity.ERROR, "m")
    track = Track((Cue(0, 900, ("a",), (0,)), Cue(1_000, 1_900, ("b",), (0, 1))), "es", "f")
    found = qa.assign_cues([[finding], [finding, finding], [finding]], track)
    assert [(f.sentence, f.cue, f.start_ms, f.file) for f in found] == [
        (0, 1, 0, "f"),
        (1, 2, 1_000, "f"),
        (1, 2, 1_000, "f"),
        (2, None, None, "f"),
    ]


def track(*cues: tuple[int, int, str]) -> Track:
    return Track(tuple(Cue(a, b, (text,)) for a, b, text in cues))


def test_pairs_of_tracks_cut_alike() -> None:
    source = track((0, 900, "One."), (1_000, 1_900, "Two."))
    target = track((0, 950, "Uno."), (1_000, 1_950, "Dos."))
    assert qa.pair_texts(source, target) == [("One.", "Uno.", 1), ("Two.", "Dos.", 2)]


def test_pairs_of_tracks_cut_differently_meet_at_the_ends_of_sentences() -> None:
    source = track((0, 900, "One,"), (1_000, 1_900, "two."), (2_000, 2_900, "Three."))
    target = track((0, 1_900, "Uno, dos."), (2_000, 2_400, "Tr"), (2_450, 2_900, "es."))
    assert qa.pair_texts(source, target) == [("One, two.", "Uno, dos.", 1), ("Three.", "Tr es.", 2)]


@pytest.mark.parametrize("shift", [0, 50, 400])
def test_no_cue_of_either_track_is_left_out_of_the_pairs(shift: int) -> None:
    source = track(*((n * 1_000, n * 1_000 + 900, f"s{n}.") for n in range(1, 30)))
    target = track(*((n * 700 + shift, n * 700 + 600 + shift, f"t{n}") for n in range(1, 40)))
    found = qa.pair_texts(source, target)
    assert " ".join(a for a, _, _ in found).split() == [f"s{n}." for n in range(1, 30)]
    assert " ".join(b for _, b, _ in found).split() == [f"t{n}" for n in range(1, 40)]
    assert [n for _, _, n in found] == sorted(n for _, _, n in found)


def test_pairs_of_empty_tracks() -> None:
    full = track((0, 900, "One."))
    assert qa.pair_texts(track(), track()) == []
    assert qa.pair_texts(full, track()) == []
    assert qa.pair_texts(track(), full) == [("", "One.", 1)]


def test_what_the_glossary_forbids_is_found_without_a_source() -> None:
    found = qa.find_forbidden(
        replace(track((0, 900, "Un coche electrónico")), language="es"), GLOSSARY, ES
    )
    assert [(f.code, f.cue) for f in found] == [("term-forbidden", 1)]
    assert qa.find_forbidden(track((0, 900, "Un coche")), GLOSSARY, ES) == []


def test_reading_speed_counts_what_is_read() -> None:
    zh = load("zh-CN")
    assert qa.chars_per_second(cue(0, 2_000, "小米SU7", "车"), zh) == 2.25
    assert qa.chars_per_second(cue(0, 1_000, "ab", "cd"), EN) == 4
