"""What a change of a glossary does to a project: every kind, every method, every conflict."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from speechsubs import pipeline, project
from speechsubs.engines.echo import EchoEngine
from speechsubs.errors import EngineError
from speechsubs.formats import read_bytes
from speechsubs.glossary import Glossary, Policy, Target, Term
from speechsubs.language import locales
from speechsubs.model import Cue, Transcript
from speechsubs.options import Options
from speechsubs.project import Project, State
from speechsubs.review import impact
from speechsubs.review.impact import find_conflicts
from speechsubs.review.model import Item
from speechsubs.review.recut import recut
from speechsubs.spans import Span, SpannedText

TALK = (
    "They opened the Factory in May.\n\nLei Jun bought a car for the family and for all of "
    "the friends who had waited in the cold street since the early morning.\n\n"
    "He works at Xiaomi.\n\nNobody came."
)
PHRASES = (
    ("They opened the", "Abrieron el"),
    ("in May", "en mayo"),
    ("bought a car for the family and for all of the friends who had waited in the cold "
     "street since the early morning",
     "compró un coche para la familia y para todos los amigos que habían esperado en la calle "
     "fría desde primera hora"),
    ("He works at", "Trabaja en"),
    ("Nobody came", "No vino nadie"),
)  # fmt: skip
FACTORY = Term("factory", "Factory", policy=Policy.FIXED, targets={"es": Target("Taller")})
LEI = Term("lei", "Lei Jun", targets={"es": Target("Lei Jun")})
XIAOMI = Term("xiaomi", "Xiaomi")
OLD = Glossary((FACTORY, LEI, XIAOMI))


def spanish(text: str) -> str:
    for english, own in PHRASES:
        text = text.replace(english, own)
    return text


def engine(source: str = "en", target: str = "es") -> EchoEngine:
    return EchoEngine(source, target, change=spanish)


@pytest.fixture
def own() -> Project:
    transcript = read_bytes(TALK.encode(), "talk.txt", "text")
    assert isinstance(transcript, Transcript)
    results = pipeline.subtitle(
        [transcript],
        pipeline.make_settings(locales.load("en"), OLD),
        targets=[(locales.load("es"), engine())],
    )
    return project.record(
        Project(Path("proj")), results, written={}, glossary="", options={"default_dollar": "USD"}
    )


def changed(*terms: Term, gone: Sequence[str] = ()) -> Glossary:
    new = {term.id: term for term in (*OLD.terms, *terms)}
    return Glossary(tuple(t for t in new.values() if t.id not in gone))


Items = Callable[..., list[Item]]


@pytest.fixture
def items(own: Project) -> Items:
    def made(new: Glossary, **given: object) -> list[Item]:
        return list(impact.review_change(own, OLD, new, **given).items)  # type: ignore[arg-type]  # any option

    return made


def test_nothing_changed(items: Items) -> None:
    assert items(OLD) == []
    assert items(changed(replace(LEI, note="new", domain="people"))) == []


def test_a_wording_is_replaced_in_place_and_its_article_agrees(items: Items) -> None:
    new = replace(FACTORY, targets={"es": Target("Planta", gender="f")})
    (item,) = items(changed(new))
    assert (item.text, item.new_text) == ("Abrieron el Taller en mayo.",
                                          "Abrieron la Planta en mayo.")  # fmt: skip
    assert item.method == "replaced"
    assert [item.source[a:b] for a, b in item.marks] == ["Factory"]
    assert item.before == ""
    assert item.after.startswith("Lei Jun bought")
    (cue,) = item.cues
    assert (cue.number, cue.new_lines) == (1, ("Abrieron la Planta en mayo.",))
    assert cue.new_chars_per_second == cue.chars_per_second  # Taller, Planta
    assert not item.locked


def test_only_the_cue_that_has_the_word_changes(items: Items) -> None:
    (item,) = items(changed(replace(LEI, targets={"es": Target("Lei")})))
    assert item.method == "replaced"
    assert len(item.cues) > 1
    assert [bool(cue.new_lines) for cue in item.cues] == [True] + [False] * (len(item.cues) - 1)
    assert item.new_text == item.text.replace("Lei Jun", "Lei")


def test_a_new_name_is_translated_again(items: Items) -> None:
    new = changed(Term("may", "May", policy=Policy.FIXED, targets={"es": Target("MAYO")}))
    (item,) = items(new, engines=engine)
    assert (item.method, item.new_text) == ("retranslated", "Abrieron el Taller in MAYO.")


@pytest.mark.parametrize("why", ["off", "missing"])
def test_without_an_engine_there_is_no_prediction(items: Items, why: str) -> None:
    def missing(source: str, target: str) -> EchoEngine:
        raise EngineError(f"no engine for {source} to {target}")

    new = changed(Term("may", "May", policy=Policy.FIXED, targets={"es": Target("MAYO")}))
    (item,) = items(new, engines=missing if why == "missing" else None)
    assert (item.new_text, item.method, item.severity) == ("", "", "error")
    reason = "no engine for en to es" if why == "missing" else "--no-translate"
    assert reason in item.findings[0]
    assert "'May' occurs 1 time in the source, 0 times in the translation" in item.findings


def test_a_text_that_is_right_already_is_left_alone(items: Items) -> None:
    assert items(changed(Term("car", "car", policy=Policy.FIXED,
                              targets={"es": Target("coche")}))) == []  # fmt: skip
    assert items(changed(replace(XIAOMI, policy=Policy.FIXED,
                                 targets={"es": Target("Xiaomi")}))) == []  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "3 de mayo de 2021"),
        ({"dates": "locale"}, "3 de mayo de 2021"),
        ({"dates": "engine"}, "3 May 2021"),
        ({"dates": "engine", "default_dollar": "AUD"}, "dólares australianos"),
        ({"currency_style": "code", "default_dollar": "CAD"}, "CAD"),
    ],
)
def test_what_is_said_anew_follows_the_options_of_the_project(
    options: dict[str, object], said: str
) -> None:
    transcript = read_bytes(b"The Factory cost $5 on 3 May 2021.", "talk.txt", "text")
    assert isinstance(transcript, Transcript)
    results = pipeline.subtitle(
        [transcript],
        pipeline.make_settings(locales.load("en"), OLD, Options.from_json(options)),
        targets=[(locales.load("es"), engine())],
    )
    made = project.record(Project(Path("p")), results, written={}, glossary="", options=options)
    new = changed(Term("cost", "cost", policy=Policy.FIXED, targets={"es": Target("COSTE")}))
    (item,) = impact.review_change(made, OLD, new, engines=engine).items
    assert item.method != "replaced"
    assert said in " ".join(item.new_text.split())
    assert "COSTE" in item.new_text


def test_a_name_that_lost_its_entry(items: Items) -> None:
    (item,) = items(changed(gone=["xiaomi"]))
    assert item.text == "Trabaja en Xiaomi."
    assert items(changed(gone=["xiaomi"]), engines=engine) == []  # the same comes out


def test_policies_spellings_and_states(items: Items) -> None:
    softer = replace(XIAOMI, policy=Policy.TRANSLATE)
    assert [i.source for i in items(changed(softer))] == ["He works at Xiaomi."]
    renamed = replace(XIAOMI, source="Xiaomi Group")
    assert [i.source for i in items(changed(renamed))] == ["He works at Xiaomi."]
    kept = replace(XIAOMI, source="Xiaomi Group", aliases=("Xiaomi",))
    (item,) = items(changed(kept))
    assert (item.new_text, item.method) == ("Trabaja en Xiaomi Group.", "replaced")
    assert items(changed(replace(XIAOMI, aliases=("XM",)))) == []
    assert len(items(changed(replace(XIAOMI, status="deprecated")))) == 1
    assert items(changed(replace(XIAOMI, status="proposed"))) == []
    assert items(changed(replace(XIAOMI, case="any", boundary="none"))) == []


def test_a_word_that_is_forbidden_now(items: Items) -> None:
    ban = Term("nadie", "nadie", policy=Policy.FORBIDDEN, targets={"es": Target("nadie")})
    (item,) = items(changed(ban))
    assert item.source == "Nobody came."
    assert "'nadie' is forbidden by the glossary (nadie)" in item.findings
    wrong = replace(XIAOMI, targets={"es": Target("Xiaomi", (), ("Trabaja",))})
    (item,) = items(changed(wrong))
    assert item.changes != ()


def test_a_wrong_rendering_is_put_right_where_the_name_is_known(own: Project) -> None:
    source = own.sources[0]
    track = source.tracks[0]
    segment = replace(track.segments[2], text="Trabaja en Xiomi.", places=())
    cues = tuple(
        replace(c, lines=("Trabaja en Xiomi.",)) if 2 in c.sentences else c for c in track.cues
    )
    segments = (*track.segments[:2], segment, *track.segments[3:])
    spoilt = replace(
        own, sources=(replace(source, tracks=(replace(track, segments=segments, cues=cues),)),)
    )
    new = changed(replace(XIAOMI, targets={"es": Target("Xiaomi", (), ("Xiomi",))}))
    review = impact.review_change(spoilt, OLD, new)
    assert [i.new_text for i in review.items if i.segment == 2] == ["Trabaja en Xiaomi."]


def test_what_a_person_wrote_is_only_proposed(own: Project) -> None:
    source = own.sources[0]
    edited = project.edit(source.tracks[0], 0, "Abrieron el Taller en mayo.", author="me")
    own = replace(own, sources=(replace(source, tracks=(edited,)),))
    new = changed(replace(FACTORY, targets={"es": Target("Local")}))
    (item,) = impact.review_change(own, OLD, new).items
    assert (item.locked, item.state) == (True, State.EDITED.value)
    assert item.new_text == "Abrieron el Local en mayo."


def test_languages_that_inherit_and_languages_that_are_left_out(own: Project) -> None:
    source = own.sources[0]
    mexican = replace(source.tracks[0], locale="es-MX")
    both = replace(own, sources=(replace(source, tracks=(*source.tracks, mexican)),))
    new = changed(replace(FACTORY, targets={"es": Target("Local")}))
    assert [i.locale for i in impact.review_change(both, OLD, new).items] == ["es", "es-MX"]
    only = impact.review_change(both, OLD, new, tags={"es-MX"})
    assert [i.locale for i in only.items] == ["es-MX"]
    apart = replace(FACTORY, targets={"es": Target("Local"), "es-MX": Target("Taller")})
    assert [i.locale for i in impact.review_change(both, OLD, changed(apart)).items] == ["es"]


def test_a_sentence_that_changed_since_is_not_asked_about(own: Project) -> None:
    source = own.sources[0]
    sentences = tuple(replace(s, text=s.text + " Now.") for s in source.sentences)
    stale = replace(own, sources=(replace(source, sentences=sentences),))
    assert impact.review_change(stale, OLD, changed(gone=["xiaomi"])).items == ()


# ---- Cutting ---------------------------------------------------------------------

ES = locales.load("es")


def test_other_sentences_of_a_cue_stay() -> None:
    cue = Cue(0, 3_000, ("Sí. Vieron el SU7", "en Pekín. No más."), (0, 1, 2))
    old = SpannedText("Vieron el SU7 en Pekín.", (Span(0, 10, 13),))
    made = recut([cue], old, SpannedText("Vieron el YU7 en Pekín."), ES, alike=True)
    assert made == (("Sí. Vieron el YU7", "en Pekín. No más."),)
    (lines,) = recut([cue], old, SpannedText("Nadie vio nada."), ES, alike=False) or ((),)
    assert " ".join(lines) == "Sí. Nadie vio nada. No más."


def test_a_line_that_gets_too_long_is_wrapped() -> None:
    cue = Cue(0, 5_000, ("Hoy hablamos todos juntos de Xiaomi", "y de nada más."), (0,))
    old = SpannedText("Hoy hablamos todos juntos de Xiaomi y de nada más.")
    new = SpannedText(old.text.replace("Xiaomi", "Xiaomi Corporation"))
    (lines,) = recut([cue], old, new, ES, alike=True) or ((),)
    assert " ".join(lines) == new.text
    assert max(map(ES.width, lines)) <= ES.limits.line_width


def test_a_cue_that_would_overflow_gives_words_to_the_next() -> None:
    cues = [
        Cue(
            0,
            4_000,
            ("Durante setenta días su equipo visitó unas", "diez ciudades y mantuvo ya"),
            (0,),
        ),
        Cue(4_100, 7_000, ("doscientas entrevistas.",), (0,)),
    ]
    old = " ".join(line for cue in cues for line in cue.lines)
    new = old.replace("equipo", "extraordinariamente numerosa plantilla")
    made = recut(cues, SpannedText(old), SpannedText(new), locales.load("es"), alike=True)
    assert made is not None
    assert " ".join(line for lines in made for line in lines) == new
    assert all(len(lines) <= 2 and max(map(len, lines)) <= 42 for lines in made)
    # Only as much as is needed: the border moves to the nearest good place.
    assert made[1][-1].endswith("doscientas entrevistas.")


def test_cues_that_show_other_words_are_not_cut() -> None:
    cue = Cue(0, 3_000, ("Algo distinto.",), (0,))
    assert recut([cue], SpannedText("Una frase."), SpannedText("Otra."), ES, alike=True) is None


def test_japanese_is_cut_without_blanks() -> None:
    cues = [
        Cue(0, 2_000, ("小米のSU7は", "車です。"), (0,)),
        Cue(2_100, 4_000, ("欲しい。",), (0,)),
    ]
    old, new = (
        SpannedText("小米のSU7は車です。欲しい。"),
        SpannedText("シャオミのSU7は車です。欲しい。"),
    )
    made = recut(cues, old, new, locales.load("ja"), alike=True)
    assert made == (("シャオミのSU7は", "車です。"), ("欲しい。",))


# ---- Conflicts -------------------------------------------------------------------


def codes(new: Glossary, tags: Sequence[str] = (), old: Glossary = OLD) -> set[str]:
    from speechsubs.glossary.diff import changes

    return {f.code for f in find_conflicts(old, new, changes(old, new), tags)}


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (changed(Term("jun", "Jun")), "glossary-nested"),
        (changed(Term("junk", "Jun Xiaomi")), "glossary-straddling"),
        (changed(Term("x", "xiaomi", case="any", policy=Policy.FIXED,
                      targets={"es": Target("mijo")})), "glossary-two-targets"),
        (changed(Term("plant", "Plant", policy=Policy.FIXED, targets={"es": Target("Taller")})),
         "glossary-shared-target"),
        (changed(Term("no", "Taller", policy=Policy.FORBIDDEN, targets={"es": Target("Taller")})),
         "glossary-forbidden-required"),
        (changed(Term("f2", "Shop", policy=Policy.FIXED, targets={"fr": Target("Magasin")})),
         "glossary-missing-locale"),
        (changed(replace(FACTORY, targets={"es": Target("Planta", (), ("Taller",))})),
         "review-was-required"),
        (changed(replace(XIAOMI, source="Mi Group")), "review-old-spelling"),
    ],
)  # fmt: skip
def test_conflicts_that_are_new(new: Glossary, code: str) -> None:
    assert code in codes(new)
    assert code not in codes(new, old=new)


def test_stale_forms_and_languages_without_a_target() -> None:
    old = changed(replace(FACTORY, targets={"es": Target("Taller", ("Talleres",))}))
    new = changed(replace(FACTORY, targets={"es": Target("Planta", ("Talleres",))}))
    assert codes(new, old=old) == {"review-stale-form"}
    assert codes(new, ["ja", "es"], old=old) == {"review-stale-form", "review-no-target"}
    assert codes(replace(OLD, language="de", digest="")) == {"review-language"}


def test_the_gravest_conflict_comes_first() -> None:
    new = changed(
        Term("jun", "Jun"),
        Term("no", "no", policy=Policy.FORBIDDEN, targets={"es": Target("Taller")}),
    )
    from speechsubs.glossary.diff import changes

    found = find_conflicts(OLD, new, changes(OLD, new))
    assert found[0].code == "glossary-forbidden-required"
    assert found[-1].code == "glossary-nested"
