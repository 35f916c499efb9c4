"""Translations into finished sentences: names, amounts, numbers, and the marks of each language."""

import pytest

from speechsubs.glossary import Glossary, Matcher, Policy, Target, Term
from speechsubs.language.locales import load
from speechsubs.model import PlaceableKind, Sentence
from speechsubs.quantities import currencies
from speechsubs.spans import Span, SpannedText
from speechsubs.translation import placeholders, restore
from speechsubs.translation.placeholders import Masked, Protected, locate
from speechsubs.translation.restore import Style

EN = load("en")
GLOSSARY = Glossary(
    (
        Term("lei", "Lei Jun", targets={"zh-CN": Target("雷军")}),
        Term("su7", "SU7"),
        Term("4s", "4S"),
        Term("iphone", "iPhone"),
        Term("board", "board", policy=Policy.FIXED, targets={"es": Target("junta")}),
    )
)


def protected(text: str) -> Protected:
    return placeholders.protect(
        [Sentence(0, 0, text)], Matcher(GLOSSARY), "en", currencies.infer_context([text], "en")
    )[0]


def finished(
    text: str, raw: str, tag: str, masks: tuple[str, ...] = ("ZQ1", "ZQ2", "ZQ3")
) -> SpannedText:
    """A raw output with ZQ1, ZQ2 ... for the terms and amounts of `text`."""
    item = protected(text)
    hard = [n for n, p in enumerate(item.placeables) if p.kind is not PlaceableKind.NUMBER]
    hidden = Masked("", masks[: len(hard)], tuple(hard))
    output, problems = locate(raw, hidden)
    assert not problems
    return restore.render_target(item, output, Style(EN, load(tag)))


def done(text: str, raw: str, tag: str) -> str:
    return finished(text, raw, tag).text


@pytest.mark.parametrize(
    ("source", "raw", "wanted"),
    [
        ("Why?", "Por qué?", "¿Por qué?"),
        ("Why?", "¿Por qué?", "¿Por qué?"),
        ("Go!", "Ve!", "¡Ve!"),
        ('He asked: "Why?"', 'Preguntó: "Por qué?"', 'Preguntó: "¿Por qué?"'),
        ("He asked: “Why?”", "Preguntó: “Por qué?”", "Preguntó: “¿Por qué?”"),
        ('Then, "Why not?"', 'Entonces, "Por qué no?"', 'Entonces, "¿Por qué no?"'),
        ('"Why?" he asked.', '"Por qué?" preguntó.', '"¿Por qué?" preguntó.'),
        ("Well: why?", "Bueno: por qué?", "Bueno: ¿por qué?"),
        ("Is it Lei Jun?", "Es ZQ1?", "¿Es Lei Jun?"),
        ("Lei Jun?", "ZQ1?", "¿Lei Jun?"),
        # Nothing is added where the source asks nothing.
        ("He came.", "Vino?", "Vino?"),
    ],
)
def test_spanish_opening_marks(source: str, raw: str, wanted: str) -> None:
    assert done(source, raw, "es") == wanted


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("Pourquoi?", "Pourquoi\u202f?"),
        ("Pourquoi ?", "Pourquoi\u202f?"),
        ("Va !", "Va\u202f!"),
        ("Oui: non; si.", "Oui\u00a0: non\u202f; si."),
        ("Il a dit : « Non ! »", "Il a dit\u00a0: «\u00a0Non\u202f!\u00a0»"),
        ("Quoi?!", "Quoi\u202f?!"),
        ("À 10:30, https://a.b/c?d.", "À 10:30, https://a.b/c?d."),
        ("Bon , et .", "Bon, et."),
    ],
)
def test_french_spaces(raw: str, wanted: str) -> None:
    assert done("Why?", raw, "fr") == wanted


@pytest.mark.parametrize(
    ("raw", "tag", "wanted"),
    [
        ("Hola , mundo !", "es", "Hola, mundo!"),
        ("  Hola   mundo.  ", "es", "Hola mundo."),
        ("ZQ1 来到 北京 。", "zh-CN", "雷军来到北京。"),
        ("他 开 SU7 车。", "zh-CN", "他开SU7车。"),
        ("他说 “ 好 ” 。", "zh-CN", "他说“好”。"),
        ("He said yes.", "zh-CN", "He said yes."),
        ("車 は 速い 。", "ja", "車は速い。"),
        ("차는 빠르다 .", "ko", "차는 빠르다."),
        ("Wait ...", "de", "Wait ..."),
    ],
)
def test_blanks(raw: str, tag: str, wanted: str) -> None:
    source = "Lei Jun came." if "ZQ1" in raw else "He came."
    assert done(source, raw, tag) == wanted


def test_slots_at_both_ends_are_as_the_glossary_says() -> None:
    found = finished("Lei Jun drove the SU7", "zq1 condujo el ZQ2", "es")
    assert found.text == "Lei Jun condujo el SU7"
    assert found.spans == (Span(0, 0, 7), Span(1, 19, 22))
    assert done("Lei Jun drove the SU7", "ZQ1驾驶ZQ2", "zh-CN") == "雷军驾驶SU7"


def test_places_hold_their_slots_after_all_repairs() -> None:
    found = finished("Did Lei Jun see the SU7 at 4S?", "  vio  zq1   el ZQ2 en el ZQ3 ?", "es")
    assert found.text == "¿Vio Lei Jun el SU7 en el 4S?"
    assert [found.text[p.start : p.end] for p in found.spans] == ["Lei Jun", "SU7", "4S"]


@pytest.mark.parametrize(
    ("source", "raw", "tag", "wanted"),
    [
        ("He came.", "vino.", "es", "Vino."),
        ("He came.", "«vino.»", "es", "«Vino.»"),
        ("he came.", "vino.", "es", "vino."),
        ("He came.", "ßa.", "de", "ßa."),
        ("He came.", "ﬁn.", "es", "ﬁn."),
        ("He came.", "123 coches.", "es", "123 coches."),
        # A name is written as it is, even at the start.
        ("iPhone sales rose.", "ZQ1 subió.", "es", "iPhone subió."),
        ("He came.", "он пришёл.", "ru", "Он пришёл."),
    ],
)
def test_capitals(source: str, raw: str, tag: str, wanted: str) -> None:
    assert done(source, raw, tag) == wanted


@pytest.mark.parametrize(
    ("source", "raw", "tag", "wanted"),
    [
        (
            "It was 5.4 million kilometers.",
            "Eran 5.4 millones de kilómetros.",
            "es",
            "5,4\u00a0millones\u00a0de\u00a0kilómetros",
        ),
        ("It was 380,000 in all.", "Eran 380,000 en total.", "es", "380.000"),
        ("It was 380,000 in all.", "Eran 380.000 en total.", "es", "380.000"),
        ("It was 380,000 in all.", "Es waren 380,000 insgesamt.", "de", "380.000"),
        ("It was 3.5 in all.", "C'était 3.5 en tout.", "fr", "3,5"),
    ],
)
def test_numbers_are_in_the_notation_of_the_language(
    source: str, raw: str, tag: str, wanted: str
) -> None:
    assert wanted in done(source, raw, tag)


def test_source_amounts_have_one_style_and_the_rest_stays_as_spoken() -> None:
    texts = ["It costs 29700$ , really .", "It costs US$29,700 , really ."]
    context = currencies.infer_context(texts, "en")
    found = {
        restore.render_source(item, EN).text
        for item in placeholders.protect(
            [Sentence(0, 0, t) for t in texts], Matcher(GLOSSARY), "en", context
        )
    }
    assert len(found) == 1
    assert found.pop().endswith(" , really .")


@pytest.mark.parametrize("tag", ["es", "fr", "de", "zh-CN", "ja", "ar", "ru"])
@pytest.mark.parametrize(
    ("source", "raw"),
    [
        ('Lei Jun asked: "Is it 5.4 million?"', 'ZQ1 : " es 5.4 million ? " 是 的 。'),
        ("He paid $29,700 for the SU7!", "  pagó  ZQ1 , por ZQ2 !"),
        ("...", "..."),
        ("SU7", "ZQ1"),
    ],
)
def test_repairing_twice_changes_nothing_more(tag: str, source: str, raw: str) -> None:
    once = finished(source, raw, tag)
    item = protected(source)
    hard = [n for n, p in enumerate(item.placeables) if p.kind is not PlaceableKind.NUMBER]
    assert restore.render_target(item, once.only(hard), Style(EN, load(tag))) == once


def test_an_empty_output_stays_empty() -> None:
    assert done("He came.", "", "es") == ""
    assert done("He came.", "   ", "es") == ""


@pytest.mark.parametrize(
    ("raw", "tag", "wanted"),
    [
        ('"Hazlo ahora," dijo él.', "es", '"Hazlo ahora", dijo él.'),
        ("«Fais-le,» dit-il.", "fr", "«\u00a0Fais-le\u00a0», dit-il."),
        ("„Tu es jetzt,“ sagte er.", "de", "„Tu es jetzt“, sagte er."),
        ("“Fallo ora,” disse.", "it", "“Fallo ora”, disse."),
        ('"Do it now," he said.', "zh-CN", '"Do it now," he said.'),
        ('El precio, "alto", subió.', "es", 'El precio, "alto", subió.'),
    ],
)
def test_the_comma_after_a_quote(raw: str, tag: str, wanted: str) -> None:
    assert done('"Do it now," he said.', raw, tag) == wanted


@pytest.mark.parametrize(
    ("raw", "tag", "wanted"),
    [
        ("“No es esto” y ‘pero obró.'", "es", "“No es esto” y ‘pero obró.’"),
        ('“Vamos" otra vez.', "es", "“Vamos” otra vez."),
        ("‘Tis l'home d'ahir.", "ca", "‘Tis l'home d'ahir."),
        ('„Los“ und "so".', "de", '„Los“ und "so".'),
    ],
)
def test_quotes_close_as_they_open(raw: str, tag: str, wanted: str) -> None:
    assert done("He said so.", raw, tag) == wanted
