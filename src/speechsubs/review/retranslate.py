"""Retranslate sentences while staying as close to the old wording as possible.

The regular output of the pipeline is one candidate. If the engine's rendering of a
changed term occurs in the old text, it is replaced there ("spliced"). An engine that
supports forced prefixes also continues the old text from the new term ("prefix kept"),
and from every output only the required stretch is merged into the old text ("merged").
All candidates pass the same QA checks; of those that pass and that the model does not
score clearly worse, the most similar to the old text is proposed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from speechsubs import qa
from speechsubs.glossary import Term, target_entry, target_for
from speechsubs.language import locales, typography
from speechsubs.language.locales import Locale
from speechsubs.language.typography import around_slots
from speechsubs.model import ProblemCode, Severity
from speechsubs.options import Options
from speechsubs.pipeline.texts import RunSettings, translate_sentences
from speechsubs.protocols import Engine, Steerable
from speechsubs.quantities import currencies
from speechsubs.review import predict, similarity
from speechsubs.review.affected import GlossaryChange
from speechsubs.review.predict import (
    PredictedText,
    Request,
    Retranslation,
    renumber_for_glossary,
    renumber_for_project,
)
from speechsubs.spans import SpannedText
from speechsubs.translation import placeholders, restore
from speechsubs.translation.candidates import mask_first as mask_first
from speechsubs.translation.placeholders import Masked, Protected, locate

RETRANSLATED, SPLICED, PREFIX, MERGED, NEXT_BEST = (
    "retranslated", "spliced", "prefix kept", "merged", "n-best",
)  # fmt: skip
#: Methods in order of preference: those that keep most of the old text first.
_METHODS = (SPLICED, MERGED, PREFIX, RETRANSLATED, NEXT_BEST)
#: Problems that leave a placeable without a position, or with two.
_UNUSABLE = frozenset({ProblemCode.MASK_LOST, ProblemCode.MASK_REPEATED})
#: Number of hypotheses requested from the engine.
HYPOTHESES = 4
#: By how much the score (mean log probability per token) of a text closer to the old one
#: may be below that of the regular output.
MARGIN = 0.25
#: Longer sentences are split before translation, so prefixes cannot be forced.
MAX_STEERED = 600


def retranslate(
    requests: Sequence[Request],
    engine: Engine,
    locale: Locale,
    impact: GlossaryChange,
    options: Options,
) -> list[PredictedText]:
    """Retranslate sentences of one language pair, in order and in few batches.

    Raises `EngineError`.
    """
    if not requests:
        return []
    spoken = locales.load(requests[0].source.language)
    setting = RunSettings(spoken, impact.new, impact.matchers[1], options)
    work = _Retranslator(engine, locale, impact, setting)
    sentences = work.sentences(requests)
    # An unchanged text cannot get any closer.
    open_ = [s for s in sentences if s.plain.text != s.old.text]
    work.locate(open_)
    work.splice(open_)
    work.steer(open_)
    chosen = {id(s): best for s, best in zip(open_, work.choose(open_), strict=True)}
    result = []
    for sentence in sentences:
        done, method = chosen.get(id(sentence), (sentence.plain, RETRANSLATED))
        result.append(PredictedText(renumber_for_project(done, sentence), method))
    return result


@dataclass(slots=True)
class _Retranslator:
    """The shared context of all steps."""

    engine: Engine
    locale: Locale
    impact: GlossaryChange
    setting: RunSettings

    def sentences(self, requests: Sequence[Request]) -> list[Retranslation]:
        """Prepare sentences: placeables, old texts and the regular output of the pipeline."""
        options, spoken = self.setting.options, self.setting.source
        contexts: dict[str, currencies.Context] = {}
        made: list[tuple[Request, Protected]] = []
        for one in requests:
            if one.source.id not in contexts:
                texts = (sentence.text for sentence in one.source.sentences)
                contexts[one.source.id] = currencies.infer_context(
                    texts, spoken.language, options.default_dollar
                )
            context = contexts[one.source.id]
            sentence = one.source.sentences[one.segment.index]
            dates, units = options.dates == "locale", options.units == "locale"
            matcher = self.setting.matcher
            (item,) = placeholders.protect(
                [sentence], matcher, spoken.language, context, dates, units
            )
            made.append((one, item))
        translations = translate_sentences(
            [item for _, item in made], self.engine, self.locale, self.setting
        )
        return [
            Retranslation(one, item, renumber_for_glossary(one, item), translation.finished)
            for (one, item), translation in zip(made, translations, strict=True)
        ]

    def locate(self, sentences: Sequence[Retranslation]) -> None:
        """Locate the changed terms in the old texts: recorded, or as the engine renders them."""
        unknown: list[tuple[Retranslation, str, list[str]]] = []
        for sentence in sentences:
            request = sentence.request
            found = request.terms
            for term_id in request.effect.terms if found else ():
                assert found is not None
                old = self.impact.old_terms.get(term_id)
                before, after = (found.spans(term_id, new=new) for new in (False, True))
                places = None
                if old is not None and before:
                    done = predict.spanned_text(request.segment)
                    places = predict.find_wording(
                        request.source, request.segment, done, old, len(before), self.locale.tag
                    )
                if places is not None:
                    sentence.spans[term_id] = places
                elif after:
                    unknown.append((sentence, term_id, [found.text[a:b] for a, b in after]))
        words = list(dict.fromkeys(text for _, _, texts in unknown for text in texts))
        if not words:
            return
        said = dict(zip(words, self.engine.translate(words, HYPOTHESES), strict=True))
        for sentence, term_id, texts in unknown:
            forms = [form for text in dict.fromkeys(texts) for form in said[text]]
            there = self._find_rendering(sentence, forms, len(texts))
            if there:
                sentence.spans[term_id] = there

    def _find_rendering(
        self, sentence: Retranslation, forms: Sequence[str], count: int
    ) -> list[tuple[int, int]]:
        """Find one of the engine's renderings that occurs exactly `count` times."""
        for form in forms:
            bare = form.strip(" .。")
            if len(bare) < 2:
                continue
            edge = r"{}" if self.locale.words == "phrases" else r"(?<!\w){}(?!\w)"
            pattern = re.compile(edge.format(re.escape(bare)), re.IGNORECASE)
            found = [
                match.span()
                for match in pattern.finditer(sentence.old.text)
                if not any(
                    match.start() < p.end and match.end() > p.start for p in sentence.old.spans
                )
            ]
            if len(found) == count:
                return found
        return []

    def splice(self, sentences: Sequence[Retranslation]) -> None:
        """Replace the located terms by the new wordings; all else stays letter for letter."""
        for sentence in sentences:
            effect = sentence.request.effect
            wanted = [i for i in effect.terms if i not in effect.released]
            if effect.released or effect.banned or not wanted:
                continue
            if any(i not in sentence.spans or i not in self.impact.new_terms for i in wanted):
                continue
            swaps: dict[tuple[int, int], tuple[str, Term]] = {}
            for term_id in wanted:
                term = self.impact.new_terms[term_id]
                for start, end in sentence.spans[term_id]:
                    swaps[start, end] = (self._wording(sentence, term, start), term)
            made = predict.swap_terms(sentence.old, swaps, self.locale)
            sentence.candidates.append((made, SPLICED))

    def _wording(self, sentence: Retranslation, term: Term, start: int) -> str:
        """The wording of a term, capitalized if a common noun begins the sentence."""
        text = target_for(term, self.locale.tag)[0]
        first = not re.search(r"\w", sentence.old.text[:start])
        return text[:1].upper() + text[1:] if first and term.source.islower() else text

    def steer(self, sentences: Sequence[Retranslation]) -> None:
        """Add further hypotheses of the engine, and outputs that begin like the old text."""
        short = [s for s in sentences if max(len(s.protected.text), len(s.old.text)) < MAX_STEERED]
        hidden = [(s, mask_first(s.protected, self.engine.masks)) for s in short]
        work = [(s, masked) for s, masked in hidden if masked is not None]
        texts = list(dict.fromkeys(masked.text for _, masked in work))
        further = self._next_best(texts)
        for sentence, masked in work:
            for text in further.get(masked.text, ()):
                self._offer(sentence, masked, text, NEXT_BEST)
        if not isinstance(self.engine, Steerable):
            return
        starts = [(s, masked, text) for s, masked in work for text in self._prefixes(s, masked)]
        ends = self.engine.complete([(masked.text, text) for _, masked, text in starts])
        for (sentence, masked, _), text in zip(starts, ends, strict=True):
            if text:
                self._offer(sentence, masked, text, PREFIX)
        for sentence, _ in work:
            self._merge(sentence)

    def _next_best(self, texts: Sequence[str]) -> dict[str, list[str]]:
        """Further hypotheses by text; none if the engine only ever returns one."""
        if not texts or len(self.engine.translate(texts[:1], HYPOTHESES)[0]) == 1:
            return {}
        answers = self.engine.translate(texts, HYPOTHESES)
        return {text: own[1:] for text, own in zip(texts, answers, strict=True)}

    def _offer(self, sentence: Retranslation, masked: Masked, text: str, method: str) -> None:
        """Restore an output and keep it as a candidate if it has all its placeables."""
        output, problems = locate(text, masked)
        if any(problem.code in _UNUSABLE for problem in problems):
            return
        done = restore.render_target(sentence.protected, output, self.setting.style(self.locale))
        sentence.candidates.append((done, method))

    def _prefixes(self, sentence: Retranslation, masked: Masked) -> Iterator[str]:
        """Yield the old text up to the change plus the new term; also one word shorter.

        The word before a term is often an article that has to change with it.
        """
        slots = sorted(sentence.changed & set(masked.slots))
        start = sentence.gone[0][0] if sentence.gone else self._estimate_start(sentence)
        if start is None:
            return
        words = dict(zip(masked.slots, masked.words, strict=True))
        term = words[slots[0]] if slots else ""
        before = [a for a, _ in similarity.token_spans(sentence.old.text[:start], self.locale)]
        for end in dict.fromkeys((start, before[-1] if before else start)):
            begun = sentence.old.part(0, end).fill(words).text
            # The term is only forced directly at its own position.
            text = f"{begun}{term if end == start else ''}".strip()
            if text:
                yield text

    def _estimate_start(self, sentence: Retranslation) -> int | None:
        """Estimate where the old text has the changed term, by aligning the regular output."""
        spots = [p.start for p in sentence.plain.spans if p.slot in sentence.changed]
        if not spots:
            return None
        return similarity.align_offset(
            sentence.old.text, sentence.plain.text, min(spots), self.locale
        )

    def _merge(self, sentence: Retranslation) -> None:
        """Merge only the required stretch of every output into the old text."""
        for done, _ in [(sentence.plain, ""), *sentence.candidates]:
            spots = [(p.start, p.end) for p in done.spans if p.slot in sentence.changed]
            made = similarity.merge(sentence.old, done, spots, sentence.gone, self.locale)
            if made is None:
                continue
            there = made.only(sentence.changed)
            edits = around_slots(there, self.locale, self._grammar(sentence))
            sentence.candidates.append((made.edit(made.free(edits)), MERGED))

    def _grammar(self, sentence: Retranslation) -> dict[int, typography.Grammar]:
        return {
            n: predict.grammar_of(target_entry(term, self.locale.tag))
            for n, term in sentence.protected.terms.items()
        }

    def choose(self, sentences: Sequence[Retranslation]) -> list[tuple[SpannedText, str]]:
        """Choose the passing and sufficiently likely candidate closest to the old text."""
        passing = [self._passing_candidates(sentence) for sentence in sentences]
        scores = self._scores(sentences, passing)
        chosen = []
        for sentence, candidates in zip(sentences, passing, strict=True):
            source, old = sentence.protected.text, sentence.old.text
            floor = min(
                (scores.get((source, t), 0.0) for t in (sentence.plain.text, old)), default=0.0
            )
            likely = [
                (done, method)
                for done, method in candidates
                if scores.get((source, done.text), 0.0) >= floor - MARGIN
            ]
            # Break ties by likelihood, then by the method that keeps most of the old text.
            best = min(
                [*likely, (sentence.plain, RETRANSLATED)],
                key=lambda one: (
                    similarity.distance(old, one[0].text, self.locale),
                    -scores.get((source, one[0].text), 0.0),
                    _METHODS.index(one[1]),
                ),
            )
            chosen.append(best)
        return chosen

    def _passing_candidates(self, sentence: Retranslation) -> list[tuple[SpannedText, str]]:
        """Candidates with no more issues than the regular output, each text once."""
        limit = self._count_issues(sentence, sentence.plain.text)
        found: dict[str, tuple[SpannedText, str]] = {}
        for done, method in sentence.candidates:
            if done.text in (sentence.old.text, sentence.plain.text) or done.text in found:
                continue
            wrong = self._count_issues(sentence, done.text)
            if all(own <= most for own, most in zip(wrong, limit, strict=True)):
                found[done.text] = done, method
        return list(found.values())

    def _count_issues(self, sentence: Retranslation, text: str) -> tuple[int, int]:
        """Count the errors and warnings of a text under the new glossary."""
        (found,) = qa.compare(
            [sentence.protected.quantities],
            [text],
            glossary=self.impact.new,
            matcher=self.impact.matchers[1],
            locale=self.locale,
        )
        grave = [finding.severity for finding in found]
        return grave.count(Severity.ERROR), grave.count(Severity.WARNING)

    def _scores(
        self,
        sentences: Sequence[Retranslation],
        passing: Sequence[Sequence[tuple[SpannedText, str]]],
    ) -> dict[tuple[str, str], float]:
        """The engine's scores by source and text; empty if it cannot score."""
        if not isinstance(self.engine, Steerable):
            return {}
        pairs = {
            (sentence.protected.text, text): None
            for sentence, found in zip(sentences, passing, strict=True)
            if found and len(sentence.protected.text) < MAX_STEERED
            for text in (sentence.plain.text, sentence.old.text, *(d.text for d, _ in found))
            if len(text) < MAX_STEERED
        }
        return dict(zip(pairs, self.engine.score(list(pairs)), strict=True))
