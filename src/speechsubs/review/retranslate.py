"""Sentences said anew, as near to their old wording as an engine can be brought to.

The ladder's own output is one candidate. Where an engine's word for a changed term
stands in the old text, the new wording takes its place ("spliced"). An engine that can
be steered is also made to begin as the old text does and to go on from the new term
("prefix kept"), and of every output the one stretch that is asked for is put into the
old text ("merged"). All are held to the same checks; of those that pass, and that the
model does not find clearly worse, the nearest to the old text is proposed.
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
from speechsubs.pipeline.texts import Setting
from speechsubs.pipeline.texts import drafts as translated
from speechsubs.protocols import Engine, Steerable
from speechsubs.quantities import currencies
from speechsubs.review import predict, similarity
from speechsubs.review.affected import Impact
from speechsubs.review.predict import Anew, Asked, Predicted, numbered, recorded
from speechsubs.spans import SpannedText
from speechsubs.translation import candidates as hiding
from speechsubs.translation import placeholders, restore
from speechsubs.translation.placeholders import Masked, Protected, locate

RETRANSLATED, SPLICED, PREFIX, MERGED, NEXT_BEST = (
    "retranslated", "spliced", "prefix kept", "merged", "n-best",
)  # fmt: skip
#: The ways from the one that leaves most of the old text.
_ORDER = (SPLICED, MERGED, PREFIX, RETRANSLATED, NEXT_BEST)
#: What leaves a slot without a place, or with two.
_UNUSABLE = frozenset({ProblemCode.MASK_LOST, ProblemCode.MASK_REPEATED})
#: How many of an engine's outputs are looked at.
HYPOTHESES = 4
#: How much less likely than its own output (mean log probability of a token) an engine
#: may find a text that is nearer to the old one.
MARGIN = 0.25
#: Longer sentences are cut before a model sees them: they cannot be steered.
MOST_STEERED = 600


def retranslated(
    asked: Sequence[Asked], engine: Engine, locale: Locale, impact: Impact, options: Options
) -> list[Predicted]:
    """New texts of sentences of one pair of languages, in their order, in few batches.

    Raises `EngineError`.
    """
    if not asked:
        return []
    spoken = locales.load(asked[0].source.language)
    setting = Setting(spoken, impact.new, impact.matchers[1], options)
    work = _Work(engine, locale, impact, setting)
    sentences = work.sentences(asked)
    # A text that stays as it is has nothing nearer to it.
    open_ = [s for s in sentences if s.plain.text != s.old.text]
    work.locate(open_)
    work.splice(open_)
    work.steer(open_)
    chosen = {id(s): best for s, best in zip(open_, work.choose(open_), strict=True)}
    result = []
    for sentence in sentences:
        done, method = chosen.get(id(sentence), (sentence.plain, RETRANSLATED))
        result.append(Predicted(recorded(done, sentence), method))
    return result


@dataclass(slots=True)
class _Work:
    """What all the steps need."""

    engine: Engine
    locale: Locale
    impact: Impact
    setting: Setting

    def sentences(self, asked: Sequence[Asked]) -> list[Anew]:
        """The sentences with their slots, their old texts and the ladder's output."""
        options, spoken = self.setting.options, self.setting.source
        contexts: dict[str, currencies.Context] = {}
        made: list[tuple[Asked, Protected]] = []
        for one in asked:
            if one.source.id not in contexts:
                texts = (sentence.text for sentence in one.source.sentences)
                contexts[one.source.id] = currencies.context(
                    texts, spoken.language, options.default_dollar
                )
            context = contexts[one.source.id]
            sentence = one.source.sentences[one.segment.index]
            dates, units = options.dates == "locale", options.units == "locale"
            matcher = self.setting.matcher
            (item,) = placeholders.find([sentence], matcher, spoken.language, context, dates, units)
            made.append((one, item))
        drafts = translated([item for _, item in made], self.engine, self.locale, self.setting)
        return [
            Anew(one, item, numbered(one, item), draft.finished)
            for (one, item), draft in zip(made, drafts, strict=True)
        ]

    def locate(self, sentences: Sequence[Anew]) -> None:
        """Where the old texts have what must change: known, or the engine's own words."""
        unknown: list[tuple[Anew, str, list[str]]] = []
        for sentence in sentences:
            asked = sentence.asked
            found = asked.found
            for term_id in asked.touched.terms if found else ():
                assert found is not None
                old = self.impact.before.get(term_id)
                before, after = (found.spans(term_id, new=new) for new in (False, True))
                places = None
                if old is not None and before:
                    done = predict.finished(asked.segment)
                    places = predict.wordings(
                        asked.source, asked.segment, done, old, len(before), self.locale.tag
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
            there = self._standing(sentence, forms, len(texts))
            if there:
                sentence.spans[term_id] = there

    def _standing(self, sentence: Anew, forms: Sequence[str], count: int) -> list[tuple[int, int]]:
        """Where one of an engine's words stands in the old text, exactly so often."""
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

    def splice(self, sentences: Sequence[Anew]) -> None:
        """The new wordings where the engine's own stood, all else letter for letter."""
        for sentence in sentences:
            touched = sentence.asked.touched
            wanted = [i for i in touched.terms if i not in touched.released]
            if touched.released or touched.banned or not wanted:
                continue
            if any(i not in sentence.spans or i not in self.impact.after for i in wanted):
                continue
            swaps: dict[tuple[int, int], tuple[str, Term]] = {}
            for term_id in wanted:
                term = self.impact.after[term_id]
                for start, end in sentence.spans[term_id]:
                    swaps[start, end] = (self._wording(sentence, term, start), term)
            made = predict.swapped(sentence.old, swaps, self.locale)
            sentence.candidates.append((made, SPLICED))

    def _wording(self, sentence: Anew, term: Term, start: int) -> str:
        """A term's wording, with a capital where a sentence begins with a common noun."""
        text = target_for(term, self.locale.tag)[0]
        first = not re.search(r"\w", sentence.old.text[:start])
        return text[:1].upper() + text[1:] if first and term.source.islower() else text

    def steer(self, sentences: Sequence[Anew]) -> None:
        """Other outputs of the engine: its next best, and such as begin like the old text."""
        short = [s for s in sentences if max(len(s.protected.text), len(s.old.text)) < MOST_STEERED]
        hidden = [(s, hiding.first(s.protected, self.engine.masks)) for s in short]
        work = [(s, masked) for s, masked in hidden if masked is not None]
        texts = list(dict.fromkeys(masked.text for _, masked in work))
        further = self._next_best(texts)
        for sentence, masked in work:
            for text in further.get(masked.text, ()):
                self._offer(sentence, masked, text, NEXT_BEST)
        if not isinstance(self.engine, Steerable):
            return
        starts = [(s, masked, text) for s, masked in work for text in self._beginnings(s, masked)]
        ends = self.engine.complete([(masked.text, text) for _, masked, text in starts])
        for (sentence, masked, _), text in zip(starts, ends, strict=True):
            if text:
                self._offer(sentence, masked, text, PREFIX)
        for sentence, _ in work:
            self._merge(sentence)

    def _next_best(self, texts: Sequence[str]) -> dict[str, list[str]]:
        """An engine's further outputs. One that knows only one is not asked for all again."""
        if not texts or len(self.engine.translate(texts[:1], HYPOTHESES)[0]) == 1:
            return {}
        answers = self.engine.translate(texts, HYPOTHESES)
        return {text: own[1:] for text, own in zip(texts, answers, strict=True)}

    def _offer(self, sentence: Anew, masked: Masked, text: str, method: str) -> None:
        """Keep an output that has all its slots, finished as the ladder's is."""
        output, problems = locate(text, masked)
        if any(problem.code in _UNUSABLE for problem in problems):
            return
        done = restore.target(sentence.protected, output, self.setting.style(self.locale))
        sentence.candidates.append((done, method))

    def _beginnings(self, sentence: Anew, masked: Masked) -> Iterator[str]:
        """The old text up to what changes, then the new term; also a word shorter.

        The word before a term is often an article that has to be another one.
        """
        slots = sorted(sentence.changed & set(masked.slots))
        start = sentence.gone[0][0] if sentence.gone else self._guessed(sentence)
        if start is None:
            return
        words = dict(zip(masked.slots, masked.words, strict=True))
        term = words[slots[0]] if slots else ""
        before = [a for a, _ in similarity.spans(sentence.old.text[:start], self.locale)]
        for end in dict.fromkeys((start, before[-1] if before else start)):
            begun = sentence.old.part(0, end).fill(words).text
            # Only right before its own place is the term forced.
            text = f"{begun}{term if end == start else ''}".strip()
            if text:
                yield text

    def _guessed(self, sentence: Anew) -> int | None:
        """Where the old text has what the ladder's output has a changed term for."""
        spots = [p.start for p in sentence.plain.spans if p.slot in sentence.changed]
        if not spots:
            return None
        return similarity.aligned(sentence.old.text, sentence.plain.text, min(spots), self.locale)

    def _merge(self, sentence: Anew) -> None:
        """Of every output only the stretch that is asked for, in the old text."""
        for done, _ in [(sentence.plain, ""), *sentence.candidates]:
            spots = [(p.start, p.end) for p in done.spans if p.slot in sentence.changed]
            made = similarity.merged(sentence.old, done, spots, sentence.gone, self.locale)
            if made is None:
                continue
            there = made.only(sentence.changed)
            edits = around_slots(there, self.locale, self._grammar(sentence))
            sentence.candidates.append((made.edit(made.free(edits)), MERGED))

    def _grammar(self, sentence: Anew) -> dict[int, typography.Grammar]:
        return {
            n: predict.grammar(target_entry(term, self.locale.tag))
            for n, term in sentence.protected.terms.items()
        }

    def choose(self, sentences: Sequence[Anew]) -> list[tuple[SpannedText, str]]:
        """The nearest to the old text of those that pass and are likely enough."""
        passing = [self._passing(sentence) for sentence in sentences]
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
            # Of equally near ones the likelier; then that with the fewest new words of the engine.
            best = min(
                [*likely, (sentence.plain, RETRANSLATED)],
                key=lambda one: (
                    similarity.distance(old, one[0].text, self.locale),
                    -scores.get((source, one[0].text), 0.0),
                    _ORDER.index(one[1]),
                ),
            )
            chosen.append(best)
        return chosen

    def _passing(self, sentence: Anew) -> list[tuple[SpannedText, str]]:
        """Candidates with no more that is wrong than the ladder's output, each text once."""
        limit = self._wrong(sentence, sentence.plain.text)
        found: dict[str, tuple[SpannedText, str]] = {}
        for done, method in sentence.candidates:
            if done.text in (sentence.old.text, sentence.plain.text) or done.text in found:
                continue
            wrong = self._wrong(sentence, done.text)
            if all(own <= most for own, most in zip(wrong, limit, strict=True)):
                found[done.text] = done, method
        return list(found.values())

    def _wrong(self, sentence: Anew, text: str) -> tuple[int, int]:
        """How many errors and warnings a text has by the new glossary."""
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
        self, sentences: Sequence[Anew], passing: Sequence[Sequence[tuple[SpannedText, str]]]
    ) -> dict[tuple[str, str], float]:
        """How likely the engine finds each text; nothing where it cannot say."""
        if not isinstance(self.engine, Steerable):
            return {}
        pairs = {
            (sentence.protected.text, text): None
            for sentence, found in zip(sentences, passing, strict=True)
            if found and len(sentence.protected.text) < MOST_STEERED
            for text in (sentence.plain.text, sentence.old.text, *(d.text for d, _ in found))
            if len(text) < MOST_STEERED
        }
        return dict(zip(pairs, self.engine.score(list(pairs)), strict=True))
