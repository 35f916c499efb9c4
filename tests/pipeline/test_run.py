"""The whole run on the sample speech, with an engine that gives every text back."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from speechsubs import formats, glossary, pipeline
from speechsubs.engines.echo import EchoEngine, drop_masks, say_nothing
from speechsubs.errors import EngineError, InputError
from speechsubs.glossary import Glossary, Policy, Target, Term
from speechsubs.language.locales import Locale, load
from speechsubs.model import Cue, Finding, Kind, Paragraph, Severity, Track, Transcript, Word
from speechsubs.options import Options
from speechsubs.pipeline import Output, Result

ROOT = Path(__file__).parents[2]
EN = load("en")
TAGS = ("es", "zh-CN", "ja", "de", "ar")


@pytest.fixture(scope="module")
def courage() -> Result:
    transcript = formats.read(ROOT / "media" / "courage.txt")
    assert isinstance(transcript, Transcript)
    return pipeline.subtitle(
        [transcript],
        pipeline.make_settings(EN, glossary.load(ROOT / "glossary.yml"), Options(bilingual=True)),
        targets=[(load(tag), EchoEngine("en", tag)) for tag in TAGS],
    )[0]


def outputs(result: Result) -> dict[str, Output]:
    return {output.locale.tag: output for output in result.outputs}


def bare(text: str) -> str:
    return "".join(text.split())


def shown(track: Track) -> str:
    return bare("".join("".join(cue.lines) for cue in track.cues))


def codes(output: Output) -> set[str]:
    return {finding.code for finding in output.findings}


@pytest.mark.parametrize("tag", ["en", *TAGS])
def test_every_word_is_shown_once_and_in_order(courage: Result, tag: str) -> None:
    output = outputs(courage)[tag]
    assert shown(output.track) == bare("".join(d.finished.text for d in output.translations))
    assert [d.sentence for d in output.translations] == list(range(len(courage.sentences)))


@pytest.mark.parametrize("tag", ["en", *TAGS])
def test_every_cue_is_within_the_limits(courage: Result, tag: str) -> None:
    output = outputs(courage)[tag]
    limits = output.locale.limits
    for cue in output.track.cues:
        assert len(cue.lines) <= limits.max_lines
        assert all(output.locale.width(line) <= limits.line_width for line in cue.lines)
        assert limits.min_duration_ms <= cue.duration_ms <= limits.max_duration_ms
    for first, second in pairwise(output.track.cues):
        assert second.start_ms - first.end_ms >= limits.min_gap_ms


def test_the_source_track_has_no_finding(courage: Result) -> None:
    assert courage.source.findings == ()


@pytest.mark.parametrize("tag", TAGS)
def test_stacked_cues_have_both_languages_within_their_lines(courage: Result, tag: str) -> None:
    output = outputs(courage)[tag]
    assert output.stacked is not None
    above, below = [], []
    for cue in output.stacked.cues:
        assert len(cue.lines) == 2
        assert EN.width(cue.lines[0]) <= EN.limits.line_width
        assert output.locale.width(cue.lines[1]) <= output.locale.limits.line_width
        above.append(cue.lines[0])
        below.append(cue.lines[1])
    for first, second in pairwise(output.stacked.cues):
        assert second.start_ms - first.end_ms >= output.locale.limits.min_gap_ms
    assert bare("".join(once(above))) == shown(courage.source.track)
    assert bare("".join(once(below))) == shown(output.track)


def once(lines: list[str]) -> list[str]:
    """Lines without those that stay while the other language goes on."""
    return [line for number, line in enumerate(lines) if not number or line != lines[number - 1]]


def test_names_and_amounts_stand_in_every_language(courage: Result) -> None:
    for tag in ("en", "es", "de", "ar"):
        text = " ".join(" ".join(cue.lines) for cue in outputs(courage)[tag].track.cues)
        source = " ".join(sentence.text for sentence in courage.sentences)
        for name in ("Lei Jun", "SU7", "4S", "Li Bin", "He Xiaopeng", "Porsche", "Ferrari"):
            assert text.count(name) == source.count(name), (tag, name)
    found = [f for o in courage.outputs for f in o.findings]
    wrong = ("term-missing", "amount", "number")
    assert not [f for f in found if f.code.startswith(wrong)]


def test_what_was_not_translated_is_reported(courage: Result) -> None:
    for output in courage.targets:
        named = {f.sentence for f in output.findings if f.code in ("untranslated", "needs-review")}
        long = {s.index for s in courage.sentences if len(s.text.split()) > 6}
        assert len(long - named) <= len(long) // 20
    assert courage.exit_code == 3
    assert {f.code for f in courage.findings} == {"times-estimated", "heading-glued"}


def test_the_result_names_what_it_was_made_with(courage: Result) -> None:
    assert set(courage.signature) >= {"speechsubs", "python", "glossary"}
    assert courage.aligner == "estimate"
    assert courage.targets[0].engine == "echo"
    assert sum(courage.targets[0].method_counts.values()) == len(courage.sentences)


def run(
    *texts: str | Paragraph,
    target: Locale | None = None,
    engine: EchoEngine | None = None,
    terms: Glossary | None = None,
    options: Options | None = None,
) -> Result:
    paragraphs = tuple(t if isinstance(t, Paragraph) else Paragraph(t) for t in texts)
    targets = [(target, engine or EchoEngine("en", target.tag))] if target else []
    return pipeline.subtitle(
        [Transcript(paragraphs)],
        pipeline.make_settings(EN, terms, options),
        targets=targets,
    )[0]


@pytest.mark.parametrize("texts", [(), ("",), (" \n",)])
def test_a_transcript_without_text_is_refused(texts: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="no text"):
        run(*texts)


def test_headings_may_be_left_out() -> None:
    paragraphs = (Paragraph("A title", Kind.HEADING), Paragraph("And text."))
    assert shown(run(*paragraphs).source.track) == "AtitleAndtext."
    assert shown(run(*paragraphs, options=Options(headings=False)).source.track) == "Andtext."
    with pytest.raises(InputError):
        run(paragraphs[0], options=Options(headings=False))


def test_a_known_duration_and_frame_rate_are_kept() -> None:
    options = Options(duration_ms=60_000, fps=Fraction(25))
    cues = run("One sentence is here. " * 9, options=options).source.track.cues
    assert 60_000 <= cues[-1].end_ms <= 60_000 + EN.limits.tail_ms + 40
    assert all(cue.start_ms % 40 == cue.end_ms % 40 == 0 for cue in cues)


def test_an_engine_that_says_nothing_is_reported_for_every_sentence() -> None:
    result = run(
        "Lei came home.",
        "And he left.",
        target=load("es"),
        engine=EchoEngine(change=say_nothing),
        options=Options(bilingual=True),
    )
    output = result.targets[0]
    assert {f.sentence for f in output.findings if f.severity is not Severity.INFO} == {0, 1}
    assert output.stacked is not None
    assert len(output.stacked.cues) >= 1


def test_an_engine_that_loses_masks_keeps_its_names() -> None:
    terms = Glossary((Term("lei", "Lei Jun"), Term("su7", "SU7")))
    change = EchoEngine(change=lambda text: drop_masks(text).replace("drove the", "condujo el"))
    output = run("Lei Jun drove the SU7.", target=load("es"), engine=change, terms=terms).targets[0]
    assert output.translations[0].finished.text == "Lei Jun condujo el SU7."
    assert codes(output) <= {"split-translation"}
    assert run("x").exit_code == 0


def test_a_fixed_term_without_a_wording_is_reported_once() -> None:
    terms = Glossary((Term("b", "board", policy=Policy.FIXED, targets={"de": Target("Rat")}),))
    output = run("The board met. The board left.", target=load("es"), terms=terms).targets[0]
    assert [f.code for f in output.findings].count("term-without-target") == 1
    output = run("The board met.", target=load("de"), terms=terms).targets[0]
    assert "term-without-target" not in codes(output)


def test_an_engine_error_stops_the_run() -> None:
    def broken(_: str) -> str:
        raise EngineError("no model")

    with pytest.raises(EngineError):
        run("He left.", target=load("es"), engine=EchoEngine(change=broken))


def test_all_transcripts_go_to_the_engine_at_once() -> None:
    calls = []

    class Counting(EchoEngine):
        def translate(self, texts, hypotheses=1):  # type: ignore[no-untyped-def]
            calls.append(list(texts))
            return [[f"dicho: {text}"] for text in texts]

    transcripts = [
        Transcript((Paragraph(text),), source=text) for text in ("Go on.", "Stop.", "Go on.")
    ]
    results = pipeline.subtitle(
        transcripts, pipeline.make_settings(EN), targets=[(load("es"), Counting())]
    )
    assert calls == [["Go on.", "Stop."]]
    assert [r.name for r in results] == ["Go on.", "Stop.", "Go on."]
    written = [r.targets[0].translations[0].finished.text for r in results]
    assert written == ["Dicho: Go on.", "Dicho: Stop.", "Dicho: Go on."]


def test_two_people_at_once_make_a_valid_track() -> None:
    def said(text: str, start: int, speaker: str) -> Paragraph:
        words, offset = [], 0
        for n, word in enumerate(text.split()):
            words.append(Word(word, offset, start + n * 300, start + n * 300 + 280))
            offset += len(word) + 1
        return Paragraph(text, words=tuple(words), speaker=speaker)

    result = run(
        said("And so we went on and on through the night and into the day", 0, "A"),
        said("Yes indeed.", 1_000, "B"),
        said("No, never.", 500, "C"),
        target=load("es"),
    )
    assert result.aligner == "transcript"
    for output in result.outputs:
        for first, second in pairwise(output.track.cues):
            assert second.start_ms - first.end_ms >= 84
        words = " ".join(" ".join(cue.lines) for cue in output.track.cues).split()
        assert len(words) == 18


def cue(start: int, end: int, *lines: str) -> Cue:
    return Cue(start, end, lines)


def examined(target: str, **more: object) -> list[Finding]:
    source = Track((cue(0, 3_000, "Lei Jun paid $10."),), "en", "a.srt")
    track = Track((cue(0, 3_000, target),), "es", "b.srt")
    terms = Glossary((Term("lei", "Lei Jun"),))
    return pipeline.check_track(
        track,
        load("es"),
        source=source,
        source_locale=EN,
        glossary=terms,
        **more,  # type: ignore[arg-type]
    )


def test_a_track_that_somebody_made_is_compared_with_its_source() -> None:
    assert examined("Lei Jun pagó 10 dólares.") == []
    found = examined("Él Jun pagó 11 dólares.")
    assert {f.code for f in found} == {"term-missing", "amount-missing", "amount-extra"}
    assert {(f.cue, f.file) for f in found} == {(1, "b.srt")}


def test_findings_of_a_track_are_in_the_order_of_its_cues() -> None:
    cues = tuple(cue(n * 1_000, n * 1_000 + 100, "x" * 50) for n in range(5))
    found = pipeline.check_track(Track(cues), EN)
    assert [f.cue for f in found] == sorted(f.cue or 0 for f in found)
    assert pipeline.check_track(Track(()), EN) == []


def test_findings_of_the_reader_are_kept() -> None:
    finding = Finding("odd", Severity.INFO, "m")
    assert pipeline.check_track(replace(Track(()), findings=(finding,)), EN) == [finding]
