"""A retranslated sentence stays as close to its old wording as the engine allows."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from speechsubs import formats, glossary, models, pipeline, project
from speechsubs.engines.apertium import ApertiumEngine
from speechsubs.engines.argos import ArgosEngine
from speechsubs.engines.echo import EchoEngine
from speechsubs.glossary import Glossary, Policy, Target, Term
from speechsubs.language import locales
from speechsubs.model import Transcript
from speechsubs.project import Project, State
from speechsubs.protocols import Engine, Steerable
from speechsubs.review import impact
from speechsubs.review.model import Item

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "data" / "translate-en_es-tiny.argosmodel"
ES = locales.load("es")


OLD = Glossary((Term("lei", "Lei Jun"),))
NEW = Glossary((Term("lei", "Lei Jun"), Term("board", "board", policy=Policy.FIXED,
                targets={"es": Target("Consejo", gender="m")})))  # fmt: skip
TALK = "Lei Jun told the board about it."
BY_PERSON = "A la junta se lo contó todo Lei Jun en persona."


class Known(EchoEngine):
    """Says what it was told, whatever masks stand in the text."""

    def __init__(self, said: dict[str, str]) -> None:
        super().__init__("en", "es")
        self.said = said

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        return [[self._one(text)] for text in texts]

    def _one(self, text: str) -> str:
        masks = re.findall(r"ZQ\d", text)
        shape = re.sub(r"ZQ\d", "#", text)
        out = self.said.get(shape, shape)
        for mask in masks:
            out = out.replace("#", mask, 1)
        return out


class Steered(Known):
    """Also goes on from a beginning, and finds some words unlikely."""

    def __init__(self, said: dict[str, str], ends: dict[str, str], unlikely: str = "$^") -> None:
        super().__init__(said)
        self.ends, self.unlikely = ends, re.compile(unlikely)
        self.asked: list[str] = []

    def complete(self, items: Sequence[tuple[str, str]]) -> list[str]:
        done = []
        for text, start in items:
            self.asked.append(start)
            shape = re.sub(r"ZQ\d", "#", start)
            left = [mask for mask in re.findall(r"ZQ\d", text) if mask not in start]
            end = self.ends.get(shape, "")
            done.append(start + end.replace("#", "".join(left)) if end else "")
        return done

    def translate_without(self, texts: Sequence[str], words: Sequence[str]) -> list[str]:
        return [""] * len(texts)

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        return [-5.0 if self.unlikely.search(text) else -1.0 for _, text in pairs]


def own(engine: Engine, text: str = "", talk: str = TALK, old: Glossary = OLD) -> Project:
    transcript = formats.read_bytes(talk.encode(), "talk.txt", "text")
    assert isinstance(transcript, Transcript)
    results = pipeline.subtitle(
        [transcript],
        pipeline.make_settings(locales.load("en"), old),
        targets=[(ES, engine)],
    )
    made = project.record(Project(Path("p")), results, written={}, glossary="", options={})
    if not text:
        return made
    (source,) = made.sources
    track = project.edit(source.tracks[0], 0, text, author="Ana", state=State.EDITED)
    return replace(made, sources=(replace(source, tracks=(track,)),))


def only(made: Project, engine: Engine, new: Glossary = NEW) -> Item:
    (item,) = impact.review_change(made, OLD, new, engines=lambda *_: engine).items
    return item


PLAIN = {TALK.replace("Lei Jun", "#"): "# habló de eso con la junta.", "# told the # about it.":
         "# habló de eso con #."}  # fmt: skip


def test_an_engines_own_word_for_the_term_is_replaced_in_a_persons_text() -> None:
    engine = Known(PLAIN | {"board": "junta"})
    item = only(own(engine, BY_PERSON), engine)
    assert (item.method, item.locked) == ("spliced", True)
    # "a la" agrees with a masculine word now.
    assert item.new_text == "Al Consejo se lo contó todo Lei Jun en persona."
    assert item.kept == pytest.approx(8 / 11, abs=0.001)


def test_a_word_that_stands_there_twice_is_not_guessed_at() -> None:
    engine = Known(PLAIN | {"board": "junta"})
    item = only(own(engine, "La junta supo por Lei Jun que la junta decidía."), engine)
    assert (item.method, item.new_text) == ("retranslated", "Lei Jun habló de eso con Consejo.")


def test_a_beginning_is_kept_where_the_engine_can_be_steered() -> None:
    ends = {"A la #": " se lo contó # en persona."}
    # Without "todo" the model finds it likelier, so the spliced text is not taken.
    engine = Steered(PLAIN | {"board": "junta"}, ends, unlikely="todo")
    made = own(engine, BY_PERSON)
    engine.unlikely = re.compile("Consejo se lo contó todo")
    item = only(made, engine)
    assert [re.sub(r"ZQ\d", "#", start) for start in engine.asked] == ["A la #", "A"]
    assert (item.method, item.new_text) == (
        "prefix kept", "Al Consejo se lo contó Lei Jun en persona.")  # fmt: skip
    assert item.kept == pytest.approx(7 / 11, abs=0.001)


def test_without_a_known_place_the_outputs_are_compared() -> None:
    engine = Steered(PLAIN | {"board": "tabla"}, {})  # its word alone helps nobody
    item = only(own(engine, "Lei Jun habló ayer de eso con la junta."), engine)
    assert (item.method, item.new_text) == ("merged", "Lei Jun habló ayer de eso con Consejo.")


def test_what_the_model_finds_clearly_worse_is_not_taken() -> None:
    engine = Steered(PLAIN | {"board": "junta"}, {})
    item = only(own(engine), engine)
    assert (item.method, item.new_text) == ("spliced", "Lei Jun habló de eso con el Consejo.")
    engine = Steered(PLAIN | {"board": "junta"}, {}, unlikely="con el Consejo")
    item = only(own(engine), engine)
    assert (item.method, item.new_text) == ("retranslated", "Lei Jun habló de eso con Consejo.")


def test_a_nearer_text_that_breaks_a_number_is_not_taken() -> None:
    talk = "Lei Jun told the board in 2021."
    said = {"# told the board in 2021.": "# lo dijo a la junta en 2021.", "# told the # in 2021.":
            "# se lo dijo en 2021 a #.", "board": "junta en 2021"}  # fmt: skip
    engine = Known(said)
    item = only(own(engine, talk=talk), engine)
    assert "2021" in item.new_text
    assert "Consejo" in item.new_text


def test_what_is_steered_is_an_engine_that_can_be() -> None:
    assert isinstance(Steered({}, {}), Steerable)
    assert not isinstance(Known({}), Steerable)
    assert not issubclass(ApertiumEngine, Steerable)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> ArgosEngine:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        package = models.install_file(TINY, tmp_path_factory.mktemp("packages"))
        engine = ArgosEngine(package, "en", "es")
        assert engine.masks  # measured and kept in this cache
        return engine


def test_a_real_model_keeps_more_of_the_old_words_when_it_is_steered(tiny: ArgosEngine) -> None:
    words = glossary.load(ROOT / "glossary.yml")
    item = formats.read(ROOT / "media" / "courage.txt")
    assert isinstance(item, Transcript)
    item = replace(item, paragraphs=item.paragraphs[:12])
    results = pipeline.subtitle(
        [item],
        pipeline.make_settings(locales.load("en"), words),
        targets=[(ES, tiny)],
    )
    made = project.record(Project(Path("p")), results, written={}, glossary="", options={})
    car = Term("car", "car", policy=Policy.FIXED, targets={"es": Target("automóvil")})
    new = Glossary((*words.terms, car))

    class Plain(EchoEngine):
        def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
            return tiny.translate(texts, 1)

    plain = Plain("en", "es", masks=tiny.masks)
    shares = []
    for engine in (plain, tiny):
        items = impact.review_change(made, words, new, engines=lambda *_, e=engine: e).items
        assert items
        shares.append([item.kept for item in items if item.kept is not None])
    assert len(shares[0]) == len(shares[1])
    assert sum(shares[1]) >= sum(shares[0])
