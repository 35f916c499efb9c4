import pytest

from speechsubs.language.locales import known, load
from speechsubs.language.typography import Grammar, around_slots, inflect_article
from speechsubs.spans import Span, SpannedText


def mended(text: str, name: str, tag: str, grammar: Grammar | None = None) -> str:
    """The text with every place of a name known, after the edits around it."""
    places, at = [], text.find(name)
    while at >= 0:
        places.append(Span(len(places), at, at + len(name)))
        at = text.find(name, at + 1)
    done = SpannedText(text, tuple(places))
    known_of = {place.slot: grammar for place in places} if grammar else {}
    return done.edit(around_slots(done, load(tag), known_of)).text


@pytest.mark.parametrize(
    ("tag", "name", "before", "after"),
    [
        ("es", "SU7", "el precio de el SU7", "el precio del SU7"),
        ("es", "SU7", "A el SU7 le falta poco", "Al SU7 le falta poco"),
        ("es", "País", "de El País", "de El País"),
        ("es", "SU7", "de él SU7", "de él SU7"),
        ("fr", "Audi", "le Audi de Audi", "l'Audi d'Audi"),
        ("fr", "Xiaomi", "l'Xiaomi d'Xiaomi", "le Xiaomi de Xiaomi"),
        ("fr", "Xiaomi", "le prix de le Xiaomi", "le prix du Xiaomi"),
        ("fr", "Audi", "Que Audi fasse", "Qu'Audi fasse"),
        ("fr", "Huawei", "de Huawei", "de Huawei"),
        ("ca", "SU7", "de el SU7 a els SU7", "del SU7 als SU7"),
        ("ca", "Audi", "el Audi i la casa de Audi", "l'Audi i la casa d'Audi"),
        ("it", "Audi", "il prezzo del Audi", "il prezzo dell'Audi"),
        ("it", "SU7", "il prezzo di il SU7", "il prezzo del SU7"),
        ("pt-BR", "SU7", "o preço de o SU7 em a SU7", "o preço do SU7 na SU7"),
        ("de", "Lei Jun", "Lei Jun's Auto", "Lei Juns Auto"),
        ("de", "Mercedes", "Mercedes's Auto", "Mercedes’ Auto"),
        ("zh-CN", "雷军", "雷军's 汽车", "雷军的汽车"),
        ("ja", "雷軍", "雷軍's 車", "雷軍の車"),
        ("ko", "레이쥔", "레이쥔's 차", "레이쥔의 차"),
        ("en", "Lei Jun", "Lei Jun's car", "Lei Jun's car"),
        ("es", "Lei Jun", "Lei Jun's coche", "Lei Jun's coche"),
    ],
)
def test_words_around_a_slot(tag: str, name: str, before: str, after: str) -> None:
    assert mended(before, name, tag) == after


def test_two_slots_in_a_row_do_not_share_their_words() -> None:
    done = SpannedText("de el SU7 de el SU7", (Span(0, 6, 9), Span(1, 16, 19)))
    assert done.edit(around_slots(done, load("es"))).text == "del SU7 del SU7"


@pytest.mark.parametrize("tag", known())
def test_every_locale_has_rules_and_they_are_stable(tag: str) -> None:
    own = load(tag).typography
    for short in own.contractions.values():
        assert short not in own.contractions


@pytest.mark.parametrize(
    ("tag", "name", "gender", "before", "after"),
    [
        # The article that the engine gave to a mask becomes the name's own.
        ("es", "Academia", "f", "el Academia", "la Academia"),
        ("es", "Academia", "f", "El Academia y un Academia", "La Academia y una Academia"),
        ("es", "junta", "f", "del junta al junta de el junta",
         "de la junta a la junta de la junta"),
        ("es", "consejo", "m", "de la consejo a la consejo, una consejo",
         "del consejo al consejo, un consejo"),
        ("es", "consejo", "m", "Dijo: «La consejo vino».", "Dijo: «El consejo vino»."),
        ("es", "junta", "f", "los junta", "las junta"),
        # A name with a capital article of its own, another word, the right article: as they are.
        ("es", "junta", "f", "diario El junta", "diario El junta"),
        ("es", "junta", "f", "con junta y la junta", "con junta y la junta"),
        # "el agua": a stressed a keeps the masculine article, an unstressed one does not.
        ("es", "Águila", "f", "el Águila", "el Águila"),
        ("es", "Alianza", "f", "un Alianza", "una Alianza"),
        ("es", "alma", "f", "la alma de el alma", "el alma del alma"),
        ("ca", "junta", "f", "del junta, pel junta, el junta",
         "de la junta, per la junta, la junta"),
        ("ca", "Acadèmia", "f", "del Acadèmia al Acadèmia", "de l'Acadèmia a l'Acadèmia"),
        ("ca", "consell", "m", "l'consell i de la consell", "el consell i del consell"),
        ("fr", "direction", "f", "le direction, du direction, au direction, un direction",
         "la direction, de la direction, à la direction, une direction"),
        ("fr", "conseil", "m", "la conseil, de la conseil, à la conseil",
         "le conseil, du conseil, au conseil"),
        # De-elision picks le or la.
        ("fr", "direction", "f", "l'direction", "la direction"),
        ("fr", "direction", "f", "L’direction de l’direction", "La direction de la direction"),
        ("fr", "conseil", "m", "l'conseil de l'conseil", "le conseil du conseil"),
        ("fr", "Académie", "f", "le Académie du Académie", "l'Académie de l'Académie"),
        ("it", "Xiaomi", "f", "il Xiaomi, dal Xiaomi, nello Xiaomi, un Xiaomi",
         "la Xiaomi, dalla Xiaomi, nella Xiaomi, una Xiaomi"),
        ("it", "consiglio", "m", "della consiglio", "del consiglio"),
        ("it", "studio", "m", "la studio della studio, una studio",
         "lo studio dello studio, uno studio"),
        ("it", "Audi", "f", "del Audi", "dell'Audi"),
        ("it", "SU7", "m", "l'SU7", "il SU7"),
        ("pt-BR", "diretoria", "f", "o diretoria, do diretoria, em o diretoria",
         "a diretoria, da diretoria, na diretoria"),
        ("pt-BR", "conselho", "m", "da conselho, pela conselho, à conselho",
         "do conselho, pelo conselho, ao conselho"),
        # "a" is a preposition too: nobody can tell, so it stays.
        ("pt-BR", "conselho", "m", "a conselho", "a conselho"),
        # German and English articles are nobody's business here.
        ("de", "Vorstand", "m", "die Vorstand", "die Vorstand"),
    ],
)  # fmt: skip
def test_articles_take_the_gender_of_their_name(
    tag: str, name: str, gender: str, before: str, after: str
) -> None:
    assert mended(before, name, tag, Grammar(gender)) == after
    assert mended(after, name, tag, Grammar(gender)) == after


@pytest.mark.parametrize(
    ("tag", "name", "grammar", "before", "after"),
    [
        ("es", "Andes", Grammar("m", "plural"), "el Andes de la Andes", "los Andes de los Andes"),
        ("es", "Bahamas", Grammar("", "plural"), "la Bahamas, al Bahamas",
         "las Bahamas, a los Bahamas"),
        ("es", "junta", Grammar("f", "singular"), "los junta", "la junta"),
        ("fr", "Alpes", Grammar("f", "plural"), "le Alpes, du Alpes", "les Alpes, des Alpes"),
        # "des" is the plural of un, une and du: it says too little to be made singular.
        ("fr", "conseil", Grammar("m", "singular"), "des conseil", "des conseil"),
        ("it", "amici", Grammar("m", "plural"), "le amici, gli amici", "gli amici, gli amici"),
        ("it", "Alpi", Grammar("f", "plural"), "gli Alpi dei Alpi", "le Alpi delle Alpi"),
    ],
)  # fmt: skip
def test_articles_take_the_number_of_their_name(
    tag: str, name: str, grammar: Grammar, before: str, after: str
) -> None:
    assert mended(before, name, tag, grammar) == after


@pytest.mark.parametrize("tag", known())
def test_articles_without_a_glossary_stay(tag: str) -> None:
    for row in load(tag).typography.articles:
        for form in row.values():
            assert mended(f"vi {form} SU7", "SU7", tag) == f"vi {form} SU7"


@pytest.mark.parametrize("tag", known())
def test_every_form_of_an_article_leads_to_one_gender(tag: str) -> None:
    own = load(tag).typography
    for row in own.articles:
        for cell in ("m", "f"):
            for form in (row["m"], row["f"]):
                if form not in own.also_other_words:
                    found = inflect_article(own, form, "Taycan", Grammar(cell, "singular"))
                    assert found == row[cell]
