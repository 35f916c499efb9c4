"""Translations in the cues of their source: number and times kept, text parted at phrases."""

import pytest

from speechsubs import formats
from speechsubs.cues import keep
from speechsubs.engines.echo import EchoEngine
from speechsubs.glossary import Glossary, Term
from speechsubs.language.locales import load
from speechsubs.model import Cue, PlaceableKind, Sentence, Track, Word
from speechsubs.pipeline import Result, make_settings, subtitle
from speechsubs.spans import Span, SpannedText
from speechsubs.translation.keys import read_placeable

EN, ES, ZH = load("en"), load("es"), load("zh-CN")


def cues(*texts: str, step: int = 3_000) -> Track:
    found = [
        Cue(n * step, n * step + step - 500, tuple(text.split("|"))) for n, text in enumerate(texts)
    ]
    return Track(tuple(found), "en", "talk.srt")


def kept(source: Track, answers: dict[str, str] | None = None, to: str = "es") -> Result:
    """The source's cues with translations; an engine that knows these sentences only."""
    engine = EchoEngine("en", to, change=lambda text: (answers or {}).get(text, text))
    (result,) = subtitle(
        [formats.from_track(source)],
        make_settings(EN, Glossary((Term("lei", "Lei Jun"),))),
        targets=[(load(to), engine)],
        kept=[source],
    )
    return result


def lines(result: Result) -> list[str]:
    return [" ".join(cue.lines) for cue in result.targets[0].track.cues]


def test_sentences_of_one_cue_each() -> None:
    source = cues("He came.", "She left.")
    result = kept(source, {"He came.": "Él vino.", "She left.": "Ella se fue."})
    assert lines(result) == ["Él vino.", "Ella se fue."]
    assert result.targets[0].track.language == "es"
    assert result.source.track is source


def test_a_sentence_through_two_cues_is_translated_whole_and_parted_again() -> None:
    source = cues("Yesterday he came to the city,", "and nobody was there to meet him.")
    whole = "Yesterday he came to the city, and nobody was there to meet him."
    answer = "Ayer llegó a la ciudad, y no había nadie para recibirlo."
    result = kept(source, {whole: answer})
    assert lines(result) == ["Ayer llegó a la ciudad,", "y no había nadie para recibirlo."]
    assert [cue.sentences for cue in result.targets[0].track.cues] == [(0,), (0,)]


def test_two_sentences_in_one_cue() -> None:
    result = kept(cues("He came. She left."), {"He came.": "Vino.", "She left.": "Se fue."})
    assert lines(result) == ["Vino. Se fue."]
    assert result.targets[0].track.cues[0].sentences == (0, 1)


def test_a_sentence_that_ends_where_another_begins() -> None:
    source = cues("He came to the old city", "by night. She had left", "in the morning.")
    result = kept(
        source,
        {
            "He came to the old city by night.": "Llegó a la vieja ciudad de noche.",
            "She had left in the morning.": "Ella se había ido por la mañana.",
        },
    )
    assert " ".join(lines(result)) == (
        "Llegó a la vieja ciudad de noche. Ella se había ido por la mañana."
    )
    assert lines(result)[0].startswith("Llegó")
    assert lines(result)[2].endswith("mañana.")
    assert result.targets[0].track.cues[1].sentences == (0, 1)


def test_names_and_settings_of_cues_stay_their_own_markup_goes() -> None:
    first = Cue(0, 2_000, ("He came.",), markup=("<i>He came.</i>",), name="a1", settings="line:0")
    result = kept(Track((first,), "en", "talk.vtt"), {"He came.": "Vino."})
    (cue,) = result.targets[0].track.cues
    assert (cue.lines, cue.markup, cue.name, cue.settings) == (("Vino.",), (), "a1", "line:0")


def test_fewer_words_than_cues_leave_no_cue_empty() -> None:
    source = cues("That is", "something that I really", "do not know.")
    result = kept(source, {"That is something that I really do not know.": "Ni idea."})
    assert [cue.start_ms for cue in result.targets[0].track.cues] == [0, 3_000, 6_000]
    assert all(cue.lines for cue in result.targets[0].track.cues)
    assert "…" in lines(result)
    assert " ".join(line for line in lines(result) if line != "…") == "Ni idea."


def test_a_text_too_long_for_its_cue_is_a_finding_not_a_loss() -> None:
    long = "Esto es una traducción que ha salido muchísimo más larga de lo que cabe en dos líneas."
    result = kept(cues("So it is now."), {"So it is now.": long})
    assert lines(result) == [long]
    assert {"lines", "line-width", "reading-speed"} & {f.code for f in result.targets[0].findings}


def test_a_name_is_never_parted() -> None:
    source = cues("Long ago in the spring the founder", "Lei Jun went to see it.")
    whole = "Long ago in the spring the founder Lei Jun went to see it."
    engine_says = whole.replace("Lei Jun", "ZQ1")
    result = kept(source, {engine_says: "Hace tiempo en primavera ZQ1, el fundador, fue a verlo."})
    assert any("Lei Jun" in line for line in lines(result))


def test_chinese_is_parted_without_blanks() -> None:
    source = cues("He came to the city yesterday,", "and nobody was there.")
    whole = "He came to the city yesterday, and nobody was there."
    result = kept(source, {whole: "他昨天来到这座城市，那里没有人。"}, "zh-CN")
    assert lines(result) == ["他昨天来到这座城市，", "那里没有人。"]


def test_the_source_of_kept_cues_is_not_judged() -> None:
    wide = cues("This line is far wider than any line of a subtitle may ever be in English.")
    result = kept(wide)
    assert result.source.findings == ()
    assert result.source.track is wide


# ---- The stage alone ----------------------------------------------------------------


def sentence(text: str, *starts: int) -> Sentence:
    offset, words = 0, []
    for word, start in zip(text.split(), starts, strict=True):
        offset = text.index(word, offset)
        words.append(Word(word, offset, start, start + 100))
        offset += len(word)
    return Sentence(0, 0, text, words=tuple(words))


@pytest.mark.parametrize("tag", ["es", "zh-CN"])
def test_a_cue_without_a_sentence_keeps_its_text(tag: str) -> None:
    source = cues("♪", "Go on.", "♪ ♪")
    track = keep.fill_track(
        source, [sentence("Go on.", 3_000, 3_500)], [SpannedText("Siga.")], [()], load(tag)
    )
    assert [cue.lines for cue in track.cues] == [("♪",), ("Siga.",), ("♪ ♪",)]
    assert [cue.sentences for cue in track.cues] == [(), (0,), ()]


def test_an_anchor_says_where_the_text_is_parted() -> None:
    text = "Then came Anna and the others"
    source = cues("Then came Anna", "and the others")
    item = sentence(text, 0, 500, 1_000, 3_000, 3_500, 4_000)
    slot = read_placeable(PlaceableKind.TERM, 10, 14, "Anna", "anna")
    done = SpannedText("Luego vino Anna y los demás", (Span(0, 11, 15),))
    track = keep.fill_track(source, [item], [done], [(slot,)], ES)
    assert [cue.lines for cue in track.cues] == [("Luego vino Anna",), ("y los demás",)]


def test_words_before_the_first_cue_go_into_it() -> None:
    track = keep.fill_track(
        Track((Cue(5_000, 6_000, ("Go.",)),), "en"), [sentence("Go.", 4_000)],
        [SpannedText("Vaya.")], [()], ES,
    )  # fmt: skip
    assert track.cues[0].lines == ("Vaya.",)


def test_no_translation_leaves_a_mark() -> None:
    track = keep.fill_track(cues("Go."), [sentence("Go.", 0)], [SpannedText("")], [()], ES)
    assert track.cues[0].lines == ("…",)


def test_two_speakers_of_one_cue_keep_their_dashes_and_a_line_each() -> None:
    source = cues("- Did you see it?|- No. I was there.", "-5 degrees were|-6 then.")
    answers = {"Did you see it?": "¿Lo viste?", "I was there.": "Estaba allí."}
    found = [cue.lines for cue in kept(source, answers).targets[0].track.cues]
    assert found[0] == ("- ¿Lo viste?", "- No. Estaba allí.")
    assert not any(line.startswith("- ") for line in found[1])


def test_the_text_of_a_long_turn_is_wrapped_and_no_dash_stands_alone() -> None:
    source = cues("- Who?|- Me.")
    long = "Soy yo, el que ha venido desde muy lejos para verte hoy mismo."
    (cue,) = kept(source, {"Me.": long}).targets[0].track.cues
    assert cue.lines[0] == "- ¿Who?"
    assert cue.lines[1].startswith("- Soy yo")
    assert " ".join(cue.lines) == f"- ¿Who? - {long}"
