"""Whatever an engine does: what comes out is right, or a finding names the sentence."""

import hashlib
import re
from collections.abc import Callable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from speechsubs import pipeline
from speechsubs.glossary import Glossary, Matcher, Target, Term
from speechsubs.language.locales import load
from speechsubs.model import Paragraph, PlaceableKind, Transcript
from speechsubs.protocols import Engine, MaskFamily
from speechsubs.quantities import currencies, money

FAMILIES = (
    MaskFamily("z", tuple(f"ZQ{n}" for n in range(1, 7)), ("EUR101", "EUR102")),
    MaskFamily("k", tuple(f"KX{n}" for n in range(1, 7))),
)
MASK = re.compile(r"(?:ZQ|KX)\d|EUR10\d", re.IGNORECASE)
GLOSSARY = Glossary(
    (
        Term("lei", "Lei Jun", targets={"zh-CN": Target("雷军")}),
        Term("su7", "SU7"),
        Term("m3", "Model 3"),
        Term("4s", "4S"),
    )
)
KEPT = {"es": ["Lei Jun", "SU7", "Model 3", "4S"], "zh-CN": ["雷军", "SU7", "Model 3", "4S"]}
SOURCES = ["Lei Jun", "SU7", "Model 3", "4S"]
PHRASES = st.sampled_from(
    ["Lei Jun drove", "the SU7", "a Model 3", "to the 4S house", "for $10 billion", "with 300 cars",
     "in 2021", "at 215,900 yuan", "over 5.4 million kilometers", "and then he left", "it", "or 4S",
     "Lei Jun's car", "ZQ1", "three times", "(29700$)", "30,000 times", "20%"]
)  # fmt: skip
TEXTS = st.lists(st.lists(PHRASES, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=5)

CHANGES: list[Callable[[str], str]] = [
    lambda text: text,
    lambda text: text.upper(),
    lambda text: MASK.sub("", text),
    lambda text: MASK.sub(lambda m: f"{m[0]} {m[0]}", text),
    lambda text: MASK.sub(lambda m: f"{m[0][:-1]} {m[0][-1]}", text),
    lambda text: MASK.sub("ZQ1", text),
    lambda text: MASK.sub("EUR101", text),
    lambda text: re.sub(r"\b\d", "7", text),
    lambda text: re.sub(r"\b[\d.,]+\b", "", text),
    lambda text: text.replace(",", ""),
    lambda text: text.replace(".", ","),
    lambda text: f"{text} 12",
    lambda text: f"{text} SU7",
    lambda text: f"{text} {text}",
    lambda text: " ".join(reversed(text.split())),
    lambda _: "",
    lambda _: "no sé nada",
    lambda text: text[: len(text) // 2],
    lambda text: text.replace("million", "mil").replace("billion", "millones"),
    lambda text: re.sub(r"[a-z]+", "palabra", text),
]


class Misbehaving(Engine):
    """Changes every text in a way that only the text and the seed decide."""

    def __init__(self, seed: int) -> None:
        self.name = self.signature = self.quality = "bad"
        self.source, self.target, self.masks = "en", "es", FAMILIES
        self.seed = seed

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        return [self._answers(text, hypotheses) for text in texts]

    def _answers(self, text: str, hypotheses: int) -> list[str]:
        found = []
        for number in range(hypotheses):
            digest = hashlib.sha256(f"{self.seed} {number} {text}".encode()).digest()
            changed = CHANGES[digest[0] % len(CHANGES)](text)
            if digest[1] % 2:
                changed = CHANGES[digest[2] % len(CHANGES)](changed)
            found.append(changed)
        return list(dict.fromkeys(found))


@settings(max_examples=120, deadline=None)
@given(TEXTS, st.integers(0, 2**32), st.sampled_from(["es", "zh-CN"]))
def test_right_or_reported(texts: list[str], seed: int, tag: str) -> None:
    locale = load(tag)
    paragraphs = tuple(Paragraph(f"{text[0].upper()}{text[1:]}.") for text in texts)
    result = pipeline.subtitle(
        [Transcript(paragraphs)],
        pipeline.make_settings(load("en"), GLOSSARY),
        targets=[(locale, Misbehaving(seed))],
    )[0]
    output = result.targets[0]
    named = {f.sentence for f in output.findings if f.sentence is not None}
    context = currencies.infer_context((s.text for s in result.sentences), "en")
    matcher = Matcher(GLOSSARY)
    for sentence, slots, translation in zip(
        result.sentences, result.placeables, output.translations, strict=True
    ):
        text = translation.finished.text
        wrong = []
        for source, kept in zip(SOURCES, KEPT[tag], strict=True):
            expected = sum(m.term.source == source for m in matcher.find(sentence.text))
            # A name that is nowhere in the source cannot be told from a word of the engine's.
            if expected and text.count(kept) != expected:
                wrong.append(kept)
        wanted = sorted(str(s.value) for s in slots if s.kind is PlaceableKind.MONEY)
        there = sorted(str(a) for a in money.find_amounts(text, locale.language, context))
        if wanted != there:
            wrong.append("amounts")
        if tag == "es" and not wanted and digits(sentence.text) != digits(text):
            wrong.append("digits")
        if MASK.search(text) and not MASK.search(sentence.text):
            wrong.append("a mask is left to be read")
        if wrong:
            assert sentence.index in named, (sentence.text, text, translation, wrong)


def digits(text: str) -> list[str]:
    """All numbers outside names, digits only, whatever groups and marks they have."""
    bare = re.sub(r"SU7|Model 3|4S|ZQ\d", "", text, flags=re.IGNORECASE)
    return sorted(re.findall(r"\d+", re.sub(r"(?<=\d)[.,\u00a0\u202f](?=\d)", "", bare)))
