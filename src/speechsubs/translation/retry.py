"""Batch translation with retry strategies for segments that fail validation.

All sentences go to the engine in one batch, duplicates once. Every output is validated:
each mask once, every number present, nothing empty, untranslated, looping or forbidden.
Only failed sentences are retried, together: first with the most likely fix, in the
engine's four best hypotheses; then, for the remaining few, with every other masking,
inline terms and, where the engine supports constrained decoding, a lost mask forced in
and forbidden words excluded. (One batch with all of it cost three times as much on a
bad model, for the same result.) Of the candidates that pass, the one that the model
scores highest is used. The last resort translates the text between the slots piece by
piece, which is exact but stilted. A sentence that still fails keeps its best output and
its problems.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from speechsubs.errors import UnknownLocaleError
from speechsubs.language import locales
from speechsubs.model import Method, MethodKind, ProblemCode
from speechsubs.protocols import Engine, Steerable
from speechsubs.spans import Span, SpannedText
from speechsubs.translation import candidates
from speechsubs.translation.candidates import Wording, normalize_times
from speechsubs.translation.placeholders import Masked, Protected
from speechsubs.translation.validate import (
    LETTER,
    Hypothesis,
    Rules,
    find_problems,
    penalty,
    validate,
)

_WORD = re.compile(r"[^\W\d_]+")


def split_around_slots(protected: Protected) -> list[str]:
    """The pieces to translate for `rejoin`."""
    return [piece.strip() for piece in protected.spanned.around() if LETTER.search(piece)]


def _lower_first_letter(answer: str, piece: str, language: str) -> str:
    """Lower-case the initial that engines capitalize as if the piece were a sentence.

    Names keep their capital. Where nouns are capitalized (German), only function words
    are lower-cased.
    """
    first = _WORD.match(answer)
    if first is None or first.group() in piece:
        return answer
    word = first.group()
    if len(word) > 1 and word.isupper():
        return answer
    small = _small_words(language)
    if small is not None and word.lower() not in small:
        return answer
    return answer[:1].lower() + answer[1:]


@cache
def _small_words(language: str) -> frozenset[str] | None:
    """Non-nouns of a language that capitalizes nouns; None for other languages."""
    try:
        locale = locales.load(language)
    except UnknownLocaleError:
        return None
    if not locale.typography.noun_capitals:
        return None
    rules = locale.breaks
    return frozenset().union(
        rules.articles, rules.prepositions, rules.conjunctions, rules.pronouns,
        rules.auxiliaries, rules.negations,
    )  # fmt: skip


def rejoin(protected: Protected, answers: dict[str, list[str]], rules: Rules) -> Hypothesis:
    """Join the translated pieces and the slots into one output."""
    text, spans = "", []
    for number, piece in enumerate(protected.spanned.around()):
        bare = piece.strip()
        answer = answers[bare][0].strip() if bare in answers else bare
        if bare and answer and number and bare[:1].islower():
            answer = _lower_first_letter(answer, bare, rules.language)
        if bare and answer and bare[-1:] not in ".!?。！？" and answer[-1:] in ".。":
            answer = answer.rstrip(".。")
        left = " " if piece[:1].isspace() else ""
        right = " " if piece[-1:].isspace() and bare else ""
        text += left + answer + right
        if number < len(protected.placeables):
            written = protected.placeables[number].text
            spans.append(Span(number, len(text), len(text) + len(written)))
            text += written
    output = SpannedText(text, tuple(spans))
    found = find_problems(protected, output, (), rules)
    return Hypothesis(protected.sentence, output, Method(MethodKind.SPLIT), problems=found)


#: Called with the number of finished sentences and the total.
Progress = Callable[[int, int], None]

#: Hypotheses evaluated per masking in the second batch.
MAX_HYPOTHESES = 4


@dataclass(slots=True)
class _Job:
    """One sentence and the state of its retries.

    `hidden` and `first` are the input and output of the first batch, `passed` all
    outputs without problems, `asked` the texts whose n-best hypotheses are known.
    """

    protected: Protected
    hidden: Masked | None = None
    first: Hypothesis | None = None
    best: Hypothesis | None = None
    tries: int = 0
    passed: list[Hypothesis] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def offer(self, candidate: Hypothesis) -> None:
        """Keep the candidate if it is better than the current best."""
        self.tries += 1
        if not candidate.problems:
            self.passed.append(candidate)
        if self.best is None or penalty(candidate) < penalty(self.best):
            self.best = candidate

    @property
    def worst(self) -> int:
        """The penalty from which an output is useless; unlimited before the first output."""
        return max(1, penalty(self.best)) if self.best is not None else 10**9

    @property
    def open(self) -> bool:
        return self.best is None or bool(self.best.problems)


@dataclass(slots=True)
class _Batch:
    """Texts for one engine call, deduplicated across jobs."""

    engine: Engine
    texts: dict[str, None] = field(default_factory=dict)

    def translate(self, hypotheses: int = 1) -> dict[str, list[str]]:
        """All hypotheses by text."""
        wanted = list(self.texts)
        if not wanted:
            return {}
        return dict(zip(wanted, self.engine.translate(wanted, hypotheses), strict=True))


def translate(
    protected: Sequence[Protected],
    engine: Engine,
    rules: Rules,
    progress: Progress | None = None,
    *,
    wording: Wording | None = None,
) -> list[Hypothesis]:
    """One validated output per sentence, in order. Raises `EngineError` if the engine does.

    `wording` gives the target-language text of a slot.
    """
    jobs = [_Job(normalize_times(item)) for item in protected]
    for job in jobs:
        if not _needs_engine(job.protected):
            _copy_source(job)
    _run_first_batch(jobs, engine, rules)
    if progress:
        progress(sum(not job.open for job in jobs), len(jobs))
    failed = _failed(jobs)
    _retry_likeliest(failed, engine, rules, wording)
    _retry_everything(_failed(failed), engine, rules, wording)
    if isinstance(engine, Steerable) and wording is not None:
        _pick_likeliest([job for job in failed if len(job.passed) > 1], engine, wording)
    _translate_pieces(_failed(jobs), engine, rules)
    if progress:
        progress(len(jobs), len(jobs))
    return [_result(job) for job in jobs]


def _failed(jobs: Iterable[_Job]) -> list[_Job]:
    return [job for job in jobs if job.open]


def _result(job: _Job) -> Hypothesis:
    hypothesis = job.best
    assert hypothesis is not None
    return replace(hypothesis, tries=job.tries)


def _needs_engine(protected: Protected) -> bool:
    """False for a text that consists of slots and punctuation only."""
    return bool(LETTER.search(protected.spanned.without()))


def _copy_source(job: _Job) -> None:
    method = Method(MethodKind.COPIED)
    job.offer(Hypothesis(job.protected.sentence, job.protected.spanned, method))


def _run_first_batch(jobs: Sequence[_Job], engine: Engine, rules: Rules) -> None:
    """The first batch: terms and amounts masked, numbers unmasked."""
    batch = _Batch(engine)
    for job in _failed(jobs):
        job.hidden = candidates.mask_first(job.protected, engine.masks)
        if job.hidden is not None:
            batch.texts[job.hidden.text] = None
    answers = batch.translate()
    for job in jobs:
        if job.hidden is not None:
            method = Method(MethodKind.MASKED if job.hidden.slots else MethodKind.PLAIN)
            answer = answers[job.hidden.text][0]
            job.first = validate(job.protected, job.hidden, answer, method, rules)
            job.offer(job.first)


def _retry_likeliest(
    jobs: Sequence[_Job], engine: Engine, rules: Rules, wording: Wording | None
) -> None:
    """Retry with the most likely fixes, in one small batch."""
    wanted = [
        (job, hidden, method)
        for job in jobs
        if job.hidden is not None and job.best is not None
        for method, hidden in candidates.likeliest_maskings(
            job.protected, engine.masks, wording, job.hidden, job.best.problems
        )
    ]
    _try_maskings(wanted, engine, rules)


def _retry_everything(
    jobs: Sequence[_Job], engine: Engine, rules: Rules, wording: Wording | None
) -> None:
    """Constrained decoding where supported, then every other masking for the rest."""
    if isinstance(engine, Steerable):
        for job, hypothesis in _steer(jobs, engine, rules):
            job.offer(hypothesis)
    wanted = [
        (job, hidden, method)
        for job in _failed(jobs)
        for method, hidden in candidates.other_maskings(job.protected, engine.masks, wording)
        if hidden.text not in job.asked
    ]
    _try_maskings(wanted, engine, rules)


def _try_maskings(
    wanted: Sequence[tuple[_Job, Masked, Method]], engine: Engine, rules: Rules
) -> None:
    batch = _Batch(engine, {hidden.text: None for _, hidden, _ in wanted})
    answers = batch.translate(MAX_HYPOTHESES)
    for job, hidden, method in wanted:
        job.asked.add(hidden.text)
        for number, answer in enumerate(answers[hidden.text], start=1):
            output = replace(method, hypothesis=number)
            job.offer(validate(job.protected, hidden, answer, output, rules, job.worst))


def _steer(jobs: Sequence[_Job], engine: Steerable, rules: Rules) -> list[tuple[_Job, Hypothesis]]:
    """Constrained decoding: lost masks forced in, forbidden words excluded."""
    items: list[tuple[_Job, Masked, str]] = []
    banned: dict[str, list[tuple[_Job, Masked]]] = {}
    for job in jobs:
        if job.best is None or job.first is None or job.hidden is None:
            continue
        starts = candidates.forced_prefixes(job.first, job.hidden)
        items += [(job, job.hidden, start) for start in starts]
        for problem in job.best.problems:
            if problem.code is ProblemCode.FORBIDDEN:
                banned.setdefault(problem.text, []).append((job, job.hidden))
    # Sentences that differ only in their names share one masked text.
    unique = list(dict.fromkeys((hidden.text, start) for _, hidden, start in items))
    answers = dict(zip(unique, engine.complete(unique), strict=True))
    forced, avoided = Method(MethodKind.FORCED), Method(MethodKind.WITHOUT_FORBIDDEN)
    found = [
        (job, validate(job.protected, hidden, answers[hidden.text, start], forced, rules))
        for job, hidden, start in items
        if answers[hidden.text, start]
    ]
    for word, group in banned.items():
        outputs = engine.translate_without([hidden.text for _, hidden in group], [word])
        found += [
            (job, validate(job.protected, hidden, answer, avoided, rules))
            for (job, hidden), answer in zip(group, outputs, strict=True)
            if answer
        ]
    return found


def _pick_likeliest(jobs: Sequence[_Job], engine: Steerable, wording: Wording) -> None:
    """Of several outputs that pass, pick the one the model scores highest.

    Scored with the target wording in every slot, so that masks, which are unlikely
    words, do not affect the result.
    """
    for job in jobs:
        # The first hypotheses of every masking before the second ones; scoring all takes
        # as long as translating them did.
        job.passed = sorted(job.passed, key=lambda one: one.method.hypothesis)[:MAX_HYPOTHESES]
    pairs = [
        (
            _fill_slots(job.protected, job.protected.spanned, wording),
            _fill_slots(job.protected, hypothesis.output, wording),
        )
        for job in jobs
        for hypothesis in job.passed
    ]
    # Two maskings often give the same sentence.
    unique = list(dict.fromkeys(pairs))
    scores = dict(zip(unique, engine.score(unique), strict=True))
    given = iter(pairs)
    for job in jobs:
        ranked = [(scores[next(given)], hypothesis) for hypothesis in job.passed]
        job.best = max(ranked, key=lambda pair: pair[0])[1]


def _fill_slots(protected: Protected, text: SpannedText, wording: Wording) -> str:
    """A text in either language with the target wording in every slot."""
    return text.fill({span.slot: wording(protected, span.slot) for span in text.spans}).text


def _translate_pieces(jobs: Sequence[_Job], engine: Engine, rules: Rules) -> None:
    batch = _Batch(engine)
    for job in jobs:
        for text in split_around_slots(job.protected):
            batch.texts[text] = None
    answers = batch.translate()
    for job in jobs:
        if job.protected.placeables:
            job.offer(rejoin(job.protected, answers, rules))
