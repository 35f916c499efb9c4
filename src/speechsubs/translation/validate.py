"""Validation of engine outputs: the checks applied to every candidate."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from speechsubs.model import Method, Problem, ProblemCode
from speechsubs.quantities.compare import compare
from speechsubs.quantities.parse import parse
from speechsubs.quantities.repair import compare_units
from speechsubs.spans import SpannedText
from speechsubs.translation.placeholders import Masked, Protected, locate

#: Returns the forbidden words found in a text.
Forbidden = Callable[[str], Sequence[str]]

LETTER = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"\w+")
#: "(英语: Name)": models trained on Wikipedia add a language name and the original.
_POLLUTION = re.compile(
    r"[(（]\s*(?:英语|英語|英文|德语|法语|日语|西班牙语|English|Englisch|inglés|anglais|inglese|inglês|"
    r"anglès|영어|немецк\w*|англ\w*)\s*[:：]",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"['’]s(?!\w)")


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """An engine's output for one sentence, with the masked slots as spans.

    `problems` is empty if the output passed.
    """

    sentence: int
    output: SpannedText
    method: Method
    tries: int = 1
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """Checks for outputs in a language besides its slots.

    `forbidden` returns the words of a text that are not allowed. `possessive` is True
    where the target language has no suffix for an English 's on a name, so that the
    engine must express it with a word.
    """

    language: str
    forbidden: Forbidden | None = None
    possessive: bool = False


def validate(
    protected: Protected,
    hidden: Masked,
    output: str,
    method: Method,
    rules: Rules,
    limit: int = 10**9,
) -> Hypothesis:
    """An output with its slots as spans and all its problems.

    If the slot problems alone reach `limit` (see `penalty`), the other checks are
    skipped.
    """
    located, lost = locate(output, hidden)
    if lost and _total_penalty(lost) >= limit:
        return Hypothesis(protected.sentence, located, method, problems=lost)
    found = lost + find_problems(protected, located, hidden.slots, rules)
    return Hypothesis(protected.sentence, located, method, problems=found)


def find_problems(
    protected: Protected, output: SpannedText, hidden: Iterable[int], rules: Rules
) -> tuple[Problem, ...]:
    """The problems of an output other than mask errors; `hidden` are the masked slots."""
    said = protected.without({*hidden, *(span.slot for span in output.spans)})
    source, target = said.text, output.without()
    written = parse(target, rules.language)
    missing, extra = compare(said, written)
    found = [Problem(ProblemCode.NUMBER_MISSING, value=value) for value in missing]
    found += [Problem(ProblemCode.NUMBER_EXTRA, value=value) for value in extra]
    for change in compare_units(said, written):
        if change.unit or not change.measure.number.spelled:
            code = ProblemCode.UNIT_CHANGED if change.unit else ProblemCode.UNIT_MISSING
            found.append(Problem(code, text=change.measure.text))
    if not LETTER.search(target) and LETTER.search(source):
        # Names alone do not translate the text between them.
        found.append(Problem(ProblemCode.EMPTY))
    elif _is_copied(source, target):
        found.append(Problem(ProblemCode.UNTRANSLATED))
    if _max_repetition(target) > max(2, _max_repetition(source)):
        found.append(Problem(ProblemCode.REPETITION))
    if len(target) > 3 * len(source) + 40 or len(source) > 8 * len(target) + 40:
        found.append(Problem(ProblemCode.LENGTH))
    if _POLLUTION.search(target) and not _POLLUTION.search(source):
        found.append(Problem(ProblemCode.POLLUTION))
    if rules.possessive and any(_POSSESSIVE.match(output.text, s.end) for s in output.spans):
        found.append(Problem(ProblemCode.POSSESSIVE))
    if rules.forbidden:
        found += [Problem(ProblemCode.FORBIDDEN, text=word) for word in rules.forbidden(target)]
    return tuple(found)


def _is_copied(source: str, target: str) -> bool:
    """True if a sentence of four or more words was returned unchanged."""
    words = _WORDS.findall(source.casefold())
    return len(words) >= 4 and words == _WORDS.findall(target.casefold())


def _max_repetition(text: str) -> int:
    """The count of the most frequent run of three words (six CJK characters)."""
    words = _WORDS.findall(text.casefold())
    if len(words) < 4:
        # No spaces: Chinese, Japanese, Thai.
        joined = "".join(words)
        words = [joined[i : i + 2] for i in range(0, len(joined) - 1, 2)]
    runs = Counter(zip(words, words[1:], words[2:], strict=False))
    return max(runs.values(), default=0)


_PENALTIES = {
    ProblemCode.MASK_LOST: 8,
    ProblemCode.MASK_REPEATED: 8,
    ProblemCode.LEFTOVER: 6,
    ProblemCode.NUMBER_MISSING: 6,
    ProblemCode.NUMBER_EXTRA: 6,
    ProblemCode.UNIT_CHANGED: 5,
    ProblemCode.UNIT_MISSING: 3,
    ProblemCode.EMPTY: 40,
    ProblemCode.REPETITION: 5,
    ProblemCode.LENGTH: 4,
    ProblemCode.POLLUTION: 4,
    ProblemCode.UNTRANSLATED: 3,
    ProblemCode.FORBIDDEN: 3,
    ProblemCode.POSSESSIVE: 1,
}


def penalty(hypothesis: Hypothesis) -> int:
    """The penalty of an output; 0 means no problems."""
    return _total_penalty(hypothesis.problems)


def _total_penalty(problems: Sequence[Problem]) -> int:
    return sum(_PENALTIES[problem.code] for problem in problems)
