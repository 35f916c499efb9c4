"""The ladder, with engines that fail in one scripted way each."""

import re
from collections.abc import Callable, Sequence

import pytest

from speechsubs import translation as speechsubs_translation
from speechsubs.errors import EngineError
from speechsubs.glossary import Glossary, Matcher, Term
from speechsubs.model import Placeable, PlaceableKind, ProblemCode, Sentence
from speechsubs.protocols import MaskFamily
from speechsubs.quantities import currencies, parse
from speechsubs.translation import Hypothesis, candidates, placeholders, retry
from speechsubs.translation.placeholders import Protected
from speechsubs.translation.validate import Rules

FIRST = MaskFamily("first", tuple(f"ZQ{n}" for n in range(1, 6)))
SECOND = MaskFamily("second", tuple(f"KX{n}" for n in range(1, 6)))
GLOSSARY = Glossary((Term("lei", "Lei Jun"), Term("su7", "SU7"), Term("m3", "Model 3")))
ENGLISH = {"He": "Él", "drove": "condujo", "the": "el", "and": "y", "paid": "pagó", "for": "por",
           "in": "en", "to": "a", "it": "eso", "with": "con", "cars": "coches"}  # fmt: skip

Answer = Callable[[str], list[str]]


class Scripted:
    """An engine that does what the test says, and remembers what it was asked."""

    name, source, target, signature, quality = "scripted", "en", "es", "scripted", "for tests"

    def __init__(self, answer: Answer, masks: tuple[MaskFamily, ...] = (FIRST, SECOND)) -> None:
        self.answer, self.masks = answer, masks
        self.calls: list[list[str]] = []

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        self.calls.append(list(texts))
        return [self.answer(text)[:hypotheses] for text in texts]


def good(text: str) -> str:
    return re.sub(r"[A-Za-z]+", lambda word: ENGLISH.get(word[0], word[0]), text)


def protected(*texts: str) -> list[Protected]:
    sentences = [Sentence(n, 0, text) for n, text in enumerate(texts)]
    return placeholders.protect(
        sentences, Matcher(GLOSSARY), "en", currencies.infer_context(texts, "en")
    )


def run(engine: Scripted, *texts: str) -> list[Hypothesis]:
    return speechsubs_translation.translate(protected(*texts), engine, Rules("es"))


def one(answer: Callable[[str], str], text: str) -> Hypothesis:
    return run(Scripted(lambda asked: [answer(asked)]), text)[0]


SENTENCE = "Lei Jun drove the SU7 and paid for it."


def slots_right(raw: Hypothesis, count: int) -> bool:
    return sorted(place.slot for place in raw.output.spans) == list(range(count))


def test_a_good_engine_is_asked_once() -> None:
    engine = Scripted(lambda text: [good(text)])
    first, second = run(engine, SENTENCE, "He drove it to the end.")
    assert (str(first.method), str(second.method)) == ("masked", "plain")
    assert first.output.text == "ZQ1 condujo el ZQ2 y pagó por eso."
    assert (first.problems, first.tries) == ((), 1)
    assert len(engine.calls) == 1


def test_equal_sentences_are_translated_once_and_all_in_one_batch() -> None:
    engine = Scripted(lambda text: [good(text)])
    texts = [f"He drove it to {name}." for name in ("Rome", "Paris")] * 50
    raws = run(engine, *texts)
    assert len(raws) == 100
    assert [sorted(call) for call in engine.calls] == [
        ["He drove it to Paris.", "He drove it to Rome."]
    ]
    assert [raw.sentence for raw in raws] == list(range(100))


def test_sentences_that_differ_only_in_their_names_are_translated_once() -> None:
    engine = Scripted(lambda text: [good(text)])
    run(engine, "He drove the SU7.", "He drove the Model 3.")
    assert engine.calls == [["He drove the ZQ1."]]


def test_a_family_that_is_lost_gives_way_to_one_that_is_kept() -> None:
    raw = one(lambda text: good(re.sub(r"ZQ\d ?", "", text)), SENTENCE)
    assert (str(raw.method), raw.problems) == ("masks second", ())
    assert slots_right(raw, 2)


def test_masks_said_twice_are_not_taken() -> None:
    raw = one(lambda text: good(text.replace("ZQ1", "ZQ1 ZQ1")), SENTENCE)
    assert (str(raw.method), raw.problems) == ("masks second", ())


def test_numbers_are_hidden_too_where_the_engine_changes_them() -> None:
    def changing(text: str) -> str:
        return good(re.sub(r"\b\d+\b", "999", text))

    raw = one(changing, "He drove 300 cars to the end.")
    assert raw.problems == ()
    assert str(raw.method) == "masks first"
    assert slots_right(raw, 1)


def test_only_the_number_that_failed_gives_way_and_to_a_number() -> None:
    def changing(text: str) -> str:
        return good(text.replace("380,000", "380"))

    engine = Scripted(lambda text: [changing(text)])
    raw = run(engine, "He drove 17 cars and paid for 380,000 cars.")[0]
    assert (raw.problems, str(raw.method)) == ((), "numbers")
    assert raw.output.text == "Él condujo 17 coches y pagó por 47 coches."
    assert [raw.output.text[p.start : p.end] for p in raw.output.spans] == ["47"]
    assert engine.calls[1] == [
        "He drove 17 cars and paid for 47 cars.",
        "He drove ZQ1 cars and paid for ZQ2 cars.",
    ]


def test_a_stand_in_is_no_number_of_the_text_nor_one_for_a_date() -> None:
    item = protected("On March 30 he drove 47 cars and 1 of 83 in 2 days.")[0]
    numbers = frozenset(n for n, s in enumerate(item.placeables) if s.kind is PlaceableKind.NUMBER)
    hidden = candidates.substitute_numbers(item, FIRST, numbers)
    assert hidden is not None
    assert hidden.text == "On ZQ1 he drove 59 cars and ZQ3 of 64 in 38 days."
    assert candidates.substitute_numbers(item, FIRST, numbers - numbers) is None


def test_the_next_best_output_is_looked_at() -> None:
    def answers(text: str) -> list[str]:
        return ["Nada.", "Nada.", good(text)]

    raw = run(Scripted(answers), SENTENCE)[0]
    assert raw.method.hypothesis == 3
    assert raw.problems == ()


def test_the_text_is_split_where_no_mask_is_kept() -> None:
    engine = Scripted(lambda text: [good(re.sub(r"(?:ZQ|KX)\d ?", "", text))])
    raw = run(engine, SENTENCE)[0]
    assert (str(raw.method), raw.problems) == ("split", ())
    assert raw.output.text == "Lei Jun condujo el SU7 y pagó por eso."
    assert [raw.output.text[p.start : p.end] for p in raw.output.spans] == ["Lei Jun", "SU7"]
    assert sorted(engine.calls[-1]) == ["and paid for it.", "drove the"]


def test_only_failing_sentences_climb() -> None:
    engine = Scripted(lambda text: [good(re.sub(r"ZQ1 ?", "", text))])
    run(engine, SENTENCE, "He drove it to the end.", "He paid for it in the end.")
    assert len(engine.calls[0]) == 3
    assert engine.calls[1:]
    assert all("ZQ" in text or "KX" in text for call in engine.calls[1:] for text in call)


def test_the_number_of_calls_does_not_grow_with_the_sentences() -> None:
    counts = []
    for sentences in (2, 200):
        engine = Scripted(lambda _: ["no"])
        run(engine, *[f"Lei Jun drove {n} cars and the SU7." for n in range(sentences)])
        counts.append(len(engine.calls))
    assert counts[0] == counts[1] <= 5


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (lambda _: "", "empty"),
        (lambda _: "   ", "empty"),
        (lambda text: text, "untranslated"),
        (lambda text: text.upper(), "untranslated"),
        (lambda text: "una vez y otra " * 9 + text[:3], "repetition"),
        (lambda _: "x" * 500, "length"),
        (lambda text: f"{good(text)} 77", "number-extra:77"),
    ],
)
def test_what_nothing_saves_keeps_its_problems(answer: Callable[[str], str], problem: str) -> None:
    raw = one(answer, "He drove it to the end.")
    assert problem in map(str, raw.problems)
    raw = one(answer, SENTENCE)
    assert raw.problems


def test_a_mask_in_the_wrong_case_is_found() -> None:
    raw = one(lambda text: good(text).lower(), SENTENCE)
    assert (str(raw.method), raw.problems) == ("masked", ())


def test_the_best_of_the_bad_outputs_is_kept() -> None:
    def answers(text: str) -> list[str]:
        return [""] if "ZQ" in text else [good(text).replace("KX1", "KX1 KX1")]

    raw = run(Scripted(answers), "Lei Jun and Lei Jun and Lei Jun drove 5 cars.")[0]
    assert raw.output.text.strip()


def test_more_slots_than_masks_are_split() -> None:
    text = " and ".join(["He drove the SU7"] * 9) + "."
    raw = one(good, text)
    assert str(raw.method) == "split"
    assert slots_right(raw, 9)
    assert raw.output.text.count("SU7") == 9


def test_a_sentence_that_contains_the_masks_uses_others() -> None:
    text = "He drove ZQ1 and ZQ2 to zq3 with ZQ4 and ZQ5 and the SU7."
    raw = one(good, text)
    assert raw.problems == ()
    assert raw.output.text.count("KX1") == 1


@pytest.mark.parametrize("text", ["Lei Jun.", "SU7", "2021.", "...", "—", "Lei Jun, SU7?", "12:30"])
def test_what_has_nothing_to_translate_is_copied_without_the_engine(text: str) -> None:
    engine = Scripted(lambda _: ["wrong"])
    raw = run(engine, text)[0]
    assert (raw.output.text, str(raw.method), raw.problems) == (text, "copied", ())
    assert engine.calls == []


def test_an_engine_that_stops_stops_the_run() -> None:
    def failing(_: str) -> list[str]:
        raise EngineError("the model is broken", "install it again")

    with pytest.raises(EngineError, match="broken"):
        run(Scripted(failing), SENTENCE)


def test_split_pieces_are_joined_as_the_sentence_was() -> None:
    def capital(text: str) -> str:
        # Engines make a sentence of every piece.
        bare = good(re.sub(r"(?:ZQ|KX)\d", "", text)).strip()
        return bare[:1].upper() + bare[1:].rstrip(".") + "."

    raw = one(capital, "He drove the SU7 and the Model 3 in the end.")
    assert raw.output.text == "Él condujo el SU7 y el Model 3 en el end."


@pytest.mark.parametrize(
    ("language", "piece", "wanted"),
    [
        ("de", "Leute", "Leute"),  # a noun keeps its capital
        ("de", "Und", "und"),
        ("de", "In der Stadt", "in der Stadt"),
        ("es", "Coches", "coches"),
        ("es", "USA", "USA"),
        ("es", "Berlin", "Berlin"),  # it has its capital in the source
    ],
)
def test_pieces_lose_only_the_capital_of_a_sentence(language: str, piece: str, wanted: str) -> None:
    rules = Rules(language)
    text = "SU7 and people of Berlin"
    name = Placeable(PlaceableKind.TERM, 0, 3, "SU7", Term("su7", "SU7"))
    protected = Protected(0, parse(text, "en"), (name,))
    raw = retry.rejoin(protected, {"and people of Berlin": [piece]}, rules)
    assert raw.output.text == f"SU7 {wanted}"


def test_a_slot_beside_a_mark_keeps_no_blank() -> None:
    raw = one(
        lambda text: good(re.sub(r"(?:ZQ|KX)\d", "", text)), 'He drove "SU7", (Lei Jun) and it.'
    )
    assert '"SU7", (Lei Jun) y' in raw.output.text


def test_progress_ends_with_everything() -> None:
    seen: list[tuple[int, int]] = []
    items = protected(SENTENCE, "He drove it to the end.")
    engine = Scripted(lambda text: [good(text)])
    speechsubs_translation.translate(
        items, engine, Rules("es"), lambda done, all_: seen.append((done, all_))
    )
    assert seen[-1] == (2, 2)
    assert seen == sorted(seen)


def test_nothing_to_do() -> None:
    engine = Scripted(lambda text: [text])
    assert run(engine) == []
    assert engine.calls == []


class Steered(Scripted):
    """An engine that can also be held to a beginning and kept from words."""

    def __init__(self, answer: Answer, completed: str = "", without: str = "") -> None:
        super().__init__(answer, (FIRST,))
        self.completed, self.without = completed, without
        self.beginnings: list[str] = []

    def complete(self, items: Sequence[tuple[str, str]]) -> list[str]:
        self.beginnings += [beginning for _, beginning in items]
        return [
            f"{beginning} {self.completed}".strip() if self.completed else ""
            for _, beginning in items
        ]

    def translate_without(self, texts: Sequence[str], words: Sequence[str]) -> list[str]:
        return [self.without for _ in texts]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        return [-float(len(translation)) for _, translation in pairs]


def best_output(
    engine: Scripted, text: str, forbidden: Sequence[str] = (), possessive: bool = False
) -> Hypothesis:
    return speechsubs_translation.translate(
        protected(text),
        engine,
        Rules("es", lambda output: [word for word in forbidden if word in output], possessive),
        wording=lambda item, n: item.placeables[n].text,
    )[0]


def test_a_lost_mask_is_forced_in_where_it_belongs() -> None:
    def losing(text: str) -> list[str]:
        return ["Él condujo y pagó por eso."]

    engine = Steered(losing, completed="y pagó por eso.")
    raw = best_output(engine, "He drove the SU7 and paid for it.")
    assert (str(raw.method), raw.problems) == ("forced", ())
    assert engine.beginnings
    assert all(beginning.endswith("ZQ1") for beginning in engine.beginnings)


def test_a_steered_engine_that_gives_nothing_is_no_error() -> None:
    raw = best_output(
        Steered(lambda _: ["Él condujo y pagó."]), "He drove the SU7 and paid for it."
    )
    assert str(raw.method) == "split"
    assert slots_right(raw, 1)


def test_terms_in_the_clear_are_tried() -> None:
    def knows_only_names(text: str) -> list[str]:
        return [good(re.sub(r"(?:ZQ|KX)\d ?", "", text))]

    raw = best_output(Scripted(knows_only_names), SENTENCE)
    assert (str(raw.method), raw.problems) == ("inline", ())
    assert [raw.output.text[p.start : p.end] for p in raw.output.spans] == ["Lei Jun", "SU7"]


def test_forbidden_words_are_ruled_out() -> None:
    engine = Steered(lambda text: [good(text) + " electrónico"], without="Él condujo el ZQ1 bueno.")
    raw = best_output(engine, "He drove the SU7 today.", forbidden=["electrónico"])
    assert (str(raw.method), raw.problems) == ("without forbidden", ())
    bad = best_output(
        Scripted(lambda text: [good(text) + " electrónico"]), "He drove to it.", ["electrónico"]
    )
    assert list(map(str, bad.problems)) == ["forbidden:electrónico"]


def test_the_likeliest_of_those_that_pass_wins() -> None:
    def answers(text: str) -> list[str]:
        if "ZQ" in text:
            return ["nada", f"{good(text)} y mucho más", good(text)]
        return ["nada"]

    raw = best_output(Steered(answers), "He drove the SU7 and paid for it.")
    assert raw.method.hypothesis == 3


def test_an_english_possessive_left_on_a_name_is_a_fault() -> None:
    engine = Scripted(lambda text: [good(text)])
    refused = best_output(engine, "He drove Lei Jun's SU7 to the end.", possessive=True)
    assert ProblemCode.POSSESSIVE in {problem.code for problem in refused.problems}
    assert best_output(engine, "He drove Lei Jun's SU7 to the end.").problems == ()


@pytest.mark.parametrize("added", ["(英语：Lei Jun)", "(English: Lei)", "（英文:x）"])
def test_what_models_add_from_encyclopedias_is_a_fault(added: str) -> None:
    raw = one(lambda text: f"{good(text)} {added}", "He drove it to the end.")
    assert ProblemCode.POLLUTION in {problem.code for problem in raw.problems}
