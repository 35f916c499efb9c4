"""The last rung: the stretches between the slots translated alone. Exact, and stiff."""

import re
from functools import cache

from speechsubs import locales
from speechsubs.masking import Masked, Protected
from speechsubs.model import Method, MethodKind, Place
from speechsubs.stages.translate.verify import LETTER, Raw, Rules, problems

_WORD = re.compile(r"[^\W\d_]+")


def texts(protected: Protected) -> list[str]:
    """What the engine must translate for `rejoined`."""
    return [piece.strip() for piece in _pieces(protected) if LETTER.search(piece)]


def _pieces(protected: Protected) -> list[str]:
    """What stands before, between and behind the slots."""
    edges = [0, *(edge for slot in protected.slots for edge in (slot.start, slot.end))]
    edges.append(len(protected.text))
    return [protected.text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _lowered(answer: str, piece: str, language: str) -> str:
    """An answer without the capital that engines give to what looks like a sentence.

    A name's capital stays, and in German every capital that may be a noun's: only a
    function word loses it there.
    """
    first = _WORD.match(answer)
    if first is None or first.group() in piece:
        return answer
    word = first.group()
    if len(word) > 1 and word.isupper():
        return answer
    if language.partition("-")[0] == "de" and word.lower() not in _function_words():
        return answer
    return answer[:1].lower() + answer[1:]


@cache
def _function_words() -> frozenset[str]:
    rules = locales.load("de").breaks
    return frozenset().union(
        rules.articles, rules.prepositions, rules.conjunctions, rules.pronouns,
        rules.auxiliaries, rules.negations,
    )  # fmt: skip


def rejoined(protected: Protected, answers: dict[str, list[str]], rules: Rules) -> Raw:
    """The translated stretches around the slots as one output."""
    text, places = "", []
    for number, piece in enumerate(_pieces(protected)):
        bare = piece.strip()
        answer = answers[bare][0].strip() if bare in answers else bare
        if bare and answer and number and bare[:1].islower():
            answer = _lowered(answer, bare, rules.target_language)
        if bare and answer and bare[-1:] not in ".!?。！？" and answer[-1:] in ".。":
            answer = answer.rstrip(".。")
        left = " " if piece[:1].isspace() else ""
        right = " " if piece[-1:].isspace() and bare else ""
        text += left + answer + right
        if number < len(protected.slots):
            slot = protected.slots[number]
            places.append(Place(number, len(text), len(text) + len(slot.text)))
            text += slot.text
    hidden = Masked(protected.text, (), ())
    found = problems(protected, text, places, hidden, rules)
    method = Method(MethodKind.SPLIT)
    return Raw(protected.sentence, text, tuple(places), method, problems=found)
