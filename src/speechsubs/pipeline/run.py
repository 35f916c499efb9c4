"""Transcripts to subtitles: the main workflow, with the confidence of cue times."""

import platform
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from speechsubs import __version__, qa
from speechsubs.alignment.estimate import EstimateAligner
from speechsubs.cues import bilingual, fit, keep, polish
from speechsubs.cues.layout import Block, TimedText, timed_texts
from speechsubs.glossary import Glossary, Matcher, empty
from speechsubs.language.locales import Locale
from speechsubs.model import (
    Cue,
    Finding,
    Method,
    MethodKind,
    Sentence,
    Severity,
    Track,
    Transcript,
    Translation,
    Word,
)
from speechsubs.options import Options
from speechsubs.pipeline import texts
from speechsubs.pipeline.results import Output, Pretranslation, Result
from speechsubs.pipeline.texts import Prepared, RunSettings
from speechsubs.protocols import Aligner, Engine
from speechsubs.translation import Progress, restore

#: Cues with a lower confidence are reported for review.
MIN_CONFIDENCE: Final = 0.25
#: Maximum number of cues listed in a summary finding.
_MAX_LISTED: Final = 20


def add_confidence(track: Track, sentences: Sequence[Sentence]) -> Track:
    """The track with a confidence in every cue whose words have one.

    It is halfway between the mean and the minimum of the cue's words: one lost word is
    worth a review even if nine good ones keep the cue in place.
    """
    return replace(track, cues=tuple(_set_confidence(cue, sentences) for cue in track.cues))


def find_unsure_cues(track: Track) -> Iterator[Finding]:
    """A finding for every cue below `MIN_CONFIDENCE`."""
    for number, cue in enumerate(track.cues, start=1):
        if cue.confidence is not None and cue.confidence < MIN_CONFIDENCE:
            yield Finding(
                "timing-unsure",
                Severity.WARNING,
                f"low timing confidence ({cue.confidence:.2f}): check against the audio",
                file=track.source,
                locale=track.language,
                cue=number,
                start_ms=cue.start_ms,
                value=cue.confidence,
                limit=MIN_CONFIDENCE,
            )


def summarize_unsure_cues(track: Track) -> list[Finding]:
    """One finding for all cues below `MIN_CONFIDENCE`, for tracks with the source's times.

    The source track lists each cue; repeating the list for every language would bury
    the findings that concern the translator.
    """
    numbers = [
        number
        for number, cue in enumerate(track.cues, start=1)
        if cue.confidence is not None and cue.confidence < MIN_CONFIDENCE
    ]
    if not numbers:
        return []
    shown = ", ".join(map(str, numbers[:_MAX_LISTED])) + (
        " ..." if len(numbers) > _MAX_LISTED else ""
    )
    message = (
        f"low timing confidence in cue {shown}"
        if len(numbers) == 1
        else f"low timing confidence in {len(numbers)} cues: {shown}"
    )
    return [
        Finding(
            "timing-unsure",
            Severity.INFO,
            message,
            file=track.source,
            locale=track.language,
            value=float(len(numbers)),
            limit=MIN_CONFIDENCE,
        )
    ]


def combine_confidence(words: Sequence[Word]) -> float | None:
    """Average the mean and the minimum confidence of words; None if there is none."""
    known = [word.confidence for word in words if word.confidence is not None]
    if not known:
        return None
    return round((sum(known) / len(known) + min(known)) / 2, 3)


def _set_confidence(cue: Cue, sentences: Sequence[Sentence]) -> Cue:
    words = [w for number in cue.sentences for w in sentences[number].words]
    heard = [w for w in words if w.start_ms < cue.end_ms and w.end_ms > cue.start_ms]
    return replace(cue, confidence=combine_confidence(heard or words))


def subtitle(
    transcripts: Sequence[Transcript],
    setting: RunSettings,
    *,
    targets: Sequence[tuple[Locale, Engine]] = (),
    aligner: Aligner | None = None,
    kept: Sequence[Track] = (),
    recall: Sequence[texts.Pretranslator] = (),
) -> list[Result]:
    """Segment, time, translate, fit and check transcripts of one language.

    All transcripts go to an engine together. Without an aligner, transcripts without
    times get estimated ones. `kept` are the tracks the transcripts were made from:
    translations then fill their cues one to one. `recall`, one for each transcript,
    supplies existing translations, which are not sent to the engine. Raises
    `InputError` for a transcript without words, `EngineError` if an engine fails.
    """
    prepared = [prepare(item, setting, aligner) for item in transcripts]
    translations = {
        locale.tag: translate(prepared, locale, engine, setting, recall)
        for locale, engine in targets
    }
    return [
        finish(
            one,
            [(locale, engine, translations[locale.tag][number]) for locale, engine in targets],
            setting,
            kept[number] if kept else None,
        )
        for number, one in enumerate(prepared)
    ]


def make_settings(
    source: Locale, glossary: Glossary | None = None, options: Options | None = None
) -> RunSettings:
    """The settings of a run, shared by `prepare`, `translate` and `finish`.

    `subtitle` calls these three in sequence; callers may overlap them. Only `translate`
    needs engines, and only it processes more than one transcript at a time.
    """
    words = glossary or empty()
    return RunSettings(source, words, Matcher(words), options or Options())


def prepare(
    transcript: Transcript, setting: RunSettings, aligner: Aligner | None = None
) -> Prepared:
    """Run all stages before translation. Raises `InputError` if there are no words."""
    aligner = aligner or EstimateAligner(setting.source, setting.options.duration_ms)
    return texts.prepare(transcript, setting, aligner)


def translate(
    prepared: Sequence[Prepared],
    locale: Locale,
    engine: Engine,
    setting: RunSettings,
    recall: Sequence[texts.Pretranslator] = (),
    progress: Progress | None = None,
) -> list[list[Translation]]:
    """Translate all transcripts together. Raises `EngineError`.

    `recall` is empty or has one entry per transcript.
    """
    known: list[Pretranslation | None] = []
    for ask, one in zip(recall, prepared, strict=bool(recall)):
        known += ask(one.protected, locale)
    flat = [item for one in prepared for item in one.protected]
    translations = iter(texts.translate_sentences(flat, engine, locale, setting, progress, known))
    return [list(islice(translations, len(one.protected))) for one in prepared]


def finish(
    one: Prepared,
    targets: Sequence[tuple[Locale, Engine, Sequence[Translation]]],
    setting: RunSettings,
    kept: Track | None = None,
) -> Result:
    """Build cues and findings from a transcript and its translations, without calling engines."""
    own, own_texts = _source_output(one, setting, kept)
    outputs = []
    for locale, engine, translations in targets:
        output = _target_output(one, locale, translations, setting, kept)
        if setting.options.bilingual:
            stacked = _build_stacked_track(one, own_texts, output, setting)
            gap = setting.options.limits(locale).min_gap_ms
            found = qa.inspect_stacked(stacked, setting.source, locale, gap)
            output = replace(output, stacked=stacked, stacked_findings=tuple(found))
        outputs.append(replace(output, engine=engine.signature, quality=engine.quality))
    findings = list(one.transcript.findings)
    if one.aligner == EstimateAligner.name:
        message = "times are estimated from the text, without audio"
        name = one.transcript.source
        findings.append(Finding("times-estimated", Severity.INFO, message, file=name))
    findings += texts.check_glossary_language(setting.glossary, setting.source)
    findings += texts.find_unsure_amounts(one)
    signature = {
        "speechsubs": __version__,
        "python": platform.python_version(),
        "glossary": setting.glossary.digest,
    }
    return Result(
        one.transcript.source,
        one.aligner,
        one.sentences,
        one.placeables,
        own,
        tuple(outputs),
        tuple(findings),
        signature,
    )


def _source_output(
    one: Prepared, setting: RunSettings, kept: Track | None
) -> tuple[Output, list[TimedText]]:
    source, options = setting.source, setting.options
    finished = [
        restore.render_source(item, source, options.currency_style) for item in one.protected
    ]
    timed = timed_texts(one.sentences, finished, one.placeables)
    track = kept or _build_track(
        fit.source_blocks(timed, one.sentences, source), source, one, options
    )
    translations = tuple(
        Translation(item.sentence, done, Method(MethodKind.SOURCE), item.text)
        for item, done in zip(one.protected, finished, strict=True)
    )
    # Existing cues are not checked here; `check` does that.
    found: tuple[Finding, ...] = ()
    if not kept:
        gap = options.limits(source).min_gap_ms
        found = (*qa.inspect(track, source, gap), *find_unsure_cues(track))
    return Output(source, track, translations, found), timed


def _target_output(
    one: Prepared,
    locale: Locale,
    translations: Sequence[Translation],
    setting: RunSettings,
    kept: Track | None,
) -> Output:
    done = [translation.finished for translation in translations]
    if kept is not None:
        track = keep.fill_track(kept, one.sentences, done, one.placeables, locale)
    else:
        timed = timed_texts(one.sentences, done, one.placeables)
        blocks = fit.target_blocks(timed, one.sentences, locale)
        track = _build_track(blocks, locale, one, setting.options)
    found = qa.inspect(track, locale, setting.options.limits(locale).min_gap_ms)
    sources = [item.quantities for item in one.protected]
    compared = texts.check_translations(sources, translations, locale, setting)
    found += qa.assign_cues(compared, track)
    found += texts.find_missing_targets(one.protected, locale)
    found += summarize_unsure_cues(track)
    found.sort(key=lambda f: (f.cue or 0, f.code))
    return Output(locale, track, tuple(translations), tuple(found))


def _build_track(blocks: Sequence[Block], locale: Locale, one: Prepared, options: Options) -> Track:
    cues = polish.make_cues(blocks, locale.limits, options.fps)
    return add_confidence(Track(cues, locale.tag, one.transcript.source), one.sentences)


def _build_stacked_track(
    one: Prepared, above: list[TimedText], output: Output, setting: RunSettings
) -> Track:
    source, options = setting.source, setting.options
    upper, lower = bilingual.single_line(source), bilingual.single_line(output.locale)
    finished = [translation.finished for translation in output.translations]
    below = timed_texts(one.sentences, finished, one.placeables)
    stacked = bilingual.stack_blocks(
        fit.source_blocks(above, one.sentences, upper),
        fit.target_blocks(below, one.sentences, lower),
        source,
        output.locale,
    )
    cues = polish.make_cues(stacked, output.locale.limits, options.fps)
    return Track(cues, output.locale.tag, one.transcript.source)
