"""The stages that work on sentences: word timing, masking, translation, pretranslation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from speechsubs import qa
from speechsubs.cues import sentences as cues_sentences
from speechsubs.errors import InputError, UnknownLocaleError
from speechsubs.glossary import Glossary, Matcher, Policy, target_for
from speechsubs.glossary.verify import forbidden
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.memory import Memory, Origin, Query
from speechsubs.model import (
    Finding,
    Kind,
    Method,
    MethodKind,
    Placeable,
    Sentence,
    Severity,
    Transcript,
    Translation,
    Word,
)
from speechsubs.options import Options
from speechsubs.pipeline.results import Pretranslation
from speechsubs.protocols import Aligner, Engine, Placement, Refiner
from speechsubs.quantities import currencies
from speechsubs.quantities.parse import Quantities
from speechsubs.translation import Hypothesis, Progress, Rules, placeholders, restore, translate
from speechsubs.translation.placeholders import Protected

FROM_TRANSCRIPT = "transcript"


def time_words(sentences: Sequence[Sentence], aligner: Aligner) -> Placement:
    """The sentences with word times: their own if complete, else the aligner's.

    A transcript with times for every sentence keeps them, made ascending: within a
    sentence, a word starts no earlier than the previous one ends. Sentences may overlap,
    because two people may speak at once. A `Refiner` refines the existing times. If any
    sentence has no times, the aligner times all of them, because mixing two time
    sources in one track would cause jumps.
    """
    if sentences and all(sentence.words for sentence in sentences):
        own = tuple(map(_sort_times, sentences))
        if isinstance(aligner, Refiner):
            return replace(aligner.refine(own), aligner=FROM_TRANSCRIPT)
        return Placement(own, FROM_TRANSCRIPT)
    return aligner.place(sentences)


def _sort_times(sentence: Sentence) -> Sentence:
    words: list[Word] = []
    for word in sorted(sentence.words, key=lambda word: word.offset):
        floor = words[-1].end_ms if words else 0
        start = max(word.start_ms, floor)
        words.append(replace(word, start_ms=start, end_ms=max(word.end_ms, start)))
    return replace(sentence, words=tuple(words))


@dataclass(frozen=True, slots=True)
class RunSettings:
    """The settings of a run: source language, glossary and options."""

    source: Locale
    glossary: Glossary
    matcher: Matcher
    options: Options

    def style(self, locale: Locale) -> restore.Style:
        """The style of translations into a locale."""
        options = self.options
        dates, units = options.dates == "locale", options.units == "locale"
        return restore.Style(self.source, locale, options.currency_style, dates, units)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A transcript prepared for translation.

    `aligner` names the source of the times.
    """

    transcript: Transcript
    aligner: str
    sentences: tuple[Sentence, ...]
    protected: list[Protected]
    context: currencies.Context

    @property
    def placeables(self) -> tuple[tuple[Placeable, ...], ...]:
        """The placeables of every sentence."""
        return tuple(item.placeables for item in self.protected)


def prepare(transcript: Transcript, setting: RunSettings, aligner: Aligner) -> Prepared:
    """Prepare sentences with times and slots. Raises `InputError` if there is no text."""
    if not setting.options.headings:
        kept = tuple(p for p in transcript.paragraphs if p.kind is not Kind.HEADING)
        transcript = replace(transcript, paragraphs=kept)
    language = setting.source.language
    found = cues_sentences.split(transcript, language)
    if not found:
        raise InputError(transcript.source, "contains no text", "Is it the right file?")
    placed = time_words(found, aligner)
    timed = placed.sentences
    context = currencies.infer_context(
        (s.text for s in timed), language, setting.options.default_dollar
    )
    dates, units = setting.options.dates == "locale", setting.options.units == "locale"
    protected = placeholders.protect(timed, setting.matcher, language, context, dates, units)
    # Sentences with uncertain times are reported by cue, with the cue numbers.
    heard = tuple(
        replace(f, file=f.file or transcript.source)
        for f in placed.findings
        if f.code != "unsure-time"
    )
    transcript = replace(transcript, findings=(*transcript.findings, *heard))
    return Prepared(transcript, placed.aligner, timed, protected, context)


#: Returns existing translations for sentences and a locale; None where there is none.
Pretranslator = Callable[[Sequence[Protected], Locale], Sequence[Pretranslation | None]]


def translate_sentences(
    protected: Sequence[Protected],
    engine: Engine,
    locale: Locale,
    setting: RunSettings,
    progress: Progress | None = None,
    known: Sequence[Pretranslation | None] = (),
) -> list[Translation]:
    """Pretranslate every sentence if possible, else translate it with the engine.

    `known` is empty or as long as `protected`.
    """
    recalled = list(known) or [None] * len(protected)
    asked = [item for item, found in zip(protected, recalled, strict=True) if found is None]
    hypotheses = iter(machine_translate(asked, engine, locale, setting, progress))
    done = []
    for item, found in zip(protected, recalled, strict=True):
        if found is not None:
            done.append(Translation(item.sentence, found.finished, found.method, tries=0))
        else:
            done.append(_finish(item, next(hypotheses), locale, setting))
    return done


def machine_translate(
    protected: Sequence[Protected],
    engine: Engine,
    locale: Locale,
    setting: RunSettings,
    progress: Progress | None = None,
) -> list[Hypothesis]:
    """Translate all sentences with one engine, including retries."""
    style = setting.style(locale)

    def wording(item: Protected, number: int) -> str:
        return restore.render_placeable(item, number, style)

    def banned(text: str) -> list[str]:
        found = forbidden(setting.glossary, text, locale.tag)
        return list(dict.fromkeys(text[start:end] for _, start, end in found))

    bans = any(
        term.policy is Policy.FORBIDDEN or any(t.forbidden for t in term.targets.values())
        for term in setting.glossary.terms
    )
    rules = Rules(
        locale.language,
        forbidden=banned if bans else None,
        possessive=not (locale.typography.own_possessive or locale.typography.possessive),
    )
    return translate(protected, engine, rules, progress, wording=wording)


def _finish(
    item: Protected, hypothesis: Hypothesis, locale: Locale, setting: RunSettings
) -> Translation:
    """An output with its slots filled, in the locale's typography."""
    done = restore.render_target(item, hypothesis.output, setting.style(locale))
    return Translation(
        item.sentence,
        done,
        hypothesis.method,
        hypothesis.output.text,
        hypothesis.tries,
        hypothesis.problems,
    )


def check_translations(
    sources: Sequence[Quantities],
    translations: Sequence[Translation],
    locale: Locale,
    setting: RunSettings,
) -> list[list[Finding]]:
    """The findings for each translated sentence, terms and amounts first."""
    found = qa.compare(
        sources,
        [translation.finished.text for translation in translations],
        glossary=setting.glossary,
        matcher=setting.matcher,
        locale=locale,
    )
    return [
        [*own, *_review_method(translation, own, locale)]
        for own, translation in zip(found, translations, strict=True)
    ]


def _review_method(
    translation: Translation, compared: Sequence[Finding], locale: Locale
) -> list[Finding]:
    """Report problems left after all retries that the finished text does not show."""
    seen = {finding.code.removeprefix("term-") for finding in compared}
    seen |= {finding.code for finding in compared}
    problems = [str(p) for p in translation.problems if p.code not in seen]
    if problems:
        message = f"no candidate passed QA ({', '.join(problems)}): needs review"
        return [Finding("needs-review", Severity.WARNING, message, locale=locale.tag)]
    if translation.method.kind is MethodKind.SPLIT:
        message = "translated in pieces around its names and amounts: needs review"
        return [Finding("split-translation", Severity.INFO, message, locale=locale.tag)]
    return []


def find_missing_targets(protected: Sequence[Protected], locale: Locale) -> list[Finding]:
    """Report each fixed term without a glossary translation for this locale, once."""
    found = {}
    for item in protected:
        for term in item.terms.values():
            if term.policy is not Policy.FIXED:
                continue
            if not target_for(term, locale.tag)[1]:
                message = f"{term.source!r} has no {locale.tag} target in the glossary"
                found[term.id] = Finding(
                    "term-without-target", Severity.WARNING, message, locale=locale.tag
                )
    return list(found.values())


def check_glossary_language(glossary: Glossary, source: Locale) -> list[Finding]:
    """Report a glossary whose term language differs from the transcript's.

    Simplified and Traditional Chinese count as different languages here, because terms
    in one script do not match text in the other.
    """
    if not glossary.terms:
        return []
    try:
        own = locales.resolve(glossary.language)
    except UnknownLocaleError:
        own = glossary.language
    if own == source.tag or own.partition("-")[0] == source.language != "zh":
        return []
    message = (
        f"the glossary's language is {own} but the source is {source.tag}: only terms that "
        "are spelled the same in both are protected"
    )
    return [Finding("glossary-language", Severity.INFO, message, file=str(glossary.path))]


def find_unsure_amounts(one: Prepared) -> list[Finding]:
    """Report amounts with a guessed currency or value, for review."""
    return [
        replace(found, file=one.transcript.source, line=one.sentences[number].line)
        for number, item in enumerate(one.protected)
        for found in find_guessed_amounts(item)
    ]


def find_guessed_amounts(item: Protected) -> list[Finding]:
    """The same for one sentence, without file and line."""
    return [
        Finding(
            "amount-unsure",
            Severity.WARNING,
            f"{amount.text!r} is ambiguous and was read as {amount}",
            sentence=item.sentence,
        )
        for amount in item.amounts.values()
        if not amount.sure
    ]


def from_memory(memory: Memory, name: str, source: Locale, style: str = "") -> Pretranslator:
    """Pretranslate from memory the sentences of the transcript `name`.

    If a match differs only in names, amounts or numbers, these are replaced in the
    target notation, where the memory allows it.
    """

    def recall(protected: Sequence[Protected], locale: Locale) -> list[Pretranslation | None]:
        own = restore.Style(source, locale, style)
        queries = [
            Query(item.text, item.placeables, source.tag, Origin(name, item.sentence))
            for item in protected
        ]
        found: list[Pretranslation | None] = []
        for item, match in zip(protected, memory.lookup(queries, locale.tag), strict=True):
            if match is None:
                found.append(None)
                continue
            words = {n: restore.render_placeable(item, n, own) for n in match.refill}
            found.append(
                Pretranslation(match.finished(words), Method(MethodKind.MEMORY, match.kind))
            )
        return found

    return recall


def first_of(recalls: Sequence[Pretranslator]) -> Pretranslator:
    """Combine pretranslators; the first match for a sentence is used."""

    def recall(protected: Sequence[Protected], locale: Locale) -> list[Pretranslation | None]:
        found: list[Pretranslation | None] = [None] * len(protected)
        for ask in recalls:
            open_ = [n for n, known in enumerate(found) if known is None]
            answers = ask([protected[n] for n in open_], locale)
            for n, answer in zip(open_, answers, strict=True):
                found[n] = answer
        return found

    return recall
