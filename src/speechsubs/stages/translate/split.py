"""The last rung: the stretches between the slots translated alone. Exact, and stiff."""

import re
from functools import cache

from speechsubs import locales
from speechsubs.masking import Protected
from speechsubs.model import Method, MethodKind
from speechsubs.spans import Span, SpannedText
from speechsubs.stages.translate.verify import LETTER, Raw, Rules, problems

_WORD = re.compile(r"[^\W\d_]+")


def texts(protected: Protected) -> list[str]:
    """What the engine must translate for `rejoined`."""
    return [piece.strip() for piece in protected.spanned.around() if LETTER.search(piece)]


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
    text, spans = "", []
    for number, piece in enumerate(protected.spanned.around()):
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
            spans.append(Span(number, len(text), len(text) + len(slot.text)))
            text += slot.text
    output = SpannedText(text, tuple(spans))
    found = problems(protected, output, (), rules)
    return Raw(protected.sentence, output, Method(MethodKind.SPLIT), problems=found)
